package workspace_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"rootwatch/internal/demo/workspace"
)

const appToken = "xapp-test-workspace"

// wired opens a workspace with Socket Mode.
func wired(t *testing.T, change func(*workspace.Options)) (*workspace.Server, *slack.Client, string) {
	t.Helper()
	o := options()
	o.AppToken, o.PingInterval = appToken, 10*time.Millisecond
	if change != nil {
		change(&o)
	}
	s, c, base := open(t, o)
	t.Cleanup(s.Close)
	return s, c, base
}

// plug connects n of slack-go's own clients and waits until they are there.
// Each payload goes to handle, which returns the payload of its
// acknowledgement, and false to send none.
func plug(t *testing.T, s *workspace.Server, base string, n int, handle func(socketmode.Event) (any, bool)) (ended <-chan error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, n)
	var running sync.WaitGroup
	for range n {
		api := slack.New(token, slack.OptionAPIURL(base+"/api/"), slack.OptionAppLevelToken(appToken))
		client := socketmode.New(api, socketmode.OptionPingInterval(5*time.Second))
		running.Go(func() { over <- client.RunContext(ctx) })
		running.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case e := <-client.Events:
					if e.Request == nil || e.Request.EnvelopeID == "" {
						continue
					}
					if answer, ack := handle(e); ack {
						if err := client.AckCtx(ctx, e.Request.EnvelopeID, answer); err != nil && ctx.Err() == nil {
							t.Error(err)
						}
					}
				}
			}
		})
	}
	t.Cleanup(func() { cancel(); running.Wait() })
	if err := s.WaitSockets(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	return over
}

func TestSocketMode(t *testing.T) {
	s, c, base := wired(t, nil)
	ts := post(t, c, controls())
	got := make(chan any, 3)
	plug(t, s, base, 1, func(e socketmode.Event) (any, bool) {
		got <- e.Data
		if e.Type == socketmode.EventTypeSlashCommand {
			return map[string]any{"text": "checking"}, e.Request.AcceptsResponsePayload
		}
		return nil, true
	})
	ack, err := s.Command(t.Context(), alice, alerts, "/rootcheck", "all & more")
	if err != nil || ack.Message == nil || ack.Message.Text != "checking" || !ack.Message.Ephemeral {
		t.Fatalf("%+v, %v", ack, err)
	}
	if cmd := (<-got).(slack.SlashCommand); cmd.Command != "/rootcheck" || cmd.Text != "all & more" || cmd.UserID != alice || cmd.ResponseURL == "" || cmd.IsEnterpriseInstall {
		t.Errorf("command %+v", cmd)
	}
	if _, err := s.Press(t.Context(), alice, alerts, ts, "check"); err != nil {
		t.Fatal(err)
	}
	press := (<-got).(slack.InteractionCallback)
	if press.ActionCallback.BlockActions[0].ActionID != "check" || press.Container.MessageTs != ts {
		t.Errorf("press %+v", press)
	}
	if _, err := c.OpenViewContext(t.Context(), press.TriggerID, modal("over a socket")); err != nil {
		t.Error(err)
	}
	if _, err := s.OpenHome(t.Context(), alice); err != nil {
		t.Fatal(err)
	}
	if e := (<-got).(slackevents.EventsAPIEvent); e.InnerEvent.Type != "app_home_opened" {
		t.Errorf("event %+v", e)
	}
}

func TestSubmissionOverASocket(t *testing.T) {
	s, c, base := wired(t, nil)
	ts := post(t, c, controls())
	trigger := make(chan string, 1)
	plug(t, s, base, 1, func(e socketmode.Event) (any, bool) {
		i := e.Data.(slack.InteractionCallback)
		if i.Type == slack.InteractionTypeViewSubmission {
			return slack.NewErrorsViewSubmissionResponse(map[string]string{"accounts": "No such account"}), e.Request.AcceptsResponsePayload
		}
		trigger <- i.TriggerID
		return nil, true
	})
	if _, err := s.Press(t.Context(), alice, alerts, ts, "check"); err != nil {
		t.Fatal(err)
	}
	v, err := c.OpenViewContext(t.Context(), <-trigger, modal("form", inputs()...))
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := s.Submit(t.Context(), alice, v.View.ID, map[string]string{"ids": "1"})
	if err != nil || wrong["accounts"] != "No such account" {
		t.Errorf("%v, %v", wrong, err)
	}
}

func TestTicketsWorkOnce(t *testing.T) {
	_, _, base := wired(t, nil)
	api := slack.New(token, slack.OptionAPIURL(base+"/api/"), slack.OptionAppLevelToken(appToken))
	_, address, err := api.StartSocketModeContext(t.Context())
	if err != nil || !strings.HasPrefix(address, "ws://") {
		t.Fatalf("%s, %v", address, err)
	}
	conn, _, err := websocket.DefaultDialer.DialContext(t.Context(), address, nil)
	if err != nil {
		t.Fatal(err)
	}
	var hello struct {
		Type           string
		NumConnections int `json:"num_connections"`
		ConnectionInfo struct {
			AppID string `json:"app_id"`
		} `json:"connection_info"`
		DebugInfo struct {
			Time int `json:"approximate_connection_time"`
		} `json:"debug_info"`
	}
	if err := conn.ReadJSON(&hello); err != nil || hello.Type != "hello" || hello.NumConnections != 1 || hello.ConnectionInfo.AppID != workspace.AppID || hello.DebugInfo.Time == 0 {
		t.Errorf("%+v, %v", hello, err)
	}
	_ = conn.Close()
	for _, used := range []string{address, strings.Split(address, "?")[0] + "?ticket=guess"} {
		if conn, r, err := websocket.DefaultDialer.DialContext(t.Context(), used, nil); err == nil || r == nil || r.StatusCode != 403 {
			_ = conn.Close()
			t.Errorf("%s connects", used)
		}
	}
}

func TestWhoMayOpenASocket(t *testing.T) {
	s, _, base := wired(t, nil)
	_, _, elsewhere := open(t, options())
	address := base + "/api/apps.connections.open"
	for _, test := range []struct{ name, bearer, body, word string }{
		{"the app token", appToken, "", ""},
		{"the bot token", token, "", "not_allowed_token_type"},
		{"another token", "xapp-test-other", "", "invalid_auth"},
		{"no token", "", "", "not_authed"},
		{"in the form", "", "token=" + appToken, "not_authed"},
	} {
		got := call(t, address, formKind, test.bearer, test.body)
		if word, _ := got["error"].(string); word != test.word {
			t.Errorf("%s: %v, want %q", test.name, got, test.word)
		}
	}
	if got := call(t, elsewhere+"/api/apps.connections.open", formKind, appToken, ""); got["error"] != "not_allowed_token_type" {
		t.Errorf("without Socket Mode: %v", got)
	}
	s.AddFault(workspace.Fault{Method: "apps.connections.open", Times: 1, Kind: workspace.FaultError, Code: "internal_error"})
	if got := call(t, address, formKind, appToken, ""); got["error"] != "internal_error" {
		t.Errorf("under a fault: %v", got)
	}
	s.RevokeAppToken()
	if got := call(t, address, formKind, appToken, ""); got["error"] != "token_revoked" {
		t.Errorf("revoked: %v", got)
	}
	s.SetAppToken("xapp-test-rotated")
	if got := call(t, address, formKind, appToken, ""); got["error"] != "invalid_auth" {
		t.Errorf("rotated: %v", got)
	}
	s.SetAppToken(appToken)
	s.DisableSocketMode()
	if got := call(t, address, formKind, appToken, ""); got["error"] != "forbidden_team" {
		t.Errorf("switched off: %v", got)
	}
	s.EnableSocketMode()
	if got := call(t, address, formKind, appToken, ""); got["ok"] != true {
		t.Errorf("switched on again: %v", got)
	}
}

// raw connects without slack-go, and has had its hello.
func raw(t *testing.T, base string) *websocket.Conn {
	t.Helper()
	got := call(t, base+"/api/apps.connections.open", formKind, appToken, "")
	conn, _, err := websocket.DefaultDialer.DialContext(t.Context(), got["url"].(string), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	readFrame(t, conn)
	return conn
}

func readFrame(t *testing.T, conn *websocket.Conn) map[string]any {
	t.Helper()
	var f map[string]any
	if err := conn.ReadJSON(&f); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAtMostTenSockets(t *testing.T) {
	s, _, base := wired(t, nil)
	for range 10 {
		raw(t, base)
	}
	got := call(t, base+"/api/apps.connections.open", formKind, appToken, "")
	eleventh, _, err := websocket.DefaultDialer.DialContext(t.Context(), got["url"].(string), nil)
	if err != nil {
		t.Fatal(err)
	}
	if f := readFrame(t, eleventh); f["type"] != "disconnect" || f["reason"] != "too_many_websockets" {
		t.Errorf("frame %v", f)
	}
	if _, _, err := eleventh.ReadMessage(); err == nil {
		t.Error("the eleventh stays")
	}
	if err := s.WaitSockets(t.Context(), 10); err != nil {
		t.Error(err)
	}
}

func TestEachPayloadGoesToOneSocket(t *testing.T) {
	s, _, base := wired(t, nil)
	counts := make([]int, 2)
	var mu sync.Mutex
	for i := range counts {
		conn := raw(t, base)
		go func() {
			for {
				var f map[string]any
				if conn.ReadJSON(&f) != nil {
					return
				}
				mu.Lock()
				counts[i]++
				mu.Unlock()
				_ = conn.WriteJSON(map[string]any{"envelope_id": f["envelope_id"], "payload": map[string]any{}})
			}
		}()
	}
	if err := s.WaitSockets(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	for range 6 {
		if _, err := s.Command(t.Context(), alice, alerts, "/rootcheck", ""); err != nil {
			t.Fatal(err)
		}
	}
	mu.Lock()
	if counts[0] != 3 || counts[1] != 3 {
		t.Errorf("payloads %v", counts)
	}
	mu.Unlock()
	s.DeliverTwice(1)
	if _, err := s.Command(t.Context(), alice, alerts, "/rootcheck", ""); err != nil {
		t.Fatal(err)
	}
}

func TestTheSameEnvelopeTwice(t *testing.T) {
	for _, sockets := range []int{1, 2} {
		s, _, base := wired(t, nil)
		ids := make(chan string, 2)
		plug(t, s, base, sockets, func(e socketmode.Event) (any, bool) {
			ids <- e.Request.EnvelopeID
			return map[string]any{"text": "once"}, true
		})
		s.DeliverTwice(1)
		if _, err := s.Command(t.Context(), alice, alerts, "/rootcheck", ""); err != nil {
			t.Fatal(err)
		}
		if a, b := <-ids, <-ids; a != b || len(s.Messages(alerts)) != 1 {
			t.Errorf("%d sockets: %s and %s, shown %v", sockets, a, b, texts(s.Messages(alerts)))
		}
	}
}

func TestAcknowledgementsThatDoNotCount(t *testing.T) {
	for name, answer := range map[string]func(socketmode.Event) (any, bool){
		"none":      func(socketmode.Event) (any, bool) { return nil, false },
		"too large": nil,
	} {
		s, _, base := wired(t, func(o *workspace.Options) { o.AckLimit = 50 * time.Millisecond })
		if answer != nil {
			plug(t, s, base, 1, answer)
		} else {
			conn := raw(t, base) // slack-go itself does not send so much
			go func() {
				var f map[string]any
				if conn.ReadJSON(&f) == nil {
					_ = conn.WriteJSON(map[string]any{"envelope_id": f["envelope_id"], "payload": map[string]any{"text": strings.Repeat("x", 20<<10)}})
				}
			}()
			if err := s.WaitSockets(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Command(t.Context(), alice, alerts, "/rootcheck", ""); !errors.Is(err, workspace.ErrTimeout) {
			t.Errorf("%s: %v", name, err)
		}
		if got := texts(s.Messages(alerts)); len(got) != 1 || !strings.Contains(got[0], "operation_timeout") {
			t.Errorf("%s: shown %q", name, got)
		}
	}
}

func TestEventsAreRedeliveredOverSockets(t *testing.T) {
	s, _, base := wired(t, func(o *workspace.Options) {
		o.AckLimit, o.Redelivery = 50*time.Millisecond, []time.Duration{0, 0, 0}
	})
	attempts := make(chan *socketmode.Request, 4)
	plug(t, s, base, 1, func(e socketmode.Event) (any, bool) {
		attempts <- e.Request
		return nil, e.Request.RetryAttempt == 2
	})
	if _, err := s.OpenHome(t.Context(), alice); !errors.Is(err, workspace.ErrTimeout) {
		t.Errorf("error %v", err)
	}
	for want := range 3 {
		if r := <-attempts; r.RetryAttempt != want || (r.RetryReason != "") != (want > 0) {
			t.Errorf("attempt %+v, want %d", r, want)
		}
	}
}
