package yardstick

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rootwatch/checks/spend"
)

// plan is an organization before its days are played.
type plan struct {
	mix     Mixture
	rng     *rand.Rand
	labels  Labels
	tenants []*tenant
}

// fewestDays leave room for the warm-up, for an account that begins late and
// for the longest incident.
const fewestDays = 200

// Simulate writes the set of mixture m and seed into dir: labels.json,
// costs.csv.gz and asof.csv.gz. The same seed gives the same set. Days are
// written as they are played, so memory does not grow with them.
func Simulate(dir string, m Mixture, seed uint64) (Labels, error) {
	if m.Days < fewestDays {
		return Labels{}, fmt.Errorf("%d days are too few for what happens in an organization: %d or more", m.Days, fewestDays)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Labels{}, err
	}
	p := draw(m, seed)
	text, err := json.MarshalIndent(p.labels, "", " ")
	if err != nil {
		return Labels{}, err
	}
	if err := os.WriteFile(filepath.Join(dir, "labels.json"), append(text, '\n'), 0o644); err != nil {
		return Labels{}, err
	}
	files, err := create(dir)
	if err != nil {
		return Labels{}, err
	}
	p.play(files, &lateness{rng: source(seed, 2), many: m.Late})
	return p.labels, files.close()
}

func source(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

// draw plans everything but the daily noise.
func draw(m Mixture, seed uint64) *plan {
	p := &plan{mix: m, rng: source(seed, 1)}
	// From the summer to the autumn of the next year, so that each set has one
	// season to be surprised by; the day differs with the seed.
	first := spend.DayOf(time.Date(2022+p.rng.IntN(3), time.July, 1, 0, 0, 0, 0, time.UTC)) + days(p.rng, 0, 100)
	p.labels = Labels{First: first, Last: first + spend.Day(m.Days) - 1, ScoreFrom: first + warmup, Currency: m.Currency, Incidents: []Incident{}, Events: []Event{}}
	for _, k := range m.Makes {
		st := styles[slices.IndexFunc(styles, func(s style) bool { return s.name == k.Archetype })]
		for range k.Count {
			n := len(p.tenants)
			p.tenants = append(p.tenants, newTenant(n, st, m, first, source(seed, uint64(100+n))))
		}
	}
	p.settle()
	p.breakIn()
	slices.SortStableFunc(p.labels.Events, func(a, b Event) int { return int(a.Start - b.Start) })
	for _, t := range p.tenants {
		p.labels.Accounts = append(p.labels.Accounts, t.Account)
	}
	return p
}

// someone is an account of one of the archetypes, or nil.
func (p *plan) someone(who string) *tenant {
	var fit []*tenant
	for _, t := range p.tenants {
		if who == "" && t.Archetype != "payer" || slices.Contains(strings.Fields(who), t.Archetype) {
			fit = append(fit, t)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return fit[p.rng.IntN(len(fit))]
}

// play writes day after day.
func (p *plan) play(files *files, late *lateness) {
	var services []string
	for _, t := range p.tenants {
		for _, s := range t.series {
			if !slices.Contains(services, s.service) {
				services = append(services, s.service)
			}
		}
	}
	for day := p.labels.First; day <= p.labels.Last; day++ {
		late.dawn(services)
		for _, t := range p.tenants {
			absent := late.account()
			for i, v := range t.day(day, p.labels.First) {
				final := cents(v * p.mix.Rate)
				if final == 0 {
					continue
				}
				s := t.series[i]
				files.row(day, t.ID, s.service, s.region, final, late.views(s.service, final, absent))
			}
		}
		files.dusk(day)
	}
	files.rest(p.labels.Last)
}
