package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"rootwatch/config"
	"rootwatch/internal/doctor"
	"rootwatch/schedule"
)

// DoctorRequest is what `rootwatch doctor` was asked.
type DoctorRequest struct {
	Accounts []string // by id, name or alias; none: a sample
	All      bool     // every account
	Paid     bool     // Cost Explorer is asked too, for $0.01
	Format   string   // table, json
}

// doctorDocument is the JSON of `rootwatch doctor`; see docs/json.md.
type doctorDocument struct {
	Version int           `json:"version"`
	At      time.Time     `json:"at"`
	Status  doctor.Status `json:"status"`
	Lines   []doctor.Line `json:"lines"`
}

// Doctor looks at the whole installation, says what is wrong and what to do,
// and returns the exit status. It changes nothing, in AWS, Slack or the store.
func (s Setup) Doctor(ctx context.Context, r DoctorRequest, term Terminal) (int, error) {
	if r.All && len(r.Accounts) > 0 {
		return Usage, Problem{Usage, errors.New("name accounts or use --all, not both")}
	}
	part := config.LoadPartly(ctx, s.ConfigPath, environment(), schedule.CheckSpec)
	named := s.Explicit || !errors.Is(part.Faults, fs.ErrNotExist)
	lines := doctor.JudgeConfiguration(s.ConfigPath, part, named)
	broken := doctor.Worst(lines) == doctor.Problem
	c := part.Config
	if c == nil && !named {
		var err error
		if c, err = config.Default(ctx, environment()); err != nil {
			return Usage, Problem{Usage, err}
		}
	}
	if c != nil {
		more, err := s.examine(ctx, c, r, named, term)
		if err != nil {
			return Usage, err
		}
		lines = append(lines, more...)
	}
	lines = doctor.Sorted(lines)
	if err := writeDoctor(lines, r.Format, term); err != nil {
		return Failure, err
	}
	switch worst := doctor.Worst(lines); {
	case broken:
		return Usage, nil
	case worst == doctor.Problem:
		return Findings, nil
	case worst == doctor.NotKnown:
		return Unreadable, nil
	}
	return Fine, nil
}

// examine looks at everything that the configuration names, side by side:
// store, Slack and each organization.
func (s Setup) examine(ctx context.Context, c *config.Config, r DoctorRequest, named bool, term Terminal) ([]doctor.Line, error) {
	now := func() time.Time { return time.Now().Add(s.Offset) }
	memory, stored := lookAtStore(ctx, c, named)
	if memory != nil {
		defer func() { _ = memory.Close() }()
	}
	look := &look{c: c, r: r, now: now, memory: memory}
	if err := look.list(ctx); err != nil {
		return nil, err
	}
	bar := progress(term, "Looking at accounts")
	bar.ChangeMax(look.size())
	var group errgroup.Group
	parts := make([][]doctor.Line, len(look.orgs)+1)
	for i, o := range look.orgs {
		group.Go(func() error {
			parts[i] = o.examine(ctx, look, func() { _ = bar.Add(1) })
			return nil
		})
	}
	group.Go(func() error {
		parts[len(look.orgs)] = lookAtSlack(ctx, c)
		return nil
	})
	_ = group.Wait() // no function fails
	_ = bar.Finish()
	lines := append(slices.Concat(parts...), stored...)
	if named {
		lines = append(lines, schedulesOf(c, now())...)
	}
	return lines, nil
}

func schedulesOf(c *config.Config, now time.Time) []doctor.Line {
	var lines []doctor.Line
	for _, one := range []struct{ name, spec string }{{"sweep", c.Schedules.Sweep}, {"spend", c.Schedules.Spend}, {"digest", c.Schedules.Digest}} {
		spec, err := schedule.ParseSpec(one.spec, c.Zone)
		if err != nil {
			continue // a fault of the configuration, which says so
		}
		next := spec.Next(now)
		lines = append(lines, doctor.JudgeSchedule("schedules."+one.name, one.spec, next.In(c.Zone)))
	}
	if next := weekendOf(c).NextWeekend(now, c.Zone); !next.IsZero() {
		lines = append(lines, doctor.JudgeSchedule("weekend.schedule", c.Weekend.Schedule, next.In(c.Zone)))
	}
	return lines
}

func writeDoctor(lines []doctor.Line, format string, term Terminal) error {
	if format == "json" {
		e := json.NewEncoder(term.Out)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(doctorDocument{1, time.Now().UTC().Truncate(time.Second), doctor.Worst(lines), lines})
	}
	_, err := fmt.Fprint(term.Out, doctor.Table(lines, term.Width, term.Color))
	return err
}
