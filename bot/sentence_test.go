package bot_test

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// report has one made-up finding for each status, named by its own summary.
func report(t testing.TB, statuses ...checks.Status) checks.Report {
	r := checks.Report{
		Scope: mainOrg, AccountID: id(t, "123456789012"), AccountName: "prod-payments",
		ObservedAt: time.Date(2026, 11, 22, 4, 46, 0, 0, time.UTC), Coverage: checks.Coverage{State: checks.Read},
	}
	for i, status := range statuses {
		letter := string(rune('a' + i))
		f := checks.Finding{CheckID: "made-up-" + letter, Title: "Good " + letter, Status: status, Severity: checks.Medium, Summary: "Fact " + letter + "."}
		if status == checks.Unknown {
			f.Gaps = []account.Gap{{Call: "iam:GetAccountSummary", Cause: account.Denied}}
		}
		r.Findings = append(r.Findings, f)
	}
	return r
}

func TestRootAnswerSentence(t *testing.T) {
	worst := report(t, checks.Fail, checks.Fail)
	worst.Findings[1].Severity = checks.Critical
	closed := report(t, checks.Unknown, checks.Unknown)
	closed.Coverage = checks.Coverage{State: checks.NotReadable, Gaps: []account.Gap{{Call: "sts:AssumeRole", Cause: account.NotOnboarded, Sentence: "The role RootwatchReader could not be assumed."}}}
	for _, c := range []struct {
		name   string
		report checks.Report
		want   string
	}{
		{"some fail", report(t, checks.Fail, checks.Pass, checks.Fail, checks.Pass),
			"Root check: prod-payments (123456789012) has 2 of 4 checks failing: Fact a; Fact c."},
		{"worst first", worst, "Root check: prod-payments (123456789012) has 2 of 2 checks failing: Fact b; Fact a."},
		{"many fail", report(t, checks.Fail, checks.Fail, checks.Fail, checks.Fail, checks.Fail),
			"Root check: prod-payments (123456789012) has 5 of 5 checks failing: Fact a; Fact b; Fact c; and 2 more."},
		{"fail and unknown", report(t, checks.Unknown, checks.Fail),
			"Root check: prod-payments (123456789012) has 1 of 2 checks failing: Fact b. 1 could not be read; that is not a pass."},
		{"all pass", report(t, checks.Pass, checks.Pass), "Root check: prod-payments (123456789012) passes all 2 checks."},
		{"pass and unknown", report(t, checks.Pass, checks.Unknown, ""),
			"Root check: prod-payments (123456789012) passes 1 of 3 checks. 2 could not be read; that is not a pass."},
		{"the others", report(t, checks.Pass, checks.NotApplicable, checks.Manual),
			"Root check: prod-payments (123456789012) passes 1 of 3 checks. 1 needs a person to look, because no API tells. 1 does not apply."},
		{"nothing passes", report(t, checks.Unknown, checks.Manual),
			"Root check: prod-payments (123456789012) has no check that passes or fails. 1 could not be read; that is not a pass. 1 needs a person to look, because no API tells."},
		{"nothing readable", closed,
			"Root check: prod-payments (123456789012) could not be read; that is not a pass. The role RootwatchReader could not be assumed."},
		{"no finding at all", report(t), "Root check: prod-payments (123456789012) was not checked; that is not a pass."},
	} {
		if got := (bot.RootAnswer{Report: c.report}).Sentence(); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestFleetSentence(t *testing.T) {
	line := bot.Line{AccountID: id(t, "123456789012"), AccountName: "prod-payments", Short: "Root has no MFA"}
	for _, c := range []struct {
		fleet bot.Fleet
		want  string
	}{
		{bot.Fleet{}, "Root check of all accounts: no account is listed yet; that is not a pass."},
		{bot.Fleet{Coverage: bot.Coverage{Accounts: 40, Read: 40}, Clean: 40}, "Root check of 40 accounts: 40 without findings, no finding open."},
		{bot.Fleet{Coverage: bot.Coverage{Accounts: 40, Read: 36, NotReadable: 3, PartlyRead: 1}, Clean: 31, Open: []bot.Line{line}, OpenTotal: 12},
			"Root check of 40 accounts: 31 without findings, 12 findings open, the worst: Root has no MFA in prod-payments (123456789012). 3 accounts could not be read and 1 only in part; that is not a pass."},
		{bot.Fleet{Coverage: bot.Coverage{Accounts: 5000, Read: 5000}, Clean: 4200, OpenTotal: 1204},
			"Root check of 5,000 accounts: 4,200 without findings, 1,204 findings open."},
		{bot.Fleet{Coverage: bot.Coverage{Accounts: 2, Read: 1, PartlyRead: 1}, Clean: 1},
			"Root check of 2 accounts: 1 without findings, no finding open. 1 account could be read only in part; that is not a pass."},
	} {
		if got := (bot.FleetAnswer{Fleet: c.fleet}).Sentence(); got != c.want {
			t.Errorf("\n got %s\nwant %s", got, c.want)
		}
	}
}

func billed(t testing.TB, s string) spend.Day {
	t.Helper()
	d, err := spend.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func money(t testing.TB) *bot.Money {
	return &bot.Money{Day: billed(t, "2026-11-20"), Total: dollars("4812"), Usual: dollars("4540"), Currency: "USD", MonthToDate: dollars("98140")}
}

func TestDigestSentence(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, berlin)
	base := func(change func(*bot.Digest)) bot.Digest {
		d := bot.Digest{Day: day, Zone: "Europe/Berlin", Money: money(t), Fleet: bot.Fleet{Coverage: bot.Coverage{Accounts: 40, Read: 40}, Clean: 40}}
		change(&d)
		return d
	}
	for _, c := range []struct {
		name   string
		digest bot.Digest
		quiet  bool
		want   string
	}{
		{"changes", base(func(d *bot.Digest) { d.NewTotal, d.ResolvedTotal, d.OpenTotal = 1, 1, 3 }), false,
			"Daily digest, Sun 22 Nov: 1 new, 1 resolved, 3 open. Spend on Fri 20 Nov $4,812, 6 % above the usual."},
		{"quiet", base(func(d *bot.Digest) { d.Money.Total = dollars("4512") }), true,
			"Daily digest, Sun 22 Nov: nothing changed. 40 of 40 accounts without findings. Spend on Fri 20 Nov $4,512, as usual."},
		{"the day is told in its zone after the store", base(func(d *bot.Digest) { d.Day, d.Money = day.UTC(), nil }), true,
			"Daily digest, Sun 22 Nov: nothing changed. 40 of 40 accounts without findings."},
		{"open ones stand", base(func(d *bot.Digest) { d.OpenTotal, d.Clean, d.Money = 3, 38, nil }), false,
			"Daily digest, Sun 22 Nov: nothing changed, 3 open. 38 of 40 accounts without findings."},
		{"went dark", base(func(d *bot.Digest) {
			d.DarkTotal, d.Money, d.Coverage.Read, d.Coverage.NotReadable = 2, nil, 39, 1
		}), false, "Daily digest, Sun 22 Nov: 0 new, 0 resolved, 0 open, 2 went dark. 1 account could not be read; that is not a pass."},
		{"slots were missed", base(func(d *bot.Digest) { d.Missed, d.Money = []string{"x", "y"}, nil }), false,
			"Daily digest, Sun 22 Nov: nothing changed. 40 of 40 accounts without findings. 2 scheduled runs did not happen."},
		{"nothing is known of the bill", base(func(d *bot.Digest) { d.Money = &bot.Money{Trouble: "Cost Explorer is not switched on."} }), false,
			"Daily digest, Sun 22 Nov: nothing changed, spend unknown. 40 of 40 accounts without findings. Spend is not known, which is not zero: Cost Explorer is not switched on."},
		{"the bill is old, provisional and rising", base(func(d *bot.Digest) {
			d.Money.Trouble, d.Money.Provisional, d.Money.OpenSpikes = "AWS did not answer", true, 1
		}), false, "Daily digest, Sun 22 Nov: nothing changed. 40 of 40 accounts without findings. Spend on Fri 20 Nov $4,812, 6 % above the usual (provisional, it may still rise). " +
			"These figures are not the newest: AWS did not answer. 1 spend spike is open."},
		{"nothing was told before", base(func(d *bot.Digest) { d.First, d.OpenTotal, d.Clean, d.Money = true, 10, 33, nil }), false,
			"Daily digest, Sun 22 Nov: first digest, 10 open. 33 of 40 accounts without findings."},
		{"a first digest is never quiet", base(func(d *bot.Digest) { d.First, d.Money = true, nil }), false,
			"Daily digest, Sun 22 Nov: first digest, 0 open. 40 of 40 accounts without findings."},
		{"no figure, and nobody says why", base(func(d *bot.Digest) { d.Money = &bot.Money{} }), false,
			"Daily digest, Sun 22 Nov: nothing changed, spend unknown. 40 of 40 accounts without findings. Spend is not known, which is not zero: the bill was not read yet."},
		{"spikes have names", base(func(d *bot.Digest) {
			d.Money.OpenSpikes, d.Money.Spikes = 4, []string{"EC2 in prod-payments", "S3 in data-lake", "RDS in legacy-web"}
		}), false, "Daily digest, Sun 22 Nov: nothing changed. 40 of 40 accounts without findings. Spend on Fri 20 Nov $4,812, 6 % above the usual. " +
			"4 spend spikes are open: EC2 in prod-payments, S3 in data-lake, RDS in legacy-web and 1 more."},
		{"nobody was checked", base(func(d *bot.Digest) { d.Fleet, d.Money = bot.Fleet{}, nil }), false,
			"Daily digest, Sun 22 Nov: no account could be listed. That is not a pass."},
	} {
		if got := c.digest.Sentence(); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
		if got := c.digest.Quiet(); got != c.quiet {
			t.Errorf("%s: quiet is %v", c.name, got)
		}
	}
}

func TestSpikeSentence(t *testing.T) {
	base := func(change func(*bot.SpikeAlert)) bot.SpikeAlert {
		m := bot.SpikeAlert{Scope: mainOrg, Word: spend.First, Incident: spend.Incident{
			Open: true, Peak: dollars("1930"), Extra: dollars("1820"),
			Spike: spend.Spike{
				Key: spend.Key{Account: id(t, "123456789012"), Service: "Amazon Elastic Compute Cloud - Compute"}, AccountName: "prod-payments",
				Day: billed(t, "2026-11-21"), Since: billed(t, "2026-11-20"), Actual: dollars("1930"), Expected: dollars("565"), Currency: "USD", Reason: spend.AboveUsual,
			},
		}}
		change(&m)
		return m
	}
	over := func(m *bot.SpikeAlert) {
		m.Word, m.Incident.Open, m.Incident.EndedOn = spend.Over, false, billed(t, "2026-11-22")
	}
	for _, c := range []struct {
		name  string
		alert bot.SpikeAlert
		want  string
	}{
		{"first", base(func(*bot.SpikeAlert) {}), "Spend spike: EC2 in prod-payments cost $1,930 on 21 Nov, 3.4 times the usual $565."},
		{"the account has no name", base(func(m *bot.SpikeAlert) { m.Incident.AccountName = "" }),
			"Spend spike: EC2 in 123456789012 cost $1,930 on 21 Nov, 3.4 times the usual $565."},
		{"if it lasts", base(func(m *bot.SpikeAlert) { m.IfItLasts = dollars("39000") }),
			"Spend spike: EC2 in prod-payments cost $1,930 on 21 Nov, 3.4 times the usual $565. If it lasts, about $39,000 more by the end of the month."},
		{"provisional", base(func(m *bot.SpikeAlert) { m.Incident.Provisional = true }),
			"Spend spike: EC2 in prod-payments cost $1,930 on 21 Nov, 3.4 times the usual $565. This figure is provisional and may still rise."},
		{"grew", base(func(m *bot.SpikeAlert) { m.Word = spend.Grew }),
			"Spend spike grew: EC2 in prod-payments reached $1,930 on 21 Nov, 3.4 times the usual $565."},
		{"still", base(func(m *bot.SpikeAlert) { m.Word = spend.Still }),
			"Spend spike goes on: EC2 in prod-payments cost $1,930 on 21 Nov, 3.4 times the usual $565. It has cost $1,820 extra since 20 Nov."},
		{"first spend", base(func(m *bot.SpikeAlert) {
			m.Incident.Reason, m.Incident.Expected, m.Incident.Service = spend.FirstSpend, dollars("0"), "Amazon Bedrock"
		}), "Spend spike: Bedrock in prod-payments cost $1,930 on 21 Nov, the first spend in a service this account never used."},
		{"usually nothing", base(func(m *bot.SpikeAlert) { m.Incident.Expected = dollars("0") }),
			"Spend spike: EC2 in prod-payments cost $1,930 on 21 Nov, where nothing is usual."},
		{"the new usual", base(func(m *bot.SpikeAlert) { over(m); m.Incident.NewUsual = true }), "No spike any more: what EC2 in prod-payments costs has lasted and is the new usual. It cost $1,820 extra over 2 days, $1,930 on its highest day."},
		{"over", base(over), "Resolved: EC2 in prod-payments is back to the usual $565 a day. It cost $1,820 extra over 2 days, $1,930 on its highest day."},
		{"a quiet edit after the end", base(func(m *bot.SpikeAlert) { over(m); m.Word = spend.Same }),
			"Resolved: EC2 in prod-payments is back to the usual $565 a day. It cost $1,820 extra over 2 days, $1,930 on its highest day."},
		{"first spend is over", base(func(m *bot.SpikeAlert) { over(m); m.Incident.Reason = spend.FirstSpend }),
			"Resolved: the new spend in EC2 in prod-payments has stopped. It cost $1,820 extra over 2 days, $1,930 on its highest day."},
	} {
		if got := c.alert.Sentence(); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestOtherSentences(t *testing.T) {
	_, eleven := bot.Parse("/rootcheck", "12345678901", nil)
	_, typo := bot.Parse("/rootcheck", "prod-paymets", directory(t))
	for _, c := range []struct {
		message bot.Message
		want    string
	}{
		{bot.Pending{Subject: "prod-payments"}, "Checking prod-payments..."},
		{bot.Pending{Subject: "all accounts", Accounts: 40, Done: 12}, "Checking all accounts: 12 of 40 accounts done..."},
		{bot.SpendAnswer{Subject: "prod-payments", Money: *money(t)},
			"prod-payments spent $4,812 on Fri 20 Nov, 6 % above the usual Friday. $98,140 this month to date."},
		{bot.SpendAnswer{Subject: "all accounts"},
			"Spend of all accounts is not known, which is not zero: the bill was not read yet."},
		{bot.SpendAnswer{Subject: "all accounts", Money: bot.Money{Day: billed(t, "2026-09-25"), Trouble: "No cost has been read yet."}},
			"Spend of all accounts is not known, which is not zero: No cost has been read yet."},
		{bot.SpendAnswer{Subject: "sandbox", Money: bot.Money{Day: billed(t, "2026-11-20"), Currency: "USD"}},
			"sandbox spent $0.00 on Fri 20 Nov. $0.00 this month to date."},
		{bot.Help{Command: "/spend"}, "How to use /spend: /spend; /spend ACCOUNT; /spend ACCOUNT 7d; /spend by service; /spend help."},
		{eleven, "12345678901 is not an account id: it has 11 digits, ids have 12. Try /rootcheck 123456789012 or /rootcheck all. You typed: /rootcheck 12345678901."},
		{typo, "I do not know an account called prod-paymets. Did you mean /rootcheck prod-payments?"},
		{bot.Trouble{What: "Could not check 123456789012", Meaning: "This is not a pass", Next: "Deploy the role", ErrorID: "e_7f31"},
			"Could not check 123456789012. This is not a pass. Deploy the role. Error id e_7f31."},
	} {
		if got := c.message.Sentence(); got != c.want {
			t.Errorf("\n got %s\nwant %s", got, c.want)
		}
	}
}

// Whatever strangers put into names, a sentence is one clean line of bounded
// length, and what was not read is still said at its end.
func TestSentencesOfHostileData(t *testing.T) {
	evil := "\x1b[2J\r\n\u202e" + strings.Repeat("evil \u2028", 400)
	hostile := report(t, checks.Fail, checks.Fail, checks.Fail, checks.Fail, checks.Unknown)
	hostile.AccountName = evil
	for i := range hostile.Findings {
		hostile.Findings[i].Summary = evil
	}
	line := bot.Line{AccountID: id(t, "123456789012"), AccountName: evil, Short: evil}
	coverage := bot.Coverage{Accounts: 9, Read: 8, NotReadable: 1}
	figures := *money(t)
	figures.Trouble, figures.Currency = evil, evil
	spike := bot.SpikeAlert{Incident: spend.Incident{Spike: spend.Spike{Key: spend.Key{Service: evil}, AccountName: evil, Currency: evil}}}
	for _, c := range []struct {
		message bot.Message
		must    string
	}{
		{bot.Pending{Subject: evil}, "Checking"},
		{bot.RootAnswer{Report: hostile}, "1 could not be read; that is not a pass."},
		{bot.FleetAnswer{Fleet: bot.Fleet{Coverage: coverage, Open: []bot.Line{line}, OpenTotal: 1}}, "1 account could not be read; that is not a pass."},
		{bot.Digest{Fleet: bot.Fleet{Coverage: coverage}, Zone: evil, Money: &figures}, "1 account could not be read; that is not a pass."},
		{spike, "Spend spike"},
		{bot.SpendAnswer{Subject: evil, Money: figures}, " spent "},
		{bot.Help{Command: evil}, "How to use"},
		{bot.Trouble{What: evil, Meaning: evil, Next: evil, Suggest: evil, ErrorID: evil}, "evil"},
	} {
		got := c.message.Sentence()
		if !strings.Contains(got, c.must) {
			t.Errorf("%s lacks %q: %q", bot.Kind(c.message), c.must, got)
		}
		if n := len([]rune(got)); n > 600 {
			t.Errorf("%s: %d runes", bot.Kind(c.message), n)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%s: not clean: %q", bot.Kind(c.message), got)
		}
	}
}
