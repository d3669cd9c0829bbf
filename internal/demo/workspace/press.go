package workspace

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
)

// Press presses a button of a message as it stands now, also of one that only
// this person sees. The error is ErrTimeout or ErrDispatch when the bot
// failed, and then the message carries a warning.
func (s *Server) Press(ctx context.Context, user, channel, ts, actionID string) (Ack, error) {
	return s.useMessage(ctx, user, channel, ts, actionID, nil)
}

// Choose takes an option of a menu, check box or radio button of a message,
// by the option's value, or sets a picker to a value.
func (s *Server) Choose(ctx context.Context, user, channel, ts, actionID, optionValue string) (Ack, error) {
	return s.useMessage(ctx, user, channel, ts, actionID, &optionValue)
}

// PressInView presses a button of a modal or of the person's home tab.
func (s *Server) PressInView(ctx context.Context, user, viewID, actionID string) (Ack, error) {
	return s.useView(ctx, user, viewID, actionID, nil)
}

// ChooseInView is Choose in a modal or a home tab.
func (s *Server) ChooseInView(ctx context.Context, user, viewID, actionID, optionValue string) (Ack, error) {
	return s.useView(ctx, user, viewID, actionID, &optionValue)
}

func (s *Server) useMessage(ctx context.Context, user, channel, ts, actionID string, choice *string) (Ack, error) {
	payload, m, err := s.messageAction(user, channel, ts, actionID, choice)
	if err != nil {
		return Ack{}, err
	}
	r, err := s.interact(ctx, payload)
	s.mu.Lock()
	defer s.mu.Unlock()
	m.Warning = ""
	if err != nil {
		m.Warning = word(err)
	}
	s.wake()
	return r.Ack, err
}

func (s *Server) messageAction(user, channel, ts, actionID string, choice *string) (map[string]any, *stored, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, person, err := s.place(channel, user)
	if err != nil {
		return nil, nil, err
	}
	m := c.seenBy(user, ts)
	if m == nil {
		return nil, nil, fmt.Errorf("%s sees no message %s in %s", person.Name, ts, c.Name)
	}
	blocks, widgets := surface(m.Blocks, m.TS)
	payload, err := s.action(person, widgets, actionID, choice, "")
	if err != nil {
		return nil, nil, err
	}
	u, address := s.newResponseURL(c, user)
	u.original, u.acknowledged = m, true
	container := map[string]any{
		"type": "message", "message_ts": m.TS, "channel_id": c.ID, "is_ephemeral": m.Ephemeral,
	}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	payload["container"], payload["response_url"] = container, address
	payload["channel"] = map[string]any{"id": c.ID, "name": c.label()}
	if !m.Ephemeral { // of these Slack keeps nothing to send
		shown := s.wire(c, m, true)
		shown["blocks"] = blocks
		payload["message"] = shown
	}
	return payload, m, nil
}

func (s *Server) useView(ctx context.Context, user, viewID, actionID string, choice *string) (Ack, error) {
	payload, v, err := s.viewAction(user, viewID, actionID, choice)
	if err != nil {
		return Ack{}, err
	}
	r, err := s.interact(ctx, payload)
	s.mu.Lock()
	defer s.mu.Unlock()
	v.warn(err)
	s.wake()
	return r.Ack, err
}

func (s *Server) viewAction(user, viewID, actionID string, choice *string) (map[string]any, *view, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	person, v := s.user(user), s.viewOf(user, viewID)
	if person == nil || v == nil {
		return nil, nil, fmt.Errorf("%s sees no view %s", user, viewID)
	}
	_, widgets := surface(v.Blocks, v.ID)
	inside := ""
	if stack := s.modals[user]; v.Type == "modal" {
		if inside = v.ID; stack[len(stack)-1] != v {
			return nil, nil, fmt.Errorf("the modal %q lies under another one", v.Title)
		}
	}
	payload, err := s.action(person, widgets, actionID, choice, inside)
	if err != nil {
		return nil, nil, err
	}
	payload["container"] = map[string]any{"type": "view", "view_id": v.ID}
	shown := s.viewWire(v)
	shown["state"] = payload["state"]
	payload["view"] = shown
	delete(payload, "state")
	return payload, v, nil
}

// seenBy is a message that a person sees, by its timestamp.
func (c *conversation) seenBy(user, ts string) *stored {
	for _, m := range c.messages {
		if m.TS == ts && (!m.Ephemeral || m.User == user) {
			return m
		}
	}
	return nil
}

// interaction is what all payloads of this kind have.
func (s *Server) interaction(kind string, person *User, view string) map[string]any {
	return map[string]any{
		"type": kind, "api_app_id": AppID, "token": oldToken,
		"team":       map[string]any{"id": s.options.TeamID, "domain": teamDomain},
		"user":       map[string]any{"id": person.ID, "username": person.Name, "name": person.Name, "team_id": s.options.TeamID},
		"enterprise": nil, "is_enterprise_install": false,
		"trigger_id": s.newTrigger(person.ID, view),
	}
}

// action is the payload of a press, or with a choice of an option taken.
func (s *Server) action(person *User, widgets []widget, actionID string, choice *string, view string) (map[string]any, error) {
	var used widget
	for _, w := range widgets {
		if w.actionID() == actionID {
			used = w
			break
		}
	}
	if used.element == nil {
		return nil, fmt.Errorf("there is nothing with the action_id %q", actionID)
	}
	did := map[string]any{
		"action_id": actionID, "block_id": used.blockID(), "type": used.kind(), "action_ts": s.nextTS(),
	}
	filled := map[string]any{}
	button := used.kind() == "button" || used.kind() == "icon_button"
	switch {
	case button != (choice == nil):
		return nil, fmt.Errorf("%q is a %s: Press is for buttons, Choose for what has a value", actionID, used.kind())
	case button:
		for _, name := range []string{"text", "value", "style", "url"} {
			if v, set := used.element[name]; set {
				did[name] = v
			}
		}
	default:
		value, err := used.chosen(*choice)
		if err != nil {
			return nil, err
		}
		holds := slots[used.kind()].holds
		if used.kind() == "overflow" {
			holds = "selected_option"
		}
		did[holds], filled[actionID] = value, value
	}
	payload := s.interaction("block_actions", person, view)
	payload["actions"], payload["state"] = []any{did}, values(widgets, filled)
	return payload, nil
}

// interact sends a payload of this kind.
func (s *Server) interact(ctx context.Context, payload map[string]any) (reply, error) {
	text, err := json.Marshal(payload)
	if err != nil {
		return reply{}, err
	}
	s.mu.Lock()
	address := s.urls.interactivity
	s.mu.Unlock()
	return s.deliver(ctx, parcel{
		kind: interactiveKind, payload: json.RawMessage(text), address: address,
		body: []byte(url.Values{"payload": {string(text)}}.Encode()), answered: payload["type"] == "view_submission",
	})
}
