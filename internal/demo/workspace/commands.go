package workspace

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
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
	Timestamp string // X-Slack-Request-Timestamp, unix seconds
	Signature string // X-Slack-Signature
	Body      []byte // a form
}

// Sign is Slack's signature of a request body at ts, in unix seconds.
func Sign(secret string, ts int64, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "v0:%d:", ts) // a hash takes everything
	mac.Write(body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// SignAt signs a body with the workspace's secret, dated as asked for.
func (s *Server) SignAt(at time.Time, body []byte) Signed {
	return Signed{
		Timestamp: strconv.FormatInt(at.Unix(), 10),
		Signature: Sign(s.options.SigningSecret, at.Unix(), body),
		Body:      body,
	}
}

// Command sends a slash command as if the person had typed it, and shows its
// acknowledgement. The error is ErrTimeout, ErrDispatch or ErrBadCommand when
// the bot failed, and then the person is told so by Slackbot; Ack.Status is
// set whenever there was an answer.
func (s *Server) Command(ctx context.Context, user, channel, command, text string) (Ack, error) {
	body, u, err := s.commandBody(user, channel, command, text)
	if err != nil {
		return Ack{}, err
	}
	signed := s.SignAt(time.Now(), body)
	s.mu.Lock()
	s.signed = signed
	s.mu.Unlock()
	ack, kind, err := s.send(ctx, signed)
	if err == nil && ack.Status != http.StatusOK {
		err = fmt.Errorf("%w: status %d", ErrDispatch, ack.Status)
	}
	var post *Post
	s.mu.Lock()
	if err == nil {
		ack.Message, post, err = s.applyAck(u, kind, ack.Body)
	}
	if err != nil {
		word, _, _ := strings.Cut(err.Error(), ":")
		s.add(u.channel, Message{User: user, Ephemeral: true,
			Text: fmt.Sprintf("%s failed with the error %q", command, word)})
		s.wake()
	}
	u.acknowledged = true
	s.mu.Unlock()
	s.tell(post)
	return ack, err
}

// CommandBody is the form of a slash command, with a response URL that works.
func (s *Server) CommandBody(user, channel, command, text string) ([]byte, error) {
	body, _, err := s.commandBody(user, channel, command, text)
	return body, err
}

func (s *Server) commandBody(user, channel, command, text string) ([]byte, *responseURL, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, person := s.channel(channel), s.user(user)
	switch {
	case c == nil:
		return nil, nil, fmt.Errorf("the workspace has no channel %q", channel)
	case person == nil:
		return nil, nil, fmt.Errorf("the workspace has no person %q", user)
	case s.baseURL == "":
		return nil, nil, errors.New("the workspace does not know its own address: call SetBaseURL")
	}
	u, address := s.newResponseURL(c, user)
	name := c.Name
	switch c.kind() {
	case "im":
		name = "directmessage"
	case "private_channel":
		name = "privategroup"
	}
	return []byte(url.Values{
		"token": {oldToken}, "team_id": {s.options.TeamID}, "team_domain": {teamDomain},
		"channel_id": {c.ID}, "channel_name": {name}, "user_id": {person.ID}, "user_name": {person.Name},
		"command": {command}, "text": {text}, "api_app_id": {AppID}, "is_enterprise_install": {"false"},
		"response_url": {address}, "trigger_id": {randomDigits(13) + "." + randomDigits(13) + "." + randomHex(16)},
	}.Encode()), u, nil
}

// LastSigned is the newest request that Command has sent.
func (s *Server) LastSigned() Signed {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.signed
}

// Replay sends the newest command again, byte for byte, and shows nothing.
func (s *Server) Replay(ctx context.Context) (Ack, error) {
	return s.SendRaw(ctx, s.LastSigned())
}

// SendRaw sends a request as it is, forged, late or sound, and shows nothing.
func (s *Server) SendRaw(ctx context.Context, r Signed) (Ack, error) {
	ack, _, err := s.send(ctx, r)
	return ack, err
}

// sender keeps no connections, so that none is left over from a bot that died.
var sender = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// send returns the answer and its media type.
func (s *Server) send(ctx context.Context, signed Signed) (Ack, string, error) {
	s.mu.Lock()
	address := s.commandURL
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, s.options.AckLimit)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(signed.Body))
	if err != nil {
		return Ack{}, "", fmt.Errorf("%w: %w", ErrDispatch, err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	r.Header.Set("X-Slack-Request-Timestamp", signed.Timestamp)
	r.Header.Set("X-Slack-Signature", signed.Signature)
	response, err := sender.Do(r)
	if err != nil {
		return Ack{}, "", sendError(ctx, err)
	}
	defer func() { _ = response.Body.Close() }() // it has been read
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAck))
	if err != nil {
		return Ack{Status: response.StatusCode}, "", sendError(ctx, err)
	}
	kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil {
		kind = "text/plain"
	}
	return Ack{Status: response.StatusCode, Body: body}, kind, nil
}

func sendError(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", ErrTimeout, err)
	}
	return fmt.Errorf("%w: %w", ErrDispatch, err)
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
