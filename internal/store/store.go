// Package store is the one door to SQL: everything that must outlive the
// process, in SQLite or in Postgres. It implements schedule.Memory and
// bot.Directory.
//
// The methods are written once over a small connection of our own, in SQL that
// SQLite and Postgres both read; only opening, migrating and what differs in
// the dialects is apart. Methods that take a transaction use nothing else, so
// they may be called inside InTx. Methods that take none read what was
// committed before they began and never wait for a writer, but for Claim, CountRequests,
// SetTrait, Prune and InTx itself, which commit on their own: inside InTx they
// return an error, for SQLite has only one write connection.
//
// SQLite has one writer at a time. Postgres has many, under READ COMMITTED:
// there a method that writes what it has read locks it first (rowLock), or
// where there may be no row yet, its name (keyLock).
package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

var (
	_ schedule.Memory[*sql.Tx] = (*SQLite)(nil)
	_ bot.Directory            = (*SQLite)(nil)
)

// conn is what a pool of connections and a transaction can do, in either
// dialect. Parameters are written ?1, ?2: Postgres wants $1, $2.
type conn interface {
	// exec returns how many rows it touched.
	exec(ctx context.Context, query string, args ...any) (int64, error)
	query(ctx context.Context, query string, args ...any) (rows, error)
	// many executes query n times, as fast as the dialect can.
	many(ctx context.Context, query string, n int, args func(i int) []any) error
}

// rows is the answer to a query.
type rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
}

// memory implements schedule.Memory over the transactions of one dialect.
type memory[Tx any] struct {
	read conn // sees what is committed; never waits for a writer
	over func(Tx) conn
	// begin runs f in a write transaction.
	begin func(ctx context.Context, f func(Tx) error) error
	// rowLock ends a SELECT whose row is going to be updated.
	rowLock string
	// keyLock locks a name until the transaction ends; "" where the
	// transaction is alone anyway.
	keyLock string
	// lastOf is the newest entry of river_job's attempted_by.
	lastOf string
	now    func() time.Time
	log    *slog.Logger
}

// insideTx marks the context of a function that runs inside InTx.
type insideTx struct{}

// InTx implements schedule.Memory. An error of f is returned as it is. While
// it waits for the write lock it heeds ctx. On Postgres f runs again where its
// transaction had to give way to another one.
func (m *memory[Tx]) InTx(ctx context.Context, f func(ctx context.Context, tx Tx) error) error {
	if ctx.Value(insideTx{}) != nil {
		return errors.New("the store was asked to begin a transaction inside another one")
	}
	return m.begin(ctx, func(tx Tx) error {
		return f(context.WithValue(ctx, insideTx{}, true), tx)
	})
}

// inOwn runs f in a transaction of its own.
func (m *memory[Tx]) inOwn(ctx context.Context, f func(ctx context.Context, c conn) error) error {
	return m.InTx(ctx, func(ctx context.Context, tx Tx) error { return f(ctx, m.over(tx)) })
}

// lockKey lets one transaction at a time change what is called by this name.
func (m *memory[Tx]) lockKey(ctx context.Context, c conn, what string, scope account.Scope, more string) error {
	if m.keyLock == "" {
		return nil
	}
	name := strings.Join([]string{what, scope.Partition, scope.Organization, more}, "/")
	if _, err := c.exec(ctx, m.keyLock, name); err != nil {
		return fmt.Errorf("lock %s: %w", name, err)
	}
	return nil
}

// each calls f on every row of a query.
func each(ctx context.Context, c conn, f func(rows) error, query string, args ...any) error {
	r, err := c.query(ctx, query, args...)
	if err != nil {
		return err
	}
	for r.Next() {
		if err := f(r); err != nil {
			return errors.Join(err, r.Close())
		}
	}
	return errors.Join(r.Err(), r.Close())
}

// list reads all rows of a query.
func list[T any](ctx context.Context, c conn, scan func(rows) (T, error), query string, args ...any) ([]T, error) {
	var all []T
	err := each(ctx, c, func(r rows) error {
		one, err := scan(r)
		all = append(all, one)
		return err
	}, query, args...)
	if err != nil {
		return nil, err
	}
	return all, nil
}

// first reads the first row of a query; false where there is none.
func first[T any](ctx context.Context, c conn, scan func(rows) (T, error), query string, args ...any) (T, bool, error) {
	all, err := list(ctx, c, scan, query, args...)
	if err != nil || len(all) == 0 {
		var none T
		return none, false, err
	}
	return all[0], true, nil
}

// column scans rows of one column.
func column[T any](r rows) (T, error) {
	var v T
	err := r.Scan(&v)
	return v, err
}

// missing is the error for a row that is not there; it wraps sql.ErrNoRows.
func missing(what, name string) error {
	return fmt.Errorf("the store has no %s %q: %w", what, name, sql.ErrNoRows)
}

// clean makes a stranger's text fit for a column of either dialect: Postgres
// takes neither NUL nor bytes that are not UTF-8. Both become U+FFFD.
func clean(s string) string {
	return strings.Map(func(r rune) rune { // which gives U+FFFD for each byte that is not UTF-8
		if r == 0 {
			return '\uFFFD'
		}
		return r
	}, s)
}

// bind makes arguments fit for a driver: strings are cleaned.
func bind(args []any) []any {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = clean(s)
		}
	}
	return args
}

// micros is how an instant is stored: 0 for never.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// instant reads what micros wrote.
func instant(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// flag is how a truth is stored.
func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// body is a value as JSON text. The domain's types all marshal; NUL and what
// is not UTF-8 in their strings survive as escapes or become U+FFFD.
func body(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// unbody reads what body wrote of the thing called what.
func unbody(text, what string, into any) error {
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("the stored %s cannot be read: %w", what, err)
	}
	return nil
}

// parseID reads a stored account id, "" for none.
func parseID(text string) (account.ID, error) {
	var id account.ID
	if err := id.UnmarshalText([]byte(text)); err != nil {
		return id, fmt.Errorf("a stored account id cannot be read: %w", err)
	}
	return id, nil
}
