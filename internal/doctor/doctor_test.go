package doctor_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/bot/slack"
	"rootwatch/checks/account"
	"rootwatch/config"
	"rootwatch/config/secret"
	"rootwatch/internal/awsorg"
	"rootwatch/internal/doctor"
	"rootwatch/internal/store"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

const (
	own   = "111122223333"
	first = "444455556666"
	other = "222222222222"
)

func id(t *testing.T, text string) account.ID {
	t.Helper()
	parsed, err := account.ParseID(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// want is one line, by what must stand in it.
type want struct {
	area      string
	status    doctor.Status
	found, do string
}

func expect(t *testing.T, name string, lines []doctor.Line, wants ...want) {
	t.Helper()
	for _, w := range wants {
		there := false
		for _, l := range lines {
			there = there || l.Area == w.area && l.Status == w.status && strings.Contains(l.Found, w.found) && strings.Contains(l.Do, w.do)
		}
		if !there {
			t.Errorf("%s: no line %+v in\n%s", name, w, doctor.Table(lines, 120, false))
		}
	}
	for _, l := range lines {
		if l.Found == "" || (l.Do == "") != (l.Status == doctor.OK) {
			t.Errorf("%s: a line says too little or too much: %+v", name, l)
		}
	}
}

// answers of one account: every call of a reading, with gaps for some.
func answers(gaps map[string]account.Gap) []awsorg.Answer {
	var all []awsorg.Answer
	for _, r := range awsorg.Reads() {
		if r.Where != account.Member && r.Action != "sts:AssumeRole" {
			continue
		}
		one := awsorg.Answer{Action: r.Action, Where: r.Where}
		if gap, refused := gaps[r.Action]; refused {
			gap.Call = r.Action
			one.Gap = &gap
		}
		all = append(all, one)
		if one.Gap != nil && r.Action == "sts:AssumeRole" {
			return []awsorg.Answer{one} // nothing else can be asked
		}
	}
	return all
}

func organization(t *testing.T, gaps map[string]map[string]account.Gap) doctor.AWS {
	t.Helper()
	a := doctor.AWS{
		Scope: account.Scope{Partition: "aws", Organization: "main"}, RoleName: "RootwatchAudit", ExternalID: true,
		Standing: awsorg.Standing{Account: id(t, own), ARN: "arn:aws:sts::" + own + ":assumed-role/Rootwatch/i-1", Partition: "aws", Region: "us-east-1", Home: "us-east-1", AheadKnown: true},
		Side: []awsorg.Answer{
			{Action: "organizations:DescribeOrganization", Where: account.Management}, {Action: "organizations:ListAccounts", Where: account.Management},
			{Action: "account:GetAlternateContact", Where: account.Management},
		},
		Bill: doctor.Bill{Ran: true},
	}
	for _, text := range []string{own, first, other} {
		listed := account.Account{ID: id(t, text), State: account.Active, Role: account.Member}
		if text == own {
			listed.Role = account.Management
		}
		a.Listed = append(a.Listed, listed)
		a.Seen = append(a.Seen, doctor.Seen{Account: listed, Answers: answers(gaps[text])})
	}
	return a
}

func TestJudgeAWS(t *testing.T) {
	denied := account.Gap{Cause: account.Denied, Sentence: "AWS denied it: allow it"}
	shut := map[string]account.Gap{"sts:AssumeRole": denied}
	slow := account.Gap{Cause: account.Throttled, Sentence: "AWS throttled it: it is asked again later"}
	scp := account.Gap{Cause: account.Denied, Detail: "with an explicit deny in a service control policy"}
	const summary = "iam:GetAccountSummary"
	for name, c := range map[string]struct {
		gaps   map[string]map[string]account.Gap
		change func(a *doctor.AWS)
		worst  doctor.Status
		wants  []want
	}{
		"nothing is wrong": {worst: doctor.OK, wants: []want{
			{doctor.Accounts, doctor.OK, "can be assumed in 2 accounts", ""}, {doctor.Permissions, doctor.OK, "answered in 3 accounts", ""},
			{doctor.Costs, doctor.OK, "the last reading of the bill went well", ""},
		}},
		"one role is missing": {gaps: map[string]map[string]account.Gap{first: shut}, worst: doctor.Problem,
			wants: []want{{doctor.Accounts, doctor.Problem, "in 1 account", "Deploy the role there"}, {doctor.Accounts, doctor.OK, "in 1 account", ""}}},
		"all roles are shut": {gaps: map[string]map[string]account.Gap{first: shut, other: shut}, worst: doctor.Problem,
			wants: []want{{doctor.Accounts, doctor.Problem, "in any of the 2 accounts", "against the trust policy's sts:ExternalId"},
				{doctor.Accounts, doctor.Problem, "in any of the 2 accounts", "it must name the role Rootwatch of account " + own}}},
		"all roles are shut, without an external id": {gaps: map[string]map[string]account.Gap{first: shut, other: shut}, worst: doctor.Problem,
			change: func(a *doctor.AWS) { a.ExternalID = false },
			wants:  []want{{doctor.Accounts, doctor.Problem, "in any of the 2 accounts", "the configuration has no external_id"}}},
		"roles shut by an SCP": {gaps: map[string]map[string]account.Gap{first: {"sts:AssumeRole": scp}}, worst: doctor.Problem,
			wants: []want{{doctor.Accounts, doctor.Problem, "service control policy denies sts:AssumeRole", "Exempt the role Rootwatch of account " + own}}},
		"an account that was never asked": {change: func(a *doctor.AWS) {
			a.Listed[1].State, a.Seen[1].State, a.Seen[1].Answers = account.Suspended, account.Suspended, nil
		}, worst: doctor.NotKnown, wants: []want{
			{doctor.Accounts, doctor.OK, "can be assumed in 1 account", ""}, {doctor.Accounts, doctor.NotKnown, "1 account was not asked", "suspended or closed"},
		}},
		"no role for other accounts": {change: func(a *doctor.AWS) {
			a.RoleName, a.Seen[1].Answers, a.Seen[2].Answers = "", nil, nil
		}, worst: doctor.NotKnown, wants: []want{{doctor.Accounts, doctor.NotKnown, "2 accounts were not asked", "role_name"}}},
		"an answer that cannot be used": {gaps: map[string]map[string]account.Gap{first: {summary: {Cause: account.Undecodable, Sentence: "AWS's answer to iam:GetAccountSummary cannot be used: it is empty"}}}, worst: doctor.Problem,
			wants: []want{{doctor.Permissions, doctor.Problem, "cannot be used: it is empty", "AWS_ENDPOINT_URL"}}},
		"a refusal that nobody expects": {gaps: map[string]map[string]account.Gap{first: {summary: {Cause: account.Undecodable, Detail: "Odd: so it is (HTTP 400)",
			Sentence: "AWS refused iam:GetAccountSummary with Odd, which Rootwatch does not expect: see the log"}}}, worst: doctor.Problem,
			wants: []want{{doctor.Permissions, doctor.Problem, "does not expect: Odd: so it is (HTTP 400)", "Ask again"}}},
		"a management role that is shut, heard from the side": {change: func(a *doctor.AWS) {
			a.ManagementRole = "arn:aws:iam::111122223333:role/Side"
			shut := account.Gap{Call: "sts:AssumeRole", Cause: account.Denied, Sentence: "the management role could not be assumed: it is missing"}
			a.Listing = shut
			for i := range a.Side {
				a.Side[i].Gap = &shut
			}
		}, worst: doctor.Problem, wants: []want{{doctor.Organization, doctor.Problem, "The management role could not be assumed", "--for host"}}},
		"a role that STS was too busy for": {gaps: map[string]map[string]account.Gap{first: {"sts:AssumeRole": slow}}, worst: doctor.NotKnown,
			wants: []want{{doctor.Accounts, doctor.NotKnown, "AWS throttled it", "It is asked again later"}}},
		"the own account's permission": {gaps: map[string]map[string]account.Gap{own: {summary: denied}}, worst: doctor.Problem,
			wants: []want{{doctor.Permissions, doctor.Problem, "AWS denies it in 1 account", "--for host"}}},
		"a member's permission": {gaps: map[string]map[string]account.Gap{first: {summary: denied}, other: {summary: denied}}, worst: doctor.Problem,
			wants: []want{{doctor.Permissions, doctor.Problem, "AWS denies it in 2 accounts", "--for member"}}},
		"a report that is being written": {gaps: map[string]map[string]account.Gap{first: {"iam:GenerateCredentialReport": {Cause: account.NotReady}}}, worst: doctor.OK,
			wants: []want{{doctor.Permissions, doctor.OK, "answered in 3 accounts", ""}}},
		"an answer that is none": {gaps: map[string]map[string]account.Gap{first: {summary: {Cause: account.Undecodable, Sentence: "the answer to it is not one AWS gives: check proxies"}}}, worst: doctor.Problem,
			wants: []want{{doctor.Permissions, doctor.Problem, "not one AWS gives", "Check proxies"}}},
		"a list that was cut short": {change: func(a *doctor.AWS) {
			a.Listing = account.Gap{Call: "organizations:ListAccounts", Cause: account.Unavailable, Sentence: "AWS failed to answer: ask again in a few minutes"}
		}, worst: doctor.NotKnown, wants: []want{{doctor.Organization, doctor.NotKnown, "AWS failed to answer", "Ask again"}}},
		"a management role that is shut": {change: func(a *doctor.AWS) {
			a.ManagementRole = "arn:aws:iam::111122223333:role/Side"
			a.Listing = account.Gap{Call: "sts:AssumeRole", Cause: account.Denied, Sentence: "the management role could not be assumed: it is missing"}
		}, worst: doctor.Problem, wants: []want{{doctor.Organization, doctor.Problem, "The management role could not be assumed", "--for host"}}},
		"a plain member": {change: func(a *doctor.AWS) {
			a.Listed, a.Seen = a.Listed[1:2], a.Seen[1:2]
			a.Side[1].Gap = &account.Gap{Call: "organizations:ListAccounts", Cause: account.Denied}
		}, worst: doctor.Warning, wants: []want{{doctor.Organization, doctor.Warning, "only the account itself is read", "management_role_arn"}}},
		"an account in no organization": {change: func(a *doctor.AWS) {
			a.Listed, a.Seen = a.Listed[:1], a.Seen[:1]
			a.Listed[0].Role = account.Standalone
		}, worst: doctor.OK, wants: []want{{doctor.Organization, doctor.OK, "is in no organization", ""}}},
		"credentials that end soon": {change: func(a *doctor.AWS) { a.Standing.Expires = now.Add(5 * time.Minute) }, worst: doctor.Warning,
			wants: []want{{doctor.Credentials, doctor.Warning, "they end at 09:05 UTC", "aws sso login"}}},
		"credentials with time left": {change: func(a *doctor.AWS) { a.Standing.Expires = now.Add(time.Hour) }, worst: doctor.OK},
		"the root user itself": {change: func(a *doctor.AWS) { a.Standing.ARN = "arn:aws:iam::" + own + ":root" }, worst: doctor.Problem,
			wants: []want{{doctor.Credentials, doctor.Problem, "runs as the root user", "Delete root's access key"}}},
		"a region that refuses": {change: func(a *doctor.AWS) {
			a.Standing = awsorg.Standing{Region: "eu-south-2", Home: "us-east-1", HomeAnswers: true, AheadKnown: true, Gap: &account.Gap{Cause: account.BadCredentials, Sentence: "AWS does not accept them: sign in"}}
		}, worst: doctor.Problem, wants: []want{{doctor.Region, doctor.Problem, "does not answer in eu-south-2", "Set region: us-east-1"}}},
		"an AWS that is away": {change: func(a *doctor.AWS) {
			a.Standing = awsorg.Standing{Gap: &account.Gap{Cause: account.Unavailable, Sentence: "AWS could not be reached for sts:GetCallerIdentity: check the network"}}
		}, worst: doctor.NotKnown, wants: []want{{doctor.Credentials, doctor.NotKnown, "AWS could not be reached", "Check the network"}, {doctor.Clock, doctor.NotKnown, "did not tell its time", ""}}},
		"a profile that is not there": {change: func(a *doctor.AWS) {
			a.Opened = errors.New(`there is no AWS profile "prod": see aws configure list-profiles`)
		}, worst: doctor.Problem,
			wants: []want{{doctor.Credentials, doctor.Problem, `There is no AWS profile "prod"`, "See aws configure"}}},
		"features that may not be read": {change: func(a *doctor.AWS) {
			a.Seen[0].Answers = append(a.Seen[0].Answers, awsorg.Answer{Action: "iam:ListOrganizationsFeatures", Where: account.Management, Gap: &denied})
		}, worst: doctor.Problem, wants: []want{{doctor.Permissions, doctor.Problem, "AWS denies it for the organization", "--for management"}}},
		"only some were looked at": {change: func(a *doctor.AWS) { a.Seen = a.Seen[:2] }, worst: doctor.OK,
			wants: []want{{doctor.Accounts, doctor.OK, "2 of 3 active accounts were looked at", ""}}},
	} {
		a := organization(t, c.gaps)
		if c.change != nil {
			c.change(&a)
		}
		lines := a.Judge(now)
		expect(t, name, lines, c.wants...)
		if got := doctor.Worst(lines); got != c.worst {
			t.Errorf("%s: %s, want %s\n%s", name, got, c.worst, doctor.Table(lines, 120, false))
		}
		for _, l := range lines {
			if strings.Contains(l.Do, ":assumed-role/") {
				t.Errorf("%s: no policy may name a session: %s", name, l.Do)
			}
			if strings.HasPrefix(name, "a management role that is shut") && l.Area == doctor.Permissions && l.Status != doctor.OK {
				t.Errorf("%s: it is no lack of a permission: %+v", name, l)
			}
		}
	}
}

func TestJudgeBill(t *testing.T) {
	for name, c := range map[string]struct {
		bill doctor.Bill
		want want
	}{
		"switched off":  {doctor.Bill{Off: true}, want{doctor.Costs, doctor.OK, "does not have the bill read", ""}},
		"paid":          {doctor.Bill{Asked: true}, want{doctor.Costs, doctor.OK, "answered one request, for $0.01", ""}},
		"never read":    {doctor.Bill{}, want{doctor.Costs, doctor.NotKnown, "never read", "--paid"}},
		"went well":     {doctor.Bill{Ran: true}, want{doctor.Costs, doctor.OK, "as the store remembers it", ""}},
		"went wrong":    {doctor.Bill{Ran: true, Trouble: "AWS denied ce:GetCostAndUsage: allow it"}, want{doctor.Costs, doctor.Problem, "AWS denied ce:GetCostAndUsage (so said the last reading", "Allow it"}},
		"capped":        {doctor.Bill{Asked: true, Gap: &account.Gap{Cause: account.OverBudget, Sentence: "the cap is reached: wait"}}, want{doctor.Costs, doctor.NotKnown, "The cap is reached", "Wait"}},
		"not ready yet": {doctor.Bill{Asked: true, Gap: &account.Gap{Cause: account.Unavailable, Sentence: "Cost Explorer's data is not ready: a first use takes AWS up to 24 hours"}}, want{doctor.Costs, doctor.NotKnown, "not ready", "24 hours"}},
		"not enabled":   {doctor.Bill{Asked: true, Gap: &account.Gap{Cause: account.NotEnabled, Sentence: "Cost Explorer is not enabled: open it once"}}, want{doctor.Costs, doctor.Problem, "not enabled", "Open it once"}},
	} {
		a := organization(t, nil)
		a.Bill = c.bill
		expect(t, name, a.Judge(now), c.want)
	}
}

func TestJudgeClock(t *testing.T) {
	for ahead, c := range map[time.Duration]want{
		0:                                 {doctor.Clock, doctor.OK, "agrees", ""},
		-time.Minute:                      {doctor.Clock, doctor.OK, "agrees", ""},
		61 * time.Second:                  {doctor.Clock, doctor.Warning, "1m1s ahead of AWS's", "NTP"},
		-5 * time.Minute:                  {doctor.Clock, doctor.Warning, "behind", "NTP"},
		5*time.Minute + time.Second:       {doctor.Clock, doctor.Problem, "ahead of", "Set this machine's clock"},
		-(10*time.Minute + 2*time.Second): {doctor.Clock, doctor.Problem, "10m2s behind AWS's", "Set this machine's clock"},
	} {
		expect(t, ahead.String(), []doctor.Line{doctor.JudgeClock("AWS", ahead, true)}, c)
	}
	expect(t, "unknown", []doctor.Line{doctor.JudgeClock("Slack", 0, false)}, want{doctor.Clock, doctor.NotKnown, "Slack did not tell its time", ""})
}

func TestJudgeStore(t *testing.T) {
	whole := store.Standing{Path: "/var/lib/rootwatch.db", Directory: "/var/lib", Exists: true, Size: 4096, Schema: 3, Newest: 3, Free: 1 << 40, FreeKnown: true}
	with := func(change func(*store.Standing)) store.Standing {
		s := whole
		change(&s)
		return s
	}
	for name, c := range map[string]struct {
		s    store.Standing
		want want
	}{
		"fine":         {whole, want{doctor.Store, doctor.OK, "schema 3, 4.0 KiB", ""}},
		"new":          {with(func(s *store.Standing) { s.Exists = false }), want{doctor.Store, doctor.OK, "there is none yet", ""}},
		"older":        {with(func(s *store.Standing) { s.Schema = 2 }), want{doctor.Store, doctor.OK, "its schema is 2; this version brings it to 3", ""}},
		"held":         {with(func(s *store.Standing) { s.Held, s.Holder = true, 4711 }), want{doctor.Store, doctor.OK, "process 4711 works it", ""}},
		"read-only":    {with(func(s *store.Standing) { s.Unwritable = "cannot be written: read-only file system" }), want{doctor.Store, doctor.Problem, "read-only file system", "write access"}},
		"a full disk":  {with(func(s *store.Standing) { s.Free = 63 << 20 }), want{doctor.Store, doctor.Problem, "63 MiB left, less than the 64 MiB", "Make room"}},
		"unknown disk": {with(func(s *store.Standing) { s.Free, s.FreeKnown = 0, false }), want{doctor.Store, doctor.OK, "schema 3", ""}},
		"damaged": {with(func(s *store.Standing) {
			s.Trouble = errors.New("the store /var/lib/rootwatch.db is damaged (malformed); it was left as it is: restore a copy")
		}), want{doctor.Store, doctor.Problem, "The store /var/lib/rootwatch.db is damaged (malformed)", "restore a copy"}},
	} {
		expect(t, name, doctor.JudgeStore(c.s), c.want)
	}
	pg := store.PostgresStanding{Where: "rootwatch on db:5432", Server: "17.2", Schema: 3, Newest: 3, Serving: 2}
	expect(t, "Postgres", doctor.JudgePostgres(pg), want{doctor.Store, doctor.OK, "Postgres 17.2, schema 3, 2 processes serve it", ""}, want{doctor.Clock, doctor.OK, "agrees with Postgres's", ""})
	pg.Ahead = -7 * time.Minute
	expect(t, "Postgres, whose clock is off", doctor.JudgePostgres(pg), want{doctor.Clock, doctor.Problem, "7m0s behind Postgres's", "the database's"})
	pg.Trouble = errors.New("nothing listens at the Postgres server db:5432 (connection refused); start it, or mend host and port in store.url")
	expect(t, "no Postgres", doctor.JudgePostgres(pg), want{doctor.Store, doctor.Problem, "Nothing listens", "Start it"})
}

func TestJudgeSlack(t *testing.T) {
	whole := func() doctor.Workspace {
		return doctor.Workspace{
			SigningSecret: true, SecretFits: true, AppToken: true, Wanted: []string{"commands", "chat:write.public"},
			Standing: slack.Standing{Team: "T0TEST0000", TeamName: "example", User: "rootwatch", Scopes: []string{"commands", "chat:write.public"}, AheadKnown: true},
			Channels: []doctor.Channel{{Key: "organizations[0].channels.digest", ChannelStanding: slack.ChannelStanding{ID: "C0DIGEST00", Name: "digest"}}},
		}
	}
	locked := &bot.Fault{Kind: bot.Locked, Code: "token_revoked"}
	away := &bot.Fault{Kind: bot.Unreachable, Code: "unreachable"}
	for name, c := range map[string]struct {
		change func(w *doctor.Workspace)
		want   want
	}{
		"fine":                      {func(*doctor.Workspace) {}, want{doctor.Channels, doctor.OK, "is public, and the bot may post there", ""}},
		"a member":                  {func(w *doctor.Workspace) { w.Channels[0].Member, w.Channels[0].Private = true, true }, want{doctor.Channels, doctor.OK, "the bot is in #digest", ""}},
		"private, and not in it":    {func(w *doctor.Workspace) { w.Channels[0].Private = true }, want{doctor.Channels, doctor.Problem, "the bot is not in #digest", "/invite"}},
		"public, without the right": {func(w *doctor.Workspace) { w.Standing.Scopes = w.Standing.Scopes[:1] }, want{doctor.Channels, doctor.Problem, "the bot is not in #digest", "/invite"}},
		"a scope":                   {func(w *doctor.Workspace) { w.Standing.Scopes = w.Standing.Scopes[1:] }, want{doctor.Scopes, doctor.Problem, "the bot token lacks commands", "install the app again"}},
		"scopes untold":             {func(w *doctor.Workspace) { w.Standing.Scopes = nil }, want{doctor.Scopes, doctor.NotKnown, "does not say", "rootwatch manifest"}},
		"archived":                  {func(w *doctor.Workspace) { w.Channels[0].Archived = true }, want{doctor.Channels, doctor.Problem, "#digest is archived", "Unarchive"}},
		"no such channel": {func(w *doctor.Workspace) {
			w.Channels[0].Err = &bot.Fault{Kind: bot.Refused, Code: "channel_not_found"}
		}, want{doctor.Channels, doctor.Problem, "channel_not_found", "correct the id"}},
		"a channel not to be seen": {func(w *doctor.Workspace) {
			w.Channels[0].Err = &bot.Fault{Kind: bot.Locked, Code: "missing_scope", Sentence: `The app lacks the scope "groups:read".`}
		}, want{doctor.Channels, doctor.NotKnown, "lacks the scope to look", "groups:read"}},
		"a channel, too busy": {func(w *doctor.Workspace) { w.Channels[0].Err = &bot.Fault{Kind: bot.RateLimited, Code: "ratelimited"} }, want{doctor.Channels, doctor.NotKnown, "ratelimited", "Ask again"}},
		"bot token revoked":   {func(w *doctor.Workspace) { w.Refused = locked }, want{doctor.Slack, doctor.Problem, "token_revoked", "Install the app again"}},
		"Slack is away":       {func(w *doctor.Workspace) { w.Refused = away }, want{doctor.Slack, doctor.NotKnown, "did not answer", "slack.api_url"}},
		"app token revoked":   {func(w *doctor.Workspace) { w.Socket = locked }, want{doctor.Slack, doctor.Problem, "token_revoked", "connections:write"}},
		"signing secret":      {func(w *doctor.Workspace) { w.SecretFits = false }, want{doctor.Slack, doctor.Problem, "not 32 hexadecimal digits", "Basic Information"}},
		"no bot token":        {func(w *doctor.Workspace) { w.NoToken = true }, want{doctor.Slack, doctor.OK, "gives it an address for Socket Mode", ""}},
	} {
		w := whole()
		c.change(&w)
		expect(t, name, w.Judge(), c.want)
	}
	for text, fits := range map[string]bool{"0123456789abcdef0123456789abcdef": true, "0123456789ABCDEF0123456789abcdef": false, "0123456789abcdef": false, "": false} {
		if doctor.SecretFits(text) != fits {
			t.Errorf("%q fits: %v", text, !fits)
		}
	}
}

func TestJudgeConfiguration(t *testing.T) {
	alone := &config.Config{Organizations: make([]config.Organization, 1)}
	set := &config.Config{Organizations: alone.Organizations, Slack: config.SlackOptions{BotToken: secret.New("xoxb-test")}}
	fault := config.Faults{{File: "rootwatch.yaml", Line: 3, Key: "time_zone", Sentence: "is wrong"}}
	for name, c := range map[string]struct {
		p     config.Partial
		named bool
		want  want
	}{
		"none":              {config.Partial{Faults: fault}, false, want{doctor.Configuration, doctor.OK, "there is none", ""}},
		"fine":              {config.Partial{Config: set}, true, want{doctor.Configuration, doctor.OK, "1 organization, nothing is wrong", ""}},
		"a fault":           {config.Partial{Config: set, Faults: fault}, true, want{doctor.Configuration, doctor.Problem, "is wrong", "config example"}},
		"unreadable":        {config.Partial{Faults: fault}, true, want{doctor.Configuration, doctor.Problem, "is wrong", "config example"}},
		"missing for serve": {config.Partial{Config: set, Missing: fault}, true, want{doctor.Configuration, doctor.Problem, "is wrong", ""}},
		"without Slack":     {config.Partial{Config: alone, Missing: fault}, true, want{doctor.Configuration, doctor.Warning, "nothing of Slack is set up", "rootwatch manifest"}},
	} {
		expect(t, name, doctor.JudgeConfiguration("rootwatch.yaml", c.p, c.named), c.want)
	}
	expect(t, "a schedule", []doctor.Line{doctor.JudgeSchedule("schedules.digest", "0 9 * * *", now)}, want{doctor.Schedules, doctor.OK, "next on Sunday 22 November at 09:00 UTC", ""})
	expect(t, "no schedule", []doctor.Line{doctor.JudgeSchedule("schedules.digest", "0 9 30 2 *", time.Time{})}, want{doctor.Schedules, doctor.Problem, "never comes", "five fields"})
}

func TestTable(t *testing.T) {
	many := make([]string, 20)
	for i := range many {
		many[i] = own
	}
	lines := doctor.Sorted([]doctor.Line{
		{Area: doctor.Slack, Organization: "a", Status: doctor.OK, Found: "fine"},
		{Area: doctor.Accounts, Organization: "b", Subject: "Audit", Accounts: many, Status: doctor.Problem, Found: "bad \x1b[31m thing", Do: "mend it " + strings.Repeat("well ", 40)},
	})
	text := doctor.Table(lines, 80, false)
	for _, part := range []string{"Accounts\n  problem    b: Audit: bad ?[31m thing", "and 12 more", "Slack\n  ok         a: fine", "1 ok, 0 warnings, 1 problem, 0 not known."} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in\n%s", part, text)
		}
	}
	for line := range strings.Lines(text) {
		if len(line) > 81 || strings.HasSuffix(line, " \n") {
			t.Errorf("%q is too long, or ends in blanks", line)
		}
	}
	if coloured := doctor.Table(lines, 80, true); !strings.Contains(coloured, "\x1b[") || strings.Contains(text, "\x1b") {
		t.Error("colour is not where it belongs")
	}
	if got := doctor.Worst(append(lines, doctor.Line{Status: doctor.NotKnown})); got != doctor.Problem {
		t.Errorf("the worst is %s", got)
	}
}
