package checks

import "rootwatch/checks/account"

// custodyDays is how long a word on root's password counts: the password is to
// be changed within 90 days (Mission Cloud, root user best practices; better
// 60), and then somebody has to look again anyway.
const custodyDays = 90

var _ = register(Check{
	ID:       "root-password-custody",
	Title:    "Root's password is long, random, kept in a manager, changed within 90 days and known to few",
	Short:    "Nobody vouches for root's password",
	Good:     "root's password is in good hands",
	Severity: High,
	Why: "Whoever knows root's password has half of what it takes to own the account, and no API tells how it was made, where it lies and who has seen it. " +
		"The account's password policy does not reach it: that one holds for IAM users alone. " +
		"So a person looks, says so, and looks again within 90 days.",
	Reads:      []string{callSummary, callGenerate, callReport, callOrganization},
	AttestDays: custodyDays,
	Remediation: Remediation{
		Steps: []string{
			"Where it is a member account, rather remove root's password from the management account: then there is nothing to keep.",
			"Let a password manager make a new one, long and random, and keep it there and nowhere else.",
			"Write down who may open it: a few people of the team that runs the account, no executive, no auditor; each opening leaves a record.",
			"Change it at least every 90 days, better every 60, and whenever one of those people leaves.",
			"Say so with rootwatch attest, with a link to the record; it asks again when that ends.",
		},
		Console: "Sign in as root > account name (top right) > Security credentials > Password",
		URL:     "https://console.aws.amazon.com/iam/home#/security_credentials",
		CLI: "# AWS has no command that changes root's password. When it was looked at:\n" +
			"rootwatch attest root-password-custody ACCOUNT_ID --by \"Ana Silva\" --until 2027-01-31 \\\n" +
			"  --evidence https://wiki.example.com/root-custody",
		Terraform: "# Terraform knows nothing of root's password. It can switch on what makes one in member\n" +
			"# accounts unnecessary (management account):\n" +
			"resource \"aws_iam_organizations_features\" \"root\" {\n" +
			"  enabled_features = [\"RootCredentialsManagement\", \"RootSessions\"]\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "Article", ID: "Don't be incompetent, secure your root AWS account (2023)"},
		{Catalogue: "Article", ID: "Mission Cloud: root user best practices"},
		{Catalogue: "Article", ID: "1Strategy: five steps (2018)"},
		{Catalogue: "AWS", ID: "Root user best practices", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html"},
	},
	Judge: judgeCustody,
})

var custody = claim{
	checkID: "root-password-custody",
	good:    "root's password is kept as it should be",
	look:    "how it was made, where it lies, who can open it and when it was changed",
}

// judgeCustody asks for a word where root has a password. Where nobody can tell
// whether it has one, a word that was given counts: without a password there is
// nothing that could be kept badly.
func judgeCustody(c Case) Verdict {
	if v, done := notActive(c.Facts, callSummary, callReport); done {
		return v
	}
	r := rootSourcesOf(c.Facts)
	evidence := append(r.summaryEvidence(account.SummaryPasswordPresent), r.columnEvidence("password_enabled", answerText(r.report.Root.Password))...)
	password := r.password()
	if password == account.AnswerUnknown && alwaysHasPassword(c.Facts.Account) {
		password = account.Yes
		evidence = append(evidence, Evidence{Name: "Role", Value: string(c.Facts.Role), Source: callOrganization})
	}
	v := custody.judge(c)
	switch {
	case password == account.No:
		return Verdict{Status: NotApplicable, Summary: "Root has no password, so there is none to keep.", Evidence: evidence}
	case password == account.AnswerUnknown && v.Status == Manual:
		gaps := r.gaps(lackPassword)
		if c.Facts.Role == account.RoleUnknown {
			gaps = append(gaps, roleGap) // in the management account root surely has one
		}
		return unknown("Nobody vouches for root's password now, and whether it has one", append(evidence, v.Evidence...), gaps)
	}
	v.Evidence = append(evidence, v.Evidence...)
	return v
}
