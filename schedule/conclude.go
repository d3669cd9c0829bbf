package schedule

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
)

// concludeArgs is the job that answers who asked, once every account of the
// run is done. It is inserted by the one transaction that finds it so.
type concludeArgs struct {
	RunID string `json:"run_id"`
}

func (concludeArgs) Kind() string { return "conclude" }

type concludeWorker[D driver[Tx], Tx any] struct {
	*Engine[D, Tx]
	river.WorkerDefaults[concludeArgs]
}

// conclude ends the run if nothing of it is left, and has its answer given.
func (e *Engine[D, Tx]) conclude(ctx context.Context, tx Tx, queue, runID, failure string) error {
	mine, err := e.memory.Conclude(ctx, tx, runID, failure, e.o.Now())
	if err != nil || !mine {
		return err
	}
	return e.insert(ctx, tx, queue, concludeArgs{RunID: runID})
}

func (w *concludeWorker[D, Tx]) Work(ctx context.Context, job *river.Job[concludeArgs]) error {
	run, err := w.memory.Run(ctx, job.Args.RunID)
	if err != nil {
		return err
	}
	var answer bot.Message
	if run.Reply != nil {
		if answer, err = w.answer(ctx, run); err != nil {
			return err
		}
	}
	if run.All && run.Failure == "" {
		if err := w.tellSwept(ctx, run, answer); err != nil {
			return err
		}
	}
	return finish(ctx, w.Engine, job, func(ctx context.Context, tx Tx) error {
		if answer == nil {
			return nil
		}
		return w.say(ctx, tx, run.Scope, bot.Outgoing{Key: replyKey(run), Address: *run.Reply, Message: answer}, "")
	})
}

// tellSwept logs how far a check of all accounts came. answer is what is said
// of it to whoever asked, nil where the clock did.
func (w *concludeWorker[D, Tx]) tellSwept(ctx context.Context, run Run, answer bot.Message) error {
	told, ok := answer.(bot.FleetAnswer)
	if !ok {
		var err error
		if told.Fleet, err = w.Fleet(ctx, run.Scope); err != nil {
			return err
		}
	}
	c := told.Fleet.Coverage
	w.o.Log.Info("all accounts are checked", "run", run.ID, "organization", run.Scope.Organization,
		"accounts", c.Accounts, "read", c.Read, "partly", c.PartlyRead, "not", c.NotReadable, "open", told.Fleet.OpenTotal)
	return nil
}

func (e *Engine[D, Tx]) answer(ctx context.Context, run Run) (bot.Message, error) {
	if run.Failure != "" {
		return bot.Trouble{
			What:    "Could not check " + run.Subject + ": " + strings.TrimSuffix(run.Failure, ".") + ".",
			Meaning: "This is not a pass: nothing new is known.",
			Next:    "Mend what it names and ask again; the log has the detail under the id below.",
			ErrorID: run.ID[:min(len(run.ID), 12)],
		}, nil
	}
	if run.All {
		fleet, err := e.Fleet(ctx, run.Scope)
		return bot.FleetAnswer{Fleet: fleet, AskedBy: run.AskedBy}, err
	}
	reports := make([]checks.Report, 0, len(run.Targets))
	for _, id := range run.Targets {
		report, err := e.memory.Latest(ctx, run.Scope, id)
		if err != nil {
			return nil, err
		}
		if report == nil {
			return nil, fmt.Errorf("account %s has no report though run %s is done", id, run.ID)
		}
		reports = append(reports, report.AsOf(e.o.Now()))
	}
	if len(reports) == 1 {
		return bot.RootAnswer{Report: reports[0], AskedBy: run.AskedBy}, nil
	}
	accounts, err := e.members(ctx, run.Scope)
	if err != nil {
		return nil, err
	}
	accounts = slices.DeleteFunc(accounts, func(a account.Account) bool { return !slices.Contains(run.Targets, a.ID) })
	fleet, err := bot.FleetOf(run.Scope, accounts, func(yield func(checks.Report, error) bool) {
		for _, r := range reports {
			if !yield(r, nil) {
				return
			}
		}
	})
	return bot.FleetAnswer{Fleet: fleet, AskedBy: run.AskedBy}, err
}

// Fleet is the state of the scope's accounts by their newest reports. What a
// report said too long ago is not known any more.
func (e *Engine[D, Tx]) Fleet(ctx context.Context, scope account.Scope) (bot.Fleet, error) {
	accounts, err := e.members(ctx, scope)
	if err != nil {
		return bot.Fleet{}, err
	}
	now := e.o.Now()
	oldest := now.Add(-e.stale())
	return bot.FleetOf(scope, accounts, func(yield func(checks.Report, error) bool) {
		for report, err := range e.memory.LatestAll(ctx, scope) {
			if err == nil && report.ObservedAt.Before(oldest) {
				continue // FleetOf counts an account without a report as not read
			}
			if !yield(report.AsOf(now), err) {
				return
			}
		}
	})
}

// staleAfter is the least age at which a report no longer counts; with sweeps
// further apart, over a weekend say, it is twice their distance.
const staleAfter = 48 * time.Hour

func (e *Engine[D, Tx]) stale() time.Duration {
	spec, ok := e.specs[sweepSchedule]
	if !ok {
		return staleAfter
	}
	now := e.o.Now()
	next := spec.Next(now)
	apart := spec.Next(next).Sub(next)
	if before, ok := spec.before(now, 8*24*time.Hour); ok {
		apart = max(apart, next.Sub(before))
	}
	return max(staleAfter, 2*apart)
}

// members is the directory of one scope.
func (e *Engine[D, Tx]) members(ctx context.Context, scope account.Scope) ([]account.Account, error) {
	accounts, err := e.memory.Directory(ctx)
	return slices.DeleteFunc(accounts, func(a account.Account) bool { return a.Scope != scope }), err
}

const replyPrefix = "reply:"

func replyKey(run Run) string { return replyPrefix + run.ID }

// isReply says whether the key is of an answer, which is between us and whoever asked.
func isReply(key string) bool { return strings.HasPrefix(key, replyPrefix) }
