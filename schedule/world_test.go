package schedule_test

import (
	"context"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/internal/store"
	"rootwatch/schedule"
)

var (
	acme = account.Scope{Partition: "aws", Organization: "acme"}
	gov  = account.Scope{Partition: "aws-us-gov", Organization: "gov"}
)

// morning is where every test's clock begins: a Sunday, after the sweep and the bill and
// before the digest of everyMorning.
var morning = time.Date(2026, 11, 22, 8, 30, 0, 0, time.UTC)

var everyMorning = schedule.Schedules{Sweep: "0 6 * * *", Spend: "0 7 * * *", Digest: "0 9 * * *"}

// Channels of the organization acme.
const (
	digestChannel = "C0DIGEST"
	alertChannel  = "C0ALERTS"
)

// tx is a transaction of the store.
type tx = sql.Tx

// world is an engine over a real store in a file, with fakes for all that is
// outside, and a clock that only the test moves.
type world struct {
	*testing.T
	path    string
	clock   *clock
	cloud   *cloud
	bill    *bill
	mouth   *mouth
	options schedule.Options
	store   *store.SQLite
	engine  *schedule.SQLite
	cancel  context.CancelFunc
	stopped chan error
}

// newWorld opens a store with an engine that does not run yet. There is no
// clock in it unless an option says so.
func newWorld(t *testing.T, edits ...func(*world)) *world {
	t.Helper()
	t.Parallel()
	w := &world{T: t, path: filepath.Join(t.TempDir(), "rootwatch.db"), clock: &clock{at: morning}, mouth: newMouth()}
	w.cloud, w.bill = newCloud(acme, w.clock), &bill{clock: w.clock}
	spendSettings := spend.DefaultSettings()
	w.options = schedule.Options{
		Organizations: []schedule.Organization{{
			Scope: acme, Collector: w.cloud, HistoryDays: 36, MaxRequestsPerDay: 100, MaxRequestsPerMonth: 1000,
			DigestChannel: digestChannel, AlertChannel: alertChannel,
		}},
		Mouth: w.mouth, Policy: checks.DefaultPolicy(), Spend: spendSettings, Zone: time.UTC, Concurrency: 8,
		Part: schedule.WithoutClock, Now: w.clock.now, Log: slog.New(slog.DiscardHandler), Schedules: everyMorning,
	}
	for _, edit := range edits {
		edit(w)
	}
	w.open()
	t.Cleanup(w.close)
	return w
}

// withClock lets the engine take the slots of everyMorning.
func withClock(w *world) { w.options.Part = schedule.Everything }

// withCost switches cost on.
func withCost(w *world) { w.options.Organizations[0].Costs = w.bill }

// withHistory has more of the bill read, in three parts.
func withHistory(w *world) { w.options.Organizations[0].HistoryDays = 70 }

// open opens the store as a starting process does.
func (w *world) open() {
	w.Helper()
	fresh(w.T, w.path)
	var err error
	if w.store, err = store.OpenSQLite(w.Context(), store.Options{Path: w.path, Now: w.clock.now}); err != nil {
		w.Fatal(err)
	}
	if locked, err := w.store.Lock(w.Context()); err != nil || !locked {
		w.Fatalf("the store's lock: %v, %v", locked, err)
	}
	if err := w.store.ResetRunning(w.Context()); err != nil {
		w.Fatal(err)
	}
	if w.engine, err = schedule.OpenSQLite(w.Context(), w.store.DB(), w.store, w.options); err != nil {
		w.Fatal(err)
	}
	w.engine.SetBackoff(time.Hour) // a failed delivery waits until the test has looked at it
}

// template is a store with all its tables: migrating one for each test would
// take most of the tests' time.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "rootwatch-template-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "rootwatch.db")
	s, err := store.OpenSQLite(context.Background(), store.Options{Path: path})
	if err != nil {
		return nil, err
	}
	if _, err := schedule.OpenSQLite(context.Background(), s.DB(), s, schedule.Options{Zone: time.UTC, Log: slog.New(slog.DiscardHandler)}); err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// fresh puts an empty store at path if there is none.
func fresh(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(path); err == nil {
		return
	}
	empty, err := template()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, empty, 0o600); err != nil {
		t.Fatal(err)
	}
}

// start runs the engine until stop.
func (w *world) start() *world {
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel, w.stopped = cancel, make(chan error, 1)
	engine, stopped := w.engine, w.stopped
	go func() { stopped <- engine.Run(ctx) }()
	return w
}

// stop ends the engine as SIGTERM does.
func (w *world) stop() {
	w.Helper()
	if w.cancel == nil {
		return
	}
	w.cancel()
	w.cancel = nil
	if err := <-w.stopped; err != nil {
		w.Errorf("the engine stopped with %v", err)
	}
}

func (w *world) close() {
	w.stop()
	if err := w.store.Close(); err != nil {
		w.Error(err)
	}
}

// restart is a stop, some time in which nobody is up, and a start.
func (w *world) restart(later time.Duration) {
	w.Helper()
	w.close()
	w.clock.advance(later)
	w.open()
	w.start()
}

// kill takes the store away from under the engine, as a killed process loses
// it, and opens it anew. What is left of the dead one ends by itself.
func (w *world) kill() {
	w.Helper()
	if err := w.store.Close(); err != nil {
		w.Fatal(err)
	}
	w.cancel()
	w.cancel = nil
	w.open()
}

// clock is a clock that stands still.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}
