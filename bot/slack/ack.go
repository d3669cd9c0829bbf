package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"rootwatch/bot"
)

// keyOf names a request for ever: by the id that Slack gave to what a person
// did, which is the same over every transport, or else by the request's own.
// The kind keeps ids of several kinds apart.
func keyOf(kind, id, own string) string {
	if id == "" {
		kind, id = "request", own
	}
	sum := sha256.Sum256([]byte(kind + "\x00" + id))
	return hex.EncodeToString(sum[:])
}

// panicked carries a panic and where it began to another goroutine.
type panicked struct {
	value any
	stack []byte
}

// within runs f and waits for it no longer than limit, even where f does not
// heed its context: Slack waits 3 s and tells nobody why afterwards. A panic
// in f is one here.
func within[T any](ctx context.Context, limit time.Duration, f func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	select {
	case o := <-begin(ctx, f):
		return o.get()
	case <-ctx.Done():
		var none T
		return none, fmt.Errorf("%w: %w", bot.ErrBusy, ctx.Err())
	}
}

// result is how a function ended: with a value, an error or a panic.
type result[T any] struct {
	value    T
	err      error
	panicked *panicked
}

func (r result[T]) get() (T, error) {
	if r.panicked != nil {
		panic(r.panicked)
	}
	return r.value, r.err
}

// begin runs f in a goroutine of its own.
func begin[T any](ctx context.Context, f func(context.Context) (T, error)) <-chan result[T] {
	done := make(chan result[T], 1)
	go func() {
		var r result[T]
		defer func() {
			if v := recover(); v != nil {
				r.panicked = &panicked{value: v, stack: debug.Stack()}
			}
			done <- r
		}()
		r.value, r.err = f(ctx)
	}()
	return done
}

// memory knows the keys of the last while within this process. What it keeps
// from happening twice is only a view or a note; questions are remembered by
// the store. Its zero value is empty.
type memory struct {
	mu       sync.Mutex
	now, old map[string]bool
}

// mostKeys is how many keys each half of the memory holds.
const mostKeys = 4096

// first reports whether the key is new, and remembers it.
func (m *memory) first(key string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.now[key] || m.old[key] {
		return false
	}
	if m.now == nil || len(m.now) >= mostKeys {
		m.old, m.now = m.now, map[string]bool{}
	}
	m.now[key] = true
	return true
}

// crew counts what runs. Unlike a sync.WaitGroup it may be waited for while
// more is begun. Its zero value is idle.
type crew struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when n is 0; nil: nobody waits
}

func (c *crew) run(f func()) {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	go func() {
		defer c.done()
		f()
	}()
}

func (c *crew) done() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n--; c.n == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
}

// wait returns when nothing runs, or ctx ends.
func (c *crew) wait(ctx context.Context) {
	c.mu.Lock()
	if c.n == 0 {
		c.mu.Unlock()
		return
	}
	if c.idle == nil {
		c.idle = make(chan struct{})
	}
	idle := c.idle
	c.mu.Unlock()
	select {
	case <-idle:
	case <-ctx.Done():
	}
}
