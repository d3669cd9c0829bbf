package store

import (
	"context"
	"fmt"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

// The tables of what people said. They have the same columns.
const (
	attestations = "attestation"
	exceptions   = "exception"
)

// SaveAttestation implements schedule.Words.
func (m *memory[Tx]) SaveAttestation(ctx context.Context, tx Tx, a checks.Attestation) error {
	return m.saveWord(ctx, tx, attestations, a, entry{a.Scope, a.AccountID, a.ID, a.CheckID, a.At})
}

// SaveException implements schedule.Words.
func (m *memory[Tx]) SaveException(ctx context.Context, tx Tx, e checks.Exception) error {
	return m.saveWord(ctx, tx, exceptions, e, entry{e.Scope, e.AccountID, e.ID, e.CheckID, e.At})
}

// entry is what a row says of its body.
type entry struct {
	account.Scope
	account     account.ID
	id, checkID string
	at          time.Time
}

func (m *memory[Tx]) saveWord(ctx context.Context, tx Tx, table string, v any, e entry) error {
	text, err := body(v)
	if err == nil {
		_, err = m.over(tx).exec(ctx, `INSERT INTO `+table+` (partition, organization, account, id, check_id, at, body, revoked_at, revoked_by)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, '')`,
			e.Partition, e.Organization, e.account.String(), e.id, e.checkID, micros(e.at), text)
	}
	if err != nil {
		return fmt.Errorf("save the %s %s: %w", table, e.id, err)
	}
	return nil
}

// Revoke implements schedule.Words.
func (m *memory[Tx]) Revoke(ctx context.Context, tx Tx, scope account.Scope, id, by string, at time.Time) (bool, error) {
	for _, table := range []string{attestations, exceptions, plans} {
		n, err := m.over(tx).exec(ctx, `UPDATE `+table+` SET revoked_at = ?4, revoked_by = ?5
			WHERE partition = ?1 AND organization = ?2 AND id = ?3 AND revoked_at = 0`,
			scope.Partition, scope.Organization, id, micros(at), by)
		if err != nil {
			return false, fmt.Errorf("revoke %s: %w", id, err)
		}
		if n > 0 {
			return true, nil
		}
	}
	return false, nil
}

// Attestations implements schedule.Words.
func (m *memory[Tx]) Attestations(ctx context.Context, scope account.Scope, id account.ID) ([]schedule.Entered[checks.Attestation], error) {
	return entered(ctx, m.read, attestations, scope, id, func(a checks.Attestation) entry {
		return entry{a.Scope, a.AccountID, a.ID, a.CheckID, a.At}
	})
}

// Exceptions implements schedule.Words.
func (m *memory[Tx]) Exceptions(ctx context.Context, scope account.Scope, id account.ID) ([]schedule.Entered[checks.Exception], error) {
	return entered(ctx, m.read, exceptions, scope, id, func(e checks.Exception) entry {
		return entry{e.Scope, e.AccountID, e.ID, e.CheckID, e.At}
	})
}

// entered reads the rows of one account and of all accounts together, or with
// no id every row. A row whose body cannot be read, or is of something else, is
// there with its trouble.
func entered[T any](ctx context.Context, c conn, table string, scope account.Scope, id account.ID, of func(T) entry) ([]schedule.Entered[T], error) {
	query := `SELECT account, id, check_id, at, body, revoked_at, revoked_by FROM ` + table + `
		WHERE partition = ?1 AND organization = ?2`
	args := []any{scope.Partition, scope.Organization}
	if !id.IsZero() {
		query += ` AND account IN (?3, '')`
		args = append(args, id.String())
	}
	all, err := list(ctx, c, func(r rows) (schedule.Entered[T], error) {
		e := schedule.Entered[T]{Scope: scope}
		var accountText, text string
		var at, revokedAt int64
		if err := r.Scan(&accountText, &e.ID, &e.CheckID, &at, &text, &revokedAt, &e.RevokedBy); err != nil {
			return e, err
		}
		e.At, e.RevokedAt = instant(at), instant(revokedAt)
		id, err := parseID(accountText)
		e.AccountID = id
		if err == nil {
			err = unbody(text, table+" "+e.ID, &e.Word)
		}
		if row := (entry{scope, e.AccountID, e.ID, e.CheckID, e.At}); err == nil && !of(e.Word).same(row) {
			err = fmt.Errorf("the stored %s %s is of something else than its row", table, e.ID)
		}
		if err != nil {
			var none T
			e.Word, e.Trouble = none, err
		}
		return e, nil
	}, query+` ORDER BY at, id`, args...)
	if err != nil {
		return nil, fmt.Errorf("read the %ss: %w", table, err)
	}
	return all, nil
}

// same compares the instants as they are stored.
func (e entry) same(o entry) bool {
	at := micros(e.at) == micros(o.at)
	e.at, o.at = time.Time{}, time.Time{}
	return at && e == o
}
