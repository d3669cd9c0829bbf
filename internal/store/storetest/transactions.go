package storetest

import (
	"context"
	"errors"

	"rootwatch/bot"
	"rootwatch/schedule"
)

// note is a message to plan.
func note(key, what string) bot.Outgoing {
	return bot.Outgoing{Key: key, Address: bot.Address{Channel: "C1"}, Message: bot.Trouble{What: what}, PlannedAt: Now()}
}

func rollback[Tx any](s *suite[Tx]) {
	refused := errors.New("refused")
	err := s.m.InTx(s.Context(), func(ctx context.Context, tx Tx) error {
		if _, err := s.m.TakeRequest(ctx, tx, "k", Now()); err != nil {
			return err
		}
		if err := s.m.CreateRun(ctx, tx, schedule.Run{ID: "r", Scope: acme, Kind: schedule.RunPosture}); err != nil {
			return err
		}
		if _, err := s.m.Plan(ctx, tx, acme, note("m", "hello"), ""); err != nil {
			return err
		}
		return refused
	})
	if !errors.Is(err, refused) {
		s.Errorf("InTx returned %v, want the function's own error", err)
	}
	s.untouched()
}

// untouched says that nothing of rollback's writes is there.
func (s *suite[Tx]) untouched() {
	s.Helper()
	same(s, "open runs", read(s, s.m.OpenRuns)(acme), nil)
	_, found, err := s.m.Delivery(s.Context(), acme, "m")
	same(s, "delivery is there", get(s, found, err), false)
	same(s, "request is new", write(s, func(ctx context.Context, tx Tx) (bool, error) {
		return s.m.TakeRequest(ctx, tx, "k", Now())
	}), true)
}

func panics[Tx any](s *suite[Tx]) {
	func() {
		defer func() { same(s, "the panic comes through", recover(), any("boom")) }()
		_ = s.m.InTx(s.Context(), func(ctx context.Context, tx Tx) error {
			if _, err := s.m.TakeRequest(ctx, tx, "k", Now()); err != nil {
				return err
			}
			panic("boom")
		})
	}()
	s.untouched()
}

func endedContext[Tx any](s *suite[Tx]) {
	ctx, cancel := context.WithCancel(s.Context())
	err := s.m.InTx(ctx, func(ctx context.Context, tx Tx) error {
		_, err := s.m.TakeRequest(ctx, tx, "k", Now())
		cancel()
		return err
	})
	if err == nil {
		s.Error("a transaction was committed after its context had ended")
	}
	if err := s.m.InTx(ctx, func(context.Context, Tx) error { return nil }); !errors.Is(err, context.Canceled) {
		s.Errorf("a transaction under an ended context: %v, want %v", err, context.Canceled)
	}
	s.untouched()
}

func isolation[Tx any](s *suite[Tx]) {
	there := func() bool {
		_, found, err := s.m.Delivery(s.Context(), acme, "m")
		return get(s, found, err)
	}
	s.tx(func(ctx context.Context, tx Tx) error {
		_, err := s.m.Plan(ctx, tx, acme, note("m", "hello"), "")
		same(s, "seen before the commit", there(), false)
		return err
	})
	same(s, "seen after the commit", there(), true)
}

func nesting[Tx any](s *suite[Tx]) {
	id := write(s, func(ctx context.Context, tx Tx) (int64, error) {
		return s.m.Plan(ctx, tx, acme, note("m", "hello"), "")
	})
	s.tx(func(ctx context.Context, _ Tx) error {
		if err := s.m.InTx(ctx, func(context.Context, Tx) error { return nil }); err == nil {
			s.Error("InTx ran inside InTx")
		}
		if _, _, err := s.m.CountRequests(ctx, acme, day("2026-11-20"), 1); err == nil {
			s.Error("CountRequests wrote inside InTx")
		}
		if _, _, err := s.m.Claim(ctx, id, 1, Now()); err == nil {
			s.Error("Claim ran inside InTx")
		}
		_, _, err := s.m.CountRequests(ctx, acme, day("2026-11-20"), 0) // only reads
		return err
	})
}
