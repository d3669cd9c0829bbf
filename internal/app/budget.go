package app

import (
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
	advice := checks.CoachBudget(read, r.Notify)
	if a.temporary() && advice.Typical == nil {
		advice.Notes = append(advice.Notes, "Without a configuration no cost is remembered: name a store in rootwatch.yaml and run rootwatch spend --refresh once.")
	}
	return budgetStatus(advice), writeBudget(advice, r.Format, term)
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
	command, _, err := a.checkCommand(ctx, CheckRequest{Accounts: slices.DeleteFunc([]string{name}, func(s string) bool { return s == "" })})
	if err != nil {
		return account.Account{}, err
	}
	if command.All || len(command.Targets) != 1 {
		return account.Account{}, Problem{Usage, errors.New("name one account, by id or name")}
	}
	return a.listedAs(ctx, command.Targets[0])
}

func (a *App) listedAs(ctx context.Context, t bot.Target) (account.Account, error) {
	directory, err := a.Directory(ctx)
	if err != nil {
		return account.Account{}, err
	}
	for _, listed := range directory {
		if listed.ID == t.ID && (t.Scope == (account.Scope{}) || listed.Scope == t.Scope) {
			return listed, nil
		}
	}
	if t.Scope == (account.Scope{}) {
		t.Scope = a.scopes()[0]
	}
	return account.Account{Scope: t.Scope, ID: t.ID}, nil
}

func writeBudget(b checks.BudgetAdvice, format string, term Terminal) error {
	switch format {
	case "json":
		e := json.NewEncoder(term.Out)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(budgetDocument{1, b})
	case "terraform", "cli":
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
	_, err := fmt.Fprint(term.Out, budgetTable(b, term.Width))
	return err
}

// budgetTable is the advice as text. Names of budgets are a stranger's.
func budgetTable(b checks.BudgetAdvice, width int) string {
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
		line(2, "nothing that was read")
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
	if w := b.Wanted; w != nil && b.Status != checks.Pass {
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
