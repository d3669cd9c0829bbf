package replay

import (
	"cmp"
	"slices"

	"rootwatch/checks/spend"
)

// show fills in the look, and reports whether anything was read or changed.
func (d *days) show(observed spend.Day) (bool, error) {
	now, err := d.seen(observed)
	if err != nil {
		return false, err
	}
	for i := range d.look.changes {
		d.look.changes[i] = d.look.changes[i][:0]
	}
	for len(d.look.changes) < len(d.book.accounts) {
		d.look.changes = append(d.look.changes, nil)
	}
	d.look.observed, d.look.read = observed, d.read(observed, now)
	changed := d.restated(observed-1, now)
	changed = d.yesterday(observed-1, now) || changed
	d.shown = now
	return changed || len(d.look.read) > 0, nil
}

// seen are the as-of rows of the look, by day and series. Several of one
// series and day are one sum.
func (d *days) seen(observed spend.Day) ([]row, error) {
	if d.asof == nil {
		return nil, nil
	}
	var now []row
	for {
		q, more, err := d.asof.peek()
		if err != nil {
			return nil, err
		}
		if !more || q.observed > observed {
			break
		}
		d.asof.drop()
		d.newest = max(d.newest, q.day)
		now = append(now, q)
	}
	slices.SortStableFunc(now, byCell)
	sums := now[:0]
	for _, q := range now {
		if n := len(sums); n > 0 && byCell(sums[n-1], q) == 0 {
			sums[n-1].value += q.value
			sums[n-1].there = sums[n-1].there || q.there
			continue
		}
		sums = append(sums, q)
	}
	return sums, nil
}

func byCell(a, b row) int {
	return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.series, b.series))
}

// read are the days of which any row of the organization was visible.
func (d *days) read(observed spend.Day, now []row) []spend.Day {
	var visible [reread]int // index 0 is the oldest
	oldest := observed - reread
	for i := range visible {
		visible[i] = d.rows[oldest+spend.Day(i)]
	}
	for _, q := range now {
		if q.day < oldest {
			continue
		}
		switch final := d.final(q.day, q.series).there(); {
		case final && !q.there:
			visible[q.day-oldest]--
		case !final && q.there:
			visible[q.day-oldest]++
		}
	}
	var read []spend.Day
	for i, n := range visible {
		if n > 0 {
			read = append(read, oldest+spend.Day(i))
		}
	}
	return read
}

// restated tells what older days showed differently from the look before: what
// was not final then, and what is not now.
func (d *days) restated(yesterday spend.Day, now []row) (changed bool) {
	was := d.shown
	for len(was) > 0 || len(now) > 0 {
		order := 0
		switch {
		case len(was) == 0:
			order = 1
		case len(now) == 0:
			order = -1
		default:
			order = byCell(was[0], now[0])
		}
		var old, shown row
		if order <= 0 {
			old, was = was[0], was[1:]
			shown = old
			shown.value = d.final(old.day, old.series).value()
		}
		if order >= 0 {
			shown, now = now[0], now[1:]
		}
		if shown.day == yesterday {
			break // nothing was shown of it before
		}
		if order > 0 {
			old.value = d.final(shown.day, shown.series).value()
		}
		if shown.value != old.value {
			d.change(shown.series, shown.day, shown.value)
			changed = true
		}
	}
	return changed
}

// yesterday tells the day that is seen for the first time.
func (d *days) yesterday(day spend.Day, now []row) (changed bool) {
	at, _ := slices.BinarySearchFunc(now, day, func(q row, day spend.Day) int { return cmp.Compare(q.day, day) })
	now = now[at:]
	for n, v := range d.finals[day] {
		value := v.value()
		if len(now) > 0 && now[0].series == n {
			value, now = now[0].value, now[1:]
		}
		if value != 0 {
			d.change(n, day, value)
			changed = true
		}
	}
	for _, q := range now { // series that are beyond all final ones
		if q.value != 0 {
			d.change(q.series, day, q.value)
			changed = true
		}
	}
	return changed
}

func (d *days) change(n int, day spend.Day, value float64) {
	s := d.book.series[n]
	d.look.changes[s.account] = append(d.look.changes[s.account], spend.Amount{Service: s.service, Region: s.region, Day: day, Value: value})
}
