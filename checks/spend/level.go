package spend

import (
	"math"
	"time"
)

// measured is what a window shows of a series on one look.
type measured struct {
	ok    bool
	lift  float64 // log, above the level
	drift float64 // log, above the plain median
	level float64 // log: the best of what is usual
	over  float64 // dollars a day
}

func (m measured) usual() float64 { return max(costOfLog(m.level), 0) }

// measure looks at l through window n as it stood on a look. It knows nothing
// where days are missing or too few.
func (w *Watch) measure(l *line, n int, look Day) (m measured) {
	v := windows[n]
	end := look - Day(v.age)
	from := end - Day(v.days) + 1
	before := from - Day(v.gap)
	if !w.looked.at(look) || v.lasting && l.first > before-Day(v.back/2) {
		return m // nobody looked, or the series is too young to creep
	}
	w.learn(l)
	var usual [bestDays]float64
	all, near := usual[:0], 0
	// All rings here are depth long: one slot and one weekday, stepped back, save
	// the divisions that took a sixth of all time.
	slot, weekday := int(before-1)%depth, (before - 1).Weekday()
	for d := before - 1; d >= before-bestDays && d >= w.start; d-- {
		if w.has(d) && !l.told[slot] {
			all = append(all, float64(l.log[slot])-l.week[weekday])
			if before-d <= Day(v.back) {
				near++
			}
		}
		if slot--; slot < 0 {
			slot = depth - 1
		}
		if weekday--; weekday < 0 {
			weekday = time.Saturday
		}
	}
	need := minLevel
	if v.days >= 14 {
		need += 7
	}
	if near < need {
		return m
	}
	var recent [bestDays]float64
	plain := middle(append(recent[:0], all[:near]...))
	if m.level = max(plain, part(all, bestPart)); m.level > 0 {
		m.level += shorterMonth(before-15, end)
	}
	return w.within(l, v, look, from, end, plain, m)
}

// within compares the days of the window with the level of m. Two days count
// by the lesser one and more by the middle one: no single day drives them.
func (w *Watch) within(l *line, v window, look, from, end Day, plain float64, m measured) measured {
	var logs, overs [28]float64
	log, over, gaps := logs[:0], overs[:0], 0
	for d := from; d <= end; d++ {
		if !w.has(d) {
			if gaps++; gaps > v.days/7 {
				return m // missing data is no rise and no fall
			}
			continue
		}
		y := l.seen(d, look, w.today)
		if age := look - d; age <= ages && y > 0.01 {
			y += l.missing[age]
		}
		log = append(log, y-l.week[d.Weekday()])
		over = append(over, costOfLog(y)-max(costOfLog(m.level+l.week[d.Weekday()]), 0))
	}
	stat := middle(log)
	m.over = middle(over)
	if v.days == 2 {
		stat, m.over = min(logs[0], logs[1]), min(overs[0], overs[1])
	}
	m.ok, m.lift, m.drift = true, stat-m.level, stat-plain
	return m
}

// learn renews the shape of the week once a week, and how much of a day is
// missing at first, once a day.
func (w *Watch) learn(l *line) {
	if w.today-l.weekOn >= 7 {
		l.weekOn = w.today
		w.learnWeek(l)
	}
	if l.missingOn != w.today {
		l.missingOn = w.today
		w.learnMissing(l)
	}
}

// learnWeek finds how each weekday differs from the week around it, and shrinks
// that by its own error: what may be chance is none.
func (w *Watch) learnWeek(l *line) {
	var by [7][]float64
	from, to := max(w.start, w.today-2-profileOf, l.first), w.today-3
	var around [7]float64
	for d := from + 3; d+3 <= to; d++ {
		if !w.has(d) || l.told.at(d) {
			continue
		}
		for k := range around {
			around[k] = l.log.at(d - 3 + Day(k))
		}
		by[d.Weekday()] = append(by[d.Weekday()], l.log.at(d)-middle(around[:]))
	}
	for day := range by {
		l.week[day] = shrunk(by[day])
	}
}

// shrunk is the median, nearer to zero by its standard error; 0 for fewer
// than four values.
func shrunk(values []float64) float64 {
	if len(values) < minSameWeekday {
		return 0
	}
	m := middle(values)
	for i, v := range values {
		values[i] = math.Abs(v - m)
	}
	off := 1.25 * madScale * middle(values) / math.Sqrt(float64(len(values))) // 1.25: a median errs that much more than a mean
	switch {
	case m > off:
		return m - off
	case m < -off:
		return m + off
	}
	return 0
}

// learnMissing finds by how much a day of a certain age still grows.
func (w *Watch) learnMissing(l *line) {
	for age := Day(1); age <= ages; age++ {
		var store [30]float64
		grown := store[:0]
		for d := w.today - settled; d > w.today-settled-30 && d >= max(w.start, l.first); d-- {
			if w.has(d) && w.looked.at(d+age) && l.cost.at(d) > 0.01 {
				grown = append(grown, l.log.at(d)-l.views[age].at(d))
			}
		}
		l.missing[age] = 0
		if len(grown) >= 10 {
			l.missing[age] = min(max(middle(grown), 0), 1)
		}
	}
}

// shorterMonth is how much more a day costs of what is billed by the month,
// storage first of all, in a month that has fewer days: 11 % in February.
func shorterMonth(usual, now Day) float64 {
	return max(0, math.Log(float64(daysOfMonth(usual))/float64(daysOfMonth(now))))
}

func daysOfMonth(d Day) int {
	t := d.Time()
	return t.AddDate(0, 1, -t.Day()).Day()
}
