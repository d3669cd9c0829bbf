package schedule_test

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rootwatch/schedule"
)

// A command beside the process that works asks, and leaves the slots alone.
func TestAskOnly(t *testing.T) {
	w := clockwork(t)
	options := w.options
	options.Part = schedule.AskOnly
	engine, stop := w.beside(options)
	defer stop()
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
}

// Two processes that both keep the clock, as replicas do.
func TestTwoClocks(t *testing.T) {
	w := clockwork(t)
	_, stop := w.beside(w.options)
	w.start()
	w.eventually("both are up and done", func() bool { return len(w.taken()) == 3 && w.unfinished("%") == 0 })
	stop()
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

// A store that cannot be written when a slot comes delays the slot, it does
// not lose it; and a digest of the same minute still comes after the sweep.
func TestSlotComesWhileTheStoreIsBusy(t *testing.T) {
	var start time.Time
	w := clockwork(t, func(w *world) {
		w.options.Now = func() time.Time { return time.Date(2026, 11, 22, 5, 59, 57, 500e6, time.UTC).Add(time.Since(start)) }
		w.options.Schedules = schedule.Schedules{Sweep: "0 6 * * *", Spend: "0 6 * * *", Digest: "0 6 * * *"}
	})
	var busy atomic.Int32 // how often the last slot of the sweep cannot be read
	w.hooks.lastSlot = func(name string) error {
		if name == "sweep" && busy.Add(-1) >= 0 {
			return errors.New("the store is locked")
		}
		return nil
	}
	w.engine.SetPace(time.Minute, 20*time.Millisecond)
	start = time.Now()
	w.start()
	w.up()
	busy.Store(3)
	w.eventually("the sweep of six is taken", func() bool { return slices.Contains(w.taken(), "sweep 2026-11-22T06:00") })
	w.settled()
	if digest := w.digest("2026-11-22T06:00"); digest.Coverage.Read != 1 {
		t.Errorf("the digest says %+v", digest)
	}
	var order string
	err := w.store.DB().QueryRowContext(t.Context(), w.sql(`SELECT group_concat(kind, ' ') FROM
		(SELECT kind FROM river_job WHERE kind IN ('sweep', 'spend', 'digest') ORDER BY id DESC LIMIT 3) AS newest`)).Scan(&order)
	if err != nil || order != "digest spend sweep" {
		t.Errorf("begun, newest first: %s, %v", order, err)
	}
}

// A slot that comes after the engine has looked for it and before it waits for
// the next is not put off until the day after.
func TestSlotComesWhileStarting(t *testing.T) {
	w := clockwork(t, func(w *world) { w.clock.advance(-2*time.Hour - 31*time.Minute) })
	var once sync.Once
	w.hooks.lastSlot = func(name string) error { // time passes while it is read
		if name == "digest" {
			once.Do(func() { w.clock.advance(2 * time.Minute) })
		}
		return nil
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
