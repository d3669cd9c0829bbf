package app

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/bot/console"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/schedule"
)

// SpendRequest is what `rootwatch spend` was asked.
type SpendRequest struct {
	Account string
	Days    int
	By      string // "account", "service" or "region"; "" for the answer of /spend
	From    string // with To the days of a table in the place of Days: 2006-01-02
	To      string // included; "" for the newest whole day
	Format  string
	Refresh bool // read the bill first; Cost Explorer takes $0.01 a page
}

// spendDocument is the JSON of `rootwatch spend`; see docs/json.md.
type spendDocument struct {
	Version int               `json:"version"`
	Spend   []bot.SpendAnswer `json:"spend"`
}

// Spend prints the bill from the store. A temporary store is filled first.
func (s Setup) Spend(ctx context.Context, r SpendRequest, term Terminal) (status int, err error) {
	c, err := s.LoadConfig(ctx)
	if err != nil {
		return Usage, err
	}
	s.quietUnlessAsked()
	a, err := s.Open(ctx, c, schedule.QuestionsOnly, term)
	if err != nil {
		return Failure, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	wanted, err := a.spendCommand(ctx, r) // before anything is paid for
	if err != nil {
		return Failure, err
	}
	w, err := windowOf(r, spend.DayOf(a.now()))
	if err != nil {
		return Failure, err
	}
	if r.Refresh || a.temporary() {
		if err := a.readBill(ctx, term); err != nil {
			return Failure, err
		}
	}
	answers, err := a.spendAnswers(ctx, wanted)
	if err != nil {
		return Failure, err
	}
	if r.tallied(w) && r.Format != "focus" {
		if err := a.addTallies(ctx, answers, r, w); err != nil {
			return Failure, err
		}
	}
	if r.Format == "focus" {
		err = a.writeFOCUS(ctx, answers, r, w, term)
	} else {
		err = writeSpend(answers, r.Format, r.tallied(w), term)
	}
	if err != nil {
		return Failure, err
	}
	for _, answer := range answers {
		if answer.Money.Trouble != "" {
			if r.Format == "focus" { // whose lines have no place for it
				_, _ = fmt.Fprintf(term.Err, "%s: %s\n", answer.Organization, answer.Money.Trouble)
			}
			return Unreadable, nil
		}
	}
	return Fine, nil
}

// readBill reads the bill now, and says before and after what that costs.
func (a *App) readBill(ctx context.Context, term Terminal) error {
	if known, err := a.Directory(ctx); err == nil && len(known) == 0 {
		_ = a.learn(ctx) // the bill has ids where the names would be
	}
	before, err := a.requests(ctx)
	if err != nil {
		return err
	}
	for _, o := range a.Config.Organizations {
		if !o.Cost.Enabled {
			continue
		}
		days := bot.Count(a.historyDays(o), "day", "days")
		if !a.temporary() {
			days = "what is new, and what the store lacks of " + days
		}
		_, _ = fmt.Fprintf(term.Err, "Reading the bill of %s: %s. Cost Explorer takes $%s a page.\n", o.Scope.Organization, days, spend.RequestPrice.StringFixed(2))
	}
	err = a.While(ctx, func(ctx context.Context) error {
		for _, scope := range a.scopes() {
			if err := a.Engine.ReadBill(ctx, scope); err != nil {
				return err
			}
		}
		return nil
	})
	if after, counted := a.requests(ctx); counted == nil {
		_, _ = fmt.Fprintf(term.Err, "This took %s, $%s.\n", bot.Count(after-before, "request", "requests"),
			spend.RequestPrice.Mul(decimal.NewFromInt(int64(after-before))).StringFixed(2))
	}
	return err
}

// requests is how many were made to Cost Explorer this month, as the store has it.
func (a *App) requests(ctx context.Context) (int, error) {
	sum := 0
	for _, scope := range a.scopes() {
		_, month, err := a.Store.CountRequests(ctx, scope, spend.DayOf(a.now()), 0)
		if err != nil {
			return 0, err
		}
		sum += month
	}
	return sum, nil
}

func (a *App) spendCommand(ctx context.Context, r SpendRequest) (bot.ShowSpend, error) {
	target := r.Account
	if target == "" {
		target = "all"
	}
	command, _, trouble, err := a.parse(ctx, bot.Spend, fmt.Sprintf("%s %dd", target, min(r.Days, bot.MaxDays)))
	if err != nil {
		return bot.ShowSpend{}, err
	}
	if trouble != nil {
		return bot.ShowSpend{}, Problem{Usage, usage(trouble, "spend")}
	}
	wanted, ok := command.(bot.ShowSpend)
	if !ok {
		return bot.ShowSpend{}, Problem{Usage, errors.New("name one account by id or name, or none for all")}
	}
	return wanted, nil
}

func (a *App) spendAnswers(ctx context.Context, wanted bot.ShowSpend) ([]bot.SpendAnswer, error) {
	scopes := a.scopes()
	if wanted.Target.Scope != (account.Scope{}) {
		scopes = []account.Scope{wanted.Target.Scope}
	}
	var answers []bot.SpendAnswer
	for _, scope := range scopes {
		answer, err := a.Engine.SpendAnswer(ctx, scope, wanted.Target.ID, wanted.Days)
		if err != nil {
			return nil, err
		}
		answers = append(answers, answer)
	}
	return answers, nil
}

func writeSpend(answers []bot.SpendAnswer, format string, tallied bool, term Terminal) error {
	switch format {
	case "json":
		e := json.NewEncoder(term.Out)
		e.SetIndent("", "  ")
		return e.Encode(spendDocument{Version: 1, Spend: answers})
	case "csv":
		if tallied {
			return writeTallies(answers, term)
		}
		w := csv.NewWriter(term.Out)
		_ = w.Write([]string{"organization", "account_id", "day", "name", "amount", "usual", "currency"})
		for _, a := range answers {
			for _, row := range a.Top {
				_ = w.Write([]string{a.Organization, cmp.Or(row.Account, a.Account).String(), a.Money.Day.String(), row.Name,
					row.Amount.StringFixed(2), row.Usual.StringFixed(2), a.Money.Currency})
			}
		}
		w.Flush()
		return w.Error()
	}
	for _, a := range answers {
		if a.Tally != nil {
			capped := a.Tally.Capped(spendRows)
			a.Tally = &capped
		}
		if _, err := fmt.Fprint(term.Out, console.Draw(a, console.Style{Color: term.Color, Width: term.Width})); err != nil {
			return err
		}
	}
	if sums := totals(answers); sums != "" {
		_, err := fmt.Fprintf(term.Out, "\n%s\n", sums)
		return err
	}
	return nil
}

// Digest posts each organization's digest now, or with dryRun prints it.
func (s Setup) Digest(ctx context.Context, dryRun bool, term Terminal) (err error) {
	s.Explicit = true // a digest tells of a store, and without a file there is none
	load, part := s.LoadForServe, schedule.WithoutClock
	if dryRun {
		load, part = s.LoadConfig, schedule.QuestionsOnly
	}
	c, err := load(ctx)
	if err != nil {
		return err
	}
	s.quietUnlessAsked()
	a, err := s.Open(ctx, c, part, term)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if !dryRun {
		return a.While(ctx, func(ctx context.Context) error {
			for _, scope := range a.scopes() {
				if err := a.Engine.SendDigest(ctx, scope); err != nil {
					return err
				}
				if _, err := fmt.Fprintf(term.Out, "The digest of %s stands in %s.\n", scope.Organization, a.digestChannel(scope)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, scope := range a.scopes() {
		digest, err := a.Engine.Digest(ctx, scope, a.now().In(c.Zone).Format("2006-01-02T15:04"))
		if err != nil {
			return err
		}
		if _, err := fmt.Fprint(term.Out, console.Draw(digest, console.Style{Color: term.Color, Width: term.Width})); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) digestChannel(scope account.Scope) string {
	for _, o := range a.Config.Organizations {
		if o.Scope == scope {
			return o.Channels.Digest
		}
	}
	return ""
}
