package bottest

import (
	"slices"
	"time"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/spend"
)

// compromisedSpike is a rise in regions that were never used, after root was.
func compromisedSpike() bot.SpikeAlert {
	m := SpikeAlert()
	m.Incident.Region = "us-west-2"
	m.Assessment = checks.Assess(checks.IncidentCase{Incident: m.Incident, At: Now, Bill: newRegions(m.Incident),
		Report: &checks.Report{ObservedAt: Now, Roster: &checks.Roster{At: Now}, Findings: []checks.Finding{
			{CheckID: "root-usage", Status: checks.Fail, FirstSeen: Now}, {CheckID: "cloudtrail-on", Status: checks.Pass, FirstSeen: Now.AddDate(0, -3, 0)},
			{CheckID: "root-mfa", Status: checks.Fail, Severity: checks.Critical, FirstSeen: Now.AddDate(0, -3, 0)},
		}},
		Root: checks.History{RootUses: []checks.RootUse{{At: m.Incident.Since.Time().Add(-20 * time.Minute), Kind: checks.UsedPassword}}},
	})
	return m
}

// newRegions is a bill of sixty quiet days in one region, and then two more.
func newRegions(i spend.Incident) spend.Ledger {
	look := spend.Look{Observed: i.Day + 2}
	for day := i.Since - 60; day <= i.Day; day++ {
		look.Read = append(look.Read, day)
		for _, region := range []string{"eu-central-1", "us-west-2", "ap-south-1"} {
			if region == "eu-central-1" || day >= i.Since {
				look.Changes = append(look.Changes, spend.Amount{Service: i.Service, Region: region, Day: day, Value: 560})
			}
		}
	}
	return spend.Ledger{Account: i.Account, Currency: i.Currency, Looks: []spend.Look{look}}
}

// grownSpike is a slow rise at home of an account to which nothing happened.
func grownSpike() bot.SpikeAlert {
	m := SpikeAlert()
	m.Assessment = checks.Assessment{Leaning: checks.LikeGrowth, At: Now, Signs: []checks.Sign{
		{Name: "slow", Weight: -2, Sentence: "It took 9 days to reach half of its height."},
		{Name: "known_series", Weight: -2, Sentence: "Service and region were both in use before."},
		{Name: "abused_service", Weight: 1, Sentence: "EC2 is what thieves take as machines to mine on."},
	}}
	return m
}

// unreadSpike is of an account that nobody checked.
func unreadSpike() bot.SpikeAlert {
	m := SpikeAlert()
	m.Assessment = checks.Assess(checks.IncidentCase{Incident: m.Incident, At: Now})
	return m
}

// spoiledAssessment holds more of everything than a message may.
func spoiledAssessment(s string) checks.Assessment {
	a := checks.Assessment{Leaning: checks.LikeCompromise, At: Now}
	for n := range 40 {
		a.Signs = append(a.Signs, checks.Sign{Name: s, Weight: 1 - 2*(n%2), Sentence: s})
	}
	a.Unread = slices.Repeat([]string{s}, 20)
	a.Next = slices.Repeat([]checks.NextStep{{Text: s, URL: "https://docs.aws.amazon.com/"}}, 20)
	return a
}
