package checks

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
)

var _ = register(Check{
	ID:       "budget-daily",
	Title:    "A daily cost budget of the account alone stands between 1.2 and 2 times its median day",
	Short:    "No daily budget of a fitting amount",
	Good:     "a daily budget fits the usual day",
	Severity: Medium,
	Why: "A monthly budget speaks when the month's money is gone: a break-in on Friday evening has the whole weekend, and weeks after it. " +
		"A daily one at 1.5 times the usual day speaks on the first day and stays quiet on the others. " +
		"An amount far above the usual is never reached, one just above it cries wolf, and a budget that counts credits sees nothing while credits pay.",
	Reads: []string{callBudgets, callCosts, callOrganization},
	Remediation: Remediation{
		Steps: []string{
			"Run `rootwatch budget ACCOUNT`: it takes the median day from the bill that was read and prints the commands with the amount filled in.",
			"Make the budget DAILY, of the account alone, at 1.5 times the median day, and leave credits and refunds out of it.",
			"Look at the amount again when the account has grown: Rootwatch says when it no longer fits.",
		},
		Console:   "Billing and Cost Management > Budgets > Create budget > Customize > Cost budget > Period: Daily",
		URL:       "https://console.aws.amazon.com/costmanagement/home#/budgets/create",
		CLI:       budgetCLI,
		Terraform: budgetTerraform,
	},
	References: []Reference{
		{Catalogue: "Article", ID: articleS0},
		{Catalogue: "AWS", ID: "Creating a cost budget", URL: "https://docs.aws.amazon.com/cost-management/latest/userguide/create-cost-budget.html"},
	},
	Judge: judgeBudgetDaily,
})

func judgeBudgetDaily(c Case) Verdict {
	if v, done := notActive(c.Facts, callBudgets); done {
		return v
	}
	b := budgetsOf(c)
	typical, known := c.TypicalDay.Get()
	daily, maybe := b.daily(), b.maybeDaily()
	gaps := b.gaps
	var faults []string
	for _, v := range append(daily, maybe...) {
		if !known {
			break
		}
		fault, gap := v.misfit(typical)
		switch {
		case gap != nil:
			gaps = append(gaps, *gap)
		case fault == "" && v.alone == account.Yes:
			return Verdict{Status: Pass, Evidence: append(b.evidence, typicalEvidence(c)...),
				Summary: fmt.Sprintf("A daily budget of %s %s fits a median day of %s.", v.Amount, v.Unit, sum(typical.Median, typical.Currency))}
		case fault == "":
			gaps = append(gaps, roleGap)
		default:
			faults = append(faults, fault)
		}
	}
	if len(daily)+len(maybe) > 0 && !known {
		gaps = append(gaps, named(c.TypicalDay.Gap(), callCosts))
	}
	evidence := append(b.evidence, typicalEvidence(c)...)
	if len(gaps) > 0 {
		return unknown("Whether a daily budget fits what the account costs", evidence, gaps)
	}
	if len(faults) > 0 {
		return Verdict{Status: Fail, Short: "Daily budget does not fit", Evidence: evidence, Summary: "The daily budget does not fit: " + strings.Join(faults, "; ") + "."}
	}
	return Verdict{Status: Fail, Evidence: append(evidence, budgetCount(b)), Short: b.shortDaily(), Summary: "The account has no daily budget of its own: " + b.noDaily() + "."}
}

// misfit says why the budget's amount does not fit the typical day, "" where it
// does; a Gap where that cannot be said.
func (v budgetView) misfit(t TypicalDay) (string, *account.Gap) {
	amount, err := decimal.NewFromString(v.Amount)
	if err != nil {
		return "", &account.Gap{Call: callBudgets, Cause: account.Undecodable, Sentence: "The budget's amount is not a number."}
	}
	if v.Unit != t.Currency && !t.Median.IsZero() {
		return "", &account.Gap{Call: callBudgets, Cause: account.Undecodable, Sentence: fmt.Sprintf("The budget is in %s and the bill in %s.", orUnknown(v.Unit), orUnknown(t.Currency))}
	}
	fires, hidden := amount, ""
	if v.IncludeCredit && t.Credits.IsPositive() {
		if t.Swallowed() {
			return fmt.Sprintf("it counts credits, which take %s off a usual day of %s: while they last it cannot fire", sum(t.Credits, t.Currency), sum(t.Median, t.Currency)), nil
		}
		fires = amount.Add(t.Credits)
		hidden = fmt.Sprintf(" (with %s of credits a day, which it counts, it speaks at %s)", sum(t.Credits, t.Currency), sum(fires, t.Currency))
	}
	least, most := t.Median.Mul(budgetLeast), decimal.Max(t.Median.Mul(budgetMost), budgetFloor)
	switch {
	case fires.LessThan(least):
		return fmt.Sprintf("%s is less than 1.2 times the median day of %s%s", sum(amount, v.Unit), sum(t.Median, t.Currency), hidden), nil
	case fires.GreaterThan(most):
		return fmt.Sprintf("%s is more than 2 times the median day of %s%s", sum(amount, v.Unit), sum(t.Median, t.Currency), hidden), nil
	}
	return "", nil
}

// Swallowed reports whether credits pay for as good as all of a usual day.
func (t TypicalDay) Swallowed() bool {
	return t.Median.IsPositive() && t.Median.Sub(t.Credits).LessThanOrEqual(t.Median.Mul(swallowed))
}

// sum is money for a sentence.
func sum(amount decimal.Decimal, currency string) string {
	return strings.TrimSpace(amount.StringFixed(2) + " " + currency)
}

func typicalEvidence(c Case) []Evidence {
	t, known := c.TypicalDay.Get()
	if !known {
		return nil
	}
	es := []Evidence{{Name: "Median day", Value: fmt.Sprintf("%s over %s", sum(t.Median, t.Currency), days(t.Days)), Source: callCosts}}
	if t.Credits.IsPositive() {
		es = append(es, Evidence{Name: "Credits a day", Value: sum(t.Credits, t.Currency), Source: callCosts})
	}
	return es
}

// noDaily says what there is instead of a daily budget of the account.
func (b budgetsSeen) noDaily() string {
	if len(b.views) == 0 {
		return b.none()
	}
	for _, v := range b.views {
		if v.TimeUnit == "DAILY" { // of several accounts, else it would have been judged
			return "the daily one looks at several accounts, so that one account's rise is lost in the others' cost"
		}
	}
	return "what covers it counts by " + periodWord(b.views[0].TimeUnit)
}

func (b budgetsSeen) shortDaily() string {
	if len(b.views) == 0 {
		return "No daily budget"
	}
	return "No daily budget of its own"
}
