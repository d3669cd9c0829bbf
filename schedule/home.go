package schedule

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// Home implements bot.Desk. It makes no Cost Explorer request and waits for
// no writer; reports are read one by one.
func (e *Engine[D, Tx]) Home(ctx context.Context) (bot.Home, error) {
	home := bot.Home{At: e.o.Now(), Parts: make([]bot.HomePart, len(e.o.Organizations))}
	for i, org := range e.o.Organizations {
		part, err := e.homePart(ctx, org.Scope)
		if err != nil {
			return bot.Home{}, fmt.Errorf("organization %s: %w", org.Scope.Organization, err)
		}
		home.Parts[i] = part
	}
	if len(home.Parts) > 0 { // the outbox is one for all; its trouble is told once
		waiting, err := e.outboxTrouble(ctx)
		if err != nil {
			return bot.Home{}, err
		}
		home.Parts[0].Trouble = append(home.Parts[0].Trouble, waiting...)
	}
	return home, nil
}

// homePart reads the posture and the bill beside each other: with 5,000
// accounts either takes seconds.
func (e *Engine[D, Tx]) homePart(ctx context.Context, scope account.Scope) (bot.HomePart, error) {
	var part bot.HomePart
	var fleet bot.Fleet
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		fleet, err = e.Fleet(ctx, scope)
		return err
	})
	group.Go(func() (err error) {
		part.Money, err = e.homeMoney(ctx, scope)
		return err
	})
	group.Go(func() (err error) {
		part.Spikes, err = e.homeSpikes(ctx, scope)
		return err
	})
	group.Go(func() (err error) {
		part.Trouble, err = e.missedLately(ctx, scope)
		return err
	})
	err := group.Wait()
	part.Fleet = fleet
	if spec, ok := e.specs[digestSchedule]; ok {
		part.NextDigest = spec.Next(e.o.Now())
	}
	return part, err
}

// homeMoney is the month to date and the newest whole day, nil where cost is
// switched off. It compares with nothing: with 5,000 accounts the weeks that
// are usual take longer to read than a person waits for a page.
func (e *Engine[D, Tx]) homeMoney(ctx context.Context, scope account.Scope) (*bot.Money, error) {
	if org, err := e.organization(scope); err != nil || org.Costs == nil {
		return nil, err
	}
	today := spend.DayOf(e.o.Now())
	m := bot.Money{Day: today - spend.SettledAfter}
	first := m.Day - spend.Day(m.Day.Time().Day()-1)
	var err error
	if m.Trouble, err = e.memory.CostTrouble(ctx, scope); err != nil {
		return nil, err
	}
	if m.RequestsToday, m.RequestsMonth, err = e.memory.CountRequests(ctx, scope, today, 0); err != nil {
		return nil, err
	}
	h, err := e.memory.History(ctx, scope, account.ID{}, first, today-1)
	if err != nil && ctx.Err() == nil {
		e.o.Log.Error("the stored bill cannot be added up", "organization", scope.Organization, "error", err)
		return &bot.Money{Trouble: "The stored bill cannot be added up; the log says why."}, nil
	} else if err != nil {
		return nil, err
	}
	for m.Day >= first && !h.Collected[m.Day] {
		m.Day--
	}
	if m.Day < first {
		m.Day, m.Trouble = 0, cmp.Or(m.Trouble, "No cost of this month has been read yet.")
	}
	if m.Day != 0 && m.Day != today-spend.SettledAfter {
		m.Trouble = cmp.Or(m.Trouble, "The bill was last read for "+m.Day.String()+".")
	}
	m.Currency, m.AsOf = h.Currency, h.ObservedAt
	for day := first; m.Day != 0 && day <= m.Day; day++ {
		m.Total = total(h, day)
		m.MonthToDate = m.MonthToDate.Add(m.Total)
	}
	m.Provisional = m.Day != 0 && spend.Provisional(m.Day, h.ObservedAt)
	open, err := e.openIncidents(ctx, scope)
	m.OpenSpikes = len(open)
	return &m, err
}

// homeSpikes are the open incidents, largest excess first; none where cost is
// switched off, since nobody would ever end them.
func (e *Engine[D, Tx]) homeSpikes(ctx context.Context, scope account.Scope) ([]spend.Incident, error) {
	if org, err := e.organization(scope); err != nil || org.Costs == nil {
		return nil, err
	}
	open, err := e.openIncidents(ctx, scope)
	slices.SortStableFunc(open, func(a, b spend.Incident) int { return b.Excess.Cmp(a.Excess) })
	return open[:min(len(open), bot.MaxOpen)], err
}

// troubleFor is how long a missed slot is worth mentioning: until the digest
// of the next day has told it, and one day more.
const troubleFor = 48 * time.Hour

// missedLately says which slots nobody was up for, and what the newest sweep lacks.
func (e *Engine[D, Tx]) missedLately(ctx context.Context, scope account.Scope) ([]string, error) {
	missed, err := e.memory.MissedSlots(ctx, scope, e.o.Now().Add(-troubleFor))
	if err != nil {
		return nil, err
	}
	trouble := missedSentences(missed)
	unfinished, err := e.unfinishedSweep(ctx, scope)
	if unfinished != "" {
		trouble = append(trouble, unfinished)
	}
	return trouble, err
}

// manyWaiting is how many messages wait at once when something is wrong:
// a few always do for a moment.
const manyWaiting = 10

// outboxTrouble says what of the outbox needs a person.
func (e *Engine[D, Tx]) outboxTrouble(ctx context.Context) ([]string, error) {
	rows, err := e.memory.Undelivered(ctx)
	if err != nil {
		return nil, err
	}
	var trouble []string
	if n := rows[Failed]; n > 0 {
		trouble = append(trouble, fmt.Sprintf("Slack refused %s. The log says which channel, and what to do.", bot.Count(n, "message", "messages")))
	}
	if n := rows[Ambiguous]; n > 0 {
		trouble = append(trouble, fmt.Sprintf("Slack did not say whether %s arrived. Each is looked for before it is sent again.", bot.Count(n, "message", "messages")))
	}
	if n := rows[Planned] + rows[Sending]; n >= manyWaiting {
		trouble = append(trouble, bot.Count(n, "message waits", "messages wait")+" to be sent. If this lasts, the log says what keeps them.")
	}
	return trouble, nil
}
