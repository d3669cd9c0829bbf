package app

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"

	"rootwatch/bot"
	"rootwatch/bot/console"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

// SpendRequest is what `rootwatch spend` was asked.
type SpendRequest struct {
	Account string
	Days    int
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
	if r.Refresh || a.temporary() {
		err := a.While(ctx, func(ctx context.Context) error {
			if known, err := a.Directory(ctx); err == nil && len(known) == 0 {
				a.learn(ctx)
			}
			for _, scope := range a.scopes() {
				if err := a.Engine.ReadBill(ctx, scope); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return Failure, err
		}
	}
	answers, err := a.spendAnswers(ctx, r)
	if err != nil {
		return Failure, err
	}
	if err := writeSpend(answers, r.Format, term); err != nil {
		return Failure, err
	}
	for _, answer := range answers {
		if answer.Money.Trouble != "" {
			return Unreadable, nil
		}
	}
	return Fine, nil
}

func (a *App) spendAnswers(ctx context.Context, r SpendRequest) ([]bot.SpendAnswer, error) {
	target := r.Account
	if target == "" {
		target = "all"
	}
	command, _, trouble, err := a.parse(ctx, bot.Spend, fmt.Sprintf("%s %dd", target, r.Days))
	if err != nil {
		return nil, err
	}
	if trouble != nil {
		return nil, Problem{Usage, usage(trouble)}
	}
	wanted, ok := command.(bot.ShowSpend)
	if !ok {
		return nil, Problem{Usage, errors.New("name one account by id or name, or none for all")}
	}
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

func writeSpend(answers []bot.SpendAnswer, format string, term Terminal) error {
	switch format {
	case "json":
		e := json.NewEncoder(term.Out)
		e.SetIndent("", "  ")
		return e.Encode(spendDocument{Version: 1, Spend: answers})
	case "csv":
		w := csv.NewWriter(term.Out)
		_ = w.Write([]string{"organization", "account_id", "day", "name", "amount", "usual", "currency"})
		for _, a := range answers {
			for _, row := range a.Top {
				_ = w.Write([]string{a.Organization, a.Account.String(), a.Money.Day.String(), row.Name, row.Amount.String(), row.Usual.String(), a.Money.Currency})
			}
		}
		w.Flush()
		return w.Error()
	}
	for _, a := range answers {
		if _, err := fmt.Fprint(term.Out, console.Draw(a, console.Style{Color: term.Color, Width: term.Width})); err != nil {
			return err
		}
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
