package schedule

import (
	"context"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// A typical day is the median of the last eight weeks, whose weekends weigh as
// they do in life; below two weeks there is no saying what is usual.
const (
	typicalDays  = 56
	typicalLeast = 14
)

// callBill is the request that the days of the bill come from.
const callBill = "ce:GetCostAndUsage"

// typicalDay is what the account usually costs in a day, from the stored bill
// alone. Days before the account first cost anything are none of its days.
func (e *Engine[D, Tx]) typicalDay(ctx context.Context, org Organization, a account.Account) (account.Fact[checks.TypicalDay], error) {
	none := func(cause account.Cause, format string, args ...any) (account.Fact[checks.TypicalDay], error) {
		return account.Missing[checks.TypicalDay](account.Gap{Call: callBill, Cause: cause, Sentence: fmt.Sprintf(format, args...)}), nil
	}
	if org.Costs == nil {
		return none(account.NotCollected, "Cost is switched off in the configuration.")
	}
	to := spend.DayOf(e.o.Now()) - spend.SettledAfter
	from := to - typicalDays + 1
	h, err := e.memory.History(ctx, a.Scope, a.ID, from, to)
	if err == nil {
		var credits map[spend.Day]decimal.Decimal
		if credits, err = e.memory.Credits(ctx, a.Scope, a.ID, from, to); err == nil {
			if len(h.Collected) == 0 {
				gap, err := e.billGap(ctx, a.Scope, account.Gap{Call: callBill, Cause: account.NotYet, Sentence: "No bill has been read yet."})
				return account.Missing[checks.TypicalDay](gap), err
			}
			t := typical(h, credits, firstDay(h, a, from), to)
			if t.Days < typicalLeast {
				gap, err := e.billGap(ctx, a.Scope, account.Gap{Call: callBill, Cause: account.NotYet,
					Sentence: fmt.Sprintf("The bill that was read holds %d whole days of this account, and a typical day takes %d.", t.Days, typicalLeast)})
				return account.Missing[checks.TypicalDay](gap), err
			}
			return account.Known(t), nil
		}
	}
	if ctx.Err() != nil {
		return account.Fact[checks.TypicalDay]{}, ctx.Err()
	}
	e.o.Log.Error("the stored bill of an account cannot be added up", "account", a.ID, "error", err)
	return none(account.Undecodable, "The stored bill cannot be added up; the log says why.")
}

// firstDay is the first whole day on which the account was there, as far as
// the bill and its organization tell.
func firstDay(h spend.History, a account.Account, from spend.Day) spend.Day {
	first := spend.Day(0)
	for _, s := range h.Series {
		for i, amount := range s.Amounts {
			if day := s.From + spend.Day(i); amount != 0 && (first == 0 || day < first) {
				first = day
			}
		}
	}
	if !a.JoinedAt.IsZero() {
		first = max(first, spend.DayOf(a.JoinedAt)+1)
	}
	return max(first, from)
}

func typical(h spend.History, credits map[spend.Day]decimal.Decimal, from, to spend.Day) checks.TypicalDay {
	var costs, taken []decimal.Decimal
	for day := from; day <= to; day++ {
		if h.Collected[day] {
			costs = append(costs, total(h, day))
			taken = append(taken, decimal.Max(credits[day], decimal.Zero))
		}
	}
	t := checks.TypicalDay{Currency: h.Currency, Days: len(costs)}
	if t.Days > 0 {
		t.Median, t.Credits = middle(costs), middle(taken).Round(2)
	}
	return t
}

// middle is the median.
func middle(amounts []decimal.Decimal) decimal.Decimal {
	slices.SortFunc(amounts, decimal.Decimal.Cmp)
	n := len(amounts)
	if n%2 == 1 {
		return amounts[n/2]
	}
	return amounts[n/2-1].Add(amounts[n/2]).Div(decimal.NewFromInt(2)).Round(2)
}
