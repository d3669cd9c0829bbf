package schedule

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// billBeforeDays is how far back the bill tells which regions and services an
// account used: a quarter, so that a quarterly run is no new region.
const billBeforeDays = 92

// assess weighs an incident with what is remembered of its account. It asks
// AWS nothing.
func (e *Engine[D, Tx]) assess(ctx context.Context, scope account.Scope, i spend.Incident) (checks.Assessment, error) {
	c := checks.IncidentCase{Incident: i, At: e.o.Now()}
	from := checks.IncidentFrom(i.Since)
	for l, err := range e.memory.Ledgers(ctx, scope, i.Account, i.Since-billBeforeDays, i.Day) {
		if err != nil {
			return checks.Assessment{}, err
		}
		c.Bill = l
	}
	var err error
	if c.Report, err = e.memory.Latest(ctx, scope, i.Account); err != nil {
		return checks.Assessment{}, err
	}
	if c.Changes, err = e.memory.AccountChanges(ctx, scope, i.Account, from.Add(-time.Microsecond), c.At); err != nil {
		return checks.Assessment{}, err
	}
	if c.Root, err = e.memory.RootHistory(ctx, scope, i.Account, from); err != nil {
		return checks.Assessment{}, err
	}
	if c.Report != nil {
		if c.Credentials, err = e.keptCredentials(ctx, scope, *c.Report); err != nil {
			return checks.Assessment{}, err
		}
	}
	return checks.Assess(c), nil
}

// assessed is assess where an alert must go out in any case: what cannot be
// weighed is said so, and keeps nobody from hearing of the spike.
func (e *Engine[D, Tx]) assessed(ctx context.Context, scope account.Scope, i spend.Incident) checks.Assessment {
	a, err := e.assess(ctx, scope, i)
	if err == nil {
		return a
	}
	e.o.Log.Error("a spike could not be held against the account's posture", "account", i.Account, "error", err)
	return checks.Assessment{Leaning: checks.CannotTell, At: e.o.Now(), Unread: []string{"What is stored of the account's posture could not be read; the log says why."}}
}

// keptCredentials is the credential report that a report rests on, a gap where
// it is not kept.
func (e *Engine[D, Tx]) keptCredentials(ctx context.Context, scope account.Scope, r checks.Report) (account.Fact[account.CredentialReport], error) {
	var fact account.Fact[account.CredentialReport]
	for kept, err := range e.memory.Observations(ctx, scope, r.AccountID, r.ObservedAt, r.ObservedAt) {
		if err != nil {
			return fact, err
		}
		var o checks.Observation
		if err := json.Unmarshal(kept.Text, &o); err != nil {
			return fact, fmt.Errorf("the observation %s: %w", kept.Hash, err)
		}
		hash := o.Answers["credential_report"]
		if hash == "" {
			continue
		}
		text, err := e.memory.Answer(ctx, scope, hash)
		if err != nil {
			return fact, err
		}
		if err := json.Unmarshal(text, &fact); err != nil {
			return fact, fmt.Errorf("the answer %s: %w", hash, err)
		}
	}
	return fact, nil
}
