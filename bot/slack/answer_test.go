package slack_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
)

const secretPath = "/commands/T0000/B0000/secret"

// toAsker is an answer to a slash command through a response URL of the server.
func toAsker(server string, m bot.Message) bot.Outgoing {
	return bot.Outgoing{Key: "answer:1", Revision: 1, Message: m, Address: bot.Address{
		ResponseURL: server + secretPath, User: "U01ALICE", FallbackChannel: "C0SECURITY",
	}}
}

func TestAnswerThroughTheResponseURL(t *testing.T) {
	server := script(t, answer(200, "ok"))
	mouth := mouthAt(t, server.URL, nil, io.Discard)
	ref, err := mouth.Post(t.Context(), toAsker(server.URL, bot.Trouble{What: "a & b"}))
	if err != nil || ref != (bot.Ref{}) {
		t.Fatalf("Post = %v, %v", ref, err)
	}
	// An edit is the same thing again: it replaces.
	if err := mouth.Update(t.Context(), ref, toAsker(server.URL, bot.Trouble{What: "a & b"})); err != nil {
		t.Fatal(err)
	}
	for _, c := range server.all() {
		if c.path != secretPath || c.text != "a &amp; b." || !strings.Contains(c.blocks, `"section"`) {
			t.Errorf("sent %+v", c)
		}
	}
	if ref, found, err := mouth.Find(t.Context(), toAsker(server.URL, bot.Trouble{})); ref != (bot.Ref{}) || found || err != nil {
		t.Errorf("Find = %v, %v, %v: replacing again is harmless", ref, found, err)
	}
}

func TestAnswerClassifies(t *testing.T) {
	ephemeral := answer(200, `{"ok":true,"message_ts":"1.2"}`)
	opened, said := answer(200, `{"ok":true,"channel":{"id":"D01ALICE"}}`), answer(200, `{"ok":true,"channel":"D01ALICE","ts":"1.2"}`)
	before := answer(200, `{"ok":true,"messages":[{"ts":"1.2","metadata":{"event_type":"rootwatch_message","event_payload":{"dedupe_key":"answer:1"}}}]}`)
	tests := map[string]struct {
		answers []http.HandlerFunc
		paths   []string
		kind    bot.FaultKind // "" for success
	}{
		"ok as JSON":         {[]http.HandlerFunc{answer(200, `{"ok":true}`)}, []string{secretPath}, ""},
		"used up":            {[]http.HandlerFunc{answer(404, "used_url"), ephemeral}, []string{secretPath, "/chat.postEphemeral"}, ""},
		"expired as JSON":    {[]http.HandlerFunc{answer(404, `{"ok":false,"error":"expired_url"}`), ephemeral}, []string{secretPath, "/chat.postEphemeral"}, ""},
		"expired with a 200": {[]http.HandlerFunc{answer(200, `{"ok":false,"error":"expired_url"}`), ephemeral}, []string{secretPath, "/chat.postEphemeral"}, ""},
		"gone, and nobody here": {[]http.HandlerFunc{answer(404, "used_url"), refuse("user_not_found")},
			[]string{secretPath, "/chat.postEphemeral", "/conversations.open", "/chat.postMessage"}, bot.Refused},
		"gone, and we are no member": {[]http.HandlerFunc{answer(404, "used_url"), refuse("not_in_channel"), opened, answer(200, `{"ok":true,"messages":[]}`), said},
			[]string{secretPath, "/chat.postEphemeral", "/conversations.open", "/conversations.history", "/chat.postMessage"}, ""},
		"gone, and told directly before": {[]http.HandlerFunc{answer(404, "used_url"), refuse("channel_not_found"), opened, before, said},
			[]string{secretPath, "/chat.postEphemeral", "/conversations.open", "/conversations.history", "/chat.update"}, ""},
		"gone, and we may not look": {[]http.HandlerFunc{answer(404, "used_url"), refuse("not_in_channel"), refuse("missing_scope"), said},
			[]string{secretPath, "/chat.postEphemeral", "/conversations.open", "/chat.postMessage"}, ""},
		"gone, and the look is lost": {[]http.HandlerFunc{answer(404, "used_url"), refuse("not_in_channel"), cut},
			[]string{secretPath, "/chat.postEphemeral", "/conversations.open"}, bot.Ambiguous},
		"too many":        {[]http.HandlerFunc{answer(429, "", "Retry-After", "3")}, []string{secretPath}, bot.RateLimited},
		"server error":    {[]http.HandlerFunc{answer(500, "")}, []string{secretPath}, bot.Ambiguous},
		"cut":             {[]http.HandlerFunc{cut}, []string{secretPath}, bot.Ambiguous},
		"redirected":      {[]http.HandlerFunc{answer(302, "", "Location", "/elsewhere")}, []string{secretPath}, bot.Unreachable},
		"a chart refused": {[]http.HandlerFunc{answer(400, "invalid_blocks"), answer(200, "ok")}, []string{secretPath, secretPath}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server, logged := script(t, tt.answers...), &bytes.Buffer{}
			_, err := mouthAt(t, server.URL, nil, logged).Post(t.Context(), toAsker(server.URL, bottest.SpikeAlert()))
			switch {
			case tt.kind == "" && err != nil:
				t.Fatal(err)
			case tt.kind != "":
				if f := faultOf(t, err); f.Kind != tt.kind {
					t.Errorf("fault = %+v", f)
				}
			}
			var paths []string
			for _, c := range server.all() {
				paths = append(paths, c.path)
				if c.path == "/chat.postEphemeral" && (c.metadata != "" || strings.Join(c.form["user"], "") != "U01ALICE") {
					t.Errorf("sent %+v", c)
				}
			}
			if diff := cmp.Diff(tt.paths, paths); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if strings.Contains(logged.String(), "secret") {
				t.Errorf("the log tells the response URL: %s", logged)
			}
		})
	}
}

// A response URL that is not Slack's is never called, wherever it came from.
func TestAnswerNeverLeavesSlack(t *testing.T) {
	stranger := script(t, answer(200, "ok"))
	slackAPI := script(t, answer(200, `{"ok":true,"message_ts":"1.2"}`))
	for _, url := range []string{
		stranger.URL, "https://hooks.slack.com.evil.example", "https://hooks.slack.com@evil.example", "http://hooks.slack.com",
		"https://hooks.slack.com:8443", "file:///etc/passwd", "//hooks.slack.com", "",
	} {
		out := toAsker(url, bot.Trouble{What: "hello"})
		if url == "" {
			out.Address.ResponseURL = ""
		}
		if _, err := mouthAt(t, slackAPI.URL, nil, io.Discard).Post(t.Context(), out); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	if n := len(stranger.all()); n != 0 {
		t.Errorf("%d requests left", n)
	}
	for _, c := range slackAPI.all() {
		if c.path != "/chat.postEphemeral" {
			t.Errorf("called %s", c.path)
		}
	}
	out := toAsker(stranger.URL, bot.Trouble{What: "hello"})
	out.Address.FallbackChannel = ""
	_, err := mouthAt(t, slackAPI.URL, nil, io.Discard).Post(t.Context(), out)
	if f := faultOf(t, err); f.Kind != bot.Gone {
		t.Errorf("nobody to speak to: %+v", f)
	}
}

func TestFind(t *testing.T) {
	ours := `{"ts":"1795322814.000100","metadata":{"event_type":"rootwatch_message","event_payload":{"dedupe_key":"digest:2026-11-22"}}}`
	others := `{"ts":"1.1"},{"ts":"1.2","metadata":{"event_type":"other","event_payload":{"dedupe_key":"digest:2026-11-22"}}},` +
		`{"ts":"1.3","metadata":{"event_type":"rootwatch_message","event_payload":{"dedupe_key":"digest:2026-11-21"}}}`
	page := func(messages, next string) http.HandlerFunc {
		more := "false"
		if next != "" {
			more = "true"
		}
		return answer(200, `{"ok":true,"messages":[`+messages+`],"has_more":`+more+`,"response_metadata":{"next_cursor":"`+next+`"}}`)
	}
	tests := map[string]struct {
		answers []http.HandlerFunc
		found   bool
		kind    bot.FaultKind
		pages   int
	}{
		"there":                {[]http.HandlerFunc{page(others+","+ours, "")}, true, "", 1},
		"on the second page":   {[]http.HandlerFunc{page(others, "next"), page(ours, "")}, true, "", 2},
		"not there":            {[]http.HandlerFunc{page(others, "")}, false, "", 1},
		"an endless channel":   {[]http.HandlerFunc{page(others, "again")}, false, "", 25},
		"too many":             {[]http.HandlerFunc{answer(429, "", "Retry-After", "3")}, false, bot.RateLimited, 1},
		"no answer":            {[]http.HandlerFunc{cut}, false, bot.Ambiguous, 1},
		"no JSON":              {[]http.HandlerFunc{answer(200, "<html>sign in</html>")}, false, bot.Ambiguous, 1},
		"a proxy in between":   {[]http.HandlerFunc{answer(403, "")}, false, bot.Ambiguous, 1},
		"not in the channel":   {[]http.HandlerFunc{refuse("not_in_channel")}, false, bot.Refused, 1},
		"may not read history": {[]http.HandlerFunc{answer(200, `{"ok":false,"error":"missing_scope","needed":"channels:history"}`)}, false, bot.Refused, 1},
		"no token":             {[]http.HandlerFunc{refuse("token_revoked")}, false, bot.Locked, 1},
	}
	for name, tt := range tests {
		for _, thread := range []string{"", "1795322000.000100"} {
			t.Run(name+" "+thread, func(t *testing.T) {
				server := script(t, tt.answers...)
				out := inChannel(bot.Trouble{What: "hello"})
				out.Thread.TS = thread
				ref, found, err := mouthAt(t, server.URL, nil, io.Discard).Find(t.Context(), out)
				if tt.kind != "" {
					if f := faultOf(t, err); f.Kind != tt.kind || found {
						t.Errorf("fault = %+v", f)
					}
				} else if err != nil || found != tt.found || (found && ref != bot.Ref{Channel: "C0SECURITY", TS: "1795322814.000100"}) {
					t.Errorf("Find = %v, %v, %v", ref, found, err)
				}
				calls := server.all()
				if len(calls) != tt.pages {
					t.Errorf("%d pages", len(calls))
				}
				want := map[string]string{"path": "/conversations.history", "oldest": "1795322754.000000", "include_all_metadata": "1", "ts": ""}
				if thread != "" {
					want["path"], want["ts"] = "/conversations.replies", thread
				}
				got := map[string]string{"path": calls[0].path}
				for _, field := range []string{"oldest", "include_all_metadata", "ts"} {
					got[field] = strings.Join(calls[0].form[field], "")
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}
