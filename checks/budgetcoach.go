package checks

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
)

// budgetFactor times the median day is the amount that S0 asks for.
var budgetFactor = decimal.RequireFromString("1.5")

// placeholders stand where nobody said whom to tell. AWS takes them, and
// nobody hears: they are to be replaced.
var placeholders = []string{"finops@example.com", "security@example.com"}

// BudgetAdvice is the budget that S0 asks for beside what an account has.
type BudgetAdvice struct {
	account.Scope
	AccountID   account.ID `json:"account_id"`
	AccountName string     `json:"account_name,omitempty"`
	// Status is that of the worst of the three rows about budgets.
	Status  Status        `json:"status"`
	Rows    []BudgetRow   `json:"rows"`
	Exists  []Evidence    `json:"exists"` // the budgets and alerts that were read
	Typical *TypicalDay   `json:"typical_day,omitempty"`
	Wanted  *WantedBudget `json:"wanted,omitempty"` // nil where too little is known of the cost
	Notes   []string      `json:"notes"`            // sentences on what to know before
}

// BudgetRow is what one check says of the budgets.
type BudgetRow struct {
	CheckID string `json:"check_id"`
	Status  Status `json:"status"`
	Summary string `json:"summary"`
}

// WantedBudget is the budget to make.
type WantedBudget struct {
	Name     string          `json:"name"`
	TimeUnit string          `json:"time_unit"`
	Amount   decimal.Decimal `json:"amount"`
	Unit     string          `json:"unit"`
	Notify   []string        `json:"notify"`
	// LinkedAccount narrows the budget of an account that pays for others to itself.
	LinkedAccount string `json:"linked_account,omitempty"`
	CLI           string `json:"cli"`
	Terraform     string `json:"terraform"`
}

// CoachBudget says which budget the account should have, and why what is there
// does not do. notify is whom to tell; placeholders stand in where it is empty.
func CoachBudget(c Case, notify []string) BudgetAdvice {
	advice := BudgetAdvice{Scope: c.Facts.Scope, AccountID: c.Facts.ID, AccountName: c.Facts.Name, Status: Pass, Exists: budgetsOf(c).evidence, Notes: []string{}}
	if advice.Exists == nil {
		advice.Exists = []Evidence{}
	}
	for _, id := range []string{"budget-exists", "budget-daily", "budget-alert"} {
		check, _ := Find(id)
		v := check.Judge(c)
		if v.Status == "" {
			v.Status = Unknown
		}
		advice.Rows = append(advice.Rows, BudgetRow{id, v.Status, v.Summary})
		if v.Status == Fail || v.Status == Unknown && advice.Status == Pass {
			advice.Status = v.Status
		}
	}
	advice.note(c, notify)
	typical, known := c.TypicalDay.Get()
	if !known {
		return advice
	}
	advice.Typical = &typical
	wanted := &WantedBudget{Name: freeName(c), TimeUnit: "DAILY", Amount: BudgetAmount(typical.Median), Unit: typical.Currency, Notify: notify}
	if wanted.Unit == "" {
		wanted.Unit = "USD"
	}
	if len(notify) == 0 {
		wanted.Notify = placeholders
	}
	if c.Facts.Role == account.Management {
		wanted.LinkedAccount = c.Facts.ID.String()
	}
	for _, v := range budgetsOf(c).daily() {
		if !v.payer && advice.Status != Pass {
			advice.Notes = append(advice.Notes, fmt.Sprintf("Once %s stands, the budget %s can be deleted.", wanted.Name, v.Name))
		}
	}
	wanted.CLI, wanted.Terraform = wanted.cli(c.Facts.ID), wanted.terraform(c.Facts.ID)
	advice.Wanted = wanted
	return advice
}

// BudgetAmount is 1.5 times the median, rounded up to two figures so that it
// reads like an amount that somebody chose, and 1 at least. It stays below 1.65
// times, within what budget-daily takes.
func BudgetAmount(median decimal.Decimal) decimal.Decimal {
	amount := decimal.Max(median.Mul(budgetFactor), budgetFloor)
	places := int32(2) - int32(len(amount.Truncate(0).String()))
	return amount.RoundUp(places)
}

// freeName is a name that no budget of the account has.
func freeName(c Case) string {
	taken := map[string]bool{}
	own, _ := c.Facts.Budgets.Get()
	for _, b := range own {
		taken[b.Name] = true
	}
	name := "daily-cost"
	for n := 2; taken[name]; n++ {
		name = fmt.Sprintf("daily-cost-%d", n)
	}
	return name
}

// note says what the rows do not, or not in so many words.
func (a *BudgetAdvice) note(c Case, notify []string) {
	say := func(format string, args ...any) { a.Notes = append(a.Notes, fmt.Sprintf(format, args...)) }
	typical, known := c.TypicalDay.Get()
	if !known {
		say("No amount is proposed: %s", sentenceOf(named(c.TypicalDay.Gap(), callCosts)))
	}
	b := budgetsOf(c)
	for _, v := range b.views {
		if v.IncludeCredit && known && typical.Credits.IsPositive() {
			verb := "fires late"
			if typical.Swallowed() {
				verb = "cannot fire while they last"
			}
			say("%s counts credits, which take %s off a usual day of %s: it %s. Leave credits out of it.", v.label(), sum(typical.Credits, typical.Currency), sum(typical.Median, typical.Currency), verb)
		}
		a.noteTopics(v)
	}
	if n := len(notify); n == 0 {
		say("The recipients are placeholders: name yours with --notify a@example.com,b@example.com.")
	} else if n < enoughPeople {
		say("One recipient is not enough: name a second with --notify a@example.com,b@example.com.")
	}
	if billingClosed(c.Facts) {
		say("IAM has no access to billing in this account: root must switch it on before anybody else can make a budget.")
	}
}

func (a *BudgetAdvice) noteTopics(v budgetView) {
	said := map[string]bool{}
	for _, n := range v.Notifications {
		for _, s := range n.Subscribers {
			if s.Live == account.No && s.Why != "" && !said[s.Why] {
				said[s.Why] = true
				a.Notes = append(a.Notes, fmt.Sprintf("A topic of %s cannot deliver: %s.", v.label(), s.Why))
			}
		}
	}
}

// sentenceOf is a gap as a sentence of its own.
func sentenceOf(g account.Gap) string {
	if g.Sentence == "" {
		return upperFirst(clause(g)) + "."
	}
	return strings.TrimRight(g.Sentence, ".") + "."
}
