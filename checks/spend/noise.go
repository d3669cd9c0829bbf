package spend

import "math"

// noise is what a series does anyway, seen through one window.
type noise struct {
	spread       float64 // log: a robust standard deviation of what lies above the middle
	record, most float64 // the largest lift that was no incident, in log and in dollars
	lifts        int     // how many looks that rests on
}

// noiseOf looks back over the lifts of l. Days of incidents are left out, and
// lifts that became the level: a step is no variation.
func (w *Watch) noiseOf(l *line, n int, lift float64) noise {
	v := windows[n]
	back, far := Day(noiseDays), Day(recordDays)
	if v.lasting {
		back, far = lastNoise, lastRecord
	}
	var plain, above [lastNoise]float64
	drifts, lifted := plain[:0], above[:0]
	var found noise
	for look := w.today - Day(v.days); look >= w.today-far && look > w.start; look-- {
		if l.told.at(look - Day(v.age)) {
			continue
		}
		m, ok := w.overTide(l, n, look)
		if !ok || m.lift > 0.05 && m.lift > lift/4 && w.stayed(l, n, look) {
			continue
		}
		found.record, found.most = max(found.record, m.lift), max(found.most, m.over)
		if w.today-look > back {
			continue
		}
		if m.drift > -outage {
			drifts = append(drifts, m.drift)
		}
		if m.lift > -outage {
			lifted = append(lifted, m.lift)
		}
	}
	found.lifts = len(drifts)
	spread := upper(drifts)
	if len(lifted) >= 30 {
		spread = min(spread, upper(lifted)) // a change of level widens either, seldom both
	}
	found.spread = max(spread, leastNoise)
	return found
}

// upper is a robust standard deviation of the upper half: falls are no reason
// to overlook a rise. The upper decile counts for heavy tails.
func upper(values []float64) float64 {
	m := middle(values)
	return max(madScale*(part(values, 0.75)-m), 0.8*(part(values, 0.9)-m))
}

// overTide is the lift of l on a past look, less what its account did.
func (w *Watch) overTide(l *line, n int, look Day) (measured, bool) {
	m, ok := w.lifted(l, n, look)
	if !ok || m.lift <= 0 {
		return m, ok
	}
	if tide := w.tide(n, look); tide > 0 {
		m.lift -= tide
		m.over -= math.Exp(m.level+tide) - math.Exp(m.level)
	}
	return m, true
}

// lifted is measure, remembered.
func (w *Watch) lifted(l *line, n int, look Day) (measured, bool) {
	p := l.past[n]
	if p == nil {
		p = newLifts(windows[n])
		l.past[n] = p
	}
	if i := int(look) % len(p.known); p.known[i] != look {
		m := w.measure(l, n, look)
		p.known[i], p.stay[i] = look, 0
		p.good.set(look, m.ok)
		p.lift.set(look, m.lift)
		p.over.set(look, m.over)
		p.level.set(look, m.level)
		p.drift.set(look, m.drift)
	}
	return measured{p.good.at(look), p.lift.at(look), p.drift.at(look), p.level.at(look), p.over.at(look)}, p.good.at(look)
}

// stayed reports whether half of a past lift was still there ten to 24 days
// later. What is too young to tell did not.
func (w *Watch) stayed(l *line, n int, look Day) bool {
	p := l.past[n]
	i := int(look) % len(p.stay)
	if p.stay[i] != 0 {
		return p.stay[i] == 1
	}
	const from, to = 10, 24
	if w.today-look < to+2 {
		return false
	}
	var store [to - from + 1]float64
	after := store[:0]
	for d := look + from; d <= look+to; d++ {
		if !w.has(d) {
			continue
		}
		after = append(after, l.log.at(d)-l.week[d.Weekday()])
	}
	p.stay[i] = 2
	if middle(after) > p.level.at(look)+p.lift.at(look)/2 {
		p.stay[i] = 1
	}
	return p.stay[i] == 1
}

// tide is how much the account as a whole lies above its level: most of its
// series do, so no one series did it.
func (w *Watch) tide(n int, look Day) float64 {
	i := int(look) % depth
	if w.tideOn[n][i] == look {
		return w.tides[n].at(look)
	}
	w.tideOn[n][i] = look
	var store [64]float64
	all := store[:0]
	for _, l := range w.lines {
		if l.first == 0 || l.first > look-30 || look-l.last > idle {
			continue
		}
		if m, ok := w.lifted(l, n, look); ok && m.level > substance {
			all = append(all, m.lift)
		}
	}
	tide := 0.0
	if len(all) >= 4 {
		if tide = max(part(all, tidePart), 0); tide > mostTide {
			tide = 0 // that is news of the whole account
		}
	}
	w.tides[n].set(look, tide)
	return tide
}

const (
	idle      = 60  // days without spend after which a series has ended
	substance = 0.7 // log: a dollar a day, below which a series says nothing of its account
)

// companions counts the other services of the account that rose at least half
// as much.
func (w *Watch) companions(l *line, n int, lift float64) int {
	seen := map[string]bool{l.key.Service: true}
	for _, o := range w.lines {
		if seen[o.key.Service] || o.first == 0 || w.today-o.last > idle {
			continue
		}
		if m, ok := w.lifted(o, n, w.today); ok && m.level > substance && m.lift > 0.06 && m.lift >= lift/2 {
			seen[o.key.Service] = true
		}
	}
	return len(seen) - 1
}
