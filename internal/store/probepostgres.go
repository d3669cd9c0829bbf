package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"rootwatch/schedule"
)

// PostgresStanding is what a look at the store in a database found. The look
// writes nothing and brings nothing up to date.
type PostgresStanding struct {
	Where   string // server and database, without the password
	Server  string // Postgres's own version
	Schema  int64  // 0 for a new one
	Newest  int64  // schema that this version knows
	Living  int    // processes that beat
	Serving int    // those of them that serve
	// Ahead is how far our clock is ahead of the database's.
	Ahead   time.Duration
	Trouble error // why the database cannot be used; a sentence for the operator
}

// LookAtPostgres looks at the store that url names.
func LookAtPostgres(ctx context.Context, url string) (s PostgresStanding) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil { // and its text may hold the password
		s.Trouble = errors.New("the store's URL cannot be read; it looks like postgres://user:password@host:5432/database, with special characters of the password as %XX: mend store.url")
		return s
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = pgConnectWithin
	}
	config.MaxConns = 1
	where := siteOf(config.ConnConfig)
	s.Where = where.database + " on " + where.server
	if _, s.Newest, s.Trouble = migrationsOf("postgres"); s.Trouble != nil {
		return s
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		s.Trouble = where.explain(err)
		return s
	}
	defer pool.Close()
	c := pgConn{pool}
	if s.Schema, s.Trouble = where.inspect(ctx, c, s.Newest); s.Trouble != nil {
		return s
	}
	if err := s.ask(ctx, c); err != nil {
		s.Trouble = where.explain(err)
		return s
	}
	s.Trouble = where.mayWrite(ctx, c)
	return s
}

func (s *PostgresStanding) ask(ctx context.Context, c conn) error {
	asked := time.Now()
	now, _, err := first(ctx, c, column[time.Time], `SELECT clock_timestamp()`)
	if err != nil {
		return err
	}
	s.Ahead = asked.Add(time.Since(asked) / 2).Sub(now)
	if s.Server, _, err = first(ctx, c, column[string], `SELECT current_setting('server_version')`); err != nil {
		return err
	}
	there, _, err := first(ctx, c, column[bool], `SELECT to_regclass('replica') IS NOT NULL`)
	if err != nil || !there {
		return err
	}
	return each(ctx, c, func(r rows) error { return r.Scan(&s.Living, &s.Serving) },
		`SELECT count(*), count(*) FILTER (WHERE serves) FROM replica WHERE beaten_at > clock_timestamp() - make_interval(secs => ?1)`,
		schedule.SilentAfter.Seconds())
}
