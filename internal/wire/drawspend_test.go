package wire

import (
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/internal/demo/cloud"
)

// drawSpend plants rises in the bill; what the bot remembers of them is told
// by tellSpend, since no request of a check reads the bill.
func drawSpend(w *world, d *drawn) {
	whole := spend.DayOf(now) - spend.SettledAfter
	plant := func(check, service string, from, until spend.Day, dollars int) {
		if d.want[check] = draw(w.r, 80); d.want[check] == bad {
			d.Costs = append(d.Costs, cloud.Cost{Service: service, Region: "us-east-1", Amount: cloud.Money(dollars) * cloud.Dollar, From: from, Until: until})
		}
	}
	plant("spend-spike", cloud.ServiceEC2, whole-3, 0, 400)
	plant("spend-new", "Amazon SageMaker", whole-2, 0, 300)
	plant("spend-one-off", cloud.ServiceEC2, whole-5, whole-4, 5000)
	plant("spend-weekend", cloud.ServiceEC2, whole+1, 0, 200)
}

// tellSpend is what the store remembers of the planted rises.
func tellSpend(d *drawn, at time.Time) (account.Fact[checks.SpendWatch], account.Fact[checks.WeekendWatch]) {
	whole := spend.DayOf(at) - spend.SettledAfter
	incident := func(excess int64, edit func(*spend.Incident)) spend.Incident {
		i := spend.Incident{Open: true, Peak: decimal.NewFromInt(excess), Spike: spend.Spike{
			Key: spend.Key{Account: d.ID, Service: cloud.ServiceEC2, Region: "us-east-1"}, Day: whole, Since: whole - 3, Reason: spend.AboveUsual,
			Actual: decimal.NewFromInt(excess), Excess: decimal.NewFromInt(excess), Currency: "USD", Sure: spend.Certain,
		}}
		edit(&i)
		return i
	}
	watch, weekend := checks.SpendWatch{Day: whole, Days: 56, Currency: "USD"}, checks.WeekendWatch{At: at}
	if d.want["spend-spike"] == bad {
		watch.Incidents = append(watch.Incidents, incident(400, func(*spend.Incident) {}))
	}
	if d.want["spend-new"] == bad {
		watch.Incidents = append(watch.Incidents, incident(300, func(i *spend.Incident) { i.Service, i.Reason = "Amazon SageMaker", spend.FirstSpend }))
	}
	if d.want["spend-one-off"] == bad {
		watch.Incidents = append(watch.Incidents, incident(5000, func(i *spend.Incident) { i.Open, i.Since, i.EndedOn = false, whole-5, whole-4 }))
	}
	if d.want["spend-weekend"] == bad {
		weekend.Signs = append(weekend.Signs, incident(200, func(i *spend.Incident) { i.Sure = spend.Early }))
	}
	return account.Known(watch), account.Known(weekend)
}
