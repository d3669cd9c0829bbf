// Package replay lives through a history of costs day by day, as the bot would
// have seen it, and tells every message that a person would have had.
package replay

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// File is a CSV that can be opened again: what turns out not to be sorted is
// read a second time, into memory. Gzip is known by its first bytes.
type File struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// columns of the two files. Others beside them are not read.
var (
	costColumns = []string{"date", "account", "service", "region", "amount"}
	asofColumns = append([]string{"observed_on"}, costColumns...)
)

// row is a line of either file, with its series as a number.
type row struct {
	series   int
	day      spend.Day
	observed spend.Day // 0: the final value
	value    float64
	there    bool // false: the row was not there yet, and value is 0
}

// series is one account, service and region.
type series struct {
	account         int // in book.accounts
	service, region string
}

// book gives every series a number, by its first appearance.
type book struct {
	accounts []account.ID
	series   []series
	ids      map[string]int
	numbers  map[[3]string]int
}

func newBook() *book {
	return &book{ids: map[string]int{}, numbers: map[[3]string]int{}}
}

// number finds the series. The CSV reader's fields share one string for each
// line, which a map must not hold on to: what is kept is cloned.
func (b *book) number(id, service, region string) (int, error) {
	if n, ok := b.numbers[[3]string{id, service, region}]; ok {
		return n, nil
	}
	at, ok := b.ids[id]
	if !ok {
		parsed, err := account.ParseID(strings.Clone(id))
		if err != nil {
			return 0, err
		}
		at = len(b.accounts)
		b.accounts = append(b.accounts, parsed)
		b.ids[parsed.String()] = at
	}
	s := series{at, strings.Clone(service), strings.Clone(region)}
	b.series = append(b.series, s)
	b.numbers[[3]string{b.accounts[at].String(), s.service, s.region}] = len(b.series) - 1
	return len(b.series) - 1, nil
}

// lines reads one file line by line.
type lines struct {
	name string
	book *book
	csv  *csv.Reader
	file io.Closer
	at   []int // where each of the columns stands
	asof bool

	text [2]string // dates that were parsed last
	day  [2]spend.Day
}

func openLines(f File, asof bool, b *book) (*lines, error) {
	file, err := f.Open()
	if err != nil {
		return nil, err
	}
	l := &lines{name: f.Name, book: b, file: file, asof: asof}
	if err := l.head(file); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", f.Name, err), file.Close())
	}
	return l, nil
}

// head finds the columns by their names.
func (l *lines) head(file io.Reader) error {
	plain, err := unzipped(file)
	if err != nil {
		return err
	}
	l.csv = csv.NewReader(plain)
	l.csv.ReuseRecord = true
	header, err := l.csv.Read()
	if errors.Is(err, io.EOF) {
		return errors.New("the file is empty: its first line names its columns")
	}
	if err != nil {
		return err
	}
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
	}
	wanted := costColumns
	if l.asof {
		wanted = asofColumns
	}
	var lacking []string
	for _, name := range wanted {
		at := slices.Index(names, name)
		if at < 0 {
			lacking = append(lacking, name)
		}
		l.at = append(l.at, at)
	}
	if len(lacking) > 0 {
		return fmt.Errorf("line 1 has no column %s; it must name %s", strings.Join(lacking, ", "), strings.Join(wanted, ", "))
	}
	return nil
}

func unzipped(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 1<<18)
	if magic, _ := b.Peek(2); len(magic) < 2 || magic[0] != 0x1f || magic[1] != 0x8b {
		return b, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, fmt.Errorf("it is gzipped and cannot be unpacked: %w", err)
	}
	return bufio.NewReaderSize(z, 1<<18), nil
}

// next is the next row, or io.EOF.
func (l *lines) next() (row, error) {
	fields, err := l.csv.Read()
	if errors.Is(err, io.EOF) {
		return row{}, err
	}
	if err != nil {
		return row{}, fmt.Errorf("%s: %w", l.name, err) // the CSV reader says the line
	}
	q, column, err := l.parse(fields)
	if err != nil {
		line, _ := l.csv.FieldPos(0)
		wanted := costColumns
		if l.asof {
			wanted = asofColumns
		}
		return row{}, fmt.Errorf("%s: line %d, column %s: %w", l.name, line, wanted[column], err)
	}
	return q, nil
}

// parse reads the fields; column is where a fault is.
func (l *lines) parse(fields []string) (q row, column int, err error) {
	at := l.at
	if l.asof {
		if q.observed, err = l.date(0, fields[at[0]]); err != nil {
			return q, 0, err
		}
		at, column = at[1:], 1
	}
	if q.day, err = l.date(1, fields[at[0]]); err != nil {
		return q, column, err
	}
	if l.asof && q.observed <= q.day {
		return q, 0, fmt.Errorf("%s is not after the row's date, %s, and nobody sees a day before it is over", q.observed, q.day)
	}
	if q.series, err = l.book.number(fields[at[1]], fields[at[2]], fields[at[3]]); err != nil {
		return q, column + 1, err
	}
	amount := fields[at[4]]
	if q.there = amount != ""; !q.there && l.asof {
		return q, 0, nil
	}
	q.value, err = strconv.ParseFloat(amount, 64)
	if err != nil || math.IsNaN(q.value) || math.IsInf(q.value, 0) {
		return q, column + 4, fmt.Errorf("%q is not a number like 12.34", clip(amount))
	}
	return q, 0, nil
}

// date parses what is not the same as in the line before.
func (l *lines) date(n int, text string) (spend.Day, error) {
	if text == l.text[n] && text != "" {
		return l.day[n], nil
	}
	day, err := spend.ParseDay(clip(text))
	if err == nil && (day < 1 || day > mostDay) {
		err = fmt.Errorf("%s is not a day that AWS could have billed", day)
	}
	if err == nil {
		l.text[n], l.day[n] = strings.Clone(text), day
	}
	return day, err
}

// mostDay is in 2099: days are judged one by one, and a slip in a year would
// make millions of them.
const mostDay spend.Day = 47481

// clip keeps a stranger's text short enough to repeat.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "..."
	}
	return s
}
