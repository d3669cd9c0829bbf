package workspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// The kinds of payload, as a socket's envelope calls them.
const (
	slashCommands   = "slash_commands"
	interactiveKind = "interactive"
	eventsAPI       = "events_api"
)

// parcel is one payload on its way to the bot.
type parcel struct {
	kind     string
	payload  any    // of a socket's envelope
	body     []byte // of the same over HTTP
	address  string // where that goes; "" is nowhere
	json     bool   // the body is JSON, else a form
	answered bool   // the acknowledgement may say something
	attempt  int    // of a redelivery, from 1
	reason   string // of a redelivery
}

// reply is an acknowledgement as it came, and its media type.
type reply struct {
	Ack
	kind    string
	noRetry bool // an event need not come again
}

// UseSocketMode settles how payloads reach the bot. Before it is called they
// go over a socket while one is connected, and over HTTP while none is.
func (s *Server) UseSocketMode(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.link.settled, s.link.on = true, on
}

func (s *Server) overSocket() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link.settled {
		return s.link.on
	}
	return len(s.link.open()) > 0
}

// DeliverTwice has each of the next n payloads delivered twice at once: the
// same envelope over two sockets where there are two, or the same signed
// request. The first acknowledgement counts.
func (s *Server) DeliverTwice(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.twice = n
}

// deliver sends a parcel and waits for its acknowledgement, a 200.
func (s *Server) deliver(ctx context.Context, p parcel) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, s.options.AckLimit)
	defer cancel()
	copies := 1
	s.mu.Lock()
	if s.twice > 0 {
		s.twice, copies = s.twice-1, 2
	}
	s.mu.Unlock()
	if s.overSocket() {
		return s.deliverOverSocket(ctx, p, copies)
	}
	signed := s.SignAt(time.Now(), p.body)
	signed.URL, signed.json = p.address, p.json
	if p.attempt > 0 {
		signed.retry, signed.reason = strconv.Itoa(p.attempt), p.reason
	}
	s.mu.Lock()
	s.signed = signed
	s.mu.Unlock()
	var second sync.WaitGroup
	if copies > 1 {
		second.Go(func() { _, _ = s.send(ctx, signed) }) // the first answer counts
	}
	r, err := s.send(ctx, signed)
	second.Wait()
	right := r.Status == http.StatusOK || p.kind == eventsAPI && r.Status/100 == 2
	if err == nil && !right {
		err = fmt.Errorf("%w: status %d", ErrDispatch, r.Status)
	}
	return r, err
}

// sender keeps no connections, so that none is left over from a bot that died.
var sender = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// send makes one HTTP request of a signed body.
func (s *Server) send(ctx context.Context, signed Signed) (reply, error) {
	if signed.URL == "" {
		return reply{}, fmt.Errorf("%w: no address is set for it", ErrDispatch)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, signed.URL, bytes.NewReader(signed.Body))
	if err != nil {
		return reply{}, fmt.Errorf("%w: %w", ErrDispatch, err)
	}
	signed.head(r.Header)
	response, err := sender.Do(r)
	if err != nil {
		return reply{}, sendError(ctx, err)
	}
	defer func() { _ = response.Body.Close() }() // it has been read
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAck))
	if err != nil {
		return reply{Ack: Ack{Status: response.StatusCode}}, sendError(ctx, err)
	}
	kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil {
		kind = "text/plain"
	}
	return reply{Ack{Status: response.StatusCode, Body: body}, kind, response.Header.Get("X-Slack-No-Retry") == "1"}, nil
}

func (signed Signed) head(h http.Header) {
	h.Set("Content-Type", "application/x-www-form-urlencoded")
	if signed.json {
		h.Set("Content-Type", "application/json")
	}
	h.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	h.Set("X-Slack-Request-Timestamp", signed.Timestamp)
	h.Set("X-Slack-Signature", signed.Signature)
	if signed.retry != "" {
		h.Set("X-Slack-Retry-Num", signed.retry)
		h.Set("X-Slack-Retry-Reason", signed.reason)
	}
}

func sendError(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", ErrTimeout, err)
	}
	return fmt.Errorf("%w: %w", ErrDispatch, err)
}
