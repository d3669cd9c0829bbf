package checks

import (
	"slices"
	"strings"

	"github.com/dustin/go-humanize/english"

	"rootwatch/checks/account"
	"rootwatch/checks/scp"
)

// denyRootPolicy is what the remediation hangs on accounts. It spares the
// sessions of the central audit.
const denyRootPolicy = `{"Version":"2012-10-17","Statement":[{"Sid":"DenyRootUser","Effect":"Deny","Action":"*","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:*:iam::*:root"},"Null":{"aws:AssumedRoot":"true"}}}]}`

const (
	articleS4    = "Netskope: root user data of 1,143 accounts (2021)"
	scpConsole   = "AWS Organizations (management account) > Policies > Service control policies"
	scpURL       = "https://console.aws.amazon.com/organizations/v2/home/policies/service-control-policy"
	scpTerraform = "# In the management account:\n" +
		"resource \"aws_organizations_policy\" \"deny_root\" {\n" +
		"  name    = \"DenyRootUser\"\n" +
		"  content = jsonencode(" + denyRootPolicy + ")\n" +
		"}\n\n" +
		"resource \"aws_organizations_policy_attachment\" \"deny_root\" {\n" +
		"  policy_id = aws_organizations_policy.deny_root.id\n" +
		"  target_id = \"ACCOUNT_ID\" # or the unit that it is in\n" +
		"}"
)

var _ = register(Check{
	ID:       "root-scp",
	Title:    "Service control policies hold the account's root user back",
	Short:    "No SCP holds root back",
	Good:     "root is denied, or held to MFA or range",
	Severity: Medium,
	Why: "Root of a member account can do whatever it likes, unless a service control policy above it says otherwise. " +
		"A policy that denies root, asks it for MFA or holds it to an address range works against stolen passwords and keys alike. " +
		"A policy that hangs nowhere, or is not in force on the way down to the account, does nothing.",
	Reads: policyReads,
	Remediation: Remediation{
		Steps: []string{
			"In the management account, enable service control policies, and write one that denies root everything.",
			"Exempt AssumeRoot sessions with the Null condition on aws:AssumedRoot, or the central management of root credentials stops working.",
			"Hang it on one account first, then on the units that hold the members. The management account is never covered.",
		},
		Console: scpConsole + " > Create policy, then Targets > Attach",
		URL:     scpURL,
		CLI: "# In the management account; enable-policy-type once:\n" +
			"aws organizations enable-policy-type --root-id \"$(aws organizations list-roots --query 'Roots[0].Id' --output text)\" --policy-type SERVICE_CONTROL_POLICY\n" +
			"POLICY=$(aws organizations create-policy --type SERVICE_CONTROL_POLICY --name DenyRootUser --description \"Root does nothing\" --content '" + denyRootPolicy + "' --query Policy.PolicySummary.Id --output text)\n" +
			"aws organizations attach-policy --policy-id \"$POLICY\" --target-id ACCOUNT_ID",
		Terraform: scpTerraform,
	},
	References: []Reference{
		{Catalogue: "Article", ID: articleS4},
		{Catalogue: "Article", ID: "Don't be incompetent, secure your root AWS account (2023)"},
		{Catalogue: "AWS", ID: "Service control policies", URL: "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html"},
		{Catalogue: "AWS", ID: "Root user best practices", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html"},
	},
	Judge: judgeRootSCP,
})

// judgeRootSCP asks of every listed action but the few that root is there for:
// is it denied, or bound to MFA or a network, in the console and by a key?
func judgeRootSCP(c Case) Verdict {
	over, v, done := policiesOverMember(c, "Whether service control policies hold root back")
	if done {
		return v
	}
	if over.none != "" {
		return Verdict{Status: Fail, Summary: "Nothing restricts this account's root: " + over.none + ".",
			Evidence: []Evidence{{Name: "service control policies", Value: "not in force", Source: callRoots}}}
	}
	held := over.beyond(scp.ConsoleWithoutMFA, scp.AccessKey) // who needs MFA is denied without
	evidence := over.evidence()
	open, undecided := ofEffect(held, scp.Allowed), ofEffect(held, scp.Undecided)
	switch {
	case len(open) == len(held):
		return Verdict{Status: Fail, Summary: "No service control policy above the account holds its root back.", Evidence: evidence}
	case len(open) > 0:
		return Verdict{Status: Fail, Short: "SCPs leave root partly free", Evidence: evidence,
			Summary: "Service control policies hold root back only in part: " + fewOf(actionsOf(open)) + " stay allowed to " + who(open) + "."}
	case len(undecided) > 0:
		return unknown("Whether service control policies hold root back", evidence, undecidedGaps(undecided))
	}
	return Verdict{Status: Pass, Summary: "Root is held back: " + over.how(held) + ", by " + places(held) + ".", Evidence: evidence}
}

// policiesOverMember has the answer of every member of an organization; of
// any other account it is done with a verdict.
func policiesOverMember(c Case, question string) (overRoot, Verdict, bool) {
	if v, done := notActive(c.Facts, callPolicies); done {
		return overRoot{}, v, true
	}
	switch c.Facts.Role {
	case account.Standalone:
		return overRoot{}, Verdict{Status: NotApplicable, Summary: "The account is in no organization, so no service control policy can reach it."}, true
	case account.Management:
		return overRoot{}, Verdict{Status: NotApplicable, Summary: "This is the management account, which no service control policy ever reaches."}, true
	case account.RoleUnknown:
		return overRoot{}, unknown(question, nil, []account.Gap{roleGap}), true
	}
	over, gap := policiesOver(c)
	if gap != nil {
		return overRoot{}, unknown(question, nil, []account.Gap{*gap}), true
	}
	return over, Verdict{}, false
}

// beyond are the decisions about all that root is not there for.
func (o overRoot) beyond(principals ...scp.Principal) []scp.Decision {
	return slices.DeleteFunc(slices.Clone(o.Decisions), func(d scp.Decision) bool {
		return neededActions[d.Action] || !slices.Contains(principals, d.Principal)
	})
}

// own are the decisions about root's own credentials.
func (o overRoot) own() []scp.Decision {
	return slices.DeleteFunc(slices.Clone(o.Decisions), func(d scp.Decision) bool { return d.Principal == scp.AssumedRoot })
}

// how says in what way root is held back.
func (o overRoot) how(held []scp.Decision) string {
	var ways []string
	add := func(is bool, way string) {
		if is {
			ways = append(ways, way)
		}
	}
	signedIn := o.beyond(scp.ConsoleWithMFA)
	conditional := ofEffect(append(slices.Clone(held), signedIn...), scp.Conditional)
	bound := func(is func(string) bool) bool {
		return slices.ContainsFunc(conditional, func(d scp.Decision) bool { return slices.ContainsFunc(d.Keys, is) })
	}
	denied := len(ofEffect(append(slices.Clone(held), signedIn...), scp.Denied)) == len(held)+len(signedIn)
	add(denied && len(ofEffect(o.own(), scp.Denied)) < len(o.own()), "it is denied all but billing, account details and an admin user")
	add(denied && len(ways) == 0, "it is denied")
	add(len(ofEffect(signedIn, scp.Allowed, scp.Undecided)) > 0 || bound(scp.IsMFAKey), "it must use MFA in the console")
	add(bound(scp.IsNetworkKey), "it is held to a network")
	if len(ways) == 0 {
		ways = []string{"it is denied or bound to a condition"}
	}
	return strings.Join(ways, ", and ")
}

// who are the principals of the decisions.
func who(all []scp.Decision) string {
	var names []string
	for _, p := range scp.Principals() {
		if slices.ContainsFunc(all, func(d scp.Decision) bool { return d.Principal == p }) {
			names = append(names, principalText[p])
		}
	}
	return english.WordSeries(names, "and to")
}
