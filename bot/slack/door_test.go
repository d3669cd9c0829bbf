package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
	"rootwatch/bot/slack"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/internal/demo/workspace"
)

const signingSecret = "not-a-real-signing-secret"

// desk is an Asker and a Desk in memory.
type desk struct {
	report func(context.Context) (*checks.Report, error)
	spike  *bot.SpikeAlert
	home   func() (bot.Home, error)

	mu       sync.Mutex
	requests []bot.Request
	seen     map[string]bool
	accounts []account.Account
	ask      func(context.Context) error // what else happens to a request
}

func (d *desk) Directory(context.Context) ([]account.Account, error) { return d.accounts, nil }

func (d *desk) Report(ctx context.Context, _ account.Scope, _ account.ID) (*checks.Report, error) {
	if d.report == nil {
		return nil, nil
	}
	return d.report(ctx)
}

func (d *desk) Spike(_ context.Context, _ account.Scope, key string) (bot.SpikeAlert, bool, error) {
	if d.spike == nil || bot.SpikeKey(d.spike.Incident) != key {
		return bot.SpikeAlert{}, false, nil
	}
	return *d.spike, true, nil
}

func (d *desk) Home(context.Context) (bot.Home, error) {
	if d.home == nil {
		return bottest.Home(), nil
	}
	return d.home()
}

// asked are the requests so far that ask for something.
func (d *desk) asked() []bot.Request {
	d.mu.Lock()
	defer d.mu.Unlock()
	var asked []bot.Request
	for _, r := range d.requests {
		if r.Command != nil {
			asked = append(asked, r)
		}
	}
	return asked
}

func (d *desk) Ask(ctx context.Context, r bot.Request) error {
	if d.ask != nil {
		if err := d.ask(ctx); err != nil {
			return err
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen[r.Key] {
		return bot.ErrReplayed
	}
	if d.seen == nil {
		d.seen = map[string]bool{}
	}
	d.seen[r.Key] = true
	d.requests = append(d.requests, r)
	return nil
}

var scope = account.Scope{Partition: "aws", Organization: "acme"}

func newDesk() *desk {
	return &desk{accounts: []account.Account{
		{Scope: scope, ID: bottest.ID("111122223333"), Name: "prod-payments", State: account.Active},
		{Scope: account.Scope{Partition: "aws", Organization: "sold"}, ID: bottest.ID("444455556666"), Name: "old-lab", State: account.Active},
	}}
}

// door is a handler with what it counts and logs.
type door struct {
	http.Handler
	*desk
	counters *tally
	log      *safeBuffer
}

func openDoor(d *desk) door {
	counters, log := &tally{}, &safeBuffer{}
	o := slack.Options{
		SigningSecret: signingSecret, Counters: counters, Now: func() time.Time { return bottest.Now },
		HTTPClient: &http.Client{Transport: nowhere{}},
		Log:        slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	return door{slack.NewDispatcher(o, d, d, slack.Home{Scopes: []account.Scope{scope}, Team: "T1"}).Handler(), d, counters, log}
}

// nowhere keeps a test without a workspace off the network.
type nowhere struct{}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("this test has no Slack")
}

func form(text string, more ...string) url.Values {
	v := url.Values{
		"team_id": {"T1"}, "channel_id": {"C0SECURITY"}, "user_id": {"U01ALICE"}, "command": {"/rootcheck"}, "text": {text},
		"response_url": {"https://hooks.slack.com/commands/T0000/B0000/secret"},
	}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

// signed is a request as Slack makes it, signed at the instant.
func signed(body string, at time.Time) *http.Request {
	r := httptest.NewRequest(http.MethodPost, slack.CommandsPath, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(at.Unix(), 10))
	r.Header.Set("X-Slack-Signature", workspace.Sign(signingSecret, at.Unix(), []byte(body)))
	return r
}

func (d door) serve(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

type ack struct {
	ResponseType string            `json:"response_type"`
	Text         string            `json:"text"`
	Blocks       []json.RawMessage `json:"blocks"`
}

func ackOf(t *testing.T, w *httptest.ResponseRecorder) ack {
	t.Helper()
	var a ack
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json; charset=utf-8" {
		t.Fatalf("status %d, %s: %s", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	if a.ResponseType != "ephemeral" || a.Text == "" || len(a.Blocks) == 0 {
		t.Errorf("ack %+v", a)
	}
	return a
}
