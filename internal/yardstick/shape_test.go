package yardstick_test

import (
	"cmp"
	"flag"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"rootwatch/checks/spend"
	"rootwatch/internal/yardstick"
)

var shapes = flag.String("shapes", "", "log the statistics of the set in this directory, by archetype")

// shape is what the accounts of one archetype look like; medians over accounts.
type shape struct {
	accounts int
	dollars  float64 // a day
	varies   float64 // standard deviation by mean within four weeks
	weekend  float64 // of a weekday
	zeros    float64 // share of days without cost, of the series that ever had any
}

func shapesOf(set yardstick.Set) map[string]shape {
	all := map[string][]shape{}
	for _, l := range set.Ledgers {
		i := slices.IndexFunc(set.Labels.Accounts, func(a yardstick.Account) bool { return a.ID == l.Account.String() })
		name := set.Labels.Accounts[i].Archetype
		all[name] = append(all[name], shapeOf(l, set.Labels.First, set.Labels.Last))
	}
	pooled := map[string]shape{}
	for name, each := range all {
		of := func(f func(shape) float64) float64 {
			var v []float64
			for _, s := range each {
				v = append(v, f(s))
			}
			return median(v)
		}
		pooled[name] = shape{len(each), of(func(s shape) float64 { return s.dollars }), of(func(s shape) float64 { return s.varies }),
			of(func(s shape) float64 { return s.weekend }), of(func(s shape) float64 { return s.zeros })}
	}
	return pooled
}

func shapeOf(l spend.Ledger, first, last spend.Day) shape {
	days := make([]float64, last-first+1)
	values := map[[2]string]map[spend.Day]float64{}
	for _, look := range l.Looks {
		for _, c := range look.Changes {
			key := [2]string{c.Service, c.Region}
			if values[key] == nil {
				values[key] = map[spend.Day]float64{}
			}
			days[c.Day-first] += c.Value - values[key][c.Day]
			values[key][c.Day] = c.Value
		}
	}
	var s shape
	var varies, week, weekend []float64
	for n, v := range days {
		if d := (first + spend.Day(n)).Weekday(); d == time.Saturday || d == time.Sunday {
			weekend = append(weekend, v)
		} else {
			week = append(week, v)
		}
		if n%28 == 27 {
			varies = append(varies, variation(days[n-27:n+1]))
		}
	}
	nonzero := 0
	for _, v := range values {
		nonzero += len(v)
	}
	s.dollars, s.varies, s.weekend = median(days), median(varies), median(weekend)/median(week)
	s.zeros = 1 - float64(nonzero)/float64(len(values)*len(days))
	return s
}

func variation(v []float64) float64 {
	sum, squares := 0.0, 0.0
	for _, x := range v {
		sum, squares = sum+x, squares+x*x
	}
	mean := sum / float64(len(v))
	return math.Sqrt(max(0, squares/float64(len(v))-mean*mean)) / mean
}

func median(v []float64) float64 {
	v = slices.DeleteFunc(slices.Clone(v), math.IsNaN)
	if slices.Sort(v); len(v) == 0 {
		return math.NaN()
	}
	return v[len(v)/2]
}

// TestShapes logs what docs/spikes.md compares:
//
//	go test ./internal/yardstick -run TestShapes -v -args -shapes DIR
func TestShapes(t *testing.T) {
	if *shapes == "" {
		t.Log("logs nothing without -shapes")
		return
	}
	set := load(t, *shapes)
	logShapes(t, shapesOf(set))
}

func logShapes(t *testing.T, all map[string]shape) {
	t.Helper()
	names := slices.SortedFunc(maps.Keys(all), cmp.Compare[string])
	for _, name := range names {
		s := all[name]
		t.Logf("| %s | %d | %.1f | %.2f | %.2f | %.2f |", name, s.accounts, s.dollars, s.varies, s.weekend, s.zeros)
	}
}

// judge holds what an archetype's accounts look like to what its name says.
func (s shape) judge(t *testing.T, name string) {
	t.Helper()
	low, high := 0.7, 1.1 // of a weekday, at weekends
	switch name {
	case "dev":
		low, high = 0.25, 0.65
	case "retail", "edge":
		low, high = 1.05, 1.3
	case "archive", "gov", "payer":
		low, high = 0.8, 1.9 // backups may fall on a Sunday, and most of a payer's bill is pennies and fees
	case "sandbox":
		low, high = 0.3, 1.1
	}
	if s.weekend < low || s.weekend > high {
		t.Errorf("%s: a weekend costs %.2f of a week's day", name, s.weekend)
	}
	if s.zeros < 0.02 || s.zeros > 0.75 {
		t.Errorf("%s: %.2f of all days are without cost", name, s.zeros)
	}
	if (name == "gov" || name == "network" || name == "platform") && s.varies > 0.25 {
		t.Errorf("%s varies by %.2f", name, s.varies)
	}
}
