package app

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/export"
	"rootwatch/checks/spend"
)

const (
	// MostSpendDays is how far back a table of money may reach: the 13 months
	// of days that Cost Explorer keeps, and the current one.
	MostSpendDays = 430
	spendRows     = 20 // rows of a table in the terminal; the rest is summed up
)

// window is the days that were asked for; zero days where nobody named any.
type window struct{ from, to spend.Day }

// windowOf reads --from and --to: both, or --from alone for "until the newest
// whole day". today is the newest day that can be asked for.
func windowOf(r SpendRequest, today spend.Day) (window, error) {
	if r.From == "" && r.To == "" {
		return window{}, nil
	}
	if r.From == "" {
		return window{}, Problem{Usage, errors.New("--to needs --from, the first day of the bill")}
	}
	from, err := spend.ParseDay(r.From)
	if err != nil {
		return window{}, Problem{Usage, fmt.Errorf("--from: %w", err)}
	}
	w := window{from: from}
	if r.To != "" {
		if w.to, err = spend.ParseDay(r.To); err != nil {
			return window{}, Problem{Usage, fmt.Errorf("--to: %w", err)}
		}
	}
	switch last := cmp.Or(w.to, today); {
	case w.to > today:
		return w, Problem{Usage, fmt.Errorf("--to is %s, which lies in the future", w.to)}
	case from > last:
		return w, Problem{Usage, fmt.Errorf("--from is %s, which is after %s", from, last)}
	case last-from >= MostSpendDays:
		return w, Problem{Usage, fmt.Errorf("%s to %s is more than %d days", from, last, MostSpendDays)}
	}
	return w, nil
}

// within is the window, or the last days up to the newest whole one.
func (w window) within(newest spend.Day, days int) (from, to spend.Day) {
	if w.from == 0 {
		return newest - spend.Day(days) + 1, newest
	}
	return w.from, cmp.Or(w.to, max(newest, w.from))
}

// addTallies puts the table that was asked for into each answer.
func (a *App) addTallies(ctx context.Context, answers []bot.SpendAnswer, r SpendRequest, w window) error {
	by := spend.By(r.By)
	for i := range answers {
		answer := &answers[i]
		if !answer.Money.Known() {
			continue // its trouble is said
		}
		if r.By == "" {
			by = spend.ByAccount
			if !answer.Account.IsZero() {
				by = spend.ByService
			}
		}
		from, to := w.within(answer.Money.Day, r.Days)
		tally, err := a.Engine.Tally(ctx, answer.Scope, answer.Account, by, from, to)
		if err != nil {
			return err
		}
		answer.Tally = &tally
	}
	return nil
}

// tallied is whether the answer is a table of its own, and not that of /spend.
func (r SpendRequest) tallied(w window) bool {
	return r.By != "" || w.from != 0 || r.Days > bot.MaxDays
}

// writeTallies is CSV with a row for each account, service or region; sums are
// left to who reads it.
func writeTallies(answers []bot.SpendAnswer, term Terminal) error {
	out := csv.NewWriter(term.Out)
	_ = out.Write([]string{"organization", "account_id", "by", "name", "from", "to", "total", "share_percent", "month_to_date", "per_day", "per_day_before", "currency"})
	for _, a := range answers {
		if a.Tally == nil {
			continue
		}
		t := *a.Tally
		for _, r := range t.Rows {
			before := ""
			if r.Compared {
				before = r.Before.StringFixed(2)
			}
			_ = out.Write([]string{export.Neutral(a.Organization), cmp.Or(r.Account, a.Account).String(), string(t.By), export.Neutral(r.Name), t.From.String(), t.To.String(),
				r.Total.StringFixed(2), fmt.Sprintf("%.1f", r.Share), r.MonthToDate.StringFixed(2), r.PerDay.StringFixed(2), before, t.Currency})
		}
	}
	out.Flush()
	return out.Error()
}

// totals is the sum of each currency over several organizations, which have
// no sum across currencies; "" where there is one.
func totals(answers []bot.SpendAnswer) string {
	sums := map[string]decimal.Decimal{}
	n := 0
	for _, a := range answers {
		if a.Tally != nil && a.Tally.Currency != "" {
			sums[a.Tally.Currency] = sums[a.Tally.Currency].Add(a.Tally.Sum.Total)
			n++
		}
	}
	if n < 2 {
		return ""
	}
	var parts []string
	for currency, sum := range sums {
		parts = append(parts, bot.MoneyFormat(sum, currency))
	}
	slices.Sort(parts)
	return fmt.Sprintf("All %d organizations: %s.", n, strings.Join(parts, " and "))
}

// writeFOCUS streams the stored bill, a week in memory at a time.
func (a *App) writeFOCUS(ctx context.Context, answers []bot.SpendAnswer, r SpendRequest, w window, term Terminal) error {
	known, err := a.Directory(ctx)
	if err != nil {
		return err
	}
	_, err = export.FOCUS(term.Out, func(yield func(export.FOCUSRow, error) bool) {
		for _, answer := range answers {
			if !answer.Money.Known() {
				continue // its trouble is said on the other stream
			}
			from, to := w.within(answer.Money.Day, r.Days)
			for row, err := range a.focusRows(ctx, answer, from, to, known) {
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
	})
	return err
}

// focusPart is how many days of charges are in memory at once.
const focusPart = 7

func (a *App) focusRows(ctx context.Context, answer bot.SpendAnswer, from, to spend.Day, known []account.Account) iter.Seq2[export.FOCUSRow, error] {
	names, payer := map[account.ID]string{}, account.ID{}
	for _, one := range known {
		if one.Scope == answer.Scope {
			names[one.ID] = one.Name
			if one.Role == account.Management {
				payer = one.ID
			}
		}
	}
	return func(yield func(export.FOCUSRow, error) bool) {
		for first := from; first <= to; first += focusPart {
			sheets, err := a.Store.Newest(ctx, answer.Scope, first, min(first+focusPart-1, to))
			if err != nil {
				yield(export.FOCUSRow{}, err)
				return
			}
			for _, sheet := range sheets {
				for _, c := range sheet.Charges {
					if !answer.Account.IsZero() && c.Account != answer.Account {
						continue
					}
					if !yield(export.FOCUSRow{Charge: c, AccountName: names[c.Account], Payer: payer}, nil) {
						return
					}
				}
			}
		}
	}
}
