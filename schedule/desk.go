package schedule

import (
	"context"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

var _ bot.Desk = (*SQLite)(nil)

// Directory implements bot.Desk.
func (e *Engine[D, Tx]) Directory(ctx context.Context) ([]account.Account, error) {
	return e.memory.Directory(ctx)
}

// Report implements bot.Desk.
func (e *Engine[D, Tx]) Report(ctx context.Context, scope account.Scope, id account.ID) (*checks.Report, error) {
	report, err := e.memory.Latest(ctx, scope, id)
	if report != nil {
		now := report.AsOf(e.o.Now())
		report = &now
	}
	return report, err
}

// Spike implements bot.Desk.
func (e *Engine[D, Tx]) Spike(ctx context.Context, scope account.Scope, key string) (bot.SpikeAlert, bool, error) {
	alert, _, found, err := e.spike(ctx, scope, key)
	return alert, found, err
}

// spike finds an alert by its key, and whether it was planned: an open
// incident may stand in a list alone, without a message of its own.
func (e *Engine[D, Tx]) spike(ctx context.Context, scope account.Scope, key string) (alert bot.SpikeAlert, planned *Delivery, found bool, err error) {
	d, found, err := e.memory.Delivery(ctx, scope, key)
	if err != nil {
		return alert, nil, false, err
	}
	if alert, ok := d.Message.(bot.SpikeAlert); found && ok && !alert.Reply {
		return alert, &d, true, nil
	}
	open, err := e.openIncidents(ctx, scope)
	for _, i := range open {
		if bot.SpikeKey(i) == key {
			return bot.SpikeAlert{Scope: scope, Incident: i, Word: spend.Same, IfItLasts: ifItLasts(i)}, nil, true, err
		}
	}
	return alert, nil, false, err
}

// openIncidents lists the scope's incidents that are not over.
func (e *Engine[D, Tx]) openIncidents(ctx context.Context, scope account.Scope) ([]spend.Incident, error) {
	incidents, err := e.memory.Incidents(ctx, scope, spend.DayOf(e.o.Now())+1)
	var open []spend.Incident
	for _, i := range incidents {
		if i.Open {
			open = append(open, i)
		}
	}
	return open, err
}
