package export_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/jedib0t/go-pretty/v6/text"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/export"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	observed = time.Date(2026, 11, 22, 4, 46, 0, 0, time.UTC)
	now      = observed.Add(time.Minute)
)

func id(t testing.TB, s string) account.ID {
	t.Helper()
	parsed, err := account.ParseID(s)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func finding(check string, status checks.Status, severity checks.Severity, summary string) checks.Finding {
	return checks.Finding{CheckID: check, Title: "Good " + check, Status: status, Severity: severity, Summary: summary, FirstSeen: observed.AddDate(0, 0, -4)}
}

func report(t testing.TB, digits, name string, coverage checks.CoverageState, findings ...checks.Finding) checks.Report {
	return checks.Report{
		Scope: account.Scope{Partition: "aws", Organization: "acme"}, AccountID: id(t, digits), AccountName: name, State: account.Active,
		ObservedAt: observed, Coverage: checks.Coverage{State: coverage}, Findings: findings,
	}
}

// fleet has one account of every kind.
func fleet(t testing.TB) []checks.Report {
	keys := finding("sample-keys", checks.Fail, checks.Critical, "The root user has an active access key, made on 2 Mar 2019 and last used 4 days ago in us-east-1 for s3.")
	keys.Evidence = []checks.Evidence{{Name: "AccountAccessKeysPresent", Value: "1", Source: "iam:GetAccountSummary"}, {Name: "access_key_1_active", Value: "true"}}
	dark := finding("sample-usage", checks.Unknown, checks.High, "The credential report could not be read.")
	dark.Gaps = []account.Gap{{Call: "iam:GetCredentialReport", Cause: account.Denied, Sentence: "AWS refused iam:GetCredentialReport. Allow it in the reader role."}}
	gap := account.Gap{Call: "sts:AssumeRole", Cause: account.NotOnboarded}
	closed := report(t, "333333333333", "acquired-eu", checks.NotReadable,
		finding("sample-keys", checks.Unknown, checks.Critical, ""), finding("sample-mfa", checks.Unknown, checks.Critical, ""), finding("sample-usage", "", checks.High, ""))
	closed.Coverage.Gaps = []account.Gap{gap}
	return []checks.Report{
		report(t, "111122223333", "sandbox", checks.Read, finding("sample-keys", checks.Pass, checks.Critical, "No access key."),
			finding("sample-mfa", checks.NotApplicable, checks.Critical, "No root credentials."), finding("sample-usage", checks.Pass, checks.High, "Not used.")),
		report(t, "444455556666", "legacy-web", checks.PartlyRead, finding("sample-mfa", checks.Fail, checks.Medium, "MFA is off."), dark,
			finding("sample-custody", checks.Manual, checks.Low, "Nobody attested."), finding("sample-keys", checks.Pass, checks.Critical, "No access key.")),
		report(t, "123456789012", "prod-payments", checks.Read, keys, finding("sample-mfa", checks.Pass, checks.Critical, "MFA is on.")),
		closed,
		report(t, "999988887777", "", checks.NotReadable),
	}
}

func stream(reports []checks.Report) export.Reports {
	return func(yield func(checks.Report, error) bool) {
		for _, r := range reports {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func breaking(t testing.TB, broken error) export.Reports {
	return func(yield func(checks.Report, error) bool) {
		if yield(fleet(t)[0], nil) {
			yield(checks.Report{}, broken)
		}
	}
}

// golden compares with testdata/name; -update writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (run with -update if this is meant):\n%s", path, diff)
	}
}

// why the accounts of the sample were not read whole.
var why = map[string]int{"not_collected": 2, "not_onboarded": 1}

func TestTotals(t *testing.T) {
	totals, err := export.CSV(io.Discard, stream(fleet(t)))
	if err != nil {
		t.Fatal(err)
	}
	want := export.Totals{
		Coverage: export.Coverage{Accounts: 5, Read: 2, PartlyRead: 1, NotReadable: 2, Why: why},
		ByStatus: map[checks.Status]int{checks.Pass: 4, checks.Fail: 2, checks.Unknown: 4, checks.NotApplicable: 1, checks.Manual: 1},
		Failures: map[checks.Severity]int{checks.Critical: 1, checks.Medium: 1}, Worst: checks.Critical, Unjudged: 1,
	}
	if diff := cmp.Diff(want, totals); diff != "" {
		t.Error(diff)
	}
}

func TestExitStatus(t *testing.T) {
	pass := finding("a", checks.Pass, checks.Critical, "")
	medium := finding("b", checks.Fail, checks.Medium, "")
	unknown := finding("c", checks.Unknown, checks.Low, "")
	early := finding("d", checks.Unknown, checks.Low, "")
	early.Gaps = []account.Gap{{Call: "cloudtrail:LookupEvents", Cause: account.NotYet, Sentence: "Not before 2026-12-24."}}
	fell := early // it failed when it was last known
	fell.LastKnown = checks.Fail
	torn := early
	torn.Gaps = append([]account.Gap{{Call: "iam:GetAccountSummary", Cause: account.Denied}}, early.Gaps...)
	refused := finding("budget-daily", checks.Unknown, checks.Low, "")
	refused.Gaps = []account.Gap{{Call: "ce:GetCostAndUsage", Cause: account.Denied}}
	for _, c := range []struct {
		name    string
		reports []checks.Report
		failOn  checks.Severity
		want    int
	}{
		{"a bill that is refused", []checks.Report{report(t, "111122223333", "", checks.Read, pass, refused)}, checks.Low, 3},
		{"what needs time alone is fine", []checks.Report{report(t, "111122223333", "", checks.Read, pass, early)}, checks.Low, 0},
		{"what needs time and failed before", []checks.Report{report(t, "111122223333", "", checks.Read, pass, fell)}, checks.Low, 3},
		{"what needs time and a permission", []checks.Report{report(t, "111122223333", "", checks.Read, pass, torn)}, checks.Low, 3},
		{"all pass", []checks.Report{report(t, "111122223333", "", checks.Read, pass)}, checks.Low, 0},
		{"not applicable and manual are fine", []checks.Report{report(t, "111122223333", "", checks.Read,
			finding("a", checks.NotApplicable, checks.Low, ""), finding("b", checks.Manual, checks.Low, ""))}, checks.Low, 0},
		{"a failure at the floor", []checks.Report{report(t, "111122223333", "", checks.Read, medium)}, checks.Medium, 1},
		{"a failure above the floor", []checks.Report{report(t, "111122223333", "", checks.Read, medium)}, checks.Low, 1},
		{"a failure below the floor", []checks.Report{report(t, "111122223333", "", checks.Read, medium)}, checks.High, 0},
		{"any failure without a floor", []checks.Report{report(t, "111122223333", "", checks.Read, medium)}, "", 1},
		{"a severity nobody knows is the worst", []checks.Report{report(t, "111122223333", "", checks.Read, finding("x", checks.Fail, "dire", ""))}, checks.Critical, 1},
		{"unknown", []checks.Report{report(t, "111122223333", "", checks.PartlyRead, pass, unknown)}, checks.Low, 3},
		{"a failure comes before unknown", []checks.Report{report(t, "111122223333", "", checks.Read, medium, unknown)}, checks.Low, 1},
		{"a failure below the floor hides no unknown", []checks.Report{report(t, "111122223333", "", checks.Read, medium, unknown)}, checks.High, 3},
		{"a status nobody knows is unknown", []checks.Report{report(t, "111122223333", "", checks.Read, finding("x", "passed", checks.Low, ""))}, checks.Low, 3},
		{"an account without findings", []checks.Report{report(t, "111122223333", "", checks.Read)}, checks.Low, 3},
		{"an account that was not read", []checks.Report{report(t, "111122223333", "", checks.NotReadable, pass)}, checks.Low, 3},
		{"no account at all", nil, checks.Low, 3},
	} {
		totals, err := export.Table(io.Discard, stream(c.reports), export.TableOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := export.ExitStatus(totals, c.failOn); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestJSON(t *testing.T) {
	var b strings.Builder
	if _, err := export.JSON(&b, stream(fleet(t)), now); err != nil {
		t.Fatal(err)
	}
	golden(t, "fleet.json", b.String())
	var back export.Document
	decoder := json.NewDecoder(strings.NewReader(b.String()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&back); err != nil {
		t.Fatal(err)
	}
	if back.Version != export.Version || !back.GeneratedAt.Equal(now) || !cmp.Equal(back.Coverage, export.Coverage{Accounts: 5, Read: 2, PartlyRead: 1, NotReadable: 2, Why: map[string]int{"not_collected": 2, "not_onboarded": 1}}) {
		t.Errorf("document %d of %s with %+v", back.Version, back.GeneratedAt, back.Coverage)
	}
	if len(back.Reports) != 5 || back.Reports[2].Findings[0].Evidence[0].Value != "1" {
		t.Errorf("%d reports", len(back.Reports))
	}
	for _, null := range []string{`"findings":null`, `"evidence":null`} {
		if strings.Contains(b.String(), null) {
			t.Errorf("%s: lists are never null", null)
		}
	}
}

func TestJSONOfNothing(t *testing.T) {
	var b strings.Builder
	if _, err := export.JSON(&b, stream(nil), now); err != nil {
		t.Fatal(err)
	}
	var back export.Document
	if err := json.Unmarshal([]byte(b.String()), &back); err != nil || back.Reports == nil || len(back.Reports) != 0 {
		t.Errorf("%v: %s", err, b.String())
	}
}

func TestJSONDoesNotChangeTheReport(t *testing.T) {
	reports := fleet(t)
	if _, err := export.JSON(io.Discard, stream(reports), now); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fleet(t), reports, cmp.Comparer(func(a, b account.ID) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
}

func TestJSONKeepsWhatItEscapes(t *testing.T) {
	evil := "a\x1b[31m\u009b2J\u202e\U000e0041\u007f \u65e5"
	var b strings.Builder
	if _, err := export.JSON(&b, stream([]checks.Report{report(t, "111122223333", evil, checks.Read)}), now); err != nil {
		t.Fatal(err)
	}
	if i := strings.IndexFunc(b.String(), func(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) }); i >= 0 {
		t.Errorf("%q is not escaped", b.String()[i:])
	}
	var back export.Document
	if err := json.Unmarshal([]byte(b.String()), &back); err != nil || back.Reports[0].AccountName != evil {
		t.Errorf("%v: %+v", err, back.Reports)
	}
}

func TestABrokenStreamIsNoDocument(t *testing.T) {
	broken := errors.New("the store is gone")
	var b strings.Builder
	if _, err := export.JSON(&b, breaking(t, broken), now); !errors.Is(err, broken) {
		t.Errorf("JSON: %v", err)
	}
	if json.Valid([]byte(b.String())) || b.Len() == 0 {
		t.Errorf("a part was taken for the whole: %s", b.String())
	}
	if _, err := export.CSV(io.Discard, breaking(t, broken)); !errors.Is(err, broken) {
		t.Errorf("CSV: %v", err)
	}
	if _, err := export.Table(io.Discard, breaking(t, broken), export.TableOptions{}); !errors.Is(err, broken) {
		t.Errorf("table: %v", err)
	}
}

type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestAWriterThatFails(t *testing.T) {
	var many []checks.Report
	for range 200 {
		many = append(many, fleet(t)...)
	}
	for name, write := range map[string]func() error{
		"JSON":  func() error { _, err := export.JSON(closedPipe{}, stream(many), now); return err },
		"CSV":   func() error { _, err := export.CSV(closedPipe{}, stream(many)); return err },
		"table": func() error { _, err := export.Table(closedPipe{}, stream(many), export.TableOptions{}); return err },
	} {
		if err := write(); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCSV(t *testing.T) {
	var b strings.Builder
	if _, err := export.CSV(&b, stream(fleet(t))); err != nil {
		t.Fatal(err)
	}
	golden(t, "fleet.csv", b.String())
}

func TestCSVCannotRunFormulas(t *testing.T) {
	for _, evil := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u202e=1", "＝1+1", "\x00=cmd|'/c calc'!A0"} {
		f := finding(evil, checks.Fail, checks.Low, evil)
		f.Evidence = []checks.Evidence{{Name: evil, Value: evil, Source: evil}}
		r := report(t, "111122223333", evil, checks.Read, f)
		r.Organization = evil
		var b strings.Builder
		if _, err := export.CSV(&b, stream([]checks.Report{r})); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for i, cell := range rows[1] {
			if cell != "" && strings.ContainsAny(string([]rune(cell)[0]), "=+-@\t\r\n＝＋－＠") {
				t.Errorf("%q: column %s is %q", evil, rows[0][i], cell)
			}
			if strings.ContainsFunc(cell, unicode.IsControl) {
				t.Errorf("%q: column %s has control characters", evil, rows[0][i])
			}
		}
		if !strings.HasPrefix(rows[1][1], "'") {
			t.Errorf("%q became %q", evil, rows[1][1])
		}
	}
}

func TestTable(t *testing.T) {
	for name, o := range map[string]export.TableOptions{
		"fleet.txt": {}, "fleet_color.txt": {Color: true}, "fleet_60.txt": {Width: 60},
	} {
		var b strings.Builder
		if _, err := export.Table(&b, stream(fleet(t)), o); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.String())
	}
}

// Whatever strangers wrote, the table fits and steers no terminal.
// Many accounts pass by number, so that ten checks are no wall of names; what
// keeps a whole account dark is said once, not once for each call.
func TestTableOfManyAccountsIsBrief(t *testing.T) {
	passing := func(digits string) checks.Report {
		return report(t, digits, "", checks.Read, finding("sample-keys", checks.Pass, checks.Critical, "None."), finding("sample-mfa", checks.NotApplicable, checks.Critical, "None."))
	}
	suspended := finding("sample-keys", checks.Unknown, checks.Critical, "The account is suspended.")
	for _, call := range []string{"iam:GetAccountSummary", "iam:GetCredentialReport"} {
		suspended.Gaps = append(suspended.Gaps, account.Gap{Call: call, Cause: account.NotActive, Sentence: "The account is suspended."})
	}
	reports := []checks.Report{report(t, "333333333333", "", checks.NotReadable, suspended)}
	for n := range 6 {
		reports = append(reports, passing(fmt.Sprintf("10000000000%d", n)))
		var b strings.Builder
		if _, err := export.Table(&b, stream(reports), export.TableOptions{}); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if named := strings.Contains(text, "1 pass: sample-keys; 1 not applicable"); named != (n < 5) {
			t.Errorf("%d accounts pass, named %t:\n%s", n+1, named, text)
		}
		if !strings.Contains(text, "sample-keys - The account is suspended\n") {
			t.Errorf("the state is not said once:\n%s", text)
		}
	}
}

func TestTableOfHostileData(t *testing.T) {
	for _, evil := range []string{"\x1b[31mred\x07\r\n", "\u202eright to left", strings.Repeat("long ", 300), strings.Repeat("x", 3000), "日本語アカウント日本語アカウント日本語アカウント", "bad \xff utf-8"} {
		f := finding(evil, checks.Fail, checks.Severity(evil), evil)
		dark := finding(evil, checks.Unknown, checks.Low, evil)
		dark.Gaps = []account.Gap{{Call: evil, Sentence: evil, Cause: account.Cause(evil)}}
		r := report(t, "111122223333", evil, checks.CoverageState(evil), f, dark, finding(evil, checks.Pass, checks.Low, evil), finding(evil, checks.Manual, checks.Low, evil))
		for _, width := range []int{0, 60, 100, 140} {
			var b strings.Builder
			if _, err := export.Table(&b, stream([]checks.Report{r}), export.TableOptions{Width: width}); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(b.String()) {
				line = strings.TrimSuffix(line, "\n")
				if got := text.StringWidth(line); got > max(width, 100) && width != 60 || width == 60 && got > 60 {
					t.Errorf("width %d: %d columns: %q", width, got, line)
				}
				if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsGraphic(r) }) {
					t.Errorf("not clean: %q", line)
				}
			}
		}
	}
}

// The JSON writer holds one report at a time: what it has written is let go.
func TestJSONStreams(t *testing.T) {
	written := 0
	one := fleet(t)[2]
	many := iter.Seq2[checks.Report, error](func(yield func(checks.Report, error) bool) {
		for i := range 2000 {
			if i == 1999 && written == 0 {
				t.Error("nothing was written before the last report")
			}
			if !yield(one, nil) {
				return
			}
		}
	})
	if _, err := export.JSON(writerFunc(func(b []byte) (int, error) { written += len(b); return len(b), nil }), many, now); err != nil {
		t.Fatal(err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// docs/json.md names every field that the document can have.
func TestJSONPageIsWhole(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "json.md"))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	reports := fleet(t)
	full := &reports[1].Findings[1]
	full.LastKnown, full.LastKnownSince, full.EverFailed, full.TimesReopened = checks.Fail, observed, true, 2
	full.Gaps[0].Permission, full.Gaps[0].Detail = "iam:GenerateCredentialReport", "AccessDenied"
	if _, err := export.JSON(&b, stream(reports), now); err != nil {
		t.Fatal(err)
	}
	var document any
	if err := json.Unmarshal([]byte(b.String()), &document); err != nil {
		t.Fatal(err)
	}
	for _, field := range fields(document) {
		if !strings.Contains(string(page), "`"+field+"`") {
			t.Errorf("docs/json.md does not explain %q", field)
		}
	}
}

// fields lists every object key below v, each once.
func fields(v any) []string {
	var names []string
	switch v := v.(type) {
	case map[string]any:
		for name, below := range v {
			names = append(names, name)
			names = append(names, fields(below)...)
		}
	case []any:
		for _, below := range v {
			names = append(names, fields(below)...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
