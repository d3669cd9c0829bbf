package spend

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// The words for an early sign that Cost Explorer has looked at.
const (
	Confirmed Word = "confirmed" // Cost Explorer shows the rise: edit, and answer in the thread
	Withdrew  Word = "withdrawn" // its days are whole and show none: edit, and answer in the thread
)

// EarlySign is what is left of an early sign in the incident that confirmed
// it: what names its message, and what it said.
type EarlySign struct {
	Key
	Since  Day             `json:"since"`
	Actual decimal.Decimal `json:"actual"` // dollars in 24 hours, as AWS estimated them
}

// Settled is what Cost Explorer shows of the account of an early sign.
type Settled struct {
	Currency string
	// On is what a day cost and what is usual on such a day. It is false where
	// the day was not read whole, may still rise, or has nothing to be compared with.
	On func(Day) (cost, usual float64, ok bool)
}

// SettledIn is Settled from a history of at least the account of the sign.
func SettledIn(h History, early Incident) Settled {
	u := usualOf(h, EstimatedKey{Account: early.Account})
	return Settled{h.Currency, func(day Day) (cost, usual float64, ok bool) {
		base, known := u.on(day)
		cost, whole := u.cost(day)
		return cost, base.Expected, known && whole
	}}
}

// Reconcile decides what becomes of an open early sign, once Cost Explorer was
// judged up to day. judged are the incidents that Cost Explorer showed, those
// of other accounts do no harm.
//
// Where one of the same account reaches into the days of the sign, the sign is
// confirmed: the incident of the Utterance is that one, with the EarlySign by
// which bot.SpikeKey finds the sign's message; it is to be saved in the place
// of the one in judged, and the sign itself with Confirm. Where all days of the
// sign are settled and none has a rise, it is withdrawn, with the figure that
// Cost Explorer shows. In every other case it stays open and Quiet: missing
// data withdraws nothing.
func Reconcile(early Incident, judged []Incident, settled Settled, day Day) Utterance {
	if !early.Open || early.Sure != Early {
		return Utterance{early, Quiet}
	}
	if found := confirming(early, judged); found != nil {
		i := *found
		i.EarlySign = &EarlySign{early.Key, early.Since, early.Actual}
		if i.AcknowledgedBy == "" {
			i.AcknowledgedBy, i.AcknowledgedName, i.AcknowledgedAt = early.AcknowledgedBy, early.AcknowledgedName, early.AcknowledgedAt
		}
		return Utterance{i, Confirmed}
	}
	if day < early.Day {
		return Utterance{early, Quiet}
	}
	for d := early.Since - sentLate; d <= early.Day; d++ {
		if _, _, ok := settled.On(d); !ok {
			return Utterance{early, Quiet}
		}
	}
	cost, usual, _ := settled.On(early.Day)
	i := early
	i.Open, i.Withdrawn, i.EndedOn, i.ToldDay = false, true, day+1, day
	i.Why = fmt.Sprintf("Cost Explorer shows %s on %s, where %s is usual; that is no spike.",
		money(settled.Currency, cost), early.Day.Time().Format("Mon 2 Jan"), money(settled.Currency, usual))
	return Utterance{i, Withdrew}
}

// Confirm is the early sign once an incident has taken its place: closed, and
// not withdrawn.
func Confirm(early Incident, day Day) Incident {
	early.Open, early.EndedOn = false, max(day, early.Since)
	return early
}

// confirming is the largest incident of the sign's account that reaches into
// the days of the sign, nil where there is none.
func confirming(early Incident, judged []Incident) *Incident {
	var found *Incident
	for n := range judged {
		i := &judged[n]
		switch {
		case i.Account != early.Account, i.Sure == Early:
			continue
		case i.Since > early.Day, i.Day < early.Since-sentLate, !i.Open && i.EndedOn <= early.Since-sentLate:
			continue
		}
		if found == nil || i.Excess.GreaterThan(found.Excess) {
			found = i
		}
	}
	return found
}
