package slack

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"rootwatch/bot"
)

// SocketOptions of Socket Mode. The zero value is good.
type SocketOptions struct {
	// Connections are held beside one another, 2 by default: what Slack sends
	// goes to any one of them, so while one is renewed the other takes it.
	Connections int
	// Stagger lies between their starts, 20 s by default, so that Slack does
	// not renew them at the same time.
	Stagger time.Duration
	// Silence is how long a connection may be without a ping of Slack's, 30 s
	// by default; a quiet workspace sends pings and nothing else.
	Silence time.Duration
	// Ready hears whether any connection stands; nil: nobody does.
	Ready func(error)
}

func (o SocketOptions) withDefaults() SocketOptions {
	if o.Connections <= 0 {
		o.Connections = 2
	}
	if o.Stagger <= 0 {
		o.Stagger = 20 * time.Second
	}
	if o.Silence <= 0 {
		o.Silence = 30 * time.Second
	}
	if o.Ready == nil {
		o.Ready = func(error) {}
	}
	return o
}

// socket is Socket Mode as it runs: lines side by side, each of which has a
// connection at any time, and for a moment two while one is renewed.
type socket struct {
	d *Dispatcher
	o SocketOptions

	mu    sync.Mutex
	up    int            // connections that said hello and have not ended
	over  bool           // we end them ourselves, which is no news
	taken crew           // envelopes that are not acknowledged yet
	conns sync.WaitGroup // connections that are read
}

// Socket holds connections to Slack until ctx ends, then finishes what it has
// taken, and returns nil. It returns a *bot.Fault where Slack refuses for
// good: the app's token, or Socket Mode as a whole. It dials out, so nothing
// of ours needs to be reachable.
//
// slack-go's own client ends a connection on Slack's first warning, with what
// is on its way over it and with acknowledgements unsent. Here the next
// connection stands before the last one goes, as in Slack's own libraries.
func (d *Dispatcher) Socket(ctx context.Context, o SocketOptions) error {
	live, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	defer hangUp()
	s := &socket{d: d, o: o.withDefaults()}
	s.o.Ready(errNoSocket)
	dialing, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, s.o.Connections)
	for n := range s.o.Connections {
		go func() { ended <- s.line(dialing, live, time.Duration(n)*s.o.Stagger) }()
	}
	var err error
	for range s.o.Connections {
		if lineErr := <-ended; lineErr != nil && err == nil {
			err = lineErr
			stop()
		}
	}
	// Nothing new is dialed. What was taken is acknowledged on the connection
	// that brought it, so they are kept until that is done.
	s.finish()
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	hangUp()
	s.conns.Wait()
	s.finish()
	return err
}

var errNoSocket = errors.New("Socket Mode has no connection to Slack yet; it is tried again")

// finishLimit is how long an end waits for acknowledgements; Slack waits no longer.
const finishLimit = 3 * time.Second

func (s *socket) finish() {
	ctx, cancel := context.WithTimeout(context.Background(), finishLimit)
	defer cancel()
	s.taken.wait(ctx)
}

// line keeps a connection until ctx ends; connections live on until live ends.
func (s *socket) line(ctx, live context.Context, delay time.Duration) error {
	failures := 0
	for {
		if !pause(ctx, delay) {
			return nil
		}
		used := s.d.o.Keys.Tokens()
		c, err := s.dial(ctx, used)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			fault := s.d.mouth.faultOf(err)
			if fatal := s.fatal(ctx, fault, used); fatal != nil {
				return fatal
			}
			failures++
			delay = retryAfter(fault, failures)
			s.d.o.Log.LogAttrs(ctx, slog.LevelWarn, "Socket Mode has no connection; it is tried again",
				slog.Duration("after", delay), slog.Any("error", fault))
			continue
		}
		began := time.Now()
		s.conns.Go(func() { s.read(live, c) })
		select {
		case <-ctx.Done():
			return nil
		case why := <-c.going:
			if delay, err = s.next(ctx, why, used); err != nil {
				return err
			}
			// One that Slack renews, or that ends after a good while, is
			// followed at once; so is the first that breaks early.
			if failures++; why != "" && c.greeted.Load() || time.Since(began) > crowded {
				failures = 0
			} else if failures > 1 {
				delay = max(delay, retryAfter(&bot.Fault{}, failures-1))
			}
		}
	}
}

// Reasons of a connection's end, as Slack writes them; "" is an end without a word.
const (
	switchedOff = "link_disabled"
	tooMany     = "too_many_websockets"
)

// crowded is how long a line stays away where Slack has too many connections
// of the app already: others of ours serve it.
const crowded = time.Minute

// next is when to connect again after a connection ends or is about to.
func (s *socket) next(ctx context.Context, why string, used Tokens) (time.Duration, error) {
	switch why {
	case switchedOff:
		s.d.o.Counters.SlackError(why)
		return 0, s.fatal(ctx, &bot.Fault{Kind: bot.Locked, Code: why}, used)
	case tooMany:
		s.d.o.Counters.SlackError(why)
		s.d.o.Log.LogAttrs(ctx, slog.LevelWarn, "Slack has too many connections of this app (10 at most); this one waits. Are more replicas running than are meant to?")
		return crowded, nil
	}
	return 0, nil
}

// fatal is the fault where it will not pass by itself, and a token that was
// read again is no other one.
func (s *socket) fatal(ctx context.Context, f *bot.Fault, used Tokens) error {
	sentence, known := socketFaults[f.Code]
	switch {
	case known:
	case f.Kind == bot.Locked:
		sentence = f.Sentence
	default:
		return nil
	}
	if fresh, changed := s.d.o.Keys.Renew(ctx, AppToken, used); changed && fresh.App != "" {
		return nil
	}
	f.Kind, f.Sentence = bot.Locked, sentence
	s.d.o.Log.LogAttrs(ctx, slog.LevelError, "Slack refuses Socket Mode for good", slog.String("code", f.Code), slog.String("sentence", sentence))
	return f
}

const newAppToken = "Make an app-level token with the scope connections:write (the app's settings, Basic Information, App-Level Tokens) and give it as slack.app_token."

// socketFaults are what ends Socket Mode for good, with what to do.
var socketFaults = map[string]string{
	"invalid_auth":           "Slack does not know the app's token. " + newAppToken,
	"not_authed":             "Slack got no app token. " + newAppToken,
	"token_revoked":          "The app's token was revoked. " + newAppToken,
	"token_expired":          "The app's token has expired. " + newAppToken,
	"account_inactive":       "The app was removed from its workspace. Install it again. " + newAppToken,
	"not_allowed_token_type": "slack.app_token is no app-level token (xapp-...). " + newAppToken,
	"missing_scope":          "The app's token lacks a scope. " + newAppToken,
	"no_permission":          "The app's token lacks a scope. " + newAppToken,
	"http_404":               "Slack does not know the app. " + newAppToken,
	"forbidden_team":         "Socket Mode is not open to this app. Switch it on in the app's settings, or take slack.app_token out of the configuration and let Slack send over HTTP.",
	switchedOff:              "Socket Mode was switched off in the app's settings. Switch it on again, or take slack.app_token out of the configuration and let Slack send over HTTP.",
}

// longestWait bounds how long a line stays away; slack-go waits five minutes.
const longestWait = 30 * time.Second

// retryAfter doubles from half a second, a little by chance, and heeds Slack.
func retryAfter(f *bot.Fault, failures int) time.Duration {
	if f.Kind == bot.RateLimited {
		return f.RetryAfter
	}
	wait := min(longestWait, 500*time.Millisecond<<min(failures-1, 10))
	return wait - time.Duration(rand.Int64N(int64(wait/4)))
}

// pause waits, and is false where ctx ended first.
func pause(ctx context.Context, wait time.Duration) bool {
	if wait <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// counted keeps count of the connections, and says so where the first comes
// or the last goes.
func (s *socket) counted(by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.up += by
	switch {
	case s.over:
	case s.up == 0:
		s.o.Ready(errNoSocket)
	case s.up == 1 && by > 0:
		s.o.Ready(nil)
	}
}

// handle takes an envelope, and acknowledges it on the connection that
// brought it.
func (s *socket) handle(ctx context.Context, c *conn, e socketmode.Request) {
	d := s.d
	defer d.rescue(ctx)
	acking, cancel := context.WithTimeout(ctx, d.ackWithin())
	o, err := d.envelope(acking, e)
	cancel()
	var no *refusal
	switch {
	case errors.Is(err, errAgain):
		d.o.Counters.Refused(errAgain.reason)
		return // without an acknowledgement Slack sends it again
	case errors.As(err, &no):
		d.o.Counters.Refused(no.reason)
		o = outcome{}
		if no == errReplayed {
			pause(ctx, secondCopy)
		}
	case err != nil:
		d.o.Counters.Refused("malformed")
		o = outcome{}
	}
	if !fitsAck(e, o.body) || c.ack(e.EnvelopeID, o.body) != nil {
		// The bare acknowledgement is tried even where the connection seems to
		// be gone; what it would have said goes another way.
		_ = c.ack(e.EnvelopeID, nil)
		if say := o.say; say != nil {
			d.later(ctx, func(ctx context.Context) { d.say(ctx, o.to, say) })
		}
	}
	d.later(ctx, o.then)
}

// envelope dispatches what an envelope holds.
func (d *Dispatcher) envelope(ctx context.Context, e socketmode.Request) (outcome, error) {
	switch e.Type {
	case socketmode.RequestTypeSlashCommands:
		c, err := decode[slackgo.SlashCommand](e.Payload)
		if err != nil {
			return outcome{}, err
		}
		return d.command(ctx, c, e.EnvelopeID)
	case socketmode.RequestTypeInteractive:
		return d.interaction(ctx, e.Payload, e.EnvelopeID)
	case socketmode.RequestTypeEventsAPI:
		return d.event(ctx, e.Payload, e.EnvelopeID)
	}
	return outcome{}, errMalformed
}

// secondCopy is how long the second copy of an envelope waits for its
// acknowledgement, which is empty, so that the first one's is the first.
const secondCopy = 500 * time.Millisecond

// maxAck is where Slack begins to drop what is sent over a socket, in silence.
const maxAck = 20<<10 - 512

// fitsAck reports whether the acknowledgement may carry the body.
func fitsAck(e socketmode.Request, body any) bool {
	if body == nil {
		return true
	}
	b, err := json.Marshal(body)
	return err == nil && e.AcceptsResponsePayload && len(b) < maxAck
}
