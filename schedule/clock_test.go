package schedule_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/internal/store"
	"rootwatch/schedule"
)

// taken lists all slots that were taken, as "sweep 2026-11-22T06:00", missed
// ones with a star.
func (w *world) taken() []string {
	w.Helper()
	rows, err := w.store.DB().QueryContext(w.Context(), `SELECT schedule || ' ' || local || CASE missed WHEN 1 THEN '*' ELSE '' END FROM slot ORDER BY 1`)
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			w.Fatal(err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		w.Fatal(err)
	}
	return all
}

// worked counts the jobs of a kind there ever were.
func (w *world) worked(kind string) int {
	w.Helper()
	return w.count(`SELECT COUNT(*) FROM river_job WHERE kind = ?`, kind)
}

// up waits until the engine's clock runs, and all that it began is done.
func (w *world) up() {
	w.Helper()
	w.eventually("the engine is up", func() bool { return w.options.Counters.(*counters).unready("jobs") == "" })
	w.settled()
}

// clockwork is a world with clock and cost whose engine says when it is up.
func clockwork(t *testing.T, edits ...func(*world)) *world {
	t.Helper()
	return newWorld(t, append([]func(*world){withClock, withCost, func(w *world) {
		w.options.Counters = &counters{ready: map[string]string{"jobs": "not started"}}
	}}, edits...)...)
}

// later restarts the engine after some time and waits until it is up and done.
func (w *world) later(d time.Duration) {
	w.Helper()
	w.options.Counters = &counters{ready: map[string]string{"jobs": "not started"}}
	w.restart(d)
	w.up()
}

// The first start has nothing to catch up with.
func TestFirstStart(t *testing.T) {
	w := clockwork(t)
	w.cloud.holds(3)
	w.start()
	w.up()
	want := []string{"digest 2026-11-21T09:00", "spend 2026-11-22T07:00", "sweep 2026-11-22T06:00"}
	if got := w.taken(); !slices.Equal(got, want) {
		t.Errorf("took %v, want %v", got, want)
	}
	if w.worked("sweep") != 1 || w.worked("spend") != 1 || w.worked("digest") != 0 || len(w.mouth.keys()) != 0 {
		t.Errorf("began\n%s%s", w.jobs(), w.mouth)
	}
	if run := w.run("slot/aws/acme/2026-11-22T06:00"); run.Done != 3 || run.Reply != nil || run.ConcludedAt.IsZero() {
		t.Errorf("run %+v", run)
	}
}

// An outage of three days: the newest of each schedule runs, once, and the
// digest names the others.
func TestOutage(t *testing.T) {
	w := clockwork(t)
	w.start()
	w.up()
	w.later(3*24*time.Hour + time.Hour) // Wednesday, 9:30
	want := []string{
		"digest 2026-11-21T09:00", "digest 2026-11-22T09:00*", "digest 2026-11-23T09:00*", "digest 2026-11-24T09:00*", "digest 2026-11-25T09:00",
		"spend 2026-11-22T07:00", "spend 2026-11-23T07:00*", "spend 2026-11-24T07:00*", "spend 2026-11-25T07:00",
		"sweep 2026-11-22T06:00", "sweep 2026-11-23T06:00*", "sweep 2026-11-24T06:00*", "sweep 2026-11-25T06:00",
	}
	if got := w.taken(); !slices.Equal(got, want) {
		t.Errorf("took %v, want %v", got, want)
	}
	if w.worked("sweep") != 2 || w.worked("spend") != 2 || w.worked("digest") != 1 {
		t.Errorf("began\n%s", w.jobs())
	}
	digest := w.digest("2026-11-25T09:00")
	missed := []string{
		"The sweep was missed 2 times between 23 Nov 06:00 and 24 Nov 06:00.",
		"The reading of the bill was missed 2 times between 23 Nov 07:00 and 24 Nov 07:00.",
		"The digest was missed 3 times between 22 Nov 09:00 and 24 Nov 09:00.",
	}
	if !slices.Equal(digest.Missed, missed) {
		t.Errorf("the digest says %q", digest.Missed)
	}
	if got := w.options.Counters.(*counters).list(); !slices.Contains(got, "slot digest missed") || !slices.Contains(got, "slot sweep taken") {
		t.Errorf("counted %v", got)
	}
	w.later(0) // again at once: nothing is due
	if w.worked("sweep") != 2 || w.worked("digest") != 1 || len(w.taken()) != len(want) {
		t.Errorf("took %v again", w.taken())
	}
	w.later(24 * time.Hour)
	if next := w.digest("2026-11-26T09:00"); len(next.Missed) != 0 {
		t.Errorf("the next digest says %q again", next.Missed)
	}
}

// One missed slot is named by itself.
func TestOneMissed(t *testing.T) {
	w := clockwork(t, func(w *world) { w.options.Organizations[0].Costs = nil; w.options.Schedules.Digest = "30 9 * * *" })
	w.start()
	w.up()
	w.later(48 * time.Hour) // the sweeps of the 23rd and 24th, the digests of the 22nd and 23rd
	if digest := w.digest("2026-11-23T09:30"); !slices.Equal(digest.Missed, []string{"The sweep of 23 Nov 06:00 was missed.", "The digest of 22 Nov 09:30 was missed."}) {
		t.Errorf("the digest says %q", digest.Missed)
	}
	if n := w.worked("spend"); n != 0 {
		t.Errorf("cost is off, and its slot was taken %d times", n)
	}
}

// A clock that is put back takes nothing twice.
func TestClockGoesBack(t *testing.T) {
	w := clockwork(t)
	w.start()
	w.up()
	before := w.taken()
	for _, back := range []time.Duration{-time.Hour, -5 * time.Hour} {
		w.later(back)
		if got := w.taken(); !slices.Equal(got, before) || w.worked("sweep") != 1 || w.worked("spend") != 1 || w.worked("digest") != 0 {
			t.Errorf("%s took %v", back, got)
		}
	}
	w.later(6 * time.Hour)
	if got := w.taken(); !slices.Equal(got, before) {
		t.Errorf("back where it was it took %v", got)
	}
}

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

// A sweep that cannot be done is told in the digest, which goes out all the same.
func TestFailedSweepIsTold(t *testing.T) {
	w := clockwork(t)
	w.start()
	w.up()
	w.later(30 * time.Minute) // the first digest
	w.cloud.breaksOff(listBreak{0, denied})
	w.later(24 * time.Hour)
	digest := w.digest("2026-11-23T09:00")
	if len(digest.Missed) != 1 || !strings.HasPrefix(digest.Missed[0], "The sweep of 23 Nov 06:00 could not be done: AWS denied organizations:ListAccounts") || strings.HasSuffix(digest.Missed[0], "..") {
		t.Errorf("the digest says %q", digest.Missed)
	}
	w.later(24 * time.Hour)
	if next := w.digest("2026-11-24T09:00"); len(next.Missed) != 0 {
		t.Errorf("the next digest says %q", next.Missed)
	}
}

// An organization that the configuration no longer has.
func TestOrganizationIsGone(t *testing.T) {
	w := clockwork(t)
	w.inTx(func(ctx context.Context, tx *tx) error {
		return w.engine.StartSlot(ctx, tx, gov, "sweep", "2026-11-22T06:00")
	})
	for _, name := range []string{"spend", "digest"} {
		w.inTx(func(ctx context.Context, tx *tx) error {
			return w.engine.StartSlot(ctx, tx, gov, name, "2026-11-22T06:00")
		})
	}
	w.start()
	w.up()
	if run := w.run("slot/aws-us-gov/gov/2026-11-22T06:00"); !strings.Contains(run.Failure, "no longer in the configuration") {
		t.Errorf("run %+v", run)
	}
	if n := w.count(`SELECT COUNT(*) FROM river_job WHERE state = 'cancelled'`); n != 2 {
		t.Errorf("%d jobs are cancelled\n%s", n, w.jobs())
	}
}

func TestBadSchedule(t *testing.T) {
	w := newWorld(t)
	options := w.options
	options.Schedules.Digest = "0 0 30 2 *"
	if _, err := schedule.OpenSQLite(t.Context(), w.store.DB(), w.store, options); err == nil || !strings.Contains(err.Error(), "schedule digest") {
		t.Errorf("a day that never comes: %v", err)
	}
}

// digest waits for the digest of a slot.
func (w *world) digest(local string) bot.Digest {
	w.Helper()
	digest, ok := w.said("digest:" + local).(bot.Digest)
	if !ok {
		w.Fatalf("the digest of %s is no digest", local)
	}
	return digest
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
		w.options.Now = func() time.Time { return time.Date(2026, 11, 22, 5, 59, 58, 500e6, time.UTC).Add(time.Since(start)) }
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
