package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dsn is the file with the driver's settings, given as names and values.
func dsn(path string, settings ...string) string {
	query := url.Values{}
	for i := 0; i < len(settings); i += 2 {
		query.Add(settings[i], settings[i+1])
	}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: query.Encode()}).String()
}

// making keeps two opens in one process from making the same file: closing a
// file drops the locks that the process holds on it, SQLite's own as well. For
// the same reason nothing here ever opens a file that is there.
var making sync.Mutex

// place finds the database's one real path, so that two names of it have one
// lock, and makes an empty file for its owner alone if there is none: it is
// going to hold mail addresses.
func place(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("the store's path %s cannot be resolved: %w", path, err)
	}
	making.Lock()
	defer making.Unlock()
	if real, err := filepath.EvalSymlinks(absolute); err == nil {
		absolute = real
	}
	info, err := os.Stat(absolute)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return "", fmt.Errorf("the store %s is not a file; give the path of a file", path)
	case err == nil:
		return absolute, nil
	case !errors.Is(err, fs.ErrNotExist):
		return "", explain(path, err)
	}
	directory, err := filepath.EvalSymlinks(filepath.Dir(absolute))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("the store %s cannot be made: the directory %s does not exist; make it, or give another path", path, filepath.Dir(absolute))
	}
	if err != nil {
		return "", explain(path, err)
	}
	absolute = filepath.Join(directory, filepath.Base(absolute))
	f, err := os.OpenFile(absolute, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) { // another process was faster
		return absolute, nil
	}
	if err != nil {
		return "", explain(path, err)
	}
	return absolute, f.Close()
}

// thoroughSize is up to which size a file is read whole before it is trusted,
// which takes less than a second; larger ones are found out where they are damaged.
const thoroughSize = 64 << 20

// inspect reads what is in the file, without a way to write to it, and refuses
// what is not ours or is newer than newest.
func inspect(ctx context.Context, path string, newest int64) (err error) {
	info, err := os.Stat(path)
	if err != nil {
		return explain(path, err)
	}
	if info.Size() == 0 { // new
		return nil
	}
	db, err := sql.Open("sqlite", dsn(path, "mode", "ro", "_query_only", "1", "_busy_timeout", "5000"))
	if err != nil {
		return explain(path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	c := sqlConn{db}
	tables, err := list(ctx, c, column[string], `SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name = ?1 DESC, name`, versionTable)
	if err != nil {
		return explain(path, err)
	}
	if info.Size() <= thoroughSize {
		complaint, _, err := first(ctx, c, column[string], `PRAGMA quick_check(1)`)
		if err != nil {
			return explain(path, err)
		}
		if complaint != "ok" {
			return damaged(path, errors.New(complaint))
		}
	}
	switch {
	case len(tables) == 0:
		return nil
	case tables[0] != versionTable:
		return fmt.Errorf("the file %s is the database of another program (it has a table %s); it was left as it is: give another path", path, tables[0])
	}
	version, _, err := first(ctx, c, column[int64], `SELECT COALESCE(MAX(version_id), 0) FROM `+versionTable+` WHERE is_applied = 1`)
	if err != nil {
		return explain(path, err)
	}
	if version > newest {
		return fmt.Errorf("the store %s was written by a newer version of this program (its schema is %d, this version knows up to %d); "+
			"it was left as it is: run that version, or restore a copy from before", path, version, newest)
	}
	return nil
}

func damaged(path string, err error) error {
	return fmt.Errorf("the store %s is damaged (%w); it was left as it is: restore a copy, or move it away to begin anew", path, err)
}

// explain makes a sentence for the operator of an error about the file.
func explain(path string, err error) error {
	var inSQLite *sqlite.Error
	code := sqlite3.SQLITE_OK
	if errors.As(err, &inSQLite) {
		code = inSQLite.Code() & 0xff // without the detail
	}
	switch {
	case code == sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("the file %s is not a SQLite database; it was left as it is: move it away, or give another path", path)
	case code == sqlite3.SQLITE_CORRUPT:
		return damaged(path, err)
	case code == sqlite3.SQLITE_READONLY, code == sqlite3.SQLITE_PERM, errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("the store %s cannot be written: %w; give this user write access to the file and its directory", path, err)
	case code == sqlite3.SQLITE_CANTOPEN:
		return fmt.Errorf("the store %s cannot be opened: %w; this user must be able to read and write the file and its directory", path, err)
	case code == sqlite3.SQLITE_BUSY:
		return fmt.Errorf("the store %s is locked by another program: %w; end it, or wait until it is done", path, err)
	case code == sqlite3.SQLITE_FULL, errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("the disk of the store %s is full: %w; make room on it", path, err)
	case code == sqlite3.SQLITE_IOERR, strings.Contains(err.Error(), "not a directory"):
		return fmt.Errorf("the store %s cannot be read: %w; check the disk and the path", path, err)
	}
	return fmt.Errorf("the store %s cannot be used: %w", path, err)
}
