package spend_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"rootwatch/checks/spend"
)

// rising is a rise of five days that begins on onset.
func rising() bill { return of(at(ec2, more(steady(100), 300, onset, onset+4)), at(rds, steady(50))) }

// judgedOn replays l and tells which looks were judged.
func judgedOn(l spend.Ledger) map[spend.Day]bool {
	judged := map[spend.Day]bool{}
	for w := range l.Replay(spend.DefaultSettings()) {
		judged[w.Today()] = w.Judged()
	}
	return judged
}

// Missing data is never zero: it begins nothing and ends nothing.
func TestWatchWithMissingDays(t *testing.T) {
	for _, tt := range []struct {
		name    string
		missing []spend.Day
		first   spend.Day // the look of the first word
		over    spend.Day // the first look that may say that it is over
	}{
		{"none", nil, onset + 1, onset + 8},
		{"the day before it", []spend.Day{onset - 1}, onset + 1, onset + 8},
		{"its first day", []spend.Day{onset}, onset + 2, onset + 8},
		{"its third day", []spend.Day{onset + 2}, onset + 1, onset + 8},
		{"the first usual day", []spend.Day{onset + 5}, onset + 1, onset + 9},
		{"the two first usual days", []spend.Day{onset + 5, onset + 6}, onset + 1, onset + 10},
		{"two weeks after its second day", seq(onset+2, onset+15), onset + 1, onset + 19},
		{"a week long before", seq(onset-40, onset-34), onset + 1, onset + 8},
		{"a day in each week", []spend.Day{onset - 50, onset - 43, onset - 36, onset - 29, onset - 22, onset - 15, onset - 8, onset + 6}, onset + 1, onset + 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := live(t, rising().unread(tt.missing...).ledger())
			s := told(t, all)
			if s.on != tt.first {
				t.Errorf("told on %s, want %s", s.on, tt.first)
			}
			over := words(all, spend.Over)
			if len(over) != 1 || over[0].on != tt.over {
				t.Fatalf("it is over on another day than %s:%s", tt.over, listed(all))
			}
			if i := over[0].Incident; slices.Contains(tt.missing, i.EndedOn) || strings.Contains(i.Why, "$0.00") {
				t.Errorf("ended on %s, which was not read: %s", i.EndedOn, i.Why)
			}
		})
	}
	if all := live(t, of(at(ec2, steady(100)), at(rds, steady(50))).unread(seq(onset, onset+20)...).ledger()); len(all) > 0 {
		t.Errorf("three weeks of nothing, and it says%s", listed(all))
	}
	// The new usual is not said of a day that was not read.
	b := of(at(ec2, more(steady(100), 300, onset, monday))).unread(seq(onset+25, onset+35)...)
	for _, s := range words(live(t, b.ledger()), spend.Over) {
		if s.on <= onset+37 || strings.Contains(s.Incident.Why, "$0.00") {
			t.Errorf("over on %s: %s", s.on, s.Incident.Why)
		}
	}
}

func seq(from, to spend.Day) []spend.Day {
	var days []spend.Day
	for d := from; d <= to; d++ {
		days = append(days, d)
	}
	return days
}

// "No spike" is not said of what was not computed.
func TestWatchKnowsWhatItJudged(t *testing.T) {
	none := func(from, to spend.Day) bill { return rising().unread(seq(from, to)...) }
	for _, tt := range []struct {
		name string
		l    spend.Ledger
		look spend.Day
		want bool
	}{
		{"as always", rising().ledger(), onset + 1, true},
		{"yesterday is missing", none(onset, onset).ledger(), onset + 1, true},
		{"the two newest days are missing", none(onset-1, onset).ledger(), onset + 1, false},
		{"two weeks are missing", none(onset-14, onset-1).ledger(), onset + 1, true},
		{"seven weeks are missing", none(onset-50, onset-3).ledger(), onset + 1, false},
		{"ten days of history", bill{from: onset - 10, to: onset, parts: rising().parts}.ledger(), onset + 1, false},
		{"three weeks of history", bill{from: onset - 20, to: onset, parts: rising().parts}.ledger(), onset + 1, true},
		{"no cost, but read", of(at(ec2, zero)).ledger(), onset, true},
		{"looks that read nothing", none(0, monday).ledger(), onset, false},
	} {
		if got := judgedOn(tt.l)[tt.look]; got != tt.want {
			t.Errorf("%s: judged is %t", tt.name, got)
		}
	}
	w := spend.NewWatch(key("").Account, "USD", spend.DefaultSettings())
	if w.Judged() || w.Say() != nil || len(w.Incidents()) != 0 || w.Today() != 0 || len(w.Explain()) != 1 {
		t.Error("a Watch that has seen nothing judges")
	}
	if all := live(t, spend.Ledger{}); len(all) != 0 {
		t.Errorf("an empty ledger says%s", listed(all))
	}
}

// With a short history little is told, and all of it is true.
func TestWatchWithLittleHistory(t *testing.T) {
	for history := spend.Day(1); history < 13; history++ {
		b := bill{from: onset - history, to: onset + 1, parts: rising().parts}
		if all := live(t, b.ledger()); len(all) > 0 {
			t.Errorf("%d days of history, and it says%s", history, listed(all))
		}
	}
	b := bill{from: onset - 40, to: onset + 10, parts: rising().parts}
	if s := told(t, live(t, b.ledger())); s.on != onset+1 {
		t.Errorf("40 days of history, and it is told on %s", s.on)
	}
}

// A day that nobody looked at in time is judged as if it had been looked at.
func TestWatchReadsDaysLate(t *testing.T) {
	skip := func(b bill, from, to spend.Day) spend.Ledger { // looks that were not made, and one that reads it all
		l := b.ledger()
		var kept, missed []spend.Look
		for _, look := range l.Looks {
			if look.Observed >= from && look.Observed <= to {
				missed = append(missed, look)
				continue
			}
			if look.Observed == to+1 {
				for _, m := range missed {
					look.Read = append(look.Read, m.Read...)
					look.Changes = append(slices.Clone(m.Changes), look.Changes...)
				}
			}
			kept = append(kept, look)
		}
		l.Looks = kept
		return l
	}
	for name, l := range map[string]spend.Ledger{
		"one look was missed":         skip(rising(), onset+1, onset+1),
		"the looks of its five days":  skip(rising(), onset+1, onset+5),
		"of three weeks":              skip(rising(), onset-10, onset+11),
		"all came at once, a year of": skip(rising(), monday-364, onset),
	} {
		if s := told(t, live(t, l)); s.Incident.Since != onset || s.on > onset+2 {
			t.Errorf("%s: told on %s of %s", name, s.on, s.Incident.Since)
		}
	}
	if all := live(t, skip(of(at(ec2, steady(100))), onset, onset+20)); len(all) > 0 {
		t.Errorf("three weeks read late say%s", listed(all))
	}
}

func TestWatchWithRestatedDays(t *testing.T) {
	restated := func(b bill, day, on spend.Day, first float64) bill {
		b.shown = func(d, look spend.Day, whole float64) float64 {
			if d == day && look < on {
				return first
			}
			return whole
		}
		return b
	}
	// It looked like a spike, and was none: told, then over, and it cost nothing.
	all := live(t, restated(of(at(ec2, steady(100))), onset, onset+3, 600).ledger())
	told(t, all)
	if last := all[len(all)-1]; last.Word != spend.Over || !last.Incident.Extra.IsZero() || last.Incident.Peak.GreaterThan(dollars(200)) {
		t.Errorf("a spike that was restated away: %s with extra %s, peak %s", last.Word, last.Incident.Extra, last.Incident.Peak)
	}
	// It looked usual, and was a spike: told as soon as it shows.
	if s := told(t, live(t, restated(of(at(ec2, more(steady(100), 500, onset, onset))), onset, onset+3, 100).ledger())); s.on != onset+3 || s.Incident.Day != onset {
		t.Errorf("a spike that shows on the third look is told on %s of %s", s.on, s.Incident.Day)
	}
	// Restated up within an incident: figures, no word.
	b := restated(of(at(ec2, more(steady(100), 300, onset, onset+4))), onset+1, onset+4, 250)
	if s := live(t, b.ledger()); life(s) != "first over" || !near(s[len(s)-1].Incident.Extra, 1500) {
		t.Errorf("extra %s:%s", s[len(s)-1].Incident.Extra, listed(s))
	}
	// Every day comes in pieces: no message of it.
	slow := of(at(ec2, steady(100)), at(rds, steady(300)))
	slow.shown = func(d, look spend.Day, whole float64) float64 {
		return whole * []float64{0, 0.2, 0.7, 1}[min(look-d, 3)]
	}
	if all := live(t, slow.ledger()); len(all) > 0 {
		t.Errorf("days that come in pieces say%s", listed(all))
	}
	// Now and then a day is nearly whole at once.
	uneven := of(at(ec2, steady(100)))
	uneven.shown = func(d, look spend.Day, whole float64) float64 {
		if look-d > 1 || d%11 == 0 {
			return whole
		}
		return 0.7 * whole
	}
	if all := live(t, uneven.ledger()); len(all) > 0 {
		t.Errorf("a day that is whole early says%s", listed(all))
	}
}

// An account that is closed falls silent: no alert, and what is open ends.
func TestWatchOfAClosedAccount(t *testing.T) {
	closed := onset + 3
	b := of(at(ec2, when(more(steady(100), 300, onset, monday), zero, since(closed))), at(rds, when(steady(50), zero, since(closed))))
	all := live(t, b.ledger())
	told(t, all)
	over := words(all, spend.Over)
	if len(over) != 1 || over[0].on != closed+3 || over[0].Incident.EndedOn != closed || over[0].Incident.NewUsual {
		t.Errorf("closed on %s:%s", closed, listed(all))
	}
	if !near(over[0].Incident.Peak, 400) || !near(over[0].Incident.Extra, 900) {
		t.Errorf("peak %s, extra %s", over[0].Incident.Peak, over[0].Incident.Extra)
	}
	// It is not read any more: nobody says that it is over.
	gone := rising().unread(seq(onset+2, monday)...)
	if all := live(t, gone.ledger()); life(all) != "first" {
		t.Errorf("not read any more:%s", listed(all))
	}
}

// An amount that cannot be one makes its day one that was not read.
func TestWatchWithGarbage(t *testing.T) {
	for name, v := range map[string]float64{"NaN": math.NaN(), "infinite": math.Inf(1), "minus infinite": math.Inf(-1), "more than money": 1e308, "less than money": -1e300} {
		garbled := func(b bill, days ...spend.Day) bill {
			b.parts = slices.Clone(b.parts)
			b.parts[0].cost = when(b.parts[0].cost, func(spend.Day) float64 { return v }, func(d spend.Day) bool { return slices.Contains(days, d) })
			return b
		}
		t.Run(name, func(t *testing.T) {
			if all := live(t, garbled(of(at(ec2, steady(100))), onset-30, onset, onset+1).ledger()); len(all) > 0 {
				t.Errorf("it says%s", listed(all))
			}
			all := live(t, garbled(rising(), onset-30, onset+2, onset+6).ledger())
			if s := told(t, all); s.on != onset+1 {
				t.Errorf("told on %s", s.on)
			}
			if over := words(all, spend.Over); len(over) != 1 || over[0].on != onset+10 {
				t.Errorf("over on another day than %s:%s", onset+10, listed(all))
			}
			if judgedOn(garbled(rising(), onset-1, onset).ledger())[onset+1] {
				t.Error("two garbled days are judged")
			}
			// It is put right later.
			b := rising()
			b.shown = func(d, look spend.Day, whole float64) float64 {
				if d == onset && look == onset+1 {
					return v
				}
				return whole
			}
			if s := told(t, live(t, b.ledger())); s.on != onset+2 || s.Incident.Since != onset {
				t.Errorf("put right, it is told on %s since %s", s.on, s.Incident.Since)
			}
			marginal := 0
			for _, us := range b.ledger().Marginal().Replay(spend.DefaultSettings()) {
				for _, u := range us {
					if u.Word == spend.First && u.Incident.Since == onset {
						marginal++
					}
				}
			}
			if marginal != 1 {
				t.Errorf("put right, sums tell of it %d times", marginal)
			}
		})
	}
}

// Refunds and credits can make a day, or all days, negative.
func TestWatchWithNegativeTotals(t *testing.T) {
	credits := part{"Credits", "NoRegion", func(spend.Day) float64 { return -500 }}
	b := rising()
	b.parts = append(b.parts, credits)
	if s := told(t, live(t, b.ledger())); s.on != onset+1 || s.Incident.Service != ec2 || s.Incident.Share <= 0 {
		t.Errorf("an account whose credits are larger than its cost: told on %s, share %v", s.on, s.Incident.Share)
	}
	for name, cost := range map[string]shape{
		"always":              steady(-100),
		"less negative":       more(steady(-100), 80, onset, monday),
		"a refund":            more(steady(100), -5000, onset, onset),
		"a refund every week": when(steady(100), steady(-5000), every(7, onset)),
	} {
		if all := live(t, of(at(ec2, cost), at(s3, steady(20))).ledger()); len(all) > 0 {
			t.Errorf("%s:%s", name, listed(all))
		}
	}
}
