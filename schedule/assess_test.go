package schedule_test

import (
	"slices"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/checks"
)

// spikeOf is the one spike alert that was said.
func (w *world) spikeOf() bot.SpikeAlert {
	w.Helper()
	for _, key := range w.mouth.keys() {
		if m, ok := w.said(key).(bot.SpikeAlert); ok && !m.Reply {
			return m
		}
	}
	w.Fatalf("no spike was said\n%s", w.mouth)
	return bot.SpikeAlert{}
}

// What the account's reports remember stands in the alert: root was used and
// somebody became an admin while the bill rose.
func TestSpikeCarriesPosture(t *testing.T) {
	w := newWorld(t, withCost)
	week := 7 * 24 * time.Hour
	now := w.clock.now()
	w.clock.advance(-week)
	w.start()
	w.cloud.set(payer, seen{used: 30 * 24 * time.Hour, mfa: 1, admins: []string{"alice", "bob"}}.edit)
	w.answer(w.ask(rootcheck("before", payer))[0])
	w.clock.advance(now.Sub(w.clock.now()))
	w.cloud.set(payer, seen{used: 40 * time.Hour, mfa: 1, admins: []string{"alice", "bob", "mallory"}}.edit)
	w.answer(w.ask(rootcheck("after", payer))[0])
	w.bill.line(payer, "Amazon EC2", rising(100, day("2026-11-20"), 900))
	w.readBill()
	a := w.spikeOf().Assessment
	var names []string
	for _, s := range a.Signs {
		names = append(names, s.Name)
	}
	if a.Leaning != checks.LikeCompromise || !slices.Contains(names, "root_used") || !slices.Contains(names, "new_admin") || len(a.Next) == 0 {
		t.Errorf("%s: %v, not read: %v", a.Leaning, names, a.Unread)
	}
	if slices.ContainsFunc(a.Unread, func(s string) bool { return s == "Which access keys are new was not read." }) {
		t.Error("the credential report that was kept was not found")
	}
}

// An account that nobody checked has an alert all the same, and nothing of it is clean.
func TestSpikeWithoutPosture(t *testing.T) {
	w := newWorld(t, withCost)
	w.bill.line(payer, "Amazon EC2", rising(100, day("2026-11-20"), 900))
	w.start()
	w.readBill()
	if a := w.spikeOf().Assessment; a.Leaning != checks.CannotTell || len(a.Unread) == 0 {
		t.Errorf("%+v", a)
	}
}
