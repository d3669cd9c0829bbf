package spend_test

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"rootwatch/checks/spend"
)

// memory is a caller of Speak: it keeps incidents by key and first day, and
// hands in those that are open or ended a short while ago.
type memory []spend.Incident

func (m *memory) keep(i spend.Incident) {
	for n, old := range *m {
		if old.Key == i.Key && old.Since == i.Since {
			(*m)[n] = i
			return
		}
	}
	*m = append(*m, i)
}

func (m memory) known(day spend.Day) []spend.Incident {
	var known []spend.Incident
	for _, i := range m {
		if i.Open || day-i.EndedOn <= spend.RelapseDays {
			known = append(known, i)
		}
	}
	return known
}

// say judges and speaks of one day, checks that a second time says nothing,
// and returns the words said.
func (m *memory) say(t *testing.T, h spend.History, day spend.Day) []spend.Word {
	t.Helper()
	var words []spend.Word
	for _, u := range spend.Speak(m.known(day), spend.Judge(h, day, spend.DefaultSettings()), h, day) {
		words = append(words, u.Word)
		m.keep(u.Incident)
	}
	before := slices.Clone(*m)
	for _, u := range spend.Speak(m.known(day), spend.Judge(h, day, spend.DefaultSettings()), h, day) {
		if u.Word != spend.Quiet {
			t.Errorf("%s said twice is %s the second time: %+v", day, u.Word, u.Incident)
		}
		m.keep(u.Incident)
	}
	if !reflect.DeepEqual(before, slices.Clone(*m)) {
		t.Errorf("%s judged twice changes the incidents:\n%+v\n%+v", day, before, *m)
	}
	return words
}

// live judges the last days of h, oldest first, one word a day, "" for none.
func live(t *testing.T, m *memory, h spend.History, days int) []spend.Word {
	t.Helper()
	var words []spend.Word
	for back := days - 1; back >= 0; back-- {
		said := m.say(t, h, monday-spend.Day(back))
		if len(said) > 1 {
			t.Fatalf("more than one word on a day: %v", said)
		}
		words = append(words, append(said, "")[0])
	}
	return words
}

func TestSpeakThroughTheLifeOfAnIncident(t *testing.T) {
	const (
		first, grew, still, over_, same = spend.First, spend.Grew, spend.Still, spend.Over, spend.Same
		none                            = spend.Word("")
	)
	for _, tt := range []struct {
		name    string
		amounts []float64 // the last days, up to monday; usual is 100
		missing []int     // days before monday that were not read
		want    []spend.Word
	}{
		{"nothing happens", []float64{100, 100, 100}, nil, []spend.Word{none, none, none}},
		{"a day", []float64{100, 200, 100, 100}, nil, []spend.Word{none, first, over_, none}},
		{"some days", []float64{200, 210, 190, 100}, nil, []spend.Word{first, same, same, over_}},
		{"growing", []float64{200, 299, 300, 320, 450, 100}, nil, []spend.Word{first, same, grew, same, grew, over_}},
		{"a week and more", []float64{200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 100}, nil,
			[]spend.Word{first, same, same, same, same, same, same, still, same, same, same, same, same, same, still, over_}},
		{"growing restarts the week", []float64{200, 200, 200, 300, 300, 300, 300, 300, 300, 300, 300}, nil,
			[]spend.Word{first, same, same, grew, same, same, same, same, same, same, still}},
		{"missing days end nothing", []float64{200, 100, 100, 200, 100}, []int{3, 2}, []spend.Word{first, none, none, same, over_}},
		{"missing for a week, then over", []float64{200, 0, 0, 0, 0, 0, 0, 100}, []int{6, 5, 4, 3, 2, 1}, []spend.Word{first, none, none, none, none, none, none, over_}},
		{"a pause over the weekend", []float64{200, 100, 100, 200, 100}, nil, []spend.Word{first, over_, none, same, over_}},
		{"back after four days", []float64{200, 100, 100, 100, 100, 200, 200, 100}, nil, []spend.Word{first, over_, none, none, none, still, same, over_}},
		{"back and much higher", []float64{200, 100, 100, 100, 100, 300, 300}, nil, []spend.Word{first, over_, none, none, none, first, same}},
		{"back after two weeks", append(append([]float64{200}, slices.Repeat([]float64{100}, 14)...), 200, 100), nil,
			append(append([]spend.Word{first, over_}, slices.Repeat([]spend.Word{none}, 13)...), still, over_)},
		{"back after more than two weeks", append(append([]float64{200}, slices.Repeat([]float64{100}, 16)...), 200, 100), nil,
			append(append([]spend.Word{first, over_}, slices.Repeat([]spend.Word{none}, 15)...), first, over_)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			changes := map[int]float64{}
			for n, v := range tt.amounts {
				changes[len(tt.amounts)-1-n] = v
			}
			h := without(over(120, but(flat(100), changes)), tt.missing...)
			var m memory
			if got := live(t, &m, h, len(tt.amounts)); !slices.Equal(got, tt.want) {
				t.Errorf("said %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestSpeakFigures(t *testing.T) {
	h := over(120, but(flat(100), map[int]float64{5: 200, 4: 260, 3: 180, 2: 100}))
	var m memory
	live(t, &m, h, 6)
	i := m[0]
	if len(m) != 1 || i.Open || i.EndedOn != monday-2 || i.Since != monday-5 || i.Day != monday-3 {
		t.Fatalf("incidents are %+v", m)
	}
	if !i.Peak.Equal(decimal.NewFromInt(260)) || !i.Extra.Equal(decimal.NewFromInt(340)) {
		t.Errorf("peak %s, extra %s, want 260 and 340", i.Peak, i.Extra)
	}
	if !i.ToldPeak.Equal(decimal.NewFromInt(200)) || i.ToldDay != monday-2 {
		t.Errorf("told peak %s on %s", i.ToldPeak, i.ToldDay)
	}
	if i.Why != "$100.00 on 14 Nov is back to usual." {
		t.Errorf("why it is over: %q", i.Why)
	}
}

func TestSpeakExtraKnowsTheWeekend(t *testing.T) {
	var m memory
	h := over(120, but(weekly(300, 20), each(between(0, 2), 500))) // Saturday, Sunday, Monday
	live(t, &m, h, 3)
	if !m[0].Extra.Equal(decimal.NewFromInt(480 + 480 + 200)) {
		t.Errorf("extra is %s", m[0].Extra)
	}
}

// Days between two rises of one incident add nothing when they are usual, and
// the rise itself is not part of what is usual, however short the history.
func TestSpeakExtraIsOfTheRiseAlone(t *testing.T) {
	var paused, long memory
	live(t, &paused, over(120, but(flat(100), map[int]float64{3: 200, 2: 101, 1: 101, 0: 200})), 4)
	if len(paused) != 1 || !paused[0].Extra.Equal(decimal.NewFromInt(200)) {
		t.Errorf("extra with a pause: %+v", paused)
	}
	long.say(t, over(20, but(flat(100), each(between(0, 11), 200))), monday)
	if len(long) != 1 || !long[0].Extra.Equal(decimal.NewFromInt(1200)) {
		t.Errorf("extra of twelve days after eight: %+v", long)
	}
}

func TestSpeakRestatedDays(t *testing.T) {
	partial := over(120, but(flat(100), map[int]float64{1: 200, 0: 160}))
	partial.ObservedAt = (monday + 1).Time()
	var m memory
	if words := live(t, &m, partial, 2); !slices.Equal(words, []spend.Word{spend.First, spend.Quiet}) {
		t.Fatalf("said %v of %+v", words, m)
	}
	// Half of the next day does not take the place of the whole one before it.
	if m[0].Provisional || m[0].Day != monday-1 || !m[0].Actual.Equal(decimal.NewFromInt(200)) || m[0].Recent[len(m[0].Recent)-1].Day != monday {
		t.Fatalf("the provisional day leads: %+v", m[0])
	}
	whole := over(120, but(flat(100), map[int]float64{1: 220, 0: 180}))
	if words := live(t, &m, whole, 2); !slices.Equal(words, []spend.Word{spend.Same, spend.Same}) {
		t.Errorf("restated, it said %v", words)
	}
	if i := m[0]; len(m) != 1 || i.Provisional || !i.Peak.Equal(decimal.NewFromInt(220)) || !i.Extra.Equal(decimal.NewFromInt(200)) || i.Day != monday {
		t.Errorf("after the restatement: %+v", m)
	}
	if m.say(t, whole, monday-1); m[0].Day != monday || !m[0].Actual.Equal(decimal.NewFromInt(180)) {
		t.Errorf("an earlier day judged once more set the incident back: %+v", m[0])
	}
	grown := over(120, but(flat(100), map[int]float64{1: 220, 0: 330}))
	if words := live(t, &m, grown, 2); !slices.Contains(words, spend.Grew) {
		t.Errorf("a day restated to half as much again is %v", words)
	}
	// An earlier day that is restated to usual does not end what goes on.
	dip := over(120, but(flat(100), map[int]float64{1: 100, 0: 330}))
	if words := m.say(t, dip, monday-1); len(words) != 0 {
		t.Errorf("an earlier day restated to usual says %v", words)
	}
	// The last day restated to usual ends it.
	usual := over(120, flat(100))
	if words := m.say(t, usual, monday); !slices.Equal(words, []spend.Word{spend.Over}) {
		t.Errorf("the last day restated to usual says %v", words)
	}
}

func TestSpeakOnlyDayRestated(t *testing.T) {
	partial := over(120, but(flat(100), map[int]float64{0: 200}))
	var m memory
	live(t, &m, partial, 1)
	if words := m.say(t, over(120, flat(100)), monday); !slices.Equal(words, []spend.Word{spend.Over}) {
		t.Fatalf("said %v", words)
	}
	if i := m[0]; !i.Peak.Equal(decimal.NewFromInt(200)) || !i.Extra.IsZero() || i.EndedOn != monday {
		t.Errorf("the incident that was none: %+v", i)
	}
	// And restated once more it is the same incident, not a new one.
	if words := m.say(t, over(120, but(flat(100), map[int]float64{0: 500})), monday); len(m) != 1 || !slices.Equal(words, []spend.Word{spend.Grew}) || !m[0].Open {
		t.Errorf("said %v of %+v", words, m)
	}
}

// Days of an incident that is over, judged once more, neither open it nor post.
func TestSpeakOfOldDaysOnceMore(t *testing.T) {
	h := over(120, but(flat(100), map[int]float64{5: 200, 4: 200, 3: 200}))
	var m memory
	live(t, &m, h, 6)
	if words := live(t, &m, h, 6); !slices.Equal(words, []spend.Word{spend.Quiet, spend.Quiet, spend.Quiet, "", "", ""}) {
		t.Errorf("judged once more: %q", words)
	}
	restated := over(120, but(flat(100), map[int]float64{5: 200, 4: 240, 3: 200}))
	if words := live(t, &m, restated, 6); !slices.Equal(words, []spend.Word{spend.Same, spend.Quiet, spend.Quiet, "", "", ""}) {
		t.Errorf("restated: %q", words)
	}
	if i := m[0]; len(m) != 1 || i.Open || !i.Peak.Equal(decimal.NewFromInt(240)) || !i.Extra.Equal(decimal.NewFromInt(340)) {
		t.Errorf("restated figures: %+v", m)
	}
	// The day that ended it is restated: it was no end.
	longer := over(120, but(flat(100), map[int]float64{5: 200, 4: 240, 3: 200, 2: 200}))
	if words := m.say(t, longer, monday-2); !slices.Equal(words, []spend.Word{spend.Same}) || !m[0].Open || len(m) != 1 {
		t.Errorf("said %v of %+v", words, m)
	}
}

func TestSpeakDoesNotEndInTheDark(t *testing.T) {
	rise := over(120, but(flat(100), map[int]float64{1: 200}))
	for name, dark := range map[string]spend.History{
		"not read":           without(over(120, but(flat(100), map[int]float64{1: 200})), 0),
		"provisional":        func() spend.History { h := rise; h.ObservedAt = (monday + 1).Time(); return h }(),
		"not judgeable":      without(over(120, but(flat(100), map[int]float64{1: 200})), between(14, 119)...),
		"nothing in history": {},
		"garbled":            over(120, but(flat(100), map[int]float64{1: 200, 0: math.Inf(-1)})),
	} {
		var m memory
		m.say(t, rise, monday-1)
		if words := m.say(t, dark, monday); len(words) != 0 || !m[0].Open {
			t.Errorf("%s: said %v", name, words)
		}
	}
	var m memory
	m.say(t, rise, monday-1)
	gone := over(120, flat(5))
	gone.Series = nil // no charge at all on a day that was read: it cost nothing
	if words := m.say(t, gone, monday); !slices.Equal(words, []spend.Word{spend.Over}) || !strings.HasPrefix(m[0].Why, "$0.00 on 16 Nov is back to usual") {
		t.Errorf("a series that is gone: %v of %+v", words, m)
	}
	if !m[0].Peak.Equal(decimal.NewFromInt(200)) {
		t.Errorf("its peak is forgotten: %s", m[0].Peak)
	}
}

func TestSpeakOfTheNewUsual(t *testing.T) {
	h := over(120, but(flat(100), each(between(0, 28), 200)))
	var m memory
	words := live(t, &m, h, 29)
	if words[0] != spend.First || words[28] != spend.Over || !strings.Contains(m[0].Why, "new usual") {
		t.Errorf("said %q, and why: %q", words, m[0].Why)
	}
}

func TestSpeakKeepsWhatTheCallerKnows(t *testing.T) {
	h := over(120, but(flat(100), map[int]float64{1: 200, 0: 200}))
	var m memory
	m.say(t, h, monday-1)
	m[0].AccountName = "payments"
	m.say(t, h, monday)
	if m[0].AccountName != "payments" || m[0].Since != monday-1 || m[0].Day != monday {
		t.Errorf("the incident became %+v", m[0])
	}
}

func TestSpeakBeyondTheReachOfHistory(t *testing.T) {
	h := over(120, but(flat(100), map[int]float64{1: 200, 0: 210}))
	var m memory
	m.say(t, h, monday-1)
	m[0].Since -= 300
	m[0].Peak, m[0].Extra, m[0].ToldPeak = decimal.NewFromInt(900), decimal.NewFromInt(5000), decimal.NewFromInt(900)
	m.say(t, h, monday)
	if i := m[0]; !i.Peak.Equal(decimal.NewFromInt(900)) || !i.Extra.Equal(decimal.NewFromInt(5000)) {
		t.Errorf("what history does not reach is forgotten: peak %s, extra %s", i.Peak, i.Extra)
	}
}

func TestSpeakPrefersTheOpenIncident(t *testing.T) {
	h := over(120, but(flat(100), map[int]float64{0: 200}))
	s := one(t, spend.Judge(h, monday, spend.DefaultSettings()))
	ended := spend.Incident{Spike: s, Peak: s.Actual, ToldPeak: s.Actual, EndedOn: monday - 1}
	ended.Since = monday - 3
	older := ended
	older.Since, older.EndedOn = monday-8, monday-6
	open := ended
	open.Since, open.EndedOn, open.Open = monday-9, 0, true
	elsewhere := open
	elsewhere.Service = "Amazon S3"
	for _, known := range [][]spend.Incident{{open, ended, older}, {ended, older, open}} {
		if u := spend.Speak(append(known, elsewhere), []spend.Spike{s, s}, h, monday); len(u) != 2 || u[0].Incident.Since != open.Since || u[1].Word != spend.Over || u[1].Incident.Service != "Amazon S3" {
			t.Errorf("said %+v", u)
		}
	}
	for _, known := range [][]spend.Incident{{ended, older}, {older, ended}} {
		if u := spend.Speak(known, []spend.Spike{s}, h, monday); len(u) != 1 || u[0].Incident.Since != ended.Since || u[0].Word != spend.Same {
			t.Errorf("said %+v, want the incident that ended last", u)
		}
	}
	if u := spend.Speak(nil, []spend.Spike{s}, h, monday-1); len(u) != 0 {
		t.Errorf("a spike of another day is told: %+v", u)
	}
}
