package outside

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"rootwatch/internal/demo/workspace"
)

const (
	workspaceToken = "xoxb-outside-not-a-real-token"
	workspaceApp   = "xapp-outside-not-a-real-token"
	channel        = "C0OUTSIDE1"
	person         = "U0ALICE001"
)

// pressable is a message with a button.
const pressable = `[{"type":"actions","block_id":"row","elements":[{"type":"button","action_id":"check","value":"111122223333","text":{"type":"plain_text","text":"Check"}}]}]`

func openWorkspace(t *testing.T) (*workspace.Server, string) {
	t.Helper()
	s := workspace.New(workspace.Options{
		BotToken: workspaceToken, AppToken: workspaceApp, SigningSecret: "outside-judge-not-a-real-secret", TeamID: "T0OUTSIDE1",
		Channels: []workspace.Channel{{ID: channel, Name: "outside"}}, Users: []workspace.User{{ID: person, Name: "alice"}},
		AckLimit: time.Minute, TriggerLimit: time.Minute, // a busy machine is no fault of the judge
	})
	served := httptest.NewServer(s)
	t.Cleanup(served.Close)
	t.Cleanup(s.Close)
	s.SetBaseURL(served.URL)
	return s, served.URL + "/api/"
}

// play runs a judge's script; its lines are what it has seen.
func play(t *testing.T, script string, args ...string) *bufio.Scanner {
	t.Helper()
	nodeModules(t)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	cmd := exec.CommandContext(ctx, "node", append([]string{script}, args...)...)
	cmd.Dir, cmd.Stderr = "node", t.Output()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
		cancel()
	})
	return bufio.NewScanner(stdout)
}

func line(t *testing.T, from *bufio.Scanner) map[string]any {
	t.Helper()
	if !from.Scan() {
		t.Fatalf("the judge says nothing more: %v", from.Err())
	}
	var seen map[string]any
	if err := json.Unmarshal(from.Bytes(), &seen); err != nil {
		t.Fatalf("%s: %v", from.Text(), err)
	}
	return seen
}

// postButton puts a button into the channel, as a bot would.
func postButton(t *testing.T, s *workspace.Server, url string) string {
	t.Helper()
	response, err := http.PostForm(url+"chat.postMessage", map[string][]string{
		"token": {workspaceToken}, "channel": {channel}, "text": {"press"}, "blocks": {pressable},
	})
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	all := s.Messages(channel)
	if len(all) == 0 {
		t.Fatal("the button was refused")
	}
	return all[len(all)-1].TS
}

// Slack's WebClient understands every answer of the emulated workspace, and
// does again what it was told to do later.
func TestWebClientOnTheWorkspace(t *testing.T) {
	nodeModules(t)
	s, url := openWorkspace(t)
	triggers := make(chan string, 1)
	bot := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var payload struct {
			TriggerID string `json:"trigger_id"`
		}
		if err := json.Unmarshal([]byte(r.PostFormValue("payload")), &payload); err != nil {
			t.Error(err)
		}
		triggers <- payload.TriggerID
	}))
	t.Cleanup(bot.Close)
	s.SetInteractivityURL(bot.URL)
	if _, err := s.Press(t.Context(), person, channel, postButton(t, s, url), "check"); err != nil {
		t.Fatal(err)
	}
	s.AddFault(workspace.Fault{Method: "chat.postMessage", Times: 1, Kind: workspace.FaultRateLimit, RetryAfter: time.Second})
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 2, 2))); err != nil {
		t.Fatal(err)
	}
	input, err := json.Marshal(map[string]string{
		"url": url, "token": workspaceToken, "channel": channel, "user": person, "trigger": <-triggers,
		"picture": base64.StdEncoding.EncodeToString(picture.Bytes()),
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "web.cjs")
	cmd.Dir, cmd.Stdin, cmd.Stderr = "node", bytes.NewReader(input), t.Output()
	output, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var seen map[string]struct {
		OK       bool
		Failed   string
		Messages json.RawMessage
	}
	if err := json.Unmarshal(output, &seen); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	for step, failed := range map[string]string{
		"auth": "", "post": "", "update": "", "history": "", "modal": "", "exchanged": "exchanged_trigger_id", "changed": "",
		"home": "", "upload": "", "refused": "invalid_blocks",
	} {
		if got := seen[step]; got.OK != (failed == "") || got.Failed != failed {
			t.Errorf("%s: %+v, want %q", step, got, failed)
		}
	}
	if history := string(seen["history"].Messages); !strings.Contains(history, `"dedupe_key":"judge:1"`) || !strings.Contains(history, `"updated"`) {
		t.Errorf("history %s", history)
	}
	if pointers := string(seen["refused"].Messages); !strings.Contains(pointers, "json-pointer:/blocks/0/text/text") {
		t.Errorf("refused with %s", pointers)
	}
	if open := s.Views(person); len(open) != 1 || open[0].Title != "Changed" {
		t.Errorf("modals %+v", open)
	}
	if _, published := s.HomeOf(person); !published {
		t.Error("no home tab")
	}
	// It calls the description alt_text, which Slack's reference and slack-go
	// call alt_txt, so the description is not looked at here.
	shared := s.Messages(channel)[2]
	if f, _ := s.File(shared.Files[0]); !bytes.Equal(f.Bytes, picture.Bytes()) || f.MediaType != "image/png" || !f.Ready {
		t.Errorf("file %+v", f)
	}
}

// Slack's SocketModeClient connects, acknowledges with and without a payload,
// and comes again after a refresh and after a cut.
func TestSocketModeClientOnTheWorkspace(t *testing.T) {
	s, url := openWorkspace(t)
	s.UseSocketMode(true)
	judge := play(t, "socket.cjs", url, workspaceApp)
	ts := postButton(t, s, url)
	everything := func() {
		t.Helper()
		if seen := line(t, judge); seen["state"] != "connected" {
			t.Fatalf("seen %v", seen)
		}
		if err := s.WaitSockets(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		ack, err := s.Command(t.Context(), person, channel, "/rootcheck", "all")
		if err != nil || ack.Message == nil || ack.Message.Text != "checking all" {
			t.Fatalf("%+v, %v", ack, err)
		}
		if seen := line(t, judge); seen["command"] != "/rootcheck" {
			t.Errorf("seen %v", seen)
		}
		if _, err := s.Press(t.Context(), person, channel, ts, "check"); err != nil {
			t.Fatal(err)
		}
		seen := line(t, judge)
		if seen["interaction"] != "block_actions" || seen["action"] != "check" {
			t.Errorf("seen %v", seen)
		}
		submit(t, s, url, fmt.Sprint(seen["trigger"]))
		if seen := line(t, judge); seen["interaction"] != "view_submission" {
			t.Errorf("seen %v", seen)
		}
		if _, err := s.OpenHome(t.Context(), person); err != nil {
			t.Fatal(err)
		}
		if seen := line(t, judge); seen["event"] != "app_home_opened" || seen["user"] != person {
			t.Errorf("seen %v", seen)
		}
	}
	everything()
	s.RefreshSockets()
	everything()
	s.DropSockets()
	everything()
}

// submit opens a form with the trigger and submits it to a bot that finds fault with it.
func submit(t *testing.T, s *workspace.Server, url, trigger string) {
	t.Helper()
	const form = `{"type":"modal","title":{"type":"plain_text","text":"Form"},"submit":{"type":"plain_text","text":"Go"},"blocks":[
		{"type":"input","block_id":"accounts","label":{"type":"plain_text","text":"Accounts"},"element":{"type":"plain_text_input","action_id":"ids"}}]}`
	response, err := http.PostForm(url+"views.open", map[string][]string{"token": {workspaceToken}, "trigger_id": {trigger}, "view": {form}})
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	open := s.Views(person)
	if len(open) != 1 {
		t.Fatalf("modals %+v", open)
	}
	wrong, err := s.Submit(t.Context(), person, open[0].ID, map[string]string{"ids": "wrong"})
	if err != nil || wrong["accounts"] != "No such account" {
		t.Errorf("%v, %v", wrong, err)
	}
}

// A Bolt app takes a signed command, a press with its trigger and response
// URL, a submission and an event, all from the emulated workspace.
func TestBoltAppOnTheWorkspace(t *testing.T) {
	s, url := openWorkspace(t)
	judge := play(t, "bolt.cjs", url, workspaceToken, "outside-judge-not-a-real-secret")
	address := fmt.Sprintf("http://127.0.0.1:%v/slack/all", line(t, judge)["port"])
	s.SetCommandURL(address)
	s.SetInteractivityURL(address)
	s.SetEventsURL(address)
	if ack, err := s.Command(t.Context(), person, channel, "/rootcheck", "all"); err != nil || ack.Message == nil || ack.Message.Text != "checking all" {
		t.Fatalf("%+v, %v", ack, err)
	}
	ts := postButton(t, s, url)
	if _, err := s.Press(t.Context(), person, channel, ts, "check"); err != nil {
		t.Fatal(err)
	}
	if seen := line(t, judge); seen["action"] != "check" || seen["message"] != ts || seen["channel"] != channel {
		t.Errorf("seen %v", seen)
	}
	if m := s.Messages(channel)[1]; m.Text != "pressed 111122223333" || m.TS != ts {
		t.Errorf("the pressed message is %+v", m)
	}
	form := s.Views(person)
	if len(form) != 1 {
		t.Fatalf("modals %+v", form)
	}
	wrong, err := s.Submit(t.Context(), person, form[0].ID, map[string]string{"accounts": "wrong"})
	if err != nil || wrong["accounts"] != "No such account" {
		t.Errorf("%v, %v", wrong, err)
	}
	wrong, err = s.Submit(t.Context(), person, form[0].ID, map[string]string{"accounts": "111122223333"})
	if err != nil || wrong != nil || len(s.Views(person)) != 0 {
		t.Errorf("%v, %v", wrong, err)
	}
	if seen := line(t, judge); seen["view"] != "form" || seen["ids"] != "111122223333" || seen["user"] != person {
		t.Errorf("seen %v", seen)
	}
	if err := s.VerifyEventsURL(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := s.OpenHome(t.Context(), person); err != nil {
		t.Fatal(err)
	}
	if seen := line(t, judge); seen["event"] != "app_home_opened" {
		t.Errorf("seen %v", seen)
	}
	if _, published := s.HomeOf(person); !published {
		t.Error("no home tab")
	}
}
