package cloud

import (
	"time"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// BillEvent is what is true of something that happens to the bill.
type BillEvent struct {
	Name     string
	Account  account.ID
	Incident bool // somebody is to be told, once, and again when it is over
	Weekend  bool // it begins when nobody is at work
	// From and Until are the days of it, Until excluded. Zeros are of what was
	// always so, and of what goes on.
	From, Until spend.Day
}

// DemoDays is for how many days from the demo's first one its bill has events.
const DemoDays = 120

// The planted rises, in dollars a day.
const (
	usualEC2   = 565
	miningEC2  = 1365 // on top of it, in a region that was never used
	sageMaker  = 140
	gpuCluster = 2400
	leak       = 40 // at its end
	bought     = 5000
)

// habits are what accounts were used to long before the demo begins: nobody
// is to be told of any.
var habits = map[string][]Cost{
	"prod-payments":   {{Service: ServiceEC2, Region: "us-east-1", Amount: Dollars(usualEC2), Noise: 20}},
	"sandbox-dev":     {{Service: ServiceEC2, Region: "us-east-1", Record: RecordCredit, Amount: Dollars(-12), Noise: noise}},
	"data-lake":       {{Service: emr, Region: "us-east-1", Amount: Dollars(180), Noise: noise, Rhythm: Fortnightly}},
	"billing-exports": {{Service: athena, Region: "us-east-1", Amount: Dollars(45), Noise: noise, Rhythm: LastWorkday}},
	"iot-gateway":     {{Service: convert, Region: "us-east-1", Amount: Dollars(35), Noise: 2 * noise, Rhythm: NowAndThen}},
	"legacy-web":      {{Service: rds, Region: "us-east-1", Record: RecordRefund, Rhythm: TwelfthOfMonth, Amount: Dollars(-84)}},
}

// planted is an event with what it costs and whom.
type planted struct {
	BillEvent
	account string
	costs   []Cost
}

// demoBill writes the events of the bill, from the day on which the demo starts.
func demoBill(org *Organization, today time.Time) {
	names := map[string]*Account{}
	for _, a := range org.Accounts {
		names[a.Name] = a
	}
	for _, p := range append(incidents(spend.DayOf(today)), harmless(spend.DayOf(today), names)...) {
		a := names[p.account]
		p.BillEvent.Account = a.ID
		org.Events = append(org.Events, p.BillEvent)
		for _, c := range p.costs {
			c.Harmless = !p.Incident
			a.Costs = append(a.Costs, c)
		}
	}
}

// incidents are those of the 120 days.
func incidents(start spend.Day) []planted {
	rise := func(name, who string, c Cost, from, until spend.Day) planted {
		c.From, c.Until = from, until
		return planted{BillEvent{Name: name, Incident: true, Weekend: c.Hour > 0, From: from, Until: until}, who, []Cost{c}}
	}
	friday := weekend(start + 27)
	wednesday := next(time.Wednesday, start+46)
	return []planted{
		// The newest whole day once the clock stands one day later.
		rise("mining in a region that was never used", "prod-payments", Cost{Service: ServiceEC2, Region: "us-west-2", Amount: Dollars(miningEC2), Noise: 10}, start-1, start+1),
		rise("an endpoint that was left on", "sandbox-dev", Cost{Service: ServiceSageMaker, Region: "us-east-1", Amount: Dollars(sageMaker), Noise: 20}, start+2, start+15),
		rise("a GPU cluster over the weekend", "ml-research", Cost{Service: ServiceEC2, Region: "us-east-1", Amount: Dollars(gpuCluster), Noise: 10, Hour: 18}, friday, friday+3),
		rise("a purchase", "fraud-detection", Cost{Service: marketplace, Region: NoRegion, Amount: Dollars(bought)}, wednesday, wednesday+1),
		rise("backups that nobody deletes", "log-archive", Cost{Service: backup, Region: "us-east-1", Amount: Dollars(leak), Creep: 26}, start+62, start+88),
	}
}

// harmless are ten things that look like incidents. Those that were always so
// are in the accounts' habits and profiles.
func harmless(start spend.Day, names map[string]*Account) []planted {
	always := func(name, who string) planted { return planted{BillEvent: BillEvent{Name: name}, account: who} }
	once := func(name, who string, from, until spend.Day, costs ...Cost) planted {
		for n := range costs {
			costs[n].From, costs[n].Until = from, until
		}
		return planted{BillEvent{Name: name, From: from, Until: until}, who, costs}
	}
	down := start + 33
	for n := range names["mobile-api"].Costs {
		names["mobile-api"].Costs[n].Out = [2]spend.Day{down, down + 2}
	}
	monday, renewed := next(time.Monday, start+75), next(time.Tuesday, start+40)
	return []planted{
		always("the support fee of the 1st", "org-management"),
		always("a batch every fourteen days", "data-lake"),
		always("a batch on the last workday of the month", "billing-exports"),
		always("a service that is used now and then", "iot-gateway"),
		once("domains are renewed", "dns-zones", renewed, renewed+1, Cost{Service: registrar, Region: NoRegion, Amount: Dollars(72)}),
		once("credits until they are used up", "dev-alice", 0, start+20, Cost{Service: ServiceEC2, Region: "us-east-1", Record: RecordCredit, Amount: Dollars(-7.2)}),
		once("a refund", "prod-search", start+52, start+53, Cost{Service: rds, Region: "us-east-1", Record: RecordRefund, Amount: Dollars(-900)}),
		{BillEvent{Name: "an outage and its end", From: down, Until: down + 2}, "mobile-api", nil},
		once("a small new service", "documentation", start+56, 0, Cost{Service: email, Region: "us-east-1", Amount: Dollars(3), Noise: noise}),
		once("a busy week of a whole account", "prod-checkout", monday, monday+5, busier(names["prod-checkout"].Costs, 45)...),
	}
}

// busier is so many percent more of all that is used.
func busier(costs []Cost, percent Money) []Cost {
	var more []Cost
	for _, c := range costs {
		if c.Record == "" && c.Rhythm == Daily {
			c.Amount = c.Amount / 100 * percent
			more = append(more, c)
		}
	}
	return more
}

// next is the first such weekday from day on that is not the 1st, when fees come.
func next(weekday time.Weekday, day spend.Day) spend.Day {
	for day.Weekday() != weekday || day.Time().Day() == 1 {
		day++
	}
	return day
}

// weekend is the Friday of the first weekend from day on that lies within one month.
func weekend(day spend.Day) spend.Day {
	friday := next(time.Friday, day)
	for friday.Time().Month() != (friday + 4).Time().Month() {
		friday = next(time.Friday, friday+1)
	}
	return friday
}
