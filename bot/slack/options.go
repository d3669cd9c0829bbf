// Package slack is the one door to Slack: signed slash commands in, Block Kit
// messages out. Nothing else in the program knows slack-go or a Slack error.
package slack

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"
)

// Options of the door. The zero value of each field but the two secrets is usable.
type Options struct {
	BotToken      string // xoxb-...; it is never logged and never part of an error
	SigningSecret string // of the app; without one every request over HTTP is refused
	AppToken      string // xapp-..., for Socket Mode; "" without it
	// Keys are the three secrets above as they are now, where they can be read
	// again; nil: what stands above, for good.
	Keys *Keyring
	// Traits remembers what was learned of the workspace; nil: for this process alone.
	Traits Traits
	APIURL string // the Web API's base, https://slack.com/api/ by default
	// ResponseHosts are the hosts that a response_url may name:
	// hooks.slack.com and hooks.slack-gov.com by default. APIURL's own host is
	// always one of them, for emulators.
	ResponseHosts []string
	// PerChannel is how many messages a second one channel gets, 1 by default
	// (Slack's limit); three may go in a burst.
	PerChannel float64
	// AskTimeout is how long a slash command waits for the store before it is
	// answered "busy": 1.5 s by default, half of the 3 s that Slack waits.
	AskTimeout time.Duration

	Now        func() time.Time // when a question was asked; the pace of messages keeps to the real clock
	Log        *slog.Logger     // nil: silent
	HTTPClient *http.Client     // nil: one with a timeout of 8 s
	Counters   Counters         // nil: nothing is counted
}

// Counters hears of what is worth a metric. Every word it is given comes from
// a fixed set or from Slack, never from a stranger's text.
type Counters interface {
	// Refused counts slash requests that were not taken: unsigned, forged,
	// late, replayed, oversized, method, malformed, foreign, busy, panic.
	Refused(reason string)
	// Answered counts those that were: rootcheck, spend, help, mistake.
	Answered(command string)
	// SlackError counts what Slack refused, by its own error word.
	SlackError(code string)
}

// Traits remembers what was learned of a workspace over restarts, such as that
// it refuses native charts. Its methods commit on their own.
type Traits interface {
	// Trait is when it was learned, the zero time where it was not.
	Trait(ctx context.Context, team, name string) (time.Time, error)
	// SetTrait with the zero time forgets it.
	SetTrait(ctx context.Context, team, name string, at time.Time) error
}

type uncounted struct{}

func (uncounted) Refused(string)    {}
func (uncounted) Answered(string)   {}
func (uncounted) SlackError(string) {}

const (
	httpTimeout = 8 * time.Second // a delivery job has 10 s
	askTimeout  = 1500 * time.Millisecond
)

func (o Options) withDefaults() Options {
	if o.APIURL == "" {
		o.APIURL = slackgo.APIURL
	}
	if o.Keys == nil {
		o.Keys = NewKeyring(Tokens{Bot: o.BotToken, Signing: o.SigningSecret, App: o.AppToken}, nil, o.Log)
	}
	if !strings.HasSuffix(o.APIURL, "/") {
		o.APIURL += "/"
	}
	if o.ResponseHosts == nil {
		o.ResponseHosts = []string{"hooks.slack.com", "hooks.slack-gov.com"}
	}
	if o.PerChannel <= 0 {
		o.PerChannel = 1
	}
	if o.AskTimeout <= 0 {
		o.AskTimeout = askTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Counters == nil {
		o.Counters = uncounted{}
	}
	client := http.Client{Timeout: httpTimeout}
	if o.HTTPClient != nil {
		client = *o.HTTPClient
	}
	// The token travels in the form's body, which a 307 would carry along; and
	// a response URL must not lead anywhere but to the host that was allowed.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if client.Transport == nil {
		client.Transport = http.DefaultTransport
	}
	client.Transport = punctual{client.Transport}
	o.HTTPClient = &client
	return o
}

// mayAnswer reports whether a response URL leads to Slack. Anything else
// would let whoever made the request choose where our server connects to.
func (o Options) mayAnswer(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.User != nil || u.Host == "" {
		return false
	}
	api, err := url.Parse(o.APIURL)
	if err == nil && u.Scheme == api.Scheme && strings.EqualFold(u.Host, api.Host) {
		return true
	}
	return u.Scheme == "https" && slices.ContainsFunc(o.ResponseHosts, func(host string) bool {
		return strings.EqualFold(u.Host, host)
	})
}
