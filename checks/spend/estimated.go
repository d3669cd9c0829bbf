package spend

import (
	"slices"
	"time"

	"rootwatch/checks/account"
)

// EstimatedKey names one series of AWS's estimated charges: of one account or
// (zero) of all that the payer pays for, and of one service or ("") of all.
type EstimatedKey struct {
	Account account.ID `json:"account_id,omitzero"`
	Service string     `json:"service,omitempty"` // as the metric writes it, AmazonEC2; a stranger's text
}

// EstimatedPoint is the month to date (UTC) as AWS estimated it in the six
// hours that begin At, the newest figure of them.
type EstimatedPoint struct {
	At    time.Time
	Total float64
}

// EstimatedPeriod is the length of a point: AWS sends the metric about every
// six hours ("several times a day", CloudWatch's page on billing alarms).
const EstimatedPeriod = 6 * time.Hour

// EstimatedDays is how far back the metric is asked for: two weeks to compare
// with, and a day for the first of their windows.
const EstimatedDays = 15

// Estimated is one series of the metric AWS/Billing EstimatedCharges.
type Estimated struct {
	EstimatedKey
	Currency string           // the metric's dimension: USD
	Points   []EstimatedPoint // by At, each at most once
	// Missing is why AWS did not give the series whole, as a clause; "" where
	// it did. Such a series says nothing.
	Missing string
}

const (
	// watched is how long the charges are added up that are compared: a whole
	// day, so that the hours of day and night weigh as always.
	watched = 24 * time.Hour
	// leastKnown is how much of it must be known: half.
	leastKnown = watched / 2
	// moving is how much is usual in some hours before standing still in them says
	// that the metric lags, in the metric's currency.
	moving = 1
	// blur is a fall that is none: half a cent, by rounding.
	blur = noSpend
)

// at is the index of the newest point up to t, -1 where there is none.
func (e Estimated) at(t time.Time) int {
	n, found := slices.BinarySearchFunc(e.Points, t, func(p EstimatedPoint, t time.Time) int { return p.At.Compare(t) })
	if found {
		return n
	}
	return n - 1
}

// before is the point from which the charges up to point b are added up: the
// newest that lies a day back or, where points are missing, up to half a day
// to either side of that. -1 where there is none.
func (e Estimated) before(b int) int {
	from := e.Points[b].At.Add(-watched)
	a := e.at(from)
	if a >= 0 && from.Sub(e.Points[a].At) <= watched/2 {
		return a
	}
	if a++; a < b && e.Points[a].At.Sub(from) <= watched/2 {
		return a
	}
	return -1
}

// step is what was spent between two neighbouring points. It is false where
// that cannot be told.
//
// The total falls to nothing when a month begins, and AWS sends the old
// month's for some hours more: a fall on the 1st or over it is the new month, of
// which all was spent since; what the old month had left is not known, and the sum
// is too low by it. Any other fall is a restatement.
func step(p, q EstimatedPoint) (spent float64, ok bool) {
	rise := q.Total - p.Total
	first := q.At.UTC().Day() == 1
	newMonth := p.At.UTC().Month() != q.At.UTC().Month() || p.At.UTC().Year() != q.At.UTC().Year()
	switch {
	case newMonth && !first: // the 1st was not seen
		return q.Total, q.Total >= 0
	case rise >= -blur:
		return max(rise, 0), true
	case first:
		return q.Total, q.Total >= 0
	}
	return 0, false
}

// spent adds up the steps from point a to point b, and the hours that they
// are known for. A restatement is never a negative rise; and as AWS may take
// it back, the step after it is not known either.
func (e Estimated) spent(a, b int) (dollars float64, known time.Duration) {
	restated := a > 0 && !stepKnown(e.Points[a-1], e.Points[a])
	for n := a; n < b; n++ {
		p, q := e.Points[n], e.Points[n+1]
		d, ok := step(p, q)
		if ok && !restated {
			dollars += d
			known += q.At.Sub(p.At)
		}
		restated = !ok
	}
	return dollars, known
}

func stepKnown(p, q EstimatedPoint) bool {
	_, ok := step(p, q)
	return ok
}

// daily is what was spent a day in the window that ends with the newest point
// up to t, one period late at most. It is false where too little is known.
func (e Estimated) daily(t time.Time) (float64, bool) {
	b := e.at(t)
	if b < 0 || t.Sub(e.Points[b].At) > EstimatedPeriod {
		return 0, false
	}
	a := e.before(b)
	if a < 0 {
		return 0, false
	}
	return perDay(e.spent(a, b))
}

func perDay(dollars float64, known time.Duration) (float64, bool) {
	if known < leastKnown {
		return 0, false
	}
	return dollars * watched.Hours() / known.Hours(), true
}

// still is the first of the points up to b that show the same total as b.
func (e Estimated) still(b int) int {
	for b > 0 && e.Points[b-1].Total == e.Points[b].Total {
		b--
	}
	return b
}

// sane reports whether all points can be amounts, in their order.
func (e Estimated) sane() bool {
	for n, p := range e.Points {
		if !(p.Total > -maxAmount && p.Total < maxAmount) || n > 0 && !e.Points[n-1].At.Before(p.At) {
			return false
		}
	}
	return true
}
