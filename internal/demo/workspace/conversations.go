package workspace

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// Page sizes of Slack's reference.
const (
	historyPage, historyMost = 100, 999
	repliesPage, repliesMost = 1000, 1000
	listPage, listMost       = 100, 1000
)

func (s *Server) channel(id string) *conversation {
	for _, c := range s.channels {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// named finds a channel by its name, or the direct message with a person.
func (s *Server) named(name string) *conversation {
	for _, c := range s.channels {
		if c.person == "" && c.Name == strings.TrimPrefix(name, "#") {
			return c
		}
	}
	return s.direct(name)
}

// direct is the direct message with a person, opened when there is none.
func (s *Server) direct(user string) *conversation {
	person := s.user(user)
	if person == nil {
		return nil
	}
	id := "D" + person.ID[1:]
	if c := s.channel(id); c != nil {
		return c
	}
	return s.open(Channel{ID: id, Name: person.Name}, person.ID)
}

func (s *Server) user(id string) *User {
	if i := slices.IndexFunc(s.options.Users, func(u User) bool { return u.ID == id }); i >= 0 {
		return &s.options.Users[i]
	}
	return nil
}

// find is a message that everybody sees, by its timestamp.
func (c *conversation) find(ts string) *stored {
	for _, m := range c.messages {
		if m.TS == ts && !m.Ephemeral {
			return m
		}
	}
	return nil
}

// window is the part of a conversation that a call asks for, in microseconds;
// both ends are inside.
type window struct {
	oldest, latest int64
	limit          int
}

// window reads oldest, latest, inclusive, limit and cursor, which moves the
// end that reading goes towards.
func (a args) window(standard, most int, newestFirst bool) (window, string) {
	limit, ok := a.count(standard, most)
	if !ok {
		return window{}, "invalid_limit"
	}
	w := window{oldest: 0, latest: 1 << 62, limit: limit}
	edge := int64(1)
	if a.yes("inclusive") {
		edge = 0
	}
	for name, set := range map[string]func(int64){
		"oldest": func(ts int64) { w.oldest = ts + edge },
		"latest": func(ts int64) { w.latest = ts - edge },
	} {
		if !a.has(name) || a.text(name) == "" {
			continue
		}
		ts, ok := parseTS(a.text(name))
		if !ok {
			return w, "invalid_ts_" + name
		}
		if ts > 0 {
			set(ts)
		}
	}
	if cursor := a.text("cursor"); cursor != "" {
		next, ok := readCursor(cursor)
		if !ok {
			return w, "invalid_cursor"
		}
		if newestFirst {
			w.latest = next
		} else {
			w.oldest = next
		}
	}
	return w, ""
}

func (w window) holds(m *stored) bool {
	ts, _ := parseTS(m.TS)
	return ts >= w.oldest && ts <= w.latest
}

func writeCursor(next int64) string {
	return base64.StdEncoding.EncodeToString([]byte("next_ts:" + strconv.FormatInt(next, 10)))
}

func readCursor(cursor string) (int64, bool) {
	text, err := base64.StdEncoding.DecodeString(cursor)
	if err != nil {
		return 0, false
	}
	digits, found := strings.CutPrefix(string(text), "next_ts:")
	next, err := strconv.ParseInt(digits, 10, 64)
	return next, found && err == nil
}

func (s *Server) conversationsHistory(a args) answer {
	c, word := s.readable(a.text("channel"))
	if word != "" {
		return fail(word)
	}
	w, word := a.window(historyPage, historyMost, true)
	if word != "" {
		return fail(word)
	}
	var found []*stored
	for _, m := range slices.Backward(c.messages) {
		if w.holds(m) && !m.Ephemeral && (m.ThreadTS == "" || m.ThreadTS == m.TS || m.broadcast) {
			found = append(found, m)
		}
	}
	return s.page(c, nil, found, w, a.yes("include_all_metadata"))
}

func (s *Server) conversationsReplies(a args) answer {
	c, word := s.readable(a.text("channel"))
	if word != "" {
		return fail(word)
	}
	parent := c.find(a.text("ts"))
	if parent == nil {
		return fail("thread_not_found")
	}
	w, word := a.window(repliesPage, repliesMost, false)
	if word != "" {
		return fail(word)
	}
	var found []*stored
	for _, m := range c.messages {
		if m.ThreadTS == parent.TS && m != parent && !m.Ephemeral && w.holds(m) {
			found = append(found, m)
		}
	}
	return s.page(c, parent, found, w, a.yes("include_all_metadata"))
}

// page answers with the first messages of found; first, if any, leads every page.
func (s *Server) page(c *conversation, first *stored, found []*stored, w window, metadata bool) answer {
	more := len(found) > w.limit
	next := ""
	if more {
		ts, _ := parseTS(found[w.limit].TS)
		next, found = writeCursor(ts), found[:w.limit]
	}
	if first != nil {
		found = append([]*stored{first}, found...)
	}
	messages := []any{}
	for _, m := range found {
		messages = append(messages, s.wire(c, m, metadata))
	}
	return succeed(map[string]any{
		"messages": messages, "has_more": more, "pin_count": 0,
		"response_metadata": map[string]any{"next_cursor": next},
	})
}

// wire is a message as the Web API gives it.
func (s *Server) wire(c *conversation, m *stored, metadata bool) map[string]any {
	w := map[string]any{"type": "message", "user": m.User, "text": m.Text, "ts": m.TS, "team": s.options.TeamID}
	if m.User == BotUser {
		w["bot_id"], w["app_id"] = BotID, AppID
	}
	if m.Blocks != nil {
		w["blocks"] = m.Blocks
	}
	if m.marked != "" {
		w["edited"] = map[string]any{"user": m.User, "ts": m.marked}
	}
	if metadata && m.Metadata != nil {
		w["metadata"] = m.Metadata
	}
	replies := 0
	for _, r := range c.messages {
		if r.ThreadTS == m.TS && r != m && !r.Ephemeral {
			replies, w["latest_reply"] = replies+1, r.TS
		}
	}
	if replies > 0 {
		w["thread_ts"], w["reply_count"] = m.TS, replies
	}
	if m.ThreadTS != "" {
		w["thread_ts"] = m.ThreadTS
	}
	var reactions []any
	for _, name := range m.reactions {
		reactions = append(reactions, map[string]any{"name": name, "count": 1, "users": []string{BotUser}})
	}
	if reactions != nil {
		w["reactions"] = reactions
	}
	var files []any
	for _, id := range m.Files {
		files = append(files, s.fileWire(s.files[id]))
	}
	if files != nil {
		w["files"] = files
	}
	return w
}

// readable is a channel whose messages the bot may read.
func (s *Server) readable(id string) (*conversation, string) {
	c := s.channel(id)
	switch {
	case c == nil || c.Private && c.NotMember:
		return nil, "channel_not_found"
	case c.NotMember:
		return nil, "not_in_channel"
	}
	return c, ""
}
