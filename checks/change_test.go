package checks_test

import (
	"slices"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// story lets one check live through statuses, a day apart, and returns the
// last report and each day's changes, "" for none.
func story(t *testing.T, steps ...checks.Finding) (checks.Finding, []checks.ChangeKind) {
	t.Helper()
	var previous *checks.Report
	var kinds []checks.ChangeKind
	for i, step := range steps {
		step.CheckID = "root-mfa"
		next := &checks.Report{
			Scope: account.Scope{Partition: "aws", Organization: "main"}, AccountID: mustID("111122223333"), AccountName: "payments",
			ObservedAt: now.Add(time.Duration(i) * day), Findings: []checks.Finding{step},
		}
		changes := checks.Compare(previous, next)
		kind := checks.ChangeKind("")
		if len(changes) > 0 {
			c := changes[0]
			kind = c.Kind
			if len(changes) > 1 || c.Scope != next.Scope || c.AccountID != next.AccountID || c.AccountName != "payments" ||
				c.CheckID != "root-mfa" || c.Severity != step.Severity || c.Summary != step.Summary || !c.At.Equal(next.ObservedAt) {
				t.Errorf("step %d: the changes %+v are not of the finding %+v", i, changes, step)
			}
		}
		kinds = append(kinds, kind)
		previous = next
	}
	return previous.Findings[0], kinds
}

var (
	pass     = checks.Finding{Status: checks.Pass, Severity: checks.Critical, Summary: "Good."}
	critical = checks.Finding{Status: checks.Fail, Severity: checks.Critical, Summary: "Bad."}
	medium   = checks.Finding{Status: checks.Fail, Severity: checks.Medium, Summary: "Not good."}
	dark     = checks.Finding{Status: checks.Unknown, Severity: checks.Critical, Summary: "Denied."}
	na       = checks.Finding{Status: checks.NotApplicable, Severity: checks.Critical}
	manual   = checks.Finding{Status: checks.Manual, Severity: checks.Critical}
)

func TestCompare(t *testing.T) {
	const (
		none     = checks.ChangeKind("")
		opened   = checks.Opened
		resolved = checks.Resolved
		went     = checks.WentDark
		came     = checks.CameBack
		worse    = checks.Worse
	)
	for _, tt := range []struct {
		name     string
		steps    []checks.Finding
		want     []checks.ChangeKind
		since    int // step that FirstSeen lies at
		reopened int
	}{
		{"the first report opens its failures", []checks.Finding{critical}, []checks.ChangeKind{opened}, 0, 0},
		{"the first report tells of no pass", []checks.Finding{pass}, []checks.ChangeKind{none}, 0, 0},
		{"the first report tells of no dark", []checks.Finding{dark}, []checks.ChangeKind{none}, 0, 0},
		{"standing is no change", []checks.Finding{critical, critical, critical}, []checks.ChangeKind{opened, none, none}, 0, 0},
		{"passing on is no change", []checks.Finding{pass, pass}, []checks.ChangeKind{none, none}, 0, 0},
		{"mended", []checks.Finding{critical, pass}, []checks.ChangeKind{opened, resolved}, 1, 0},
		{"no longer asked", []checks.Finding{critical, na, na}, []checks.ChangeKind{opened, resolved, none}, 1, 0},
		{"broken again", []checks.Finding{critical, pass, critical, pass, critical}, []checks.ChangeKind{opened, resolved, opened, resolved, opened}, 4, 2},
		{"worse", []checks.Finding{medium, critical}, []checks.ChangeKind{opened, worse}, 0, 0},
		{"better is not told", []checks.Finding{critical, medium}, []checks.ChangeKind{opened, none}, 0, 0},
		{"dark and back, failing all along", []checks.Finding{critical, dark, dark, critical}, []checks.ChangeKind{opened, went, none, none}, 0, 0},
		{"dark and back, failing worse", []checks.Finding{medium, dark, dark, critical}, []checks.ChangeKind{opened, went, none, worse}, 0, 0},
		{"dark and back, failing less", []checks.Finding{critical, dark, medium}, []checks.ChangeKind{opened, went, none}, 0, 0},
		{"dark and back, mended", []checks.Finding{critical, dark, pass}, []checks.ChangeKind{opened, went, resolved}, 2, 0},
		{"dark and back, good all along", []checks.Finding{pass, dark, pass}, []checks.ChangeKind{none, went, came}, 0, 0},
		{"dark and back, broken meanwhile", []checks.Finding{pass, dark, critical}, []checks.ChangeKind{none, went, opened}, 2, 0},
		{"dark from the first day", []checks.Finding{dark, dark, pass}, []checks.ChangeKind{none, none, came}, 2, 0},
		{"dark from the first day, then failing", []checks.Finding{dark, critical}, []checks.ChangeKind{none, opened}, 1, 0},
		{"dark since", []checks.Finding{pass, dark, dark}, []checks.ChangeKind{none, went, none}, 1, 0},
		{"waiting for a person is no end of a failure", []checks.Finding{critical, manual, critical}, []checks.ChangeKind{opened, went, none}, 0, 0},
		{"waiting for a person is not good", []checks.Finding{dark, manual, pass}, []checks.ChangeKind{none, none, came}, 2, 0},
		{"broken, mended in the dark, broken again", []checks.Finding{critical, pass, dark, critical}, []checks.ChangeKind{opened, resolved, went, opened}, 3, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			last, got := story(t, tt.steps...)
			for i := range tt.want {
				if got[i] != tt.want[i] {
					t.Errorf("step %d is %q, want %q", i, got[i], tt.want[i])
				}
			}
			if want := now.Add(time.Duration(tt.since) * day); !last.FirstSeen.Equal(want) {
				t.Errorf("first seen %s, want %s", last.FirstSeen, want)
			}
			if last.TimesReopened != tt.reopened {
				t.Errorf("reopened %d times, want %d", last.TimesReopened, tt.reopened)
			}
		})
	}
}

// A finding that was stored before severities were remembered.
func TestCompareWithAnOlderStoredFinding(t *testing.T) {
	old := medium
	old.CheckID, old.LastKnown, old.EverFailed = "root-mfa", checks.Fail, true
	next := critical
	next.CheckID = "root-mfa"
	changes := checks.Compare(&checks.Report{Findings: []checks.Finding{old}}, &checks.Report{ObservedAt: now, Findings: []checks.Finding{next}})
	if len(changes) != 1 || changes[0].Kind != checks.Worse {
		t.Errorf("changes are %+v, want one that is worse", changes)
	}
}

func TestCompareOfWholeReports(t *testing.T) {
	run := func(f account.Facts) checks.Report {
		c := checks.Case{Facts: f, Policy: checks.DefaultPolicy()}
		vouched("root-mfa-backup", 30*day)(&c)
		return checks.Run(c)
	}
	first := run(healthy())
	if changes := checks.Compare(nil, &first); len(changes) != 0 {
		t.Errorf("a healthy first report has changes: %+v", changes)
	}
	second := run(healthy(set(account.SummaryMFAEnabled, 0), set(account.SummaryAccessKeysPresent, 1)))
	second.ObservedAt = now.Add(day)
	changes := checks.Compare(&first, &second)
	want := []string{"root-access-keys", "root-mfa", "root-hardware-mfa", "root-mfa-backup"}
	told := func(changes []checks.Change, kind checks.ChangeKind) (ids []string) {
		for _, c := range changes {
			if c.Kind == kind {
				ids = append(ids, c.CheckID)
			}
		}
		return ids
	}
	if len(changes) != len(want) || !slices.Equal(told(changes, checks.Opened), want) {
		t.Errorf("changes are %+v, want %v opened", changes, want)
	}
	third := run(healthy())
	third.ObservedAt = now.Add(2 * day)
	if changes := checks.Compare(&second, &third); len(changes) != len(want) || !slices.Equal(told(changes, checks.Resolved), want) {
		t.Errorf("changes are %+v, want %v resolved", changes, want)
	}
}

// A failure that goes by another name than its check's keeps that name in the
// dark and in the change that ends it; one that became worse has its own.
func TestCompareKeepsTheNameOfTheFailure(t *testing.T) {
	called := func(f checks.Finding, short string) checks.Finding {
		f.Short = short
		return f
	}
	inactive := called(medium, "Root has an inactive access key")
	for _, tt := range []struct {
		name  string
		steps []checks.Finding
		want  string
	}{
		{"opened", []checks.Finding{pass, inactive}, inactive.Short},
		{"worse", []checks.Finding{inactive, critical}, ""},
		{"worse out of the dark", []checks.Finding{inactive, dark, critical}, ""},
		{"went dark", []checks.Finding{inactive, dark}, inactive.Short},
		{"resolved", []checks.Finding{inactive, pass}, inactive.Short},
		{"resolved out of the dark", []checks.Finding{inactive, dark, dark, pass}, inactive.Short},
		{"broken again under the check's own name", []checks.Finding{inactive, pass, critical}, ""},
	} {
		var previous *checks.Report
		var changes []checks.Change
		for i, step := range tt.steps {
			step.CheckID = "root-access-keys"
			next := &checks.Report{ObservedAt: now.Add(time.Duration(i) * day), Findings: []checks.Finding{step}}
			changes = checks.Compare(previous, next)
			previous = next
		}
		if len(changes) != 1 || changes[0].Short != tt.want {
			t.Errorf("%s: the last changes are %+v, want one called %q", tt.name, changes, tt.want)
		}
	}
}
