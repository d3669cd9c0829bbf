package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks/spend"
)

// latest is the instant that ages in a digest are told at.
func latest(m bot.Digest) time.Time {
	if !m.Until.IsZero() {
		return m.Until
	}
	return m.ObservedAt
}

// money draws the bill's newest day, where it was not told yet, and month.
func (p *page) money(m bot.Money, newest string) {
	if !m.Known() {
		p.marked(purple, "SPEND", "Not known, which is not zero. "+m.Trouble)
		return
	}
	p.marked(bold, "SPEND", newest+m.MonthText())
	if why := m.NoForecast(); why != "" {
		p.below(dim, "No forecast of the month: "+why)
	}
	if m.LargestRise != "" {
		p.below(plain, "Largest rise: "+bot.Clip(bot.Clean(m.LargestRise), 140)+" "+bot.Difference(m.LargestRiseBy, m.Currency))
	}
	if m.OpenSpikes > 0 {
		p.below(red, m.SpikesText())
	}
	if m.Trouble != "" {
		p.below(purple, "These figures are not the newest: "+m.Trouble)
	}
	p.below(dim, moneyFacts(m))
}

func moneyFacts(m bot.Money) string {
	cost := spend.RequestPrice.Mul(decimal.NewFromInt(int64(m.RequestsMonth)))
	asked := fmt.Sprintf("%s to Cost Explorer this month, %s", bot.Count(m.RequestsMonth, "request", "requests"), bot.MoneyFormat(cost, "USD"))
	if m.AsOf.IsZero() {
		return asked
	}
	return "as of " + instant(m.AsOf) + "; " + asked
}

// spend answers /spend.
func (p *page) spend(m bot.SpendAnswer) {
	if !m.Money.Known() {
		p.line(bold, m.Sentence())
		return
	}
	p.line(bold, m.Verdict()+".")
	if m.Money.Provisional {
		p.line(dim, "provisional, it may still rise")
	}
	if !m.Account.IsZero() && m.Subject != m.Account.String() {
		p.line(dim, "account "+m.Account.String())
	}
	p.blank()
	p.chart(m.Recent, m.Money.Currency)
	p.money(m.Money, "")
	if m.Tally != nil {
		p.tally(*m.Tally)
		return
	}
	p.top(m)
}

// top is the bill by service, or by account.
func (p *page) top(m bot.SpendAnswer) {
	first, name := "Account", bot.Clean
	if !m.Account.IsZero() {
		first, name = "Service", bot.ServiceName
	}
	var rows [][]cell
	write := bot.MoneyColumn(m.Money.Currency, decimal.New(1, -2)) // all with cents: here is room, and differences add up
	for _, r := range m.Top {
		rows = append(rows, cells(bot.Clip(name(r.Name), 80), write(r.Amount), write(r.Usual), bot.Signed(write(r.Amount.Sub(r.Usual)))))
	}
	if len(rows) > 0 {
		p.blank()
	}
	p.table([]string{first, bot.DayText(m.Money.Day), "Usual", "Difference"}, []int{0}, 1, rows)
}

// spike draws an incident: one line in its own thread, two once it is over.
func (p *page) spike(m bot.SpikeAlert) {
	i := m.Incident
	color := red
	if m.Over() {
		color = green
	}
	p.line(color, m.Sentence())
	if m.Reply {
		return
	}
	if m.Over() {
		p.line(dim, acknowledged(m))
		return
	}
	p.blank()
	p.marked(dim, "Account", bot.LabelID(i.AccountName, i.Account)+where(m))
	p.marked(dim, "Usual", usual(i))
	for n, d := range i.Drivers {
		if n == 3 { // as in Slack: the three that matter
			break
		}
		p.marked(dim, "Driver", bot.Clip(bot.Clean(d.Name), 100)+" "+bot.Difference(d.Excess, i.Currency))
	}
	p.assessment(m)
	p.chart(i.Recent, i.Currency)
	if i.Why != "" {
		p.marked(dim, "Why", i.Why)
	}
	p.marked(dim, "Sure", m.HowSure())
	facts := "cost data up to " + bot.DayText(i.Day) + " (UTC)"
	if m.Stage() == bot.EarlyOpen {
		facts = "AWS's estimated charges"
	}
	if !m.AsOf.IsZero() {
		facts += ", as of " + instant(m.AsOf)
	}
	if i.Provisional {
		facts += ", may still rise"
	}
	p.marked(dim, "Data", facts)
	if origin := m.EarlyOrigin(); origin != "" {
		p.marked(dim, "Early", origin)
	}
	p.marked(dim, "Seen", acknowledged(m))
}

func where(m bot.SpikeAlert) string {
	var text string
	if region := bot.Clip(bot.Clean(m.Incident.Region), 40); region != "" {
		text += ", " + region
	}
	if org := bot.Clip(bot.Clean(m.Organization), 60); org != "" {
		text += ", in " + org
	}
	return text
}

func usual(i spend.Incident) string {
	if i.Reason.New() {
		return "nothing in " + bot.Count(i.Baseline.Days, "day", "days")
	}
	text := bot.MoneyFormat(i.Expected, i.Currency) + " a day"
	if i.Baseline.Days == 0 {
		return text
	}
	days := bot.Count(i.Baseline.Days, "day", "days")
	if i.Baseline.Weekday {
		days = fmt.Sprintf("%d %ss", i.Baseline.Days, i.Day.Weekday())
	}
	return text + " (median of " + days + ")"
}

// chart is a line of bars with its bounds in numbers, so that it can also be read aloud.
func (p *page) chart(points []spend.Point, currency string) {
	if len(points) == 0 {
		return
	}
	points = points[max(0, len(points)-bot.MaxDays):]
	low, high := points[0].Amount, points[0].Amount
	for _, point := range points {
		low, high = decimal.Min(low, point.Amount), decimal.Max(high, point.Amount)
	}
	p.marked(dim, "Days", fmt.Sprintf("%s  %s to %s, from %s to %s a day", sparkline(points),
		bot.DayText(points[0].Day), bot.DayText(points[len(points)-1].Day), bot.MoneyFormat(low, currency), bot.MoneyFormat(high, currency)))
}

// sparkline is one bar for each point. Bars stand on zero, so that a small
// change looks small; what is negative is the lowest bar.
func sparkline(points []spend.Point) string {
	bars := []rune("▁▂▃▄▅▆▇█")
	high := decimal.Zero
	for _, point := range points {
		high = decimal.Max(high, point.Amount)
	}
	var b strings.Builder
	for _, point := range points {
		level := int64(0)
		if high.IsPositive() && point.Amount.IsPositive() {
			level = point.Amount.Mul(decimal.NewFromInt(int64(len(bars) - 1))).Div(high).Round(0).IntPart()
		}
		b.WriteRune(bars[level])
	}
	return b.String()
}

// spikeList is one table for the incidents that have no alert of their own.
func (p *page) spikeList(m bot.SpikeList) {
	p.line(bold, m.Sentence())
	p.blank()
	var rows [][]cell
	for _, i := range m.Incidents {
		rows = append(rows, cells(bot.Label(i.AccountName, i.Account)+" "+i.Account.String(), bot.ServiceName(i.Service),
			bot.MoneyFormat(i.Actual, i.Currency), bot.MoneyFormat(i.Expected, i.Currency)))
	}
	p.table([]string{"Account", "Service", "Newest day", "Usual"}, []int{0, 1}, 2, rows)
}
