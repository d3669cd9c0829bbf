package workspace

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ErrBadView is an answer to a submission that Slack cannot use.
var ErrBadView = errors.New("invalid_view_response")

// What the client itself says.
const (
	trouble = "We had some trouble connecting. Try again?"
	missing = "Please complete this required field."
)

// warn shows that the bot failed, or with nil no longer.
func (v *view) warn(err error) {
	if v.Warning = ""; err != nil {
		v.Warning = trouble
	}
}

// response is what the bot may answer to a submission.
type response struct {
	Action string            `json:"response_action"`
	Errors map[string]string `json:"errors"`
	View   json.RawMessage   `json:"view"`
}

// Submit fills in the top modal of a person and submits it; values are by the
// inputs' action_id or block_id, and what has none keeps its first value. It
// returns what is wrong with the values, by block_id: what the client sees
// itself, without asking the bot, or what the bot answers. The error is
// ErrTimeout, ErrDispatch or ErrBadView when the bot failed; then, and with
// wrong values, the modal stays.
func (s *Server) Submit(ctx context.Context, user, viewID string, texts map[string]string) (map[string]string, error) {
	payload, v, wrong, err := s.submission(user, viewID, texts)
	if err != nil || len(wrong) > 0 {
		return wrong, err
	}
	r, err := s.interact(ctx, payload)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		wrong, err = s.applyResponse(v, r)
	}
	v.Errors = wrong
	v.warn(err)
	s.wake()
	return wrong, err
}

func (s *Server) submission(user, viewID string, texts map[string]string) (map[string]any, *view, map[string]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	person, stack := s.user(user), s.modals[user]
	if person == nil || len(stack) == 0 || stack[len(stack)-1].ID != viewID {
		return nil, nil, nil, fmt.Errorf("the modal %s is not the top one of %s", viewID, user)
	}
	v := stack[len(stack)-1]
	if v.Submit == "" {
		return nil, nil, nil, fmt.Errorf("the modal %q has no button to submit it", v.Title)
	}
	_, widgets := surface(v.Blocks, v.ID)
	filled, err := fill(widgets, texts)
	if err != nil {
		return nil, nil, nil, err
	}
	if wrong := refuseInputs(widgets, filled); len(wrong) > 0 {
		v.Errors = wrong
		s.wake()
		return nil, nil, wrong, nil
	}
	payload := s.interaction("view_submission", person, v.ID)
	shown := s.viewWire(v)
	shown["state"] = values(widgets, filled)
	payload["view"], payload["response_urls"] = shown, []any{}
	return payload, v, nil, nil
}

// fill finds the value of each text, by the action_id it is filled in under.
func fill(widgets []widget, texts map[string]string) (map[string]any, error) {
	filled := map[string]any{}
	for name, text := range texts {
		i := slices.IndexFunc(widgets, func(w widget) bool { return w.actionID() == name })
		if i < 0 {
			i = slices.IndexFunc(widgets, func(w widget) bool { return w.blockID() == name })
		}
		if i < 0 {
			return nil, fmt.Errorf("the modal has no input %q", name)
		}
		value, err := widgets[i].chosen(text)
		if err != nil {
			return nil, err
		}
		filled[widgets[i].actionID()] = value
	}
	return filled, nil
}

// refuseInputs is what the client itself does not let through.
func refuseInputs(widgets []widget, filled map[string]any) map[string]string {
	wrong := map[string]string{}
	for _, w := range widgets {
		if member(w.block, "type") != "input" {
			continue
		}
		value, touched := filled[w.actionID()]
		if !touched {
			value = w.initial()
		}
		text, isText := value.(string)
		list, isList := value.([]any)
		switch empty := value == nil || isText && text == "" || isList && len(list) == 0; {
		case empty && w.block["optional"] != true:
			wrong[w.blockID()] = missing
		case !empty && isText:
			if said := w.refuse(text); said != "" {
				wrong[w.blockID()] = said
			}
		}
	}
	return wrong
}

// refuse is what is wrong with a text; "" is nothing.
func (w widget) refuse(text string) string {
	length := float64(utf8.RuneCountInString(text))
	least, _ := w.element["min_length"].(float64)
	most, limited := w.element["max_length"].(float64)
	if !limited {
		most = boundOf("plain_text_input.max_length").most
	}
	switch kind := w.kind(); {
	case length < least:
		return fmt.Sprintf("Please enter at least %d characters.", int(least))
	case length > most:
		return fmt.Sprintf("Please enter no more than %d characters.", int(most))
	case kind == "email_text_input" && !strings.Contains(text, "@"):
		return "Please enter a valid email address."
	case kind == "url_text_input" && !strings.Contains(text, "://"):
		return "Please enter a valid URL."
	case kind == "number_input":
		if _, err := strconv.ParseFloat(text, 64); err != nil {
			return "Please enter a valid number."
		}
	}
	return ""
}

// applyResponse does with a submitted modal what the bot says; nothing said
// closes it.
func (s *Server) applyResponse(v *view, r reply) (map[string]string, error) {
	var said response
	if body := bytes.TrimSpace(r.Body); len(body) > 0 {
		if r.kind != "application/json" || json.Unmarshal(body, &said) != nil {
			return nil, fmt.Errorf("%w: it is no JSON", ErrBadView)
		}
	}
	switch said.Action {
	case "":
		s.close(v)
	case "clear":
		delete(s.modals, v.User)
	case "errors":
		return s.badInputs(v, said.Errors)
	case "update", "push":
		next, refusal := s.parseView(said.View, "modal")
		switch {
		case refusal != nil:
			return nil, fmt.Errorf("%w: %w", ErrBadView, refusal)
		case s.modal(v.User, v.ID) == nil:
			return nil, fmt.Errorf("%w: the modal is closed", ErrBadView)
		case said.Action == "update":
			s.replace(v, next)
		case len(s.modals[v.User]) >= mostViews:
			return nil, fmt.Errorf("%w: push_limit_reached", ErrBadView)
		default:
			s.push(v.User, next)
		}
	default:
		return nil, fmt.Errorf("%w: no response_action %q", ErrBadView, said.Action)
	}
	return nil, nil
}

// badInputs takes the bot's errors; each must be of an input that is there.
func (s *Server) badInputs(v *view, said map[string]string) (map[string]string, error) {
	_, widgets := surface(v.Blocks, v.ID)
	for id := range said {
		if !slices.ContainsFunc(widgets, func(w widget) bool {
			return w.blockID() == id && member(w.block, "type") == "input"
		}) {
			return nil, fmt.Errorf("%w: errors name %q, which is no input of the view", ErrBadView, id)
		}
	}
	if len(said) == 0 {
		return nil, fmt.Errorf("%w: errors without one", ErrBadView)
	}
	return said, nil
}

// CloseView closes a person's top modal, and with clear_on_close all of them.
// The bot hears of it when the view asks for that.
func (s *Server) CloseView(ctx context.Context, user, viewID string) error {
	s.mu.Lock()
	stack := s.modals[user]
	if len(stack) == 0 || stack[len(stack)-1].ID != viewID {
		s.mu.Unlock()
		return fmt.Errorf("the modal %s is not the top one of %s", viewID, user)
	}
	v := stack[len(stack)-1]
	if s.close(v); v.ClearOnClose {
		delete(s.modals, user)
	}
	s.wake()
	payload := s.interaction("view_closed", s.user(user), "")
	delete(payload, "trigger_id") // closing opens nothing
	payload["view"], payload["is_cleared"] = s.viewWire(v), v.ClearOnClose
	s.mu.Unlock()
	if !v.NotifyOnClose {
		return nil
	}
	_, err := s.interact(ctx, payload)
	return err
}

// close takes a modal off its stack, with what lies on it.
func (s *Server) close(v *view) {
	stack := s.modals[v.User]
	if i := slices.Index(stack, v); i >= 0 {
		s.modals[v.User] = slices.Clone(stack[:i])
	}
}
