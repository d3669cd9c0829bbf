package console

import (
	"slices"

	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks/spend"
)

// besideLines is the room that names and numbers take; in a narrower terminal
// they come before lines of bars.
const besideLines = 70

// tally is a bill by account, service or region, with a line of bars for each
// row and their sum below them.
func (p *page) tally(t spend.Tally) {
	p.blank()
	title := "By " + string(t.By) + ", " + bot.TallyDays(t)
	if len(t.Rows) == 0 {
		p.line(bold, title+": nothing was billed.")
		p.tallyFacts(t)
		return
	}
	p.line(bold, title)
	write := bot.MoneyColumn(t.Currency, decimal.New(1, -2)) // all with cents: here is room, and they add up
	lines := p.width >= besideLines+len(t.Sum.Points)
	row := func(r spend.TallyRow, name string) []cell {
		row := cells(bot.Clip(name, 80), write(r.Total), bot.ShareText(r), write(r.MonthToDate), bot.ChangeText(r))
		if lines {
			row = slices.Insert(row, 1, cell{text: sparkline(r.Points)})
		}
		return row
	}
	var rows [][]cell
	for _, r := range t.Rows {
		name := bot.TallyName(t.By, r)
		if t.By == spend.ByAccount && r.More == 0 && name != r.Account.String() {
			name = bot.LabelID(r.Name, r.Account)
		}
		rows = append(rows, row(r, name))
	}
	rows = append(rows, row(t.Sum, "all"))
	titles, numbersFrom := []string{bot.TallyColumn(t.By), bot.Count(t.Days, "day", "days"), "Share", "Month", "Change"}, 1
	if lines {
		titles, numbersFrom = slices.Insert(titles, 1, "Each day"), 2
	}
	p.table(titles, []int{0}, numbersFrom, rows)
	p.tallyFacts(t)
}

func (p *page) tallyFacts(t spend.Tally) {
	for _, fact := range bot.TallyFacts(t) {
		p.line(dim, fact+".")
	}
}
