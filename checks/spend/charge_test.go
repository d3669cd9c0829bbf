package spend_test

import (
	"encoding/json"
	"testing"
	"time"

	"rootwatch/checks/spend"
)

func TestDay(t *testing.T) {
	d := mustDay("2026-11-16")
	if d.String() != "2026-11-16" || d.Weekday() != time.Monday || spend.DayOf(d.Time()) != d || spend.DayOf(d.Time().Add(24*time.Hour-1)) != d {
		t.Errorf("%s is a %s", d, d.Weekday())
	}
	// Days are UTC, wherever the clock stands.
	if got := spend.DayOf(time.Date(2026, 11, 16, 23, 0, 0, 0, time.FixedZone("", -5*3600))); got != d+1 {
		t.Errorf("an evening in the west lies on %s", got)
	}
	b, err := json.Marshal(map[spend.Day]spend.Day{d: d})
	if err != nil || string(b) != `{"2026-11-16":"2026-11-16"}` {
		t.Errorf("JSON is %s, %v", b, err)
	}
	var back map[spend.Day]spend.Day
	if err := json.Unmarshal(b, &back); err != nil || back[d] != d {
		t.Errorf("it comes back as %v, %v", back, err)
	}
	for _, s := range []string{"", "2026-11-31", "16.11.2026", "2026-11-16T00:00:00Z"} {
		if _, err := spend.ParseDay(s); err == nil {
			t.Errorf("%q is a day", s)
		}
	}
}

func TestProvisional(t *testing.T) {
	d := mustDay("2026-11-16")
	for ahead, want := range map[spend.Day]bool{-1: true, 0: true, 1: true, 2: false, 3: false} {
		if got := spend.Provisional(d, (d + ahead).Time().Add(23*time.Hour)); got != want {
			t.Errorf("seen %d days later: provisional %t, want %t", ahead, got, want)
		}
	}
}

func TestSeriesAt(t *testing.T) {
	s := spend.Series{From: 10, Amounts: []float64{1, 2}}
	for day, want := range map[spend.Day]float64{10: 1, 11: 2} {
		if v, ok := s.At(day); !ok || v != want {
			t.Errorf("day %d: %v, %t", day, v, ok)
		}
	}
	for _, day := range []spend.Day{9, 12, -1} {
		if v, ok := s.At(day); ok || v != 0 {
			t.Errorf("day %d: %v, %t", day, v, ok)
		}
	}
}

func TestSheetDays(t *testing.T) {
	sheet := spend.Sheet{From: monday - 1, To: monday, Estimated: map[spend.Day]bool{monday: true}, Charges: []spend.Charge{
		{Key: key("Amazon EC2"), Day: monday}, {Key: key("Amazon S3"), Day: monday}, {Key: key("Amazon EC2"), Day: monday + 9},
	}}
	days := sheet.Days()
	if len(days) != 2 || days[0].From != monday-1 || days[0].To != monday-1 || len(days[0].Charges) != 0 || days[0].Estimated[monday-1] {
		t.Fatalf("a day without charges: %+v", days)
	}
	if len(days[1].Charges) != 2 || !days[1].Estimated[monday] {
		t.Errorf("the day with charges: %+v", days[1])
	}
}
