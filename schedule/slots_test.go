package schedule_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rootwatch/checks/account"
	"rootwatch/internal/store"
	"rootwatch/schedule"
)

// A command beside the process that works asks, and leaves the slots alone.
func TestAskOnly(t *testing.T) {
	w := clockwork(t)
	beside, err := store.OpenSQLite(t.Context(), store.Options{Path: w.path, Now: w.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := beside.Close(); err != nil {
			t.Error(err)
		}
	}()
	if locked, err := beside.Lock(t.Context()); err != nil || locked {
		t.Fatalf("the lock is %v for two: %v", locked, err)
	}
	options := w.options
	options.Part = schedule.AskOnly
	engine, err := schedule.OpenSQLite(t.Context(), beside.DB(), beside, options)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- engine.Run(ctx) }()
	if got := w.taken(); len(got) != 0 {
		t.Errorf("who only asks took %v", got)
	}
	w.start()
	ids, err := engine.Begin(t.Context(), rootcheck("k", id("111122223333")))
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Wait(t.Context(), ids, func(int, int) {}); err != nil {
		t.Error(err)
	}
	w.up()
	if w.latest(id("111122223333")) == nil || len(w.taken()) != 3 || w.worked("sweep") != 2 { // the slot's and the question's
		t.Errorf("took %v\n%s", w.taken(), w.jobs())
	}
	cancel()
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

// Two processes that both keep the clock, as replicas do.
func TestTwoClocks(t *testing.T) {
	w := clockwork(t)
	second, err := store.OpenSQLite(t.Context(), store.Options{Path: w.path, Now: w.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := second.Close(); err != nil {
			t.Error(err)
		}
	}()
	engine, err := schedule.OpenSQLite(t.Context(), second.DB(), second, w.options)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- engine.Run(ctx) }()
	w.start()
	w.eventually("both are up and done", func() bool { return len(w.taken()) == 3 && w.unfinished("%") == 0 })
	cancel()
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	w.settled()
	if w.worked("sweep") != 1 || w.worked("spend") != 1 || len(w.taken()) != 3 {
		t.Errorf("took %v\n%s", w.taken(), w.jobs())
	}
}

// A slot that comes while the engine is up. The engine's clock runs here.
func TestSlotComes(t *testing.T) {
	var start time.Time
	w := clockwork(t, func(w *world) {
		w.options.Now = func() time.Time { return time.Date(2026, 11, 22, 5, 59, 59, 800e6, time.UTC).Add(time.Since(start)) }
	})
	start = time.Now()
	w.start()
	w.eventually("the sweep of six is taken", func() bool { return slices.Contains(w.taken(), "sweep 2026-11-22T06:00") })
	w.settled()
	if run := w.run("slot/aws/acme/2026-11-22T06:00"); run.ConcludedAt.IsZero() || run.Failure != "" {
		t.Errorf("run %+v", run)
	}
}

// busyStore fails to read the last slot of a schedule a few times.
type busyStore struct {
	*store.SQLite
	schedule string
	left     atomic.Int32
}

func (b *busyStore) LastSlot(ctx context.Context, scope account.Scope, name string) (schedule.Slot, bool, error) {
	if name == b.schedule && b.left.Add(-1) >= 0 {
		return schedule.Slot{}, false, errors.New("the store is locked")
	}
	return b.SQLite.LastSlot(ctx, scope, name)
}

// A store that cannot be written when a slot comes delays the slot, it does
// not lose it; and a digest of the same minute still comes after the sweep.
func TestSlotComesWhileTheStoreIsBusy(t *testing.T) {
	var start time.Time
	w := clockwork(t, func(w *world) {
		w.options.Now = func() time.Time { return time.Date(2026, 11, 22, 5, 59, 57, 500e6, time.UTC).Add(time.Since(start)) }
		w.options.Schedules = schedule.Schedules{Sweep: "0 6 * * *", Spend: "0 6 * * *", Digest: "0 6 * * *"}
	})
	busy := &busyStore{SQLite: w.store, schedule: "sweep"}
	var err error
	if w.engine, err = schedule.OpenSQLite(t.Context(), w.store.DB(), busy, w.options); err != nil {
		t.Fatal(err)
	}
	w.engine.SetPace(time.Minute, 20*time.Millisecond)
	start = time.Now()
	w.start()
	w.up()
	busy.left.Store(3)
	w.eventually("the sweep of six is taken", func() bool { return slices.Contains(w.taken(), "sweep 2026-11-22T06:00") })
	w.settled()
	if digest := w.digest("2026-11-22T06:00"); digest.Coverage.Read != 1 {
		t.Errorf("the digest says %+v", digest)
	}
	var order string
	err = w.store.DB().QueryRowContext(t.Context(), `SELECT group_concat(kind, ' ') FROM
		(SELECT kind FROM river_job WHERE kind IN ('sweep', 'spend', 'digest') ORDER BY id DESC LIMIT 3)`).Scan(&order)
	if err != nil || order != "digest spend sweep" {
		t.Errorf("begun, newest first: %s, %v", order, err)
	}
}

// passingStore moves the clock on while the last slot of a schedule is read.
type passingStore struct {
	*store.SQLite
	once sync.Once
	pass func()
}

func (p *passingStore) LastSlot(ctx context.Context, scope account.Scope, name string) (schedule.Slot, bool, error) {
	if name == "digest" {
		p.once.Do(p.pass)
	}
	return p.SQLite.LastSlot(ctx, scope, name)
}

// A slot that comes after the engine has looked for it and before it waits for
// the next is not put off until the day after.
func TestSlotComesWhileStarting(t *testing.T) {
	w := clockwork(t, func(w *world) { w.clock.advance(-2*time.Hour - 31*time.Minute) })
	passing := &passingStore{SQLite: w.store, pass: func() { w.clock.advance(2 * time.Minute) }}
	var err error
	if w.engine, err = schedule.OpenSQLite(t.Context(), w.store.DB(), passing, w.options); err != nil {
		t.Fatal(err)
	}
	w.start()
	w.eventually("the sweep of six is taken", func() bool { return slices.Contains(w.taken(), "sweep 2026-11-22T06:00") })
	w.settled()
}

// A machine that slept through a slot notices when it wakes up.
func TestMachineSleeps(t *testing.T) {
	w := clockwork(t)
	w.engine.SetPace(10*time.Millisecond, time.Second)
	w.start()
	w.up()
	w.clock.advance(24*time.Hour + 30*time.Minute)
	w.eventually("the digest of nine is taken", func() bool { return slices.Contains(w.taken(), "digest 2026-11-23T09:00") })
	w.settled()
	if w.worked("sweep") != 2 || len(w.mouth.of("digest:2026-11-23T09:00")) != 1 || !slices.Contains(w.taken(), "digest 2026-11-22T09:00*") {
		t.Errorf("took %v\n%s", w.taken(), w.mouth)
	}
}
