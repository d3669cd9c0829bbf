package workspace

import (
	"slices"
	"strings"
	"time"
)

// wire is a conversation as the Web API gives it.
func (c *conversation) wire() map[string]any {
	w := map[string]any{
		"id": c.ID, "is_channel": !c.Private && c.person == "", "is_group": c.Private, "is_im": c.person != "",
		"is_private": c.Private || c.person != "", "is_archived": c.Archived, "is_member": !c.NotMember,
	}
	if c.person != "" {
		w["user"] = c.person
		return w
	}
	w["name"], w["name_normalized"] = c.Name, c.Name
	return w
}

func (c *conversation) kind() string {
	switch {
	case c.person != "":
		return "im"
	case c.Private:
		return "private_channel"
	}
	return "public_channel"
}

func (s *Server) conversationsList(a args) answer {
	limit, ok := a.count(listPage, listMost)
	if !ok {
		return fail("invalid_limit")
	}
	kinds := a.kinds()
	var found []*conversation
	for _, c := range s.channels {
		hidden := c.Private && c.NotMember || c.Archived && a.yes("exclude_archived")
		if !hidden && slices.Contains(kinds, c.kind()) {
			found = append(found, c)
		}
	}
	start, ok := int64(0), true
	if cursor := a.text("cursor"); cursor != "" {
		start, ok = readCursor(cursor)
	}
	if !ok || start < 0 || start > int64(len(found)) {
		return fail("invalid_cursor")
	}
	next := ""
	found = found[start:]
	if len(found) > limit {
		next, found = writeCursor(start+int64(limit)), found[:limit]
	}
	channels := []any{}
	for _, c := range found {
		channels = append(channels, c.wire())
	}
	return succeed(map[string]any{"channels": channels, "response_metadata": map[string]any{"next_cursor": next}})
}

// kinds are the types of conversation that a call asks for.
func (a args) kinds() []string {
	if a.has("types") {
		return strings.Split(a.text("types"), ",")
	}
	return []string{"public_channel"}
}

// conversationsOpen opens the direct message with one person.
func (s *Server) conversationsOpen(a args) answer {
	c := s.channel(a.text("channel"))
	if a.text("channel") == "" {
		c = s.direct(a.text("users"))
	}
	switch {
	case c == nil && a.text("channel") != "":
		return fail("channel_not_found")
	case c == nil && a.text("users") == "":
		return fail("users_list_not_supplied")
	case c == nil && strings.Contains(a.text("users"), ","):
		return fail("method_not_supported_for_channel_type", "[ERROR] conversations of several people are not emulated")
	case c == nil:
		return fail("user_not_found")
	case c.person == "":
		return fail("method_not_supported_for_channel_type")
	}
	return succeed(map[string]any{"channel": c.wire()})
}

func (s *Server) conversationsInfo(a args) answer {
	c := s.channel(a.text("channel"))
	if c == nil || c.Private && c.NotMember {
		return fail("channel_not_found")
	}
	w := c.wire()
	if a.yes("include_num_members") {
		w["num_members"] = len(s.options.Users)
	}
	return succeed(map[string]any{"channel": w})
}

func (s *Server) conversationsJoin(a args) answer {
	c := s.channel(a.text("channel"))
	switch {
	case c == nil || c.Private && c.NotMember:
		return fail("channel_not_found")
	case c.kind() != "public_channel":
		return fail("method_not_supported_for_channel_type")
	case c.Archived:
		return fail("is_archived")
	case c.NotMember:
		c.NotMember = false
		return succeed(map[string]any{"channel": c.wire()})
	}
	return succeed(map[string]any{
		"channel": c.wire(), "warning": "already_in_channel",
		"response_metadata": map[string]any{"warnings": []string{"already_in_channel"}},
	})
}

func (s *Server) usersInfo(a args) answer {
	id := a.text("user")
	known, bot := s.user(id), false
	if id == BotUser {
		known, bot = &User{ID: BotUser, Name: "rootwatch"}, true
	}
	if known == nil {
		return fail("user_not_found")
	}
	zone, err := time.LoadLocation(known.TZ)
	if err != nil {
		zone = time.UTC
	}
	_, offset := s.options.Now().In(zone).Zone()
	return succeed(map[string]any{"user": map[string]any{
		"id": known.ID, "team_id": s.options.TeamID, "name": known.Name, "real_name": known.Name,
		"is_bot": bot, "deleted": false, "tz": zone.String(), "tz_offset": offset, "locale": "en-US",
		"profile": map[string]any{"display_name": known.Name, "real_name": known.Name},
	}})
}

func (s *Server) reactionsAdd(a args) answer {
	c, word := s.writable(a.text("channel"), false)
	if word != "" {
		return fail(word)
	}
	name := a.text("name")
	if name == "" {
		return fail("invalid_name")
	}
	m := c.find(a.text("timestamp"))
	switch {
	case m == nil:
		return fail("message_not_found")
	case slices.Contains(m.reactions, name):
		return fail("already_reacted")
	}
	m.reactions = append(m.reactions, name)
	done := succeed(map[string]any{})
	done.post = s.accept("reactions.add", m)
	return done
}
