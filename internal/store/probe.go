package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// Standing is what a look at the store of one file found. The look makes
// nothing and brings nothing up to date.
type Standing struct {
	Path      string
	Exists    bool
	Size      int64
	Directory string
	// Unwritable is why the directory takes no files, "" where it does.
	Unwritable string
	Free       uint64 // bytes for us on its disk; 0 with FreeKnown false
	FreeKnown  bool
	Schema     int64 // of the file; 0 for a new one
	Newest     int64 // schema that this version knows
	Trouble    error // why the file cannot be used; a sentence for the operator
	Held       bool  // a process holds the lock that lets it work jobs
	Holder     int   // its process id; 0 where that is not known
}

// LookAt looks at the store at path.
func LookAt(ctx context.Context, path string) Standing {
	s := Standing{Path: path}
	absolute, err := filepath.Abs(path)
	if err != nil {
		s.Trouble = err
		return s
	}
	if real, err := filepath.EvalSymlinks(absolute); err == nil {
		absolute = real
	}
	s.Path, s.Directory = absolute, filepath.Dir(absolute)
	s.Unwritable = unwritable(s.Directory)
	s.Free, s.FreeKnown = freeBytes(s.Directory)
	if _, s.Newest, err = migrationsOf("sqlite"); err != nil {
		s.Trouble = err
		return s
	}
	info, err := os.Stat(absolute)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s
	case err != nil:
		s.Trouble = explain(path, err)
		return s
	case !info.Mode().IsRegular():
		s.Trouble = fmt.Errorf("the store %s is not a file; give the path of a file", path)
		return s
	}
	s.Exists, s.Size = true, info.Size()
	if s.Trouble = inspect(ctx, absolute, s.Newest); s.Trouble == nil && s.Size > 0 {
		s.Schema, s.Trouble = schemaOf(ctx, absolute)
	}
	s.Held, s.Holder = holder(absolute + ".lock")
	return s
}

// schemaOf is the number of the newest migration in the file.
func schemaOf(ctx context.Context, path string) (version int64, err error) {
	db, err := sql.Open("sqlite", dsn(path, "mode", "ro", "_query_only", "1", "_busy_timeout", "5000"))
	if err != nil {
		return 0, explain(path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	version, _, err = first(ctx, sqlConn{db}, column[int64], `SELECT COALESCE(MAX(version_id), 0) FROM `+versionTable+` WHERE is_applied = 1`)
	if err != nil && strings.Contains(err.Error(), "no such table") {
		return 0, nil
	}
	return version, err
}

// unwritable tries with a file of its own, for neither bits nor ownership tell
// of read-only disks.
func unwritable(directory string) string {
	f, err := os.CreateTemp(directory, ".rootwatch-doctor-")
	if errors.Is(err, fs.ErrNotExist) {
		return "does not exist"
	}
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return "cannot be written: " + err.Error()
	}
	_ = f.Close()
	if err := os.Remove(f.Name()); err != nil {
		return "keeps a file that was to be removed: " + f.Name()
	}
	return ""
}

// holder asks for a shared lock and lets it go at once; it makes no lock file.
func holder(path string) (held bool, pid int) {
	if _, err := os.Stat(path); err != nil {
		return false, 0
	}
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY))
	got, err := lock.TryRLock()
	defer func() { _ = lock.Close() }()
	if err != nil || got {
		return false, 0
	}
	return true, lockedBy(path)
}
