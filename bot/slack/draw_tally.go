package slack

import (
	"github.com/shopspring/decimal"
	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
	"rootwatch/checks/spend"
)

// tally is a bill by account, service or region: a table with its sum in the
// last row, and what it does not hold below it.
func (p pen) tally(t spend.Tally) []slackgo.Block {
	parts := []string{"By " + string(t.By) + ", " + escape(bot.TallyDays(t), p.sentence)}
	for _, fact := range bot.TallyFacts(t) {
		parts = append(parts, p.say(fact))
	}
	facts := note(parts...)
	if len(t.Rows) == 0 {
		return []slackgo.Block{section("Nothing was billed in these days."), facts}
	}
	t = t.Capped(p.rows)
	shown := append(t.Rows[:len(t.Rows):len(t.Rows)], t.Sum)
	write := bot.MoneyColumn(t.Currency, amounts(shown)...)
	var rows [][]string
	for i, r := range shown {
		name := "all"
		if i < len(t.Rows) {
			name = tidy(bot.TallyName(t.By, r), p.name)
		}
		rows = append(rows, []string{name, write(r.Total), bot.ShareText(r), write(r.MonthToDate), bot.ChangeText(r)})
	}
	right := slackgo.ColumnAlignmentRight
	return []slackgo.Block{table([]column{
		{bot.TallyColumn(t.By), slackgo.ColumnAlignmentLeft}, {bot.Count(t.Days, "day", "days"), right}, {"Share", right}, {"Month", right}, {"Change", right},
	}, rows), facts}
}

func amounts(rows []spend.TallyRow) []decimal.Decimal {
	var all []decimal.Decimal
	for _, r := range rows {
		all = append(all, r.Total, r.MonthToDate)
	}
	return all
}
