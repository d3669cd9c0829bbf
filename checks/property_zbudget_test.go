package checks_test

import (
	"math/rand/v2"
	"slices"

	"github.com/shopspring/decimal"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// This file's name puts it behind those whose parts tell the organization and
// the alarms whole: this part adds to both.

// purse is who watches what the account costs.
type purse struct {
	closed      bool // IAM is kept out of billing
	own, payers []drawnBudget
	median      int // dollars a day; 0 where too few days are known
	credits     int // percent of the median
	alarms      []drawnWatcher
	payerAlarms []drawnWatcher
	anomalies   []drawnWatcher
}

type drawnBudget struct {
	about  string // all, self, other, several, part, usage, over
	unit   string
	amount int // percent of the median
	nets   bool
	alert  string // none, forecast, late, one, two, live, dead, open, unread, months
}

// drawnWatcher is a billing alarm or an anomaly subscription.
type drawnWatcher struct {
	about string // all, self, other, part
	off   bool   // actions are off, or there is no monitor
	to    string // nobody, live, dead, open, mail
	alarm string // whether it rings, and why not; "" for an anomaly subscription
}

const (
	selfID  = "111122223333"
	otherID = "444455556666"
)

func init() {
	parts = append(parts, part{name: "purse", draw: drawPurse, tell: tellPurse, blur: blurPurse, want: map[string]func(truth) checks.Status{
		"billing-access": func(w truth) checks.Status {
			if purseOf(w).closed {
				return checks.Fail
			}
			return checks.Pass
		},
		"budget-exists": forEitherRole(wantBudgetExists),
		"budget-daily":  forEitherRole(wantBudgetDaily),
		"budget-alert":  forEitherRole(wantBudgetAlert),
		"billing-alarm": wantBillingAlarm,
	}})
}

func purseOf(w truth) purse { return w.more["purse"].(purse) }

func drawPurse(r *rand.Rand, w *truth) {
	budgets := func(most int) (list []drawnBudget) {
		for range r.IntN(most + 1) {
			list = append(list, drawnBudget{
				about: pick(r, "all", "all", "all", "self", "other", "several", "part", "usage", "over"), unit: pick(r, "DAILY", "DAILY", "MONTHLY"),
				amount: pick(r, 100, 119, 120, 150, 150, 190, 200, 201, 500), nets: r.IntN(3) == 0,
				alert: pick(r, "none", "forecast", "late", "one", "two", "two", "live", "live", "dead", "open", "unread", "months"),
			})
		}
		return list
	}
	watchers := func(tos ...string) (list []drawnWatcher) {
		for range r.IntN(3) {
			list = append(list, drawnWatcher{about: pick(r, "all", "all", "self", "other", "part"), off: r.IntN(4) == 0, to: pick(r, tos...)})
		}
		return list
	}
	alarms := func(tos ...string) []drawnWatcher {
		list := watchers(tos...)
		for i := range list {
			list[i].alarm = pick(r, "rings", "rings", "rings", "is ringing", "mute", "new", "upside down", "without a currency", "mathematics")
		}
		return list
	}
	p := purse{closed: r.IntN(10) == 0, own: budgets(2), median: pick(r, 0, 100, 100, 100, 400), credits: pick(r, 0, 0, 20, 85, 90, 100),
		alarms: alarms("nobody", "live", "dead", "open"), anomalies: watchers("nobody", "live", "dead", "mail")}
	switch w.role {
	case account.Member:
		p.payers, p.payerAlarms = budgets(2), alarms("nobody", "live", "dead")
	case account.Management:
		p.payers, p.payerAlarms = p.own, p.alarms
	}
	w.more["purse"] = p
}

func tellPurse(w truth, c *checks.Case) {
	p := purseOf(w)
	c.Facts.Budgets = account.Known(p.told(p.own))
	if p.closed {
		c.Facts.Budgets = account.Missing[[]account.Budget](account.Gap{Call: "budgets:ViewBudget", Cause: account.NotEnabled})
	}
	others, _ := c.Facts.Alarms.Get()
	c.Facts.Alarms = account.Known(append(slices.Clone(others), toldAlarms(p.alarms)...))
	c.Organization.ObservedAt = now
	c.Organization.Budgets, c.Organization.Alarms = account.Known(p.told(p.payers)), account.Known(toldAlarms(p.payerAlarms))
	if w.role == account.Management {
		c.Organization.Budgets = c.Facts.Budgets
	}
	if w.role == account.Standalone {
		c.Organization.Budgets = account.Fact[[]account.Budget]{}
		c.Organization.Alarms = account.Fact[[]account.Alarm]{}
	}
	c.Organization.AnomalySubscriptions = account.Known(toldAnomalies(p.anomalies))
	c.TypicalDay = account.Missing[checks.TypicalDay](account.Gap{Call: "ce:GetCostAndUsage", Cause: account.NotReady, Sentence: "Too few days."})
	if p.median > 0 {
		median := decimal.NewFromInt(int64(p.median))
		c.TypicalDay = account.Known(checks.TypicalDay{Median: median, Credits: median.Mul(decimal.New(int64(p.credits), -2)), Currency: "USD", Days: 56})
	}
}

func (p purse) told(list []drawnBudget) []account.Budget {
	told := []account.Budget{}
	for _, d := range list {
		median := max(p.median, 100)
		b := account.Budget{Name: "b", Type: "COST", TimeUnit: d.unit, Amount: decimal.New(int64(median*d.amount), -2).String(), Unit: "USD", IncludeCredit: d.nets}
		switch d.about {
		case "self":
			b.Filtered, b.Accounts = true, []string{selfID}
		case "other":
			b.Filtered, b.Accounts = true, []string{otherID}
		case "several":
			b.Filtered, b.Accounts = true, []string{otherID, selfID}
		case "part":
			b.Filtered = true
		case "usage":
			b.Type = "USAGE"
		case "over":
			b.Idle = "ended on 2026-01-01"
		}
		mail := func(address string) account.Subscriber {
			return account.Subscriber{Type: "EMAIL", Address: address, Live: account.Yes}
		}
		n := account.BudgetNotification{Type: "ACTUAL", Operator: "GREATER_THAN", Threshold: 100, Subscribers: []account.Subscriber{mail("a@example.com"), mail("b@example.com")}}
		switch d.alert {
		case "forecast":
			n.Type = "FORECASTED"
		case "late":
			n.Threshold = 101
		case "one":
			n.Subscribers[1].Address = "A@example.com" // the same, in capitals
		case "live", "dead", "open":
			n.Subscribers = append(n.Subscribers[:1], topicThat(d.alert))
		}
		if d.alert == "months" && d.unit == "MONTHLY" { // at a sum between two months' limits
			b.Amount, b.Planned, n.Absolute, n.Threshold = "", []string{"90", "200"}, true, 120
		} else if d.alert == "months" || d.alert == "unread" {
			n.Subscribers, n.Gap = nil, &account.Gap{Call: "budgets:ViewBudget", Cause: account.Throttled}
		}
		if d.alert != "none" {
			b.Notifications = []account.BudgetNotification{n}
		}
		told = append(told, b)
	}
	return told
}

func topicThat(is string) account.Subscriber {
	s := account.Subscriber{Type: "SNS", Address: "arn:aws:sns:us-east-1:111122223333:t"}
	switch is {
	case "live":
		s.Live = account.Yes
	case "dead":
		s.Live, s.Why = account.No, "nobody has confirmed a subscription to the topic"
	}
	return s
}

func reachedBy(w drawnWatcher) []account.Subscriber {
	switch w.to {
	case "nobody":
		return nil
	case "mail":
		return []account.Subscriber{{Type: "EMAIL", Live: account.Yes}}
	}
	return []account.Subscriber{topicThat(w.to)}
}

func toldAlarms(list []drawnWatcher) []account.Alarm {
	told := []account.Alarm{}
	for _, w := range list {
		a := account.Alarm{Name: "bill", Namespace: "AWS/Billing", Metric: "EstimatedCharges", Dimensions: map[string]string{"Currency": "USD"}, ActionsEnabled: !w.off, Actions: reachedBy(w),
			Statistic: "Maximum", Operator: "GreaterThanThreshold", Threshold: 100, Periods: 1, State: "OK", StateSince: now.Add(-3 * day)}
		switch w.alarm {
		case "is ringing":
			a.State = "ALARM"
		case "mute":
			a.State = "INSUFFICIENT_DATA"
		case "new":
			a.State, a.StateSince = "INSUFFICIENT_DATA", now.Add(-day/2)
		case "upside down":
			a.Operator = "LessThanThreshold"
		case "without a currency":
			delete(a.Dimensions, "Currency")
		case "mathematics":
			a.Math = true
		}
		switch w.about {
		case "self":
			a.Dimensions["LinkedAccount"] = selfID
		case "other":
			a.Dimensions["LinkedAccount"] = otherID
		case "part":
			a.Dimensions["ServiceName"] = "AmazonEC2"
		}
		told = append(told, a)
	}
	return told
}

func toldAnomalies(list []drawnWatcher) []account.AnomalySubscription {
	told := []account.AnomalySubscription{}
	for _, w := range list {
		s := account.AnomalySubscription{Name: "s", Frequency: "DAILY", Monitors: 1, Whole: w.about == "all", Subscribers: reachedBy(w)}
		switch w.about {
		case "self":
			s.Accounts = []string{otherID, selfID}
		case "other":
			s.Accounts = []string{otherID}
		}
		if w.off {
			s.Monitors, s.Whole, s.Accounts = 0, false, nil
		}
		told = append(told, s)
	}
	return told
}

func blurPurse(r *rand.Rand, c *checks.Case) {
	gap := func() account.Gap {
		return account.Gap{Cause: pick(r, account.Denied, account.Throttled, account.NotOnboarded)}
	}
	for _, lose := range []func(){
		func() { c.Facts.Budgets = account.Missing[[]account.Budget](gap()) },
		func() { c.Facts.Alarms = account.Missing[[]account.Alarm](gap()) },
		func() { c.Organization.Budgets = account.Missing[[]account.Budget](gap()) },
		func() { c.Organization.Alarms = account.Missing[[]account.Alarm](gap()) },
		func() { c.Organization.AnomalySubscriptions = account.Missing[[]account.AnomalySubscription](gap()) },
		func() {
			alarms, _ := c.Facts.Alarms.Get()
			for i := range alarms {
				alarms[i].MissingData = pick(r, "ignore", "breaching", "notBreaching")
			}
		},
		func() { c.TypicalDay = account.Fact[checks.TypicalDay]{} },
		func() { c.Facts.Budgets = deafened(c.Facts.Budgets) },
		func() { c.Organization.Budgets = deafened(c.Organization.Budgets) },
	} {
		if r.IntN(12) == 0 {
			lose()
		}
	}
}

// deafened has topics of which nothing could be read.
func deafened(fact account.Fact[[]account.Budget]) account.Fact[[]account.Budget] {
	list, known := fact.Get()
	if !known {
		return fact
	}
	list = slices.Clone(list)
	for i, b := range list {
		list[i].Notifications = slices.Clone(b.Notifications)
		for j, n := range list[i].Notifications {
			subscribers := slices.Clone(n.Subscribers)
			for k := range subscribers {
				if subscribers[k].Type == "SNS" {
					subscribers[k].Live = account.AnswerUnknown
				}
			}
			list[i].Notifications[j].Subscribers = subscribers
		}
	}
	return account.Known(list)
}

// forEitherRole asks as a member's and as the payer's, where it is not known
// which of them the account is.
func forEitherRole(want func(p purse, pays bool) checks.Status) func(truth) checks.Status {
	return func(w truth) checks.Status {
		p := purseOf(w)
		switch w.role {
		case account.Management:
			p.payers = nil // they are its own
			return want(p, true)
		case account.RoleUnknown:
			if asMember := want(p, false); asMember == want(p, true) {
				return asMember
			}
			return checks.Unknown
		}
		return want(p, false)
	}
}

// covering are the budgets about the account, and those of them about its days alone.
func (p purse) covering(pays bool) (all, days []drawnBudget) {
	add := func(list []drawnBudget, wholeIsAlone bool) {
		for _, b := range list {
			if !slices.Contains([]string{"all", "self", "several"}, b.about) {
				continue
			}
			all = append(all, b)
			if b.unit == "DAILY" && (b.about == "self" || b.about == "all" && wholeIsAlone) {
				days = append(days, b)
			}
		}
	}
	if !p.closed {
		add(p.own, !pays)
	}
	add(p.payers, false)
	return all, days
}

// orClosed is unknown where IAM sees no budgets and what it does not see may hold.
func (p purse) orClosed(otherwise checks.Status) checks.Status {
	if p.closed {
		return checks.Unknown
	}
	return otherwise
}

func wantBudgetExists(p purse, pays bool) checks.Status {
	if all, _ := p.covering(pays); len(all) > 0 {
		return checks.Pass
	}
	return p.orClosed(checks.Fail)
}

func wantBudgetDaily(p purse, pays bool) checks.Status {
	_, days := p.covering(pays)
	if len(days) > 0 && p.median == 0 {
		return checks.Unknown
	}
	for _, b := range days {
		speaksAt := b.amount
		if b.nets {
			speaksAt += p.credits
		}
		if swallowed := b.nets && p.credits >= 90; !swallowed && speaksAt >= 120 && speaksAt <= 200 {
			return checks.Pass
		}
	}
	return p.orClosed(checks.Fail)
}

func wantBudgetAlert(p purse, pays bool) checks.Status {
	all, days := p.covering(pays)
	heard := days
	if len(days) == 0 {
		if p.closed {
			return checks.Unknown // there may be one of its days
		}
		heard = all
	}
	verdict := checks.Fail
	for _, b := range heard {
		switch b.alert {
		case "two", "live":
			return checks.Pass
		case "open", "unread", "months":
			verdict = checks.Unknown
		}
	}
	return p.orClosed(verdict)
}

func wantBillingAlarm(w truth) checks.Status {
	p := purseOf(w)
	verdict := checks.Fail
	lists := [][]drawnWatcher{p.alarms, p.anomalies}
	if w.role == account.Member || w.role == account.RoleUnknown {
		lists = append(lists, p.payerAlarms)
	}
	for _, list := range lists {
		for _, watcher := range list {
			about := watcher.about == "all" || watcher.about == "self"
			heard := watcher.to == "live" || watcher.to == "mail"
			switch {
			case watcher.off || !heard && watcher.to != "open":
			case watcher.alarm == "mathematics": // whatever it is about
				verdict = checks.Unknown
			case !about || slices.Contains([]string{"mute", "upside down", "without a currency"}, watcher.alarm):
			case heard && watcher.alarm != "new":
				return checks.Pass
			default:
				verdict = checks.Unknown
			}
		}
	}
	return verdict
}
