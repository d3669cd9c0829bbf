package schedule

import (
	"cmp"
	"context"
	"slices"

	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// chartDays is how many points a Slack chart takes.
const chartDays = 20

// worst sorts lines by severity, then age, and keeps what a message lists.
func worst(lines []bot.Line) []bot.Line {
	slices.SortStableFunc(lines, func(a, b bot.Line) int {
		return cmp.Or(cmp.Compare(a.Severity.Rank(), b.Severity.Rank()), a.Since.Compare(b.Since))
	})
	return lines[:min(len(lines), bot.MaxOpen)]
}

// digestMoney is nil where cost is switched off.
func (e *Engine[D, Tx]) digestMoney(ctx context.Context, scope account.Scope) (*bot.Money, error) {
	org, err := e.organization(scope)
	if err != nil || org.Costs == nil {
		return nil, err
	}
	money, _, err := e.moneyOrTrouble(ctx, scope, account.ID{})
	return &money, err
}

// moneyOrTrouble is money, but for a stored bill that cannot be added up: that
// is said, and keeps nothing else from being said.
func (e *Engine[D, Tx]) moneyOrTrouble(ctx context.Context, scope account.Scope, id account.ID) (bot.Money, spend.History, error) {
	money, h, err := e.money(ctx, scope, id)
	if err != nil && ctx.Err() == nil {
		e.o.Log.Error("the stored bill cannot be added up", "organization", scope.Organization, "error", err)
		return bot.Money{Trouble: "The stored bill cannot be added up; the log says why."}, spend.History{}, nil
	}
	return money, h, err
}

// money sums up the stored bill of one account, or of all, and asks AWS nothing.
func (e *Engine[D, Tx]) money(ctx context.Context, scope account.Scope, id account.ID) (bot.Money, spend.History, error) {
	now := e.o.Now()
	whole := spend.DayOf(now) - spend.SettledAfter
	h, err := e.memory.History(ctx, scope, id, whole-spend.Day(max(e.o.Spend.HistoryDays, spend.ForecastLookBack)), spend.DayOf(now)-1)
	if err != nil {
		return bot.Money{}, h, err
	}
	m := bot.Money{Day: whole, Currency: h.Currency, AsOf: h.ObservedAt}
	if m.Trouble, err = e.memory.CostTrouble(ctx, scope); err != nil {
		return m, h, err
	}
	if m.RequestsToday, m.RequestsMonth, err = e.memory.CountRequests(ctx, scope, spend.DayOf(now), 0); err != nil {
		return m, h, err
	}
	for !h.Collected[m.Day] && m.Day > whole-spend.Day(e.o.Spend.HistoryDays) {
		m.Day--
	}
	if !h.Collected[m.Day] {
		m.Day = 0 // no figure of any day is known
		if m.Trouble == "" {
			m.Trouble = "No cost has been read yet."
		}
		return m, h, nil
	}
	if m.Day != whole && m.Trouble == "" {
		m.Trouble = "The bill was last read for " + m.Day.String() + "."
	}
	if ok, why := spend.Judgeable(h, m.Day, e.o.Spend); !ok && m.Trouble == "" {
		m.Trouble = why
	}
	m.Provisional = spend.Provisional(m.Day, h.ObservedAt)
	total, usual := spend.Usual(h, m.Day)
	m.Total, m.Usual = decimal.NewFromFloat(total).Round(2), decimal.NewFromFloat(usual).Round(2)
	return m, h, e.addMonth(ctx, &m, h, scope, id)
}

// addMonth fills in the month to date, what lies apart from it, and what stands out.
func (e *Engine[D, Tx]) addMonth(ctx context.Context, m *bot.Money, h spend.History, scope account.Scope, id account.ID) error {
	first := m.Day - spend.Day(m.Day.Time().Day()-1)
	for day := first; day <= m.Day; day++ {
		m.MonthToDate = m.MonthToDate.Add(total(h, day))
	}
	forecast := spend.ForecastMonth(h, m.Day)
	m.Forecast = &forecast
	adjustments, err := e.memory.Adjustments(ctx, scope, id, first, m.Day)
	if err != nil {
		return err
	}
	addAdjustments(m, adjustments)
	if key, by, ok := spend.LargestRise(h, m.Day); ok {
		m.LargestRise = bot.ServiceName(key.Service) + " in " + e.label(ctx, scope, key.Account)
		m.LargestRiseBy = decimal.NewFromFloat(by).Round(2)
	}
	incidents, err := e.memory.Incidents(ctx, scope, m.Day+1)
	for _, i := range incidents {
		if i.Open && (id.IsZero() || i.Account == id) {
			if m.OpenSpikes++; len(m.Spikes) < bot.MaxSpikes {
				name := bot.ServiceName(i.Service) + " in " + cmp.Or(i.AccountName, e.label(ctx, scope, i.Account))
				if i.Sure == spend.Early {
					name += " (early sign)"
				}
				m.Spikes = append(m.Spikes, name)
			}
		}
	}
	return err
}

// addAdjustments sums what lies apart, and the bill with it. What is in another
// currency has no place in either, and is said.
func addAdjustments(m *bot.Money, adjustments []spend.Charge) {
	other := ""
	for _, c := range adjustments {
		switch {
		case c.Amount.IsZero():
		case m.Currency != "" && c.Currency != m.Currency:
			other = c.Currency
		default:
			m.Currency = c.Currency
			m.Adjustments = m.Adjustments.Add(c.Amount)
		}
	}
	m.Adjustments = m.Adjustments.Round(2)
	if other != "" {
		m.Trouble = cmp.Or(m.Trouble, "Credits, refunds, fees or tax of the month are in "+other+" as well, and in no figure here.")
		return
	}
	after := m.MonthToDate.Add(m.Adjustments)
	m.AfterCredits = &after
}

// total is the sum of all series on a day.
func total(h spend.History, day spend.Day) decimal.Decimal {
	sum := decimal.Zero
	for _, s := range h.Series {
		if amount, ok := s.At(day); ok {
			sum = sum.Add(decimal.NewFromFloat(amount))
		}
	}
	return sum.Round(2)
}

// label is the account's name as last listed, or its id.
func (e *Engine[D, Tx]) label(ctx context.Context, scope account.Scope, id account.ID) string {
	accounts, err := e.members(ctx, scope)
	if err != nil {
		return id.String()
	}
	for _, a := range accounts {
		if a.ID == id {
			return a.Label()
		}
	}
	return id.String()
}
