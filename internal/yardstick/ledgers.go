package yardstick

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"rootwatch/checks/spend"
)

// rereadDays is how far back each look reads again: the as-of files restate
// days up to ten days late.
const rereadDays = 10

// Set is a labelled organization.
type Set struct {
	Name    string
	Dir     string // where its files are
	Labels  Labels
	Ledgers []spend.Ledger // one for each account, by its id
}

// Load reads a directory with labels.json, costs.csv.gz and asof.csv.gz.
func Load(dir string) (Set, error) {
	labels, err := ReadLabels(filepath.Join(dir, "labels.json"))
	if err != nil {
		return Set{}, err
	}
	set := Set{Name: filepath.Base(dir), Dir: dir, Labels: labels}
	err = open(dir, func(costs, asof io.Reader) error {
		set.Ledgers, err = Ledgers(costs, asof, labels.Currency)
		return err
	})
	return set, err
}

// open hands the two unpacked files of dir to use.
func open(dir string, use func(costs, asof io.Reader) error) error {
	var unpacked [2]io.Reader
	for n, name := range []string{"costs.csv.gz", "asof.csv.gz"} {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // nothing is lost of a file that was only read
		if unpacked[n], err = gzip.NewReader(f); err != nil {
			return fmt.Errorf("%s: %w", f.Name(), err)
		}
	}
	return use(unpacked[0], unpacked[1])
}

// row is a line of either file, with names as numbers.
type row struct {
	key      int
	day      spend.Day
	observed spend.Day // 0: the final value
	value    float64
	seen     bool // false: the row was not there yet, and value is 0
}

type name struct{ account, service, region string }

// table collects the rows of both files.
type table struct {
	keys map[name]int
	all  []name
	rows []row
}

// Ledgers turns a costs file and its as-of file (unpacked) into what was read
// on which day. asof may be nil: then each day was whole at once. Rows may come
// in any order and all are kept: tax, credits and refunds too.
//
// All accounts have all looks of the organization, so an account that came
// later has looks without any change before it. A day of which not one row was
// visible in the whole organization was not read.
func Ledgers(costs, asof io.Reader, currency string) ([]spend.Ledger, error) {
	t := table{keys: map[name]int{}}
	if err := t.read(costs, 0); err != nil {
		return nil, fmt.Errorf("costs: %w", err)
	}
	if asof != nil {
		if err := t.read(asof, 1); err != nil {
			return nil, fmt.Errorf("asof: %w", err)
		}
	}
	if len(t.rows) == 0 {
		return nil, nil
	}
	return t.ledgers(currency)
}

// read takes in a file; before its date it has so many columns more.
func (t *table) read(r io.Reader, more int) error {
	lines := csv.NewReader(r)
	lines.ReuseRecord = true
	lines.FieldsPerRecord = 5 + more
	days := map[string]spend.Day{}
	day := func(s string) (d spend.Day, err error) {
		d, ok := days[s]
		if !ok {
			if d, err = spend.ParseDay(s); err == nil {
				days[string([]byte(s))] = d
			}
		}
		return d, err
	}
	if _, err := lines.Read(); err != nil {
		return fmt.Errorf("no head line: %w", err)
	}
	for {
		f, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var q row
		if more > 0 {
			if q.observed, err = day(f[0]); err != nil {
				return err
			}
		}
		f = f[more:]
		if q.day, err = day(f[0]); err != nil {
			return err
		}
		if q.seen = f[4] != ""; q.seen {
			if q.value, err = strconv.ParseFloat(f[4], 64); err != nil {
				return err
			}
		}
		q.key = t.key(name{f[1], f[2], f[3]})
		t.rows = append(t.rows, q)
	}
}

func (t *table) key(n name) int {
	k, ok := t.keys[n]
	if !ok {
		k = len(t.all)
		// The CSV reader reuses its line, which a map must not hold on to.
		n = name{string([]byte(n.account)), string([]byte(n.service)), string([]byte(n.region))}
		t.keys[n] = k
		t.all = append(t.all, n)
	}
	return k
}

func (t *table) ledgers(currency string) ([]spend.Ledger, error) {
	slices.SortFunc(t.rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.day, b.day), cmp.Compare(a.observed, b.observed))
	})
	first, last := t.rows[0].day, t.rows[0].day
	for _, q := range t.rows {
		first, last = min(first, q.day), max(last, q.day+1, q.observed)
	}
	b := book{first: first, last: last, changes: map[string][][]spend.Amount{}, shown: make([][rereadDays]bool, last-first+1)}
	for from := 0; from < len(t.rows); {
		to := from + 1
		for to < len(t.rows) && t.rows[to].key == t.rows[from].key && t.rows[to].day == t.rows[from].day {
			to++
		}
		b.enter(t.all[t.rows[from].key], t.rows[from:to])
		from = to
	}
	return b.ledgers(currency)
}
