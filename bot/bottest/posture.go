package bottest

import (
	"fmt"
	"time"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
)

// RootAnswer is an account that fails two checks.
func RootAnswer() bot.RootAnswer {
	return rootWith("prod-payments", checks.Fail, checks.Fail, checks.Pass, checks.Pass)
}

const day24 = 24 * time.Hour

// cases are the checks as these samples answer them, worst first.
var cases = []struct {
	id, fails, holds string
	age              time.Duration // of a failure
	call             string
}{
	{"root-access-keys", "Root has an active access key in slot 1: made or last rotated 2026-11-21, never used.", "Root has no access key.", 5 * time.Hour, "iam:GetAccountSummary"},
	{"root-mfa", "Root has a password and no MFA.", "Root has MFA.", 31 * day24, "iam:GetAccountSummary"},
	{"root-usage", "The root password was used on 2026-11-20 09:12 UTC, 43 hours before this check; the window is 7 days.", "Root was never used, as the credential report of 2026-11-22 04:30 UTC has it.", 2 * day24, "iam:GetCredentialReport"},
	{"contact-security", "No security contact is set.", "A security contact is set, and it is not the root address.", 12 * day24, "account:GetAlternateContact"},
}

// catalogued is one of the catalogue.
func catalogued(id string) checks.Check {
	c, ok := checks.Find(id)
	if !ok {
		panic("no check " + id)
	}
	return c
}

// rootWith is an account with one status for each of cases.
func rootWith(name string, statuses ...checks.Status) bot.RootAnswer {
	r := checks.Report{
		Scope: scope, AccountID: accounts[name], AccountName: name, State: account.Active, ObservedAt: Now,
		Coverage: checks.Coverage{State: checks.Read},
	}
	for i, status := range statuses {
		c := cases[i]
		f := checks.Finding{
			CheckID: c.id, Title: catalogued(c.id).Title, Status: status, Severity: catalogued(c.id).Severity, Summary: c.holds,
			FirstSeen: Now.AddDate(0, 0, -90), Evidence: []checks.Evidence{},
		}
		switch status {
		case checks.Fail:
			f.Summary, f.FirstSeen = c.fails, Now.Add(-c.age)
		case checks.Unknown:
			gap := account.Gap{Call: c.call, Cause: account.Denied, Sentence: "AWS refused " + c.call + ". Allow it in the reader role."}
			f.Summary, f.Gaps, f.LastKnown = "It is not known: "+c.call+" was denied.", []account.Gap{gap}, checks.Fail
			r.Coverage = checks.Coverage{State: checks.PartlyRead, Gaps: []account.Gap{gap}}
		case checks.NotApplicable:
			f.Summary = "The question does not arise."
		case checks.Manual:
			f.Summary = "No API tells."
		}
		r.Findings = append(r.Findings, f)
	}
	return bot.RootAnswer{Report: r, AskedBy: "U01ALICE"}
}

// rootMixed has a failure with a name of its own, and one check in the dark.
func rootMixed() bot.RootAnswer {
	m := rootWith("legacy-web", checks.Fail, checks.Pass, checks.Pass, checks.Unknown)
	f := &m.Report.Findings[0]
	f.Severity, f.Short, f.FirstSeen, f.TimesReopened = checks.Medium, "Root has an inactive access key", Now.AddDate(0, 0, -40), 1
	f.Summary = "Root has an inactive access key in slot 1: made or last rotated 2019-03-02, never used. Disabled is not deleted."
	return m
}

// rootWaiting has one check that only time can answer.
func rootWaiting() bot.RootAnswer {
	m := rootWith("data-lake", checks.Pass, checks.Pass, checks.Pass, checks.Unknown)
	f := &m.Report.Findings[3]
	f.CheckID, f.Title, f.Severity, f.LastKnown = "root-repeat-use", catalogued("root-repeat-use").Title, checks.Medium, ""
	f.Gaps = []account.Gap{{Call: "cloudtrail:LookupEvents", Cause: account.NotYet, Sentence: "Root's uses are known from 2026-08-24 on, so four months of them on 2026-12-24 at the earliest."}}
	f.Summary = "Whether root is used again and again is not known: " + f.Gaps[0].Sentence
	m.Report.Coverage = checks.Coverage{State: checks.Read}
	return m
}

func rootDark(name string, state account.State, gap account.Gap) bot.RootAnswer {
	m := rootWith(name, checks.Unknown, checks.Unknown, checks.Unknown, checks.Unknown)
	m.Report.State, m.Report.Coverage = state, checks.Coverage{State: checks.NotReadable, Gaps: []account.Gap{gap}}
	for i := range m.Report.Findings {
		m.Report.Findings[i].Gaps = []account.Gap{gap}
		m.Report.Findings[i].LastKnown = ""
		if state != account.Active {
			m.Report.Findings[i].Summary = "The account is suspended, so this was not judged."
		}
	}
	return m
}

// fleet has 40 accounts: 6 of them fail something, two are dark and one,
// which also fails, is dark in part.
func fleet() bot.Fleet {
	f := darkFleet(40)
	f.Clean = 32
	for i, fail := range []int{2, 2, 2, 2} {
		f.Rows[i].Fail, f.Rows[i].Pass = fail, f.Rows[i].Pass-fail
	}
	inactive := line("legacy-web", "root-access-keys", 40*day24)
	inactive.Severity, inactive.Short = checks.Medium, "Root has an inactive access key"
	f.Open = []bot.Line{
		line("prod-payments", "root-mfa", 31*day24), line("shop-frontend", "root-mfa", 12*day24), line("prod-payments", "root-access-keys", 5*time.Hour),
		line("warehouse", "root-usage", 6*day24), line("build-tools", "root-usage", 2*day24),
		line("marketing-site", "contact-security", 64*day24), inactive, line("shop-frontend", "contact-security", 12*day24),
	}
	f.OpenTotal = len(f.Open)
	return f
}

// largeFleet has 5,000 accounts, a fifth of them failing one check each.
func largeFleet() bot.Fleet {
	f := darkFleet(5000)
	f.Clean, f.OpenTotal = 3998, 1000
	for i, fail := range []int{300, 350, 200, 150} {
		f.Rows[i].Fail, f.Rows[i].Pass = fail, f.Rows[i].Pass-fail
	}
	for i := range bot.MaxOpen {
		l := line(fmt.Sprintf("team-%03d", i+1), cases[i%2].id, time.Duration(400-9*i)*day24)
		l.AccountID = ID(fmt.Sprintf("%012d", 100000000001+i))
		f.Open = append(f.Open, l)
	}
	return f
}

// darkFleet is a fleet in which two accounts could not be read and one in
// part, and nothing fails.
func darkFleet(n int) bot.Fleet {
	f := cleanFleet()
	f.Clean = n - 3
	f.Coverage = bot.Coverage{Accounts: n, Read: n - 3, PartlyRead: 1, NotReadable: 2, Reasons: []bot.CoverageReason{
		{Cause: account.NotOnboarded, Accounts: 2, Examples: []string{"old-lab", "acquired-eu"}, Sentence: "The reader role could not be assumed; deploy it in the account."},
		{Cause: account.Denied, Accounts: 1, Examples: []string{"legacy-web"}, Sentence: "AWS refused account:GetAlternateContact; allow it in the reader role and in the policies above the account."},
	}}
	for i := range f.Rows {
		f.Rows[i].Unknown = 2
		if f.Rows[i].CheckID == "contact-security" {
			f.Rows[i].Unknown = 3
		}
		f.Rows[i].Pass = n - f.Rows[i].Unknown
	}
	return f
}

func cleanFleet() bot.Fleet {
	f := bot.Fleet{Scope: scope, ObservedAt: Now, Clean: 40, Coverage: bot.Coverage{Accounts: 40, Read: 40}}
	for _, c := range cases {
		f.Rows = append(f.Rows, bot.FleetRow{CheckID: c.id, Title: catalogued(c.id).Title, Severity: catalogued(c.id).Severity, Pass: 40})
	}
	return f
}

func line(name, id string, age time.Duration) bot.Line {
	l := bot.Line{AccountID: accounts[name], AccountName: name, CheckID: id, Short: catalogued(id).Short, Severity: catalogued(id).Severity, Since: Now.Add(-age)}
	for _, c := range cases {
		if c.id == id {
			l.Summary = c.fails
		}
	}
	return l
}
