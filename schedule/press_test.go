package schedule_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/checks/spend"
)

// presser looks at an alert, and is answered alone.
var presser = &bot.Address{ResponseURL: "https://hooks.slack.com/actions/T0/B0/not-a-secret", User: "U01ALICE", FallbackChannel: alertChannel, Public: true}

// takes is Alice's press on the button of a spike.
func takes(key, spike string) bot.Request {
	return bot.Request{Key: key, At: morning, Command: bot.Acknowledge{Scope: acme, Key: spike}, Reply: presser, AskedBy: "U01ALICE", AskedByName: "alice"}
}

// told is what a press was answered, "" where nothing was said.
func (w *world) told(key string) string {
	w.Helper()
	d := w.delivery("reply:" + key)
	if d.ID == 0 {
		return ""
	}
	if d.Address.Public || !d.Address.Beside {
		w.Errorf("%s: a word for one is said to %+v", key, d.Address)
	}
	return d.Message.Sentence()
}

// spiking has EC2 of the payer rise on the 20th, by the bill of the morning.
func spiking(t *testing.T, amounts ...float64) (w *world, key string) {
	w = newWorld(t, withCost)
	w.bill.line(payer, "Amazon EC2", func(d spend.Day) float64 {
		if n := int(d - day("2026-11-20")); n >= 0 && n < len(amounts) {
			return amounts[n]
		}
		return 100
	})
	w.start()
	w.readBill()
	return w, alert("2026-11-20")
}

func TestAcknowledge(t *testing.T) {
	w, key := spiking(t, 300, 310, 2400, 2400)
	before := w.said(key).(bot.SpikeAlert)
	w.ask(takes("press", key))
	w.settled()
	now := w.said(key).(bot.SpikeAlert)
	if now.AcknowledgedBy() != "alice" || now.Incident.AcknowledgedBy != "U01ALICE" || !now.Incident.AcknowledgedAt.Equal(morning) {
		t.Errorf("acknowledged: %+v", now.Incident)
	}
	if !now.Incident.Actual.Equal(before.Incident.Actual) || now.Word != before.Word || !now.IfItLasts.Equal(before.IfItLasts) || !now.AsOf.Equal(before.AsOf) {
		t.Errorf("the alert was %+v and is %+v", before, now)
	}
	all := w.mouth.of(key)
	if len(all) != 1 || all[0].edits != 1 || !slices.Equal(w.words(key), []string{"acknowledged"}) {
		t.Fatalf("%s", w.mouth)
	}
	reply := w.mouth.of(key + ":acknowledged")[0]
	if reply.out.Thread != all[0].ref || !strings.HasPrefix(reply.out.Message.Sentence(), "alice looks after") || w.told("press") != "" {
		t.Errorf("in the thread: %+v, to Alice %q", reply.out, w.told("press"))
	}

	// Whoever presses later is told, and nothing changes.
	late := takes("late", key)
	late.AskedBy, late.AskedByName = "U02BOB", "bob"
	w.ask(late)
	w.settled()
	if got := w.told("late"); !strings.Contains(got, "already: by alice on 22 Nov 08:30") {
		t.Errorf("Bob is told %q", got)
	}
	if again := w.mouth.of(key); again[0].edits != 1 || len(w.words(key)) != 1 {
		t.Errorf("pressed twice:\n%s", w.mouth)
	}
	if err := w.engine.Ask(t.Context(), takes("press", key)); !errors.Is(err, bot.ErrReplayed) {
		t.Errorf("a replayed press: %v", err)
	}

	// It grows: that is said again, and who looks after it is not forgotten.
	w.clock.advance(2 * 24 * time.Hour)
	w.readBill()
	now = w.said(key).(bot.SpikeAlert)
	if now.AcknowledgedBy() != "alice" || !slices.ContainsFunc(w.words(key), func(s string) bool { return strings.HasPrefix(s, "grew:") }) {
		t.Errorf("grown: %+v, in the thread %v", now.Incident, w.words(key))
	}

	// It ends, and then there is nothing to press any more.
	w.clock.advance(3 * 24 * time.Hour)
	w.readBill()
	now = w.said(key).(bot.SpikeAlert)
	if !now.Over() || now.AcknowledgedBy() != "alice" {
		t.Errorf("over: %+v", now)
	}
	words := len(w.words(key))
	w.ask(takes("over", key))
	w.settled()
	if got := w.told("over"); !strings.Contains(got, "is over") || len(w.words(key)) != words {
		t.Errorf("after the end Alice is told %q; in the thread %v", got, w.words(key))
	}
}

func TestAcknowledgeWhatIsNotKnown(t *testing.T) {
	w := newWorld(t, withCost)
	w.start()
	w.ask(takes("press", "spike:111122223333:Amazon EC2::2026-01-01"))
	w.settled()
	if got := w.told("press"); !strings.Contains(got, "not known") {
		t.Errorf("told %q", got)
	}
	nobody := takes("nobody", alert("2026-11-20"))
	nobody.AskedBy = ""
	if err := w.engine.Ask(t.Context(), nobody); err == nil {
		t.Error("nobody looks after a spike")
	}
	unheard := takes("unheard", alert("2026-11-20"))
	unheard.Reply = nil
	w.ask(unheard)
	w.settled()
	if got := w.told("unheard"); got != "" {
		t.Errorf("nobody waits, and %q is said", got)
	}
}

// An incident that stands in a list alone has no message to edit.
func TestAcknowledgeOneOfACrowd(t *testing.T) {
	w := newWorld(t, withCost)
	for n := range 12 {
		w.bill.line(memberID(n+1), "Amazon EC2", rising(100, day("2026-11-20"), float64(300+n)))
	}
	w.start()
	w.readBill()
	before := w.mouth.keys()
	key := "spike:100000000001:Amazon EC2::2026-11-20" // the smallest
	m, found, err := w.engine.Spike(t.Context(), acme, key)
	if err != nil || !found || m.Incident.Account != memberID(1) || m.Over() {
		t.Fatalf("%+v, %v, %v", m, found, err)
	}
	w.ask(takes("press", key))
	w.settled()
	m, _, err = w.engine.Spike(t.Context(), acme, key)
	if err != nil || m.AcknowledgedBy() != "alice" || len(w.mouth.keys()) != len(before) {
		t.Errorf("%+v, said %v: %v", m.Incident, w.mouth.keys(), err)
	}
}

// A press that lands while the bill is judged is in the message that the
// judge plans.
func TestAcknowledgeWhileTheBillIsJudged(t *testing.T) {
	for name, amounts := range map[string][]float64{"it grows": {300, 310, 2400, 2400}, "it ends": {300, 310}, "only its figures change": {300, 310, 330, 340}} {
		t.Run(name, func(t *testing.T) {
			w, key := spiking(t, amounts...)
			w.stop()
			w.close()
			w.open()
			var once sync.Once // between the judge's reading of what is known and its writing of what it makes of it
			w.hooks.history = func() { once.Do(func() { w.ask(takes("press", key)) }) }
			w.start()
			w.clock.advance(3 * 24 * time.Hour)
			w.readBill()
			if now := w.said(key).(bot.SpikeAlert); now.AcknowledgedBy() != "alice" || now.Incident.Day <= day("2026-11-21") && !now.Over() {
				t.Errorf("%+v", now.Incident)
			}
			incidents, err := w.store.Incidents(t.Context(), acme, day("2026-11-01"))
			if err != nil || len(incidents) != 1 || incidents[0].AcknowledgedBy != "U01ALICE" || incidents[0].AcknowledgedName != "alice" {
				t.Errorf("stored: %+v (%v)", incidents, err)
			}
			if n := len(w.mouth.of(key)); n != 1 {
				t.Errorf("%d alerts", n)
			}
		})
	}
}

func TestShowReport(t *testing.T) {
	w := newWorld(t)
	w.cloud.holds(2)
	w.cloud.set(memberID(1), rootKey)
	w.start()
	show := func(key string) bot.Request {
		return bot.Request{Key: key, At: morning, Command: bot.ShowReport{Target: bot.Target{Scope: acme, ID: memberID(1)}}, Reply: presser, AskedBy: "U01ALICE"}
	}
	w.ask(show("early"))
	w.settled()
	if got := w.told("early"); !strings.Contains(got, "never checked") || !strings.Contains(got, "not a pass") || !strings.Contains(got, "/rootcheck 100000000001") {
		t.Errorf("told %q", got)
	}
	w.answer(w.ask(rootcheck("check", memberID(1)))[0])
	_, reads := w.cloud.asked(memberID(1))
	w.ask(show("show"))
	w.settled()
	d := w.delivery("reply:show")
	shown, ok := d.Message.(bot.RootAnswer)
	if !ok || !d.Address.Public || shown.Report.AccountID != memberID(1) || shown.AskedBy != "U01ALICE" || !shown.Report.ObservedAt.Equal(morning) {
		t.Errorf("shown to %+v: %#v", d.Address, d.Message)
	}
	if _, again := w.cloud.asked(memberID(1)); again != reads {
		t.Error("the account was read again")
	}
	if err := w.engine.Ask(t.Context(), show("show")); !errors.Is(err, bot.ErrReplayed) {
		t.Errorf("a replayed press: %v", err)
	}
}
