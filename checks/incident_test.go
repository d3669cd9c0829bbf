package checks_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// spikeDay is a Tuesday; the incident began on it.
var spikeDay = spend.DayOf(time.Date(2026, time.November, 17, 0, 0, 0, 0, time.UTC))

const ec2 = "Amazon Elastic Compute Cloud - Compute"

// calmCase is a rise of a known service and region in an account of which all
// was read and to which nothing happened.
func calmCase() checks.IncidentCase {
	id := mustID("111122223333")
	at := spikeDay.Time().Add(54 * time.Hour)
	old := at.AddDate(0, -2, 0)
	i := spend.Incident{Open: true, Spike: spend.Spike{
		Key: spend.Key{Account: id, Service: "Amazon Relational Database Service", Region: "eu-west-1"},
		Day: spikeDay, Since: spikeDay, Currency: "USD", Reason: spend.AboveUsual,
		Actual: decimal.NewFromInt(300), Expected: decimal.NewFromInt(100), Excess: decimal.NewFromInt(200),
	}}
	i.Recent = points(100, 100, 100, 300)
	bill := spend.Ledger{Account: id, Currency: "USD", Looks: []spend.Look{{Observed: spikeDay + 2}}}
	for day := spikeDay - 60; day <= spikeDay; day++ {
		bill.Looks[0].Read = append(bill.Looks[0].Read, day)
	}
	bill.Looks[0].Changes = slices.Concat(series(i.Service, i.Region, 100, 300), series(ec2, "eu-west-1", 200, 200))
	report := &checks.Report{AccountID: id, ObservedAt: at.Add(-time.Hour), Roster: &checks.Roster{At: at.Add(-time.Hour)}, Findings: []checks.Finding{
		{CheckID: "root-usage", Status: checks.Pass, FirstSeen: old},
		{CheckID: "cloudtrail-on", Status: checks.Pass, FirstSeen: old},
		{CheckID: "root-mfa", Status: checks.Pass, Severity: checks.Critical, FirstSeen: old},
	}}
	return checks.IncidentCase{Incident: i, Bill: bill, Report: report, At: at,
		Credentials: account.Known(account.CredentialReport{GeneratedAt: at.Add(-time.Hour)})}
}

// points end on spikeDay.
func points(amounts ...int64) []spend.Point {
	var ps []spend.Point
	for n, v := range amounts {
		ps = append(ps, spend.Point{Day: spikeDay - spend.Day(len(amounts)-1-n), Amount: decimal.NewFromInt(v)})
	}
	return ps
}

// series costs usual on each of sixty days, and then newest.
func series(service, region string, usual, newest float64) []spend.Amount {
	var all []spend.Amount
	for day := spikeDay - 60; day < spikeDay; day++ {
		all = append(all, spend.Amount{Service: service, Region: region, Day: day, Value: usual})
	}
	return append(all, spend.Amount{Service: service, Region: region, Day: spikeDay, Value: newest})
}

// looks has one more look at the case's bill, which changes amounts.
func looks(c *checks.IncidentCase, amounts []spend.Amount) {
	c.Bill.Looks = append(slices.Clone(c.Bill.Looks), spend.Look{Observed: spikeDay + 2, Changes: amounts})
}

// acts each make a case more suspicious, by one thing that happened.
var acts = map[string]func(*checks.IncidentCase){
	"root_used": func(c *checks.IncidentCase) {
		c.Root.RootUses = append(c.Root.RootUses, checks.RootUse{At: spikeDay.Time().Add(-71 * time.Hour), Kind: checks.UsedPassword})
	},
	"root_key": func(c *checks.IncidentCase) {
		c.Changes = append(c.Changes, checks.Change{CheckID: "root-access-keys", Kind: checks.Opened, At: spikeDay.Time().Add(-time.Hour)})
	},
	"new_admin": func(c *checks.IncidentCase) {
		c.Changes = append(c.Changes, checks.Change{CheckID: "admin-by-group", Kind: checks.AdminAdded, Short: "New admin: user mallory", At: spikeDay.Time().Add(time.Hour)})
	},
	"new_keys": func(c *checks.IncidentCase) {
		r, _ := c.Credentials.Get()
		row := account.UserRow{Name: "deploy"}
		row.Keys[0].RotatedAt = account.Use{State: account.UseAt, At: spikeDay.Time().Add(-24 * time.Hour)}
		r.Users = append(slices.Clone(r.Users), row)
		c.Credentials = account.Known(r)
	},
	"trail_stopped": func(c *checks.IncidentCase) {
		setFinding(c, checks.Finding{CheckID: "cloudtrail-on", Status: checks.Fail, FirstSeen: spikeDay.Time()})
	},
	"root_open": func(c *checks.IncidentCase) {
		setFinding(c, checks.Finding{CheckID: "root-mfa", Status: checks.Fail, Severity: checks.Critical, FirstSeen: spikeDay.Time().AddDate(0, -3, 0)})
	},
	"new_region": func(c *checks.IncidentCase) {
		looks(c, series(ec2, "ap-south-1", 0, 80))
	},
	"several_regions": func(c *checks.IncidentCase) {
		for _, region := range []string{"ap-south-2", "sa-east-1"} {
			looks(c, series(ec2, region, 0, 80))
		}
	},
	"weekend": func(c *checks.IncidentCase) { c.Incident.Since = spikeDay - 2 },
	"tiny_account": func(c *checks.IncidentCase) {
		looks(c, slices.Concat(series(c.Incident.Service, c.Incident.Region, 1, 300), series(ec2, "eu-west-1", 1, 200)))
	},
}

func setFinding(c *checks.IncidentCase, f checks.Finding) {
	report := *c.Report
	report.Findings = slices.Clone(report.Findings)
	for n := range report.Findings {
		if report.Findings[n].CheckID == f.CheckID {
			report.Findings[n] = f
		}
	}
	c.Report = &report
}

func signNames(a checks.Assessment) []string {
	var names []string
	for _, s := range a.Signs {
		names = append(names, s.Name)
	}
	return names
}

func TestAssessNothing(t *testing.T) {
	a := checks.Assess(checks.IncidentCase{})
	if a.Leaning != checks.CannotTell || len(a.Signs) != 0 || len(a.Unread) == 0 {
		t.Errorf("an empty case is assessed to %+v", a)
	}
	c := calmCase()
	c.Report, c.Credentials = nil, account.Fact[account.CredentialReport]{}
	acts["several_regions"](&c)
	acts["weekend"](&c)
	acts["tiny_account"](&c)
	a = checks.Assess(c)
	if a.Leaning != checks.CannotTell || a.Score() < 5 || len(a.Next) == 0 {
		t.Errorf("a bill alone is assessed to %s with %d points and %d steps: %v", a.Leaning, a.Score(), len(a.Next), signNames(a))
	}
}

func TestAssessEachSign(t *testing.T) {
	calm := checks.Assess(calmCase())
	if calm.Leaning != checks.LikeGrowth || len(calm.Unread) > 0 || len(calm.Next) > 0 {
		t.Fatalf("a calm case: %+v", calm)
	}
	for name, act := range acts {
		c := calmCase()
		act(&c)
		a := checks.Assess(c)
		if !slices.Contains(signNames(a), name) {
			t.Errorf("%s: the signs are %v", name, signNames(a))
		}
		if a.Score() <= calm.Score() {
			t.Errorf("%s: %d points, calm has %d", name, a.Score(), calm.Score())
		}
	}
}

func TestAssessStories(t *testing.T) {
	for _, tt := range []struct {
		name string
		with func(*checks.IncidentCase)
		want checks.Leaning
	}{
		{"miners in two new regions on a weekend", func(c *checks.IncidentCase) {
			acts["several_regions"](c)
			acts["weekend"](c)
			c.Incident.Service, c.Incident.Region = ec2, "sa-east-1"
		}, checks.LikeCompromise},
		{"root used, then a new region", func(c *checks.IncidentCase) {
			acts["root_used"](c)
			acts["new_region"](c)
		}, checks.LikeCompromise},
		{"a trail that stopped and a new key", func(c *checks.IncidentCase) {
			acts["trail_stopped"](c)
			acts["new_keys"](c)
		}, checks.LikeCompromise},
		{"root used alone", acts["root_used"], checks.CannotTell},
		{"a team goes abroad", acts["new_region"], checks.CannotTell},
		{"EC2 doubles at home on one day", func(c *checks.IncidentCase) { c.Incident.Service = ec2 }, checks.CannotTell},
		{"slow growth at home", func(c *checks.IncidentCase) {
			c.Incident.Recent = points(100, 125, 130, 140, 150, 160, 170, 180, 190, 210, 300)
			c.Incident.Service = ec2
		}, checks.LikeGrowth},
		{"nothing of root was read", func(c *checks.IncidentCase) {
			setFinding(c, checks.Finding{CheckID: "root-usage", Status: checks.Unknown})
		}, checks.CannotTell},
		{"no roster", func(c *checks.IncidentCase) { r := *c.Report; r.Roster = nil; c.Report = &r }, checks.CannotTell},
		{"no credential report", func(c *checks.IncidentCase) { c.Credentials = account.Fact[account.CredentialReport]{} }, checks.CannotTell},
		{"checked before it began", func(c *checks.IncidentCase) {
			r := *c.Report
			r.ObservedAt = spikeDay.Time().Add(-time.Minute)
			c.Report = &r
		}, checks.CannotTell},
		{"little history", func(c *checks.IncidentCase) {
			c.Bill.Looks = slices.Clone(c.Bill.Looks)
			c.Bill.Looks[0].Read = c.Bill.Looks[0].Read[40:]
		}, checks.CannotTell},
		{"a bill without regions", func(c *checks.IncidentCase) {
			for n := range c.Bill.Looks[0].Changes {
				c.Bill.Looks[0].Changes[n].Region = ""
			}
			c.Incident.Region = ""
		}, checks.CannotTell},
		{"first checked yesterday", func(c *checks.IncidentCase) {
			r := *c.Report
			r.Findings = slices.Clone(r.Findings)
			for n := range r.Findings {
				r.Findings[n].FirstSeen = r.ObservedAt
			}
			c.Report = &r
		}, checks.CannotTell},
	} {
		c := calmCase()
		tt.with(&c)
		a := checks.Assess(c)
		if a.Leaning != tt.want {
			t.Errorf("%s: %s with %d points, want %s\n%v\n%v", tt.name, a.Leaning, a.Score(), tt.want, signNames(a), a.Unread)
		}
		soundAssessment(t, a)
	}
}

// soundAssessment: never a bare label, and sentences throughout.
func soundAssessment(t *testing.T, a checks.Assessment) {
	t.Helper()
	if a.Label() == "" || len(a.Signs)+len(a.Unread) == 0 {
		t.Errorf("a bare label: %+v", a)
	}
	for _, s := range a.Signs {
		if s.Weight == 0 || s.Name == "" || !strings.HasSuffix(s.Sentence, ".") {
			t.Errorf("sign %+v", s)
		}
	}
	for _, s := range a.Unread {
		if !strings.HasSuffix(s, ".") {
			t.Errorf("unread %q is no sentence", s)
		}
	}
	if a.Leaning == checks.LikeCompromise && len(a.Next) == 0 || a.Leaning == checks.LikeGrowth && (len(a.Next) > 0 || len(a.Unread) > 0) {
		t.Errorf("%s with %d steps and unread %v", a.Leaning, len(a.Next), a.Unread)
	}
}

// What is more suspicious never looks more like growth, and what is taken away
// from the reading never does either.
func TestAssessNeverCalmsDown(t *testing.T) {
	rank := map[checks.Leaning]int{checks.LikeGrowth: 0, checks.CannotTell: 1, checks.LikeCompromise: 2}
	names := slices.Sorted(maps.Keys(acts))
	blur := []func(*checks.IncidentCase){
		func(c *checks.IncidentCase) {
			setFinding(c, checks.Finding{CheckID: "root-usage", Status: checks.Unknown})
		},
		func(c *checks.IncidentCase) {
			setFinding(c, checks.Finding{CheckID: "cloudtrail-on", Status: checks.Unknown})
		},
		func(c *checks.IncidentCase) { r := *c.Report; r.Roster = nil; c.Report = &r },
		func(c *checks.IncidentCase) { c.Credentials = account.Fact[account.CredentialReport]{} },
		func(c *checks.IncidentCase) { c.Bill = spend.Ledger{} },
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range draws {
		c := calmCase()
		if r.IntN(2) == 0 {
			c.Incident.Service = ec2
		}
		for range r.IntN(4) {
			acts[pick(r, names...)](&c)
		}
		before := checks.Assess(c)
		soundAssessment(t, before)
		more := c
		act := pick(r, names...)
		acts[act](&more)
		if after := checks.Assess(more); rank[after.Leaning] < rank[before.Leaning] || after.Score() < before.Score() {
			t.Fatalf("%s moved it from %s (%v) to %s (%v)", act, before.Leaning, signNames(before), after.Leaning, signNames(after))
		}
		n := r.IntN(len(blur))
		less := c
		blur[n](&less)
		if after := checks.Assess(less); after.Leaning == checks.LikeGrowth {
			t.Fatalf("blur %d made %s look like growth: %v", n, before.Leaning, signNames(after))
		}
	}
}
