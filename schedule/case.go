package schedule

import (
	"context"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// caseOf is all that the checks may look at: what was just read of the account,
// what its organization tells, and what is remembered.
func (e *Engine[D, Tx]) caseOf(ctx context.Context, org Organization, facts account.Facts) (checks.Case, error) {
	c := checks.Case{Facts: facts, Organization: org.Collector.Organization(ctx), Policy: e.o.Policy}
	return c, nil
}
