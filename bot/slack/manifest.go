package slack

import (
	_ "embed"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// ManifestOptions of the app's manifest.
type ManifestOptions struct {
	// BaseURL is where Slack reaches the bot, over https; the three paths are
	// put behind it. One that names CommandsPath already is taken too. With
	// Socket it is not used.
	BaseURL string
	// Socket is for an app in Socket Mode, which is sent nothing over HTTP.
	Socket bool
}

//go:embed manifest.yaml
var manifest string

// Manifest is the YAML that an administrator pastes into Slack to make the
// app: the commands, the events, and only the scopes that this version uses.
func Manifest(o ManifestOptions) ([]byte, error) {
	if o.Socket {
		var kept strings.Builder
		for line := range strings.Lines(manifest) {
			if !strings.HasSuffix(strings.TrimSpace(line), "_URL") {
				kept.WriteString(line)
			}
		}
		return []byte(strings.ReplaceAll(kept.String(), "SOCKET_MODE", "true")), nil
	}
	u, err := url.Parse(o.BaseURL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.RawQuery != "" {
		return nil, fmt.Errorf("%q is not a URL that Slack can send to: it must look like https://bot.example.com, without a query", o.BaseURL)
	}
	base := strings.TrimSuffix(strings.TrimSuffix(u.String(), "/"), CommandsPath)
	at := func(path string) string { return strconv.QuoteToASCII(strings.TrimSuffix(base, "/") + path) }
	return []byte(strings.NewReplacer(
		"COMMANDS_URL", at(CommandsPath), "EVENTS_URL", at(EventsPath), "INTERACTIONS_URL", at(InteractionsPath), "SOCKET_MODE", "false",
	).Replace(manifest)), nil
}
