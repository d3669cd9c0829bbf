package spend

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
)

// Plan is spending that somebody announced: what it covers is no news.
type Plan struct {
	account.Scope
	ID        string          `json:"id"`
	AccountID account.ID      `json:"account_id,omitzero"` // zero for every account of the scope, each with the whole sum
	Service   string          `json:"service,omitempty"`   // as the bill names it; "" for all together
	Region    string          `json:"region,omitempty"`    // likewise
	From      Day             `json:"from"`
	To        Day             `json:"to"`       // both included
	PerDay    decimal.Decimal `json:"per_day"`  // above the usual day, for an account, in Currency
	Currency  string          `json:"currency"` // of the bill
	Reason    string          `json:"reason"`
	By        string          `json:"by"`
	At        time.Time       `json:"at"` // when it was announced
}

const (
	// PlanDaysAhead is how far ahead a plan may reach: a quarter, after which
	// what was planned is what is usual, and nobody remembers the announcement.
	PlanDaysAhead = 92
	// planDaysBack is how far back one may begin: a month, so that an event
	// that was forgotten is announced while its bill is still open.
	planDaysBack = 31
	// planReason is how many characters a reason has at least: "AWS" and "test"
	// tell nobody anything a month later.
	planReason = 8
)

// planSlack is how far above the announced sum a rise may lie and still be it.
// People announce round sums; 1.2 is also the least that budget-daily leaves
// between a usual day and a fitting budget.
var planSlack = decimal.New(12, -1)

// Fault says what keeps the plan from being one; nil for nothing. What is
// stored is held to it too: a plan that breaks a rule silences nothing.
func (p Plan) Fault() error {
	today := DayOf(p.At)
	switch {
	case strings.TrimSpace(p.By) == "":
		return errors.New("a plan needs to say who announces it")
	case utf8.RuneCountInString(strings.TrimSpace(p.Reason)) < planReason:
		return fmt.Errorf("a plan needs a reason of %d characters or more: what is run, so that whoever sees the bill knows it", planReason)
	case !p.PerDay.IsPositive():
		return fmt.Errorf("a plan needs the sum that a day will cost above the usual, and %s is none", p.PerDay)
	case p.At.IsZero() || p.From == 0 || p.To == 0:
		return errors.New("a plan needs a first day and a last day")
	case p.To < p.From:
		return fmt.Errorf("a plan that begins on %s cannot end on %s, before it", p.From, p.To)
	case p.To > today+PlanDaysAhead:
		return fmt.Errorf("a plan ends within %d days, and %s is later; what lasts longer becomes the usual by itself", PlanDaysAhead, p.To)
	case p.From < today-planDaysBack:
		return fmt.Errorf("a plan begins at most %d days ago, and %s is earlier", planDaysBack, p.From)
	}
	return nil
}

// about reports whether the plan speaks of the spike: of its account, service
// and region where it names them, and of its day.
func (p Plan) about(s Spike) bool {
	return p.Fault() == nil && s.Day >= p.From && s.Day <= p.To &&
		(p.AccountID.IsZero() || p.AccountID == s.Account) &&
		(p.Service == "" || strings.EqualFold(p.Service, s.Service)) &&
		(p.Region == "" || strings.EqualFold(p.Region, s.Region)) &&
		(p.Currency == "" || s.Currency == "" || p.Currency == s.Currency)
}

// announced are the plans that speak of the spike, the largest of them, and
// the sum of a day of all of them: two events may run at once.
func announced(plans []Plan, s Spike) (largest Plan, sum decimal.Decimal, found bool) {
	for _, p := range plans {
		if !p.about(s) {
			continue
		}
		if !found || p.PerDay.GreaterThan(largest.PerDay) {
			largest = p
		}
		sum, found = sum.Add(p.PerDay), true
	}
	return largest, sum, found
}

// rising is what rose on the spike's day: its own series and what rose with
// it, for a plan of machines also pays for their disks. So nothing beyond the
// announced sum hides behind a plan.
func rising(s Spike) decimal.Decimal {
	sum := s.Excess
	for _, d := range s.Drivers {
		sum = sum.Add(decimal.Max(d.Excess, decimal.Zero))
	}
	return sum
}

// Planned reports whether a spike is what was announced, and by which plan:
// then nobody is alerted. Of several plans that speak of it the sums add up,
// and the largest is named. One that has outgrown its plans is not planned;
// BeyondPlan says by how much.
func Planned(plans []Plan, s Spike) (Plan, bool) {
	p, sum, found := announced(plans, s)
	return p, found && rising(s).LessThanOrEqual(sum.Mul(planSlack))
}

// BeyondPlan says in a sentence by how much the spike outgrew what was
// announced, "" where no plan speaks of it or it is within.
func BeyondPlan(plans []Plan, s Spike) string {
	p, sum, found := announced(plans, s)
	over := rising(s).Sub(sum)
	if !found || rising(s).LessThanOrEqual(sum.Mul(planSlack)) {
		return ""
	}
	return fmt.Sprintf("It outgrew what was announced (%s, until %s) by %s a day: %s instead of %s.",
		p.ID, p.To.Time().Format("2 Jan"), planMoney(s.Currency, over), planMoney(s.Currency, rising(s)), planMoney(s.Currency, sum))
}

func planMoney(currency string, amount decimal.Decimal) string {
	return money(currency, amount.InexactFloat64())
}

// Heed is what is left to say once plans are heeded, and false where nothing
// is to be said nor remembered: a rise that is within its plan is no incident.
// One that was told before it was announced stays open and is kept up to date
// in silence; what outgrew its plan says by how much.
func Heed(plans []Plan, u Utterance) (Utterance, bool) {
	if u.Word == Over || !u.Incident.Open {
		return u, true
	}
	if _, planned := Planned(plans, u.Incident.Spike); planned {
		if u.Word == Grew || u.Word == Still {
			u.Word = Same
		}
		return u, u.Word != First
	}
	if beyond := BeyondPlan(plans, u.Incident.Spike); beyond != "" && !strings.Contains(u.Incident.Why, beyond) {
		u.Incident.Why = strings.TrimSpace(u.Incident.Why + " " + beyond)
	}
	return u, true
}
