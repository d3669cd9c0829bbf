package bot

import (
	"fmt"
	"time"

	"rootwatch/checks"
)

// Accepted counts failures whose risk somebody accepted, and says when the
// first and the last of those exceptions end. They are failures all the same.
type Accepted struct {
	Total int       `json:"total"`
	First time.Time `json:"first,omitzero"`
	Last  time.Time `json:"last,omitzero"`
}

// Add counts one more that is accepted until the instant.
func (a *Accepted) Add(until time.Time) {
	a.Total++
	if a.First.IsZero() || until.Before(a.First) {
		a.First = until
	}
	if until.After(a.Last) {
		a.Last = until
	}
}

// Text is "2 accepted until 2027-01-31", or with several ends "2 accepted, the
// first until 2027-01-31"; "" where none is.
func (a Accepted) Text() string {
	if a.Total == 0 {
		return ""
	}
	first := a.First.Format(time.DateOnly)
	if a.Last.Format(time.DateOnly) == first {
		return fmt.Sprintf("%s accepted until %s", Number(a.Total), first)
	}
	return fmt.Sprintf("%s accepted, the first until %s", Number(a.Total), first)
}

// AcceptedOf sums up findings that are accepted.
func AcceptedOf(findings []checks.Finding) Accepted {
	var a Accepted
	for _, f := range findings {
		if f.Exception != nil {
			a.Add(f.Exception.Until)
		}
	}
	return a
}

// AcceptedName is what an accepted failure is called in a list: "Root has an
// access key, until 2027-01-31, approved by Ben Ode".
func AcceptedName(f checks.Finding) string {
	if f.Exception == nil {
		return ShortOf(f)
	}
	return fmt.Sprintf("%s, until %s, approved by %s", ShortOf(f), f.Exception.Until.Format(time.DateOnly), Clip(Clean(f.Exception.Approver), nameRunes))
}
