package schedule_test

import (
	"context"
	"errors"
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
	"rootwatch/internal/store/pgtest"
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

// world is an engine over a real store, with fakes for all that is outside,
// and a clock that only the test moves.
type world struct {
	*testing.T
	postgres bool
	path     string // of SQLite's file, or the database's URL
	clock    *clock
	cloud    *cloud
	bill     *bill
	mouth    *mouth
	hooks    *hooks
	options  schedule.Options
	store    memory
	engine   engine
	cancel   context.CancelFunc
	stopped  chan error
}

// newWorld opens a store with an engine that does not run yet. There is no
// clock in it unless an option says so.
func newWorld(t *testing.T, edits ...func(*world)) *world {
	t.Helper()
	t.Parallel()
	w := &world{T: t, postgres: pgtest.Wanted(), clock: &clock{at: morning}, mouth: newMouth(), hooks: &hooks{}}
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
	w.place()
	w.open()
	t.Cleanup(w.close)
	return w
}

// onPostgres has a test of what only Postgres can run there in any case.
func onPostgres(w *world) { w.postgres = true }

// withClock lets the engine take the slots of everyMorning.
func withClock(w *world) { w.options.Part = schedule.Everything }

// withCost switches cost on.
func withCost(w *world) { w.options.Organizations[0].Costs = w.bill }

// withHistory has more of the bill read, in parts.
func withHistory(w *world) { w.options.Organizations[0].HistoryDays = 70 }

// open opens the store as a starting process does.
func (w *world) open() {
	w.Helper()
	var err error
	if w.store, w.engine, err = w.attach(true, w.options); err != nil {
		w.Fatal(err)
	}
	w.engine.SetBackoff(time.Hour) // a failed delivery waits until the test has looked at it
}

// noOptions only migrate.
var noOptions = schedule.Options{Zone: time.UTC, Log: slog.New(slog.DiscardHandler)}

// beside opens another store and engine on the same database, as a second
// process does, and runs it until stop.
func (w *world) beside(o schedule.Options) (e engine, stop func()) {
	w.Helper()
	m, e, err := w.attach(false, o)
	if err != nil {
		w.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- e.Run(ctx) }()
	return e, func() {
		w.Helper()
		cancel()
		if err := errors.Join(<-stopped, m.Close()); err != nil {
			w.Error(err)
		}
	}
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
	if _, err := schedule.OpenSQLite(context.Background(), s.DB(), s, noOptions); err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// fresh puts an empty store at path.
func fresh(t *testing.T, path string) {
	t.Helper()
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
	if w.postgres { // where nobody knows that it is dead: what it claimed is free when its time is over
		w.clock.advance(store.Lease + time.Second)
	}
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
