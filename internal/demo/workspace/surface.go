package workspace

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// widget is something a person can press, choose from or fill in.
type widget struct {
	block   map[string]any // the block it stands in
	element map[string]any
}

func (w widget) blockID() string  { return member(w.block, "block_id") }
func (w widget) actionID() string { return member(w.element, "action_id") }
func (w widget) kind() string     { return member(w.element, "type") }

func member(o map[string]any, name string) string {
	text, _ := o[name].(string)
	return text
}

// surface is the blocks of a message or a view as a client has them: Slack
// gives an id to each block and control that came without one.
func surface(raw json.RawMessage, seed string) (blocks []any, widgets []widget) {
	if len(raw) == 0 || json.Unmarshal(raw, &blocks) != nil {
		return nil, nil
	}
	given := 0
	id := func(o map[string]any, name string) {
		given++
		if member(o, name) == "" {
			sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", seed, given))
			o[name] = hex.EncodeToString(sum[:3])
		}
	}
	for _, b := range blocks {
		block, ok := b.(map[string]any)
		if !ok {
			continue
		}
		id(block, "block_id")
		eachWidget(block, block, func(w widget) {
			id(w.element, "action_id")
			widgets = append(widgets, w)
		})
	}
	return blocks, widgets
}

// eachWidget looks for controls wherever blocks hold them: in accessories,
// rows of actions, cards, table cells, inputs and blocks inside of blocks.
func eachWidget(value any, block map[string]any, found func(widget)) {
	switch v := value.(type) {
	case []any:
		for _, each := range v {
			eachWidget(each, block, found)
		}
	case map[string]any:
		kind := member(v, "type")
		if slices.Contains(operable, kind) {
			found(widget{block, v})
			return
		}
		if member(v, "block_id") != "" {
			block = v
		}
		for _, name := range []string{"accessory", "element", "elements", "actions", "child_blocks", "rows"} {
			eachWidget(v[name], block, found)
		}
	}
}

// operable are the kinds of element that a person does something with.
var operable = append(slices.Clone(inInput), "button", "overflow", "icon_button")

// choices are the options of a menu, those of its groups among them.
func (w widget) choices() []map[string]any {
	var all []map[string]any
	add := func(list any) {
		options, _ := list.([]any)
		for _, o := range options {
			if option, ok := o.(map[string]any); ok {
				all = append(all, option)
			}
		}
	}
	add(w.element["options"])
	groups, _ := w.element["option_groups"].([]any)
	for _, g := range groups {
		if group, ok := g.(map[string]any); ok {
			add(group["options"])
		}
	}
	return all
}

// slots are the members that hold the value of an element, with where its
// first value comes from. What is not here has no value.
var slots = map[string]struct{ holds, initial string }{
	"plain_text_input":     {"value", "initial_value"},
	"email_text_input":     {"value", "initial_value"},
	"url_text_input":       {"value", "initial_value"},
	"number_input":         {"value", "initial_value"},
	"static_select":        {"selected_option", "initial_option"},
	"external_select":      {"selected_option", "initial_option"},
	"radio_buttons":        {"selected_option", "initial_option"},
	"multi_static_select":  {"selected_options", "initial_options"},
	"checkboxes":           {"selected_options", "initial_options"},
	"users_select":         {"selected_user", "initial_user"},
	"channels_select":      {"selected_channel", "initial_channel"},
	"conversations_select": {"selected_conversation", "initial_conversation"},
	"datepicker":           {"selected_date", "initial_date"},
	"timepicker":           {"selected_time", "initial_time"},
	"datetimepicker":       {"selected_date_time", "initial_date_time"},
}

// initial is the value of an element that nobody has touched.
func (w widget) initial() any {
	slot := slots[w.kind()]
	if v, set := w.element[slot.initial]; set {
		return v
	}
	if slot.holds == "selected_options" {
		return []any{}
	}
	return nil
}

// chosen is the value that a text stands for: the text itself, or the option
// with that value. Where several may be chosen, commas are between them.
func (w widget) chosen(text string) (any, error) {
	holds := slots[w.kind()].holds
	if w.kind() == "overflow" {
		holds = "selected_option"
	}
	switch {
	case holds == "":
		return nil, fmt.Errorf("a %s has no value to choose", w.kind())
	case holds == "selected_options":
		chosen := []any{}
		for _, value := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' }) {
			option, err := w.option(value)
			if err != nil {
				return nil, err
			}
			chosen = append(chosen, option)
		}
		return chosen, nil
	case text == "" && w.kind() != "overflow":
		return nil, nil
	case holds == "selected_option":
		return w.option(text)
	case holds == "selected_date_time":
		return strconv.ParseInt(text, 10, 64)
	}
	return text, nil
}

func (w widget) option(value string) (any, error) {
	for _, option := range w.choices() {
		if member(option, "value") == value {
			return option, nil
		}
	}
	return nil, fmt.Errorf("%q has no option %q", w.actionID(), value)
}

// values is the state of all elements that have one, with what was filled in.
func values(widgets []widget, filled map[string]any) map[string]any {
	state := map[string]any{}
	for _, w := range widgets {
		slot, holds := slots[w.kind()]
		if !holds {
			continue
		}
		value, touched := filled[w.actionID()]
		if !touched {
			value = w.initial()
		}
		in, _ := state[w.blockID()].(map[string]any)
		if in == nil {
			in = map[string]any{}
			state[w.blockID()] = in
		}
		in[w.actionID()] = map[string]any{"type": w.kind(), slot.holds: value}
	}
	return map[string]any{"values": state}
}
