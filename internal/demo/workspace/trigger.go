package workspace

import "time"

// trigger allows one modal, for a moment, because a person did something.
type trigger struct {
	user string
	view string // the modal in which it happened; "" is outside of modals
	born time.Time
	used bool
}

// newTrigger is a trigger_id of Slack's form, whose last part cannot be guessed.
func (s *Server) newTrigger(user, view string) string {
	id := randomDigits(13) + "." + randomDigits(13) + "." + randomHex(16)
	s.triggers[id] = &trigger{user: user, view: view, born: s.options.Now()}
	return id
}

// exchange uses a trigger up, or says why it opens nothing.
func (s *Server) exchange(id string) (*trigger, string) {
	t := s.triggers[id]
	switch {
	case t == nil:
		return nil, "invalid_trigger_id"
	case t.used:
		return nil, "exchanged_trigger_id"
	case s.options.Now().Sub(t.born) > s.options.TriggerLimit:
		return nil, "expired_trigger_id"
	}
	t.used = true
	return t, ""
}
