package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// History implements schedule.Costs. Series are dense from..to and sorted by
// key; a day that is not in Collected is 0 in them and means nothing.
// ObservedAt is that of the day that was observed last.
func (m *memory[Tx]) History(ctx context.Context, scope account.Scope, id account.ID, from, to spend.Day) (spend.History, error) {
	h := historian{from: from, days: int(to-from) + 1, series: map[spend.Key][]float64{}}
	h.history.Collected = map[spend.Day]bool{}
	if h.days < 1 {
		return h.history, nil
	}
	b, err := m.newest(ctx, scope, id, from, to, h.add)
	if err != nil {
		return spend.History{}, err
	}
	return h.finish(b), nil
}

// historian puts the bodies of a bill together.
type historian struct {
	from    spend.Day
	days    int
	series  map[spend.Key][]float64
	history spend.History
	sums    map[uint64]decimal.Decimal // of one body, by service
}

// add takes one account's day. A service is summed over its regions as decimal
// and becomes float64 once.
func (h *historian) add(b theBill, day spend.Day, id account.ID, charges []billed) error {
	h.sums = map[uint64]decimal.Decimal{}
	for _, of := range charges {
		if categories[of.category] != spend.Usage {
			continue
		}
		currency, ok := b.words.word(of.currency)
		if !ok {
			return errBody
		}
		if err := h.pay(day, currency); err != nil {
			return err
		}
		h.sums[of.service] = h.sums[of.service].Add(of.amount.decimal())
	}
	for number, sum := range h.sums {
		service, ok := b.words.word(number)
		if !ok {
			return errBody
		}
		key := spend.Key{Account: id, Service: service}
		amounts, ok := h.series[key]
		if !ok {
			amounts = make([]float64, h.days)
			h.series[key] = amounts
		}
		amounts[day-h.from] = sum.InexactFloat64()
	}
	return nil
}

// pay holds a charge's currency against the others: dollars and yuan have no
// sum. A charge of nothing, which is in no body, could be in any.
func (h *historian) pay(day spend.Day, currency string) error {
	switch h.history.Currency {
	case currency:
		return nil
	case "":
		h.history.Currency = currency
		return nil
	}
	return fmt.Errorf("the bill is in %s, and on %s also in %s: they cannot be compared", h.history.Currency, day, currency)
}

func (h *historian) finish(b theBill) spend.History {
	for _, o := range b.days {
		h.history.Collected[o.day] = true
		if at := instant(o.observed); at.After(h.history.ObservedAt) {
			h.history.ObservedAt = at
		}
	}
	for _, o := range b.days {
		if spend.Provisional(o.day, instant(o.observed)) && !spend.Provisional(o.day, h.history.ObservedAt) {
			delete(h.history.Collected, o.day) // nobody asked again when it was whole, so it is missing
		}
	}
	for key, amounts := range h.series {
		h.history.Series = append(h.history.Series, spend.Series{Key: key, From: h.from, Amounts: amounts})
	}
	slices.SortFunc(h.history.Series, func(a, b spend.Series) int { return compareKeys(a.Key, b.Key) })
	return h.history
}

// Adjustments implements schedule.Costs: one charge for each category and
// currency, dated to, sorted by category. Account is id; Service and Region are empty.
func (m *memory[Tx]) Adjustments(ctx context.Context, scope account.Scope, id account.ID, from, to spend.Day) ([]spend.Charge, error) {
	var sums []spend.Charge
	_, err := m.newest(ctx, scope, id, from, to, func(b theBill, day spend.Day, whose account.ID, charges []billed) error {
		for _, of := range charges {
			if categories[of.category] == spend.Usage {
				continue
			}
			c, err := b.charge(day, whose, of)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(sums, func(s spend.Charge) bool { return s.Category == c.Category && s.Currency == c.Currency })
			if i < 0 {
				i = len(sums)
				sums = append(sums, spend.Charge{Key: spend.Key{Account: id}, Day: to, Category: c.Category, Currency: c.Currency})
			}
			sums[i].Amount = sums[i].Amount.Add(c.Amount)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the adjustments: %w", err)
	}
	slices.SortFunc(sums, compareCharges)
	return sums, nil
}

// Credits implements schedule.Costs. A day that credits took nothing off is not in it.
func (m *memory[Tx]) Credits(ctx context.Context, scope account.Scope, id account.ID, from, to spend.Day) (map[spend.Day]decimal.Decimal, error) {
	credits := map[spend.Day]decimal.Decimal{}
	_, err := m.newest(ctx, scope, id, from, to, func(_ theBill, day spend.Day, _ account.ID, charges []billed) error {
		for _, of := range charges {
			if categories[of.category] == spend.Credit {
				credits[day] = credits[day].Sub(of.amount.decimal())
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the credits: %w", err)
	}
	return credits, nil
}

func compareKeys(a, b spend.Key) int {
	return cmp.Or(cmp.Compare(a.Account.String(), b.Account.String()),
		cmp.Compare(a.Service, b.Service), cmp.Compare(a.Region, b.Region))
}

func compareCharges(a, b spend.Charge) int {
	return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Category, b.Category), compareKeys(a.Key, b.Key), cmp.Compare(a.Currency, b.Currency))
}
