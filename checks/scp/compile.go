package scp

import (
	"errors"
	"slices"
	"strings"
	"sync"
)

// rule is a statement made ready to be judged many times.
type rule struct {
	name        string
	deny        bool
	actions     []wild // in small letters
	notAction   bool
	resources   []pattern
	notResource bool
	tests       []test
	regional    bool   // a condition looks at the region
	listed      uint64 // a bit for each of the listed actions that it is about
}

// policy is a document made ready.
type policy struct {
	rules []rule
	err   error // the document was not understood; nothing is known of it
}

// compiled keeps the documents that were read: an organization has some tens
// of policies, and all of its accounts ask about the same. It holds nothing but
// what the text alone says, so nobody can tell that it is there.
var compiled = struct {
	sync.RWMutex
	byText map[string]*policy
}{byText: map[string]*policy{}}

// maxCompiled bounds how many documents are kept: ten organizations' worth.
// Beyond it all are forgotten and read again.
const maxCompiled = 2000

func compile(content string) *policy {
	compiled.RLock()
	p, ok := compiled.byText[content]
	compiled.RUnlock()
	if ok {
		return p
	}
	p = compileNew(content)
	compiled.Lock()
	defer compiled.Unlock()
	if len(compiled.byText) >= maxCompiled {
		clear(compiled.byText)
	}
	compiled.byText[content] = p
	return p
}

func compileNew(content string) *policy {
	if content == "" {
		return &policy{err: errors.New("its document was not read")}
	}
	d, err := Parse(content)
	if err != nil {
		return &policy{err: err}
	}
	p := &policy{rules: make([]rule, len(d.Statements))}
	for i, s := range d.Statements {
		p.rules[i] = ruleOf(s, d.Version == versionNew)
	}
	return p
}

func ruleOf(s Statement, variables bool) rule {
	r := rule{name: s.Name(), deny: s.Deny, notAction: s.NotAction, notResource: s.NotResource}
	for _, action := range lower(s.Actions) {
		r.actions = append(r.actions, wildOf(action))
	}
	for _, resource := range s.Resources {
		r.resources = append(r.resources, patternOf(resource, variables))
	}
	for _, c := range s.Conditions {
		t := testOf(c, variables)
		r.tests = append(r.tests, t)
		r.regional = r.regional || t.looksAt(keyRegion)
	}
	for i, a := range listed {
		if r.about(strings.ToLower(a.Action)) {
			r.listed |= 1 << i
		}
	}
	return r
}

// about reports whether an action, in small letters, is one of the statement's.
func (r *rule) about(action string) bool {
	return slices.ContainsFunc(r.actions, func(w wild) bool { return w.match(action) }) != r.notAction
}

// resourceKey is how Decision.Keys calls a resource that is not known.
const resourceKey = "resource"

// resource is what a request acts on: an ARN, * for an action that acts on
// none, or "" for one that is not known.
type resource struct {
	text  string
	parts []string // of an ARN
}

func resourceOf(text string) resource {
	return resource{text, strings.SplitN(text, ":", arnParts)}
}

// on says whether a resource is one of the statement's. A variable without a
// value matches nothing; what "all but nothing" is, AWS does not say.
func (r *rule) on(what resource, c Context, l *lack) truth {
	result := no
	var variables lack
	for i := range r.resources {
		o, resolved := r.resources[i].in(c, &variables)
		switch {
		case resolved == yes:
			resolved = o.takes(what)
		case resolved == no && r.notResource:
			resolved = unknown
		}
		if result = either(result, resolved); result == yes {
			break
		}
	}
	if result == unknown {
		for _, key := range variables.keys {
			l.add(key)
		}
		if len(variables.keys) == 0 {
			l.add(resourceKey)
		}
	}
	if r.notResource {
		return result.not()
	}
	return result
}

// takes says whether a pattern of Resource takes in a resource. AWS fills the
// parts that a pattern leaves out with stars. What does not begin with arn, AWS
// would not have kept.
func (o *operand) takes(what resource) truth {
	switch {
	case o.all:
		return yes
	case !o.arn:
		return unknown
	case what.text == "*":
		return no
	case len(what.parts) != arnParts || what.parts[0] != "arn":
		return unknown
	}
	return truthOf(matchParts(o.parts, what.parts))
}

// holds says whether all conditions hold.
func (r *rule) holds(c Context, l *lack) truth {
	result := yes
	for i := range r.tests {
		if result = both(result, r.tests[i].judge(c, l)); result == no {
			return no
		}
	}
	return result
}
