package schedule

import (
	"context"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// judgement is a report with the answers that it rests on, and what is
// remembered of root's uses before it and after it.
type judgement struct {
	report        checks.Report
	answers       []checks.Answer
	before, after checks.History
}

// judgementOf judges a case, with the accepted risks over its failures.
func (e *Engine[D, Tx]) judgementOf(ctx context.Context, c checks.Case) (judgement, error) {
	answers, err := c.Answers()
	if err != nil {
		return judgement{}, err
	}
	j := judgement{report: checks.Run(c), answers: answers, before: c.History, after: c.History.Read(c.Facts)}
	return j, e.except(ctx, &j.report)
}

// rootHistory is what is remembered of the uses of an account's root.
func (e *Engine[D, Tx]) rootHistory(ctx context.Context, facts account.Facts) (checks.History, error) {
	return e.memory.RootHistory(ctx, facts.Scope, facts.ID, facts.ObservedAt.Add(-checks.Remembered))
}

// saveJudged saves a report after previous with its changes, what it rests on
// and what is to be remembered: all of it, or nothing where a newer report is there.
func (e *Engine[D, Tx]) saveJudged(ctx context.Context, tx Tx, previous *checks.Report, j judgement) error {
	saved, err := e.memory.SaveReport(ctx, tx, j.report, checks.Compare(previous, &j.report))
	if err != nil || !saved {
		return err
	}
	if err := e.memory.SaveObservation(ctx, tx, j.report, j.answers); err != nil {
		return err
	}
	return e.memory.SaveRootHistory(ctx, tx, j.report.Scope, j.report.AccountID, j.before, j.after)
}
