package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

const (
	dialLimit  = 10 * time.Second
	writeLimit = 5 * time.Second
	// maxFrame bounds one envelope; the largest holds a view of 250 kB.
	maxFrame = 1 << 20
	// farewell is how long a connection that Slack wants gone is still read:
	// Slack closes it ten seconds after its warning.
	farewell = 15 * time.Second
)

// conn is one connection. What it brings is acknowledged over it.
type conn struct {
	ws      *websocket.Conn
	writing sync.Mutex
	greeted atomic.Bool
	ended   atomic.Bool // we have said goodbye
	going   chan string // gets why it goes, once
	told    sync.Once
}

// dial asks Slack for an address, which works once, and connects.
func (s *socket) dial(ctx context.Context, t Tokens) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	if t.App == "" {
		return nil, slackgo.SlackErrorResponse{Err: "not_authed"}
	}
	api := slackgo.New(t.Bot, slackgo.OptionAppLevelToken(t.App), slackgo.OptionAPIURL(s.d.o.APIURL), slackgo.OptionHTTPClient(s.d.o.HTTPClient))
	_, address, err := api.StartSocketModeContext(ctx)
	if err != nil {
		return nil, err
	}
	// An acknowledgement must leave as one frame: Slack joins none together.
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialLimit, WriteBufferSize: 32 << 10}
	ws, response, err := dialer.DialContext(ctx, address, nil) //nolint:bodyclose // gorilla: the body of a handshake needs no closing
	if err != nil {
		if response != nil { // of the address that works once: another may do
			err = fmt.Errorf("the connection was refused with %s", response.Status)
		}
		return nil, err
	}
	return &conn{ws: ws, going: make(chan string, 1)}, nil
}

// leave tells the line, once, that it needs another connection.
func (c *conn) leave(why string) { c.told.Do(func() { c.going <- why }) }

// end says goodbye, so that what was sent before still arrives, and waits for
// the answer a moment.
func (c *conn) end() {
	if !c.ended.CompareAndSwap(false, true) {
		return
	}
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = c.ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second)) // it may be gone already
	_ = c.ws.SetReadDeadline(time.Now().Add(time.Second))
}

// read takes frames until the connection ends, and hands each envelope on at
// once. Whoever is silent longer than pings allow is taken for dead.
func (s *socket) read(ctx context.Context, c *conn) {
	defer c.leave("")
	stop := context.AfterFunc(ctx, c.end)
	defer stop()
	defer func() { _ = c.ws.Close() }() // it may be closed already
	defer func() {
		if c.greeted.Load() {
			s.counted(-1)
		}
	}()
	c.ws.SetReadLimit(maxFrame)
	alive := func() error {
		if c.ended.Load() {
			return nil
		}
		return c.ws.SetReadDeadline(time.Now().Add(s.o.Silence))
	}
	c.ws.SetPingHandler(func(data string) error {
		_ = c.ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(writeLimit)) // reading finds out
		return alive()
	})
	if alive() != nil {
		return
	}
	for {
		_, frame, err := c.ws.ReadMessage()
		if err != nil {
			if !c.ended.Load() {
				s.d.o.Log.LogAttrs(ctx, slog.LevelInfo, "a connection of Socket Mode ended", slog.Any("error", err))
			}
			return
		}
		s.frame(ctx, c, frame)
	}
}

// frame sorts one frame.
func (s *socket) frame(ctx context.Context, c *conn, frame []byte) {
	var e socketmode.Request
	if err := json.Unmarshal(frame, &e); err != nil {
		s.d.o.Counters.Refused("malformed")
		return
	}
	switch e.Type {
	case socketmode.RequestTypeHello:
		if c.greeted.CompareAndSwap(false, true) {
			s.counted(1)
		}
	case socketmode.RequestTypeDisconnect:
		s.d.o.Log.LogAttrs(ctx, slog.LevelInfo, "Slack wants a connection of Socket Mode renewed", slog.String("reason", e.Reason))
		c.leave(e.Reason)
		time.AfterFunc(farewell, c.end)
	default:
		if e.EnvelopeID == "" {
			s.d.o.Counters.Refused("malformed")
			return
		}
		s.taken.run(func() { s.handle(ctx, c, e) })
	}
}

// ack acknowledges an envelope, with a body where it is not nil.
func (c *conn) ack(id string, body any) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if err := c.ws.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
		return err
	}
	return c.ws.WriteJSON(socketmode.Response{EnvelopeID: id, Payload: body})
}
