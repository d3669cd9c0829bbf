package store

import (
	"context"
	"errors"

	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"rootwatch/bot"
	"rootwatch/schedule"
)

var (
	_ schedule.SharedMemory[pgx.Tx] = (*Postgres)(nil)
	_ bot.Directory                 = (*Postgres)(nil)
)

// PostgresOptions say which database to open.
type PostgresOptions struct {
	// URL is postgres://user:password@host:port/database. What it does not say
	// is taken from PGHOST and so on. It is never logged and never part of an error.
	URL string
	Now func() time.Time // nil: time.Now
	Log *slog.Logger     // nil: none
}

// Postgres is the store in a database that several processes share. All
// methods are safe for concurrent use.
type Postgres struct {
	*memory[pgx.Tx]
	// Three pools, so that nobody waits for a connection that is held by who
	// waits for them: readers do not wait for writers, and the heartbeat waits
	// for neither.
	writer, reader, pulse *pgxpool.Pool
	closing               sync.Once
}

// How many connections the pools have where the URL says nothing
// (pool_max_conns is for the writers).
const (
	pgWriters = 10
	pgReaders = 4
)

// How long a connection may take, and a transaction do nothing: a process that
// is stopped in the middle of one would hold its locks for as long.
const (
	pgConnectWithin = 10 * time.Second
	pgIdleWithin    = 10 * time.Second
)

// OpenPostgres opens the store and brings its schema up to date, which several
// processes may do at once. Its errors are sentences for the operator; a
// database that is not a store of this version, or older, is refused and left
// as it is.
func OpenPostgres(ctx context.Context, o PostgresOptions) (_ *Postgres, err error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	config, err := pgxpool.ParseConfig(o.URL)
	if err != nil { // and its text may hold the password
		return nil, errors.New("the store's URL cannot be read: it looks like postgres://user:password@host:5432/database, with special characters of the password as %XX; mend store.url")
	}
	p, where := &Postgres{}, siteOf(config.ConnConfig)
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	if err := p.connect(ctx, o.URL, config); err != nil {
		return nil, where.explain(err)
	}
	files, newest, err := migrationsOf("postgres")
	if err != nil {
		return nil, err
	}
	version, err := where.inspect(ctx, pgConn{p.writer}, newest)
	if err != nil {
		return nil, err
	}
	p.memory = &memory[pgx.Tx]{
		read:    pgConn{p.reader},
		over:    func(tx pgx.Tx) conn { return pgConn{tx} },
		begin:   func(ctx context.Context, f func(pgx.Tx) error) error { return inPgTx(ctx, p.writer, f) },
		rowLock: " FOR UPDATE",
		lastOf:  `attempted_by[cardinality(attempted_by)]`,
		keyLock: `SELECT pg_advisory_xact_lock(hashtextextended(?1, 0))`,
		now:     o.Now,
		log:     o.Log,
	}
	if version < newest {
		if err := p.Alone(ctx, "schema", func(ctx context.Context) error {
			db := stdlib.OpenDBFromPool(p.writer)
			defer func() { _ = db.Close() }() // the pool stays
			return migrate(ctx, db, goose.DialectPostgres, files, o.Log)
		}); err != nil {
			return nil, where.explain(err)
		}
		// While we waited, a newer version may have brought it further than we know.
		if _, err := where.inspect(ctx, pgConn{p.writer}, newest); err != nil {
			return nil, err
		}
	}
	return p, where.mayWrite(ctx, pgConn{p.writer})
}

// connect makes the pools and asks for one connection.
func (p *Postgres) connect(ctx context.Context, url string, config *pgxpool.Config) error {
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = pgConnectWithin
	}
	settings := config.ConnConfig.RuntimeParams
	if settings["application_name"] == "" {
		settings["application_name"] = "rootwatch"
	}
	if settings["idle_in_transaction_session_timeout"] == "" {
		settings["idle_in_transaction_session_timeout"] = strconv.FormatInt(pgIdleWithin.Milliseconds(), 10)
	}
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = pgWriters
	}
	readers, pulse := config.Copy(), config.Copy()
	readers.MaxConns, readers.MinConns, readers.MinIdleConns = pgReaders, 0, 0
	readers.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on"
	pulse.MaxConns, pulse.MinConns, pulse.MinIdleConns = 1, 0, 0
	for pool, c := range map[**pgxpool.Pool]*pgxpool.Config{&p.writer: config, &p.reader: readers, &p.pulse: pulse} {
		var err error
		if *pool, err = pgxpool.NewWithConfig(context.WithoutCancel(ctx), c); err != nil {
			return err
		}
	}
	return p.writer.Ping(ctx)
}

// Pool is the write pool, for River to work on too.
func (p *Postgres) Pool() *pgxpool.Pool { return p.writer }

// Close lets the connections go. Again is harmless.
func (p *Postgres) Close() error {
	p.closing.Do(func() {
		for _, pool := range []*pgxpool.Pool{p.reader, p.writer, p.pulse} {
			if pool != nil {
				pool.Close()
			}
		}
	})
	return nil
}
