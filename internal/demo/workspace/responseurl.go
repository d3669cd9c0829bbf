package workspace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A response URL takes this many posts, for this long.
const (
	responseUses     = 5
	responseLifetime = 30 * time.Minute
)

// responseURL answers one command or press. Its original is the message that
// the acknowledgement made, or that was pressed; without one, replacing makes
// a new message.
type responseURL struct {
	channel      *conversation
	user         string
	born         time.Time
	uses         int
	acknowledged bool
	original     *stored
	deleted      bool // before there was an original
}

// statement is the body of an acknowledgement, or of a post to a response URL.
// Metadata is not among its fields: Slack drops it.
type statement struct {
	ResponseType    string          `json:"response_type"`
	Text            string          `json:"text"`
	Blocks          json.RawMessage `json:"blocks"`
	ThreadTS        string          `json:"thread_ts"`
	ReplaceOriginal bool            `json:"replace_original"`
	DeleteOriginal  bool            `json:"delete_original"`
}

func (s *Server) newResponseURL(c *conversation, user string) (*responseURL, string) {
	path := fmt.Sprintf("/commands/%s/%s/%s", s.options.TeamID, randomDigits(12), randomHex(12))
	u := &responseURL{channel: c, user: user, born: s.options.Now()}
	s.responses[path] = u
	return u, strings.TrimSuffix(s.baseURL, "/") + path
}

func (s *Server) serveResponseURL(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "method_not_allowed", http.StatusMethodNotAllowed)
		return
	}
	body, err := readStatement(w, r) // before a hang, which sees the client leave only then
	if err != nil {
		refuse(http.StatusBadRequest, "invalid_payload").write(w)
		return
	}
	fault := s.takeFault("response_url")
	if fault.Kind == FaultError {
		fault.wait(r)
		refuse(http.StatusNotFound, fault.Code).write(w)
		return
	}
	if fault.before(w, r) {
		return
	}
	s.mu.Lock()
	result := s.respond(r.URL.Path, body)
	s.mu.Unlock()
	s.tell(result.post)
	fault.after(w, r, result)
}

// readStatement takes JSON, also as the payload member of a form.
func readStatement(w http.ResponseWriter, r *http.Request) (statement, error) {
	var said statement
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		if err := r.ParseForm(); err != nil {
			return said, err
		}
		return said, json.Unmarshal([]byte(r.PostForm.Get("payload")), &said)
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return said, err
	}
	return said, json.Unmarshal(text, &said)
}

func refuse(status int, word string, details ...string) answer {
	refused := fail(word, details...)
	refused.status = status
	return refused
}

// respond applies a post to a response URL. A refused post is not counted.
func (s *Server) respond(path string, said statement) answer {
	u := s.responses[path]
	switch {
	case u == nil || s.options.Now().Sub(u.born) >= responseLifetime:
		return refuse(http.StatusNotFound, "expired_url")
	case u.uses >= responseUses:
		return refuse(http.StatusNotFound, "used_url")
	}
	if said.DeleteOriginal {
		u.uses++
		return answer{post: s.deleteOriginal(u)}
	}
	m, refusal := s.compose(u, said)
	if refusal != nil {
		return refuse(http.StatusBadRequest, refusal.Code, refusal.messages()...)
	}
	if u.original != nil && !slices.Contains(u.channel.messages, u.original) {
		u.original = nil // it was deleted since
	}
	early := !u.acknowledged && u.original == nil
	replaces := said.ReplaceOriginal && u.original != nil
	if !replaces {
		if refused, limited := s.tooFast(u.channel); limited {
			return refused
		}
	}
	u.uses++
	if replaces {
		u.original.revise(m, true, true)
		return answer{post: s.accept("response_url", u.original)}
	}
	added := s.add(u.channel, m)
	if said.ReplaceOriginal && early {
		u.original = added // the acknowledgement is still on its way; it is replaced already
	}
	return answer{post: s.accept("response_url", added)}
}

func (s *Server) deleteOriginal(u *responseURL) *Post {
	if u.original == nil {
		u.deleted = !u.acknowledged
		return nil
	}
	if !slices.Contains(u.channel.messages, u.original) {
		return nil // it is deleted already
	}
	u.channel.remove(u.original)
	gone := u.original
	u.original = nil
	return s.accept("response_url", gone)
}

// compose makes the message of a statement: only for the person who asked, unless
// it says in_channel.
func (s *Server) compose(u *responseURL, said statement) (Message, *Refusal) {
	m := Message{User: u.user, Ephemeral: true, Text: cutText(said.Text), ThreadTS: said.ThreadTS}
	if said.ResponseType == "in_channel" {
		m.User, m.Ephemeral = BotUser, false
	}
	blocks, refusal := s.readBlocks(said.Blocks, false)
	if refusal != nil {
		return m, refusal
	}
	m.Blocks = blocks
	if strings.TrimSpace(m.Text) == "" && blocks == nil {
		return m, &Refusal{Code: "no_text"}
	}
	return m, nil
}

// applyAck shows an acknowledgement: nothing for an empty one, else a message,
// which is the original of the command's response URL.
func (s *Server) applyAck(u *responseURL, r reply) (*Message, *Post, error) {
	body := bytes.TrimSpace(r.Body)
	if len(body) == 0 {
		return nil, nil, nil
	}
	said := statement{Text: string(body)}
	if r.kind == "application/json" {
		said = statement{}
		if err := json.Unmarshal(body, &said); err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrBadCommand, err)
		}
		if said.Text == "" && said.Blocks == nil {
			return nil, nil, nil // {"response_type":"in_channel"}: only the command is shown
		}
	}
	m, refusal := s.compose(u, said)
	if refusal != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrBadCommand, refusal)
	}
	switch {
	case u.deleted:
		return nil, nil, nil
	case u.original != nil: // it was replaced before it arrived
		u.original.Edited++
		u.original.Posts++
	default:
		u.original = s.add(u.channel, m)
	}
	shown := u.original.Message
	return &shown, s.accept("command", u.original), nil
}
