package schedule_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/checks/account"
)

// A schedule of once a month finds the digest of a month ago.
func TestMonthlyDigest(t *testing.T) {
	w := clockwork(t, func(w *world) {
		w.options.Schedules.Digest = "0 9 1 * *"
		w.clock.at = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	})
	w.start()
	w.up()
	w.later(24 * time.Hour) // 1 December
	if first := w.digest("2026-12-01T09:00"); first.NewTotal != 0 {
		t.Errorf("%+v", first)
	}
	w.cloud.set(id("111122223333"), rootKey)
	w.later(31*24*time.Hour + time.Second) // 1 January
	if next := w.digest("2027-01-01T09:00"); next.NewTotal != 1 {
		t.Errorf("what changed in a month of 31 days is not told: %+v", next)
	}
}

// Reports that are too old count as not read.
func TestStaleReports(t *testing.T) {
	for name, c := range map[string]struct {
		sweep string
		age   time.Duration
		read  bool
	}{
		"a day, swept daily":                      {"0 6 * * *", 24 * time.Hour, true},
		"two days, swept daily":                   {"0 6 * * *", 47 * time.Hour, true},
		"more than two days, swept daily":         {"0 6 * * *", 49 * time.Hour, false},
		"two days, swept hourly":                  {"0 * * * *", 47 * time.Hour, true},
		"a week, swept weekly":                    {"0 6 * * 0", 8 * 24 * time.Hour, true},
		"two weeks, swept weekly":                 {"0 6 * * 0", 15 * 24 * time.Hour, false},
		"over a weekend, swept on workdays":       {"0 6 * * 1-5", 3 * 24 * time.Hour, true}, // from Thursday to Sunday
		"over a weekend and more":                 {"0 6 * * 1-5", 8 * 24 * time.Hour, false},
		"a month, swept monthly":                  {"0 6 1 * *", 40 * 24 * time.Hour, true},
		"more than two months, swept monthly":     {"0 6 1 * *", 70 * 24 * time.Hour, false},
		"two days, never swept":                   {"", 47 * time.Hour, true},
		"more than two days, never swept by slot": {"", 49 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(w *world) { w.options.Schedules.Sweep = c.sweep })
			w.cloud.holds(3)
			now := w.clock.now()
			w.clock.advance(-c.age)
			w.start()
			w.answer(w.ask(rootcheck("k"))[0])
			w.clock.at = now
			fleet, err := w.engine.Fleet(t.Context(), acme)
			if err != nil || fleet.Coverage.Accounts != 3 || (fleet.Coverage.Read == 3) != c.read || (fleet.Coverage.NotReadable == 0) != c.read {
				t.Errorf("coverage %+v, %v", fleet.Coverage, err)
			}
		})
	}
}

func TestDigestMoney(t *testing.T) {
	off := daily(t, 1, func(w *world) { w.options.Organizations[0].Costs = nil })
	if digest := off.digest("2026-11-22T09:00"); digest.Money != nil {
		t.Errorf("cost is off, and the digest says %+v", digest.Money)
	}
}

func TestDigestTellsCostTrouble(t *testing.T) {
	w := clockwork(t)
	w.bill.fails(account.Gap{Call: "ce:GetCostAndUsage", Cause: account.NotEnabled, Sentence: "switch Cost Explorer on"})
	w.start()
	w.up()
	w.later(30 * time.Minute)
	digest := w.digest("2026-11-22T09:00")
	if digest.Money == nil || digest.Money.Trouble != "switch Cost Explorer on" || digest.Money.Day != 0 {
		t.Errorf("the digest says %+v", digest.Money)
	}
	if strings.Contains(digest.Sentence(), "$0") {
		t.Errorf("the digest says %s", digest.Sentence())
	}
}

// A bill that cannot be added up does not keep the digest from its readers.
func TestDigestOverBrokenBill(t *testing.T) {
	w := daily(t, 1)
	w.breakBill()
	w.bill.line(id("111122223333"), "Amazon S3", steady(1))
	w.later(24 * time.Hour)
	w.breakBill()
	digest, err := w.engine.Digest(t.Context(), acme, "2026-11-23T10:00")
	if err != nil || digest.Money == nil || digest.Money.Trouble == "" || digest.Coverage.Read != 1 {
		t.Errorf("%+v, %v", digest.Money, err)
	}
}

func TestDigestWithoutChannel(t *testing.T) {
	w := clockwork(t, func(w *world) { w.options.Organizations[0].DigestChannel = "" })
	w.start()
	w.up()
	w.later(30 * time.Minute)
	if w.worked("digest") != 1 || len(w.mouth.keys()) != 0 || w.count(`SELECT COUNT(*) FROM delivery`) != 0 {
		t.Errorf("%s%s", w.jobs(), w.mouth)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := w.engine.SendDigest(ctx, acme); err == nil || !strings.Contains(err.Error(), "channel") {
		t.Errorf("sending it ends with %v", err)
	}
}

func TestSendDigest(t *testing.T) {
	w := newWorld(t)
	w.start()
	if err := w.engine.SendDigest(t.Context(), acme); err != nil {
		t.Fatal(err)
	}
	if got := w.mouth.of("digest:2026-11-22T08:30"); len(got) != 1 {
		t.Errorf("%s", w.mouth)
	}
	w.clock.advance(time.Minute)
	w.mouth.fails("post", fault(bot.Refused))
	if err := w.engine.SendDigest(t.Context(), acme); err == nil || err.Error() != fault(bot.Refused).Sentence {
		t.Errorf("a refused digest: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	w.clock.advance(time.Minute)
	w.mouth.onAccept(func(context.Context, bot.Outgoing) { cancel() })
	if err := w.engine.SendDigest(ctx, acme); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("who does not wait: %v", err)
	}
	w.settled()
}

func TestBadDigestSlot(t *testing.T) {
	w := newWorld(t)
	if _, err := w.engine.Digest(t.Context(), acme, "this morning"); err == nil {
		t.Error("a slot that is no time")
	}
}

// The jobs of a large organization hide those of another one from nobody: what
// its accounts are being read for would be told by neither digest.
func TestDigestBesideALargeOrganization(t *testing.T) {
	w := newWorld(t, withCost, func(w *world) {
		second := w.options.Organizations[0]
		second.Scope = gov
		w.options.Organizations = append(w.options.Organizations, second)
	})
	w.inTx(func(ctx context.Context, tx *tx) error {
		for range 2500 {
			if err := w.engine.StartSlot(ctx, tx, acme, "spend", ""); err != nil {
				return err
			}
		}
		return w.engine.StartSlot(ctx, tx, gov, "spend", "")
	})
	w.exec(`UPDATE river_job SET kind = 'check_account'`)
	digest, err := w.engine.Digest(t.Context(), gov, "2026-11-22T09:00")
	if err != nil || !digest.Until.Before(w.clock.now()) {
		t.Errorf("the next digest would begin at %s, %v", digest.Until, err)
	}
}
