package schedule

import (
	"context"

	"rootwatch/checks"
	"rootwatch/checks/account"
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
