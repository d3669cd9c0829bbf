package checks

import "rootwatch/checks/spend"

var _ = register(Check{
	ID:       "spend-spike",
	Title:    "No service of the account costs far more than is usual for it",
	Short:    "Spend spike",
	Good:     "no spike is open",
	Severity: High,
	Why: "A rise in the bill is likely the first sign of a break-in, and always a question to somebody. " +
		"Rootwatch compares each whole day with what the account usually spends, service by service and region by region, and keeps a rise open until the cost is back or has become the usual.",
	Reads: []string{callCosts},
	Remediation: Remediation{
		Steps: []string{
			"Look at the alert: it says since when, in which service and region, and whether it looks like compromise or like growth.",
			"Ask the account's owner what was started on that day; where nobody knows it, treat it as a break-in.",
			"Stop what is not wanted. What is wanted can be announced with `rootwatch plan`, or becomes the usual by itself.",
		},
		Console:   "Billing and Cost Management > Cost Explorer > group by Service, Daily",
		URL:       "https://console.aws.amazon.com/cost-management/home#/cost-explorer",
		CLI:       spendCLI,
		Terraform: spendTerraform,
	},
	References: []Reference{
		{Catalogue: "Article", ID: articleS0},
		{Catalogue: "Article", ID: "1Strategy: five steps (2018)"},
		{Catalogue: "AWS", ID: "Avoiding unexpected charges", URL: "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/checklistforunwantedcharges.html"},
	},
	Judge: func(c Case) Verdict {
		return judgeIncidents(c, "Whether the account's spend is usual", "No spend spike is open",
			func(i spend.Incident) bool { return i.Open && !isFirst(i) }, bySize)
	},
})

// spendCLI shows the account's last week by service and region.
const spendCLI = "aws ce get-cost-and-usage --granularity DAILY --metrics UnblendedCost \\\n" +
	"  --time-period Start=$(date -u -d '-9 days' +%F),End=$(date -u +%F) \\\n" +
	"  --filter '{\"Dimensions\":{\"Key\":\"LINKED_ACCOUNT\",\"Values\":[\"" + AccountPlaceholder + "\"]}}' \\\n" +
	"  --group-by Type=DIMENSION,Key=SERVICE Type=DIMENSION,Key=REGION"

// spendTerraform is AWS's own watch beside ours.
const spendTerraform = "resource \"aws_ce_anomaly_monitor\" \"services\" {\n" +
	"  name              = \"services\"\n" +
	"  monitor_type      = \"DIMENSIONAL\"\n" +
	"  monitor_dimension = \"SERVICE\"\n" +
	"}"
