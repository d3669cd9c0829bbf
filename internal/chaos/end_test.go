package chaos

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// shown is a demo as a process of its own, in a temporary directory of its own.
type shown struct {
	*exec.Cmd
	typed io.WriteCloser
	read  io.ReadCloser
	dir   string
}

// show starts a demo and reads what it prints until it can be talked to.
func show(t *testing.T) shown {
	t.Helper()
	build(t)
	s := shown{dir: t.TempDir()}
	s.Cmd = exec.Command(program.path, "demo", "--listen", "127.0.0.1:0")
	s.Env = append(os.Environ(), "TMPDIR="+s.dir, "TMP="+s.dir)
	var err error
	if s.typed, err = s.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if s.read, err = s.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Process.Kill() }) // it has ended, unless the test failed
	if out := bufio.NewReader(s.read); !readTo(out, "\n> ") {
		t.Fatal("the demo did not open")
	}
	return s
}

func readTo(r io.ByteReader, mark string) bool {
	var all bytes.Buffer
	for !strings.HasSuffix(all.String(), mark) {
		b, err := r.ReadByte()
		if err != nil {
			return false
		}
		all.WriteByte(b)
	}
	return true
}

// botEnds waits until nobody holds the lock of the bot's store.
func (s shown) botEnds(t *testing.T) {
	t.Helper()
	locks, err := filepath.Glob(filepath.Join(s.dir, "*", "rootwatch.db.lock"))
	if err != nil || len(locks) != 1 {
		t.Fatal(locks, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	lock := flock.New(locks[0])
	if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil {
		t.Fatalf("the bot lives on without its demo: %v", err)
	}
	if err := lock.Unlock(); err != nil {
		t.Error(err)
	}
}

// A demo that is killed leaves no bot behind.
func TestBotEndsWithItsDemo(t *testing.T) {
	s := show(t)
	if err := s.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.Wait() // killed
	s.botEnds(t)
}

// A demo whose reader has left (demo | head) ends as if it were told to quit.
func TestDemoEndsWithItsReader(t *testing.T) {
	s := show(t)
	if err := s.read.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(s.typed, "help\n"); err != nil {
		t.Fatal(err)
	}
	if err := s.Wait(); err != nil {
		t.Errorf("the demo ended with %v", err)
	}
	if left, err := os.ReadDir(s.dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// An address that was asked for and cannot be had is a mistake of the call.
func TestDemoAddresses(t *testing.T) {
	build(t)
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for _, args := range [][]string{
		{"--listen", "0.0.0.0:80"}, {"--listen", "nowhere"}, {"--listen", taken.Addr().String()},
		{"--only", "slack", "--listen", "192.0.2.1:4780"}, {"--only", "aws", "--aws-listen", "0.0.0.0:0"}, {"--slack-listen", taken.Addr().String()},
	} {
		cmd := exec.CommandContext(t.Context(), program.path, append([]string{"demo"}, args...)...)
		said, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 2 || !bytes.Contains(said, []byte(args[len(args)-2]+" ")) {
			t.Errorf("%v: %v\n%s", args, err, said)
		}
	}
}
