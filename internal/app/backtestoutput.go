package app

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/export"
	"rootwatch/checks/spend"
	"rootwatch/internal/replay"
)

// alertDocument is the JSON of `rootwatch backtest`; see docs/backtest.md.
type alertDocument struct {
	Version int          `json:"version"`
	Alerts  []alertRow   `json:"alerts"`
	Totals  alertsTotals `json:"totals"`
}

// alertRow is one series of one message. Money is per day.
type alertRow struct {
	AlertDate spend.Day       `json:"alert_date"`
	Account   account.ID      `json:"account"`
	Service   string          `json:"service"`
	Region    string          `json:"region"`
	Amount    decimal.Decimal `json:"amount"`
	Expected  decimal.Decimal `json:"expected"`
	Excess    decimal.Decimal `json:"excess"`
	Currency  string          `json:"currency"`
	Since     spend.Day       `json:"since"`
	Kind      spend.Reason    `json:"kind"`
	Campaign  string          `json:"campaign,omitempty"`
	Reason    string          `json:"reason"`
}

// alertsTotals are how often somebody would have been notified. A campaign is
// one message, whatever the number of its accounts.
type alertsTotals struct {
	Messages int             `json:"messages"`
	Accounts int             `json:"accounts"`
	Excess   decimal.Decimal `json:"excess"` // a day, of all rows
}

func totalsOf(rows []spend.Notice) alertsTotals {
	messages, accounts := map[string]bool{}, map[account.ID]bool{}
	var t alertsTotals
	for _, n := range rows {
		message := n.On.String() + " " + n.Account.String()
		if n.Campaign != "" {
			message = n.Campaign
		}
		messages[message], accounts[n.Account] = true, true
		t.Excess = t.Excess.Add(n.Excess)
	}
	t.Messages, t.Accounts = len(messages), len(accounts)
	return t
}

func alertOf(n spend.Notice) alertRow {
	row := alertRow{
		AlertDate: n.On, Account: n.Account, Service: n.Service, Region: n.Region, Amount: n.Actual, Expected: n.Expected, Excess: n.Excess,
		Currency: n.Currency, Since: n.Since, Kind: n.Reason, Campaign: n.Campaign, Reason: n.Why,
	}
	if n.Campaign != "" {
		row.Reason += " It began in several accounts at once."
	}
	return row
}

// write puts the rows where they were asked for.
func (b *backtest) write(rows []spend.Notice) error {
	out, format := b.request.Out, b.request.Format
	if out == "" || out == "-" {
		if format == "" || format == "table" {
			return b.draw(rows)
		}
		return writeAlerts(b.term.Out, format, rows)
	}
	if format == "" {
		format = "csv"
	}
	err := replaced(out, func(w io.Writer) error {
		if format == "table" {
			plain := *b
			plain.term = Terminal{Out: w, Width: b.term.Width}
			return plain.draw(rows)
		}
		return writeAlerts(w, format, rows)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(b.term.Err, "%s: %s\n", out, sentence(totalsOf(rows), currencyOf(rows)))
	return err
}

func writeAlerts(w io.Writer, format string, rows []spend.Notice) error {
	if format == "json" {
		d := alertDocument{Version: 1, Alerts: []alertRow{}, Totals: totalsOf(rows)}
		for _, n := range rows {
			d.Alerts = append(d.Alerts, alertOf(n))
		}
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(d)
	}
	out := csv.NewWriter(w)
	_ = out.Write([]string{"alert_date", "account", "service", "region", "amount", "expected", "reason"}) // Flush keeps its error
	for _, n := range rows {
		row := alertOf(n)
		_ = out.Write([]string{row.AlertDate.String(), row.Account.String(), export.Neutral(row.Service), export.Neutral(row.Region),
			row.Amount.StringFixed(2), row.Expected.StringFixed(2), export.Neutral(row.Reason)})
	}
	out.Flush()
	return out.Error()
}

// replaced writes a file beside path and puts it in its place when it is whole.
func replaced(path string, f func(io.Writer) error) (err error) {
	half, err := os.CreateTemp(filepath.Dir(path), ".rootwatch-backtest-")
	if errors.Is(err, fs.ErrNotExist) {
		return Problem{Usage, fmt.Errorf("%s cannot be written: the directory %s is not there", path, filepath.Dir(path))}
	}
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	err = errors.Join(f(half), half.Chmod(0o644), half.Close())
	if err == nil {
		err = os.Rename(half.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(half.Name()))
	}
	return nil
}

// draw writes the rows for a person, and the totals. The sentence of each row
// would not fit: CSV and JSON have it, and --explain more.
func (b *backtest) draw(rows []spend.Notice) error {
	d := drawing{width: min(max(b.term.Width, 60), 160)}
	var lines []table.Row
	for i, n := range rows {
		day, id, why := n.On.String(), n.Account.String(), kindOf(n)
		if i > 0 && rows[i-1].On == n.On && rows[i-1].Account == n.Account { // the message goes on
			day, id, why = "", "", "rose with it"
		}
		lines = append(lines, table.Row{day, id, bot.Clip(bot.ServiceName(bot.Clean(n.Service)), 28), bot.Clip(bot.Clean(n.Region), 16),
			bot.MoneyFormat(n.Actual, n.Currency), bot.MoneyFormat(n.Expected, n.Currency), n.Since, why})
	}
	d.table("What would have been said", table.Row{"Told on", "Account", "Service", "Region", "A day", "Usual", "Since", "Why"}, lines)
	if len(lines) > 0 {
		d.b.WriteString("\n")
	}
	fmt.Fprintln(&d.b, sentence(totalsOf(rows), currencyOf(rows)))
	_, err := io.WriteString(b.term.Out, d.b.String())
	return err
}

func kindOf(n spend.Notice) string {
	kind := strings.ReplaceAll(string(n.Reason), "_", " ")
	if n.Campaign != "" {
		kind += ", campaign"
	}
	return kind
}

func currencyOf(rows []spend.Notice) string {
	if len(rows) == 0 {
		return ""
	}
	return rows[0].Currency
}

func sentence(t alertsTotals, currency string) string {
	if t.Messages == 0 {
		return "Nobody would have been notified."
	}
	return fmt.Sprintf("%s about %s; their rises came to %s a day.", bot.Count(t.Messages, "message", "messages"), bot.Count(t.Accounts, "account", "accounts"),
		bot.MoneyFormat(t.Excess, currency))
}

// explained prints the judgement of one account on one day.
func (b *backtest) explained(read func(replay.Options) (spend.Ledger, error)) error {
	if err := b.moveSettings(&b.options.Settings); err != nil {
		return Problem{Usage, err}
	}
	b.options.Marginals = b.request.Marginals
	l, err := read(b.options)
	if err != nil {
		return err
	}
	if len(l.Looks) == 0 {
		return Problem{Usage, fmt.Errorf("the history has nothing of account %s until %s", b.account, b.explain)}
	}
	e := b.options.Explain(l, b.explain)
	if !e.Looked {
		return Problem{Usage, fmt.Errorf("nothing new was read on %s, so nothing was judged", b.explain)}
	}
	if _, err := fmt.Fprintf(b.term.Out, "%s as it looked on %s, with usage to %s.\n", b.account, b.explain, b.explain-1); err != nil {
		return err
	}
	for _, line := range e.Lines {
		if _, err := fmt.Fprintln(b.term.Out, bot.Clean(line)); err != nil {
			return err
		}
	}
	if len(e.Said) == 0 {
		_, err := fmt.Fprintln(b.term.Out, "Nothing was said.")
		return err
	}
	for _, u := range e.Said {
		if _, err := fmt.Fprintf(b.term.Out, "Said (%s): %s\n", u.Word, bot.Clean(u.Incident.Why)); err != nil {
			return err
		}
	}
	return nil
}
