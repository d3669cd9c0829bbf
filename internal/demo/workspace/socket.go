package workspace

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	mostSockets = 10
	// maxFrame is where Slack begins to drop what the bot sends over a socket.
	maxFrame = 20 << 10
	// farewell is how long a socket that was told to go may stay.
	farewell = 10 * time.Second
	// lifetime of a socket, in seconds, as hello announces it.
	lifetime = 18_060
)

// socketMode is Socket Mode: the tickets that are out, the connections, and the
// envelopes that wait for an acknowledgement. Server.mu guards it.
type socketMode struct {
	settled, on bool // UseSocketMode has said which
	disabled    bool // Socket Mode is switched off in the app's settings
	revoked     bool // the app token is
	deaf        bool // nothing is pinged, and no ping is answered
	tickets     map[string]struct{}
	sockets     []*socket
	turn        int // of the next payload
	waiting     map[string]*waiter
}

// socket is one connection of the bot.
type socket struct {
	conn    *websocket.Conn
	writing sync.Mutex
	greeted bool // it has had its hello
	leaving bool // it was told to go, and gets nothing new
	gone    chan struct{}
}

// open are the sockets that get payloads.
func (l *socketMode) open() []*socket {
	return slices.DeleteFunc(slices.Clone(l.sockets), func(k *socket) bool { return k.leaving || !k.greeted })
}

// appsConnectionsOpen hands out an address that connects once. It takes the
// app's token, and only in the header.
func (s *Server) appsConnectionsOpen(a args) answer {
	switch {
	case a.bearer == "":
		return fail("not_authed")
	case s.secrets.app == "" || same(a.bearer, s.secrets.bot):
		return fail("not_allowed_token_type", "[ERROR] an app-level token is needed")
	case !same(a.bearer, s.secrets.app):
		return fail("invalid_auth")
	case s.link.revoked:
		return fail("token_revoked")
	case s.link.disabled:
		return fail("forbidden_team", "[ERROR] Socket Mode is switched off for this app")
	}
	ticket := randomHex(16)
	s.link.tickets[ticket] = struct{}{}
	address := "ws" + strings.TrimPrefix(strings.TrimSuffix(s.baseURL, "/"), "http")
	return succeed(map[string]any{"url": address + "/link/?ticket=" + ticket + "&app_id=" + AppID})
}

// upgrader lets any origin in: the ticket is the proof.
var upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}

// serveSocket lasts as long as the connection.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	_, valid := s.link.tickets[ticket]
	delete(s.link.tickets, ticket)
	s.mu.Unlock()
	if !valid {
		http.Error(w, "invalid_ticket", http.StatusForbidden)
		return
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	defer func() { _ = conn.Close() }() // it may be closed already
	k := &socket{conn: conn, gone: make(chan struct{})}
	conn.SetPingHandler(func(data string) error {
		if s.isDeaf() {
			return nil
		}
		return k.control(websocket.PongMessage, data)
	})
	n, full := s.join(k)
	if full {
		_ = k.send(disconnect("too_many_websockets")) // the client that left misses nothing
		return
	}
	defer s.leave(k)
	if k.send(hello(n)) != nil {
		return
	}
	s.greet(k)
	go s.ping(k)
	s.listen(k)
}

// join counts a connection in, unless there are too many. It gets payloads
// after its hello.
func (s *Server) join(k *socket) (n int, full bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.link.sockets) >= mostSockets {
		return 0, true
	}
	s.link.sockets = append(s.link.sockets, k)
	return len(s.link.sockets), false
}

func (s *Server) greet(k *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k.greeted = true
	s.wake()
}

func (s *Server) leave(k *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(k.gone)
	s.link.sockets = slices.DeleteFunc(s.link.sockets, func(o *socket) bool { return o == k })
	for _, w := range s.link.waiting {
		w.lose(k)
	}
	s.wake()
}

func (s *Server) isDeaf() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.link.deaf
}

// ping at once and then at every interval: clients take silence for death.
func (s *Server) ping(k *socket) {
	ticker := time.NewTicker(s.options.PingInterval)
	defer ticker.Stop()
	for {
		if !s.isDeaf() && k.control(websocket.PingMessage, "Ping from "+AppID) != nil {
			return
		}
		select {
		case <-ticker.C:
		case <-k.gone:
			return
		}
	}
}

// listen takes acknowledgements until the connection ends.
func (s *Server) listen(k *socket) {
	for {
		kind, frame, err := k.conn.ReadMessage()
		if err != nil {
			return
		}
		var ack struct {
			EnvelopeID string          `json:"envelope_id"`
			Payload    json.RawMessage `json:"payload"`
		}
		if kind != websocket.TextMessage || len(frame) >= maxFrame || json.Unmarshal(frame, &ack) != nil {
			continue // Slack says nothing of what it drops
		}
		s.mu.Lock()
		if w := s.link.waiting[ack.EnvelopeID]; w != nil {
			w.take(k, ack.Payload)
		}
		s.mu.Unlock()
	}
}

func (k *socket) send(frame any) error {
	k.writing.Lock()
	defer k.writing.Unlock()
	if err := k.conn.SetWriteDeadline(time.Now().Add(farewell)); err != nil {
		return err
	}
	return k.conn.WriteJSON(frame)
}

func (k *socket) control(kind int, data string) error {
	return k.conn.WriteControl(kind, []byte(data), time.Now().Add(farewell))
}

var debugInfo = map[string]any{"host": "applink-demo", "build_number": 1, "approximate_connection_time": lifetime}

func hello(n int) any {
	return map[string]any{
		"type": "hello", "num_connections": n,
		"connection_info": map[string]any{"app_id": AppID}, "debug_info": debugInfo,
	}
}

func disconnect(reason string) any {
	return map[string]any{"type": "disconnect", "reason": reason, "debug_info": debugInfo}
}

// Sockets is how many connections get payloads now.
func (s *Server) Sockets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.link.open())
}

// WaitSockets returns as soon as exactly n connections get payloads, or with
// the context's error.
func (s *Server) WaitSockets(ctx context.Context, n int) error {
	for {
		s.mu.Lock()
		changed, now := s.changed, len(s.link.open())
		s.mu.Unlock()
		if now == n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// errNoSocket is why nothing can be delivered in Socket Mode.
var errNoSocket = errors.New("no socket is connected")
