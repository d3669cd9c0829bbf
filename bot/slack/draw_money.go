package slack

import (
	"fmt"

	"github.com/shopspring/decimal"
	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"rootwatch/bot"
	"rootwatch/checks/spend"
)

// spent is a day beside its usual: "$4,812, 6 % above the usual Saturday",
// with what is not settled said.
func spent(m bot.Money) string {
	against := m.AgainstUsual()
	if against == "" {
		against = "no usual day to compare with yet"
	}
	return slackutilsx.EscapeMessage(bot.MoneyFormat(m.Total, m.Currency) + ", " + against + mayRise(m.Provisional))
}

// mayRise stands behind a figure that AWS has not settled.
func mayRise(provisional bool) string {
	if provisional {
		return " (may still rise)"
	}
	return ""
}

// monthRunes is more than Money.MonthText has: figures are not cut.
const monthRunes = 400

// moneySection is the digest's part on the bill.
func (p pen) moneySection(m bot.Money) slackgo.Block {
	var lines []string
	if m.Known() {
		lines = append(lines,
			fmt.Sprintf("*Spend on %s*  %s.", day(m.Day), spent(m)),
			escape(m.MonthText(), monthRunes), p.largestRise(m), p.openSpikes(m))
	} else {
		lines = append(lines, ":question: *Spend is unknown, which is not zero.*")
	}
	if m.Trouble != "" {
		lines = append(lines, ":warning: "+p.say(m.Trouble))
	}
	return section(lines...)
}

func (p pen) largestRise(m bot.Money) string {
	if m.LargestRise == "" {
		return ""
	}
	return "Largest rise: *" + p.esc(m.LargestRise) + "* " + rise(m.LargestRiseBy, m.Currency) + "."
}

func (p pen) openSpikes(m bot.Money) string {
	if m.OpenSpikes == 0 {
		return ""
	}
	return ":chart_with_upwards_trend: " + p.say(m.SpikesText()) + "."
}

// freshness says how old the figures are, nothing where there are none.
func freshness(m bot.Money) []string {
	if !m.Known() {
		return nil
	}
	fresh := "Cost data up to " + day(m.Day) + " (UTC)"
	if !m.AsOf.IsZero() {
		fresh += " as of " + instant(m.AsOf)
	}
	return []string{fresh}
}

// requests is what asking Cost Explorer cost this month, and where it matters
// how often it was asked.
func requests(m bot.Money, counted bool) string {
	if m.RequestsMonth == 0 {
		return ""
	}
	cost := money(spend.RequestPrice.Mul(decimal.NewFromInt(int64(m.RequestsMonth))), "USD")
	if !counted {
		return "Cost Explorer " + cost + " this month"
	}
	return fmt.Sprintf("Cost Explorer requests: %s today, %s this month (%s)", number(m.RequestsToday), number(m.RequestsMonth), cost)
}

// spendAnswer draws what the store knows of a bill.
func (p pen) spendAnswer(m bot.SpendAnswer) []slackgo.Block {
	b := m.Money
	subject := m.Subject
	if tidy(subject, 1) == "" {
		subject = "all accounts"
	}
	if !b.Known() {
		blocks := []slackgo.Block{header("No spend figures yet: " + tidy(subject, 80))}
		why := b.Trouble
		if why == "" {
			why = "The bill has not been read yet. This does not mean that nothing was spent."
		}
		return append(blocks, section(":question: "+p.say(why)))
	}
	blocks := []slackgo.Block{
		header(m.Verdict()),
		p.spendFields(m),
	}
	if open := p.openSpikes(b); open != "" { // the newest days may show it before the newest whole one does
		blocks = append(blocks, section(open))
	}
	if b.Trouble != "" {
		blocks = append(blocks, section(":warning: "+p.say(b.Trouble)))
	}
	blocks = append(blocks, chartOf(m)...)
	facts := freshness(b)
	if b.Provisional {
		facts[0] += ", may still rise"
	}
	if m.Tally != nil {
		blocks = append(blocks, p.tally(*m.Tally)...)
	} else if t := p.topTable(m); t != nil {
		blocks = append(blocks, t)
	}
	if why := b.NoForecast(); why != "" {
		facts = append(facts, "No forecast of the month: "+p.say(why))
	}
	return append(blocks, note(append(facts, requests(b, true))...))
}

func (p pen) spendFields(m bot.SpendAnswer) slackgo.Block {
	b := m.Money
	usual := "none to compare with yet"
	if b.Usual.IsPositive() {
		usual = money(b.Usual, b.Currency)
	}
	rising, who := "", ""
	if b.LargestRise != "" {
		rising = "*Largest rise*\n" + p.esc(b.LargestRise) + " " + rise(b.LargestRiseBy, b.Currency)
	}
	if !m.Account.IsZero() {
		who = "*Account*\n" + p.who(m.Subject, m.Account)
	}
	return fields(
		"*Usual "+b.Day.Weekday().String()+"*\n"+usual,
		"*Month to date*\n"+money(b.MonthToDate, b.Currency),
		p.afterCredits(b), p.forecast(b), rising, who,
	)
}

// afterCredits is the month's bill as it will be sent.
func (p pen) afterCredits(m bot.Money) string {
	switch {
	case m.Adjustments.IsZero():
		return ""
	case m.AfterCredits == nil:
		return "*Credits, refunds, fees, tax*\n" + money(m.Adjustments, m.Currency) + " this month, apart"
	}
	return "*After credits, refunds, fees, tax*\n" + money(*m.AfterCredits, m.Currency) + " (" + rise(m.Adjustments, m.Currency) + ")"
}

// forecast is the month's end with its range.
func (p pen) forecast(m bot.Money) string {
	f := m.Forecast
	if f == nil || !f.Known() {
		return ""
	}
	text := "*Forecast for " + f.Month.Time().Month().String() + "*\n" + money(f.Total, m.Currency)
	if f.Low.Equal(f.High) {
		return text
	}
	return text + fmt.Sprintf("\n%s to %s, %d times in 10", money(f.Low, m.Currency), money(f.High, m.Currency), spend.ForecastLevel/10)
}

func (p pen) topTable(m bot.SpendAnswer) slackgo.Block {
	what := "Account"
	if !m.Account.IsZero() {
		what = "Service"
	}
	shown := m.Top[:min(len(m.Top), p.rows)]
	write := m.Column(shown)
	var rows [][]string
	for _, r := range shown {
		rows = append(rows, []string{tidy(r.Name, p.name), write(r.Amount), write(r.Usual), bot.Signed(write(r.Amount.Sub(r.Usual)))})
	}
	if len(rows) == 0 {
		return nil
	}
	right := slackgo.ColumnAlignmentRight
	return table([]column{{what, slackgo.ColumnAlignmentLeft}, {day(m.Money.Day), right}, {"Usual", right}, {"Change", right}}, rows)
}
