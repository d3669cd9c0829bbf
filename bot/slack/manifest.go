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
	// RequestURL is where Slack reaches the bot, over https. A URL without a
	// path gets CommandsPath.
	RequestURL string
}

//go:embed manifest.yaml
var manifest string

// Manifest is the YAML that an administrator pastes into Slack to make the
// app: the commands, and only the scopes that this version uses.
func Manifest(o ManifestOptions) ([]byte, error) {
	u, err := url.Parse(o.RequestURL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return nil, fmt.Errorf("%q is not a URL that Slack can send to: it must look like https://bot.example.com%s", o.RequestURL, CommandsPath)
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = CommandsPath
	}
	return []byte(strings.ReplaceAll(manifest, "REQUEST_URL", strconv.QuoteToASCII(u.String()))), nil
}
