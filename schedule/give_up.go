package schedule

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// giveUpAfter is how often a job that people wait for is tried: some 25 s.
const giveUpAfter = 5

// errorHandler logs what fails and, after the last attempt, ends what waits
// for it: River throws the job out and tells nobody.
type errorHandler[D riverdriver.Driver[Tx], Tx any] struct{ *Engine[D, Tx] }

func (h *errorHandler[D, Tx]) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	level := slog.LevelWarn
	if job.Attempt >= job.MaxAttempts {
		level = slog.LevelError
	}
	h.o.Log.Log(ctx, level, "job failed", "job", job.ID, "kind", job.Kind, "attempt", job.Attempt, "of", job.MaxAttempts, "error", err)
	h.lastAttempt(ctx, job)
	return nil
}

func (h *errorHandler[D, Tx]) HandlePanic(ctx context.Context, job *rivertype.JobRow, panicked any, trace string) *river.ErrorHandlerResult {
	h.o.Log.Error("job panicked", "job", job.ID, "kind", job.Kind, "panic", panicked, "trace", trace)
	h.lastAttempt(ctx, job)
	return nil
}

// lastAttempt gives up what the job was for, if it will not be tried again.
func (h *errorHandler[D, Tx]) lastAttempt(ctx context.Context, job *rivertype.JobRow) {
	if job.Attempt < job.MaxAttempts {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), jobTimeout)
	defer cancel()
	if err := h.inJob(ctx, job, func(ctx context.Context, tx Tx) error { return h.giveUp(ctx, tx, job) }); err != nil {
		h.o.Log.Error("a run stays open: what failed for good could not be stored", "job", job.ID, "kind", job.Kind, "error", err)
	}
}

const brokenSentence = "Rootwatch failed on it again and again; the log has the cause"

func (h *errorHandler[D, Tx]) giveUp(ctx context.Context, tx Tx, job *rivertype.JobRow) error {
	switch job.Kind {
	case accountArgs{}.Kind():
		var args accountArgs
		if err := json.Unmarshal(job.EncodedArgs, &args); err != nil {
			return err
		}
		return h.giveUpAccount(ctx, tx, job.Queue, args)
	case sweepArgs{}.Kind(), answerArgs{}.Kind():
		var args sweepArgs // both name their run alike
		if err := json.Unmarshal(job.EncodedArgs, &args); err != nil {
			return err
		}
		return h.conclude(ctx, tx, job.Queue, args.RunID, brokenSentence)
	case judgeArgs{}.Kind():
		var args judgeArgs
		if err := json.Unmarshal(job.EncodedArgs, &args); err != nil {
			return err
		}
		return h.memory.SetCostTrouble(ctx, tx, args.Scope, "The newest days could not be compared with the usual; the log has the cause.", h.o.Now())
	}
	return nil
}

// giveUpAccount reports an account whose reading breaks as not readable.
func (h *errorHandler[D, Tx]) giveUpAccount(ctx context.Context, tx Tx, queue string, args accountArgs) error {
	facts := account.Facts{Account: args.Account, ObservedAt: h.o.Now().Truncate(time.Microsecond)}
	facts.Blank(account.Gap{Call: "rootwatch", Cause: account.Unavailable, Sentence: brokenSentence})
	words, err := h.words(ctx, args.Account.Scope, args.Account.ID)
	if err != nil {
		return err
	}
	history, err := h.rootHistory(ctx, facts)
	if err != nil {
		return err
	}
	judged, err := h.judgementOf(ctx, checks.Case{Facts: facts, History: history, Attestations: words, Policy: h.o.Policy})
	if err != nil {
		return err
	}
	previous, err := h.memory.LatestTx(ctx, tx, args.Account.Scope, args.Account.ID)
	if err != nil {
		return err
	}
	if err := h.saveJudged(ctx, tx, previous, judged); err != nil {
		return err
	}
	if err := h.memory.FinishAccount(ctx, tx, args.RunID, args.Account.ID); err != nil {
		return err
	}
	return h.conclude(ctx, tx, queue, args.RunID, "")
}
