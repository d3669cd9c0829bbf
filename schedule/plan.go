package schedule

import (
	"context"
	"strings"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// Announcements keep the spending that people announced. Nothing is ever
// deleted; Words.Revoke takes a plan back.
type Announcements[Tx any] interface {
	SavePlan(ctx context.Context, tx Tx, p spend.Plan) error
	// Plans lists the plans of an account and of all accounts of the scope
	// together, or with the zero id all there are, that have a day from..to:
	// oldest first, revoked ones and those that cannot be read with them.
	Plans(ctx context.Context, scope account.Scope, id account.ID, from, to spend.Day) ([]Entered[spend.Plan], error)
}

// Announce takes a person's word that money will be spent. It counts from the
// next reading of the bill.
func (e *Engine[D, Tx]) Announce(ctx context.Context, p spend.Plan) (spend.Plan, error) {
	p.ID, p.At = wordID("p"), e.o.Now().In(e.o.Zone)
	p.By, p.Reason = strings.TrimSpace(p.By), strings.TrimSpace(p.Reason)
	p.Service, p.Region = strings.TrimSpace(p.Service), strings.TrimSpace(p.Region)
	if err := p.Fault(); err != nil {
		return p, err
	}
	return p, e.memory.InTx(ctx, func(ctx context.Context, tx Tx) error { return e.memory.SavePlan(ctx, tx, p) })
}

// Plans lists all that people announced of the days from..to, oldest first.
func (e *Engine[D, Tx]) Plans(ctx context.Context, scope account.Scope, from, to spend.Day) ([]Entered[spend.Plan], error) {
	return e.memory.Plans(ctx, scope, account.ID{}, from, to)
}

// plans are those that stand, for spend.Planned. What cannot be read, or has a
// fault, silences nothing.
func (e *Engine[D, Tx]) plans(ctx context.Context, scope account.Scope, id account.ID, from, to spend.Day) ([]spend.Plan, error) {
	all, err := e.memory.Plans(ctx, scope, id, from, to)
	if err != nil {
		return nil, err
	}
	var sound []spend.Plan
	for _, p := range standing(e, all) {
		if fault := p.Fault(); fault != nil {
			e.tellOnce(p.ID, "a stored plan silences nothing", fault)
			continue
		}
		sound = append(sound, p)
	}
	return sound, nil
}
