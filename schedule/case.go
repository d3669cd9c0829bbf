package schedule

import (
	"context"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// caseOf is all that the checks may look at: what was just read of the account,
// what its organization tells, and what is remembered.
func (e *Engine[D, Tx]) caseOf(ctx context.Context, org Organization, facts account.Facts, mail account.Fact[account.MailDomain]) (checks.Case, error) {
	c := checks.Case{Facts: facts, Organization: org.Collector.Organization(ctx), MailDomain: mail, Policy: e.o.Policy}
	var err error
	if c.Neighbours, err = e.neighbours(ctx, facts.Account); err != nil {
		return c, err
	}
	if c.History, err = e.rootHistory(ctx, facts); err != nil {
		return c, err
	}
	if c.Attestations, err = e.words(ctx, facts.Scope, facts.ID); err != nil {
		return c, err
	}
	if c.TypicalDay, err = e.typicalDay(ctx, org, facts.Account); err != nil {
		return c, err
	}
	if c.Spend, err = e.spendWatch(ctx, org, facts.Account, c.TypicalDay); err != nil {
		return c, err
	}
	if c.Weekend, err = e.weekendWatch(ctx, org, facts.Account); err != nil {
		return c, err
	}
	c.Organization.AnomalySubscriptions, c.Organization.AnomaliesAt, err = e.anomalies(ctx, org)
	return c, err
}

// judged is the judgement on what was just read of an account, and of the
// domain of its root address.
func (e *Engine[D, Tx]) judged(ctx context.Context, org Organization, facts account.Facts, mail account.Fact[account.MailDomain]) (judgement, error) {
	c, err := e.caseOf(ctx, org, facts, mail)
	if err != nil {
		return judgement{}, err
	}
	return e.judgementOf(ctx, c)
}
