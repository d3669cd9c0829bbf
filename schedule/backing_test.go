package schedule_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/internal/store"
	"rootwatch/internal/store/pgtest"
	"rootwatch/schedule"
)

// The engine's tests run over SQLite, and over Postgres where
// ROOTWATCH_TEST_STORE=postgres asks for it. What differs is in this file.

// tx is a transaction of the store, whichever it is.
type tx struct{ inner any }

// memory is what the tests ask of the store.
type memory interface {
	InTx(ctx context.Context, f func(ctx context.Context, tx *tx) error) error
	CreateRun(ctx context.Context, tx *tx, r schedule.Run) error
	AddAccounts(ctx context.Context, tx *tx, runID string, accounts []account.Account) ([]account.Account, error)
	Conclude(ctx context.Context, tx *tx, runID, failure string, at time.Time) (bool, error)
	TakeSlot(ctx context.Context, tx *tx, s schedule.Slot) (bool, error)

	Run(ctx context.Context, id string) (schedule.Run, error)
	OpenRuns(ctx context.Context, scope account.Scope) ([]schedule.Run, error)
	Directory(ctx context.Context) ([]account.Account, error)
	Latest(ctx context.Context, scope account.Scope, id account.ID) (*checks.Report, error)
	Changes(ctx context.Context, scope account.Scope, since, until time.Time) ([]checks.Change, error)
	AccountChanges(ctx context.Context, scope account.Scope, id account.ID, since, until time.Time) ([]checks.Change, error)
	Observations(ctx context.Context, scope account.Scope, id account.ID, from, until time.Time) iter.Seq2[schedule.Observed, error]
	Answer(ctx context.Context, scope account.Scope, hash string) ([]byte, error)
	CountRequests(ctx context.Context, scope account.Scope, day spend.Day, n int) (today, month int, err error)
	History(ctx context.Context, scope account.Scope, id account.ID, from, to spend.Day) (spend.History, error)
	Incidents(ctx context.Context, scope account.Scope, since spend.Day) ([]spend.Incident, error)
	CostTrouble(ctx context.Context, scope account.Scope) (string, error)
	Delivery(ctx context.Context, scope account.Scope, key string) (schedule.Delivery, bool, error)
	Undelivered(ctx context.Context) (map[schedule.DeliveryState]int, error)

	// DB is the database itself, for a look at River's tables.
	DB() *sql.DB
	// hold keeps every other writer waiting until the transaction ends.
	hold(ctx context.Context, tx *tx) error
	Close() error
}

// over is memory over the transactions of one database.
type over[Tx any] struct {
	schedule.Memory[Tx]
	db    *sql.DB
	lock  func(ctx context.Context, tx Tx) error
	close func() error
}

func (o over[Tx]) InTx(ctx context.Context, f func(ctx context.Context, tx *tx) error) error {
	return o.Memory.InTx(ctx, func(ctx context.Context, inner Tx) error { return f(ctx, &tx{inner}) })
}

func (o over[Tx]) CreateRun(ctx context.Context, tx *tx, r schedule.Run) error {
	return o.Memory.CreateRun(ctx, tx.inner.(Tx), r)
}

func (o over[Tx]) AddAccounts(ctx context.Context, tx *tx, runID string, accounts []account.Account) ([]account.Account, error) {
	return o.Memory.AddAccounts(ctx, tx.inner.(Tx), runID, accounts)
}

func (o over[Tx]) Conclude(ctx context.Context, tx *tx, runID, failure string, at time.Time) (bool, error) {
	return o.Memory.Conclude(ctx, tx.inner.(Tx), runID, failure, at)
}

func (o over[Tx]) TakeSlot(ctx context.Context, tx *tx, s schedule.Slot) (bool, error) {
	return o.Memory.TakeSlot(ctx, tx.inner.(Tx), s)
}

func (o over[Tx]) DB() *sql.DB                            { return o.db }
func (o over[Tx]) hold(ctx context.Context, tx *tx) error { return o.lock(ctx, tx.inner.(Tx)) }
func (o over[Tx]) Close() error                           { return o.close() }

// engine is what the tests ask of the engine.
type engine interface {
	Case(ctx context.Context, a account.Account) (checks.Case, error)
	EverCost(ctx context.Context, a account.Account) (bool, error)
	bot.Asker
	bot.Desk
	Begin(ctx context.Context, r bot.Request) ([]string, error)
	Wait(ctx context.Context, ids []string, seen func(done, total int)) error
	ReadBill(ctx context.Context, scope account.Scope) error
	SendDigest(ctx context.Context, scope account.Scope) error
	Digest(ctx context.Context, scope account.Scope, local string) (bot.Digest, error)
	SpendAnswer(ctx context.Context, scope account.Scope, id account.ID, days int) (bot.SpendAnswer, error)
	Tally(ctx context.Context, scope account.Scope, id account.ID, by spend.By, from, to spend.Day) (spend.Tally, error)
	Fleet(ctx context.Context, scope account.Scope) (bot.Fleet, error)
	Attest(ctx context.Context, a checks.Attestation) (checks.Attestation, error)
	Except(ctx context.Context, x checks.Exception) (checks.Exception, error)
	Revoke(ctx context.Context, id, by string) (bool, error)
	Announce(ctx context.Context, p spend.Plan) (spend.Plan, error)
	Run(ctx context.Context) error

	CheckAccount(ctx context.Context, runID string, a account.Account) error
	SetPace(tick, retry time.Duration)
	SetBackoff(d time.Duration)
	SetPulse(beat, silent time.Duration)
	StartSlot(ctx context.Context, tx *tx, scope account.Scope, name, local string) error
	Say(ctx context.Context, tx *tx, scope account.Scope, m bot.Outgoing, parentKey string) error
}

// engineOver is engine over one database.
type engineOver[D riverdriver.Driver[Tx], Tx any] struct{ *schedule.Engine[D, Tx] }

func (e engineOver[D, Tx]) StartSlot(ctx context.Context, tx *tx, scope account.Scope, name, local string) error {
	return e.Engine.StartSlot(ctx, tx.inner.(Tx), scope, name, local)
}

func (e engineOver[D, Tx]) Say(ctx context.Context, tx *tx, scope account.Scope, m bot.Outgoing, parentKey string) error {
	return e.Engine.Say(ctx, tx.inner.(Tx), scope, m, parentKey)
}

// hooks are called by the engine's own view of the store.
type hooks struct {
	lastSlot func(name string) error // before the last slot is read
	history  func()                  // after the bill was read
	mute     atomic.Bool             // the process cannot say that it lives
	commit   func() error            // after a transaction was committed: the answer may be lost
}

func (h *hooks) beforeLastSlot(name string) error {
	if h.lastSlot == nil {
		return nil
	}
	return h.lastSlot(name)
}

func (h *hooks) afterTx(err error) error {
	if err != nil || h.commit == nil {
		return err
	}
	return h.commit()
}

func (h *hooks) afterHistory() {
	if h.history != nil {
		h.history()
	}
}

type hookedSQLite struct {
	*store.SQLite
	*hooks
}

func (h hookedSQLite) InTx(ctx context.Context, f func(ctx context.Context, tx *sql.Tx) error) error {
	return h.afterTx(h.SQLite.InTx(ctx, f))
}

func (h hookedSQLite) LastSlot(ctx context.Context, scope account.Scope, name string) (schedule.Slot, bool, error) {
	if err := h.beforeLastSlot(name); err != nil {
		return schedule.Slot{}, false, err
	}
	return h.SQLite.LastSlot(ctx, scope, name)
}

func (h hookedSQLite) Ledgers(ctx context.Context, scope account.Scope, id account.ID, from, to spend.Day) iter.Seq2[spend.Ledger, error] {
	defer h.afterHistory()
	return h.SQLite.Ledgers(ctx, scope, id, from, to)
}

type hookedPostgres struct {
	*store.Postgres
	*hooks
}

func (h hookedPostgres) InTx(ctx context.Context, f func(ctx context.Context, tx pgx.Tx) error) error {
	return h.afterTx(h.Postgres.InTx(ctx, f))
}

func (h hookedPostgres) LastSlot(ctx context.Context, scope account.Scope, name string) (schedule.Slot, bool, error) {
	if err := h.beforeLastSlot(name); err != nil {
		return schedule.Slot{}, false, err
	}
	return h.Postgres.LastSlot(ctx, scope, name)
}

func (h hookedPostgres) Beat(ctx context.Context, id string, serves bool) (time.Time, error) {
	if h.mute.Load() {
		return time.Time{}, errors.New("the network is cut")
	}
	return h.Postgres.Beat(ctx, id, serves)
}

func (h hookedPostgres) Ledgers(ctx context.Context, scope account.Scope, id account.ID, from, to spend.Day) iter.Seq2[spend.Ledger, error] {
	defer h.afterHistory()
	return h.Postgres.Ledgers(ctx, scope, id, from, to)
}

// place makes the world's database.
func (w *world) place() {
	w.Helper()
	if w.postgres {
		w.path = pgtest.Copy(w.T, "engine", func(url string) error {
			s, err := store.OpenPostgres(context.Background(), store.PostgresOptions{URL: url})
			if err != nil {
				return err
			}
			_, err = schedule.OpenPostgres(context.Background(), s.Pool(), s, noOptions)
			_ = s.Close()
			return err
		})
		return
	}
	w.path = filepath.Join(w.TempDir(), "rootwatch.db")
	fresh(w.T, w.path)
}

// attach opens a store and an engine on the world's database. alone says that
// nobody else works it, where that makes a difference.
func (w *world) attach(alone bool, o schedule.Options) (memory, engine, error) {
	if w.postgres {
		return w.attachPostgres(o)
	}
	s, err := store.OpenSQLite(w.Context(), store.Options{Path: w.path, Now: w.clock.now})
	if err != nil {
		return nil, nil, err
	}
	m := over[*sql.Tx]{s, s.DB(), func(context.Context, *sql.Tx) error { return nil }, s.Close}
	locked, err := s.Lock(w.Context())
	if err == nil && locked != alone {
		err = fmt.Errorf("the store's lock is %v", locked)
	}
	if err == nil && alone {
		err = s.ResetRunning(w.Context())
	}
	if err != nil {
		return m, nil, err
	}
	e, err := schedule.OpenSQLite(w.Context(), s.DB(), hookedSQLite{s, w.hooks}, o)
	if err != nil {
		return m, nil, err
	}
	return m, engineOver[*riversqlite.Driver, *sql.Tx]{e}, nil
}

func (w *world) attachPostgres(o schedule.Options) (memory, engine, error) {
	s, err := store.OpenPostgres(w.Context(), store.PostgresOptions{URL: w.path, Now: w.clock.now})
	if err != nil {
		return nil, nil, err
	}
	db := stdlib.OpenDBFromPool(s.Pool())
	m := over[pgx.Tx]{s, db, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `LOCK TABLE request IN EXCLUSIVE MODE`)
		return err
	}, func() error {
		_ = db.Close()
		return s.Close()
	}}
	e, err := schedule.OpenPostgres(w.Context(), s.Pool(), hookedPostgres{s, w.hooks}, o)
	if err != nil {
		return m, nil, err
	}
	e.SetPulse(100*time.Millisecond, 3*time.Second)
	return m, engineOver[*riverpgxv5.Driver, pgx.Tx]{e}, nil
}

// inPostgres writes what the tests ask River's tables in the words of Postgres.
var inPostgres = strings.NewReplacer(
	`json_extract(metadata, '$.snoozes')`, `(metadata->>'snoozes')::int`,
	`json_set(metadata, '$.snoozes', ?)`, `jsonb_set(metadata, '{snoozes}', to_jsonb(?::int))`,
	`group_concat(kind, ' ')`, `string_agg(kind::text, ' ')`,
	`json(args)`, `args::text`, `json(errors)`, `errors::text`,
)

// sql is a statement in the dialect of the world's database.
func (w *world) sql(query string) string {
	if !w.postgres {
		return query
	}
	parts := strings.Split(inPostgres.Replace(query), "?")
	var text strings.Builder
	for i, part := range parts {
		if i > 0 {
			fmt.Fprintf(&text, "$%d", i)
		}
		text.WriteString(part)
	}
	return text.String()
}

// exec changes the database beside the engine.
func (w *world) exec(query string, args ...any) int64 {
	w.Helper()
	done, err := w.store.DB().ExecContext(w.Context(), w.sql(query), args...)
	if err != nil {
		w.Fatal(err)
	}
	n, err := done.RowsAffected()
	if err != nil {
		w.Fatal(err)
	}
	return n
}
