package spend

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
)

// By is what a tally of a bill has its rows for.
type By string

// The groupings.
const (
	ByAccount By = "account"
	ByService By = "service"
	ByRegion  By = "region"
)

// Groupings are all of By, as a person may type them.
func Groupings() []By { return []By{ByAccount, ByService, ByRegion} }

const (
	// TallyBefore is how many days before its own a tally compares with: four
	// weeks, in which each weekday comes as often.
	TallyBefore = 28
	// TallyPoints is how many points a row's line has at most; of more days each
	// point is the mean of some.
	TallyPoints = 28

	tallyLeast = 14 // read days of the four weeks: less is no comparison
)

// Tally is a bill over some days by account, service or region: usage,
// unblended, before credits, refunds, fees and tax.
type Tally struct {
	By       By              `json:"by"`
	From     Day             `json:"from"`
	To       Day             `json:"to"`      // included
	Days     int             `json:"days"`    // of these days, how many were read
	Missing  int             `json:"missing"` // and how many were not, or only before they were whole
	Currency string          `json:"currency"`
	Apart    decimal.Decimal `json:"apart"` // credits, refunds, fees and tax of these days, in no row
	// Elsewhere are the other currencies that some of those are in; nothing of them is in Apart.
	Elsewhere []string   `json:"elsewhere,omitempty"`
	Sum       TallyRow   `json:"sum"`  // all rows
	Rows      []TallyRow `json:"rows"` // the largest first
}

// TallyRow is one account, service or region.
type TallyRow struct {
	Account     account.ID      `json:"account_id,omitzero"`
	Name        string          `json:"name"`           // AWS's, a stranger's text; of accounts filled in by whoever knows
	More        int             `json:"more,omitempty"` // how many rows this one sums up; 0 in a row of its own
	Total       decimal.Decimal `json:"total"`
	Share       float64         `json:"share"` // percent of the sum; 0 where that is not positive
	MonthToDate decimal.Decimal `json:"month_to_date"`
	PerDay      decimal.Decimal `json:"per_day"`          // a read day in the mean
	Before      decimal.Decimal `json:"per_day_before"`   // and one of the four weeks before
	Compared    bool            `json:"compared"`         // whether enough of those were read
	Change      *float64        `json:"change,omitempty"` // percent; nil where nothing was before, or it is not compared
	Points      []Point         `json:"points,omitempty"` // a day in the mean, by the first day of each point
	buckets     []decimal.Decimal
}

// Tallying sums sheets into a Tally, day by day, so that a long bill need not
// be in memory.
type Tallying struct {
	by       By
	only     account.ID // zero: all accounts
	from, to Day
	now      time.Time
	currency string
	apart    map[string]decimal.Decimal // by currency
	rows     map[string]*TallyRow
	read     map[Day]bool
}

// NewTally begins a tally of from to to, both included, of one account or
// (zero) of all. now tells which days may still be provisional.
func NewTally(by By, only account.ID, from, to Day, now time.Time) *Tallying {
	return &Tallying{by: by, only: only, from: from, to: to, now: now, apart: map[string]decimal.Decimal{}, rows: map[string]*TallyRow{}, read: map[Day]bool{}}
}

// First is the first day that the tally wants to be told of; the last is to.
func (t *Tallying) First() Day { return min(t.from-TallyBefore, monthStart(t.to)) }

// Add takes one day or several, each once. A day that was last seen before it
// was whole, and is not new any more, is missing.
func (t *Tallying) Add(s Sheet) error {
	for day := s.From; day <= s.To; day++ {
		if !Provisional(day, s.ObservedAt) || Provisional(day, t.now) {
			t.read[day] = true
		}
	}
	for _, c := range s.Charges {
		if c.Amount.IsZero() || !t.read[c.Day] || c.Day > t.to || (!t.only.IsZero() && c.Account != t.only) {
			continue
		}
		if c.Category != Usage {
			if c.Day >= t.from {
				t.apart[c.Currency] = t.apart[c.Currency].Add(c.Amount)
			}
			continue
		}
		if t.currency == "" {
			t.currency = c.Currency
		}
		if c.Currency != t.currency {
			return fmt.Errorf("the bill is in %s, and on %s also in %s: they have no sum", t.currency, c.Day, c.Currency)
		}
		t.charge(c)
	}
	return nil
}

func (t *Tallying) charge(c Charge) {
	r := t.row(c.Key)
	if c.Day >= monthStart(t.to) {
		r.MonthToDate = r.MonthToDate.Add(c.Amount)
	}
	switch {
	case c.Day >= t.from:
		r.Total = r.Total.Add(c.Amount)
		n := int(c.Day-t.from) / t.step()
		r.buckets[n] = r.buckets[n].Add(c.Amount)
	case c.Day >= t.from-TallyBefore:
		r.Before = r.Before.Add(c.Amount)
	}
}

func (t *Tallying) row(k Key) *TallyRow {
	name := k.Service
	switch t.by {
	case ByAccount:
		name = k.Account.String()
	case ByRegion:
		name = k.Region
	}
	r, ok := t.rows[name]
	if !ok {
		r = &TallyRow{Name: name, buckets: make([]decimal.Decimal, (int(t.to-t.from)+t.step())/t.step())}
		if t.by == ByAccount {
			r.Account = k.Account
		}
		t.rows[name] = r
	}
	return r
}

// step is how many days a point stands for.
func (t *Tallying) step() int { return int(t.to-t.from)/TallyPoints + 1 }

// Tally is what was added. Rows that cost nothing, then and before, are not in it.
func (t *Tallying) Tally() Tally {
	sum := Tally{By: t.by, From: t.from, To: t.to, Currency: t.currency}
	for _, currency := range slices.Sorted(maps.Keys(t.apart)) {
		if sum.Currency = cmp.Or(sum.Currency, currency); sum.Currency == currency {
			sum.Apart = t.apart[currency].Round(2)
		} else {
			sum.Elsewhere = append(sum.Elsewhere, currency)
		}
	}
	sum.Days = t.readDays(t.from, t.to)
	sum.Missing = int(t.to-t.from) + 1 - sum.Days
	before := t.readDays(t.from-TallyBefore, t.from-1)
	var all []TallyRow
	for _, r := range t.rows {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b TallyRow) int {
		return cmp.Or(b.Total.Cmp(a.Total), b.Before.Cmp(a.Before), cmp.Compare(a.Name, b.Name))
	})
	sum.Sum = together(all)
	if sum.Sum.buckets == nil {
		sum.Sum.buckets = make([]decimal.Decimal, (int(t.to-t.from)+t.step())/t.step())
	}
	sum.Sum.More = 0
	for i := range all {
		t.finish(&all[i], sum.Sum.Total, sum.Days, before)
	}
	t.finish(&sum.Sum, sum.Sum.Total, sum.Days, before)
	sum.Rows = all
	return sum
}

func (t *Tallying) readDays(from, to Day) int {
	n := 0
	for day := from; day <= to; day++ {
		if t.read[day] {
			n++
		}
	}
	return n
}

// finish makes of sums what is shown.
func (t *Tallying) finish(r *TallyRow, total decimal.Decimal, days, before int) {
	if total.IsPositive() {
		r.Share = percent(r.Total, total)
	}
	if r.Compared = before >= tallyLeast && days > 0; r.Compared {
		r.Before = r.Before.Div(decimal.NewFromInt(int64(before)))
	} else {
		r.Before = decimal.Zero
	}
	if days > 0 {
		r.PerDay = r.Total.Div(decimal.NewFromInt(int64(days)))
	}
	r.Change = change(*r)
	for n, sum := range r.buckets {
		first := t.from + Day(n*t.step())
		if read := t.readDays(first, min(first+Day(t.step())-1, t.to)); read > 0 {
			r.Points = append(r.Points, Point{Day: first, Amount: sum.Div(decimal.NewFromInt(int64(read))).Round(2)})
		}
	}
	r.PerDay, r.Before = r.PerDay.Round(2), r.Before.Round(2)
	r.Total, r.MonthToDate = r.Total.Round(2), r.MonthToDate.Round(2)
}

// change is nil where it has no meaning: nothing before, or less than nothing.
func change(r TallyRow) *float64 {
	if !r.Compared || r.Before.LessThan(decimal.New(5, -3)) {
		return nil
	}
	part := percent(r.PerDay.Sub(r.Before), r.Before)
	return &part
}

func percent(part, whole decimal.Decimal) float64 {
	return part.Mul(decimal.NewFromInt(100)).Div(whole).Round(1).InexactFloat64()
}

// Capped keeps the n largest rows, and sums the others up in one below them.
func (t Tally) Capped(n int) Tally {
	if len(t.Rows) <= n+1 { // a row that stands for one is no shorter
		return t
	}
	rest := together(t.Rows[n:])
	rest.Share, rest.Compared = 0, t.Sum.Compared
	if t.Sum.Total.IsPositive() {
		rest.Share = percent(rest.Total, t.Sum.Total)
	}
	rest.Change = change(rest)
	t.Rows = append(slices.Clone(t.Rows[:n]), rest)
	return t
}

// together sums rows of the same days.
func together(rows []TallyRow) TallyRow {
	sum := TallyRow{More: len(rows)}
	for _, r := range rows {
		sum.Total, sum.MonthToDate = sum.Total.Add(r.Total), sum.MonthToDate.Add(r.MonthToDate)
		sum.PerDay, sum.Before = sum.PerDay.Add(r.PerDay), sum.Before.Add(r.Before)
		if sum.buckets == nil {
			sum.buckets = make([]decimal.Decimal, len(r.buckets))
		}
		for i, v := range r.buckets {
			sum.buckets[i] = sum.buckets[i].Add(v)
		}
		if sum.Points == nil {
			sum.Points = make([]Point, len(r.Points))
		}
		for i, p := range r.Points {
			sum.Points[i] = Point{Day: p.Day, Amount: sum.Points[i].Amount.Add(p.Amount)}
		}
	}
	return sum
}
