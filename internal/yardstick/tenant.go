package yardstick

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"rootwatch/checks/spend"
)

// tenant is one account that is being simulated.
type tenant struct {
	Account
	style   style
	usual   float64 // dollars a day, nominal
	regions []string
	series  []*series
	bends   []bend
	extra   map[spend.Day][]addition
	taken   []span // by incidents and tolerated events, with room around them
	rng     *rand.Rand
}

// bend multiplies series from one day on, or for a while.
type bend struct {
	from, to spend.Day // to 0: for good
	factor   float64
	ramp     spend.Day // days until it is whole
	series   []*series // nil: all of the account
}

// addition is an amount on top of what is usual.
type addition struct {
	series *series
	amount float64
}

type span struct{ from, to spend.Day }

// newTenant makes account n of an organization.
func newTenant(n int, st style, m Mixture, first spend.Day, rng *rand.Rand) *tenant {
	t := &tenant{
		Account: Account{ID: fmt.Sprintf("%06d%06d", 100000+n, 100000+n), Archetype: st.name, First: first},
		style:   st, usual: between(rng, st.low, st.high), extra: map[spend.Day][]addition{}, rng: rng,
	}
	t.regions = govRegions
	if st.name != "gov" {
		at := rng.IntN(4)
		t.regions = []string{regions[at]}
		for len(t.regions) < 1+rng.IntN(st.regions) {
			if r := regions[rng.IntN(8)]; !slices.Contains(t.regions, r) {
				t.regions = append(t.regions, r)
			}
		}
	}
	t.Home = t.regions[0]
	growth := m.Growth + rng.NormFloat64()*(0.1+m.Growth/2)
	for _, p := range st.parts {
		t.grow(p, t.usual*p.share, growth, m)
	}
	for _, p := range everywhere {
		if rng.Float64() < 0.7 && t.find(p.service, t.Home) == nil {
			t.grow(p, p.share*between(rng, 0.1, 6)*math.Sqrt(t.usual/20), growth/2, m)
		}
	}
	if m.Services > 0 {
		t.trim(m)
	}
	return t
}

// trim gives the account as many series as the mixture wants: its own first,
// then others of the same size as its pennies.
func (t *tenant) trim(m Mixture) {
	t.series = t.series[:min(len(t.series), m.Services)]
	for n := len(t.series); n < m.Services; n++ {
		t.add(part{sigma: 0.15}, t.Home, between(t.rng, 0.05, 5), m.Growth, m).service = fmt.Sprintf("Service %d", n+1)
	}
}

// grow adds the series of one service.
func (t *tenant) grow(p part, dollars, growth float64, m Mixture) {
	dollars *= between(t.rng, 0.6, 1.7)
	switch p.place {
	case each:
		left := dollars
		for i, r := range t.regions {
			v := left * (0.5 + 0.3*t.rng.Float64())
			if i == len(t.regions)-1 {
				v = left
			}
			t.add(p, r, v, growth, m)
			left -= v
		}
	case global:
		t.add(p, "global", dollars, growth, m)
	case none:
		t.add(p, "NoRegion", dollars, growth, m)
	case used:
		t.add(p, t.regions[len(t.regions)-1], dollars, growth, m)
	default:
		t.add(p, t.Home, dollars, growth, m)
	}
}

func (t *tenant) add(p part, region string, dollars, growth float64, m Mixture) *series {
	rng := t.rng
	s := &series{
		service: p.service, region: region, base: dollars, growth: growth, rhythm: p.rhythm, weekend: 1 - (1-t.style.weekend)*(0.6+0.6*rng.Float64()), holiday: t.style.holiday,
		sigma: p.sigma * m.Noise * between(rng, 0.6, 1.6), memory: rng.Float64() * 0.85, freedom: float64(3 + rng.IntN(6)), moving: 0.006 * rng.Float64() * m.Noise,
		monthEnd: 1, quarterEnd: 1, awake: 1, backup: time.Weekday(rng.IntN(7)), from: t.First,
		rng: source(rng.Uint64(), rng.Uint64()),
	}
	if p.rhythm == steady && dollars < 1 || p.service == s3 {
		s.weekend, s.holiday = 1, 1 // what is stored does not go home
	}
	if p.rhythm == sparse {
		s.awake = 0.05 + 0.4*rng.Float64()
	}
	if rng.Float64() < 0.25 {
		s.grain = []float64{0.0116, 0.024, 0.096, 0.5}[rng.IntN(4)]
	}
	t.series = append(t.series, s)
	return s
}

func (t *tenant) find(service, region string) *series {
	i := slices.IndexFunc(t.series, func(s *series) bool { return s.service == service && s.region == region })
	if i < 0 {
		return nil
	}
	return t.series[i]
}

// reach is the series of a service in a region, made now if it is none yet:
// one that has no cost of its own.
func (t *tenant) reach(service, region string) *series {
	if s := t.find(service, region); s != nil {
		return s
	}
	s := &series{service: service, region: region}
	t.series = append(t.series, s)
	return s
}

// region chooses one for a place.
func (t *tenant) region(p place) string {
	switch p {
	case global:
		return "global"
	case none:
		return "NoRegion"
	case used:
		return t.regions[len(t.regions)-1]
	case fresh:
		all := regions
		if t.Archetype == "gov" {
			return t.regions[len(t.regions)-1] // GovCloud has no third one
		}
		for {
			if r := all[t.rng.IntN(len(all))]; !slices.Contains(t.regions, r) {
				return r
			}
		}
	}
	return t.Home
}

// free reports whether nothing else goes on in the account from one day to the other.
func (t *tenant) free(from, to spend.Day) bool {
	return !slices.ContainsFunc(t.taken, func(s span) bool { return from <= s.to && to >= s.from })
}

// day is what each series costs on day, in dollars; index as in t.series.
func (t *tenant) day(day, first spend.Day) []float64 {
	all := make([]float64, len(t.series))
	there := day >= t.First && (t.Last == nil || day <= *t.Last)
	for i, s := range t.series {
		all[i] = s.next(day, first)
		if !there {
			all[i] = 0
		} else if all[i] != 0 {
			all[i] *= t.bent(s, day)
		}
	}
	if !there {
		return all
	}
	for _, a := range t.extra[day] {
		all[slices.Index(t.series, a.series)] += a.amount
	}
	return all
}

func (t *tenant) bent(s *series, day spend.Day) float64 {
	f := 1.0
	for _, b := range t.bends {
		if day < b.from || b.to != 0 && day > b.to || b.series != nil && !slices.Contains(b.series, s) {
			continue
		}
		part := min(1, float64(day-b.from+1)/float64(b.ramp+1))
		f *= math.Exp(part * math.Log(max(b.factor, 1e-9)))
	}
	return f
}
