package bottest

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// HomeSample is a state of App Home with a name that can be a file's.
type HomeSample struct {
	Name string
	Home bot.Home
}

// Homes is App Home in every form it takes.
func Homes() []HomeSample {
	return []HomeSample{
		{"home", Home()},
		{"home_quiet", homeOf(quietPart())},
		{"home_new", homeOf(bot.HomePart{Fleet: bot.Fleet{Scope: scope}, Money: &bot.Money{Trouble: "No cost has been read yet."}, NextDigest: Now.Add(4 * time.Hour)})},
		{"home_5000", homeOf(largePart())},
		{"home_two", homeOf(homePart(), govPart())},
		{"home_none", homeOf()},
	}
}

// Home is an organization in which something needs a person.
func Home() bot.Home { return homeOf(homePart()) }

func homeOf(parts ...bot.HomePart) bot.Home { return bot.Home{At: Now, Parts: parts} }

func homePart() bot.HomePart {
	m := money()
	taken := acknowledged(SpikeAlert()).Incident
	first := firstSpend().Incident
	first.AccountName, first.Account = "sandbox-dev", accounts["sandbox-dev"]
	m.OpenSpikes, m.Spikes = 2, []string{"EC2 in prod-payments", "SageMaker in sandbox-dev"}
	return bot.HomePart{
		Fleet: fleet(), Money: &m, Spikes: []spend.Incident{taken, first}, NextDigest: Now.Add(4 * time.Hour),
		Trouble: []string{
			"The sweep of 21 Nov 03:00 was missed.",
			"Slack refused 2 messages. The log says which channel, and what to do.",
		},
	}
}

func quietPart() bot.HomePart {
	d := quietDigest()
	return bot.HomePart{Fleet: d.Fleet, Money: d.Money, NextDigest: d.Next}
}

// govPart is a second organization, without cost.
func govPart() bot.HomePart {
	f := cleanFleet()
	f.Scope = account.Scope{Partition: "aws-us-gov", Organization: "acme-gov"}
	return bot.HomePart{Fleet: f, NextDigest: Now.Add(4 * time.Hour)}
}

func largePart() bot.HomePart {
	p := homePart()
	p.Fleet = largeFleet()
	p.Spikes = nil
	for n, i := range spikeList(bot.MaxOpen, bot.MaxOpen).Incidents {
		i.Since -= spend.Day(n)
		p.Spikes = append(p.Spikes, i)
	}
	p.Money.OpenSpikes = 60
	return p
}

// SpoiledHome is App Home at its largest, of three organizations, with s in the
// place of each string that a stranger may have written.
func SpoiledHome(s string) bot.Home {
	huge := decimal.RequireFromString("987654321987654321.98")
	alert := SpikeAlert()
	spoilAlert(&alert, s, huge)
	alert.Incident.AcknowledgedBy, alert.Incident.AcknowledgedName = s, s
	part := bot.HomePart{
		Fleet: spoiledFleet(s), NextDigest: Now, Trouble: slices.Repeat([]string{s}, 50),
		Spikes: slices.Repeat([]spend.Incident{alert.Incident}, bot.MaxOpen),
		Money:  &bot.Money{Trouble: s, Day: day("2026-11-20"), Total: huge, Currency: s, MonthToDate: huge, Provisional: true, AsOf: Now, OpenSpikes: 5000, RequestsToday: 100, RequestsMonth: 3000},
	}
	return homeOf(slices.Repeat([]bot.HomePart{part}, 3)...)
}
