package yardstick

import (
	"math"

	"rootwatch/checks/spend"
)

// Changes of an account that last: one message about most of them is no fault.

// several are some of the account's own series, as its style lists them.
func (p *plan) several(t *tenant) []*series {
	n := min(1+p.rng.IntN(4), len(t.style.parts), len(t.series))
	return t.series[:n]
}

// calmly finds a day on which nothing else goes on in the account; 0 without one.
func (p *plan) calmly(t *tenant, length int) spend.Day {
	for range 30 {
		if d := p.some(length + 10); t.free(d-10, d+spend.Day(length)+10) {
			return d
		}
	}
	return 0
}

func (p *plan) launch(t *tenant) {
	if d := p.calmly(t, 8); d > 0 {
		ramp := days(p.rng, 0, 5)
		hit := p.several(t)
		t.bends = append(t.bends, bend{from: d, factor: between(p.rng, 1.3, 2.6), ramp: ramp, series: hit})
		p.note(t, Tolerated, "launch_step", d, d+ramp+1, nil, hit...)
	}
}

// begin starts a series on d that goes on to the end, rising over ramp days.
func (p *plan) begin(t *tenant, s *series, d spend.Day, usd, ramp float64) {
	for at := d; at <= p.labels.Last; at++ {
		f := min(1, float64(at-d+1)/(ramp+1))
		t.extra[at] = append(t.extra[at], addition{s, cents(usd * f * math.Exp(0.07*p.rng.NormFloat64()))})
	}
}

func (p *plan) adopted(t *tenant) {
	if d := p.calmly(t, 8); d > 0 {
		s := t.reach([]string{"Amazon Elastic File System", "Amazon MemoryDB", "Amazon Managed Streaming for Apache Kafka", "Amazon DocumentDB (with MongoDB compatibility)"}[p.rng.IntN(4)], t.Home)
		p.begin(t, s, d, max(4, t.usual*between(p.rng, 0.05, 0.3)), 2)
		p.note(t, Tolerated, "new_service_adopted", d, d+3, nil, s)
	}
}

func (p *plan) loadTest(t *tenant) {
	if d := p.calmly(t, 3); d > 0 {
		to := d + days(p.rng, 0, 2)
		hit := p.several(t)
		t.bends = append(t.bends, bend{from: d, to: to, factor: between(p.rng, 1.6, 4), series: hit})
		p.note(t, Tolerated, "load_test", d, to, nil, hit...)
	}
}

func (p *plan) expansion(t *tenant) {
	if d := p.calmly(t, 10); d > 0 {
		region := t.region(fresh)
		var hit []*series
		for n, service := range []string{ec2, rds, ec2Other, elb} {
			s := t.reach(service, region)
			hit = append(hit, s)
			p.begin(t, s, d, t.usual*between(p.rng, 0.1, 0.3)/float64(n+1), 4)
		}
		p.note(t, Tolerated, "region_expansion", d, d+6, nil, hit...)
	}
}

func (p *plan) creditsEnd(t *tenant) {
	if d := p.calmly(t, 5); d > 0 {
		hit := p.several(t)
		t.bends = append(t.bends, bend{from: p.labels.First, to: d - 1, factor: between(p.rng, 0.1, 0.5), series: hit})
		p.note(t, Tolerated, "credit_programme_ends", d, d+2, nil, hit...)
	}
}

// migration takes one service down as another comes up.
func (p *plan) migration(t *tenant) {
	if d := p.calmly(t, 16); d > 0 {
		old := t.series[0]
		if old.region == "global" {
			return
		}
		s := t.reach(ecs, old.region)
		t.bends = append(t.bends, bend{from: d, factor: between(p.rng, 0.1, 0.5), ramp: 12, series: []*series{old}})
		p.begin(t, s, d, old.base*between(p.rng, 0.4, 0.9), 12)
		p.note(t, Tolerated, "migration_of_services", d, d+13, nil, old, s)
	}
}

// moved takes everything of the main region to another one.
func (p *plan) moved(t *tenant) {
	if d := p.calmly(t, 12); d > 0 {
		region := t.region(fresh)
		var old, hit []*series
		for _, s := range t.series[:len(t.series):len(t.series)] {
			if s.region == t.Home && s.base > 0 {
				old = append(old, s)
				fresh := t.reach(s.service, region)
				hit = append(hit, fresh)
				p.begin(t, fresh, d, s.base*0.95, 8)
			}
		}
		t.bends = append(t.bends, bend{from: d, factor: 0.03, ramp: 9, series: old})
		p.note(t, Tolerated, "migration_of_regions", d, d+10, nil, append(hit, old...)...)
	}
}

// drill brings up the second site for a day or two in each quarter.
func (p *plan) drill(t *tenant) {
	usd := t.usual * between(p.rng, 0.1, 0.35)
	region := t.regions[len(t.regions)-1]
	if region == t.Home {
		region = t.region(fresh)
	}
	for d := p.labels.First + days(p.rng, 20, 90); d < p.labels.Last-5; d += 91 {
		to := d + days(p.rng, 0, 1)
		if !t.free(d-10, to+10) {
			continue
		}
		vm, db := t.reach(ec2, region), t.reach(rds, region)
		for at := d; at <= to; at++ {
			t.extra[at] = append(t.extra[at], addition{vm, cents(usd * between(p.rng, 0.8, 1.2))}, addition{db, cents(usd * 0.4)})
		}
		p.note(t, Tolerated, "dr_test", d, to, nil, vm, db)
	}
}

func (p *plan) outage(t *tenant) {
	d := p.some(8)
	to := d + days(p.rng, 0, 1)
	if !t.free(d-5, to+5) {
		return
	}
	t.bends = append(t.bends, bend{from: d, to: to, factor: between(p.rng, 0.05, 0.5)})
	p.note(t, Benign, "outage_dip_and_recovery", d, to+2, nil)
}

func (p *plan) cheaper(t *tenant) {
	hit := t.series[p.rng.IntN(min(len(t.series), len(t.style.parts)))]
	d := p.some(5)
	t.bends = append(t.bends, bend{from: d, factor: between(p.rng, 0.6, 0.9), series: []*series{hit}})
	p.note(t, Benign, "price_cut", d, d+3, nil, hit)
}

// closed ends an account. It has no incident later, since place asks for its last day.
func (p *plan) closed(t *tenant) {
	d := p.labels.ScoreFrom + (p.labels.Last-p.labels.ScoreFrom)*2/3 + days(p.rng, 0, 40)
	if t.Last != nil || t.First > p.labels.First || d >= p.labels.Last {
		return
	}
	t.Last = &d
	p.note(t, Benign, "account_closed", d, p.labels.Last, nil)
}

// onboard lets some accounts begin in the middle.
func (p *plan) onboard() {
	for range int(3*p.mix.Harmless*float64(len(p.tenants))/30 + p.rng.Float64()) {
		t := p.someone("")
		if t.First > p.labels.First || t.Archetype == "payer" {
			continue
		}
		t.First = p.some(120)
		for _, s := range t.series {
			s.from = t.First + spend.Day(p.rng.IntN(12))
		}
		p.note(t, Tolerated, "account_onboarding", t.First, t.First+14, nil)
	}
}
