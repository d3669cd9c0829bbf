package yardstick

import (
	"math"
	"slices"
	"time"

	"rootwatch/checks/spend"
)

// events are the changes that are no incidents, and how many of each an
// organization of thirty accounts has at Harmless 1.
var events = []struct {
	count float64
	who   string // archetypes; "" any
	make  func(*plan, *tenant)
}{
	{2, "lake hpc retail saas", (*plan).batches}, {2, "lake retail payer hpc", (*plan).monthEnd}, {9, "", (*plan).zones}, {10, "", (*plan).rare},
	{5, "", (*plan).tried}, {5, "", (*plan).domain}, {3, "", (*plan).refund}, {3, "", (*plan).credit}, {3, "saas retail lake gov payer", (*plan).reservation},
	{2, "", (*plan).marketplace}, {2, "ml hpc", (*plan).training}, {2, "", (*plan).outage}, {2, "", (*plan).cheaper}, {1, "dev sandbox tiny", (*plan).closed},
	{4, "saas serverless retail edge dev gov tiny", (*plan).launch}, {3, "", (*plan).adopted}, {2, "saas retail serverless", (*plan).loadTest},
	{2, "saas retail edge serverless", (*plan).expansion}, {1, "", (*plan).yearly}, {1, "payer saas", (*plan).commitment}, {1, "serverless saas ml", (*plan).creditsEnd},
	{2, "saas retail serverless lake", (*plan).migration}, {1, "saas gov", (*plan).moved}, {2, "saas gov retail", (*plan).drill},
}

// settle plans what every bill has, and lets each event happen where it fits.
func (p *plan) settle() {
	p.payerFees()
	p.seasons()
	p.onboard()
	for _, e := range events {
		n := e.count * p.mix.Harmless * float64(len(p.tenants)) / 30
		for times := int(n + p.rng.Float64()); times > 0; times-- {
			if t := p.someone(e.who); t != nil {
				e.make(p, t)
			}
		}
	}
}

// note labels an event.
func (p *plan) note(t *tenant, class, kind string, from, to spend.Day, dates []spend.Day, hit ...*series) {
	e := Event{Account: t.ID, Services: []string{}, Regions: []string{}, Start: from, End: min(to, p.labels.Last), Kind: kind, Class: class, Dates: dates}
	for _, s := range hit {
		if !slices.Contains(e.Services, s.service) {
			e.Services = append(e.Services, s.service)
		}
		if !slices.Contains(e.Regions, s.region) {
			e.Regions = append(e.Regions, s.region)
		}
	}
	if class == Tolerated {
		t.taken = append(t.taken, span{from, to + 7})
	}
	p.labels.Events = append(p.labels.Events, e)
}

// some is a day of the scored time with so many after it.
func (p *plan) some(after int) spend.Day {
	return p.labels.ScoreFrom + days(p.rng, 1, int(p.labels.Last-p.labels.ScoreFrom)-after-1)
}

// recur adds an amount on each of the dates and labels it.
func (p *plan) recur(t *tenant, kind string, s *series, dates []spend.Day, dollars, spread float64) {
	if len(dates) == 0 || t.First > p.labels.First {
		return // in a new account nobody could know yet that it comes again
	}
	for _, d := range dates {
		t.extra[d] = append(t.extra[d], addition{s, cents(dollars * math.Exp(spread*p.rng.NormFloat64()))})
	}
	p.note(t, Benign, kind, dates[0], dates[len(dates)-1], dates, s)
}

// dates are the days that keep accepts.
func (p *plan) dates(keep func(spend.Day) bool) []spend.Day {
	var all []spend.Day
	for d := p.labels.First; d <= p.labels.Last; d++ {
		if keep(d) {
			all = append(all, d)
		}
	}
	return all
}

func firstOfMonth(d spend.Day) bool { return d.Time().Day() == 1 }

func (p *plan) payerFees() {
	i := slices.IndexFunc(p.tenants, func(t *tenant) bool { return t.Archetype == "payer" })
	if i < 0 {
		return
	}
	t, total := p.tenants[i], 0.0
	for _, o := range p.tenants {
		total += o.usual
	}
	starts := p.dates(firstOfMonth)
	p.recur(t, "month_start_fee", t.reach("AWS Support (Business)", "NoRegion"), starts, total*2, 0.05)
	p.recur(t, "tax", t.reach("Tax", "NoRegion"), p.dates(func(d spend.Day) bool { return d.Time().Day() == 3 }), total*3, 0.05)
	p.recur(t, "marketplace_monthly", t.reach("Okta Workforce Identity (AWS Marketplace)", "NoRegion"), starts, between(p.rng, 150, 2500), 0.04)
}

func (p *plan) batches(t *tenant) {
	every, from := days(p.rng, 5, 17), days(p.rng, 0, 9)
	on := p.dates(func(d spend.Day) bool { return d >= p.labels.First+from && (d-p.labels.First-from)%every == 0 })
	p.recur(t, "batch_every_n_days", t.reach("AWS Batch", t.Home), on, t.usual*between(p.rng, 0.08, 0.5), 0.15)
}

func (p *plan) monthEnd(t *tenant) {
	on := p.dates(func(d spend.Day) bool { return daysLeft(d) < 2 })
	for _, s := range t.series {
		if (s.service == glue || s.service == athena || s.service == emr || s.service == rds) && s.monthEnd == 1 {
			s.monthEnd, s.quarterEnd = between(p.rng, 1.5, 3), between(p.rng, 1, 1.5)
			p.note(t, Benign, "month_end_batch", on[0], on[len(on)-1], on, s)
			return
		}
	}
	p.recur(t, "month_end_batch", t.reach(glue, t.Home), on, t.usual*between(p.rng, 0.05, 0.2), 0.1)
}

func (p *plan) zones(t *tenant) {
	p.recur(t, "hosted_zone_month_start", t.reach(route53, "global"), p.dates(firstOfMonth), 0.5*float64(1+p.rng.IntN(60)), 0)
}

func (p *plan) rare(t *tenant) {
	chance := 0.02 + 0.1*p.rng.Float64()
	on := p.dates(func(spend.Day) bool { return p.rng.Float64() < chance })
	service := []string{"AWS CodePipeline", "Amazon Rekognition", "AWS DataSync", "Amazon QuickSight", "AWS Device Farm", "Amazon Polly"}[p.rng.IntN(6)]
	p.recur(t, "sparse_service", t.reach(service, t.Home), on, between(p.rng, 0.05, 14), 0.5)
}

func (p *plan) tried(t *tenant) {
	from := p.some(20)
	s := t.reach([]string{"Amazon Kendra", "AWS IoT", "Amazon Timestream", "AWS X-Ray", "Amazon Location Service"}[p.rng.IntN(5)], t.Home)
	usd := between(p.rng, 0.02, 3)
	for d := from; d <= p.labels.Last; d++ {
		t.extra[d] = append(t.extra[d], addition{s, cents(usd * math.Exp(0.3*p.rng.NormFloat64()))})
	}
	p.note(t, Benign, "small_new_service", from, from+4, nil, s)
}

func (p *plan) once(t *tenant, class, kind, service, region string, usd float64) {
	d, s := p.some(8), t.reach(service, region)
	if class == Tolerated && !t.free(d-3, d+10) {
		return
	}
	t.extra[d] = append(t.extra[d], addition{s, cents(usd)})
	p.note(t, class, kind, d, d, nil, s)
}

func (p *plan) domain(t *tenant) {
	p.once(t, Benign, "domain_renewal", "Amazon Registrar", "NoRegion", float64(12+p.rng.IntN(75)))
}

func (p *plan) refund(t *tenant) {
	p.once(t, Benign, "refund", "Refund", "NoRegion", -t.usual*between(p.rng, 0.05, 2))
}

func (p *plan) credit(t *tenant) {
	s := t.series[p.rng.IntN(min(len(t.series), len(t.style.parts)))]
	p.once(t, Benign, "credit_lump", s.service, s.region, -s.base*between(p.rng, 0.5, 4))
}

func (p *plan) reservation(t *tenant) {
	service := []string{rds, ec2, cache, "Amazon Redshift"}[p.rng.IntN(4)]
	p.recur(t, "ri_fee_month_start", t.reach(service, t.Home), p.dates(firstOfMonth), t.usual*between(p.rng, 0.3, 3), 0)
}

func (p *plan) marketplace(t *tenant) {
	on := 1 + p.rng.IntN(27)
	s := t.reach([]string{"Snowflake (AWS Marketplace)", "Elastic Cloud (AWS Marketplace)", "Trend Cloud One (AWS Marketplace)"}[p.rng.IntN(3)], "NoRegion")
	p.recur(t, "marketplace_monthly", s, p.dates(func(d spend.Day) bool { return d.Time().Day() == on }), between(p.rng, 20, 900), 0.03)
}

func (p *plan) yearly(t *tenant) {
	p.once(t, Tolerated, "marketplace_annual", "CrowdStrike Falcon (AWS Marketplace)", "NoRegion", between(p.rng, 1500, 24000))
}

func (p *plan) commitment(t *tenant) {
	p.once(t, Tolerated, "commitment_purchase_upfront", "Savings Plans for AWS Compute usage", t.Home, t.usual*between(p.rng, 10, 60))
}

// training are bursts that come all year, each of one to five days.
func (p *plan) training(t *tenant) {
	var on []spend.Day
	for d := p.labels.First + days(p.rng, 0, 9); d <= p.labels.Last; d += days(p.rng, 4, 22) {
		for end := min(d+days(p.rng, 1, 5), p.labels.Last+1); d < end; d++ {
			on = append(on, d)
		}
	}
	p.recur(t, "ml_training_bursts", t.reach(sagemaker, t.regions[len(t.regions)-1]), on, t.usual*between(p.rng, 0.15, 0.8), 0.25)
}

func (p *plan) seasons() {
	for _, t := range p.tenants {
		if t.style.season > 1 {
			p.season(t)
		}
		if t.style.holiday < 0.8 {
			p.note(t, Benign, "holiday_dip", p.labels.First, p.labels.Last, p.dates(holiday))
		}
	}
}

// season lifts most of a shop in the days around Black Friday, and a little in the weeks before Christmas.
func (p *plan) season(t *tenant) {
	var on []spend.Day
	height := 1 + (t.style.season-1)*between(p.rng, 0.6, 1.3)
	for d := p.labels.First; d <= p.labels.Last; d++ {
		at := d - blackFriday(d.Time().Year())
		f := 1.0
		switch {
		case at >= -6 && at <= 4:
			f = 1 + (height-1)*math.Exp(-math.Abs(float64(at))/4)
		case at > 4 && d.Time().Month() != time.November && d.Time().Day() <= 23:
			f = 1 + 0.25*(height-1)
		}
		if f > 1 {
			on = append(on, d)
			t.bends = append(t.bends, bend{from: d, to: d, factor: f})
		}
	}
	if len(on) > 0 {
		p.note(t, Benign, "seasonal_peak", on[0], on[len(on)-1], on)
	}
}
