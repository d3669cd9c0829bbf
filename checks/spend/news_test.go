package spend_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"rootwatch/checks/spend"
)

// life is the words of a ledger, those that edit in silence left out, each
// with its days after onset.
func life(all []said) string {
	var out []string
	for _, s := range words(all, spend.First, spend.Grew, spend.Still, spend.Over) {
		out = append(out, string(s.Word))
	}
	return strings.Join(out, " ")
}

func TestWatchSpeaksThroughTheLifeOfAnIncident(t *testing.T) {
	for _, tt := range []struct {
		name string
		cost shape
		want string
	}{
		{"a day", more(steady(100), 300, onset, onset), "first over"},
		{"a week", more(steady(100), 300, onset, onset+6), "first over"},
		{"up and down, but never usual", more(more(steady(100), 300, onset, onset+9), 150, onset+3, onset+4), "first over"},
		{"one usual day is no end", when(more(steady(100), 300, onset, onset+9), steady(100), within(onset+4, onset+4)), "first over"},
		{"as long as it has lasted a month, it is the new usual", more(steady(100), 300, onset, monday), "first over"},
		{"twice what was told is no news", more(more(steady(100), 300, onset, onset+15), 300, onset+6, onset+15), "first over"},
		{"ten times what was told is", more(more(steady(100), 80, onset, onset+15), 1500, onset+6, onset+15), "first grew over"},
		{"but not while the first figures settle", more(more(steady(100), 80, onset, onset+9), 300, onset+1, onset+2), "first over"},
		{"and twice if it grows so twice", more(more(more(steady(100), 80, onset, onset+20), 1500, onset+6, onset+20), 20000, onset+12, onset+20), "first grew grew over"},
		{"back a week after its end goes on in its message", more(more(steady(100), 300, onset, onset+2), 300, onset+11, onset+12), "first over still over"},
		{"back two months after it is", more(more(steady(100), 300, onset-60, onset-58), 330, onset, onset+2), "first over first over"},
	} {
		for name, b := range map[string]bill{"whole": of(at(ec2, tt.cost)), "late": of(at(ec2, tt.cost)).late()} {
			t.Run(tt.name+"/"+name, func(t *testing.T) {
				all := live(t, b.ledger())
				if got := life(all); got != tt.want {
					t.Errorf("%q, want %q:%s", got, tt.want, listed(all))
				}
			})
		}
	}
}

func TestIncidentKeepsItsFigures(t *testing.T) {
	exact := func(v float64) shape { return func(spend.Day) float64 { return v } }
	b := of(at(ec2, more(more(exact(100), 300, onset, onset+4), 200, onset+2, onset+2))).late()
	all := live(t, b.ledger())
	first := told(t, all)
	if first.on != onset+1 || !first.Incident.Provisional || first.Incident.Sure != spend.Likely {
		t.Fatalf("it is told on %s as %s, provisional %t", first.on, first.Incident.Sure, first.Incident.Provisional)
	}
	for _, s := range words(all, spend.Same) {
		// Half of a day never takes the place of the whole one before it.
		if i := s.Incident; i.Day != s.on-2 || i.Provisional || i.Window > 1 || i.Since != onset || !i.Open || i.ToldDay != onset {
			t.Errorf("%s: the figures are of %s (window %d, provisional %t), told %s, open %t", s.on, i.Day, i.Window, i.Provisional, i.ToldDay, i.Open)
		}
	}
	if n := len(words(all, spend.Same)); n < 4 {
		t.Errorf("the figures were renewed %d times", n)
	}
	end := all[len(all)-1].Incident
	if end.EndedOn != onset+5 || end.NewUsual || !strings.HasSuffix(end.Why, " is back to usual.") {
		t.Errorf("ended on %s: %s", end.EndedOn, end.Why)
	}
	// Five days of 300 and one of 200 more: the revisions of a day are not added up.
	if !near(end.Extra, 1700) || !near(end.Peak, 600) || end.Extra.GreaterThan(decimal.NewFromInt(1701)) {
		t.Errorf("extra %s, peak %s, want 1700 and 600", end.Extra, end.Peak)
	}
	whole := live(t, of(at(ec2, more(more(exact(100), 300, onset, onset+4), 200, onset+2, onset+2))).ledger())
	if i := whole[len(whole)-1].Incident; !near(i.Extra, 1700) || !i.Peak.Equal(decimal.NewFromInt(600)) {
		t.Errorf("read at once: extra %s, peak %s", i.Extra, i.Peak)
	}
}

func TestIncidentBecomesTheNewUsual(t *testing.T) {
	all := live(t, of(at(ec2, more(steady(100), 300, onset, monday))).ledger())
	last := all[len(all)-1]
	if last.Word != spend.Over || !last.Incident.NewUsual || last.on < onset+28 || last.on > onset+33 || !strings.Contains(last.Incident.Why, "new usual") {
		t.Errorf("%s on %s: %s", last.Word, last.on, last.Incident.Why)
	}
	// What is usual now is what the next rise is measured by.
	next := of(at(ec2, more(more(steady(100), 300, onset-100, monday), 900, onset, onset)))
	got := news(live(t, next.ledger()))
	if len(got) != 2 || !near(got[1].Incident.Expected, 400) {
		t.Errorf("after the new usual:%s", listed(got))
	}
}

// The same reading once more, or an older one, changes nothing.
func TestWatchSaysNothingTwice(t *testing.T) {
	l := of(at(ec2, more(steady(100), 300, onset, onset+5)), at(rds, more(steady(50), 200, onset+2, onset+5))).ledger()
	w := spend.NewWatch(l.Account, l.Currency, spend.DefaultSettings())
	spoke := 0
	for n, look := range l.Looks {
		w.See(look)
		spoke += len(w.Say())
		before := w.Incidents()
		for _, again := range []spend.Look{look, l.Looks[max(n-1, 0)], l.Looks[0]} {
			w.See(again)
			for _, u := range w.Say() {
				if u.Word != spend.Quiet {
					t.Fatalf("%s once more, and it is %s", look.Observed, u.Word)
				}
			}
		}
		if w.Today() != look.Observed || !slices.EqualFunc(before, w.Incidents(), sameFigures) {
			t.Fatalf("%s once more changes the incidents", look.Observed)
		}
	}
	if spoke < 5 {
		t.Errorf("only %d words: it proves nothing", spoke)
	}
}

func sameFigures(a, b spend.Incident) bool {
	return nameOf(a) == nameOf(b) && a.Open == b.Open && a.Day == b.Day && a.Why == b.Why &&
		a.Actual.Equal(b.Actual) && a.Peak.Equal(b.Peak) && a.Extra.Equal(b.Extra)
}

func TestIncidentsAreWhatWasSaid(t *testing.T) {
	l := of(at(ec2, more(more(steady(100), 300, onset, onset+5), 400, onset-90, onset-88))).ledger()
	var last *spend.Watch
	for w := range l.Replay(spend.DefaultSettings()) {
		last = w
	}
	got := last.Incidents()
	if len(got) != 2 || got[0].Since != onset-90 || got[1].Since != onset || got[0].Open || got[1].Open || got[1].FirstTold != onset+1 || got[1].ToldOn != onset+1 {
		t.Errorf("incidents %+v", got)
	}
}

// The same service in three accounts on a day is one message.
func TestCampaigns(t *testing.T) {
	ids := []string{"111122223333", "123456789012", "444455556666", "777788889999"}
	u := func(account int, service string, word spend.Word, day spend.Day) spend.Utterance {
		var i spend.Incident
		if err := i.Account.UnmarshalText([]byte(ids[account])); err != nil {
			t.Fatal(err)
		}
		i.Service, i.Day = service, day
		return spend.Utterance{Incident: i, Word: word}
	}
	for _, tt := range []struct {
		name string
		all  []spend.Utterance
		want []bool
	}{
		{"three accounts", []spend.Utterance{u(0, ec2, spend.First, onset), u(1, ec2, spend.First, onset), u(2, ec2, spend.First, onset)}, []bool{true, true, true}},
		{"and another service", []spend.Utterance{u(0, ec2, spend.First, onset), u(1, ec2, spend.First, onset), u(3, rds, spend.First, onset), u(2, ec2, spend.First, onset)}, []bool{true, true, false, true}},
		{"two may be chance", []spend.Utterance{u(0, ec2, spend.First, onset), u(1, ec2, spend.First, onset)}, []bool{false, false}},
		{"three words of two accounts", []spend.Utterance{u(0, ec2, spend.First, onset), u(0, ec2, spend.First, onset), u(1, ec2, spend.First, onset)}, []bool{false, false, false}},
		{"what goes on begins none", []spend.Utterance{u(0, ec2, spend.Grew, onset), u(1, ec2, spend.Same, onset), u(2, ec2, spend.Over, onset), u(3, ec2, spend.First, onset)}, []bool{false, false, false, false}},
		{"a region as a whole", []spend.Utterance{u(0, "", spend.First, onset), u(1, "", spend.First, onset), u(2, "", spend.First, onset)}, []bool{false, false, false}},
		{"seen first at different ages", []spend.Utterance{u(0, ec2, spend.First, onset), u(1, ec2, spend.First, onset-1), u(2, ec2, spend.First, onset)}, []bool{true, true, true}},
		{"nothing", nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			spend.Campaigns(tt.all)
			name := ""
			for n, u := range tt.all {
				if (u.Incident.Campaign != "") != tt.want[n] {
					t.Errorf("%d: campaign %q", n, u.Incident.Campaign)
				}
				if u.Incident.Campaign != "" && name != "" && u.Incident.Campaign != name {
					t.Errorf("one campaign has two names: %q and %q", name, u.Incident.Campaign)
				}
				name = max(name, u.Incident.Campaign)
			}
		})
	}
}

func TestNoticesAreOneRowForEachSeries(t *testing.T) {
	l := of(at(ec2, more(steady(200), 900, onset, onset+2)), at(rds, more(steady(100), 400, onset, onset+2))).ledger()
	var rows []spend.Notice
	for w, us := range l.Replay(spend.DefaultSettings()) {
		rows = append(rows, spend.Notices(w.Today(), us)...)
	}
	if len(rows) != 2 || rows[0].Service != ec2 || rows[1].Service != rds || rows[1].On != onset+1 || rows[1].Drivers != nil {
		t.Fatalf("rows %+v", rows)
	}
	for _, r := range rows {
		if !r.Excess.Equal(r.Actual.Sub(r.Expected)) || r.Why == "" {
			t.Errorf("row %+v", r)
		}
	}
}
