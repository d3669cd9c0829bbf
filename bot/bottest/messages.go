package bottest

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// Sample is a message with a name that can be a file's.
type Sample struct {
	Name    string
	Message bot.Message
}

// Samples is every kind of message in every form it takes, with ordinary
// names. They are the same on every call.
func Samples() []Sample {
	return []Sample{
		{"pending", bot.Pending{Subject: "prod-payments", Accounts: 1}},
		{"pending_all", bot.Pending{Subject: "all accounts", Accounts: 40, Done: 12}},
		{"root_fail", RootAnswer()},
		{"root_pass", rootWith("sandbox-dev", checks.Pass, checks.Pass, checks.Pass, checks.Pass)},
		{"root_mixed", rootWith("legacy-web", checks.Fail, checks.NotApplicable, checks.Unknown, checks.Pass)},
		{"root_dark", rootDark()},
		{"fleet", bot.FleetAnswer{Fleet: fleet(40), AskedBy: "U01ALICE"}},
		{"fleet_clean", bot.FleetAnswer{Fleet: cleanFleet()}},
		{"fleet_5000", bot.FleetAnswer{Fleet: fleet(5000)}},
		{"digest", Digest()},
		{"digest_quiet", quietDigest()},
		{"digest_5000", digestOf(fleet(5000))},
		{"digest_trouble", troubledDigest()},
		{"spike", SpikeAlert()},
		{"spike_first_spend", firstSpend()},
		{"spike_over", spikeAs(spend.Over, false)},
		{"spike_reply_grew", spikeAs(spend.Grew, true)},
		{"spike_reply_over", spikeAs(spend.Over, true)},
		{"spend_all", spendAll()},
		{"spend_account", spendAccount()},
		{"spend_unknown", bot.SpendAnswer{Subject: "all accounts", Money: bot.Money{Trouble: "Cost Explorer is not switched on in the payer. Open it once in the console."}}},
		{"help", bot.Help{Command: bot.RootCheck}},
		{"trouble", bot.Trouble{What: "`12345678901` is not an account id: it has 11 digits, ids have 12.", Next: "Try `/rootcheck 123456789012` or `/rootcheck all`.", ErrorID: "e_7f31"}},
		{"trouble_suggest", bot.Trouble{What: "I do not know an account called `prod-paymets`.", Suggest: "/rootcheck prod-payments"}},
	}
}

// Now is the instant at which all samples were observed.
var Now = time.Date(2026, 11, 22, 4, 46, 54, 0, time.UTC)

var (
	scope   = account.Scope{Partition: "aws", Organization: "acme"}
	prod    = ID("111122223333")
	sandbox = ID("444455556666")
)

// ID is an account id in a fixture; it panics where the digits are none.
func ID(digits string) account.ID {
	id, err := account.ParseID(digits)
	if err != nil {
		panic(err)
	}
	return id
}

// RootAnswer is an account that fails two checks.
func RootAnswer() bot.RootAnswer {
	return rootWith("prod-payments", checks.Fail, checks.Fail, checks.Pass, checks.Pass)
}

var cases = []struct {
	id, title, fails, holds string
	severity                checks.Severity
	call                    string
}{
	{"root-access-keys", "The root user has no access key", "The root user has an active access key, made on 2 Mar 2019.", "No access key is present.", checks.Critical, "iam:GetAccountSummary"},
	{"root-mfa", "The root user signs in with MFA", "AccountMFAEnabled is 0 and the root user has a password.", "AccountMFAEnabled is 1.", checks.Critical, "iam:GetAccountSummary"},
	{"root-usage", "The root user was not used in the last 7 days", "The root password was last used on 20 Nov 2026.", "The root user was last used on 3 Jan 2026.", checks.High, "iam:GetCredentialReport"},
	{"contact-security", "A security contact is set", "No security contact is set.", "A security contact is set.", checks.Medium, "account:GetAlternateContact"},
}

func rootWith(name string, statuses ...checks.Status) bot.RootAnswer {
	r := checks.Report{
		Scope: scope, AccountID: prod, AccountName: name, State: account.Active, ObservedAt: Now,
		Coverage: checks.Coverage{State: checks.Read},
	}
	for i, status := range statuses {
		c := cases[i]
		f := checks.Finding{CheckID: c.id, Title: c.title, Status: status, Severity: c.severity, Summary: c.holds, FirstSeen: Now.AddDate(0, 0, -31), Evidence: []checks.Evidence{}}
		switch status {
		case checks.Fail:
			f.Summary = c.fails
		case checks.Unknown:
			gap := account.Gap{Call: c.call, Cause: account.Denied, Sentence: "AWS refused " + c.call + ". Allow it in the reader role."}
			f.Summary, f.Gaps, f.LastKnown = "It could not be read.", []account.Gap{gap}, checks.Fail
			r.Coverage = checks.Coverage{State: checks.PartlyRead, Gaps: []account.Gap{gap}}
		case checks.NotApplicable:
			f.Summary = "The account has no root credentials."
		}
		r.Findings = append(r.Findings, f)
	}
	return bot.RootAnswer{Report: r, AskedBy: "U01ALICE"}
}

func rootDark() bot.RootAnswer {
	m := rootWith("data-lake", checks.Unknown, checks.Unknown, checks.Unknown, checks.Unknown)
	gap := account.Gap{Call: "sts:AssumeRole", Cause: account.NotOnboarded, Sentence: "The role RootwatchReader could not be assumed. Deploy it in the account."}
	m.Report.State = account.Suspended
	m.Report.Coverage = checks.Coverage{State: checks.NotReadable, Gaps: []account.Gap{gap}}
	for i := range m.Report.Findings {
		m.Report.Findings[i].Gaps = []account.Gap{gap}
		m.Report.Findings[i].LastKnown = ""
	}
	return m
}

// fleet has n accounts, a tenth of them with findings.
func fleet(n int) bot.Fleet {
	f := bot.Fleet{
		Scope: scope, ObservedAt: Now, Clean: n - n/10 - 3, OpenTotal: n / 5,
		Coverage: bot.Coverage{Accounts: n, Read: n - 3, PartlyRead: 1, NotReadable: 2, Reasons: []bot.CoverageReason{
			{Cause: account.NotOnboarded, Accounts: 2, Examples: []string{"old-lab", "acquired-eu"}, Sentence: "Deploy the reader role in these accounts."},
			{Cause: account.Denied, Accounts: 1, Examples: []string{"legacy-web"}, Sentence: "Allow account:GetAlternateContact in the reader role."},
		}},
	}
	for i, c := range cases {
		f.Rows = append(f.Rows, bot.FleetRow{CheckID: c.id, Title: c.title, Severity: c.severity, Pass: n - n/20 - 3, Fail: (n / 20) * min(i, 1), Unknown: 2, Other: 1})
	}
	for i := range min(f.OpenTotal, bot.MaxOpen) {
		f.Open = append(f.Open, line(i))
	}
	return f
}

var failures = []string{"Root has an access key", "Root has no MFA", "Root was used", "No security contact"}

func line(i int) bot.Line {
	c := cases[i%len(cases)]
	return bot.Line{
		AccountID: ID(fmt.Sprintf("%012d", 100000000001+i)), AccountName: fmt.Sprintf("team-%02d", i), CheckID: c.id,
		Short: failures[i%len(failures)], Severity: c.severity, Summary: c.fails, Since: Now.AddDate(0, 0, -3*i).Add(-5 * time.Hour),
	}
}

func cleanFleet() bot.Fleet {
	f := fleet(40)
	f.Clean, f.OpenTotal, f.Open = 40, 0, nil
	f.Coverage = bot.Coverage{Accounts: 40, Read: 40}
	for i := range f.Rows {
		f.Rows[i].Pass, f.Rows[i].Fail, f.Rows[i].Unknown, f.Rows[i].Other = 40, 0, 0, 0
	}
	return f
}

// Digest is a day with changes, open findings and two dark accounts.
func Digest() bot.Digest { return digestOf(fleet(40)) }

func digestOf(f bot.Fleet) bot.Digest {
	zone := time.FixedZone("CET", 3600)
	m := money()
	return bot.Digest{
		Fleet: f, Day: time.Date(2026, 11, 22, 0, 0, 0, 0, zone), Zone: "Europe/Berlin",
		New: []bot.Line{line(0)}, NewTotal: 1, Resolved: []bot.Line{line(3)}, ResolvedTotal: 1, Dark: []bot.Line{line(1)}, DarkTotal: 1,
		Money: &m, Missed: []string{"The sweep of Sat 21 Nov 03:00 did not run."}, Next: time.Date(2026, 11, 23, 9, 0, 0, 0, zone),
	}
}

func quietDigest() bot.Digest {
	d := digestOf(cleanFleet())
	d.New, d.NewTotal, d.Resolved, d.ResolvedTotal, d.Dark, d.DarkTotal, d.Missed = nil, 0, nil, 0, nil, 0, nil
	d.Money.OpenSpikes, d.Money.Total = 0, d.Money.Usual
	return d
}

func troubledDigest() bot.Digest {
	d := quietDigest()
	d.Money = &bot.Money{Trouble: "The cap of 10 Cost Explorer requests a day was reached."}
	return d
}

func money() bot.Money {
	return bot.Money{
		Day: day("2026-11-20"), Total: usd("4812.40"), Usual: usd("4540.11"), Currency: "USD", MonthToDate: usd("98140.02"),
		Adjustments: usd("-120.5"), Provisional: false, AsOf: Now, LargestRise: "EC2 in prod-payments", LargestRiseBy: usd("310.25"),
		OpenSpikes: 1, RequestsToday: 2, RequestsMonth: 44,
	}
}

func usd(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func day(s string) spend.Day {
	d, err := spend.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func points(amounts ...string) []spend.Point {
	var recent []spend.Point
	for i, amount := range amounts {
		recent = append(recent, spend.Point{Day: day("2026-11-20") - spend.Day(len(amounts)-1-i), Amount: usd(amount)})
	}
	return recent
}

// SpikeAlert is a new rise of a known service.
func SpikeAlert() bot.SpikeAlert {
	return bot.SpikeAlert{
		Scope: scope, Word: spend.First, AsOf: Now, IfItLasts: usd("15015"),
		Incident: spend.Incident{
			Spike: spend.Spike{
				Key:         spend.Key{Account: prod, Service: "Amazon Elastic Compute Cloud - Compute"},
				AccountName: "prod-payments", Day: day("2026-11-20"), Since: day("2026-11-19"),
				Actual: usd("1930.12"), Expected: usd("565.4"), Excess: usd("1364.72"), Currency: "USD",
				Baseline: spend.Baseline{Expected: 565.4, Spread: 12, Days: 8, Weekday: true}, Reason: spend.AboveUsual,
				Why:         "$1,365 and 241 % above the usual Friday; the limits are $25 and 50 %.",
				Drivers:     []spend.Driver{{Name: "us-west-2", Excess: usd("1180")}, {Name: "eu-central-1", Excess: usd("121")}},
				Provisional: true,
				Recent:      points("551", "560.5", "571", "566", "580", "549", "562", "570", "565", "559", "568", "575", "1020", "1930.12"),
			},
			Peak: usd("1930.12"), Extra: usd("1820"), ToldDay: day("2026-11-20"), ToldPeak: usd("1930.12"), Open: true,
		},
	}
}

func spikeAs(word spend.Word, reply bool) bot.SpikeAlert {
	m := SpikeAlert()
	m.Word, m.Reply = word, reply
	if word == spend.Over {
		m.Incident.Open, m.Incident.EndedOn, m.Incident.Provisional = false, day("2026-11-21"), false
		m.Incident.Day, m.Incident.Actual = day("2026-11-21"), usd("571")
	}
	return m
}

func firstSpend() bot.SpikeAlert {
	m := SpikeAlert()
	m.Incident.Service, m.Incident.Reason, m.Incident.Drivers = "Amazon SageMaker", spend.FirstSpend, nil
	m.Incident.Expected, m.Incident.Excess = decimal.Zero, m.Incident.Actual
	m.Incident.Baseline = spend.Baseline{Days: 56}
	m.Incident.Why = "It is the first spend in this service in 56 days, above $10."
	m.Incident.Recent = points("0", "0", "0", "1930.12")
	return m
}

func spendAll() bot.SpendAnswer {
	m := bot.SpendAnswer{Scope: scope, Subject: "all accounts", Money: money(), Recent: points("4512", "4499", "4601.2", "4812.4"), AskedBy: "U01ALICE"}
	for i := range bot.MaxOpen {
		m.Top = append(m.Top, bot.SpendRow{Name: fmt.Sprintf("team-%02d", i), Amount: usd("900.5").Div(usd(fmt.Sprint(i + 1))), Usual: usd("50")})
	}
	return m
}

func spendAccount() bot.SpendAnswer {
	m := spendAll()
	m.Subject, m.Account, m.Money.Provisional = "sandbox-dev", sandbox, true
	m.Money.Trouble = "The bill could not be read today: AWS throttled us."
	m.Top = []bot.SpendRow{{Name: "Amazon Relational Database Service", Amount: usd("12.34"), Usual: usd("12")}}
	return m
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
