package awsorg

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"rootwatch/checks/account"
)

// memo keeps one answer for a while. Whoever asks meanwhile shares the
// question; a failure is never kept.
type memo[T any] struct {
	flight singleflight.Group
	mu     sync.Mutex
	value  T
	until  time.Time // zero: nothing is kept
}

func (m *memo[T]) kept(now time.Time) (T, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.value, now.Before(m.until)
}

// get asks under a context that outlives its first caller, whose going away
// must not fail the others; ask has a deadline of its own.
func (m *memo[T]) get(ctx context.Context, call string, now func() time.Time, keep time.Duration, ask func(context.Context) (T, *account.Gap)) (T, *account.Gap) {
	return m.getFor(ctx, call, now, func(T) time.Duration { return keep }, ask)
}

// getFor keeps an answer for as long as it deserves.
func (m *memo[T]) getFor(ctx context.Context, call string, now func() time.Time, keep func(T) time.Duration, ask func(context.Context) (T, *account.Gap)) (T, *account.Gap) {
	if v, ok := m.kept(now()); ok {
		return v, nil
	}
	type answer struct {
		value T
		gap   *account.Gap
	}
	asked := m.flight.DoChan("", func() (any, error) {
		v, gap := ask(context.WithoutCancel(ctx))
		if gap == nil {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.value, m.until = v, now().Add(keep(v))
		}
		return answer{v, gap}, nil
	})
	select {
	case r := <-asked:
		a := r.Val.(answer)
		return a.value, a.gap
	case <-ctx.Done():
		var none T
		gap := classify(call, ctx.Err(), nil)
		return none, &gap
	}
}

// maxShared is rather more central topics or trails than a company has; past
// it all are forgotten.
const maxShared = 256

// shared keeps an answer for each thing that several accounts have a part in,
// by its ARN.
type shared[T any] struct {
	mu    sync.Mutex
	known map[string]*memo[T]
}

func (s *shared[T]) of(arn string) *memo[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || len(s.known) >= maxShared && s.known[arn] == nil {
		s.known = map[string]*memo[T]{}
	}
	if s.known[arn] == nil {
		s.known[arn] = new(memo[T])
	}
	return s.known[arn]
}
