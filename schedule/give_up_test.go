package schedule_test

import (
	"context"
	"strings"
	"testing"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

// A reading that breaks again and again ends as an account that could not be
// read; nobody waits for it for ever.
func TestAnAccountThatBreaks(t *testing.T) {
	w := newWorld(t)
	w.cloud.holds(3)
	w.cloud.set(memberID(2), func(*account.Facts) { panic("a bug in a reader") })
	ids := w.start().ask(rootcheck("k"))
	run := w.concluded(ids[0])
	if run.Failure != "" || run.Done != run.Total {
		t.Errorf("run %+v", run)
	}
	report := w.latest(memberID(2))
	if report == nil || report.Coverage.State != checks.NotReadable || report.Count(checks.Pass)+report.Count(checks.Fail) != 0 {
		t.Fatalf("the account that breaks has %+v", report)
	}
	fleet, ok := w.answer(ids[0]).(bot.FleetAnswer)
	if !ok || fleet.Fleet.Coverage.NotReadable != 1 || fleet.Fleet.Coverage.Read != run.Total-1 {
		t.Errorf("answered with %+v", fleet.Fleet.Coverage)
	}
}

// A digest that cannot wait any longer for a sweep says how far it came.
func TestDigestBesideAnUnfinishedSweep(t *testing.T) {
	w := newWorld(t)
	w.cloud.holds(2)
	w.start().ask(rootcheck("before"))
	w.settled()
	w.inTx(func(ctx context.Context, tx *tx) error {
		const local = "2026-11-22T06:00"
		run := schedule.Run{ID: "slot/aws/acme/" + local, Scope: acme, Kind: schedule.RunPosture, All: true, CreatedAt: morning}
		if err := w.store.CreateRun(ctx, tx, run); err != nil {
			return err
		}
		if _, err := w.store.AddAccounts(ctx, tx, run.ID, []account.Account{w.cloud.member(1), w.cloud.member(2)}); err != nil {
			return err
		}
		_, err := w.store.TakeSlot(ctx, tx, schedule.Slot{Scope: acme, Schedule: "sweep", Local: local, At: morning})
		return err
	})
	digest, err := w.engine.Digest(t.Context(), acme, "2026-11-22T09:00")
	if err != nil {
		t.Fatal(err)
	}
	if digest.Quiet() || len(digest.Missed) != 1 || !strings.Contains(digest.Missed[0], "The sweep of 22 Nov 06:00 is not done yet, 0 of ") {
		t.Errorf("the digest says %q, quiet %t", digest.Missed, digest.Quiet())
	}
}
