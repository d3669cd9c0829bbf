package bottest

import (
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks/spend"
)

// money is the organization's bill, with the spike of SpikeAlert in it.
func money() bot.Money {
	return bot.Money{
		Day: day("2026-11-20"), Total: usd("5904.83"), Usual: usd("4540.11"), Currency: "USD", MonthToDate: usd("90912.4"),
		Adjustments: usd("-120.5"), AfterCredits: &afterCredits, Forecast: forecast(), AsOf: Now, LargestRise: "EC2 in prod-payments", LargestRiseBy: usd("1364.72"),
		OpenSpikes: 1, Spikes: []string{"EC2 in prod-payments"}, RequestsToday: 2, RequestsMonth: 44,
	}
}

var afterCredits = usd("90791.9")

func forecast() *spend.Forecast {
	return &spend.Forecast{Month: day("2026-11-01"), Through: day("2026-11-20"), Total: usd("143180.2"), Low: usd("137420"), High: usd("151900.4"), Days: 124}
}

func usd(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func day(s string) spend.Day {
	d, err := spend.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// points ends on the samples' newest whole day.
func points(amounts ...string) []spend.Point {
	var recent []spend.Point
	for i, amount := range amounts {
		recent = append(recent, spend.Point{Day: day("2026-11-20") - spend.Day(len(amounts)-1-i), Amount: usd(amount)})
	}
	return recent
}

// Point is what the nth day of a chart cost.
func Point(n int, amount string) spend.Point {
	return spend.Point{Day: day("2026-11-01") + spend.Day(n), Amount: usd(amount)}
}

// SpikeAlert is a new rise of a known service.
func SpikeAlert() bot.SpikeAlert {
	return bot.SpikeAlert{
		Scope: scope, Word: spend.First, AsOf: Now, IfItLasts: usd("13647.2"),
		Incident: spend.Incident{
			Spike: spend.Spike{
				Key:         spend.Key{Account: accounts["prod-payments"], Service: "Amazon Elastic Compute Cloud - Compute", Region: "us-west-2"},
				AccountName: "prod-payments", Day: day("2026-11-20"), Since: day("2026-11-19"),
				Actual: usd("1930.12"), Expected: usd("565.4"), Excess: usd("1364.72"), Currency: "USD",
				Baseline: spend.Baseline{Expected: 565.4, Spread: 12, Weekday: true}, Reason: spend.AboveUsual,
				Sure: spend.Certain, Share: 0.39,
				Why:     "$1,930.12 on 20 Nov is $1,364.72 (241 %) above the usual $565.40 of a Friday; the most it rose before is $31.20, its usual variation 5 %, and a rise counts from $34.50 a day.",
				Drivers: []spend.Driver{{Name: "EC2 - Other in us-west-2", Excess: usd("118")}, {Name: "AmazonCloudWatch in us-west-2", Excess: usd("64")}},
				Recent:  points("551", "560.5", "571", "566", "580", "549", "562", "570", "565", "559", "568", "575", "1020", "1930.12"),
			},
			Peak: usd("1930.12"), Extra: usd("1819.32"), ToldDay: day("2026-11-20"), ToldPeak: usd("1930.12"), Open: true,
		},
	}
}

// spikeAs is the alert with another word; the last is said a day later.
func spikeAs(word spend.Word, reply bool) bot.SpikeAlert {
	m := SpikeAlert()
	m.Word, m.Reply = word, reply
	if word == spend.Over {
		m.AsOf, m.IfItLasts = Now.Add(24*time.Hour), decimal.Zero
		m.Incident.Open, m.Incident.EndedOn, m.Incident.Why = false, day("2026-11-21"), "$571 on 21 Nov is back to usual."
	}
	return m
}

// acknowledged is the alert after somebody pressed its button.
func acknowledged(m bot.SpikeAlert) bot.SpikeAlert {
	m.Incident.AcknowledgedBy, m.Incident.AcknowledgedName, m.Incident.AcknowledgedAt = "U01ALICE", "alice", Now.Add(11*time.Minute)
	return m
}

// acknowledgement is the word on it in the alert's thread.
func acknowledgement() bot.SpikeAlert {
	m := acknowledged(SpikeAlert())
	m.Reply, m.Acknowledged = true, true
	return m
}

// provisionalSpike is of a day whose figures AWS has not completed.
func provisionalSpike() bot.SpikeAlert {
	m := SpikeAlert()
	m.AsOf, m.Incident.Provisional = Now.Add(-24*time.Hour), true
	return m
}

func firstSpend() bot.SpikeAlert {
	m := SpikeAlert()
	m.IfItLasts = usd("4120")
	i := &m.Incident
	i.Service, i.Reason, i.Drivers, i.Since = "Amazon SageMaker", spend.FirstSpend, nil, i.Day
	i.Actual, i.Expected, i.Excess, i.Peak, i.Extra, i.ToldPeak = usd("412"), decimal.Zero, usd("412"), usd("412"), usd("412"), usd("412")
	i.Baseline = spend.Baseline{Days: 56}
	i.Why = "It is the first spend in this service in 56 days, above $10."
	i.Recent = points("0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "412")
	return m
}

func spendAll() bot.SpendAnswer {
	return bot.SpendAnswer{
		Scope: scope, Subject: "all accounts", Money: money(), AskedBy: "U01ALICE",
		Recent: points("4120", "4080", "4520", "4555", "4531", "4560", "4540.11", "4131", "4090", "4526", "4561", "4548", "5012.3", "5904.83"),
		Top: []bot.SpendRow{
			row("prod-payments", "2610.4", "1245.2"), row("data-lake", "902.15", "898.4"), row("shop-frontend", "640.22", "652.1"),
			row("warehouse", "511.9", "505"), row("sandbox-dev", "412.4", "389.1"), row("build-tools", "236.75", "231.3"),
			row("marketing-site", "142.08", "140"), row("legacy-web", "96.31", "97.2"), row("intranet", "88.2", "87.95"), row("ml-research", "61.44", "60.1"),
		},
	}
}

func row(name, amount, usual string) bot.SpendRow {
	return bot.SpendRow{Name: name, Amount: usd(amount), Usual: usd(usual)}
}

// spendAccount is one account by service, of figures that are a day old.
func spendAccount() bot.SpendAnswer {
	return bot.SpendAnswer{
		Scope: scope, Subject: "sandbox-dev", Account: accounts["sandbox-dev"], AskedBy: "U01ALICE",
		Money: bot.Money{
			Trouble: "The bill could not be read today: AWS throttled us.",
			Day:     day("2026-11-20"), Total: usd("412.4"), Usual: usd("389.1"), Currency: "USD", MonthToDate: usd("7798.2"),
			Provisional: true, AsOf: Now.Add(-24 * time.Hour), LargestRise: "EC2 in sandbox-dev", LargestRiseBy: usd("12.7"),
			RequestsToday: 2, RequestsMonth: 44,
		},
		Recent: points("362", "358.4", "391", "394.2", "388", "390.6", "389.1", "360.2", "359", "392.5", "395", "390", "401.3", "412.4"),
		Top: []bot.SpendRow{
			row("EC2", "231.1", "218.4"), row("RDS", "96.24", "95.9"), row("S3", "48.06", "47.1"), row("CloudWatch", "22.5", "16.2"), row("Lambda", "14.5", "11.5"),
		},
	}
}

// spendByRegion is the bill of the organization in the words "by region".
func spendByRegion() bot.SpendAnswer {
	m := spendAll()
	rise, fall, all := 34.2, -2.6, 15.3
	row := func(name, total, month, before string, share float64, change *float64, daily ...string) spend.TallyRow {
		return spend.TallyRow{
			Name: name, Total: usd(total), MonthToDate: usd(month), PerDay: usd(total).Div(usd("14")).Round(2), Before: usd(before),
			Share: share, Compared: true, Change: change, Points: points(daily...),
		}
	}
	m.Tally = &spend.Tally{
		By: spend.ByRegion, From: day("2026-11-07"), To: day("2026-11-20"), Days: 14, Currency: "USD", Apart: usd("-84.35"),
		Rows: []spend.TallyRow{
			row("us-east-1", "44120.4", "63400.12", "3236.2", 69.4, &fall, "3210", "3190", "3140", "3150", "3160", "3120", "3150", "3170", "3140", "3150", "3130", "3160", "3120", "3130"),
			row("us-west-2", "12940.11", "18010", "688.7", 20.3, &rise, "690", "700", "688", "702", "695", "690", "701", "699", "688", "704", "699", "690", "1850", "1944"),
			row("eu-central-1", "6310.2", "9250.18", "0", 9.9, nil, "0", "0", "0", "0", "700", "702", "699", "705", "698", "700", "702", "701", "699", "704"),
			row("", "227.1", "252.1", "16.1", 0.4, new(float64), "16", "16", "16", "17", "16", "16", "16", "16", "17", "16", "16", "16", "16", "17"),
		},
		Sum: row("", "63597.81", "90912.4", "3941", 100, &all, "4120", "4080", "4520", "4555", "4531", "4560", "4540", "4131", "4090", "4526", "4561", "4548", "5012", "5905"),
	}
	return m
}

// spikeList names some of the rises that began at once.
func spikeList(named, total int) bot.SpikeList {
	m := bot.SpikeList{Scope: SpikeAlert().Scope, Total: total, Excess: decimal.New(412000, -2), Currency: "USD", AsOf: Now}
	for n := range named {
		i := SpikeAlert().Incident
		i.AccountName = []string{"data-lake", "shop-frontend", "warehouse", "build-tools"}[n%4]
		i.Account = accounts[i.AccountName]
		i.Service = []string{"AmazonCloudWatch", "AWS Lambda", "Amazon Simple Storage Service"}[n/4%3]
		i.Actual = i.Actual.Sub(decimal.NewFromInt(int64(100 * n)))
		if n%4 == 3 {
			i.Reason, i.Expected = spend.FirstSpend, decimal.Zero
		}
		m.Incidents = append(m.Incidents, i)
	}
	return m
}
