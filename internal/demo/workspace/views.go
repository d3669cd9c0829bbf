package workspace

import (
	"encoding/json"
	"slices"
	"strings"
)

const (
	maxView   = 250_000 // bytes of JSON
	mostViews = 3       // in a stack of modals
)

// View is a modal or a home tab as its person sees it now.
type View struct {
	ID   string
	User string
	Type string // modal or home
	// What the bot gave it, for itself.
	CallbackID, ExternalID, PrivateMetadata string
	// Hash changes with every change of the view.
	Hash string
	// The words of a modal; a modal without Submit cannot be submitted.
	Title, Submit, Close string
	Blocks               json.RawMessage // every block and control has its id
	NotifyOnClose        bool
	ClearOnClose         bool
	RootID               string // the lowest view of its stack
	PreviousID           string // the view below; "" is none
	// Errors are what is wrong with the last submission, by block_id.
	Errors map[string]string
	// Warning is what Slack says because the bot failed; "" is nothing.
	Warning string
}

type view struct {
	View
	sent map[string]any
}

// Views are a person's open modals, the top last.
func (s *Server) Views(user string) []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	var open []View
	for _, v := range s.modals[user] {
		open = append(open, v.View)
	}
	return open
}

// HomeOf is a person's home tab; false while the bot has published none.
func (s *Server) HomeOf(user string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.homes[user]; v != nil {
		return v.View, true
	}
	return View{}, false
}

// ViewText is a view as plain text for a terminal.
func ViewText(v View) string {
	return join("\n\n", printable(v.Title), Text(Message{Blocks: v.Blocks}))
}

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

// push puts a view on top of a person's stack.
func (s *Server) push(user string, v *view) {
	v.ID, v.User, v.Hash = "V"+randomDigits(10), user, s.newHash()
	v.RootID = v.ID
	if stack := s.modals[user]; len(stack) > 0 {
		v.RootID, v.PreviousID = stack[0].ID, stack[len(stack)-1].ID
	}
	v.giveIDs()
	s.modals[user] = append(s.modals[user], v)
	s.wake()
}

// replace gives a view new contents; it stays where it is.
func (s *Server) replace(old, v *view) {
	v.ID, v.User, v.RootID, v.PreviousID, v.Hash = old.ID, old.User, old.RootID, old.PreviousID, s.newHash()
	v.giveIDs()
	*old = *v
	s.wake()
}

func (v *view) giveIDs() {
	blocks, _ := surface(v.Blocks, v.ID)
	v.sent["blocks"] = blocks
	text, err := json.Marshal(blocks)
	if err != nil {
		panic(err) // it was JSON before
	}
	v.Blocks = text
}

// shown answers with a view.
func (s *Server) shown(v *view) answer {
	return succeed(map[string]any{"view": s.viewWire(v)})
}

func (s *Server) newHash() string {
	whole, _, _ := strings.Cut(s.nextTS(), ".")
	return whole + "." + randomHex(4)
}

// viewWire is a view as the Web API and payloads give it.
func (s *Server) viewWire(v *view) map[string]any {
	_, widgets := surface(v.Blocks, v.ID)
	w := map[string]any{
		"id": v.ID, "team_id": s.options.TeamID, "type": v.Type, "hash": v.Hash, "blocks": v.sent["blocks"],
		"private_metadata": v.PrivateMetadata, "callback_id": v.CallbackID, "external_id": v.ExternalID,
		"title": v.sent["title"], "submit": v.sent["submit"], "close": v.sent["close"],
		"clear_on_close": v.ClearOnClose, "notify_on_close": v.NotifyOnClose,
		"root_view_id": v.RootID, "previous_view_id": nil, "state": values(widgets, nil),
		"app_id": AppID, "bot_id": BotID, "app_installed_team_id": s.options.TeamID,
	}
	if v.PreviousID != "" {
		w["previous_view_id"] = v.PreviousID
	}
	return w
}

// modal is one of a person's open modals.
func (s *Server) modal(user, id string) *view {
	if i := slices.IndexFunc(s.modals[user], func(v *view) bool { return v.ID == id }); i >= 0 {
		return s.modals[user][i]
	}
	return nil
}

// viewOf is a view that a person sees: a modal, or the home tab.
func (s *Server) viewOf(user, id string) *view {
	if home := s.homes[user]; home != nil && home.ID == id {
		return home
	}
	return s.modal(user, id)
}

// anyView finds a view by its id, or by its external id.
func (s *Server) anyView(id, external string) *view {
	is := func(v *view) bool {
		return id != "" && v.ID == id || id == "" && external != "" && v.ExternalID == external
	}
	for _, v := range s.homes {
		if is(v) {
			return v
		}
	}
	for _, stack := range s.modals {
		if i := slices.IndexFunc(stack, is); i >= 0 {
			return stack[i]
		}
	}
	return nil
}
