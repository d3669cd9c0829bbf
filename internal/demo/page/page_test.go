package page_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"rootwatch/internal/demo/page"
	"rootwatch/internal/demo/workspace"
)

const (
	general = "C0GENERAL0"
	alice   = "U0ALICE000"
)

type opened struct {
	*workspace.Server
	page    *page.Page
	base    string
	address string
	cookie  *http.Cookie
}

// open makes a page over an empty workspace, and opens it as a browser does.
func open(t *testing.T, controls ...page.Control) opened {
	t.Helper()
	person := workspace.User{ID: alice, Name: "alice"}
	w := workspace.New(workspace.Options{
		BotToken: "xoxb-not-a-real-token", SigningSecret: "not-a-real-secret", TeamID: "T0TEST0001",
		Channels: []workspace.Channel{{ID: general, Name: "general"}}, Users: []workspace.User{person},
	})
	w.SetBaseURL("http://127.0.0.1:9")
	p := page.New(page.Options{
		Workspace: w, Person: person, Now: time.Now, Places: []page.Place{{ID: general, Name: "general", Kind: "channel"}}, Controls: controls,
	})
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	o := opened{Server: w, page: p, base: server.URL, address: p.Address(server.URL)}
	response := o.send(t, http.MethodGet, strings.TrimPrefix(o.address, o.base), "", nil)
	for _, c := range response.Cookies() {
		o.cookie = c
	}
	if response.StatusCode != http.StatusOK || o.cookie == nil {
		t.Fatalf("the address was answered with %s and %v", response.Status, response.Cookies())
	}
	return o
}

// send makes a request as the page would, changed by as.
func (o opened) send(t *testing.T, method, path, body string, as func(*http.Request)) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, o.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if o.cookie != nil {
		r.AddCookie(o.cookie)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", o.base)
	}
	if as != nil {
		as(r)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

// say posts a line and returns the page's complaint, "" for none.
func (o opened) say(t *testing.T, body string, as func(*http.Request)) (int, string) {
	t.Helper()
	response := o.send(t, http.MethodPost, "/api/say", body, as)
	var answer struct{ Error string }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, answer.Error
}

func TestOnlyItsOwnPageIsLetIn(t *testing.T) {
	o := open(t)
	if o.cookie.SameSite != http.SameSiteStrictMode || !o.cookie.HttpOnly {
		t.Errorf("the cookie is %s", o.cookie)
	}
	const line = `{"channel":"` + general + `","text":"hello"}`
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for name, tt := range map[string]struct {
		as     func(*http.Request)
		status int
	}{
		"the page":             {nil, http.StatusOK},
		"no cookie":            {func(r *http.Request) { r.Header.Del("Cookie") }, http.StatusForbidden},
		"a wrong cookie":       {func(r *http.Request) { r.Header.Set("Cookie", o.cookie.Name+"=guess") }, http.StatusForbidden},
		"another origin":       {header("Origin", "https://evil.example.com"), http.StatusForbidden},
		"another port":         {header("Origin", "http://127.0.0.1:1"), http.StatusForbidden},
		"a sandboxed frame":    {header("Origin", "null"), http.StatusForbidden},
		"no origin":            {func(r *http.Request) { r.Header.Del("Origin") }, http.StatusForbidden},
		"another site fetches": {header("Sec-Fetch-Site", "cross-site"), http.StatusForbidden},
		"a form":               {header("Content-Type", "text/plain"), http.StatusUnsupportedMediaType},
		"a name that was made to point here": {func(r *http.Request) {
			r.Host = "rebound.example.com:" + strings.Split(r.URL.Host, ":")[1]
			r.Header.Set("Origin", "http://"+r.Host)
		}, http.StatusMisdirectedRequest},
		"a port that is no number": {func(r *http.Request) { r.Host = "localhost:x" }, http.StatusMisdirectedRequest},
		"a port that is too large": {func(r *http.Request) { r.Host = "127.0.0.1:99999" }, http.StatusMisdirectedRequest},
		"no port after the colon":  {func(r *http.Request) { r.Host = "localhost:" }, http.StatusMisdirectedRequest},
		"another port of ours":     {func(r *http.Request) { r.Host = "127.0.0.1:1" }, http.StatusMisdirectedRequest},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(o.Messages(general))
			status := o.send(t, http.MethodPost, "/api/say", line, tt.as).StatusCode
			if status != tt.status || (len(o.Messages(general)) > before) != (status == http.StatusOK) {
				t.Errorf("status %d, %d messages", status, len(o.Messages(general)))
			}
		})
	}
	for _, path := range []string{"/", "/?key=guess", "/api/stream", "/api/accounts", "/api/truth", "/files/F0123456789"} {
		if status := o.send(t, http.MethodGet, path, "", func(r *http.Request) { r.Header.Del("Cookie") }).StatusCode; status != http.StatusForbidden {
			t.Errorf("%s without a cookie is answered with %d", path, status)
		}
	}
	if status := o.send(t, http.MethodGet, "/api/accounts", "", header("Sec-Fetch-Site", "cross-site")).StatusCode; status != http.StatusForbidden {
		t.Errorf("another site reads with status %d", status)
	}
}

func TestHeadersOfThePage(t *testing.T) {
	o := open(t)
	for _, path := range []string{"/", "/page.js", "/page.css", "/api/accounts"} {
		response := o.send(t, http.MethodGet, path, "", nil)
		csp := response.Header.Get("Content-Security-Policy")
		if response.StatusCode != http.StatusOK || !strings.HasPrefix(csp, "default-src 'none'; script-src 'self'; style-src 'self';") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %s, %q", path, response.Status, csp)
		}
		if response.Header.Get("Access-Control-Allow-Origin") != "" || response.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, response.Header)
		}
	}
	text, err := io.ReadAll(o.send(t, http.MethodGet, "/", "", nil).Body)
	if err != nil || strings.Contains(string(text), "<script>") || strings.Contains(string(text), "//") {
		t.Errorf("the page loads from elsewhere, or has a script in it: %s %v", text, err)
	}
}

// stream reads the page's patches.
func (o opened) stream(t *testing.T) func() map[string]json.RawMessage {
	t.Helper()
	lines := bufio.NewScanner(o.send(t, http.MethodGet, "/api/stream", "", nil).Body)
	lines.Buffer(nil, 1<<20)
	return func() map[string]json.RawMessage {
		t.Helper()
		for lines.Scan() {
			text, found := strings.CutPrefix(lines.Text(), "data: ")
			if !found {
				continue
			}
			var patch struct {
				Set  map[string]json.RawMessage
				Gone []string
			}
			if err := json.Unmarshal([]byte(text), &patch); err != nil {
				t.Fatal(err)
			}
			for _, name := range patch.Gone {
				patch.Set[name] = nil
			}
			return patch.Set
		}
		t.Fatalf("the stream ended: %v", lines.Err())
		return nil
	}
}

func TestTheStreamTellsWhatChanges(t *testing.T) {
	release := make(chan struct{})
	o := open(t, page.Control{ID: "wait", Label: "Wait", Group: "The day", Will: "It waits.", Do: func(_ context.Context, tell page.Tell) error {
		<-release
		tell(page.Good, "It has waited.")
		return errors.New("and failed")
	}})
	next := o.stream(t)
	if first := next(); first["world"] == nil || first["stage"] == nil || string(first["views"]) != "[]" {
		t.Fatalf("the first patch is %v", first)
	}
	m, _ := o.Say(general, alice, "hello <b>")
	name := "m/" + general + "/" + m.TS
	second := next()
	var shown struct{ Text, Name string }
	if err := json.Unmarshal(second[name], &shown); err != nil || shown.Text != "hello <b>" || shown.Name != "alice" || len(second) != 1 {
		t.Errorf("the message came as %v: %v", second, err)
	}
	start := func() string {
		var answer struct{ Error string }
		if err := json.NewDecoder(o.send(t, http.MethodPost, "/api/control", `{"id":"wait"}`, nil).Body).Decode(&answer); err != nil {
			t.Fatal(err)
		}
		return answer.Error
	}
	if complaint := start(); complaint != "" {
		t.Fatal(complaint)
	}
	if busy := string(next()["stage"]); !strings.Contains(busy, `"busy":"wait"`) {
		t.Errorf("the stage is %s", busy)
	}
	if complaint := start(); !strings.Contains(complaint, "still busy") {
		t.Errorf("a second start was answered with %q", complaint)
	}
	close(release)
	seen := map[string]string{}
	for seen["log/2"] == "" || !strings.Contains(seen["stage"], `"busy":""`) {
		for name, item := range next() {
			seen[name] = string(item)
		}
	}
	if !strings.Contains(seen["log/1"], "It has waited.") || !strings.Contains(seen["log/2"], "and failed") {
		t.Errorf("what happened: %v", seen)
	}
}

func TestWhatCannotBeDone(t *testing.T) {
	o := open(t)
	for name, tt := range map[string]struct{ path, body, want string }{
		"no such channel":   {"say", `{"channel":"C0NOWHERE0","text":"hello"}`, "no conversation"},
		"no JSON":           {"say", `hello`, "could not be read"},
		"no such message":   {"press", `{"channel":"` + general + `","ts":"1.0","action_id":"x"}`, "no message"},
		"no such view":      {"press", `{"view":"V0","action_id":"x"}`, "no view"},
		"no such modal":     {"submit", `{"view":"V0"}`, "not the top one"},
		"nothing to close":  {"close", `{"view":"V0"}`, "not the top one"},
		"no such control":   {"control", `{"id":"x"}`, "no control"},
		"nobody draws Home": {"home", `{}`, "did not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			var answer struct{ Error string }
			if err := json.NewDecoder(o.send(t, http.MethodPost, "/api/"+tt.path, tt.body, nil).Body).Decode(&answer); err != nil || !strings.Contains(answer.Error, tt.want) {
				t.Errorf("%q: %v", answer.Error, err)
			}
		})
	}
	if status, complaint := o.say(t, `{"channel":"`+general+`","text":"/rootcheck all"}`, nil); status != http.StatusOK || complaint != "" {
		t.Errorf("a bot that does not answer is the workspace's to tell: %d %s", status, complaint)
	}
	if all := o.Messages(general); len(all) != 1 || !strings.Contains(all[0].Text, "dispatch_failed") {
		t.Errorf("the workspace says %v", all)
	}
	if response := o.send(t, http.MethodGet, "/api/truth", "", nil); response.StatusCode != http.StatusNotFound {
		t.Errorf("without a truth: %s", response.Status)
	}
}

func TestTheAddressHoldsAKey(t *testing.T) {
	a, b := open(t), open(t)
	key := func(o opened) string {
		u, err := url.Parse(o.address)
		if err != nil {
			t.Fatal(err)
		}
		return u.Query().Get("key")
	}
	if len(key(a)) < 20 || key(a) == key(b) {
		t.Errorf("keys %q and %q", key(a), key(b))
	}
}

// deaf is a browser that never reads: what is written to it waits for its deadline.
type deaf struct {
	http.ResponseWriter
	deadline time.Time
	writes   int
}

func (d *deaf) SetWriteDeadline(at time.Time) error {
	d.deadline = at
	return nil
}

func (d *deaf) Write([]byte) (int, error) {
	if d.writes++; d.deadline.IsZero() {
		return 0, errors.New("this would wait for ever")
	}
	return 0, os.ErrDeadlineExceeded
}

// A stream that nobody reads ends.
func TestStreamThatNobodyReads(t *testing.T) {
	o := open(t)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, o.base+"/api/stream", nil)
	r.AddCookie(o.cookie)
	browser := &deaf{ResponseWriter: httptest.NewRecorder()}
	o.page.ServeHTTP(browser, r)
	if browser.writes != 1 || browser.deadline.IsZero() {
		t.Errorf("%d writes with the deadline %s", browser.writes, browser.deadline)
	}
}
