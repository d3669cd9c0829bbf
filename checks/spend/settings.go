package spend

import "github.com/shopspring/decimal"

// Settings of the comparison. Few, and each in dollars or days.
type Settings struct {
	// MinExcess is the dollar floor of a single day: 20, below which nobody
	// wants to be told (docs/spikes.md has what moving it costs).
	MinExcess decimal.Decimal
	// MinLasting is the floor, in dollars a day, of what goes on for weeks: 4,
	// which is $1,500 a year. Twice that counts for two or three days.
	MinLasting decimal.Decimal
	// MinFirstSpend is the floor for a service or region that was never used.
	MinFirstSpend decimal.Decimal
	// QuietDays is for how long more of the same account's services are part of
	// what was told: 18.
	QuietDays int
	// HistoryDays is how far back a usual day of the digest and of the weekend
	// watch looks: 56, eight of each weekday.
	HistoryDays int

	// Tuning moves what no one should set, to measure how much it matters.
	Tuning Tuning
}

// DefaultSettings are meant to be left alone.
func DefaultSettings() Settings {
	return Settings{MinExcess: decimal.NewFromInt(20), MinLasting: decimal.NewFromInt(4), MinFirstSpend: decimal.NewFromInt(10), QuietDays: 18, HistoryDays: 56}
}

// orDefault fills in what was left out.
func (s Settings) orDefault() Settings {
	d := DefaultSettings()
	if s.QuietDays <= 0 {
		s.QuietDays = d.QuietDays
	}
	if s.HistoryDays <= 0 {
		s.HistoryDays = d.HistoryDays
	}
	if s.MinLasting.IsZero() {
		s.MinLasting = d.MinLasting
	}
	return s
}

// Tuning multiplies what the detector was built with; a zero is 1.
type Tuning struct {
	Thresholds float64 // how many times its usual variation a rise must be
	Floors     float64 // all floors in dollars
	Habit      float64 // how far back what comes and goes is counted
	Record     float64 // by how much a rise must exceed the largest before it
	Quiet      float64 // how long what was told is part of the same story
}

func or1(v float64) float64 {
	if v == 0 {
		return 1
	}
	return v
}

func (t Tuning) thresholds() float64 { return or1(t.Thresholds) }
func (t Tuning) floors() float64     { return or1(t.Floors) }

// days is a span of days under a multiplier.
func days(n int, by float64) Day { return Day(float64(n)*or1(by) + 0.5) }
