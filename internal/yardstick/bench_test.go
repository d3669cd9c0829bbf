package yardstick_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"rootwatch/internal/yardstick"
)

var (
	spikes = flag.String("spikes", "../shared/spikes", "the directory of the outside organizations, from the top of the tree")
	tables = flag.String("table", "", "measure, and write the tables into this file between their two marks")
)

const (
	begin, end = "<!-- measured: make bench-spikes -->\n", "<!-- end -->"
	seeds      = 3
	cuts       = 3
)

// TestBenchSpikes measures the detector of this tree on the outside
// organizations and on our own: make bench-spikes.
func TestBenchSpikes(t *testing.T) {
	if *tables == "" {
		t.Log("measures nothing without -table")
		return
	}
	text, err := os.ReadFile(*tables)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no marks %q and %q", *tables, begin, end)
	}
	report, said := measure(t, plugged(t))
	if err := os.WriteFile(*tables, []byte(head+begin+"\n"+said+report.String()+"\n"+end+tail), 0o644); err != nil {
		t.Fatal(err)
	}
}

// job is one set to measure, and how.
type job struct {
	dir     string
	tunings []yardstick.Tuning
	result  yardstick.Measured
	err     error
}

// measure runs d over all sets, as many at once as there are cores, and says
// what it could not run.
func measure(t *testing.T, d yardstick.Detector) (yardstick.Report, string) {
	t.Helper()
	plain := []yardstick.Tuning{{}, {Marginals: true}}
	every := append(append([]yardstick.Tuning{}, plain...), yardstick.MovesOf(d.Settings)...)
	grid := every
	if len(d.Settings) > 0 {
		grid = append(append([]yardstick.Tuning{}, every...), yardstick.Grid()...)
	}
	outside, said := found(t), ""
	if len(outside) == 0 {
		said = fmt.Sprintf("The outside organizations were not measured: %s holds no set (-spikes names the directory).\n\n", *spikes)
		t.Log(said)
	}
	var jobs []*job
	for _, dir := range outside {
		jobs = append(jobs, &job{dir: dir, tunings: grid})
	}
	for _, m := range yardstick.Mixtures {
		for seed := range uint64(seeds) {
			j := &job{dir: filepath.Join(t.TempDir(), fmt.Sprintf("%s-%d", m.Name, seed+1)), tunings: plain}
			if _, err := yardstick.Simulate(j.dir, m, seed+1); err != nil {
				t.Fatal(err)
			}
			if seed == 0 {
				j.tunings = every
			}
			jobs = append(jobs, j)
		}
	}
	work(t, d, jobs)
	r := yardstick.Report{Settings: d.Settings}
	for i, j := range jobs {
		if j.err != nil {
			t.Fatal(j.err)
		}
		if i < len(outside) {
			r.Outside = append(r.Outside, j.result)
		} else {
			r.Own = append(r.Own, j.result)
		}
	}
	return r, said
}

func found(t *testing.T) []string {
	t.Helper()
	dir := *spikes
	if !filepath.IsAbs(dir) {
		dir = filepath.Join("..", "..", dir) // tests run in the directory of their package
	}
	all, err := filepath.Glob(filepath.Join(dir, "*", "labels.json"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		all[i] = filepath.Dir(all[i])
	}
	return all
}

func work(t *testing.T, d yardstick.Detector, jobs []*job) {
	t.Helper()
	queue := make(chan *job)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for j := range queue {
				j.result, j.err = d.Measure(context.Background(), j.dir, j.tunings, cuts)
				if q, ok := j.result.Results[yardstick.Tuning{}.String()]; ok {
					t.Logf("%s: %.1f, R %.3f, noise %.3f", j.result.Name, q.Score, q.R, q.Noise)
				}
			}
		})
	}
	for _, j := range jobs {
		queue <- j
	}
	close(queue)
	workers.Wait()
}

// The measuring itself, with a rule that everybody knows and small sets.
func TestMeasure(t *testing.T) {
	r := yardstick.Report{Settings: overWeek.Settings}
	tunings := append(append([]yardstick.Tuning{{Marginals: true}}, yardstick.MovesOf(overWeek.Settings)...), yardstick.Grid()...)
	for _, name := range []string{"startup", "agency"} {
		dir := filepath.Join(t.TempDir(), name+"-1")
		if _, err := yardstick.Simulate(dir, quick(name), 1); err != nil {
			t.Fatal(err)
		}
		m, err := overWeek.Measure(context.Background(), dir, tunings, 1)
		if err != nil {
			t.Fatal(err)
		}
		q := m.Results[yardstick.Tuning{}.String()]
		if q.Score <= 1 || q.Score > 60 || q.Found == 0 || q.False == 0 {
			t.Errorf("%s: %+v is not what such a rule is worth", name, q)
		}
		for _, p := range m.Peeked {
			if len(p.OnlyFull)+len(p.OnlyCut) > 0 {
				t.Errorf("%s: a rule that does not look ahead was said to on %s: %v, %v", name, p.Day, p.OnlyFull, p.OnlyCut)
			}
		}
		r.Outside, r.Own = append(r.Outside, m), append(r.Own, m)
	}
	said := r.String()
	for _, want := range []string{"| startup-1 |", "| agency |", "| **own, mean** |", "| slow_drip |", "| thresholds |", "Looking ahead: 4 of 4", "One left out", "Found of all"} {
		if !strings.Contains(said, want) {
			t.Errorf("the report has no %q:\n%s", want, said)
		}
	}
}

// A detector that knows where the data ends is found out.
func TestMeasureFindsWhoLooksAhead(t *testing.T) {
	prophet := yardstick.Detector{Detect: func(_ context.Context, set yardstick.Set, _ yardstick.Tuning) ([]yardstick.Alert, error) {
		last := set.Ledgers[0].Looks[len(set.Ledgers[0].Looks)-1].Observed
		return []yardstick.Alert{{Day: last - 1, Account: set.Ledgers[0].Account.String()}}, nil
	}}
	m, err := prophet.Measure(context.Background(), simulate(t, quick("calm"), 1), []yardstick.Tuning{{}}, 3)
	if err != nil {
		t.Fatal(err)
	}
	caught := 0
	for _, p := range m.Peeked {
		caught += len(p.OnlyFull) + len(p.OnlyCut)
	}
	if caught == 0 {
		t.Error("nothing was noticed")
	}
	if said := (yardstick.Report{Own: []yardstick.Measured{m}}).String(); !strings.Contains(said, "alerts differ") {
		t.Errorf("the report does not say so:\n%s", said)
	}
}
