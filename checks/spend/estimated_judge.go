package spend

import (
	"fmt"
	"slices"
	"time"
)

const (
	// earlyShare is how much of the limits of a day's spike an early sign takes:
	// half, since nobody looks at the bill before Monday, and since it is
	// withdrawn where Cost Explorer does not show it.
	earlyShare = 0.5
	// staleAfter is when a newest point is too old to speak of today: three of
	// AWS's sendings did not come.
	staleAfter = 3 * EstimatedPeriod
	// stillFor is how long a total may stand still without being called late.
	stillFor = 3 * EstimatedPeriod
	// feesLate is how long after the 1st its fees may still come: two of AWS's sendings.
	feesLate = 2 * EstimatedPeriod
	// sentLate is how many days after a charge the metric may show it: it is
	// hours late, which may be another day.
	sentLate Day = 1
)

// EarlyVerdict is what the estimated charges of one series say of the newest
// day. One that is not Known says nothing, neither of a rise nor of none.
type EarlyVerdict struct {
	EstimatedKey
	Known bool
	Why   string    // what keeps it from being known, as a clause
	Until time.Time // the newest charges that AWS had sent, about
	// Moved is whether it rose at least half as much as an early sign takes: its
	// parts are worth a look.
	Moved bool
	// Excess is how far a known day lies above what is usual, in dollars a day.
	Excess float64
	Spike  *Spike // nil: no early sign
}

// JudgeEstimated compares the newest day of a series with what so long usually
// costs: by h, Cost Explorer's history of the account, and by the metric's own
// two weeks. An h without days is not looked at, nor one in another currency.
// open are the incidents that are told already, whose excess is no news.
func JudgeEstimated(e Estimated, h History, open []Incident, now time.Time, s Settings) EarlyVerdict {
	v := EarlyVerdict{EstimatedKey: e.EstimatedKey}
	b := len(e.Points) - 1
	switch {
	case e.Missing != "":
		v.Why = e.Missing
		return v
	case b < 0 || !e.sane():
		v.Why = "AWS sent no amounts"
		return v
	}
	newest := e.Points[b].At
	if v.Until = newest.Add(EstimatedPeriod); v.Until.After(now) {
		v.Until = now
	}
	if now.Sub(newest) > staleAfter+EstimatedPeriod {
		v.Why = "AWS has sent nothing since " + instantText(v.Until)
		return v
	}
	a := e.before(b)
	if a < 0 {
		v.Why = "AWS sent nothing a day before " + instantText(newest)
		return v
	}
	c := comparison{e: e, u: usualOf(h, e.EstimatedKey), a: a, b: b}
	if h.Currency != "" && h.Currency != e.Currency {
		c.u = usual{}
	}
	if v.Why = c.prepare(); v.Why != "" {
		return v
	}
	v.Known = true
	c.add(open)
	v.Excess = c.daily - c.base.Expected
	v.Moved, v.Spike = c.verdict(s)
	return v
}

// comparison is a window of a series and what is usual in it.
type comparison struct {
	e     Estimated
	u     usual
	a, b  int // points
	base  Baseline
	daily float64 // dollars in 24 hours
	ce    bool    // the base is Cost Explorer's
}

// prepare fills in the figures, or says why there are none.
func (c *comparison) prepare() (why string) {
	if why := c.expect(); why != "" {
		return why
	}
	// A total that stood still while money was spent catches up at once.
	if first := c.e.still(c.a); c.late(first, c.a) {
		c.a = first
		if why := c.expect(); why != "" {
			return why
		}
	}
	if first := c.e.still(c.b); c.late(first, c.b) {
		return "AWS's figure has stood still since " + instantText(c.e.Points[first].At)
	}
	daily, ok := perDay(c.e.spent(c.a, c.b))
	if !ok {
		return "AWS restated the charges, and too few hours are known"
	}
	c.daily = daily
	return ""
}

// late reports whether charges that stand still from point i to j must have moved.
func (c *comparison) late(i, j int) bool {
	still := c.e.Points[j].At.Sub(c.e.Points[i].At)
	return still >= stillFor && c.base.Expected*still.Hours()/watched.Hours() >= moving
}

// expect is what is usual in the window. Cost Explorer's weekdays say it, but
// no less than the metric showed in the same hours of both weeks before:
// the two do not count quite the same. Without them the higher of the metric's.
func (c *comparison) expect() (why string) {
	low, high, spread, days := c.e.past(c.b)
	base, ok := c.u.over(c.e, c.a, c.b)
	c.ce = ok
	switch {
	case ok && days >= ownWeeks:
		base.Expected = max(base.Expected, low)
		fallthrough
	case ok:
		base.Spread = max(base.Spread, spread)
	case c.e.Points[c.b].At.Day() == 1 || c.e.Points[c.a].At.Add(-feesLate).Day() == 1 || c.e.Points[c.a].At.Add(-feesLate).Month() != c.e.Points[c.b].At.Month():
		return "on the 1st the fees of a month come, and what they usually are is not known"
	case days == 0:
		return "there are too few days to compare with"
	default:
		base = Baseline{Expected: high, Spread: spread, Days: days}
	}
	c.base = base
	return ""
}

// add counts what is told already as usual: the excess of open incidents.
func (c *comparison) add(open []Incident) {
	for _, i := range open {
		if i.Open && i.Sure != Early && (c.e.Account.IsZero() || i.Account == c.e.Account) &&
			(c.e.Service == "" || slices.Contains(costNames(c.e.Service), i.Service)) {
			c.base.Expected += max(i.Peak.Sub(i.Expected).InexactFloat64(), 0)
		}
	}
}

// earlyPercent above the usual day is what half of makes an early sign: 50, from
// the first article's budget of one and a half times a typical day.
const earlyPercent = 50

// verdict leaves to the bill what does not exceed the largest excess of the last
// weeks: it knows what comes every fortnight or on the last workday of the month.
func (c *comparison) verdict(s Settings) (moved bool, found *Spike) {
	floor := earlyShare * s.MinExcess.InexactFloat64()
	percent := earlyShare * earlyPercent / 100
	excess := c.daily - c.base.Expected
	above := func(share float64) bool {
		return excess >= share*floor && excess > share*percent*c.base.Expected && excess > share*spreadOver*c.base.Spread
	}
	if !above(1) || excess <= beyond*max(c.u.largest(DayOf(c.e.Points[c.b].At)), c.e.largest(c.a)) {
		return above(earlyShare), nil
	}
	day := DayOf(c.e.Points[c.b].At)
	spike := Spike{
		Key: Key{Account: c.e.Account, Service: CostService(c.e.Service)},
		Day: day, Since: c.since(percent), Currency: c.e.Currency, Baseline: c.base, Reason: AboveUsual, Sure: Early, Provisional: true,
		Actual: dollars(c.daily), Expected: dollars(c.base.Expected), Recent: c.recent(),
	}
	spike.Excess = spike.Actual.Sub(spike.Expected)
	if usual := c.base.Expected; usual > 0 {
		spike.Share = excess / usual
	}
	spike.Why = fmt.Sprintf("AWS's estimated charges rose by %s a day in the %.0f hours up to %s, and %s is usual%s; an early sign takes %s and %.0f %% more.",
		money(c.e.Currency, c.daily), c.e.Points[c.b].At.Sub(c.e.Points[c.a].At).Hours(), instantText(c.e.Points[c.b].At.Add(EstimatedPeriod)),
		money(c.e.Currency, c.base.Expected), c.by(), money(c.e.Currency, floor), 100*percent)
	return true, &spike
}

// spreadOver is how many times the usual variation a rise must exceed, as for
// a day of Cost Explorer.
const spreadOver = 4

// by says what the usual rests on.
func (c *comparison) by() string {
	switch {
	case c.ce && c.base.Weekday:
		return " by Cost Explorer's days of the week"
	case c.ce:
		return " by Cost Explorer"
	}
	return " by the metric's own past"
}

// since is the first day of the window that is above what is usual.
func (c *comparison) since(percent float64) Day {
	for n := c.a; n < c.b; n++ {
		p, q := c.e.Points[n], c.e.Points[n+1]
		if d, ok := step(p, q); ok && d > c.base.Expected*(1+percent)*q.At.Sub(p.At).Hours()/watched.Hours()+blur {
			return DayOf(p.At)
		}
	}
	return DayOf(c.e.Points[c.b].At)
}

// recent is what was spent in each of the last days, by the metric.
func (c *comparison) recent() []Point {
	var points []Point
	newest := c.e.Points[c.b].At
	for back := EstimatedDays - 2; back >= 1; back-- {
		at := newest.Add(-watched * timeN(back))
		if v, ok := c.e.daily(at); ok {
			points = append(points, Point{DayOf(at), dollars(v)})
		}
	}
	return append(points, Point{DayOf(newest), dollars(c.daily)})
}

func timeN(n int) time.Duration { return time.Duration(n) }

func instantText(t time.Time) string { return t.UTC().Format("Mon 2 Jan 15:04 UTC") }
