package store

import (
	"context"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// SavePaid implements schedule.Paid. An older answer does not take the place
// of a newer one.
func (m *memory[Tx]) SavePaid(ctx context.Context, tx Tx, scope account.Scope, name string, answer []byte, at time.Time) error {
	_, err := m.over(tx).exec(ctx, `INSERT INTO paid_answer (partition, organization, name, at, body) VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT (partition, organization, name) DO UPDATE SET at = excluded.at, body = excluded.body
		WHERE excluded.at >= paid_answer.at`, scope.Partition, scope.Organization, name, micros(at), string(answer))
	if err != nil {
		return fmt.Errorf("save the answer %s: %w", name, err)
	}
	return nil
}

// Paid implements schedule.Paid.
func (m *memory[Tx]) Paid(ctx context.Context, scope account.Scope, name string) (answer []byte, at time.Time, found bool, err error) {
	var text string
	err = each(ctx, m.read, func(r rows) error {
		var when int64
		found = true
		err := r.Scan(&text, &when)
		at = instant(when)
		return err
	}, `SELECT body, at FROM paid_answer WHERE partition = ?1 AND organization = ?2 AND name = ?3`, scope.Partition, scope.Organization, name)
	if err != nil {
		return nil, time.Time{}, false, fmt.Errorf("read the answer %s: %w", name, err)
	}
	return []byte(text), at, found, nil
}

// Credits implements schedule.Costs. A day that credits took nothing off is not in it.
func (m *memory[Tx]) Credits(ctx context.Context, scope account.Scope, id account.ID, from, to spend.Day) (map[spend.Day]decimal.Decimal, error) {
	credits := map[spend.Day]decimal.Decimal{}
	err := each(ctx, m.read, func(r rows) error {
		var day int32
		var amount string
		if err := r.Scan(&day, &amount); err != nil {
			return err
		}
		if amount == "" { // a day without credits
			return nil
		}
		money, err := decimal.NewFromString(amount)
		if err != nil {
			return fmt.Errorf("the stored amount %q: %w", amount, err)
		}
		credits[spend.Day(day)] = credits[spend.Day(day)].Sub(money)
		return nil
		// The left join has the days looked up one by one: SQLite would else read
		// the whole organization's bill of those days for one account.
	}, `SELECT d.day, COALESCE(c.amount, '')
		FROM cost_day d LEFT JOIN charge c ON c.partition = d.partition AND c.organization = d.organization
			AND c.day = d.day AND c.category = 'Credit'`+onlyAccount(id)+`
		WHERE d.partition = ?1 AND d.organization = ?2 AND d.day BETWEEN ?3 AND ?4`, ofDays(scope, id, from, to)...)
	if err != nil {
		return nil, fmt.Errorf("read the credits from %s to %s: %w", from, to, err)
	}
	return credits, nil
}
