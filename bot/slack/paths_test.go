package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
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

// pressBody is a press as Slack sends it, with fields put in its place by
// dotted path.
func pressBody(action, value string, more ...string) string {
	payload := map[string]any{
		"type": "block_actions", "trigger_id": "1.2.abc", "team": map[string]any{"id": "T1"},
		"user": map[string]any{"id": alice, "name": "alice", "team_id": "T1"}, "channel": map[string]any{"id": "C0SECURITY"},
		"container":    map[string]any{"type": "message", "is_ephemeral": true, "channel_id": "C0SECURITY"},
		"response_url": "https://hooks.invalid/secret",
		"actions":      []any{map[string]any{"action_id": action, "block_id": "b", "type": "button", "value": value}},
	}
	for i := 0; i+1 < len(more); i += 2 {
		at := payload
		outer, inner, nested := strings.Cut(more[i], ".")
		if nested {
			at, outer = payload[outer].(map[string]any), inner
		}
		at[outer] = more[i+1]
	}
	b, _ := json.Marshal(payload) // strings and maps
	return url.Values{"payload": {string(b)}}.Encode()
}

var sameIDs = cmp.AllowUnexported(account.ID{})

const homeOpened = `{"type":"event_callback","team_id":"T1","event_id":"Ev1","event":{"type":"app_home_opened","user":"U01ALICE","tab":"home"}}`

const checkValue = `{"partition":"aws","organization":"acme","account":"111122223333"}`

// good is a body that each path takes.
func good() map[string]string {
	return map[string]string{
		slack.CommandsPath: form("all").Encode(), slack.InteractionsPath: pressBody("check", checkValue), slack.EventsPath: homeOpened,
	}
}

// post is a signed request for a path.
func postTo(path, body string, at time.Time) *http.Request {
	r := signed(body, at)
	r.URL.Path = path
	return r
}

func TestEveryPathRefuses(t *testing.T) {
	now := time.Now()
	tests := map[string]struct {
		spoil  func(r *http.Request, body string)
		status int
		reason string
	}{
		"no signature":      {func(r *http.Request, _ string) { r.Header.Del("X-Slack-Signature") }, 401, "unsigned"},
		"forged":            {func(r *http.Request, _ string) { r.Header.Set("X-Slack-Signature", "v0="+strings.Repeat("ab", 32)) }, 401, "forged"},
		"another body":      {func(r *http.Request, b string) { r.Body = io.NopCloser(strings.NewReader(b + " ")) }, 401, "forged"},
		"late":              {func(r *http.Request, b string) { sign(r, b, now.Add(-301*time.Second)) }, 401, "late"},
		"GET":               {func(r *http.Request, _ string) { r.Method = http.MethodGet }, 405, "method"},
		"breaks off":        {func(r *http.Request, _ string) { r.Body = io.NopCloser(broken{}) }, 400, "malformed"},
		"oversized":         {func(r *http.Request, b string) { replace(r, b+strings.Repeat(" ", 1<<20), now) }, 413, "oversized"},
		"empty":             {func(r *http.Request, _ string) { replace(r, "", now) }, 400, "malformed"},
		"nonsense":          {func(r *http.Request, _ string) { replace(r, "payload=%7B&command=%zz", now) }, 400, "malformed"},
		"only in the query": {func(r *http.Request, b string) { r.URL.RawQuery = b; replace(r, "", now) }, 400, "malformed"},
	}
	for path, body := range good() {
		for name, tt := range tests {
			t.Run(path+" "+name, func(t *testing.T) {
				d := openDoor(newDesk())
				r := postTo(path, body, now)
				tt.spoil(r, body)
				w := d.serve(r)
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
}

func replace(r *http.Request, body string, at time.Time) {
	r.Body = io.NopCloser(strings.NewReader(body))
	sign(r, body, at)
}

func TestEveryPathRefusesStrangers(t *testing.T) {
	for name, r := range map[string]*http.Request{
		"a command":               postTo(slack.CommandsPath, form("all", "team_id", "T2").Encode(), time.Now()),
		"a workspace's press":     postTo(slack.InteractionsPath, pressBody("check", checkValue, "team.id", "T2"), time.Now()),
		"a guest in our channel":  postTo(slack.InteractionsPath, pressBody("check", checkValue, "user.team_id", "T2"), time.Now()),
		"nobody's press":          postTo(slack.InteractionsPath, pressBody("check", checkValue, "team.id", "", "user.team_id", ""), time.Now()),
		"a form":                  postTo(slack.InteractionsPath, pressBody("check", checkValue, "type", "view_submission", "user.team_id", "T2"), time.Now()),
		"an event":                postTo(slack.EventsPath, strings.Replace(homeOpened, "T1", "T2", 1), time.Now()),
		"an event without a team": postTo(slack.EventsPath, strings.Replace(homeOpened, "T1", "", 1), time.Now()),
	} {
		d := openDoor(newDesk())
		if w := d.serve(r); w.Code != http.StatusForbidden || len(d.requests) != 0 || d.counters.all()["refused foreign"] != 1 {
			t.Errorf("%s: status %d, asked %v, counted %v", name, w.Code, d.requests, d.counters.all())
		}
	}
}

func TestEveryPathRefusesReplays(t *testing.T) {
	for path, body := range good() {
		d, now := openDoor(newDesk()), time.Now()
		if w := d.serve(postTo(path, body, now)); w.Code != http.StatusOK {
			t.Fatalf("%s: status %d", path, w.Code)
		}
		if w := d.serve(postTo(path, body, now)); w.Code != http.StatusUnauthorized || d.counters.all()["refused replayed"] != 1 {
			t.Errorf("%s: status %d, counted %v", path, w.Code, d.counters.all())
		}
		if len(d.requests) != 1 {
			t.Errorf("%s: asked %d times", path, len(d.requests))
		}
	}
	// A press is known again after a restart too.
	d, now := openDoor(newDesk()), time.Now()
	d.serve(postTo(slack.InteractionsPath, pressBody("check", checkValue), now))
	if w := openDoor(d.desk).serve(postTo(slack.InteractionsPath, pressBody("check", checkValue), now)); w.Code != http.StatusUnauthorized || len(d.requests) != 1 {
		t.Errorf("after a restart: status %d, asked %d times", w.Code, len(d.requests))
	}
}

// What Slack sends again by itself, because our answer was lost, is answered
// well and not done again; what could not be taken is asked for again.
func TestEventsAreRedelivered(t *testing.T) {
	d := openDoor(newDesk())
	for n := range 2 {
		r := postTo(slack.EventsPath, homeOpened, time.Now().Add(time.Duration(-n)*time.Second))
		if n > 0 {
			r.Header.Set("X-Slack-Retry-Num", "1")
		}
		if w := d.serve(r); w.Code != http.StatusOK || len(d.requests) != 1 {
			t.Errorf("delivery %d: status %d, asked %d times", n, w.Code, len(d.requests))
		}
	}
	busy := openDoor(newDesk())
	busy.ask = func(context.Context) error { return bot.ErrBusy }
	if w := busy.serve(postTo(slack.EventsPath, homeOpened, time.Now())); w.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d", w.Code)
	}
}

func TestEventsURLVerification(t *testing.T) {
	d := openDoor(newDesk())
	w := d.serve(postTo(slack.EventsPath, `{"type":"url_verification","challenge":"3eZbrw1aB","token":"x"}`, time.Now()))
	if w.Code != http.StatusOK || w.Body.String() != "3eZbrw1aB" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("status %d, %s, %q", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
}

func TestEventsThatEndTheInstallation(t *testing.T) {
	for event, lost := range map[string]bool{
		`{"type":"app_uninstalled"}`:                          true,
		`{"type":"tokens_revoked","tokens":{"bot":["U1"]}}`:   true,
		`{"type":"tokens_revoked","tokens":{"oauth":["U1"]}}`: false,
		`{"type":"message","user":{"id":"U1"}}`:               false,
		`{"type":"app_home_opened","tab":"messages"}`:         false,
	} {
		p := openPlace(t, false)
		body := `{"type":"event_callback","team_id":"T1","event_id":"Ev1","event":` + event + `}`
		w := httptest.NewRecorder()
		p.dispatcher.Handler().ServeHTTP(w, postTo(slack.EventsPath, body, time.Now()))
		if w.Code != http.StatusOK {
			t.Errorf("%s: status %d", event, w.Code)
		}
		p.dispatcher.Finish(t.Context())
		heard := false
		select {
		case <-p.dispatcher.Lost():
			heard = true
		default:
		}
		if heard != lost || strings.Contains(p.log.String(), "level=ERROR") != lost {
			t.Errorf("%s: heard %t, logged %s", event, heard, p.log)
		}
	}
}

// However many look at App Home at the same time, it is read once: many
// readings side by side would keep commands from the store.
func TestAppHomeIsReadOnceForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, reads, release := newDesk(), 0, make(chan struct{})
		d.home = func() (bot.Home, error) {
			reads++
			<-release
			return bot.Home{}, errors.New("the store is away")
		}
		log := &safeBuffer{}
		o := slack.Options{SigningSecret: signingSecret, HTTPClient: &http.Client{Transport: nowhere{}}, Log: slog.New(slog.NewTextHandler(log, nil))}
		dispatcher := slack.NewDispatcher(o, d, d, slack.Home{Team: "T1"})
		look := func(event string) {
			w := httptest.NewRecorder()
			dispatcher.Handler().ServeHTTP(w, postTo(slack.EventsPath, strings.Replace(homeOpened, "Ev1", event, 1), time.Now()))
			if w.Code != http.StatusOK {
				t.Fatalf("status %d", w.Code)
			}
		}
		for n := range 20 {
			look("Ev" + strconv.Itoa(n))
		}
		synctest.Wait()
		if reads != 1 {
			t.Errorf("read %d times side by side", reads)
		}
		close(release)
		dispatcher.Finish(t.Context())
		look("later")
		dispatcher.Finish(t.Context())
		if told := strings.Count(log.String(), "App Home could not be read"); reads != 2 || told != 21 {
			t.Errorf("read %d times, %d were told", reads, told)
		}
	})
}

// A bot token that Slack refuses is heard of even where no message is on its
// way and Slack sends no event: else nothing would answer, and health say that
// all is well.
func TestRefusedTokenIsHeardOf(t *testing.T) {
	for name, do := range map[string]func(*testing.T, *place){
		"a modal":  func(t *testing.T, p *place) { p.pressBare(t, "ask_form", "{}") },
		"a note":   func(t *testing.T, p *place) { p.pressBare(t, "snooze", checkValue) },
		"App Home": func(t *testing.T, p *place) { p.pressBare(t, "refresh", "{}") },
	} {
		for refused, heard := range map[bool]bool{true: true, false: false} {
			p := openPlace(t, false)
			if refused {
				p.SetBotToken(newToken)
			}
			do(t, p)
			select {
			case <-p.dispatcher.Refused():
				if !heard {
					t.Errorf("%s: a token that works is called refused: %s", name, p.log)
				}
			default:
				if heard {
					t.Errorf("%s: nobody hears of the refused token: %s", name, p.log)
				}
			}
		}
	}
}

func TestEveryPathSurvivesAPanic(t *testing.T) {
	for path, body := range good() {
		d := openDoor(newDesk())
		d.ask = func(context.Context) error { panic("prod-payments is a secret") }
		w := d.serve(postTo(path, body, time.Now()))
		if log := d.log.String(); w.Code != http.StatusInternalServerError || d.counters.all()["refused panic"] != 1 || strings.Contains(log, "is a secret") {
			t.Errorf("%s: status %d, counted %v, logged %s", path, w.Code, d.counters.all(), log)
		}
	}
}

// A value may come from anybody, and from any version: it allows nothing that
// cannot be typed.
func TestPressOfOddValues(t *testing.T) {
	scopeless := `{"partition":"","organization":"","account":"111122223333"}`
	tests := map[string]struct {
		action, value string
		command       bot.Command // nil: nothing is asked
		counted       string
	}{
		"an action of another version": {"snooze", checkValue, nil, "answered outdated"},
		"no value":                     {"check", "", nil, "answered outdated"},
		"no JSON":                      {"show", "111122223333", nil, "answered outdated"},
		"too long":                     {"ask", strings.Repeat("x", 2001), nil, "answered outdated"},
		"a wrong account id":           {"check", `{"account":"12"}`, nil, "answered outdated"},
		"an organization sold":         {"check", strings.Replace(checkValue, "acme", "sold", 1), nil, "answered outdated"},
		"an organization sold, shown":  {"show", strings.Replace(checkValue, "acme", "sold", 1), nil, "answered outdated"},
		"an account not listed, shown": {"show", strings.Replace(checkValue, "1111", "9999", 1), nil, "answered outdated"},
		"an account not listed": {"check", strings.Replace(checkValue, "111122223333", "999922223333", 1),
			bot.CheckAccounts{Targets: []bot.Target{{ID: bottest.ID("999922223333")}}}, "answered rootcheck"},
		"no organization": {"check", scopeless, bot.CheckAccounts{Targets: []bot.Target{{Scope: scope, ID: bottest.ID("111122223333")}}}, "answered rootcheck"},
		"no spike":        {"acknowledge", checkValue, nil, "answered outdated"},
		"no command":      {"ask", `{}`, nil, "answered outdated"},
		"a wrong command": {"ask", `{"command":"/rootcheck nowhere at all"}`, nil, "answered mistake"},
		"another command": {"ask", `{"command":"/deploy prod"}`, nil, "answered mistake"},
		"a URL":           {"link.2", "", nil, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := openDoor(newDesk())
			if w := d.serve(postTo(slack.InteractionsPath, pressBody(tt.action, tt.value), time.Now())); w.Code != http.StatusOK || w.Body.Len() != 0 {
				t.Errorf("status %d, body %q", w.Code, w.Body)
			}
			var command bot.Command
			if asked := d.asked(); len(asked) > 0 {
				command = asked[0].Command
			}
			if diff := cmp.Diff(tt.command, command, sameIDs); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
			if tt.counted != "" && d.counters.all()[tt.counted] != 1 {
				t.Errorf("counted %v", d.counters.all())
			}
		})
	}
}

// A press that nobody can answer is told so, with what to type instead.
func TestPressOfAnOlderVersion(t *testing.T) {
	p := openPlace(t, false)
	m := p.answered(t)
	w := httptest.NewRecorder()
	body := pressBody("snooze", checkValue, "channel.id", m.Channel, "response_url", "")
	p.dispatcher.Handler().ServeHTTP(w, postTo(slack.InteractionsPath, body, time.Now()))
	p.await(t, "Ask again with `/rootcheck 111122223333`")
}

// FuzzInteraction: whatever Slack may sign, the answer is a status, and with
// a body it is one that Slack takes.
func FuzzInteraction(f *testing.F) {
	for _, action := range []string{"check", "show", "fix", "fix_page.1", "explain", "acknowledge", "ask_form", "refresh", "link", "snooze", "ask.12"} {
		f.Add(payloadOf(pressBody(action, checkValue)))
	}
	f.Add(payloadOf(pressBody("ask", `{"command":"/rootcheck all"}`)))
	f.Add(payloadOf(pressBody("check", checkValue, "channel", "")))
	f.Add(`{"type":"view_submission","team":{"id":"T1"},"user":{"id":"U1","team_id":"T1"},"view":{"id":"V1","callback_id":"ask_form","state":{"values":{"accounts":{"names":{"type":"plain_text_input","value":"prod-paymets <!channel>"}}}}}}`)
	f.Add(`{"type":"view_closed","team":{"id":"T1"},"user":{"id":"U1"},"view":{"id":"V1"},"is_cleared":false}`)
	f.Add(`{"type":"block_actions","team":{"id":"T1"},"user":{"id":"U1"},"actions":[]}`)
	f.Add(`{"type":"block_actions","team":null,"user":null,"actions":[null,{"name":"x"}]}`)
	f.Add(`{"type":"shortcut","team":{"id":"T1"}}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, payload string) {
		d := newDesk()
		h := slack.NewDispatcher(slack.Options{SigningSecret: signingSecret, HTTPClient: &http.Client{Transport: nowhere{}}}, d, d, slack.Home{Team: "T1"})
		w := httptest.NewRecorder()
		h.Handler().ServeHTTP(w, postTo(slack.InteractionsPath, url.Values{"payload": {payload}}.Encode(), time.Now()))
		switch w.Code {
		case http.StatusOK, http.StatusBadRequest, http.StatusForbidden, http.StatusUnauthorized, http.StatusRequestEntityTooLarge:
		default:
			t.Fatalf("status %d", w.Code)
		}
		if w.Body.Len() == 0 {
			return
		}
		var answer struct {
			ResponseAction string                     `json:"response_action"`
			Errors         map[string]string          `json:"errors"`
			View           map[string]json.RawMessage `json:"view"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		switch answer.ResponseAction {
		case "errors":
			if answer.Errors["accounts"] == "" || len(answer.Errors) != 1 {
				t.Fatalf("answered %s", w.Body)
			}
		case "update":
			if err := workspace.CheckBlocks(answer.View["blocks"]); err != nil {
				t.Fatalf("Slack would refuse the modal: %v", err)
			}
		default:
			t.Fatalf("answered %s", w.Body)
		}
	})
}

func payloadOf(body string) string { return payloadField(body, "payload") }

func payloadField(body, name string) string {
	v, _ := url.ParseQuery(body)
	return v.Get(name)
}

func spikeValue(m bot.SpikeAlert) string {
	b, _ := json.Marshal(map[string]any{"partition": "aws", "organization": "acme", "key": bot.SpikeKey(m.Incident)})
	return string(b)
}
