package spend

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// Margins turns looks, one after the other, into what questions with two keys
// show: what each service cost in all regions, and what each region cost for
// all services. The other key of a series is "".
type Margins struct {
	keep Day
	days map[Day]map[margin]float64
}

// margin is a sum, or with full set one of the series in it.
type margin struct {
	service, region string
	full            bool
}

// NewMargins remembers keep days before each look, 0 for all: a day may not be
// restated later than that.
func NewMargins(keep Day) *Margins { return &Margins{keep: keep, days: map[Day]map[margin]float64{}} }

// Of is the look in sums. Looks come in the order of Observed.
func (m *Margins) Of(look Look) Look {
	changed := map[Day]map[margin]bool{}
	for _, c := range look.Changes {
		now := m.days[c.Day]
		if now == nil {
			now = map[margin]float64{}
			m.days[c.Day] = now
		}
		if changed[c.Day] == nil {
			changed[c.Day] = map[margin]bool{}
		}
		full := margin{c.Service, c.Region, true}
		was := now[full]
		now[full] = c.Value
		sums := []margin{{service: c.Service}, {region: c.Region}}
		if sums[0] == sums[1] { // neither has a name: one sum, not twice
			sums = sums[:1]
		}
		for _, sum := range sums {
			if garbage(was) || garbage(c.Value) {
				now[sum] = sumOf(now, sum)
			} else {
				now[sum] += c.Value - was
			}
			changed[c.Day][sum] = true
		}
	}
	out := Look{Observed: look.Observed, Read: look.Read}
	for day, sums := range changed {
		for c := range sums {
			out.Changes = append(out.Changes, Amount{Service: c.service, Region: c.region, Day: day, Value: m.days[day][c]})
		}
	}
	slices.SortFunc(out.Changes, func(a, b Amount) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Region, b.Region))
	})
	if m.keep > 0 {
		maps.DeleteFunc(m.days, func(day Day, _ map[margin]float64) bool { return day <= look.Observed-m.keep })
	}
	return out
}

// sumOf adds up the series of sum, where a difference would not do: it is
// garbage as long as one of them is.
func sumOf(day map[margin]float64, sum margin) float64 {
	total := 0.0
	for m, v := range day {
		if !m.full || sum.service != "" && m.service != sum.service || sum.service == "" && m.region != sum.region {
			continue
		}
		if garbage(v) {
			return math.NaN()
		}
		total += v
	}
	return total
}
