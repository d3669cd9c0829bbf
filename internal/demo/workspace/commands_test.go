package workspace_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"rootwatch/internal/demo/workspace"
)

// Slack's published example of a signed request.
const (
	vectorSecret    = "8f742231b10e8888abcd99yyyzzz85a5"
	vectorTime      = 1531420618
	vectorSignature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
	vectorBody      = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)

func TestGoldenSignature(t *testing.T) {
	if got := workspace.Sign(vectorSecret, vectorTime, []byte(vectorBody)); got != vectorSignature {
		t.Errorf("%s, want %s", got, vectorSignature)
	}
}

// listen is a bot that verifies as slack-go does, then answers with handle.
func listen(t *testing.T, s *workspace.Server, handle func(w http.ResponseWriter, r *http.Request, c slack.SlashCommand)) {
	t.Helper()
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		verifier, err := slack.NewSecretsVerifier(r.Header, secret)
		if err == nil {
			_, _ = verifier.Write(body)
			err = verifier.Ensure()
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		c, err := slack.SlashCommandParse(r)
		if err != nil {
			t.Error(err)
		}
		handle(w, r, c)
	}))
	t.Cleanup(bot.Close)
	s.SetCommandURL(bot.URL + "/slack/commands")
}

// acknowledge answers every command with one body.
func acknowledge(kind, body string) func(http.ResponseWriter, *http.Request, slack.SlashCommand) {
	return func(w http.ResponseWriter, _ *http.Request, _ slack.SlashCommand) {
		w.Header().Set("Content-Type", kind)
		_, _ = io.WriteString(w, body)
	}
}

func TestCommandFields(t *testing.T) {
	s, api, base := open(t, options())
	direct, _, err := api.PostMessageContext(t.Context(), alice, words("hello"))
	if err != nil {
		t.Fatal(err)
	}
	var got []slack.SlashCommand
	var path string
	listen(t, s, func(_ http.ResponseWriter, r *http.Request, c slack.SlashCommand) {
		got, path = append(got, c), r.URL.Path
	})
	for _, channel := range []string{alerts, "G0PRIVATE1", direct} {
		ack, err := s.Command(t.Context(), alice, channel, "/rootcheck", "111122223333 & more")
		if err != nil || ack.Status != 200 || ack.Message != nil {
			t.Fatalf("ack %+v, %v", ack, err)
		}
	}
	c := got[0]
	if c.Command != "/rootcheck" || c.Text != "111122223333 & more" || c.UserID != alice || c.UserName != "alice" ||
		c.ChannelID != alerts || c.ChannelName != "alerts" || c.TeamID != "T0TEST0001" || c.TeamDomain == "" ||
		c.APIAppID != workspace.AppID || c.IsEnterpriseInstall || path != "/slack/commands" {
		t.Errorf("payload %+v to %s", c, path)
	}
	if u, err := url.Parse(c.ResponseURL); err != nil || u.Scheme+"://"+u.Host != base {
		t.Errorf("response_url %s", c.ResponseURL)
	}
	if c.TriggerID == got[1].TriggerID || c.ResponseURL == got[1].ResponseURL || got[1].ChannelName != "privategroup" || got[2].ChannelName != "directmessage" {
		t.Errorf("other payloads %+v", got[1:])
	}
	if n := len(s.Messages(alerts)); n != 0 {
		t.Errorf("an empty acknowledgement shows %d messages", n)
	}
}

func TestAcknowledgements(t *testing.T) {
	for _, test := range []struct {
		name, kind, body string
		want             string // the message; "": none
		ephemeral        bool
		err              error
	}{
		{"plain text", "text/plain", "checking", "checking", true, nil},
		{"JSON", "application/json", `{"text":"checking","blocks":[{"type":"divider"}]}`, "checking", true, nil},
		{"in the channel", "application/json", `{"response_type":"in_channel","text":"checking"}`, "checking", false, nil},
		{"only the command", "application/json", `{"response_type":"in_channel"}`, "", false, nil},
		{"broken", "application/json", `{`, `/rootcheck failed with the error "invalid_command_response"`, true, workspace.ErrBadCommand},
		{"bad blocks", "application/json", `{"blocks":[{"type":"header"}]}`, `/rootcheck failed with the error "invalid_command_response"`, true, workspace.ErrBadCommand},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, _, _ := open(t, options())
			listen(t, s, acknowledge(test.kind, test.body))
			ack, err := s.Command(t.Context(), alice, alerts, "/rootcheck", "all")
			if !errors.Is(err, test.err) || ack.Status != 200 {
				t.Fatalf("ack %+v, %v", ack, err)
			}
			shown := s.Messages(alerts)
			if test.want == "" {
				if len(shown) != 0 {
					t.Errorf("shown %+v", shown)
				}
				return
			}
			if len(shown) != 1 || shown[0].Text != test.want || shown[0].Ephemeral != test.ephemeral {
				t.Fatalf("shown %+v", shown)
			}
			if user := shown[0].User; test.ephemeral != (user == alice) {
				t.Errorf("shown to %s", user)
			}
			if (ack.Message != nil) != (test.err == nil) || (len(s.Posts()) == 1) != (test.err == nil) {
				t.Errorf("ack %+v, log %+v", ack, s.Posts())
			}
		})
	}
}

func TestCommandThatNobodyAcknowledges(t *testing.T) {
	o := options()
	o.AckLimit = 30 * time.Millisecond
	s, _, _ := open(t, o)
	listen(t, s, func(_ http.ResponseWriter, r *http.Request, _ slack.SlashCommand) { <-r.Context().Done() })
	if _, err := s.Command(t.Context(), alice, alerts, "/rootcheck", ""); !errors.Is(err, workspace.ErrTimeout) {
		t.Errorf("too late: %v", err)
	}
	s.SetCommandURL("http://127.0.0.1:1/slack/commands")
	if _, err := s.Command(t.Context(), alice, alerts, "/rootcheck", ""); !errors.Is(err, workspace.ErrDispatch) {
		t.Errorf("nobody there: %v", err)
	}
	want := []string{`/rootcheck failed with the error "operation_timeout"`, `/rootcheck failed with the error "dispatch_failed"`}
	if got := texts(s.Messages(alerts)); !slices.Equal(got, want) {
		t.Errorf("shown %q", got)
	}
	for _, who := range [][2]string{{"U0NOBODY01", alerts}, {alice, "C0NOWHERE1"}} {
		if _, err := s.Command(t.Context(), who[0], who[1], "/rootcheck", ""); err == nil {
			t.Errorf("%v can type a command", who)
		}
	}
	if _, err := workspace.New(options()).Command(t.Context(), alice, alerts, "/rootcheck", ""); err == nil {
		t.Error("a workspace without an address hands out response URLs")
	}
}

func TestForgedLateAndReplayed(t *testing.T) {
	s, _, _ := open(t, options())
	taken := 0
	listen(t, s, func(w http.ResponseWriter, _ *http.Request, _ slack.SlashCommand) {
		if taken++; taken > 1 {
			w.WriteHeader(http.StatusConflict) // what this bot says to a replay
		}
	})
	body, err := s.CommandBody(alice, alerts, "/rootcheck", "all")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	sound := s.SignAt(now, body)
	tampered := sound
	tampered.Body = append(bytes.Clone(body), "&text=other"...)
	forged := workspace.Signed{Timestamp: sound.Timestamp, Signature: workspace.Sign("another secret", now.Unix(), body), Body: body}
	for name, r := range map[string]workspace.Signed{
		"forged": forged, "tampered": tampered, "late": s.SignAt(now.Add(-6*time.Minute), body), "early": s.SignAt(now.Add(6*time.Minute), body),
	} {
		if ack, err := s.SendRaw(t.Context(), r); err != nil || ack.Status != http.StatusUnauthorized {
			t.Errorf("%s: %+v, %v", name, ack, err)
		}
	}
	if ack, err := s.Command(t.Context(), alice, alerts, "/rootcheck", "all"); err != nil || ack.Status != 200 {
		t.Fatalf("sound: %+v, %v", ack, err)
	}
	sent := s.LastSigned()
	if ack, err := s.Replay(t.Context()); err != nil || ack.Status != http.StatusConflict {
		t.Errorf("replayed: %+v, %v", ack, err)
	}
	again := s.LastSigned()
	if again.Signature != sent.Signature || !bytes.Equal(again.Body, sent.Body) || len(s.Messages(alerts)) != 0 {
		t.Error("a replay leaves a trace in the workspace")
	}
}

func TestCommandEndsWithItsContext(t *testing.T) {
	s, _, _ := open(t, options())
	ctx, cancel := context.WithCancel(t.Context())
	listen(t, s, func(_ http.ResponseWriter, r *http.Request, _ slack.SlashCommand) {
		cancel()
		<-r.Context().Done()
	})
	if _, err := s.Command(ctx, alice, alerts, "/rootcheck", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
