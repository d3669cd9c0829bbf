package schedule_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"rootwatch/bot"
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
	if _, _, err := w.attach(false, options); err == nil || !strings.Contains(err.Error(), "schedule digest") {
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
