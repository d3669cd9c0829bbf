package store

import (
	"context"
	"database/sql"
	"fmt"

	"rootwatch/schedule"
)

// HoldJob implements schedule.Jobs. Of River's table it reads who is at a job:
// River itself completes a job whoever asks.
func (m *memory[Tx]) HoldJob(ctx context.Context, tx Tx, a schedule.Attempt) (bool, error) {
	type held struct {
		state, by string
		n         int
		at        sql.NullTime
	}
	h, found, err := first(ctx, m.over(tx), func(r rows) (held, error) {
		var h held
		err := r.Scan(&h.state, &h.n, &h.by, &h.at)
		return h, err
	}, `SELECT CAST(state AS TEXT), attempt, COALESCE(`+m.lastOf+`, ''), attempted_at FROM river_job WHERE id = ?1`+m.rowLock, a.Job)
	if err != nil {
		return false, fmt.Errorf("hold job %d: %w", a.Job, err)
	}
	return found && h.state == "running" && h.n == a.N && h.by == a.By && h.at.Time.Equal(a.At), nil
}
