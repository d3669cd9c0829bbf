package checks

import (
	"cmp"
	"slices"
	"time"
)

// Fleet is how many accounts fail each check, beside what others measured.
// Add gives it one report of each account.
type Fleet struct {
	Accounts    int        `json:"accounts"`
	Read        int        `json:"read"`
	PartlyRead  int        `json:"partly_read"`
	NotReadable int        `json:"not_readable"`
	Rows        []FleetRow `json:"checks"`
	// Repeats are the most frequent repeat offenders of four months, and
	// MoreRepeats how many there are besides.
	Repeats     []Offence `json:"repeat_offenders"`
	MoreRepeats int       `json:"more_repeat_offenders"`
}

// repeatsMost is how many repeat offenders a fleet names: who mends more than
// these asks `rootwatch history`, and 5,000 accounts stay a short document.
const repeatsMost = 100

// RepeatsSince is from when on changes and uses of root count for repeat
// offenders at an instant.
func RepeatsSince(now time.Time) time.Time { return now.Add(-repeatWindow) }

// FleetRow is one check over all accounts: each account is in exactly one of
// Failing, Passing, Unknown, Manual and NotApplicable.
type FleetRow struct {
	CheckID       string   `json:"check_id"`
	Title         string   `json:"title"`
	Short         string   `json:"short"`
	Severity      Severity `json:"severity"` // of the worst failure; the check's own where none fails
	Failing       int      `json:"failing"`
	Accepted      int      `json:"accepted,omitempty"` // of the failing: risks that somebody accepted
	Passing       int      `json:"passing"`
	Unknown       int      `json:"unknown"`
	Manual        int      `json:"manual"`
	NotApplicable int      `json:"not_applicable"`
	// Percent is Failing of those that could be judged (failing and passing),
	// 0 to 100; nil where none could be.
	Percent   *float64   `json:"percent"`
	Benchmark *Benchmark `json:"benchmark,omitempty"`
}

// Judged is how many accounts the check could be judged on.
func (r FleetRow) Judged() int { return r.Failing + r.Passing }

// Benchmark is what somebody measured of the same question elsewhere.
type Benchmark struct {
	Percent  float64 `json:"percent"` // of accounts that fail
	Accounts int     `json:"accounts"`
	Year     int     `json:"year"`
	Question string  `json:"question"` // what exactly was counted
	Source   string  `json:"source"`
}

// netskope is the study of S4: 1,143 accounts of several hundred
// organizations on 24 January 2021, as its own table has them.
func netskope(percent float64, question string) *Benchmark {
	return &Benchmark{Percent: percent, Accounts: 1143, Year: 2021, Question: question, Source: "Netskope"}
}

var benchmarks = map[string]*Benchmark{
	"root-usage":       netskope(3.1, "root used in the last 7 days"),
	"root-access-keys": netskope(4.3, "a root access key exists"),
	"root-mfa":         netskope(9.7, "root has no MFA, standalone accounts"),
	"root-repeat-use":  netskope(15, "root used within 4 months"),
}

// NewFleet has a row for each check and no account.
func NewFleet() *Fleet {
	f := &Fleet{Repeats: []Offence{}}
	for _, c := range All() {
		f.Rows = append(f.Rows, FleetRow{CheckID: c.ID, Title: c.Title, Short: c.Short, Severity: c.Severity, Benchmark: benchmarks[c.ID]})
	}
	return f
}

// Add counts one account as of now, which says whether an accepted risk still
// is. A check that its report does not have (an older version judged it) is
// unknown there.
func (f *Fleet) Add(r Report, now time.Time) {
	f.Accounts++
	switch r.Coverage.State {
	case Read:
		f.Read++
	case PartlyRead:
		f.PartlyRead++
	default:
		f.NotReadable++
	}
	for i := range f.Rows {
		row := &f.Rows[i]
		at := slices.IndexFunc(r.Findings, func(finding Finding) bool { return finding.CheckID == row.CheckID })
		if at < 0 {
			row.Unknown++
			continue
		}
		row.add(r.Findings[at], now)
	}
}

func (r *FleetRow) add(f Finding, now time.Time) {
	switch f.Status {
	case Fail:
		if r.Failing == 0 || f.Severity.Rank() < r.Severity.Rank() {
			r.Severity = f.Severity
		}
		r.Failing++
		if f.Accepted(now) {
			r.Accepted++
		}
	case Pass:
		r.Passing++
	case Manual:
		r.Manual++
	case NotApplicable:
		r.NotApplicable++
	default:
		r.Unknown++
	}
	if n := r.Judged(); n > 0 {
		percent := 100 * float64(r.Failing) / float64(n)
		r.Percent = &percent
	}
}

// AddRepeats adds the repeat offenders of one organization. The most frequent
// come first, whatever organization they are of.
func (f *Fleet) AddRepeats(offences []Offence) {
	f.Repeats = append(f.Repeats, offences...)
	slices.SortStableFunc(f.Repeats, func(a, b Offence) int { return cmp.Compare(b.Times, a.Times) })
	if more := len(f.Repeats) - repeatsMost; more > 0 {
		f.Repeats, f.MoreRepeats = f.Repeats[:repeatsMost], f.MoreRepeats+more
	}
}

// Worst sorts the rows: what fails in most accounts first, the more severe
// first among equals.
func (f *Fleet) Worst() {
	slices.SortStableFunc(f.Rows, func(a, b FleetRow) int {
		return cmp.Or(cmp.Compare(b.Failing, a.Failing), cmp.Compare(a.Severity.Rank(), b.Severity.Rank()), cmp.Compare(a.CheckID, b.CheckID))
	})
}
