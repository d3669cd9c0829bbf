package storetest

import (
	"context"
	"time"

	"rootwatch/checks/account"
	"rootwatch/schedule"
)

func (s *suite[Tx]) request(key string, at time.Time) bool {
	s.Helper()
	return write(s, func(ctx context.Context, tx Tx) (bool, error) { return s.m.TakeRequest(ctx, tx, key, at) })
}

func replay[Tx any](s *suite[Tx]) {
	same(s, "first", s.request("k", Now()), true)
	same(s, "again", s.request("k", Now().Add(time.Hour)), false)
	same(s, "another", s.request("k2", Now()), true)
	same(s, "at once", s.together(8, func(int) (taken bool, err error) {
		err = s.m.InTx(s.Context(), func(ctx context.Context, tx Tx) (err error) {
			taken, err = s.m.TakeRequest(ctx, tx, "k3", Now())
			return err
		})
		return taken, err
	}), 1)
}

func forgetRequests[Tx any](s *suite[Tx]) {
	s.request("old", Now().Add(-25*time.Hour))
	s.request("new", Now().Add(-23*time.Hour))
	s.prune(Now().Add(-24 * time.Hour))
	same(s, "the old one is forgotten", s.request("old", Now()), true)
	same(s, "the new one is not", s.request("new", Now()), false)
}

func (s *suite[Tx]) slot(scope account.Scope, name, local string, missed bool, at time.Time) bool {
	s.Helper()
	slot := schedule.Slot{Scope: scope, Schedule: name, Local: local, Missed: missed, At: at}
	return write(s, func(ctx context.Context, tx Tx) (bool, error) { return s.m.TakeSlot(ctx, tx, slot) })
}

func slotOnce[Tx any](s *suite[Tx]) {
	const local = "2026-11-22T08:00"
	same(s, "first", s.slot(acme, "sweep", local, false, Now()), true)
	same(s, "again", s.slot(acme, "sweep", local, true, Now()), false)
	same(s, "another schedule", s.slot(acme, "digest", local, false, Now()), true)
	same(s, "another organization", s.slot(other, "sweep", local, false, Now()), true)
	same(s, "another partition", s.slot(gov, "sweep", local, false, Now()), true)
	last, found, err := s.m.LastSlot(s.Context(), acme, "sweep")
	same(s, "found", get(s, found, err), true)
	same(s, "the first one stands", last, schedule.Slot{Scope: acme, Schedule: "sweep", Local: local, At: Now()})
}

func lastSlot[Tx any](s *suite[Tx]) {
	_, found, err := s.m.LastSlot(s.Context(), acme, "sweep")
	same(s, "none yet", get(s, found, err), false)
	s.slot(acme, "sweep", "2026-11-22T08:00", false, Now())
	s.slot(acme, "sweep", "2026-11-21T08:00", true, Now().Add(time.Second)) // taken later, fired earlier
	s.slot(other, "sweep", "2026-11-23T08:00", false, Now())
	s.slot(acme, "digest", "2026-11-23T08:00", false, Now())
	last, _, err := s.m.LastSlot(s.Context(), acme, "sweep")
	same(s, "last", get(s, last, err).Local, "2026-11-22T08:00")
}

func missedSlots[Tx any](s *suite[Tx]) {
	s.slot(acme, "sweep", "2026-11-19T08:00", true, Now().Add(-48*time.Hour))
	s.slot(acme, "sweep", "2026-11-21T08:00", true, Now())
	s.slot(acme, "digest", "2026-11-20T09:00", true, Now())
	s.slot(acme, "sweep", "2026-11-22T08:00", false, Now())
	s.slot(other, "sweep", "2026-11-21T08:00", true, Now())
	missed, err := s.m.MissedSlots(s.Context(), acme, Now().Add(-time.Minute))
	same(s, "missed", get(s, missed, err), []schedule.Slot{
		{Scope: acme, Schedule: "digest", Local: "2026-11-20T09:00", Missed: true, At: Now()},
		{Scope: acme, Schedule: "sweep", Local: "2026-11-21T08:00", Missed: true, At: Now()},
	})
	missed, err = s.m.MissedSlots(s.Context(), acme, Now())
	same(s, "since is left out", get(s, missed, err), nil)
}

func forgetSlots[Tx any](s *suite[Tx]) {
	s.slot(acme, "sweep", "2025-10-01T08:00", false, Now().AddDate(0, 0, -401))
	s.slot(acme, "sweep", "2025-11-01T08:00", false, Now().AddDate(0, 0, -399))
	s.prune(Now())
	same(s, "401 days ago", s.slot(acme, "sweep", "2025-10-01T08:00", false, Now()), true)
	same(s, "399 days ago", s.slot(acme, "sweep", "2025-11-01T08:00", false, Now()), false)
}
