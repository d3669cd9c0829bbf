package export

import (
	"fmt"

	"rootwatch/checks"
)

// accepted reports whether somebody has accepted this failure. Whoever writes
// a report long after it was made drops what has ended since (Report.AsOf).
func accepted(r checks.Report, f checks.Finding) bool { return f.Accepted(r.ObservedAt) }

// acceptance says who accepted it, until when and why; "" for nobody.
func acceptance(r checks.Report, f checks.Finding) string {
	if !accepted(r, f) {
		return ""
	}
	return fmt.Sprintf("Accepted by %s until %s: %s", clean(f.Exception.Approver), f.Exception.Until.Format("2006-01-02"), clean(f.Exception.Reason))
}
