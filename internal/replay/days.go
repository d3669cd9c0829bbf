package replay

import (
	"math"

	"rootwatch/checks/spend"
)

const (
	// reread is how far back each look reads again, as the bot does for days
	// that can still change.
	reread = 10
	// moving is how old a day may be when a sorted as-of file restates it: a
	// month's bill is closed by the 10th of the next. Older ones need all in memory.
	moving = 45
)

// look is what the whole organization showed on one day.
type look struct {
	observed spend.Day
	read     []spend.Day
	changes  [][]spend.Amount // by account, as the book counts them; the next look overwrites it
}

// days merges the two files into looks.
type days struct {
	book        *book
	costs, asof source                // asof is nil where every day was whole at once
	keep        spend.Day             // how many days a final value is remembered; 0 for all
	finals      map[spend.Day][]final // by series
	rows        map[spend.Day]int     // how many of them there are
	shown       []row                 // what the last look showed that was not final, by day and series
	free        [][]final             // vectors of days that are over
	newest      spend.Day             // usage day
	drained     bool                  // the costs ended, and the rest of asof is in memory
	look        look
}

// final is the value of a series on a day, or none (NaN).
type final float64

func (f final) there() bool { return !math.IsNaN(float64(f)) }

// value is what it adds: a missing row is zero.
func (f final) value() float64 {
	if f.there() {
		return float64(f)
	}
	return 0
}

// each calls f for every look on which anything was read or changed, up to the
// one on the day after the newest usage day.
func (d *days) each(f func() error) error {
	d.finals, d.rows = map[spend.Day][]final{}, map[spend.Day]int{}
	observed, err := d.first()
	if err != nil || observed == 0 {
		return err
	}
	for ; ; observed++ {
		if err := d.take(observed); err != nil {
			return err
		}
		if d.drained && observed > d.newest+1 {
			return nil
		}
		any, err := d.show(observed)
		if err == nil && any {
			err = f()
		}
		if err != nil {
			return err
		}
		d.forget(observed)
	}
}

// first is the first look; 0 where there are no rows at all.
func (d *days) first() (spend.Day, error) {
	q, any, err := d.costs.peek()
	if err != nil {
		return 0, err
	}
	observed := q.day + 1
	if d.asof == nil {
		return ifAny(observed, any), nil
	}
	a, more, err := d.asof.peek()
	switch {
	case err != nil:
		return 0, err
	case more && (!any || a.observed < observed):
		return a.observed, nil
	}
	return ifAny(observed, any), nil
}

func ifAny(day spend.Day, any bool) spend.Day {
	if any {
		return day
	}
	return 0
}

// take reads the final values of the day before the look.
func (d *days) take(observed spend.Day) error {
	for {
		q, more, err := d.costs.peek()
		if err != nil {
			return err
		}
		if !more {
			return d.drain()
		}
		if q.day >= observed {
			return nil
		}
		d.costs.drop()
		d.newest = max(d.newest, q.day)
		d.enter(q)
	}
}

// drain reads on to the end of the as-of rows once there are no more costs:
// they alone know then which day is the newest.
func (d *days) drain() error {
	if d.drained {
		return nil
	}
	d.drained = true
	var rest heap
	for d.asof != nil {
		q, more, err := d.asof.peek()
		if err != nil {
			return err
		}
		if !more {
			d.asof = &rest
			break
		}
		d.asof.drop()
		d.newest = max(d.newest, q.day)
		rest = append(rest, q)
	}
	return nil
}

// enter adds a final value; several of one series and day are one sum.
func (d *days) enter(q row) {
	v := d.finals[q.day]
	if v == nil && len(d.free) > 0 {
		v = d.free[len(d.free)-1]
		d.free = d.free[:len(d.free)-1]
	}
	for len(v) <= q.series {
		v = append(v, final(math.NaN()))
	}
	if !v[q.series].there() {
		v[q.series] = 0
		d.rows[q.day]++
	}
	v[q.series] += final(q.value)
	d.finals[q.day] = v
}

func (d *days) final(day spend.Day, series int) final {
	if v := d.finals[day]; series < len(v) {
		return v[series]
	}
	return final(math.NaN())
}

func (d *days) forget(observed spend.Day) {
	if d.keep == 0 {
		return
	}
	day := observed - d.keep
	if v, ok := d.finals[day]; ok {
		for i := range v {
			v[i] = final(math.NaN())
		}
		d.free = append(d.free, v)
		delete(d.finals, day)
		delete(d.rows, day)
	}
}
