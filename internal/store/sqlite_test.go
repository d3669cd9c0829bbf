package store_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/internal/store"
	"rootwatch/internal/store/storetest"
	"rootwatch/schedule"
)

func TestSQLiteConforms(t *testing.T) {
	storetest.Conformance(t, func(t *testing.T) schedule.Memory[*sql.Tx] {
		return open(t, filepath.Join(t.TempDir(), "rootwatch.db"))
	})
}

var acme = account.Scope{Partition: "aws", Organization: "acme"}

// open opens a store and closes it when the test ends.
func open(t testing.TB, path string) *store.SQLite {
	t.Helper()
	s, err := store.OpenSQLite(t.Context(), store.Options{Path: path, Now: storetest.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	return s
}

func shut(t testing.TB, s *store.SQLite) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// remember takes a request, and says whether it was new.
func remember(t testing.TB, s *store.SQLite, key string) (fresh bool) {
	t.Helper()
	err := s.InTx(t.Context(), func(ctx context.Context, tx *sql.Tx) (err error) {
		fresh, err = s.TakeRequest(ctx, tx, key, storetest.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return fresh
}

// raw is the file as another program opens it.
func raw(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func do(t testing.TB, db *sql.DB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func ask[V any](t testing.TB, db *sql.DB, query string) (v V) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), query).Scan(&v); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

func TestSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rootwatch.db")
	s := open(t, path)
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "busy_timeout": "5000", "foreign_keys": "1", "secure_delete": "2",
	} {
		if got := ask[string](t, s.DB(), "PRAGMA "+pragma); got != want {
			t.Errorf("%s is %s, want %s", pragma, got, want)
		}
	}
	if n := s.DB().Stats().MaxOpenConnections; n != 1 {
		t.Errorf("the write pool has %d connections, want 1", n)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, want it to be its owner's alone", info.Mode().Perm())
	}
}

func TestOpenAgainKeepsWhatIsThere(t *testing.T) {
	for _, name := range []string{"rootwatch.db", "a b?c=d&e#f%20g;é.db"} {
		path := filepath.Join(t.TempDir(), name)
		s := open(t, path)
		remember(t, s, "k")
		shut(t, s)
		if remember(t, open(t, path), "k") {
			t.Errorf("%s was forgotten", name)
		}
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

func TestOpenAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rootwatch.db")
	var group sync.WaitGroup
	stores, errs := make([]*store.SQLite, 6), make([]error, 6)
	for i := range stores {
		group.Go(func() { stores[i], errs[i] = store.OpenSQLite(t.Context(), store.Options{Path: path}) })
	}
	group.Wait()
	fresh := 0
	for i, s := range stores {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		defer shut(t, s)
		if remember(t, s, "k") {
			fresh++
		}
	}
	if fresh != 1 {
		t.Errorf("%d stores on one file took the same request, want 1", fresh)
	}
}

func TestTemporary(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s, err := store.OpenSQLite(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	remember(t, s, "k")
	if held, err := s.Lock(t.Context()); !held || err != nil {
		t.Errorf("Lock is %v, %v", held, err)
	}
	if _, err := os.Stat(s.Path()); err != nil {
		t.Error(err)
	}
	shut(t, s)
	shut(t, s)
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) != 0 {
		t.Errorf("Close left %v behind (%v)", left, err)
	}
}

func TestLock(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "rootwatch.db")
	lock := func(s *store.SQLite) bool {
		held, err := s.Lock(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return held
	}
	first := open(t, path)
	link := filepath.Join(directory, "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	second := open(t, link)
	if held, again := lock(first), lock(first); !held || !again {
		t.Error("the first one has no lock")
	}
	if lock(second) {
		t.Error("two hold the lock of one file, by two names")
	}
	if !remember(t, second, "k") {
		t.Error("without the lock nothing can be written")
	}
	shut(t, first)
	if !lock(second) {
		t.Error("Close did not let the lock go")
	}
}

func TestResetRunning(t *testing.T) {
	s := open(t, "")
	if err := s.ResetRunning(t.Context()); err == nil {
		t.Fatal("jobs were reset without the lock")
	}
	if held, err := s.Lock(t.Context()); !held || err != nil {
		t.Fatal(held, err)
	}
	if err := s.ResetRunning(t.Context()); err != nil {
		t.Fatalf("before River's tables: %v", err)
	}
	do(t, s.DB(),
		`CREATE TABLE river_job (id INTEGER PRIMARY KEY, state TEXT NOT NULL, unique_key TEXT)`,
		`CREATE UNIQUE INDEX river_job_unique_idx ON river_job (unique_key) WHERE state = 'available'`,
		`CREATE TABLE river_leader (leader_id TEXT NOT NULL)`,
		`INSERT INTO river_leader VALUES ('dead')`,
		`INSERT INTO river_job VALUES (1, 'running', NULL), (2, 'completed', NULL), (3, 'retryable', NULL),
			(4, 'available', 'u'), (5, 'running', 'u'), (6, 'running', 'v')`,
	)
	if err := s.ResetRunning(t.Context()); err != nil {
		t.Fatal(err)
	}
	states := ask[string](t, s.DB(), `SELECT group_concat(id || ' ' || state, ', ') FROM (SELECT id, state FROM river_job ORDER BY id)`)
	if want := "1 available, 2 completed, 3 retryable, 4 available, 5 running, 6 available"; states != want {
		t.Errorf("the jobs are\n%s, want\n%s", states, want)
	}
	if n := ask[int](t, s.DB(), `SELECT COUNT(*) FROM river_leader`); n != 0 {
		t.Error("the dead process is still the leader")
	}
}

// A caller with little time is not held by another process's lock, though the
// driver waits for it without heeding the context.
func TestInTxHeedsItsContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rootwatch.db")
	s := open(t, path)
	stranger := raw(t, path)
	do(t, stranger, `BEGIN IMMEDIATE`)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	err := s.InTx(ctx, func(context.Context, *sql.Tx) error {
		t.Error("the function ran")
		return nil
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("InTx returned %v, want %v", err, context.DeadlineExceeded)
	}
	if _, err := s.Directory(t.Context()); err != nil {
		t.Errorf("a reader was held by the lock: %v", err)
	}
	do(t, stranger, `ROLLBACK`)
	if !remember(t, s, "k") {
		t.Error("the store does not work after the wait")
	}
}

func TestPruneLeavesNoSecretInTheFile(t *testing.T) {
	const secret = "https://hooks.example.com/commands/T0/SECRET"
	path := filepath.Join(t.TempDir(), "rootwatch.db")
	s := open(t, path)
	err := s.InTx(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		reply := bot.Address{ResponseURL: secret, User: "U1"}
		err := s.CreateRun(ctx, tx, schedule.Run{ID: "r", Scope: acme, Reply: &reply, CreatedAt: storetest.Now().Add(-time.Hour)})
		if err != nil {
			return err
		}
		_, err = s.Plan(ctx, tx, acme, bot.Outgoing{Key: "m", Address: reply, PlannedAt: storetest.Now().Add(-time.Hour),
			Message: bot.Trouble{What: strings.Repeat("a long message ", 2000)}}, "")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Prune(t.Context(), storetest.Now()); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	files, err := fs.Glob(os.DirFS(filepath.Dir(path)), "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		content, err := os.ReadFile(filepath.Join(filepath.Dir(path), name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(content), "SECRET") {
			t.Errorf("%s still holds the response URL", name)
		}
	}
}
