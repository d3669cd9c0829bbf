package slack

import (
	"fmt"

	"github.com/shopspring/decimal"
	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
	"rootwatch/checks/spend"
)

// againstUsual compares a day with its usual: "6 % above the usual Saturday".
func againstUsual(m bot.Money) string {
	switch against := bot.Against(m.Total, m.Usual); against {
	case "":
		return "no usual day to compare with yet"
	case "as usual":
		return against
	default:
		return against + " " + m.Day.Weekday().String()
	}
}

// moneySection is the digest's part on the bill.
func (p pen) moneySection(m bot.Money) slackgo.Block {
	var lines []string
	if m.Known() {
		lines = append(lines,
			fmt.Sprintf("*Spend*  %s on %s, %s. Month to date %s.",
				money(m.Total, m.Currency), day(m.Day), againstUsual(m), money(m.MonthToDate, m.Currency)),
			p.adjustments(m), p.largestRise(m), openSpikes(m.OpenSpikes))
	} else {
		lines = append(lines, "*Spend*  is not known, which is not zero.")
	}
	if m.Trouble != "" {
		lines = append(lines, ":warning: "+p.say(m.Trouble))
	}
	return section(lines...)
}

func (p pen) adjustments(m bot.Money) string {
	if m.Adjustments.IsZero() {
		return ""
	}
	return "Credits, refunds and tax of the month, not in these figures: " + money(m.Adjustments, m.Currency) + "."
}

func (p pen) largestRise(m bot.Money) string {
	if m.LargestRise == "" {
		return ""
	}
	return "Largest rise: *" + p.esc(m.LargestRise) + "* " + rise(m.LargestRiseBy, m.Currency) + "."
}

func openSpikes(n int) string {
	if n == 0 {
		return ""
	}
	return ":chart_with_upwards_trend: " + bot.Count(n, "spike is open.", "spikes are open.")
}

// moneyFacts says how old the figures are and what asking for them cost.
func moneyFacts(m bot.Money) []string {
	var parts []string
	if m.Known() {
		fresh := "cost data up to " + day(m.Day) + " (UTC)"
		if !m.AsOf.IsZero() {
			fresh += " as of " + instant(m.AsOf)
		}
		if m.Provisional {
			fresh += ", provisional: may still rise"
		}
		parts = append(parts, fresh)
	}
	if m.RequestsMonth > 0 {
		parts = append(parts, fmt.Sprintf("Cost Explorer requests: %s today, %s this month (%s)", number(m.RequestsToday), number(m.RequestsMonth),
			money(spend.RequestPrice.Mul(decimal.NewFromInt(int64(m.RequestsMonth))), "USD")))
	}
	return parts
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
		return append(blocks, section(":grey_question: "+p.say(why)))
	}
	blocks := []slackgo.Block{
		header(fmt.Sprintf("%s%s on %s: %s", bot.MoneyFormat(b.Total, b.Currency), soFar(b.Provisional), day(b.Day), tidy(subject, 80))),
		p.spendFields(m),
	}
	if b.Trouble != "" {
		blocks = append(blocks, section(":warning: "+p.say(b.Trouble)))
	}
	if c := chart("Spend a day ("+tidy(b.Currency, 8)+")", "Spend", b.Currency, m.Recent); c != nil {
		blocks = append(blocks, c)
	}
	if t := p.topTable(m); t != nil {
		blocks = append(blocks, t)
	}
	facts := moneyFacts(b)
	if who := mention(m.AskedBy); who != "" {
		facts = append(facts, "asked by "+who)
	}
	return append(blocks, note(facts...))
}

func (p pen) spendFields(m bot.SpendAnswer) slackgo.Block {
	b := m.Money
	usual := "no usual day yet"
	if b.Usual.IsPositive() {
		usual = money(b.Usual, b.Currency) + "\n" + againstUsual(b)
	}
	apart, rising, who := "", "", ""
	if !b.Adjustments.IsZero() {
		apart = "*Credits, refunds, tax*\n" + money(b.Adjustments, b.Currency) + " this month, apart"
	}
	if b.LargestRise != "" {
		rising = "*Largest rise*\n" + p.esc(b.LargestRise) + " " + rise(b.LargestRiseBy, b.Currency)
	}
	if !m.Account.IsZero() {
		who = "*Account*\n" + p.who(m.Subject, m.Account)
	}
	return fields(
		"*"+day(b.Day)+"*\n"+money(b.Total, b.Currency)+soFar(b.Provisional),
		"*Usual*\n"+usual,
		"*Month to date*\n"+money(b.MonthToDate, b.Currency),
		apart, rising, who,
	)
}

func soFar(provisional bool) string {
	if provisional {
		return " so far"
	}
	return ""
}

func (p pen) topTable(m bot.SpendAnswer) slackgo.Block {
	what := "Account"
	if !m.Account.IsZero() {
		what = "Service"
	}
	var rows [][]string
	for _, r := range m.Top[:min(len(m.Top), p.rows)] {
		rows = append(rows, []string{
			tidy(r.Name, p.name), bot.MoneyFormat(r.Amount, m.Money.Currency), bot.MoneyFormat(r.Usual, m.Money.Currency),
			bot.Difference(r.Amount.Sub(r.Usual), m.Money.Currency),
		})
	}
	if len(rows) == 0 {
		return nil
	}
	right := slackgo.ColumnAlignmentRight
	return table([]column{{what, slackgo.ColumnAlignmentLeft}, {day(m.Money.Day), right}, {"Usual", right}, {"Change", right}}, rows)
}
