package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
)

const (
	callBudgets       = "budgets:ViewBudget"
	callTopics        = "sns:GetTopicAttributes"
	callCosts         = "ce:GetCostAndUsage"
	callSubscriptions = "ce:GetAnomalySubscriptions"
	callMonitors      = "ce:GetAnomalyMonitors"
)

// What a daily budget's amount may be, as multiples of the median day. S0 asks
// for 1.5; below 1.2 it fires on a busy Monday, above 2 it misses a doubling.
var (
	budgetLeast = decimal.RequireFromString("1.2")
	budgetMost  = decimal.RequireFromString("2")
	// budgetFloor is what the amount may always be, in the bill's currency: an
	// account that costs a few cents needs no budget of a few cents.
	budgetFloor = decimal.NewFromInt(1)
	// swallowed is the part of a day that is left where credits pay for as good
	// as all of it: they grow with the cost, and the budget sees nothing.
	swallowed = decimal.RequireFromString("0.1")
)

// budgetView is a budget that looks at all that the account costs.
type budgetView struct {
	account.Budget
	payer bool // it is the payer's, not the account's own
	// alone says that it looks at nothing but the account: only then can its
	// amount be held against the account's day.
	alone account.Answer
}

// budgetsSeen is every cost budget that covers the account, and what could not be read.
type budgetsSeen struct {
	views    []budgetView
	others   int // of its own that do not: of usage, of a part of the bill, not at work
	gaps     []account.Gap
	evidence []Evidence
}

// budgetsOf joins the account's own budgets and the payer's that reach it.
// The payer's own bill has no other payer.
func budgetsOf(c Case) budgetsSeen {
	var b budgetsSeen
	f, org := c.Facts, c.Organization
	own, read := f.Budgets.Get()
	if !read {
		b.gaps = append(b.gaps, named(f.Budgets.Gap(), callBudgets))
	}
	pays := f.Role == account.Management || !org.ManagementID.IsZero() && org.ManagementID == f.ID
	for _, budget := range own {
		b.add(budget, f.ID, false, aloneOwn(budget, f, pays))
	}
	if pays || f.Role == account.Standalone {
		return b
	}
	payers, read := org.Budgets.Get()
	if !read {
		b.gaps = append(b.gaps, ofPayer(named(org.Budgets.Gap(), callBudgets)))
	}
	for _, budget := range payers {
		b.add(budget, f.ID, true, isAnswer(len(budget.Accounts) == 1))
	}
	return b
}

// aloneOwn is whether an account's own budget looks at it alone. An unfiltered
// one of an account that may be the payer may look at all its members.
func aloneOwn(b account.Budget, f account.Facts, pays bool) account.Answer {
	switch {
	case len(b.Accounts) == 1:
		return account.Yes
	case pays, len(b.Accounts) > 1:
		return account.No
	case f.Role == account.RoleUnknown:
		return account.AnswerUnknown
	}
	return account.Yes
}

func isAnswer(yes bool) account.Answer {
	if yes {
		return account.Yes
	}
	return account.No
}

// ofPayer says in a gap whose answer is missing.
func ofPayer(g account.Gap) account.Gap {
	if g.Sentence != "" {
		g.Sentence = "In the paying account " + lowerFirst(g.Sentence)
	}
	return g
}

func (b *budgetsSeen) add(budget account.Budget, id account.ID, payer bool, alone account.Answer) {
	covers := !budget.Filtered || slices.Contains(budget.Accounts, id.String())
	if budget.Type != "COST" || budget.Idle != "" || !covers {
		if !payer { // the payer's about others are none of its business
			b.others++
			b.evidence = append(b.evidence, Evidence{Name: "Budget " + budget.Name, Value: whyNot(budget, covers), Source: callBudgets})
		}
		return
	}
	v := budgetView{Budget: budget, payer: payer, alone: alone}
	b.views = append(b.views, v)
	b.evidence = append(b.evidence, Evidence{Name: v.label(), Value: v.terms(), Source: callBudgets})
}

// whyNot says why a budget does not cover the account.
func whyNot(b account.Budget, covers bool) string {
	switch {
	case b.Type != "COST":
		return orUnknown(b.Type) + " budget, which says nothing of cost"
	case b.Idle != "":
		return b.Idle
	case !covers && len(b.Accounts) > 0:
		return "is about other accounts"
	}
	return "looks at a part of the bill"
}

func (v budgetView) label() string {
	if v.payer {
		return "Budget " + v.Name + " of the payer"
	}
	return "Budget " + v.Name
}

// terms are the budget's own words: DAILY, 150 USD, nets credits.
func (v budgetView) terms() string {
	words := []string{orUnknown(v.TimeUnit)}
	if v.Amount != "" {
		words = append(words, strings.TrimSpace(v.Amount+" "+v.Unit))
	}
	if v.alone == account.No {
		words = append(words, "about several accounts")
	}
	if v.IncludeCredit {
		words = append(words, "nets credits")
	}
	return strings.Join(words, ", ")
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

// daily are the budgets of days that look at the account alone.
func (b budgetsSeen) daily() []budgetView {
	return b.which(func(v budgetView) bool { return v.TimeUnit == "DAILY" && v.alone == account.Yes })
}

// maybeDaily are those of which it is not known whether they look at it alone.
func (b budgetsSeen) maybeDaily() []budgetView {
	return b.which(func(v budgetView) bool { return v.TimeUnit == "DAILY" && v.alone == account.AnswerUnknown })
}

func (b budgetsSeen) which(is func(budgetView) bool) []budgetView {
	return slices.DeleteFunc(slices.Clone(b.views), func(v budgetView) bool { return !is(v) })
}

// none says that nothing covers the account, in words that fit what there is.
func (b budgetsSeen) none() string {
	if b.others == 0 {
		return "there is no budget"
	}
	if b.others == 1 {
		return "the one budget does not cover all that the account costs"
	}
	return fmt.Sprintf("none of %s covers all that the account costs", counted(b.others, "budget", "budgets"))
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
