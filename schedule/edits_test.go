package schedule_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"rootwatch/bot"
	"rootwatch/schedule"
)

// What is said anew while the old is on its way ends as the newest, in one message.
func TestNewerRevisionWhileSending(t *testing.T) {
	for name, lost := range map[string]int{"and it arrives": 0, "and its answer is lost": 1} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.mouth.lost = lost
			w.mouth.onAccept(func(context.Context, bot.Outgoing) {
				w.say("k", "two")
				w.say("k", "three")
				w.eventually("the newer jobs find it held", func() bool { return w.waiting("deliver") == 2 })
			})
			w.say("k", "one")
			w.start()
			w.eventually("the newest is said", func() bool { return w.delivery("k").SentRevision == 3 })
			w.settled()
			w.shows("k", "three")
			if got := w.mouth.called("k"); got[0] != "post" || slices.Contains(got[1:], "post") {
				t.Errorf("called %v", got)
			}
		})
	}
}

// Edits that pile up while Slack is away collapse into the last.
func TestEditsCollapse(t *testing.T) {
	w := newWorld(t)
	for _, text := range []string{"one", "two", "two", "three"} {
		w.say("k", text)
	}
	w.start()
	w.settled()
	w.shows("k", "three")
	if got := w.mouth.called("k"); len(got) != 1 {
		t.Errorf("called %v", got)
	}
	w.say("k", "four")
	w.settled()
	w.say("k", "four") // the same again is no news
	w.settled()
	w.shows("k", "four")
	if got := strings.Join(w.mouth.called("k"), " "); got != "post update" {
		t.Errorf("called %v", got)
	}
}

// A message that a person deleted is posted anew, and its edits follow it.
func TestGoneIsPostedAnew(t *testing.T) {
	w := newWorld(t)
	w.say("k", "one")
	w.start()
	w.settled()
	first := w.delivery("k").Ref
	w.mouth.delete("k")
	w.say("k", "two")
	w.settled()
	w.shows("k", "two")
	if second := w.delivery("k").Ref; second == first || second.TS == "" {
		t.Errorf("the row still names %v", second)
	}
	w.say("k", "three")
	w.settled()
	w.shows("k", "three")
	if got := strings.Join(w.mouth.called("k"), " "); got != "post update post update" {
		t.Errorf("called %v", got)
	}
}

// It is posted anew, and that answer is lost: the old reference must not lead
// to a second copy.
func TestGoneThenLost(t *testing.T) {
	w := newWorld(t)
	w.say("k", "one")
	w.start()
	w.settled()
	w.mouth.delete("k")
	w.mouth.mu.Lock()
	w.mouth.lost = 1
	w.mouth.mu.Unlock()
	w.say("k", "two")
	w.settled()
	w.shows("k", "two")
	w.say("k", "three")
	w.settled()
	w.shows("k", "three")
}

// A reply waits for the message that it answers.
func TestReplyWaits(t *testing.T) {
	w := newWorld(t)
	w.mouth.fails("post", fault(bot.Unreachable))
	w.say("parent", "one")
	w.start()
	w.eventually("the parent is put off", func() bool { return w.waiting("deliver") == 1 })
	w.sayTo(bot.Address{Channel: digestChannel}, "reply", "below", "parent")
	w.eventually("the reply is put off", func() bool {
		d := w.delivery("reply")
		return w.waiting("deliver") == 2 && d.State == schedule.Planned && strings.Contains(d.Problem, "waits")
	})
	w.settled()
	w.shows("parent", "one")
	w.shows("reply", "below")
	if got, want := w.mouth.of("reply")[0].out.Thread, w.delivery("parent").Ref; got != want {
		t.Errorf("it answers %v, want %v", got, want)
	}
	if keys := w.mouth.keys(); !slices.Equal(keys, []string{"parent", "reply"}) {
		t.Errorf("said in the order %v", keys)
	}
}

// The process is killed after Slack took the message and before the store
// knows: whoever starts next finds it.
func TestKillAfterAccept(t *testing.T) {
	for name, c := range map[string]struct {
		before func(*world)
		calls  string
	}{
		"of a first post": {func(*world) {}, "post find update"},
		"of a post for one that was deleted": {func(w *world) {
			w.say("k", "old")
			w.settled()
			w.mouth.delete("k")
		}, "post update post update find update"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.start()
			c.before(w)
			accepted, dead := make(chan struct{}), make(chan struct{})
			w.mouth.onAccept(func(context.Context, bot.Outgoing) {
				close(accepted)
				<-dead
			})
			defer close(dead)
			w.say("k", "one")
			<-accepted
			w.kill()
			w.start()
			w.said("k")
			w.settled()
			w.shows("k", "one")
			if got := strings.Join(w.mouth.called("k"), " "); got != c.calls {
				t.Errorf("called %s, want %s", got, c.calls)
			}
		})
	}
}
