package spend_test

import (
	"slices"
	"strings"
	"testing"

	"rootwatch/checks/spend"
)

const registrar = "Amazon Registrar"

// onset is the first day of what the tables tell of: a Tuesday, the 15th.
var onset = mustDay("2026-09-15")

// Shapes that are clearly one or the other, each seen whole at once, and as
// Cost Explorer shows it: three fifths of yesterday.
func TestWatchTells(t *testing.T) {
	weekly := when(steady(300), steady(20), weekend)
	for _, tt := range []struct {
		name   string
		parts  []part
		within int // days after onset
		reason spend.Reason
		excess float64 // a day
		leader string  // "" for EC2
	}{
		{"a day", []part{at(ec2, more(steady(100), 300, onset, onset))}, 1, spend.AboveUsual, 300, ""},
		{"a fee that nobody has seen before", []part{at(ec2, more(steady(20), 500, mustDay("2026-10-01"), mustDay("2026-10-01")))}, 17, spend.AboveUsual, 500, ""},
		{"two days", []part{at(ec2, more(steady(100), 120, onset, onset+1))}, 2, spend.AboveUsual, 120, ""},
		{"a step that stays", []part{at(ec2, more(steady(100), 100, onset, monday))}, 2, spend.AboveUsual, 100, ""},
		{"a small step that only lasts", []part{at(ec2, more(steady(25), 14, onset, monday))}, 14, "", 14, ""},
		{"a slow drip", []part{at(ec2, ramp(steady(100), 3, onset))}, 35, "", 0, ""},
		{"a storage leak", []part{at(s3, ramp(steady(60), 5, onset))}, 21, "", 0, s3},
		{"a service that was never used", []part{at(s3, steady(100)), at(ec2, more(zero, 80, onset, monday))}, 1, spend.FirstSpend, 80, ""},
		{"a region that was never used", []part{at(ec2, steady(100)), {ec2, away, more(zero, 80, onset, monday)}}, 1, spend.FirstRegion, 80, ""},
		{"a service and a region at once", []part{at(s3, steady(100)), {ec2, away, more(zero, 80, onset, monday)}}, 1, spend.FirstRegion, 80, ""},
		{"a purchase for 5,000 dollars", []part{at(ec2, more(steady(100), 5000, onset, onset))}, 1, spend.AboveUsual, 5000, ""},
		{"a purchase for 5,000 dollars without a region", []part{at(ec2, steady(100)), {registrar, "global", more(zero, 5000, onset, onset)}}, 1, spend.FirstSpend, 5000, registrar},
		{"one that Cost Explorer puts nowhere", []part{at(ec2, steady(100)), {registrar, "NoRegion", more(zero, 5000, onset, onset)}}, 1, spend.FirstSpend, 5000, registrar},
		{"above a weekday that is dear anyway", []part{at(ec2, more(weekly, 600, onset, onset))}, 1, spend.AboveUsual, 600, ""},
		{"on a Saturday as much as on any weekday", []part{at(ec2, more(weekly, 280, onset+4, onset+5))}, 6, spend.AboveUsual, 280, ""},
		{"above fees that are larger", []part{at(ec2, more(when(steady(20), steady(500), onDay(5)), 150, onset, onset+3))}, 4, spend.AboveUsual, 150, ""},
		{"beyond a batch that comes each week", []part{at(ec2, when(when(steady(20), steady(300), every(7, onset)), steady(1500), within(onset, onset)))}, 2, spend.AboveUsual, 1200, ""},
		{"a sparse service that runs on", []part{at(s3, steady(100)), at(ec2, when(when(zero, steady(30), every(9, onset)), steady(250), within(onset, monday)))}, 3, "", 250, ""},
		{"after credits", []part{at(ec2, more(when(steady(100), steady(-900), onDay(3)), 300, onset, onset+4))}, 1, spend.AboveUsual, 300, ""},
		{"with a refund on its fourth day", []part{at(ec2, when(more(steady(100), 300, onset, onset+6), steady(-500), within(onset+3, onset+3)))}, 1, spend.AboveUsual, 300, ""},
		{"two percent of a 50,000 dollar account", []part{at(ec2, steady(30000)), at(rds, steady(14000)), at(s3, steady(6000)), at(sqs, more(steady(40), 1000, onset, monday))}, 2, spend.AboveUsual, 1000, sqs},
		{"hidden by a fall as large", []part{at(ec2, more(steady(300), 280, onset, monday)), at(rds, more(steady(300), -280, onset, monday))}, 2, spend.AboveUsual, 280, ""},
		{"mining in an account of 30 cents", []part{at(s3, steady(0.3)), at(ec2, when(zero, steady(30), since(onset)))}, 2, spend.FirstSpend, 30, ""},
		{"mining where it always ran a little", []part{at(ec2, when(steady(0.3), steady(30), since(onset)))}, 2, spend.AboveUsual, 30, ""},
		{"a launch is one message", []part{at(ec2, more(steady(200), 500, onset, monday)), at(rds, more(steady(100), 300, onset, monday)), at(s3, more(steady(50), 120, onset+1, monday)), at(lambda, more(steady(20), 60, onset+2, monday))}, 1, spend.AboveUsual, 500, ""},
		{"all of a larger account three times over", []part{at(ec2, more(steady(400), 1600, onset, monday)), at(rds, more(steady(200), 800, onset, monday)), at(s3, more(steady(100), 400, onset, monday)), at(lambda, more(steady(60), 240, onset, monday)), at(sqs, more(steady(50), 200, onset, monday))}, 2, spend.AboveUsual, 1600, ""},
		{"growing by 15 % a month all the while", []part{at(ec2, more(func(d spend.Day) float64 { return steady(40)(d) * growth(0.15, d) }, 400, onset, onset+2))}, 2, spend.AboveUsual, 400, ""},
	} {
		for name, b := range map[string]bill{"whole": of(tt.parts...), "late": of(tt.parts...).late()} {
			t.Run(tt.name+"/"+name, func(t *testing.T) {
				b.to = onset + 45
				s := told(t, known(live(t, b.ledger())))
				leader := tt.leader
				if leader == "" {
					leader = ec2
				}
				i := s.Incident
				switch {
				case s.on <= onset || s.on > onset+spend.Day(tt.within):
					t.Errorf("told on %s, onset %s: %s", s.on, onset, i.Why)
				case tt.reason != "" && i.Reason != tt.reason || i.Service != leader:
					t.Errorf("%s of %s, want %s of %s: %s", i.Reason, i.Service, tt.reason, leader, i.Why)
				case i.Since < onset || i.Since > s.on:
					t.Errorf("since %s", i.Since)
				case name == "whole" && tt.excess > 0 && !near(i.Excess, tt.excess):
					t.Errorf("excess %s, want %v: %s", i.Excess, tt.excess, i.Why)
				case name == "whole" && i.Provisional != (s.on-i.Day < spend.SettledAfter):
					t.Errorf("provisional %t of %s on %s", i.Provisional, i.Day, s.on)
				}
			})
		}
	}
}

// known leaves out the first months, in which what comes now and then comes for
// the first time, and is news.
func known(all []said) []said {
	return slices.DeleteFunc(all, func(s said) bool { return s.on < monday-240 })
}

// What is no news, however it is read.
func TestWatchHoldsBack(t *testing.T) {
	all := func(by float64, from, to spend.Day) []part {
		var parts []part
		for n, service := range []string{ec2, rds, s3, sqs, lambda} {
			base := steady(200 - 30*float64(n))
			parts = append(parts, at(service, when(base, func(d spend.Day) float64 { return by * base(d) }, within(from, to))))
		}
		return parts
	}
	byMonth := func(month float64) shape {
		return func(d spend.Day) float64 {
			return month / float64(d.Time().AddDate(0, 1, -d.Time().Day()).Day()) * steady(1)(d)
		}
	}
	for _, tt := range []struct {
		name  string
		parts []part
	}{
		{"as always", []part{at(ec2, steady(100))}},
		{"tenfold of cents", []part{at(ec2, more(steady(0.5), 5, onset, onset+1))}},
		{"cents of a new service", []part{at(s3, steady(100)), at(ec2, more(zero, 0.5, onset, monday))}},
		{"a fall", []part{at(ec2, when(steady(100), steady(20), since(onset)))}},
		{"an outage and its end", []part{at(ec2, when(steady(100), steady(1), within(onset, onset+5))), at(rds, when(steady(80), zero, within(onset, onset+5)))}},
		{"weekdays and weekends", []part{at(ec2, when(steady(300), steady(20), weekend))}},
		{"a holiday in the week", []part{at(ec2, when(steady(300), steady(20), func(d spend.Day) bool { return weekend(d) || d == onset }))}},
		{"the same fee on each 1st", []part{at(ec2, when(steady(20), steady(500), onDay(1)))}},
		{"the same fee on each 5th", []part{at(ec2, when(steady(20), steady(500), onDay(5)))}},
		{"a batch at the end of the month", []part{at(ec2, when(steady(20), steady(300), lastOfMonth))}},
		{"a batch every 7 days", []part{at(ec2, when(steady(20), steady(300), every(7, onset)))}},
		{"a batch every 10 days", []part{at(ec2, when(steady(20), steady(300), every(10, onset)))}},
		{"a batch every 14 days", []part{at(ec2, when(steady(20), steady(300), every(14, onset)))}},
		{"a sparse service", []part{at(s3, steady(50)), at(ec2, when(zero, steady(60), every(9, onset)))}},
		{"bursts of three days that come and go", []part{at(ec2, when(steady(50), steady(250), func(d spend.Day) bool { return (d-onset+1900)%19 < 3 }))}},
		{"credits", []part{at(ec2, when(steady(100), steady(-900), onDay(12)))}},
		{"a credit note of more than the account costs", []part{at(ec2, steady(100)), at(rds, more(steady(40), -5000, onset, onset))}},
		{"growth of 15 % a month", []part{at(ec2, func(d spend.Day) float64 { return steady(100)(d) * growth(0.15, d) }), at(rds, func(d spend.Day) float64 { return steady(40)(d) * growth(0.15, d) })}},
		{"storage priced by the month, February and March", []part{at(s3, byMonth(60000)), at(ec2, steady(50))}},
		{"the account is busier as a whole", all(1.3, onset, onset+5)},
		{"a small fee without a region", []part{at(ec2, steady(50)), {registrar, "global", more(zero, 60, onset, onset)}}},
		{"a new region of cents", []part{at(ec2, steady(100)), {ec2, away, more(zero, 0.4, onset, monday)}}},
		{"an account that is closed", []part{at(ec2, when(steady(100), zero, since(onset))), at(rds, when(steady(50), zero, since(onset)))}},
		{"no cost at all", []part{at(ec2, zero)}},
	} {
		for name, b := range map[string]bill{"whole": of(tt.parts...), "late": of(tt.parts...).late()} {
			t.Run(tt.name+"/"+name, func(t *testing.T) {
				if all := known(live(t, b.ledger())); len(all) > 0 {
					t.Errorf("it speaks:%s", listed(all))
				}
			})
		}
	}
}

// An account that has just begun is one message, whatever it tries first.
func TestWatchWelcomesANewAccountOnce(t *testing.T) {
	parts := []part{
		at(s3, when(zero, ramp(steady(30), 3, onset), since(onset))), at(ec2, when(zero, steady(300), since(onset+4))),
		at(rds, when(zero, steady(100), since(onset+8))), {lambda, away, when(zero, steady(900), since(onset+20))},
	}
	if s := told(t, live(t, of(parts...).ledger())); s.on > onset+2 {
		t.Errorf("told on %s", s.on)
	}
	fromTheFirstDay := bill{from: onset, to: onset + 40, parts: []part{at(s3, steady(30)), at(ec2, when(zero, steady(300), since(onset+4))), at(rds, when(zero, steady(100), since(onset+8)))}}
	if got := news(live(t, fromTheFirstDay.ledger())); len(got) > 1 {
		t.Errorf("told %d times:%s", len(got), listed(got))
	}
	leak := fromTheFirstDay
	leak.parts = []part{at(s3, steady(30)), at(ec2, more(steady(20), 400, onset+30, onset+32))}
	if s := told(t, live(t, leak.ledger())); s.on != onset+31 {
		t.Errorf("a young account's spike is told on %s", s.on)
	}
}

// Each incident of a year is told, and what was told before does not hide it.
func TestWatchTellsTheNextOneToo(t *testing.T) {
	base := steady(100)
	for n := range 4 {
		from := monday - 300 + spend.Day(70*n)
		base = more(base, 300*float64(int(1)<<n), from, from+2)
	}
	got := news(live(t, of(at(ec2, base)).ledger()))
	if len(got) != 4 {
		t.Fatalf("%d of 4 are told:%s", len(got), listed(got))
	}
	for n, s := range got {
		if want := monday - 300 + spend.Day(70*n) + 1; s.on != want || s.Word != spend.First {
			t.Errorf("%s on %s, want it first on %s", s.Word, s.on, want)
		}
	}
	both := of(at(ec2, more(steady(100), 300, onset, onset+2)), at(rds, more(steady(100), 300, onset+40, onset+42)))
	if got := news(live(t, both.ledger())); len(got) != 2 || got[1].Incident.Service != rds {
		t.Errorf("two services, weeks apart:%s", listed(got))
	}
}

func TestSpikeIsComplete(t *testing.T) {
	b := of(at(ec2, more(steady(200), 900, onset, onset+5)), at(rds, more(steady(100), 400, onset, onset+5)), at(s3, steady(100)), part{ec2, away, steady(100)})
	l := b.ledger()
	l.Currency = "EUR"
	i := told(t, live(t, l)).Incident
	if i.Account != key("").Account || i.Region != home || i.Currency != "EUR" || i.AccountName != "" || i.Campaign != "" {
		t.Errorf("who: %+v", i.Key)
	}
	if !near(i.Expected, 200) || !near(i.Actual, 1100) || i.Share < 1.5 || i.Share > 2.1 || i.Day != onset || i.Since != onset {
		t.Errorf("%s instead of %s on %s since %s, share %v", i.Actual, i.Expected, i.Day, i.Since, i.Share)
	}
	if len(i.Drivers) != 1 || i.Drivers[0].Service != rds || i.Drivers[0].Region != home || i.Drivers[0].Name != rds+" in "+home || !near(i.Drivers[0].Excess, 400) || !near(i.Drivers[0].Actual, 500) {
		t.Errorf("drivers %+v", i.Drivers)
	}
	if total := i.Total(); !total.Equal(i.Excess.Add(i.Drivers[0].Excess)) {
		t.Errorf("total %s", total)
	}
	if n := len(i.Recent); n != 20 || i.Recent[n-1].Day != onset || i.Recent[0].Day != onset-19 || !near(i.Recent[n-1].Amount, 1100) {
		t.Errorf("%d points", len(i.Recent))
	}
	if want := "About 1,1"; !strings.HasPrefix(i.Why, want) || !strings.Contains(i.Why, " EUR on 15 Sep is ") {
		t.Errorf("why: %s", i.Why)
	}
}

// Settings of a person move what is told, a little below and above their floor.
func TestWatchSettings(t *testing.T) {
	l := of(at(s3, steady(10)), at(ec2, more(zero, 80, onset, onset+1))).ledger()
	first := func(s spend.Settings) int {
		n := 0
		for _, us := range l.Replay(s) {
			for _, u := range us {
				if u.Word == spend.First {
					n++
				}
			}
		}
		return n
	}
	high := spend.DefaultSettings()
	high.MinFirstSpend, high.MinExcess, high.MinLasting = dollars(200), dollars(200), dollars(200)
	for name, tt := range map[string]struct {
		s    spend.Settings
		want int
	}{
		"defaults": {spend.DefaultSettings(), 1}, "floors above it": {high, 0}, "left out": {spend.Settings{MinExcess: dollars(20), MinFirstSpend: dollars(10)}, 1},
	} {
		if got := first(tt.s); got != tt.want {
			t.Errorf("%s: told %d times, want %d", name, got, tt.want)
		}
	}
}
