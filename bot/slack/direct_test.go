package slack_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
	"rootwatch/bot/slack"
	"rootwatch/internal/demo/workspace"
)

// What is shown to the channel is a message of its own, and offers no more to
// be shown; what the presser looks at stays.
func TestAnswerForTheChannel(t *testing.T) {
	w := openTown(t)
	if _, err := w.Command(t.Context(), "U01ALICE", bottest.Channel, "/rootcheck", "1111-2222-3333"); err != nil {
		t.Fatal(err)
	}
	out := bot.Outgoing{Key: "reply:1", Revision: 1, Address: *w.desk.requests[0].Reply, Message: bottest.RootAnswer()}
	if _, err := w.mouth.Post(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	out.Key, out.Address.Public = "reply:2", true
	out.PlannedAt = time.Now()
	ref, err := w.mouth.Post(t.Context(), out)
	if err != nil {
		t.Fatal(err)
	}
	// After a lost answer it is found, and is not said twice.
	if got, found, err := w.mouth.Find(t.Context(), out); err != nil || !found || got != ref || ref.TS == "" {
		t.Errorf("Find = %v, %v, %v, want %v", got, found, err, ref)
	}
	messages := w.Messages(bottest.Channel)
	if len(messages) != 2 || !messages[0].Ephemeral || messages[1].Ephemeral {
		t.Fatalf("%+v", messages)
	}
	for i, offers := range []bool{true, false} {
		if got := strings.Contains(string(messages[i].Blocks), "Show to channel"); got != offers {
			t.Errorf("message %d offers to be shown: %v", i, got)
		}
	}
	if !strings.Contains(workspace.Text(messages[1]), "2 of 4 checks fail: prod-payments") {
		t.Errorf("shown: %q", workspace.Text(messages[1]))
	}
}

// Where we are no member the response URL still reaches the channel.
func TestAnswerForTheChannelOfOthers(t *testing.T) {
	server := script(t, refuse("channel_not_found"), answer(200, "ok"))
	out := toAsker(server.URL, bottest.RootAnswer())
	out.Address.Public = true
	if ref, err := mouthAt(t, server.URL, nil, t.Output()).Post(t.Context(), out); err != nil || ref != (bot.Ref{}) {
		t.Fatal(ref, err)
	}
	calls := server.all()
	if len(calls) != 2 || calls[0].path != "/chat.postMessage" || calls[1].path != secretPath || !strings.Contains(calls[1].text+calls[1].blocks, "prod-payments") {
		t.Errorf("called %+v", calls)
	}
}

// Where the response URL is used up the presser gets it alone, and can still show it.
func TestAnswerForTheChannelTooLate(t *testing.T) {
	server := script(t, refuse("not_in_channel"), answer(404, "used_url"), answer(200, `{"ok":true,"message_ts":"1.2"}`))
	out := toAsker(server.URL, bottest.RootAnswer())
	out.Address.Public = true
	if _, err := mouthAt(t, server.URL, nil, t.Output()).Post(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	calls := server.all()
	if len(calls) != 3 || calls[2].path != "/chat.postEphemeral" || strings.Contains(calls[1].blocks, "Show to channel") || !strings.Contains(calls[2].blocks, "Show to channel") {
		t.Errorf("called %+v", calls)
	}
}

// A person is spoken to directly by their id: posted, edited and found again.
func TestDirectMessage(t *testing.T) {
	w := openTown(t)
	out := inChannel(bottest.RootAnswer())
	out.Address.Channel, out.PlannedAt = "U01ALICE", out.PlannedAt.AddDate(-10, 0, 0)
	if _, found, err := w.mouth.Find(t.Context(), out); found || err != nil {
		t.Fatalf("Find before it was said = %v, %v", found, err)
	}
	ref, err := w.mouth.Post(t.Context(), out)
	if err != nil || ref.Channel != w.DirectMessage("U01ALICE") {
		t.Fatalf("Post = %v, %v", ref, err)
	}
	out.Revision++
	if err := w.mouth.Update(t.Context(), ref, out); err != nil {
		t.Fatal(err)
	}
	messages := w.Messages(ref.Channel)
	if len(messages) != 1 || messages[0].Edited != 1 || strings.Contains(string(messages[0].Blocks), "Show to channel") {
		t.Errorf("%+v", messages)
	}
	if got, found, err := w.mouth.Find(t.Context(), out); err != nil || !found || got != ref {
		t.Errorf("Find = %v, %v, %v", got, found, err)
	}
}

// An app that was made from the manifest may look for what it said to a
// person, whose id a question from App Home is answered to: else each answer
// of Slack's that is lost would say it twice.
func TestManifestMayFindDirectMessages(t *testing.T) {
	p := openPlace(t, false, func(w *workspace.Options, _ *slack.Options) { w.Scopes = slack.ManifestScopes() })
	out := inChannel(bottest.RootAnswer())
	out.Address.Channel, out.PlannedAt = alice, time.Now()
	ref, err := p.mouth.Post(t.Context(), out)
	if err != nil {
		t.Fatal(err)
	}
	if got, found, err := p.mouth.Find(t.Context(), out); err != nil || !found || got != ref {
		t.Errorf("Find = %v, %v, %v", got, found, err)
	}
}

// Who may not open a conversation may not look for what it said there, and
// must not hold up all other messages for it.
func TestDirectMessageThatCannotBeLookedFor(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		kind   bot.FaultKind
	}{
		"without the scope": {answer(200, `{"ok":false,"error":"missing_scope","needed":"im:write"}`), bot.Refused},
		"gone":              {refuse("user_not_found"), bot.Refused},
		"no answer":         {cut, bot.Ambiguous},
	} {
		server := script(t, c.answer)
		out := inChannel(bot.Trouble{What: "hello"})
		out.Address.Channel = "U01ALICE"
		_, found, err := mouthAt(t, server.URL, nil, t.Output()).Find(t.Context(), out)
		if f := faultOf(t, err); f.Kind != c.kind || found {
			t.Errorf("%s: %+v", name, f)
		}
	}
}
