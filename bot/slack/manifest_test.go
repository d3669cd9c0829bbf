package slack_test

import (
	"slices"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"
	"go.yaml.in/yaml/v4"

	"rootwatch/bot"
	"rootwatch/bot/slack"
)

func TestManifest(t *testing.T) {
	for given, want := range map[string]string{
		"https://bot.example.com":                     "https://bot.example.com/slack/commands",
		"https://bot.example.com/":                    "https://bot.example.com/slack/commands",
		"https://bot.example.com:8443/slack/commands": "https://bot.example.com:8443/slack/commands",
		"https://example.com/behind/a/proxy?x=\"'":    "https://example.com/behind/a/proxy?x=\"'",
	} {
		b, err := slack.Manifest(slack.ManifestOptions{RequestURL: given})
		if err != nil {
			t.Errorf("%s: %v", given, err)
			continue
		}
		var m slackgo.Manifest
		if err := yaml.Unmarshal(b, &m); err != nil {
			t.Fatalf("%s: %v\n%s", given, err, b)
		}
		var commands []string
		for _, c := range m.Features.SlashCommands {
			commands = append(commands, c.Command)
			if c.Url != want || c.ShouldEscape || len(c.Description) > 2000 || len(c.UsageHint) > 1000 {
				t.Errorf("%s: command %+v, want the URL %s", given, c, want)
			}
		}
		if !slices.Equal(commands, []string{bot.RootCheck, bot.Spend}) {
			t.Errorf("commands %v", commands)
		}
		scopes := []string{"commands", "chat:write", "chat:write.public", "channels:read", "groups:read", "channels:history", "groups:history"}
		if !slices.Equal(m.OAuthConfig.Scopes.Bot, scopes) || len(m.OAuthConfig.Scopes.User) != 0 {
			t.Errorf("scopes %v", m.OAuthConfig.Scopes)
		}
		s := m.Settings
		if s.SocketModeEnabled || s.OrgDeployEnabled || s.TokenRotationEnabled || s.Interactivity == nil || s.Interactivity.IsEnabled || s.EventSubscriptions != nil {
			t.Errorf("settings %+v", s)
		}
		if strings.Contains(string(b), "REQUEST_URL") {
			t.Error("a placeholder is left")
		}
	}
}

func TestManifestRefusesURLs(t *testing.T) {
	for _, given := range []string{"", "bot.example.com", "http://bot.example.com", "https://", "https:///slack", "https://u:p@bot.example.com", "https://bot.example.com/#x", "https://bot.example.com/\n- x"} {
		if b, err := slack.Manifest(slack.ManifestOptions{RequestURL: given}); err == nil {
			t.Errorf("%q was taken:\n%s", given, b)
		} else if !strings.Contains(err.Error(), "https://") {
			t.Errorf("%q: %v does not say how it must look", given, err)
		}
	}
}
