package checks

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rootwatch/checks/account"
)

// Fault says what keeps the exception from being one; nil for nothing. What is
// stored is held to it too: a row that breaks a rule accepts nothing.
func (e Exception) Fault() error {
	_, known := Find(e.CheckID)
	switch {
	case !known:
		return fmt.Errorf("there is no check %q; `rootwatch checks` lists them", e.CheckID)
	case blank(e.Reason):
		return errors.New("an exception needs a reason: why the risk is taken, and what is done instead")
	case blank(e.Approver):
		return errors.New("an exception needs an approver: who answers for the risk")
	case blank(e.By):
		return errors.New("an exception needs to say who enters it")
	case samePerson(e.Approver, e.By):
		return fmt.Errorf("%s cannot approve an exception that they enter themselves; have somebody else approve it", strings.TrimSpace(e.Approver))
	case e.At.IsZero() || e.Until.IsZero():
		return errors.New("an exception needs a beginning and an end")
	case e.Until.Before(e.At):
		return fmt.Errorf("an exception that begins on %s cannot end on %s, before it", e.At.Format(dayLayout), e.Until.Format(dayLayout))
	case e.Until.After(e.At.AddDate(1, 0, 1)): // a year, to the end of its last day
		return fmt.Errorf("an exception ends within a year, and %s is later; somebody must decide again by then", e.Until.Format(dayLayout))
	}
	return nil
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// samePerson compares two names as people type them: blanks and capitals are
// no difference.
func samePerson(a, b string) bool {
	return strings.EqualFold(oneLine(a), oneLine(b))
}

// ActiveAt reports whether the exception covers the instant. One with a fault
// covers none.
func (e Exception) ActiveAt(now time.Time) bool {
	return e.Fault() == nil && !now.Before(e.At) && !now.After(e.Until)
}

// covers reports whether it is about this account.
func (e Exception) covers(scope account.Scope, id account.ID) bool {
	return e.Scope == scope && (e.AccountID.IsZero() || e.AccountID == id)
}

// Accepted reports whether the finding is a failure whose risk is accepted at
// the instant. It is a failure all the same.
func (f Finding) Accepted(now time.Time) bool {
	return f.Status == Fail && f.Exception != nil && f.Exception.ActiveAt(now)
}

// Waiting reports whether the finding is unknown for want of time alone: nobody
// has anything to mend, and it was no failure when it was last known.
func (f Finding) Waiting() bool {
	return f.Status == Unknown && f.LastKnown != Fail && len(f.Gaps) > 0 &&
		!slices.ContainsFunc(f.Gaps, func(g account.Gap) bool { return g.Cause != account.NotYet })
}

// Open reports whether the finding is a failure that nobody accepts at the instant.
func (f Finding) Open(now time.Time) bool { return f.Status == Fail && !f.Accepted(now) }

// Except lays the exceptions over the report's failures, as of its instant. Of
// several on one finding the one that ends last counts. What is no failure has
// nothing to accept.
func (r *Report) Except(exceptions []Exception) {
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Exception = nil
		for _, e := range exceptions {
			covered := f.Status == Fail && e.CheckID == f.CheckID && e.covers(r.Scope, r.AccountID) && e.ActiveAt(r.ObservedAt)
			if covered && (f.Exception == nil || laterEnd(e, *f.Exception) > 0) {
				f.Exception = &e
			}
		}
	}
}

// laterEnd orders by end; of equal ones the account's own is greater.
func laterEnd(a, b Exception) int {
	return cmp.Or(a.Until.Compare(b.Until), cmp.Compare(a.AccountID.String(), b.AccountID.String()), cmp.Compare(a.ID, b.ID))
}

// AsOf is the report without the exceptions that do not hold at the instant
// any more: a report may be read long after it was made.
func (r Report) AsOf(now time.Time) Report {
	if !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Exception != nil && !f.Exception.ActiveAt(now) }) {
		return r
	}
	r.Findings = slices.Clone(r.Findings)
	for i, f := range r.Findings {
		if f.Exception != nil && !f.Exception.ActiveAt(now) {
			r.Findings[i].Exception = nil
		}
	}
	return r
}

// AcceptedRisks counts failures whose risk somebody accepted, and says when the
// first and the last of those exceptions end. They are failures all the same.
type AcceptedRisks struct {
	Total int       `json:"total"`
	First time.Time `json:"first,omitzero"`
	Last  time.Time `json:"last,omitzero"`
}

// Add counts one more that is accepted until the instant.
func (a *AcceptedRisks) Add(until time.Time) {
	a.Total++
	if a.First.IsZero() || until.Before(a.First) {
		a.First = until
	}
	if until.After(a.Last) {
		a.Last = until
	}
}

// String is "2 accepted until 2027-01-31", or with several ends "2 accepted,
// the first until 2027-01-31"; "" where none is.
func (a AcceptedRisks) String() string {
	first := a.First.Format(dayLayout)
	switch {
	case a.Total == 0:
		return ""
	case a.Last.Format(dayLayout) == first:
		return fmt.Sprintf("%d accepted until %s", a.Total, first)
	}
	return fmt.Sprintf("%d accepted, the first until %s", a.Total, first)
}
