package app

import (
	"bytes"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

func dayOf(t *testing.T, s string) spend.Day {
	t.Helper()
	d, err := spend.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWindowOf(t *testing.T) {
	today := dayOf(t, "2026-11-22")
	for _, tt := range []struct{ from, to, want, trouble string }{
		{"", "", "2026-11-07 2026-11-20", ""},
		{"2026-11-01", "2026-11-05", "2026-11-01 2026-11-05", ""},
		{"2026-11-01", "", "2026-11-01 2026-11-20", ""},
		{"2026-11-21", "", "2026-11-21 2026-11-21", ""},
		{"", "2026-11-05", "", "--to needs --from"},
		{"1 Nov", "", "", `--from: "1 Nov" is not a day like 2006-01-02`},
		{"2026-11-01", "5", "", `--to: "5" is not a day`},
		{"2026-11-05", "2026-11-01", "", "--from is 2026-11-05, which is after 2026-11-01"},
		{"2026-11-01", "2026-11-30", "", "--to is 2026-11-30, which lies in the future"},
		{"2027-01-01", "", "", "--from is 2027-01-01, which is after 2026-11-22"},
		{"2024-01-01", "", "", "is more than 430 days"},
	} {
		w, err := windowOf(SpendRequest{From: tt.from, To: tt.to}, today)
		if tt.trouble != "" {
			if err == nil || !strings.Contains(err.Error(), tt.trouble) {
				t.Errorf("%+v: %v", tt, err)
			}
			continue
		}
		from, to := w.within(today-2, 14)
		if got := from.String() + " " + to.String(); err != nil || got != tt.want {
			t.Errorf("%+v: %s, %v", tt, got, err)
		}
	}
}

func TestWriteTallies(t *testing.T) {
	id, err := account.ParseID("111122223333")
	if err != nil {
		t.Fatal(err)
	}
	tally := func(currency string, total int64) *spend.Tally {
		row := spend.TallyRow{Account: id, Name: "=prod", Total: decimal.NewFromInt(total), Share: 100, Compared: true, Before: decimal.NewFromInt(3)}
		return &spend.Tally{By: spend.ByAccount, From: dayOf(t, "2026-11-01"), To: dayOf(t, "2026-11-02"), Days: 2, Currency: currency, Rows: []spend.TallyRow{row}, Sum: row}
	}
	answers := []bot.SpendAnswer{
		{Scope: account.Scope{Organization: "main"}, Tally: tally("USD", 10)}, {Scope: account.Scope{Organization: "labs"}, Tally: tally("USD", 5)},
		{Scope: account.Scope{Organization: "china"}, Tally: tally("CNY", 70)}, {Money: bot.Money{Trouble: "no"}},
	}
	var out bytes.Buffer
	if err := writeTallies(answers, Terminal{Out: &out}); err != nil {
		t.Fatal(err)
	}
	want := "organization,account_id,by,name,from,to,total,share_percent,month_to_date,per_day,per_day_before,currency\n" +
		"main,111122223333,account,'=prod,2026-11-01,2026-11-02,10.00,100.0,0.00,0.00,3.00,USD\n"
	if got := out.String(); !strings.HasPrefix(got, want) || strings.Count(got, "\n") != 4 {
		t.Error(got)
	}
	// Dollars and yuan have no sum.
	if got := totals(answers); got != "All 3 organizations: $15.00 and CNY 70.00." {
		t.Error(got)
	}
	if got := totals(answers[:1]); got != "" {
		t.Error(got)
	}
}
