package schedule

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/riverqueue/river"

	"rootwatch/checks/account"
)

// accountArgs is the job that collects, judges and saves one account.
type accountArgs struct {
	RunID   string          `json:"run_id"`
	Account account.Account `json:"account"`
}

func (accountArgs) Kind() string { return "check_account" }

type accountWorker[D driver[Tx], Tx any] struct {
	*Engine[D, Tx]
	river.WorkerDefaults[accountArgs]
}

func (w *accountWorker[D, Tx]) Timeout(*river.Job[accountArgs]) time.Duration { return accountTimeout }

// InsertOpts: an account whose reading breaks again and again is given up with
// a report that says so, instead of keeping a run open for weeks.
func (accountArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: giveUpAfter} }

// NextRetry is a few seconds: somebody may be waiting for the whole run.
func (w *accountWorker[D, Tx]) NextRetry(job *river.Job[accountArgs]) time.Time {
	return time.Now().Add(time.Duration(job.Attempt) * 2 * time.Second)
}

// A credential report takes AWS some seconds to write. The job does not wait
// for it: it comes back, at most a minute long.
const (
	notReadyFor   = 2 * time.Second
	notReadyTimes = 30
)

func (w *accountWorker[D, Tx]) Work(ctx context.Context, job *river.Job[accountArgs]) error {
	a := job.Args.Account
	org, err := w.organization(a.Scope)
	if err != nil {
		return finish(ctx, w.Engine, job, func(ctx context.Context, tx Tx) error {
			return w.conclude(ctx, tx, job.Queue, job.Args.RunID, err.Error())
		})
	}
	facts, mail := w.collect(ctx, org, a)
	if ctx.Err() != nil { // stopped in the middle: what is missing says nothing about the account
		return ctx.Err()
	}
	judged, err := w.judged(ctx, org, facts, mail)
	if err != nil {
		return err
	}
	wait := slices.ContainsFunc(facts.Gaps(), comesSoon) && snoozes(job.Metadata) < notReadyTimes
	save := func(ctx context.Context, tx Tx) error {
		previous, err := w.memory.LatestTx(ctx, tx, a.Scope, a.ID)
		if err != nil || wait && previous != nil { // half a report is better than none, and worse than the one before it
			return err
		}
		return w.saveJudged(ctx, tx, previous, judged)
	}
	if wait {
		if err := w.inJob(ctx, job.JobRow, save); err != nil {
			return err
		}
		return river.JobSnooze(notReadyFor)
	}
	err = finish(ctx, w.Engine, job, func(ctx context.Context, tx Tx) error {
		if err := save(ctx, tx); err != nil {
			return err
		}
		if err := w.memory.FinishAccount(ctx, tx, job.Args.RunID, a.ID); err != nil {
			return err
		}
		return w.conclude(ctx, tx, job.Queue, job.Args.RunID, "")
	})
	if err != nil {
		return err
	}
	w.o.Counters.Checked(string(judged.report.Coverage.State))
	return nil
}

// comesSoon tells a gap that a short wait fills: a report that AWS is writing,
// or a throttle that outlasted the retries.
func comesSoon(g account.Gap) bool {
	return g.Cause == account.NotReady || g.Cause == account.Throttled
}

// snoozes is how often River has put the job off; it keeps the count in the job's metadata.
func snoozes(metadata []byte) int {
	var m struct {
		Snoozes int `json:"snoozes"`
	}
	if json.Unmarshal(metadata, &m) != nil {
		return 0
	}
	return m.Snoozes
}
