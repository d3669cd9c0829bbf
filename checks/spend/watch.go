package spend

import (
	"math"
	"slices"

	"rootwatch/checks/account"
)

// Watch judges one account, day by day, from nothing but what was visible on
// the day. It holds the last 15 months of each series, whatever the length of
// what it is shown.
type Watch struct {
	id       account.ID
	currency string
	settings Settings

	lines []*line
	byKey map[Key]*line

	start      Day // first usage day that was read
	firstSpend Day
	today      Day // the newest look
	looked     marks
	read       marks
	garbled    map[cell]bool // amounts that cannot be one, until they are put right
	readOn     []Day         // for read: which day the slot is of
	totals     ring

	tides   []ring // by window
	tideOn  [][]Day
	stories []*story
	welcome bool // the account was told as new
}

type cell struct {
	key Key
	day Day
}

// No bill is older than AWS, and no date younger than the calendar's end.
const firstBill, lastBill Day = 13149, 2932896 // 2006-01-01, 9999-12-31

// NewWatch is for an account that nothing is known of yet.
func NewWatch(id account.ID, currency string, s Settings) *Watch {
	w := &Watch{id: id, currency: currency, settings: s.orDefault(), byKey: map[Key]*line{}, garbled: map[cell]bool{},
		looked: make(marks, depth), read: make(marks, depth), readOn: make([]Day, depth), totals: make(ring, depth)}
	for range windows {
		w.tides, w.tideOn = append(w.tides, make(ring, depth)), append(w.tideOn, make([]Day, depth))
	}
	return w
}

// See takes in one reading, in the order of Observed. A day whose amount
// cannot be one (NaN, beyond all bills) counts as not read.
func (w *Watch) See(look Look) {
	if look.Observed <= w.today || look.Observed < firstBill || look.Observed > lastBill {
		return // an older reading tells nothing new
	}
	for d := max(w.today+1, look.Observed-depth+1); d <= look.Observed; d++ {
		w.open(d)
	}
	w.today = look.Observed
	w.looked.set(w.today, true)
	for _, d := range look.Read {
		if w.keeps(d) {
			w.read.set(d, true)
			w.readOn[int(d)%depth] = d
			if w.start == 0 || d < w.start {
				w.start = d
			}
		}
	}
	for _, c := range look.Changes {
		w.change(c)
	}
	for c := range w.garbled { // read once more, and still as it was
		if !w.keeps(c.day) {
			delete(w.garbled, c)
			continue
		}
		w.read.set(c.day, false)
	}
	for _, l := range w.lines {
		for age := Day(1); age <= ages; age++ {
			l.views[age].set(w.today-age, l.log.at(w.today-age))
		}
	}
	w.sum()
}

// open clears the slots of the usage day before look d, and of the look.
func (w *Watch) open(d Day) {
	day := d - 1
	w.looked.set(d, false)
	if w.readOn[int(day)%depth] != day {
		w.read.set(day, false)
	}
	w.totals.set(day, 0)
	for _, l := range w.lines {
		l.cost.set(day, 0)
		l.log.set(day, 0)
		l.told.set(day, false)
		for age := range l.views {
			l.views[age].set(day, 0)
		}
	}
}

func (w *Watch) change(c Amount) {
	if !w.keeps(c.Day) {
		return
	}
	k := Key{Account: w.id, Service: c.Service, Region: c.Region}
	if garbage(c.Value) {
		w.garbled[cell{k, c.Day}] = true
		return
	}
	delete(w.garbled, cell{k, c.Day})
	l := w.byKey[k]
	if l == nil {
		l = newLine(k)
		w.byKey[k] = l
		w.lines = append(w.lines, l)
	}
	l.cost.set(c.Day, c.Value)
	l.log.set(c.Day, logOf(c.Value))
	if c.Value > noSpend {
		if l.first == 0 || c.Day < l.first {
			l.first = c.Day
		}
		l.last = max(l.last, c.Day)
	}
}

func garbage(v float64) bool { return !(math.Abs(v) <= maxAmount) } // NaN, too

// keeps reports whether the day is one of those that are kept.
func (w *Watch) keeps(day Day) bool { return day < w.today && day > w.today-(depth-ages) }

// sum renews the account's totals of the days that still move.
func (w *Watch) sum() {
	for d := w.today - 1; d > w.today-1-settled-1; d-- {
		total := 0.0
		for _, l := range w.lines {
			if v := l.cost.at(d); v > 0 {
				total += v
			}
		}
		w.totals.set(d, total)
		if total > someSpend && (w.firstSpend == 0 || d < w.firstSpend) {
			w.firstSpend = d
		}
	}
}

const someSpend = 0.05 // dollars a day from which an account is in use

// has reports whether day was read whole, and lies within what is kept.
func (w *Watch) has(day Day) bool {
	return day >= w.start && w.start != 0 && w.keeps(day) && w.readOn[int(day)%depth] == day && w.read[int(day)%depth]
}

// usualDay is the median of what the account cost on the last 28 whole days.
func (w *Watch) usualDay() float64 {
	var store [freshDays]float64
	days := store[:0]
	for d := w.today - 3; d > w.today-3-freshDays; d-- {
		if w.has(d) {
			days = append(days, w.totals.at(d))
		}
	}
	return middle(days)
}

// Judged reports whether the newest look could be compared with anything: its
// newest or second newest day was read, and two weeks of the four before it were.
func (w *Watch) Judged() bool {
	if !w.has(w.today-1) && !w.has(w.today-2) {
		return false
	}
	n := 0
	for d := w.today - 2; d >= w.today-1-freshDays; d-- {
		if w.has(d) {
			n++
		}
	}
	return n >= minLevel
}

// middle is the median; it reorders values.
func middle(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return 0
	}
	if n%2 == 1 {
		return nth(values, n/2)
	}
	low := nth(values, n/2-1) // what stands behind it is no less: the next is the least of that
	return (low + slices.Min(values[n/2:])) / 2
}

// part is the value that the share q of values does not exceed; it reorders them.
func part(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	return nth(values, min(max(int(math.Ceil(q*float64(len(values))))-1, 0), len(values)-1))
}

// nth is what would stand at k if v was sorted (Hoare's selection: sorting
// took four fifths of all time).
func nth(v []float64, k int) float64 {
	lo, hi := 0, len(v)-1
	for lo < hi {
		pivot := v[(lo+hi)/2]
		i, j := lo, hi
		for i <= j {
			for v[i] < pivot {
				i++
			}
			for v[j] > pivot {
				j--
			}
			if i <= j {
				v[i], v[j] = v[j], v[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return v[k]
		}
	}
	return v[k]
}

// sortedLines are the account's series by key, so that nothing depends on the
// order in which they were first seen.
func (w *Watch) sortedLines() []*line {
	slices.SortFunc(w.lines, func(a, b *line) int { return compareKeys(a.key, b.key) })
	return w.lines
}
