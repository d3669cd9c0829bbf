package yardstick_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"rootwatch/checks/spend"
	"rootwatch/internal/yardstick"
)

const (
	prod = "111122223333"
	dev  = "444455556666"
)

func day(s string) spend.Day {
	d, err := spend.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// small is an organization of two accounts for one year with one long
// incident, one of a single day, a benign event that recurs and a tolerated one.
func small() yardstick.Labels {
	return yardstick.Labels{
		First: day("2025-01-01"), Last: day("2025-12-31"), ScoreFrom: day("2025-01-01"), Currency: "USD",
		Accounts: []yardstick.Account{{ID: prod, Archetype: "saas", First: day("2025-01-01")}, {ID: dev, Archetype: "dev", First: day("2025-01-01")}},
		Incidents: []yardstick.Incident{
			{ID: "I1", Account: prod, Services: []string{"Lambda"}, Regions: []string{"eu-west-1"}, Kind: "loop", Start: day("2025-03-01"), End: day("2025-03-20"), Excess: even(20), Total: 2000},
			{ID: "I2", Account: dev, Services: []string{"HSM"}, Kind: "purchase", Start: day("2025-05-01"), End: day("2025-05-01"), Excess: []float64{2000}, Total: 2000},
		},
		Events: []yardstick.Event{
			{Account: prod, Services: []string{"Glue"}, Kind: "batch", Class: yardstick.Benign, Start: day("2025-02-01"), End: day("2025-12-01"), Dates: []spend.Day{day("2025-02-01"), day("2025-12-01")}},
			{Account: dev, Kind: "launch", Class: yardstick.Tolerated, Start: day("2025-07-01"), End: day("2025-07-02")},
		},
	}
}

func even(n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = 100
	}
	return all
}

func TestScore(t *testing.T) {
	loop := yardstick.Alert{Day: day("2025-03-02"), Account: prod, Service: "Lambda", Region: "eu-west-1"}
	bought := yardstick.Alert{Day: day("2025-05-02"), Account: dev, Service: "HSM"}
	on := func(a yardstick.Alert, date string) yardstick.Alert { a.Day = day(date); return a }
	for _, c := range []struct {
		name                   string
		alerts                 []yardstick.Alert
		r                      float64
		wrong, duplicate, free int
	}{
		{"nothing said", nil, 0, 0, 0, 0},
		{"all on the first day", []yardstick.Alert{loop, bought}, 1, 0, 0, 0},
		{"on the day itself nobody can know", []yardstick.Alert{on(loop, "2025-03-01")}, 0, 1, 0, 0},
		{"without a service", []yardstick.Alert{{Day: loop.Day, Account: prod}, {Day: bought.Day, Account: dev}}, 0.9, 0, 0, 0},
		{"of another region", []yardstick.Alert{{Day: loop.Day, Account: prod, Service: "Lambda", Region: "us-east-1"}}, 0, 1, 0, 0},
		{"without an account", []yardstick.Alert{{Day: loop.Day}}, 0, 1, 0, 0},
		{"one of several services", []yardstick.Alert{{Day: loop.Day, Account: prod, Service: "Lambda; S3", Region: "eu-west-1"}, bought}, 1, 0, 0, 0},
		{"the service named second", []yardstick.Alert{{Day: loop.Day, Account: prod, Service: "S3; Lambda"}, bought}, 0.95, 0, 0, 0},
		{"three days after a day that is over", []yardstick.Alert{on(bought, "2025-05-04")}, 0.5, 0, 0, 0},
		{"four days after it", []yardstick.Alert{on(bought, "2025-05-05")}, 0, 1, 0, 0},
		{"when it is over", []yardstick.Alert{on(loop, "2025-03-23")}, 0.25, 0, 0, 0},
		{"again the next day", []yardstick.Alert{loop, on(loop, "2025-03-03"), bought}, 1, 0, 1, 0},
		{"again a week later", []yardstick.Alert{loop, on(loop, "2025-03-09"), bought}, 1, 0, 0, 0},
		{"a batch", []yardstick.Alert{{Day: day("2025-12-04"), Account: prod, Service: "Glue"}}, 0, 1, 0, 0},
		{"a launch, and once more", []yardstick.Alert{{Day: day("2025-07-02"), Account: dev}, {Day: day("2025-07-09"), Account: dev}}, 0, 1, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := yardstick.Score(small(), c.alerts)
			if math.Abs(got.R-c.r) > 1e-9 || got.False != c.wrong || got.Duplicates != c.duplicate || got.Free != c.free {
				t.Errorf("R %v, false %d, duplicates %d, free %d; want %v, %d, %d, %d", got.R, got.False, got.Duplicates, got.Free, c.r, c.wrong, c.duplicate, c.free)
			}
			noise := (float64(c.wrong) + float64(c.duplicate)/4) / (2 * 365 / 365.25)
			if want := 100 * c.r / (1 + noise); math.Abs(got.Score-want) > 1e-9 {
				t.Errorf("score %v, want %v", got.Score, want)
			}
		})
	}
}

func TestACampaignCountsAsTwo(t *testing.T) {
	labels := small()
	for _, id := range []string{"101010101010", "202020202020", "303030303030", "404040404040"} {
		i := labels.Incidents[0]
		i.ID, i.Account, i.Group = id, id, "C1"
		labels.Accounts = append(labels.Accounts, yardstick.Account{ID: id, First: labels.First})
		labels.Incidents = append(labels.Incidents, i)
	}
	got := yardstick.Score(labels, []yardstick.Alert{{Day: day("2025-03-02"), Account: "101010101010", Service: "Lambda"}})
	if want := 0.5 / 4; math.Abs(got.R-want) > 1e-9 {
		t.Errorf("R %v, want %v", got.R, want)
	}
}

func TestDifferences(t *testing.T) {
	full := []yardstick.Alert{{Day: 10, Account: prod}, {Day: 12, Account: prod}, {Day: 20, Account: prod}}
	cut := []yardstick.Alert{{Day: 10, Account: prod}, {Day: 11, Account: prod}}
	onlyFull, onlyCut := yardstick.Differences(full, cut, 12)
	if len(onlyFull) != 1 || onlyFull[0].Day != 12 || len(onlyCut) != 1 || onlyCut[0].Day != 11 {
		t.Errorf("only full %v, only cut %v", onlyFull, onlyCut)
	}
}

// TestAsTheOtherScorer compares with score.py in the directory that
// ROOTWATCH_SPIKES names; without it there is nothing to compare with.
func TestAsTheOtherScorer(t *testing.T) {
	dir := os.Getenv("ROOTWATCH_SPIKES")
	if dir == "" {
		t.Log("compares nothing: ROOTWATCH_SPIKES does not name a directory with score.py")
		return
	}
	sets, err := filepath.Glob(filepath.Join(dir, "*", "labels.json"))
	if err != nil || len(sets) == 0 {
		t.Fatalf("%s has no sets: %v", dir, err)
	}
	for _, path := range sets {
		labels, err := yardstick.ReadLabels(path)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(12) {
			alerts := draw(labels, rand.New(rand.NewPCG(seed, 1)))
			got, want := yardstick.Score(labels, alerts), outside(t, dir, path, alerts)
			if math.Abs(got.Score-want.Score) > 0.01 || math.Abs(got.R-want.R) > 0.001 || math.Abs(got.Noise-want.Noise) > 0.001 ||
				got.False != want.False || got.Duplicates != want.Duplicates || got.Found != want.Found || got.Messages != want.Messages || got.Free != want.Free {
				t.Errorf("%s, seed %d: %+v, the other scorer says %+v", path, seed, got, want)
			}
		}
	}
}

type told struct {
	Score      float64 `json:"spikescore"`
	R          float64 `json:"R"`
	Noise      float64 `json:"noise_per_account_year"`
	Found      int     `json:"detected"`
	Messages   int     `json:"messages"`
	False      int     `json:"false"`
	Duplicates int     `json:"duplicates"`
	Free       int     `json:"tolerated_free"`
}

func outside(t *testing.T, dir, labels string, alerts []yardstick.Alert) told {
	t.Helper()
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	_ = w.Write([]string{"alert_date", "account", "service", "region"})
	for _, a := range alerts {
		_ = w.Write([]string{a.Day.String(), a.Account, a.Service, a.Region})
	}
	w.Flush()
	path := filepath.Join(t.TempDir(), "alerts.csv")
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("python3", "-B", filepath.Join(dir, "score.py"), labels, path, "--json").Output()
	if err != nil {
		t.Fatalf("score.py: %v", err)
	}
	var want told
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

// draw gives alerts of all sorts: right ones early and late, repeats, about
// events, with and without names, and of nothing at all.
func draw(labels yardstick.Labels, rng *rand.Rand) []yardstick.Alert {
	var all []yardstick.Alert
	say := func(account string, services, regions []string, from, to spend.Day) {
		a := yardstick.Alert{Day: from + spend.Day(rng.IntN(int(to-from)+12)) - 3, Account: account}
		if len(services) > 0 && rng.IntN(4) > 0 {
			a.Service = services[rng.IntN(len(services))]
		}
		if len(regions) > 0 && rng.IntN(4) > 0 {
			a.Region = regions[rng.IntN(len(regions))]
		}
		if rng.IntN(6) == 0 {
			a.Service = "Another Service; " + a.Service
		}
		all = append(all, a)
	}
	for _, i := range labels.Incidents {
		for range rng.IntN(5) {
			say(i.Account, i.Services, i.Regions, i.Start, min(i.End, i.Start+9))
		}
	}
	for _, e := range labels.Events {
		for range rng.IntN(3) {
			say(e.Account, e.Services, e.Regions, e.Start, e.End)
		}
	}
	for range rng.IntN(60) {
		say(labels.Accounts[rng.IntN(len(labels.Accounts))].ID, nil, nil, labels.First, labels.Last)
	}
	return all
}
