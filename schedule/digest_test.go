package schedule_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
)

// daily is a world in which each later(24h) is the next day, 9:00, with a
// sweep, a bill and a digest. It has told its first digest, of 22 November.
func daily(t *testing.T, accounts int, edits ...func(*world)) *world {
	t.Helper()
	w := clockwork(t, edits...)
	w.cloud.holds(accounts)
	w.start()
	w.up()
	w.later(30 * time.Minute)
	return w
}

// lines names findings as "team-1 root-access-keys".
func lines(all []bot.Line) []string {
	var names []string
	for _, l := range all {
		names = append(names, l.AccountName+" "+l.CheckID)
	}
	slices.Sort(names)
	return names
}

func TestDigestTellsWhatChanged(t *testing.T) {
	w := clockwork(t)
	w.cloud.holds(5)
	w.cloud.set(memberID(1), rootKey)
	w.cloud.set(memberID(4), rootKey)
	w.start()
	w.up()

	w.later(30 * time.Minute)
	first := w.digest("2026-11-22T09:00")
	if first.NewTotal+first.ResolvedTotal+first.DarkTotal != 0 || first.OpenTotal != 2 || first.Coverage.Read != 5 {
		t.Errorf("the first digest tells changes: %+v", first)
	}
	if want := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC); !first.Day.Equal(want) || first.Zone != "UTC" || !first.Until.Equal(w.clock.now()) {
		t.Errorf("day %s in %s until %s", first.Day, first.Zone, first.Until)
	}
	if want := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC); !first.Next.Equal(want) {
		t.Errorf("the next is said to come at %s", first.Next)
	}

	w.cloud.set(memberID(1), nil)                        // resolved
	w.cloud.set(memberID(2), rootKey)                    // opened
	w.cloud.set(memberID(3), unreadable(account.Denied)) // went dark
	w.later(24 * time.Hour)
	second := w.digest("2026-11-23T09:00")
	if got := lines(second.New); !slices.Equal(got, []string{"team-2 root-access-keys"}) || second.NewTotal != 1 {
		t.Errorf("new: %v of %d", got, second.NewTotal)
	}
	if got := lines(second.Resolved); !slices.Equal(got, []string{"team-1 root-access-keys"}) || second.ResolvedTotal != 1 {
		t.Errorf("resolved: %v of %d", got, second.ResolvedTotal)
	}
	// One account is one line, however many checks it hides.
	if second.DarkTotal != 1 || second.Dark[0].AccountName != "team-3" || !strings.HasSuffix(second.Dark[0].Short, " checks") {
		t.Errorf("dark: %v of %d", lines(second.Dark), second.DarkTotal)
	}
	if second.OpenTotal != 2 || second.Coverage.NotReadable != 1 || second.New[0].Severity != checks.Critical || second.New[0].Short != "Root has an access key" {
		t.Errorf("%+v", second)
	}

	w.later(24 * time.Hour)
	if third := w.digest("2026-11-24T09:00"); third.NewTotal+third.ResolvedTotal+third.DarkTotal != 0 || third.OpenTotal != 2 {
		t.Errorf("nothing changed, and the third digest says %+v", third)
	}
	if keys := w.mouth.keys(); !slices.Equal(keys, []string{"digest:2026-11-22T09:00", "digest:2026-11-23T09:00", "digest:2026-11-24T09:00"}) {
		t.Errorf("said %v", keys)
	}
}

// What came and went between two digests is told as it is now.
func TestLastWordCounts(t *testing.T) {
	w := daily(t, 3)
	self := id("111122223333")
	for _, step := range []struct {
		id   account.ID
		edit edit
	}{{self, rootKey}, {self, nil}, {memberID(1), rootKey}, {memberID(1), unreadable(account.Denied)}, {memberID(1), rootKey}, {memberID(2), unreadable(account.Denied)}} {
		w.clock.advance(time.Hour)
		w.cloud.set(step.id, step.edit)
		w.answer(w.ask(rootcheck(w.clock.now().String(), step.id))[0])
	}
	w.later(18 * time.Hour)
	digest := w.digest("2026-11-23T09:00")
	if got := lines(digest.Resolved); !slices.Equal(got, []string{"management root-access-keys"}) || digest.ResolvedTotal != 1 {
		t.Errorf("resolved: %v of %d", got, digest.ResolvedTotal)
	}
	if slices.Contains(lines(digest.New), "management root-access-keys") || slices.Contains(lines(digest.Dark), "team-1 contact-security") {
		t.Errorf("new %v, dark %v", lines(digest.New), lines(digest.Dark))
	}
	if digest.DarkTotal == 0 || digest.OpenTotal != 1 {
		t.Errorf("%+v", digest)
	}
}

// A digest that is due while a sweep goes on, or while the bill is read, waits.
func TestDigestWaits(t *testing.T) {
	for name, c := range map[string]struct {
		begin func(w *world) (release func())
		held  func(w *world) bool
	}{
		"for a sweep": {func(w *world) func() { return w.cloud.blocks() }, func(w *world) bool { return w.unfinished("check_account") == 2 }},
		"for the bill": {func(w *world) func() {
			hold := make(chan struct{})
			w.bill.mu.Lock()
			defer w.bill.mu.Unlock()
			w.bill.hold = hold
			return func() { close(hold) }
		}, func(w *world) bool { return w.unfinished("check_account") == 0 }},
		"for a bill that is tried again": {func(w *world) func() {
			w.bill.fails(account.Gap{Call: "ce:GetCostAndUsage", Cause: account.Throttled})
			return func() {}
		}, func(w *world) bool { return w.unfinished("check_account") == 0 && w.waiting("spend") == 1 }},
	} {
		t.Run(name, func(t *testing.T) {
			w := daily(t, 2)
			w.cloud.set(memberID(1), rootKey)
			release := c.begin(w)
			w.restart(24 * time.Hour)
			w.eventually("it is held up", func() bool { return w.waiting("digest") == 1 && c.held(w) })
			n := w.snoozes("digest")
			w.hurryOnly("digest")
			w.eventually("the digest looks again", func() bool { return w.snoozes("digest") > n || w.unfinished("digest") == 0 })
			if w.delivery("digest:2026-11-23T09:00").ID != 0 {
				t.Errorf("it did not wait\n%s", w.jobs())
			}
			release()
			if digest := w.digestOf("2026-11-23T09:00"); digest.NewTotal != 1 || digest.Money == nil || strings.Contains(digest.Money.Trouble, "last read") {
				t.Errorf("it says %+v", digest)
			}
		})
	}
}

// It does not wait for ever.
func TestDigestGivesUpWaiting(t *testing.T) {
	w := daily(t, 2)
	w.cloud.set(memberID(1), rootKey)
	release := w.cloud.blocks()
	w.restart(24 * time.Hour)
	w.snoozed("digest", 900)
	w.hurry()
	digest := w.digest("2026-11-23T09:00")
	if digest.Coverage.Accounts != 2 {
		t.Errorf("it says %+v", digest)
	}
	// What the sweep finds when it goes on is the next digest's, though it
	// was observed before this one.
	release()
	w.settled()
	w.later(24 * time.Hour)
	if next := w.digest("2026-11-24T09:00"); !slices.Equal(lines(next.New), []string{"team-1 root-access-keys"}) {
		t.Errorf("the next one says %v", lines(next.New))
	}
}

// Somebody's question is being worked on while the digest is written: what it
// finds is not lost between this digest and the next.
func TestChangeInFlight(t *testing.T) {
	w := daily(t, 2)
	w.later(23*time.Hour + 59*time.Minute) // 8:59, swept
	w.cloud.set(memberID(1), rootKey)
	release := w.cloud.blocks()
	ids := w.ask(rootcheck("k", memberID(1)))
	<-w.cloud.reading // it observes the account at 8:59
	w.clock.advance(time.Minute)
	w.inTx(func(ctx context.Context, tx *tx) error {
		return w.engine.StartSlot(ctx, tx, acme, "digest", "2026-11-23T09:00")
	})
	w.eventually("the digest is written or waits", func() bool { return w.waiting("digest") == 1 || w.delivery("digest:2026-11-23T09:00").ID != 0 })
	release()
	w.concluded(ids[0])
	w.settled()
	told := lines(w.digest("2026-11-23T09:00").New)
	w.cloud.mu.Lock()
	w.cloud.blocked = nil
	w.cloud.mu.Unlock()
	w.later(24 * time.Hour)
	told = append(told, lines(w.digest("2026-11-24T09:00").New)...)
	if !slices.Equal(told, []string{"team-1 root-access-keys"}) {
		t.Errorf("two digests tell %v", told)
	}
}

// digestOf hurries jobs until the digest of a slot is said.
func (w *world) digestOf(local string) bot.Digest {
	w.Helper()
	w.settled()
	return w.digest(local)
}
