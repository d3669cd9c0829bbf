package schedule

import (
	"context"
	"errors"
	"fmt"
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
	from, to, err := w.wanted(ctx, org)
	if err != nil {
		return err
	}
	sheet, err := org.Costs.Costs(ctx, from, to, w.meter(ctx, org))
	if err != nil {
		return w.troubled(ctx, job, err)
	}
	return w.memory.InTx(ctx, func(ctx context.Context, tx Tx) error {
		if err := w.memory.SaveSheet(ctx, tx, scope, sheet); err != nil {
			return err
		}
		if err := w.memory.SetCostTrouble(ctx, tx, scope, "", w.o.Now()); err != nil {
			return err
		}
		if err := w.insert(ctx, tx, job.Queue, judgeArgs{Scope: scope, From: max(from, to-catchUpDays), To: to}); err != nil {
			return err
		}
		_, err := river.JobCompleteTx[D](ctx, tx, job)
		return err
	})
}

// wanted is the days to ask for: those that can still change, and back to the
// oldest one that is missing. Never today.
func (w *spendWorker[D, Tx]) wanted(ctx context.Context, org Organization) (from, to spend.Day, err error) {
	today := spend.DayOf(w.o.Now())
	to, oldest := today-1, today-spend.Day(max(org.HistoryDays, changingDays))
	h, err := w.memory.History(ctx, org.Scope, account.ID{}, oldest, to)
	if err != nil {
		return 0, 0, err
	}
	for from = oldest; from < today-changingDays && h.Collected[from]; from++ {
	}
	return from, to, nil
}

// meter counts each request before it is made, and forbids it past the caps.
func (e *Engine[D, Tx]) meter(ctx context.Context, org Organization) func(int) error {
	return func(n int) error {
		day := spend.DayOf(e.o.Now())
		today, month, err := e.memory.CountRequests(ctx, org.Scope, day, 0)
		if err != nil {
			return err
		}
		if over, what := today+n > org.MaxRequestsPerDay, "day"; over || month+n > org.MaxRequestsPerMonth {
			limit := org.MaxRequestsPerDay
			if !over {
				what, limit = "month", org.MaxRequestsPerMonth
			}
			return fmt.Errorf("the cap of %d Cost Explorer requests a %s is reached ($%s so far this month); raise cost.max_requests_per_%s if that is too low",
				limit, what, spend.RequestPrice.Mul(decimalOf(month)).StringFixed(2), what)
		}
		if _, _, err := e.memory.CountRequests(ctx, org.Scope, day, n); err != nil {
			return err
		}
		e.o.Counters.CostRequests(org.Scope.Organization, n)
		return nil
	}
}

// troubled waits passing trouble out, and remembers what does not pass, so
// that the digest says it instead of "no spike".
func (w *spendWorker[D, Tx]) troubled(ctx context.Context, job *river.Job[spendArgs], cause error) error {
	var gap account.Gap
	known := errors.As(cause, &gap)
	if (!known || gap.Cause.Passing()) && job.Attempt < billAttempts {
		return cause
	}
	sentence := "The bill could not be read."
	if known {
		sentence = gap.Error()
	}
	w.o.Log.Error("the bill could not be read", "organization", job.Args.Scope.Organization, "error", cause, "detail", gap.Detail)
	return w.memory.InTx(ctx, func(ctx context.Context, tx Tx) error {
		if err := w.memory.SetCostTrouble(ctx, tx, job.Args.Scope, sentence, w.o.Now()); err != nil {
			return err
		}
		_, err := river.JobCompleteTx[D](ctx, tx, job)
		return err
	})
}
