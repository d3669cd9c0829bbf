package store

import (
	"context"
	"fmt"
	"time"

	"rootwatch/checks/account"
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
