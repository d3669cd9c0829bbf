package app

import (
	"context"
	"errors"
	"time"

	"rootwatch/checks/account"
	"rootwatch/config"
	"rootwatch/internal/doctor"
	"rootwatch/schedule"
)

// weekendOf is when AWS's estimated charges are read; never where that is switched off.
func weekendOf(c *config.Config) schedule.Weekend {
	if !c.Weekend.Enabled {
		return schedule.Weekend{}
	}
	return schedule.Weekend{Schedule: c.Weekend.Schedule, Holidays: c.Weekend.Holidays}
}

// estimated asks whether AWS sends the estimated charges at all, which costs
// nothing. What they are is asked for only with --paid, for a thousandth of a cent.
func (l *look) estimated(ctx context.Context, o *lookedAt) doctor.Estimated {
	if !l.c.Weekend.Enabled || !o.config.Cost.Enabled {
		return doctor.Estimated{Off: true}
	}
	keys, err := o.org.EstimatedKeys(ctx)
	if err == nil && l.r.Paid {
		_, err = o.org.Estimated(ctx, keys[:1], l.now().Add(-24*time.Hour), l.now(), func(int) error { return nil })
	}
	var gap account.Gap
	if errors.As(err, &gap) {
		return doctor.Estimated{Gap: &gap}
	}
	found := doctor.Estimated{}
	for _, k := range keys {
		if k.Service == "" && !k.Account.IsZero() {
			found.Accounts++
		}
	}
	return found
}
