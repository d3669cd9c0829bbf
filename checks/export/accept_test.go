package export_test

import (
	"bytes"
	"iter"
	"strings"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/export"
)

// An accepted failure is told apart from the open ones, lets the exit status
// be, and is open again for whoever reads the report after its end.
func TestAcceptedFailuresStandApart(t *testing.T) {
	at := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	id, err := account.ParseID("111122223333")
	if err != nil {
		t.Fatal(err)
	}
	scope := account.Scope{Partition: "aws", Organization: "main"}
	r := checks.Report{
		Scope: scope, AccountID: id, AccountName: "payments", ObservedAt: at, Coverage: checks.Coverage{State: checks.Read},
		Findings: []checks.Finding{
			{CheckID: "root-mfa", Status: checks.Pass, Severity: checks.Critical, Summary: "Root has MFA."},
			{CheckID: "root-access-keys", Status: checks.Fail, Severity: checks.Critical, Summary: "Root has an active access key in slot 1."},
		},
	}
	r.Except([]checks.Exception{{
		Scope: scope, ID: "e1", CheckID: "root-access-keys", Reason: "An old appliance needs it.", Approver: "Ben Ode", By: "Ana Silva",
		At: at.Add(-time.Hour), Until: at.Add(24 * time.Hour),
	}})
	table := func(r checks.Report) (string, export.Totals) {
		var b bytes.Buffer
		var one iter.Seq2[checks.Report, error] = func(yield func(checks.Report, error) bool) { yield(r, nil) }
		totals, err := export.Table(&b, one, export.TableOptions{Width: 100})
		if err != nil {
			t.Fatal(err)
		}
		return b.String(), totals
	}
	text, totals := table(r)
	for _, want := range []string{"Accepted for now", "Accepted by Ben Ode until 2026-11-23: An old appliance needs it.", "0 fail, 1 accepted until 2026-11-23"} {
		if !strings.Contains(text, want) {
			t.Errorf("the table does not say %q:\n%s", want, text)
		}
	}
	if status := export.ExitStatus(totals, checks.Low); status != 0 || totals.Worst != "" {
		t.Errorf("exit status %d, worst %q", status, totals.Worst)
	}
	if totals.ByStatus[checks.Fail] != 1 {
		t.Errorf("%d fail by status: an accepted failure is no pass", totals.ByStatus[checks.Fail])
	}
	text, totals = table(r.AsOf(at.Add(25 * time.Hour)))
	if status := export.ExitStatus(totals, checks.Low); status != 1 || !strings.Contains(text, "1 fail (1 critical)") {
		t.Errorf("after its end: exit status %d:\n%s", status, text)
	}
}
