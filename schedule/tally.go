package schedule

import (
	"context"
	"fmt"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// tallyPart is how many days of the bill are in memory at once: those of 5,000
// accounts are some 50,000 charges each.
const tallyPart = 7

// Tally is the stored bill of one account, or (zero) of the organization, from
// from to to by account, service or region. It asks AWS nothing.
func (e *Engine[D, Tx]) Tally(ctx context.Context, scope account.Scope, id account.ID, by spend.By, from, to spend.Day) (spend.Tally, error) {
	sums := spend.NewTally(by, id, from, to, e.o.Now())
	for first := sums.First(); first <= to; first += tallyPart {
		sheets, err := e.memory.Newest(ctx, scope, first, min(first+tallyPart-1, to))
		if err != nil {
			return spend.Tally{}, err
		}
		for _, sheet := range sheets {
			if err := sums.Add(sheet); err != nil {
				return spend.Tally{}, fmt.Errorf("organization %s: %w", scope.Organization, err)
			}
		}
	}
	tally := sums.Tally()
	if by != spend.ByAccount {
		return tally, nil
	}
	names, err := e.shownNames(ctx, scope)
	for i, r := range tally.Rows {
		if name := names[r.Account]; name != "" {
			tally.Rows[i].Name = name
		}
	}
	return tally, err
}

// addTally puts the last days by something into an answer, as many rows as a
// message lists. A bill that cannot be added up is said in its place.
func (e *Engine[D, Tx]) addTally(ctx context.Context, answer *bot.SpendAnswer, by spend.By, days int) {
	to := answer.Money.Day
	tally, err := e.Tally(ctx, answer.Scope, answer.Account, by, to-spend.Day(max(days, 1))+1, to)
	if err != nil {
		e.o.Log.Error("the stored bill cannot be added up", "organization", answer.Organization, "by", by, "error", err)
		answer.Money.Trouble = "The stored bill cannot be added up by " + string(by) + "; the log says why."
		return
	}
	capped := tally.Capped(bot.MaxOpen)
	answer.Tally = &capped
}
