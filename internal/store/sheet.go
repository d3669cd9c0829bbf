package store

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// SaveSheet implements schedule.Costs. A day that was observed later than the
// sheet keeps what it has. A charge outside the sheet's days is an error, and
// so is a day that was not over when it was read. A sheet of one day holds the
// writer for about a fifth of a second at 5,000 accounts with ten services.
func (m *memory[Tx]) SaveSheet(ctx context.Context, tx Tx, scope account.Scope, sheet spend.Sheet) error {
	if sheet.From > sheet.To {
		return fmt.Errorf("a bill from %s to %s has no days", sheet.From, sheet.To)
	}
	if read := spend.DayOf(sheet.ObservedAt); sheet.To >= read {
		return fmt.Errorf("a bill that was read on %s cannot hold %s", read, sheet.To)
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
	days, err := intern(ctx, c, scope, merge(sheet.Charges, newer))
	if err != nil {
		return fmt.Errorf("save the names in the bill from %s to %s: %w", sheet.From, sheet.To, err)
	}
	for day := sheet.From; day <= sheet.To; day++ {
		if newer[day] {
			continue
		}
		if err := saveDay(ctx, c, scope, day, sheet, days[day]); err != nil {
			return fmt.Errorf("save the bill of %s: %w", day, err)
		}
	}
	return nil
}

// newerDays are the days of the sheet that the store has seen later than the
// sheet did: a job that woke up late must not undo them.
func (m *memory[Tx]) newerDays(ctx context.Context, c conn, scope account.Scope, sheet spend.Sheet) (map[spend.Day]bool, error) {
	days, err := list(ctx, c, column[int32], `SELECT DISTINCT day FROM bill_day WHERE partition = ?1 AND organization = ?2
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

// saveDay notes that the day was read, and adds a row for each account that it
// changed: also for those that it names no more.
func saveDay(ctx context.Context, c conn, scope account.Scope, day spend.Day, sheet spend.Sheet, bodies map[string][]byte) error {
	_, err := c.exec(ctx, `INSERT INTO bill_day (partition, organization, day, observed_at, estimated) VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT (partition, organization, day, observed_at) DO UPDATE SET estimated = excluded.estimated`,
		scope.Partition, scope.Organization, int64(day), micros(sheet.ObservedAt), flag(sheet.Estimated[day]))
	if err != nil {
		return err
	}
	had := map[string][]byte{}
	err = each(ctx, c, func(r rows) error {
		var id string
		var body []byte
		err := r.Scan(&id, &body)
		had[id] = body // the newest comes last
		return err
	}, `SELECT account, body FROM bill_account_day WHERE partition = ?1 AND organization = ?2 AND day = ?3 ORDER BY account, observed_at`,
		scope.Partition, scope.Organization, int64(day))
	if err != nil {
		return err
	}
	if bodies == nil {
		bodies = map[string][]byte{}
	}
	var changed []string
	for id, body := range bodies {
		if !bytes.Equal(had[id], body) {
			changed = append(changed, id)
		}
	}
	for id, body := range had {
		if _, named := bodies[id]; !named && len(body) > 1 {
			changed = append(changed, id)
			bodies[id] = packBill(nil)
		}
	}
	slices.Sort(changed) // as the table does, which makes inserting fast
	return c.many(ctx, `INSERT INTO bill_account_day (partition, organization, day, account, observed_at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
		ON CONFLICT (partition, organization, day, account, observed_at) DO UPDATE SET body = excluded.body`, len(changed), func(i int) []any {
		return []any{scope.Partition, scope.Organization, int64(day), changed[i], micros(sheet.ObservedAt), bodies[changed[i]]}
	})
}

// intern gives every service, region and currency its number, every account
// its row, and returns the bodies by day and account.
func intern(ctx context.Context, c conn, scope account.Scope, charges []spend.Charge) (map[spend.Day]map[string][]byte, error) {
	words, err := wordsOf(ctx, c, scope)
	if err != nil {
		return nil, err
	}
	known, err := accountsOf(ctx, c, scope)
	if err != nil {
		return nil, err
	}
	words.known = len(words.list)
	listed := map[string]bool{}
	for _, id := range known {
		listed[id] = true
	}
	var accounts []string
	ids := map[account.ID]string{}
	days := map[spend.Day]map[string][]billed{}
	for _, ch := range charges {
		id, seen := ids[ch.Account]
		if !seen {
			id = ch.Account.String()
			if ids[ch.Account] = id; !listed[id] {
				accounts = append(accounts, id)
			}
		}
		if days[ch.Day] == nil {
			days[ch.Day] = map[string][]billed{}
		}
		days[ch.Day][id] = append(days[ch.Day][id], billed{byte(slices.Index(categories, ch.Category)), //nolint:gosec // merge leaves none but these
			words.id(ch.Service), words.id(ch.Region), words.id(ch.Currency), amountOf(ch.Amount)})
	}
	if err := words.save(ctx, c, scope); err != nil {
		return nil, err
	}
	slices.Sort(accounts)
	err = c.many(ctx, `INSERT INTO bill_account (partition, organization, account) VALUES (?1, ?2, ?3)`, len(accounts), func(i int) []any {
		return []any{scope.Partition, scope.Organization, accounts[i]}
	})
	packed := make(map[spend.Day]map[string][]byte, len(days))
	for day, of := range days {
		packed[day] = make(map[string][]byte, len(of))
		for id, charges := range of {
			packed[day][id] = packBill(charges)
		}
	}
	return packed, err
}

// merge sums the charges that share a row, and leaves out the days in without
// and what comes to nothing: AWS names a service that was free as well.
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
		if !slices.Contains(categories, ch.Category) {
			row.Category = spend.Usage // which is all that is none of the others
		}
		sums[row] = sums[row].Add(ch.Amount)
	}
	merged := make([]spend.Charge, 0, len(sums))
	for row, sum := range sums {
		if row.Amount = sum; !sum.IsZero() {
			merged = append(merged, row)
		}
	}
	slices.SortFunc(merged, compareCharges)
	return merged
}
