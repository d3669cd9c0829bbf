package spend

import (
	"math"
	"slices"
)

// usual is what some series of Cost Explorer cost and usually cost together.
type usual struct {
	h      History
	series []Series
}

// usualOf picks the series that the estimated charges of k are about. There
// are none where nothing is known of how Cost Explorer calls the service.
func usualOf(h History, k EstimatedKey) usual {
	u := usual{h: h}
	names := costNames(k.Service)
	for _, s := range h.Series {
		if (k.Account.IsZero() || s.Key.Account == k.Account) && (k.Service == "" || slices.Contains(names, s.Key.Service)) {
			u.series = append(u.series, s)
		}
	}
	return u
}

// cost is what a settled day cost; false where it was not read whole, may
// still rise or is garbled.
func (u usual) cost(day Day) (float64, bool) {
	if !u.h.Collected[day] || Provisional(day, u.h.ObservedAt) {
		return 0, false
	}
	var sum float64
	for _, s := range u.series {
		v, ok := s.amount(day)
		if !ok {
			return 0, false
		}
		sum += v
	}
	return sum, true
}

// on is what is usual on such a day: the median of its weekday, with the fee
// of the month. It is false on the 1st where the last 1st is not known: fees
// come then.
func (u usual) on(day Day) (Baseline, bool) {
	base, fee, ok := u.with(day)
	base.Expected += fee
	return base, ok
}

// with is the median of the weekday and, apart from it, what the same day a
// month ago cost beyond that, on that day alone: a fee, which comes at once.
func (u usual) with(day Day) (base Baseline, fee float64, ok bool) {
	base, ok = baselineOf(day, DefaultSettings().HistoryDays, u.cost)
	if !ok {
		return base, 0, false
	}
	month := DayOf(day.Time().AddDate(0, -1, 0))
	paid, known := u.cost(month)
	if !known {
		return base, 0, day.Time().Day() != 1
	}
	half := base.Expected + (paid-base.Expected)/2
	after, ok := u.cost(month + 1)
	ago, was := u.cost(month - 1)
	if paid > base.Expected && (!ok || after < half) && (!was || ago < half) {
		fee = paid - base.Expected
	}
	return base, fee, true
}

// largest is the most that a settled day of the last weeks cost beyond what is
// usual on its weekday, 0 where none is known.
func (u usual) largest(day Day) float64 {
	top := 0.0
	for weekday := day; weekday < day+7; weekday++ {
		base, _, ok := u.with(weekday)
		for d := weekday - 7; ok && d >= day-Day(DefaultSettings().HistoryDays); d -= 7 {
			if cost, known := u.cost(d); known {
				top = max(top, cost-base.Expected)
			}
		}
	}
	return top
}

// largest is the most that a day before point a differed from the same day a
// week before, by the metric itself.
func (e Estimated) largest(a int) float64 {
	top := 0.0
	for n := range a {
		at := e.Points[n].At
		v, ok := e.daily(at)
		if before, was := e.daily(at.Add(-7 * watched)); ok && was {
			top = max(top, math.Abs(v-before))
		}
	}
	return top
}

// over is what is usual in the window of series e that ends with point b and
// begins with point a, a day: each hour has the share of its day, and a fee
// counts whole, since nobody knows in which hour it comes.
func (u usual) over(e Estimated, a, b int) (Baseline, bool) {
	if len(u.h.Collected) == 0 || e.Service != "" && costNames(e.Service) == nil {
		return Baseline{}, false
	}
	from, until := e.Points[a].At, e.Points[b].At
	var sum Baseline
	var hours float64
	for day := DayOf(from); day <= DayOf(until); day++ {
		begins, ends := day.Time(), (day + 1).Time()
		if begins.Before(from) {
			begins = from
		}
		if ends.After(until) {
			ends = until
		}
		share := ends.Sub(begins).Hours()
		if share <= 0 {
			continue
		}
		base, fee, ok := u.with(day)
		if !ok {
			return Baseline{}, false
		}
		sum.Expected += base.Expected*share + fee*watched.Hours()
		sum.Spread += base.Spread * share
		sum.Days, sum.Weekday = base.Days, base.Weekday
		hours += share
	}
	if hours == 0 {
		return Baseline{}, false
	}
	sum.Expected, sum.Spread = sum.Expected/hours, sum.Spread/hours
	return sum, true
}

const (
	ownWeeks  = 2    // how many weeks back the same hours are compared
	ownDays   = 3    // days of the metric that make a usual one where there is no week of it
	ownSpread = 0.05 // of the usual day: the least that a metric of estimates varies
)

// past is what the metric itself says is usual in the day that ends with
// point b: the same hours one and two weeks before, by size, or else the
// median of its days. Days is how many days it rests on.
func (e Estimated) past(b int) (low, high float64, spread float64, days int) {
	at := e.Points[b].At
	var weeks, all, moves []float64
	for week := 1; week <= ownWeeks; week++ {
		if v, ok := e.daily(at.Add(-7 * watched * timeN(week))); ok {
			weeks = append(weeks, v)
		}
	}
	for day := 1; day < EstimatedDays; day++ {
		v, ok := e.daily(at.Add(-watched * timeN(day)))
		if !ok {
			continue
		}
		all = append(all, v)
		if before, ok := e.daily(at.Add(-watched * timeN(day+7))); ok {
			moves = append(moves, v-before)
		}
	}
	if len(moves) < ownDays { // weekdays and weekends are in this, so it is wide
		moves = slices.Clone(all)
	}
	switch {
	case len(weeks) > 0:
		low, high, days = slices.Min(weeks), slices.Max(weeks), len(weeks)
	case len(all) >= ownDays:
		low = median(slices.Clone(all))
		high, days = low, len(all)
	default:
		return 0, 0, 0, 0
	}
	return low, high, max(scatter(moves), ownSpread*high), days
}

// scatter is the robust standard deviation of the values.
func scatter(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	middle := median(values)
	for i, v := range values {
		values[i] = math.Abs(v - middle)
	}
	return madScale * median(values)
}
