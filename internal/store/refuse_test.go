package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rootwatch/internal/store"
	"rootwatch/internal/store/storetest"
)

// filled is a store's file with something in it, closed.
func filled(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rootwatch.db")
	s := open(t, path)
	err := s.InTx(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		for i := range 2000 {
			if _, err := s.TakeRequest(ctx, tx, fmt.Sprintf("request %d", i), storetest.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	return path
}

// spoil changes the bytes of a file.
func spoil(t *testing.T, path string, f func([]byte) []byte) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, f(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// What is not ours is refused with a sentence that says which file, what is
// wrong and what to do, and is left as it is, byte for byte.
func TestRefusedAndUntouched(t *testing.T) {
	cases := []struct {
		name string
		make func(t *testing.T) string
		says []string
	}{
		{"text", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "notes.txt")
			spoilNew(t, path, strings.Repeat("not a database at all\n", 500))
			return path
		}, []string{"not a SQLite database", "left as it is", "another path"}},
		{"a few bytes", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "short")
			spoilNew(t, path, "hello")
			return path
		}, []string{"not a SQLite database", "left as it is"}},
		{"a truncated store", func(t *testing.T) string {
			path := filled(t)
			spoil(t, path, func(b []byte) []byte { return b[:len(b)/2/4096*4096] })
			return path
		}, []string{"damaged", "left as it is", "restore a copy"}},
		{"a store with a page of nonsense", func(t *testing.T) string {
			path := filled(t)
			spoil(t, path, func(b []byte) []byte {
				copy(b[len(b)-8192:], bytes.Repeat([]byte("x"), 4096))
				return b
			})
			return path
		}, []string{"damaged", "left as it is", "restore a copy"}},
		{"a newer schema", func(t *testing.T) string {
			path := filled(t)
			db := raw(t, path)
			do(t, db, `INSERT INTO rootwatch_migration (version_id, is_applied) VALUES (9999, 1)`)
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			return path
		}, []string{"newer version", "9999", "left as it is", "run that version"}},
		{"somebody else's database", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "places.sqlite")
			db := raw(t, path)
			do(t, db, `CREATE TABLE moz_places (url TEXT)`, `INSERT INTO moz_places VALUES ('x')`)
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			return path
		}, []string{"another program", "moz_places", "left as it is"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := c.make(t)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			refused(t, path, append(c.says, path)...)
			after, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

func spoilNew(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// refused opens what cannot be opened.
func refused(t *testing.T, path string, says ...string) {
	t.Helper()
	s, err := store.OpenSQLite(t.Context(), store.Options{Path: path})
	if err == nil {
		shut(t, s)
		t.Fatal("it was opened")
	}
	for _, words := range says {
		if !strings.Contains(err.Error(), words) {
			t.Errorf("the error does not say %q: %v", words, err)
		}
	}
}

func TestRefusedPaths(t *testing.T) {
	directory := t.TempDir()
	file := filepath.Join(directory, "file")
	spoilNew(t, file, "x")
	refused(t, filepath.Join(directory, "missing", "rootwatch.db"), "directory "+filepath.Join(directory, "missing")+" does not exist", "make it")
	refused(t, directory, directory, "not a file")
	refused(t, filepath.Join(file, "rootwatch.db"), filepath.Join(file, "rootwatch.db"), "check the disk and the path")
	if _, err := os.Stat(filepath.Join(directory, "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the directory was made")
	}
}

func TestExplain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rootwatch.db")
	db := raw(t, path)
	do(t, db, `CREATE TABLE t (x)`, `PRAGMA query_only = 1`)
	_, readOnly := db.ExecContext(t.Context(), `INSERT INTO t VALUES (1)`)
	_, cannotOpen := raw(t, filepath.Join(path, "x")).ExecContext(t.Context(), `CREATE TABLE t (x)`)
	do(t, db, `PRAGMA query_only = 0`, `BEGIN IMMEDIATE`)
	_, busy := raw(t, path).ExecContext(t.Context(), `INSERT INTO t VALUES (1)`)
	for _, c := range []struct {
		err  error
		says string
	}{
		{readOnly, "cannot be written"},
		{cannotOpen, "cannot be opened"},
		{busy, "is locked by another program"},
		{&fs.PathError{Op: "open", Path: path, Err: syscall.EACCES}, "cannot be written"},
		{&fs.PathError{Op: "open", Path: path, Err: syscall.EROFS}, "cannot be written"},
		{&fs.PathError{Op: "write", Path: path, Err: syscall.ENOSPC}, "is full"},
		{errors.New("something else"), "cannot be used"},
	} {
		if c.err == nil {
			t.Errorf("there is no error that says %q", c.says)
			continue
		}
		got := store.Explain(path, c.err)
		if !strings.Contains(got.Error(), c.says) || !strings.Contains(got.Error(), path) || !errors.Is(got, c.err) {
			t.Errorf("%v is explained as: %v", c.err, got)
		}
	}
}
