package store_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rootwatch/bot"
	"rootwatch/internal/store"
	"rootwatch/internal/store/pgtest"
	"rootwatch/internal/store/storetest"
	"rootwatch/schedule"
)

// One database serves all of the suite, emptied for each test: making one
// takes longer than most of them.
func TestPostgresConforms(t *testing.T) {
	s := openPostgres(t, pgtest.URL(t))
	storetest.Conformance(t, func(t *testing.T) schedule.Memory[pgx.Tx] {
		empty(t, s)
		return s
	})
}

// openPostgres opens a store and closes it when the test ends.
func openPostgres(t testing.TB, url string) *store.Postgres {
	t.Helper()
	s, err := store.OpenPostgres(t.Context(), store.PostgresOptions{URL: url, Now: storetest.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// empty deletes all rows but the migrations'.
func empty(t testing.TB, s *store.Postgres) {
	t.Helper()
	inPostgres(t, s, `DO $$ DECLARE name text; BEGIN
		FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'rootwatch_migration' ORDER BY tablename = 'run'
		LOOP EXECUTE 'DELETE FROM ' || quote_ident(name); END LOOP; END $$`)
}

// inPostgres runs a statement beside the store.
func inPostgres(t testing.TB, s *store.Postgres, statement string, args ...any) {
	t.Helper()
	if _, err := s.Pool().Exec(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// of asks for one value.
func of[V any](t testing.TB, s *store.Postgres, query string, args ...any) (v V) {
	t.Helper()
	if err := s.Pool().QueryRow(t.Context(), query, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

// inside runs statements on a database that no store has opened, and returns
// the last one's first value as text.
func inside(t testing.TB, url string, statements ...string) (last string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	for _, statement := range statements {
		if err := c.QueryRow(t.Context(), statement).Scan(&last); err != nil && !errors.Is(err, pgx.ErrNoRows) {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	return last
}

// Several processes may start at once on an empty database.
func TestPostgresOpenAtOnce(t *testing.T) {
	url := pgtest.URL(t)
	var group sync.WaitGroup
	stores, errs := make([]*store.Postgres, 4), make([]error, 4)
	for i := range stores {
		group.Go(func() { stores[i], errs[i] = store.OpenPostgres(t.Context(), store.PostgresOptions{URL: url}) })
	}
	group.Wait()
	fresh := 0
	for i, s := range stores {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		err := s.InTx(t.Context(), func(ctx context.Context, tx pgx.Tx) error {
			taken, err := s.TakeRequest(ctx, tx, "k", storetest.Now())
			if taken {
				fresh++
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if fresh != 1 {
		t.Errorf("%d stores took the same request, want 1", fresh)
	}
}

// A database's locale orders text its own way; SQLite orders it as bytes, and
// so do we: slots and pages of accounts go by it.
func TestPostgresOrdersAsBytes(t *testing.T) {
	s := openPostgres(t, pgtest.URL(t))
	columns := of[string](t, s, `SELECT COALESCE(string_agg(c.relname || '.' || a.attname, ', '), '') FROM pg_attribute a
		JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r' JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
		JOIN pg_collation l ON l.oid = a.attcollation WHERE l.collname <> 'C' AND c.relname <> 'rootwatch_migration'`)
	if columns != "" {
		t.Errorf("ordered by the database's locale: %s", columns)
	}
}

// A process that is stopped in the middle of a transaction does not hold its
// locks for ever.
func TestPostgresSettings(t *testing.T) {
	s := openPostgres(t, pgtest.URL(t))
	for setting, want := range map[string]string{"idle_in_transaction_session_timeout": "10s", "application_name": "rootwatch"} {
		if got := of[string](t, s, `SELECT current_setting($1)`, setting); got != want {
			t.Errorf("%s is %s, want %s", setting, got, want)
		}
	}
	if n := s.Pool().Config().MaxConns; n != 10 {
		t.Errorf("the write pool has %d connections", n)
	}
	given := openPostgres(t, pgtest.URL(t)+"&pool_max_conns=3")
	if n := given.Pool().Config().MaxConns; n != 3 {
		t.Errorf("the URL says 3 connections, the write pool has %d", n)
	}
}

// Two transactions that block each other both commit: one of them begins again.
func TestPostgresDeadlock(t *testing.T) {
	s := openPostgres(t, pgtest.URL(t))
	plan := func(ctx context.Context, tx pgx.Tx, key, text string) error {
		_, err := s.Plan(ctx, tx, acme, bot.Outgoing{Key: key, Address: bot.Address{Channel: "C1"}, Message: bot.Trouble{What: text}}, "")
		return err
	}
	for _, key := range []string{"a", "b"} {
		if err := s.InTx(t.Context(), func(ctx context.Context, tx pgx.Tx) error { return plan(ctx, tx, key, "first") }); err != nil {
			t.Fatal(err)
		}
	}
	var group sync.WaitGroup
	var once [2]sync.Once
	var both sync.WaitGroup
	both.Add(2)
	runs, errs := [2]int{}, [2]error{}
	for i, order := range [][2]string{{"a", "b"}, {"b", "a"}} {
		group.Go(func() {
			errs[i] = s.InTx(t.Context(), func(ctx context.Context, tx pgx.Tx) error {
				runs[i]++
				if err := plan(ctx, tx, order[0], order[0]+order[1]); err != nil {
					return err
				}
				once[i].Do(both.Done)
				both.Wait() // each holds its first row
				return plan(ctx, tx, order[1], order[0]+order[1])
			})
		})
	}
	group.Wait()
	if errs != [2]error{} || runs[0]+runs[1] != 3 {
		t.Errorf("errors %v after %v runs, want one of them to run twice", errs, runs)
	}
}

// A heartbeat keeps a job; without one it is taken over, and other jobs are not.
func TestPostgresReap(t *testing.T) {
	s := openPostgres(t, pgtest.URL(t))
	inPostgres(t, s, `CREATE TABLE river_job (id bigint PRIMARY KEY, state text NOT NULL, attempted_by text[])`)
	inPostgres(t, s, `INSERT INTO river_job VALUES (1, 'running', '{dead,alive}'), (2, 'running', '{alive,dead}'), (3, 'completed', '{dead}'),
		(4, 'running', '{gone}'), (5, 'available', NULL)`)
	for id, serves := range map[string]bool{"alive": false, "dead": true, "gone": false} {
		if at, err := s.Beat(t.Context(), id, serves); err != nil || time.Since(at).Abs() > time.Minute {
			t.Fatal(at, err)
		}
	}
	serving := func(want bool) {
		t.Helper()
		if serves, err := s.Serving(t.Context()); err != nil || serves != want {
			t.Errorf("a process serves: %v, %v", serves, err)
		}
	}
	serving(true)
	inPostgres(t, s, `UPDATE replica SET beaten_at = beaten_at - interval '13 s' WHERE id = 'dead'`)
	serving(false)
	inPostgres(t, s, `UPDATE replica SET beaten_at = beaten_at + interval '1 hour' WHERE id = 'dead'`)
	serving(false) // it beat before the database's clock was put back
	if err := s.Leave(t.Context(), "gone"); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Reap(t.Context(), schedule.SilentAfter); err != nil || n != 2 {
		t.Errorf("%d jobs are taken over, %v", n, err)
	}
	states := of[string](t, s, `SELECT string_agg(id || ' ' || state, ', ' ORDER BY id) FROM river_job`)
	if want := "1 running, 2 available, 3 completed, 4 available, 5 available"; states != want {
		t.Errorf("the jobs are\n%s, want\n%s", states, want)
	}
}

// A process that works and only cannot have its heartbeat's connection, since
// the server has none left, is not given up: its jobs would be taken from it again and again.
func TestPostgresBeatsWithoutItsOwnConnection(t *testing.T) {
	s := openPostgres(t, pgtest.URL(t))
	store.LosePulse(s)
	if _, err := s.Beat(t.Context(), "alive", true); err != nil {
		t.Fatal(err)
	}
	if n := of[int](t, s, `SELECT COUNT(*) FROM replica WHERE id = 'alive'`); n != 1 {
		t.Errorf("%d processes live", n)
	}
}

// Who waited while a newer version brought the tables up to date does not work
// on them.
func TestPostgresUpgradedWhileItWaited(t *testing.T) {
	url := pgtest.URL(t)
	newer, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = newer.Close(context.Background()) }()
	do := func(statement string) {
		t.Helper()
		if _, err := newer.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	do(`SELECT pg_advisory_lock(hashtextextended('rootwatch/schema', 0))`)
	refused := make(chan error, 1)
	go func() {
		s, err := store.OpenPostgres(t.Context(), store.PostgresOptions{URL: url})
		if err == nil {
			err = s.Close()
		}
		refused <- err
	}()
	for waits := false; !waits; {
		select {
		case err := <-refused:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
		if err := newer.QueryRow(t.Context(), `SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`).Scan(&waits); err != nil {
			t.Fatal(err)
		}
	}
	do(`CREATE TABLE rootwatch_migration (id int, version_id bigint, is_applied bool, tstamp timestamp)`)
	do(`INSERT INTO rootwatch_migration VALUES (1, 0, true, now()), (2, 9999, true, now())`)
	do(`SELECT pg_advisory_unlock_all()`)
	if err := <-refused; err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("an older version opened it: %v", err)
	}
}

// A password is in no error, whatever is wrong.
func TestPostgresRefuses(t *testing.T) {
	const password = "correct-horse"
	url := pgtest.URL(t)
	s := openPostgres(t, url)
	inPostgres(t, s, `DO $$ BEGIN CREATE ROLE `+pgtest.Guarded+` LOGIN PASSWORD 'other'; EXCEPTION WHEN duplicate_object THEN NULL; END $$`)
	inPostgres(t, s, `DO $$ BEGIN CREATE ROLE reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`)
	inPostgres(t, s, `GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader`)
	other, newer, lines := pgtest.URL(t), pgtest.URL(t), pgtest.URL(t)
	inside(t, other, `CREATE TABLE bookings (id int)`)
	inside(t, newer, `CREATE TABLE rootwatch_migration (id int, version_id bigint, is_applied bool, tstamp timestamp)`,
		`INSERT INTO rootwatch_migration VALUES (1, 9999, true, now())`)
	inside(t, lines, `DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET default_transaction_read_only = on'; END $$`)
	as := func(url, user string) string {
		return strings.Replace(url, "postgres://postgres@", "postgres://"+user+":"+password+"@", 1)
	}
	cases := map[string]struct {
		url  string
		says []string
	}{
		"nonsense":            {"postgres://u:" + password + "@host:port/db", []string{"store.url", "cannot be read"}},
		"no server":           {"postgres://u:" + password + "@127.0.0.1:1/db", []string{"127.0.0.1:1", "refused"}},
		"no such host":        {"postgres://u:" + password + "@nowhere.invalid/db?connect_timeout=3", []string{"nowhere.invalid"}},
		"a wrong password":    {as(url, pgtest.Guarded), []string{"password", pgtest.Guarded}},
		"no such user":        {as(url, "nobody-here"), []string{"nobody-here"}},
		"no such database":    {strings.Replace(url, "/test_", "/rest_", 1), []string{"no database", "CREATE DATABASE"}},
		"a user that reads":   {as(url, "reader"), []string{"reader", "not allowed", "delivery"}},
		"nobody's tables":     {as(pgtest.URL(t), "reader"), []string{"reader", "not allowed"}},
		"another program's":   {other, []string{"another program", "bookings"}},
		"a newer version":     {newer, []string{"newer version", "9999"}},
		"a read-only session": {lines, []string{"read-only", "primary"}},
	}
	if os.Getenv(pgtest.Override) != "" { // whose users and rules we do not know
		for _, name := range []string{"a wrong password", "no such user", "a user that reads", "nobody's tables"} {
			delete(cases, name)
		}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			opened, err := store.OpenPostgres(t.Context(), store.PostgresOptions{URL: c.url})
			if err == nil {
				t.Fatal(opened.Close(), "it was opened")
			}
			for _, want := range c.says {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), password) || strings.Contains(err.Error(), "\n") {
				t.Errorf("not a sentence, or with the password: %s", err)
			}
		})
	}
	if tables := inside(t, newer, `SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname = 'public'`); tables != "rootwatch_migration" {
		t.Errorf("a database that was refused has the tables %s", tables)
	}
	pooler := store.ExplainPostgres(&pgconn.PgError{Code: "08P01", Message: "unsupported startup parameter: idle_in_transaction_session_timeout"})
	if text := pooler.Error(); !strings.Contains(text, "pooler") || !strings.Contains(text, "idle_in_transaction_session_timeout") || !strings.Contains(text, "store.url") {
		t.Errorf("what a pooler refuses is %q", text)
	}
	for version, old := range map[int64]bool{90624: true, 120022: true, 130000: false, 180001: false} {
		if err := store.TooOld(version); (err != nil) != old {
			t.Errorf("version %d: %v", version, err)
		}
	}
}
