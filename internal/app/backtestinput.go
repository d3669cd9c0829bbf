package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strings"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/export"
	"rootwatch/checks/spend"
	"rootwatch/internal/replay"
)

// fromFiles replays what the flags name. A file that cannot be read or
// understood is a fault of the command line.
func (b *backtest) fromFiles() error {
	if b.options.Currency == "" {
		b.options.Currency = "USD" // the files have no currency
	}
	if len(b.request.Focus) > 0 {
		return b.fromFocus()
	}
	files, done, err := b.files()
	if err != nil {
		return err
	}
	defer done()
	if b.explain != 0 {
		return b.explained(func(o replay.Options) (spend.Ledger, error) {
			l, err := files.Ledger(o, b.account, b.explain)
			return l, badInput(err)
		})
	}
	return b.run(func(o replay.Options, told func(spend.Day, []spend.Notice) error) error {
		return badInput(files.Run(o, told))
	})
}

// badInput names the status of what is wrong with a file.
func badInput(err error) error {
	if err == nil {
		return nil
	}
	return Problem{Usage, err}
}

// files are the two CSV files. Standard input may have to be read twice, so it
// is kept in a temporary file until done.
func (b *backtest) files() (files replay.Files, done func(), err error) {
	done = func() {}
	path := b.request.Costs
	if path == "-" {
		if path, err = spooled(b.request.In); err != nil {
			return files, done, err
		}
		done = func() { _ = os.Remove(path) } // what is left of it is the system's to clean
	}
	files.Costs = fileAt(path, b.request.Costs)
	if b.request.Asof != "" {
		asof := fileAt(b.request.Asof, b.request.Asof)
		files.Asof = &asof
	}
	return files, done, nil
}

func fileAt(path, name string) replay.File {
	if name == "-" {
		name = "standard input"
	}
	return replay.File{Name: name, Open: func() (io.ReadCloser, error) { return opened(path) }}
}

func opened(path string) (*os.File, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Problem{Usage, fmt.Errorf("there is no file %s", path)}
	}
	return f, err
}

func spooled(in io.Reader) (path string, err error) {
	f, err := os.CreateTemp("", "rootwatch-backtest-")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(f, in)
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(fmt.Errorf("standard input: %w", err), os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// fromFocus replays FOCUS exports, all files together.
func (b *backtest) fromFocus() error {
	var readers []io.Reader
	for _, path := range b.request.Focus {
		f, err := opened(path)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // nothing is lost of a file that was only read
		readers = append(readers, f)
	}
	all, err := export.LedgersFromFOCUS(readers...)
	if err != nil {
		return badInput(fmt.Errorf("%s: %w", strings.Join(b.request.Focus, ", "), err))
	}
	b.notes = append(b.notes, fmt.Sprintf("%s, the newest day, may be half a day and was left out.", all.To))
	if n := len(all.Missing); n > 0 {
		b.notes = append(b.notes, fmt.Sprintf("%s between %s and %s have no charge at all and count as not read.", bot.Count(n, "day", "days"), all.From, all.To))
	}
	for i, l := range all.Accounts {
		if n := len(l.Looks); n > 0 && l.Looks[n-1].Observed == all.To+1 {
			all.Accounts[i].Looks = l.Looks[:n-1]
		}
	}
	if b.explain != 0 {
		return b.explained(func(replay.Options) (spend.Ledger, error) {
			i := slices.IndexFunc(all.Accounts, func(l spend.Ledger) bool { return l.Account == b.account })
			if i < 0 {
				return spend.Ledger{}, nil
			}
			return all.Accounts[i], nil
		})
	}
	return b.run(func(o replay.Options, told func(spend.Day, []spend.Notice) error) error {
		return replay.RunLedgers(withoutError(all.Accounts), o, told)
	})
}

func withoutError(all []spend.Ledger) iter.Seq2[spend.Ledger, error] {
	return func(yield func(spend.Ledger, error) bool) {
		for _, l := range all {
			if !yield(l, nil) {
				return
			}
		}
	}
}

// storedDays is how far back the store is replayed: more than it keeps.
const storedDays = 3 * 366

// fromStore replays what the bot itself has read.
func (b *backtest) fromStore(ctx context.Context, a *App) error {
	scope, err := b.scope(a)
	if err != nil {
		return err
	}
	to := spend.DayOf(a.now())
	read := func(id account.ID) iter.Seq2[spend.Ledger, error] {
		return b.readable(a.Store.Ledgers(ctx, scope, id, to-storedDays, to))
	}
	if b.explain != 0 {
		return b.explained(func(replay.Options) (found spend.Ledger, err error) {
			for l, err := range read(b.account) {
				if found = l; err != nil {
					return l, err
				}
			}
			return found, nil
		})
	}
	return b.run(func(o replay.Options, told func(spend.Day, []spend.Notice) error) error {
		return replay.RunLedgers(read(account.ID{}), o, told)
	})
}

// readable leaves out the accounts that the store cannot put together, and says so.
func (b *backtest) readable(all iter.Seq2[spend.Ledger, error]) iter.Seq2[spend.Ledger, error] {
	return func(yield func(spend.Ledger, error) bool) {
		for l, err := range all {
			if err != nil && !l.Account.IsZero() {
				b.notes, b.status = append(b.notes, bot.Clean(err.Error())), Unreadable
				continue
			}
			if !yield(l, err) {
				return
			}
		}
	}
}

// scope is the organization that was named, or the only one.
func (b *backtest) scope(a *App) (account.Scope, error) {
	scopes := a.scopes()
	var names []string
	for _, scope := range scopes {
		if scope.Organization == b.request.Organization || b.request.Organization == "" && len(scopes) == 1 {
			return scope, nil
		}
		names = append(names, scope.Organization)
	}
	return account.Scope{}, Problem{Usage, fmt.Errorf("--organization must be one of %s", strings.Join(names, ", "))}
}
