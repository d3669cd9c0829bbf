package schedule

import (
	"context"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"rootwatch/checks/account"
)

// The schedules' names, in slots and metrics.
const (
	sweepSchedule  = "sweep"
	spendSchedule  = "spend"
	digestSchedule = "digest"
)

// catchUpWithin is how far back missed slots are looked for; mostMissed how
// many of them are remembered by name.
const (
	catchUpWithin = 40 * 24 * time.Hour
	mostMissed    = 50
)

// runClock takes what is due now, and then each slot as it comes. It returns
// when the clock runs; the clock ends with ctx.
func (e *Engine[D, Tx]) runClock(ctx context.Context) error {
	runner := cron.New(cron.WithLocation(e.o.Zone))
	for _, org := range e.o.Organizations {
		for _, name := range []string{sweepSchedule, spendSchedule, digestSchedule} {
			spec, ok := e.specs[name]
			if !ok || (name == spendSchedule && org.Costs == nil) {
				continue
			}
			if err := e.takeDue(ctx, org.Scope, name, spec); err != nil {
				return fmt.Errorf("schedule %s of %s: %w", name, org.Scope.Organization, err)
			}
			runner.Schedule(e.shifted(spec), cron.FuncJob(func() {
				if err := e.takeDue(ctx, org.Scope, name, spec); err != nil && ctx.Err() == nil {
					// The slot stays untaken, so the next firing or start takes it.
					e.o.Log.Error("a slot could not be taken", "schedule", name, "organization", org.Scope.Organization, "error", err)
					e.o.Counters.Slot(name, "failed")
				}
			}))
		}
	}
	runner.Start()
	context.AfterFunc(ctx, func() { runner.Stop() })
	return nil
}

// shifted lets cron's timers, which follow the machine's clock, fire by the engine's.
func (e *Engine[D, Tx]) shifted(spec Spec) cron.Schedule {
	return scheduleFunc(func(t time.Time) time.Time {
		ahead := time.Until(e.o.Now())
		next := spec.Next(t.Add(ahead))
		if next.IsZero() {
			return next
		}
		return next.Add(-ahead)
	})
}

type scheduleFunc func(time.Time) time.Time

func (f scheduleFunc) Next(t time.Time) time.Time { return f(t) }

// takeDue takes the newest slot that is due and marks older ones missed. Of
// several processes, one takes it. On the very first start there is nothing to
// catch up with: sweep and spend begin at once, the digest waits for its hour.
func (e *Engine[D, Tx]) takeDue(ctx context.Context, scope account.Scope, name string, spec Spec) error {
	now := e.o.Now()
	last, seen, err := e.memory.LastSlot(ctx, scope, name)
	if err != nil {
		return err
	}
	due := spec.Due(last.Local, now, catchUpWithin)
	if len(due) == 0 {
		return nil
	}
	newest, missed := due[len(due)-1], due[:len(due)-1]
	if !seen {
		missed = nil
	} else if len(missed) > mostMissed {
		missed = missed[len(missed)-mostMissed:]
	}
	taken := false
	err = e.memory.InTx(ctx, func(ctx context.Context, tx Tx) error {
		taken, err = e.memory.TakeSlot(ctx, tx, Slot{Scope: scope, Schedule: name, Local: newest, At: now})
		if err != nil || !taken {
			return err
		}
		for _, local := range missed {
			if _, err := e.memory.TakeSlot(ctx, tx, Slot{Scope: scope, Schedule: name, Local: local, Missed: true, At: now}); err != nil {
				return err
			}
		}
		if !seen && name == digestSchedule {
			return nil
		}
		return e.startSlot(ctx, tx, scope, name, newest)
	})
	if err != nil || !taken {
		return err
	}
	e.o.Counters.Slot(name, "taken")
	for _, local := range missed {
		e.o.Counters.Slot(name, "missed")
		e.o.Log.Warn("a slot was missed", "schedule", name, "organization", scope.Organization, "slot", local)
	}
	return nil
}

// startSlot inserts the slot's job, in the transaction that takes the slot.
func (e *Engine[D, Tx]) startSlot(ctx context.Context, tx Tx, scope account.Scope, name, local string) error {
	switch name {
	case sweepSchedule:
		return e.startRun(ctx, tx, sweepQueue, Run{
			ID: sweepRunID(scope, local), Scope: scope, Kind: RunPosture, All: true, Subject: "all accounts", CreatedAt: e.o.Now(),
		})
	case spendSchedule:
		return e.insert(ctx, tx, sweepQueue, spendArgs{Scope: scope})
	case digestSchedule:
		return e.insert(ctx, tx, sweepQueue, digestArgs{Scope: scope, Local: local})
	}
	return fmt.Errorf("there is no schedule %q", name)
}

// sweepRunID names the run of a sweep's slot.
func sweepRunID(scope account.Scope, local string) string {
	return fmt.Sprintf("slot/%s/%s/%s", scope.Partition, scope.Organization, local)
}
