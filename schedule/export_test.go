package schedule

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"rootwatch/bot"
	"rootwatch/checks/account"
)

// SetPace sets how often the clock looks for slots, and how soon again after trouble.
func (e *Engine[D, Tx]) SetPace(tick, retry time.Duration) { e.pace.tick, e.pace.retry = tick, retry }

// SetBackoff sets how long a delivery waits after its first failure.
func (e *Engine[D, Tx]) SetBackoff(d time.Duration) { e.pace.backoff = d }

// SetPulse sets how often the engine says that it lives, and when it gives
// another one up.
func (e *Engine[D, Tx]) SetPulse(beat, silent time.Duration) {
	e.pace.beat, e.pace.silent = beat, silent
}

// CheckAccount works the job of one account under ctx, as River would.
func (e *Engine[D, Tx]) CheckAccount(ctx context.Context, runID string, a account.Account) error {
	w := &accountWorker[D, Tx]{Engine: e}
	return w.Work(ctx, &river.Job[accountArgs]{JobRow: &rivertype.JobRow{Queue: questionsQueue}, Args: accountArgs{RunID: runID, Account: a}})
}

// The limits that tests count up to.
const (
	NotReadyTimes = notReadyTimes
	NotReadyFor   = notReadyFor
	RefusedFor    = refusedFor
	LockedFor     = lockedFor
)

// Say plans a message and its delivery.
func (e *Engine[D, Tx]) Say(ctx context.Context, tx Tx, scope account.Scope, m bot.Outgoing, parentKey string) error {
	return e.say(ctx, tx, scope, m, parentKey)
}

// StartSlot begins the work of a slot without taking it.
func (e *Engine[D, Tx]) StartSlot(ctx context.Context, tx Tx, scope account.Scope, name, local string) error {
	return e.startSlot(ctx, tx, scope, name, local)
}
