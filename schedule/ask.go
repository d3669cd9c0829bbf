package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/riverqueue/river"

	"rootwatch/bot"
	"rootwatch/checks/account"
)

// Ask takes a request and inserts its work in one transaction. It is the ack
// of a slash command: one small write. It returns bot.ErrReplayed for a key
// that it has taken before, and bot.ErrBusy where ctx ended first: then
// nothing was taken.
func (e *Engine[D, Tx]) Ask(ctx context.Context, r bot.Request) error {
	_, err := e.Begin(ctx, r)
	return err
}

// Begin is Ask for whoever waits: it returns the ids of the runs.
func (e *Engine[D, Tx]) Begin(ctx context.Context, r bot.Request) ([]string, error) {
	runs, err := e.runsOf(r)
	if err != nil {
		return nil, err
	}
	written, err := e.take(ctx, r, runs)
	if err != nil && written && ctx.Err() == nil {
		// All was written and the answer to the commit is lost. Who is told that
		// it failed asks again, so we look: what is a replay now was taken.
		if _, err = e.take(ctx, r, runs); errors.Is(err, bot.ErrReplayed) {
			err = nil
		}
	}
	switch {
	case err != nil && ctx.Err() != nil: // the time to answer in is over, or whoever asked is gone
		return nil, fmt.Errorf("%w: %v", bot.ErrBusy, err)
	case err != nil:
		return nil, err
	}
	ids := make([]string, len(runs))
	for i, run := range runs {
		ids[i] = run.ID
	}
	return ids, nil
}

// take commits a request with the work that it asks for. written says that
// nothing but the commit can have failed.
func (e *Engine[D, Tx]) take(ctx context.Context, r bot.Request, runs []Run) (written bool, err error) {
	err = e.memory.InTx(ctx, func(ctx context.Context, tx Tx) error {
		written = false
		fresh, err := e.memory.TakeRequest(ctx, tx, r.Key, r.At)
		if err != nil {
			return err
		}
		if !fresh {
			return bot.ErrReplayed
		}
		for _, run := range runs {
			if err := e.startRun(ctx, tx, questionsQueue, run); err != nil {
				return err
			}
		}
		err = e.press(ctx, tx, r)
		written = err == nil
		return err
	})
	return written, err
}

// runsOf makes one run for each organization that the request touches.
func (e *Engine[D, Tx]) runsOf(r bot.Request) ([]Run, error) {
	if r.Command == nil {
		return nil, nil
	}
	var runs []Run
	runFor := func(s account.Scope) *Run {
		i := slices.IndexFunc(runs, func(run Run) bool { return run.Scope == s })
		if i < 0 {
			runs = append(runs, Run{
				ID: fmt.Sprintf("%s/%d", r.Key, len(runs)), Scope: s, Kind: RunPosture,
				Reply: e.replyFor(r.Reply, len(runs)), AskedBy: r.AskedBy, Subject: r.Subject, CreatedAt: r.At,
			})
			i = len(runs) - 1
		}
		return &runs[i]
	}
	switch c := r.Command.(type) {
	case bot.CheckAccounts:
		for _, t := range c.Targets {
			if run := runFor(e.scopeOf(t)); !slices.Contains(run.Targets, t.ID) {
				run.Targets = append(run.Targets, t.ID)
			}
		}
		if c.All {
			for _, org := range e.o.Organizations {
				runFor(org.Scope).All = true
			}
		}
	case bot.ShowSpend:
		scopes := []account.Scope{e.scopeOf(c.Target)}
		if c.Target.ID.IsZero() {
			scopes = scopes[:0]
			for _, org := range e.o.Organizations {
				scopes = append(scopes, org.Scope)
			}
		}
		for _, s := range scopes {
			run := runFor(s)
			run.Kind, run.Days, run.By = RunSpend, c.Days, c.By
			if !c.Target.ID.IsZero() {
				run.Targets = []account.ID{c.Target.ID}
			}
		}
	case bot.ShowReport, bot.Acknowledge:
	default:
		return nil, fmt.Errorf("%T is not work", r.Command)
	}
	return runs, nil
}

// scopeOf is where a target is looked for: its organization, or the first one
// for an account that no list has shown yet.
func (e *Engine[D, Tx]) scopeOf(t bot.Target) account.Scope {
	if t.Scope == (account.Scope{}) && len(e.o.Organizations) > 0 {
		return e.o.Organizations[0].Scope
	}
	return t.Scope
}

// replyFor lets the first run's answer replace the note that work has begun;
// those of the runs after it would replace the first, so they stand beside it.
func (e *Engine[D, Tx]) replyFor(reply *bot.Address, nth int) *bot.Address {
	if reply == nil || nth == 0 {
		return reply
	}
	own := *reply
	own.Beside = true
	return &own
}

func (e *Engine[D, Tx]) startRun(ctx context.Context, tx Tx, queue string, run Run) error {
	if err := e.memory.CreateRun(ctx, tx, run); err != nil {
		return err
	}
	if run.Kind == RunSpend {
		return e.insert(ctx, tx, queue, answerArgs{RunID: run.ID, By: run.By})
	}
	return e.insert(ctx, tx, queue, sweepArgs{RunID: run.ID})
}

func (e *Engine[D, Tx]) insert(ctx context.Context, tx Tx, queue string, args river.JobArgs) error {
	_, err := e.client.InsertTx(ctx, tx, args, &river.InsertOpts{Queue: queue})
	if err != nil {
		return fmt.Errorf("job %s: %w", args.Kind(), err)
	}
	return nil
}

// say plans a message and the job that delivers it, in the caller's transaction.
func (e *Engine[D, Tx]) say(ctx context.Context, tx Tx, scope account.Scope, m bot.Outgoing, parentKey string) error {
	m.PlannedAt = e.o.Now()
	id, err := e.memory.Plan(ctx, tx, scope, m, parentKey)
	if err != nil {
		return err
	}
	return e.insert(ctx, tx, deliveryQueue, deliverArgs{DeliveryID: id})
}
