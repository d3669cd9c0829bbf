package yardstick

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"rootwatch/checks/spend"
)

// Cut writes into out what could be seen of the set in dir on day: its labels,
// the costs as they looked then, and what was seen before. A detector that
// does not look ahead says the same of it up to that day as of the whole set.
func Cut(dir string, day spend.Day, out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(dir, "labels.json"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "labels.json"), text, 0o644); err != nil {
		return err
	}
	return open(dir, func(costs, asof io.Reader) error {
		c := cutter{day: day, seen: map[[4]string]string{}}
		return errors.Join(
			c.copy(asof, filepath.Join(out, "asof.csv.gz"), 6, c.before),
			c.copy(costs, filepath.Join(out, "costs.csv.gz"), 5, c.then))
	})
}

type cutter struct {
	day  spend.Day
	seen map[[4]string]string // what the look of day showed, where it was not final
}

// copy writes the lines that keep accepts; keep may change them.
func (c *cutter) copy(from io.Reader, to string, columns int, keep func([]string) (bool, error)) error {
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	pack := gzip.NewWriter(f)
	w := csv.NewWriter(pack)
	err = c.lines(from, w, columns, keep)
	w.Flush()
	if err = errors.Join(err, w.Error(), pack.Close(), f.Close()); err != nil {
		return fmt.Errorf("%s: %w", to, err)
	}
	return nil
}

func (c *cutter) lines(from io.Reader, w *csv.Writer, columns int, keep func([]string) (bool, error)) error {
	r := csv.NewReader(from)
	r.FieldsPerRecord = columns
	head, err := r.Read()
	if err != nil {
		return err
	}
	if err := w.Write(head); err != nil {
		return err
	}
	for {
		line, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		ok, err := keep(line)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := w.Write(line); err != nil {
			return err
		}
	}
}

// before keeps the as-of rows of the looks up to the day.
func (c *cutter) before(line []string) (bool, error) {
	observed, err := spend.ParseDay(line[0])
	if err == nil && observed == c.day {
		c.seen[[4]string(line[1:5])] = line[5]
	}
	return observed <= c.day, err
}

// then turns final costs into those that the look of the day showed.
func (c *cutter) then(line []string) (bool, error) {
	day, err := spend.ParseDay(line[0])
	if v, ok := c.seen[[4]string(line[:4])]; ok {
		line[4] = v
	}
	return day < c.day && line[4] != "", err
}
