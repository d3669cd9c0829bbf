package schedule

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/riverqueue/river"

	"rootwatch/bot"
)

// deliverArgs is the job that says one row of the outbox in its newest revision.
type deliverArgs struct {
	DeliveryID int64 `json:"delivery_id"`
}

func (deliverArgs) Kind() string { return "deliver" }

// InsertOpts: a message waits as long as Slack is away, it is never thrown out.
func (deliverArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 10_000} }

type deliverWorker[D driver[Tx], Tx any] struct {
	*Engine[D, Tx]
	river.WorkerDefaults[deliverArgs]
}

// NextRetry doubles, from one second to one minute.
func (w *deliverWorker[D, Tx]) NextRetry(job *river.Job[deliverArgs]) time.Time {
	return time.Now().Add(min(w.pace.backoff<<min(max(job.Attempt-1, 0), 6), 60*w.pace.backoff))
}

// sayWithin is how long after its claim a delivery may still speak. It is
// shorter than the claim holds (store.Lease, 15 s), so that two never speak for
// one row, whatever slept meanwhile: past it no request is written any more
// (Mouth heeds the context's deadline at the last moment), and whoever claims
// the row then first looks for what may have been said.
//
// What remains: a process that is stopped inside the very system call that
// writes the request, and whose machine sends it after the claim has ended; and
// a channel whose history we may not read, where an unknown outcome is posted
// again.
const sayWithin = 10 * time.Second

// settleWithin is how long it may take to remember what was said. It comes on
// top of sayWithin, and still ends before the claim does.
const settleWithin = 4 * time.Second

// How long to leave be: a row that another job holds, a channel that a person
// must mend, a token that Slack refuses.
const (
	heldFor    = time.Second
	refusedFor = 5 * time.Minute
	lockedFor  = time.Minute
)

func (w *deliverWorker[D, Tx]) Work(ctx context.Context, job *river.Job[deliverArgs]) error {
	ctx, cancel := context.WithTimeout(ctx, sayWithin) // it counts from before the claim
	defer cancel()
	// The claim is this attempt's own: an older one at the same job may be alive.
	d, mine, err := w.memory.Claim(ctx, job.Args.DeliveryID, 1+rand.Int64N(math.MaxInt64), w.sharedNow())
	if err != nil {
		return err
	}
	if !mine {
		if d.SentRevision >= d.Revision {
			return w.done(ctx, job, nil)
		}
		return river.JobSnooze(heldFor)
	}
	if d.ParentKey != "" {
		parent, found, err := w.memory.Delivery(ctx, d.Scope, d.ParentKey)
		if err != nil {
			return err
		}
		if !found || parent.Ref.TS == "" {
			wait := heldFor
			if parent.State == Failed {
				wait = refusedFor
			}
			return w.later(ctx, job, d, Planned, "waits for the message it answers", wait)
		}
		d.Thread = parent.Ref
	}
	ref, err := w.speak(ctx, d)
	var fault *bot.Fault
	switch {
	case err == nil:
		w.o.Counters.Delivered(string(Sent))
		if d.Address.Channel != "" { // a response URL takes no token
			w.o.Counters.SetReady("slack", nil)
		}
		if !isReply(d.Key) {
			w.o.Log.Info("a message stands", "key", d.Key, "channel", d.Address.Channel, "edited", ref == d.Ref)
		}
		return w.done(ctx, job, func(ctx context.Context, tx Tx) error {
			return w.memory.MarkSent(ctx, tx, d.ID, d.Revision, ref, w.o.Now())
		})
	case errors.As(err, &fault):
		return w.faulty(ctx, job, d, fault)
	}
	return w.retry(ctx, job, d, Ambiguous, err)
}

// speak edits what was said before, adopts what may have been said, and only
// then posts. A known message that is gone may have had a successor, whose
// answer was lost.
func (w *deliverWorker[D, Tx]) speak(ctx context.Context, d Delivery) (bot.Ref, error) {
	d.Outgoing.Scope = d.Scope
	ref := d.Ref
	if ref != (bot.Ref{}) {
		if err := w.o.Mouth.Update(ctx, ref, d.Outgoing); !isGone(err) {
			return ref, err
		}
	}
	if unsettled(d) {
		found, ok, err := w.find(ctx, d)
		if err != nil {
			return bot.Ref{}, err
		}
		if ok {
			if err := w.o.Mouth.Update(ctx, found, d.Outgoing); !isGone(err) {
				return found, err
			}
		}
	}
	return w.o.Mouth.Post(ctx, d.Outgoing)
}

// unsettled reports whether an earlier attempt may have said the message.
func unsettled(d Delivery) bool { return d.State == Sending || d.State == Ambiguous }

func isGone(err error) bool {
	fault := (*bot.Fault)(nil)
	return errors.As(err, &fault) && fault.Kind == bot.Gone
}

func (w *deliverWorker[D, Tx]) find(ctx context.Context, d Delivery) (bot.Ref, bool, error) {
	ref, ok, err := w.o.Mouth.Find(ctx, d.Outgoing)
	if fault := (*bot.Fault)(nil); errors.As(err, &fault) && fault.Kind == bot.Refused {
		// We may not look, and never will: a double is better than nothing.
		w.o.Log.Warn("the channel's history cannot be read; a message may stand twice", "key", d.Key, "code", fault.Code, "do", fault.Sentence)
		return bot.Ref{}, false, nil
	}
	if err != nil {
		return bot.Ref{}, false, stillUnknown(err)
	}
	return ref, ok, nil
}

// stillUnknown keeps a row ambiguous when even the look for it failed: only
// after a look that worked may it be posted again.
func stillUnknown(err error) error {
	if fault := (*bot.Fault)(nil); errors.As(err, &fault) && fault.Kind == bot.Unreachable {
		again := *fault
		again.Kind = bot.Ambiguous
		return &again
	}
	return err
}

func (w *deliverWorker[D, Tx]) faulty(ctx context.Context, job *river.Job[deliverArgs], d Delivery, fault *bot.Fault) error {
	unsaid := Planned
	if unsettled(d) {
		unsaid = Ambiguous // what an earlier attempt did is not settled yet
	}
	w.o.Counters.Delivered(string(fault.Kind))
	switch fault.Kind {
	case bot.RateLimited:
		jitter := time.Duration(rand.Int64N(int64(time.Second)))
		return w.later(ctx, job, d, unsaid, fault.Sentence, max(fault.RetryAfter, time.Second)+jitter)
	case bot.Unreachable:
		return w.retry(ctx, job, d, unsaid, fault)
	case bot.Locked:
		w.o.Log.Error("Slack refuses our token; messages wait", "code", fault.Code, "do", fault.Sentence)
		w.o.Counters.SetReady("slack", errors.New(fault.Sentence))
		return w.later(ctx, job, d, unsaid, fault.Sentence, lockedFor)
	case bot.Refused, bot.Gone:
		w.o.Log.Error("a message was refused", "key", d.Key, "channel", d.Address.Channel, "code", fault.Code, "do", fault.Sentence, "error", fault.Err)
		if d.Address.Channel == "" { // nobody can mend an expired response URL
			return w.done(ctx, job, func(ctx context.Context, tx Tx) error {
				return w.memory.MarkState(ctx, tx, d.ID, Failed, fault.Sentence)
			})
		}
		return w.later(ctx, job, d, Failed, fault.Sentence, refusedFor)
	}
	return w.retry(ctx, job, d, Ambiguous, fault)
}

// done ends the job in one transaction with what it did. It outlives the job's
// deadline: what was said in the last moment was said.
func (w *deliverWorker[D, Tx]) done(ctx context.Context, job *river.Job[deliverArgs], with func(context.Context, Tx) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
	defer cancel()
	return finish(ctx, w.Engine, job, with)
}

// later puts the row back and the job off, which costs no attempt.
func (w *deliverWorker[D, Tx]) later(ctx context.Context, job *river.Job[deliverArgs], d Delivery, state DeliveryState, problem string, after time.Duration) error {
	if err := w.mark(ctx, job, d, state, problem); err != nil {
		return err
	}
	return river.JobSnooze(after)
}

// retry puts the row back and lets the job fail, so that it backs off.
func (w *deliverWorker[D, Tx]) retry(ctx context.Context, job *river.Job[deliverArgs], d Delivery, state DeliveryState, cause error) error {
	return errors.Join(fmt.Errorf("delivery %d: %w", d.ID, cause), w.mark(ctx, job, d, state, cause.Error()))
}

// mark outlives the job's own deadline, which may be what went wrong.
func (w *deliverWorker[D, Tx]) mark(ctx context.Context, job *river.Job[deliverArgs], d Delivery, state DeliveryState, problem string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
	defer cancel()
	return w.inJob(ctx, job.JobRow, func(ctx context.Context, tx Tx) error {
		return w.memory.MarkState(ctx, tx, d.ID, state, problem)
	})
}
