package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime/debug"

	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/internal/replay"
)

// BacktestRequest is what `rootwatch backtest` was asked.
type BacktestRequest struct {
	Costs, Asof  string   // CSV files; Costs may be "-" for In
	Focus        []string // FOCUS exports, in the place of Costs
	Organization string   // which of the store, where it has several
	In           io.Reader

	Out      string // a file; "" and "-" for the terminal
	Format   string // table, csv, json; "" is csv in a file and else a table
	From, To string // of what is written: days like 2026-10-01
	// Explain is a day and an account whose judgement is asked for; empty for none.
	Explain [2]string

	Marginals bool
	// Settings in the place of the configuration's; "" and a negative leave them.
	MinExcess, MinLasting, MinFirstSpend string
	QuietDays                            int
}

// backtest is a run of the command.
type backtest struct {
	request  BacktestRequest
	term     Terminal
	options  replay.Options
	from, to spend.Day // 0: no limit
	explain  spend.Day
	account  account.ID
	notes    []string // what the reader must know of the data
	status   int
}

// Backtest replays a history and writes what would have been said.
func (s Setup) Backtest(ctx context.Context, r BacktestRequest, term Terminal) (status int, err error) {
	b := &backtest{request: r, term: term}
	if err := b.check(); err != nil {
		return Usage, Problem{Usage, err}
	}
	if b.stored() {
		err = s.withStore(ctx, term, "--costs or --focus names the files of a history, or else it is read from the store", func(a *App) error {
			b.options.Settings, b.options.Currency = a.Config.Spend, ""
			return b.fromStore(ctx, a)
		})
	} else {
		b.options.Settings, err = s.spendSettings(ctx)
		if err == nil {
			err = b.fromFiles()
		}
	}
	if err != nil {
		return Failure, err
	}
	return b.status, nil
}

func (b *backtest) stored() bool { return b.request.Costs == "" && len(b.request.Focus) == 0 }

// spendSettings are the configuration's where there is one: files are replayed
// without any.
func (s Setup) spendSettings(ctx context.Context) (spend.Settings, error) {
	if _, err := os.Stat(s.ConfigPath); errors.Is(err, fs.ErrNotExist) && !s.Explicit {
		return spend.DefaultSettings(), nil
	}
	c, err := s.LoadConfig(ctx)
	if err != nil {
		return spend.Settings{}, err
	}
	return c.Spend, nil
}

// check holds the request to its rules before anything is read.
func (b *backtest) check() (err error) {
	r := b.request
	switch {
	case r.Costs != "" && len(r.Focus) > 0:
		return errors.New("--costs and --focus are two kinds of history: give one of them")
	case r.Asof != "" && r.Costs == "":
		return errors.New("--asof tells what of --costs was visible earlier: give that too")
	case r.Asof == "-":
		return errors.New("--asof must be a file; standard input is for --costs")
	case r.Organization != "" && !b.stored():
		return errors.New("--organization is for the store; a file holds one organization")
	case r.Explain != [2]string{} && r.Out != "" && r.Out != "-":
		return errors.New("--explain is printed: leave --out out")
	}
	for _, day := range []struct {
		flag, text string
		into       *spend.Day
	}{{"--from", r.From, &b.from}, {"--to", r.To, &b.to}, {"--explain", r.Explain[0], &b.explain}} {
		if day.text == "" {
			continue
		}
		if *day.into, err = spend.ParseDay(day.text); err != nil {
			return fmt.Errorf("%s: %w", day.flag, err)
		}
	}
	if b.to != 0 && b.from > b.to {
		return fmt.Errorf("--from is %s, which is after %s", b.from, b.to)
	}
	if r.Explain[1] != "" {
		if b.account, err = account.ParseID(r.Explain[1]); err != nil {
			return fmt.Errorf("--explain: %w", err)
		}
	}
	return b.moveSettings(&spend.Settings{})
}

// moveSettings puts what was typed in the place of the settings.
func (b *backtest) moveSettings(s *spend.Settings) error {
	for _, sum := range []struct {
		flag, text string
		into       *decimal.Decimal
	}{{"--min-excess", b.request.MinExcess, &s.MinExcess}, {"--min-lasting", b.request.MinLasting, &s.MinLasting}, {"--min-first-spend", b.request.MinFirstSpend, &s.MinFirstSpend}} {
		if sum.text == "" {
			continue
		}
		value, err := decimal.NewFromString(sum.text)
		if err != nil || !value.IsPositive() {
			return fmt.Errorf("%s is %q; write a sum above 0, such as 25 or 12.50", sum.flag, bot.Clip(bot.Clean(sum.text), 40))
		}
		*sum.into = value
	}
	if b.request.QuietDays > 0 {
		s.QuietDays = b.request.QuietDays
	}
	return nil
}

// run replays with f and writes what was told.
func (b *backtest) run(f func(replay.Options, func(spend.Day, []spend.Notice) error) error) error {
	if err := b.moveSettings(&b.options.Settings); err != nil {
		return Problem{Usage, err}
	}
	b.options.Marginals = b.request.Marginals
	b.options.Unsorted = func(why string) {
		_, _ = fmt.Fprintf(b.term.Err, "%s: all of it is read into memory instead.\n", why)
	}
	// What is alive is rings without pointers, cheap to look through: collecting
	// more often takes a third off the memory and little time.
	defer debug.SetGCPercent(debug.SetGCPercent(40))
	bar := progress(b.term, "replayed")
	b.options.Looked = func(spend.Day) { _ = bar.Add(1) }
	b.options.Lived = func() { _ = bar.Add(1) }
	var rows []spend.Notice
	err := f(b.options, func(on spend.Day, more []spend.Notice) error {
		if on >= b.from && (b.to == 0 || on <= b.to) {
			rows = append(rows, more...)
		}
		return nil
	})
	_ = bar.Finish()
	for _, note := range b.notes {
		_, _ = fmt.Fprintln(b.term.Err, note)
	}
	if err != nil {
		return err
	}
	return b.write(rows)
}
