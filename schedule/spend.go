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

// spendTimeout: a page takes AWS a second or two, and a day of 5,000 accounts
// some hundred pages. historyTimeout is how long the history may keep the
// newest days from being judged; it goes on with the next reading.
const (
	spendTimeout   = 2 * time.Hour
	historyTimeout = 20 * time.Minute
)

func (w *spendWorker[D, Tx]) Timeout(*river.Job[spendArgs]) time.Duration { return spendTimeout }

// NextRetry waits longer than usual: each attempt may cost a cent.
func (w *spendWorker[D, Tx]) NextRetry(job *river.Job[spendArgs]) time.Time {
	return time.Now().Add(time.Duration(job.Attempt) * time.Minute)
}

// billAttempts is how often passing trouble is waited out.
const billAttempts = 4

func (w *spendWorker[D, Tx]) Work(ctx context.Context, job *river.Job[spendArgs]) error {
	scope := job.Args.Scope
	org, err := w.organization(scope)
	if err != nil || org.Costs == nil {
		return river.JobCancel(errors.Join(err, errors.New("cost is switched off")))
	}
	asked, count := 0, w.meter(ctx, org)
	meter := func(n int) error {
		err := count(n)
		if err == nil {
			asked += n
		}
		return err
	}
	newest := changing(spend.DayOf(w.o.Now()))
	first, err := w.read(ctx, org, newest, meter)
	if err != nil {
		return w.troubled(ctx, job, err)
	}
	trouble, err := w.readPast(ctx, job, org, newest, first, meter)
	if err != nil {
		return err
	}
	if err := w.readAnomalies(ctx, org, meter); err != nil {
		return err
	}
	w.o.Log.Info("the bill is read", "organization", scope.Organization, "to", newest.to,
		"requests", asked, "dollars", spend.RequestPrice.Mul(decimalOf(asked)).StringFixed(2))
	return finish(ctx, w.Engine, job, func(ctx context.Context, tx Tx) error {
		if err := w.saveRefusal(ctx, tx, scope, account.Gap{}); err != nil {
			return err
		}
		// Until the days are judged, no spike is not the same as none found.
		if err := w.memory.SetCostTrouble(ctx, tx, scope, notComparedYet, w.o.Now()); err != nil {
			return err
		}
		return w.insert(ctx, tx, job.Queue, judgeArgs{Scope: scope, From: max(newest.from, newest.to-catchUpDays), To: newest.to, Trouble: trouble})
	})
}

// read reads and stores the days of p, and says what they took.
func (w *spendWorker[D, Tx]) read(ctx context.Context, org Organization, p period, meter func(int) error) (part, error) {
	known, err := w.memory.Newest(ctx, org.Scope, p.from, p.to)
	if err != nil { // what is damaged is asked for again, and so is mended
		w.o.Log.Error("the stored bill cannot be read", "organization", org.Scope.Organization, "error", err)
		known = nil
	}
	sheet, err := org.Costs.Costs(ctx, p.from, p.to, known, meter)
	if err != nil {
		return part{}, err
	}
	return part{days: int(p.to-p.from) + 1, charges: len(sheet.Charges), requests: sheet.Requests}, w.save(ctx, org.Scope, sheet)
}

// readPast reads the days before newest that are to be read: newest first, in
// parts that are stored when they are whole. What keeps it from that is
// returned as a sentence: the days that matter today are there.
func (w *spendWorker[D, Tx]) readPast(ctx context.Context, job *river.Job[spendArgs], org Organization, newest period, last part, meter func(int) error) (trouble string, err error) {
	due, err := w.due(ctx, org, newest)
	if err != nil {
		return "", err
	}
	began := w.o.Now()
	for len(due) > 0 {
		days, refusal, err := w.room(ctx, org, last)
		if err != nil {
			return "", err
		}
		p := next(due, days)
		until := fmt.Sprintf("The history before %s is not read yet", p.to+1)
		if w.o.Now().Sub(began) > historyTimeout {
			return until + ": it goes on with the next reading.", nil
		}
		if refusal != nil {
			return until + ": " + refusal.Error() + ".", nil
		}
		done, err := w.read(ctx, org, p, meter)
		if err != nil && (ctx.Err() != nil || waitsOut(job, err)) {
			return "", err
		}
		if err != nil {
			w.o.Log.Error("a part of the bill's history could not be read", "organization", org.Scope.Organization, "from", p.from, "to", p.to, "error", err)
			return until + ": " + strings.TrimSuffix(sentenceOf(err), ".") + ".", nil
		}
		last, due = done, due[int(p.to-p.from)+1:]
	}
	return "", nil
}

// notComparedYet is the trouble of the minutes between reading and judging.
const notComparedYet = "The newest days are read and not compared with the usual yet."

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
