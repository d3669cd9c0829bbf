package yardstick_test

import (
	"fmt"
	"strings"
	"testing"

	"rootwatch/checks/spend"
	"rootwatch/internal/yardstick"
)

// looks writes a ledger as text: what was read and what changed, by look.
func looks(l spend.Ledger) map[string]string {
	all := map[string]string{}
	for _, k := range l.Looks {
		var said []string
		for _, c := range k.Changes {
			said = append(said, fmt.Sprintf("%s %s %g", c.Day, c.Service, c.Value))
		}
		all[k.Observed.String()] = fmt.Sprintf("%d: %s", len(k.Read), strings.Join(said, ", "))
	}
	return all
}

func TestLedgersTellWhatWasVisible(t *testing.T) {
	costs := `date,account,service,region,amount
2025-01-01,111122223333,S3,eu-west-1,10
2025-01-02,111122223333,S3,eu-west-1,11
2025-01-02,111122223333,EC2,eu-west-1,7
2025-01-04,111122223333,S3,eu-west-1,12
2025-01-04,444455556666,S3,eu-west-1,1
`
	asof := `observed_on,date,account,service,region,amount
2025-01-02,2025-01-01,111122223333,S3,eu-west-1,4
2025-01-03,2025-01-02,111122223333,S3,eu-west-1,
2025-01-03,2025-01-02,111122223333,EC2,eu-west-1,
2025-01-05,2025-01-04,111122223333,S3,eu-west-1,
2025-01-06,2025-01-04,111122223333,S3,eu-west-1,2
2025-01-06,2025-01-02,111122223333,EC2,eu-west-1,9
`
	got, err := yardstick.Ledgers(strings.NewReader(costs), strings.NewReader(asof), "USD")
	if err != nil || len(got) != 2 || got[0].Currency != "USD" {
		t.Fatalf("%d ledgers, %v", len(got), err)
	}
	want := map[string]string{
		"2025-01-02": "1: 2025-01-01 S3 4",
		"2025-01-03": "1: 2025-01-01 S3 10", // of the 2nd no row was there: it was not read
		"2025-01-04": "2: 2025-01-02 S3 11, 2025-01-02 EC2 7",
		"2025-01-05": "3: ",
		"2025-01-06": "3: 2025-01-02 EC2 9, 2025-01-04 S3 2",
	}
	said := looks(got[0])
	for _, day := range []string{"2025-01-02", "2025-01-03", "2025-01-04", "2025-01-05", "2025-01-06"} {
		if fmt.Sprint(sorted(said[day])) != fmt.Sprint(sorted(want[day])) {
			t.Errorf("%s: %s, want %s", day, said[day], want[day])
		}
	}
	if s := looks(got[1])["2025-01-05"]; s != "3: 2025-01-04 S3 1" {
		t.Errorf("the other account: %s", s)
	}
}

// sorted makes the order of the changes of one look no matter.
func sorted(s string) map[string]bool {
	read, changes, _ := strings.Cut(s, ": ")
	all := map[string]bool{read: true}
	for _, c := range strings.Split(changes, ", ") {
		all[c] = true
	}
	return all
}

func TestLedgersRefuseWhatIsNoBill(t *testing.T) {
	const head = "date,account,service,region,amount\n"
	for _, costs := range []string{"", head + "2025-01-01,1,S3,x,1\n", head + "yesterday,111122223333,S3,x,1\n", head + "2025-01-01,111122223333,S3,x,much\n", head + "2025-01-01,111122223333,S3\n"} {
		if _, err := yardstick.Ledgers(strings.NewReader(costs), nil, "USD"); err == nil {
			t.Errorf("%q was read", costs)
		}
	}
}
