package cloud

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
)

// policy is an IAM policy document as far as the emulator judges one: Allow
// and Deny of actions on resources. A statement with a condition other than the
// task policy of AssumeRoot is refused when it is set, so that nothing is let
// in by a condition that nobody looked at.
type policy struct {
	Version   string
	Statement []policyStatement
}

type policyStatement struct {
	Sid, Effect string
	Action      oneOrMore
	Resource    oneOrMore
	Condition   *policyCondition
}

type policyCondition struct {
	StringEquals struct {
		Task oneOrMore `json:"sts:TaskPolicyArn"`
	}
}

// oneOrMore is a text or a list of texts, as IAM takes either.
type oneOrMore []string

// UnmarshalJSON reads either form.
func (o *oneOrMore) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte(`"`)) {
		*o = oneOrMore{""}
		return json.Unmarshal(b, &(*o)[0])
	}
	return json.Unmarshal(b, (*[]string)(o))
}

var actionName = regexp.MustCompile(`^[a-z0-9-]+:[A-Za-z0-9*?]+$`)

func parsePolicy(text string) (policy, error) {
	var p policy
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return p, malformed("%v", err)
	}
	if p.Version != "2012-10-17" {
		return p, malformed("the version is %q", p.Version)
	}
	if len(p.Statement) == 0 {
		return p, malformed("there is no statement")
	}
	sids := map[string]bool{}
	for i, s := range p.Statement {
		switch {
		case s.Effect != "Allow" && s.Effect != "Deny":
			return p, malformed("statement %d has the effect %q", i, s.Effect)
		case len(s.Action) == 0 || len(s.Resource) == 0:
			return p, malformed("statement %d has no action or no resource", i)
		case s.Condition != nil && len(s.Condition.StringEquals.Task) == 0:
			return p, malformed("statement %d has a condition that is not looked at here", i)
		case s.Sid != "" && sids[s.Sid]:
			return p, malformed("the statement id %s stands twice", s.Sid)
		}
		sids[s.Sid] = true
		for _, action := range s.Action {
			if action != "*" && !actionName.MatchString(action) {
				return p, malformed("%q is no action", action)
			}
		}
	}
	return p, nil
}

type decision int

const (
	deniedByNone decision = iota // nothing allows it
	deniedByStatement
	allowed
)

// decide is what the policies say together: a Deny anywhere wins. task is the
// task policy of AssumeRoot, "" for every other call.
func decide(policies []policy, action, resource, task string) decision {
	verdict := deniedByNone
	for _, p := range policies {
		for _, s := range p.Statement {
			if !s.covers(action, resource) || s.Condition != nil && !slices.Contains(s.Condition.StringEquals.Task, task) {
				continue
			}
			if s.Effect == "Deny" {
				return deniedByStatement
			}
			verdict = allowed
		}
	}
	return verdict
}

func (s policyStatement) covers(action, resource string) bool {
	return slices.ContainsFunc(s.Action, func(p string) bool { return wildcard(p, action, true) }) &&
		slices.ContainsFunc(s.Resource, func(p string) bool { return wildcard(p, resource, false) })
}
