package yardstick_test

import (
	"context"
	"testing"

	"rootwatch/checks/spend"
	"rootwatch/internal/yardstick"
)

// plugged is the detector that `make bench-spikes` measures: the Watch of this
// tree over the ledgers of a set, as `rootwatch backtest` runs it.
func plugged(*testing.T) yardstick.Detector {
	return yardstick.Detector{
		Settings: []string{yardstick.Thresholds, yardstick.Floors, "habit", "record", "quiet"},
		Detect: func(_ context.Context, set yardstick.Set, t yardstick.Tuning) ([]yardstick.Alert, error) {
			s := spend.DefaultSettings()
			s.Tuning = spend.Tuning{Thresholds: t.Factor(yardstick.Thresholds), Floors: t.Factor(yardstick.Floors), Habit: t.Factor("habit"), Record: t.Factor("record"), Quiet: t.Factor("quiet")}
			var all []yardstick.Alert
			for _, l := range set.Ledgers {
				if t.Marginals {
					l = l.Marginal()
				}
				for w, said := range l.Replay(s) {
					for _, n := range spend.Notices(w.Today(), said) {
						all = append(all, yardstick.Alert{Day: n.On, Account: n.Account.String(), Service: n.Service, Region: n.Region})
					}
				}
			}
			return all, nil
		},
	}
}

// overWeek is a rule that everybody knows, to try the measuring itself with:
// an account's newest day costs more than one and a half times the mean of the
// seven before it and a floor, and nothing was said of the account for a week.
var overWeek = yardstick.Detector{
	Settings: []string{yardstick.Thresholds, yardstick.Floors},
	Detect: func(_ context.Context, set yardstick.Set, t yardstick.Tuning) ([]yardstick.Alert, error) {
		var all []yardstick.Alert
		for _, l := range set.Ledgers {
			all = append(all, judgeWeek(l, 1+0.5*t.Factor(yardstick.Thresholds), 50*t.Factor(yardstick.Floors))...)
		}
		return all, nil
	},
}

func judgeWeek(l spend.Ledger, times, floor float64) []yardstick.Alert {
	type key struct {
		service, region string
		day             spend.Day
	}
	values, totals := map[key]float64{}, map[spend.Day]float64{}
	var all []yardstick.Alert
	said := spend.Day(0)
	for _, look := range l.Looks {
		for _, c := range look.Changes {
			k := key{c.Service, c.Region, c.Day}
			totals[c.Day] += c.Value - values[k]
			values[k] = c.Value
		}
		week := 0.0
		for d := look.Observed - 8; d < look.Observed-1; d++ {
			week += totals[d] / 7
		}
		if v := totals[look.Observed-1]; v > times*week && v-week > floor && look.Observed-said > 7 {
			said = look.Observed
			all = append(all, yardstick.Alert{Day: look.Observed, Account: l.Account.String()})
		}
	}
	return all
}
