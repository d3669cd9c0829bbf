package schedule_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks/spend"
)

// alert is the message of a rise of EC2 in the payer's account.
func alert(since string) string { return "spike:111122223333:Amazon EC2::" + since }

// words lists what was said in a thread, by the word.
func (w *world) words(key string) []string {
	w.Helper()
	var all []string
	for _, k := range w.mouth.keys() {
		if rest, ok := strings.CutPrefix(k, key+":"); ok {
			all = append(all, rest)
		}
	}
	return all
}

// One rise from its first day to its end, and back.
func TestSpikeFromFirstToLast(t *testing.T) {
	w := newWorld(t, withCost)
	first := day("2026-11-20")
	amounts := map[spend.Day]float64{}
	for d, v := range []float64{300, 310, 2400, 2400, 100, 100, 100, 100, 100, 100, 100, 320, 320} {
		amounts[first+spend.Day(d)] = v
	}
	w.bill.line(payer, "Amazon EC2", func(d spend.Day) float64 {
		if v, ok := amounts[d]; ok {
			return v
		}
		return 100
	})
	w.start()
	w.readBill() // on the 22nd: the 20th is whole, the 21st provisional
	key := alert("2026-11-20")
	told, ok := w.said(key).(bot.SpikeAlert)
	if !ok || told.Word != spend.Same && told.Word != spend.First || told.Reply || !told.Incident.Open || told.Incident.Account != payer {
		t.Fatalf("said %#v", told)
	}
	if want := told.Incident.Excess.Mul(decimal.NewFromInt(10)); !told.IfItLasts.Equal(want) { // of the 20th: ten days are left
		t.Errorf("if it lasts: %s, want %s", told.IfItLasts, want)
	}
	if all := w.mouth.of(key); len(all) != 1 || all[0].out.Address.Channel != alertChannel || len(w.words(key)) != 0 {
		t.Errorf("%s", w.mouth)
	}
	w.readBill() // the same again
	if all := w.mouth.of(key); all[0].edits != 0 || len(w.mouth.keys()) != 1 {
		t.Errorf("judged twice, and said\n%s", w.mouth)
	}

	type step struct {
		until string
		words []string
		open  bool
	}
	for _, s := range []step{
		{"2026-11-23", []string{"grew:2026-11-22"}, true},
		{"2026-11-24", []string{"grew:2026-11-22"}, true},
		{"2026-11-26", []string{"grew:2026-11-22"}, true}, // only one whole day was usual again
		{"2026-11-27", []string{"grew:2026-11-22", "over:2026-11-25"}, false},
		{"2026-11-30", []string{"grew:2026-11-22", "over:2026-11-25"}, false},
	} {
		w.clock.advance(day(s.until).Time().Sub(spend.DayOf(w.clock.now()).Time()))
		w.readBill()
		told = w.said(key).(bot.SpikeAlert)
		if got := w.words(key); !slices.Equal(got, s.words) || told.Incident.Open != s.open {
			t.Errorf("%s: in the thread %v, want %v; the alert is open: %v", s.until, got, s.words, told.Incident.Open)
		}
	}
	for _, reply := range w.words(key) {
		u := w.mouth.of(key + ":" + reply)[0]
		if m := u.out.Message.(bot.SpikeAlert); u.out.Thread != w.delivery(key).Ref || !m.Reply {
			t.Errorf("%s is said in %v as %#v", reply, u.out.Thread, m)
		}
	}

	w.clock.advance(3 * 24 * time.Hour) // 3 December: a rise since 1 December
	w.readBill()
	told = w.said(key).(bot.SpikeAlert)
	if got := w.words(key); !told.Incident.Open || len(got) != 3 || !strings.HasPrefix(got[2], "still:") {
		t.Errorf("a relapse: in the thread %v, the alert %+v", got, told.Incident)
	}
	if n := len(w.mouth.of(key)); n != 1 {
		t.Errorf("%d alerts", n)
	}
}

// A rise that began and ended while nobody was up for three days is told.
func TestSpikeInAnOutage(t *testing.T) {
	w := newWorld(t, withCost)
	w.bill.line(payer, "Amazon EC2", func(d spend.Day) float64 {
		if d == day("2026-11-22") {
			return 900
		}
		return 100
	})
	w.start()
	w.readBill()
	if keys := w.mouth.keys(); len(keys) != 0 {
		t.Errorf("said %v", keys)
	}
	w.clock.advance(4 * 24 * time.Hour) // nobody was up from the 23rd to the 25th
	w.readBill()
	if m, ok := w.said(alert("2026-11-22")).(bot.SpikeAlert); !ok || m.Incident.Peak.IntPart() != 900 {
		t.Errorf("said %#v", m)
	}
}

// Where nobody wants alerts none is planned, and the incident is remembered.
func TestNoAlertChannel(t *testing.T) {
	w := newWorld(t, withCost, func(w *world) { w.options.Organizations[0].AlertChannel = "" })
	w.bill.line(payer, "Amazon EC2", rising(100, day("2026-11-20"), 300))
	w.start()
	w.readBill()
	incidents, err := w.store.Incidents(t.Context(), acme, day("2026-11-01"))
	if err != nil || len(incidents) != 1 || len(w.mouth.keys()) != 0 {
		t.Errorf("%d incidents, said %v: %v", len(incidents), w.mouth.keys(), err)
	}
}

// An alert names the account as it was last listed.
func TestAlertNamesAccount(t *testing.T) {
	w := newWorld(t, withCost)
	w.knows(w.cloud.member(1))
	w.bill.line(memberID(1), "Amazon EC2", rising(100, day("2026-11-20"), 300))
	w.start()
	w.readBill()
	m, ok := w.said("spike:100000000001:Amazon EC2::2026-11-20").(bot.SpikeAlert)
	if !ok || m.Incident.AccountName != "team-1" || !strings.Contains(m.Sentence(), "team-1") {
		t.Errorf("said %#v", m)
	}
}

// Every lift that the comparison may remember is in what it gets to see.
func TestJudgeSeesItsWholeLookBack(t *testing.T) {
	w := newWorld(t, withCost, func(w *world) { w.options.Organizations[0].HistoryDays = 140 })
	today := spend.DayOf(w.clock.now())
	// A bill that rises like this every thirty days: a habit, which is no news.
	rises := func(d spend.Day) bool { return (today-2-d)%29 == 0 && d < today }
	w.bill.line(payer, "Amazon EC2", func(d spend.Day) float64 {
		if rises(d) {
			return 300
		}
		return 100
	})
	w.start()
	w.readBill()
	if keys := w.mouth.keys(); len(keys) != 0 {
		t.Errorf("a habit of the last four months is told: %v", keys)
	}
}
