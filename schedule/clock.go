package schedule

import (
	"context"
	"fmt"
	"time"

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

// pace is how long the engine waits where nothing outside says how long.
type pace struct {
	tick    time.Duration // between two looks for slots, besides the instants at which they come
	retry   time.Duration // until a slot is tried again that the store could not take
	backoff time.Duration // after the first failure of a delivery; it doubles
	beat    time.Duration // between two heartbeats
	silent  time.Duration // until a process that does not beat is given up
}

// usualPace notices within a minute that the machine slept or that its time
// was set.
var usualPace = pace{tick: time.Minute, retry: 5 * time.Second, backoff: time.Second, beat: beatEvery, silent: SilentAfter}

// runClock takes what is due now, and then each slot as it comes. It returns
// when the clock runs; the clock ends with ctx.
func (e *Engine[D, Tx]) runClock(ctx context.Context) error {
	for _, org := range e.o.Organizations {
		now := e.o.Now() // before it is looked, so that no slot lies between this look and the next
		if name, err := e.takeAll(ctx, org); err != nil {
			return fmt.Errorf("schedule %s of %s: %w", name, org.Scope.Organization, err)
		}
		go e.keepTaking(ctx, org, now)
	}
	return nil
}

// keepTaking takes each slot after taken as it comes. It does not let go of
// one while the store is busy: the schedule's next may be a week away.
func (e *Engine[D, Tx]) keepTaking(ctx context.Context, org Organization, taken time.Time) {
	wait := e.untilSlot(taken)
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		now := e.o.Now()
		name, err := e.takeAll(ctx, org)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			e.o.Log.Error("a slot could not be taken; it is tried again", "schedule", name, "organization", org.Scope.Organization, "error", err)
			e.o.Counters.Slot(name, "failed")
			wait = e.pace.retry
		default:
			wait = e.untilSlot(now)
		}
	}
}

// untilSlot is how long to wait for the first slot after taken, a tick at most.
func (e *Engine[D, Tx]) untilSlot(taken time.Time) time.Duration {
	wait := e.pace.tick
	for _, spec := range e.specs {
		if next := spec.Next(taken); !next.IsZero() {
			wait = min(wait, next.Sub(e.o.Now()))
		}
	}
	return wait
}

// takeAll takes what is due of all the organization's schedules, whichever of
// them it is called for: a digest that is due together with a sweep must find
// it begun, and tell its outcome. It stops at the first that fails, and names it.
func (e *Engine[D, Tx]) takeAll(ctx context.Context, org Organization) (failed string, err error) {
	for _, name := range []string{sweepSchedule, spendSchedule, weekendSchedule, digestSchedule} {
		spec, ok := e.specs[name]
		if !ok || (name == spendSchedule && org.Costs == nil) || (name == weekendSchedule && (org.Costs == nil || org.Estimates == nil)) {
			continue
		}
		if err := e.takeDue(ctx, org.Scope, name, spec); err != nil {
			return name, err
		}
	}
	return "", nil
}

// takeDue takes the newest slot that is due and marks older ones missed. Of
// several processes, one takes it. On the very first start there is nothing to
// catch up with: sweep and spend begin at once, the digest and the weekend
// watch wait for their hour.
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
		if !seen && (name == digestSchedule || name == weekendSchedule) {
			return nil
		}
		return e.startSlot(ctx, tx, scope, name, newest)
	})
	if err != nil || !taken {
		return err
	}
	e.o.Counters.Slot(name, "taken")
	e.o.Log.Info("a slot is taken", "schedule", name, "organization", scope.Organization, "slot", newest)
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
	case weekendSchedule:
		return e.insert(ctx, tx, sweepQueue, estimatedArgs{Scope: scope})
	case digestSchedule:
		return e.insert(ctx, tx, sweepQueue, digestArgs{Scope: scope, Local: local})
	}
	return fmt.Errorf("there is no schedule %q", name)
}

// sweepRunID names the run of a sweep's slot.
func sweepRunID(scope account.Scope, local string) string {
	return fmt.Sprintf("slot/%s/%s/%s", scope.Partition, scope.Organization, local)
}
