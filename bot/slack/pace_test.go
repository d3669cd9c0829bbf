package slack_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rootwatch/bot"
	"rootwatch/bot/slack"
)

// inProcess is a Slack without a network, so that it can live in a bubble of
// virtual time.
type inProcess func(*http.Request) (*http.Response, error)

func (f inProcess) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func says(status int, body string, header http.Header) *http.Response {
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}
}

func paced(f inProcess) *slack.Mouth {
	return slack.NewMouth(slack.Options{BotToken: token, HTTPClient: &http.Client{Transport: f}})
}

func to(channel string) bot.Outgoing {
	out := inChannel(bot.Trouble{What: "hello"})
	out.Address.Channel = channel
	return out
}

func TestPaceKeepsEachChannelToOneASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mouth := paced(func(*http.Request) (*http.Response, error) {
			return says(200, `{"ok":true,"channel":"C1","ts":"1.2"}`, nil), nil
		})
		start := time.Now()
		for range 6 {
			if _, err := mouth.Post(t.Context(), to("C1")); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("six messages took %s: three at once, then one a second", took)
		}
		if _, err := mouth.Post(t.Context(), to("C2")); err != nil || time.Since(start) != 3*time.Second {
			t.Errorf("another channel waited too: %v", err)
		}
	})
}

func TestPaceSaysWhatItCannotWaitFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		mouth := paced(func(*http.Request) (*http.Response, error) {
			requests++
			return says(200, `{"ok":true,"channel":"C1","ts":"1.2"}`, nil), nil
		})
		for range 3 {
			if _, err := mouth.Post(t.Context(), to("C1")); err != nil {
				t.Fatal(err)
			}
		}
		short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := mouth.Post(short, to("C1"))
		f := faultOf(t, err)
		if f.Kind != bot.RateLimited || f.RetryAfter != time.Second || time.Since(start) != 0 || requests != 3 {
			t.Errorf("fault %+v after %s and %d requests", f, time.Since(start), requests)
		}
		ended, end := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, end)
		_, err = mouth.Post(ended, to("C1"))
		if f := faultOf(t, err); f.Kind != bot.Unreachable || !errors.Is(f, context.Canceled) {
			t.Errorf("ended while it waited: %+v", f)
		}
		// What was not said has not used up anything.
		if _, err := mouth.Post(t.Context(), to("C1")); err != nil || time.Since(start) != time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}

// After a 429 the channel stays silent for as long as Slack asked, whoever
// comes next, so that the order is kept.
func TestPaceParksAChannelAfterA429(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		mouth := paced(func(*http.Request) (*http.Response, error) {
			if requests++; requests == 1 {
				return says(429, "", http.Header{"Retry-After": {"20"}}), nil
			}
			return says(200, `{"ok":true,"channel":"C1","ts":"1.2"}`, nil), nil
		})
		_, err := mouth.Post(t.Context(), to("C1"))
		if f := faultOf(t, err); f.RetryAfter != 20*time.Second {
			t.Errorf("fault %+v", f)
		}
		job, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err = mouth.Post(job, to("C1"))
		if f := faultOf(t, err); f.Kind != bot.RateLimited || f.RetryAfter != 20*time.Second || requests != 1 {
			t.Errorf("fault %+v after %d requests", f, requests)
		}
		time.Sleep(20 * time.Second) // virtual
		if _, err := mouth.Post(t.Context(), to("C1")); err != nil {
			t.Error(err)
		}
	})
}

// However many channels there are, few are remembered, and none is refused.
func TestPaceForgetsChannels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mouth := paced(func(*http.Request) (*http.Response, error) {
			return says(200, `{"ok":true,"channel":"C1","ts":"1.2"}`, nil), nil
		})
		start := time.Now()
		for i := range 3000 {
			if _, err := mouth.Post(t.Context(), to(fmt.Sprintf("C%d", i))); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("took %s", took)
		}
	})
}
