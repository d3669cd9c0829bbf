package scp

import (
	"fmt"
	"strings"
)

// Validate says what AWS would refuse in a service control policy, beyond
// what Parse does: a sentence with the statement and the element. How long a
// policy may be AWS has changed, so that is not judged.
func Validate(policy string) error {
	d, err := Parse(policy)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, s := range d.Statements {
		if seen[s.Sid] {
			return s.wrong("Sid", fmt.Errorf("stands in an earlier statement too; each has its own"))
		}
		seen[s.Sid] = s.Sid != ""
		if s.Principal != "" {
			return s.wrong(s.Principal, fmt.Errorf("cannot be in a service control policy: it is for every principal of the accounts below it; name some by a condition on aws:PrincipalArn"))
		}
		if err := s.validate(d.Version == versionNew); err != nil {
			return err
		}
	}
	return nil
}

func (s Statement) validate(variables bool) error {
	for _, action := range s.Actions {
		if service, name, found := strings.Cut(action, ":"); !stars(action) && (!found || service == "" || name == "") {
			return s.wrong(element("Action", s.NotAction), fmt.Errorf("has %s; an action is service:Name, or *", quote(action)))
		}
	}
	for _, resource := range s.Resources {
		if !stars(resource) && !patternOf(resource, false).fixed.arn {
			return s.wrong(element("Resource", s.NotResource), fmt.Errorf("has %s; a resource is an ARN, or *", quote(resource)))
		}
	}
	for _, c := range s.Conditions {
		t := testOf(c, variables)
		if !t.known {
			return s.wrong("Condition", fmt.Errorf("has %s, which is no operator", quote(c.Operator)))
		}
		if service, name, _ := strings.Cut(c.Key, ":"); service == "" || name == "" {
			return s.wrong("Condition", fmt.Errorf("has %s %s; a key is service:name, such as aws:PrincipalArn", quote(c.Operator), quote(c.Key)))
		}
		for i := range t.patterns {
			if p := &t.patterns[i]; p.pieces == nil && !t.takes(&p.fixed) {
				return s.wrong("Condition", fmt.Errorf("%s %s has %s, which is not what the operator compares", quote(c.Operator), quote(c.Key), quote(c.Values[i])))
			}
		}
	}
	return nil
}

func element(name string, not bool) string {
	if not {
		return "Not" + name
	}
	return name
}

// takes reports whether a value of the policy is of the operator's type: it
// can be compared with one that is.
func (t *test) takes(o *operand) bool {
	if t.null {
		return boolEquals(o, "true") != unknown
	}
	for _, sample := range []string{"true", "2025-06-01", "10", "YQ==", "192.0.2.1", "arn:aws:iam::111122223333:root", "x"} {
		if t.op.match(o, sample) != unknown {
			return true
		}
	}
	return false
}
