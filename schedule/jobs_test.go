package schedule_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// within bounds every wait; what holds comes within a second, if the machine
// has nothing else to do.
const within = 90 * time.Second

// eventually waits until holds does, and fails the test where it never does.
func (w *world) eventually(what string, holds func() bool) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), within)
	defer cancel()
	tick := time.NewTicker(15 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			w.Fatalf("never: %s\njobs:\n%s\n%s", what, w.jobs(), w.mouth)
		case <-tick.C:
		}
	}
}

// settled waits until every job is done, and lets none wait: what was put off
// or has to be tried again is due at once.
func (w *world) settled() {
	w.Helper()
	w.eventually("all jobs are done", func() bool {
		if w.unfinished("%") == 0 {
			return true
		}
		w.hurry()
		return false
	})
}

// hurry makes all jobs due that were put off.
func (w *world) hurry() {
	w.Helper()
	w.exec(`UPDATE river_job SET state = 'available', scheduled_at = created_at
		WHERE state IN ('retryable', 'scheduled') OR state = 'available' AND scheduled_at <> created_at`)
}

// hurryOnly is hurry for the jobs of one kind.
func (w *world) hurryOnly(kind string) {
	w.Helper()
	w.exec(`UPDATE river_job SET state = 'available', scheduled_at = created_at
		WHERE kind = ? AND state IN ('available', 'retryable', 'scheduled')`, kind)
}

// snoozes is how often the jobs of a kind were put off.
func (w *world) snoozes(kind string) int {
	w.Helper()
	return w.count(`SELECT COALESCE(SUM(json_extract(metadata, '$.snoozes')), 0) FROM river_job WHERE kind = ?`, kind)
}

// unfinished counts the jobs of a kind that are not done.
func (w *world) unfinished(kind string) int {
	w.Helper()
	return w.count(`SELECT COUNT(*) FROM river_job WHERE kind LIKE ? AND state NOT IN ('completed', 'cancelled', 'discarded')`, kind)
}

// waiting counts the jobs of a kind that ran and were put off or failed.
func (w *world) waiting(kind string) int {
	w.Helper()
	return w.count(`SELECT COUNT(*) FROM river_job WHERE kind LIKE ?
		AND (state IN ('retryable', 'scheduled') OR state = 'available' AND attempted_at IS NOT NULL AND scheduled_at <> created_at)`, kind)
}

func (w *world) count(query string, args ...any) int {
	w.Helper()
	var n int
	if err := w.store.DB().QueryRowContext(w.Context(), w.sql(query), args...).Scan(&n); err != nil {
		w.Fatal(err)
	}
	return n
}

// putOff waits until the one job of a kind waits, and returns for how long,
// counted from when it was begun.
func (w *world) putOff(kind string) time.Duration {
	w.Helper()
	var due, begun time.Time
	w.eventually("a job "+kind+" is put off", func() bool {
		err := w.store.DB().QueryRowContext(w.Context(), w.sql(`SELECT scheduled_at, attempted_at FROM river_job WHERE kind = ?
			AND (state IN ('retryable', 'scheduled') OR state = 'available' AND attempted_at IS NOT NULL AND scheduled_at <> created_at)`), kind).Scan(&due, &begun)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			w.Fatal(err)
		}
		return err == nil
	})
	return due.Sub(begun)
}

// snoozed makes the job of a kind that waits into one that was put off n times.
func (w *world) snoozed(kind string, n int) {
	w.Helper()
	w.eventually("a job "+kind+" waits", func() bool {
		return w.exec(`UPDATE river_job SET metadata = json_set(metadata, '$.snoozes', ?)
			WHERE kind = ? AND state = 'available' AND attempted_at IS NOT NULL`, n, kind) == 1
	})
}

// jobs lists the jobs for a failure.
func (w *world) jobs() string {
	rows, err := w.store.DB().QueryContext(context.Background(),
		w.sql(`SELECT id, kind, state, attempt, json(args), COALESCE(json(errors), '') FROM river_job ORDER BY id`))
	if err != nil {
		return err.Error()
	}
	defer func() { _ = rows.Close() }()
	var all strings.Builder
	for rows.Next() {
		var id, attempt int
		var kind, state, args, errs string
		if err := rows.Scan(&id, &kind, &state, &attempt, &args, &errs); err != nil {
			return err.Error()
		}
		fmt.Fprintf(&all, "%d %s %s attempt %d %.300s %.600s\n", id, kind, state, attempt, args, errs)
	}
	if err := rows.Err(); err != nil {
		return err.Error()
	}
	return all.String()
}
