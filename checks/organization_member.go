package checks

import "rootwatch/checks/account"

var _ = register(Check{
	ID:       "organization-member",
	Title:    "The account is in an organization with all features",
	Short:    "No organization can restrict the account",
	Good:     "in an organization with all features",
	Severity: High,
	Why: "An account on its own is looked after by nobody else: no service control policy can restrict its root user, and no central team can take its root credentials away. " +
		"In the data of 2021 such accounts were the ones whose root certainly had no MFA. " +
		"An organization that only consolidates bills can do no more for it.",
	Reads: []string{callOrganization, callRoots},
	Remediation: Remediation{
		Steps: []string{
			"From the management account, invite the account into the organization, and accept the invitation in the account.",
			"Where the organization only consolidates bills, enable all features; each invited member has to agree.",
			"Move the account into a unit whose service control policies restrict root, and deploy the audit role.",
		},
		Console: "AWS Organizations (management account) > AWS accounts > Add an AWS account > Invite; for all features: Settings",
		URL:     "https://console.aws.amazon.com/organizations/v2/home/accounts/add/invite",
		CLI: "# In the management account:\n" +
			"aws organizations invite-account-to-organization --target Id=ACCOUNT_ID,Type=ACCOUNT\n" +
			"aws organizations enable-all-features # where it only consolidates bills\n" +
			"# In the account itself, with the handshake's id:\n" +
			"aws organizations accept-handshake --handshake-id HANDSHAKE_ID",
		Terraform: "# In the management account:\n" +
			"resource \"aws_organizations_organization\" \"this\" {\n" +
			"  feature_set          = \"ALL\"\n" +
			"  enabled_policy_types = [\"SERVICE_CONTROL_POLICY\"]\n" +
			"}\n" +
			"# Terraform cannot invite an account that exists: invite it with the CLI.",
	},
	References: []Reference{
		{Catalogue: "Security Hub", ID: "Account.2"},
		{Catalogue: "Prowler", ID: "organizations_account_part_of_organizations"},
		{Catalogue: "Article", ID: articleS4},
		{Catalogue: "AWS", ID: "Enabling all features", URL: "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_org_support-all-features.html"},
	},
	Judge: judgeOrganizationMember,
})

// judgeOrganizationMember fails an account on its own: no service control
// policy can ever cover it, as the study of 2021 says of such accounts.
func judgeOrganizationMember(c Case) Verdict {
	if v, done := notActive(c.Facts, callOrganization); done {
		return v
	}
	evidence := []Evidence{{Name: "role", Value: string(c.Facts.Role), Source: callOrganization}}
	switch c.Facts.Role {
	case account.RoleUnknown:
		return unknown("Whether the account is in an organization", nil, []account.Gap{roleGap})
	case account.Standalone:
		return Verdict{Status: Fail, Summary: "The account is in no organization, so no service control policy can restrict its root.", Evidence: evidence}
	}
	// Service control policies can be enabled only where all features are.
	tree, read := c.Organization.Policies.Get()
	if c.Organization.AllFeatures == account.Yes || c.Organization.AllFeatures != account.No && read && tree.Enabled {
		return Verdict{Status: Pass, Summary: "The account is in an organization with all features.", Evidence: append(evidence, Evidence{"FeatureSet", "ALL", callOrganization})}
	}
	if c.Organization.AllFeatures == account.No {
		return Verdict{Status: Fail, Short: "The organization only consolidates bills", Evidence: append(evidence, Evidence{"FeatureSet", "CONSOLIDATED_BILLING", callOrganization}),
			Summary: "The account's organization only consolidates bills, so no service control policy can restrict its root."}
	}
	gap := named(c.Organization.Policies.Gap(), callOrganization)
	if read || gap.Cause == "" {
		gap = account.Gap{Call: callOrganization, Cause: account.NotCollected, Sentence: "Whether the organization has all features is not known: allow organizations:DescribeOrganization."}
	}
	return unknown("Whether the account's organization has all features", evidence, []account.Gap{gap})
}
