package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/schedule"
)

// Several writers at once, which are several processes on Postgres.

func firstReports[Tx any](s *suite[Tx]) {
	id := accountID("111122223333")
	same(s, "find no report before theirs", s.together(6, func(i int) (first bool, err error) {
		return first, s.m.InTx(s.Context(), func(ctx context.Context, tx Tx) error {
			was, err := s.m.LatestTx(ctx, tx, acme, id)
			if err != nil {
				return err
			}
			first = was == nil
			_, err = s.m.SaveReport(ctx, tx, report("111122223333", "prod", Now().Add(time.Duration(i)*time.Second)), nil)
			return err
		})
	}), 1)
	same(s, "the newest report stands", s.latest(acme, id).ObservedAt, Now().Add(5*time.Second))
}

func billsAtOnce[Tx any](s *suite[Tx]) {
	s.together(6, func(i int) (bool, error) {
		sheet := bill("2026-11-19", "2026-11-20", charge("111122223333", "Amazon S3", "2026-11-20", fmt.Sprint(i)))
		sheet.ObservedAt = Now().Add(time.Duration(i) * time.Second)
		return true, s.m.InTx(s.Context(), func(ctx context.Context, tx Tx) error { return s.m.SaveSheet(ctx, tx, acme, sheet) })
	})
	h := s.history(acme, nobody, day("2026-11-19"), day("2026-11-20"))
	same(s, "the newest bill stands, alone", h.Series, []spend.Series{series("111122223333", "Amazon S3", "", "2026-11-19", 0, 5)})
}

func listsAtOnce[Tx any](s *suite[Tx]) {
	accounts := some("100000000001", "100000000002", "100000000003", "100000000004")
	back := slices.Clone(accounts)
	slices.Reverse(back)
	for i := range 6 {
		s.create(schedule.Run{ID: fmt.Sprint(i)})
	}
	var added atomic.Int64
	s.together(6, func(i int) (bool, error) {
		list := [][]account.Account{accounts, back}[i%2]
		return true, s.m.InTx(s.Context(), func(ctx context.Context, tx Tx) error {
			fresh, err := s.m.AddAccounts(ctx, tx, fmt.Sprint(i), list)
			if err != nil {
				return err
			}
			added.Add(int64(len(fresh)))
			return s.m.FinishListing(ctx, tx, fmt.Sprint(i), true, Now())
		})
	})
	same(s, "each run has its accounts", added.Load(), int64(24))
}

func oneOfEach[Tx any](s *suite[Tx]) {
	same(s, "take the slot", s.together(6, func(int) (taken bool, err error) {
		err = s.m.InTx(s.Context(), func(ctx context.Context, tx Tx) (err error) {
			taken, err = s.m.TakeSlot(ctx, tx, schedule.Slot{Scope: acme, Schedule: "sweep", Local: "2026-11-22T06:00", At: Now()})
			return err
		})
		return taken, err
	}), 1)
	same(s, "take the request", s.together(6, func(int) (taken bool, err error) {
		err = s.m.InTx(s.Context(), func(ctx context.Context, tx Tx) (err error) {
			taken, err = s.m.TakeRequest(ctx, tx, "k", Now())
			return err
		})
		return taken, err
	}), 1)
	ids := make([]int64, 6)
	s.together(6, func(i int) (bool, error) {
		err := s.m.InTx(s.Context(), func(ctx context.Context, tx Tx) (err error) {
			ids[i], err = s.m.Plan(ctx, tx, acme, note("m", fmt.Sprint(i)), "")
			return err
		})
		return true, err
	})
	same(s, "plan one row", len(slices.Compact(ids)), 1)
	d, _, err := s.m.Delivery(s.Context(), acme, "m")
	same(s, "in so many revisions", get(s, d, err).Revision, 6)
}

func acknowledged[Tx any](s *suite[Tx]) {
	read := spend.Incident{Open: true, Spike: spend.Spike{
		Key: spend.Key{Account: accountID("111122223333"), Service: "Amazon S3"}, Since: day("2026-11-20"),
	}}
	s.incident(acme, read)
	said := read
	said.AcknowledgedBy, said.AcknowledgedName, said.AcknowledgedAt = "U1", "alice", Now()
	s.incident(acme, said)
	grown := read // by who had read it before
	grown.Day = day("2026-11-21")
	s.incident(acme, grown)
	want := said
	want.Day = grown.Day
	same(s, "it grew and is looked after", s.incidents(acme, "2026-11-20"), []spend.Incident{want})
	next := want
	next.AcknowledgedBy, next.AcknowledgedName = "U2", "bob"
	s.incident(acme, next)
	same(s, "another person takes over", s.incidents(acme, "2026-11-20"), []spend.Incident{next})
	other := read
	other.Since = day("2026-11-24")
	s.incident(acme, other)
	same(s, "the next incident is nobody's", s.incidents(acme, "2026-11-20"), []spend.Incident{next, other})
}

// traits is what a store has beside schedule.Memory.
type traits interface {
	Trait(ctx context.Context, team, name string) (time.Time, error)
	SetTrait(ctx context.Context, team, name string, at time.Time) error
}

func workspaceTraits[Tx any](s *suite[Tx]) {
	m, ok := s.m.(traits)
	if !ok {
		s.Fatalf("%T has no traits", s.m)
	}
	is := func(what, team, name string, want time.Time) {
		s.Helper()
		at, err := m.Trait(s.Context(), team, name)
		same(s, what, get(s, at, err), want)
	}
	set := func(at time.Time) {
		s.Helper()
		if err := m.SetTrait(s.Context(), "T1", "no-charts", at); err != nil {
			s.Fatal(err)
		}
	}
	is("nothing is known", "T1", "no-charts", time.Time{})
	set(Now())
	is("learned", "T1", "no-charts", Now())
	is("of another workspace", "T2", "no-charts", time.Time{})
	is("another one", "T1", "charts", time.Time{})
	set(Now().Add(time.Hour))
	is("learned again", "T1", "no-charts", Now().Add(time.Hour))
	set(time.Time{})
	is("forgotten", "T1", "no-charts", time.Time{})
	s.tx(func(ctx context.Context, _ Tx) error {
		if err := m.SetTrait(ctx, "T1", "no-charts", Now()); err == nil {
			s.Error("SetTrait wrote inside InTx")
		}
		return nil
	})
}

func claimsPass[Tx any](s *suite[Tx]) {
	id := write(s, func(ctx context.Context, tx Tx) (int64, error) {
		return s.m.Plan(ctx, tx, acme, note("m", "hello"), "")
	})
	claim := func(by int64, at time.Time) bool {
		s.Helper()
		_, mine, err := s.m.Claim(s.Context(), id, by, at)
		return get(s, mine, err)
	}
	same(s, "the first", claim(1, Now()), true)
	same(s, "another one, at once", claim(2, Now().Add(14*time.Second)), false)
	same(s, "another one, later", claim(2, Now().Add(15*time.Second)), true)
	same(s, "the first again", claim(1, Now().Add(16*time.Second)), false)
	s.tx(func(ctx context.Context, tx Tx) error {
		return s.m.MarkSent(ctx, tx, id, 1, bot.Ref{Channel: "C1", TS: "1"}, Now())
	})
	same(s, "what is said", claim(3, Now().Add(time.Hour)), false)
}
