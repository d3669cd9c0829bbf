package schedule_test

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
)

// lockedLog is a log that several goroutines may write.
type lockedLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// accepts enters an exception on team-1's root key until so long from now.
func (w *world) accepts(d time.Duration) checks.Exception {
	w.Helper()
	x, err := w.engine.Except(w.Context(), checks.Exception{
		Scope: acme, AccountID: memberID(1), CheckID: "root-access-keys", Reason: "An old appliance needs it.",
		Approver: "Ben Ode", By: "Ana Silva", Until: w.clock.now().Add(d),
	})
	if err != nil {
		w.Fatal(err)
	}
	return x
}

// keyFinding is what the newest report says of team-1's root key.
func (w *world) keyFinding() checks.Finding {
	w.Helper()
	report, err := w.engine.Report(w.Context(), acme, memberID(1))
	if err != nil || report == nil {
		w.Fatal(report, err)
	}
	for _, f := range report.Findings {
		if f.CheckID == "root-access-keys" {
			return f
		}
	}
	w.Fatal("no finding")
	return checks.Finding{}
}

// An exception entered between two sweeps silences the failure, which stays
// one; when it ends, the failure is told again, once.
func TestExceptionSilencesAndEnds(t *testing.T) {
	w := daily(t, 3)
	w.cloud.set(memberID(1), rootKey)
	w.later(24 * time.Hour) // the 23rd: it opens
	if d := w.digest("2026-11-23T09:00"); d.NewTotal != 1 || d.OpenTotal != 1 {
		t.Fatalf("%d new, %d open before anybody accepts it", d.NewTotal, d.OpenTotal)
	}

	w.accepts(36 * time.Hour) // to the evening of the 24th
	if f := w.keyFinding(); !f.Open(w.clock.now()) {
		t.Error("an exception reaches a report that was made before it")
	}
	w.later(24 * time.Hour) // the 24th: accepted
	d := w.digest("2026-11-24T09:00")
	if d.NewTotal != 0 || d.OpenTotal != 0 || d.Accepted.Total != 1 || d.Changed() {
		t.Errorf("%d new, %d open, %v: an accepted failure is news", d.NewTotal, d.OpenTotal, d.Accepted)
	}
	if f := w.keyFinding(); f.Status != checks.Fail || f.Open(w.clock.now()) || f.Exception == nil {
		t.Errorf("the accepted failure is %s with %+v", f.Status, f.Exception)
	}

	w.later(24 * time.Hour) // the 25th: ended
	d = w.digest("2026-11-25T09:00")
	if want := []string{"team-1 root-access-keys"}; !slices.Equal(lines(d.New), want) || d.OpenTotal != 1 || d.Accepted.Total != 0 {
		t.Errorf("new %v, %d open, %v", lines(d.New), d.OpenTotal, d.Accepted)
	} else if d.New[0].Short != "Root has an access key; its exception ended" {
		t.Errorf("it is told as %q", d.New[0].Short)
	}
	if f := w.keyFinding(); f.TimesReopened != 0 {
		t.Errorf("it was reopened %d times, and never mended", f.TimesReopened)
	}
	w.later(24 * time.Hour) // the 26th: no news any more
	if d = w.digest("2026-11-26T09:00"); d.NewTotal != 0 || d.OpenTotal != 1 {
		t.Errorf("%d new, %d open the day after", d.NewTotal, d.OpenTotal)
	}
}

// Between two sweeps an exception's end is heeded by whoever reads the report.
func TestExceptionEndsBetweenSweeps(t *testing.T) {
	w := daily(t, 2)
	w.cloud.set(memberID(1), rootKey)
	w.accepts(24*time.Hour + time.Minute)
	w.later(24 * time.Hour)
	fleet, err := w.engine.Fleet(w.Context(), acme)
	if err != nil || fleet.OpenTotal != 0 || fleet.Accepted.Total != 1 {
		t.Fatalf("%d open, %v, %v", fleet.OpenTotal, fleet.Accepted, err)
	}
	w.clock.advance(2 * time.Minute)
	if fleet, err = w.engine.Fleet(w.Context(), acme); err != nil || fleet.OpenTotal != 1 || fleet.Accepted.Total != 0 {
		t.Errorf("%d open, %v, %v after its end", fleet.OpenTotal, fleet.Accepted, err)
	}
	if f := w.keyFinding(); !f.Open(w.clock.now()) || f.Exception != nil {
		t.Errorf("the report still shows %+v", f.Exception)
	}
}

// A stored exception that cannot be read accepts nothing, and a revoked one
// neither; the log says the first once.
func TestGarbledExceptionsFailOpen(t *testing.T) {
	log := &lockedLog{}
	w := daily(t, 2, func(w *world) { w.options.Log = slog.New(slog.NewTextHandler(log, nil)) })
	w.cloud.set(memberID(1), rootKey)
	x := w.accepts(20 * 24 * time.Hour)
	w.later(24 * time.Hour)
	if w.keyFinding().Open(w.clock.now()) {
		t.Fatal("it is open under a good exception")
	}
	w.exec(`UPDATE exception SET account = '', body = '{"id":'`)
	w.later(24 * time.Hour)
	d := w.digest("2026-11-24T09:00")
	if !w.keyFinding().Open(w.clock.now()) || d.NewTotal != 1 || d.OpenTotal != 1 {
		t.Errorf("%d new, %d open under a garbled exception", d.NewTotal, d.OpenTotal)
	}
	w.later(24 * time.Hour)
	if n := strings.Count(log.String(), x.ID+" cannot be read"); n != 2 { // each day is a process of its own, and has two accounts
		t.Errorf("the log says %d times that it cannot be read: %s", n, log)
	}

	good := w.accepts(20 * 24 * time.Hour)
	w.later(24 * time.Hour)
	if w.keyFinding().Open(w.clock.now()) {
		t.Error("a good one beside the garbled one does not count")
	}
	for _, want := range []bool{true, false} {
		if revoked, err := w.engine.Revoke(w.Context(), good.ID, "Cem Arslan"); revoked != want || err != nil {
			t.Errorf("revoked %v, %v", revoked, err)
		}
	}
	w.later(24 * time.Hour)
	if d = w.digest("2026-11-27T09:00"); d.NewTotal != 1 || d.OpenTotal != 1 {
		t.Errorf("%d new, %d open after it was revoked", d.NewTotal, d.OpenTotal)
	}
}

// A word is heeded from the next sweep on, and that it went stale is told once.
func TestWordsGoStale(t *testing.T) {
	w := daily(t, 2)
	_, err := w.engine.Attest(w.Context(), checks.Attestation{Scope: acme, AccountID: memberID(1), CheckID: "root-password-custody", By: "Ana Silva", Until: w.clock.now().Add(36 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	status := func() checks.Status {
		report, err := w.engine.Report(t.Context(), acme, memberID(1))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range report.Findings {
			if f.CheckID == "root-password-custody" {
				return f.Status
			}
		}
		return ""
	}
	for day, want := range []struct {
		status checks.Status
		stale  int
	}{{checks.Pass, 0}, {checks.Manual, 1}, {checks.Manual, 0}} {
		w.later(24 * time.Hour)
		d := w.digest("2026-11-" + []string{"23", "24", "25"}[day] + "T09:00")
		stale := slices.DeleteFunc(slices.Clone(d.Dark), func(l bot.Line) bool { return !l.Stale })
		if got := status(); got != want.status || len(stale) != want.stale {
			t.Errorf("day %d: %s, %v stale; want %s, %d", day+1, got, lines(stale), want.status, want.stale)
		}
	}
	if _, err := w.engine.Attest(w.Context(), checks.Attestation{Scope: acme, CheckID: "root-mfa", By: "Ana", Until: w.clock.now().Add(time.Hour)}); err == nil {
		t.Error("a word was taken on what AWS tells")
	}
	if _, err := w.engine.Except(w.Context(), checks.Exception{Scope: account.Scope{}, CheckID: "root-mfa", Reason: "r", Approver: "Ana", By: "ana", Until: w.clock.now().Add(time.Hour)}); err == nil {
		t.Error("a person accepted their own risk")
	}
}
