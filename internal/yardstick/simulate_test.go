package yardstick_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"

	"rootwatch/checks/spend"
	"rootwatch/internal/yardstick"
)

// quick is a mixture that takes little time: two accounts of each kind at most.
func quick(name string) yardstick.Mixture {
	m, ok := yardstick.MixtureOf(name)
	if !ok {
		panic(name)
	}
	makes := make([]yardstick.Make, len(m.Makes))
	for i, k := range m.Makes {
		makes[i] = yardstick.Make{Archetype: k.Archetype, Count: min(k.Count, 2)}
	}
	m.Makes, m.Days, m.Incidents = makes, 200, 10
	return m
}

func simulate(t *testing.T, m yardstick.Mixture, seed uint64) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := yardstick.Simulate(dir, m, seed); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTheSameSeedGivesTheSameSet(t *testing.T) {
	a, b, other := simulate(t, quick("retail"), 1), simulate(t, quick("retail"), 1), simulate(t, quick("retail"), 2)
	for _, name := range []string{"labels.json", "costs.csv.gz", "asof.csv.gz"} {
		if !bytes.Equal(content(t, a, name), content(t, b, name)) {
			t.Errorf("%s differs between two runs", name)
		}
		if bytes.Equal(content(t, a, name), content(t, other, name)) {
			t.Errorf("%s is the same for another seed", name)
		}
	}
}

func content(t *testing.T, dir, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// finals is the final cost of each account's days.
func finals(set yardstick.Set) map[string]map[spend.Day]float64 {
	all := map[string]map[spend.Day]float64{}
	for _, l := range set.Ledgers {
		values := map[spend.Amount]float64{}
		days := map[spend.Day]float64{}
		for _, look := range l.Looks {
			for _, c := range look.Changes {
				key := spend.Amount{Service: c.Service, Region: c.Region, Day: c.Day}
				days[c.Day] += c.Value - values[key]
				values[key] = c.Value
			}
		}
		all[l.Account.String()] = days
	}
	return all
}

func load(t *testing.T, dir string) yardstick.Set {
	t.Helper()
	set, err := yardstick.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// What the labels call excess is what the same organization would have cost
// less without the incidents; and its accounts look like what they are called.
func TestTheExcessIsTrue(t *testing.T) {
	for _, m := range yardstick.Mixtures {
		t.Run(m.Name, func(t *testing.T) {
			m := quick(m.Name)
			with := load(t, simulate(t, m, 3))
			m.Incidents = 0
			without := finals(load(t, simulate(t, m, 3)))
			if len(with.Labels.Incidents) < 5 {
				t.Fatalf("%d incidents were placed", len(with.Labels.Incidents))
			}
			for name, s := range shapesOf(with) {
				s.judge(t, name)
			}
			left := map[string]map[spend.Day]float64{}
			for account, days := range finals(with) {
				left[account] = map[spend.Day]float64{}
				for d, v := range days {
					left[account][d] = v - without[account][d]
				}
			}
			for _, i := range with.Labels.Incidents {
				total := 0.0
				for n, v := range i.Excess {
					left[i.Account][i.Start+spend.Day(n)] -= v
					total += v
				}
				if math.Abs(total-i.Total) > 0.01 || total <= 0 || len(i.Excess) != int(i.End-i.Start)+1 {
					t.Errorf("%s: days sum up to %v, not %v", i.ID, total, i.Total)
				}
			}
			for account, days := range left {
				for d, v := range days {
					// The last days are not final in the last look.
					if math.Abs(v) > 0.01 && d <= with.Labels.Last-10 {
						t.Errorf("account %s, %s: %v that no label explains", account, d, v)
					}
				}
			}
		})
	}
}

// The mixtures as they are measured have enough of everything, and their
// labels agree with the scorer.
func TestTheMixtures(t *testing.T) {
	for _, m := range yardstick.Mixtures {
		labels, err := yardstick.Simulate(t.TempDir(), m, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(labels.Incidents) < m.Incidents || len(labels.Events) < 30 {
			t.Errorf("%s: %d incidents, %d events", m.Name, len(labels.Incidents), len(labels.Events))
		}
		var perfect []yardstick.Alert
		for _, i := range labels.Incidents {
			perfect = append(perfect, yardstick.Alert{Day: i.Start + 1, Account: i.Account, Service: i.Services[0], Region: i.Regions[0]})
		}
		if r := yardstick.Score(labels, perfect); math.Abs(r.Score-100) > 1e-9 || r.Found != len(labels.Incidents) {
			t.Errorf("%s: who knows everything scores %v, R %v, false %d", m.Name, r.Score, r.R, r.False)
		}
	}
}
