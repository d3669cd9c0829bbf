package spend

import (
	"math"

	"github.com/shopspring/decimal"
)

// rise is a series that a window found too high on the newest look.
type rise struct {
	line   *line
	window int
	fresh  bool // the series began within the last four weeks
	measured
	noise
	floor  float64 // dollars a day that it had to exceed
	strong float64 // times what was needed to be one
}

// rises looks at all series through all windows, and keeps the largest rise
// of each series.
func (w *Watch) rises() []rise {
	daily := w.usualDay()
	var found []rise
	for _, l := range w.sortedLines() {
		if l.first == 0 || w.today-l.last > idle {
			continue
		}
		var best rise
		for n := range windows {
			if r, no := w.riseIn(l, n, daily); no == "" && r.over > best.over {
				best = r
			}
		}
		if best.line != nil {
			found = append(found, best)
		}
	}
	return found
}

// riseIn asks one window about one series. What keeps it from being a rise is
// said in words. The cheap questions come first: most series, most days, are
// too small for any.
func (w *Watch) riseIn(l *line, n int, daily float64) (r rise, no string) {
	v := windows[n]
	thresholds := w.settings.Tuning.thresholds()
	r = rise{line: l, window: n, fresh: w.fresh(l)}
	r.floor = w.floor(v, r.fresh, daily)
	if 2*w.top(l, v) < r.floor {
		return r, "too small"
	}
	r.measured = w.measure(l, n, w.today)
	switch {
	case !r.ok:
		return r, "too few days are known"
	case r.over < r.floor || r.lift < v.weak*thresholds*leastNoise:
		return r, "it is not above usual by enough"
	case w.regionless(l, v, r):
		return r, "it has no region, so it is a fee or a renewal, and a small one"
	}
	tide := w.tide(n, w.today)
	if tide > highTide && r.lift < overTide*tide || r.lift <= tide {
		return r, "the whole account is higher"
	}
	if v.lasting && !w.lasts(l, r) {
		return r, "it is over already, or was told a short while ago"
	}
	r.noise = w.noiseOf(l, n, r.lift-tide)
	if !w.beyondNoise(&r, v, r.lift-tide) {
		return r, "the series varies as much anyway"
	}
	return r, w.harmless(l, v, r, r.lift-tide)
}

// fresh reports whether the series is new in an account that is not.
func (w *Watch) fresh(l *line) bool { return l.first > w.start+warmUp && w.today-l.first <= freshDays }

// floor is the least excess in dollars a day that is worth a word.
func (w *Watch) floor(v window, fresh bool, daily float64) float64 {
	s := w.settings
	floor, share := s.MinExcess, smallShare
	switch {
	case v.lasting && v.days > 7:
		floor, share = s.MinLasting.Mul(almost), smallLasting
	case v.lasting:
		floor, share = s.MinLasting, smallLasting
	case v.days > 1:
		floor = s.MinLasting.Add(s.MinLasting)
	}
	if fresh && (v.days == 1 || v.lasting || s.MinFirstSpend.LessThan(floor)) {
		floor = s.MinFirstSpend
	}
	return floor.InexactFloat64()*s.Tuning.floors() + share*daily
}

var almost = decimal.New(875, -3) // of the lasting floor, for what has lasted two weeks and more

// top is the highest day of the window as far as it is known.
func (w *Watch) top(l *line, v window) float64 {
	top := 0.0
	for d := w.today - Day(v.age); d > w.today-Day(v.age+v.days); d-- {
		top = max(top, l.cost.at(d))
	}
	return top
}

// regionless reports whether the rise is a fee or a renewal: what has no
// region is bought, not used, and small sums of it are no news.
func (w *Watch) regionless(l *line, v window, r rise) bool {
	if !w.global(l, v, r.over) {
		return false
	}
	return v.lasting || r.over < feeFloor*w.settings.Tuning.floors()
}

// global reports whether the series has no region. Where only services are
// known, it has none if the account's spend without one rose as much.
func (w *Watch) global(l *line, v window, over float64) bool {
	if l.key.Region != "" {
		return placeless(l.key.Region)
	}
	for _, o := range w.lines {
		if o.key.Service == "" && placeless(o.key.Region) && w.top(o, v) >= 0.9*over {
			return true
		}
	}
	return false
}

// placeless reports whether Cost Explorer names no place with the region.
func placeless(region string) bool { return region == "NoRegion" || region == "global" }

// beyondNoise weighs the rise against what the series does anyway.
func (w *Watch) beyondNoise(r *rise, v window, lift float64) bool {
	if r.lifts < 3 && !r.fresh {
		return false
	}
	z := lift / r.spread
	if r.lifts < 10 {
		z /= hardlyKnown
	}
	if r.lifts < few {
		z /= hardlyKnown
	}
	if v.lasting && r.lifts < fewLasting {
		z /= hardlyKnown
	}
	need := v.z * w.settings.Tuning.thresholds()
	r.strong = z / need
	times := min(lift/max(r.record, 0.02), r.over/max(r.most, r.floor/2))
	if z < need && (z < v.weak*w.settings.Tuning.thresholds() || times < v.times) {
		return false
	}
	most := 1 + (beyond-1)*or1(w.settings.Tuning.Record)
	return r.over > most*r.most && lift > most*r.record
}

// harmless says what explains the rise: the account is busier as a whole, the
// series does so now and then, or it is a fee of the month. "" where nothing does.
func (w *Watch) harmless(l *line, v window, r rise, lift float64) string {
	switch {
	case !r.fresh && v.days < 28 && lift < mostCompany && max(w.companions(l, r.window, lift), w.companions(l, threeDays, lift)) >= company:
		return "other services of the account rose with it, as they do when it is busier"
	case v.days < 28 && w.habit(l, v, r.over):
		return "rises like it come and go in this series"
	case v.days <= 3 && w.monthly(l, v, r.over):
		return "as much came around this day of an earlier month"
	}
	return ""
}

// lasts reports whether a slow rise is still there, and no rest of one that
// was just told.
func (w *Watch) lasts(l *line, r rise) bool {
	if l.toldOn != 0 && w.today-l.toldOn <= lastQuiet {
		return false
	}
	var last [3]float64
	for n := range last {
		d := w.today - 1 - Day(n)
		y := l.seen(d, w.today, w.today)
		if y > 0.01 {
			y += l.missing[n+1]
		}
		last[n] = costOfLog(y - l.week[d.Weekday()])
	}
	return middle(last[:])-r.usual() >= stillUp*r.over
}

// habit reports whether rises of about this size come and go in the series,
// and this one has neither outgrown nor outlasted them.
func (w *Watch) habit(l *line, v window, over float64) bool {
	m := w.measure(l, oneDay, w.today)
	if !m.ok {
		return false
	}
	above := func(d Day) float64 { return l.cost.at(d) - costOfLog(m.level+l.week[d.Weekday()]) }
	now := Day(0)
	for d := w.today - 2; d > w.today-40 && above(d) >= over/2; d-- {
		now++
	}
	count, largest := 0, 0.0
	longest, from, up := Day(0), Day(0), Day(0)
	end := func() {
		if up == 0 {
			return
		}
		longest = max(longest, up-from+1)
		count++
		if up-from+1 <= habitShort {
			count++
		}
	}
	for d := max(w.start, w.today-days(habitDays, w.settings.Tuning.Habit)); d < w.today-Day(v.age)-max(Day(v.days), now); d++ {
		a := above(d)
		if a < habitAlike*over || !w.has(d) {
			continue
		}
		if up == 0 || d-up > 3 {
			end()
			from = d
		}
		up, largest = d, math.Max(largest, a)
	}
	end()
	return count >= habitAfter && over <= habitBeyond*largest && now <= longest+1
}

// monthly reports whether about as much came around the same day of one of
// the last three months.
func (w *Watch) monthly(l *line, v window, over float64) bool {
	for _, back := range []Day{28, 29, 30, 31, 32, 59, 60, 61, 62, 89, 90, 91, 92} {
		d := w.today - Day(v.age) - back
		if !w.has(d) || l.told.at(d) && (l.told.at(d-1) || l.told.at(d+1)) {
			continue // an incident of several days was no fee
		}
		var store [freshDays]float64
		before := store[:0]
		for p := d - 1; p >= d-freshDays && p >= w.start; p-- {
			if w.has(p) && !l.told.at(p) {
				before = append(before, l.log.at(p)-l.week[p.Weekday()])
			}
		}
		if len(before) < 5 {
			continue
		}
		fee := l.cost.at(d) - max(costOfLog(middle(before)+l.week[d.Weekday()]), 0)
		if fee > 0 && over <= monthAlike*fee {
			return true
		}
	}
	return false
}
