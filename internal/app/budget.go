package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

// BudgetRequest is what `rootwatch budget` was asked.
type BudgetRequest struct {
	Account string // "" is the caller's own
	Notify  []string
	Format  string // table, json, terraform, cli
}

// budgetDocument is the JSON of `rootwatch budget`; see docs/budgets.md.
type budgetDocument struct {
	Version int                 `json:"version"`
	Budget  checks.BudgetAdvice `json:"budget"`
}

// Budget reads an account's budgets now and says which one it should have. The
// cost comes from the stored bill: no request is paid for.
func (s Setup) Budget(ctx context.Context, r BudgetRequest, term Terminal) (status int, err error) {
	for _, address := range r.Notify {
		if parsed, err := mail.ParseAddress(address); err != nil || parsed.Address != address {
			return Usage, Problem{Usage, fmt.Errorf("--notify takes e-mail addresses with commas between them, and %q is none", address)}
		}
	}
	c, err := s.LoadConfig(ctx)
	if err != nil {
		return Usage, err
	}
	s.quietUnlessAsked()
	a, err := s.Open(ctx, c, schedule.AskOnly, term)
	if err != nil {
		return Failure, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	wanted, err := a.budgetAccount(ctx, r.Account)
	if err != nil {
		return Failure, err
	}
	read, err := a.Engine.Case(ctx, wanted)
	if err != nil {
		return Failure, err
	}
	advice, err := a.advise(ctx, read, r.Notify)
	if err != nil {
		return Failure, err
	}
	if a.temporary() && advice.Typical == nil {
		advice.Notes = append(advice.Notes, "Without a configuration no cost is remembered: name a store in rootwatch.yaml and run rootwatch spend --refresh once.")
	}
	return budgetStatus(advice), writeBudget(advice, nothingThere(read), r.Format, term)
}

func budgetStatus(b checks.BudgetAdvice) int {
	switch {
	case b.Status == checks.Fail:
		return Findings
	case b.Status == checks.Unknown:
		return Unreadable
	}
	return Fine
}

// budgetAccount is the one account that was meant, as last listed.
func (a *App) budgetAccount(ctx context.Context, name string) (account.Account, error) {
	a.typed = "budget"
	command, _, err := a.checkCommand(ctx, CheckRequest{Accounts: slices.DeleteFunc([]string{name}, func(s string) bool { return s == "" })})
	if err != nil {
		return account.Account{}, err
	}
	if command.All || len(command.Targets) != 1 {
		return account.Account{}, Problem{Usage, errors.New("name one account, by id or name")}
	}
	if name == "" { // the caller's own, which AWS named, whether or not it may list others
		return a.listedAs(ctx, command.Targets[0])
	}
	return a.member(ctx, command.Targets[0])
}

func (a *App) listedAs(ctx context.Context, t bot.Target) (account.Account, error) {
	directory, err := a.Directory(ctx)
	if err != nil {
		return account.Account{}, err
	}
	if found, ok := listed(directory, t); ok {
		return found, nil
	}
	return account.Account{Scope: t.Scope, ID: t.ID}, nil
}

// advise is the coach's advice. A budget is proposed only where one is missing,
// of an account that is there and has days of its own in the bill.
func (a *App) advise(ctx context.Context, read checks.Case, notify []string) (checks.BudgetAdvice, error) {
	advice := checks.CoachBudget(read, notify)
	about, why := read.Facts.Account, ""
	costs, err := a.Engine.EverCost(ctx, about)
	switch {
	case err != nil:
		return advice, err
	case !usable(about):
		why = fmt.Sprintf("No budget is proposed: AWS lists the account as %s, and nobody can make one in it.", about.State.Words())
	case advice.Wanted != nil && !costs:
		why = "No budget is proposed: the bill that was read holds no cost of this account, so no day of it is usual."
	case advice.Status == checks.Pass:
		why = "Nothing is needed: the budget that is there does."
	default:
		return advice, nil
	}
	typical := advice.Typical
	advice = checks.CoachBudget(read, unasked)
	if advice.Wanted = nil; costs {
		advice.Typical = typical
	} else {
		advice.Typical = nil
	}
	advice.Notes = append([]string{why}, advice.Notes...)
	return advice, nil
}

// unasked stand for whom to tell where no budget is proposed, so that nobody
// is asked to name them.
var unasked = []string{"", ""}

// nothingThere says why no budget is shown: there is none, or why none was read.
func nothingThere(read checks.Case) string {
	if _, known := read.Facts.Budgets.Get(); known {
		return "none"
	}
	gap := read.Facts.Budgets.Gap()
	return "not known: " + cmp.Or(gap.Sentence, gap.Detail, "it was not read")
}

func writeBudget(b checks.BudgetAdvice, nothing, format string, term Terminal) error {
	switch format {
	case "json":
		e := json.NewEncoder(term.Out)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(budgetDocument{1, b})
	case "terraform", "cli":
		if b.Wanted == nil && b.Status == checks.Pass {
			_, err := fmt.Fprintln(term.Err, strings.Join(b.Notes, " "))
			return err
		}
		if b.Wanted == nil {
			return Problem{Unreadable, errors.New(strings.Join(b.Notes, " "))}
		}
		code := b.Wanted.CLI
		if format == "terraform" {
			code = strings.TrimSuffix(b.Wanted.Terraform, "\n")
		}
		for _, note := range b.Notes {
			_, _ = fmt.Fprintln(term.Err, note)
		}
		_, err := fmt.Fprintln(term.Out, code)
		return err
	}
	_, err := fmt.Fprint(term.Out, budgetTable(b, nothing, term.Width))
	return err
}

// budgetTable is the advice as text. Names of budgets are a stranger's.
func budgetTable(b checks.BudgetAdvice, nothing string, width int) string {
	var out strings.Builder
	line := func(indent int, format string, args ...any) {
		blank := strings.Repeat(" ", indent)
		for row := range strings.SplitSeq(text.WrapSoft(plain(fmt.Sprintf(format, args...)), max(width-indent, 40)), "\n") {
			out.WriteString(strings.TrimRight(blank+strings.TrimSpace(row), " ") + "\n")
		}
	}
	line(0, "Budgets of %s", strings.TrimSpace(b.AccountName+" "+b.AccountID.String()))
	for _, row := range b.Rows {
		line(2, "%s: %s", row.CheckID, row.Status)
		line(4, "%s", row.Summary)
	}
	out.WriteString("\nWhat is there\n")
	if len(b.Exists) == 0 {
		line(2, "%s", nothing)
	}
	for _, e := range b.Exists {
		line(2, "%s: %s", e.Name, e.Value)
	}
	out.WriteString("\nWhat is asked for\n")
	if b.Typical != nil {
		line(2, "A usual day is %s %s, the median of %d.", b.Typical.Median.StringFixed(2), b.Typical.Currency, b.Typical.Days)
	}
	if w := b.Wanted; w != nil {
		line(2, "%s: DAILY, %s %s, an alert at 100 %% of actual cost to %s", w.Name, w.Amount.String(), w.Unit, strings.Join(w.Notify, " and "))
	}
	for _, note := range b.Notes {
		line(2, "- %s", note)
	}
	if w := b.Wanted; w != nil {
		out.WriteString("\n" + w.CLI + "\n\n" + w.Terraform)
	}
	return out.String()
}

// plain keeps a name from steering the terminal.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, s)
}
