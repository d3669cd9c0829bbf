package bottest

import (
	"slices"
	"strings"
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
	root := rootWith("prod-payments", checks.Fail, checks.Fail, checks.Fail, checks.Unknown)
	for len(root.Report.Findings) < 60 {
		root.Report.Findings = append(root.Report.Findings, root.Report.Findings...)
	}
	for i := range root.Report.Findings {
		spoilFinding(&root.Report.Findings[i], s)
	}
	root.AskedBy, root.Report.State, root.Report.AccountName = s, account.State(s), s
	f := spoiledFleet(s)
	lines := slices.Repeat([]bot.Line{f.Open[0]}, bot.MaxOpen)
	bill := bot.Money{
		Trouble: s, Day: day("2026-11-20"), Total: huge, Usual: decimal.New(1, -2), Currency: s, MonthToDate: huge, Adjustments: huge.Neg(),
		AfterCredits: &huge, Forecast: &spend.Forecast{Month: day("2026-11-01"), Total: huge, Low: huge.Neg(), High: huge},
		Provisional: true, AsOf: Now, LargestRise: s, LargestRiseBy: huge, OpenSpikes: 5000, Spikes: []string{s, s, s}, RequestsToday: 100, RequestsMonth: 3000,
	}
	alert := SpikeAlert()
	spoilAlert(&alert, s, huge)
	taken, word := alert, alert
	taken.Incident.AcknowledgedBy, taken.Incident.AcknowledgedName, taken.Incident.AcknowledgedAt = s, s, Now
	word.Incident.AcknowledgedBy, word.Reply, word.Acknowledged = s, true, true
	over, reply := taken, alert
	over.Word, reply.Reply = spend.Over, true
	rows := slices.Repeat([]bot.SpendRow{{Name: s, Amount: huge, Usual: huge}}, bot.MaxOpen)
	return []Sample{
		{"pending", bot.Pending{Subject: s, Accounts: 5000, Done: 4999}},
		{"root", root},
		{"fleet", bot.FleetAnswer{Fleet: f, AskedBy: s}},
		{"digest", bot.Digest{
			Fleet: f, Day: Now, Zone: s, New: lines, NewTotal: 5000, Resolved: lines, ResolvedTotal: 5000, Dark: lines, DarkTotal: 5000, Admins: lines, AdminsTotal: 5000,
			Money: &bill, Missed: slices.Repeat([]string{s}, 100), Next: Now.Add(24 * time.Hour),
		}},
		{"spike", alert}, {"spike_acknowledged", taken}, {"spike_reply_acknowledged", word}, {"spike_over", over}, {"spike_reply", reply},
		{"spike_list", bot.SpikeList{Scope: alert.Scope, Incidents: slices.Repeat([]spend.Incident{alert.Incident}, bot.MaxListed), Total: 5000, Excess: huge, Currency: s, AsOf: Now}},
		{"spend", bot.SpendAnswer{Subject: s, Account: accounts["prod-payments"], Money: bill, Recent: alert.Incident.Recent, Top: rows, AskedBy: s}},
		{"spend_tally", bot.SpendAnswer{Subject: s, Money: bill, Recent: alert.Incident.Recent, Tally: hostileTally(s, huge)}},
		{"spend_unknown", bot.SpendAnswer{Subject: s, Money: bot.Money{Trouble: s}}},
		{"help", bot.Help{Command: s}},
		{"trouble", bot.Trouble{What: s, Meaning: s, Next: s, Suggest: s, ErrorID: s}},
	}
}

func spoilFinding(f *checks.Finding, s string) {
	gaps := slices.Repeat([]account.Gap{{Call: s, Permission: s, Cause: account.Cause(s), Sentence: s, Detail: s}}, 6)
	f.Title, f.Short, f.Summary, f.TimesReopened = s, s, s, 99
	if f.Status == checks.Unknown {
		f.Gaps, f.LastKnown = gaps, checks.Fail
	}
}

func spoiledFleet(s string) bot.Fleet {
	f := largeFleet()
	f.Organization, f.Partition = s, s
	for i := range f.Open {
		l := &f.Open[i]
		l.AccountName, l.Short, l.Summary, l.CheckID = s, s, s, s
	}
	for len(f.Rows) < 60 {
		f.Rows = append(f.Rows, f.Rows[1])
	}
	for i := range f.Rows {
		f.Rows[i].CheckID, f.Rows[i].Title, f.Rows[i].Fail = s, s, i%2*5000
	}
	f.Coverage.Reasons = slices.Repeat([]bot.CoverageReason{
		{Cause: account.Cause(s), Accounts: 1700, Examples: []string{s, s, s}, Sentence: s},
	}, 12)
	return f
}

func spoilAlert(m *bot.SpikeAlert, s string, huge decimal.Decimal) {
	i := &m.Incident
	m.Assessment = spoiledAssessment(s)
	m.Organization, m.Partition, m.IfItLasts = s, s, huge
	i.AccountName, i.Service, i.Region, i.Why, i.Currency = s, s, s, s, s
	i.Actual, i.Excess, i.Peak, i.Extra = huge, huge, huge, huge
	i.Drivers = slices.Repeat([]spend.Driver{{Name: s, Excess: huge}}, 50)
	i.Recent = nil
	for n := range 40 {
		i.Recent = append(i.Recent, spend.Point{Day: i.Day - spend.Day(n), Amount: huge})
	}
}

// Hostile are strings that a name or a reason may turn out to be: markup,
// mentions, links, control characters, writing that turns around, bytes that
// are no UTF-8, and ten kilobytes of each.
func Hostile() []string {
	short := []string{
		"<!channel> & <@U01ALICE> <https://evil.example|prod>", "*bold* _it_ ~x~ `code` :white_check_mark:", "``` fence",
		"a\nb\r\nc\td\x00\x1b[31mred\x07", "\u202edorp\u2066", "bad \xff\xfe utf-8", "", "   ", "@here #general evil.example/x", `"quoted" \back\slash 'x'`, "日本語アカウント🚀",
	}
	var long []string
	for _, s := range []string{"<", "&", "x ", "🚀", "\xff", "`", "\""} {
		long = append(long, strings.Repeat(s, 10_000/len(s)))
	}
	return append(short, long...)
}

// hostileTally has a row of every kind, and more of them than fit.
func hostileTally(s string, huge decimal.Decimal) *spend.Tally {
	far := 1e12
	r := spend.TallyRow{Name: s, Total: huge, MonthToDate: huge, PerDay: huge, Before: huge.Neg(), Share: 1e9, Compared: true, Change: &far}
	return &spend.Tally{By: spend.ByService, To: 20000, Days: 400, Missing: 4000, Currency: s, Apart: huge, Sum: r, Rows: slices.Repeat([]spend.TallyRow{r}, 300)}
}
