package spend

import (
	"fmt"
	"slices"

	"github.com/dustin/go-humanize"
	"github.com/shopspring/decimal"
)

const (
	minHistory  = 14 // collected days before one can be judged: two of each weekday
	chartPoints = 20 // a Slack chart's limit
)

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

// Judge finds the series whose cost on day is a rise worth a word, the largest
// first. It is pure and causal: days after day change nothing. A day that is
// not Judgeable has no spikes, which does not mean that it was usual.
//
// A rise begins when the day exceeds its baseline by the percentage, by the
// dollars, by four times the usual variation and by more than the largest lift
// of the last hundred days; when it is neither a fee that came on the same day
// of an earlier month nor a habit of the series; or when an account first
// spends on a service. It goes on while at least half of the limits are
// exceeded, its days kept out of every baseline, and ends after 28 days: what
// lasts that long is the new usual.
func Judge(h History, day Day, s Settings) []Spike {
	if ok, _ := Judgeable(h, day, s); !ok {
		return nil
	}
	l := limitsOf(s)
	c := calendarOf(h, day)
	var spikes []Spike
	for _, series := range h.Series {
		if v, ok := series.amount(day); !ok || v < holding*min(l.excess, l.firstSpend) {
			continue // too little to begin or to hold: most series, most days
		}
		w := walk{calendar: c, limits: l, series: series, abnormal: make([]bool, len(c.usable))}
		if r := w.run(); r != nil {
			spikes = append(spikes, w.spike(h, *r))
		}
	}
	slices.SortFunc(spikes, func(a, b Spike) int {
		if n := b.Excess.Cmp(a.Excess); n != 0 {
			return n
		}
		return compareKeys(a.Key, b.Key)
	})
	return spikes
}

// limits are Settings as the statistics use them.
type limits struct {
	excess, percent, firstSpend float64
	historyDays                 int
}

func limitsOf(s Settings) limits {
	l := limits{s.MinExcess.InexactFloat64(), s.MinPercent / 100, s.MinFirstSpend.InexactFloat64(), s.HistoryDays}
	if l.historyDays <= 0 {
		l.historyDays = DefaultSettings().HistoryDays
	}
	return l
}

func (w *walk) spike(h History, r rise) Spike {
	actual, expected := dollars(r.amount), dollars(r.base.Expected)
	return Spike{
		Key: w.series.Key, Day: w.day, Since: r.since,
		Actual: actual, Expected: expected, Excess: actual.Sub(expected), Currency: h.Currency,
		Baseline: r.base, Reason: r.reason, Why: w.why(h.Currency, r),
		Provisional: Provisional(w.day, h.ObservedAt), Recent: w.recent(),
	}
}

// why is one sentence with the numbers.
func (w *walk) why(currency string, r rise) string {
	cost := money(currency, r.amount) + " on " + w.day.Time().Format("2 Jan")
	if r.reason == FirstSpend {
		if r.since != w.day {
			return fmt.Sprintf("%s is spend on a service that this account first used on %s.", cost, r.since.Time().Format("2 Jan"))
		}
		return fmt.Sprintf("%s is the first spend on this service after %d days without any; it counts from %s a day.", cost, w.clean, money(currency, w.firstSpend))
	}
	usual := fmt.Sprintf("the usual %s of a day", money(currency, r.base.Expected))
	if r.base.Weekday {
		usual = fmt.Sprintf("the usual %s of a %s", money(currency, r.base.Expected), w.day.Weekday())
	}
	excess := r.amount - r.base.Expected
	by := money(currency, excess)
	if r.base.Expected > noSpend {
		by += fmt.Sprintf(" (%.0f %%)", 100*excess/r.base.Expected)
	}
	if !r.begun {
		return fmt.Sprintf("%s is %s above %s; it has been above since %s.", cost, by, usual, r.since.Time().Format("2 Jan"))
	}
	return fmt.Sprintf("%s is %s above %s; a rise counts from %s, %.0f %% and %d times the usual variation of %s.",
		cost, by, usual, money(currency, w.excess), 100*w.percent, spreadFactor, money(currency, r.base.Spread))
}

// recent is the end of the series for a chart; days without data are left out.
func (w *walk) recent() []Point {
	var points []Point
	for d := w.day; d >= w.from && len(points) < chartPoints; d-- {
		if v, ok := w.series.amount(d); ok && w.has(d) {
			points = append(points, Point{Day: d, Amount: dollars(v)})
		}
	}
	slices.Reverse(points)
	return points
}

// dollars is an amount in cents' precision, whatever the currency.
func dollars(v float64) decimal.Decimal { return decimal.NewFromFloat(v).Round(2) }

func money(currency string, v float64) string {
	amount := humanize.FormatFloat("#,###.##", v)
	if currency == "USD" || currency == "" {
		return "$" + amount
	}
	return amount + " " + currency
}
