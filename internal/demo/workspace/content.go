package workspace

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// Limits of a message apart from its blocks, from Slack's reference; the
// metadata's is what the field has measured.
const (
	maxText     = 40_000 // characters; what is over is cut off, without an error
	maxEditText = 4_000  // characters; chat.update refuses more
	maxMetadata = 8_192  // bytes of JSON
	maxAltText  = 1_000  // characters of a file's alt_txt
)

// draft reads and judges what a message says: text, blocks, metadata.
func (s *Server) draft(a args) (Message, *Refusal) {
	m := Message{Text: cutText(a.text("text"))}
	if a.has("blocks") {
		blocks, refusal := s.readBlocks([]byte(a.text("blocks")), true)
		if refusal != nil {
			return m, refusal
		}
		m.Blocks = blocks
	}
	if strings.TrimSpace(m.Text) == "" && m.Blocks == nil {
		return m, &Refusal{Code: "no_text"}
	}
	if a.has("metadata") {
		metadata, word := readMetadata([]byte(a.text("metadata")))
		if word != "" {
			return m, &Refusal{Code: word}
		}
		m.Metadata = metadata
	}
	return m, nil
}

func cutText(text string) string {
	if r := []rune(text); len(r) > maxText {
		return string(r[:maxText])
	}
	return text
}

// readBlocks judges blocks by Block Kit alone and keeps them as they were sent; none are nil.
func readBlocks(raw []byte) (json.RawMessage, *Refusal) {
	if len(bytes.TrimSpace(raw)) == 0 || string(raw) == "null" {
		return nil, nil
	}
	blocks, refusal := checkMessage(raw)
	if refusal != nil || len(blocks) == 0 {
		return nil, refusal
	}
	return json.RawMessage(bytes.Clone(raw)), nil
}

var eventType = regexp.MustCompile(`^[a-zA-Z0-9_.]+$`)

// readMetadata judges metadata; an empty object is nil, for it removes what is there.
func readMetadata(raw []byte) (*Metadata, string) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, "invalid_metadata_format"
	}
	if len(raw) > maxMetadata {
		return nil, "metadata_too_large"
	}
	if len(fields) == 0 {
		return nil, ""
	}
	var m Metadata
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, "invalid_metadata_format"
	}
	if !eventType.MatchString(m.EventType) || m.EventPayload == nil {
		return nil, "invalid_metadata_format"
	}
	for _, v := range m.EventPayload {
		if !flat(v, 1) {
			return nil, "invalid_metadata_schema"
		}
	}
	return &m, ""
}

// flat holds of a string, number or truth value, and of lists and objects of
// those, nested no more than depth deep.
func flat(v any, depth int) bool {
	switch v := v.(type) {
	case []any:
		return depth > 0 && !slices.ContainsFunc(v, func(e any) bool { return !flat(e, depth-1) })
	case map[string]any:
		for _, e := range v {
			if depth == 0 || !flat(e, depth-1) {
				return false
			}
		}
		return depth > 0
	}
	return v != nil
}

func (r *Refusal) answer() answer {
	refused := fail(r.Code, r.messages()...)
	if len(r.Faults) > 0 {
		refused.body["errors"] = r.plain()
	}
	return refused
}

// CheckBlocks holds a message's blocks, a JSON array, against every limit of
// the workspace; its error is a *Refusal.
func CheckBlocks(blocks json.RawMessage) error {
	if _, refusal := checkMessage(blocks); refusal != nil {
		return refusal
	}
	return nil
}
