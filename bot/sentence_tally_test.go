package bot_test

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks/spend"
)

func TestForecastText(t *testing.T) {
	november, err := spend.ParseDay("2026-11-01")
	if err != nil {
		t.Fatal(err)
	}
	money := func(f *spend.Forecast) bot.Money {
		after := decimal.NewFromInt(880)
		return bot.Money{Day: november + 19, Total: decimal.NewFromInt(50), Currency: "EUR", MonthToDate: decimal.NewFromInt(1000), Adjustments: decimal.NewFromInt(-120), AfterCredits: &after, Forecast: f}
	}
	of := func(total, low, high int64) *spend.Forecast {
		return &spend.Forecast{Month: november, Total: decimal.NewFromInt(total), Low: decimal.NewFromInt(low), High: decimal.NewFromInt(high)}
	}
	for _, tt := range []struct {
		m    bot.Money
		want string
	}{
		{money(of(1500, 1400, 1650)), "Month to date EUR 1,000; EUR 880 after credits, refunds, fees and tax (-EUR 120). Forecast for November EUR 1,500 (EUR 1,400 to EUR 1,650, 8 times in 10)."},
		{money(of(1000, 1000, 1000)), "Month to date EUR 1,000; EUR 880 after credits, refunds, fees and tax (-EUR 120). Forecast for November EUR 1,000."},
		{money(&spend.Forecast{Month: november, Why: "A forecast needs 14 days of cost; 3 are known."}), "Month to date EUR 1,000; EUR 880 after credits, refunds, fees and tax (-EUR 120)."},
		{bot.Money{Currency: "USD", Adjustments: decimal.NewFromInt(-5)}, "Month to date $0.00; credits, refunds, fees and tax apart: -$5.00."},
		{bot.Money{Currency: "USD", MonthToDate: decimal.NewFromInt(7)}, "Month to date $7.00."},
	} {
		if got := tt.m.MonthText(); got != tt.want {
			t.Errorf("\n got %s\nwant %s", got, tt.want)
		}
	}
	answer := bot.SpendAnswer{Money: money(of(1500, 1400, 1650))}
	if got := answer.Sentence(); !strings.Contains(got, "EUR 1,000 this month to date. Forecast for November EUR 1,500") {
		t.Error(got)
	}
	if got := money(&spend.Forecast{Why: "No."}).NoForecast(); got != "No." {
		t.Error(got)
	}
}

func TestTallyWords(t *testing.T) {
	percent := func(v float64) *float64 { return &v }
	one, ten := decimal.NewFromInt(1), decimal.NewFromInt(10)
	for _, tt := range []struct {
		row           spend.TallyRow
		share, change string
	}{
		{spend.TallyRow{Share: 12.4, Compared: true, Before: ten, Change: percent(11.6)}, "12 %", "+12 %"},
		{spend.TallyRow{Share: 0.2, Compared: true, Before: ten, Change: percent(-0.2)}, "< 1 %", "0 %"},
		{spend.TallyRow{Share: -3, Compared: true, Before: ten, Change: percent(-100)}, "-3 %", "-100 %"},
		{spend.TallyRow{Compared: true, Total: ten}, "", "new"},
		{spend.TallyRow{Compared: true, PerDay: ten, Before: one, Change: percent(900)}, "", "10 times"},
		{spend.TallyRow{Compared: true, Before: one.Neg(), Total: ten}, "", ""},
		{spend.TallyRow{Total: ten}, "", ""},
	} {
		if share, change := bot.ShareText(tt.row), bot.ChangeText(tt.row); share != tt.share || change != tt.change {
			t.Errorf("%+v: %q %q", tt.row, share, change)
		}
	}
	for want, got := range map[string]string{
		"EC2":                               bot.TallyName(spend.ByService, spend.TallyRow{Name: "Amazon Elastic Compute Cloud - Compute"}),
		"no region":                         bot.TallyName(spend.ByRegion, spend.TallyRow{Name: "\u202e "}),
		"prod":                              bot.TallyName(spend.ByAccount, spend.TallyRow{Name: "prod"}),
		"and 12 more":                       bot.TallyName(spend.ByAccount, spend.TallyRow{More: 12}),
		"Thu 1 Jan 1970":                    bot.TallyDays(spend.Tally{}),
		"Wed 31 Dec 1969 to Thu 1 Jan 1970": bot.TallyDays(spend.Tally{From: -1}),
	} {
		if got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
	facts := strings.Join(bot.TallyFacts(spend.Tally{By: spend.ByRegion, Apart: one.Neg(), Currency: "USD", Missing: 1, Rows: []spend.TallyRow{{}}}), "; ")
	if facts != "Credits, refunds, fees and tax of these days, in no row: -$1.00; 1 of these days is not in the store, which does not mean that nothing was spent; The stored bill does not say in which regions this was spent; Change: a day against one of the 28 days before" {
		t.Error(facts)
	}
}
