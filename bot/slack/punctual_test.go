package slack

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// sleepy is a transport that a process sleeps in, before it reads the body.
type sleepy struct{ sleep time.Duration }

func (s sleepy) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(s.sleep)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(string(body)))}, nil
}

// ticking is a context whose deadline passes and whose timer never has its
// turn, which is what a process sees that was stopped.
type ticking struct {
	context.Context
	deadline time.Time
}

func (t ticking) Deadline() (time.Time, bool) { return t.deadline, true }

func TestPunctual(t *testing.T) {
	for name, c := range map[string]struct {
		before, within time.Duration
		late           bool
	}{
		"in time":               {time.Second, time.Second, false},
		"slept before":          {11 * time.Second, 0, true},
		"slept before the body": {time.Second, 9 * time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := ticking{t.Context(), time.Now().Add(10 * time.Second)}
				r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://slack.example.com/api/chat.postMessage", strings.NewReader("text=hello"))
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(c.before)
				response, err := punctual{sleepy{c.within}}.RoundTrip(r)
				if err == nil {
					_ = response.Body.Close()
				}
				if errors.Is(err, context.DeadlineExceeded) != c.late {
					t.Errorf("late %v, want %v (%v)", err != nil, c.late, err)
				}
			})
		})
	}
}

// The body that is asked for again, over another connection, is timed as well,
// and nothing is taken of a request whose deadline has passed.
func TestPunctualOverTheWire(t *testing.T) {
	taken := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err == nil {
			taken++
		}
	}))
	defer server.Close()
	send := func(deadline time.Time) error {
		ctx := ticking{t.Context(), deadline}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader("text=hello"))
		if err != nil {
			t.Fatal(err)
		}
		response, err := punctual{http.DefaultTransport}.RoundTrip(r)
		if err == nil {
			err = response.Body.Close()
		}
		return err
	}
	if err := send(time.Now().Add(time.Minute)); err != nil || taken != 1 {
		t.Fatal(taken, err)
	}
	if err := send(time.Now().Add(-time.Second)); !errors.Is(err, context.DeadlineExceeded) || taken != 1 {
		t.Errorf("a late request was taken %d times: %v", taken-1, err)
	}
}
