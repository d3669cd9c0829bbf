package checks

import (
	"github.com/shopspring/decimal"

	"rootwatch/checks/spend"
)

var _ = register(Check{
	ID:       "spend-one-off",
	Title:    "No large purchase of a single day stands that nobody looked at",
	Short:    "Large one-day purchase",
	Good:     "no purchase waits for a look",
	Severity: Medium,
	Why: "A set-up fee, a reservation paid up front or a marketplace contract is over after a day, so no chart of the month shows it as a rise. " +
		"It is final all the same: AWS takes back few of them, and only those it is asked about soon.",
	Reads: []string{callCosts},
	Remediation: Remediation{
		Steps: []string{
			"Ask who bought it, and whether it was meant for this account.",
			"Press Acknowledge on the alert once somebody knows it: then it passes.",
			"Where nobody bought it, open a billing case with AWS support within days.",
		},
		Console:   "Billing and Cost Management > Bills > Charges by service",
		URL:       "https://console.aws.amazon.com/billing/home#/bills",
		CLI:       spendCLI,
		Terraform: spendTerraform,
	},
	References: []Reference{
		{Catalogue: "Article", ID: "1Strategy: five steps (2018)"},
		{Catalogue: "AWS", ID: "Getting help with your bills", URL: "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/billing-get-answers.html"},
	},
	Judge: func(c Case) Verdict {
		return judgeIncidents(c, "Whether something large was bought", "No large purchase of a day waits for a look", oneOff,
			func(spend.Incident) Severity { return Medium })
	},
})

// largePurchase is from how much, in the currency of the bill, a rise of one
// day is a purchase to ask about: a fifth of the set-up fee of 5,000 that
// 1Strategy's article tells of.
var largePurchase = decimal.NewFromInt(1000)

// oneOff is a rise that was over after its first day, large, and that nobody
// has acknowledged.
func oneOff(i spend.Incident) bool {
	return !i.Open && i.EndedOn != 0 && i.EndedOn-i.Since <= 1 && !i.NewUsual && i.AcknowledgedBy == "" && i.Peak.Sub(i.Expected).GreaterThanOrEqual(largePurchase)
}
