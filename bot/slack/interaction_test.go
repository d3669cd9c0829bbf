package slack_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/bot/slack"
	"rootwatch/checks/account"
)

// Slack repeats the message or the view that somebody pressed in, with blocks
// newer than any library. A press is read without them: what is not used
// cannot keep a button from working.
func TestInteractionsThatAreOdd(t *testing.T) {
	odd := map[string]string{
		"a chart of tomorrow":         `"message":{"blocks":[{"type":"data_visualization","title":"x","chart":{"type":"sankey"}}]}`,
		"an element of tomorrow":      `"message":{"blocks":[{"type":"context","elements":[{"type":"hologram"}]}]}`,
		"blocks of another form":      `"message":{"blocks":{"type":"section"},"files":"x","edited":[]}`,
		"a state of another form":     `"state":{"values":[]}`,
		"nulls":                       `"team":{"id":"T1"},"message":null,"view":null,"state":null,"enterprise":null,"response_urls":null`,
		"a user without a team":       `"user":{"id":"U01ALICE","team_id":null,"profile":[]}`,
		"an org without its team":     `"team":null,"is_enterprise_install":"true"`,
		"a channel with a number":     `"channel":{"id":"C0SECURITY","created":"x"}`,
		"a container of tomorrow":     `"container":{"type":"message","channel_id":"C0SECURITY","is_ephemeral":true,"attachment_id":{}}`,
		"an action with odd fields":   `"actions":[{"action_id":"check","type":"button","value":` + quoted(checkValue) + `,"confirm":[],"text":7,"selected_options":{}}]`,
		"another action that is null": `"actions":[{"action_id":"check","type":"button","value":` + quoted(checkValue) + `},null]`,
	}
	for name, fields := range odd {
		d := openDoor(newDesk())
		if w := d.serve(postTo(slack.InteractionsPath, oddPress(t, "block_actions", fields), time.Now())); w.Code != http.StatusOK || len(d.asked()) != 1 {
			t.Errorf("%s: status %d, asked %+v, counted %v", name, w.Code, d.asked(), d.counters.all())
		}
	}
	for name, fields := range map[string]string{
		"no action": `"actions":[]`, "null for actions": `"actions":null`, "a null action": `"actions":[null]`, "no user": `"user":null`,
		"an action that is text": `"actions":"check"`, "actions of a number": `"actions":[7]`,
	} {
		d := openDoor(newDesk())
		w := d.serve(postTo(slack.InteractionsPath, oddPress(t, "block_actions", fields), time.Now()))
		if w.Code != http.StatusBadRequest || len(d.requests) != 0 || d.counters.all()["refused malformed"] != 1 {
			t.Errorf("%s: status %d, counted %v", name, w.Code, d.counters.all())
		}
	}
	for name, fields := range map[string]string{
		"no view": `"view":null`, "no state": `"view":{"callback_id":"ask_form"}`, "a null state": `"view":{"callback_id":"ask_form","state":null}`,
		"an input that is null": `"view":{"callback_id":"ask_form","state":{"values":{"accounts":{"names":null}}}}`,
		"an empty input":        `"view":{"callback_id":"ask_form","state":{"values":{"accounts":{"names":{"value":null}}}}}`,
		"blocks of tomorrow":    `"view":{"callback_id":"ask_form","blocks":[{"type":"context","elements":[{"type":"hologram"}]}],"state":{"values":{"other":[]}}}`,
	} {
		d := openDoor(newDesk())
		if w := d.serve(postTo(slack.InteractionsPath, oddPress(t, "view_submission", fields), time.Now())); w.Code != http.StatusOK {
			t.Errorf("%s: status %d, counted %v", name, w.Code, d.counters.all())
		}
	}
}

// A press that comes again, to another process or after a restart, is refused
// without a word: the note that work has begun would replace the answer, and
// nothing would replace the note. One that was not taken the first time is
// taken then.
func TestPressThatComesAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		first  error // of the store
		asked  int
		notes  int
		status int // of the second
	}{
		"taken":           {nil, 1, 1, http.StatusUnauthorized},
		"lost before ack": {context.Canceled, 1, 2, http.StatusOK}, // the second note says that it is busy
	} {
		server := script(t, answer(200, `{"ok":true}`))
		desk, now := newDesk(), time.Now()
		var statuses []int
		for n := range 2 {
			asker := &failing{desk, nil}
			if n == 0 {
				asker.err = tt.first
			}
			d := slack.NewDispatcher(slack.Options{SigningSecret: signingSecret, APIURL: server.URL}, asker, desk, slack.Home{Scopes: []account.Scope{scope}, Team: "T1"})
			w := httptest.NewRecorder()
			d.Handler().ServeHTTP(w, postTo(slack.InteractionsPath, pressBody("check", checkValue, "response_url", server.URL+"/answer"), now))
			d.Finish(t.Context())
			statuses = append(statuses, w.Code)
		}
		if len(desk.asked()) != tt.asked || len(server.all()) != tt.notes || statuses[1] != tt.status {
			t.Errorf("%s: asked %d times, %d notes, statuses %v", name, len(desk.asked()), len(server.all()), statuses)
		}
	}
}

// failing is an Asker whose work cannot be taken.
type failing struct {
	*desk
	err error
}

func (f *failing) Ask(ctx context.Context, r bot.Request) error {
	if f.err != nil && r.Command != nil {
		return f.err
	}
	return f.desk.Ask(ctx, r)
}

func quoted(s string) string { b, _ := json.Marshal(s); return string(b) }

// oddPress is a press with some fields of its payload as JSON.
func oddPress(t *testing.T, kind, fields string) string {
	t.Helper()
	form, err := url.ParseQuery(pressBody("check", checkValue))
	if err != nil {
		t.Fatal(err)
	}
	var payload, odd map[string]json.RawMessage
	if err := json.Unmarshal([]byte(form.Get("payload")), &payload); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte("{"+fields+"}"), &odd); err != nil {
		t.Fatal(err)
	}
	payload["type"] = json.RawMessage(quoted(kind))
	for field, value := range odd {
		payload[field] = value
	}
	b, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	return url.Values{"payload": {string(b)}}.Encode()
}
