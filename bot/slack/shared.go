package slack

import (
	"context"
	"sync"
)

// shared is a reading for all who want it at the same time: with 5,000 accounts
// App Home takes seconds of the store, and is the same for everybody. Its zero
// value is idle.
type shared[T any] struct {
	mu      sync.Mutex
	reading *reading[T] // nil: none is under way
}

type reading[T any] struct {
	done chan struct{} // closed when result is there
	result[T]
}

// read joins the reading that is under way, or begins one. It waits until ctx
// ends; the reading goes on for the others, no longer than afterLimit.
func (s *shared[T]) read(ctx context.Context, f func(context.Context) (T, error)) (T, error) {
	s.mu.Lock()
	r := s.reading
	if r == nil {
		r = &reading[T]{done: make(chan struct{})}
		s.reading = r
		go s.run(context.WithoutCancel(ctx), r, f)
	}
	s.mu.Unlock()
	select {
	case <-r.done:
		return r.get()
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// run ends the reading in time, even where f does not heed its context.
func (s *shared[T]) run(ctx context.Context, r *reading[T], f func(context.Context) (T, error)) {
	ctx, cancel := context.WithTimeout(ctx, afterLimit)
	defer cancel()
	select {
	case r.result = <-begin(ctx, f):
	case <-ctx.Done():
		r.err = ctx.Err()
	}
	s.mu.Lock()
	s.reading = nil
	s.mu.Unlock()
	close(r.done)
}
