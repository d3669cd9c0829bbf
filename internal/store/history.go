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
	// One statement is one snapshot: a sheet that is saved meanwhile is in it
	// whole or not at all. The rows of one key and day come side by side.
	err := each(ctx, m.read, h.row, `SELECT d.day, d.observed_at, COALESCE(c.account, ''), COALESCE(c.service, ''),
			COALESCE(c.region, ''), COALESCE(c.currency, ''), COALESCE(c.amount, '')
		FROM cost_day d LEFT JOIN charge c ON c.partition = d.partition AND c.organization = d.organization
			AND c.day = d.day AND c.category = 'Usage'`+onlyAccount(id)+`
		WHERE d.partition = ?1 AND d.organization = ?2 AND d.day BETWEEN ?3 AND ?4
		ORDER BY d.day, c.account, c.service, c.region`, ofDays(scope, id, from, to)...)
	if err != nil {
		return spend.History{}, fmt.Errorf("read the bill from %s to %s: %w", from, to, err)
	}
	return h.finish(), nil
}

// onlyAccount narrows a join on charge c to one account, if there is one.
func onlyAccount(id account.ID) string {
	if id.IsZero() {
		return ""
	}
	return ` AND c.account = ?5`
}

// ofDays are the arguments that go with onlyAccount.
func ofDays(scope account.Scope, id account.ID, from, to spend.Day) []any {
	args := []any{scope.Partition, scope.Organization, int64(from), int64(to)}
	if !id.IsZero() {
		args = append(args, id.String())
	}
	return args
}

// historian puts the rows of a bill together.
type historian struct {
	from    spend.Day
	days    int
	series  map[spend.Key][]float64
	history spend.History

	half []spend.Day // seen only before they were whole

	// The key and day that is being summed: money is summed as decimal and
	// becomes float64 once.
	key spend.Key
	day spend.Day
	sum decimal.Decimal
}

func (h *historian) row(r rows) error {
	var day int32
	var observedAt int64
	var id, service, region, currency, amount string
	if err := r.Scan(&day, &observedAt, &id, &service, &region, &currency, &amount); err != nil {
		return err
	}
	h.history.Collected[spend.Day(day)] = true
	if spend.Provisional(spend.Day(day), instant(observedAt)) {
		h.half = append(h.half, spend.Day(day))
	}
	if at := instant(observedAt); at.After(h.history.ObservedAt) {
		h.history.ObservedAt = at
	}
	if amount == "" { // a whole day that cost nothing
		return nil
	}
	accountID := h.key.Account
	if accountID.String() != id {
		var err error
		if accountID, err = parseID(id); err != nil {
			return err
		}
	}
	money, err := decimal.NewFromString(amount)
	if err != nil {
		return fmt.Errorf("the stored amount %q of %s: %w", amount, spend.Day(day), err)
	}
	if err := h.pay(spend.Day(day), currency, money); err != nil {
		return err
	}
	key := spend.Key{Account: accountID, Service: service, Region: region}
	if key != h.key || spend.Day(day) != h.day {
		h.flush()
		h.key, h.day = key, spend.Day(day)
	}
	h.sum = h.sum.Add(money)
	return nil
}

// pay holds a charge's currency against the others: dollars and yuan have no sum.
func (h *historian) pay(day spend.Day, currency string, money decimal.Decimal) error {
	switch {
	case money.IsZero() || currency == h.history.Currency:
		return nil
	case h.history.Currency == "":
		h.history.Currency = currency
		return nil
	}
	return fmt.Errorf("the bill is in %s, and on %s also in %s: they cannot be compared", h.history.Currency, day, currency)
}

// flush writes the sum into its series.
func (h *historian) flush() {
	if h.day == 0 && h.key == (spend.Key{}) {
		return
	}
	amounts, ok := h.series[h.key]
	if !ok {
		amounts = make([]float64, h.days)
		h.series[h.key] = amounts
	}
	amounts[h.day-h.from] = h.sum.InexactFloat64()
	h.sum = decimal.Decimal{}
}

func (h *historian) finish() spend.History {
	h.flush()
	for _, day := range h.half {
		if !spend.Provisional(day, h.history.ObservedAt) {
			delete(h.history.Collected, day) // nobody asked again when it was whole, so it is missing
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
	err := each(ctx, m.read, func(r rows) error {
		var category, currency, amount string
		if err := r.Scan(&category, &currency, &amount); err != nil {
			return err
		}
		money, err := decimal.NewFromString(amount)
		if err != nil {
			return fmt.Errorf("the stored amount %q: %w", amount, err)
		}
		i := slices.IndexFunc(sums, func(s spend.Charge) bool {
			return string(s.Category) == category && s.Currency == currency
		})
		if i < 0 {
			i = len(sums)
			sums = append(sums, spend.Charge{Key: spend.Key{Account: id}, Day: to, Category: spend.Category(category), Currency: currency})
		}
		sums[i].Amount = sums[i].Amount.Add(money)
		return nil
	}, adjustmentsQuery(id), ofDays(scope, id, from, to)...)
	if err != nil {
		return nil, fmt.Errorf("read the adjustments from %s to %s: %w", from, to, err)
	}
	slices.SortFunc(sums, func(a, b spend.Charge) int {
		return cmp.Or(cmp.Compare(a.Category, b.Category), cmp.Compare(a.Currency, b.Currency))
	})
	return sums, nil
}

// adjustmentsQuery repeats the condition of Postgres's index charge_adjustment:
// the planner uses it only where the query says no less.
func adjustmentsQuery(id account.ID) string {
	return `SELECT c.category, c.currency, c.amount
		FROM cost_day d JOIN charge c ON c.partition = d.partition AND c.organization = d.organization
			AND c.day = d.day AND c.category IN ('Credit', 'Refund', 'Tax')` + onlyAccount(id) + `
		WHERE d.partition = ?1 AND d.organization = ?2 AND d.day BETWEEN ?3 AND ?4`
}
