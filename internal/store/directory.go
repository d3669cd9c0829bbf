package store

import (
	"context"
	"fmt"
	"time"

	"rootwatch/checks/account"
)

// AddAccounts implements schedule.Runs. The accounts are taken to be of the
// run's scope. What one of them leaves empty does not wipe what the directory
// knows. A concluded run takes no more accounts, the directory does.
func (m *memory[Tx]) AddAccounts(ctx context.Context, tx Tx, runID string, accounts []account.Account) ([]account.Account, error) {
	c := m.over(tx)
	h, err := m.runHead(ctx, c, runID)
	if err != nil {
		return nil, err
	}
	if err := m.lockKey(ctx, c, "directory", h.Scope, ""); err != nil {
		return nil, err
	}
	var added []account.Account
	for _, a := range accounts {
		a.Scope = h.Scope
		if err := m.see(ctx, c, h, a); err != nil {
			return nil, fmt.Errorf("list account %s: %w", a.ID, err)
		}
		if h.concluded {
			continue
		}
		n, err := c.exec(ctx, `INSERT INTO run_account (partition, organization, run, account, done)
			VALUES (?1, ?2, ?3, ?4, 0) ON CONFLICT DO NOTHING`, h.Partition, h.Organization, runID, a.ID.String())
		if err != nil {
			return nil, fmt.Errorf("add account %s to run %s: %w", a.ID, runID, err)
		}
		if n == 1 {
			added = append(added, a)
		}
	}
	if _, err := c.exec(ctx, `UPDATE run SET total = total + ?2 WHERE id = ?1`, runID, len(added)); err != nil {
		return nil, fmt.Errorf("count the accounts of run %s: %w", runID, err)
	}
	return added, nil
}

// see writes an account into the directory.
func (m *memory[Tx]) see(ctx context.Context, c conn, h head, a account.Account) error {
	if a.ID.IsZero() {
		return fmt.Errorf("%w: it has none", account.ErrID)
	}
	_, err := c.exec(ctx, `INSERT INTO account (partition, organization, id, name, email, state, role, seen, seen_run)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
		ON CONFLICT (partition, organization, id) DO UPDATE SET
			name     = CASE WHEN excluded.name  = '' THEN account.name  ELSE excluded.name  END,
			email    = CASE WHEN excluded.email = '' THEN account.email ELSE excluded.email END,
			state    = CASE WHEN excluded.state = '' THEN account.state ELSE excluded.state END,
			role     = CASE WHEN excluded.role  = '' THEN account.role  ELSE excluded.role  END,
			seen     = excluded.seen,
			seen_run = CASE WHEN excluded.seen_run > account.seen_run THEN excluded.seen_run ELSE account.seen_run END`,
		h.Partition, h.Organization, a.ID.String(), a.Name, a.Email, string(a.State), string(a.Role), micros(m.now()), h.seq)
	return err
}

// FinishListing implements schedule.Runs. An account that only a newer run has
// seen stays in the directory, and an empty list empties nothing: an
// organization has one account at least.
func (m *memory[Tx]) FinishListing(ctx context.Context, tx Tx, runID string, whole bool, at time.Time) error {
	c := m.over(tx)
	h, err := m.runHead(ctx, c, runID)
	if err != nil {
		return err
	}
	if _, err := c.exec(ctx, `UPDATE run SET listed_at = ?2 WHERE id = ?1 AND listed_at = 0`, runID, micros(at)); err != nil {
		return fmt.Errorf("finish the list of run %s: %w", runID, err)
	}
	if !whole {
		return nil
	}
	if err := m.lockKey(ctx, c, "directory", h.Scope, ""); err != nil {
		return err
	}
	_, err = c.exec(ctx, `DELETE FROM account WHERE partition = ?1 AND organization = ?2 AND seen_run < ?3
		AND EXISTS (SELECT 1 FROM run WHERE id = ?4 AND total > 0)`, h.Partition, h.Organization, h.seq, runID)
	if err != nil {
		return fmt.Errorf("drop the accounts that run %s did not see: %w", runID, err)
	}
	return nil
}

// Directory implements schedule.Runs and bot.Directory: by scope, then by id.
func (m *memory[Tx]) Directory(ctx context.Context) ([]account.Account, error) {
	all, err := list(ctx, m.read, func(r rows) (account.Account, error) {
		var a account.Account
		var id, state, role string
		err := r.Scan(&a.Partition, &a.Organization, &id, &a.Name, &a.Email, &state, &role)
		if err != nil {
			return a, err
		}
		a.State, a.Role = account.State(state), account.Role(role)
		a.ID, err = parseID(id)
		return a, err
	}, `SELECT partition, organization, id, name, email, state, role FROM account ORDER BY partition, organization, id`)
	if err != nil {
		return nil, fmt.Errorf("read the directory: %w", err)
	}
	return all, nil
}
