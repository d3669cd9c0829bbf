package checks

import (
	"fmt"
	"slices"
	"strings"

	"rootwatch/checks/account"
	"rootwatch/checks/scp"
)

// The calls behind an organization's policies.
const (
	callRoots         = "organizations:ListRoots"
	callUnits         = "organizations:ListOrganizationalUnitsForParent"
	callParents       = "organizations:ListParents"
	callPolicies      = "organizations:ListPolicies"
	callDescribe      = "organizations:DescribePolicy"
	callPolicyTargets = "organizations:ListTargetsForPolicy"
	callPoliciesOf    = "organizations:ListPoliciesForTarget"
)

// policyReads are the actions whose answers tell what policies hang over an account.
var policyReads = []string{callOrganization, callAccounts, callRoots, callUnits, callParents, callPolicies, callDescribe, callPolicyTargets, callPoliciesOf}

// overRoot is what the organization's policies let a member's root do, or the
// gap that keeps it from being known.
type overRoot struct {
	scp.RootAnswer
	chain []scp.Target
	// none says why no policy can have any effect; "" where one can.
	none string
}

func policiesOver(c Case) (overRoot, *account.Gap) {
	tree, read := c.Organization.Policies.Get()
	if !read {
		gap := named(c.Organization.Policies.Gap(), callPolicies)
		return overRoot{}, &gap
	}
	partition := c.Facts.Partition
	if partition == "" {
		partition = "aws"
	}
	o := overRoot{chain: []scp.Target{{ID: c.Facts.ID.String(), Off: true}}}
	switch {
	case c.Organization.AllFeatures == account.No:
		o.none = "the organization only consolidates bills, so it has no service control policies"
	case !tree.Enabled:
		o.none = "service control policies are not enabled in the organization"
	default:
		var err error
		if o.chain, err = tree.Chain(c.Facts.ID, c.Facts.Path); err != nil {
			return overRoot{}, &account.Gap{Call: callParents, Cause: account.Undecodable, Sentence: err.Error() + "."}
		}
	}
	o.RootAnswer = scp.Root(o.chain, c.Facts.ID, partition)
	return o, nil
}

// ownPrincipals are the ways to be root by its own credentials.
var ownPrincipals = []scp.Principal{scp.ConsoleWithoutMFA, scp.ConsoleWithMFA, scp.AccessKey}

var principalText = map[scp.Principal]string{
	scp.ConsoleWithMFA: "root in the console with MFA", scp.ConsoleWithoutMFA: "root in the console without MFA",
	scp.AccessKey: "root's access key", scp.AssumedRoot: "AssumeRoot session",
}

// neededActions are those that the article of 2023 leaves to root.
var neededActions = func() map[string]bool {
	needed := map[string]bool{}
	for _, a := range scp.Actions() {
		needed[a.Action] = a.Group == scp.Needed
	}
	return needed
}()

// evidence tells for each principal what is decided, by which statement of
// which policy where, and what hangs on the way down to the account.
func (o overRoot) evidence() []Evidence {
	var es []Evidence
	for _, p := range scp.Principals() {
		var rest, needed []scp.Decision
		for _, d := range o.Of(p) {
			if neededActions[d.Action] {
				needed = append(needed, d)
			} else {
				rest = append(rest, d)
			}
		}
		es = append(es, decided(principalText[p], rest)...)
		es = append(es, decided(principalText[p]+", billing and account tasks", needed)...)
	}
	for _, t := range o.chain {
		if hanging := t.Policies; len(hanging) > 0 {
			var names []string
			for _, p := range hanging {
				names = append(names, p.ID)
			}
			es = append(es, Evidence{Name: "policies on " + t.Label(), Value: strings.Join(names, ", "), Source: callPoliciesOf})
		}
	}
	return es
}

// decided is one line for each different decision, the actions named where
// there are several.
func decided(name string, all []scp.Decision) []Evidence {
	actions := map[string][]string{}
	var lines []string
	for _, d := range all {
		line := string(d.Effect) + ": " + d.Why
		if len(d.Keys) > 0 && d.Effect == scp.Conditional {
			line += " (" + strings.Join(d.Keys, ", ") + ")"
		}
		if actions[line] == nil {
			lines = append(lines, line)
		}
		actions[line] = append(actions[line], d.Action)
	}
	var es []Evidence
	for _, line := range lines {
		what := name
		if len(lines) > 1 {
			what += ": " + fewOf(actions[line])
		}
		es = append(es, Evidence{Name: what, Value: line, Source: callDescribe})
	}
	return es
}

// namedActions is how many actions a sentence names.
const namedActions = 3

// fewOf names a few of the actions and counts the others.
func fewOf(actions []string) string {
	text := strings.Join(actions[:min(len(actions), namedActions)], ", ")
	if more := len(actions) - namedActions; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// where is the place of a decision by ids alone: names are strangers' texts.
func where(d scp.Decision) string {
	if d.PolicyID == "" {
		return "the lack of a policy at " + d.TargetID + " that allows it"
	}
	return fmt.Sprintf("policy %s at %s", d.PolicyID, d.TargetID)
}

// places are where the decisions were made, each once.
func places(all []scp.Decision) string {
	var at []string
	for _, d := range all {
		if w := where(d); !slices.Contains(at, w) {
			at = append(at, w)
		}
	}
	return strings.Join(at, " and ")
}

// undecidedGaps name the keys on which decisions depend, once for each policy.
func undecidedGaps(all []scp.Decision) []account.Gap {
	var gaps []account.Gap
	for _, d := range all {
		g := account.Gap{Call: callDescribe, Cause: account.Undecodable, Sentence: fmt.Sprintf("%s depends on %s, which is not known", where(d), strings.Join(d.Keys, " and "))}
		if len(d.Keys) == 0 {
			g.Sentence = fmt.Sprintf("%s could not be understood", where(d))
		}
		if !slices.ContainsFunc(gaps, func(other account.Gap) bool { return other.Sentence == g.Sentence }) {
			gaps = append(gaps, g)
		}
	}
	return gaps
}

// ofEffect picks the decisions that have one of the effects.
func ofEffect(all []scp.Decision, effects ...scp.Effect) []scp.Decision {
	return slices.DeleteFunc(slices.Clone(all), func(d scp.Decision) bool { return !slices.Contains(effects, d.Effect) })
}

// actionsOf are the actions of the decisions, each once.
func actionsOf(all []scp.Decision) []string {
	var actions []string
	for _, d := range all {
		if !slices.Contains(actions, d.Action) {
			actions = append(actions, d.Action)
		}
	}
	return actions
}
