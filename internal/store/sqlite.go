package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Options say which store to open.
type Options struct {
	// Path is the database file, made if it is not there; its directory must
	// be. "" is a temporary one that Close removes. Not on a network file system.
	Path string
	Now  func() time.Time // nil: time.Now
	Log  *slog.Logger     // nil: none
}

// SQLite is the store in one file. All methods are safe for concurrent use.
type SQLite struct {
	*memory[*sql.Tx]
	path      string
	temporary string // the directory to remove, "" for none
	writer    *sql.DB
	reader    *sql.DB
	lock      *flock.Flock
	closing   sync.Once
	closed    error
}

// readers is how many reads may run at once.
const readers = 4

// OpenSQLite opens the store and brings its schema up to date. Its errors are
// sentences for the operator; a file that is not a store of this version, or
// older, is refused and left as it is.
func OpenSQLite(ctx context.Context, o Options) (_ *SQLite, err error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &SQLite{path: o.Path}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.path == "" {
		if s.temporary, err = os.MkdirTemp("", "rootwatch-"); err != nil {
			return nil, fmt.Errorf("a temporary store cannot be made: %w; give a path for it, or set TMPDIR to a directory that can be written", err)
		}
		s.path = filepath.Join(s.temporary, "rootwatch.db")
	}
	if s.path, err = place(s.path); err != nil {
		return nil, err
	}
	s.lock = flock.New(s.path + ".lock")
	files, newest, err := migrationsOf("sqlite")
	if err != nil {
		return nil, err
	}
	if err := inspect(ctx, s.path, newest); err != nil {
		return nil, err
	}
	opened, err := alone(ctx, s.path)
	if err != nil {
		return nil, err
	}
	defer opened()
	if err := s.connect(); err != nil {
		return nil, explain(s.path, err)
	}
	if err := migrate(ctx, s.writer, goose.DialectSQLite3, files, o.Log); err != nil {
		return nil, explain(s.path, err)
	}
	s.memory = &memory[*sql.Tx]{
		read:  sqlConn{s.reader},
		over:  func(tx *sql.Tx) conn { return sqlConn{tx} },
		begin: func(ctx context.Context, f func(*sql.Tx) error) error { return inSQLTx(ctx, s.writer, f) },

		lastOf: `json_extract(attempted_by, '$[#-1]')`,
		now:    o.Now,
		log:    o.Log,
	}
	return s, nil
}

// alone lets one process at a time bring a file up to date: the switch to WAL
// answers "locked" at once to whoever comes beside it, busy_timeout or not.
func alone(ctx context.Context, path string) (done func(), err error) {
	lock := flock.New(path + ".opening")
	if _, err := lock.TryLockContext(ctx, 10*time.Millisecond); err != nil {
		return nil, fmt.Errorf("the lock %s cannot be taken: %w; it must be in a local directory that this user can write", lock.Path(), err)
	}
	return func() { _ = lock.Unlock() }, nil
}

// connect makes the two pools. The one writer takes its lock when a
// transaction begins, so that none fails half way; readers cannot write, and
// in WAL mode wait for nobody.
func (s *SQLite) connect() error {
	var err error
	s.writer, err = sql.Open("sqlite", dsn(s.path,
		"mode", "rw", "_txlock", "immediate", "_busy_timeout", "5000", "_journal_mode", "WAL",
		"_synchronous", "FULL", "_foreign_keys", "1", "_pragma", "secure_delete(FAST)"))
	if err != nil {
		return err
	}
	s.writer.SetMaxOpenConns(1)
	s.reader, err = sql.Open("sqlite", dsn(s.path, "mode", "rw", "_busy_timeout", "5000", "_query_only", "1"))
	if err != nil {
		return err
	}
	s.reader.SetMaxOpenConns(readers)
	s.reader.SetMaxIdleConns(readers)
	return nil
}

// DB is the write pool, for River to run on too: it has one connection, so
// nothing may ask it for a second while it holds the first.
func (s *SQLite) DB() *sql.DB { return s.writer }

// Path is the database file.
func (s *SQLite) Path() string { return s.path }

// Lock takes the file lock that lets a process work jobs, until Close. It is
// false where somebody else holds it; taking it again is harmless.
func (s *SQLite) Lock(context.Context) (bool, error) {
	locked, err := s.lock.TryLock()
	if err != nil {
		return false, fmt.Errorf("the lock %s cannot be taken: %w; it must be in a local directory that this user can write", s.lock.Path(), err)
	}
	return locked, nil
}

// ResetRunning makes the jobs that a dead process left running available, lets
// its claims go and forgets that it was leader: nobody else is alive, for we
// hold the lock. River would wait for their deadlines. Where River's tables are
// not there yet there is nothing to do.
func (s *SQLite) ResetRunning(ctx context.Context) error {
	if !s.lock.Locked() {
		return errors.New("running jobs may be reset only by who holds the store's lock")
	}
	steps := []struct{ table, query string }{
		// A job whose unique key is taken in that state stays for River to rescue.
		{"river_job", `UPDATE OR IGNORE river_job SET state = 'available' WHERE state = 'running'`},
		{"river_leader", `DELETE FROM river_leader`},
		{"delivery", `UPDATE delivery SET claimed_by = 0, claimed_at = 0 WHERE claimed_by <> 0`},
	}
	err := s.inOwn(ctx, func(ctx context.Context, c conn) error {
		for _, step := range steps {
			_, there, err := first(ctx, c, column[string], `SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?1`, step.table)
			if err == nil && there {
				_, err = c.exec(ctx, step.query)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("reset the running jobs: %w", err)
	}
	return nil
}

// Close closes the store, lets the lock go and removes a temporary file. Again
// is harmless.
func (s *SQLite) Close() error {
	s.closing.Do(func() {
		var errs []error
		// The writer goes last, for the last one to leave tidies the WAL away.
		for _, pool := range []*sql.DB{s.reader, s.writer} {
			if pool != nil {
				errs = append(errs, pool.Close())
			}
		}
		if s.lock != nil {
			errs = append(errs, s.lock.Close())
		}
		if s.temporary != "" {
			errs = append(errs, os.RemoveAll(s.temporary))
		}
		s.closed = errors.Join(errs...)
	})
	return s.closed
}
