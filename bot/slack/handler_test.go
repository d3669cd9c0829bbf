package slack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
	"rootwatch/bot/slack"
	"rootwatch/checks/account"
	"rootwatch/internal/demo/workspace"
)

const signingSecret = "not-a-real-signing-secret"

// desk is an Asker and a Directory in memory.
type desk struct {
	mu       sync.Mutex
	requests []bot.Request
	seen     map[string]bool
	accounts []account.Account
	ask      func(context.Context) error // what else happens to a request
}

func (d *desk) Directory(context.Context) ([]account.Account, error) { return d.accounts, nil }

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
	log      *bytes.Buffer
}

func openDoor(d *desk) door {
	counters, log := &tally{}, &bytes.Buffer{}
	o := slack.Options{
		SigningSecret: signingSecret, Counters: counters, Now: func() time.Time { return bottest.Now },
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	return door{slack.NewHandler(o, d, d, slack.Home{Scopes: []account.Scope{scope}, Team: "T1"}), d, counters, log}
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

func TestCommandIsTakenThenAcknowledged(t *testing.T) {
	d := openDoor(newDesk())
	r := signed(form("prod-payments").Encode(), time.Now())
	a := ackOf(t, d.serve(r))
	if a.Text != "Checking prod-payments..." {
		t.Errorf("ack %+v", a)
	}
	want := []bot.Request{{
		Key: d.requests[0].Key, At: bottest.Now, AskedBy: "U01ALICE", Subject: "prod-payments",
		Command: bot.CheckAccounts{Targets: []bot.Target{{Scope: scope, ID: bottest.ID("111122223333")}}},
		Reply:   &bot.Address{ResponseURL: "https://hooks.slack.com/commands/T0000/B0000/secret", User: "U01ALICE", FallbackChannel: "C0SECURITY"},
	}}
	if diff := cmp.Diff(want, d.requests, cmp.AllowUnexported(account.ID{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(d.requests[0].Key) != 64 {
		t.Errorf("key %q", d.requests[0].Key)
	}
	if diff := cmp.Diff(map[string]int{"answered rootcheck": 1}, d.counters.all()); diff != "" {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
}

func TestCommandAnswers(t *testing.T) {
	tests := map[string]struct {
		form    url.Values
		says    string
		counted string
		command bot.Command
	}{
		"all":                  {form("all"), "Checking all accounts", "answered rootcheck", bot.CheckAccounts{All: true}},
		"spend":                {form("", "command", "/spend"), "Checking all accounts", "answered spend", bot.ShowSpend{Days: bot.DefaultDays}},
		"help":                 {form("help"), "How to use /rootcheck", "answered help", nil},
		"a mistake":            {form("prod-paymets"), "prod-payments", "answered mistake", nil},
		"a command of others":  {form("x", "command", "/deploy"), "/deploy", "answered mistake", nil},
		"escaped by Slack":     {form("R&amp;D"), "R&amp;D", "answered mistake", nil},
		"an organization sold": {form("old-lab"), "old-lab", "answered mistake", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := openDoor(newDesk())
			a := ackOf(t, d.serve(signed(tt.form.Encode(), time.Now())))
			if !strings.Contains(a.Text, tt.says) {
				t.Errorf("ack %+v", a)
			}
			if len(d.requests) != 1 || !cmp.Equal(tt.command, d.requests[0].Command, cmp.AllowUnexported(account.ID{})) {
				t.Errorf("asked %+v", d.requests)
			}
			if diff := cmp.Diff(map[string]int{tt.counted: 1}, d.counters.all()); diff != "" {
				t.Errorf("counted (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCommandRefused: what is not to be trusted leaves no trace but a counter.
func TestCommandRefused(t *testing.T) {
	now := time.Now()
	good := form("all").Encode()
	with := func(change func(*http.Request)) *http.Request {
		r := signed(good, now)
		change(r)
		return r
	}
	tests := map[string]struct {
		request *http.Request
		status  int
		reason  string
	}{
		"no signature":           {with(func(r *http.Request) { r.Header.Del("X-Slack-Signature") }), 401, "unsigned"},
		"no timestamp":           {with(func(r *http.Request) { r.Header.Del("X-Slack-Request-Timestamp") }), 401, "unsigned"},
		"forged":                 {with(func(r *http.Request) { r.Header.Set("X-Slack-Signature", "v0="+strings.Repeat("ab", 32)) }), 401, "forged"},
		"another version":        {with(func(r *http.Request) { r.Header.Set("X-Slack-Signature", "v1="+strings.Repeat("ab", 32)) }), 401, "forged"},
		"no hex":                 {with(func(r *http.Request) { r.Header.Set("X-Slack-Signature", "v0="+strings.Repeat("zz", 32)) }), 401, "forged"},
		"another body":           {with(func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(good + "&x=1")) }), 401, "forged"},
		"another instant":        {with(func(r *http.Request) { r.Header.Set("X-Slack-Request-Timestamp", fmt.Sprint(now.Unix()-1)) }), 401, "forged"},
		"no number":              {with(func(r *http.Request) { r.Header.Set("X-Slack-Request-Timestamp", "soon") }), 401, "forged"},
		"late":                   {signed(good, now.Add(-301*time.Second)), 401, "late"},
		"from the future":        {signed(good, now.Add(310*time.Second)), 401, "late"},
		"oversized":              {signed(good+"&pad="+strings.Repeat("x", 64<<10), now), 413, "oversized"},
		"GET":                    {httptest.NewRequest(http.MethodGet, slack.CommandsPath+"?"+good, nil), 405, "method"},
		"bad form":               {signed("command=%zz", now), 400, "malformed"},
		"no command":             {signed("text=all", now), 400, "malformed"},
		"another workspace":      {signed(form("all", "team_id", "T2").Encode(), now), 403, "foreign"},
		"only in the query":      {with(func(r *http.Request) { r.URL.RawQuery = good; r.Body = http.NoBody; sign(r, "", now) }), 400, "malformed"},
		"a body that breaks off": {with(func(r *http.Request) { r.Body = io.NopCloser(broken{}) }), 400, "malformed"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := openDoor(newDesk())
			w := d.serve(tt.request)
			if w.Code != tt.status || w.Body.Len() != 0 {
				t.Errorf("status %d, body %q", w.Code, w.Body)
			}
			if diff := cmp.Diff(map[string]int{"refused " + tt.reason: 1}, d.counters.all()); diff != "" {
				t.Errorf("counted (-want +got):\n%s", diff)
			}
			if len(d.requests) != 0 || d.log.Len() != 0 {
				t.Errorf("left a trace: %+v, %s", d.requests, d.log)
			}
		})
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("broken off") }

func sign(r *http.Request, body string, at time.Time) {
	r.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(at.Unix(), 10))
	r.Header.Set("X-Slack-Signature", workspace.Sign(signingSecret, at.Unix(), []byte(body)))
}

func TestCommandReplayed(t *testing.T) {
	for _, text := range []string{"all", "help", "nonsense"} {
		d := openDoor(newDesk())
		now := time.Now()
		ackOf(t, d.serve(signed(form(text).Encode(), now)))
		again := signed(form(text).Encode(), now)
		shouted := signed(form(text).Encode(), now)
		shouted.Header.Set("X-Slack-Signature", "v0="+strings.ToUpper(strings.TrimPrefix(shouted.Header.Get("X-Slack-Signature"), "v0=")))
		for _, r := range []*http.Request{again, shouted} {
			if w := d.serve(r); w.Code != http.StatusUnauthorized || w.Body.Len() != 0 {
				t.Errorf("%s: status %d, body %q", text, w.Code, w.Body)
			}
		}
		if d.counters.all()["refused replayed"] != 2 || len(d.requests) != 1 || d.log.Len() != 0 {
			t.Errorf("%s: counted %v, asked %d, logged %s", text, d.counters.all(), len(d.requests), d.log)
		}
	}
}

// Slack's own example, accepted at its time and refused five minutes later.
func TestCommandGoldenSignature(t *testing.T) {
	const (
		secret    = "8f742231b10e8888abcd99yyyzzz85a5"
		body      = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
		signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
	)
	synctest.Test(t, func(t *testing.T) {
		asked := newDesk()
		h := slack.NewHandler(slack.Options{SigningSecret: secret}, asked, asked, slack.Home{})
		send := func() int {
			r := httptest.NewRequest(http.MethodPost, slack.CommandsPath, strings.NewReader(body))
			r.Header.Set("X-Slack-Request-Timestamp", "1531420618")
			r.Header.Set("X-Slack-Signature", signature)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w.Code
		}
		time.Sleep(time.Until(time.Unix(1531420618, 0))) // virtual: a bubble begins in the year 2000
		if code := send(); code != http.StatusOK {
			t.Errorf("status %d at its own time", code)
		}
		time.Sleep(5*time.Minute + time.Second)
		if code := send(); code != http.StatusUnauthorized {
			t.Errorf("status %d five minutes later", code)
		}
	})
}

func TestCommandWithoutASecretIsRefused(t *testing.T) {
	asked := newDesk()
	body := form("all").Encode()
	r := signed(body, time.Now())
	r.Header.Set("X-Slack-Signature", workspace.Sign("", time.Now().Unix(), []byte(body)))
	w := httptest.NewRecorder()
	slack.NewHandler(slack.Options{}, asked, asked, slack.Home{}).ServeHTTP(w, r)
	if w.Code != http.StatusUnauthorized || len(asked.requests) != 0 {
		t.Errorf("status %d, asked %v", w.Code, asked.requests)
	}
}

func TestCommandSSLCheck(t *testing.T) {
	d := openDoor(newDesk())
	if w := d.serve(signed("ssl_check=1&token=x", time.Now())); w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("status %d, body %q", w.Code, w.Body)
	}
	if len(d.requests) != 0 || len(d.counters.all()) != 0 {
		t.Errorf("asked %v, counted %v", d.requests, d.counters.all())
	}
}

func TestCommandElsewhere(t *testing.T) {
	d := openDoor(newDesk())
	r := signed(form("all").Encode(), time.Now())
	r.URL.Path = "/slack/events"
	if w := d.serve(r); w.Code != http.StatusNotFound {
		t.Errorf("status %d", w.Code)
	}
}

func TestCommandBusy(t *testing.T) {
	for name, err := range map[string]error{"busy": bot.ErrBusy, "any other error": errors.New("disk full")} {
		d := openDoor(newDesk())
		d.ask = func(context.Context) error { return err }
		a := ackOf(t, d.serve(signed(form("all", "text", "prod-payments").Encode(), time.Now())))
		if !strings.Contains(a.Text, "ask again") || !strings.Contains(a.Text, "not a pass") {
			t.Errorf("%s: ack %+v", name, a)
		}
		if diff := cmp.Diff(map[string]int{"refused busy": 1}, d.counters.all()); diff != "" {
			t.Errorf("%s: counted (-want +got):\n%s", name, diff)
		}
		log := d.log.String()
		if !strings.Contains(log, err.Error()) || strings.Contains(log, "prod-payments") || strings.Contains(log, "hooks.slack.com") {
			t.Errorf("%s: the log must have the error, and nothing of the body: %s", name, log)
		}
	}
}

// A store that hangs, even one that does not heed its context, is waited for
// 1.5 s and no longer.
func TestCommandSlowStore(t *testing.T) {
	for name, ask := range map[string]func(context.Context) error{
		"heeds its context": func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
		"does not":          func(context.Context) error { time.Sleep(time.Minute); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := openDoor(newDesk())
				d.ask = ask
				start := time.Now()
				a := ackOf(t, d.serve(signed(form("all").Encode(), start)))
				if took := time.Since(start); took != 1500*time.Millisecond {
					t.Errorf("took %s", took)
				}
				if !strings.Contains(a.Text, "ask again") || d.counters.all()["refused busy"] != 1 {
					t.Errorf("ack %+v, counted %v", a, d.counters.all())
				}
				time.Sleep(time.Hour) // virtual: whatever the store still does must not matter any more
			})
		})
	}
}

func TestCommandPanics(t *testing.T) {
	d := openDoor(newDesk())
	d.ask = func(context.Context) error { panic("prod-payments is a secret") }
	w := d.serve(signed(form("prod-payments").Encode(), time.Now()))
	if w.Code != http.StatusInternalServerError || w.Body.Len() != 0 {
		t.Errorf("status %d, body %q", w.Code, w.Body)
	}
	if log := d.log.String(); d.counters.all()["refused panic"] != 1 || strings.Contains(log, "prod-payments") || !strings.Contains(log, "handler_test.go") {
		t.Errorf("counted %v, logged %s", d.counters.all(), log)
	}
}

// A response URL that leads elsewhere is treated as absent.
func TestCommandResponseURL(t *testing.T) {
	for raw, kept := range map[string]bool{
		"https://hooks.slack.com/commands/T/1/x":              true,
		"https://hooks.slack-gov.com/commands/T/1/x":          true,
		"https://slack.com/commands/T/1/x":                    true, // the API's own host
		"http://hooks.slack.com/commands/T/1/x":               false,
		"https://hooks.slack.com.evil.example/x":              false,
		"https://evil.example/hooks.slack.com":                false,
		"https://hooks.slack.com@evil.example/":               false,
		"https://u:p@hooks.slack.com/":                        false,
		"https://169.254.169.254/latest/meta-data":            false,
		"https://hooks.slack.com:22/":                         false,
		"gopher://hooks.slack.com/":                           false,
		"":                                                    false,
		"https://hooks.slack.com%2f@evil.example/":            false,
		"\x00https://hooks.slack.com/":                        false,
		"https://HOOKS.SLACK.COM/commands/T/1/x":              true,
		"https://hooks.slack.com\\@evil.example/commands/T/1": false,
	} {
		d := openDoor(newDesk())
		ackOf(t, d.serve(signed(form("all", "response_url", raw).Encode(), time.Now())))
		want := &bot.Address{User: "U01ALICE", FallbackChannel: "C0SECURITY"}
		if kept {
			want.ResponseURL = raw
		}
		if diff := cmp.Diff(want, d.requests[0].Reply); diff != "" {
			t.Errorf("%q (-want +got):\n%s", raw, diff)
		}
	}
}

// FuzzCommand: whatever Slack may sign, the answer is a status and, with 200,
// a message within Slack's limits.
func FuzzCommand(f *testing.F) {
	f.Add(form("all").Encode())
	f.Add(form("<!channel> “prod” `x`").Encode())
	f.Add("command=%2Frootcheck&text=%ff%00&team_id=T1")
	f.Add("ssl_check=1")
	f.Add("command=%zz")
	f.Add("a;b&command=/spend&team_id=T1&text=9999d")
	f.Fuzz(func(t *testing.T, body string) {
		d := openDoor(newDesk())
		w := d.serve(signed(body, time.Now()))
		switch w.Code {
		case http.StatusOK, http.StatusBadRequest, http.StatusForbidden, http.StatusRequestEntityTooLarge:
		default:
			t.Fatalf("status %d", w.Code)
		}
		if w.Body.Len() == 0 {
			return
		}
		a := ackOf(t, w)
		blocks, err := json.Marshal(a.Blocks)
		if err != nil {
			t.Fatal(err)
		}
		if err := workspace.CheckBlocks(blocks); err != nil {
			t.Fatalf("Slack would refuse the ack: %v\n%s", err, blocks)
		}
	})
}
