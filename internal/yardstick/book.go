package yardstick

import (
	"fmt"
	"maps"
	"slices"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// book gathers changes by account and by the day of the look.
type book struct {
	first, last spend.Day                   // the first usage day, the last look
	changes     map[string][][]spend.Amount // by account; index 0 is the look on first
	shown       [][rereadDays]bool          // by usage day and age less one: any row of the organization was visible
}

// enter notes what was visible of one series' one day. rows are in order of
// observation; the one without is the final value.
func (b *book) enter(n name, rows []row) {
	day, final, there := rows[0].day, 0.0, false
	if rows[0].observed == 0 {
		final, there, rows = rows[0].value, true, rows[1:]
	}
	was := 0.0
	show := func(observed spend.Day, v float64) {
		if observed > b.last || v == was {
			return
		}
		was = v
		looks := b.changes[n.account]
		if looks == nil {
			looks = make([][]spend.Amount, b.last-b.first+1)
			b.changes[n.account] = looks
		}
		i := observed - b.first
		looks[i] = append(looks[i], spend.Amount{Service: n.service, Region: n.region, Day: day, Value: v})
	}
	next := day + 1
	for _, q := range rows {
		if q.observed <= day {
			continue // nobody sees a day before it is over
		}
		if q.observed > next {
			show(next, final)
			b.visible(day, next, q.observed-1, there)
		}
		show(q.observed, q.value)
		b.visible(day, q.observed, q.observed, q.seen)
		next = q.observed + 1
	}
	show(next, final)
	b.visible(day, next, day+rereadDays, there)
}

// visible notes that day had a row in the looks from one to the other.
func (b *book) visible(day, from, to spend.Day, there bool) {
	if !there {
		return
	}
	for o := from; o <= min(to, day+rereadDays); o++ {
		b.shown[day-b.first][o-day-1] = true
	}
}

func (b *book) ledgers(currency string) ([]spend.Ledger, error) {
	reads := make([][]spend.Day, b.last-b.first+1)
	for o := b.first + 1; o <= b.last; o++ {
		for d := max(b.first, o-rereadDays); d < o; d++ {
			if b.shown[d-b.first][o-d-1] {
				reads[o-b.first] = append(reads[o-b.first], d)
			}
		}
	}
	ids := slices.Sorted(maps.Keys(b.changes))
	all := make([]spend.Ledger, 0, len(ids))
	for _, s := range ids {
		id, err := account.ParseID(s)
		if err != nil {
			return nil, fmt.Errorf("costs: %w", err)
		}
		l := spend.Ledger{Account: id, Currency: currency}
		for o := b.first + 1; o <= b.last; o++ {
			l.Looks = append(l.Looks, spend.Look{Observed: o, Read: reads[o-b.first], Changes: b.changes[s][o-b.first]})
		}
		all = append(all, l)
	}
	return all, nil
}
