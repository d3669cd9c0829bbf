package replay_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/internal/replay"
	"rootwatch/internal/yardstick"
)

// small is an organization with something of everything, quickly made.
func small(t *testing.T, name string) string {
	t.Helper()
	m, ok := yardstick.MixtureOf(name)
	if !ok {
		t.Fatal(name)
	}
	var makes []yardstick.Make
	for _, k := range m.Makes {
		makes = append(makes, yardstick.Make{Archetype: k.Archetype, Count: 1})
	}
	m.Makes, m.Days, m.Incidents = makes, 200, 12
	dir := t.TempDir()
	if _, err := yardstick.Simulate(dir, m, 7); err != nil {
		t.Fatal(err)
	}
	return dir
}

func onDisk(path string) replay.File {
	return replay.File{Name: filepath.Base(path), Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

func inText(name, text string) replay.File {
	return replay.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

func filesOf(dir string) replay.Files {
	asof := onDisk(filepath.Join(dir, "asof.csv.gz"))
	return replay.Files{Costs: onDisk(filepath.Join(dir, "costs.csv.gz")), Asof: &asof}
}

// told are the rows of a replay; why is said where the files are not sorted.
func told(t *testing.T, f replay.Files, o replay.Options) (rows []spend.Notice, why []string) {
	t.Helper()
	o.Unsorted = func(s string) { why = append(why, s) }
	err := f.Run(o, func(_ spend.Day, more []spend.Notice) error {
		rows = append(rows, more...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows, why
}

// expected are the rows of the same set, each account replayed by itself.
func expected(t *testing.T, set yardstick.Set, marginals bool) []spend.Notice {
	t.Helper()
	ledgers := slices.Clone(set.Ledgers)
	newest := spend.Day(0)
	for i, l := range ledgers {
		for _, look := range l.Looks {
			for _, c := range look.Changes {
				newest = max(newest, c.Day)
			}
		}
		if marginals {
			ledgers[i] = l.Marginal()
		}
	}
	days := map[spend.Day][]spend.Utterance{}
	for _, l := range ledgers {
		for w, said := range l.Replay(spend.DefaultSettings()) {
			if w.Today() <= newest+1 { // the set tells also what was restated after its end
				days[w.Today()] = append(days[w.Today()], said...)
			}
		}
	}
	var rows []spend.Notice
	for on := range newest + 2 {
		spend.Campaigns(days[on])
		rows = append(rows, spend.Notices(on, days[on])...)
	}
	return rows
}

func options() replay.Options {
	return replay.Options{Settings: spend.DefaultSettings(), Currency: "USD"}
}

// reversed is a packed CSV with its lines in the other order.
func reversed(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := bytes.Cut(text, []byte("\n"))
	lines := strings.Split(strings.TrimSuffix(string(rest), "\n"), "\n")
	slices.Reverse(lines)
	return string(head) + "\n" + strings.Join(lines, "\n") + "\n"
}

// However the files are read, each account's rows are those of its ledger.
func TestARunSaysWhatEachLedgerSays(t *testing.T) {
	for _, tt := range []struct {
		name      string
		marginals bool
	}{{"startup", false}, {"agency", true}} {
		t.Run(tt.name, func(t *testing.T) {
			name, marginals := tt.name, tt.marginals
			dir := small(t, name)
			set, err := yardstick.Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			o := options()
			o.Currency, o.Marginals = set.Labels.Currency, marginals
			want := expected(t, set, marginals)
			if len(want) < 5 {
				t.Fatalf("%s: only %d rows", name, len(want))
			}
			got, why := told(t, filesOf(dir), o)
			if len(why) > 0 {
				t.Errorf("%s was read into memory: %s", name, why)
			}
			if diff := cmp.Diff(want, got, ids); diff != "" {
				t.Errorf("%s, marginals %v: day by day (+):\n%s", name, marginals, diff)
			}
			asof := inText("asof.csv", reversed(t, filepath.Join(dir, "asof.csv.gz")))
			got, why = told(t, replay.Files{Costs: inText("costs.csv", reversed(t, filepath.Join(dir, "costs.csv.gz"))), Asof: &asof}, o)
			if len(why) != 1 {
				t.Errorf("%s: it was said %d times why it is read into memory", name, len(why))
			}
			if diff := cmp.Diff(want, got, ids); diff != "" {
				t.Errorf("%s, marginals %v: in memory (+):\n%s", name, marginals, diff)
			}
			var apart []spend.Notice
			err = replay.RunLedgers(func(yield func(spend.Ledger, error) bool) {
				for _, l := range set.Ledgers {
					if !yield(l, nil) {
						return
					}
				}
			}, o, func(_ spend.Day, more []spend.Notice) error {
				apart = append(apart, more...)
				return nil
			})
			last := got[len(got)-1].On
			apart = slices.DeleteFunc(apart, func(n spend.Notice) bool { return n.On > last })
			if diff := cmp.Diff(want, apart, ids); diff != "" || err != nil {
				t.Errorf("%s, marginals %v: ledger by ledger (+): %v\n%s", name, marginals, err, diff)
			}
		})
	}
}

// What is said up to a day does not rest on what came later.
func TestACutRunSaysTheSame(t *testing.T) {
	dir := small(t, "startup")
	full, _ := told(t, filesOf(dir), options())
	labels, err := yardstick.ReadLabels(filepath.Join(dir, "labels.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, on := range []spend.Day{labels.First + 75, labels.First + 131} {
		out := t.TempDir()
		if err := yardstick.Cut(dir, on, out); err != nil {
			t.Fatal(err)
		}
		cut, _ := told(t, filesOf(out), options())
		until := slices.DeleteFunc(slices.Clone(full), func(n spend.Notice) bool { return n.On > on })
		if diff := cmp.Diff(until, cut, ids); diff != "" {
			t.Errorf("%s: the whole set's (-) and the cut one's (+) rows differ:\n%s", on, diff)
		}
	}
}

var ids = cmpopts.EquateComparable(account.ID{})
