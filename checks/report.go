package checks

import (
	"time"

	"rootwatch/checks/account"
)

// Report is one account's findings at one instant: exactly one for each check.
type Report struct {
	account.Scope
	AccountID   account.ID    `json:"account_id"`
	AccountName string        `json:"account_name"`
	State       account.State `json:"account_state,omitempty"`
	JoinedAt    time.Time     `json:"joined_at,omitzero"` // its organization; zero where nobody told
	ObservedAt  time.Time     `json:"observed_at"`
	Coverage    Coverage      `json:"coverage"`
	Findings    []Finding     `json:"findings"`
	Roster      *Roster       `json:"roster,omitempty"` // nil where it was never read
}

// Run judges every check on the case. It never leaves a check out: what could
// not be read is Unknown.
func Run(c Case) Report {
	report := Report{
		Scope: c.Facts.Scope, AccountID: c.Facts.ID, AccountName: c.Facts.Name, State: c.Facts.State, JoinedAt: c.Facts.JoinedAt,
		ObservedAt: c.Facts.ObservedAt, Coverage: coverage(c), Roster: rosterOf(c.Facts),
	}
	for _, check := range inOrder() {
		report.Findings = append(report.Findings, check.find(c))
	}
	return report
}

func (c Check) find(cs Case) Finding {
	v := c.Judge(cs)
	f := Finding{CheckID: c.ID, Title: c.Title, Status: v.Status, Severity: v.Severity, Short: v.Short, Summary: v.Summary, Evidence: v.Evidence, Gaps: v.Gaps}
	if f.Status == "" {
		f.Status = Unknown
	}
	if f.Severity == "" {
		f.Severity = c.Severity
	}
	if f.Evidence == nil {
		f.Evidence = []Evidence{}
	}
	return f
}

// Worst is the report's open failures at or above floor, and whether anything
// is unknown. A failure that was accepted as of the report's instant is not open.
func (r Report) Worst(floor Severity) (failures int, unknown bool) {
	for _, f := range r.Findings {
		switch {
		case f.Open(r.ObservedAt) && f.Severity.AtLeast(floor):
			failures++
		case f.Status == Unknown:
			unknown = true
		}
	}
	return failures, unknown
}

// Count is how many findings have the status.
func (r Report) Count(s Status) int {
	n := 0
	for _, f := range r.Findings {
		if f.Status == s {
			n++
		}
	}
	return n
}
