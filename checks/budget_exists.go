package checks

import "fmt"

var _ = register(Check{
	ID:       "budget-exists",
	Title:    "A cost budget covers the account: its own, or one of the payer",
	Short:    "No cost budget",
	Good:     "a cost budget covers it",
	Severity: Medium,
	Why: "The bill is often the first place where a break-in shows, and AWS charges for it whoever ran it up. " +
		"A budget is free and tells of it within hours; without one it is told by the invoice, up to a month later. " +
		"A budget of usage, or of one service, sees nothing of what is bought beside it.",
	Reads: []string{callBudgets, callOrganization},
	Remediation: Remediation{
		Steps: []string{
			"See what the account usually costs in a day: `rootwatch budget ACCOUNT` says it, and prints the commands below with the figures filled in.",
			"Make a cost budget in the account, or one in the payer whose filter names the linked account.",
			"Give it an alert and two people or a list to tell.",
		},
		Console:   "Billing and Cost Management > Budgets > Create budget > Customize > Cost budget",
		URL:       "https://console.aws.amazon.com/costmanagement/home#/budgets/create",
		CLI:       budgetCLI,
		Terraform: budgetTerraform,
	},
	References: []Reference{
		{Catalogue: "Article", ID: articleS0},
		{Catalogue: "AWS", ID: "Managing your costs with AWS Budgets", URL: "https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html"},
	},
	Judge: judgeBudgetExists,
})

// articleS0 is the article that asks for the budgets.
const articleS0 = "Don't be incompetent, secure your root AWS account (2023)"

// The commands of the budget that S0 asks for, with figures to be replaced.
const (
	budgetCLI = "aws budgets create-budget --account-id ACCOUNT_ID \\\n" +
		"  --budget '{\"BudgetName\":\"daily-cost\",\"BudgetType\":\"COST\",\"TimeUnit\":\"DAILY\",\"BudgetLimit\":{\"Amount\":\"150\",\"Unit\":\"USD\"},\"CostTypes\":{\"IncludeCredit\":false,\"IncludeRefund\":false}}' \\\n" +
		"  --notifications-with-subscribers '[{\"Notification\":{\"NotificationType\":\"ACTUAL\",\"ComparisonOperator\":\"GREATER_THAN\",\"Threshold\":100,\"ThresholdType\":\"PERCENTAGE\"},\"Subscribers\":[{\"SubscriptionType\":\"EMAIL\",\"Address\":\"finops@example.com\"},{\"SubscriptionType\":\"EMAIL\",\"Address\":\"security@example.com\"}]}]'"
	budgetTerraform = "resource \"aws_budgets_budget\" \"daily_cost\" {\n" +
		"  name         = \"daily-cost\"\n" +
		"  budget_type  = \"COST\"\n" +
		"  time_unit    = \"DAILY\"\n" +
		"  limit_amount = \"150\" # 1.5 x the typical day\n" +
		"  limit_unit   = \"USD\"\n\n" +
		"  cost_types {\n" +
		"    include_credit = false\n" +
		"    include_refund = false\n" +
		"  }\n\n" +
		"  notification {\n" +
		"    notification_type          = \"ACTUAL\"\n" +
		"    comparison_operator        = \"GREATER_THAN\"\n" +
		"    threshold                  = 100\n" +
		"    threshold_type             = \"PERCENTAGE\"\n" +
		"    subscriber_email_addresses = [\"finops@example.com\", \"security@example.com\"]\n" +
		"  }\n" +
		"}"
)

func judgeBudgetExists(c Case) Verdict {
	if v, done := notActive(c.Facts, callBudgets); done {
		return v
	}
	b := budgetsOf(c)
	if len(b.views) > 0 {
		v := b.views[0]
		whose := "its own"
		if v.payer {
			whose = "the payer's"
		}
		return Verdict{Status: Pass, Evidence: b.evidence,
			Summary: fmt.Sprintf("%s covers all that the account costs; the first is %s, by %s.", counted(len(b.views), "cost budget", "cost budgets"), whose, periodWord(v.TimeUnit))}
	}
	if len(b.gaps) > 0 {
		return unknown("Whether a cost budget covers the account", b.evidence, b.gaps)
	}
	return Verdict{Status: Fail, Evidence: append(b.evidence, budgetCount(b)), Summary: "No cost budget covers the account: " + b.none() + "."}
}

// budgetCount is evidence where there is no budget to show.
func budgetCount(b budgetsSeen) Evidence {
	return Evidence{Name: "Budgets that cover the account", Value: fmt.Sprint(len(b.views)), Source: callBudgets}
}

// periodWord is a time unit as people say it.
func periodWord(unit string) string {
	switch unit {
	case "DAILY":
		return "day"
	case "MONTHLY":
		return "month"
	case "QUARTERLY":
		return "quarter"
	case "ANNUALLY":
		return "year"
	}
	return "a period of its own"
}
