package checks_test

import (
	"math/rand/v2"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// risen is which incidents the account really has.
type risen struct {
	spike, first, bought, early bool
	noise                       int64 // what else is remembered, and counts for nothing
}

func init() {
	passUnless := func(bad func(risen) bool) func(truth) checks.Status {
		return func(w truth) checks.Status {
			if bad(w.more["risen"].(risen)) {
				return checks.Fail
			}
			return checks.Pass
		}
	}
	parts = append(parts, part{name: "risen", draw: drawRisen, tell: tellRisen, blur: blurRisen, want: map[string]func(truth) checks.Status{
		"spend-spike":   passUnless(func(r risen) bool { return r.spike }),
		"spend-new":     passUnless(func(r risen) bool { return r.first }),
		"spend-one-off": passUnless(func(r risen) bool { return r.bought }),
		"spend-weekend": passUnless(func(r risen) bool { return r.early }),
	}})
}

func drawRisen(r *rand.Rand, w *truth) {
	yes := func() bool { return r.IntN(4) == 0 }
	w.more["risen"] = risen{yes(), yes(), yes(), yes(), r.Int64()}
}

// risenIncident began a week ago, and is open.
func risenIncident(id account.ID, excess int64) spend.Incident {
	since := spend.DayOf(now) - 7
	return spend.Incident{Open: true, Peak: decimal.NewFromInt(100 + excess), Spike: spend.Spike{
		Key: spend.Key{Account: id, Service: ec2, Region: "eu-west-1"}, Day: since + 5, Since: since, Reason: spend.AboveUsual, Currency: "USD",
		Actual: decimal.NewFromInt(100 + excess), Expected: decimal.NewFromInt(100), Excess: decimal.NewFromInt(excess), Sure: spend.Certain,
	}}
}

func tellRisen(w truth, c *checks.Case) {
	what := w.more["risen"].(risen)
	r := rand.New(rand.NewPCG(uint64(what.noise), 2))
	self := c.Facts.ID
	watch := checks.SpendWatch{Day: spend.DayOf(now) - 2, Days: 56, Currency: "USD"}
	weekend := checks.WeekendWatch{At: now.Add(-time.Hour)}
	add := func(is bool, edit func(*spend.Incident)) {
		i := risenIncident(self, int64(1000+r.IntN(5000)))
		edit(&i)
		if is {
			watch.Incidents = append(watch.Incidents, i)
		}
	}
	bought := func(i *spend.Incident) { i.Open, i.EndedOn = false, i.Since+1 }
	add(what.spike, func(*spend.Incident) {})
	add(what.first, func(i *spend.Incident) { i.Reason = spend.FirstSpend })
	add(what.bought, bought)
	if what.early {
		sign := risenIncident(self, 500)
		sign.Sure = spend.Early
		weekend.Signs = append(weekend.Signs, sign)
	}
	for n, noise := range []func(*spend.Incident){
		func(i *spend.Incident) { i.Account = mustID("444455556666") },
		func(i *spend.Incident) { i.Open, i.EndedOn = false, i.Since+4 },
		func(i *spend.Incident) { bought(i); i.AcknowledgedBy = "U01ALICE" },
		func(i *spend.Incident) { bought(i); i.Peak = decimal.NewFromInt(1099) },
		func(i *spend.Incident) { bought(i); i.NewUsual = true },
		func(i *spend.Incident) { i.Sure = spend.Early },
		func(i *spend.Incident) { bought(i); i.Withdrawn = true },
	} {
		if r.IntN(2) == 0 {
			add(true, noise)
		}
		if closed := risenIncident(self, int64(n)); r.IntN(2) == 0 {
			closed.Sure, closed.Open = spend.Early, false
			weekend.Signs = append(weekend.Signs, closed)
		}
	}
	r.Shuffle(len(watch.Incidents), func(i, j int) { watch.Incidents[i], watch.Incidents[j] = watch.Incidents[j], watch.Incidents[i] })
	c.Spend, c.Weekend = account.Known(watch), account.Known(weekend)
}

func blurRisen(r *rand.Rand, c *checks.Case) {
	gap := account.Gap{Cause: pick(r, account.NotYet, account.NotReady, account.NotEnabled, account.NotCollected), Sentence: "Not now."}
	if r.IntN(3) == 0 {
		c.Spend = account.Missing[checks.SpendWatch](gap)
	}
	if r.IntN(3) == 0 {
		c.Weekend = account.Missing[checks.WeekendWatch](gap)
	}
}
