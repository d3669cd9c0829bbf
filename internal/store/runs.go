package store

import (
	"context"
	"fmt"
	"time"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

// CreateRun implements schedule.Runs. An id that is taken is an error.
func (m *memory[Tx]) CreateRun(ctx context.Context, tx Tx, r schedule.Run) error {
	targets, err := body(r.Targets)
	if err != nil {
		return err
	}
	responseURL, reply, err := splitAddress(r.Reply)
	if err != nil {
		return err
	}
	_, err = m.over(tx).exec(ctx, `INSERT INTO run (partition, organization, id, response_url, kind, all_accounts,
			targets, days, reply, asked_by, subject, created_at, listed_at, total, done, concluded_at, failure)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0, 0, ?14, ?15)`,
		r.Partition, r.Organization, r.ID, responseURL, string(r.Kind), flag(r.All),
		targets, r.Days, reply, r.AskedBy, r.Subject, micros(r.CreatedAt), micros(r.ListedAt), micros(r.ConcludedAt), r.Failure)
	if err != nil {
		return fmt.Errorf("create run %s: %w", r.ID, err)
	}
	return nil
}

// splitAddress keeps the bearer secret of an address in a column of its own.
func splitAddress(a *bot.Address) (responseURL, rest string, err error) {
	if a == nil {
		return "", "", nil
	}
	public := *a
	public.ResponseURL = ""
	rest, err = body(public)
	return a.ResponseURL, rest, err
}

// joinAddress is nil where nobody waits. What Prune has wiped lacks its
// response URL, and leaves User and FallbackChannel.
func joinAddress(responseURL, rest string) (*bot.Address, error) {
	if rest == "" {
		return nil, nil
	}
	var a bot.Address
	if err := unbody(rest, "address", &a); err != nil {
		return nil, err
	}
	a.ResponseURL = responseURL
	return &a, nil
}

// head is what the writers of a run need to know of it.
type head struct {
	account.Scope
	seq       int64
	concluded bool
}

// runHead reads a run inside a transaction, and holds it there.
func (m *memory[Tx]) runHead(ctx context.Context, c conn, runID string) (head, error) {
	h, found, err := first(ctx, c, func(r rows) (head, error) {
		var h head
		var concludedAt int64
		err := r.Scan(&h.Partition, &h.Organization, &h.seq, &concludedAt)
		h.concluded = concludedAt != 0
		return h, err
	}, `SELECT partition, organization, seq, concluded_at FROM run WHERE id = ?1`+m.rowLock, runID)
	switch {
	case err != nil:
		return h, fmt.Errorf("read run %s: %w", runID, err)
	case !found:
		return h, missing("run", runID)
	}
	return h, nil
}

// FinishAccount implements schedule.Runs. An account that is not of the run is
// left alone.
func (m *memory[Tx]) FinishAccount(ctx context.Context, tx Tx, runID string, id account.ID) error {
	c := m.over(tx)
	h, err := m.runHead(ctx, c, runID)
	if err != nil {
		return err
	}
	n, err := c.exec(ctx, `UPDATE run_account SET done = 1
		WHERE partition = ?1 AND organization = ?2 AND run = ?3 AND account = ?4 AND done = 0`,
		h.Partition, h.Organization, runID, id.String())
	if err == nil && n == 1 {
		_, err = c.exec(ctx, `UPDATE run SET done = done + 1 WHERE id = ?1`, runID)
	}
	if err != nil {
		return fmt.Errorf("finish account %s of run %s: %w", id, runID, err)
	}
	return nil
}

// Conclude implements schedule.Runs.
func (m *memory[Tx]) Conclude(ctx context.Context, tx Tx, runID string, failure string, at time.Time) (bool, error) {
	c := m.over(tx)
	if _, err := m.runHead(ctx, c, runID); err != nil {
		return false, err
	}
	n, err := c.exec(ctx, `UPDATE run SET concluded_at = ?2, failure = ?3
		WHERE id = ?1 AND concluded_at = 0 AND (?4 = 1 OR (listed_at <> 0 AND done = total))`,
		runID, micros(at), failure, flag(failure != ""))
	if err != nil {
		return false, fmt.Errorf("conclude run %s: %w", runID, err)
	}
	return n == 1, nil
}

const runColumns = `partition, organization, id, response_url, kind, all_accounts, targets, days,
	reply, asked_by, subject, created_at, listed_at, total, done, concluded_at, failure`

func scanRun(row rows) (schedule.Run, error) {
	var r schedule.Run
	var kind, responseURL, targets, reply string
	var all, createdAt, listedAt, concludedAt int64
	err := row.Scan(&r.Partition, &r.Organization, &r.ID, &responseURL, &kind, &all, &targets, &r.Days,
		&reply, &r.AskedBy, &r.Subject, &createdAt, &listedAt, &r.Total, &r.Done, &concludedAt, &r.Failure)
	if err != nil {
		return r, err
	}
	r.Kind, r.All = schedule.RunKind(kind), all != 0
	r.CreatedAt, r.ListedAt, r.ConcludedAt = instant(createdAt), instant(listedAt), instant(concludedAt)
	if r.ListedAt.IsZero() {
		r.Total = 0 // what is listed so far is no total
	}
	if err := unbody(targets, "targets of run "+r.ID, &r.Targets); err != nil {
		return r, err
	}
	r.Reply, err = joinAddress(responseURL, reply)
	return r, err
}

// Run implements schedule.Runs. An id that is not there is an error that wraps
// sql.ErrNoRows.
func (m *memory[Tx]) Run(ctx context.Context, id string) (schedule.Run, error) {
	r, found, err := first(ctx, m.read, scanRun, `SELECT `+runColumns+` FROM run WHERE id = ?1`, id)
	switch {
	case err != nil:
		return r, fmt.Errorf("read run %s: %w", id, err)
	case !found:
		return r, missing("run", id)
	}
	return r, nil
}

// OpenRuns implements schedule.Runs.
func (m *memory[Tx]) OpenRuns(ctx context.Context, scope account.Scope) ([]schedule.Run, error) {
	open, err := list(ctx, m.read, scanRun, `SELECT `+runColumns+` FROM run
		WHERE partition = ?1 AND organization = ?2 AND concluded_at = 0 ORDER BY created_at, seq`,
		scope.Partition, scope.Organization)
	if err != nil {
		return nil, fmt.Errorf("read the open runs: %w", err)
	}
	return open, nil
}
