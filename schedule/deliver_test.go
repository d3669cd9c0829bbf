package schedule_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/schedule"
)

func note(text string) bot.Message { return bot.Trouble{What: text} }

// say plans a message in the digest's channel.
func (w *world) say(key, text string) {
	w.Helper()
	w.sayTo(bot.Address{Channel: digestChannel}, key, text, "")
}

func (w *world) sayTo(to bot.Address, key, text, parent string) {
	w.Helper()
	w.inTx(func(ctx context.Context, tx *tx) error {
		return w.engine.Say(ctx, tx, acme, bot.Outgoing{Key: key, Address: to, Message: note(text)}, parent)
	})
}

// shows holds the messages of a key against what people must see.
func (w *world) shows(key string, texts ...string) {
	w.Helper()
	var seen []string
	for _, u := range w.mouth.of(key) {
		seen = append(seen, u.out.Message.Sentence())
	}
	var want []string
	for _, text := range texts {
		want = append(want, note(text).Sentence())
	}
	if !slices.Equal(seen, want) {
		w.Errorf("people see %q, want %q\n%s", seen, want, w.mouth)
	}
}

func limited(after time.Duration) error {
	f := fault(bot.RateLimited)
	f.RetryAfter = after
	return f
}

// Every kind of fault, from the first try to the message that stands.
func TestFaults(t *testing.T) {
	errs := func(all ...error) []error { return all }
	for name, c := range map[string]struct {
		post, find []error
		lost       int
		state      schedule.DeliveryState // after each try but the last
		putOff     time.Duration          // at least, of the first
		calls      string                 // all of them
		copies     int                    // of the message, 1 where 0
	}{
		"nothing": {calls: "post"},
		"rate limited": {
			post: errs(limited(30*time.Second), limited(time.Minute)), state: schedule.Planned, putOff: 30 * time.Second, calls: "post post post",
		},
		"unreachable": {
			post: errs(fault(bot.Unreachable), fault(bot.Unreachable)), state: schedule.Planned, calls: "post post post",
		},
		"refused in a channel": {
			post: errs(fault(bot.Refused), fault(bot.Refused)), state: schedule.Failed, putOff: schedule.RefusedFor, calls: "post post post",
		},
		"a channel that is gone": {
			post: errs(fault(bot.Gone)), state: schedule.Failed, putOff: schedule.RefusedFor, calls: "post post",
		},
		"a refused token": {
			post: errs(fault(bot.Locked)), state: schedule.Planned, putOff: schedule.LockedFor, calls: "post post",
		},
		"an answer is lost": {
			lost: 1, state: schedule.Ambiguous, calls: "post find update",
		},
		"it never arrived": {
			post: errs(fault(bot.Ambiguous)), state: schedule.Ambiguous, calls: "post find post",
		},
		"an error that is no fault": {
			post: errs(errors.New("odd")), state: schedule.Ambiguous, calls: "post find post",
		},
		"lost, and every look fails": {
			lost: 1, find: errs(fault(bot.Ambiguous), fault(bot.Unreachable), fault(bot.Locked), limited(time.Minute), errors.New("odd")), state: schedule.Ambiguous,
			calls: "post find find find find find find update",
		},
		"not arrived, and every look fails": {
			post: errs(fault(bot.Ambiguous)), find: errs(fault(bot.Unreachable), limited(time.Minute)), state: schedule.Ambiguous,
			calls: "post find find find post",
		},
		"not arrived, then limited": {
			post: errs(fault(bot.Ambiguous), limited(time.Minute)), state: schedule.Ambiguous, calls: "post find post find post",
		},
		"not arrived, then unreachable": {
			post: errs(fault(bot.Ambiguous), fault(bot.Unreachable)), state: schedule.Ambiguous, calls: "post find post find post",
		},
		"lost, and we may not look": { // better twice than never
			lost: 1, find: errs(fault(bot.Refused)), state: schedule.Ambiguous, calls: "post find post", copies: 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.mouth.fails("post", c.post...)
			w.mouth.fails("find", c.find...)
			w.mouth.lost = c.lost
			w.say("k", "one")
			w.start()
			tries := max(len(c.post), c.lost) + len(c.find)
			if c.copies > 1 {
				tries = 1 // the look that is refused ends in a post
			}
			for i := range tries {
				after := w.putOff("deliver")
				if d := w.delivery("k"); d.State != c.state || d.Problem == "" || d.SentRevision != 0 {
					t.Errorf("after try %d: %+v", i+1, d)
				}
				if i == 0 && c.putOff > 0 && (after < c.putOff || after > c.putOff+15*time.Second) {
					t.Errorf("put off for %s, want %s", after, c.putOff)
				}
				w.hurry()
			}
			w.said("k")
			w.settled()
			want := []string{"one"}
			for len(want) < c.copies {
				want = append(want, "one")
			}
			w.shows("k", want...)
			if got := strings.Join(w.mouth.called("k"), " "); got != c.calls {
				t.Errorf("called %s, want %s", got, c.calls)
			}
			if d := w.delivery("k"); d.Problem != "" || d.Ref.TS == "" || !d.SentAt.Equal(morning) {
				t.Errorf("row %+v", d)
			}
			if waiting, err := w.store.Undelivered(t.Context()); err != nil || len(waiting) != 0 {
				t.Errorf("undelivered %v: %v", waiting, err)
			}
		})
	}
}

// Nobody can mend a response URL.
func TestResponseURL(t *testing.T) {
	url := bot.Address{ResponseURL: "https://hooks.example.com/1", User: "U01ALICE", FallbackChannel: "C0PERSON"}
	for _, kind := range []bot.FaultKind{bot.Refused, bot.Gone} {
		t.Run(string(kind), func(t *testing.T) {
			w := newWorld(t)
			w.mouth.fails("post", fault(kind))
			w.sayTo(url, "k", "one", "")
			w.start()
			w.eventually("the job is done", func() bool { return w.unfinished("deliver") == 0 })
			if d := w.delivery("k"); d.State != schedule.Failed || d.Problem != fault(kind).Sentence {
				t.Errorf("row %+v", d)
			}
			w.shows("k")
		})
	}
	t.Run("said again it is replaced", func(t *testing.T) {
		w := newWorld(t)
		w.mouth.fails("post", fault(bot.Ambiguous))
		w.sayTo(url, "k", "one", "")
		w.start()
		w.settled()
		w.sayTo(url, "k", "two", "")
		w.settled()
		w.shows("k", "one", "two") // the mouth's calls; Slack shows the last
		for _, u := range w.mouth.of("k") {
			if u.out.Address != url {
				t.Errorf("said to %+v", u.out.Address)
			}
		}
	})
}

func TestLockedIsNotReady(t *testing.T) {
	c := &counters{}
	w := newWorld(t, func(w *world) { w.options.Counters = c })
	w.mouth.fails("post", fault(bot.Locked))
	w.say("k", "one")
	w.start()
	w.eventually("slack is not ready", func() bool { return c.unready("slack") == fault(bot.Locked).Sentence })
	w.settled()
	if got := c.unready("slack"); got != "" {
		t.Errorf("slack is still not ready: %s", got)
	}
	if got := c.list(); !slices.Contains(got, "delivered locked") || !slices.Contains(got, "delivered sent") {
		t.Errorf("counted %v", got)
	}
	if got := c.unready("jobs"); got != "" {
		t.Errorf("jobs are not ready: %s", got)
	}
}

// A response URL takes no token, so an answer through one says nothing of a
// token that was refused.
func TestOnlyATokenThatWorkedIsReady(t *testing.T) {
	c := &counters{}
	w := newWorld(t, func(w *world) { w.options.Counters = c })
	c.SetReady("slack", errors.New("the token is refused"))
	w.sayTo(bot.Address{ResponseURL: "https://hooks.invalid/1"}, "answer", "one", "")
	w.start()
	w.settled()
	if c.unready("slack") == "" {
		t.Error("an answer through a response URL made a refused token ready")
	}
	w.say("k", "one")
	w.settled()
	if got := c.unready("slack"); got != "" {
		t.Errorf("slack is still not ready: %s", got)
	}
}
