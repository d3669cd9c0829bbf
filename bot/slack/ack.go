package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"rootwatch/bot"
)

// keyOf names a request by its signature, which covers the instant and the
// body. Hex reads the same in both cases, and so must the key.
func keyOf(header http.Header) string {
	sum := sha256.Sum256([]byte(strings.ToLower(header.Get("X-Slack-Signature"))))
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
func within(ctx context.Context, limit time.Duration, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	type outcome struct {
		err      error
		panicked *panicked
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if v := recover(); v != nil {
				o.panicked = &panicked{value: v, stack: debug.Stack()}
			}
			done <- o
		}()
		o.err = f(ctx)
	}()
	select {
	case o := <-done:
		if o.panicked != nil {
			panic(o.panicked)
		}
		return o.err
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", bot.ErrBusy, ctx.Err())
	}
}
