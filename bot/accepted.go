package bot

import (
	"fmt"
	"time"

	"rootwatch/checks"
)

// AcceptedOf sums up findings that are accepted.
func AcceptedOf(findings []checks.Finding) checks.AcceptedRisks {
	var a checks.AcceptedRisks
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
