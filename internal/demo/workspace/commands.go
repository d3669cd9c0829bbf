package workspace

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	teamDomain = "rootwatch-demo"
	// oldToken fills the field that signatures have replaced.
	oldToken = "not-a-secret-deprecated-token"
	maxAck   = 1 << 20 // bytes of an acknowledgement that are read
)

// What a command can fail with; the person sees the same words from Slackbot.
var (
	ErrTimeout    = errors.New("operation_timeout")        // no acknowledgement in time
	ErrDispatch   = errors.New("dispatch_failed")          // nobody listens, or the answer is no 200
	ErrBadCommand = errors.New("invalid_command_response") // a 200 whose body is no message
)

// Ack is how the bot acknowledged a request.
type Ack struct {
	Status  int
	Body    []byte
	Message *Message // what the acknowledgement put in the channel; nil: nothing
}

// Signed is a request as it goes over the wire.
type Signed struct {
	URL       string // where it goes; "" is the command URL
	Timestamp string // X-Slack-Request-Timestamp, unix seconds
	Signature string // X-Slack-Signature
	Body      []byte // a form; of an event JSON

	json          bool
	retry, reason string // of a redelivery
}

// secrets are the tokens as they are now.
type secrets struct{ bot, app, signing string }

// Sign is Slack's signature of a request body at ts, in unix seconds.
func Sign(secret string, ts int64, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "v0:%d:", ts) // a hash takes everything
	mac.Write(body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// SignAt signs a body with the workspace's secret, dated as asked for.
func (s *Server) SignAt(at time.Time, body []byte) Signed {
	s.mu.Lock()
	secret := s.secrets.signing
	s.mu.Unlock()
	return Signed{
		Timestamp: strconv.FormatInt(at.Unix(), 10),
		Signature: Sign(secret, at.Unix(), body),
		Body:      body,
	}
}

// SetBotToken has the Web API accept another token, and no longer the old one.
func (s *Server) SetBotToken(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secrets.bot = token
}

// SetSigningSecret signs with another secret from now on.
func (s *Server) SetSigningSecret(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secrets.signing = secret
}

// Command sends a slash command as if the person had typed it, and shows its
// acknowledgement. The error is ErrTimeout, ErrDispatch or ErrBadCommand when
// the bot failed, and then the person is told so by Slackbot; Ack.Status is
// set whenever there was an answer over HTTP, and is 200 when there was one
// over a socket.
func (s *Server) Command(ctx context.Context, user, channel, command, text string) (Ack, error) {
	form, u, err := s.commandForm(user, channel, command, text)
	if err != nil {
		return Ack{}, err
	}
	s.mu.Lock()
	address := s.urls.commands
	s.mu.Unlock()
	r, err := s.deliver(ctx, parcel{
		kind: slashCommands, payload: flatten(form), body: []byte(form.Encode()), address: address, answered: true,
	})
	var post *Post
	s.mu.Lock()
	if err == nil {
		r.Message, post, err = s.applyAck(u, r)
	}
	if err != nil {
		s.add(u.channel, Message{User: user, Ephemeral: true,
			Text: fmt.Sprintf("%s failed with the error %q", command, word(err))})
		s.wake()
	}
	u.acknowledged = true
	s.mu.Unlock()
	s.tell(post)
	return r.Ack, err
}

// word is what a person sees of an error.
func word(err error) string {
	seen, _, _ := strings.Cut(err.Error(), ":")
	return seen
}

func flatten(form url.Values) map[string]string {
	flat := map[string]string{}
	for name := range form {
		flat[name] = form.Get(name)
	}
	return flat
}

// CommandBody is the form of a slash command, with a response URL that works.
func (s *Server) CommandBody(user, channel, command, text string) ([]byte, error) {
	form, _, err := s.commandForm(user, channel, command, text)
	return []byte(form.Encode()), err
}

func (s *Server) commandForm(user, channel, command, text string) (url.Values, *responseURL, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, person, err := s.place(channel, user)
	if err != nil {
		return nil, nil, err
	}
	u, address := s.newResponseURL(c, user)
	return url.Values{
		"token": {oldToken}, "team_id": {s.options.TeamID}, "team_domain": {teamDomain},
		"channel_id": {c.ID}, "channel_name": {c.label()}, "user_id": {person.ID}, "user_name": {person.Name},
		"command": {command}, "text": {text}, "api_app_id": {AppID}, "is_enterprise_install": {"false"},
		"response_url": {address}, "trigger_id": {s.newTrigger(user, "")},
	}, u, nil
}

// place is a channel and a person in it, once the workspace is reachable.
func (s *Server) place(channel, user string) (*conversation, *User, error) {
	c, person := s.channel(channel), s.user(user)
	switch {
	case c == nil:
		return nil, nil, fmt.Errorf("the workspace has no channel %q", channel)
	case person == nil:
		return nil, nil, fmt.Errorf("the workspace has no person %q", user)
	case s.baseURL == "":
		return nil, nil, errors.New("the workspace does not know its own address: call SetBaseURL")
	}
	return c, person, nil
}

// label is a channel's name as payloads have it.
func (c *conversation) label() string {
	switch c.kind() {
	case "im":
		return "directmessage"
	case "private_channel":
		return "privategroup"
	}
	return c.Name
}

// LastSigned is the newest request that went to the bot over HTTP.
func (s *Server) LastSigned() Signed {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.signed
}

// Replay sends that request again, byte for byte, and shows nothing.
func (s *Server) Replay(ctx context.Context) (Ack, error) {
	return s.SendRaw(ctx, s.LastSigned())
}

// SendRaw sends a request as it is, forged, late or sound, and shows nothing.
func (s *Server) SendRaw(ctx context.Context, signed Signed) (Ack, error) {
	if signed.URL == "" {
		s.mu.Lock()
		signed.URL = s.urls.commands
		s.mu.Unlock()
	}
	ctx, cancel := context.WithTimeout(ctx, s.options.AckLimit)
	defer cancel()
	r, err := s.send(ctx, signed)
	return r.Ack, err
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // it never fails
	return hex.EncodeToString(b)
}

func randomDigits(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails
	for i := range b {
		b[i] = '1' + b[i]%9
	}
	return string(b)
}
