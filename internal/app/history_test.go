package app_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"rootwatch/internal/app"
	"rootwatch/internal/demo/cloud"
)

// What a check leaves in the store is told by history and packed by evidence,
// also while another process works the same store.
func TestHistoryAndEvidenceOfWhatWasChecked(t *testing.T) {
	d := atDesk(t)
	if got := d.says(func(term app.Terminal) error {
		_, err := d.setup.Check(t.Context(), app.CheckRequest{Accounts: []string{"prod-payments", "sandbox-dev"}, Format: "csv", FailOn: "low"}, term)
		return err
	}); strings.HasPrefix(got, "error") {
		t.Fatal(got)
	}
	table := d.says(func(term app.Terminal) error {
		return d.setup.History(t.Context(), app.HistoryRequest{Account: "prod-payments", Format: "table"}, term)
	})
	for _, want := range []string{"prod-payments (123456789012), organization acme", "Failing now", "root-access-keys", "What changed", "opened", "Use of root", "access key 1"} {
		if !strings.Contains(table, want) {
			t.Errorf("the history does not say %q:\n%s", want, table)
		}
	}
	for line := range strings.SplitSeq(table, "\n") {
		if utf8.RuneCountInString(line) > 100 {
			t.Errorf("%d columns: %s", utf8.RuneCountInString(line), line)
		}
	}
	var past struct {
		Version  int    `json:"version"`
		Account  string `json:"account_id"`
		Findings []struct {
			CheckID  string    `json:"check_id"`
			Status   string    `json:"status"`
			LastSeen time.Time `json:"last_seen"`
		} `json:"findings"`
		Changes []any `json:"changes"`
	}
	text := d.says(func(term app.Terminal) error {
		return d.setup.History(t.Context(), app.HistoryRequest{Account: "123456789012", Since: "2026-01-01", Format: "json"}, term)
	})
	if err := json.Unmarshal([]byte(text), &past); err != nil || past.Version != 1 || past.Account != "123456789012" || len(past.Findings) < 10 || len(past.Changes) == 0 {
		t.Errorf("%v: %+v", err, past)
	}
	for account, says := range map[string]string{"data-lake": "nothing is stored of account 444455556666", "nosuch": "I do not know an account called nosuch", "all": "is none"} {
		if got := d.says(func(term app.Terminal) error {
			return d.setup.History(t.Context(), app.HistoryRequest{Account: account}, term)
		}); !strings.Contains(got, says) {
			t.Errorf("the history of %s: %s", account, got)
		}
	}
	if got := d.says(func(term app.Terminal) error {
		return d.setup.History(t.Context(), app.HistoryRequest{Account: "prod-payments", Since: "2999-01-01"}, term)
	}); !strings.Contains(got, "still to come") {
		t.Errorf("a day to come: %s", got)
	}
	d.evidence()
	d.darkness()
}

// darkness takes an account's role away: its failures stay open, and what was
// not read is no pass.
func (d *desk) darkness() {
	d.Helper()
	d.cloud.Update(func(o *cloud.Organization) {
		for _, a := range o.Accounts {
			a.NoRole = a.NoRole || a.Name == "prod-payments"
		}
	})
	for account, says := range map[string][]string{
		"prod-payments":   {"unknown: that is no pass", "Still open: failing when last read"},
		"old-acquisition": {"0 checks fail, ", "unknown: that is no pass", "No change is known; what could not be read may have changed."},
	} {
		_ = d.says(func(term app.Terminal) error {
			_, err := d.setup.Check(d.Context(), app.CheckRequest{Accounts: []string{account}, Format: "csv", FailOn: "low"}, term)
			return err
		})
		got := d.says(func(term app.Terminal) error {
			return d.setup.History(d.Context(), app.HistoryRequest{Account: account, Format: "table"}, term)
		})
		wants(d.T, got, says...)
		if strings.Contains(got, "Failed before") || strings.Contains(got, "Nothing changed.") {
			d.Errorf("the dark is told as light:\n%s", got)
		}
	}
}

func (d *desk) evidence() {
	d.Helper()
	out := filepath.Join(d.TempDir(), "evidence.zip")
	today := time.Now().UTC().Format(time.DateOnly)
	write := func(from, to string, accounts ...string) string {
		return d.says(func(term app.Terminal) error {
			_, err := d.setup.Evidence(d.Context(), app.EvidenceRequest{From: from, To: to, Accounts: accounts, Out: out, Version: "v0"}, term)
			return err
		})
	}
	verify := func(path string) (int, string) {
		var b bytes.Buffer
		status, err := app.EvidenceVerify(path, app.Terminal{Out: &b, Err: &b})
		if err != nil {
			b.WriteString("error: " + err.Error())
		}
		return status, b.String()
	}
	for _, wrong := range [][2]string{{"yesterday", today}, {today, "2026-01-01"}, {"2019-01-01", today}, {"2999-01-01", "2999-01-02"}} {
		if got := write(wrong[0], wrong[1]); !strings.HasPrefix(got, "error") {
			d.Errorf("%v: %s", wrong, got)
		}
	}
	made := write(today, today)
	if !strings.Contains(made, "2 observations") {
		d.Fatalf("made: %s", made)
	}
	if got := write(today, today); !strings.Contains(got, "never overwritten") {
		d.Errorf("again: %s", got)
	}
	lines := strings.Split(strings.TrimSpace(made), "\n")
	if status, got := verify(out); status != app.Fine || !strings.Contains(got, lines[len(lines)-1]) {
		d.Errorf("status %d: %s; it was made with %s", status, got, made)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		d.Fatal(err)
	}
	b[len(b)/3] ^= 1
	broken := filepath.Join(d.TempDir(), "broken.zip")
	if err := errors.Join(os.WriteFile(broken, b, 0o600), os.WriteFile(broken+".txt", []byte("no zip"), 0o600)); err != nil {
		d.Fatal(err)
	}
	if status, got := verify(broken); status != app.Findings || !strings.Contains(got, "ALTERED") {
		d.Errorf("status %d: %s", status, got)
	}
	for _, none := range []string{broken + ".txt", broken + ".nothing", d.TempDir()} {
		if status, got := verify(none); status != app.Usage {
			d.Errorf("status %d: %s", status, got)
		}
	}
}
