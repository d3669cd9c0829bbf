package spend

import (
	"iter"
	"slices"
)

// Replay lives through the ledger look by look, as the Watch of the account
// would have on each day, with what was said of it. Days that were first read
// late, as history or after an outage, count as if they had been read on the
// day after, so that what began and ended meanwhile is seen.
func (l Ledger) Replay(s Settings) iter.Seq2[*Watch, []Utterance] {
	return func(yield func(*Watch, []Utterance) bool) {
		w := NewWatch(l.Account, l.Currency, s)
		for look := range l.asItBecameKnown() {
			w.See(look)
			if !yield(w, w.Say()) {
				return
			}
		}
	}
}

// historyAge is how old a day is that came with a part of the history, whoever
// looked meanwhile: AWS restates days for up to ten.
const historyAge = 10

// Today is the look that the Watch has judged last.
func (w *Watch) Today() Day { return w.today }

// asItBecameKnown is the looks, with days that nobody looked at in time spread
// over looks of their own.
func (l Ledger) asItBecameKnown() iter.Seq[Look] {
	looks := map[Day]*Look{}
	at := func(d Day) *Look {
		if looks[d] == nil {
			looks[d] = &Look{Observed: d}
		}
		return looks[d]
	}
	known := map[Day]bool{}
	before := Day(0) // the look before
	for _, look := range l.Looks {
		late := map[Day]bool{}
		for _, d := range look.Read {
			if !known[d] && d+1 < look.Observed && (before <= d || look.Observed-d > historyAge) {
				late[d] = true
				at(d + 1).Read = append(at(d+1).Read, d)
			} else {
				at(look.Observed).Read = append(at(look.Observed).Read, d)
			}
		}
		for _, c := range look.Changes {
			on := look.Observed
			if late[c.Day] {
				on = c.Day + 1
			}
			at(on).Changes = append(at(on).Changes, c)
		}
		for _, d := range look.Read {
			known[d] = true
		}
		before = look.Observed
	}
	days := make([]Day, 0, len(looks))
	for d := range looks {
		days = append(days, d)
	}
	slices.Sort(days)
	return func(yield func(Look) bool) {
		for _, d := range days {
			if !yield(*looks[d]) {
				return
			}
		}
	}
}

// Marginal is the ledger as questions with two keys show it: what each service
// cost in all regions, and what each region cost for all services. The other
// key of a series is "".
func (l Ledger) Marginal() Ledger {
	sums := NewMargins(0)
	m := Ledger{Account: l.Account, Currency: l.Currency}
	for _, look := range l.Looks {
		m.Looks = append(m.Looks, sums.Of(look))
	}
	return m
}

// Notice is a row of what a person was told: an incident that began or grew.
type Notice struct {
	On Day // the look
	Spike
}

// Notices are what of the utterances reaches a person: First and Grew, with
// every series that stands in the message as a row of its own.
func Notices(on Day, all []Utterance) []Notice {
	var rows []Notice
	for _, u := range all {
		if u.Word != First && u.Word != Grew {
			continue
		}
		rows = append(rows, Notice{on, u.Incident.Spike})
		for _, d := range u.Incident.Drivers {
			s := u.Incident.Spike
			s.Service, s.Region, s.Drivers = d.Service, d.Region, nil
			s.Actual, s.Expected, s.Excess = d.Actual, d.Actual.Sub(d.Excess), d.Excess
			s.Why = "It rose with " + nameOf(u.Incident.Key) + "."
			rows = append(rows, Notice{on, s})
		}
	}
	return rows
}
