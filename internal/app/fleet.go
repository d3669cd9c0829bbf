package app

import (
	"context"
	"errors"

	"rootwatch/checks"
	"rootwatch/checks/export"
	"rootwatch/schedule"
)

// Fleet writes how many accounts fail each check, from the newest stored
// reports: it asks AWS nothing.
func (s Setup) Fleet(ctx context.Context, format string, term Terminal) (err error) {
	c, err := s.LoadConfig(ctx)
	if err != nil {
		return err
	}
	s.quietUnlessAsked()
	a, err := s.Open(ctx, c, schedule.AskOnly, term)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if a.temporary() {
		return Problem{Usage, errors.New("the fleet is counted from stored reports, and without a configuration nothing is stored: name a store in rootwatch.yaml and check first, or use rootwatch check --all --format html")}
	}
	fleet := checks.NewFleet()
	for _, scope := range a.scopes() {
		for report, err := range a.Store.LatestAll(ctx, scope) {
			if err != nil {
				return err
			}
			fleet.Add(report, a.now())
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
}
