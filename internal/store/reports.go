package store

import (
	"context"
	"fmt"
	"iter"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// SaveReport implements schedule.Reports. A report of the same instant takes
// the place of the one that is there; its changes are kept once.
func (m *memory[Tx]) SaveReport(ctx context.Context, tx Tx, report checks.Report, changes []checks.Change) (bool, error) {
	text, err := body(report)
	if err != nil {
		return false, fmt.Errorf("report of %s: %w", report.AccountID, err)
	}
	c := m.over(tx)
	n, err := c.exec(ctx, `INSERT INTO report (partition, organization, account, observed_at, body)
		VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT (partition, organization, account) DO UPDATE SET observed_at = excluded.observed_at, body = excluded.body
		WHERE excluded.observed_at >= report.observed_at`,
		report.Partition, report.Organization, report.AccountID.String(), micros(report.ObservedAt), text)
	if err != nil {
		return false, fmt.Errorf("save the report of %s: %w", report.AccountID, err)
	}
	if n == 0 {
		return false, nil
	}
	for _, change := range changes {
		if err := saveChange(ctx, c, change); err != nil {
			return false, fmt.Errorf("save the change of %s in %s: %w", change.CheckID, change.AccountID, err)
		}
	}
	return true, nil
}

func saveChange(ctx context.Context, c conn, change checks.Change) error {
	text, err := body(change)
	if err != nil {
		return err
	}
	_, err = c.exec(ctx, `INSERT INTO change (partition, organization, at, account, check_id, kind, body)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING`,
		change.Partition, change.Organization, micros(change.At), change.AccountID.String(), change.CheckID, string(change.Kind), text)
	return err
}

// LatestTx implements schedule.Reports. Until the transaction ends nobody else
// has an answer: the first reports of an account, too, are compared one by one.
func (m *memory[Tx]) LatestTx(ctx context.Context, tx Tx, scope account.Scope, id account.ID) (*checks.Report, error) {
	c := m.over(tx)
	if err := m.lockKey(ctx, c, "report", scope, id.String()); err != nil {
		return nil, err
	}
	return latest(ctx, c, scope, id)
}

// Latest implements schedule.Reports.
func (m *memory[Tx]) Latest(ctx context.Context, scope account.Scope, id account.ID) (*checks.Report, error) {
	return latest(ctx, m.read, scope, id)
}

func latest(ctx context.Context, c conn, scope account.Scope, id account.ID) (*checks.Report, error) {
	text, found, err := first(ctx, c, column[string],
		`SELECT body FROM report WHERE partition = ?1 AND organization = ?2 AND account = ?3`,
		scope.Partition, scope.Organization, id.String())
	if err != nil {
		return nil, fmt.Errorf("read the report of %s: %w", id, err)
	}
	if !found {
		return nil, nil
	}
	var report checks.Report
	if err := unbody(text, "report of "+id.String(), &report); err != nil {
		return nil, err
	}
	return &report, nil
}

// pageSize is how many reports LatestAll holds at once: about 1 MB.
const pageSize = 200

// LatestAll implements schedule.Reports. Between pages it holds no connection,
// so a slow consumer is in nobody's way. A report that cannot be read is an
// error in its place, and the rest follows.
func (m *memory[Tx]) LatestAll(ctx context.Context, scope account.Scope) iter.Seq2[checks.Report, error] {
	type stored struct{ id, body string }
	scan := func(r rows) (stored, error) {
		var s stored
		err := r.Scan(&s.id, &s.body)
		return s, err
	}
	return func(yield func(checks.Report, error) bool) {
		for after := ""; ; {
			page, err := list(ctx, m.read, scan, `SELECT r.account, r.body FROM account a
				JOIN report r ON r.partition = a.partition AND r.organization = a.organization AND r.account = a.id
				WHERE a.partition = ?1 AND a.organization = ?2 AND a.id > ?3 ORDER BY a.id LIMIT ?4`,
				scope.Partition, scope.Organization, after, pageSize)
			if err != nil {
				yield(checks.Report{}, fmt.Errorf("read the reports: %w", err))
				return
			}
			for _, s := range page {
				var report checks.Report
				if err := unbody(s.body, "report of "+s.id, &report); !yield(report, err) {
					return
				}
				after = s.id
			}
			if len(page) < pageSize {
				return
			}
		}
	}
}

// Changes implements schedule.Reports.
func (m *memory[Tx]) Changes(ctx context.Context, scope account.Scope, since, until time.Time) ([]checks.Change, error) {
	changes, err := list(ctx, m.read, scanChange, `SELECT body FROM change WHERE partition = ?1 AND organization = ?2 AND at > ?3 AND at <= ?4
		ORDER BY at, account, check_id, kind`,
		scope.Partition, scope.Organization, micros(since), micros(until))
	if err != nil {
		return nil, fmt.Errorf("read the changes: %w", err)
	}
	return changes, nil
}
