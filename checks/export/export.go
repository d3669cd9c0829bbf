// Package export writes reports for other programs and for a terminal: JSON,
// CSV and a table. It streams, and says how many of what it has written.
package export

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// Reports is a stream of reports. An error ends it.
type Reports = iter.Seq2[checks.Report, error]

// Coverage is how many accounts could be read.
type Coverage struct {
	Accounts    int `json:"accounts"`
	Read        int `json:"read"`
	PartlyRead  int `json:"partly_read"`
	NotReadable int `json:"not_readable"`
	// Why counts the accounts that were not read whole by what keeps them from
	// it: not_onboarded, suspended, denied and so on; each account once.
	Why map[string]int `json:"why,omitempty"`
}

// String is the coverage line: "2 not readable: 1 not onboarded, 1 suspended".
func (c Coverage) String() string {
	line := fmt.Sprintf("%d read, %d partly read, %d not readable", c.Read, c.PartlyRead, c.NotReadable)
	words := slices.SortedFunc(maps.Keys(c.Why), func(a, b string) int {
		return cmp.Or(cmp.Compare(c.Why[b], c.Why[a]), strings.Compare(a, b))
	})
	for i, word := range words {
		separator := ", "
		if i == 0 {
			separator = ": "
		}
		line += fmt.Sprintf("%s%d %s", separator, c.Why[word], strings.ReplaceAll(clean(word), "_", " "))
	}
	return line
}

// Totals is what was in the reports.
type Totals struct {
	Coverage
	ByStatus map[checks.Status]int // findings; an unrecognised status counts as unknown
	Waiting  int                   // of the unknown ones, those that wait for time alone
	// Failures and Worst are of the open ones: what is accepted is in Accepted
	// alone, and in ByStatus, for it fails all the same.
	Failures map[checks.Severity]int
	Worst    checks.Severity // "" where nothing is open
	Accepted checks.AcceptedRisks
	// Unjudged counts accounts whose report has no finding at all.
	Unjudged int
}

// Add counts one report.
func (t *Totals) Add(r checks.Report) {
	if t.ByStatus == nil {
		t.ByStatus, t.Failures = map[checks.Status]int{}, map[checks.Severity]int{}
	}
	t.Accounts++
	switch coverageOf(r) {
	case checks.Read:
		t.Read++
	case checks.PartlyRead:
		t.PartlyRead++
	default:
		t.NotReadable++
	}
	if why := r.Obstacle(); why != "" {
		if t.Why == nil {
			t.Why = map[string]int{}
		}
		t.Why[why]++
	}
	if len(r.Findings) == 0 {
		t.Unjudged++
	}
	for _, f := range r.Findings {
		status := statusOf(f)
		t.ByStatus[status]++
		if status == checks.Unknown && f.Waiting() {
			t.Waiting++
		}
		if status != checks.Fail {
			continue
		}
		if accepted(r, f) {
			t.Accepted.Add(f.Exception.Until)
			continue
		}
		severity := severityOf(f)
		t.Failures[severity]++
		if t.Worst == "" || severity.Rank() < t.Worst.Rank() {
			t.Worst = severity
		}
	}
}

// SeverityCount is how many failures have a severity.
type SeverityCount struct {
	Severity checks.Severity
	Count    int
}

// BySeverity counts the failures, worst first.
func (t Totals) BySeverity() []SeverityCount {
	var counts []SeverityCount
	for _, s := range checks.Severities() {
		counts = append(counts, SeverityCount{s, t.Failures[s]})
	}
	return counts
}

// UnknownFindings is how many findings could not be told, for want of more than time.
func (t Totals) UnknownFindings() int { return t.ByStatus[checks.Unknown] - t.Waiting }

// Unknown reports whether anything could not be told: a finding that is
// unknown, an account that could not be read or judged, or no account at all.
func (t Totals) Unknown() bool {
	return t.Accounts == 0 || t.Unjudged > 0 || t.NotReadable > 0 || t.UnknownFindings() > 0
}

// The exit statuses, the first that holds.
const (
	ExitFindings = 1 // findings at or above the floor
	ExitUnknown  = 3 // something could not be told
	ExitFine     = 0
)

// ExitStatus is a program's exit status for the totals: ExitFindings where a
// failure is at least as bad as failOn ("" for any failure), else ExitUnknown
// or ExitFine.
func ExitStatus(t Totals, failOn checks.Severity) int {
	for severity, n := range t.Failures {
		if n > 0 && severity.AtLeast(failOn) {
			return ExitFindings
		}
	}
	if t.Unknown() {
		return ExitUnknown
	}
	return ExitFine
}

// statusOf never lets a word that this version does not know pass for good.
func statusOf(f checks.Finding) checks.Status {
	switch f.Status {
	case checks.Pass, checks.Fail, checks.NotApplicable, checks.Manual:
		return f.Status
	}
	return checks.Unknown
}

// coverageOf likewise.
func coverageOf(r checks.Report) checks.CoverageState {
	switch r.Coverage.State {
	case checks.Read, checks.PartlyRead:
		return r.Coverage.State
	}
	return checks.NotReadable
}

// severityOf takes a word that this version does not know for the worst.
func severityOf(f checks.Finding) checks.Severity {
	if slices.Contains(checks.Severities(), f.Severity) {
		return f.Severity
	}
	return checks.Critical
}

// clean makes a stranger's text fit for one line of a terminal or a cell:
// control, formatting and direction characters go, blanks become one each.
// (bot has the same for messages; this room may not look into that one.)
func clean(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.In(r, unicode.Z):
			return ' '
		case !unicode.IsGraphic(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))), " ")
}

// clip keeps at most limit runes.
func clip(s string, limit int) string {
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return s
}

// label is "prod-payments (123456789012)", or the id alone.
func label(r checks.Report) string {
	if name := clip(clean(r.AccountName), 60); name != "" {
		return name + " (" + r.AccountID.String() + ")"
	}
	return r.AccountID.String()
}

// gapText says why something is missing: which permission, and the reason.
func gapText(g account.Gap) string {
	action, sentence := clean(g.Action()), clean(g.Sentence)
	if sentence == "" {
		sentence = strings.ReplaceAll(string(g.Cause), "_", " ")
	}
	switch {
	case action == "":
		return sentence
	case strings.Contains(sentence, action):
		return sentence
	}
	return action + ": " + sentence
}
