package workspace

import (
	"encoding/json"
)

const (
	maxView   = 250_000 // bytes of JSON
	mostViews = 3       // in a stack of modals
)

func (s *Server) viewsOpen(a args) answer {
	v, refused := s.readView(a, "modal", nil)
	if v == nil {
		return refused
	}
	t, word := s.exchange(a.text("trigger_id"))
	if word != "" {
		return fail(word)
	}
	s.modals[t.user] = nil // a new root takes the place of what is open
	s.push(t.user, v)
	return s.shown(v)
}

func (s *Server) viewsPush(a args) answer {
	v, refused := s.readView(a, "modal", nil)
	if v == nil {
		return refused
	}
	t, word := s.exchange(a.text("trigger_id"))
	switch {
	case word != "":
		return fail(word)
	case s.modal(t.user, t.view) == nil:
		return fail("not_found") // the trigger is not of an open modal
	case len(s.modals[t.user]) >= mostViews:
		return fail("push_limit_reached")
	}
	s.push(t.user, v)
	return s.shown(v)
}

func (s *Server) viewsUpdate(a args) answer {
	old := s.anyView(a.text("view_id"), a.text("external_id"))
	if old == nil {
		return fail("not_found")
	}
	v, refused := s.readView(a, old.Type, old)
	if v == nil {
		return refused
	}
	if hash := a.text("hash"); hash != "" && hash != old.Hash {
		return fail("hash_conflict")
	}
	s.replace(old, v)
	return s.shown(old)
}

func (s *Server) viewsPublish(a args) answer {
	user := a.text("user_id")
	old := s.homes[user]
	v, refused := s.readView(a, "home", old)
	if v == nil {
		return refused
	}
	switch hash := a.text("hash"); {
	case s.user(user) == nil:
		return fail("user_not_found")
	case hash != "" && (old == nil || hash != old.Hash):
		return fail("hash_conflict")
	}
	if old == nil {
		v.ID, v.User, v.Hash = "V"+randomDigits(10), user, s.newHash()
		v.RootID = v.ID
		v.giveIDs()
		s.homes[user] = v
		s.wake()
		return s.shown(v)
	}
	s.replace(old, v)
	return s.shown(old)
}

// readView judges a view that a call brings; nil with the refusal. It may
// share its external_id with old, the one it replaces.
func (s *Server) readView(a args, kind string, old *view) (*view, answer) {
	raw := []byte(a.text("view"))
	if len(raw) > maxView {
		return nil, fail("view_too_large")
	}
	v, refusal := s.parseView(raw, kind)
	if refusal != nil {
		return nil, fail("invalid_arguments", refusal.messages()...)
	}
	if v.ExternalID != "" {
		if same := s.anyView("", v.ExternalID); same != nil && same != old {
			return nil, fail("duplicate_external_id")
		}
	}
	return v, answer{}
}

func (s *Server) parseView(raw []byte, kind string) (*view, *Refusal) {
	var sent map[string]any
	if json.Unmarshal(raw, &sent) != nil {
		return nil, &Refusal{"invalid_arguments", []BlockFault{{"/view", "must provide an object"}}}
	}
	refusal := checkView(raw)
	if refusal == nil && member(sent, "type") != kind {
		refusal = &Refusal{"invalid_arguments", []BlockFault{{"/type", "must be " + kind}}}
	}
	if refusal == nil {
		refusal = s.refusePictures(sent["blocks"], "/blocks")
	}
	if refusal != nil {
		for i := range refusal.Faults {
			refusal.Faults[i].Pointer = "/view" + refusal.Faults[i].Pointer
		}
		return nil, refusal
	}
	text := func(name string) string {
		o, _ := sent[name].(map[string]any)
		return member(o, "text")
	}
	v := &view{sent: sent, View: View{
		Type: kind, CallbackID: member(sent, "callback_id"), ExternalID: member(sent, "external_id"),
		PrivateMetadata: member(sent, "private_metadata"),
		Title:           text("title"), Submit: text("submit"), Close: text("close"),
		NotifyOnClose: sent["notify_on_close"] == true, ClearOnClose: sent["clear_on_close"] == true,
	}}
	var parts struct{ Blocks json.RawMessage }
	if err := json.Unmarshal(raw, &parts); err != nil {
		panic(err) // it was JSON before
	}
	v.Blocks = parts.Blocks
	return v, nil
}
