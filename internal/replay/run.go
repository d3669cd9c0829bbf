package replay

import (
	"errors"
	"io"

	"rootwatch/checks/spend"
)

// Files are a history: final costs, and what of them was visible earlier.
type Files struct {
	Costs File
	Asof  *File // nil: every day was whole on the day after
}

// Options of a replay.
type Options struct {
	Settings  spend.Settings
	Currency  string
	Marginals bool // judge only what questions with two keys show
	// Unsorted is told once why the files are read into memory; nil for nobody.
	Unsorted func(why string)
	// Looked is told of every day that is over; nil for nobody.
	Looked func(spend.Day)
	// Lived is told of every ledger that is over, one at a time; nil for nobody.
	Lived func()
}

// Run replays the files and calls told with the rows of each day on which
// anybody would have been notified, by day, account, and as in the message.
//
// Files that are sorted, costs by date and as-of rows by observed_on, are read
// day by day, and what is in memory does not grow with their length. Others are
// read whole.
func (f Files) Run(o Options, told func(on spend.Day, rows []spend.Notice) error) error {
	r := runner{options: o, told: told}
	return f.days(o, func() { r = runner{options: o, told: told} }, r.look)
}

// days gives each look of the files to f; reset is called where they are not
// sorted and everything begins again.
func (f Files) days(o Options, reset func(), look func(*days) error) error {
	var why unsorted
	err := f.merge(false, look)
	if errors.As(err, &why) {
		if o.Unsorted != nil {
			o.Unsorted(why.what)
		}
		reset()
		err = f.merge(true, look)
	}
	return err
}

func (f Files) merge(inMemory bool, told func(*days) error) (err error) {
	b := newBook()
	costs, err := openLines(f.Costs, false, b)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, costs.file.Close()) }()
	d := days{book: b, keep: reread + 1}
	if f.Asof != nil {
		d.keep = moving + 1
		asof, err := openLines(*f.Asof, true, b)
		if err != nil {
			return err
		}
		defer func(c io.Closer) { _ = c.Close() }(asof.file) // nothing is lost of a file that was only read
		if d.asof, err = asof.source(inMemory); err != nil {
			return err
		}
	}
	if d.costs, err = costs.source(inMemory); err != nil {
		return err
	}
	if inMemory {
		d.keep = 0
	}
	return d.each(func() error { return told(&d) })
}

func (l *lines) source(inMemory bool) (source, error) {
	if inMemory {
		return l.all()
	}
	return &stream{lines: l}, nil
}
