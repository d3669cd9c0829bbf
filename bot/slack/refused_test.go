package slack_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rootwatch/bot/slack"
	"rootwatch/internal/demo/workspace"
)

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
		h := slack.NewDispatcher(slack.Options{SigningSecret: secret}, asked, asked, slack.Home{}).Handler()
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
	slack.NewDispatcher(slack.Options{}, asked, asked, slack.Home{}).Handler().ServeHTTP(w, r)
	if w.Code != http.StatusUnauthorized || len(asked.requests) != 0 {
		t.Errorf("status %d, asked %v", w.Code, asked.requests)
	}
}
