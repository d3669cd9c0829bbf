package yardstick

import (
	"math/rand/v2"

	"rootwatch/checks/spend"
)

// view is what one look showed of a row.
type view struct {
	value float64
	there bool
}

// lateness decides how rows become known. It draws from a stream of its own,
// so that costs do not depend on it.
type lateness struct {
	rng  *rand.Rand
	many float64 // multiplies how often something is late
	// Of the day at hand:
	slow    bool            // the whole organization's figures are far behind
	missing bool            // not one row is there on the next day
	held    map[string]bool // services of which nothing is there yet
	until   int             // age on which they are
}

// tardy are services whose rows come late more often than others'.
var tardy = map[string]bool{cloudfront: true, transfer: true, route53: true, "Amazon Registrar": true, kinesis: true, "Refund": true, backup: true}

// dawn draws what is so for a whole usage day.
func (l *lateness) dawn(services []string) {
	l.slow, l.missing = l.rng.Float64() < 0.04*l.many, l.rng.Float64() < 0.006*l.many
	l.held, l.until = nil, 0
	if l.rng.Float64() < 0.03*l.many {
		l.held = map[string]bool{services[l.rng.IntN(len(services))]: true}
		l.until = 2 + l.rng.IntN(3)
	}
}

// account reports until which age nothing of an account is there; 0 almost always.
func (l *lateness) account() int {
	if l.rng.Float64() < 0.0025*l.many {
		return 1 + l.rng.IntN(3)
	}
	return 0
}

// views is what is seen of a row at the ages 1 to rereadDays. absent is the
// account's age up to which nothing is there.
func (l *lateness) views(service string, final float64, absent int) [rereadDays]view {
	var all [rereadDays]view
	rng := l.rng
	first, second := 1-0.75*rng.Float64()*rng.Float64(), 1-0.03*rng.Float64()*rng.Float64()
	if rng.Float64() < 0.35 {
		second = 1
	}
	gone := absent
	if tardy[service] && rng.Float64() < 0.2 || rng.Float64() < 0.012*l.many {
		gone = max(gone, 1)
	}
	if rng.Float64() < 0.004*l.many {
		gone = max(gone, 1+rng.IntN(4))
	}
	wrong, until := 1.0, 0
	if rng.Float64() < 0.006*l.many {
		wrong, until = 1+0.12*(rng.Float64()-0.5), 2+rng.IntN(rereadDays-1)
	}
	if l.slow {
		first *= 0.1 + 0.4*rng.Float64()
		second *= 0.7 + 0.3*rng.Float64()
	}
	if l.missing {
		gone = max(gone, 1)
	}
	if l.held[service] {
		gone = max(gone, l.until)
	}
	for n := range all {
		age, v := n+1, final
		switch {
		case age <= gone:
			continue
		case age == 1:
			v *= first
		case age == 2:
			v *= second
		}
		if age <= until {
			v *= wrong
		}
		all[n] = view{cents(v), true}
	}
	return all
}

// ages is how many looks still differ from the final value.
func ages(views [rereadDays]view, final float64) int {
	n := rereadDays
	for n > 0 && views[n-1] == (view{final, true}) {
		n--
	}
	return n
}

// seenOn is the day of the look that views[n] is.
func seenOn(day spend.Day, n int) spend.Day { return day + 1 + spend.Day(n) }
