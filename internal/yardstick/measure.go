package yardstick

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"rootwatch/checks/spend"
)

// Tuning is how a detector is asked to judge. The zero value is as it ships.
type Tuning struct {
	Marginals bool               // only from account x service and account x region
	Factors   map[string]float64 // multiplies the settings that are named
}

// Factor is what to multiply a setting by.
func (t Tuning) Factor(setting string) float64 {
	if f, ok := t.Factors[setting]; ok {
		return f
	}
	return 1
}

// String names the tuning.
func (t Tuning) String() string {
	var said []string
	if t.Marginals {
		said = append(said, "marginals")
	}
	for name, f := range t.Factors {
		said = append(said, fmt.Sprintf("%s x%g", name, f))
	}
	if slices.Sort(said); len(said) == 0 {
		return "as it ships"
	}
	return strings.Join(said, ", ")
}

// The two settings that are multiplied together where one organization is
// left out: all limits that are counted in deviations, and all in dollars.
const (
	Thresholds = "thresholds"
	Floors     = "floors"
)

// Detector is what is measured.
type Detector struct {
	// Settings are the names that Tuning.Factors may hold.
	Settings []string
	// Detect gives every row that would have notified a person.
	Detect func(context.Context, Set, Tuning) ([]Alert, error)
}

// Program is the detector of a built rootwatch, asked through its backtest
// command. Its settings stay as they ship.
func Program(path string) Detector {
	return Detector{Detect: func(ctx context.Context, set Set, t Tuning) ([]Alert, error) {
		if len(t.Factors) > 0 {
			return nil, fmt.Errorf("%s backtest cannot be asked with %s", path, t)
		}
		dir, err := os.MkdirTemp("", "alerts")
		if err != nil {
			return nil, err
		}
		defer func() { _ = os.RemoveAll(dir) }() // what is left of it is the system's to clean
		out := filepath.Join(dir, "alerts.csv")
		args := []string{"backtest", "--costs", filepath.Join(set.Dir, "costs.csv.gz"), "--asof", filepath.Join(set.Dir, "asof.csv.gz"), "--out", out}
		if t.Marginals {
			args = append(args, "--marginals")
		}
		if said, err := exec.CommandContext(ctx, path, args...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s %s: %w: %s", path, strings.Join(args, " "), err, bytes.TrimSpace(said))
		}
		text, err := os.ReadFile(out)
		if err != nil {
			return nil, err
		}
		return ReadAlerts(bytes.NewReader(text))
	}}
}

// Measured is one set's results.
type Measured struct {
	Name    string
	Results map[string]Result // by Tuning.String
	Peeked  []Peek            // one for each cut
}

// Peek is a comparison of the whole set with what was visible on Day.
type Peek struct {
	Day      spend.Day
	OnlyFull []Alert
	OnlyCut  []Alert
}

// Measure scores the detector on the set in dir with each tuning, and looks
// for peeking at so many cuts.
func (d Detector) Measure(ctx context.Context, dir string, tunings []Tuning, cuts int) (Measured, error) {
	set, err := Load(dir)
	if err != nil {
		return Measured{}, err
	}
	m := Measured{Name: set.Name, Results: map[string]Result{}}
	for _, t := range tunings {
		alerts, err := d.Detect(ctx, set, t)
		if err != nil {
			return m, fmt.Errorf("%s, %s: %w", set.Name, t, err)
		}
		m.Results[t.String()] = Score(set.Labels, alerts)
	}
	if cuts == 0 {
		return m, nil
	}
	full, err := d.Detect(ctx, set, Tuning{})
	if err != nil {
		return m, err
	}
	for n := range cuts {
		length := set.Labels.Last - set.Labels.ScoreFrom
		p, err := d.peek(ctx, dir, full, set.Labels.ScoreFrom+length*spend.Day(n+1)/spend.Day(cuts+1))
		if err != nil {
			return m, err
		}
		m.Peeked = append(m.Peeked, p)
	}
	return m, nil
}

func (d Detector) peek(ctx context.Context, dir string, full []Alert, day spend.Day) (Peek, error) {
	p := Peek{Day: day}
	out, err := os.MkdirTemp("", "cut")
	if err != nil {
		return p, err
	}
	defer func() { _ = os.RemoveAll(out) }() // what is left of it is the system's to clean
	if err := Cut(dir, day, out); err != nil {
		return p, err
	}
	set, err := Load(out)
	if err != nil {
		return p, err
	}
	alerts, err := d.Detect(ctx, set, Tuning{})
	p.OnlyFull, p.OnlyCut = Differences(full, alerts, day)
	return p, err
}
