package workspace_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"rootwatch/internal/demo/workspace"
)

// presses is a bot that hears of presses and modals over HTTP: it verifies
// the signature and parses the payload as slack-go does.
func presses(t *testing.T, s *workspace.Server, handle func(http.ResponseWriter, slack.InteractionCallback)) {
	t.Helper()
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		verifier, err := slack.NewSecretsVerifier(r.Header, secret)
		if err == nil {
			_, _ = verifier.Write(body)
			err = verifier.Ensure()
		}
		if err != nil {
			t.Errorf("signature: %v", err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		c, err := slack.InteractionCallbackParse(r)
		if err != nil {
			t.Errorf("%v: %s", err, body)
		}
		handle(w, c)
	}))
	t.Cleanup(bot.Close)
	s.SetInteractivityURL(bot.URL + "/slack/interactive")
}

func plain(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
}

// controls is a message with one of each thing to press, in each place.
func controls() slack.MsgOption {
	one, two := slack.NewOptionBlockObject("one", plain("One"), nil), slack.NewOptionBlockObject("two", plain("Two"), nil)
	return slack.MsgOptionBlocks(
		slack.NewSectionBlock(plain("section"), nil, slack.NewAccessory(slack.NewOverflowBlockElement("more", one, two))),
		slack.NewActionBlock("row",
			slack.NewButtonBlockElement("check", `{"account":"111122223333"}`, plain("Check again")).WithStyle(slack.StylePrimary),
			slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("pick"), "menu", one, two),
			slack.NewDatePickerBlockElement("until")),
		slack.NewCarouselBlock(slack.NewCardBlock().WithTitle(plain("card")).WithActions(slack.NewButtonBlockElement("card.fix", "v", plain("Fix")))),
	)
}

func TestPress(t *testing.T) {
	s, c, base := open(t, options())
	var got slack.InteractionCallback
	presses(t, s, func(_ http.ResponseWriter, i slack.InteractionCallback) { got = i })
	parent := post(t, c, words("parent"))
	ts := post(t, c, words("with controls"), controls(), slack.MsgOptionTS(parent), keyed("spike:1"))
	if ack, err := s.Press(t.Context(), alice, alerts, ts, "check"); err != nil || ack.Status != 200 {
		t.Fatalf("%+v, %v", ack, err)
	}
	if got.Type != slack.InteractionTypeBlockActions || got.User.ID != alice || got.User.Name != "alice" || got.User.TeamID != "T0TEST0001" ||
		got.Team.ID != "T0TEST0001" || got.APIAppID != workspace.AppID || got.Channel.ID != alerts || got.Channel.Name != "alerts" ||
		got.IsEnterpriseInstall || got.Token == "" || got.TriggerID == "" || !strings.HasPrefix(got.ResponseURL, base+"/") {
		t.Errorf("payload %+v", got)
	}
	if k := got.Container; k.Type != "message" || k.MessageTs != ts || k.ChannelID != alerts || k.ThreadTs != parent || k.IsEphemeral {
		t.Errorf("container %+v", k)
	}
	if m := got.Message; m.Timestamp != ts || m.Text != "with controls" || len(m.Blocks.BlockSet) != 3 || m.Metadata.EventPayload["dedupe_key"] != "spike:1" {
		t.Errorf("message %+v", m)
	}
	a := got.ActionCallback.BlockActions[0]
	if a.ActionID != "check" || a.BlockID != "row" || a.Value != `{"account":"111122223333"}` || a.Type != "button" || a.Text.Text != "Check again" || a.ActionTs == "" {
		t.Errorf("action %+v", a)
	}
	if until, there := got.BlockActionState.Values["row"]["until"]; !there || until.SelectedDate != "" {
		t.Errorf("state %+v", got.BlockActionState.Values)
	}
	if _, err := s.Press(t.Context(), bob, alerts, ts, "card.fix"); err != nil || got.ActionCallback.BlockActions[0].BlockID == "" {
		t.Errorf("a card's button: %v, %+v", err, got.ActionCallback.BlockActions[0])
	}
}

func TestChoose(t *testing.T) {
	s, c, _ := open(t, options())
	var got *slack.BlockAction
	var state *slack.BlockActionStates
	presses(t, s, func(_ http.ResponseWriter, i slack.InteractionCallback) {
		got, state = i.ActionCallback.BlockActions[0], i.BlockActionState
	})
	ts := post(t, c, controls())
	for _, id := range []string{"more", "menu"} {
		if _, err := s.Choose(t.Context(), alice, alerts, ts, id, "two"); err != nil {
			t.Fatal(err)
		}
		if got.ActionID != id || got.SelectedOption.Value != "two" || got.SelectedOption.Text.Text != "Two" || got.BlockID == "" {
			t.Errorf("%s: %+v", id, got)
		}
	}
	if state.Values["row"]["menu"].SelectedOption.Value != "two" {
		t.Errorf("state %+v", state.Values)
	}
	if _, err := s.Choose(t.Context(), alice, alerts, ts, "until", "2026-11-22"); err != nil || got.SelectedDate != "2026-11-22" {
		t.Errorf("%v, %+v", err, got)
	}
	for id, choose := range map[string]func() error{
		"no such option": func() error { _, err := s.Choose(t.Context(), alice, alerts, ts, "menu", "three"); return err },
		"choosing from a button": func() error {
			_, err := s.Choose(t.Context(), alice, alerts, ts, "check", "two")
			return err
		},
		"pressing a menu":        func() error { _, err := s.Press(t.Context(), alice, alerts, ts, "menu"); return err },
		"nothing of that name":   func() error { _, err := s.Press(t.Context(), alice, alerts, ts, "none"); return err },
		"no such message":        func() error { _, err := s.Press(t.Context(), alice, alerts, "1.000001", "check"); return err },
		"nobody of that name":    func() error { _, err := s.Press(t.Context(), "U0NOBODY01", alerts, ts, "check"); return err },
		"no channel of the kind": func() error { _, err := s.Press(t.Context(), alice, "C0NOWHERE1", ts, "check"); return err },
	} {
		if choose() == nil {
			t.Error(id + " works")
		}
	}
}

func TestPressOfAnEphemeralMessage(t *testing.T) {
	s, c, _ := open(t, options())
	var got slack.InteractionCallback
	presses(t, s, func(_ http.ResponseWriter, i slack.InteractionCallback) { got = i })
	if _, err := c.PostEphemeralContext(t.Context(), alerts, alice, controls()); err != nil {
		t.Fatal(err)
	}
	ts := s.Messages(alerts)[0].TS
	if _, err := s.Press(t.Context(), bob, alerts, ts, "check"); err == nil {
		t.Error("another person presses what only alice sees")
	}
	if _, err := s.Press(t.Context(), alice, alerts, ts, "check"); err != nil || !got.Container.IsEphemeral || got.Message.Timestamp != "" {
		t.Fatalf("%v, %+v", err, got)
	}
	answer := &slack.WebhookMessage{ReplaceOriginal: true, Text: "done"}
	if err := slack.PostWebhookContext(t.Context(), got.ResponseURL, answer); err != nil {
		t.Fatal(err)
	}
	if m := s.Messages(alerts); len(m) != 1 || m[0].Text != "done" || !m[0].Ephemeral || m[0].Edited != 1 {
		t.Errorf("shown %+v", m)
	}
	if _, err := s.Press(t.Context(), alice, alerts, ts, "check"); err == nil {
		t.Error("a button that was replaced can be pressed")
	}
}

func TestResponseURLOfAPress(t *testing.T) {
	s, c, _ := open(t, options())
	var address string
	presses(t, s, func(_ http.ResponseWriter, i slack.InteractionCallback) { address = i.ResponseURL })
	ts := post(t, c, controls())
	say := func(m *slack.WebhookMessage) {
		t.Helper()
		if err := slack.PostWebhookContext(t.Context(), address, m); err != nil {
			t.Error(err)
		}
	}
	press := func() {
		t.Helper()
		if _, err := s.Press(t.Context(), alice, alerts, ts, "check"); err != nil {
			t.Fatal(err)
		}
	}
	press()
	say(&slack.WebhookMessage{Text: "for alice"})
	say(&slack.WebhookMessage{Text: "for all", ResponseType: "in_channel"})
	if m := s.Messages(alerts); len(m) != 3 || !m[1].Ephemeral || m[1].User != alice || m[2].Ephemeral || m[0].Edited != 0 {
		t.Fatalf("shown %+v", m)
	}
	say(&slack.WebhookMessage{ReplaceOriginal: true, Text: "checked"})
	if m := s.Messages(alerts)[0]; m.Text != "checked" || m.TS != ts || m.Ephemeral || m.Blocks != nil {
		t.Errorf("the public original is %+v", m)
	}
	say(&slack.WebhookMessage{DeleteOriginal: true})
	say(&slack.WebhookMessage{ReplaceOriginal: true, Text: "anew"})
	if m := s.Messages(alerts); len(m) != 3 || m[2].Text != "anew" {
		t.Errorf("shown %+v", m)
	}
	if err := slack.PostWebhookContext(t.Context(), address, &slack.WebhookMessage{Text: "sixth"}); err == nil {
		t.Error("a response URL takes a sixth post")
	}
}

func TestPressThatTheBotFails(t *testing.T) {
	s, c, _ := open(t, options())
	ts := post(t, c, controls())
	if _, err := s.Press(t.Context(), alice, alerts, ts, "check"); !errors.Is(err, workspace.ErrDispatch) {
		t.Errorf("nowhere to send it: %v", err)
	}
	for _, test := range []struct {
		status  int
		warning string
	}{{500, "dispatch_failed"}, {302, "dispatch_failed"}, {200, ""}} {
		presses(t, s, func(w http.ResponseWriter, _ slack.InteractionCallback) { w.WriteHeader(test.status) })
		ack, err := s.Press(t.Context(), alice, alerts, ts, "check")
		if (err != nil) != (test.warning != "") || ack.Status != test.status || s.Messages(alerts)[0].Warning != test.warning {
			t.Errorf("%+v: %+v, %v, warning %q", test, ack, err, s.Messages(alerts)[0].Warning)
		}
	}
}

func TestPressThatTheBotAcknowledgesTooLate(t *testing.T) {
	o := options()
	o.AckLimit = 30 * time.Millisecond
	s, c, _ := open(t, o)
	ts := post(t, c, controls())
	over := make(chan struct{})
	defer close(over) // before the bot is closed, which waits for it
	presses(t, s, func(http.ResponseWriter, slack.InteractionCallback) { <-over })
	_, err := s.Press(t.Context(), alice, alerts, ts, "check")
	if m := s.Messages(alerts)[0]; !errors.Is(err, workspace.ErrTimeout) || m.Warning != "operation_timeout" {
		t.Errorf("%v, warning %q", err, m.Warning)
	}
}

func TestPressOverHTTPTwice(t *testing.T) {
	s, c, _ := open(t, options())
	seen := make(chan string, 2)
	presses(t, s, func(_ http.ResponseWriter, i slack.InteractionCallback) { seen <- i.TriggerID })
	ts := post(t, c, controls())
	s.DeliverTwice(1)
	if _, err := s.Press(t.Context(), alice, alerts, ts, "check"); err != nil {
		t.Fatal(err)
	}
	if a, b := <-seen, <-seen; a != b {
		t.Errorf("triggers %s and %s", a, b)
	}
}
