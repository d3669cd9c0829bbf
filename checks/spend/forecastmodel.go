package spend

import (
	"math"
	"slices"
)

// model is what is known on a day of the days after it.
type model struct {
	level   float64
	weekday [7]float64             // times the level, by time.Weekday
	events  map[dayOfMonth]float64 // beside it
}

// dayOfMonth counts from the month's start (1, 2, ...) or, for its last three
// days, from its end (-1 is the last).
type dayOfMonth int

// monthEnd is how many days at the end of a month are told by their distance
// from it: fees come by date, batches at the end.
const monthEnd = 3

func dayOfMonthOf(day Day) dayOfMonth {
	if left := monthStart(monthStart(day)+31) - day; left <= monthEnd {
		return dayOfMonth(-left)
	}
	return dayOfMonth(day.Time().Day())
}

// in is that day in the month that begins on first.
func (p dayOfMonth) in(first Day) Day {
	if p < 0 {
		return monthStart(first+31) + Day(p)
	}
	return first + Day(p) - 1
}

// day is what day is expected to cost.
func (m model) day(day Day) float64 {
	return m.level*m.weekday[day.Weekday()] + m.events[dayOfMonthOf(day)]
}

// model looks at nothing after origin.
func (d daily) model(origin Day) model {
	m := model{events: map[dayOfMonth]float64{}}
	d = d.until(origin)
	m.weekday = d.weekdays(origin)
	m.events = d.monthly(origin, m.weekday)
	m.level = d.levelOf(origin, m)
	return m
}

func (d daily) until(origin Day) daily {
	n := min(max(int(origin-d.from)+1, 0), len(d.amounts))
	d.amounts, d.known = d.amounts[:n], d.known[:n]
	return d
}

// around is the median of the known days from three before to three after
// day, false without a whole week.
func (d daily) around(day Day) (float64, bool) {
	var week [7]float64
	for i := range week {
		v, ok := d.at(day - 3 + Day(i))
		if !ok {
			return 0, false
		}
		week[i] = v
	}
	return median(week[:]), true
}

// weekdays is the shape of the week: the median of each weekday's part of the
// week around it. A weekday that was seen once has no shape of its own.
func (d daily) weekdays(origin Day) [7]float64 {
	var parts [7][]float64
	for day := origin - weekdayDays; day <= origin-3; day++ {
		v, known := d.at(day)
		if level, ok := d.around(day); ok && known && level > noSpend {
			parts[day.Weekday()] = append(parts[day.Weekday()], v/level)
		}
	}
	var shape [7]float64
	for w := range shape {
		shape[w] = 1
		if len(parts[w]) > 1 {
			shape[w] = min(max(median(parts[w]), 0), 7) // no day is more than its week, nor a gain
		}
	}
	return shape
}

// monthly finds the days of the month on which earlier months had more than
// their weeks: on two of them at least, or on the newest for the first and
// last days, where fees and batches lie.
func (d daily) monthly(origin Day, shape [7]float64) map[dayOfMonth]float64 {
	var usual []float64
	for day := origin - weekdayDays; day <= origin; day++ {
		if over, ok := d.over(day, shape); ok {
			usual = append(usual, math.Abs(over))
		}
	}
	if len(usual) == 0 {
		return nil
	}
	limit := eventSpread * madScale * median(usual)
	events := map[dayOfMonth]float64{}
	for p := dayOfMonth(-monthEnd); p <= 28; p++ {
		if p == 0 {
			continue
		}
		if amount, ok := d.event(p, origin, shape, limit); ok {
			events[p] = amount
		}
	}
	return events
}

// over is what a day cost beyond the level of its week.
func (d daily) over(day Day, shape [7]float64) (float64, bool) {
	v, known := d.at(day)
	level, ok := d.around(day)
	return v - level*shape[day.Weekday()], known && ok
}

// event is the middle of what earlier months had on that day beyond the usual.
func (d daily) event(p dayOfMonth, origin Day, shape [7]float64, limit float64) (float64, bool) {
	var seen []float64
	for first, n := monthStart(origin), 0; n < eventMonths; first = monthStart(first - 1) {
		day := p.in(first)
		if dayOfMonthOf(day) != p { // a short month's 28th is one of its last
			n++
			continue
		}
		if day <= origin {
			n++
			over, ok := d.over(day, shape)
			if !ok {
				continue
			}
			if around, _ := d.around(day); over < limit || over < eventPart*max(around, 0) || over < noSpend {
				over = 0
			}
			seen = append(seen, over)
		}
	}
	edge := p < 0 || p <= monthEnd
	if len(seen) == 0 || len(seen) == 1 && !edge {
		return 0, false
	}
	slices.Sort(seen)
	amount := seen[(len(seen)-1)/2] // of two the smaller
	return amount, amount > 0
}

// levelOf is the weighted mean of the last days without their shape and
// events. A mean, because batches that come every few days are a part of what
// a month costs; the two largest days count as the third, because a purchase
// that came once is not.
func (d daily) levelOf(origin Day, m model) float64 {
	plain := func(day Day) (float64, bool) {
		v, ok := d.at(day)
		return v - m.events[dayOfMonthOf(day)], ok
	}
	var all []float64
	for day := origin - levelDays - 13; day <= origin; day++ {
		if v, ok := plain(day); ok {
			all = append(all, v)
		}
	}
	slices.Sort(all)
	most := math.Inf(1)
	if len(all) >= forecastLeast {
		most = all[len(all)-cappedAt]
	}
	var sum, weights float64
	for day := origin - levelDays + 1; day <= origin; day++ {
		if v, ok := plain(day); ok {
			weight := math.Exp2(-float64(origin-day) / levelHalfLife)
			sum += weight * min(v, most)
			weights += weight * m.weekday[day.Weekday()]
		}
	}
	if weights < 1e-9 {
		return 0
	}
	return sum / weights
}
