package slack

import (
	"context"
	"io"
	"net/http"
	"time"
)

// punctual writes no request whose deadline has passed. A context ends when a
// timer fires; a process that was stopped and is woken may write before that
// timer has its turn, and what it writes may have been said by another process
// meanwhile. So the time is asked for once more where the body is read, right
// before the bytes go out: without its body no request is taken.
type punctual struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (p punctual) RoundTrip(r *http.Request) (*http.Response, error) {
	deadline, ok := r.Context().Deadline()
	if !ok {
		return p.next.RoundTrip(r)
	}
	timed := *r
	if r.Body != nil && r.Body != http.NoBody {
		timed.Body = timedBody{r.Body, deadline}
	}
	if again := r.GetBody; again != nil {
		timed.GetBody = func() (io.ReadCloser, error) {
			body, err := again()
			return timedBody{body, deadline}, err
		}
	}
	if late(deadline) {
		if timed.Body != nil {
			_ = timed.Body.Close() // as a RoundTripper must
		}
		return nil, context.DeadlineExceeded
	}
	return p.next.RoundTrip(&timed)
}

type timedBody struct {
	io.ReadCloser
	deadline time.Time
}

func (b timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if late(b.deadline) {
		return 0, context.DeadlineExceeded
	}
	return n, err
}

// late asks both clocks: the monotonic one stands still while a machine sleeps.
func late(deadline time.Time) bool {
	now := time.Now()
	return !now.Before(deadline) || !now.Round(0).Before(deadline.Round(0))
}
