package scp

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Document is an IAM policy as it is written, decoded and not yet judged.
type Document struct {
	Version    string // "" where it is not said, which means 2008-10-17
	Statements []Statement
}

// Statement is one statement of a policy.
type Statement struct {
	Number    int    // its place, from 1
	Sid       string // "" where it has none
	Deny      bool
	Actions   []string // as written
	NotAction bool     // every action but these
	Resources []string
	// NotResource is every resource but these.
	NotResource bool
	Conditions  []Condition
	// Principal is the element of that name, if there is one; identity
	// policies and service control policies have none, and it is not judged.
	Principal string
}

// Condition is one key of one operator: the key's values are alternatives.
type Condition struct {
	Operator string // as written, such as ForAnyValue:StringLikeIfExists
	Key      string
	Values   []string
}

// Name is how a statement is called: its Sid, or #n where it has none.
func (s Statement) Name() string {
	if s.Sid != "" {
		return s.Sid
	}
	return fmt.Sprintf("#%d", s.Number)
}

// The versions of the policy language. Policy variables work in the newer alone.
const (
	versionNew = "2012-10-17"
	versionOld = "2008-10-17"
)

// Parse reads a policy of any kind: one statement or several, each element
// once and of its type. What AWS would not have kept is an error that names
// the statement and the element, so that nothing is judged by half.
func Parse(policy string) (Document, error) {
	if err := syntax(policy); err != nil {
		return Document{}, err
	}
	members, err := object(json.RawMessage(policy))
	if err != nil {
		return Document{}, fmt.Errorf("the policy %w", err)
	}
	var d Document
	stated := false
	for _, m := range members {
		switch m.key {
		case "Version":
			d.Version, err = text(m.value)
			if err == nil && d.Version != versionNew && d.Version != versionOld {
				err = fmt.Errorf("is %s; there are %s and %s", quote(d.Version), versionNew, versionOld)
			}
		case "Id":
			_, err = text(m.value)
		case "Statement":
			stated = true
			d.Statements, err = statements(m.value)
			if err != nil {
				return Document{}, err // it names the statement
			}
		default:
			return Document{}, fmt.Errorf("the policy has an unknown element %s; it has Version, Id and Statement", quote(m.key))
		}
		if err != nil {
			return Document{}, fmt.Errorf("the policy: %s %w", m.key, err)
		}
	}
	if !stated {
		return Document{}, fmt.Errorf("the policy has no Statement")
	}
	return d, nil
}

func statements(raw json.RawMessage) ([]Statement, error) {
	elements, err := list(raw)
	if err != nil {
		return nil, err
	}
	if len(elements) == 0 {
		return nil, fmt.Errorf("the policy: Statement is empty")
	}
	all := make([]Statement, len(elements))
	for i, element := range elements {
		if all[i], err = statement(element, i+1); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func statement(raw json.RawMessage, number int) (Statement, error) {
	s := Statement{Number: number}
	members, err := object(raw)
	if err != nil {
		return s, fmt.Errorf("statement %d %w", number, err)
	}
	// The Sid first, wherever it stands: the other elements' faults name it.
	if i := slices.IndexFunc(members, func(m member) bool { return m.key == "Sid" }); i >= 0 {
		if s.Sid, err = text(members[i].value); err != nil {
			return s, s.wrong("Sid", err)
		}
	}
	seen := map[string]bool{}
	for _, m := range members {
		seen[m.key] = true
		if err := s.element(m); err != nil {
			return s, s.wrong(m.key, err)
		}
	}
	for _, pair := range [][2]string{{"Action", "NotAction"}, {"Resource", "NotResource"}, {"Principal", "NotPrincipal"}} {
		if seen[pair[0]] && seen[pair[1]] {
			return s, s.wrong(pair[0], fmt.Errorf("stands beside %s; a statement has one of the two", pair[1]))
		}
		if !seen[pair[0]] && !seen[pair[1]] && pair[0] != "Principal" {
			return s, s.wrong(pair[0], fmt.Errorf("is missing, and so is %s", pair[1]))
		}
	}
	if !seen["Effect"] {
		return s, s.wrong("Effect", fmt.Errorf("is missing; it is Allow or Deny"))
	}
	return s, nil
}

// element takes one member of a statement.
func (s *Statement) element(m member) (err error) {
	switch m.key {
	case "Sid": // taken first
	case "Effect":
		var effect string
		if effect, err = text(m.value); err != nil {
			return err
		}
		if effect != "Allow" && effect != "Deny" {
			return fmt.Errorf("is %s; it is Allow or Deny", quote(effect))
		}
		s.Deny = effect == "Deny"
	case "Action", "NotAction":
		s.NotAction = m.key == "NotAction"
		s.Actions, err = texts(m.value)
	case "Resource", "NotResource":
		s.NotResource = m.key == "NotResource"
		s.Resources, err = texts(m.value)
	case "Principal", "NotPrincipal":
		s.Principal = m.key
		err = flat(m.value, 1)
	case "Condition":
		s.Conditions, err = conditions(m.value)
	default:
		return fmt.Errorf("is not an element of a statement")
	}
	return err
}

// wrong names the statement and the element of a fault.
func (s Statement) wrong(element string, err error) error {
	if s.Sid != "" {
		return fmt.Errorf("statement %d (%s): %s %w", s.Number, quote(s.Sid), clip(element), err)
	}
	return fmt.Errorf("statement %d: %s %w", s.Number, clip(element), err)
}

// clip keeps an element's name as it is, or repeats a stranger's safely.
func clip(element string) string {
	for _, r := range element {
		if (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return quote(element)
		}
	}
	if element == "" || len(element) > 60 {
		return quote(element)
	}
	return element
}

func conditions(raw json.RawMessage) ([]Condition, error) {
	operators, err := object(raw)
	if err != nil {
		return nil, err
	}
	var all []Condition
	seen := map[string]bool{} // operators and keys are not case-sensitive
	for _, operator := range operators {
		keys, err := object(operator.value)
		if err != nil {
			return nil, fmt.Errorf("%s %w", quote(operator.key), err)
		}
		for _, key := range keys {
			values, err := scalars(key.value)
			if err != nil {
				return nil, fmt.Errorf("%s %s %w", quote(operator.key), quote(key.key), err)
			}
			both := strings.ToLower(operator.key) + " " + strings.ToLower(key.key)
			if seen[both] {
				return nil, fmt.Errorf("has %s with %s twice, written differently", quote(operator.key), quote(key.key))
			}
			seen[both] = true
			all = append(all, Condition{operator.key, key.key, values})
		}
	}
	return all, nil
}
