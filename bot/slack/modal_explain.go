package slack

import (
	"context"
	"fmt"
	"slices"
	"strings"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
	"rootwatch/checks/spend"
)

// explain draws why a spike fired, as its alert was last planned.
func (d *Dispatcher) explain(ctx context.Context, v pressValue) (slackgo.ModalViewRequest, error) {
	m, known, err := d.desk.Spike(ctx, v.Scope, v.Key)
	if err != nil {
		return slackgo.ModalViewRequest{}, err
	}
	if !known {
		return troubleView(bot.Trouble{What: "This spike is no longer remembered.", Next: "See what the accounts cost with `" + bot.Spend + "`."}), nil
	}
	return explainView(m), nil
}

// explainView says in figures and words, without a picture, what was judged.
func explainView(m bot.SpikeAlert) slackgo.ModalViewRequest {
	p, i := pens[0], m.Incident
	blocks := []slackgo.Block{
		section("*" + escape(p.spikeVerdict(i), maxHeader) + "*"),
		section("*Why it fired*", escape(i.Why, 1000), known(i)),
		p.spikeFields(m),
	}
	if len(i.Drivers) > 0 {
		lines := []string{"*What drove it*"}
		for n, driver := range i.Drivers[:min(len(i.Drivers), bot.MaxOpen)] {
			lines = append(lines, fmt.Sprintf("%d. %s  %s a day", n+1, p.esc(driver.Name), rise(driver.Excess, i.Currency)))
		}
		blocks = append(blocks, section(lines...))
	}
	if len(i.Recent) > 0 {
		blocks = append(blocks, section("*Day by day* (UTC)\n"+figures(i)))
	}
	facts := []string{"Cost data up to " + day(i.Day)}
	if !m.AsOf.IsZero() {
		facts[0] += " as of " + instant(m.AsOf)
	}
	if i.Since != 0 {
		facts = append(facts, "since "+day(i.Since))
	}
	if i.Provisional {
		facts = append(facts, "the newest day may still rise")
	}
	return view("Why it fired", append(blocks, note(facts...))...)
}

// known is what the usual day rests on.
func known(i spend.Incident) string {
	b := i.Baseline
	switch {
	case i.Reason == spend.FirstRegion:
		return "This account never paid for anything in this region before, so any sum above the floor is news."
	case i.Reason == spend.FirstSpend:
		return "This account never paid for this service before, so any sum above the floor is news."
	case b.Days == 0 && i.Expected.IsPositive():
		return "The usual is what most of the 75 days before it lay below, for a day of this weekday."
	case b.Days == 0:
		return ""
	case b.Weekday:
		return fmt.Sprintf("The usual is the median of the last %s.", bot.Count(b.Days, i.Day.Weekday().String(), i.Day.Weekday().String()+"s"))
	}
	return fmt.Sprintf("The usual is the median of the last %s.", bot.Count(b.Days, "day", "days"))
}

// figures are the days as text, each with its weekday, in one column.
func figures(i spend.Incident) string {
	recent := slices.Clone(i.Recent)
	slices.SortFunc(recent, func(a, b spend.Point) int { return int(a.Day) - int(b.Day) })
	recent = recent[max(0, len(recent)-maxChartPoints):]
	width := 0
	amounts := make([]string, len(recent))
	for n, point := range recent {
		amounts[n] = point.Amount.StringFixed(2)
		width = max(width, len(amounts[n]))
	}
	var lines []string
	for n, point := range recent {
		mark := ""
		if i.Since != 0 && point.Day >= i.Since {
			mark = "  <- spike"
		}
		lines = append(lines, point.Day.Time().Format("Mon 2006-01-02")+"  "+strings.Repeat(" ", width-len(amounts[n]))+amounts[n]+" "+tidy(i.Currency, 8)+mark)
	}
	return listing(strings.Join(lines, "\n"))
}
