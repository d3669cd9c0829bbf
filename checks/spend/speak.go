package spend

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// Word is what is said of an incident today.
type Word string

// The words. Quiet says nothing.
const (
	First Word = "first" // a new incident: post
	Grew  Word = "grew"  // much more than was told: edit, and answer in the thread
	Still Word = "still" // it goes on, a week after the last word
	Over  Word = "over"  // back to usual: edit, and answer in the thread
	Same  Word = "same"  // new figures for the same incident: edit in silence
	Quiet Word = "quiet"
)

// Incident is one rise of one key from its first day to its last, and what
// was said of it.
type Incident struct {
	Spike
	Peak     decimal.Decimal `json:"peak"`      // the highest day
	Extra    decimal.Decimal `json:"extra"`     // sum of the excess of all its days so far
	ToldDay  Day             `json:"told_day"`  // the day of the last word that a person saw as news
	ToldPeak decimal.Decimal `json:"told_peak"` // the peak as it was then
	Open     bool            `json:"open"`
	EndedOn  Day             `json:"ended_on,omitzero"` // first usual day
	// NewUsual marks an end that is none: the rise lasted so long that it is what is usual now.
	NewUsual bool `json:"new_usual,omitempty"`
	// Withdrawn marks an early sign that Cost Explorer did not confirm.
	Withdrawn bool `json:"withdrawn,omitempty"`
	// EarlySign is the early sign that the incident was first told as, whose
	// message tells on of it; nil where there was none. See Reconcile.
	EarlySign *EarlySign `json:"early_sign,omitempty"`
	// Who said that they look after it (a Slack user id), and when; "" nobody.
	AcknowledgedBy string    `json:"acknowledged_by,omitempty"`
	AcknowledgedAt time.Time `json:"acknowledged_at,omitzero"`
	// AcknowledgedName is what the workspace called them then; "" where it did not say.
	AcknowledgedName string `json:"acknowledged_name,omitempty"`
}

// Utterance is what to say of one incident, and the incident as it then is.
type Utterance struct {
	Incident Incident
	Word     Word
}

// RelapseDays is how long after its end an incident is opened again by a rise
// of the same key, instead of being told as a new one.
const RelapseDays = 14

const (
	pauseDays  = 3 // a rise that is back so soon only paused, over a weekend, say: no news
	stillDays  = 7 // an incident that goes on is mentioned once a week
	growHalves = 3 // halves of what was told: half as much again
)

// Speak decides what to say of day. It is pure, and saying it twice says
// nothing the second time: figures are computed anew from h, never added up.
//
// incidents are the open ones and, if the caller has them, those that ended
// within RelapseDays; spikes are Judge's for day, from the same h, which must
// hold every account of the incidents. Each spike has one Utterance, and each
// incident that ends has one.
//
// A key that rises again within RelapseDays is the same incident: after a
// pause of three days or less in silence, later with a word in its thread. A
// rise to half as much again as its peak is a new incident. An incident ends
// on a day that was read, can no longer rise, could be judged and has no
// spike; data that is missing or garbled ends none.
func Speak(incidents []Incident, spikes []Spike, h History, day Day) []Utterance {
	c := calendarOf(h, day)
	var said []Utterance
	spiking := map[Key]bool{}
	for _, s := range spikes {
		if s.Day != day || spiking[s.Key] {
			continue
		}
		spiking[s.Key] = true
		said = append(said, sayRise(latest(incidents, s), s, h))
	}
	if c.before() < minHistory || !h.Collected[day] || Provisional(day, h.ObservedAt) {
		return said
	}
	for _, i := range incidents {
		if !i.Open || spiking[i.Key] || day < i.Day {
			continue
		}
		if v, ok := costOf(i.Key, h, day); ok {
			said = append(said, Utterance{end(i, h, day, v), Over})
		}
	}
	return said
}

// costOf is a key's cost on a collected day: 0 without a series, and false
// where the stored value cannot be an amount.
func costOf(k Key, h History, day Day) (float64, bool) {
	n := slices.IndexFunc(h.Series, func(s Series) bool { return s.Key == k })
	if n < 0 {
		return 0, true
	}
	return h.Series[n].amount(day)
}

// latest is the incident that spike s is part of, or nil: the open one of its
// key, or one that ended a short while before. The newest wins.
func latest(incidents []Incident, s Spike) *Incident {
	var found *Incident
	for n := range incidents {
		i := &incidents[n]
		if i.Key != s.Key || !i.Open && !relapse(*i, s) {
			continue
		}
		if found == nil || i.Open && !found.Open || i.Open == found.Open && i.Since > found.Since {
			found = i
		}
	}
	return found
}

// relapse reports whether s belongs to an incident that has ended: a day of it
// that is judged once more, or a rise soon after that is not much higher.
func relapse(i Incident, s Spike) bool {
	if s.Day < i.EndedOn || s.Since == i.Since {
		return s.Day >= i.Since
	}
	return s.Day-i.EndedOn <= RelapseDays && !grown(s.Actual, i.Peak)
}

// grown reports whether amount is half as much again as what was told.
func grown(amount, told decimal.Decimal) bool {
	return amount.Mul(decimal.NewFromInt(2)).GreaterThanOrEqual(told.Mul(decimal.NewFromInt(growHalves)))
}

func sayRise(known *Incident, s Spike, h History) Utterance {
	if known == nil {
		i := withFigures(Incident{Spike: s, Open: true}, h, s.Day)
		i.ToldDay, i.ToldPeak = s.Day, i.Peak
		return Utterance{i, First}
	}
	if !known.Open && s.Day < known.EndedOn {
		i := withFigures(*known, h, known.EndedOn-1)
		return Utterance{i, sameOrQuiet(*known, i)}
	}
	i := *known
	switch {
	case s.Day < i.Day:
	case s.Provisional && !i.Provisional && s.Actual.LessThan(i.Actual):
		i.Recent = s.Recent // half a day must not hide the whole one before it
	default:
		i.Spike = s
		i.Since, i.AccountName = known.Since, known.AccountName // what names the incident never changes
	}
	i.Open, i.EndedOn, i.NewUsual = true, 0, false
	i = withFigures(i, h, i.Day)
	word := sameOrQuiet(*known, i)
	switch pause := s.Day - known.EndedOn; {
	case grown(i.Peak, i.ToldPeak):
		word = Grew
	case !known.Open && pause > pauseDays, known.Open && s.Day-i.ToldDay >= stillDays:
		word = Still
	}
	if word == Grew || word == Still {
		i.ToldDay, i.ToldPeak = max(i.ToldDay, s.Day), i.Peak
	}
	return Utterance{i, word}
}

func sameOrQuiet(old, now Incident) Word {
	if old.Day == now.Day && old.Open == now.Open && old.Provisional == now.Provisional && old.Reason == now.Reason &&
		old.Actual.Equal(now.Actual) && old.Expected.Equal(now.Expected) && old.Peak.Equal(now.Peak) && old.Extra.Equal(now.Extra) {
		return Quiet
	}
	return Same
}

// end closes the incident on day, its first usual one, which cost v.
func end(i Incident, h History, day Day, v float64) Incident {
	i = withFigures(i, h, day-1)
	i.Open, i.EndedOn, i.ToldDay = false, day, day
	i.NewUsual = dollars(v).GreaterThan(i.Expected.Add(i.Excess.Div(decimal.NewFromInt(2))))
	cost := fmt.Sprintf("%s on %s", money(i.Currency, v), day.Time().Format("2 Jan"))
	if i.NewUsual {
		i.Why = cost + " is no rise any more: what has lasted this long is the new usual."
	} else {
		i.Why = cost + " is back to usual."
	}
	return i
}

// withFigures computes peak and extra of the days from the incident's first to
// last anew, so that restated days are right and none counts twice. What h no
// longer reaches keeps its stored figure.
func withFigures(i Incident, h History, last Day) Incident {
	n := slices.IndexFunc(h.Series, func(s Series) bool { return s.Key == i.Key })
	if n < 0 {
		return i
	}
	s := h.Series[n]
	usual := usualBefore(s, h, i)
	peak, extra := decimal.Zero, decimal.Zero
	for d := i.Since; d <= last; d++ {
		v, ok := s.amount(d)
		if !h.Collected[d] || !ok {
			continue
		}
		peak = decimal.Max(peak, dollars(v))
		// A day between two rises that lies within the usual variation adds nothing.
		if base := usual(d); v-base.Expected > holding*spreadFactor*base.Spread {
			extra = extra.Add(dollars(v).Sub(dollars(base.Expected)))
		}
	}
	if last < i.Since {
		peak = i.Peak // its only day was restated: what was told is all that there is
	}
	if !h.Collected[i.Since] {
		peak, extra = decimal.Max(peak, i.Peak), decimal.Max(extra, i.Extra)
	}
	i.Peak, i.Extra = peak, extra
	return i
}

// usualBefore is what a day of the incident would usually have cost, from the
// days before the incident, and shifted so that it agrees with what Judge
// found for the incident's newest day.
func usualBefore(s Series, h History, i Incident) func(Day) Baseline {
	before := func(d Day) (Baseline, bool) {
		return baselineOf(d, DefaultSettings().HistoryDays, func(p Day) (float64, bool) {
			if p >= i.Since || !h.Collected[p] || Provisional(p, h.ObservedAt) {
				return 0, false
			}
			return s.amount(p)
		})
	}
	shift := 0.0
	if newest, ok := before(i.Day); ok {
		shift = i.Baseline.Expected - newest.Expected
	}
	return func(d Day) Baseline {
		base, ok := before(d)
		if !ok {
			return i.Baseline
		}
		base.Expected = max(base.Expected+shift, 0)
		return base
	}
}
