package slack_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
	"rootwatch/bot/slack"
)

func TestPostClassifiesErrors(t *testing.T) {
	tests := map[string]struct {
		answer http.HandlerFunc
		kind   bot.FaultKind
		code   string
		after  time.Duration
		says   string // part of the sentence
	}{
		"429 with Retry-After":    {answer(429, "", "Retry-After", "7"), bot.RateLimited, "ratelimited", 7 * time.Second, "7s"},
		"429 without Retry-After": {answer(429, ""), bot.RateLimited, "ratelimited", 30 * time.Second, ""},
		"429 with nonsense":       {answer(429, "", "Retry-After", "soon"), bot.RateLimited, "ratelimited", 30 * time.Second, ""},
		"ratelimited":             {refuse("ratelimited"), bot.RateLimited, "ratelimited", 30 * time.Second, ""},
		"message_limit_exceeded":  {refuse("message_limit_exceeded"), bot.RateLimited, "message_limit_exceeded", 30 * time.Second, ""},
		"503":                     {answer(503, "<html>"), bot.Ambiguous, "http_503", 0, ""},
		"internal_error":          {refuse("internal_error"), bot.Ambiguous, "internal_error", 0, "looked for"},
		"fatal_error":             {refuse("fatal_error"), bot.Ambiguous, "fatal_error", 0, ""},
		"service_unavailable":     {refuse("service_unavailable"), bot.Ambiguous, "service_unavailable", 0, ""},
		"half an answer":          {answer(200, `{"ok":true,"chan`), bot.Ambiguous, "connection_lost", 0, ""},
		"HTML":                    {answer(200, "<html>sign in</html>"), bot.Ambiguous, "undecodable", 0, ""},
		"no message named":        {answer(200, `{}`), bot.Ambiguous, "undecodable", 0, ""},
		"not ok without a word":   {answer(200, `{"ok":false}`), bot.Ambiguous, "undecodable", 0, ""},
		"cut after sending":       {cut, bot.Ambiguous, "connection_lost", 0, ""},
		"a proxy's 403":           {answer(403, "no"), bot.Unreachable, "http_403", 0, "proxy"},
		"a redirect":              {answer(307, "", "Location", "https://evil.example/"), bot.Unreachable, "http_307", 0, ""},
		"channel_not_found":       {refuse("channel_not_found"), bot.Refused, "channel_not_found", 0, "/invite @rootwatch"},
		"not_in_channel":          {refuse("not_in_channel"), bot.Refused, "not_in_channel", 0, "/invite @rootwatch"},
		"is_archived":             {refuse("is_archived"), bot.Refused, "is_archived", 0, "archived"},
		"restricted_action":       {refuse("restricted_action"), bot.Refused, "restricted_action", 0, "owner"},
		"restricted_action_...":   {refuse("restricted_action_read_only_channel"), bot.Refused, "restricted_action_read_only_channel", 0, "owner"},
		"message_not_found":       {refuse("message_not_found"), bot.Gone, "message_not_found", 0, ""},
		"cant_update_message":     {refuse("cant_update_message"), bot.Gone, "cant_update_message", 0, ""},
		"edit_window_closed":      {refuse("edit_window_closed"), bot.Gone, "edit_window_closed", 0, ""},
		"invalid_auth":            {refuse("invalid_auth"), bot.Locked, "invalid_auth", 0, "token"},
		"token_revoked":           {refuse("token_revoked"), bot.Locked, "token_revoked", 0, ""},
		"account_inactive":        {refuse("account_inactive"), bot.Locked, "account_inactive", 0, ""},
		"missing_scope":           {answer(200, `{"ok":false,"error":"missing_scope","needed":"chat:write"}`), bot.Locked, "missing_scope", 0, "chat:write"},
		"a word nobody knows":     {refuse("brand_new_error"), bot.Unreachable, "brand_new_error", 0, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server, counters, logged := script(t, tt.answer), &tally{}, &bytes.Buffer{}
			mouth := mouthAt(t, server.URL, counters, logged)
			_, err := mouth.Post(t.Context(), inChannel(bot.Trouble{What: "hello"}))
			fault := faultOf(t, err)
			if fault.Kind != tt.kind || fault.Code != tt.code || fault.RetryAfter != tt.after || !strings.Contains(fault.Sentence, tt.says) || fault.Sentence == "" {
				t.Errorf("fault = %+v", fault)
			}
			if n := len(server.all()); n != 1 {
				t.Errorf("%d requests; retrying is the job's", n)
			}
			if got := counters.all(); got["slack "+tt.code] != 1 {
				t.Errorf("counted %v", got)
			}
			if strings.Contains(logged.String(), token) {
				t.Errorf("the log tells the token: %s", logged)
			}
			// An edit is classified alike.
			ref := bot.Ref{Channel: "C1", TS: "1.2"}
			if edit := faultOf(t, mouth.Update(t.Context(), ref, inChannel(bot.Trouble{What: "hello"}))); edit.Kind != tt.kind {
				t.Errorf("Update: %+v", edit)
			}
		})
	}
}

func TestPostTellsSentFromUnsent(t *testing.T) {
	closed := script(t, fine)
	closed.Close()
	if f := faultOf(t, post(t.Context(), mouthAt(t, closed.URL, nil, io.Discard))); f.Kind != bot.Unreachable {
		t.Errorf("connection refused: %+v", f)
	}
	if f := faultOf(t, post(t.Context(), mouthAt(t, "http://slack.invalid/api", nil, io.Discard))); f.Kind != bot.Unreachable {
		t.Errorf("no such host: %+v", f)
	}
	tls := httptest.NewUnstartedServer(fine)
	tls.Config.ErrorLog = log.New(io.Discard, "", 0)
	tls.StartTLS()
	defer tls.Close()
	if f := faultOf(t, post(t.Context(), mouthAt(t, tls.URL, nil, io.Discard))); f.Kind != bot.Unreachable {
		t.Errorf("a certificate nobody trusts: %+v", f)
	}
	arrived := make(chan struct{})
	hang := script(t, func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	f := faultOf(t, post(ctx, mouthAt(t, hang.URL, nil, io.Discard)))
	if f.Kind != bot.Ambiguous || !errors.Is(f, context.Canceled) {
		t.Errorf("ended while Slack had it: %+v", f)
	}
}

func post(ctx context.Context, mouth *slack.Mouth) error {
	_, err := mouth.Post(ctx, inChannel(bot.Trouble{What: "hello"}))
	return err
}

func TestPostOnTheWire(t *testing.T) {
	server := script(t, fine)
	mouth := mouthAt(t, server.URL, nil, io.Discard)
	out := inChannel(bot.Trouble{What: "<!channel> is not an account"})
	out.Thread = bot.Ref{Channel: "C0SECURITY", TS: "1795322000.000100"}
	ref, err := mouth.Post(t.Context(), out)
	if err != nil || ref != (bot.Ref{Channel: "C0SECURITY", TS: "1795322814.000100"}) {
		t.Fatalf("Post = %v, %v", ref, err)
	}
	if err := mouth.Update(t.Context(), ref, out); err != nil {
		t.Fatal(err)
	}
	calls := server.all()
	for i, want := range []map[string]string{
		{"path": "/chat.postMessage", "channel": "C0SECURITY", "thread_ts": "1795322000.000100", "ts": ""},
		{"path": "/chat.update", "channel": "C0SECURITY", "thread_ts": "", "ts": "1795322814.000100"},
	} {
		got := map[string]string{"path": calls[i].path}
		for _, field := range []string{"channel", "thread_ts", "ts"} {
			got[field] = strings.Join(calls[i].form[field], "")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("call %d (-want +got):\n%s", i, diff)
		}
		if calls[i].text != "&lt;!channel&gt; is not an account." || strings.Contains(calls[i].blocks, "<!channel") {
			t.Errorf("call %d: text %q, blocks %s", i, calls[i].text, calls[i].blocks)
		}
		if calls[i].metadata != `{"event_type":"rootwatch_message","event_payload":{"dedupe_key":"digest:2026-11-22","kind":"trouble","revision":3}}` {
			t.Errorf("call %d: metadata %s", i, calls[i].metadata)
		}
		if strings.Join(calls[i].form["unfurl_links"], "") != "false" || strings.Join(calls[i].form["unfurl_media"], "") != "false" {
			t.Errorf("call %d would unfurl: %v", i, calls[i].form)
		}
	}
}

func TestPostBecomesPlainer(t *testing.T) {
	badChart := answer(200, `{"ok":false,"error":"invalid_blocks","response_metadata":{"messages":["[ERROR] unsupported type: data_visualization [json-pointer:/blocks/3/type]"]}}`)
	chartByPointer := answer(200, `{"ok":false,"error":"invalid_blocks","response_metadata":{"messages":["[ERROR] no [json-pointer:/blocks/3]"]}}`)
	otherBlock := answer(200, `{"ok":false,"error":"invalid_blocks","errors":["no [json-pointer:/blocks/0/text]"]}`)
	tests := map[string]struct {
		answers []http.HandlerFunc
		looks   []string // of each request in turn
		counted []string
	}{
		"as it is":                  {[]http.HandlerFunc{fine}, []string{"chart metadata"}, nil},
		"a chart named by its type": {[]http.HandlerFunc{badChart, fine}, []string{"chart metadata", "table metadata"}, []string{"slack invalid_blocks", "slack missing_scope"}},
		"a chart pointed at":        {[]http.HandlerFunc{chartByPointer, fine}, []string{"chart metadata", "table metadata"}, []string{"slack invalid_blocks", "slack missing_scope"}},
		"no block named":            {[]http.HandlerFunc{refuse("invalid_blocks"), fine}, []string{"chart metadata", "table metadata"}, []string{"slack invalid_blocks", "slack missing_scope"}},
		"another block":             {[]http.HandlerFunc{otherBlock, fine}, []string{"chart metadata", "text metadata"}, []string{"slack invalid_blocks"}},
		"too long":                  {[]http.HandlerFunc{refuse("msg_blocks_too_long"), fine}, []string{"chart metadata", "text metadata"}, []string{"slack msg_blocks_too_long"}},
		"metadata":                  {[]http.HandlerFunc{refuse("metadata_too_large"), fine}, []string{"chart metadata", "chart"}, []string{"slack metadata_too_large"}},
		"everything": {
			[]http.HandlerFunc{refuse("invalid_metadata_format"), badChart, refuse("invalid_blocks"), fine},
			[]string{"chart metadata", "chart", "table", "text"}, []string{"slack invalid_blocks", "slack invalid_metadata_format", "slack missing_scope"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server, counters := script(t, tt.answers...), &tally{}
			mouth := mouthAt(t, server.URL, counters, io.Discard)
			if _, err := mouth.Post(t.Context(), inChannel(bottest.SpikeAlert())); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.looks, looks(server.all())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.counted, slices.Sorted(maps.Keys(counters.all()))); diff != "" {
				t.Errorf("counted (-want +got):\n%s", diff)
			}
			for _, c := range server.all() {
				if !strings.Contains(c.text, "EC2 in prod-payments") {
					t.Errorf("the verdict is not in the text %q", c.text)
				}
			}
		})
	}
}

func looks(calls []call) []string {
	var looks []string
	for _, c := range calls {
		look := "text"
		switch {
		case strings.Contains(c.blocks, "data_visualization"):
			look = "chart"
		case strings.Contains(c.blocks, "```"):
			look = "table"
		}
		if c.metadata != "" {
			look += " metadata"
		}
		looks = append(looks, look)
	}
	return looks
}

func TestPostRemembersAWorkspaceWithoutCharts(t *testing.T) {
	server := script(t, refuse("invalid_blocks"), fine)
	mouth := mouthAt(t, server.URL, nil, io.Discard)
	for range 2 {
		if _, err := mouth.Post(t.Context(), inChannel(bottest.SpikeAlert())); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"chart metadata", "table metadata", "table metadata"}, looks(server.all())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if blocks := server.all()[2].blocks; !strings.Contains(blocks, `20 Nov  1930.12`) {
		t.Errorf("the table has no figures: %s", blocks)
	}
}

// A message that is refused in every form is not lost in silence.
func TestPostGivesUpPlainly(t *testing.T) {
	server := script(t, refuse("invalid_blocks"))
	f := faultOf(t, post(t.Context(), mouthAt(t, server.URL, nil, io.Discard)))
	if f.Code != "invalid_blocks" || len(server.all()) != 2 {
		t.Errorf("%+v after %d requests", f, len(server.all()))
	}
}

func TestAuthTest(t *testing.T) {
	good := script(t, answer(200, `{"ok":true,"team_id":"T1","user_id":"U1"}`, "X-OAuth-Scopes", "chat:write, commands"))
	team, user, scopes, err := mouthAt(t, good.URL, nil, io.Discard).AuthTest(t.Context())
	if err != nil || team != "T1" || user != "U1" || !slices.Equal(scopes, []string{"chat:write", "commands"}) {
		t.Errorf("AuthTest = %s, %s, %v, %v", team, user, scopes, err)
	}
	for code, kind := range map[string]bot.FaultKind{"invalid_auth": bot.Locked, "internal_error": bot.Ambiguous} {
		_, _, _, err := mouthAt(t, script(t, refuse(code)).URL, nil, io.Discard).AuthTest(t.Context())
		if f := faultOf(t, err); f.Kind != kind {
			t.Errorf("%s: %+v", code, f)
		}
	}
	_, _, _, err = mouthAt(t, script(t, answer(200, `{}`)).URL, nil, io.Discard).AuthTest(t.Context())
	faultOf(t, err)
}
