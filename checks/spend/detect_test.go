package spend_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"rootwatch/checks/spend"
)

func TestJudgeFiresAndHoldsBack(t *testing.T) {
	oneOff := func(v float64) map[int]float64 { return map[int]float64{0: v} }
	for _, tt := range []struct {
		name   string
		h      spend.History
		reason spend.Reason // "" for no spike
		since  int          // days before monday
		why    string
	}{
		{"as always", over(90, flat(100)), "", 0, ""},
		{"just half as much again", over(90, but(flat(100), oneOff(150))), "", 0, ""},
		{"a little more than that", over(90, but(flat(100), oneOff(150.01))), spend.AboveUsual, 0, "$150.01 on 16 Nov is $50.01 (50 %) above the usual $100.00 of a Monday"},
		{"tenfold, but below the dollar floor", over(90, but(flat(2), oneOff(26.99))), "", 0, ""},
		{"tenfold, at the dollar floor", over(90, but(flat(2), oneOff(27))), spend.AboveUsual, 0, "a rise counts from $25.00, 50 % and 4 times the usual variation"},
		{"a fall", over(90, but(flat(100), oneOff(1))), "", 0, ""},
		{"back to usual after an outage of days", over(90, but(flat(100), each(between(1, 4), 0))), "", 0, ""},
		{"within four times the usual variation", over(90, but(wobble(100, 0.4), oneOff(190))), "", 0, ""},
		{"beyond it", over(90, but(wobble(100, 0.4), oneOff(280))), spend.AboveUsual, 0, ""},
		{"a weekday as every week", over(90, weekly(300, 20)), "", 0, ""},
		{"below a day of the week, above the others", over(90, but(weekly(300, 20), oneOff(400))), "", 0, ""},
		{"above such a weekday", over(90, but(weekly(300, 20), oneOff(500))), spend.AboveUsual, 0, "of a Monday"},

		{"a service that was idle", over(90, but(flat(0), map[int]float64{0: 400, 80: 3})), spend.AboveUsual, 0, "is $400.00 above the usual $0.00"},
		{"a lift as large was no news 60 days ago", over(110, but(flat(100), map[int]float64{60: 145, 0: 151})), "", 0, ""},
		{"much larger than that lift", over(110, but(flat(100), map[int]float64{60: 145, 0: 153})), spend.AboveUsual, 0, ""},
		{"that lift lies too far back", over(120, but(flat(100), map[int]float64{101: 145, 0: 151})), spend.AboveUsual, 0, ""},
		{"a spike that was news is no record", over(110, but(flat(100), map[int]float64{60: 250, 0: 200})), spend.AboveUsual, 0, ""},
		{"a habit: three like it before", over(110, but(flat(100), map[int]float64{80: 200, 60: 210, 40: 190, 0: 200})), "", 0, ""},
		{"half as much again as the habit", over(110, but(flat(100), map[int]float64{80: 200, 60: 210, 40: 190, 0: 270})), spend.AboveUsual, 0, ""},
		{"two before are no habit", over(110, but(flat(100), map[int]float64{60: 210, 40: 190, 0: 200})), spend.AboveUsual, 0, ""},
		{"three days of one episode are no habit", over(110, but(flat(100), map[int]float64{64: 200, 62: 200, 60: 210, 0: 200})), spend.AboveUsual, 0, ""},
		{"three small ones are no habit", over(110, but(flat(100), map[int]float64{80: 155, 60: 156, 40: 157, 0: 250})), spend.AboveUsual, 0, ""},

		{"third day of a rise", over(90, but(flat(100), each(between(0, 2), 200))), spend.AboveUsual, 2, "it has been above since 14 Nov"},
		{"a rise that eases goes on", over(90, but(flat(100), map[int]float64{2: 200, 1: 150, 0: 130})), spend.AboveUsual, 2, ""},
		{"eased below half of the limits", over(90, but(flat(100), map[int]float64{2: 200, 1: 150, 0: 125})), "", 0, ""},
		{"a pause of a day begins another rise", over(90, but(flat(100), map[int]float64{2: 200, 1: 100, 0: 200})), spend.AboveUsual, 0, ""},
		{"a day that was not read is no pause", without(over(90, but(flat(100), map[int]float64{2: 200, 0: 200})), 1), spend.AboveUsual, 2, ""},
		{"27 days", over(110, but(flat(100), each(between(0, 26), 200))), spend.AboveUsual, 26, ""},
		{"28 days", over(110, but(flat(100), each(between(0, 27), 200))), spend.AboveUsual, 27, ""},
		{"after 28 days it is the new usual", over(110, but(flat(100), each(between(0, 28), 200))), "", 0, ""},
		{"and stays so", over(110, but(flat(100), each(between(0, 40), 200))), "", 0, ""},
		{"however high it is", over(110, but(flat(100), each(between(0, 29), 900))), "", 0, ""},
		{"eased into the usual variation", over(90, but(wobble(100, 0.4), map[int]float64{1: 280, 0: 150})), "", 0, ""},
		{"eased, but beyond it", over(90, but(wobble(100, 0.4), map[int]float64{1: 280, 0: 220})), spend.AboveUsual, 1, ""},
		{"many days of one long episode are no habit", over(110, but(flat(100), map[int]float64{50: 200, 44: 200, 38: 200, 32: 200, 26: 200, 20: 200, 0: 200})), spend.AboveUsual, 0, ""},
		{"above the new usual, at once", over(110, but(flat(100), func() map[int]float64 { m := each(between(1, 30), 200); m[0] = 320; return m }())), spend.AboveUsual, 0, "the usual $200.00"},
		{"above the new usual", over(110, but(flat(100), func() map[int]float64 { m := each(between(1, 40), 200); m[0] = 320; return m }())), spend.AboveUsual, 0, "the usual $200.00"},

		{"first spend", over(60, but(flat(0), oneOff(10))), spend.FirstSpend, 0, "$10.00 on 16 Nov is the first spend on this service after 59 days without any; it counts from $10.00 a day."},
		{"first spend below its floor", over(60, but(flat(0), oneOff(9.99))), "", 0, ""},
		{"first spend after 28 days", over(29, but(flat(0), oneOff(12))), spend.FirstSpend, 0, ""},
		{"27 days are too few to call it the first", over(28, but(flat(0), oneOff(12))), "", 0, ""},
		{"with a short history a large one is still a rise", over(15, but(flat(0), oneOff(30))), spend.AboveUsual, 0, "the usual $0.00 of a day"},
		{"it had cost before", over(60, but(flat(0), map[int]float64{50: 1, 0: 12})), "", 0, ""},
		{"fractions of a cent are no spend", over(60, but(flat(0.001), oneOff(12))), spend.FirstSpend, 0, ""},
		{"a refund is no spend", over(60, but(flat(0), map[int]float64{50: -20, 0: 12})), spend.FirstSpend, 0, ""},
		{"it began with cents yesterday", over(60, but(flat(0), map[int]float64{1: 2, 0: 15})), spend.FirstSpend, 1, "this account first used on 15 Nov"},
		{"it began with cents a week ago", over(60, but(flat(0), map[int]float64{7: 2, 0: 15})), "", 0, ""},
		{"second day of a first spend", over(60, but(flat(0), map[int]float64{1: 12, 0: 8})), spend.FirstSpend, 1, "first used on 15 Nov"},
		{"a first spend that fades", over(60, but(flat(0), map[int]float64{1: 12, 0: 4})), "", 0, ""},
		{"a first spend that comes back is no first one", over(60, but(flat(0), map[int]float64{3: 12, 0: 12})), "", 0, ""},
		{"a service used for 28 days is usual", over(80, but(flat(0), each(between(0, 28), 12))), "", 0, ""},

		{"a credit note", over(90, but(flat(-5), oneOff(-500))), "", 0, ""},
		{"above a negative usual", over(90, but(flat(-5), oneOff(40))), spend.FirstSpend, 0, ""},
		{"NaN", over(90, but(flat(100), oneOff(math.NaN()))), "", 0, ""},
		{"infinite", over(90, but(flat(100), oneOff(math.Inf(1)))), "", 0, ""},
		{"more than money", over(90, but(flat(100), oneOff(1e300))), "", 0, ""},
		{"NaN in the past is missing", over(90, but(flat(100), map[int]float64{7: math.NaN(), 14: math.Inf(1), 21: math.Inf(-1), 0: 200})), spend.AboveUsual, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			spikes := spend.Judge(tt.h, monday, spend.DefaultSettings())
			if tt.reason == "" {
				if len(spikes) != 0 {
					t.Errorf("it fires: %s", spikes[0].Why)
				}
				return
			}
			s := one(t, spikes)
			if s.Reason != tt.reason || s.Since != monday-spend.Day(tt.since) || s.Day != monday || !strings.Contains(s.Why, tt.why) {
				t.Errorf("%s since %s: %q; want %s since %s with %q", s.Reason, s.Since, s.Why, tt.reason, monday-spend.Day(tt.since), tt.why)
			}
		})
	}
}

// A fee comes on one day of the month and is no news when it comes again.
func TestJudgeKnowsMonthlyFees(t *testing.T) {
	first := mustDay("2026-11-01")
	settings := spend.DefaultSettings()
	fees := func(amounts map[string]float64) spend.History {
		return over(110, func(d spend.Day) float64 {
			if v, ok := amounts[d.String()]; ok {
				return v
			}
			return 20
		})
	}
	for _, tt := range []struct {
		name    string
		amounts map[string]float64
		day     spend.Day
		want    int
	}{
		{"never before", map[string]float64{"2026-11-01": 500}, first, 1},
		{"last month too", map[string]float64{"2026-11-01": 500, "2026-10-01": 480}, first, 0},
		{"two months ago too", map[string]float64{"2026-11-01": 500, "2026-09-01": 480}, first, 0},
		{"three months ago only", map[string]float64{"2026-11-01": 500, "2026-08-01": 480}, first, 1},
		{"much more than last month", map[string]float64{"2026-11-01": 900, "2026-10-01": 480}, first, 1},
		{"last month on another day", map[string]float64{"2026-11-01": 500, "2026-10-04": 480}, first, 1},
		{"last month's was a rise of days", map[string]float64{"2026-11-01": 500, "2026-10-01": 480, "2026-10-02": 480, "2026-10-03": 480}, first, 1},
		{"last month's was the end of a rise", map[string]float64{"2026-11-01": 500, "2026-10-01": 480, "2026-09-30": 480}, first, 1},
		{"on the last day of months of other lengths", map[string]float64{"2026-10-31": 500, "2026-09-30": 480}, mustDay("2026-10-31"), 0},
		{"the day after the fee", map[string]float64{"2026-11-01": 500, "2026-11-02": 500, "2026-10-01": 480}, first + 1, 1},
		{"a leak is seen although fees are larger", map[string]float64{"2026-11-01": 500, "2026-10-01": 500, "2026-09-01": 500, "2026-11-10": 120}, mustDay("2026-11-10"), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := spend.Judge(fees(tt.amounts), tt.day, settings); len(got) != tt.want {
				t.Errorf("%d spikes, want %d: %+v", len(got), tt.want, got)
			}
		})
	}
	h := fees(map[string]float64{"2026-11-01": 500, "2026-10-01": 480})
	delete(h.Collected, mustDay("2026-10-01"))
	if got := spend.Judge(h, first, settings); len(got) != 1 {
		t.Errorf("a fee on a day that was not read excuses nothing: %+v", got)
	}
	h = fees(map[string]float64{"2026-11-01": 500, "2026-10-01": 480})
	delete(h.Collected, mustDay("2026-10-02"))
	if got := spend.Judge(h, first, settings); len(got) != 0 {
		t.Errorf("the fee's next day was not read, and the fee is news: %+v", got)
	}
}

func TestJudgeSaysNothingOfWhatWasNotRead(t *testing.T) {
	rise := func(days int) spend.History { return over(days, but(flat(100), map[int]float64{0: 500})) }
	for _, tt := range []struct {
		name string
		h    spend.History
		why  string
	}{
		{"the day was not read", without(rise(90), 0), "The cost of 2026-11-16 has not been read."},
		{"13 days before", rise(14), "Only 13 days of cost before 2026-11-16 have been read; a comparison needs 14."},
		{"many days, hardly one read", without(rise(60), between(5, 60)...), "Only 4 days"},
		{"nothing at all", spend.History{}, "has not been read"},
	} {
		ok, why := spend.Judgeable(tt.h, monday, spend.DefaultSettings())
		if ok || !strings.Contains(why, tt.why) {
			t.Errorf("%s: judgeable %t, %q; want %q", tt.name, ok, why, tt.why)
		}
		if spikes := spend.Judge(tt.h, monday, spend.DefaultSettings()); spikes != nil {
			t.Errorf("%s: spikes %+v", tt.name, spikes)
		}
	}
	if ok, why := spend.Judgeable(rise(15), monday, spend.DefaultSettings()); !ok || why != "" {
		t.Errorf("14 days before: judgeable %t, %q", ok, why)
	}
}

// Days that were not read are no days without cost: neither a baseline nor a
// first spend may rest on them.
func TestJudgeWithHoles(t *testing.T) {
	zeros := between(1, 40) // stored as 0 and not collected
	h := without(over(90, but(flat(100), func() map[int]float64 { m := each(zeros, 0); m[0] = 105; return m }())), zeros...)
	if spikes := spend.Judge(h, monday, spend.DefaultSettings()); len(spikes) != 0 {
		t.Errorf("a usual day after a hole is a spike: %s", spikes[0].Why)
	}
	h = without(over(90, but(flat(0), map[int]float64{0: 12})), between(20, 89)...)
	if spikes := spend.Judge(h, monday, spend.DefaultSettings()); len(spikes) != 0 {
		t.Errorf("19 days without spend, and a first spend: %s", spikes[0].Why)
	}
}

func TestJudgeProvisional(t *testing.T) {
	h := over(90, but(flat(100), map[int]float64{0: 300}))
	if s := one(t, spend.Judge(h, monday, spend.DefaultSettings())); s.Provisional {
		t.Error("a settled day is marked as provisional")
	}
	h.ObservedAt = (monday + 1).Time()
	if s := one(t, spend.Judge(h, monday, spend.DefaultSettings())); !s.Provisional {
		t.Error("yesterday is not marked as provisional")
	}
	// Today seen today: yesterday is partial, and must not end the rise either.
	h = over(90, but(flat(100), map[int]float64{2: 300, 1: 4, 0: 300}))
	h.ObservedAt = monday.Time()
	if s := one(t, spend.Judge(h, monday, spend.DefaultSettings())); s.Since != monday-2 {
		t.Errorf("a partial day ended the rise: since %s", s.Since)
	}
}

func TestSpikeIsComplete(t *testing.T) {
	h := without(over(90, flat(7), but(flat(100.004), map[int]float64{0: 260.555}), but(flat(0), map[int]float64{0: 300})), 3, 4)
	h.Currency = "EUR"
	spikes := spend.Judge(h, monday, spend.DefaultSettings())
	if len(spikes) != 2 || spikes[0].Service != "AWS Lambda" || spikes[1].Service != "Amazon S3" {
		t.Fatalf("spikes are %+v, want the larger excess first", spikes)
	}
	s := spikes[1]
	if !s.Actual.Equal(decimal.RequireFromString("260.56")) || !s.Expected.Equal(decimal.NewFromInt(100)) || !s.Excess.Equal(s.Actual.Sub(s.Expected)) {
		t.Errorf("actual %s, expected %s, excess %s", s.Actual, s.Expected, s.Excess)
	}
	if s.Currency != "EUR" || !strings.Contains(s.Why, "260.56 EUR") || strings.Contains(s.Why, "$") {
		t.Errorf("currency %q in %q", s.Currency, s.Why)
	}
	if want := (spend.Baseline{Expected: 100.004, Spread: 0.02 * 100.004, Days: 8, Weekday: true}); s.Baseline != want {
		t.Errorf("baseline %+v, want %+v", s.Baseline, want)
	}
	if n := len(s.Recent); n != 20 || s.Recent[n-1].Day != monday || s.Recent[0].Day != monday-21 || !s.Recent[n-1].Amount.Equal(s.Actual) {
		t.Errorf("%d points from %s to %s", len(s.Recent), s.Recent[0].Day, s.Recent[len(s.Recent)-1].Day)
	}
	if len(s.Drivers) != 0 || s.AccountName != "" || s.Account != key("").Account {
		t.Errorf("it knows too much: %+v", s)
	}
	same := over(90, but(flat(0), map[int]float64{0: 300}), but(flat(0), map[int]float64{0: 300}))
	same.Series[0], same.Series[1] = same.Series[1], same.Series[0]
	if spikes := spend.Judge(same, monday, spend.DefaultSettings()); len(spikes) != 2 || spikes[0].Service != "Amazon EC2" {
		t.Errorf("equal spikes do not stand by name: %+v", spikes)
	}
}

// Three Mondays are too few to speak for Mondays.
func TestBaselineNeedsFourOfAWeekday(t *testing.T) {
	for days, want := range map[int]spend.Baseline{
		28: {Expected: 100, Spread: 2, Days: 27}, 29: {Expected: 100, Spread: 2, Days: 4, Weekday: true},
	} {
		s := one(t, spend.Judge(over(days, but(flat(100), map[int]float64{0: 200})), monday, spend.DefaultSettings()))
		if s.Baseline != want {
			t.Errorf("%d days: baseline %+v, want %+v", days, s.Baseline, want)
		}
	}
}

func TestSettings(t *testing.T) {
	h := over(90, but(flat(100), map[int]float64{0: 130}))
	s := spend.DefaultSettings()
	s.MinPercent = 20
	if got := spend.Judge(h, monday, s); len(got) != 1 {
		t.Errorf("20 percent: %d spikes", len(got))
	}
	s.MinExcess = decimal.NewFromInt(31)
	if got := spend.Judge(h, monday, s); len(got) != 0 {
		t.Errorf("31 dollars: %d spikes", len(got))
	}
	s = spend.DefaultSettings()
	s.HistoryDays = 0
	if got, want := spend.Judge(over(90, but(flat(100), map[int]float64{0: 200})), monday, s), spend.Judge(over(90, but(flat(100), map[int]float64{0: 200})), monday, spend.DefaultSettings()); !reflect.DeepEqual(got, want) {
		t.Errorf("no history days: %+v, want the default's %+v", got, want)
	}
	s.HistoryDays = 14 // the baseline runs dry in a long rise, and its last one holds
	if got := one(t, spend.Judge(over(90, but(flat(100), each(between(0, 20), 200))), monday, s)); got.Since != monday-20 || !got.Expected.Equal(decimal.NewFromInt(100)) {
		t.Errorf("with 14 days of history the rise begins on %s above %s", got.Since, got.Expected)
	}
}
