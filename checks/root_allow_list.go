package checks

import "rootwatch/checks/scp"

// tasksPolicy denies root all but what the article of 2023 leaves to it.
const tasksPolicy = `{"Version":"2012-10-17","Statement":[{"Sid":"RootForAccountTasks","Effect":"Deny","NotAction":["account:GetContactInformation","account:PutContactInformation","aws-portal:*","billing:*","iam:CreateUser","iam:AttachUserPolicy","iam:CreateLoginProfile","iam:UpdateLoginProfile"],"Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:*:iam::*:root"},"Null":{"aws:AssumedRoot":"true"}}}]}`

var _ = register(Check{
	ID:       "root-allow-list",
	Title:    "A service control policy that restricts root leaves it billing, account details and one admin user, and no more",
	Short:    "SCPs leave root more than it needs",
	Good:     "root is left nothing but account tasks",
	Severity: Low,
	Why: "Root is needed for very little: the bill, the account's own details, and an admin user where none is left. " +
		"A policy that lets root do all the rest as well, with MFA or from the office, still trusts one shared password with everything. " +
		"Only accounts whose root a policy restricts at all are judged here; root-scp tells of the others.",
	Reads: policyReads,
	Remediation: Remediation{
		Steps: []string{
			"See in the evidence which actions are left to root, and find out from CloudTrail whether anybody uses them.",
			"Replace the policy by one that denies root all but the tasks that it is there for, or all of it.",
			"Keep the exemption of aws:AssumedRoot, so that root credentials can still be managed centrally.",
		},
		Console: scpConsole + " > the policy > Edit policy",
		URL:     scpURL,
		CLI: "# In the management account; POLICY_ID is named in the evidence:\n" +
			"aws organizations list-policies-for-target --target-id ACCOUNT_ID --filter SERVICE_CONTROL_POLICY\n" +
			"aws organizations update-policy --policy-id POLICY_ID --content '" + tasksPolicy + "'",
		Terraform: "# In the management account:\n" +
			"resource \"aws_organizations_policy\" \"root_tasks\" {\n" +
			"  name    = \"RootForAccountTasks\"\n" +
			"  content = jsonencode(" + tasksPolicy + ")\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "Article", ID: "Don't be incompetent, secure your root AWS account (2023)"},
		{Catalogue: "Article", ID: articleS4},
		{Catalogue: "AWS", ID: "Tasks that require root user credentials", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html#root-user-tasks"},
	},
	Judge: judgeRootAllowList,
})

// judgeRootAllowList looks at what root's own credentials may still do under
// some condition: with MFA or from the right network is still allowed.
func judgeRootAllowList(c Case) Verdict {
	over, v, done := policiesOverMember(c, "What service control policies leave to root")
	if done {
		return v
	}
	if over.none != "" {
		return Verdict{Status: NotApplicable, Summary: "No policy restricts root here: " + over.none + "."}
	}
	all := over.own()
	undecided := ofEffect(all, scp.Undecided)
	if len(ofEffect(all, scp.Denied, scp.Conditional)) == 0 {
		if len(undecided) > 0 {
			return unknown("Whether service control policies restrict root", over.evidence(), undecidedGaps(undecided))
		}
		return Verdict{Status: NotApplicable, Summary: "No service control policy restricts root here, so none leaves it a list."}
	}
	beyond := over.beyond(ownPrincipals...)
	left := ofEffect(beyond, scp.Allowed, scp.Conditional)
	switch {
	case len(left) > 0:
		return Verdict{Status: Fail, Evidence: over.evidence(),
			Summary: "Service control policies restrict root and still leave it " + fewOf(actionsOf(left)) + ", to " + who(left) + "."}
	case len(ofEffect(beyond, scp.Undecided)) > 0:
		return unknown("What service control policies leave to root", over.evidence(), undecidedGaps(ofEffect(beyond, scp.Undecided)))
	case len(ofEffect(all, scp.Denied)) == len(all):
		return Verdict{Status: Pass, Summary: "Service control policies leave root nothing at all.", Evidence: over.evidence()}
	}
	return Verdict{Status: Pass, Summary: "Service control policies leave root billing, account details and an admin user, and no more.", Evidence: over.evidence()}
}
