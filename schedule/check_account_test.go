package schedule_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

// A credential report that is written while the job waits.
func TestCredentialReportComesLater(t *testing.T) {
	for name, before := range map[string]bool{"the first report": false, "a later report": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			self := id("111122223333")
			w.start()
			if before {
				w.answer(w.ask(rootcheck("before", self))[0])
				w.clock.advance(time.Hour)
			}
			w.cloud.set(self, notReady)
			asked := w.clock.now()
			ids := w.ask(rootcheck("k", self))
			if after := w.putOff("check_account"); after < schedule.NotReadyFor || after > schedule.NotReadyFor+15*time.Second {
				t.Errorf("it is put off for %s", after)
			}
			report := w.latest(self)
			switch {
			case report == nil:
				t.Fatal("there is no report, which is worse than half of one")
			case before && (report.Coverage.State != checks.Read || report.ObservedAt.Equal(asked)):
				t.Errorf("half a report took the place of a whole one: %+v", report.Coverage)
			case !before && report.Coverage.State != checks.PartlyRead:
				t.Errorf("coverage %+v", report.Coverage)
			}
			if run := w.run(ids[0]); run.Done != 0 || !run.ConcludedAt.IsZero() {
				t.Errorf("run %+v", run)
			}

			w.cloud.set(self, nil)
			answer, ok := w.answer(ids[0]).(bot.RootAnswer)
			if !ok || answer.Report.Coverage.State != checks.Read || !answer.Report.ObservedAt.Equal(asked) {
				t.Errorf("answered with %#v", answer)
			}
			if len(w.mouth.of("reply:"+ids[0])) != 1 {
				t.Errorf("%s", w.mouth)
			}
		})
	}
}

// A credential report that never comes is given up, and said to be unknown.
func TestCredentialReportNeverComes(t *testing.T) {
	w := newWorld(t)
	self := id("111122223333")
	w.start()
	w.answer(w.ask(rootcheck("before", self))[0])
	w.clock.advance(time.Hour)
	w.cloud.set(self, notReady)
	ids := w.ask(rootcheck("k", self))
	w.snoozed("check_account", schedule.NotReadyTimes-1)
	answer, ok := w.answer(ids[0]).(bot.RootAnswer)
	if !ok || answer.Report.Coverage.State != checks.PartlyRead || answer.Report.Count(checks.Unknown) == 0 {
		t.Fatalf("answered with %#v", answer)
	}
	if gap := answer.Report.Coverage.Gaps[0]; gap.Cause != account.NotReady {
		t.Errorf("the gap is %+v", gap)
	}
	// Once before, the first time, the last time that it is put off, and the time that counts.
	if _, reads := w.cloud.asked(self); reads != 4 {
		t.Errorf("the account was read %d times", reads)
	}
}

// A process that is told to stop in the middle of a reading saves nothing of
// it: what is missing then says nothing about the account.
func TestReadingThatIsCutOff(t *testing.T) {
	w := newWorld(t)
	w.cloud.blocks()
	self := id("111122223333")
	ids := w.ask(rootcheck("k", self))
	ctx, cancel := context.WithCancel(t.Context())
	worked := make(chan error, 1)
	go func() { worked <- w.engine.CheckAccount(ctx, ids[0], w.cloud.self) }()
	<-w.cloud.reading
	cancel()
	if err := <-worked; !errors.Is(err, context.Canceled) {
		t.Errorf("worked with %v", err)
	}
	if report := w.latest(self); report != nil {
		t.Errorf("saved %+v", report)
	}
}

// Changes are those between two reports, and each is kept once.
func TestChangesAreSaved(t *testing.T) {
	w := newWorld(t)
	self := id("111122223333")
	w.start()
	for i, e := range []edit{nil, rootKey, rootKey, unreadable(account.Denied), nil} {
		w.cloud.set(self, e)
		w.answer(w.ask(rootcheck(string(rune('a'+i)), self))[0])
		w.clock.advance(time.Hour)
	}
	changes, err := w.store.Changes(t.Context(), acme, morning.Add(-time.Hour), w.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	var kinds []checks.ChangeKind
	for _, c := range changes {
		if c.CheckID == "root-access-keys" {
			kinds = append(kinds, c.Kind)
		}
	}
	want := []checks.ChangeKind{checks.Opened, checks.WentDark, checks.Resolved}
	if len(kinds) != len(want) || kinds[0] != want[0] || kinds[1] != want[1] || kinds[2] != want[2] {
		t.Errorf("changes %v, want %v", kinds, want)
	}
}
