package wire

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/internal/demo/cloud"
)

// stranger is an account of no organization here.
var stranger = func() account.ID {
	id, err := account.ParseID("444455556666")
	if err != nil { // AWS's own example
		panic(err)
	}
	return id
}()

// drawBudgets is what the account costs, and what speaks when it costs more.
func drawBudgets(w *world, d *drawn) {
	r := w.r
	d.Budgets = nil
	usual := 10 * (1 + r.IntN(100)) // dollars a day
	credits := pick(r, 0, 0, 20, 95) * usual / 100
	d.usual = checks.TypicalDay{Median: decimal.NewFromInt(int64(usual)), Credits: decimal.NewFromInt(int64(credits)), Currency: "USD", Days: 56}
	d.Costs = []cloud.Cost{{Service: cloud.ServiceEC2, Region: "us-east-1", Amount: cloud.Money(usual) * cloud.Dollar}}
	if credits > 0 {
		d.Costs = append(d.Costs, cloud.Cost{Service: cloud.ServiceEC2, Record: cloud.RecordCredit, Amount: -cloud.Money(credits) * cloud.Dollar})
	}
	d.want["billing-access"] = good
	if d.NoBillingAccess = d.member && chance(r, 12); d.NoBillingAccess {
		d.want["billing-access"], d.ready = bad, false
		d.dark["budgets:ViewBudget"] = "the root user keeps IAM out"
		d.closed = true
	}
	d.want["budget-exists"] = draw(r, 70)
	d.want["budget-daily"], d.want["budget-alert"] = bad, bad
	if w.org.Standalone { // the emulator's truth takes every first account for a payer of others
		d.outside["budget-daily"], d.outside["budget-alert"] = open, open
	}
	p := purse{world: w, drawn: d, usual: cloud.Money(usual) * cloud.Dollar, credits: cloud.Money(credits) * cloud.Dollar}
	p.decoys()
	if d.want["budget-exists"] == good {
		d.want["budget-daily"], d.want["budget-alert"] = draw(r, 50), draw(r, 50)
		p.fill()
	}
	if w.covered {
		d.want["budget-exists"] = good // and of no account's days alone
		if !d.member {
			d.Budgets = append(d.Budgets, p.told(d.Account, cloud.Budget{Name: "all", Amount: 1000 * cloud.Dollar, Alerts: p.alert(bad)}))
		}
	}
}

// purse is the budgets of an account while they are drawn.
type purse struct {
	*world
	*drawn
	usual, credits cloud.Money
	n              int
}

// payer holds budgets about its members, never one about all of them: each
// account's verdict is its own.
func (p *purse) payer() *cloud.Account { return p.world.org.Management() }

// put is a budget about the account: its own, or the payer's.
func (p *purse) put(b cloud.Budget, alone bool) {
	r := p.world.r
	p.n++
	b.Name, b.Expression = fmt.Sprintf("b%d-%s", p.n, p.ID), chance(r, 30)
	switch {
	case !alone:
		b.Accounts = []account.ID{p.ID, stranger}
	case !p.member && !p.world.org.Standalone || chance(r, 50):
		b.Accounts = []account.ID{p.ID}
	}
	owner := p.drawn.Account
	if p.member && (!alone || len(b.Accounts) == 1 && chance(r, 30)) {
		owner = p.payer()
		b.Accounts = slices.Clone(b.Accounts)
	}
	owner.Budgets = append(owner.Budgets, p.told(owner, b))
}

// told has the alerts speak to topics of the budget's owner.
func (p *purse) told(owner *cloud.Account, b cloud.Budget) cloud.Budget {
	for i := range b.Alerts {
		for j, topic := range b.Alerts[i].Topics {
			b.Alerts[i].Topics[j] = p.topic(owner, topic)
		}
	}
	return b
}

// topic is one of its owner's, which somebody hears or nobody does.
func (p *purse) topic(owner *cloud.Account, name string) string {
	if !slices.ContainsFunc(owner.Topics, func(t cloud.Topic) bool { return t.Name == name }) {
		t := cloud.Topic{Name: name, Region: "us-east-1", Confirmed: 1, Publishers: []string{"budgets.amazonaws.com", "cloudwatch.amazonaws.com", "costalerts.amazonaws.com", "events.amazonaws.com"}}
		if name == "dead" {
			t.Confirmed, t.Pending = 0, 1
		}
		if name == "closed" {
			t.Publishers = nil
		}
		owner.Topics = append(owner.Topics, t)
	}
	return p.world.org.TopicARN(owner.ID, "us-east-1", name)
}

// decoys are about something else.
func (p *purse) decoys() {
	r := p.world.r
	for _, b := range []cloud.Budget{
		{Type: "USAGE", Amount: p.usual}, {Services: []string{cloud.ServiceEC2}, Amount: p.usual * 3 / 2},
		{Accounts: []account.ID{stranger}, Amount: p.usual * 3 / 2}, {End: now.Add(-90 * day), Begins: now.Add(-400 * day), Amount: p.usual * 3 / 2},
	} {
		if chance(r, 15) {
			p.n++
			b.Name, b.Alerts = fmt.Sprintf("decoy-%d", p.n), []cloud.BudgetAlert{{Emails: []string{"a@example.com", "b@example.com"}}}
			p.drawn.Budgets = append(p.drawn.Budgets, b)
		}
	}
}

// fill makes the budgets that the drawn verdicts ask for.
func (p *purse) fill() {
	r := p.world.r
	monthly := cloud.Budget{TimeUnit: "MONTHLY", Amount: 30 * p.usual}
	alert := p.alert(p.want["budget-alert"])
	fits := p.usual * cloud.Money(pick(r, 12, 15, 18, 20)) / 10
	if p.want["budget-daily"] == good {
		b := cloud.Budget{Amount: fits, Alerts: alert}
		if p.credits > 0 && p.credits*10 < p.usual*9 && chance(r, 30) { // it counts credits, and speaks as much later
			b.NetsCredits, b.Amount = true, p.usual*3/2-p.credits
		}
		p.put(b, true)
		if chance(r, 30) {
			monthly.Alerts = p.alert(draw(r, 50)) // nobody asks it beside one of days
			p.put(monthly, chance(r, 50))
		}
		return
	}
	switch kind := r.IntN(4); {
	case kind == 0:
		monthly.Alerts = alert
		p.put(monthly, chance(r, 50))
	case kind == 1: // of several accounts
		p.put(cloud.Budget{Amount: fits, Alerts: alert}, false)
	case kind == 2 && p.credits*10 >= p.usual*9:
		p.put(cloud.Budget{Amount: fits, NetsCredits: true, Alerts: alert}, true)
	default:
		p.put(cloud.Budget{Amount: pick(r, p.usual*5, p.usual/2, p.usual*11/10, p.usual*21/10), Alerts: alert}, true)
	}
}

// alert reaches enough people, or too few.
func (p *purse) alert(verdict checks.Status) []cloud.BudgetAlert {
	r := p.world.r
	two := []string{"finops@example.com", "security@example.com"}
	weak := []cloud.BudgetAlert{{Forecast: true, Emails: two}, {Threshold: 110, Emails: two}, {Emails: two[:1]}, {Topics: []string{"dead"}}, {Topics: []string{"closed"}, Emails: two[:1]}}
	strong := []cloud.BudgetAlert{{Emails: two}, {Threshold: 80, Emails: two}, {Topics: []string{"live"}}, {Topics: []string{"live"}, Emails: two[:1]}}
	if verdict == good {
		return []cloud.BudgetAlert{strong[r.IntN(len(strong))]}
	}
	if chance(r, 20) {
		return nil
	}
	return []cloud.BudgetAlert{weak[r.IntN(len(weak))]}
}

// drawBillWatch is an alarm on the bill or a subscription to its anomalies.
func drawBillWatch(w *world, d *drawn) {
	r := w.r
	p := purse{world: w, drawn: d}
	d.want["billing-alarm"] = draw(r, 60)
	alarm := func(owner *cloud.Account, name, topic string) cloud.Alarm {
		a := cloud.Alarm{Name: name + "-" + d.ID.String(), Namespace: "AWS/Billing", Metric: "EstimatedCharges", Dimensions: map[string]string{"Currency": "USD"}, Actions: []string{p.topic(owner, topic)}}
		if owner != d.Account || !d.member && !w.org.Standalone {
			a.Dimensions["LinkedAccount"] = d.ID.String() // else it would be about all
		}
		return a
	}
	if d.want["billing-alarm"] == good {
		switch kind := r.IntN(3); {
		case kind == 0:
			w.org.Anomalies[0].Accounts = append(w.org.Anomalies[0].Accounts, d.ID)
		case kind == 1 && d.member && chance(r, 50):
			w.org.Management().Watch.Alarms = append(w.org.Management().Watch.Alarms, alarm(w.org.Management(), "bill", "live"))
		default:
			d.Watch.Alarms = append(d.Watch.Alarms, alarm(d.Account, "bill", "live"))
		}
	}
	for range r.IntN(2) {
		a := alarm(d.Account, "decoy", "live")
		switch r.IntN(4) {
		case 0:
			a.ActionsOff = true
		case 1:
			a.Dimensions["LinkedAccount"] = stranger.String()
		case 2:
			a.Dimensions["ServiceName"] = "AmazonEC2"
		default:
			a.Actions = []string{p.topic(d.Account, "dead")}
		}
		d.Watch.Alarms = append(d.Watch.Alarms, a)
	}
}
