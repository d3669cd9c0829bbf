package workspace

import (
	"slices"

	"golang.org/x/time/rate"
)

// What follows expects s.mu to be held, but for tell.

func (s *Server) snapshot() []Message {
	var all []Message
	for _, c := range s.channels {
		all = append(all, c.seen()...)
	}
	slices.SortFunc(all, func(a, b Message) int { return compareTS(a.TS, b.TS) })
	return all
}

func (c *conversation) seen() []Message {
	var seen []Message
	for _, m := range c.messages {
		shown := m.Message
		shown.Reactions = slices.Clone(m.reactions)
		seen = append(seen, shown)
	}
	return seen
}

func (s *Server) open(c Channel, person string) *conversation {
	opened := &conversation{Channel: c, person: person}
	if r := s.options.PostsPerSecond; r > 0 {
		opened.limiter = rate.NewLimiter(rate.Limit(r), max(1, int(r)))
	}
	s.channels = append(s.channels, opened)
	return opened
}

func (s *Server) add(c *conversation, m Message) *stored {
	m.Channel, m.TS, m.Posts = c.ID, s.nextTS(), 1
	added := &stored{Message: m}
	c.messages = append(c.messages, added)
	return added
}

// accept logs a write that has been applied and wakes who waits.
func (s *Server) accept(method string, m *stored) *Post {
	p := Post{Method: method, Channel: m.Channel, TS: m.TS, Key: m.Metadata.key(), At: s.options.Now()}
	s.posts = append(s.posts, p)
	s.wake()
	return &p
}

func (s *Server) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
	for subscriber := range s.subscribers {
		select {
		case subscriber <- struct{}{}:
		default: // it has yet to look at the change before
		}
	}
}

func (m *Metadata) key() string {
	if m == nil {
		return ""
	}
	for _, name := range []string{"dedupe_key", "key"} {
		if key, ok := m.EventPayload[name].(string); ok {
			return key
		}
	}
	return ""
}

// tell runs the hook, without the lock.
func (s *Server) tell(p *Post) {
	s.mu.Lock()
	hook := s.hook
	s.mu.Unlock()
	if p != nil && hook != nil {
		hook(*p)
	}
}
