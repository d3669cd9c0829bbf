package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks/spend"
)

// PlanRequest is what `rootwatch plan` was asked.
type PlanRequest struct {
	Account         string
	All             bool
	Organization    string // for All, where there are several
	From, To        string // days of the bill; From is today where it is ""
	PerDay          string
	Service, Region string
	Reason, By      string
}

// Plan announces spending, so that it alerts nobody.
func (s Setup) Plan(ctx context.Context, r PlanRequest, term Terminal) error {
	return s.withWords(ctx, term, func(a *App) error {
		p, err := a.planOf(r)
		if err != nil {
			return Problem{Usage, err}
		}
		a.typed = "plan"
		about, err := a.about(ctx, r.Account, r.All, r.Organization)
		if err != nil {
			return err
		}
		p.Scope, p.AccountID = about.Scope, about.ID
		note, err := a.fromBill(ctx, &p)
		if err != nil {
			return err
		}
		if p, err = a.Engine.Announce(ctx, p); err != nil {
			return err
		}
		return say(term, fmt.Sprintf("%s: %s is planned to cost %s a day above the usual, from %s to %s, announced by %s. A rise up to a fifth above it alerts nobody; one that outgrows it does, and says by how much.%s\n"+
			"It counts from the next reading of the bill on. To take it back: rootwatch revoke %s --by NAME",
			p.ID, planEach(p)+about.label+planWhere(p), bot.MoneyFormat(p.PerDay, p.Currency), p.From, p.To, bot.Clean(p.By), note, p.ID))
	})
}

// planEach says of whom the sum is, where it is of every account.
func planEach(p spend.Plan) string {
	if p.AccountID.IsZero() {
		return "each of "
	}
	return ""
}

// planWhere is " in EC2, eu-west-1", "" where the plan names neither.
func planWhere(p spend.Plan) string {
	var parts []string
	if p.Service != "" {
		parts = append(parts, bot.ServiceName(p.Service))
	}
	if p.Region != "" {
		parts = append(parts, bot.Clip(bot.Clean(p.Region), 40))
	}
	if len(parts) == 0 {
		return ""
	}
	return " in " + strings.Join(parts, ", ")
}

// planOf holds what was typed to the rules of a plan, before an account is
// looked for.
func (a *App) planOf(r PlanRequest) (p spend.Plan, err error) {
	p = spend.Plan{From: spend.DayOf(a.now()), Service: strings.TrimSpace(r.Service), Region: strings.TrimSpace(r.Region), Reason: r.Reason, By: r.By, At: a.now()}
	if r.From != "" {
		if p.From, err = spend.ParseDay(r.From); err != nil {
			return p, fmt.Errorf("--from: %w", err)
		}
	}
	if p.To, err = spend.ParseDay(r.To); err != nil {
		return p, fmt.Errorf("--to: %w", err)
	}
	sum := strings.ReplaceAll(strings.TrimPrefix(strings.TrimSpace(r.PerDay), "$"), ",", "")
	if p.PerDay, err = decimal.NewFromString(sum); err != nil {
		return p, fmt.Errorf("--per-day is %q; write a sum such as 250 or 99.50", bot.Clip(bot.Clean(r.PerDay), 40))
	}
	if err := names("--by", r.By); err != nil {
		return p, err
	}
	return p, p.Fault()
}

// fromBill takes the currency and the service's name from the stored bill of
// the account, for a plan covers what is written as the bill writes it.
func (a *App) fromBill(ctx context.Context, p *spend.Plan) (note string, err error) {
	today := spend.DayOf(a.now())
	h, err := a.Store.History(ctx, p.Scope, p.AccountID, today-planLooksBack, today)
	if err != nil {
		return "", err
	}
	p.Currency = h.Currency
	if p.Service == "" {
		return "", nil
	}
	var billed []string
	for _, s := range h.Series {
		if strings.EqualFold(s.Key.Service, p.Service) || strings.EqualFold(bot.ServiceName(s.Key.Service), p.Service) {
			billed = append(billed, s.Key.Service)
		}
	}
	slices.Sort(billed)
	switch called := bot.ServicesCalled(p.Service); {
	case len(billed) > 0:
		p.Service = billed[0]
	case len(called) > 0:
		p.Service = called[0]
	default:
		note = fmt.Sprintf(" No stored bill names the service %q: it must be the name that the bill writes, such as \"Amazon Elastic Compute Cloud - Compute\".", bot.Clip(bot.Clean(p.Service), 60))
	}
	return note, nil
}

// planLooksBack is for how many days the bill is asked for names: a quarterly
// service is among them.
const planLooksBack = 92
