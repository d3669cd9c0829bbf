package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// keeper runs the server for as long as its standard input stays open, which
// is for as long as the test binary lives, however that ends.
const keeper = `"$1" -D "$2/data" -k "$2" >"$2/log" 2>&1 &
server=$!
read -r _
kill -QUIT "$server" # at once: nothing in it is kept
wait "$server"
rm -rf "$2"`

// cluster is a server that runs.
type cluster struct {
	url string // of its first database
	// life is the keeper's standard input. It is held, for a pipe that nobody
	// holds is closed.
	life io.Closer
}

// start makes a cluster.
func start() (c cluster, err error) {
	postgres, initdb, err := programs()
	if err != nil {
		return c, err
	}
	who, attributes, err := unprivileged()
	if err != nil {
		return c, err
	}
	dir, err := os.MkdirTemp("", "rootwatch-pg-") // short: a socket's path has a hundred characters
	if err != nil {
		return c, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	if who != nil {
		if err := os.Chown(dir, int(who.Uid), int(who.Gid)); err != nil {
			return c, err
		}
	}
	initialize := exec.Command(initdb, "-D", filepath.Join(dir, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initialize.SysProcAttr, initialize.Dir = attributes, dir
	if output, err := initialize.CombinedOutput(); err != nil {
		return c, fmt.Errorf("initdb: %w\n%s", err, output)
	}
	if err := settings(filepath.Join(dir, "data")); err != nil {
		return c, err
	}
	keep := exec.Command("/bin/sh", "-c", keeper, "sh", postgres, dir)
	keep.SysProcAttr, keep.Dir = attributes, dir
	if c.life, err = keep.StdinPipe(); err != nil {
		return c, err
	}
	if err := keep.Start(); err != nil {
		return c, err
	}
	c.url = "postgres://postgres@/postgres?host=" + dir
	return c, ready(c.url, filepath.Join(dir, "log"))
}

// programs are the server and what makes its files.
func programs() (postgres, initdb string, err error) {
	installed, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(installed, func(a, b string) int { // the newest first
		x, _ := strconv.Atoi(filepath.Base(filepath.Dir(a)))
		y, _ := strconv.Atoi(filepath.Base(filepath.Dir(b)))
		return y - x
	})
	find := func(name string) (string, error) {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
		for _, dir := range installed {
			if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
				return path, nil
			}
		}
		return "", fmt.Errorf("%s is neither in PATH nor in /usr/lib/postgresql; install Postgres, or set %s", name, Override)
	}
	if postgres, err = find("postgres"); err != nil {
		return "", "", err
	}
	initdb, err = find("initdb")
	return postgres, initdb, err
}

// unprivileged is whom the server runs as: Postgres refuses to run as root.
// nil is who we are.
func unprivileged() (*syscall.Credential, *syscall.SysProcAttr, error) {
	own := &syscall.SysProcAttr{Setpgid: true} // a Ctrl-C is for the tests
	if os.Getuid() != 0 {
		return nil, own, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(found.Uid, 10, 32)
		if err != nil {
			return nil, nil, err
		}
		gid, err := strconv.ParseUint(found.Gid, 10, 32)
		if err != nil {
			return nil, nil, err
		}
		own.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return own.Credential, own, nil
	}
	return nil, nil, errors.New("we are root, as which Postgres does not run, and there is no user postgres or nobody")
}

// settings make a server that is fast and keeps nothing.
func settings(data string) error {
	access := "local all " + Guarded + " scram-sha-256\nlocal all all trust\n"
	if err := os.WriteFile(filepath.Join(data, "pg_hba.conf"), []byte(access), 0o600); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, `
listen_addresses = ''
max_connections = 500
shared_buffers = 64MB
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum_naptime = 10s
`)
	return errors.Join(err, f.Close())
}

// readyWithin bounds the start of the server.
const readyWithin = 30 * time.Second

func ready(address, log string) error {
	ctx, cancel := context.WithTimeout(context.Background(), readyWithin)
	defer cancel()
	for {
		c, err := pgx.Connect(ctx, address)
		if err == nil {
			return c.Close(ctx)
		}
		select {
		case <-ctx.Done():
			text, _ := os.ReadFile(log)
			return fmt.Errorf("the server did not start: %w\n%s", err, bytes.TrimSpace(text))
		case <-time.After(20 * time.Millisecond):
		}
	}
}
