package export_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/export"
)

// counted is the fleet with n repeat offenders.
func counted(t *testing.T, n int) *checks.Fleet {
	t.Helper()
	f := checks.NewFleet()
	for _, r := range fleet(t) {
		f.Add(r, now)
	}
	var offences []checks.Offence
	for i := range n {
		id, err := account.ParseID(fmt.Sprintf("1%011d", i))
		if err != nil {
			t.Fatal(err)
		}
		o := checks.Offence{Scope: account.Scope{Partition: "aws", Organization: "main"}, AccountID: id, AccountName: "lake\x1b[31m", CheckID: "root-mfa", Times: 2, Last: now.Add(-72 * time.Hour)}
		if i == 0 {
			o.CheckID, o.Times = "root-repeat-use", 7
		}
		offences = append(offences, o)
	}
	f.AddRepeats(offences)
	return f
}

func TestFleetTableNamesRepeatOffenders(t *testing.T) {
	for n, want := range map[int][]string{
		0:   nil,
		1:   {"Again and again, in four months", "lake", "root used in 7 weeks, last on "},
		10:  {"failed 2 times, last on "},
		12:  {"and 2 more"},
		150: {"and 140 more"},
	} {
		var b strings.Builder
		if err := export.FleetTable(&b, counted(t, n), export.TableOptions{Width: 100}); err != nil {
			t.Fatal(err)
		}
		for _, part := range want {
			if !strings.Contains(b.String(), part) {
				t.Errorf("%d: %q is not in\n%s", n, part, b.String())
			}
		}
		if (n == 0) == strings.Contains(b.String(), "Again and again") || n <= 10 && strings.Contains(b.String(), " more") || strings.Contains(b.String(), "\x1b") {
			t.Errorf("%d:\n%s", n, b.String())
		}
		for line := range strings.Lines(b.String()) {
			if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > 100 {
				t.Errorf("wider than 100 columns: %s", line)
			}
		}
	}
}

// docs/json.md names every field of the fleet's document.
func TestFleetJSONIsExplained(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "json.md"))
	if err != nil {
		t.Fatal(err)
	}
	f := counted(t, 150)
	for i := range f.Rows {
		f.Rows[i].Accepted = 1
	}
	var b strings.Builder
	if err := export.FleetJSON(&b, f, now); err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal([]byte(b.String()), &document); err != nil {
		t.Fatal(err)
	}
	if offenders := document["repeat_offenders"].([]any); len(offenders) != 100 || document["more_repeat_offenders"] != 50.0 {
		t.Errorf("%d offenders and %v more", len(offenders), document["more_repeat_offenders"])
	}
	_, section, _ := strings.Cut(string(page), "`rootwatch fleet --format json`")
	section, _, _ = strings.Cut(section, "\n")
	for _, field := range fields(document) {
		if !strings.Contains(section, "`"+field+"`") {
			t.Errorf("docs/json.md does not explain %q of the fleet", field)
		}
	}
}
