package workspace

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// waiter waits for the acknowledgement of one envelope. It counts only on a
// connection that carried the envelope: what a new connection says of it
// cannot be relied on.
type waiter struct {
	carriers []*socket
	ack      chan json.RawMessage // has room for the first
	lost     chan struct{}        // closed when no carrier is left
}

func (w *waiter) take(k *socket, payload json.RawMessage) {
	for _, carrier := range w.carriers {
		if carrier != k {
			continue
		}
		select {
		case w.ack <- payload:
		default: // acknowledged already
		}
		return
	}
}

func (w *waiter) lose(k *socket) {
	for i, carrier := range w.carriers {
		if carrier == k {
			w.carriers[i] = nil
		}
	}
	for _, carrier := range w.carriers {
		if carrier != nil {
			return
		}
	}
	select {
	case <-w.lost:
	default:
		close(w.lost)
	}
}

// pick takes the connections whose turn it is.
func (l *socketMode) pick(copies int) []*socket {
	open := l.open()
	if len(open) == 0 {
		return nil
	}
	var picked []*socket
	for range copies {
		picked = append(picked, open[l.turn%len(open)])
		l.turn++
	}
	return picked
}

// deliverOverSocket sends an envelope to one connection, or to as many as
// copies say, and waits for its acknowledgement.
func (s *Server) deliverOverSocket(ctx context.Context, p parcel, copies int) (reply, error) {
	id := randomID()
	defer s.forget(id)
	for {
		s.mu.Lock()
		w := &waiter{carriers: s.link.pick(copies), ack: make(chan json.RawMessage, 1), lost: make(chan struct{})}
		s.link.waiting[id] = w
		picked := append([]*socket(nil), w.carriers...)
		s.mu.Unlock()
		if len(picked) == 0 {
			return reply{}, fmt.Errorf("%w: %w", ErrDispatch, errNoSocket)
		}
		sent := 0
		for _, k := range picked {
			if k.send(p.envelope(id)) == nil {
				sent++
				continue
			}
			s.mu.Lock()
			k.leaving = true // its reader sees the end in a moment
			s.mu.Unlock()
		}
		if sent == 0 {
			continue // nobody has it yet: the next connection gets it
		}
		return s.awaitAck(ctx, w)
	}
}

func (s *Server) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.link.waiting, id)
}

// awaitAck does not wait for a connection that is gone: its acknowledgement
// can no longer come, and the person sees what they would see at the limit.
func (s *Server) awaitAck(ctx context.Context, w *waiter) (reply, error) {
	var payload json.RawMessage
	select {
	case payload = <-w.ack:
	case <-w.lost:
		select {
		case payload = <-w.ack: // it came just before the end
		default:
			return reply{}, fmt.Errorf("%w: the socket ended before the acknowledgement", ErrTimeout)
		}
	case <-ctx.Done():
		return reply{}, sendError(ctx, ctx.Err())
	}
	if string(payload) == "null" {
		payload = nil
	}
	return reply{Ack: Ack{Status: http.StatusOK, Body: payload}, kind: "application/json"}, nil
}

func (p parcel) envelope(id string) any {
	frame := map[string]any{
		"type": p.kind, "envelope_id": id, "payload": p.payload, "accepts_response_payload": p.answered,
	}
	if p.kind == eventsAPI {
		frame["retry_attempt"], frame["retry_reason"] = p.attempt, strings.TrimPrefix(p.reason, "http_")
	}
	return frame
}

// randomID looks like the ids of Slack's envelopes.
func randomID() string {
	h := randomHex(16)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
