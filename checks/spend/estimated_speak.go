package spend

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"
)

// EarlySpike is the one early sign of an account: that of its service with the
// largest rise, the others as its drivers, or of the whole account where no
// service by itself has one. It is false where there is none at all.
func EarlySpike(whole EarlyVerdict, services []EarlyVerdict) (Spike, bool) {
	var spikes []*Spike
	for _, v := range services {
		if v.Spike != nil {
			spikes = append(spikes, v.Spike)
		}
	}
	if len(spikes) == 0 {
		if whole.Spike == nil {
			return Spike{}, false
		}
		return *whole.Spike, true
	}
	slices.SortStableFunc(spikes, func(a, b *Spike) int {
		return cmp.Or(b.Excess.Cmp(a.Excess), compareKeys(a.Key, b.Key))
	})
	leading := *spikes[0]
	for _, s := range spikes[1:] {
		leading.Drivers = append(leading.Drivers, Driver{Name: s.Service, Service: s.Service, Excess: s.Excess})
		leading.Since = min(leading.Since, s.Since)
	}
	return leading, true
}

// earlyGrown is how much of what was told an early sign must reach to be told
// again, in its thread: twice. Its window fills for a day, and one that was
// seen in its first hours grows by itself. Extra holds the excess that was told.
const earlyGrown = 2

// SpeakEarly decides what to say of an early sign. signs are the account's,
// open or not; since is the first day of this weekend. An account has one sign
// a weekend: what follows edits its message, and what Cost Explorer has looked
// at is told no more. A sign that is twice what was told is answered in its
// thread, once a day.
func SpeakEarly(signs []Incident, s Spike, since Day) Utterance {
	var known *Incident
	for n := range signs {
		i := &signs[n]
		if i.Account == s.Account && i.Sure == Early && (i.Open || i.Day >= since) && (known == nil || i.Since > known.Since) {
			known = i
		}
	}
	if known == nil && slices.ContainsFunc(signs, func(i Incident) bool { return i.Account == s.Account && i.EarlySign != nil && i.Day >= since }) {
		return Utterance{Incident{Spike: s}, Quiet} // Cost Explorer tells on of it
	}
	if known == nil && slices.ContainsFunc(signs, func(i Incident) bool { return i.tells(s) }) {
		return Utterance{Incident{Spike: s}, Quiet} // Cost Explorer told it first, and brings its figures up to date
	}
	if known == nil {
		return Utterance{Incident{Spike: s, Peak: s.Actual, Extra: s.Excess, ToldDay: s.Day, ToldPeak: s.Actual, Open: true}, First}
	}
	if !known.Open || s.Day < known.Day {
		return Utterance{*known, Quiet}
	}
	i := *known
	i.Spike = s
	i.Key, i.Since, i.AccountName = known.Key, known.Since, known.AccountName // what names it never changes
	if s.Service != known.Service {
		// Another service leads by now: the figures must be of the one that is named.
		i.Actual, i.Expected, i.Excess, i.Baseline, i.Share, i.Recent = known.Actual, known.Expected, known.Excess, known.Baseline, known.Share, known.Recent
		i.Why, i.Drivers = known.Why, withDriver(s)
	}
	grew := s.Excess.GreaterThanOrEqual(known.Extra.Mul(decimal.NewFromInt(earlyGrown)))
	i.Peak = decimal.Max(i.Peak, i.Actual)
	switch {
	case i.Day > known.ToldDay && grew:
		i.ToldDay, i.ToldPeak, i.Extra = i.Day, i.Peak, decimal.Max(i.Extra, s.Excess)
		return Utterance{i, Grew}
	case i.Day == known.Day && i.Actual.Equal(known.Actual) && i.Expected.Equal(known.Expected) && len(i.Drivers) == len(known.Drivers):
		return Utterance{*known, Quiet}
	}
	return Utterance{i, Same}
}

// tells reports whether the early sign is the rest of what the bill told of its
// account and still goes on: it has not outgrown that.
func (i Incident) tells(s Spike) bool {
	return i.Open && i.Sure != Early && i.Account == s.Account && s.Excess.LessThan(i.Peak.Sub(i.Expected).Mul(decimal.NewFromInt(outgrows)))
}

// withDriver are the drivers of s with its own series before them.
func withDriver(s Spike) []Driver {
	return append([]Driver{{Name: s.Service, Service: s.Service, Excess: s.Excess}}, s.Drivers...)
}
