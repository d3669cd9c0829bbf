package spend

import "math"

const (
	depth    = 460 // days of a series that are kept: the oldest lift (300) with what was usual before it (150)
	viewDays = 212 // days for which it is kept how a day looked at first: the memory of short windows
	ages     = 3   // days after which a day hardly moves any more: measured on the samples, 0.1 % of revisions
)

// ring holds one value for each of the last days.
type ring []float32

func (r ring) at(d Day) float64     { return float64(r[int(d)%len(r)]) }
func (r ring) set(d Day, v float64) { r[int(d)%len(r)] = float32(v) }

// marks holds one bit for each of the last days.
type marks []bool

func (m marks) at(d Day) bool     { return m[int(d)%len(m)] }
func (m marks) set(d Day, v bool) { m[int(d)%len(m)] = v }

// lifts are what one window showed of one series, look by look.
type lifts struct {
	known        []Day // the look that the slot is of
	lift, over   ring  // above the usual level, and in dollars
	level, drift ring  // the level itself (log), and the lift above the plain median
	good         marks
	stay         []int8 // 1: it became the level, 2: it did not, 0: not known yet
}

func newLifts(w window) *lifts {
	n := viewDays
	if w.lasting {
		n = lastRecord + 40
	}
	return &lifts{known: make([]Day, n), lift: make(ring, n), over: make(ring, n), level: make(ring, n), drift: make(ring, n),
		good: make(marks, n), stay: make([]int8, n)}
}

// line is one series of the account.
type line struct {
	key         Key
	first, last Day // with spend; first is 0 while there was none
	cost, log   ring
	views       [ages + 1]ring // log as it was seen at that age; index 0 is not used
	told        marks          // days of incidents: no part of what is usual
	toldOn      Day

	week      [7]float64 // log, by weekday
	weekOn    Day        // the look that it was learned on
	missing   [ages + 1]float64
	missingOn Day
	past      []*lifts // by window; nil until asked
}

func newLine(k Key) *line {
	l := &line{key: k, cost: make(ring, depth), log: make(ring, depth), told: make(marks, depth), past: make([]*lifts, len(windows)), weekOn: -profileOf}
	for age := range l.views {
		l.views[age] = make(ring, viewDays)
	}
	return l
}

// seen is the log of a day's cost as it was visible on the look.
func (l *line) seen(d, look Day, today Day) float64 {
	age := look - d
	if age <= ages && today-look < viewDays-ages {
		return l.views[age].at(d)
	}
	return l.log.at(d)
}

// logOf makes costs of all sizes comparable. The dollar keeps cents from
// looking like multiples; a credit counts as nothing.
func logOf(cost float64) float64 { return math.Log(max(cost, 0) + 1) }

func costOfLog(log float64) float64 { return math.Exp(log) - 1 }
