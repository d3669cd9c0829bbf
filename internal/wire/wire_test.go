package wire

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/internal/demo/cloud"
	"rootwatch/internal/demo/page"
)

// number is a whole number of the environment, or what it is without one.
func number(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n == 0 {
		t.Fatalf("%s is %q, want a whole number above 0", name, text)
	}
	return n
}

const (
	// few is how many accounts are drawn where ROOTWATCH_WIRE_ACCOUNTS says
	// nothing; 10,000 of them are enough for every count below.
	few  = 300
	many = 10_000
	// often is how many times each check must have been drawn with each
	// verdict, and as often must an answer have been missed, in many accounts.
	often = 30
)

// tally is what was drawn and what came of it.
type tally struct {
	accounts, unknown int
	drawn             map[string]int // check and verdict
	darkened, missed  map[string]int // action
}

// 10,000 random accounts, or as many as ROOTWATCH_WIRE_ACCOUNTS says: of each
// the verdicts are drawn first, the emulated AWS is made to deserve them, then
// answers are denied, cut off, garbled and left out. The verdict is found where
// all of its answers were read, and where one was not it is found or unknown,
// never another. ROOTWATCH_WIRE_SEED draws the same accounts again.
func TestNoFalseVerdictOnTheWire(t *testing.T) {
	seed, n := number(t, "ROOTWATCH_WIRE_SEED", 2026), int(number(t, "ROOTWATCH_WIRE_ACCOUNTS", few))
	t.Logf("ROOTWATCH_WIRE_SEED=%d", seed)
	sum := tally{drawn: map[string]int{}, darkened: map[string]int{}, missed: map[string]int{}}
	alone := max(n/100, 1) // standalone accounts, each a world of its own
	each := max((n-alone)/len(kinds), 2)
	stream := 0
	try := func(k kind, n int) {
		stream++
		w := newWorld(k, seed, stream, n)
		t.Run(fmt.Sprintf("%d %s", stream, k.name), func(t *testing.T) {
			sum.compare(t, w, w.read(t))
			if t.Failed() {
				t.Logf("ROOTWATCH_WIRE_SEED=%d ROOTWATCH_WIRE_ACCOUNTS=%s draws it again", seed, os.Getenv("ROOTWATCH_WIRE_ACCOUNTS"))
			}
		})
	}
	for i, k := range kinds {
		size := each
		if i == 0 {
			size = n - alone - each*(len(kinds)-1) // and what is left over
		}
		try(k, max(size, 2))
	}
	for range alone {
		try(kind{"standalone", func(w *world) { w.org.Standalone = true }}, 1)
	}
	sum.enough(t, n)
}

// compare holds the reports of a world against what was drawn.
func (sum *tally) compare(t *testing.T, w *world, reports map[account.ID][]checks.Report) {
	t.Helper()
	w.agrees(t)
	for _, d := range w.all {
		if len(reports[d.ID]) != 1 {
			t.Fatalf("%s has %d reports", d.ID, len(reports[d.ID]))
		}
		sum.account(t, w, d, reports[d.ID][0])
	}
	if len(reports) != len(w.all) {
		t.Errorf("%d accounts have a report, of %d", len(reports), len(w.all))
	}
}

func (sum *tally) account(t *testing.T, w *world, d *drawn, r checks.Report) {
	t.Helper()
	sum.accounts++
	dark := maps.Clone(w.dark)
	maps.Copy(dark, d.dark)
	for action := range dark {
		sum.darkened[action]++
	}
	judged, missed := map[string]bool{}, map[string]bool{}
	for _, f := range r.Findings {
		if judged[f.CheckID] {
			t.Errorf("%s has two findings of %s", d.ID, f.CheckID)
		}
		judged[f.CheckID] = true
		if f.Status == open {
			sum.unknown++
			sum.drawn[f.CheckID+" unknown"]++
			for _, g := range f.Gaps {
				missed[g.Action()] = true
			}
		}
		if wrong := sum.finding(w, d, f, dark); wrong != "" {
			t.Errorf("%s of %s (%s; dark: %v): %s\n\t%s\n\tgaps %+v\n\tevidence %+v", f.CheckID, d.ID, d.Name, dark, wrong, f.Summary, f.Gaps, f.Evidence)
		}
	}
	for action := range missed {
		sum.missed[action]++
	}
	if len(judged) != len(checks.All()) {
		t.Errorf("%s has findings of %d checks, of %d", d.ID, len(judged), len(checks.All()))
	}
}

// finding says what is wrong with a finding, "" for nothing.
func (sum *tally) finding(w *world, d *drawn, f checks.Finding, dark map[string]string) string {
	want, known := d.want[f.CheckID]
	if !known {
		return "nobody draws this check"
	}
	if !d.inUse() && !w.byID {
		return either(f.Status == open, "", fmt.Sprintf("is %s in an account that is %s", f.Status, d.State))
	}
	sum.drawn[f.CheckID+" "+string(want)]++
	check, _ := checks.Find(f.CheckID)
	missing := slices.ContainsFunc(check.Reads, func(action string) bool {
		tells := d.closed && action == "budgets:ViewBudget" && slices.Contains([]string{"billing-access", "root-removal-readiness"}, check.ID)
		return dark[action] != "" && !tells
	})
	if action := onlyBy[f.CheckID]; f.Status != open && gone(d.dark[action]) {
		return fmt.Sprintf("is %s, and only %s could tell", f.Status, action)
	}
	if f.Status == want || f.Status == open && (missing || !d.inUse()) {
		return ""
	}
	return fmt.Sprintf("is %s, and %s was drawn", f.Status, want)
}

// onlyBy is the one action that tells of a check: without its answer even the
// right verdict is a guess.
var onlyBy = map[string]string{
	"password-policy": "iam:GetAccountPasswordPolicy", "admin-count": "iam:GetAccountAuthorizationDetails", "admin-by-group": "iam:GetAccountAuthorizationDetails",
	"admin-mfa": "iam:GetAccountAuthorizationDetails", "user-mfa": "iam:GetCredentialReport", "access-key-age": "iam:GetCredentialReport", "cloudtrail-on": "cloudtrail:DescribeTrails",
}

// gone holds of an answer of which nothing came.
func gone(how string) bool {
	return slices.Contains([]string{string(cloud.FaultDeny), string(cloud.FaultThrottle), string(cloud.FaultServerError), string(cloud.FaultTruncate),
		string(cloud.FaultReset), string(cloud.FaultHTML), beingWritten, noRole}, how)
}

// agrees holds what was drawn against the emulator's own truth, which another
// hand wrote from the emulated organization alone.
func (w *world) agrees(t *testing.T) {
	t.Helper()
	var seen page.Seen
	for _, d := range w.all {
		r := checks.Report{AccountID: d.ID, ObservedAt: now}
		for id, want := range d.want {
			if outside, other := d.outside[id]; other {
				want = outside
			}
			if !d.inUse() {
				want = open
			}
			r.Findings = append(r.Findings, checks.Finding{CheckID: id, Status: want})
		}
		seen.Reports = append(seen.Reports, r)
	}
	truth := page.Compare(w.org, seen, now)
	for _, a := range truth.Accounts {
		for i, c := range a.Cells {
			if c.Match == page.Differs || c.Match == page.Waiting {
				t.Errorf("%s of %s was drawn %q, and the emulator's truth is %q (bad: %v)", truth.Checks[i].ID, a.ID, c.Said, c.Truth, c.Bad)
			}
		}
	}
}

// alsoDrawn are verdicts that a check has beside pass and fail.
var alsoDrawn = []string{
	"root-hardware-mfa not_applicable", "root-mfa-backup not_applicable", "root-mfa-backup manual", "root-password-custody manual", "root-password-custody not_applicable",
	"root-central-management not_applicable", "root-scp not_applicable", "root-allow-list not_applicable", "root-removal-readiness not_applicable", "root-email-dedicated manual",
}

// enough has the test prove something: each verdict was drawn, each answer was
// missed, as often as so many accounts allow.
func (sum *tally) enough(t *testing.T, n int) {
	t.Helper()
	least := min(often, max(n*often/many, n/few))
	due := slices.Clone(alsoDrawn)
	for _, c := range checks.All() {
		if !slices.Contains([]string{"root-password-custody", "root-email-list", "recovery-questions"}, c.ID) {
			due = append(due, c.ID+" pass", c.ID+" fail", c.ID+" unknown")
		}
	}
	for _, verdict := range due {
		if sum.drawn[verdict] < least {
			t.Errorf("%s was drawn %d times, want %d", verdict, sum.drawn[verdict], least)
		}
	}
	var actions []string
	for _, c := range checks.All() {
		actions = append(actions, c.Reads...)
	}
	slices.Sort(actions)
	for _, action := range slices.Compact(actions) {
		if action == "ce:GetCostAndUsage" || action == "cloudwatch:GetMetricData" {
			continue // the bill and its estimates are read once for all, and not here
		}
		if sum.darkened[action] < least || n >= many && sum.missed[action] == 0 {
			t.Errorf("%s went dark in %d accounts and was missed in %d, want %d", action, sum.darkened[action], sum.missed[action], least)
		}
	}
	t.Logf("%d accounts, %d verdicts drawn, %d unknown", sum.accounts, len(sum.drawn), sum.unknown)
}
