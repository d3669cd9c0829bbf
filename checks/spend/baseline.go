package spend

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

const (
	// LookBack is how many days before the judged one Judge looks at. A
	// shorter History is judged on what it has; a longer one changes nothing.
	LookBack = 120

	minSameWeekday = 4      // values of the same weekday that make a baseline of their own
	minAnyDay      = 7      // values of any day that make one otherwise: a whole week
	madScale       = 1.4826 // makes the median absolute deviation a standard deviation, for normal noise
	minSpread      = 0.02   // of the expected amount: no bill is steadier than that
	noSpend        = 0.005  // below half a cent is nothing
	maxAmount      = 1e12   // more than any bill: an amount beyond it is garbage, as NaN is
)

// amount is what the series cost on a collected day: 0 outside its reach, and
// false where the stored value cannot be an amount.
func (s Series) amount(day Day) (float64, bool) {
	v, _ := s.At(day)
	return v, math.Abs(v) <= maxAmount // false for NaN, too
}

// calendar says which days of a History may stand as history of one day.
type calendar struct {
	from, day Day
	usable    []bool // index 0 is from
}

// calendarOf leaves out what was not collected, and days that may still rise.
// The judged day itself counts even while it may: it can only rise.
func calendarOf(h History, day Day) calendar {
	c := calendar{from: day - LookBack, day: day, usable: make([]bool, LookBack+1)}
	for i := range c.usable {
		d := c.from + Day(i)
		c.usable[i] = h.Collected[d] && (d == day || !Provisional(d, h.ObservedAt))
	}
	return c
}

func (c calendar) has(day Day) bool {
	return day >= c.from && day <= c.day && c.usable[day-c.from]
}

// before is how many usable days lie before the judged one.
func (c calendar) before() int {
	n := 0
	for _, ok := range c.usable[:LookBack] {
		if ok {
			n++
		}
	}
	return n
}

// baselineOf takes the median of the same weekday within historyDays before
// day, or of all days where the weekday has too few. It is false where there
// are too few of those as well. value is false for days that do not count.
func baselineOf(day Day, historyDays int, value func(Day) (float64, bool)) (Baseline, bool) {
	collect := func(step Day) []float64 {
		var values []float64
		for d := day - step; d >= day-Day(historyDays); d -= step {
			if v, ok := value(d); ok {
				values = append(values, v)
			}
		}
		return values
	}
	values, weekday := collect(7), true
	if len(values) < minSameWeekday {
		values, weekday = collect(1), false
		if len(values) < minAnyDay {
			return Baseline{}, false
		}
	}
	middle := median(values)
	deviations := make([]float64, len(values))
	for i, v := range values {
		deviations[i] = math.Abs(v - middle)
	}
	expected := max(middle, 0)
	return Baseline{
		Expected: expected, Spread: max(madScale*median(deviations), minSpread*expected),
		Days: len(values), Weekday: weekday,
	}, true
}

// median sorts values and takes the middle, or the mean of the middle two.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	if n%2 == 1 {
		return values[n/2]
	}
	return (values[n/2-1] + values[n/2]) / 2
}

// Usual is what all series together cost on day, and the median of the same
// weekday (of all days, where there are few). Both are 0 where day was not
// collected, and usual is 0 with less than a week of history: ask
// History.Collected and Judgeable before saying either.
func Usual(h History, day Day) (total, usual float64) {
	if !h.Collected[day] {
		return 0, 0
	}
	c := calendarOf(h, day)
	sum := func(d Day) (float64, bool) {
		if !c.has(d) {
			return 0, false
		}
		var sum float64
		for _, s := range h.Series {
			if v, ok := s.amount(d); ok {
				sum += v
			}
		}
		return sum, true
	}
	total, _ = sum(day)
	base, _ := baselineOf(day, DefaultSettings().HistoryDays, sum)
	return total, base.Expected
}

// LargestRise is the series that lies farthest above its usual day, and by
// how much, whether or not that is worth a word. It is false where none does,
// or nothing can be compared.
func LargestRise(h History, day Day) (Key, float64, bool) {
	if !h.Collected[day] {
		return Key{}, 0, false
	}
	c := calendarOf(h, day)
	var key Key
	var by float64
	for _, s := range h.Series {
		v, ok := s.amount(day)
		if !ok || v <= by {
			continue
		}
		base, ok := baselineOf(day, DefaultSettings().HistoryDays, s.on(c))
		if rise := v - base.Expected; ok && rise >= noSpend && (rise > by || rise == by && compareKeys(s.Key, key) < 0) {
			key, by = s.Key, rise
		}
	}
	return key, by, by > 0
}

// on is the series over the usable days of c.
func (s Series) on(c calendar) func(Day) (float64, bool) {
	return func(d Day) (float64, bool) {
		if !c.has(d) {
			return 0, false
		}
		return s.amount(d)
	}
}

// minHistory is how many collected days make one judgeable: two of each weekday.
const minHistory = 14

// Judgeable reports whether day can be compared at all, and if not, why, as a
// sentence. "No spike" must not be said of a day that is not judgeable.
func Judgeable(h History, day Day, _ Settings) (bool, string) {
	if !h.Collected[day] {
		return false, fmt.Sprintf("The cost of %s has not been read.", day)
	}
	if n := calendarOf(h, day).before(); n < minHistory {
		return false, fmt.Sprintf("Only %d days of cost before %s have been read; a comparison needs %d.", n, day, minHistory)
	}
	return true, ""
}

func compareKeys(a, b Key) int {
	return cmp.Or(cmp.Compare(a.Account.String(), b.Account.String()), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Region, b.Region))
}
