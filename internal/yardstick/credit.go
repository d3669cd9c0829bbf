package yardstick

import (
	"math"
	"slices"
	"strconv"

	"rootwatch/checks/spend"
)

// credit sums up what the detections are worth.
func (s *scorer) credit() {
	r := &s.result
	members := map[string]int{}
	for _, i := range s.labels.Incidents {
		members[i.Group]++
	}
	weights, earned := 0.0, 0.0
	var delays []int
	for n, i := range s.labels.Incidents {
		w := weight(i, members[i.Group])
		weights += w
		k := r.Kinds[i.Kind]
		k.All++
		if d := s.found[n]; d != nil {
			c := creditOf(i, *d)
			k.Found++
			k.Credit += c
			earned += w * c
			delays = append(delays, int(d.day-i.Start))
		} else {
			r.Missed = append(r.Missed, idOf(i, n))
		}
		r.Kinds[i.Kind] = k
	}
	for name, k := range r.Kinds {
		k.Credit /= float64(k.All)
		r.Kinds[name] = k
	}
	r.Found = len(delays)
	if weights > 0 {
		r.R = earned / weights
	}
	slices.Sort(delays)
	if r.Delays = delays; len(delays) > 0 {
		r.Delay, r.DelayP90 = quantile(delays, 0.5), quantile(delays, 0.9)
	}
}

func idOf(i Incident, n int) string {
	if i.ID != "" {
		return i.ID
	}
	return strconv.Itoa(n)
}

// weight of an incident is the logarithm of its dollars. A campaign over more
// accounts than groupWeight shares that many weights.
func weight(i Incident, members int) float64 {
	w := math.Log10(1 + max(0, i.Total))
	if i.Group != "" && members > groupWeight {
		w *= groupWeight / float64(members)
	}
	return w
}

func creditOf(i Incident, d detection) float64 {
	c := half + half*saved(i, d.day)
	if !d.named {
		c *= unnamed
	}
	return c
}

// saved is the part of the excess that was still to come on day, of what was
// to come on the first day that the incident could be told. One that is as
// good as over by then saves all or nothing.
func saved(i Incident, day spend.Day) float64 {
	all, after := 0.0, 0.0
	for n, v := range i.Excess {
		all += v
		if n > 0 {
			after += v
		}
	}
	k := int(day - i.Start)
	if after < mostlyOver*all {
		if k <= late {
			return 1
		}
		return 0
	}
	ahead := 0.0
	for n := k; n < len(i.Excess); n++ {
		ahead += i.Excess[n]
	}
	return ahead / after
}

// quantile of sorted, the smallest value that has at least the part q at or below it.
func quantile(sorted []int, q float64) int {
	return sorted[max(int(math.Ceil(q*float64(len(sorted))))-1, 0)]
}
