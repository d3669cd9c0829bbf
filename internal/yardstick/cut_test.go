package yardstick_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rootwatch/checks/spend"
	"rootwatch/internal/yardstick"
)

func cut(t *testing.T, dir string, on spend.Day) yardstick.Set {
	t.Helper()
	out := filepath.Join(t.TempDir(), "cut")
	if err := yardstick.Cut(dir, on, out); err != nil {
		t.Fatal(err)
	}
	return load(t, out)
}

// until is what a set's ledgers were on a day: later looks were not yet there.
func until(set yardstick.Set, on spend.Day) []spend.Ledger {
	var all []spend.Ledger
	for _, l := range set.Ledgers {
		var looks []spend.Look
		changes := 0
		for _, k := range l.Looks {
			if k.Observed <= on {
				looks = append(looks, k)
				changes += len(k.Changes)
			}
		}
		if changes > 0 {
			all = append(all, spend.Ledger{Account: l.Account, Currency: l.Currency, Looks: looks})
		}
	}
	return all
}

// The looks up to the day are the same in the whole set and in the cut one.
func TestACutIsWhatWasVisible(t *testing.T) {
	dir := simulate(t, quick("startup"), 5)
	whole := load(t, dir)
	for _, on := range []spend.Day{whole.Labels.First + 70, whole.Labels.First + 150} {
		if diff := cmp.Diff(tally(until(whole, on)), tally(cut(t, dir, on).Ledgers)); diff != "" {
			t.Errorf("%s: the whole set's (-) and the cut one's (+) looks differ:\n%s", on, diff)
		}
	}
}

// tally makes ledgers comparable: the order of one look's changes is no matter.
func tally(ledgers []spend.Ledger) map[string]map[spend.Amount]int {
	all := map[string]map[spend.Amount]int{}
	for _, l := range ledgers {
		for _, k := range l.Looks {
			day := l.Account.String() + " " + k.Observed.String()
			all[day] = map[spend.Amount]int{{Service: "days read"}: len(k.Read)}
			for _, c := range k.Changes {
				all[day][c]++
			}
		}
	}
	return all
}

// TestACutIsTheOtherScorers compares with score.py --cut in the directory that
// ROOTWATCH_SPIKES names; without it there is nothing to compare with.
func TestACutIsTheOtherScorers(t *testing.T) {
	dir := os.Getenv("ROOTWATCH_SPIKES")
	if dir == "" {
		t.Log("compares nothing: ROOTWATCH_SPIKES does not name a directory with score.py")
		return
	}
	from, on, out := filepath.Join(dir, "org1"), "2025-06-30", t.TempDir()
	if text, err := exec.Command("python3", "-B", filepath.Join(dir, "score.py"), "--cut", from, on, out).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if err := os.WriteFile(filepath.Join(out, "labels.json"), content(t, from, "labels.json"), 0o600); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(tally(load(t, out).Ledgers), tally(cut(t, from, day(on)).Ledgers)); diff != "" {
		t.Error(diff)
	}
}
