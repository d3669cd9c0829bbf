// Package spend judges money: what an account's services cost a day, what
// they usually cost, and when a rise is worth a word. Pure; dollars in, spikes out.
package spend

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
)

// Day is a calendar day in UTC, as AWS bills it: days since 1970-01-01.
type Day int32

// DayOf is the UTC day that t lies in.
func DayOf(t time.Time) Day { return Day(t.UTC().Unix() / 86400) }

// ParseDay reads 2006-01-02.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a day like 2006-01-02", s)
	}
	return DayOf(t), nil
}

// Time is the day's first instant.
func (d Day) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Weekday of the day, in UTC.
func (d Day) Weekday() time.Weekday { return time.Weekday((int(d)%7 + 11) % 7) } // 1970 began on a Thursday

// String is 2006-01-02.
func (d Day) String() string { return d.Time().Format(time.DateOnly) }

// MarshalText writes 2006-01-02.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 2006-01-02.
func (d *Day) UnmarshalText(b []byte) error {
	parsed, err := ParseDay(string(b))
	*d = parsed
	return err
}

// Category says what kind of line a charge is, as FOCUS's ChargeCategory
// does, coarsely: only Usage is judged; the rest is reported apart.
type Category string

// The categories. A Fee is bought, not used: support, and what is paid for
// reservations and Savings Plans. Its Service is AWS's record type, so that a
// purchase that is made once can be told from a fee of every month.
const (
	Usage  Category = "Usage" // all that is none of the others
	Fee    Category = "Fee"
	Credit Category = "Credit"
	Refund Category = "Refund"
	Tax    Category = "Tax"
)

// Rest is the service of what was not asked for by service: regions in which no
// account spends a cent on any day, and what AWS itself names no service for.
const Rest = "Other"

// Key names one series of cost. Region is "" where it was not asked for.
type Key struct {
	Account account.ID `json:"account_id"`
	Service string     `json:"service"` // AWS's ServiceName; a stranger's text
	Region  string     `json:"region,omitempty"`
}

// Charge is what one key cost on one day: unblended, before credits.
type Charge struct {
	Key
	Day      Day             `json:"day"`
	Category Category        `json:"category"`
	Amount   decimal.Decimal `json:"amount"`   // may be negative
	Currency string          `json:"currency"` // as AWS says it: USD
}

// Sheet is the whole cost of some days as it looked at one instant: all pages
// or nothing. A key without a charge on a day of the sheet cost nothing.
type Sheet struct {
	From, To   Day // both included
	ObservedAt time.Time
	Charges    []Charge
	// Estimated days are in a bill that is not closed. It is no promise that
	// the other days of the sheet are complete: see Provisional.
	Estimated map[Day]bool
	// Requests is what the sheet cost to ask for, in Cost Explorer requests.
	Requests int
}

// Days is the sheet day by day, oldest first: what is stored whole is a day.
func (s Sheet) Days() []Sheet {
	days := make([]Sheet, 0, s.To-s.From+1)
	for day := s.From; day <= s.To; day++ {
		days = append(days, Sheet{From: day, To: day, ObservedAt: s.ObservedAt, Estimated: map[Day]bool{day: s.Estimated[day]}})
	}
	for _, c := range s.Charges {
		if i := int(c.Day - s.From); i >= 0 && i < len(days) {
			days[i].Charges = append(days[i].Charges, c)
		}
	}
	return days
}

// SettledAfter is how many days AWS takes to complete a day: data for the day
// before yesterday is whole, yesterday's is partial (facts of two vendors).
const SettledAfter = 2

// Provisional reports whether day may still rise as seen at observed.
func Provisional(day Day, observed time.Time) bool { return DayOf(observed)-day < SettledAfter }

// RequestPrice is what AWS takes for each page of Cost Explorer, in US
// dollars (AWS pricing page: $0.01 a request, each page counts).
var RequestPrice = decimal.New(1, -2)
