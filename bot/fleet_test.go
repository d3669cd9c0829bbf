package bot_test

import (
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
)

var observed = time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)

// judged is a report with one finding for each real check, all of one status.
func judged(t testing.TB, digits string, status checks.Status) checks.Report {
	r := checks.Report{
		Scope: mainOrg, AccountID: id(t, digits), AccountName: "account-" + digits, ObservedAt: observed,
		Coverage: checks.Coverage{State: checks.Read},
	}
	for _, c := range checks.All() {
		r.Findings = append(r.Findings, checks.Finding{CheckID: c.ID, Title: c.Title, Status: status, Severity: c.Severity, FirstSeen: observed})
	}
	return r
}

func stream(reports ...checks.Report) iter.Seq2[checks.Report, error] {
	return func(yield func(checks.Report, error) bool) {
		for _, r := range reports {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func TestFleetCounts(t *testing.T) {
	partly := judged(t, "333333333333", checks.Pass)
	partly.Coverage = checks.Coverage{State: checks.PartlyRead, Gaps: []account.Gap{
		{Call: "iam:GetAccountSummary", Cause: account.Denied}, {Call: "account:GetAlternateContact", Cause: account.Denied}, {Call: "iam:GetCredentialReport", Cause: account.NotReady},
	}}
	partly.Findings[0].Status = checks.Unknown
	partly.ObservedAt = observed.Add(-time.Hour)
	closed := judged(t, "444455556666", checks.Unknown)
	closed.Coverage = checks.Coverage{State: checks.NotReadable, Gaps: []account.Gap{{Call: "iam:GetAccountSummary", Cause: account.Denied}}}
	old := judged(t, "555555555555", checks.Pass) // from before a check was added
	old.Findings = old.Findings[1:]
	old.Findings = append(old.Findings, checks.Finding{CheckID: "retired", Title: "Retired", Status: checks.Pass, Severity: checks.Low})
	applies := judged(t, "666666666666", checks.NotApplicable)
	manual := judged(t, "777777777777", checks.Manual)
	stranger := judged(t, "888888888888", checks.Fail)
	stranger.Scope = labsOrg
	failing := judged(t, "222222222222", checks.Fail)
	reports := stream(judged(t, "111122223333", checks.Pass), failing, partly, closed, old, applies, manual, stranger, failing)
	listed := []account.Account{
		listedAs(t, mainOrg, "111122223333", "clean"), listedAs(t, mainOrg, "999988887777", "newcomer"), listedAs(t, labsOrg, "888888888888", "elsewhere"),
	}

	fleet, err := bot.FleetOf(mainOrg, listed, reports)
	if err != nil {
		t.Fatal(err)
	}
	want := bot.Coverage{Accounts: 8, Read: 5, PartlyRead: 1, NotReadable: 2}
	got := fleet.Coverage
	if got.Accounts != want.Accounts || got.Read != want.Read || got.PartlyRead != want.PartlyRead || got.NotReadable != want.NotReadable {
		t.Errorf("coverage %+v, want %+v", got, want)
	}
	if fleet.Scope != mainOrg || !fleet.ObservedAt.Equal(partly.ObservedAt) {
		t.Errorf("scope %v, observed at %s", fleet.Scope, fleet.ObservedAt)
	}
	if fleet.Clean != 3 {
		t.Errorf("%d without findings, want 3: the one that passes, the one where nothing applies and the one that a person has to look at", fleet.Clean)
	}
	if n := len(checks.All()); fleet.OpenTotal != n || len(fleet.Open) != min(n, bot.MaxOpen) {
		t.Errorf("%d open of %d, want the %d failures of one account", len(fleet.Open), fleet.OpenTotal, n)
	}
	first := checks.All()[0].ID
	for _, row := range fleet.Rows {
		sum, wantSum := row.Pass+row.Fail+row.Unknown+row.Other, 8
		if row.CheckID == "retired" {
			wantSum = 1
		}
		if sum != wantSum {
			t.Errorf("row %+v adds up to %d, want %d", row, sum, wantSum)
		}
		if row.CheckID == first && (row.Unknown != 4 || row.Fail != 1 || row.Pass != 1 || row.Other != 2) {
			t.Errorf("row of %s: %+v", first, row)
		}
	}
	if !slices.IsSortedFunc(fleet.Rows, func(a, b bot.FleetRow) int { return a.Severity.Rank() - b.Severity.Rank() }) {
		t.Error("rows are not worst first")
	}
	reasonsAre(t, got.Reasons)
}

func reasonsAre(t *testing.T, reasons []bot.CoverageReason) {
	t.Helper()
	var told []string
	for _, r := range reasons {
		told = append(told, fmt.Sprintf("%s %d %v: %s", r.Cause, r.Accounts, r.Examples, r.Sentence))
	}
	want := []string{
		"denied 1 [account-333333333333]: AWS refused iam:GetAccountSummary and account:GetAlternateContact; allow them in the audit role and in the policies above the account.",
		"denied 1 [account-444455556666]: AWS refused iam:GetAccountSummary; allow it in the audit role and in the policies above the account.",
		"not_collected 1 [newcomer]: Not checked yet.",
		"not_ready 1 [account-333333333333]: AWS is still writing the credential report; it is read at the next check.",
	}
	if !slices.Equal(told, want) {
		t.Errorf("reasons\n got %q\nwant %q", told, want)
	}
}

// The list keeps the worst, whatever the order in which they come.
func TestFleetKeepsTheWorst(t *testing.T) {
	severities := checks.Severities()
	var reports []checks.Report
	for i := range 200 {
		r := judged(t, fmt.Sprintf("1000000%05d", i), checks.Pass)
		// 53 is coprime to 200, so that the ages come in no order.
		r.Findings[0].Status, r.Findings[0].Severity = checks.Fail, severities[i%4]
		r.Findings[0].FirstSeen = observed.Add(-time.Duration(i*53%200) * time.Hour)
		reports = append(reports, r)
	}
	fleet, err := bot.FleetOf(mainOrg, nil, stream(reports...))
	if err != nil {
		t.Fatal(err)
	}
	if fleet.OpenTotal != 200 || len(fleet.Open) != bot.MaxOpen {
		t.Fatalf("%d of %d", len(fleet.Open), fleet.OpenTotal)
	}
	var ages []time.Duration
	for _, r := range reports {
		if r.Findings[0].Severity == checks.Critical {
			ages = append(ages, observed.Sub(r.Findings[0].FirstSeen))
		}
	}
	slices.Sort(ages)
	slices.Reverse(ages)
	for i, line := range fleet.Open {
		if line.Severity != checks.Critical || observed.Sub(line.Since) != ages[i] {
			t.Errorf("line %d: %s since %s, want critical since %s ago", i, line.Severity, line.Since, ages[i])
		}
	}
}

func TestFleetOfNothing(t *testing.T) {
	fleet, err := bot.FleetOf(mainOrg, nil, stream())
	if err != nil {
		t.Fatal(err)
	}
	if fleet.Coverage.Accounts != 0 || fleet.Clean != 0 || len(fleet.Rows) != len(checks.All()) {
		t.Errorf("%+v", fleet)
	}
}

func TestFleetEmptyReportIsNotClean(t *testing.T) {
	empty := checks.Report{Scope: mainOrg, AccountID: id(t, "111122223333")}
	fleet, err := bot.FleetOf(mainOrg, nil, stream(empty))
	if err != nil {
		t.Fatal(err)
	}
	if fleet.Clean != 0 || fleet.Coverage.NotReadable != 1 || fleet.Rows[0].Unknown != 1 {
		t.Errorf("%+v", fleet)
	}
}

func TestFleetStopsAtAnError(t *testing.T) {
	broken := errors.New("the store is gone")
	_, err := bot.FleetOf(mainOrg, nil, func(yield func(checks.Report, error) bool) {
		if yield(judged(t, "111122223333", checks.Pass), nil) {
			yield(checks.Report{}, broken)
		}
	})
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

// Memory is flat: what a report held is let go once it is counted. The
// reports below hold 128 MB together, the ten that are listed 0.6 MB.
func TestFleetMemoryIsFlat(t *testing.T) {
	const reports, size = 2000, 64 << 10
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, after := heap(), uint64(0)
	_, err := bot.FleetOf(mainOrg, nil, func(yield func(checks.Report, error) bool) {
		for i := range reports {
			r := judged(t, fmt.Sprintf("1000000%05d", i), checks.Fail)
			r.Findings[0].Summary = strings.Repeat("x", size)
			if !yield(r, nil) {
				return
			}
		}
		after = heap()
	})
	if err != nil {
		t.Fatal(err)
	}
	if after > before+(16<<20) {
		t.Errorf("%d MB are still held after %d reports", (after-before)>>20, reports)
	}
}

// An accepted failure is neither open nor clean, and each row adds up all the same.
func TestFleetCountsAcceptedApart(t *testing.T) {
	now := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	scope := account.Scope{Partition: "aws", Organization: "acme"}
	report := func(digits string, until time.Time) checks.Report {
		id, err := account.ParseID(digits)
		if err != nil {
			t.Fatal(err)
		}
		r := checks.Report{Scope: scope, AccountID: id, ObservedAt: now, Coverage: checks.Coverage{State: checks.Read}}
		for _, c := range checks.All() {
			f := checks.Finding{CheckID: c.ID, Status: checks.Pass, Severity: c.Severity}
			if c.ID == "root-mfa" {
				f.Status = checks.Fail
			}
			r.Findings = append(r.Findings, f)
		}
		r.Except([]checks.Exception{{Scope: scope, AccountID: id, CheckID: "root-mfa", Reason: "It is closed soon.", Approver: "Ben", By: "Ana", At: now.Add(-time.Hour), Until: until}})
		return r
	}
	reports := []checks.Report{
		report("111122223333", now.Add(time.Hour)), report("444455556666", now.Add(100*24*time.Hour)), report("123456789012", now.Add(-time.Minute)),
	}
	fleet, err := bot.FleetOf(scope, nil, func(yield func(checks.Report, error) bool) {
		for _, r := range reports {
			if !yield(r, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if fleet.OpenTotal != 1 || len(fleet.Open) != 1 || fleet.Clean != 0 || fleet.Accepted.String() != "2 accepted, the first until 2026-11-22" {
		t.Errorf("%d open, %d clean, %q", fleet.OpenTotal, fleet.Clean, fleet.Accepted.String())
	}
	for _, row := range fleet.Rows {
		if row.CheckID == "root-mfa" && (row.Fail != 1 || row.Accepted != 2 || row.Unknown != 0) {
			t.Errorf("%+v", row)
		}
	}
	tally := bot.TallyOf(reports[0])
	if len(tally.Failing) != 0 || len(tally.Accepted) != 1 || tally.Total() != len(checks.All()) {
		t.Errorf("%d failing, %d accepted of %d", len(tally.Failing), len(tally.Accepted), tally.Total())
	}
}

// Members without the role, and accounts in each state, are counted apart:
// also those that nobody has read yet.
func TestFleetTellsStatesApart(t *testing.T) {
	state := func(digits string, s account.State) checks.Report {
		r := judged(t, digits, checks.Unknown)
		r.State, r.Coverage = s, checks.Coverage{State: checks.NotReadable, Gaps: []account.Gap{{Call: "iam:GetAccountSummary", Cause: account.NotActive}}}
		return r
	}
	absent := judged(t, "333333333333", checks.Unknown)
	absent.State, absent.Coverage = account.Active, checks.Coverage{State: checks.PartlyRead, Gaps: []account.Gap{{Call: "sts:AssumeRole", Cause: account.NotOnboarded}}}
	unlisted := judged(t, "555555555555", checks.Unknown)
	unlisted.State, unlisted.Coverage = account.Active, checks.Coverage{State: checks.PartlyRead, Gaps: []account.Gap{{Call: "organizations:ListPolicies", Cause: account.Denied}}}
	closed := listedAs(t, mainOrg, "999988887777", "gone")
	closed.State = account.Closed
	fleet, err := bot.FleetOf(mainOrg, []account.Account{closed}, stream(state("111122223333", account.Suspended), state("222222222222", account.Suspended), state("444455556666", account.PendingClosure), absent, unlisted))
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, r := range fleet.Coverage.Reasons {
		told = append(told, fmt.Sprintf("%d %s", r.Accounts, r.Sentence))
	}
	slices.Sort(told)
	want := []string{
		"1 AWS refused organizations:ListPolicies; allow it in the role that reads the organization.",
		"1 The account is closed, so AWS answers nothing about it.", "1 The account is pending closure, so AWS answers nothing about it.",
		"1 The audit role could not be assumed; deploy it in the account.", "2 The account is suspended, so AWS answers nothing about it.",
	}
	if !slices.Equal(told, want) {
		t.Errorf("reasons\n got %q\nwant %q", told, want)
	}
}

// An account is news for as long as a digest may be apart from the one before.
func TestFleetTellsWhoJoined(t *testing.T) {
	joined := func(digits string, ago time.Duration) checks.Report {
		r := judged(t, digits, checks.Pass)
		r.JoinedAt = observed.Add(-ago)
		return r
	}
	const day = 24 * time.Hour
	fleet, err := bot.FleetOf(mainOrg, nil, stream(judged(t, "111122223333", checks.Pass), joined("222222222222", 2*day), joined("333333333333", time.Hour), joined("444455556666", 400*day)))
	if err != nil {
		t.Fatal(err)
	}
	ids := func(since time.Time) (all []string) {
		for _, j := range fleet.JoinedSince(since) {
			all = append(all, j.AccountID.String())
		}
		return all
	}
	if got := ids(observed.Add(-3 * day)); !slices.Equal(got, []string{"333333333333", "222222222222"}) {
		t.Errorf("since three days ago: %v", got)
	}
	if got := ids(observed.Add(-day)); !slices.Equal(got, []string{"333333333333"}) {
		t.Errorf("since yesterday: %v", got)
	}
	if got := ids(time.Time{}); len(got) != 2 {
		t.Errorf("ever: %v", got)
	}
}
