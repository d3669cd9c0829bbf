package export

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

const (
	focusHead = "ChargePeriodEnd,x_UsageType,SubAccountId,ChargePeriodStart,BillingCurrency,RegionId,BilledCost,ServiceName,ChargeCategory,BillingAccountId,SubAccountName\n"
	awsLine   = "2026-11-01T01:00:00.000Z,BoxUsage,111122223333,2026-11-01T00:00:00.000Z,USD,us-east-1,1.5,Amazon EC2,Usage,444455556666,prod\n"
)

func id(t *testing.T, s string) account.ID {
	t.Helper()
	parsed, err := account.ParseID(s)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func readAll(text string) ([]FOCUSRow, error) {
	var rows []FOCUSRow
	err := ReadFOCUS(strings.NewReader(text), func(r FOCUSRow) error {
		rows = append(rows, r)
		return nil
	})
	return rows, err
}

func rowsOf(rows ...FOCUSRow) iter.Seq2[FOCUSRow, error] {
	return func(yield func(FOCUSRow, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func focusRow(t *testing.T, day, amount string, c spend.Category) FOCUSRow {
	t.Helper()
	d, err := spend.ParseDay(day)
	if err != nil {
		t.Fatal(err)
	}
	return FOCUSRow{
		Charge: spend.Charge{
			Key: spend.Key{Account: id(t, "111122223333"), Service: "Amazon EC2", Region: "us-east-1"},
			Day: d, Category: c, Amount: decimal.RequireFromString(amount), Currency: "USD",
		},
		AccountName: "prod", Payer: id(t, "444455556666"),
	}
}

// What is written is read back as it was, whichever kind and digits it has.
func TestFOCUSRoundTrip(t *testing.T) {
	want := []FOCUSRow{
		focusRow(t, "2026-11-30", "0.1", spend.Usage), focusRow(t, "2026-12-01", "-12.345678901234567890123", spend.Credit),
		focusRow(t, "2024-02-29", "0.00000000000001", spend.Tax), focusRow(t, "2026-12-31", "-7", spend.Refund),
		focusRow(t, "2026-12-01", "100", spend.Fee),
	}
	want[1].Service, want[1].Region, want[1].Payer, want[1].AccountName = "", "", account.ID{}, ""
	var b bytes.Buffer
	n, err := FOCUS(&b, rowsOf(want...))
	if err != nil || n != len(want) {
		t.Fatal(n, err)
	}
	got, err := readAll(b.String())
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		want[i].Line = i + 2
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b account.ID) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	lines := strings.Split(b.String(), "\n")
	if lines[1] != "0.1,444455556666,USD,2026-12-01T00:00:00Z,2026-11-01T00:00:00Z,Usage,2026-12-01T00:00:00Z,2026-11-30T00:00:00Z,AWS,us-east-1,Amazon EC2,111122223333,prod" {
		t.Error(lines[1])
	}
	if !strings.Contains(lines[4], ",Adjustment,") {
		t.Error("a refund is", lines[4])
	}
}

func TestFOCUSNeutralizesFormulas(t *testing.T) {
	r := focusRow(t, "2026-11-30", "-1", spend.Usage)
	r.AccountName = "=HYPERLINK(1)"
	var b bytes.Buffer
	if _, err := FOCUS(&b, rowsOf(r)); err != nil || !strings.Contains(b.String(), ",'=HYPERLINK(1)") || !strings.Contains(b.String(), "\n-1,") {
		t.Error(b.String(), err)
	}
}

func TestFOCUSWriterStopsAtAnError(t *testing.T) {
	lost := errors.New("the store is away")
	_, err := FOCUS(&bytes.Buffer{}, func(yield func(FOCUSRow, error) bool) { yield(FOCUSRow{}, lost) })
	if !errors.Is(err, lost) {
		t.Error(err)
	}
	if _, err := FOCUS(full{}, rowsOf(focusRow(t, "2026-11-30", "1", spend.Usage))); err == nil {
		t.Error("a full disk is no error")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestReadFOCUSOfAWS(t *testing.T) {
	text := "\ufeff" + focusHead + awsLine +
		"2026-11-02 00:00:00.000,Credit,,2026-11-01 00:00:00.000,USD,,-2.5E-1,,Credit,444455556666,\n" +
		"2026-12-01T00:00:00Z,\"Fee, \"\"one\"\"\",111122223333,2026-11-01T00:00:00Z,USD,,5000,Savings Plans,Purchase,444455556666,prod\n" +
		"2026-11-02,,111122223333,2026-11-01,USD,,1e2,Tax,Adjustment,444455556666,prod\n"
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write([]byte(text)); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	for _, file := range []string{text, z.String()} {
		rows, err := readAll(file)
		if err != nil || len(rows) != 4 {
			t.Fatal(len(rows), err)
		}
		var got []string
		for _, r := range rows {
			got = append(got, fmt.Sprintf("%d %s %s %s %s %s %s", r.Line, r.Day, r.Account, r.Category, r.Amount, r.Service, r.Region))
		}
		want := []string{
			"2 2026-11-01 111122223333 Usage 1.5 Amazon EC2 us-east-1", "3 2026-11-01 444455556666 Credit -0.25  ",
			"4 2026-11-01 111122223333 Fee 5000 Savings Plans ", "5 2026-11-01 111122223333 Refund 100 Tax ",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// Every error says where it is, in one sentence.
func TestReadFOCUSTroubles(t *testing.T) {
	cell := func(from, to string) string { return focusHead + awsLine + strings.Replace(awsLine, from, to, 1) }
	for name, tt := range map[string]struct{ text, want string }{
		"nothing":              {"", "the FOCUS file lacks the columns BilledCost, BillingCurrency, ChargeCategory, ChargePeriodStart, RegionId, ServiceName and SubAccountId"},
		"two lack":             {"ServiceName,RegionId,SubAccountId,BilledCost,BillingCurrency\n", "the FOCUS file lacks the columns ChargeCategory and ChargePeriodStart"},
		"one lacks":            {strings.Replace(focusHead, "RegionId", "regionid", 1), "the FOCUS file lacks the column RegionId"},
		"a column twice":       {strings.Replace(focusHead, "x_UsageType", "BilledCost", 1), "the FOCUS file has the column BilledCost twice"},
		"another currency":     {cell("USD", "EUR"), `line 3, column BillingCurrency: "EUR" is another currency than the USD of the lines before; give each currency a file of its own`},
		"no currency":          {cell("USD", ""), `line 3, column BillingCurrency: "" names no currency`},
		"no cost":              {cell(",1.5,", ",,"), `line 3, column BilledCost: "" is no amount of money`},
		"a cost with a comma":  {cell(",1.5,", `,"1,5",`), `line 3, column BilledCost: "1,5" is no amount of money`},
		"not a number":         {cell(",1.5,", ",NaN,"), `line 3, column BilledCost: "NaN" is no amount of money`},
		"too much":             {cell(",1.5,", ",1e13,"), `line 3, column BilledCost: "1e13" is beyond what a line of a bill can cost`},
		"a bomb of digits":     {cell(",1.5,", ",1e999999999,"), `line 3, column BilledCost: "1e999999999" is no amount of money`},
		"another bomb":         {cell(",1.5,", ",1e999,"), `line 3, column BilledCost: "1e999" is beyond what a line of a bill can cost`},
		"many digits":          {cell(",1.5,", ","+strings.Repeat("1", 70)+","), `line 3, column BilledCost: "` + strings.Repeat("1", 59) + `…" is longer than any amount of money`},
		"an account":           {cell("111122223333", "1111"), `line 3, column SubAccountId: "1111" is no account id of 12 digits`},
		"the payer":            {cell("444455556666", "x"), `line 3, column BillingAccountId: "x" is no account id of 12 digits`},
		"a day":                {cell("2026-11-01T00:00:00.000Z", "1 Nov"), `line 3, column ChargePeriodStart: "1 Nov" is no time like 2006-01-02T15:04:05Z`},
		"a day of another age": {cell("2026-11-01T00:00:00.000Z", "0001-01-01"), `line 3, column ChargePeriodStart: "0001-01-01" is no time like 2006-01-02T15:04:05Z`},
		"an end before":        {cell("2026-11-01T01", "2025-11-01T01"), `line 3, column ChargePeriodEnd: "2025-11-01T01:00:00.000Z" is no time like 2006-01-02T15:04:05Z after the start`},
		"a kind":               {cell(",Usage,", ",usage,"), `line 3, column ChargeCategory: "usage" is not Usage, Purchase, Credit, Refund, Tax or Adjustment`},
		"a short line":         {focusHead + awsLine + "1,2,3\n", "line 3 has 3 columns, the header has 11"},
		"an open quote":        {focusHead + awsLine + "\"", `the FOCUS file cannot be read: parse error on line 3, column 2: extraneous or missing " in quoted-field`},
		"months":               {strings.Replace(focusHead+awsLine, "2026-11-01T01:00", "2026-12-01T00:00", 1), "the FOCUS file has its usage by the month; export it with daily or hourly time granularity"},
		"half a gzip file":     {"\x1f\x8b", "the FOCUS file is gzipped and cannot be unpacked: unexpected EOF"},
	} {
		if _, err := readAll(tt.text); err == nil || err.Error() != tt.want {
			t.Errorf("%s:\n got %v\nwant %s", name, err, tt.want)
		}
	}
	enough := errors.New("enough")
	if err := ReadFOCUS(strings.NewReader(focusHead+awsLine), func(FOCUSRow) error { return enough }); !errors.Is(err, enough) {
		t.Error(err)
	}
}

// Hours and resources are summed by day and series; kinds that are no usage
// are not in a ledger; a day that no line tells of is missing, not 0.
func TestLedgersFromFOCUS(t *testing.T) {
	line := func(start, account, service, region, cost, category string) string {
		return "," + "," + account + "," + start + ",USD," + region + "," + cost + "," + service + "," + category + ",444455556666,name of " + account + "\n"
	}
	l, err := LedgersFromFOCUS(strings.NewReader(focusHead +
		line("2026-11-03T05:00:00Z", "111122223333", "S3", "eu-west-1", "1", "Usage") +
		line("2026-11-01T00:00:00Z", "111122223333", "EC2", "us-east-1", "0.1", "Usage") +
		line("2026-11-01T23:00:00Z", "111122223333", "EC2", "us-east-1", "0.2", "Usage") +
		line("2026-11-01T23:00:00Z", "111122223333", "EC2", "us-west-2", "-4", "Usage") +
		line("2026-11-01T00:00:00Z", "111122223333", "EC2", "us-east-1", "-100", "Credit") +
		line("2026-11-05T00:00:00Z", "123456789012", "Support", "", "29", "Purchase")))
	if err != nil {
		t.Fatal(err)
	}
	if l.From.String() != "2026-11-01" || l.To.String() != "2026-11-05" || fmt.Sprint(l.Missing) != "[2026-11-02 2026-11-04]" || len(l.Accounts) != 2 {
		t.Fatalf("%+v", l)
	}
	var got []string
	for _, a := range l.Accounts {
		if a.Currency != "USD" || l.Names[a.Account] != "name of "+a.Account.String() {
			t.Errorf("%s: %s, %q", a.Account, a.Currency, l.Names[a.Account])
		}
		for _, look := range a.Looks {
			if look.Observed != look.Read[0]+1 || len(look.Read) != 1 {
				t.Errorf("%+v", look)
			}
			said := fmt.Sprintf("%s %s:", a.Account, look.Read[0])
			for _, c := range look.Changes {
				said += fmt.Sprintf(" %s %s %.2f", c.Service, c.Region, c.Value)
				if c.Day != look.Read[0] {
					t.Errorf("%+v", c)
				}
			}
			got = append(got, said)
		}
	}
	want := []string{
		"111122223333 2026-11-01: EC2 us-east-1 0.30 EC2 us-west-2 -4.00", "111122223333 2026-11-03: S3 eu-west-1 1.00", "111122223333 2026-11-05:",
		"123456789012 2026-11-01:", "123456789012 2026-11-03:", "123456789012 2026-11-05: Support  29.00",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := LedgersFromFOCUS(strings.NewReader(focusHead)); err == nil || err.Error() != "the FOCUS file has no charges" {
		t.Error(err)
	}
	far := focusHead + line("2026-11-03", "111122223333", "S3", "", "1", "Usage") + line("2190-11-03", "111122223333", "S3", "", "1", "Usage")
	if _, err := LedgersFromFOCUS(strings.NewReader(far)); err == nil || !strings.HasPrefix(err.Error(), "line 3, column ChargePeriodStart: ") {
		t.Error(err)
	}
}

// FuzzReadFOCUS holds that no file panics or fills the memory, that an error
// is one line, and that what was read can be written and read again.
func FuzzReadFOCUS(f *testing.F) {
	for _, seed := range []string{"", focusHead, focusHead + awsLine, focusHead + awsLine + strings.Replace(awsLine, "USD", "EUR", 1), focusHead + strings.Replace(awsLine, "1.5", "-1e-12", 1), "\x1f\x8b\x08", focusHead + "\"\n", "a,a\n", focusHead + strings.Replace(awsLine, "prod", "\"=1\n2\"", 1)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := readAll(text)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q", err)
			}
			return
		}
		for _, r := range rows {
			if v := r.Amount.InexactFloat64(); math.Abs(v) > 1e12 || r.Account.IsZero() || r.Currency == "" {
				t.Fatalf("%+v", r)
			}
		}
		var b bytes.Buffer
		if _, err := FOCUS(&b, rowsOf(rows...)); err != nil {
			t.Fatal(err)
		}
		again, err := readAll(b.String())
		if err != nil || len(again) != len(rows) {
			t.Fatalf("%d rows of %d: %v", len(again), len(rows), err)
		}
		for i, r := range again {
			if !r.Amount.Equal(rows[i].Amount) || r.Day != rows[i].Day || r.Category != rows[i].Category || r.Account != rows[i].Account {
				t.Fatalf("%+v was %+v", r, rows[i])
			}
		}
	})
}
