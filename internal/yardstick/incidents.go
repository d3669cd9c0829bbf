package yardstick

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"rootwatch/checks/spend"
)

const (
	room      = 18  // days between two incidents of one account, so that each has its own first day
	tries     = 400 // to find a place before an incident is left out
	faintest  = 3.0 // times the usual deviation of the series that an incident rises at least: less nobody could tell
	wobble    = 0.08
	campaignN = 8 // accounts at most
)

// breakIn places the incidents, kind after kind. A campaign counts as it is weighed.
func (p *plan) breakIn() {
	for placed, n := 0, 0; placed < p.mix.Incidents && n < p.mix.Incidents*3; n++ {
		kind := p.mix.Kinds[n%len(p.mix.Kinds)]
		r := recipes[slices.IndexFunc(recipes, func(r recipe) bool { return r.kind == kind })]
		members, group := 1, ""
		if kind == "campaign" {
			members, group = int(days(p.rng, 3, campaignN)), fmt.Sprintf("C%02d", n)
		}
		placed += min(p.place(r, members, group), groupWeight)
	}
	slices.SortStableFunc(p.labels.Incidents, func(a, b Incident) int { return int(a.Start - b.Start) })
	for i := range p.labels.Incidents {
		p.labels.Incidents[i].ID = fmt.Sprintf("I%03d", i+1)
	}
}

// place finds accounts and a day for one incident, and reports how many it hit.
func (p *plan) place(r recipe, members int, group string) int {
	length := days(p.rng, r.low, r.high)
	for range tries {
		start := p.labels.ScoreFrom + days(p.rng, 2, int(p.labels.Last-p.labels.ScoreFrom-length)-2)
		switch r.course {
		case weekend:
			start += (spend.Day(time.Friday) - spend.Day(start.Weekday()) + 7) % 7
		case weekends:
			start += (spend.Day(time.Saturday) - spend.Day(start.Weekday()) + 7) % 7
		}
		end := start + length - 1
		if end > p.labels.Last-2 {
			continue
		}
		var hit []*tenant
		for _, i := range p.rng.Perm(len(p.tenants)) {
			if t := p.tenants[i]; t.suits(r) && t.First+30 < start && (t.Last == nil || *t.Last > end+10) && t.free(start-room, end+room) {
				if hit = append(hit, t); len(hit) == members {
					break
				}
			}
		}
		if len(hit) < members {
			continue
		}
		region := hit[0].region(fresh)
		for _, t := range hit {
			p.labels.Incidents = append(p.labels.Incidents, t.suffer(r, start, end, group, region, p.mix.Rate))
		}
		return members
	}
	return 0
}

func (t *tenant) suits(r recipe) bool {
	if t.Archetype == "payer" {
		return r.kind == "support_plan"
	}
	if r.who != "" && !slices.Contains(strings.Fields(r.who), t.Archetype) {
		return false
	}
	return r.kind != "slow_drip" || t.usual < 300
}

// suffer adds the incident to the account's days and says what it adds.
func (t *tenant) suffer(r recipe, start, end spend.Day, group, region string, rate float64) Incident {
	i := Incident{Account: t.ID, Start: start, End: end, Kind: r.kind, Archetype: t.Archetype, Group: group, Before: cents(t.usual * rate), Excess: make([]float64, end-start+1)}
	if group == "" {
		region = t.region(fresh)
	}
	hit := make([]*series, len(r.pieces))
	for n, x := range r.pieces {
		where := region
		if x.place != fresh {
			where = t.region(x.place)
		}
		hit[n] = t.reach(x.service, where)
		if !slices.Contains(i.Services, x.service) {
			i.Services = append(i.Services, x.service)
		}
		if !slices.Contains(i.Regions, where) {
			i.Regions = append(i.Regions, where)
		}
	}
	height := t.height(r, hit)
	for d := start; d <= end; d++ {
		f := r.course.part(int(d-start), int(end-start+1), t.rng.Float64())
		for n, x := range r.pieces {
			v := cents(height * x.share * f * math.Exp(wobble*t.rng.NormFloat64()))
			if v <= 0 {
				continue
			}
			t.extra[d] = append(t.extra[d], addition{hit[n], v})
			i.Excess[d-start] += v * rate
		}
		i.Excess[d-start] = cents(i.Excess[d-start])
		i.Total += i.Excess[d-start]
	}
	i.Total = cents(i.Total)
	i.PerDay = cents(i.Total / float64(len(i.Excess)))
	t.taken = append(t.taken, span{start, end})
	return i
}

// height is the incident's dollars a day: at least so much that it stands out
// of the series that takes most of it.
func (t *tenant) height(r recipe, hit []*series) float64 {
	v := 0.0
	if r.usd[1] > 0 {
		v = between(t.rng, r.usd[0], r.usd[1])
	} else {
		v = max(20, t.usual*between(t.rng, r.of[0], r.of[1]))
	}
	most := 0
	for n, x := range r.pieces {
		if x.share > r.pieces[most].share {
			most = n
		}
	}
	lead := hit[most]
	spread := lead.sigma
	switch lead.rhythm {
	case weekly:
		spread = 1
	case lumpy:
		spread *= 1.5 // its days lean to the high side
	}
	return max(v, faintest*spread*lead.base/r.pieces[most].share)
}

// part is what of the full height day n of length has. late is the part of
// the first day that had passed.
func (c course) part(n, length int, late float64) float64 {
	switch c {
	case plateau:
		if n == 0 && length > 1 {
			return 1 - 0.9*late
		}
		if n == length-1 && length > 1 {
			return 0.1 + 0.9*late
		}
	case ramp:
		return float64(n+1) / float64(length)
	case creep:
		return min(1, float64(n+1)/10)
	case weekend:
		return []float64{0.25, 1, 0.95, 0.4}[n%4]
	case weekends:
		if n%7 > 1 {
			return 0
		}
	case burst:
		return (0.35 + 0.65*float64(length-n)/float64(length))
	}
	return 1
}

func cents(v float64) float64 { return math.Round(v*1e4) / 1e4 }
