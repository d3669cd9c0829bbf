package schedule

import (
	"context"
	"slices"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// Case reads an account now and gives all that the checks may look at, without
// keeping any of it.
func (e *Engine[D, Tx]) Case(ctx context.Context, a account.Account) (checks.Case, error) {
	org, err := e.organization(a.Scope)
	if err != nil {
		return checks.Case{}, err
	}
	facts := org.Collector.Facts(ctx, a)
	if ctx.Err() != nil {
		return checks.Case{}, ctx.Err()
	}
	return e.caseOf(ctx, org, facts, account.Fact[account.MailDomain]{})
}

// EverCost reports whether the account cost anything on the days that a
// typical day is taken from. Without that the days are not its own: the bill
// also lacks an account that it is not of.
func (e *Engine[D, Tx]) EverCost(ctx context.Context, a account.Account) (bool, error) {
	to := spend.DayOf(e.o.Now()) - spend.SettledAfter
	h, err := e.memory.History(ctx, a.Scope, a.ID, to-typicalDays+1, to)
	for _, s := range h.Series {
		if slices.ContainsFunc(s.Amounts, func(amount float64) bool { return amount != 0 }) {
			return true, err
		}
	}
	return false, err
}
