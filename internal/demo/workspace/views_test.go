package workspace_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"rootwatch/internal/demo/workspace"
)

func modal(title string, blocks ...slack.Block) slack.ModalViewRequest {
	if blocks == nil {
		blocks = []slack.Block{slack.NewDividerBlock()}
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: plain(title), Submit: plain("Go"), Close: plain("Cancel"), CallbackID: "form",
		PrivateMetadata: "state", Blocks: slack.Blocks{BlockSet: blocks},
	}
}

// inputs are a required text, an optional menu with a first value, and a number.
func inputs() []slack.Block {
	one, two := slack.NewOptionBlockObject("one", plain("One"), nil), slack.NewOptionBlockObject("two", plain("Two"), nil)
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("pick"), "menu", one, two)
	menu.InitialOption = one
	text := slack.NewPlainTextInputBlockElement(plain("ids"), "ids")
	text.MaxLength = 20
	return []slack.Block{
		slack.NewInputBlock("accounts", plain("Accounts"), nil, text),
		slack.NewInputBlock("region", plain("Region"), nil, menu).WithOptional(true),
		slack.NewInputBlock("days", plain("Days"), nil, slack.NewNumberInputBlockElement(nil, "n", false)).WithOptional(true),
		slack.NewActionBlock("row", slack.NewButtonBlockElement("press", "v", plain("Press"))),
	}
}

// triggered opens a workspace with a bot that keeps what it was last sent.
func triggered(t *testing.T, o workspace.Options) (s *workspace.Server, c *slack.Client, press func() slack.InteractionCallback, answer *string) {
	t.Helper()
	s, c, _ = open(t, o)
	var got slack.InteractionCallback
	answer = new(string)
	presses(t, s, func(w http.ResponseWriter, i slack.InteractionCallback) {
		got = i
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(*answer))
	})
	ts := post(t, c, controls())
	return s, c, func() slack.InteractionCallback {
		t.Helper()
		if _, err := s.Press(t.Context(), alice, alerts, ts, "check"); err != nil {
			t.Fatal(err)
		}
		return got
	}, answer
}

func TestTriggers(t *testing.T) {
	now := time.Unix(1795322814, 0)
	o := options()
	o.Now = func() time.Time { return now }
	s, c, press, _ := triggered(t, o)
	trigger := press().TriggerID
	if _, err := c.OpenViewContext(t.Context(), trigger, modal("First")); err != nil {
		t.Fatal(err)
	}
	_, err := c.OpenViewContext(t.Context(), trigger, modal("Twice"))
	wantError(t, err, "exchanged_trigger_id")
	_, err = c.OpenViewContext(t.Context(), "1.2.abc", modal("Guessed"))
	wantError(t, err, "invalid_trigger_id")
	late := press().TriggerID
	now = now.Add(3*time.Second + time.Millisecond)
	_, err = c.OpenViewContext(t.Context(), late, modal("Late"))
	wantError(t, err, "expired_trigger_id")
	if open := s.Views(alice); len(open) != 1 || open[0].Title != "First" || len(s.Views(bob)) != 0 {
		t.Errorf("open %+v", open)
	}
	in := s.Views(alice)[0]
	if in.CallbackID != "form" || in.PrivateMetadata != "state" || in.Submit != "Go" || in.Close != "Cancel" || in.Type != "modal" {
		t.Errorf("view %+v", in)
	}
}

func TestStackOfModals(t *testing.T) {
	s, c, press, _ := triggered(t, options())
	if _, err := c.OpenViewContext(t.Context(), press().TriggerID, modal("1", inputs()...)); err != nil {
		t.Fatal(err)
	}
	_, err := c.PushViewContext(t.Context(), press().TriggerID, modal("outside"))
	wantError(t, err, "not_found")
	var got slack.InteractionCallback
	presses(t, s, func(_ http.ResponseWriter, i slack.InteractionCallback) { got = i })
	for depth := 2; depth <= 4; depth++ {
		top := s.Views(alice)[len(s.Views(alice))-1]
		if _, err := s.PressInView(t.Context(), alice, top.ID, "press"); err != nil {
			t.Fatal(err)
		}
		if got.Container.ViewID != top.ID || got.View.ID != top.ID || got.ResponseURL != "" || got.View.State.Values["region"]["menu"].SelectedOption.Value != "one" {
			t.Errorf("payload %+v", got)
		}
		pushed, err := c.PushViewContext(t.Context(), got.TriggerID, modal(fmt.Sprint(depth), inputs()...))
		if depth == 4 {
			wantError(t, err, "push_limit_reached")
			continue
		}
		if err != nil || pushed.PreviousViewID != top.ID || pushed.RootViewID != s.Views(alice)[0].ID {
			t.Fatalf("%+v, %v", pushed, err)
		}
	}
	if err := s.CloseView(t.Context(), alice, s.Views(alice)[2].ID); err != nil || len(s.Views(alice)) != 2 {
		t.Errorf("%v, open %+v", err, s.Views(alice))
	}
	covered := s.Views(alice)[0].ID
	if err := s.CloseView(t.Context(), alice, covered); err == nil {
		t.Error("a covered modal can be closed")
	}
	if _, err := s.PressInView(t.Context(), alice, covered, "press"); err == nil {
		t.Error("a covered modal can be pressed")
	}
	if _, err := s.Submit(t.Context(), alice, covered, map[string]string{"ids": "1"}); err == nil {
		t.Error("a covered modal can be submitted")
	}
}

func TestUpdateOfAView(t *testing.T) {
	s, c, press, _ := triggered(t, options())
	first := modal("1")
	first.ExternalID = "ext"
	opened, err := c.OpenViewContext(t.Context(), press().TriggerID, first)
	if err != nil {
		t.Fatal(err)
	}
	updated, err := c.UpdateViewContext(t.Context(), modal("2"), "", opened.Hash, opened.View.ID)
	if err != nil || updated.Hash == opened.Hash || s.Views(alice)[0].Title != "2" {
		t.Fatalf("%+v, %v", updated, err)
	}
	_, err = c.UpdateViewContext(t.Context(), modal("3"), "", opened.Hash, opened.View.ID)
	wantError(t, err, "hash_conflict")
	_, err = c.UpdateViewContext(t.Context(), modal("3"), "ext", "", "")
	wantError(t, err, "not_found") // the update took the external id away
	_, err = c.UpdateViewContext(t.Context(), modal("3"), "", "", "V0NONE0000")
	wantError(t, err, "not_found")
	if _, err = c.UpdateViewContext(t.Context(), first, "", "", opened.View.ID); err != nil {
		t.Error(err)
	}
	if _, err = c.UpdateViewContext(t.Context(), first, "ext", "", ""); err != nil {
		t.Error(err)
	}
	_, err = c.OpenViewContext(t.Context(), press().TriggerID, first)
	wantError(t, err, "duplicate_external_id")
}

func TestRefusedViews(t *testing.T) {
	_, c, press, _ := triggered(t, options())
	long := modal(strings.Repeat("x", 25))
	many := modal("many")
	for range 101 {
		many.Blocks.BlockSet = append(many.Blocks.BlockSet, slack.NewDividerBlock())
	}
	secretive := modal("secretive")
	secretive.PrivateMetadata = strings.Repeat("x", 3001)
	unsubmitted := modal("form", inputs()...)
	unsubmitted.Submit = nil
	double := modal("double", slack.NewSectionBlock(plain("a"), nil, nil, slack.SectionBlockOptionBlockID("same")), slack.NewSectionBlock(plain("b"), nil, nil, slack.SectionBlockOptionBlockID("same")))
	chart := slack.NewDataVisualizationBlock("pie", slack.NewDataVisualizationPieChart(slack.NewDataVisualizationSegment("a", 1)))
	home := modal("home")
	home.Type = slack.VTHomeTab
	for name, test := range map[string]struct {
		view    slack.ModalViewRequest
		pointer string
	}{
		"long title": {long, "/view/title/text"}, "101 blocks": {many, "/view/blocks"}, "long private_metadata": {secretive, "/view/private_metadata"},
		"inputs without submit": {unsubmitted, "/view/submit"}, "two blocks of one id": {double, "/view/blocks/1/block_id"},
		"a chart": {modal("chart", chart), "/view/blocks/0/type"}, "no modal": {home, "/view"},
		"a table": {modal("table", slack.NewTableBlock("t").AddRow(slack.NewTableRawTextCell("a"))), "/view/blocks/0/type"},
	} {
		trigger := press().TriggerID
		_, err := c.OpenViewContext(t.Context(), trigger, test.view)
		wantError(t, err, "invalid_arguments")
		if !strings.Contains(details(err), "json-pointer:"+test.pointer) {
			t.Errorf("%s: %+v", name, err)
		}
		if _, err := c.OpenViewContext(t.Context(), trigger, modal("right")); err != nil {
			t.Errorf("%s: a refused view uses its trigger up: %v", name, err)
		}
	}
	big := modal("big")
	for i := range 90 {
		big.Blocks.BlockSet = append(big.Blocks.BlockSet, slack.NewSectionBlock(plain(strings.Repeat("x", 2900)), nil, nil, slack.SectionBlockOptionBlockID(fmt.Sprint(i))))
	}
	_, err := c.OpenViewContext(t.Context(), press().TriggerID, big)
	wantError(t, err, "view_too_large")
}

func TestHome(t *testing.T) {
	s, c, press, _ := triggered(t, options())
	home := func(text string) slack.HomeTabViewRequest {
		return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: append([]slack.Block{slack.NewHeaderBlock(plain(text))}, inputs()...)}}
	}
	if _, published := s.HomeOf(alice); published {
		t.Error("a home tab before one is published")
	}
	first, err := c.PublishViewContext(t.Context(), slack.PublishViewContextRequest{UserID: alice, View: home("one")})
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.PublishViewContext(t.Context(), slack.PublishViewContextRequest{UserID: alice, View: home("two"), Hash: &first.Hash})
	if err != nil || second.View.ID != first.View.ID {
		t.Fatalf("%+v, %v", second, err)
	}
	_, err = c.PublishViewContext(t.Context(), slack.PublishViewContextRequest{UserID: alice, View: home("three"), Hash: &first.Hash})
	wantError(t, err, "hash_conflict")
	_, err = c.PublishViewContext(t.Context(), slack.PublishViewContextRequest{UserID: "U0NOBODY01", View: home("one")})
	wantError(t, err, "user_not_found")
	v, published := s.HomeOf(alice)
	if !published || v.Type != "home" || !strings.Contains(workspace.ViewText(v), "two") {
		t.Errorf("home %+v", v)
	}
	if _, err := s.PressInView(t.Context(), alice, v.ID, "press"); err != nil {
		t.Error(err)
	}
	if _, err := s.PressInView(t.Context(), bob, v.ID, "press"); err == nil {
		t.Error("bob presses in alice's home tab")
	}
	if _, err := c.OpenViewContext(t.Context(), press().TriggerID, modal("from home")); err != nil {
		t.Error(err)
	}
}

func TestBlocksOfAViewHaveIDs(t *testing.T) {
	s, c, press, _ := triggered(t, options())
	button := slack.NewButtonBlockElement("", "v", plain("nameless"))
	v, err := c.OpenViewContext(t.Context(), press().TriggerID, modal("ids", slack.NewSectionBlock(plain("a"), nil, slack.NewAccessory(button))))
	if err != nil {
		t.Fatal(err)
	}
	section := v.Blocks.BlockSet[0].(*slack.SectionBlock)
	id := section.Accessory.ButtonElement.ActionID
	if section.BlockID == "" || id == "" || !strings.Contains(string(s.Views(alice)[0].Blocks), id) {
		t.Errorf("%+v %+v", section, s.Views(alice))
	}
	if _, err := s.PressInView(t.Context(), alice, v.View.ID, id); err != nil {
		t.Error(err)
	}
}

func TestSubscribe(t *testing.T) {
	s, c, press, _ := triggered(t, options())
	changes, cancel := s.Subscribe()
	for name, change := range map[string]func(){
		"a message": func() { post(t, c, words("a")) },
		"a modal": func() {
			if _, err := c.OpenViewContext(t.Context(), press().TriggerID, modal("a")); err != nil {
				t.Error(err)
			}
		},
		"a person's words": func() { s.Say(alerts, bob, "hello") },
	} {
		change()
		select {
		case <-changes:
		case <-t.Context().Done():
			t.Error(name)
		}
		for drained := false; !drained; {
			select {
			case <-changes:
			default:
				drained = true
			}
		}
	}
	cancel()
	post(t, c, words("unheard"))
	if len(changes) != 0 {
		t.Error("a change is told after the end")
	}
}

func TestChooseInView(t *testing.T) {
	s, c, press, _ := triggered(t, options())
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("pick"), "menu", slack.NewOptionBlockObject("one", plain("One"), nil))
	v, err := c.OpenViewContext(t.Context(), press().TriggerID, modal("menu", slack.NewActionBlock("row", menu)))
	if err != nil {
		t.Fatal(err)
	}
	var got slack.InteractionCallback
	presses(t, s, func(_ http.ResponseWriter, i slack.InteractionCallback) { got = i })
	if _, err := s.ChooseInView(t.Context(), alice, v.View.ID, "menu", "one"); err != nil {
		t.Fatal(err)
	}
	if got.ActionCallback.BlockActions[0].SelectedOption.Value != "one" || got.View.State.Values["row"]["menu"].SelectedOption.Value != "one" {
		t.Errorf("payload %+v", got)
	}
	presses(t, s, func(w http.ResponseWriter, _ slack.InteractionCallback) { w.WriteHeader(500) })
	if _, err := s.ChooseInView(t.Context(), alice, v.View.ID, "menu", "one"); err == nil || s.Views(alice)[0].Warning == "" {
		t.Errorf("%v, %+v", err, s.Views(alice))
	}
}
