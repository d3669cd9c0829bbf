package store

import (
	"context"
	"fmt"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// RootHistory implements schedule.Past.
func (m *memory[Tx]) RootHistory(ctx context.Context, scope account.Scope, id account.ID, from time.Time) (checks.History, error) {
	h, _, err := first(ctx, m.read, func(r rows) (h checks.History, err error) {
		var since, last int64
		err = r.Scan(&since, &last)
		h.Since, h.Last = instant(since), instant(last)
		return h, err
	}, `SELECT since, last FROM root_history WHERE partition = ?1 AND organization = ?2 AND account = ?3`,
		scope.Partition, scope.Organization, id.String())
	if err == nil {
		h.RootUses, err = list(ctx, m.read, func(r rows) (checks.RootUse, error) {
			var at int64
			var kind string
			err := r.Scan(&at, &kind)
			return checks.RootUse{At: instant(at), Kind: checks.RootUseKind(kind)}, err
		}, `SELECT at, kind FROM root_use WHERE partition = ?1 AND organization = ?2 AND account = ?3 AND at >= ?4 ORDER BY at, kind`,
			scope.Partition, scope.Organization, id.String(), micros(from))
	}
	if err != nil {
		return checks.History{}, fmt.Errorf("read when root of %s was used: %w", id, err)
	}
	return h, nil
}

// SaveRootHistory implements schedule.Past.
func (m *memory[Tx]) SaveRootHistory(ctx context.Context, tx Tx, scope account.Scope, id account.ID, before, after checks.History) error {
	c := m.over(tx)
	uses := after.Beyond(before)
	err := c.many(ctx, `INSERT INTO root_use (partition, organization, account, at, kind) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING`,
		len(uses), func(i int) []any {
			return []any{scope.Partition, scope.Organization, id.String(), micros(uses[i].At), string(uses[i].Kind)}
		})
	if err == nil && after.Last.After(before.Last) {
		_, err = c.exec(ctx, `INSERT INTO root_history (partition, organization, account, since, last) VALUES (?1, ?2, ?3, ?4, ?5)
			ON CONFLICT (partition, organization, account) DO UPDATE SET since = excluded.since, last = excluded.last
			WHERE excluded.last > root_history.last`,
			scope.Partition, scope.Organization, id.String(), micros(after.Since), micros(after.Last))
	}
	if err != nil {
		return fmt.Errorf("remember when root of %s was used: %w", id, err)
	}
	return nil
}

// RootUses implements schedule.Past.
func (m *memory[Tx]) RootUses(ctx context.Context, scope account.Scope, from time.Time) (map[account.ID][]checks.RootUse, error) {
	uses := map[account.ID][]checks.RootUse{}
	err := each(ctx, m.read, func(r rows) error {
		var text, kind string
		var at int64
		if err := r.Scan(&text, &at, &kind); err != nil {
			return err
		}
		id, err := parseID(text)
		uses[id] = append(uses[id], checks.RootUse{At: instant(at), Kind: checks.RootUseKind(kind)})
		return err
	}, `SELECT account, at, kind FROM root_use WHERE partition = ?1 AND organization = ?2 AND at >= ?3 ORDER BY account, at, kind`,
		scope.Partition, scope.Organization, micros(from))
	if err != nil {
		return nil, fmt.Errorf("read when root was used: %w", err)
	}
	return uses, nil
}

// AccountChanges implements schedule.Past.
func (m *memory[Tx]) AccountChanges(ctx context.Context, scope account.Scope, id account.ID, since, until time.Time) ([]checks.Change, error) {
	changes, err := list(ctx, m.read, scanChange,
		`SELECT body FROM change WHERE partition = ?1 AND organization = ?2 AND account = ?3 AND at > ?4 AND at <= ?5 ORDER BY at, check_id, kind`,
		scope.Partition, scope.Organization, id.String(), micros(since), micros(until))
	if err != nil {
		return nil, fmt.Errorf("read the changes of %s: %w", id, err)
	}
	return changes, nil
}

func scanChange(r rows) (checks.Change, error) {
	var change checks.Change
	text, err := column[string](r)
	if err == nil {
		err = unbody(text, "change", &change)
	}
	return change, err
}
