package slack_test

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
	"rootwatch/bot/slack"
)

const token = "xoxb-test-0000-not-a-token"

// tally is a Counters that remembers.
type tally struct {
	mu      sync.Mutex
	seen    map[string]int
	changed chan struct{} // closed at the next count
}

func (c *tally) add(word string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil {
		c.seen = map[string]int{}
	}
	c.seen[word]++
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}

// await waits until the word was counted.
func (c *tally) await(t *testing.T, word string) {
	t.Helper()
	for {
		c.mu.Lock()
		if c.changed == nil {
			c.changed = make(chan struct{})
		}
		n, changed := c.seen[word], c.changed
		c.mu.Unlock()
		if n > 0 {
			return
		}
		select {
		case <-changed:
		case <-patience(t).Done():
			t.Fatalf("%q was never counted: %v", word, c.all())
		}
	}
}

func (c *tally) Refused(reason string)   { c.add("refused " + reason) }
func (c *tally) Answered(command string) { c.add("answered " + command) }
func (c *tally) SlackError(code string)  { c.add("slack " + code) }

func (c *tally) all() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.seen)
}

// call is what a fake Slack was sent.
type call struct {
	path, text, blocks, metadata string
	form                         map[string][]string
}

// scripted is a Slack that gives its answers one after the other, the last for ever.
type scripted struct {
	*httptest.Server
	mu      sync.Mutex
	calls   []call
	answers []http.HandlerFunc
	filed   int // calls for files, which are refused and are in no script
}

func (s *scripted) files() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.filed
}

func script(t *testing.T, answers ...http.HandlerFunc) *scripted {
	t.Helper()
	s := &scripted{answers: answers}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/files.") {
		s.mu.Lock()
		s.filed++
		s.mu.Unlock()
		answer(200, `{"ok":false,"error":"missing_scope","needed":"files:write"}`)(w, r)
		return
	}
	c := call{path: r.URL.Path}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		var body struct {
			Text   string          `json:"text"`
			Blocks json.RawMessage `json:"blocks"`
		}
		_ = json.NewDecoder(r.Body).Decode(&body)
		c.text, c.blocks = body.Text, string(body.Blocks)
	} else {
		_ = r.ParseForm()
		c.form, c.text, c.blocks, c.metadata = r.PostForm, r.PostForm.Get("text"), r.PostForm.Get("blocks"), r.PostForm.Get("metadata")
	}
	s.mu.Lock()
	s.calls = append(s.calls, c)
	answer := s.answers[min(len(s.calls), len(s.answers))-1]
	s.mu.Unlock()
	answer(w, r)
}

func (s *scripted) all() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

func answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func refuse(code string) http.HandlerFunc { return answer(200, `{"ok":false,"error":"`+code+`"}`) }

func cut(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

var fine = answer(200, `{"ok":true,"channel":"C0SECURITY","ts":"1795322814.000100"}`)

func mouthAt(t *testing.T, url string, counters slack.Counters, log io.Writer) *slack.Mouth {
	t.Helper()
	return slack.NewMouth(slack.Options{
		BotToken: token, APIURL: url, PerChannel: 1000, Counters: counters,
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
}

func inChannel(m bot.Message) bot.Outgoing {
	return bot.Outgoing{Key: "digest:2026-11-22", Revision: 3, Address: bot.Address{Channel: "C0SECURITY"}, Message: m, PlannedAt: bottest.Now}
}

// faultOf fails the test for an error that is no Fault or tells the token.
func faultOf(t *testing.T, err error) *bot.Fault {
	t.Helper()
	var fault *bot.Fault
	if !errors.As(err, &fault) {
		t.Fatalf("%v (%T) is no *bot.Fault", err, err)
	}
	for _, secret := range []string{token, "T0000/B0000/secret"} {
		if strings.Contains(err.Error()+fault.Sentence, secret) {
			t.Errorf("the error tells a secret: %v", err)
		}
	}
	return fault
}
