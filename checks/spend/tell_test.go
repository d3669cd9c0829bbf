package spend_test

import (
	"slices"
	"testing"

	"rootwatch/checks/spend"
)

// store keeps incidents as a caller of Tell does: by key and first day.
type store []spend.Incident

func (s *store) keep(i spend.Incident) {
	for n, old := range *s {
		if old.Key == i.Key && old.Since == i.Since {
			(*s)[n] = i
			return
		}
	}
	*s = append(*s, i)
}

func (s store) known(today spend.Day) []spend.Incident {
	var known []spend.Incident
	for _, i := range s {
		if i.Open || today-i.EndedOn <= spend.RelapseDays {
			known = append(known, i)
		}
	}
	return known
}

// daily judges the whole ledger anew each day with what was known then, as
// production does, and returns what it says, the quiet ones left out. Each day
// is asked twice: the second time nothing is said.
func (s *store) daily(t *testing.T, l spend.Ledger, from, to spend.Day) []said {
	t.Helper()
	var all []said
	for today := from; today <= to; today++ {
		seen := l
		seen.Looks = slices.DeleteFunc(slices.Clone(l.Looks), func(k spend.Look) bool { return k.Observed > today })
		var last *spend.Watch
		for w := range seen.Replay(spend.DefaultSettings()) {
			last = w
		}
		if last == nil || last.Today() != today || !last.Judged() {
			continue
		}
		for _, u := range spend.Tell(s.known(today), last.Incidents(), today, today) {
			if u.Word != spend.Quiet {
				all = append(all, said{today, u})
			}
			s.keep(u.Incident)
		}
		for _, u := range spend.Tell(s.known(today), last.Incidents(), today, today) {
			if u.Word != spend.Quiet {
				t.Errorf("%s asked once more says %s of %s", today, u.Word, nameOf(u.Incident))
			}
		}
	}
	return all
}

// What Tell says day by day is what the Watch said when it saw the days.
func TestTellSaysWhatTheWatchSaid(t *testing.T) {
	for name, b := range map[string]bill{
		"a spike":     of(at(ec2, more(steady(100), 300, onset, onset+4))),
		"late":        of(at(ec2, more(steady(100), 300, onset, onset+4))).late(),
		"grew":        of(at(ec2, more(more(steady(100), 80, onset, onset+15), 1500, onset+6, onset+15))),
		"came back":   of(at(ec2, more(more(steady(100), 300, onset, onset+2), 300, onset+11, onset+12))),
		"new usual":   of(at(ec2, more(steady(100), 300, onset, monday))),
		"missing":     rising().unread(onset+2, onset+5),
		"two of them": of(at(ec2, more(steady(100), 300, onset, onset+1)), at(rds, when(zero, steady(500), within(onset+8, onset+12)))),
		"nothing":     of(at(ec2, steady(100))),
	} {
		t.Run(name, func(t *testing.T) {
			b.from, b.to = onset-80, onset+40
			l := b.ledger()
			var s store
			got := s.daily(t, l, onset-5, onset+41)
			want := live(t, l)
			if life(got) != life(want) {
				t.Fatalf("it says%s\nand the Watch said%s", listed(got), listed(want))
			}
			spoken := words(want, spend.First, spend.Grew, spend.Still, spend.Over)
			for n, s := range words(got, spend.First, spend.Grew, spend.Still, spend.Over) {
				if s.on != spoken[n].on || nameOf(s.Incident) != nameOf(spoken[n].Incident) {
					t.Errorf("%s on %s, the Watch said it on %s", s.Word, s.on, spoken[n].on)
				}
			}
		})
	}
}

func TestTellComparesWithTheStore(t *testing.T) {
	i := func(service string, first spend.Day) spend.Incident {
		var i spend.Incident
		i.Key, i.Since, i.Day, i.FirstTold, i.ToldOn, i.Open = key(service), first-1, first-1, first, first, true
		return i
	}
	with := func(i spend.Incident, change func(*spend.Incident)) spend.Incident { change(&i); return i }
	ended := func(i *spend.Incident) { i.Open, i.EndedOn = false, onset-1 }
	now := i(ec2, onset)
	people := with(now, func(i *spend.Incident) { i.AcknowledgedBy, i.AccountName, i.Campaign = "U1", "payments", "c" })
	for _, tt := range []struct {
		name      string
		told, now []spend.Incident
		want      []spend.Word
	}{
		{"nothing", nil, nil, nil},
		{"new today", nil, []spend.Incident{now}, []spend.Word{spend.First}},
		{"older than what is asked for", nil, []spend.Incident{i(ec2, onset-1)}, []spend.Word{spend.Quiet}},
		{"older than what is asked for, and over", nil, []spend.Incident{with(i(ec2, onset-1), ended)}, nil},
		{"as it was", []spend.Incident{now}, []spend.Incident{now}, nil},
		{"other figures", []spend.Incident{now}, []spend.Incident{with(now, func(i *spend.Incident) { i.Extra = dollars(5) })}, []spend.Word{spend.Same}},
		{"grown", []spend.Incident{now}, []spend.Incident{with(now, func(i *spend.Incident) { i.ToldOn++ })}, []spend.Word{spend.Grew}},
		{"over", []spend.Incident{now}, []spend.Incident{with(now, ended)}, []spend.Word{spend.Over}},
		{"over, and known to be", []spend.Incident{with(now, ended)}, []spend.Incident{with(now, ended)}, nil},
		{"back", []spend.Incident{with(now, ended)}, []spend.Incident{now}, []spend.Word{spend.Still}},
		{"not found any more", []spend.Incident{i(ec2, onset-5)}, nil, []spend.Word{spend.Over}},
		{"an early sign is not looked for here", []spend.Incident{with(i(ec2, onset-5), func(i *spend.Incident) { i.Sure = spend.Early })}, nil, nil},
		{"led by another series with other settings", []spend.Incident{now}, []spend.Incident{with(i(rds, onset), func(i *spend.Incident) { i.Extra = dollars(5) })}, []spend.Word{spend.Same}},
		{"what people did to it is kept", []spend.Incident{people}, []spend.Incident{with(now, func(i *spend.Incident) { i.Extra = dollars(5) })}, []spend.Word{spend.Same}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []spend.Word
			for _, u := range spend.Tell(tt.told, tt.now, onset, onset) {
				got = append(got, u.Word)
				if len(tt.told) > 0 && (nameOf(u.Incident) != nameOf(tt.told[0]) || u.Incident.AcknowledgedBy != tt.told[0].AcknowledgedBy || u.Incident.AccountName != tt.told[0].AccountName || u.Incident.Campaign != tt.told[0].Campaign) {
					t.Errorf("it became another incident: %+v", u.Incident)
				}
				if u.Word == spend.Over && (u.Incident.Open || u.Incident.EndedOn == 0) {
					t.Errorf("over, and %+v", u.Incident)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("said %v, want %v", got, tt.want)
			}
		})
	}
}
