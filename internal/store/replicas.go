package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"rootwatch/schedule"
)

// Beat implements schedule.Replicas, on a connection of its own: it must not
// wait behind the work that it speaks for. Where that one is refused, say
// because the server has none left, a connection of the work will do.
func (p *Postgres) Beat(ctx context.Context, id string, serves bool) (time.Time, error) {
	at, err := beat(ctx, pgConn{p.pulse}, id, serves)
	if err != nil && ctx.Err() == nil {
		at, err = beat(ctx, pgConn{p.writer}, id, serves)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("say that this process lives: %w", err)
	}
	return at, nil
}

func beat(ctx context.Context, c conn, id string, serves bool) (time.Time, error) {
	at, _, err := first(ctx, c, column[time.Time], `INSERT INTO replica (id, serves, beaten_at) VALUES (?1, ?2, clock_timestamp())
		ON CONFLICT (id) DO UPDATE SET beaten_at = excluded.beaten_at RETURNING clock_timestamp()`, id, serves)
	return at, err
}

// Leave implements schedule.Replicas.
func (p *Postgres) Leave(ctx context.Context, id string) error {
	if _, err := (pgConn{p.pulse}).exec(ctx, `DELETE FROM replica WHERE id = ?1`, id); err != nil {
		return fmt.Errorf("say that this process has ended: %w", err)
	}
	return nil
}

// forgetReplica is when the row of a dead process has served.
const forgetReplica = 24 * time.Hour

// lives is what holds for a replica r that has beaten within ?1 seconds. A beat
// from the future is none: the database's clock was put back, or another
// server's has taken its place, and who lives beats again in a moment.
const lives = `r.beaten_at BETWEEN clock_timestamp() - make_interval(secs => ?1) AND clock_timestamp() + make_interval(secs => ?1)`

// Reap implements schedule.Replicas. A row that somebody holds is left for the
// next time: its job is being completed.
func (p *Postgres) Reap(ctx context.Context, silent time.Duration) (int, error) {
	c := pgConn{p.pulse}
	n, err := c.exec(ctx, `UPDATE river_job SET state = 'available' WHERE id IN (
		SELECT j.id FROM river_job j WHERE j.state = 'running' AND NOT EXISTS (
			SELECT 1 FROM replica r WHERE r.id = j.`+p.lastOf+`
				AND `+lives+`)
		FOR UPDATE SKIP LOCKED)`, silent.Seconds())
	if err == nil {
		_, err = c.exec(ctx, `DELETE FROM replica WHERE beaten_at < clock_timestamp() - make_interval(secs => ?1)`, forgetReplica.Seconds())
	}
	if err != nil {
		return 0, fmt.Errorf("take over the jobs of dead processes: %w", err)
	}
	return int(n), nil
}

// Serving says whether a `rootwatch serve` works this database.
func (p *Postgres) Serving(ctx context.Context) (bool, error) {
	serving, _, err := first(ctx, pgConn{p.pulse}, column[bool], `SELECT EXISTS (SELECT 1 FROM replica r
		WHERE r.serves AND `+lives+`)`, schedule.SilentAfter.Seconds())
	if err != nil {
		return false, fmt.Errorf("look for a process that serves: %w", err)
	}
	return serving, nil
}

// Alone implements schedule.Replicas. The lock is its session's, so that it
// ends with the process, and the session is of no pool: f may need those.
func (p *Postgres) Alone(ctx context.Context, what string, f func(context.Context) error) error {
	session, err := pgx.ConnectConfig(ctx, p.writer.Config().ConnConfig)
	if err != nil {
		return fmt.Errorf("wait for the lock %s: %w", what, err)
	}
	defer func() { _ = session.Close(context.WithoutCancel(ctx)) }()
	if _, err := session.Exec(ctx, `SELECT pg_advisory_lock(hashtextextended($1, 0))`, "rootwatch/"+what); err != nil {
		return fmt.Errorf("wait for the lock %s: %w", what, err)
	}
	return f(ctx)
}
