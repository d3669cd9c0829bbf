package store

import (
	"context"
	"database/sql"
)

// sqlConn is conn over database/sql.
type sqlConn struct{ db sqlHandle }

// sqlHandle is what *sql.DB and *sql.Tx have in common.
type sqlHandle interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

func (c sqlConn) exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := c.db.ExecContext(ctx, query, bind(args)...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (c sqlConn) query(ctx context.Context, query string, args ...any) (rows, error) {
	return c.db.QueryContext(ctx, query, bind(args)...) //nolint:rowserrcheck // list and first, which read the rows, ask for their error
}

func (c sqlConn) many(ctx context.Context, query string, n int, args func(i int) []any) (err error) {
	if n == 0 {
		return nil
	}
	statement, err := c.db.PrepareContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() {
		if closed := statement.Close(); err == nil {
			err = closed
		}
	}()
	// The driver starts a goroutine for each statement whose context can end,
	// so we look at the context ourselves.
	endless := context.WithoutCancel(ctx)
	for i := range n {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := statement.ExecContext(endless, bind(args(i))...); err != nil {
			return err
		}
	}
	return nil
}

// inSQLTx runs f in a transaction of db. Beginning one may wait in the driver
// for another process's lock and not heed ctx there, so it is left behind when
// ctx ends; database/sql then rolls it back.
func inSQLTx(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) (err error) {
	type begun struct {
		tx  *sql.Tx
		err error
	}
	begin := make(chan begun, 1)
	go func() {
		tx, err := db.BeginTx(ctx, nil)
		begin <- begun{tx, err}
	}()
	var b begun
	select {
	case b = <-begin:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if b.err != nil {
		return b.err
	}
	committed := false
	defer func() {
		if !committed { // after an error or a panic of f; the first error is the one to tell
			_ = b.tx.Rollback()
		}
	}()
	if err := f(b.tx); err != nil {
		return err
	}
	committed = true
	return b.tx.Commit()
}
