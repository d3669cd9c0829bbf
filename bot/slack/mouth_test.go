package slack_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
	"rootwatch/bot/slack"
	"rootwatch/internal/demo/workspace"
	"rootwatch/schedule"
)

var _ schedule.Mouth = (*slack.Mouth)(nil)

// town is an emulated workspace with the real handler and the real mouth in it.
type town struct {
	*workspace.Server
	mouth *slack.Mouth
	desk  *desk
}

func openTown(t *testing.T) town {
	t.Helper()
	ws := workspace.New(workspace.Options{
		BotToken: token, SigningSecret: signingSecret, TeamID: "T1",
		Channels: []workspace.Channel{
			{ID: bottest.Channel, Name: "security"}, {ID: "C0ARCHIVED", Name: "old", Archived: true}, {ID: "C0STRANGE", Name: "strange", Private: true, NotMember: true},
		},
		Users: []workspace.User{{ID: "U01ALICE", Name: "alice"}},
	})
	api := httptest.NewServer(ws)
	t.Cleanup(api.Close)
	ws.SetBaseURL(api.URL)
	o := slack.Options{BotToken: token, SigningSecret: signingSecret, APIURL: api.URL + "/api", PerChannel: 1000}
	d := newDesk()
	mux := http.NewServeMux()
	mux.Handle("/slack/", slack.NewDispatcher(o, d, d, slack.Home{Team: "T1"}).Handler())
	bots := httptest.NewServer(mux)
	t.Cleanup(bots.Close)
	ws.SetCommandURL(bots.URL + slack.CommandsPath)
	return town{ws, slack.NewMouth(o), d}
}

func (w town) seen() []string {
	var seen []string
	for _, m := range w.Messages(bottest.Channel) {
		seen = append(seen, workspace.Text(m))
	}
	return seen
}

func TestMouthConforms(t *testing.T) {
	bottest.MouthConformance(t, func(t *testing.T) (schedule.Mouth, func() []string) {
		w := openTown(t)
		return w.mouth, w.seen
	})
}

// An edit replaces what was there; it does not add to it.
func TestEditInAWorkspace(t *testing.T) {
	w := openTown(t)
	out := inChannel(bottest.SpikeAlert())
	out.Key = "spike:1"
	ref, err := w.mouth.Post(t.Context(), out)
	if err != nil {
		t.Fatal(err)
	}
	out.Revision, out.Message = 2, bot.Trouble{What: "it is over"}
	if err := w.mouth.Update(t.Context(), ref, out); err != nil {
		t.Fatal(err)
	}
	messages := w.Messages(bottest.Channel)
	if len(messages) != 1 || messages[0].Edited != 1 || strings.Contains(workspace.Text(messages[0]), "EC2") {
		t.Errorf("the channel shows %q", w.seen())
	}
	if got := messages[0].Metadata.EventPayload["revision"]; got != float64(2) {
		t.Errorf("metadata has revision %v", got)
	}
	out.Key = "spike:other"
	gone := bot.Ref{Channel: ref.Channel, TS: "1.000001"}
	if f := faultOf(t, w.mouth.Update(t.Context(), gone, out)); f.Kind != bot.Gone {
		t.Errorf("fault %+v", f)
	}
}

// The answer to the first post is lost: it is there, and Find finds it.
func TestLostAnswerIsFound(t *testing.T) {
	for _, kind := range []workspace.FaultKind{workspace.FaultLostAnswer, workspace.FaultServerLate, workspace.FaultTruncated} {
		t.Run(string(kind), func(t *testing.T) {
			w := openTown(t)
			w.AddFault(workspace.Fault{Method: "chat.postMessage", Times: 1, Kind: kind})
			out := inChannel(bottest.Digest())
			out.PlannedAt = out.PlannedAt.AddDate(-10, 0, 0)
			_, err := w.mouth.Post(t.Context(), out)
			if f := faultOf(t, err); f.Kind != bot.Ambiguous {
				t.Fatalf("fault %+v", f)
			}
			ref, found, err := w.mouth.Find(t.Context(), out)
			if err != nil || !found || ref != (bot.Ref{Channel: bottest.Channel, TS: w.Messages(bottest.Channel)[0].TS}) {
				t.Errorf("Find = %v, %v, %v", ref, found, err)
			}
		})
	}
}

func TestClosedChannels(t *testing.T) {
	w := openTown(t)
	for channel, says := range map[string]string{"C0ARCHIVED": "archived", "C0STRANGE": "/invite", "C0NOWHERE": "/invite"} {
		out := inChannel(bot.Trouble{What: "hello"})
		out.Address.Channel = channel
		_, err := w.mouth.Post(t.Context(), out)
		if f := faultOf(t, err); f.Kind != bot.Refused || !strings.Contains(f.Sentence, says) {
			t.Errorf("%s: %+v", channel, f)
		}
	}
	stranger := slack.NewMouth(slack.Options{BotToken: "xoxb-test-another", APIURL: closedAPI(t), PerChannel: 1000})
	_, err := stranger.Post(t.Context(), inChannel(bot.Trouble{What: "hello"}))
	if f := faultOf(t, err); f.Kind != bot.Locked {
		t.Errorf("another token: %+v", f)
	}
}

// closedAPI is a workspace that does not know the token.
func closedAPI(t *testing.T) string {
	t.Helper()
	ws := workspace.New(workspace.Options{BotToken: token, Channels: []workspace.Channel{{ID: bottest.Channel, Name: "security"}}})
	api := httptest.NewServer(ws)
	t.Cleanup(api.Close)
	return api.URL + "/api"
}

// A command's note turns into its answer, and once the response URL is used
// up the answer still reaches whoever asked.
func TestCommandJourney(t *testing.T) {
	w := openTown(t)
	ack, err := w.Command(t.Context(), "U01ALICE", bottest.Channel, "/rootcheck", "1111-2222-3333")
	if err != nil || ack.Message == nil || !ack.Message.Ephemeral {
		t.Fatalf("ack %+v, %v", ack, err)
	}
	out := bot.Outgoing{Key: "answer:1", Revision: 1, Address: *w.desk.requests[0].Reply, Message: bottest.RootAnswer()}
	if !strings.HasPrefix(out.Address.ResponseURL, "http") {
		t.Fatalf("reply %+v", out.Address)
	}
	for range 5 {
		if _, err := w.mouth.Post(t.Context(), out); err != nil {
			t.Fatal(err)
		}
		if seen := w.seen(); len(seen) != 1 || !strings.Contains(seen[0], "2 of 4 checks fail: prod-payments") {
			t.Fatalf("the note must have turned into the answer: %q", seen)
		}
	}
	if _, err := w.mouth.Post(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	messages := w.Messages(bottest.Channel)
	if len(messages) != 2 || !messages[1].Ephemeral || messages[1].User != "U01ALICE" {
		t.Errorf("the sixth answer: %+v", messages)
	}
	replay, err := w.Replay(t.Context())
	if err != nil || replay.Status != http.StatusUnauthorized {
		t.Errorf("replay: %+v, %v", replay, err)
	}
}
