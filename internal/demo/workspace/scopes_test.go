package workspace_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"rootwatch/internal/demo/workspace"
)

// A method without its scope says which one it needs.
func TestScopes(t *testing.T) {
	o := options()
	o.Scopes = []string{"chat:write", "channels:history", "im:write"}
	s, c, base := open(t, o)
	for method, needed := range map[string]string{
		"chat.postMessage": "", "views.open": "", "auth.test": "", "conversations.open": "", "conversations.history&channel=" + alerts: "",
		"users.info": "users:read", "files.info": "files:read", "files.getUploadURLExternal": "files:write", "reactions.add": "reactions:write",
		"conversations.list": "channels:read", "conversations.list&types=private_channel": "groups:read", "conversations.join": "channels:join",
		"conversations.history&channel=G0PRIVATE1": "groups:history", "conversations.info&channel=" + alerts: "channels:read",
		"conversations.replies&channel=" + s.DirectMessage(alice): "im:history",
	} {
		name, rest, _ := strings.Cut(method, "&")
		got := call(t, base+"/api/"+name, formKind, token, rest)
		if word, _ := got["error"].(string); (word == "missing_scope") != (needed != "") || needed != "" && (got["needed"] != needed || got["provided"] != "chat:write,channels:history,im:write") {
			t.Errorf("%s: %v, want it to need %q", method, got, needed)
		}
	}
	var header http.Header
	watched := slack.New(token, slack.OptionAPIURL(base+"/api/"), slack.OptionOnResponseHeaders(func(_ string, h http.Header) { header = h }))
	if _, err := watched.AuthTestContext(t.Context()); err != nil || header.Get("X-OAuth-Scopes") != "chat:write,channels:history,im:write" {
		t.Errorf("header %v, %v", header, err)
	}
	_, err := c.GetUserInfoContext(t.Context(), alice)
	wantError(t, err, "missing_scope")
}

func TestPublicChannelsByScope(t *testing.T) {
	o := options()
	o.Scopes = nil // all of them
	_, c, _ := open(t, o)
	if _, _, err := c.PostMessageContext(t.Context(), "C0OTHER001", words("uninvited")); err != nil {
		t.Error(err)
	}
	_, _, err := c.PostMessageContext(t.Context(), "G0SECRET01", words("uninvited"))
	wantError(t, err, "channel_not_found")
}

func TestDirectMessages(t *testing.T) {
	s, c, _ := open(t, options())
	opened, _, _, err := c.OpenConversationContext(t.Context(), &slack.OpenConversationParameters{Users: []string{alice}})
	if err != nil || opened.ID != s.DirectMessage(alice) {
		t.Fatalf("%+v, %v", opened, err)
	}
	channel, _, err := c.PostMessageContext(t.Context(), alice, words("for you"))
	if err != nil || channel != opened.ID || len(s.Messages(channel)) != 1 {
		t.Errorf("%s, %v", channel, err)
	}
	for users, word := range map[string]string{"U0NOBODY01": "user_not_found", alice + "," + bob: "method_not_supported_for_channel_type"} {
		_, _, _, err := c.OpenConversationContext(t.Context(), &slack.OpenConversationParameters{Users: strings.Split(users, ",")})
		wantError(t, err, word)
	}
	if s.DirectMessage("U0NOBODY01") != "" {
		t.Error("nobody has a direct message")
	}
}

// Secrets change while the workspace runs.
func TestRotatedSecrets(t *testing.T) {
	s, c, base := open(t, options())
	s.SetBotToken("xoxb-test-rotated")
	_, err := c.AuthTestContext(t.Context())
	wantError(t, err, "invalid_auth")
	if _, err := slack.New("xoxb-test-rotated", slack.OptionAPIURL(base+"/api/")).AuthTestContext(t.Context()); err != nil {
		t.Error(err)
	}
	s.SetSigningSecret("another-test-secret")
	listen(t, s, acknowledge("text/plain", "taken"))
	if ack, err := s.Command(t.Context(), alice, alerts, "/rootcheck", ""); err == nil || ack.Status != http.StatusUnauthorized {
		t.Errorf("%+v, %v", ack, err)
	}
}

func TestFaultsHitTheNewMethods(t *testing.T) {
	s, c, press, _ := triggered(t, options())
	trigger := press().TriggerID
	s.AddFault(workspace.Fault{Method: "views.open", Times: 1, Kind: workspace.FaultLostAnswer})
	if _, err := c.OpenViewContext(t.Context(), trigger, modal("lost")); err == nil || len(s.Views(alice)) != 1 {
		t.Errorf("%v, open %+v", err, s.Views(alice))
	}
	s.AddFault(workspace.Fault{Method: "views.update", Times: 1, Kind: workspace.FaultRateLimit})
	_, err := c.UpdateViewContext(t.Context(), modal("limited"), "", "", s.Views(alice)[0].ID)
	if _, limited := errors.AsType[*slack.RateLimitedError](err); !limited {
		t.Errorf("error %v", err)
	}
}
