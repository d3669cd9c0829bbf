package workspace

import "strings"

// FindButton looks for a button by what stands on it, upper case or not, on
// the newest message that has it and that the person sees.
func (s *Server) FindButton(user, words string) (m Message, actionID string, found bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.channels {
		for _, candidate := range c.messages {
			if candidate.Ephemeral && candidate.User != user || candidate.TS < m.TS {
				continue
			}
			_, widgets := surface(candidate.Blocks, candidate.TS)
			for _, w := range widgets {
				label, _ := w.element["text"].(map[string]any)
				if w.kind() == "button" && strings.EqualFold(member(label, "text"), words) {
					m, actionID, found = candidate.Message, w.actionID(), true
					break
				}
			}
		}
	}
	return m, actionID, found
}
