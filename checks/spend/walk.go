package spend

const (
	spreadFactor  = 4    // times the usual variation that a rise must exceed
	recordDays    = 100  // how far back the largest lift that was no news is remembered
	recordFactor  = 1.15 // times that lift: less has been seen before
	habitEpisodes = 3    // separate rises of much this size make it a habit of the series
	habitAlike    = 0.6  // of the excess: from there a rise is much this size
	habitFactor   = 1.5  // times the largest of them: what is news of a habit
	apartDays     = 7    // days between two rises that make them separate
	monthlyAlike  = 1.15 // times the excess of the same day of an earlier month: the same fee again
	cleanDays     = 28   // collected days without spend before a first spend
	rampDays      = 7    // a service may begin with cents: its first spend may count this much later
	newUsualDays  = 28   // collected days that a rise must last to be the new usual: four of each weekday
	holding       = 0.5  // of the limits: a rise goes on until it is below this much of them
)

// rise is some days above usual, up to the day that the walk has reached.
type rise struct {
	since, last Day
	days        int // collected ones
	reason      Reason
	base        Baseline // of the last day
	amount      float64  // on the last day
	begun       bool     // on the last day
	peak        float64  // the largest excess
}

// lift is an excess that was no news.
type lift struct {
	day  Day
	over float64
}

// walk lives through a series day by day, as it would have been judged then.
type walk struct {
	calendar
	limits
	series   Series
	abnormal []bool // days of rises, by index of calendar.usable; no baseline sees them
	epoch    Day    // first day of the new usual; what was before is another level
	lifts    []lift
	past     []rise // rises that came down again, separate ones
	current  *rise

	clean int // usable days before the first spend
	first Day // the first spend
	spent bool
}

// run goes to the judged day and returns the rise that it is part of, or nil.
func (w *walk) run() *rise {
	for d := w.from; d <= w.day; d++ {
		v, ok := w.series.amount(d)
		if !w.has(d) || !ok {
			continue // missing data neither ends a rise nor is a day without cost
		}
		w.step(d, v)
	}
	return w.current
}

func (w *walk) step(d Day, v float64) {
	base, known := baselineOf(d, w.historyDays, w.normal)
	if w.current != nil {
		if !known {
			base = w.current.base
		}
		if w.hold(d, v, base) {
			return
		}
	}
	if !w.spent {
		if v > noSpend {
			w.first, w.spent = d, true
		} else {
			w.clean++
		}
	}
	switch {
	case w.firstSpendOn(d, v):
		w.begin(w.first, d, v, FirstSpend, base)
	case !known || v <= base.Expected || w.monthly(d, v, base):
	case w.above(d, v, base):
		w.begin(d, d, v, AboveUsual, base)
	default:
		w.lifts = append(w.lifts, lift{d, v - base.Expected})
	}
}

// normal is the amount of a day that a baseline may rest on.
func (w *walk) normal(d Day) (float64, bool) {
	if d < w.epoch || !w.has(d) || w.abnormal[d-w.from] {
		return 0, false
	}
	return w.series.amount(d)
}

// hold carries the current rise on over d, or ends it and returns false.
func (w *walk) hold(d Day, v float64, base Baseline) bool {
	r := w.current
	excess := v - base.Expected
	high := v > base.Expected*(1+holding*w.percent) && excess >= holding*w.excess && excess > holding*spreadFactor*base.Spread
	if r.reason == FirstSpend {
		high = v >= holding*w.firstSpend
	}
	switch {
	case !high:
		w.close()
		return false
	case r.days >= newUsualDays:
		w.epoch = r.since
		for i := r.since; i <= r.last; i++ {
			w.abnormal[i-w.from] = false
		}
		w.current = nil
		return true
	}
	r.last, r.base, r.amount, r.begun = d, base, v, false
	r.days++
	r.peak = max(r.peak, excess)
	w.abnormal[d-w.from] = true
	return true
}

// close files the current rise with the past ones: as one with the last, if
// that is not long over.
func (w *walk) close() {
	r := *w.current
	w.current = nil
	if n := len(w.past); n > 0 && r.since-w.past[n-1].last <= apartDays {
		w.past[n-1].last, w.past[n-1].peak = r.last, max(w.past[n-1].peak, r.peak)
		return
	}
	w.past = append(w.past, r)
}

func (w *walk) begin(since, d Day, v float64, reason Reason, base Baseline) {
	w.current = &rise{since: since, last: d, days: 1, reason: reason, base: base, amount: v, begun: true, peak: v - base.Expected}
	w.abnormal[d-w.from] = true
}

// above reports whether d is high enough to begin a rise.
func (w *walk) above(d Day, v float64, base Baseline) bool {
	excess := v - base.Expected
	return v > base.Expected*(1+w.percent) && excess >= w.excess && excess > spreadFactor*base.Spread &&
		excess > recordFactor*w.record(d) && !w.habit(excess)
}

// record is the largest lift of the last hundred days that was no news.
func (w *walk) record(d Day) float64 {
	var record float64
	for _, l := range w.lifts {
		if d-l.day <= recordDays {
			record = max(record, l.over)
		}
	}
	return record
}

// habit reports whether such rises come and go in this series: after three
// that were told, only a much larger one is news.
func (w *walk) habit(excess float64) bool {
	n, largest := 0, 0.0
	for _, r := range w.past {
		if r.peak >= habitAlike*excess {
			n++
			largest = max(largest, r.peak)
		}
	}
	return n >= habitEpisodes && excess <= habitFactor*largest
}

// monthly reports whether about as much excess came on the same day of one of the
// last two months, on that day alone: a fee.
func (w *walk) monthly(d Day, v float64, base Baseline) bool {
	for months := 1; months <= 2; months++ {
		p := monthsBefore(d, months)
		fee, ok := w.series.amount(p)
		if !ok || !w.has(p) || v-base.Expected > monthlyAlike*(fee-base.Expected) {
			continue
		}
		half := base.Expected + (fee-base.Expected)/2
		if w.below(p-1, half) && w.below(p+1, half) {
			return true
		}
	}
	return false
}

// below is also true where nothing is known of the day.
func (w *walk) below(d Day, limit float64) bool {
	v, ok := w.series.amount(d)
	return !ok || !w.has(d) || v < limit
}

// monthsBefore is the same day of an earlier month, or that month's last.
func monthsBefore(d Day, months int) Day {
	t := d.Time()
	first := t.AddDate(0, -months, 1-t.Day())
	last := first.AddDate(0, 1, -1)
	return DayOf(first) + Day(min(t.Day(), last.Day())-1)
}

// firstSpendOn reports whether d is when a service that was never used begins
// to matter.
func (w *walk) firstSpendOn(d Day, v float64) bool {
	return w.spent && w.clean >= cleanDays && len(w.past) == 0 && d-w.first < rampDays && v >= w.firstSpend
}
