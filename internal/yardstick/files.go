package yardstick

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strconv"

	"rootwatch/checks/spend"
)

const (
	costsHead = "date,account,service,region,amount"
	asofHead  = "observed_on,date,account,service,region,amount"
)

// out is one packed file that is being written. The first error stays in its
// buffer and is told by close.
type out struct {
	*bufio.Writer
	pack *gzip.Writer
	file *os.File
}

func createOne(path, head string) (*out, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	pack, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	o := &out{bufio.NewWriterSize(pack, 1<<16), pack, f}
	_, err = o.WriteString(head + "\n")
	return o, err
}

func (o *out) close() error {
	return errors.Join(o.Flush(), o.pack.Close(), o.file.Close())
}

// files are costs and as-of rows on their way to disk. As-of rows wait for
// their look, at most rereadDays.
type files struct {
	costs, asof *out
	waiting     [rereadDays + 1]bytes.Buffer // by the look's day, in turn
	quoted      map[string]string
	line        []byte
}

func create(dir string) (*files, error) {
	costs, err := createOne(filepath.Join(dir, "costs.csv.gz"), costsHead)
	if err != nil {
		return nil, err
	}
	asof, err := createOne(filepath.Join(dir, "asof.csv.gz"), asofHead)
	if err != nil {
		return nil, errors.Join(err, costs.close())
	}
	return &files{costs: costs, asof: asof, quoted: map[string]string{}}, nil
}

// row writes one row's final value, and what was seen of it earlier.
func (f *files) row(day spend.Day, account, service, region string, final float64, views [rereadDays]view) {
	line := f.line[:0]
	line = append(line, day.String()...)
	for _, field := range []string{account, service, region} {
		line = append(append(line, ','), f.quote(field)...)
	}
	line = append(line, ',')
	f.line = line
	write(f.costs, line, final, true)
	// A look that showed the final value by chance, before one that did not, is
	// written too: otherwise a cut between them would show what only came later.
	for n := range ages(views, final) {
		seen := seenOn(day, n)
		w := &f.waiting[int(seen)%len(f.waiting)]
		w.WriteString(seen.String() + ",")
		write(w, line, views[n].value, views[n].there)
	}
}

func write(w interface{ Write([]byte) (int, error) }, line []byte, v float64, there bool) {
	if there {
		line = strconv.AppendFloat(line, v, 'f', -1, 64)
	}
	_, _ = w.Write(append(line, '\n')) // the buffer keeps its error for close
}

// quote is a field as CSV wants it.
func (f *files) quote(field string) string {
	q, ok := f.quoted[field]
	if !ok {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		_ = w.Write([]string{field}) // a buffer takes everything
		w.Flush()
		q = string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
		f.quoted[field] = q
	}
	return q
}

// dusk ends day: the look of the next one is whole.
func (f *files) dusk(day spend.Day) {
	w := &f.waiting[int(day+1)%len(f.waiting)]
	_, _ = f.asof.Write(w.Bytes()) // the buffer keeps its error for close
	w.Reset()
}

// rest writes the looks after the last day.
func (f *files) rest(last spend.Day) {
	for n := range rereadDays - 1 {
		f.dusk(last + 1 + spend.Day(n))
	}
}

func (f *files) close() error { return errors.Join(f.costs.close(), f.asof.close()) }
