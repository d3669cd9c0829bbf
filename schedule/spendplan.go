package schedule

import (
	"context"
	"time"

	"rootwatch/checks/spend"
)

// period is a run of days, both included.
type period struct{ from, to spend.Day }

// changingDays is how many of the newest days are read every day: AWS goes on
// restating them.
const changingDays = 5

func changing(today spend.Day) period { return period{today - changingDays, today - 1} }

// restated are the days of the next month on which a month is read again,
// once on each. By the 3rd its last days are whole and the prices of a month's
// volume are applied; the bill closes on the 5th to 7th, with support; what
// comes after that is there by the 10th (AWS's CUR guide, "finalized"). To ask
// every day until the 10th would show the same changes for three times as much.
var restated = []int{3, 7, 10}

// lastRestated is the newest day up to today on which AWS may have restated a
// day for good; the day itself where there is none yet.
func lastRestated(day, today spend.Day) spend.Day {
	t := day.Time()
	last := day
	for _, n := range restated {
		if mark := spend.DayOf(time.Date(t.Year(), t.Month()+1, n, 0, 0, 0, 0, time.UTC)); mark <= today {
			last = mark
		}
	}
	return last
}

// due are the days before newest that are to be read, newest first: those that
// never were, those that were last seen while they were provisional, however
// long ago that was, and those of a month that was restated since.
func (w *spendWorker[D, Tx]) due(ctx context.Context, org Organization, newest period) ([]spend.Day, error) {
	today := spend.DayOf(w.o.Now())
	oldest := today - spend.Day(max(org.HistoryDays, changingDays))
	at, err := w.memory.ReadAt(ctx, org.Scope, oldest, newest.from-1)
	if err != nil {
		return nil, err
	}
	var due []spend.Day
	for day := newest.from - 1; day >= oldest; day-- {
		read, there := at[day]
		if !there || spend.Provisional(day, read) || spend.DayOf(read) < lastRestated(day, today) {
			due = append(due, day)
		}
	}
	return due, nil
}

// next is the newest of the days that are due with those right before it.
func next(due []spend.Day, most int) period {
	p := period{due[0], due[0]}
	for _, day := range due[1:] {
		if day != p.from-1 || int(p.to-day) >= most {
			break
		}
		p.from = day
	}
	return p
}

// part is what some days took.
type part struct{ days, charges, requests int }

// What one part may be: charges bound its memory (100,000 take some 40 MB) and
// what is lost where it fails, about two dollars.
const partCharges = 100_000

// mostDays is how many days the next part may have with so many requests left,
// 0 where they are surely too few for one. It plans to take half of them: days
// that are new cost more than days that are known.
func (p part) mostDays(left int) int {
	most := 1 << 20
	if p.charges > 0 {
		most = max(1, partCharges*p.days/p.charges)
	}
	if p.requests > 0 && left*p.days < p.requests {
		return 0
	}
	if p.requests > 0 {
		most = min(most, max(1, left*p.days/(2*p.requests)))
	}
	return most
}

// room is how many days may be asked for after last; its refusal is the cap's.
func (w *spendWorker[D, Tx]) room(ctx context.Context, org Organization, last part) (days int, refusal, err error) {
	today, month, err := w.memory.CountRequests(ctx, org.Scope, spend.DayOf(w.o.Now()), 0)
	if err != nil {
		return 0, nil, err
	}
	days = last.mostDays(min(org.MaxRequestsPerDay-today, org.MaxRequestsPerMonth-month))
	if days < 1 {
		refusal = capped(org, today+last.requests, month+last.requests, month)
	}
	return days, refusal, nil
}
