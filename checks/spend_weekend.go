package checks

import (
	"fmt"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

var _ = register(Check{
	ID:       "spend-weekend",
	Title:    "The bill is watched over the weekend, and no early sign of a rise is open",
	Short:    "Early sign of a weekend rise",
	Good:     "the weekend is watched and quiet",
	Severity: High,
	Why: "Break-ins begin on Friday evening, because nobody looks at the bill until Monday, and Cost Explorer is a day behind. " +
		"AWS's estimated charges come several times a day and cost next to nothing to read, so a rise shows within hours.",
	Reads: []string{callEstimated},
	Remediation: Remediation{
		Steps: []string{
			"Where the watch is off: in the payer, switch on \"CloudWatch billing alerts\" under Billing preferences; the metric comes within a day.",
			"See in `rootwatch doctor` that the role may read metrics in us-east-1.",
			"Where a sign is open, look now: it is confirmed or withdrawn by Cost Explorer a day later.",
		},
		Console:   "Billing and Cost Management > Billing preferences > Alert preferences > CloudWatch billing alerts",
		URL:       "https://console.aws.amazon.com/billing/home#/preferences",
		CLI:       "aws cloudwatch list-metrics --region us-east-1 --namespace AWS/Billing --metric-name EstimatedCharges",
		Terraform: "# Terraform cannot switch on billing alerts: it is a preference of the payer's console.",
	},
	References: []Reference{
		{Catalogue: "Article", ID: "1Strategy: five steps (2018)"},
		{Catalogue: "AWS", ID: "Monitoring estimated charges", URL: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/monitor_estimated_charges_with_cloudwatch.html"},
	},
	Judge: judgeSpendWeekend,
})

func judgeSpendWeekend(c Case) Verdict {
	if v, done := notActive(c.Facts, callEstimated); done {
		return v
	}
	w, known := c.Weekend.Get()
	if !known {
		return unknown("Whether the bill is watched over the weekend", nil, []account.Gap{named(c.Weekend.Gap(), callEstimated)})
	}
	evidence := []Evidence{{Name: "EstimatedCharges", Value: "read on " + w.At.UTC().Format(timeLayout), Source: callEstimated}}
	for _, i := range w.Signs {
		if i.Account == c.Facts.ID && i.Open && i.Sure == spend.Early {
			return Verdict{Status: Fail, Evidence: evidence,
				Summary: fmt.Sprintf("An early sign is open: %s stands at %s where %s is usual, by AWS's estimate.", serviceText(i.Service), sum(i.Actual, i.Currency), sum(i.Expected, i.Currency))}
		}
	}
	return Verdict{Status: Pass, Evidence: evidence, Summary: "The estimated charges were read on " + w.At.UTC().Format(timeLayout) + ", and no early sign is open."}
}
