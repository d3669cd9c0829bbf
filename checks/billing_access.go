package checks

import "rootwatch/checks/account"

var _ = register(Check{
	ID:       "billing-access",
	Title:    "IAM users and roles have access to billing",
	Short:    "Billing is closed to IAM",
	Good:     "IAM has access to billing",
	Severity: Medium,
	Why: "Until root lets IAM in, whoever wants to see the bill or a budget has to sign in as root, which is what nobody should do. " +
		"Cost tools and daily budgets are blind in such an account. " +
		"It has to be switched on before root's credentials are taken away.",
	Reads: []string{callBudgets},
	Remediation: Remediation{
		Steps: []string{
			"Sign in as root, this once, and open the account's page.",
			"Under \"IAM user and role access to Billing information\" choose Edit, and activate it.",
			"Allow budgets:ViewBudget in the policy of the role that reads the account, sign root out, and check again.",
		},
		Console: "Sign in as root > account name (top right) > Account > IAM user and role access to Billing information > Edit > Activate IAM Access",
		URL:     "https://console.aws.amazon.com/billing/home#/account",
		CLI: "# No API switches this on; only root itself can, in the console. This shows whether it is on:\n" +
			"aws budgets describe-budgets --account-id ACCOUNT_ID",
		Terraform: "# Terraform cannot switch this on for an account that exists. For a new one:\n" +
			"resource \"aws_organizations_account\" \"new\" {\n" +
			"  name                       = \"NAME\"\n" +
			"  email                      = \"aws+NAME@example.com\"\n" +
			"  iam_user_access_to_billing = \"ALLOW\"\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "Article", ID: articleS0},
		{Catalogue: "Article", ID: "Evident.io: disable root API keys"},
		{Catalogue: "AWS", ID: "Granting access to your billing information", URL: "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/control-access-billing.html"},
	},
	Judge: judgeBillingAccess,
})

// judgeBillingAccess goes by whether AWS Budgets answered at all. A refusal for
// lack of permission says nothing of the switch.
func judgeBillingAccess(c Case) Verdict {
	if v, done := notActive(c.Facts, callBudgets); done {
		return v
	}
	if _, read := c.Facts.Budgets.Get(); read {
		return Verdict{Status: Pass, Summary: "AWS Budgets answers Rootwatch's role, so IAM has access to billing.",
			Evidence: []Evidence{{Name: "AWS Budgets", Value: "answered", Source: callBudgets}}}
	}
	gap := named(c.Facts.Budgets.Gap(), callBudgets)
	if billingClosed(c.Facts) {
		return Verdict{Status: Fail, Summary: "IAM users and roles have no access to billing: AWS refuses it without naming a policy, and root has to switch it on.",
			Evidence: []Evidence{{Name: "AWS Budgets", Value: "refused, and no policy is the reason", Source: callBudgets}}}
	}
	return unknown("Whether IAM has access to billing", nil, []account.Gap{gap})
}

// billingClosed reports whether AWS Budgets itself said that IAM is kept out.
// What keeps everything else from being read as well is another matter.
func billingClosed(f account.Facts) bool {
	gap := named(f.Budgets.Gap(), callBudgets)
	return gap.Cause == account.NotEnabled && gap.Call == callBudgets && !f.Dark()
}
