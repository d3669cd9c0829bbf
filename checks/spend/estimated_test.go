package spend_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// saturday is when the tests look: the newest point is of the six hours before.
var saturday = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// metered is a series of the metric as AWS sends it: the month to date of what
// hourly says, each six hours, from days before newest on.
func metered(newest time.Time, days int, hourly func(time.Time) float64) spend.Estimated {
	e := spend.Estimated{Currency: "USD", EstimatedKey: spend.EstimatedKey{Account: key("").Account}}
	from := newest.Add(-time.Duration(days) * 24 * time.Hour)
	month := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC)
	total := 0.0
	for at := month; !at.After(newest); at = at.Add(time.Hour) {
		if at.Day() == 1 && at.Hour() == 0 {
			total = 0
		}
		if at.Hour()%6 == 0 && !at.Before(from) {
			e.Points = append(e.Points, spend.EstimatedPoint{At: at, Total: total})
		}
		total += hourly(at)
	}
	return e
}

// rate is dollars a day, spent evenly.
func rate(daily float64) func(time.Time) float64 {
	return func(time.Time) float64 { return daily / 24 }
}

// fromOn spends more from an instant on.
func fromOn(daily float64, at time.Time, raised float64) func(time.Time) float64 {
	return func(t time.Time) float64 {
		if !t.Before(at) {
			return raised / 24
		}
		return daily / 24
	}
}

// newestOf is the point that was sent last when the tests look.
func newestOf(at time.Time) time.Time { return at.Add(-6 * time.Hour).Truncate(6 * time.Hour) }

func edit(e spend.Estimated, f func(p []spend.EstimatedPoint) []spend.EstimatedPoint) spend.Estimated {
	e.Points = f(slices.Clone(e.Points))
	return e
}

func TestEstimated(t *testing.T) {
	friday := time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)
	newest := newestOf(saturday)
	steady := metered(newest, 15, rate(96))
	first := time.Date(2026, 12, 1, 18, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name  string
		e     spend.Estimated
		now   time.Time
		known bool
		spike string // its dollars a day; "" none
		why   string // in what is not known, or in the spike
	}{
		{"as usual", steady, saturday, true, "", ""},
		{"a rise on Friday evening", metered(newest, 15, fromOn(96, friday, 480)), saturday, true, "288.00", "rose by $288.00 a day in the 24 hours up to Sat 21 Nov 12:00 UTC"},
		{"a rise below the floor", metered(newest, 15, fromOn(10, friday, 30)), saturday, true, "", ""},
		{"a rise of a large account within its variation", metered(newest, 15, fromOn(9600, friday, 11000)), saturday, true, "", ""},
		{"weekends cost less, and this is one", metered(newest, 15, weekends(96, 30)), saturday, true, "", ""},
		{"one that costs what a weekday does", metered(newest, 15, func() func(time.Time) float64 {
			usual := weekends(96, 10)
			return func(t time.Time) float64 {
				if t.After(friday) {
					return 4
				}
				return usual(t)
			}
		}()), saturday.Add(18 * time.Hour), true, "96.00", "$74.50 is usual"},

		{"the month ends in the window", metered(newestOf(first), 15, rate(96)), first, false, "", "on the 1st"},
		{"a day after the 1st", metered(newestOf(first.Add(48*time.Hour)), 15, rate(96)), first.Add(48 * time.Hour), true, "", ""},
		{"a rise after the 1st", metered(newestOf(first.Add(48*time.Hour)), 15, fromOn(96, first.Add(30*time.Hour), 480)), first.Add(48 * time.Hour), true, "288.00", ""},

		{"restated downwards", edit(steady, lower(1, 300)), saturday, true, "", ""},
		{"restated, and taken back", edit(steady, func(p []spend.EstimatedPoint) []spend.EstimatedPoint {
			p[len(p)-2].Total -= 500
			return p
		}), saturday, true, "", ""},
		{"all of it restated", edit(steady, func(p []spend.EstimatedPoint) []spend.EstimatedPoint {
			for i := 1; i <= 5; i++ {
				p[len(p)-i].Total = 2000 - 100*float64(6-i)
			}
			return p
		}), saturday, false, "", "restated"},
		{"a rise beside a restatement", edit(metered(newest, 15, fromOn(96, friday, 960)), lower(4, 300)), saturday, true, "960.00", ""},

		{"a point is missing", edit(steady, without6(1, 3)), saturday, true, "", ""},
		{"the day before is missing", edit(steady, without6(1, 2, 3, 4, 5, 6, 7)), saturday, false, "", "a day before"},
		{"nothing for a day", steady, saturday.Add(24 * time.Hour), false, "", "sent nothing since Sat 21 Nov 12:00 UTC"},
		{"one point", edit(steady, func(p []spend.EstimatedPoint) []spend.EstimatedPoint { return p[len(p)-1:] }), saturday, false, "", "a day before"},
		{"none", edit(steady, func([]spend.EstimatedPoint) []spend.EstimatedPoint { return nil }), saturday, false, "", "no amounts"},
		{"garbage", edit(steady, func(p []spend.EstimatedPoint) []spend.EstimatedPoint { p[3].Total = 1e300; return p }), saturday, false, "", "no amounts"},
		{"out of order", edit(steady, func(p []spend.EstimatedPoint) []spend.EstimatedPoint { p[3], p[4] = p[4], p[3]; return p }), saturday, false, "", "no amounts"},
		{"AWS gave a part", func() spend.Estimated { e := steady; e.Missing = "AWS gave a part of it"; return e }(), saturday, false, "", "a part"},
		{"two days of it", metered(newest, 2, rate(96)), saturday, false, "", "too few days"},
		{"five days of it", metered(newest, 5, rate(96)), saturday, true, "", ""},
		{"five days, and a rise", metered(newest, 5, fromOn(96, friday, 480)), saturday, true, "288.00", "the metric's own past"},

		{"it stands still", edit(steady, stands(0, 3)), saturday, false, "", "has stood still since Fri 20 Nov"},
		{"it stood still and catches up", edit(steady, stands(1, 10)), saturday, true, "", ""},
		{"an account that costs nothing stands still", metered(newest, 15, rate(0)), saturday, true, "", ""},
		{"an account that cost nothing", metered(newest, 15, fromOn(0, friday, 480)), saturday, true, "240.00", "$0.00 is usual"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := spend.JudgeEstimated(tt.e, spend.History{}, nil, tt.now, spend.DefaultSettings())
			spike := ""
			if v.Spike != nil {
				spike, v.Why = v.Spike.Actual.StringFixed(2), v.Spike.Why
			}
			if v.Known != tt.known || spike != tt.spike || !strings.Contains(v.Why, tt.why) || (v.Why == "") != (tt.known && tt.spike == "") {
				t.Errorf("known %t, spike %q, %q; want %t, %q, %q", v.Known, spike, v.Why, tt.known, tt.spike, tt.why)
			}
			if v.Spike != nil && (v.Spike.Sure != spend.Early || !v.Spike.Provisional || v.Spike.Excess.IsNegative()) {
				t.Errorf("it is not marked as an early sign: %+v", v.Spike)
			}
		})
	}
}

// weekends costs less on Saturdays and Sundays.
func weekends(daily, weekend float64) func(time.Time) float64 {
	return func(t time.Time) float64 {
		if d := t.Weekday(); d == time.Saturday || d == time.Sunday {
			return weekend / 24
		}
		return daily / 24
	}
}

// lower takes dollars from the newest n points.
func lower(n int, by float64) func([]spend.EstimatedPoint) []spend.EstimatedPoint {
	return func(p []spend.EstimatedPoint) []spend.EstimatedPoint {
		for i := len(p) - n; i < len(p); i++ {
			p[i].Total -= by
		}
		return p
	}
}

// without6 leaves points out, counted from the newest, which is 0.
func without6(back ...int) func([]spend.EstimatedPoint) []spend.EstimatedPoint {
	return func(p []spend.EstimatedPoint) []spend.EstimatedPoint {
		var kept []spend.EstimatedPoint
		for i := range p {
			missing := false
			for _, b := range back {
				missing = missing || len(p)-1-i == b
			}
			if !missing {
				kept = append(kept, p[i])
			}
		}
		return kept
	}
}

// stands lets the total stand still for so many points before the one that is
// so many back from the newest.
func stands(back, points int) func([]spend.EstimatedPoint) []spend.EstimatedPoint {
	return func(p []spend.EstimatedPoint) []spend.EstimatedPoint {
		last := len(p) - 1 - back
		for i := last - points + 1; i <= last; i++ {
			p[i].Total = p[last-points].Total
		}
		return p
	}
}

// Cost Explorer's history is better than the metric's own where there is one.
func TestEstimatedByCostExplorer(t *testing.T) {
	friday := time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)
	newest := newestOf(saturday)
	bill := func(daily func(spend.Day) float64) spend.History {
		return before(mustDay("2026-11-20"), 60, daily)
	}
	flat := func(v float64) func(spend.Day) float64 { return func(spend.Day) float64 { return v } }
	rise := metered(newest, 15, fromOn(96, friday, 480))
	foreign := bill(flat(5000))
	foreign.Currency = "EUR"
	for _, tt := range []struct {
		name string
		e    spend.Estimated
		h    spend.History
		want string // in why, "" no spike
	}{
		{"a rise", rise, bill(flat(96)), "$96.00 is usual by Cost Explorer's days of the week"},
		{"both say what is usual", metered(newest, 15, rate(300)), bill(flat(200)), ""},
		{"usual by the bill", rise, bill(flat(290)), ""},
		{"the metric is as new as the rise", metered(newest, 2, fromOn(96, friday, 480)), bill(flat(96)), "$96.00 is usual"},
		{"a bill in another currency says nothing", rise, foreign, "the metric's own past"},
		{"a fee of the first, as every month", metered(newestOf(dec(1, 18)), 15, fee(96, 600)), before(mustDay("2026-11-30"), 60, func(d spend.Day) float64 {
			if d.Time().Day() == 1 {
				return 696
			}
			return 96
		}), ""},
		{"a fee of the first, for the first time", metered(newestOf(dec(1, 18)), 15, fee(96, 600)), before(mustDay("2026-11-30"), 60, flat(96)), "a day in the 24 hours"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := spend.JudgeEstimated(tt.e, tt.h, nil, tt.e.Points[len(tt.e.Points)-1].At.Add(6*time.Hour), spend.DefaultSettings())
			switch {
			case !v.Known:
				t.Errorf("not known: %s", v.Why)
			case v.Spike == nil && tt.want != "":
				t.Errorf("no spike, want %q", tt.want)
			case v.Spike != nil && (tt.want == "" || !strings.Contains(v.Spike.Why, tt.want)):
				t.Errorf("spike: %s; want %q", v.Spike.Why, tt.want)
			}
		})
	}
	open := spend.Incident{Spike: spend.Spike{Key: spend.Key{Account: key("").Account}, Expected: decimal.NewFromInt(96)}, Peak: decimal.NewFromInt(300), Open: true}
	if v := spend.JudgeEstimated(rise, bill(flat(96)), []spend.Incident{open}, saturday, spend.DefaultSettings()); v.Spike != nil {
		t.Errorf("what is told already is told again: %s", v.Spike.Why)
	}
}

func dec(day, hour int) time.Time { return time.Date(2026, 12, day, hour, 0, 0, 0, time.UTC) }

// fee spends once, when a month begins.
func fee(daily, once float64) func(time.Time) float64 {
	return func(t time.Time) float64 {
		if t.Day() == 1 && t.Hour() == 0 {
			return once + daily/24
		}
		return daily / 24
	}
}

// before is a bill of so many days up to a day, seen three days later.
func before(last spend.Day, days int, daily func(spend.Day) float64) spend.History {
	h := spend.History{ObservedAt: (last + 3).Time(), Currency: "USD", Collected: map[spend.Day]bool{}}
	s := spend.Series{Key: spend.Key{Account: key("").Account, Service: "Amazon Elastic Compute Cloud - Compute"}, From: last - spend.Day(days) + 1}
	for d := s.From; d <= last; d++ {
		h.Collected[d] = true
		s.Amounts = append(s.Amounts, daily(d))
	}
	h.Series = []spend.Series{s}
	return h
}

func TestEarlySpike(t *testing.T) {
	verdict := func(service string, excess int64) spend.EarlyVerdict {
		v := spend.EarlyVerdict{EstimatedKey: spend.EstimatedKey{Service: service}, Known: true}
		if excess > 0 {
			v.Spike = &spend.Spike{Key: spend.Key{Service: service}, Excess: decimal.NewFromInt(excess), Since: mustDay("2026-11-21")}
		}
		return v
	}
	for _, tt := range []struct {
		name     string
		whole    spend.EarlyVerdict
		services []spend.EarlyVerdict
		want     string
	}{
		{"nothing", verdict("", 0), []spend.EarlyVerdict{verdict("a", 0)}, ""},
		{"the account alone", verdict("", 50), []spend.EarlyVerdict{verdict("a", 0)}, " []"},
		{"services", verdict("", 50), []spend.EarlyVerdict{verdict("a", 20), verdict("b", 0), verdict("c", 30)}, "c [{a 20}]"},
		{"a service that the account hides", verdict("", 0), []spend.EarlyVerdict{verdict("a", 20)}, "a []"},
	} {
		got := ""
		if s, ok := spend.EarlySpike(tt.whole, tt.services); ok {
			var drivers []string
			for _, d := range s.Drivers {
				drivers = append(drivers, fmt.Sprintf("{%s %s}", d.Name, d.Excess))
			}
			got = fmt.Sprintf("%s %v", s.Service, drivers)
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func early(day string, actual int64) spend.Spike {
	return spend.Spike{Key: key("Amazon EC2"), Day: mustDay(day), Since: mustDay(day), Actual: decimal.NewFromInt(actual),
		Expected: decimal.NewFromInt(96), Excess: decimal.NewFromInt(actual - 96), Sure: spend.Early, Currency: "USD", Provisional: true}
}

// One account has one early sign a weekend, whatever is read in it.
func TestSpeakEarly(t *testing.T) {
	friday := mustDay("2026-11-20")
	var signs []spend.Incident
	for _, step := range []struct {
		s    spend.Spike
		want spend.Word
	}{
		{early("2026-11-21", 200), spend.First},
		{early("2026-11-21", 200), spend.Quiet},
		{early("2026-11-21", 450), spend.Same},
		{early("2026-11-22", 460), spend.Grew},
		{early("2026-11-22", 2000), spend.Same},
		{early("2026-11-23", 700), spend.Same},
		{early("2026-11-22", 2000), spend.Quiet}, // an older reading
	} {
		u := spend.SpeakEarly(signs, step.s, friday)
		if u.Word != step.want || u.Incident.Since != mustDay("2026-11-21") {
			t.Errorf("%s of %s: %s, since %s; want %s", step.s.Actual, step.s.Day, u.Word, u.Incident.Since, step.want)
		}
		signs = []spend.Incident{u.Incident}
	}
	other := early("2026-11-23", 9000)
	other.Service = "Amazon SageMaker"
	if u := spend.SpeakEarly(signs, other, friday); u.Word != spend.Grew || u.Incident.Service != "Amazon EC2" || u.Incident.Drivers[0].Name != "Amazon SageMaker" {
		t.Errorf("another service leads: %s %+v", u.Word, u.Incident)
	}
	signs[0].Open, signs[0].Withdrawn = false, true
	if u := spend.SpeakEarly(signs, early("2026-11-23", 9000), friday); u.Word != spend.Quiet {
		t.Errorf("what was withdrawn this weekend is said again: %s", u.Word)
	}
	if u := spend.SpeakEarly(signs, early("2026-11-28", 300), mustDay("2026-11-27")); u.Word != spend.First {
		t.Errorf("the next weekend: %s", u.Word)
	}
}

func TestReconcile(t *testing.T) {
	sign := spend.Incident{Spike: early("2026-11-21", 300), Open: true, AcknowledgedBy: "U1"}
	told := func(since, day string, open bool, ended string) spend.Incident {
		i := spend.Incident{Spike: spend.Spike{Key: key("Amazon SageMaker"), Since: mustDay(since), Day: mustDay(day), Excess: decimal.NewFromInt(400)}, Open: open}
		if ended != "" {
			i.EndedOn = mustDay(ended)
		}
		return i
	}
	elsewhere := told("2026-11-21", "2026-11-21", true, "")
	elsewhere.Account = account.ID{}
	usual := before(mustDay("2026-11-21"), 60, func(spend.Day) float64 { return 96 })
	hole := before(mustDay("2026-11-21"), 60, func(spend.Day) float64 { return 96 })
	delete(hole.Collected, mustDay("2026-11-20"))
	fresh := before(mustDay("2026-11-21"), 60, func(spend.Day) float64 { return 96 })
	fresh.ObservedAt = mustDay("2026-11-22").Time()
	for _, tt := range []struct {
		name   string
		judged []spend.Incident
		h      spend.History
		day    string
		want   spend.Word
	}{
		{"Cost Explorer shows it", []spend.Incident{told("2026-11-21", "2026-11-21", true, "")}, usual, "2026-11-21", spend.Confirmed},
		{"it shows it while its days are provisional", []spend.Incident{told("2026-11-21", "2026-11-21", true, "")}, fresh, "2026-11-21", spend.Confirmed},
		{"it began the day before the metric showed it", []spend.Incident{told("2026-11-20", "2026-11-20", false, "2026-11-21")}, usual, "2026-11-21", spend.Confirmed},
		{"one that was over before", []spend.Incident{told("2026-11-15", "2026-11-17", false, "2026-11-18")}, usual, "2026-11-21", spend.Withdrew},
		{"one of another account", []spend.Incident{elsewhere}, usual, "2026-11-21", spend.Withdrew},
		{"another early sign is no proof", []spend.Incident{sign}, usual, "2026-11-21", spend.Withdrew},
		{"a rise that begins later", []spend.Incident{told("2026-11-23", "2026-11-23", true, "")}, usual, "2026-11-23", spend.Withdrew},
		{"the day is not judged yet", nil, usual, "2026-11-20", spend.Quiet},
		{"the day may still rise", nil, fresh, "2026-11-21", spend.Quiet},
		{"a day is missing", nil, hole, "2026-11-21", spend.Quiet},
		{"nothing was read", nil, spend.History{}, "2026-11-21", spend.Quiet},
		{"too little to compare with", nil, before(mustDay("2026-11-21"), 5, func(spend.Day) float64 { return 96 }), "2026-11-21", spend.Quiet},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u := spend.Reconcile(sign, tt.judged, spend.SettledIn(tt.h, sign), mustDay(tt.day))
			if u.Word != tt.want {
				t.Fatalf("%s, want %s", u.Word, tt.want)
			}
			i := u.Incident
			switch u.Word {
			case spend.Confirmed:
				if i.EarlySign == nil || i.EarlySign.Key != sign.Key || i.EarlySign.Since != sign.Since || i.Service != "Amazon SageMaker" || i.AcknowledgedBy != "U1" {
					t.Errorf("%+v", i)
				}
			case spend.Withdrew:
				if i.Open || !i.Withdrawn || !strings.Contains(i.Why, "Cost Explorer shows $96.00 on Sat 21 Nov, where $96.00 is usual") {
					t.Errorf("%+v", i)
				}
			default:
				if !i.Open || i.Withdrawn {
					t.Errorf("%+v", i)
				}
			}
		})
	}
	closed := sign
	closed.Open = false
	if u := spend.Reconcile(closed, nil, spend.SettledIn(usual, sign), mustDay("2026-11-21")); u.Word != spend.Quiet {
		t.Errorf("what was settled before is settled again: %s", u.Word)
	}
	if i := spend.Confirm(sign, mustDay("2026-11-21")); i.Open || i.Withdrawn {
		t.Errorf("%+v", i)
	}
}
