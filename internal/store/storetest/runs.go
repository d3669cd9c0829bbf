package storetest

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

// some are accounts of acme, in the order of their ids.
func some(ids ...string) []account.Account {
	if ids == nil {
		ids = []string{"111122223333", "222222222222", "444455556666"}
	}
	var all []account.Account
	for _, id := range ids {
		all = append(all, account.Account{Scope: acme, ID: accountID(id), Name: "name-" + id, Email: id + "@example.com",
			State: account.Active, Role: account.Member})
	}
	return all
}

func (s *suite[Tx]) create(r schedule.Run) {
	s.Helper()
	if r.Scope == (account.Scope{}) {
		r.Scope = acme
	}
	if r.CreatedAt.IsZero() {
		r.CreatedAt = Now()
	}
	s.tx(func(ctx context.Context, tx Tx) error { return s.m.CreateRun(ctx, tx, r) })
}

func (s *suite[Tx]) add(run string, accounts []account.Account) []account.Account {
	s.Helper()
	return write(s, func(ctx context.Context, tx Tx) ([]account.Account, error) {
		return s.m.AddAccounts(ctx, tx, run, accounts)
	})
}

func (s *suite[Tx]) listed(run string, whole bool) {
	s.Helper()
	s.tx(func(ctx context.Context, tx Tx) error { return s.m.FinishListing(ctx, tx, run, whole, Now()) })
}

func (s *suite[Tx]) finish(run, id string) {
	s.Helper()
	s.tx(func(ctx context.Context, tx Tx) error { return s.m.FinishAccount(ctx, tx, run, accountID(id)) })
}

func (s *suite[Tx]) conclude(run, failure string) bool {
	s.Helper()
	return write(s, func(ctx context.Context, tx Tx) (bool, error) {
		return s.m.Conclude(ctx, tx, run, failure, Now().Add(time.Minute))
	})
}

func (s *suite[Tx]) run(id string) schedule.Run {
	s.Helper()
	return read(s, s.m.Run)(id)
}

func runRoundTrip[Tx any](s *suite[Tx]) {
	full := schedule.Run{
		ID: "full", Scope: gov, Kind: schedule.RunSpend, Targets: []account.ID{accountID("111122223333"), accountID("444455556666")},
		Days: 30, AskedBy: "U1", Subject: "prod-payments", CreatedAt: Now().Add(1500 * time.Microsecond),
		Reply: &bot.Address{ResponseURL: "https://hooks.example.com/x", User: "U1", FallbackChannel: "C1"},
	}
	bare := schedule.Run{ID: "bare", Scope: acme, Kind: schedule.RunPosture, All: true, CreatedAt: Now()}
	for _, want := range []schedule.Run{full, bare} {
		s.create(want)
		same(s, want.ID, s.run(want.ID), want)
	}
}

func runMissing[Tx any](s *suite[Tx]) {
	if _, err := s.m.Run(s.Context(), "nowhere"); !errors.Is(err, sql.ErrNoRows) {
		s.Errorf("Run: %v, want %v", err, sql.ErrNoRows)
	}
	writes := map[string]func(ctx context.Context, tx Tx) error{
		"AddAccounts": func(ctx context.Context, tx Tx) error {
			_, err := s.m.AddAccounts(ctx, tx, "nowhere", some())
			return err
		},
		"FinishListing": func(ctx context.Context, tx Tx) error { return s.m.FinishListing(ctx, tx, "nowhere", true, Now()) },
		"FinishAccount": func(ctx context.Context, tx Tx) error {
			return s.m.FinishAccount(ctx, tx, "nowhere", accountID("111122223333"))
		},
		"Conclude": func(ctx context.Context, tx Tx) error {
			_, err := s.m.Conclude(ctx, tx, "nowhere", "", Now())
			return err
		},
	}
	for name, write := range writes {
		if err := s.m.InTx(s.Context(), write); !errors.Is(err, sql.ErrNoRows) {
			s.Errorf("%s: %v, want %v", name, err, sql.ErrNoRows)
		}
	}
}

func runTwice[Tx any](s *suite[Tx]) {
	s.create(schedule.Run{ID: "r", Subject: "first"})
	err := s.m.InTx(s.Context(), func(ctx context.Context, tx Tx) error {
		return s.m.CreateRun(ctx, tx, schedule.Run{ID: "r", Scope: other, Subject: "second"})
	})
	if err == nil {
		s.Error("a second run got the id of the first")
	}
	same(s, "subject", s.run("r").Subject, "first")
}

func addAccounts[Tx any](s *suite[Tx]) {
	s.create(schedule.Run{ID: "r"})
	all := some()
	same(s, "twice in one page", s.add("r", []account.Account{all[1], all[0], all[1]}), []account.Account{all[1], all[0]})
	same(s, "only the new one", s.add("r", all), all[2:])
	same(s, "nothing new", s.add("r", all), nil)
	same(s, "an empty page", s.add("r", nil), nil)
	same(s, "no total before all are listed", s.run("r").Total, 0)
	s.listed("r", false)
	same(s, "total", s.run("r").Total, 3)
	same(s, "listed at", s.run("r").ListedAt, Now())

	s.create(schedule.Run{ID: "r2"})
	same(s, "another run has its own", s.add("r2", all[:1]), all[:1])
	bare := account.Account{ID: all[1].ID, Name: "name-222222222222", Email: all[1].Email, State: account.Active, Role: account.Member}
	same(s, "the scope is the run's", s.add("r2", []account.Account{bare}), all[1:2])

	err := s.m.InTx(s.Context(), func(ctx context.Context, tx Tx) error {
		_, err := s.m.AddAccounts(ctx, tx, "r", []account.Account{{Scope: acme, Name: "without id"}})
		return err
	})
	if !errors.Is(err, account.ErrID) {
		s.Errorf("an account without an id: %v, want %v", err, account.ErrID)
	}
}

func finishAccounts[Tx any](s *suite[Tx]) {
	s.create(schedule.Run{ID: "r"})
	s.add("r", some())
	s.finish("r", "111122223333")
	s.finish("r", "111122223333")
	s.finish("r", "999988887777") // of no run
	same(s, "done", s.run("r").Done, 1)
	s.finish("r", "222222222222")
	same(s, "done", s.run("r").Done, 2)
}

func conclusions[Tx any](s *suite[Tx]) {
	s.create(schedule.Run{ID: "r"})
	s.add("r", some()[:2])
	s.finish("r", "111122223333")
	s.finish("r", "222222222222")
	same(s, "all done but not listed", s.conclude("r", ""), false)
	s.listed("r", true)
	s.add("r", some()[2:])
	same(s, "one is left", s.conclude("r", ""), false)
	s.finish("r", "444455556666")
	same(s, "listed and done", s.conclude("r", ""), true)
	same(s, "again", s.conclude("r", ""), false)
	same(s, "with a failure after that", s.conclude("r", "too late"), false)
	r := s.run("r")
	same(s, "concluded at", r.ConcludedAt, Now().Add(time.Minute))
	same(s, "failure", r.Failure, "")
	same(s, "no more accounts", s.add("r", some("999988887777")), nil)
	same(s, "total", s.run("r").Total, 3)

	s.create(schedule.Run{ID: "failed"})
	s.add("failed", some())
	same(s, "a failure ends at once", s.conclude("failed", "The role is gone."), true)
	same(s, "once", s.conclude("failed", "The role is gone."), false)
	same(s, "failure", s.run("failed").Failure, "The role is gone.")

	s.create(schedule.Run{ID: "empty"})
	s.listed("empty", false)
	same(s, "nothing to do is done", s.conclude("empty", ""), true)
}

func concludeOnce[Tx any](s *suite[Tx]) {
	s.create(schedule.Run{ID: "r"})
	all := some("100000000001", "100000000002", "100000000003", "100000000004", "100000000005", "100000000006")
	s.add("r", all)
	s.listed("r", true)
	same(s, "concluded", s.together(len(all), func(i int) (last bool, err error) {
		err = s.m.InTx(s.Context(), func(ctx context.Context, tx Tx) (err error) {
			if err := s.m.FinishAccount(ctx, tx, "r", all[i].ID); err != nil {
				return err
			}
			last, err = s.m.Conclude(ctx, tx, "r", "", Now())
			return err
		})
		return last, err
	}), 1)
	same(s, "done", s.run("r").Done, len(all))
}

func openRuns[Tx any](s *suite[Tx]) {
	s.create(schedule.Run{ID: "late", CreatedAt: Now().Add(time.Hour)})
	s.create(schedule.Run{ID: "early"})
	s.create(schedule.Run{ID: "twin"})
	s.create(schedule.Run{ID: "foreign", Scope: other})
	s.create(schedule.Run{ID: "over"})
	s.conclude("over", "It could not be.")
	var ids []string
	for _, r := range read(s, s.m.OpenRuns)(acme) {
		ids = append(ids, r.ID)
	}
	same(s, "open", ids, []string{"early", "twin", "late"})
}

func forgetRuns[Tx any](s *suite[Tx]) {
	for _, id := range []string{"over", "open"} {
		s.create(schedule.Run{ID: id, CreatedAt: Now().Add(-time.Hour)})
		s.add(id, some())
	}
	s.conclude("over", "It could not be.")
	s.prune(Now())
	s.run("over") // concluded a minute after Now
	s.prune(Now().Add(2 * time.Minute))
	if _, err := s.m.Run(s.Context(), "over"); !errors.Is(err, sql.ErrNoRows) {
		s.Errorf("the concluded run: %v, want %v", err, sql.ErrNoRows)
	}
	same(s, "the open run", s.run("open").ID, "open")
	s.create(schedule.Run{ID: "over"})
	same(s, "its accounts went with it", len(s.add("over", some())), 3)
}
