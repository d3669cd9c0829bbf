package workspace

import (
	"slices"
	"unicode/utf8"
)

func (s *Server) chatPostMessage(a args) answer {
	c, word := s.writable(a.text("channel"), true)
	if word != "" {
		return fail(word)
	}
	m, refusal := s.draft(a)
	if refusal != nil {
		return refusal.answer()
	}
	m.ThreadTS = a.text("thread_ts")
	if m.ThreadTS != "" && c.find(m.ThreadTS) == nil {
		return fail("thread_not_found")
	}
	if refused, limited := s.tooFast(c); limited {
		return refused
	}
	m.User = BotUser
	added := s.add(c, m)
	added.broadcast = m.ThreadTS != "" && a.yes("reply_broadcast")
	done := succeed(map[string]any{"channel": c.ID, "ts": added.TS, "message": s.wire(c, added, true)})
	done.post = s.accept("chat.postMessage", added)
	return done
}

func (s *Server) chatPostEphemeral(a args) answer {
	c, word := s.writable(a.text("channel"), false)
	if word != "" {
		return fail(word)
	}
	if s.user(a.text("user")) == nil {
		return fail("user_not_in_channel")
	}
	m, refusal := s.draft(a)
	if refusal != nil {
		return refusal.answer()
	}
	if refused, limited := s.tooFast(c); limited {
		return refused
	}
	m.User, m.Ephemeral, m.ThreadTS, m.Metadata = a.text("user"), true, a.text("thread_ts"), nil
	added := s.add(c, m)
	done := succeed(map[string]any{"message_ts": added.TS})
	done.post = s.accept("chat.postEphemeral", added)
	return done
}

func (s *Server) chatUpdate(a args) answer {
	c, word := s.writable(a.text("channel"), false)
	if word != "" {
		return fail(word)
	}
	m := c.find(a.text("ts"))
	switch {
	case m == nil:
		return fail("message_not_found")
	case m.User != BotUser:
		return fail("cant_update_message")
	}
	next, refusal := s.draft(a)
	if refusal != nil {
		return refusal.answer()
	}
	if utf8.RuneCountInString(next.Text) > maxEditText {
		return fail("msg_too_long")
	}
	m.revise(next, a.has("text"), a.has("blocks"))
	if !a.has("blocks") {
		m.marked = s.nextTS()
	}
	if a.has("metadata") {
		m.Metadata = next.Metadata
	}
	done := succeed(map[string]any{"channel": c.ID, "ts": m.TS, "text": m.Text, "message": s.wire(c, m, true)})
	done.post = s.accept("chat.update", m)
	return done
}

// revise applies an edit as Slack documents it: text alone drops the blocks,
// blocks alone keep the text.
func (m *stored) revise(next Message, text, blocks bool) {
	if text {
		m.Text = next.Text
	}
	if text || blocks {
		m.Blocks = next.Blocks
	}
	m.Edited++
	m.Posts++
}

func (s *Server) chatDelete(a args) answer {
	c, word := s.writable(a.text("channel"), false)
	if word != "" {
		return fail(word)
	}
	m := c.find(a.text("ts"))
	switch {
	case m == nil:
		return fail("message_not_found")
	case m.User != BotUser:
		return fail("cant_delete_message")
	}
	c.remove(m)
	done := succeed(map[string]any{"channel": c.ID, "ts": m.TS})
	done.post = s.accept("chat.delete", m)
	return done
}

func (c *conversation) remove(m *stored) {
	c.messages = slices.DeleteFunc(c.messages, func(o *stored) bool { return o == m })
}

// writable is the channel that a call names, or the word for why the bot may
// not write there. With names it may be a channel's name or a person's id,
// which opens a direct message.
func (s *Server) writable(id string, names bool) (*conversation, string) {
	c := s.channel(id)
	if c == nil && names {
		c = s.named(id)
	}
	switch {
	case c == nil || c.Private && c.NotMember:
		return nil, "channel_not_found"
	case c.Archived:
		return nil, "is_archived"
	case c.NotMember && !slices.Contains(s.options.Scopes, "chat:write.public"):
		return nil, "not_in_channel"
	}
	return c, ""
}

// tooFast refuses a message over Options.PostsPerSecond.
func (s *Server) tooFast(c *conversation) (answer, bool) {
	if c.limiter == nil {
		return answer{}, false
	}
	now := s.options.Now()
	place := c.limiter.ReserveN(now, 1)
	wait := place.DelayFrom(now)
	if wait <= 0 {
		return answer{}, false
	}
	place.CancelAt(now)
	return tooMany(wait), true
}
