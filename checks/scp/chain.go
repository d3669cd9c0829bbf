package scp

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"rootwatch/checks/account"
)

// Target is one level of an account's chain: the organization's root, a unit
// or the account itself, with the policies that hang directly on it.
type Target struct {
	ID       string
	Name     string // of a unit, a stranger's text; "" for the root and the account
	Policies []Policy
	// Off is that service control policies are not enabled in the
	// organization: nothing on this level has any effect.
	Off bool
}

// Label is the target for a person.
func (t Target) Label() string {
	if t.Name == "" {
		return t.ID
	}
	return fmt.Sprintf("%s (%s)", t.Name, t.ID)
}

// maxUnits is how deep units may nest: AWS allows five levels under the root.
// Twice that is beyond all, and ends a circle.
const maxUnits = 10

// Chain is the account's way from the organization's root down to itself, with
// what hangs on each level. path is the account's own, for where the tree does
// not know its parent. An error says which part of the tree is not known; a
// chain with a hole would let a policy go unseen.
func (t Tree) Chain(id account.ID, path []string) ([]Target, error) {
	if t.RootID == "" {
		return nil, errors.New("the organization's root is not known")
	}
	up, err := t.above(id, path)
	if err != nil {
		return nil, err
	}
	slices.Reverse(up)
	chain := make([]Target, 0, len(up)+1)
	for _, level := range append(up, id.String()) {
		target := Target{ID: level, Name: t.Units[level].Name, Off: !t.Enabled}
		if t.Enabled {
			if target.Policies, err = t.on(level); err != nil {
				return nil, err
			}
		}
		chain = append(chain, target)
	}
	return chain, nil
}

// above are the ids over an account, from its parent up to the root.
func (t Tree) above(id account.ID, path []string) ([]string, error) {
	parent := t.Parents[id.String()]
	if parent == "" && len(path) > 0 {
		parent = path[len(path)-1]
	}
	if parent == "" {
		return nil, fmt.Errorf("it is not known where account %s hangs in the organization", id)
	}
	var up []string
	for parent != t.RootID {
		if len(up) >= maxUnits {
			return nil, fmt.Errorf("the units over account %s go round in a circle at %s", id, parent)
		}
		up = append(up, parent)
		next := t.Units[parent].Parent
		if i := slices.Index(path, parent); next == "" && i > 0 {
			next = path[i-1]
		}
		if next == "" {
			return nil, fmt.Errorf("it is not known what unit %s over account %s hangs on", parent, id)
		}
		parent = next
	}
	return append(up, t.RootID), nil
}

// on are the policies of a target. AWS keeps at least one on each, so a target
// of which none is told was not read: an account made since, or a lost page.
func (t Tree) on(target string) ([]Policy, error) {
	ids := t.On(target)
	if ids == nil {
		return nil, fmt.Errorf("it is not known which policies hang on %s; AWS keeps at least one on each target", target)
	}
	policies := make([]Policy, len(ids))
	for i, id := range ids {
		policies[i] = t.Policies[id]
		policies[i].ID = id // where the document was not read, it is all there is
	}
	return policies, nil
}

// With hangs a policy on a target, beside what is there, for the question
// what would be. The tree itself stays as it is.
func (t Tree) With(p Policy, target string) Tree {
	policies, attached := maps.Clone(t.Policies), maps.Clone(t.Attached)
	if policies == nil {
		policies = map[string]Policy{}
	}
	if attached == nil {
		attached = map[string][]string{}
	}
	policies[p.ID] = p
	attached[target] = append(slices.Clone(t.On(target)), p.ID)
	t.Policies, t.Attached = policies, attached
	return t
}
