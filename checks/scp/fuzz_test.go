package scp

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"testing"
)

// The seeds of both are in testdata/fuzz, with what fuzzing found.

// Whatever the text, Parse ends without a panic, a document that it takes has
// statements with actions and resources, and reads the same when it is laid
// out otherwise.
func FuzzParse(f *testing.F) {
	f.Fuzz(func(t *testing.T, policy string) {
		GrantOf(policy)
		d, err := Parse(policy)
		if err != nil {
			return
		}
		for _, s := range d.Statements {
			if len(s.Actions) == 0 || len(s.Resources) == 0 || s.Name() == "" {
				t.Errorf("%+v", s)
			}
		}
		var wide bytes.Buffer
		if err := json.Indent(&wide, []byte(policy), "", " "); err != nil || wide.Len() > maxDocument {
			return
		}
		if again, err := Parse(wide.String()); err != nil || !reflect.DeepEqual(again, d) {
			t.Errorf("%+v became %+v, %v", d, again, err)
		}
	})
}

// Whatever the policies and the request: what is certain of a request of which
// nothing is known stays so when something is, and a policy that only denies
// allows nothing more.
func FuzzEvaluate(f *testing.F) {
	rank := map[Effect]int{Denied: 0, Conditional: 1, Undecided: 1, Allowed: 2}
	certain := func(e Effect) bool { return e == Allowed || e == Denied }
	f.Fuzz(func(t *testing.T, policy, second, key, value, action, resource string) {
		chain := []Target{{ID: "r-1", Policies: []Policy{{ID: "p-1", Content: fullAccess}}}, {ID: prod.String(), Policies: []Policy{{ID: "p-2", Content: policy}}}}
		nothing := Decide(chain, action, resource, Context{})
		context := RootContext(AccessKey, prod, "aws")
		for name, c := range map[string]Context{
			"one key": Context{}.With(key, Is(value)), "its absence": Context{}.With(key, Absent()), "two values": Context{}.With(key, Is(value, "")), "some value": Context{}.With(key, Some()),
			"root's key": context, "root's key and one more": context.With(key, Is(value)),
		} {
			known := Decide(chain, action, resource, c)
			if certain(nothing.Effect) && known.Effect != nothing.Effect {
				t.Errorf("%s turns %+v into %+v", name, nothing, known)
			}
			d, err := Parse(second)
			if err != nil || slices.ContainsFunc(d.Statements, func(s Statement) bool { return !s.Deny }) {
				continue
			}
			more := slices.Clone(chain)
			more[1].Policies = append(slices.Clone(chain[1].Policies), Policy{ID: "p-3", Content: second})
			if after := Decide(more, action, resource, c); rank[after.Effect] > rank[known.Effect] {
				t.Errorf("%s: a denial turns %+v into %+v", name, known, after)
			}
		}
		for _, d := range Root(chain, prod, "aws").Decisions {
			if d.Effect == "" || d.Why == "" || d.Effect == Conditional && len(d.Keys) == 0 {
				t.Errorf("%+v", d)
			}
		}
	})
}
