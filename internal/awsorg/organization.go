package awsorg

import (
	"context"

	"rootwatch/checks"
)

// Organization implements schedule.Collector.
func (o *Org) Organization(_ context.Context) checks.Organization {
	return checks.Organization{Scope: o.opts.Scope, ObservedAt: o.now()}
}
