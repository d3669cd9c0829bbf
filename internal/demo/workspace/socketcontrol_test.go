package workspace_test

import (
	"errors"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"rootwatch/internal/demo/workspace"
)

func acknowledgeAll(socketmode.Event) (any, bool) { return nil, true }

func TestRefreshAndDrop(t *testing.T) {
	s, _, base := wired(t, nil)
	plug(t, s, base, 2, acknowledgeAll)
	for name, shake := range map[string]func(){"refresh": s.RefreshSockets, "refresh one": s.RefreshSocket, "drop": s.DropSockets, "drop one": s.DropSocket} {
		shake()
		if err := s.WaitSockets(t.Context(), 2); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for range 2 {
			if _, err := s.Command(t.Context(), alice, alerts, "/rootcheck", ""); err != nil {
				t.Errorf("after %s: %v", name, err)
			}
		}
	}
}

func TestFramesOfGoodbye(t *testing.T) {
	s, _, base := wired(t, nil)
	conn := raw(t, base)
	if err := s.WaitSockets(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	s.WarnSockets()
	if f := readFrame(t, conn); f["type"] != "disconnect" || f["reason"] != "warning" || s.Sockets() != 1 {
		t.Errorf("frame %v, %d sockets", f, s.Sockets())
	}
	s.RefreshSockets()
	if f := readFrame(t, conn); f["type"] != "disconnect" || f["reason"] != "refresh_requested" || s.Sockets() != 0 {
		t.Errorf("frame %v, %d sockets", f, s.Sockets())
	}
	other := raw(t, base)
	if err := s.WaitSockets(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	s.DisableSocketMode()
	if f := readFrame(t, other); f["type"] != "disconnect" || f["reason"] != "link_disabled" {
		t.Errorf("frame %v", f)
	}
}

// A socket that dies with an envelope takes the acknowledgement with it.
func TestDropBeforeTheAcknowledgement(t *testing.T) {
	s, _, base := wired(t, nil)
	got := make(chan struct{}, 1)
	plug(t, s, base, 1, func(socketmode.Event) (any, bool) {
		got <- struct{}{}
		return nil, false
	})
	failed := make(chan error)
	go func() {
		_, err := s.Command(t.Context(), alice, alerts, "/rootcheck", "")
		failed <- err
	}()
	<-got
	s.DropSockets()
	if err := <-failed; !errors.Is(err, workspace.ErrTimeout) {
		t.Errorf("error %v", err)
	}
}

func TestTheAppTokenIsRevoked(t *testing.T) {
	s, _, base := wired(t, nil)
	ended := plug(t, s, base, 1, acknowledgeAll)
	s.RevokeAppToken()
	if err := <-ended; err == nil || err.Error() != "token_revoked" {
		t.Errorf("the client ends with %v", err)
	}
	if _, err := s.Command(t.Context(), alice, alerts, "/rootcheck", ""); !errors.Is(err, workspace.ErrDispatch) {
		t.Errorf("error %v", err)
	}
}

func TestWhichWay(t *testing.T) {
	s, _, base := wired(t, nil)
	var ways []string
	listen(t, s, acknowledge("text/plain", "over HTTP"))
	plug(t, s, base, 1, func(socketmode.Event) (any, bool) { return map[string]any{"text": "over a socket"}, true })
	ask := func() {
		t.Helper()
		ack, err := s.Command(t.Context(), alice, alerts, "/rootcheck", "")
		if err != nil {
			ways = append(ways, err.Error()[:len("dispatch_failed")])
			return
		}
		ways = append(ways, ack.Message.Text)
	}
	ask()
	s.UseSocketMode(false)
	ask()
	s.UseSocketMode(true)
	ask()
	s.DisableSocketMode()
	ask() // Socket Mode is on, and no socket is there: HTTP does not help out
	want := []string{"over a socket", "over HTTP", "over a socket", "dispatch_failed"}
	for i := range want {
		if ways[i] != want[i] {
			t.Errorf("ways %q, want %q", ways, want)
			break
		}
	}
}

func TestPings(t *testing.T) {
	_, _, base := wired(t, func(o *workspace.Options) { o.PingInterval = time.Millisecond })
	conn := raw(t, base)
	pinged, ponged := make(chan struct{}, 1), make(chan struct{}, 1)
	note := func(c chan struct{}) func(string) error {
		return func(string) error {
			select {
			case c <- struct{}{}:
			default:
			}
			return nil
		}
	}
	conn.SetPingHandler(note(pinged))
	conn.SetPongHandler(note(ponged))
	go func() {
		for {
			if _, _, err := conn.ReadMessage(); err != nil {
				return
			}
		}
	}()
	<-pinged
	<-pinged
	if err := conn.WriteControl(websocket.PingMessage, nil, time.Time{}); err != nil {
		t.Fatal(err)
	}
	<-ponged
}

// slack-go takes a socket without pings for dead, and comes again.
func TestStoppedPings(t *testing.T) {
	s, _, base := wired(t, nil)
	s.StopPings()
	s.ResumePings()
	s.StopPings()
	api := slack.New(token, slack.OptionAPIURL(base+"/api/"), slack.OptionAppLevelToken(appToken))
	client := socketmode.New(api, socketmode.OptionPingInterval(20*time.Millisecond))
	ended := make(chan error)
	go func() { ended <- client.RunContext(t.Context()) }()
	connected := 0
	for connected < 2 {
		if e := <-client.Events; e.Type == socketmode.EventTypeConnected {
			connected++
		}
	}
	s.RevokeAppToken()
	for {
		select {
		case <-client.Events:
			continue
		case err := <-ended:
			if err == nil {
				t.Error("the client ends without an error")
			}
			return
		}
	}
}

// Only the connection that carried an envelope acknowledges it.
func TestAcknowledgementOverAnotherSocket(t *testing.T) {
	s, _, base := wired(t, func(o *workspace.Options) { o.AckLimit = 50 * time.Millisecond })
	conns := []*websocket.Conn{raw(t, base), raw(t, base)}
	if err := s.WaitSockets(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	for i, conn := range conns {
		go func() {
			var f map[string]any
			if conn.ReadJSON(&f) == nil {
				_ = conns[1-i].WriteJSON(map[string]any{"envelope_id": f["envelope_id"]})
			}
		}()
	}
	if _, err := s.Command(t.Context(), alice, alerts, "/rootcheck", ""); !errors.Is(err, workspace.ErrTimeout) {
		t.Errorf("error %v", err)
	}
}

func TestCloseEndsTheSockets(t *testing.T) {
	s, _, base := wired(t, nil)
	conn := raw(t, base)
	if err := s.WaitSockets(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s.Close()
	if _, _, err := conn.ReadMessage(); err == nil {
		t.Error("the socket outlives the workspace")
	}
}
