package schedule

import (
	"strings"
	"testing"
	"time"
)

func TestParseSpecRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                  "empty",
		"TZ=0":              "zone of its own",
		"CRON_TZ=UTC":       "zone of its own",
		"@every 0s":         "no wall-clock time",
		"0 0 30 2 *":        "never comes",
		"61 * * * *":        "not a cron expression",
		"0 9 * *":           "not a cron expression",
		"* * * * * *":       "not a cron expression",
		"cron(0 9 * * ? *)": "not a cron expression",
	} {
		if err := CheckSpec(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("CheckSpec(%q) = %v, want it to say %q", text, err, want)
		}
	}
	for _, text := range []string{"0 9 * * *", "*/5 * * * *", "@daily", "0 9 * * MON-FRI", " 0 9 29 2 * "} {
		if err := CheckSpec(text); err != nil {
			t.Errorf("CheckSpec(%q) = %v", text, err)
		}
	}
}

// Each wall-clock slot of two years comes exactly once in zones with every
// kind of time change, and Next agrees with Due.
func TestSlotsOverTimeChanges(t *testing.T) {
	for _, name := range []string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca", "America/Santiago", "UTC"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"30 2 * * *", "30 1 * * *", "0 0 * * *", "15 * * * *"} {
			spec, err := ParseSpec(text, zone)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
			end := start.AddDate(2, 0, 0)
			want := len(spec.Due(start.In(zone).Format(localLayout), end, 800*24*time.Hour))
			fired, previous := 0, start
			for at := spec.Next(start); !at.After(end); at = spec.Next(at) {
				if !at.After(previous) {
					t.Fatalf("%s %q: Next(%s) = %s goes back", name, text, previous, at)
				}
				// Two slots may share the instant at which a gap ends; both are due then.
				previous = at
				fired++
			}
			if fired > want || want-fired > 8 {
				t.Errorf("%s %q: fired %d times, %d slots are due", name, text, fired, want)
			}
		}
	}
}

func TestGapAndRepeat(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	gap, _ := ParseSpec("30 2 * * *", zone)
	if got, want := gap.Next(time.Date(2026, 3, 8, 0, 0, 0, 0, zone)), time.Date(2026, 3, 8, 3, 0, 0, 0, zone); !got.Equal(want) {
		t.Errorf("the slot in the gap runs at %s, want the first valid instant %s", got, want)
	}
	repeat, _ := ParseSpec("30 1 * * *", zone)
	first := repeat.Next(time.Date(2026, 11, 1, 0, 0, 0, 0, zone))
	if want := time.Date(2026, 11, 1, 5, 30, 0, 0, time.UTC); !first.Equal(want) {
		t.Errorf("the repeated slot runs at %s, want %s", first.UTC(), want)
	}
	if second := repeat.Next(first); second.Sub(first) < 24*time.Hour {
		t.Errorf("the repeated slot runs again at %s", second)
	}
}

func TestDueIsBounded(t *testing.T) {
	spec, _ := ParseSpec("* * * * *", time.UTC)
	now := time.Date(2026, 11, 22, 9, 0, 30, 0, time.UTC)
	if got := spec.Due("2026-11-22T08:57", now, time.Hour); len(got) != 3 || got[2] != "2026-11-22T09:00" {
		t.Errorf("due = %v", got)
	}
	if got := spec.Due("2020-01-01T00:00", now, time.Hour); len(got) != 60 {
		t.Errorf("%d slots are due, want an hour's", len(got))
	}
	if got := spec.Due("2026-11-22T09:00", now, time.Hour); len(got) != 0 {
		t.Errorf("due again: %v", got)
	}
}

func TestCronFaultsAreSentences(t *testing.T) {
	for text, want := range map[string]string{
		"99 5 * * *": "99 is more than 59", "5 5 * *": "it has 4 fields, and five are needed", "5 5 0 * *": "0 is less than 1", "9-5 * * * *": "from 9 to 5 runs backwards",
		"x 5 * * *": "x is no number",
	} {
		if err := CheckSpec(text); err == nil || !strings.Contains(err.Error(), "is not a cron expression: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
