package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	slackgo "github.com/slack-go/slack"
)

// Where Slack sends what it sends over HTTP; the app's manifest names them.
const (
	CommandsPath     = "/slack/commands"
	InteractionsPath = "/slack/interactions"
	EventsPath       = "/slack/events"
)

// Bodies of requests, far above what they hold: 3,000 characters of a
// command's text are 36 kB at worst once encoded, and an interaction repeats
// the message or the view that it happened in, 250 kB at most before encoding.
const (
	maxBody        = 64 << 10
	maxInteraction = 1 << 20
)

// Handler answers signed requests at the three paths. A request that is
// unsigned, forged, late or replayed gets 401 and leaves no trace but a
// counter. Only what was signed is read: never the URL's query. The body is
// never logged.
func (d *Dispatcher) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(CommandsPath, d.at(maxBody, d.serveCommand))
	mux.Handle(InteractionsPath, d.at(maxInteraction, d.serveInteraction))
	mux.Handle(EventsPath, d.at(maxInteraction, d.serveEvent))
	return mux
}

// signed is a request whose signature holds.
type signed struct {
	body   []byte
	id     string // of the signature, which covers the instant and the body
	header http.Header
}

type serve func(context.Context, signed) (outcome, error)

func (d *Dispatcher) at(most int64, serve serve) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer d.survive(w, r)
		ctx, cancel := context.WithTimeout(r.Context(), d.ackWithin())
		defer cancel()
		s, err := d.open(ctx, w, r, most)
		var o outcome
		if err == nil {
			o, err = serve(ctx, s)
		}
		var no *refusal
		switch {
		case errors.As(err, &no):
			d.o.Counters.Refused(no.reason)
			w.WriteHeader(no.status)
			return
		case err != nil:
			d.o.Counters.Refused("malformed")
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		d.answer(w, o)
		d.later(r.Context(), o.then)
	})
}

// survive turns a panic into a 500 without details.
func (d *Dispatcher) survive(w http.ResponseWriter, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(v)
	}
	d.report(r.Context(), v)
	w.WriteHeader(http.StatusInternalServerError)
}

// open reads a body that Slack signed just now.
func (d *Dispatcher) open(ctx context.Context, w http.ResponseWriter, r *http.Request, most int64) (signed, error) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return signed{}, &refusal{http.StatusMethodNotAllowed, "method"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return signed{}, &refusal{http.StatusRequestEntityTooLarge, "oversized"}
	case err != nil:
		return signed{}, errMalformed
	}
	if reason := d.o.Keys.verify(ctx, r.Header, body, d.o.AskTimeout*2/3); reason != "" {
		return signed{}, &refusal{http.StatusUnauthorized, reason}
	}
	// Hex reads the same in both cases, and so must the id.
	sum := sha256.Sum256([]byte(strings.ToLower(r.Header.Get("X-Slack-Signature"))))
	return signed{body: body, id: hex.EncodeToString(sum[:]), header: r.Header}, nil
}

// unsigned is why the signature is none, "" for a good one.
func unsigned(header http.Header, secret string, body []byte) string {
	verifier, err := slackgo.NewSecretsVerifier(header, secret)
	if err == nil {
		_, _ = verifier.Write(body) // a hash's Write never fails
		err = verifier.Ensure()
	}
	switch {
	case err == nil:
		return ""
	case errors.Is(err, slackgo.ErrMissingHeaders):
		return "unsigned"
	case errors.Is(err, slackgo.ErrExpiredTimestamp):
		return "late"
	}
	return "forged" // bad hex and a timestamp that is no number come as bare errors
}

func (d *Dispatcher) serveCommand(ctx context.Context, s signed) (outcome, error) {
	form, err := url.ParseQuery(string(s.body))
	if err != nil {
		return outcome{}, errMalformed
	}
	if form.Get("ssl_check") != "" {
		return outcome{}, nil
	}
	return d.command(ctx, commandOfForm(form), s.id)
}

func (d *Dispatcher) serveInteraction(ctx context.Context, s signed) (outcome, error) {
	form, err := url.ParseQuery(string(s.body))
	if err != nil {
		return outcome{}, errMalformed
	}
	if form.Get("ssl_check") != "" {
		return outcome{}, nil
	}
	return d.interaction(ctx, []byte(form.Get("payload")), s.id)
}

func (d *Dispatcher) serveEvent(ctx context.Context, s signed) (outcome, error) {
	o, err := d.event(ctx, s.body, s.id)
	if errors.Is(err, errReplayed) && s.header.Get("X-Slack-Retry-Num") != "" {
		d.o.Counters.Refused("replayed")
		return outcome{}, nil // our first answer was lost on its way; another refusal would bring it again
	}
	return o, err
}

// answer acknowledges.
func (d *Dispatcher) answer(w http.ResponseWriter, o outcome) {
	switch {
	case o.text != "":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, o.text) // whoever hung up will ask again
	case o.body != nil:
		body, err := json.Marshal(o.body)
		if err != nil {
			panic(err)
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(body)
	default:
		w.WriteHeader(http.StatusOK)
	}
}
