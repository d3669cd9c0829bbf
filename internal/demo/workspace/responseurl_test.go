package workspace_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"rootwatch/internal/demo/workspace"
)

// ask types a command and returns its response URL.
func ask(t *testing.T, s *workspace.Server, ack string) string {
	t.Helper()
	address := ""
	listen(t, s, func(w http.ResponseWriter, r *http.Request, c slack.SlashCommand) {
		address = c.ResponseURL
		acknowledge("application/json", ack)(w, r, c)
	})
	if _, err := s.Command(t.Context(), alice, alerts, "/rootcheck", "all"); err != nil {
		t.Fatal(err)
	}
	return address
}

func respond(t *testing.T, address string, m slack.WebhookMessage) error {
	t.Helper()
	return slack.PostWebhookContext(t.Context(), address, &m)
}

func wantStatus(t *testing.T, err error, status int) {
	t.Helper()
	if got, ok := errors.AsType[slack.StatusCodeError](err); !ok || got.Code != status {
		t.Errorf("error %v, want status %d", err, status)
	}
}

func TestReplaceOriginal(t *testing.T) {
	s, _, _ := open(t, options())
	address := ask(t, s, `{"text":"Checking..."}`)
	if err := respond(t, address, slack.WebhookMessage{Text: "2 of 9 fail", ReplaceOriginal: true}); err != nil {
		t.Fatal(err)
	}
	got := s.Messages(alerts)
	if len(got) != 1 || got[0].Text != "2 of 9 fail" || !got[0].Ephemeral || got[0].User != alice || got[0].Edited != 1 || got[0].Posts != 2 {
		t.Errorf("messages %+v", got)
	}
	if err := respond(t, address, slack.WebhookMessage{DeleteOriginal: true}); err != nil {
		t.Fatal(err)
	}
	if got := s.Messages(alerts); len(got) != 0 {
		t.Errorf("after delete_original %+v", got)
	}
	if log := s.Posts(); len(log) != 3 || log[0].Method != "command" || log[1].Method != "response_url" || log[1].TS != log[0].TS {
		t.Errorf("log %+v", log)
	}
}

func TestResponseTypes(t *testing.T) {
	s, c, _ := open(t, options())
	address := ask(t, s, "")
	parent := post(t, c, words("parent"))
	for _, m := range []slack.WebhookMessage{
		{Text: "for alice"},
		{Text: "for all", ResponseType: "in_channel"},
		{Text: "no original to replace", ReplaceOriginal: true},
		{Text: "in the thread", ResponseType: "in_channel", ThreadTimestamp: parent},
	} {
		if err := respond(t, address, m); err != nil {
			t.Fatal(err)
		}
	}
	got := s.Messages(alerts)[1:]
	if len(got) != 4 || !got[0].Ephemeral || got[1].Ephemeral || got[1].User != workspace.BotUser || !got[2].Ephemeral || got[3].ThreadTS != parent {
		t.Errorf("messages %+v", got)
	}
	_, _, _, err := c.SendMessageContext(t.Context(), "", words("by the message options"), slack.MsgOptionResponseURL(address, "ephemeral"))
	if err != nil {
		t.Errorf("MsgOptionResponseURL: %v", err)
	}
	if m := s.Messages(alerts); len(m) != 6 || m[5].Metadata != nil {
		t.Errorf("messages %+v", m)
	}
}

// A fast worker may replace the acknowledgement while that is on its way.
func TestReplaceBeforeTheAcknowledgement(t *testing.T) {
	for _, deletes := range []bool{false, true} {
		s, _, _ := open(t, options())
		listen(t, s, func(w http.ResponseWriter, r *http.Request, c slack.SlashCommand) {
			if err := respond(t, c.ResponseURL, slack.WebhookMessage{Text: "answer", ReplaceOriginal: !deletes, DeleteOriginal: deletes}); err != nil {
				t.Error(err)
			}
			acknowledge("text/plain", "Checking...")(w, r, c)
		})
		if _, err := s.Command(t.Context(), alice, alerts, "/rootcheck", "all"); err != nil {
			t.Fatal(err)
		}
		want := []string{"answer"}
		if deletes {
			want = nil
		}
		if got := texts(s.Messages(alerts)); !slices.Equal(got, want) {
			t.Errorf("shown %q, want %q", got, want)
		}
	}
}

func TestFiveUses(t *testing.T) {
	s, _, _ := open(t, options())
	address := ask(t, s, `{"text":"Checking..."}`)
	for i := range 5 {
		if i == 2 {
			bad := slack.NewBlockMessage(slack.NewHeaderBlock(slack.NewTextBlockObject("plain_text", strings.Repeat("x", 151), false, false))).Blocks
			wantStatus(t, respond(t, address, slack.WebhookMessage{Text: "bad", Blocks: &bad}), http.StatusBadRequest)
		}
		if err := respond(t, address, slack.WebhookMessage{Text: "again", ReplaceOriginal: true}); err != nil {
			t.Fatalf("use %d: %v", i+1, err)
		}
	}
	wantStatus(t, respond(t, address, slack.WebhookMessage{Text: "sixth"}), http.StatusNotFound)
	response, err := http.Post(address, "application/json", strings.NewReader(`{"text":"seventh"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if body, _ := io.ReadAll(response.Body); !strings.Contains(string(body), `"used_url"`) {
		t.Errorf("answer %s", body)
	}
	if n := len(s.Messages(alerts)); n != 1 {
		t.Errorf("%d messages", n)
	}
}

func TestThirtyMinutes(t *testing.T) {
	now := time.Unix(1795322814, 0)
	o := options()
	o.Now = func() time.Time { return now }
	s, _, base := open(t, o)
	address := ask(t, s, "")
	now = now.Add(30*time.Minute - time.Second)
	if err := respond(t, address, slack.WebhookMessage{Text: "in time"}); err != nil {
		t.Errorf("in time: %v", err)
	}
	now = now.Add(time.Second)
	wantStatus(t, respond(t, address, slack.WebhookMessage{Text: "late"}), http.StatusNotFound)
	wantStatus(t, respond(t, base+"/commands/T0TEST0001/123/guess", slack.WebhookMessage{Text: "a"}), http.StatusNotFound)
}

func TestResponseURLFaults(t *testing.T) {
	s, _, _ := open(t, options())
	address := ask(t, s, "")
	s.AddFault(workspace.Fault{Method: "response_url", Times: 1, Kind: workspace.FaultRateLimit, RetryAfter: 3 * time.Second})
	err := respond(t, address, slack.WebhookMessage{Text: "a"})
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); !ok || limited.RetryAfter != 3*time.Second {
		t.Errorf("error %v", err)
	}
	s.AddFault(workspace.Fault{Method: "response_url", Times: 1, Kind: workspace.FaultError, Code: "expired_url"})
	wantStatus(t, respond(t, address, slack.WebhookMessage{Text: "a"}), http.StatusNotFound)
	s.AddFault(workspace.Fault{Method: "response_url", Times: 1, Kind: workspace.FaultLostAnswer})
	if err := respond(t, address, slack.WebhookMessage{Text: "lost"}); !errors.Is(err, io.EOF) {
		t.Errorf("lost answer: %v", err)
	}
	if got := texts(s.Messages(alerts)); !slices.Equal(got, []string{"lost"}) {
		t.Errorf("messages %q", got)
	}
	s.AddFault(workspace.Fault{Method: "response_url", Kind: workspace.FaultHang})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := slack.PostWebhookContext(ctx, address, &slack.WebhookMessage{Text: "a"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("hang: %v", err)
	}
}

func TestResponseURLForms(t *testing.T) {
	s, _, _ := open(t, options())
	address := ask(t, s, "")
	for _, test := range []struct {
		method, kind, body string
		status             int
	}{
		{http.MethodPost, formKind, url.Values{"payload": {`{"text":"by form"}`}}.Encode(), http.StatusOK},
		{http.MethodPost, formKind, "payload=x", http.StatusBadRequest},
		{http.MethodPost, formKind, "%zz", http.StatusBadRequest},
		{http.MethodPost, jsonKind, "", http.StatusBadRequest},
		{http.MethodPost, jsonKind, `{"replace_original":true}`, http.StatusBadRequest},
		{http.MethodGet, jsonKind, "", http.StatusMethodNotAllowed},
	} {
		r, err := http.NewRequestWithContext(t.Context(), test.method, address, strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", test.kind)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != test.status {
			t.Errorf("%s %q: %d, want %d", test.method, test.body, response.StatusCode, test.status)
		}
	}
	if got := texts(s.Messages(alerts)); !slices.Equal(got, []string{"by form"}) {
		t.Errorf("messages %q", got)
	}
}
