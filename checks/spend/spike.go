package spend

import (
	"time"

	"github.com/shopspring/decimal"
)

// Series is one key's cost day by day without holes: a day that was collected
// and has no charge is 0. Days that were never collected are not in History.
type Series struct {
	Key     Key
	From    Day
	Amounts []float64 // USD or whatever the payer is billed in; index 0 is From
}

// At is the amount on day, and whether the series reaches it.
func (s Series) At(day Day) (float64, bool) {
	i := int(day - s.From)
	if i < 0 || i >= len(s.Amounts) {
		return 0, false
	}
	return s.Amounts[i], true
}

// History is all that the comparison may look at, as it was visible at ObservedAt.
type History struct {
	ObservedAt time.Time
	Currency   string
	// Collected holds the days that are whole in the store; a day outside it
	// is missing data, never a day without cost. So is a day that was last seen
	// while it was provisional, once the rest was seen later than that.
	Collected map[Day]bool
	Series    []Series
}

// Baseline is what a series usually costs on such a day.
type Baseline struct {
	Expected float64 `json:"expected"` // in the currency of the series
	Spread   float64 `json:"spread"`   // robust standard deviation (1.4826 x MAD)
	// Days is how many days a plain median rests on, or for how many there was
	// nothing before a first spend; 0 for the level of a Watch.
	Days    int  `json:"days"`
	Weekday bool `json:"weekday"` // of the same weekday
}

// Reason is why a spike fired.
type Reason string

// The reasons.
const (
	AboveUsual Reason = "above_usual" // above the baseline by percentage, dollars and spread
	FirstSpend Reason = "first_spend" // first spend in a service this account never used
	// FirstRegion is first spend in a region where this account never had any.
	FirstRegion Reason = "first_region"
	// Lasting is a rise that no single day shows: it goes on for a week or more.
	Lasting Reason = "lasting"
)

// New reports whether the account had no such spend before.
func (r Reason) New() bool { return r == FirstSpend || r == FirstRegion }

// Driver is a part of the excess.
type Driver struct {
	Name    string          `json:"name"`
	Service string          `json:"service,omitempty"`
	Region  string          `json:"region,omitempty"`
	Actual  decimal.Decimal `json:"actual,omitzero"`
	Excess  decimal.Decimal `json:"excess"`
}

// Certainty is how sure a spike is.
type Certainty string

// The certainties.
const (
	Certain Certainty = "certain" // the figures are whole and lie far beyond what was seen before
	Likely  Certainty = "likely"  // they are provisional, or not far beyond it
	Early   Certainty = "early"   // an early sign: AWS's estimated charges rose; Cost Explorer has not said so yet
)

// Point is one day of a chart.
type Point struct {
	Day    Day             `json:"day"`
	Amount decimal.Decimal `json:"amount"`
}

// Spike is a rise worth a word. Money is per day, in Currency.
type Spike struct {
	Key
	AccountName string          `json:"account_name,omitempty"` // filled in by whoever knows it
	Day         Day             `json:"day"`                    // the day that is judged
	Since       Day             `json:"since"`                  // first day of the rise; with Key it names the incident
	Actual      decimal.Decimal `json:"actual"`
	Expected    decimal.Decimal `json:"expected"`
	Excess      decimal.Decimal `json:"excess"` // Actual - Expected
	Currency    string          `json:"currency"`
	Baseline    Baseline        `json:"baseline"`
	Reason      Reason          `json:"reason"`
	Why         string          `json:"why"`               // one sentence: which limits were crossed
	Drivers     []Driver        `json:"drivers,omitempty"` // what else of the account rose with it, the largest first; the series itself is not among them
	Share       float64         `json:"share,omitempty"`   // of the account's usual day: Excess / usual; 0 where nothing is usual
	Sure        Certainty       `json:"sure,omitempty"`
	Campaign    string          `json:"campaign,omitempty"` // the same for incidents of several accounts that are told as one; "" alone
	Window      int             `json:"window,omitempty"`   // days that Actual is a day of; 1 and 0 for Day alone
	Provisional bool            `json:"provisional"`        // Actual may still rise
	Recent      []Point         `json:"recent"`             // the last days up to Day, oldest first, 20 at most (a Slack chart's limit)
}
