package checks

import (
	"fmt"
	"strconv"
	"strings"

	"rootwatch/checks/account"
)

// enoughPeople is how many must hear of an alert, for one of them is on
// holiday: S0 asks for more than one.
const enoughPeople = 2

var _ = register(Check{
	ID:       "budget-alert",
	Title:    "The budget tells two people or a live topic when actual cost reaches its amount, or before",
	Short:    "Budget alert reaches too few",
	Good:     "its alert reaches people in time",
	Severity: Medium,
	Why: "A budget without an alert is a figure in a console that nobody opens, and one on the forecast alone may come late or never. " +
		"A single address is on holiday when it matters. " +
		"A topic whose policy does not let AWS Budgets publish, or that nobody subscribed to, takes the alert and loses it without a word.",
	Reads: []string{callBudgets, callTopics, callOrganization},
	Remediation: Remediation{
		Steps: []string{
			"Give the budget an alert on actual cost at 100 % or less of its amount.",
			"Tell at least two addresses, or a topic with a confirmed subscription.",
			"For a topic, let budgets.amazonaws.com publish in its policy, and do not encrypt it with AWS's own key.",
			"`rootwatch budget ACCOUNT` says which of these is missing, and prints the commands.",
		},
		Console: "Billing and Cost Management > Budgets > the budget > Edit > Configure alerts",
		URL:     "https://console.aws.amazon.com/costmanagement/home#/budgets/overview",
		CLI: "aws budgets create-notification --account-id ACCOUNT_ID --budget-name daily-cost \\\n" +
			"  --notification NotificationType=ACTUAL,ComparisonOperator=GREATER_THAN,Threshold=100,ThresholdType=PERCENTAGE \\\n" +
			"  --subscribers SubscriptionType=EMAIL,Address=finops@example.com SubscriptionType=EMAIL,Address=security@example.com",
		Terraform: budgetTerraform,
	},
	References: []Reference{
		{Catalogue: "Article", ID: articleS0},
		{Catalogue: "AWS", ID: "Creating an Amazon SNS topic for budget notifications", URL: "https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html"},
	},
	Judge: judgeBudgetAlert,
})

func judgeBudgetAlert(c Case) Verdict {
	if v, done := notActive(c.Facts, callBudgets, callTopics); done {
		return v
	}
	b := budgetsOf(c)
	daily, maybe := b.daily(), b.maybeDaily()
	if len(maybe) == 0 {
		return b.alertOf(daily)
	}
	// It is not known whether the account pays for others: where that would
	// change the verdict, there is none.
	ifMember, ifPayer := b.alertOf(append(daily, maybe...)), b.alertOf(daily)
	if ifMember.Status == ifPayer.Status {
		return ifMember
	}
	return unknown("Whether the account's budget alerts anybody", ifMember.Evidence, []account.Gap{roleGap})
}

// alertOf judges the daily budgets of the account, which are the ones to
// have; where there are none, whatever covers it.
func (b budgetsSeen) alertOf(daily []budgetView) Verdict {
	views := daily
	if len(daily) == 0 {
		views = b.views
	}
	gaps := b.gaps
	evidence := b.evidence
	var faults []string
	var passed *Verdict
	for _, v := range views {
		a := v.alert()
		evidence = append(evidence, a.evidence...)
		switch a.works {
		case account.Yes:
			passed = &Verdict{Status: Pass, Summary: fmt.Sprintf("The budget by %s alerts on actual cost at its amount or before, and reaches %s.", periodWord(v.TimeUnit), a.reach)}
		case account.AnswerUnknown:
			gaps = append(gaps, a.gaps...)
		default:
			faults = append(faults, a.fault)
		}
	}
	switch {
	case passed != nil && (len(daily) > 0 || len(b.gaps) == 0):
		passed.Evidence = evidence
		return *passed
	case len(gaps) > 0:
		return unknown("Whether the account's budget alerts anybody", evidence, gaps)
	case len(faults) == 0:
		return Verdict{Status: Fail, Short: "No budget to alert", Evidence: append(evidence, budgetCount(b)), Summary: "No budget can alert: " + b.none() + "."}
	}
	return Verdict{Status: Fail, Evidence: evidence, Summary: "The budget alerts nobody in time: " + strings.Join(faults, "; ") + "."}
}

// alert is what one budget's notifications come to.
type alert struct {
	works    account.Answer
	reach    string // whom it reaches
	fault    string // why not
	gaps     []account.Gap
	evidence []Evidence
}

// alert is a pass where enough hear for certain. What could not be read, or may
// be in time, counts only where it could still make one.
func (v budgetView) alert() alert {
	var a alert
	for _, n := range v.Notifications {
		a.evidence = append(a.evidence, Evidence{Name: "Alert of " + v.label(), Value: alertTerms(n), Source: callBudgets})
	}
	sure, perhaps := v.heard(account.Yes), v.heard(account.Yes, account.AnswerUnknown)
	switch {
	case sure.enough() != "":
		a.works, a.reach = account.Yes, sure.enough()
	case v.Gap != nil:
		a.gaps = []account.Gap{named(*v.Gap, callBudgets)}
	case len(sure.open) > 0:
		a.gaps = sure.open
	case perhaps.enough() != "", len(perhaps.open) > 0:
		a.gaps = append(perhaps.open, account.Gap{Call: callBudgets, Cause: account.Undecodable, Sentence: fmt.Sprintf(
			"Of the budget %s AWS did not tell the running period's limit, and whether an alert at a fixed sum comes in time depends on it.", v.Name)})
	case len(v.Notifications) == 0:
		a.works, a.fault = account.No, "it has no alert"
	case !sure.inTime:
		a.works, a.fault = account.No, "no alert of it is on actual cost at its amount or before"
	default:
		a.works, a.fault = account.No, strings.Join(append([]string{reached(len(sure.people))}, sure.dead...), ", and ")
	}
	for i := range a.gaps {
		if v.payer {
			a.gaps[i] = ofPayer(a.gaps[i])
		}
	}
	return a
}

func reached(people int) string {
	if people == 0 {
		return "no address is told"
	}
	return counted(people, "address is told", "addresses are told")
}

func orWord(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// alertTerms are the notification's own words, and how many it tells.
func alertTerms(n account.BudgetNotification) string {
	unit := " %"
	if n.Absolute {
		unit = ""
	}
	if n.Gap != nil {
		return fmt.Sprintf("%s %s %s%s, to whom was not read", n.Type, n.Operator, strconv.FormatFloat(n.Threshold, 'f', -1, 64), unit)
	}
	mails, topics := 0, []string{}
	for _, s := range n.Subscribers {
		switch {
		case s.Type == "EMAIL":
			mails++
		case s.Live == account.Yes:
			topics = append(topics, "a live topic")
		default:
			topics = append(topics, orWord(s.Why, "a topic that could not be read"))
		}
	}
	to := append([]string{counted(mails, "address", "addresses")}, topics...)
	return fmt.Sprintf("%s %s %s%s, to %s", n.Type, n.Operator, strconv.FormatFloat(n.Threshold, 'f', -1, 64), unit, strings.Join(to, ", "))
}
