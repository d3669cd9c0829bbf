package bottest

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// Spoiled is every kind of message at its largest, with s in the place of
// each string that a stranger may have written.
func Spoiled(s string) []Sample {
	huge := decimal.RequireFromString("987654321987654321.98")
	root := rootWith(s, checks.Fail, checks.Fail, checks.Fail, checks.Unknown)
	for len(root.Report.Findings) < 60 {
		root.Report.Findings = append(root.Report.Findings, root.Report.Findings...)
	}
	for i := range root.Report.Findings {
		spoilFinding(&root.Report.Findings[i], s)
	}
	root.AskedBy, root.Report.State = s, account.State(s)
	f := spoiledFleet(s)
	lines := slices.Repeat([]bot.Line{f.Open[0]}, bot.MaxOpen)
	bill := bot.Money{
		Trouble: s, Day: day("2026-11-20"), Total: huge, Usual: decimal.New(1, -2), Currency: s, MonthToDate: huge, Adjustments: huge.Neg(),
		Provisional: true, AsOf: Now, LargestRise: s, LargestRiseBy: huge, OpenSpikes: 5000, RequestsToday: 100, RequestsMonth: 3000,
	}
	alert := SpikeAlert()
	spoilAlert(&alert, s, huge)
	over, reply := alert, alert
	over.Word, reply.Reply = spend.Over, true
	rows := slices.Repeat([]bot.SpendRow{{Name: s, Amount: huge, Usual: huge}}, bot.MaxOpen)
	return []Sample{
		{"pending", bot.Pending{Subject: s, Accounts: 5000, Done: 4999}},
		{"root", root},
		{"fleet", bot.FleetAnswer{Fleet: f, AskedBy: s}},
		{"digest", bot.Digest{
			Fleet: f, Day: Now, Zone: s, New: lines, NewTotal: 5000, Resolved: lines, ResolvedTotal: 5000, Dark: lines, DarkTotal: 5000,
			Money: &bill, Missed: slices.Repeat([]string{s}, 100), Next: Now.Add(24 * time.Hour),
		}},
		{"spike", alert}, {"spike_over", over}, {"spike_reply", reply},
		{"spend", bot.SpendAnswer{Subject: s, Account: prod, Money: bill, Recent: alert.Incident.Recent, Top: rows, AskedBy: s}},
		{"spend_unknown", bot.SpendAnswer{Subject: s, Money: bot.Money{Trouble: s}}},
		{"help", bot.Help{Command: s}},
		{"trouble", bot.Trouble{What: s, Meaning: s, Next: s, Suggest: s, ErrorID: s}},
	}
}

func spoilFinding(f *checks.Finding, s string) {
	gaps := slices.Repeat([]account.Gap{{Call: s, Permission: s, Cause: account.Cause(s), Sentence: s, Detail: s}}, 6)
	f.Title, f.Summary, f.TimesReopened = s, s, 99
	if f.Status == checks.Unknown {
		f.Gaps, f.LastKnown = gaps, checks.Fail
	}
}

func spoiledFleet(s string) bot.Fleet {
	f := fleet(5000)
	f.Organization, f.Partition = s, s
	for i := range f.Open {
		l := &f.Open[i]
		l.AccountName, l.Short, l.Summary, l.CheckID = s, s, s, s
	}
	for len(f.Rows) < 60 {
		f.Rows = append(f.Rows, f.Rows[1])
	}
	for i := range f.Rows {
		f.Rows[i].Title, f.Rows[i].Fail = s, 5000
	}
	f.Coverage.Reasons = slices.Repeat([]bot.CoverageReason{
		{Cause: account.Cause(s), Accounts: 1700, Examples: []string{s, s, s}, Sentence: s},
	}, 12)
	return f
}

func spoilAlert(m *bot.SpikeAlert, s string, huge decimal.Decimal) {
	i := &m.Incident
	m.Organization, m.Partition, m.IfItLasts = s, s, huge
	i.AccountName, i.Service, i.Region, i.Why, i.Currency = s, s, s, s, s
	i.Actual, i.Excess, i.Peak, i.Extra = huge, huge, huge, huge
	i.Drivers = slices.Repeat([]spend.Driver{{Name: s, Excess: huge}}, 50)
	i.Recent = nil
	for n := range 40 {
		i.Recent = append(i.Recent, spend.Point{Day: i.Day - spend.Day(n), Amount: huge})
	}
}
