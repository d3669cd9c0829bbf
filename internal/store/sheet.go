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

// SaveSheet implements schedule.Costs. A day that was observed later than the
// sheet keeps what it has. A charge outside the sheet's days is an error.
func (m *memory[Tx]) SaveSheet(ctx context.Context, tx Tx, scope account.Scope, sheet spend.Sheet) error {
	if sheet.From > sheet.To {
		return fmt.Errorf("a bill from %s to %s has no days", sheet.From, sheet.To)
	}
	for _, charge := range sheet.Charges {
		if charge.Day < sheet.From || charge.Day > sheet.To {
			return fmt.Errorf("a charge of %s is not in the bill from %s to %s", charge.Day, sheet.From, sheet.To)
		}
	}
	c := m.over(tx)
	if err := m.lockKey(ctx, c, "bill", scope, ""); err != nil {
		return err
	}
	newer, err := m.newerDays(ctx, c, scope, sheet)
	if err != nil {
		return err
	}
	for day := sheet.From; day <= sheet.To; day++ {
		if newer[day] {
			continue
		}
		if err := clearDay(ctx, c, scope, day, sheet); err != nil {
			return fmt.Errorf("save the bill of %s: %w", day, err)
		}
	}
	charges := merge(sheet.Charges, newer)
	err = c.many(ctx, `INSERT INTO charge (partition, organization, day, category, account, service, region, currency, amount)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`, len(charges), func(i int) []any {
		ch := charges[i]
		return []any{scope.Partition, scope.Organization, int64(ch.Day), string(ch.Category),
			ch.Account.String(), ch.Service, ch.Region, ch.Currency, ch.Amount.String()}
	})
	if err != nil {
		return fmt.Errorf("save the bill from %s to %s: %w", sheet.From, sheet.To, err)
	}
	return nil
}

// newerDays are the days of the sheet that the store has seen later than the
// sheet did: a job that woke up late must not undo them.
func (m *memory[Tx]) newerDays(ctx context.Context, c conn, scope account.Scope, sheet spend.Sheet) (map[spend.Day]bool, error) {
	days, err := list(ctx, c, column[int32], `SELECT day FROM cost_day WHERE partition = ?1 AND organization = ?2
		AND day BETWEEN ?3 AND ?4 AND observed_at > ?5`,
		scope.Partition, scope.Organization, int64(sheet.From), int64(sheet.To), micros(sheet.ObservedAt))
	if err != nil {
		return nil, fmt.Errorf("read the days of the bill: %w", err)
	}
	newer := map[spend.Day]bool{}
	for _, day := range days {
		newer[spend.Day(day)] = true
	}
	return newer, nil
}

// clearDay makes an empty whole day.
func clearDay(ctx context.Context, c conn, scope account.Scope, day spend.Day, sheet spend.Sheet) error {
	_, err := c.exec(ctx, `DELETE FROM charge WHERE partition = ?1 AND organization = ?2 AND day = ?3`,
		scope.Partition, scope.Organization, int64(day))
	if err != nil {
		return err
	}
	_, err = c.exec(ctx, `INSERT INTO cost_day (partition, organization, day, observed_at, estimated)
		VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT (partition, organization, day) DO UPDATE SET observed_at = excluded.observed_at, estimated = excluded.estimated`,
		scope.Partition, scope.Organization, int64(day), micros(sheet.ObservedAt), flag(sheet.Estimated[day]))
	return err
}

// adjustments are the categories that are no usage.
var adjustments = []spend.Category{spend.Credit, spend.Refund, spend.Tax}

// merge sums the charges that share a row, leaves out the days in without, and
// sorts the rest as the table does, which makes inserting it fast.
func merge(charges []spend.Charge, without map[spend.Day]bool) []spend.Charge {
	sums := make(map[spend.Charge]decimal.Decimal, len(charges))
	for _, ch := range charges {
		if without[ch.Day] {
			continue
		}
		row := spend.Charge{
			Key: spend.Key{Account: ch.Account, Service: clean(ch.Service), Region: clean(ch.Region)},
			Day: ch.Day, Category: ch.Category, Currency: clean(ch.Currency),
		}
		if !slices.Contains(adjustments, ch.Category) {
			row.Category = spend.Usage // which is all that is none of the others
		}
		sums[row] = sums[row].Add(ch.Amount)
	}
	merged := make([]spend.Charge, 0, len(sums))
	for row, sum := range sums {
		row.Amount = sum
		merged = append(merged, row)
	}
	slices.SortFunc(merged, func(a, b spend.Charge) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Category, b.Category),
			compareKeys(a.Key, b.Key), cmp.Compare(a.Currency, b.Currency))
	})
	return merged
}

func compareKeys(a, b spend.Key) int {
	return cmp.Or(cmp.Compare(a.Account.String(), b.Account.String()),
		cmp.Compare(a.Service, b.Service), cmp.Compare(a.Region, b.Region))
}
