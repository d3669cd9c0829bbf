package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"regexp"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// pgConn is conn over pgx.
type pgConn struct{ db pgHandle }

// pgHandle is what *pgxpool.Pool and pgx.Tx have in common.
type pgHandle interface {
	Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

func (c pgConn) exec(ctx context.Context, query string, args ...any) (int64, error) {
	tag, err := c.db.Exec(ctx, dollars(query), bind(args)...)
	return tag.RowsAffected(), err
}

func (c pgConn) query(ctx context.Context, query string, args ...any) (rows, error) {
	r, err := c.db.Query(ctx, dollars(query), bind(args)...)
	return pgRows{r}, err
}

// batchSize is how many statements travel together.
const batchSize = 500

func (c pgConn) many(ctx context.Context, query string, n int, args func(i int) []any) error {
	text := dollars(query)
	for from := 0; from < n; from += batchSize {
		batch := &pgx.Batch{}
		for i := from; i < min(from+batchSize, n); i++ {
			batch.Queue(text, bind(args(i))...)
		}
		if err := c.db.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
	}
	return nil
}

// pgRows gives pgx's rows a Close with an error, which is Err's.
type pgRows struct{ pgx.Rows }

func (r pgRows) Close() error {
	r.Rows.Close()
	return nil
}

var (
	placeholder = regexp.MustCompile(`\?(\d)`)
	inDollars   sync.Map // what dollars has made: the statements are few
)

// dollars writes a statement's parameters as Postgres wants them.
func dollars(query string) string {
	if text, ok := inDollars.Load(query); ok {
		return text.(string) //nolint:forcetypeassert // nothing else is stored
	}
	text := placeholder.ReplaceAllString(query, `$$$1`)
	inDollars.Store(query, text)
	return text
}

// mostTries bounds how often a transaction is begun again that lost against
// another one, and tryAgain is about how long it waits before.
const (
	mostTries = 8
	tryAgain  = 10 * time.Millisecond
)

// inPgTx runs f in a transaction of the pool, and again where Postgres chose
// it to give way to another one.
func inPgTx(ctx context.Context, pool *pgxpool.Pool, f func(pgx.Tx) error) error {
	for try := 1; ; try++ {
		err := oncePgTx(ctx, pool, f)
		if err == nil || !lost(err) || try == mostTries {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(tryAgain/2 + rand.N(tryAgain*time.Duration(try))):
		}
	}
}

// lost says that the transaction was taken back for another one's sake: a
// deadlock, or a snapshot that had grown old.
func lost(err error) bool {
	var inPostgres *pgconn.PgError
	return errors.As(err, &inPostgres) && (inPostgres.Code == "40001" || inPostgres.Code == "40P01")
}

// oncePgTx says READ COMMITTED, for a server may have another default: our
// statements are each one snapshot, and lock what they are going to change.
func oncePgTx(ctx context.Context, pool *pgxpool.Pool, f func(pgx.Tx) error) error {
	tx, err := pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	if err != nil {
		return err
	}
	committed := false
	defer func() {
		if !committed { // after an error or a panic of f; the first error is the one to tell
			late, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackWithin)
			defer cancel()
			_ = tx.Rollback(late)
		}
	}()
	if err := f(tx); err != nil {
		return err
	}
	committed = true
	return tx.Commit(ctx)
}

// rollbackWithin is how long taking a transaction back may take; after it the
// connection is closed, which does the same.
const rollbackWithin = 2 * time.Second
