package schedule

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/robfig/cron/v3"

	"rootwatch/checks/spend"
)

// weekendSchedule names the readings of AWS's estimated charges.
const weekendSchedule = "weekend"

// Weekend says when AWS's estimated charges are read. The zero value never
// reads them.
type Weekend struct {
	// Schedule is a cron expression, checked with CheckSpec before; its slots
	// outside of weekends and holidays do not come.
	Schedule string
	// Holidays are days that are watched as a weekend is, as 2006-01-02 in the
	// configured zone.
	Holidays []string
}

// EstimateSource reads the estimated charges that AWS sends to CloudWatch.
// Every error is an account.Gap; NotEnabled is billing alerts that are off.
type EstimateSource interface {
	// EstimatedKeys lists the series that there are; none is an error.
	EstimatedKeys(ctx context.Context) ([]spend.EstimatedKey, error)
	// Estimated reads the series of the keys, in their order. spent is told of
	// each batch before it is asked for, by how many metrics it has, and
	// forbids it by returning an error.
	Estimated(ctx context.Context, keys []spend.EstimatedKey, from, until time.Time, spent func(metrics int) error) ([]spend.Estimated, error)
}

// The evening from which a weekend or a holiday is watched, and the morning
// after it until which: outside of them people look at their bill themselves.
const (
	eveningFrom  = 18 // o'clock
	morningUntil = 9
)

// watched lets the slots of a schedule come only while nobody is at work. It
// runs on the clock without a zone that Spec runs on.
type watched struct {
	cron.Schedule
	holidays []string
}

// mostWait is how far ahead a watched slot is looked for.
const mostWait = 400 * 24 * time.Hour

// Next implements cron.Schedule.
func (w watched) Next(t time.Time) time.Time {
	for at := w.Schedule.Next(t); !at.IsZero() && at.Sub(t) < mostWait; at = w.Schedule.Next(at) {
		if w.open(at) {
			return at
		}
	}
	return time.Time{}
}

// free reports whether nobody works on the day of wall.
func (w watched) free(wall time.Time) bool {
	d := wall.Weekday()
	return d == time.Saturday || d == time.Sunday || slices.Contains(w.holidays, wall.Format(time.DateOnly))
}

// open reports whether the bill is watched at wall: on a free day, the evening
// before and the morning after.
func (w watched) open(wall time.Time) bool {
	return w.free(wall) ||
		wall.Hour() >= eveningFrom && w.free(wall.AddDate(0, 0, 1)) ||
		wall.Hour() < morningUntil && w.free(wall.AddDate(0, 0, -1))
}

// began is the day on which the watch that is under way at wall began, or the
// last one before it.
func (w watched) began(wall time.Time) spend.Day {
	for back := 0; back < 8*24 && !w.open(wall); back++ {
		wall = wall.Add(-time.Hour)
	}
	for back := 0; back < 30*24 && w.open(wall.Add(-time.Hour)); back++ {
		wall = wall.Add(-time.Hour)
	}
	return spend.DayOf(wall)
}

// spec reads the schedule, and is false where there is none.
func (w Weekend) spec(zone *time.Location) (Spec, bool, error) {
	if w.Schedule == "" {
		return Spec{}, false, nil
	}
	spec, err := ParseSpec(w.Schedule, zone)
	if err != nil {
		return Spec{}, false, fmt.Errorf("schedule %s: %w", weekendSchedule, err)
	}
	spec.inner = watched{spec.inner, w.Holidays}
	return spec, true, nil
}

// NextWeekend is the first instant after t at which the estimated charges are
// read; zero where they never are.
func (w Weekend) NextWeekend(t time.Time, zone *time.Location) time.Time {
	spec, ok, err := w.spec(zone)
	if err != nil || !ok {
		return time.Time{}
	}
	return spec.Next(t)
}
