package schedule

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// River completes a job whoever asks: a process that was stopped, given up by
// the others and then woken would write what it knew over what they found out
// since. So each job's last transaction holds the job's row and goes on only
// where the attempt is still the one that runs, and what a lost attempt
// returns is not reported to River at all.
//
// What remains: the attempt can be lost between the last look here and River's
// own write of an error or a snooze, some milliseconds. Then the job that
// another process runs is put off, its last transaction finds that out, and it
// runs once more. Nothing old is written and nothing is said twice for it.

// errLost ends an attempt at a job that another one has taken over.
var errLost = errors.New("another attempt works this job now")

// hold keeps the job's row until the transaction ends, or fails with errLost.
func (e *Engine[D, Tx]) hold(ctx context.Context, tx Tx, job *rivertype.JobRow) error {
	a := Attempt{Job: job.ID, N: job.Attempt}
	if n := len(job.AttemptedBy); n > 0 {
		a.By = job.AttemptedBy[n-1]
	}
	if job.AttemptedAt != nil {
		a.At = *job.AttemptedAt
	}
	ours, err := e.memory.HoldJob(ctx, tx, a)
	if err == nil && !ours {
		err = errLost
	}
	return err
}

// inJob runs f in a transaction that commits only while the job is ours.
func (e *Engine[D, Tx]) inJob(ctx context.Context, job *rivertype.JobRow, f func(ctx context.Context, tx Tx) error) error {
	return e.memory.InTx(ctx, func(ctx context.Context, tx Tx) error {
		if err := e.hold(ctx, tx, job); err != nil {
			return err
		}
		return f(ctx, tx)
	})
}

// finish completes the job in one transaction with what it did; f may be nil.
func finish[A river.JobArgs, D driver[Tx], Tx any](ctx context.Context, e *Engine[D, Tx], job *river.Job[A], f func(ctx context.Context, tx Tx) error) error {
	return e.inJob(ctx, job.JobRow, func(ctx context.Context, tx Tx) error {
		if f != nil {
			if err := f(ctx, tx); err != nil {
				return err
			}
		}
		if _, err := river.JobCompleteTx[D](ctx, tx, job); err != nil {
			return fmt.Errorf("complete job %d: %w", job.ID, err)
		}
		return nil
	})
}

// fence keeps what a lost attempt returns from River.
type fence[D riverdriver.Driver[Tx], Tx any] struct {
	river.MiddlewareDefaults
	*Engine[D, Tx]
}

// lookWithin bounds the look whether an attempt that failed is still ours.
const lookWithin = 5 * time.Second

// Work implements rivertype.WorkerMiddleware.
func (f *fence[D, Tx]) Work(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) (err error) {
	returned := false
	defer func() {
		if returned && err == nil { // then it is complete, with what it did
			return
		}
		if !f.lost(ctx, job) {
			return // a panic goes on as it was, with its trace
		}
		if !returned {
			err = fmt.Errorf("panic: %v", recover())
		}
		f.o.Log.Warn("an attempt at a job came back after another one had taken it over; what it did is dropped",
			"job", job.ID, "kind", job.Kind, "attempt", job.Attempt, "error", err)
		err = unreported{err}
	}()
	err = work(ctx)
	returned = true
	return err
}

// lost reports whether the attempt is surely no longer ours.
func (f *fence[D, Tx]) lost(ctx context.Context, job *rivertype.JobRow) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookWithin)
	defer cancel()
	return errors.Is(f.inJob(ctx, job, func(context.Context, Tx) error { return nil }), errLost)
}

// unreported is an error of no job: River, which knows errors of several jobs,
// writes each one's, and here there is none.
type unreported struct{ error }

// Jobs are those that River writes an error of.
func (unreported) Jobs() []*rivertype.JobRow { return nil }

// ErrorsByID are their errors.
func (unreported) ErrorsByID() map[int64]error { return nil }
