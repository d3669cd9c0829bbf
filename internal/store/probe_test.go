package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rootwatch/internal/store"
	"rootwatch/internal/store/pgtest"
)

// A look finds what is there and leaves it as it is.
func TestLookAt(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "rootwatch.db")
	if s := store.LookAt(t.Context(), path); s.Exists || s.Unwritable != "" || s.Trouble != nil || s.Newest == 0 || s.Held {
		t.Errorf("a new store: %+v", s)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Fatalf("the look left %v, %v", entries, err)
	}
	opened, err := store.OpenSQLite(t.Context(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if locked, err := opened.Lock(t.Context()); err != nil || !locked {
		t.Fatal(locked, err)
	}
	s := store.LookAt(t.Context(), path)
	if !s.Exists || s.Schema != s.Newest || !s.Held || s.Trouble != nil || !s.FreeKnown || s.Free == 0 {
		t.Errorf("a store at work: %+v", s)
	}
	if s.Holder != 0 && s.Holder != os.Getpid() {
		t.Errorf("it is held by %d, which is not us (%d)", s.Holder, os.Getpid())
	}
	if err := opened.Close(); err != nil {
		t.Fatal(err)
	}
	if s := store.LookAt(t.Context(), path); s.Held || s.Schema != s.Newest {
		t.Errorf("a store at rest: %+v", s)
	}
}

func TestLookAtTrouble(t *testing.T) {
	dir := t.TempDir()
	foreign := filepath.Join(dir, "foreign.db")
	if err := os.WriteFile(foreign, []byte("this is no database, and was never meant to be one of them"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s := store.LookAt(t.Context(), foreign); s.Trouble == nil || !strings.Contains(s.Trouble.Error(), "not a SQLite database") {
		t.Errorf("a foreign file: %+v", s)
	}
	if s := store.LookAt(t.Context(), filepath.Join(dir, "nowhere", "rootwatch.db")); s.Unwritable != "does not exist" || s.Exists {
		t.Errorf("a directory that is not there: %+v", s)
	}
	if s := store.LookAt(t.Context(), dir); s.Trouble == nil || !strings.Contains(s.Trouble.Error(), "is not a file") {
		t.Errorf("a directory: %+v", s)
	}
}

func TestLookAtPostgres(t *testing.T) {
	url := pgtest.URL(t)
	before := store.LookAtPostgres(t.Context(), url)
	if before.Trouble != nil || before.Schema != 0 || before.Server == "" || before.Ahead.Abs() > time.Minute {
		t.Errorf("an empty database: %+v", before)
	}
	opened, err := store.OpenPostgres(t.Context(), store.PostgresOptions{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	for replica, serves := range map[string]bool{"one": true, "two": true, "three": false} {
		if _, err := opened.Beat(t.Context(), replica, serves); err != nil {
			t.Fatal(err)
		}
	}
	s := store.LookAtPostgres(t.Context(), url)
	if s.Trouble != nil || s.Schema != s.Newest || s.Living != 3 || s.Serving != 2 {
		t.Errorf("a store with three processes: %+v", s)
	}
	for name, wrong := range map[string]string{
		"no URL":     "postgres://user:hunter2@[",
		"no server":  "postgres://user:hunter2@127.0.0.1:1/rootwatch?connect_timeout=2",
		"no host at": "postgres://user:hunter2@nowhere.invalid/rootwatch?connect_timeout=2",
	} {
		if s := store.LookAtPostgres(t.Context(), wrong); s.Trouble == nil || strings.Contains(s.Trouble.Error()+s.Where, "hunter2") {
			t.Errorf("%s: %+v", name, s)
		}
	}
}
