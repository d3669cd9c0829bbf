package checks_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

func TestRunGivesOneFindingForEachCheck(t *testing.T) {
	for name, facts := range map[string]account.Facts{"healthy": healthy(), "empty": {}, "dark": healthy(noSummary(account.Denied), noReport(account.Denied))} {
		report := checks.Run(checks.Case{Facts: facts, Policy: checks.DefaultPolicy()})
		all := checks.All()
		if len(report.Findings) != len(all) {
			t.Fatalf("%s: %d findings for %d checks", name, len(report.Findings), len(all))
		}
		for i, c := range all {
			f := report.Findings[i]
			if f.CheckID != c.ID || f.Title != c.Title || f.Severity == "" || f.Status == "" || f.Evidence == nil {
				t.Errorf("%s: finding %d is %+v, want a whole one of %s", name, i, f, c.ID)
			}
		}
	}
}

func TestRunTakesTheAccountOver(t *testing.T) {
	f := healthy()
	r := checks.Run(checks.Case{Facts: f, Policy: checks.DefaultPolicy()})
	if r.Scope != f.Scope || r.AccountID != f.ID || r.AccountName != f.Name || r.State != f.State || !r.ObservedAt.Equal(f.ObservedAt) {
		t.Errorf("the report %+v is not of the account %+v", r, f.Account)
	}
}

func TestCoverage(t *testing.T) {
	allFacts := len(account.Facts{}.Gaps())
	for _, tt := range []struct {
		name  string
		facts account.Facts
		want  checks.CoverageState
		gaps  int
	}{
		{"all read", healthy(), checks.Read, 0},
		{"one denied", healthy(noSummary(account.Denied)), checks.PartlyRead, 1},
		{"nothing read", account.Facts{}, checks.NotReadable, allFacts},
		{"a member's own facts denied", healthy(nothingRead(account.Denied), func(f *account.Facts) {
			f.RootFeatures = account.Known[*account.RootFeatures](nil)
		}), checks.NotReadable, allFacts - 1},
		{"the organization's features are all that is read", healthy(nothingRead(account.Denied), features(account.RootFeatures{})), checks.PartlyRead, allFacts - 1},
	} {
		if got := checks.Run(checks.Case{Facts: tt.facts, Policy: checks.DefaultPolicy()}).Coverage; got.State != tt.want || len(got.Gaps) != tt.gaps {
			t.Errorf("%s: coverage is %s with %d gaps, want %s with %d", tt.name, got.State, len(got.Gaps), tt.want, tt.gaps)
		}
	}
}

func TestReportSurvivesJSON(t *testing.T) {
	want := checks.Run(checks.Case{Facts: healthy(noReport(account.Denied), slot(1, key(account.Yes, never))), Policy: checks.DefaultPolicy()})
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got checks.Report
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"account_id", "account_name", "observed_at", "coverage", "findings", "partition", "organization"} {
		if _, ok := fields[name]; !ok {
			t.Errorf("the report has no %q", name)
		}
	}
}

func TestWorstAndCount(t *testing.T) {
	report := checks.Report{Findings: []checks.Finding{
		{Status: checks.Fail, Severity: checks.Critical}, {Status: checks.Fail, Severity: checks.Medium},
		{Status: checks.Pass, Severity: checks.Critical}, {Status: checks.Fail, Severity: "no such word"},
	}}
	for floor, want := range map[checks.Severity]int{checks.Critical: 1, checks.High: 1, checks.Medium: 2, checks.Low: 2} {
		if failures, unknown := report.Worst(floor); failures != want || unknown {
			t.Errorf("Worst(%s) is %d, %t, want %d, false", floor, failures, unknown, want)
		}
	}
	report.Findings = append(report.Findings, checks.Finding{Status: checks.Unknown, Severity: checks.Low})
	if _, unknown := report.Worst(checks.Critical); !unknown {
		t.Error("Worst does not tell of what is unknown")
	}
	if n := report.Count(checks.Fail); n != 3 {
		t.Errorf("Count(fail) is %d, want 3", n)
	}
}
