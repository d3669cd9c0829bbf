package replay_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/internal/replay"
)

const (
	costsHead = "date,account,service,region,amount\n"
	asofHead  = "observed_on,date,account,service,region,amount\n"
)

// What cannot be read is said with its file, line and column.
func TestBadInputIsToldWhereItIs(t *testing.T) {
	const good = "2025-01-01,111122223333,S3,eu-west-1,10\n"
	for _, tt := range []struct{ costs, asof, want string }{
		{"", "", "costs.csv: the file is empty"},
		{"day,account,service,amount\n", "", "costs.csv: line 1 has no column date, region; it must name date, account, service, region, amount"},
		{costsHead + good + "yesterday,111122223333,S3,eu-west-1,1\n", "", `costs.csv: line 3, column date: "yesterday" is not a day like 2006-01-02`},
		{costsHead + "9025-01-01,111122223333,S3,eu-west-1,1\n", "", "costs.csv: line 2, column date: 9025-01-01 is not a day"},
		{costsHead + "2025-01-01,1111,S3,eu-west-1,1\n", "", "costs.csv: line 2, column account: not an AWS account id"},
		{costsHead + "2025-01-01,111122223333,S3,eu-west-1,much\n", "", `costs.csv: line 2, column amount: "much" is not a number like 12.34`},
		{costsHead + "2025-01-01,111122223333,S3,eu-west-1,NaN\n", "", `costs.csv: line 2, column amount: "NaN" is not a number`},
		{costsHead + "2025-01-01,111122223333,S3,eu-west-1,\n", "", `costs.csv: line 2, column amount: "" is not a number`},
		{costsHead + "2025-01-01,111122223333,S3\n", "", "costs.csv: record on line 2: wrong number of fields"},
		{costsHead + good, costsHead, "asof.csv: line 1 has no column observed_on"},
		{costsHead + good, asofHead + "2025-01-01,2025-01-01,111122223333,S3,eu-west-1,1\n", "asof.csv: line 2, column observed_on: 2025-01-01 is not after the row's date, 2025-01-01"},
		{costsHead + good, asofHead + "2025-01-02,2025-01-01,111122223333,S3,eu-west-1,x\n", `asof.csv: line 2, column amount: "x" is not a number`},
		{"\x1f\x8bnothing", "", "costs.csv: it is gzipped and cannot be unpacked"},
	} {
		f := replay.Files{Costs: inText("costs.csv", tt.costs)}
		if tt.asof != "" {
			asof := inText("asof.csv", tt.asof)
			f.Asof = &asof
		}
		err := f.Run(options(), func(spend.Day, []spend.Notice) error { return nil })
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%q and %q:\n got %v\nwant %s", tt.costs, tt.asof, err, tt.want)
		}
	}
}

// looks writes what an account showed, look by look.
func looks(t *testing.T, costs, asof, id string) []string {
	t.Helper()
	parsed, err := account.ParseID(id)
	if err != nil {
		t.Fatal(err)
	}
	f := replay.Files{Costs: inText("costs.csv", costs)}
	if asof != "" {
		file := inText("asof.csv", asof)
		f.Asof = &file
	}
	l, err := f.Ledger(options(), parsed, 40000)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, k := range l.Looks {
		line := fmt.Sprintf("%s %d:", k.Observed, len(k.Read))
		for _, c := range k.Changes {
			line += fmt.Sprintf(" %s %s/%s %g;", c.Day, c.Service, c.Region, c.Value)
		}
		said = append(said, line)
	}
	return said
}

const (
	someCosts = costsHead + `2025-01-01,111122223333,S3,eu-west-1,10
2025-01-02,111122223333,S3,eu-west-1,6
2025-01-02,111122223333,"Tax, of all",,-2
2025-01-02,111122223333,S3,eu-west-1,5
2025-01-02,111122223333,EC2,eu-west-1,7
2025-01-04,111122223333,S3,eu-west-1,12
2025-01-04,444455556666,S3,eu-west-1,1
`
	someAsof = asofHead + `2025-01-02,2025-01-01,111122223333,S3,eu-west-1,4
2025-01-03,2025-01-02,111122223333,S3,eu-west-1,
2025-01-03,2025-01-02,111122223333,"Tax, of all",,
2025-01-03,2025-01-02,111122223333,EC2,eu-west-1,
2025-01-05,2025-01-04,111122223333,S3,eu-west-1,
2025-01-05,2025-01-04,111122223333,KMS,eu-west-1,3
2025-01-06,2025-01-04,111122223333,S3,eu-west-1,2
2025-01-06,2025-01-02,111122223333,EC2,eu-west-1,9
2025-01-07,2025-01-02,111122223333,EC2,eu-west-1,8
`
)

// On each day that is shown which was visible then, and no more; rows of one
// key are one sum; the look after the newest usage day is the last.
func TestALookShowsWhatWasVisible(t *testing.T) {
	want := []string{
		"2025-01-02 1: 2025-01-01 S3/eu-west-1 4;",
		"2025-01-03 1: 2025-01-01 S3/eu-west-1 10;", // of the 2nd no row was there: it was not read
		"2025-01-04 2: 2025-01-02 S3/eu-west-1 11; 2025-01-02 Tax, of all/ -2; 2025-01-02 EC2/eu-west-1 7;",
		"2025-01-05 3: 2025-01-04 KMS/eu-west-1 3;", // its row has no final one: it is gone later
	}
	if diff := cmp.Diff(want, looks(t, someCosts, someAsof, "111122223333")); diff != "" {
		t.Error(diff)
	}
	want = append(want[:3], want[3],
		"2025-01-06 3: 2025-01-02 EC2/eu-west-1 9; 2025-01-04 S3/eu-west-1 2; 2025-01-04 KMS/eu-west-1 0;",
		"2025-01-07 4: 2025-01-02 EC2/eu-west-1 8; 2025-01-04 S3/eu-west-1 12; 2025-01-06 S3/eu-west-1 1;")
	more := someCosts + "2025-01-06,111122223333,S3,eu-west-1,1\n"
	if diff := cmp.Diff(want, looks(t, more, someAsof, "111122223333")); diff != "" {
		t.Error(diff)
	}
	other := looks(t, someCosts, someAsof, "444455556666")
	if len(other) != 4 || other[3] != "2025-01-05 3: 2025-01-04 S3/eu-west-1 1;" {
		t.Errorf("an account that came later: %q", other)
	}
	if l := looks(t, someCosts, "", "123456789012"); l != nil {
		t.Errorf("an account that is not there: %q", l)
	}
}

// A row that is restated long after is found wherever it is read.
func TestALateRestatementIsReadInMemory(t *testing.T) {
	costs := costsHead + "2025-01-01,111122223333,S3,eu-west-1,10\n2025-03-20,111122223333,S3,eu-west-1,11\n"
	asof := asofHead + "2025-03-15,2025-01-01,111122223333,S3,eu-west-1,12\n"
	want := []string{"2025-01-02 1: 2025-01-01 S3/eu-west-1 10;"}
	for n := range 9 {
		want = append(want, fmt.Sprintf("2025-01-%02d 1:", n+3))
	}
	want = append(want, "2025-03-15 0: 2025-01-01 S3/eu-west-1 12;", "2025-03-16 0: 2025-01-01 S3/eu-west-1 10;", "2025-03-21 1: 2025-03-20 S3/eu-west-1 11;")
	if diff := cmp.Diff(want, looks(t, costs, asof, "111122223333")); diff != "" {
		t.Error(diff)
	}
}
