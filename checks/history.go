package checks

import (
	"cmp"
	"slices"
	"time"

	"rootwatch/checks/account"
)

// TimeToFix is how long failures stood until they were mended, in one account
// or in many. What opened for the first time and what came back are apart: a
// failure that comes back every week is quick to mend and no success.
type TimeToFix struct {
	Fixed         int           `json:"fixed"` // failures mended that had never been there before
	Mean          time.Duration `json:"mean_ns"`
	FixedAgain    int           `json:"fixed_again"` // failures mended that had come back
	MeanAgain     time.Duration `json:"mean_again_ns"`
	StillOpen     int           `json:"still_open"`
	OldestOpening time.Time     `json:"oldest_opening,omitzero"` // of those
}

// FixTimes are the times to fix by check, from changes in the order in which
// they happened, of whichever accounts. A failure that goes dark stays open:
// nobody saw it mended. A resolution whose opening is not among the changes
// counts for nothing.
func FixTimes(changes []Change) map[string]TimeToFix {
	type finding struct {
		scope account.Scope
		id    account.ID
		check string
	}
	type state struct {
		opened time.Time // zero where it is not open
		before bool      // it was open before this
	}
	states := map[finding]*state{}
	times := map[string]TimeToFix{}
	for _, c := range changes {
		key := finding{c.Scope, c.AccountID, c.CheckID}
		s := states[key]
		if s == nil {
			s = &state{}
			states[key] = s
		}
		switch {
		case c.Kind == Opened && s.opened.IsZero():
			s.opened = c.At
		case c.Kind == Resolved && !s.opened.IsZero():
			t := times[c.CheckID]
			t.mend(c.At.Sub(s.opened), s.before)
			times[c.CheckID] = t
			s.opened, s.before = time.Time{}, true
		}
	}
	for key, s := range states {
		if s.opened.IsZero() {
			continue
		}
		t := times[key.check]
		if t.StillOpen++; t.OldestOpening.IsZero() || s.opened.Before(t.OldestOpening) {
			t.OldestOpening = s.opened
		}
		times[key.check] = t
	}
	return times
}

func (t *TimeToFix) mend(took time.Duration, again bool) {
	n, mean := &t.Fixed, &t.Mean
	if again {
		n, mean = &t.FixedAgain, &t.MeanAgain
	}
	*n++
	*mean += (took - *mean) / time.Duration(*n) // no sum that could overflow
}

// Offence is what an account did again within four months.
type Offence struct {
	account.Scope
	AccountID   account.ID `json:"account_id"`
	AccountName string     `json:"account_name"`
	CheckID     string     `json:"check_id"`
	// Times is how often the failure opened, or in how many weeks root was used.
	Times int       `json:"times"`
	Last  time.Time `json:"last"`
}

// RepeatOffenders are the accounts in which the same failure opened twice or
// more in the four months before now, and those whose root was used in two or
// more separate weeks of them; the most frequent first. changes are of that
// time at least, names are the accounts' by the changes and by known.
func RepeatOffenders(changes []Change, uses map[account.ID][]RootUse, scope account.Scope, known map[account.ID]string, now time.Time) []Offence {
	type finding struct {
		id    account.ID
		check string
	}
	from := now.Add(-repeatWindow)
	opened := map[finding]Offence{}
	for _, c := range changes {
		if c.Kind != Opened || c.Scope != scope || c.At.Before(from) || c.At.After(now) || c.CheckID == "root-repeat-use" {
			continue // repeated use is counted from the uses themselves
		}
		key := finding{c.AccountID, c.CheckID}
		o := opened[key]
		o.Scope, o.AccountID, o.AccountName, o.CheckID, o.Last = scope, c.AccountID, c.AccountName, c.CheckID, c.At
		o.Times++
		opened[key] = o
	}
	var offences []Offence
	for _, o := range opened {
		if o.Times > 1 {
			offences = append(offences, o)
		}
	}
	for id, of := range uses {
		if weeks := WeeksOfUse(of, from); len(weeks) >= repeatWeeks {
			offences = append(offences, Offence{Scope: scope, AccountID: id, AccountName: known[id], CheckID: "root-repeat-use", Times: len(weeks), Last: weeks[len(weeks)-1].At})
		}
	}
	slices.SortFunc(offences, func(a, b Offence) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.AccountID.String(), b.AccountID.String()), cmp.Compare(a.CheckID, b.CheckID))
	})
	return offences
}
