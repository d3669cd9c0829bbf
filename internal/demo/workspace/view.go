package workspace

import (
	"encoding/json"
	"slices"
	"strings"
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
