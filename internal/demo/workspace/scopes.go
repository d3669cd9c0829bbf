package workspace

import (
	"maps"
	"slices"
	"strings"
)

// accepted are the scopes of each method: any one of them will do. A method
// that is not here asks for none, or depends on what it is called for.
var accepted = map[string][]string{
	"chat.delete":                  {"chat:write"},
	"chat.postEphemeral":           {"chat:write"},
	"chat.postMessage":             {"chat:write"},
	"chat.update":                  {"chat:write"},
	"conversations.join":           {"channels:join"},
	"conversations.open":           {"im:write"},
	"files.completeUploadExternal": {"files:write"},
	"files.getUploadURLExternal":   {"files:write"},
	"files.info":                   {"files:read"},
	"reactions.add":                {"reactions:write"},
	"users.info":                   {"users:read"},
}

// byKind are the scopes to read about conversations, and the messages in them.
var byKind = map[string]struct{ about, messages string }{
	"public_channel":  {"channels:read", "channels:history"},
	"private_channel": {"groups:read", "groups:history"},
	"im":              {"im:read", "im:history"},
}

// everyScope is what the methods here ask for, and what slash commands and
// posts in public channels do.
func everyScope() []string {
	all := []string{"commands", "chat:write.public"}
	for _, scopes := range accepted {
		all = append(all, scopes...)
	}
	for kind := range maps.Values(byKind) {
		all = append(all, kind.about, kind.messages)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// needed is the scope that the token lacks for a call; "" is none.
func (s *Server) needed(method string, a args) string {
	lacks := func(scope string) bool { return scope != "" && !slices.Contains(s.options.Scopes, scope) }
	for _, scope := range accepted[method] {
		if lacks(scope) {
			return scope
		}
	}
	var kinds []string
	switch method {
	case "conversations.history", "conversations.replies", "conversations.info":
		if c := s.channel(a.text("channel")); c != nil {
			kinds = []string{c.kind()}
		}
	case "conversations.list":
		kinds = a.kinds()
	}
	for _, kind := range kinds {
		scope := byKind[kind].about
		if method == "conversations.history" || method == "conversations.replies" {
			scope = byKind[kind].messages
		}
		if lacks(scope) {
			return scope
		}
	}
	return ""
}

// refuseScope answers a call that its token has no scope for.
func (s *Server) refuseScope(needed string) answer {
	refused := fail("missing_scope")
	refused.body["needed"], refused.body["provided"] = needed, s.scopes()
	return refused
}

func (s *Server) scopes() string { return strings.Join(s.options.Scopes, ",") }
