package schedule

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// spendArgs is the job that reads an organization's bill: once a day, in one
// question for all accounts.
type spendArgs struct {
	Scope account.Scope `json:"scope"`
}

func (spendArgs) Kind() string { return "spend" }

type spendWorker[D driver[Tx], Tx any] struct {
	*Engine[D, Tx]
	river.WorkerDefaults[spendArgs]
}

func (w *spendWorker[D, Tx]) Timeout(*river.Job[spendArgs]) time.Duration { return longTimeout }

// NextRetry waits longer than usual: each attempt may cost a cent.
func (w *spendWorker[D, Tx]) NextRetry(job *river.Job[spendArgs]) time.Time {
	return time.Now().Add(time.Duration(job.Attempt) * time.Minute)
}

// changingDays is how long AWS still restates a day; billAttempts how often
// passing trouble is waited out.
const (
	changingDays = 5
	billAttempts = 4
)

func (w *spendWorker[D, Tx]) Work(ctx context.Context, job *river.Job[spendArgs]) error {
	scope := job.Args.Scope
	org, err := w.organization(scope)
	if err != nil || org.Costs == nil {
		return river.JobCancel(errors.Join(err, errors.New("cost is switched off")))
	}
	periods, err := w.wanted(ctx, org)
	if err != nil {
		return err
	}
	trouble, asked, count := "", 0, w.meter(ctx, org)
	meter := func(n int) error {
		err := count(n)
		if err == nil {
			asked += n
		}
		return err
	}
	for n, p := range periods {
		sheet, err := org.Costs.Costs(ctx, p.from, p.to, meter)
		if err != nil && n > 0 && ctx.Err() == nil && !waitsOut(job, err) {
			// The days that matter today are there; the history fills up tomorrow.
			w.o.Log.Error("a part of the bill's history could not be read", "organization", scope.Organization, "from", p.from, "to", p.to, "error", err)
			trouble = fmt.Sprintf("The history before %s is not read yet: %s.", p.to+1, strings.TrimSuffix(sentenceOf(err), "."))
			break
		}
		if err != nil {
			return w.troubled(ctx, job, err)
		}
		if err := w.save(ctx, scope, sheet); err != nil {
			return err
		}
	}
	if err := w.readAnomalies(ctx, org, meter); err != nil {
		return err
	}
	w.o.Log.Info("the bill is read", "organization", scope.Organization, "from", periods[len(periods)-1].from, "to", periods[0].to,
		"requests", asked, "dollars", spend.RequestPrice.Mul(decimalOf(asked)).StringFixed(2))
	return finish(ctx, w.Engine, job, func(ctx context.Context, tx Tx) error {
		if err := w.saveRefusal(ctx, tx, scope, account.Gap{}); err != nil {
			return err
		}
		// Until the days are judged, no spike is not the same as none found.
		if err := w.memory.SetCostTrouble(ctx, tx, scope, "The newest days are read and not compared with the usual yet.", w.o.Now()); err != nil {
			return err
		}
		newest := periods[0]
		return w.insert(ctx, tx, job.Queue, judgeArgs{Scope: scope, From: max(newest.from, newest.to-catchUpDays), To: newest.to, Trouble: trouble})
	})
}

// save stores the sheet a day at a time, so that an acknowledgement which
// waits for the store waits for one day of charges and not for a month's.
func (w *spendWorker[D, Tx]) save(ctx context.Context, scope account.Scope, sheet spend.Sheet) error {
	for _, day := range sheet.Days() {
		if err := w.memory.InTx(ctx, func(ctx context.Context, tx Tx) error { return w.memory.SaveSheet(ctx, tx, scope, day) }); err != nil {
			return err
		}
	}
	return nil
}

// period is a run of days, both included.
type period struct{ from, to spend.Day }

// historyPart is how many days of history are asked for at once: each part is
// stored when it is whole, so that a cap or a failure keeps what was paid for.
const historyPart = 30

// wanted is what to ask for, newest first: the days that can still change
// with those that are missing right before them, and what the history lacks. Never today.
func (w *spendWorker[D, Tx]) wanted(ctx context.Context, org Organization) ([]period, error) {
	today := spend.DayOf(w.o.Now())
	newest, oldest := today-1, today-spend.Day(max(org.HistoryDays, changingDays))
	h, err := w.memory.History(ctx, org.Scope, account.ID{}, oldest, newest)
	if err != nil {
		return nil, err
	}
	missing := func(day spend.Day) bool {
		// What was half a day when it was last seen is to be seen again, however long ago that was.
		return day >= oldest && (!h.Collected[day] || spend.Provisional(day, h.ObservedAt))
	}
	first := period{today - changingDays, newest}
	for missing(first.from-1) && first.to-first.from+1 < historyPart {
		first.from--
	}
	periods := []period{first}
	for day := first.from - 1; day >= oldest; day-- {
		if !missing(day) {
			continue
		}
		p := period{day, day}
		for missing(p.from-1) && p.to-p.from+1 < historyPart {
			p.from--
		}
		periods = append(periods, p)
		day = p.from
	}
	return periods, nil
}

// meter counts each request before it is made, and forbids it past the caps.
// It looks before it counts, so that what is forbidden is not counted, and at
// the count as well: another process may have counted in between.
func (e *Engine[D, Tx]) meter(ctx context.Context, org Organization) func(int) error {
	return func(n int) error {
		day := spend.DayOf(e.o.Now())
		today, month, err := e.memory.CountRequests(ctx, org.Scope, day, 0)
		if err == nil {
			err = capped(org, today+n, month+n, month)
		}
		if err != nil {
			return err
		}
		today, month, err = e.memory.CountRequests(ctx, org.Scope, day, n)
		if err == nil {
			err = capped(org, today, month, month-n)
		}
		if err != nil {
			return err
		}
		e.o.Counters.CostRequests(org.Scope.Organization, n)
		return nil
	}
}

// capped is an error where so many requests are more than a cap; made is how
// many this month has seen.
func capped(org Organization, today, month, made int) error {
	limit, what := org.MaxRequestsPerDay, "day"
	if today <= limit {
		limit, what = org.MaxRequestsPerMonth, "month"
		if month <= limit {
			return nil
		}
	}
	return fmt.Errorf("the cap of %d Cost Explorer requests a %s is reached ($%s so far this month); raise cost.max_requests_per_%s if that is too low",
		limit, what, spend.RequestPrice.Mul(decimalOf(made)).StringFixed(2), what)
}

// waitsOut reports whether the job is to come back after cause: trouble that
// may pass is waited out a few times.
func waitsOut(job *river.Job[spendArgs], cause error) bool {
	var gap account.Gap
	return (!errors.As(cause, &gap) || gap.Cause.Passing()) && job.Attempt < billAttempts
}

// sentenceOf is what a person is told of cause.
func sentenceOf(cause error) string {
	if gap := (account.Gap{}); errors.As(cause, &gap) {
		return gap.Error()
	}
	return "The bill could not be read."
}

// troubled waits passing trouble out, and remembers what does not pass, so
// that the digest says it instead of "no spike".
func (w *spendWorker[D, Tx]) troubled(ctx context.Context, job *river.Job[spendArgs], cause error) error {
	if ctx.Err() != nil || waitsOut(job, cause) {
		return cause
	}
	var gap account.Gap
	errors.As(cause, &gap)
	w.o.Log.Error("the bill could not be read", "organization", job.Args.Scope.Organization, "error", cause, "detail", gap.Detail)
	if gap.Cause == "" {
		gap.Cause = account.Unavailable
	}
	gap.Sentence = sentenceOf(cause)
	return finish(ctx, w.Engine, job, func(ctx context.Context, tx Tx) error {
		if err := w.saveRefusal(ctx, tx, job.Args.Scope, gap); err != nil {
			return err
		}
		return w.memory.SetCostTrouble(ctx, tx, job.Args.Scope, sentenceOf(cause), w.o.Now())
	})
}
