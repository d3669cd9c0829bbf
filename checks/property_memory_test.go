package checks_test

import (
	"math/rand/v2"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// usedBefore is when root was used before what CloudTrail still has, as our
// own history remembers it: how long before now.
type usedBefore []time.Duration

func init() {
	parts = append(parts, part{
		name: "memory",
		draw: func(r *rand.Rand, w *truth) {
			var uses usedBefore
			dated := w.passwordUsed > 0 || w.keyUsed[0] > 0 || w.keyUsed[1] > 0
			if w.bare() || dated { // a password that was never used has no such history
				for range r.IntN(3) {
					uses = append(uses, time.Duration(183+r.IntN(100))*12*time.Hour)
				}
			}
			w.more["memory"] = uses
		},
		tell: func(w truth, c *checks.Case) {
			uses, _ := w.more["memory"].(usedBefore)
			c.History = covered(uses...)
		},
		blur: func(r *rand.Rand, c *checks.Case) {
			for _, forget := range []func(){
				func() { c.History = checks.History{} },
				func() { c.History.Since = now.Add(-time.Duration(r.IntN(121)) * day) },
				func() { c.History.Last = c.History.Last.Add(-90 * day) },
				func() { nothingOf(account.Denied)(&c.Facts) },
			} {
				if r.IntN(8) == 0 {
					forget()
				}
			}
		},
		want: map[string]func(truth) checks.Status{"root-repeat-use": wantRepeatUse},
	})
}

func wantRepeatUse(w truth) checks.Status {
	uses, _ := w.more["memory"].(usedBefore)
	weeks := map[string]bool{}
	for _, d := range append(append(usedBefore{}, uses...), w.passwordUsed, w.keyUsed[0], w.keyUsed[1]) {
		if d > 0 && d <= 122*day {
			weeks[weekName(now.Add(-d))] = true
		}
	}
	if len(weeks) > 1 {
		return checks.Fail
	}
	return checks.Pass
}
