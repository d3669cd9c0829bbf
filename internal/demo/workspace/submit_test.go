package workspace_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"rootwatch/internal/demo/workspace"
)

// form opens a modal with inputs and returns what the bot answers to its
// submission, and what it is sent.
func form(t *testing.T, change func(*slack.ModalViewRequest)) (s *workspace.Server, id string, answer *any, got *slack.InteractionCallback) {
	t.Helper()
	s, c, press, _ := triggered(t, options())
	view := modal("form", inputs()...)
	if change != nil {
		change(&view)
	}
	v, err := c.OpenViewContext(t.Context(), press().TriggerID, view)
	if err != nil {
		t.Fatal(err)
	}
	answer, got = new(any), new(slack.InteractionCallback)
	presses(t, s, func(w http.ResponseWriter, i slack.InteractionCallback) {
		*got = i
		if *answer != nil {
			w.Header().Set("Content-Type", "application/json")
			if err := json.NewEncoder(w).Encode(*answer); err != nil {
				t.Error(err)
			}
		}
	})
	return s, v.View.ID, answer, got
}

func TestSubmit(t *testing.T) {
	s, id, _, got := form(t, nil)
	wrong, err := s.Submit(t.Context(), alice, id, map[string]string{"accounts": "111122223333", "menu": "two"})
	if err != nil || wrong != nil || len(s.Views(alice)) != 0 {
		t.Fatalf("%v, %v, open %+v", wrong, err, s.Views(alice))
	}
	state := got.View.State.Values
	if got.Type != slack.InteractionTypeViewSubmission || got.View.CallbackID != "form" || got.View.PrivateMetadata != "state" || got.View.Hash == "" ||
		got.TriggerID == "" || got.User.ID != alice || state["accounts"]["ids"].Value != "111122223333" || state["region"]["menu"].SelectedOption.Value != "two" ||
		state["days"]["n"].Value != "" {
		t.Errorf("payload %+v, state %+v", got, state)
	}
	if _, err := s.Submit(t.Context(), alice, id, nil); err == nil {
		t.Error("a closed modal can be submitted")
	}
}

func TestInputsThatTheClientRefuses(t *testing.T) {
	s, id, _, got := form(t, nil)
	for name, test := range map[string]struct{ values, wrong map[string]string }{
		"nothing":   {nil, map[string]string{"accounts": "Please complete this required field."}},
		"too long":  {map[string]string{"ids": strings.Repeat("x", 21)}, map[string]string{"accounts": "Please enter no more than 20 characters."}},
		"no number": {map[string]string{"ids": "a", "n": "many"}, map[string]string{"days": "Please enter a valid number."}},
	} {
		wrong, err := s.Submit(t.Context(), alice, id, test.values)
		if err != nil || !maps.Equal(wrong, test.wrong) || !maps.Equal(s.Views(alice)[0].Errors, test.wrong) {
			t.Errorf("%s: %v, %v", name, wrong, err)
		}
	}
	if got.Type != "" {
		t.Error("the bot is asked all the same")
	}
	for name, values := range map[string]map[string]string{"unknown input": {"none": "a"}, "unknown option": {"ids": "a", "menu": "three"}} {
		if _, err := s.Submit(t.Context(), alice, id, values); err == nil {
			t.Errorf("%s works", name)
		}
	}
}

func TestAnswersToASubmission(t *testing.T) {
	values := map[string]string{"ids": "111122223333"}
	for _, test := range []struct {
		name   string
		answer any
		err    error
		open   []string // titles
	}{
		{"errors", slack.NewErrorsViewSubmissionResponse(map[string]string{"accounts": "No such account"}), nil, []string{"form"}},
		{"errors of no input", slack.NewErrorsViewSubmissionResponse(map[string]string{"row": "?"}), workspace.ErrBadView, []string{"form"}},
		{"errors without one", map[string]any{"response_action": "errors"}, workspace.ErrBadView, []string{"form"}},
		{"update", slack.NewUpdateViewSubmissionResponse(new(modal("next"))), nil, []string{"next"}},
		{"push", slack.NewPushViewSubmissionResponse(new(modal("next"))), nil, []string{"form", "next"}},
		{"clear", slack.NewClearViewSubmissionResponse(), nil, nil},
		{"a wrong view", slack.NewUpdateViewSubmissionResponse(new(modal(strings.Repeat("x", 25)))), workspace.ErrBadView, []string{"form"}},
		{"something else", map[string]any{"response_action": "dance"}, workspace.ErrBadView, []string{"form"}},
		{"an empty object", map[string]any{}, nil, nil},
		{"no object", "closed", workspace.ErrBadView, []string{"form"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, id, answer, _ := form(t, nil)
			*answer = test.answer
			wrong, err := s.Submit(t.Context(), alice, id, values)
			if !errors.Is(err, test.err) || (wrong != nil) != (test.name == "errors") {
				t.Errorf("%v, %v", wrong, err)
			}
			open := s.Views(alice)
			if len(open) != len(test.open) {
				t.Fatalf("open %+v", open)
			}
			for i, title := range test.open {
				if open[i].Title != title {
					t.Errorf("view %d is %q", i, open[i].Title)
				}
			}
			if test.err != nil && open[0].Warning == "" {
				t.Error("the person sees no trouble")
			}
			if test.name == "update" && (open[0].ID != id || open[0].Warning != "") {
				t.Errorf("updated %+v", open[0])
			}
		})
	}
}

func TestSubmissionThatNobodyHears(t *testing.T) {
	s, id, _, _ := form(t, nil)
	s.SetInteractivityURL("http://127.0.0.1:1/slack/interactive")
	if _, err := s.Submit(t.Context(), alice, id, map[string]string{"ids": "a"}); !errors.Is(err, workspace.ErrDispatch) {
		t.Errorf("error %v", err)
	}
	if v := s.Views(alice); len(v) != 1 || v[0].Warning != "We had some trouble connecting. Try again?" {
		t.Errorf("open %+v", v)
	}
}

func TestCloseView(t *testing.T) {
	for _, test := range []struct{ notify, clear bool }{{false, false}, {true, false}, {true, true}} {
		s, id, _, got := form(t, func(v *slack.ModalViewRequest) { v.NotifyOnClose, v.ClearOnClose = test.notify, test.clear })
		if err := s.CloseView(t.Context(), alice, id); err != nil || len(s.Views(alice)) != 0 {
			t.Errorf("%v, open %+v", err, s.Views(alice))
		}
		if told := got.Type == slack.InteractionTypeViewClosed; told != test.notify || got.IsCleared != test.clear || told && got.View.ID != id {
			t.Errorf("%+v: told %+v", test, got)
		}
	}
}

func TestValuesOfEveryKind(t *testing.T) {
	one, two, three := slack.NewOptionBlockObject("one", plain("One"), nil), slack.NewOptionBlockObject("two", plain("Two"), nil), slack.NewOptionBlockObject("three", plain("Three"), nil)
	group := slack.NewOptionGroupBlockElement(plain("Group"), three)
	grouped := slack.NewOptionsGroupSelectBlockElement(slack.OptTypeStatic, plain("pick"), "grouped", group)
	optional := func(id string, e slack.BlockElement) slack.Block {
		return slack.NewInputBlock(id, plain(id), nil, e).WithOptional(true)
	}
	s, id, _, got := form(t, func(v *slack.ModalViewRequest) {
		v.Blocks.BlockSet = []slack.Block{
			optional("b1", slack.NewCheckboxGroupsBlockElement("boxes", one, two, three)), optional("b2", slack.NewRadioButtonsBlockElement("radio", one, two)),
			optional("b3", grouped), optional("b4", slack.NewDateTimePickerBlockElement("when")),
			optional("b5", slack.NewOptionsSelectBlockElement(slack.OptTypeUser, plain("who"), "who")),
		}
	})
	if _, err := s.Submit(t.Context(), alice, id, map[string]string{"when": "soon"}); err == nil {
		t.Error("soon is a time")
	}
	values := map[string]string{"boxes": "one,three", "b2": "two", "grouped": "three", "when": "1795322814", "who": bob}
	if _, err := s.Submit(t.Context(), alice, id, values); err != nil {
		t.Fatal(err)
	}
	state := got.View.State.Values
	if boxes := state["b1"]["boxes"].SelectedOptions; len(boxes) != 2 || boxes[1].Value != "three" {
		t.Errorf("boxes %+v", boxes)
	}
	if state["b2"]["radio"].SelectedOption.Value != "two" || state["b3"]["grouped"].SelectedOption.Value != "three" ||
		state["b4"]["when"].SelectedDateTime != 1795322814 || state["b5"]["who"].SelectedUser != bob {
		t.Errorf("state %+v", state)
	}
}
