package scp

import (
	"fmt"
	"slices"
	"strings"
)

// Effect is what service control policies make of a request.
type Effect string

// The effects. The zero value is Undecided's: nothing was found out.
const (
	// Undecided is that it depends on what is not known; Decision.Keys names it.
	Undecided Effect = "undecided"
	// Allowed is that every level allows it and nothing denies it. It is a
	// ceiling: root may do what its account can do.
	Allowed Effect = "allowed"
	// Denied is that it is denied whatever else the request holds.
	Denied Effect = "denied"
	// Conditional is that it is denied from anywhere on the internet, or
	// without fresh MFA, and that what is known leaves open that it is allowed
	// from the named network or with MFA. Decision.Keys are the keys that count.
	Conditional Effect = "conditional"
)

// Decision is what service control policies make of one action of one
// principal, and which statement says so.
type Decision struct {
	Principal Principal `json:"principal,omitempty"`
	Action    string    `json:"action"`
	Effect    Effect    `json:"decision"`
	// PolicyID and PolicyName are the policy that decides; both are empty
	// where it is the want of one, and then the target lacks it.
	PolicyID   string `json:"policy_id"`
	PolicyName string `json:"policy_name,omitempty"` // a stranger's text
	Statement  string `json:"statement"`             // its Sid, a stranger's text, or #n
	TargetID   string `json:"target"`                // that the policy hangs on, or that lacks one
	TargetName string `json:"target_name,omitempty"` // of a unit, a stranger's text
	// Keys are what it depends on: condition keys, or "resource".
	Keys []string `json:"keys,omitempty"`
	Why  string   `json:"why"` // a sentence
}

// level is a target with its documents made ready.
type level struct {
	Target
	compiled []*policy
	rules    int // of all of them
}

func levelsOf(chain []Target) []level {
	var levels []level
	for _, target := range chain {
		if target.Off {
			continue
		}
		l := level{Target: target}
		for _, p := range target.Policies {
			ready := compile(p.Content)
			l.compiled = append(l.compiled, ready)
			l.rules += len(ready.rules)
		}
		levels = append(levels, l)
	}
	return levels
}

// question is one action on one resource.
type question struct {
	action   string // in small letters
	bit      uint64 // of a listed action; 0 for another
	resource resource
}

// judge answers questions about one principal in one context. Conditions do
// not depend on the action, so each is judged once.
type judge struct {
	levels  []level
	context Context
	held    []answered // by the statement's place in the levels
	// twin, where there is one, knows the same of the request but for the
	// region, so that what it has judged holds here too.
	twin *judge
}

// answered is a truth that may not have been looked for yet.
type answered struct {
	truth truth
	done  bool
}

func newJudge(levels []level, c Context) *judge {
	rules := 0
	for _, l := range levels {
		rules += l.rules
	}
	return &judge{levels: levels, context: c, held: make([]answered, rules)}
}

// place of a statement, or of a policy that was not understood (rule is nil),
// or of a level that allows nothing (policy is nil).
type found struct {
	level  *level
	policy *Policy
	rule   *rule
	err    error
}

// applies says whether the statement, which stands at a place, is about the question.
func (j *judge) applies(r *rule, at int, q *question) truth {
	if q.bit != 0 && r.listed&q.bit == 0 || q.bit == 0 && !r.about(q.action) {
		return no
	}
	held := &j.held[at]
	if !held.done && j.twin != nil && !r.regional {
		*held = j.twin.held[at]
	}
	if !held.done {
		*held = answered{r.holds(j.context, nil), true}
	}
	if held.truth == no {
		return no
	}
	return both(held.truth, r.on(q.resource, j.context, nil))
}

// outcome is whether a request is allowed, what decides it, and where that is
// not known, everything that it may hang on.
type outcome struct {
	allowed truth
	by      found
	open    []found
}

// ask goes through all levels: a deny anywhere wins, and each level must allow.
func (j *judge) ask(q question) outcome {
	result, at := outcome{allowed: yes}, 0
	for i := range j.levels {
		here := j.askLevel(&j.levels[i], at, &q)
		at += j.levels[i].rules
		if here.denied {
			return outcome{allowed: no, by: here.by}
		}
		result.open = append(result.open, here.mayDeny...)
		switch {
		case here.allowed == no && result.allowed != no:
			result.allowed, result.by = no, here.by
		case here.allowed == unknown:
			result.allowed = both(result.allowed, unknown)
			result.open = append(result.open, here.mayAllow...)
		case result.allowed == yes:
			result.by = here.by
		}
	}
	if result.allowed != no && len(result.open) > 0 {
		result.allowed = unknown
	}
	return result
}

// levelOutcome is what one level says.
type levelOutcome struct {
	allowed           truth
	by                found // what allows or denies, or the level that does not allow
	denied            bool  // for certain, by a statement
	mayAllow, mayDeny []found
}

// askLevel asks the statements of a level; the first stands at a place of held.
func (j *judge) askLevel(l *level, at int, q *question) levelOutcome {
	o := levelOutcome{allowed: no, by: found{level: l}}
	for k, p := range l.compiled {
		if p.err != nil { // it may allow, and it may deny
			o.mayDeny = append(o.mayDeny, found{l, &l.Policies[k], nil, p.err})
			o.allowed = either(o.allowed, unknown)
			continue
		}
		for n := range p.rules {
			r := &p.rules[n]
			applies := j.applies(r, at, q)
			at++
			if applies == no {
				continue
			}
			here := found{level: l, policy: &l.Policies[k], rule: r}
			switch {
			case r.deny && applies == yes:
				return levelOutcome{allowed: no, by: here, denied: true}
			case r.deny:
				o.mayDeny = append(o.mayDeny, here)
				continue
			case applies == unknown:
				o.mayAllow = append(o.mayAllow, here)
			case o.allowed != yes:
				o.by = here
			}
			o.allowed = either(o.allowed, applies)
		}
	}
	return o
}

// lacks are the keys that a statement needs and the context does not tell.
func (j *judge) lacks(f found, q question) []string {
	if f.rule == nil {
		return nil
	}
	var l lack
	f.rule.on(q.resource, j.context, &l)
	f.rule.holds(j.context, &l)
	return l.keys
}

// describe puts the place of a decision into it.
func (d *Decision) describe(f found) {
	if f.level != nil {
		d.TargetID, d.TargetName = f.level.ID, f.level.Name
	}
	if f.policy != nil {
		d.PolicyID, d.PolicyName = f.policy.ID, f.policy.Name
	}
	if f.rule != nil {
		d.Statement = f.rule.name
	}
}

// statement names the place in a sentence.
func (f found) statement() string {
	if f.rule == nil {
		return fmt.Sprintf("policy %s at %s", f.policy.label(), f.level.Label())
	}
	return fmt.Sprintf("statement %s of policy %s at %s", f.rule.name, f.policy.label(), f.level.Label())
}

func (p Policy) label() string {
	if p.Name == "" {
		return p.ID
	}
	return fmt.Sprintf("%s (%s)", p.ID, p.Name)
}

// decision is the outcome for a person.
func (o outcome) decision(j *judge, q question) Decision {
	var d Decision
	switch {
	case o.allowed == yes:
		d.Effect = Allowed
		d.describe(o.by)
		d.Why = "every level from the root to the account allows it, and nothing denies it"
	case o.allowed == no && o.by.policy == nil:
		d.Effect = Denied
		d.describe(o.by)
		d.Why = fmt.Sprintf("no policy at %s allows it", o.by.level.Label())
	case o.allowed == no:
		d.Effect = Denied
		d.describe(o.by)
		d.Why = o.by.statement() + " denies it"
	default:
		d.Effect = Undecided
		d.describe(o.open[0])
		for _, f := range o.open {
			for _, key := range j.lacks(f, q) {
				if !slices.Contains(d.Keys, key) {
					d.Keys = append(d.Keys, key)
				}
			}
		}
		if d.Why = "it depends on " + strings.Join(d.Keys, ", ") + ": see " + o.open[0].statement(); o.open[0].err != nil {
			d.Why = fmt.Sprintf("%s could not be understood: %v", o.open[0].statement(), o.open[0].err)
		}
	}
	return d
}
