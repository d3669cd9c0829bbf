package scp

import (
	"slices"
	"strings"

	"rootwatch/checks/account"
)

// Rights are the statements of an identity policy, or of a permissions
// boundary, that are about some actions. The zero value is about none.
type Rights struct {
	rules []rule
	lost  bool // the document was not understood
}

// RightsOf reads a policy's document, its text already decoded, for what it
// says of the actions.
func RightsOf(document string, actions ...string) Rights {
	p := compileNew(document)
	rules := slices.DeleteFunc(p.rules, func(r rule) bool {
		return !slices.ContainsFunc(lower(actions), r.about)
	})
	return Rights{slices.Clip(rules), p.err != nil}
}

// Allow is whether a statement allows the action on the resource, an ARN, as
// far as the context tells.
func (r Rights) Allow(action, resource string, c Context) account.Answer {
	return r.say(false, action, resource, c)
}

// Deny is whether a statement denies it. A document that was not understood may.
func (r Rights) Deny(action, resource string, c Context) account.Answer {
	return r.say(true, action, resource, c)
}

func (r Rights) say(deny bool, action, resource string, c Context) account.Answer {
	result := no
	if r.lost && deny {
		result = unknown
	}
	what := resourceOf(resource)
	for i := range r.rules {
		s := &r.rules[i]
		if s.deny != deny || !s.about(strings.ToLower(action)) {
			continue
		}
		result = either(result, both(s.on(what, c, &lack{}), s.holds(c, nil)))
	}
	return map[truth]account.Answer{yes: account.Yes, no: account.No}[result]
}
