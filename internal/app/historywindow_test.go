package app

import (
	"strings"
	"testing"
	"time"

	"rootwatch/checks"
)

// The range in which no use is missing and the uses are of one window: "none
// is known" never stands beside a range that holds a use.
func TestHistoryWindowIsOne(t *testing.T) {
	at := func(day string) time.Time {
		parsed, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	h := checks.History{Since: at("2026-03-02"), Last: at("2026-06-30")}
	for since, want := range map[string]string{"2026-01-01": "2026-03-02", "2026-05-13": "2026-05-11", "2026-07-15": ""} { // a Wednesday's Monday
		got := ""
		if known := knownWithin(h, monday(at(since))); known != nil {
			got = known.From.Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("since %s: known from %q, want %q", since, got, want)
		}
	}
	p := past{Since: at("2026-05-13"), RootUses: []checks.RootUse{{At: at("2026-05-12"), Kind: "password"}}, RootKnown: knownWithin(h, monday(at("2026-05-13")))}
	d := drawing{width: 100, zone: time.UTC}
	d.uses(p)
	if said := d.b.String(); !strings.Contains(said, "week of 2026-05-11") || strings.Contains(said, "none is known") {
		t.Errorf("a week that overlaps the window:\n%s", said)
	}
}
