package export

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// focusNeeded are the columns without which nothing can be judged. The payer,
// the end of the period and the account's name are used where they are there.
var focusNeeded = []string{colBilledCost, colCurrency, colCategory, colStart, colRegion, colService, colSubAccount}

// ReadFOCUS reads a FOCUS cost export as CSV, gzipped or not, and calls row
// for each of its lines: AWS Data Exports' files, and those that FOCUS writes.
// Columns may stand in any order and others beside them. Lines are not summed:
// an export of hours or resources has many for one day.
//
// A file that lacks columns, a cell that cannot be read, a second currency and
// an export of whole months are errors that say where; what row was told until
// then is a part, not a bill. An error of row ends the reading and is returned.
func ReadFOCUS(r io.Reader, row func(FOCUSRow) error) error {
	plain, err := unzipped(r)
	if err != nil {
		return err
	}
	in := csv.NewReader(plain)
	in.ReuseRecord, in.FieldsPerRecord = true, -1
	header, err := in.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("the header of the FOCUS file cannot be read: %w", err)
	}
	f, err := focusColumns(header)
	if err != nil {
		return err
	}
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return f.whole()
		}
		if err != nil {
			return fmt.Errorf("the FOCUS file cannot be read: %w", err) // the CSV reader says the line
		}
		f.line, _ = in.FieldPos(0)
		parsed, err := f.parse(record)
		if err == nil {
			err = row(parsed)
		}
		if err != nil {
			return err
		}
	}
}

// unzipped looks at the first two bytes: AWS names its files .csv.gz, and
// browsers unpack what they save.
func unzipped(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	if magic, _ := b.Peek(2); len(magic) < 2 || magic[0] != 0x1f || magic[1] != 0x8b {
		return b, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, fmt.Errorf("the FOCUS file is gzipped and cannot be unpacked: %w", err)
	}
	return z, nil
}

// focusFile is a file being read.
type focusFile struct {
	at       map[string]int // where each known column stands
	columns  int
	line     int
	currency string
	days     int // lines of usage of a day or less, or of no known length
	longer   int // lines of usage that cover more

	// Most lines share these with the line before.
	start, end  string
	day         spend.Day
	long        bool
	accountText string
	account     account.ID
	payerText   string
	payer       account.ID
}

func focusColumns(header []string) (*focusFile, error) {
	f := &focusFile{at: map[string]int{}, columns: len(header)}
	for i, name := range header {
		if i == 0 {
			name = strings.TrimPrefix(name, "\ufeff")
		}
		name = strings.TrimSpace(name)
		if _, twice := f.at[name]; twice && name != "" {
			return nil, fmt.Errorf("the FOCUS file has the column %s twice", clip(clean(name), 60))
		}
		f.at[name] = i
	}
	var lacking []string
	for _, name := range focusNeeded {
		if _, ok := f.at[name]; !ok {
			lacking = append(lacking, name)
		}
	}
	switch len(lacking) {
	case 0:
		return f, nil
	case 1:
		return nil, fmt.Errorf("the FOCUS file lacks the column %s", lacking[0])
	}
	last := len(lacking) - 1
	return nil, fmt.Errorf("the FOCUS file lacks the columns %s and %s", strings.Join(lacking[:last], ", "), lacking[last])
}

// cell is "" where the file does not have the column.
func (f *focusFile) cell(record []string, column string) string {
	if i, ok := f.at[column]; ok {
		return strings.TrimSpace(record[i])
	}
	return ""
}

// bad names a cell that cannot be read.
func (f *focusFile) bad(column, value, why string) error {
	return fmt.Errorf("line %d, column %s: %q %s", f.line, column, clip(clean(value), 60), why)
}

func (f *focusFile) parse(record []string) (FOCUSRow, error) {
	r := FOCUSRow{Line: f.line}
	if len(record) != f.columns {
		return r, fmt.Errorf("line %d has %d columns, the header has %d", f.line, len(record), f.columns)
	}
	var err error
	if r.Amount, err = f.cost(f.cell(record, colBilledCost)); err != nil {
		return r, err
	}
	if r.Currency, err = f.sameCurrency(f.cell(record, colCurrency)); err != nil {
		return r, err
	}
	if r.Account, r.Payer, err = f.accounts(f.cell(record, colSubAccount), f.cell(record, colPayer)); err != nil {
		return r, err
	}
	if r.Day, err = f.dayOf(f.cell(record, colStart), f.cell(record, colEnd)); err != nil {
		return r, err
	}
	category := f.cell(record, colCategory)
	if r.Category, err = f.category(category); err != nil {
		return r, err
	}
	if category == string(spend.Usage) {
		if f.long {
			f.longer++
		} else {
			f.days++
		}
	}
	r.Service, r.Region, r.AccountName = clean(f.cell(record, colService)), clean(f.cell(record, colRegion)), clean(f.cell(record, colSubName))
	return r, nil
}

// whole refuses an export of months: its days are not known.
func (f *focusFile) whole() error {
	if f.longer > 0 && f.days == 0 {
		return errors.New("the FOCUS file has its usage by the month; export it with daily or hourly time granularity")
	}
	return nil
}
