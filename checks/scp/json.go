package scp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxDocument bounds a policy. AWS's own largest is a managed policy of
// about 6,144 characters and an SCP of 5,120 (said to have grown since), and
// its job-function policies are some tens of thousands: 256 KiB is beyond all.
const maxDocument = 256 << 10

// maxDepth bounds how deep the ignored parts of a document may nest.
const maxDepth = 32

// member is one key of a JSON object with its value.
type member struct {
	key   string
	value json.RawMessage
}

// syntax says where a text stops being JSON; nil where it is JSON.
func syntax(text string) error {
	if len(text) > maxDocument {
		return fmt.Errorf("the policy has %d bytes; none that AWS keeps has more than %d", len(text), maxDocument)
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("the policy is empty")
	}
	if !utf8.ValidString(text) {
		return errors.New("the policy is not UTF-8 text")
	}
	var any json.RawMessage
	err := json.Unmarshal([]byte(text), &any)
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		before := text[:min(int(wrong.Offset), len(text))]
		line := strings.Count(before, "\n") + 1
		column := utf8.RuneCountInString(before[strings.LastIndex(before, "\n")+1:])
		return fmt.Errorf("the policy is not JSON: line %d, column %d: %w", line, max(column, 1), wrong)
	}
	return err
}

// object are the members of a JSON object in their order. A key that stands
// twice is an error: readers differ on which of the two counts.
func object(raw json.RawMessage) ([]member, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, fmt.Errorf("is %s, and must be an object", kind(raw))
	}
	var members []member
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string) // JSON has no other keys
		if seen[key] {
			return nil, fmt.Errorf("has %s twice", quote(key))
		}
		seen[key] = true
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		members = append(members, member{key, value})
	}
	return members, nil
}

// list are the elements of an array, or the one value that stands without.
func list(raw json.RawMessage) ([]json.RawMessage, error) {
	if kind(raw) != "an array" {
		return []json.RawMessage{raw}, nil
	}
	var all []json.RawMessage
	err := json.Unmarshal(raw, &all)
	return all, err
}

// text is a JSON string.
func text(raw json.RawMessage) (string, error) {
	var s string
	if kind(raw) != "a string" {
		return "", fmt.Errorf("is %s, and must be a string", kind(raw))
	}
	err := json.Unmarshal(raw, &s)
	return s, err
}

// texts are a string or an array of strings, at least one.
func texts(raw json.RawMessage) ([]string, error) { return values(raw, text) }

// scalar is a value of a condition: a string, a number or a boolean, as text.
func scalar(raw json.RawMessage) (string, error) {
	switch kind(raw) {
	case "a string":
		return text(raw)
	case "a number", "a boolean":
		return string(bytes.TrimSpace(raw)), nil
	}
	return "", fmt.Errorf("is %s, and must be a string, a number or a boolean", kind(raw))
}

func scalars(raw json.RawMessage) ([]string, error) { return values(raw, scalar) }

func values(raw json.RawMessage, one func(json.RawMessage) (string, error)) ([]string, error) {
	elements, err := list(raw)
	if err != nil {
		return nil, err
	}
	if len(elements) == 0 {
		return nil, errors.New("is empty")
	}
	all := make([]string, len(elements))
	for i, element := range elements {
		if all[i], err = one(element); err != nil {
			if kind(raw) == "an array" {
				return nil, fmt.Errorf("[%d] %w", i+1, err)
			}
			return nil, err
		}
	}
	return all, nil
}

// flat refuses duplicate keys and depth in a part of a document that is
// otherwise ignored.
func flat(raw json.RawMessage, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("nests deeper than %d", maxDepth)
	}
	switch kind(raw) {
	case "an object":
		members, err := object(raw)
		if err != nil {
			return err
		}
		for _, m := range members {
			if err := flat(m.value, depth+1); err != nil {
				return fmt.Errorf("%s %w", quote(m.key), err)
			}
		}
	case "an array":
		elements, err := list(raw)
		if err != nil {
			return err
		}
		for _, element := range elements {
			if err := flat(element, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// kind names what a JSON value is.
func kind(raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return "nothing"
	}
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}

// quote repeats a stranger's text, cut short.
func quote(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "..."
	}
	return fmt.Sprintf("%q", s)
}
