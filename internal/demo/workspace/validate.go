package workspace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Refusal is why Slack would not take a message: its error word, and for
// blocks what is wrong where.
type Refusal struct {
	Code   string
	Faults []BlockFault
}

func (r *Refusal) Error() string {
	return strings.Join(append([]string{r.Code}, r.plain()...), "; ")
}

func (r *Refusal) plain() []string {
	var lines []string
	for _, f := range r.Faults {
		lines = append(lines, fmt.Sprintf("%s [json-pointer:%s]", f.Message, f.Pointer))
	}
	return lines
}

func (r *Refusal) messages() []string {
	lines := r.plain()
	for i := range lines {
		lines[i] = "[ERROR] " + lines[i]
	}
	return lines
}

// checkMessage reads a message's blocks and holds them against all limits.
func checkMessage(raw []byte) ([]any, *Refusal) {
	var list []any
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, &Refusal{Code: "invalid_blocks_format"}
	}
	if refusal := checkBlocks(messageBlocks, list, "/blocks"); refusal != nil {
		return nil, refusal
	}
	if characters(list) > messageContent {
		return nil, &Refusal{Code: "msg_blocks_too_long"}
	}
	return list, nil
}

// checkBlocks holds blocks against the limits of each and of all together.
func checkBlocks(kinds map[string]check, list []any, at string) *Refusal {
	k := &checker{blocks: kinds}
	if most := int(boundOf("message.blocks").most); len(list) > most {
		k.fault(at, "no more than %d items allowed", most)
	}
	for i, b := range list {
		byType(kinds)(k, at+"/"+strconv.Itoa(i), b)
	}
	k.together(at, list)
	if len(k.faults) > 0 {
		return sorted("invalid_blocks", k.faults)
	}
	if second := nth(list, 2, "table", "data_table"); second >= 0 {
		return &Refusal{"invalid_attachments", []BlockFault{{at + "/" + strconv.Itoa(second), "only_one_table_allowed"}}}
	}
	return nil
}

// together judges what no block can see alone.
func (k *checker) together(at string, list []any) {
	seen, markdown := map[string]bool{}, 0
	for i, b := range list {
		o, _ := b.(map[string]any)
		if id, _ := o["block_id"].(string); id != "" {
			if seen[id] {
				k.fault(at+"/"+strconv.Itoa(i)+"/block_id", "block_id %q already exists in this message", id)
			}
			seen[id] = true
		}
		if o["type"] == "markdown" {
			markdown += textLength(o)
		}
	}
	if markdown > markdownContent {
		k.fault(at, "must be less than %d characters in all markdown blocks", markdownContent+1)
	}
	if third := nth(list, maxCharts+1, "data_visualization"); third >= 0 {
		k.fault(at+"/"+strconv.Itoa(third), "no more than %d data_visualization blocks allowed", maxCharts)
	}
}

// nth is the index of the nth block of these kinds, from 1; -1: there are fewer.
func nth(list []any, n int, kinds ...string) int {
	for i, b := range list {
		o, _ := b.(map[string]any)
		kind, _ := o["type"].(string)
		if slices.Contains(kinds, kind) {
			if n--; n == 0 {
				return i
			}
		}
	}
	return -1
}

func sorted(code string, faults []BlockFault) *Refusal {
	slices.SortStableFunc(faults, func(a, b BlockFault) int {
		return strings.Compare(a.Pointer+a.Message, b.Pointer+b.Message)
	})
	return &Refusal{code, faults}
}

// characters counts blocks as compact JSON.
func characters(list []any) int {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(list); err != nil {
		panic(err) // it was JSON before
	}
	return utf8.RuneCount(bytes.TrimSpace(text.Bytes()))
}

// blocksValidate is Slack's own checker: exactly one of blocks, message, view.
func (s *Server) blocksValidate(a args) answer {
	var given []string
	for _, name := range []string{"blocks", "message", "view"} {
		if a.has(name) {
			given = append(given, name)
		}
	}
	if len(given) != 1 {
		return fail("invalid_arguments", "must provide exactly one of `blocks`, `view`, or `message`")
	}
	raw := []byte(a.text(given[0]))
	var refusal *Refusal
	switch given[0] {
	case "blocks":
		var list []any
		if json.Unmarshal(raw, &list) != nil {
			return fail("invalid_blocks")
		}
		refusal = checkBlocks(blocks, list, "") // wherever they may be meant for
	case "message":
		var message struct{ Blocks []any }
		if json.Unmarshal(raw, &message) != nil {
			return fail("invalid_message")
		}
		refusal = checkBlocks(messageBlocks, message.Blocks, "/blocks")
	case "view":
		refusal = checkView(raw)
	}
	if refusal == nil {
		return succeed(map[string]any{})
	}
	refused := fail("invalid_" + given[0])
	var errors []any
	for _, f := range refusal.Faults {
		errors = append(errors, map[string]any{"pointer": f.Pointer, "code": "failed_constraint", "message": f.Message})
	}
	refused.body["errors"] = errors
	return refused
}

func checkView(raw []byte) *Refusal {
	k := &checker{blocks: modalBlocks}
	var view any
	if json.Unmarshal(raw, &view) != nil {
		return &Refusal{Code: "invalid_view"}
	}
	byType(views)(k, "", view)
	if o, _ := view.(map[string]any); o != nil {
		list, _ := o["blocks"].([]any)
		k.together("/blocks", list)
	}
	if len(k.faults) == 0 {
		return nil
	}
	return sorted("invalid_view", k.faults)
}
