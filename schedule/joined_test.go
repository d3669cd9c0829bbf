package schedule_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"rootwatch/checks"
)

// An account that joins is read by the next sweep, named in the log and told
// in the digest, once.
func TestAccountThatJoins(t *testing.T) {
	log := &lockedLog{}
	w := daily(t, 3, func(w *world) { w.options.Log = slog.New(slog.NewTextHandler(log, nil)) })
	if strings.Contains(log.String(), "new in the organization") {
		t.Errorf("all are new to an empty directory: %s", log)
	}
	newcomer := w.cloud.member(3)
	newcomer.JoinedAt = w.clock.now().Add(6 * time.Hour)
	w.cloud.mu.Lock()
	w.cloud.accounts = append(w.cloud.accounts, newcomer)
	w.cloud.mu.Unlock()

	w.later(24 * time.Hour)
	second := w.digest("2026-11-23T09:00")
	if second.JoinedTotal != 1 || len(second.Joined) != 1 || second.Joined[0].AccountID != newcomer.ID || second.Coverage.Accounts != 4 {
		t.Errorf("joined: %+v of %d", second.Joined, second.JoinedTotal)
	}
	if said := log.String(); strings.Count(said, "accounts are new in the organization") != 1 || !strings.Contains(said, newcomer.ID.String()) {
		t.Errorf("the log says %s", said)
	}
	if r := w.latest(newcomer.ID); r == nil || !r.JoinedAt.Equal(newcomer.JoinedAt) || r.Coverage.State == checks.NotReadable {
		t.Errorf("its report is %+v", r)
	}
	w.later(24 * time.Hour)
	if third := w.digest("2026-11-24T09:00"); third.JoinedTotal != 0 {
		t.Errorf("told again: %+v", third.Joined)
	}
}
