package slack_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	slackgo "github.com/slack-go/slack"
	"go.yaml.in/yaml/v4"

	"rootwatch/bot"
	"rootwatch/bot/slack"
)

// manifestSchema is Slack's own, from github.com/slackapi/manifest-schema at c50cfa8.
func manifestSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	const path = "testdata/manifest-schema/manifest.schema.1.0.0.json"
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	document, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	// Go's expressions know no (?!...), which stands before domains: we have none.
	c.UseRegexpEngine(func(expression string) (jsonschema.Regexp, error) {
		return regexp.Compile(strings.Replace(expression, `(?![\.\-])`, "", 1))
	})
	if err := c.AddResource(path, document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(path)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// manifestOf is what a manifest says, once Slack's schema takes it.
func manifestOf(t *testing.T, o slack.ManifestOptions) slackgo.Manifest {
	t.Helper()
	b, err := slack.Manifest(o)
	if err != nil {
		t.Fatal(err)
	}
	var plain any
	if err := yaml.Unmarshal(b, &plain); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	if err := manifestSchema(t).Validate(plain); err != nil {
		t.Errorf("Slack's schema refuses it: %v\n%s", err, b)
	}
	var m slackgo.Manifest
	if err := yaml.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	for _, placeholder := range []string{"_URL", "SOCKET_MODE"} {
		if strings.Contains(string(b), placeholder) {
			t.Errorf("the placeholder %s is left in\n%s", placeholder, b)
		}
	}
	return m
}

func TestManifestOverHTTP(t *testing.T) {
	for given, base := range map[string]string{
		"https://bot.example.com":                     "https://bot.example.com",
		"https://bot.example.com/":                    "https://bot.example.com",
		"https://bot.example.com:8443/slack/commands": "https://bot.example.com:8443",
		"https://example.com/behind/a/proxy/":         "https://example.com/behind/a/proxy",
	} {
		m := manifestOf(t, slack.ManifestOptions{BaseURL: given})
		for _, c := range m.Features.SlashCommands {
			if c.Url != base+slack.CommandsPath {
				t.Errorf("%s: %s is sent to %s", given, c.Command, c.Url)
			}
		}
		s := m.Settings
		if s.SocketModeEnabled || s.Interactivity.RequestUrl != base+slack.InteractionsPath || s.EventSubscriptions.RequestUrl != base+slack.EventsPath {
			t.Errorf("%s: settings %+v %+v %+v", given, s, s.Interactivity, s.EventSubscriptions)
		}
	}
}

func TestManifestOfSocketMode(t *testing.T) {
	m := manifestOf(t, slack.ManifestOptions{Socket: true})
	for _, c := range m.Features.SlashCommands {
		if c.Url != "" {
			t.Errorf("%s has the URL %s", c.Command, c.Url)
		}
	}
	if s := m.Settings; !s.SocketModeEnabled || s.Interactivity.RequestUrl != "" || s.EventSubscriptions.RequestUrl != "" {
		t.Errorf("settings %+v %+v %+v", s, s.Interactivity, s.EventSubscriptions)
	}
}

// Both ways ask for the same things, and for no more than is used.
func TestManifestAsksForWhatIsUsed(t *testing.T) {
	for _, o := range []slack.ManifestOptions{{BaseURL: "https://bot.example.com"}, {Socket: true}} {
		m := manifestOf(t, o)
		var commands []string
		for _, c := range m.Features.SlashCommands {
			commands = append(commands, c.Command)
			if c.ShouldEscape {
				t.Errorf("%s: names would come as links", c.Command)
			}
		}
		if !slices.Equal(commands, []string{bot.RootCheck, bot.Spend}) || len(m.Features.Shortcuts) != 0 {
			t.Errorf("commands %v, shortcuts %v", commands, m.Features.Shortcuts)
		}
		scopes := []string{
			"commands", "chat:write", "chat:write.public", "channels:read", "groups:read",
			"channels:history", "groups:history", "im:history", "im:write", "files:write", "files:read",
		}
		if !slices.Equal(m.OAuthConfig.Scopes.Bot, scopes) || len(m.OAuthConfig.Scopes.User) != 0 {
			t.Errorf("scopes %v", m.OAuthConfig.Scopes)
		}
		s := m.Settings
		if s.OrgDeployEnabled || s.TokenRotationEnabled || s.Interactivity == nil || !s.Interactivity.IsEnabled || !m.Features.AppHome.HomeTabEnabled {
			t.Errorf("settings %+v, home %+v", s, m.Features.AppHome)
		}
		if events := []string{"app_home_opened", "app_uninstalled", "tokens_revoked"}; !slices.Equal(s.EventSubscriptions.BotEvents, events) {
			t.Errorf("events %v", s.EventSubscriptions.BotEvents)
		}
	}
}

func TestManifestRefusesURLs(t *testing.T) {
	for _, given := range []string{
		"", "bot.example.com", "http://bot.example.com", "https://", "https:///slack", "https://u:p@bot.example.com",
		"https://bot.example.com/#x", "https://bot.example.com/\n- x", "https://bot.example.com/?x=1",
	} {
		if b, err := slack.Manifest(slack.ManifestOptions{BaseURL: given}); err == nil {
			t.Errorf("%q was taken:\n%s", given, b)
		} else if !strings.Contains(err.Error(), "https://") {
			t.Errorf("%q: %v does not say how it must look", given, err)
		}
	}
}
