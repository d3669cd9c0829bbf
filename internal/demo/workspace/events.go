package workspace

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// OpenHome opens a person's home tab, of which the bot gets an event. An
// event that is not acknowledged comes again, after each of Redelivery; the
// error is that of the first time.
func (s *Server) OpenHome(ctx context.Context, user string) (Ack, error) {
	s.mu.Lock()
	person := s.user(user)
	if person == nil {
		s.mu.Unlock()
		return Ack{}, fmt.Errorf("the workspace has no person %q", user)
	}
	event := map[string]any{
		"type": "app_home_opened", "user": user, "channel": s.direct(user).ID, "tab": "home", "event_ts": s.nextTS(),
	}
	if home := s.homes[user]; home != nil {
		event["view"] = s.viewWire(home)
	}
	payload := map[string]any{
		"type": "event_callback", "token": oldToken, "team_id": s.options.TeamID, "api_app_id": AppID,
		"event": event, "event_id": "Ev" + strings.ToUpper(randomHex(5)), "event_time": s.options.Now().Unix(),
		"is_ext_shared_channel": false, "authorizations": []any{map[string]any{
			"enterprise_id": nil, "team_id": s.options.TeamID, "user_id": BotUser, "is_bot": true, "is_enterprise_install": false,
		}},
	}
	s.mu.Unlock()
	text, err := json.Marshal(payload)
	if err != nil {
		return Ack{}, err
	}
	p := parcel{kind: eventsAPI, payload: json.RawMessage(text), body: text, json: true}
	r, err := s.sendEvent(ctx, p)
	if err != nil && !r.noRetry {
		go s.redeliver(p, err)
	}
	return r.Ack, err
}

// sendEvent sends an event once; over HTTP to an address that is verified.
func (s *Server) sendEvent(ctx context.Context, p parcel) (reply, error) {
	s.mu.Lock()
	verified := s.urls.events == "" || s.urls.verified
	s.mu.Unlock()
	if !verified && !s.overSocket() {
		if err := s.VerifyEventsURL(ctx); err != nil {
			return reply{}, err
		}
	}
	s.mu.Lock()
	p.address = s.urls.events
	s.mu.Unlock()
	return s.deliver(ctx, p)
}

// redeliver sends an event again until it is acknowledged or the bot says
// that it wants it no more.
func (s *Server) redeliver(p parcel, err error) {
	for i, wait := range s.options.Redelivery {
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-s.closed:
			timer.Stop()
			return
		}
		p.attempt, p.reason = i+1, reason(err)
		var r reply
		if r, err = s.sendEvent(context.Background(), p); err == nil || r.noRetry {
			return
		}
	}
}

// reason is what a redelivery says of the time before.
func reason(err error) string {
	switch word(err) {
	case ErrTimeout.Error():
		return "http_timeout"
	case ErrDispatch.Error():
		return "http_error"
	}
	return "unknown_error"
}

// VerifyEventsURL has the bot's address for events answer a challenge, as
// Slack does when the address is entered.
func (s *Server) VerifyEventsURL(ctx context.Context) error {
	challenge := randomHex(24)
	text, err := json.Marshal(map[string]any{"type": "url_verification", "token": oldToken, "challenge": challenge})
	if err != nil {
		return err
	}
	signed := s.SignAt(time.Now(), text)
	s.mu.Lock()
	signed.URL, signed.json = s.urls.events, true
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, s.options.AckLimit)
	defer cancel()
	r, err := s.send(ctx, signed)
	if err != nil {
		return err
	}
	var echoed struct{ Challenge string }
	if r.kind != "application/json" || json.Unmarshal(r.Body, &echoed) != nil {
		echoed.Challenge = strings.TrimSpace(string(r.Body)) // bare text and a form are right as well
		echoed.Challenge = strings.TrimPrefix(echoed.Challenge, "challenge=")
	}
	if r.Status != http.StatusOK || !same(echoed.Challenge, challenge) {
		return fmt.Errorf("%w: your URL didn't respond with the value of the challenge parameter (status %d)", ErrDispatch, r.Status)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.urls.events == signed.URL {
		s.urls.verified = true
	}
	return nil
}
