package app

import (
	"context"
	"errors"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/export"
)

// Fleet writes how many accounts fail each check, from the newest stored
// reports: it asks AWS nothing.
func (s Setup) Fleet(ctx context.Context, format string, term Terminal) error {
	return s.withStore(ctx, term, "the fleet is counted from stored reports", func(a *App) error {
		fleet := checks.NewFleet()
		for _, scope := range a.scopes() {
			for report, err := range a.Store.LatestAll(ctx, scope) {
				if err != nil {
					return err
				}
				fleet.Add(report, a.now())
			}
			if err := a.repeats(ctx, scope, fleet); err != nil {
				return err
			}
		}
		if fleet.Accounts == 0 {
			return Problem{Unreadable, errors.New("there is no report yet: run rootwatch check --all, or wait for the next sweep")}
		}
		switch format {
		case "json":
			return export.FleetJSON(term.Out, fleet, a.now())
		case "csv":
			return export.FleetCSV(term.Out, fleet)
		}
		return export.FleetTable(term.Out, fleet, export.TableOptions{Color: term.Color, Width: term.Width})
	})
}

// repeats adds the repeat offenders of an organization, from what is remembered
// of its changes and of root's uses.
func (a *App) repeats(ctx context.Context, scope account.Scope, fleet *checks.Fleet) error {
	now := a.now()
	from := checks.RepeatsSince(now)
	changes, err := a.Store.Changes(ctx, scope, from, now)
	if err != nil {
		return err
	}
	uses, err := a.Store.RootUses(ctx, scope, from)
	if err != nil {
		return err
	}
	directory, err := a.Directory(ctx)
	if err != nil {
		return err
	}
	names := map[account.ID]string{}
	for _, known := range directory {
		if known.Scope == scope {
			names[known.ID] = known.Name
		}
	}
	fleet.AddRepeats(checks.RepeatOffenders(changes, uses, scope, names, now))
	return nil
}
