package outside

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/export"
)

// everyStatus is a report for each status, in which every check has it.
func everyStatus(t *testing.T) export.Reports {
	t.Helper()
	at := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	return func(yield func(checks.Report, error) bool) {
		for i, status := range []checks.Status{checks.Pass, checks.Fail, checks.Unknown, checks.NotApplicable, checks.Manual} {
			id, err := account.ParseID("10000000000" + strconv.Itoa(i))
			if err != nil {
				t.Fatal(err)
			}
			facts := account.Facts{Account: account.Account{
				Scope: account.Scope{Partition: "aws", Organization: "acme"}, ID: id, Name: "team <" + strconv.Itoa(i) + "> & \x1b[1m長い名前", State: account.Active}, ObservedAt: at}
			report := checks.Run(checks.Case{Facts: facts, Policy: checks.DefaultPolicy()})
			for j := range report.Findings {
				f := &report.Findings[j]
				f.Status, f.FirstSeen = status, at.AddDate(0, 0, -j)
				f.Evidence = append(f.Evidence, checks.Evidence{Name: "AccountMFAEnabled", Value: "0", Source: "iam:GetAccountSummary"})
			}
			if !yield(report, nil) {
				return
			}
		}
	}
}

// Those who read such files for a living take ours.
func TestExportsAreReadByOthers(t *testing.T) {
	judge(t, "moto", "moto_server") // the same environment holds these judges
	python, err := exec.LookPath("moto_server")
	if err != nil {
		t.Fatal(err)
	}
	python = filepath.Join(filepath.Dir(python), "python")
	for name, write := range map[string]func(io.Writer, export.Reports) (export.Totals, error){
		"ocsf":  func(w io.Writer, r export.Reports) (export.Totals, error) { return export.OCSF(w, r, "v1.2.3") },
		"asff":  func(w io.Writer, r export.Reports) (export.Totals, error) { return export.ASFF(w, r, "v1.2.3") },
		"junit": export.JUnit,
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if _, err := write(&b, everyStatus(t)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "export")
			if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			said, err := exec.Command(python, "exports.py", name, path).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, said)
			}
			if want := strconv.Itoa(5 * len(checks.All())); strings.TrimSpace(string(said)) != want {
				t.Errorf("the judge saw %s of %s findings", said, want)
			}
		})
	}
}
