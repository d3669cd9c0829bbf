package slack_test

import (
	"errors"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/bot/slack"
	"rootwatch/internal/demo/workspace"
)

func TestManifestScopes(t *testing.T) {
	scopes := slack.ManifestScopes()
	for _, want := range []string{"commands", "chat:write", "chat:write.public", "channels:read", "groups:history"} {
		if !slices.Contains(scopes, want) {
			t.Errorf("%s is not among %v", want, scopes)
		}
	}
	if len(scopes) > 20 {
		t.Errorf("not all of these are scopes: %v", scopes)
	}
}

// The probe reads; it posts nothing and joins nothing.
func TestProbe(t *testing.T) {
	const token, app = "xoxb-test-probe", "xapp-test-probe"
	w := workspace.New(workspace.Options{BotToken: token, SigningSecret: "fake", AppToken: app, TeamID: "T0TEST0000",
		Scopes: []string{"chat:write", "channels:read"}, Channels: []workspace.Channel{
			{ID: "C0MEMBER00", Name: "digest"}, {ID: "C0OLD00000", Name: "old", Archived: true, NotMember: true}, {ID: "C0SECRET00", Name: "secret", Private: true},
		}})
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	w.SetBaseURL(server.URL)
	p := slack.NewProbe(slack.Options{BotToken: token, AppToken: app, APIURL: server.URL + "/api/"})
	s, err := p.Stand(t.Context())
	if err != nil || s.Team != "T0TEST0000" || !slices.Equal(s.Scopes, []string{"chat:write", "channels:read"}) || !s.AheadKnown || s.Ahead.Abs() > 2*time.Second {
		t.Errorf("%+v %v", s, err)
	}
	if c, err := p.Channel(t.Context(), "C0MEMBER00"); err != nil || !c.Member || c.Archived || c.Name != "digest" {
		t.Errorf("%+v %v", c, err)
	}
	if c, err := p.Channel(t.Context(), "C0OLD00000"); err != nil || c.Member || !c.Archived {
		t.Errorf("%+v %v", c, err)
	}
	for id, code := range map[string]string{"C0NOWHERE0": "channel_not_found", "C0SECRET00": "missing_scope"} {
		var fault *bot.Fault
		if _, err := p.Channel(t.Context(), id); !errors.As(err, &fault) || fault.Code != code {
			t.Errorf("%s: %v, want %s", id, err, code)
		}
	}
	if err := p.OpenSocket(t.Context()); err != nil {
		t.Error(err)
	}
	refused := slack.NewProbe(slack.Options{BotToken: "xoxb-test-revoked", AppToken: "xapp-test-revoked", APIURL: server.URL + "/api/"})
	if _, err := refused.Stand(t.Context()); err == nil {
		t.Error("a revoked bot token stands")
	}
	if err := refused.OpenSocket(t.Context()); err == nil {
		t.Error("a revoked app token opens a socket")
	}
	if len(w.Posts()) != 0 {
		t.Errorf("something was said: %+v", w.Posts())
	}
}
