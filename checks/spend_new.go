package checks

import "rootwatch/checks/spend"

var _ = register(Check{
	ID:       "spend-new",
	Title:    "No money goes to a service or region that the account never used before",
	Short:    "First spend in a service or region",
	Good:     "nothing new is paid for",
	Severity: High,
	Why: "Who steals an account goes where nobody looks: to regions that were never used and services that nobody there knows. " +
		"First spend needs no history to be seen, so it is the earliest sign in the bill, however small the sum.",
	Reads: []string{callCosts},
	Remediation: Remediation{
		Steps: []string{
			"Ask the account's owner whether the service or region is theirs.",
			"Where nobody knows it, treat it as a break-in: look at root use, new admins and access keys, which the alert names.",
			"Close regions that nobody uses with a service control policy.",
		},
		Console:   "Billing and Cost Management > Cost Explorer > group by Region, Daily",
		URL:       "https://console.aws.amazon.com/cost-management/home#/cost-explorer",
		CLI:       spendCLI,
		Terraform: regionsTerraform,
	},
	References: []Reference{
		{Catalogue: "Article", ID: "1Strategy: five steps (2018)"},
		{Catalogue: "AWS", ID: "Deny access to AWS based on the requested Region", URL: "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html"},
	},
	Judge: func(c Case) Verdict {
		return judgeIncidents(c, "Whether the account pays for something new", "Nothing new is paid for",
			func(i spend.Incident) bool { return i.Open && isFirst(i) }, bySize)
	},
})

// regionsTerraform denies the regions that nobody uses; the services without a
// region, and central root sessions, keep working.
const regionsTerraform = "resource \"aws_organizations_policy\" \"regions\" {\n" +
	"  name = \"regions\"\n" +
	"  type = \"SERVICE_CONTROL_POLICY\"\n" +
	"  content = jsonencode({\n" +
	"    Version = \"2012-10-17\"\n" +
	"    Statement = [{\n" +
	"      Effect    = \"Deny\"\n" +
	"      NotAction = [\"iam:*\", \"organizations:*\", \"sts:*\", \"support:*\", \"budgets:*\", \"ce:*\", \"route53:*\", \"cloudfront:*\"]\n" +
	"      Resource  = \"*\"\n" +
	"      Condition = { StringNotEquals = { \"aws:RequestedRegion\" = [\"eu-central-1\", \"us-east-1\"] } }\n" +
	"    }]\n" +
	"  })\n" +
	"}"
