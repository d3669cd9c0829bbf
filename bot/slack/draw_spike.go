package slack

import (
	"fmt"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
	"rootwatch/checks/spend"
)

// spikeAlert draws an incident: whole while it lasts, two lines once it is
// over, and one line in its own thread.
func (p pen) spikeAlert(m bot.SpikeAlert) []slackgo.Block {
	switch i := m.Incident; {
	case m.Reply:
		return []slackgo.Block{note(p.spikeReply(m))}
	case m.Stage() == bot.EarlyWithdrawn, m.Stage() == bot.EarlyMoved:
		return p.earlyEnd(m)
	case m.Over():
		return []slackgo.Block{
			section(":white_check_mark: *Over: "+p.subject(i)+"*", p.say(i.Why), p.cost(i), p.topDriver(i)),
			note(p.span(m)...),
		}
	}
	return p.spikeWhole(m)
}

func (p pen) spikeWhole(m bot.SpikeAlert) []slackgo.Block {
	i := m.Incident
	blocks := []slackgo.Block{header(p.spikeVerdict(i)), p.spikeFields(m)}
	if drivers := p.drivers(i); drivers != nil {
		blocks = append(blocks, drivers)
	}
	blocks = append(blocks, p.assessment(m)...)
	blocks = append(blocks, chartOf(m)...)
	facts := p.dataFacts(m)
	if sure := m.HowSure(); sure != "" {
		facts = append(facts, "How sure: "+sure)
	}
	if i.Why != "" {
		facts = append(facts, "Why: "+p.say(i.Why))
	}
	facts = append(facts, link(costExplorer(m.Partition), "Cost Explorer"))
	blocks = append(blocks, note(facts...))
	if seen := p.acknowledged(m); seen != "" {
		blocks = append(blocks, note(":eyes: "+seen))
	}
	return append(blocks, p.spikeButtons(m)...)
}

// spikeVerdict is the header: the ratio before the name.
func (p pen) spikeVerdict(i spend.Incident) string {
	who, service := bot.Label(i.AccountName, i.Account), bot.ServiceName(i.Service)
	if i.Sure == spend.Early {
		if i.Service == spend.AllServices {
			service = "the account's"
		}
		service = "Early sign: " + service
	}
	switch i.Reason {
	case spend.FirstSpend:
		return fmt.Sprintf("First spend in %s: %s", service, who)
	case spend.FirstRegion:
		return fmt.Sprintf("First spend in %s (%s): %s", tidy(i.Region, p.name), service, who)
	}
	if ratio := bot.Times(i.Actual, i.Expected); ratio != "" {
		return fmt.Sprintf("%s spend is %s the usual: %s", service, ratio, who)
	}
	return fmt.Sprintf("%s spend rose by %s a day: %s", service, bot.MoneyFormat(i.Excess, i.Currency), who)
}

func (p pen) spikeFields(m bot.SpikeAlert) slackgo.Block {
	i := m.Incident
	lasts := ""
	if m.IfItLasts.IsPositive() {
		lasts = "*If it lasts*\n" + rise(m.IfItLasts, i.Currency) + " this month"
	}
	return fields(
		"*"+figureDays(i)+"*\n"+money(i.Actual, i.Currency)+mayRise(i.Provisional),
		"*Usual*\n"+usual(i),
		lasts,
		"*Account*\n"+p.who(i.AccountName, i.Account)+region(i.Region),
	)
}

func usual(i spend.Incident) string {
	if i.Reason.New() {
		if i.Baseline.Days > 0 {
			return "nothing in " + bot.Count(i.Baseline.Days, "day", "days")
		}
		return "nothing before"
	}
	s := money(i.Expected, i.Currency)
	switch {
	case i.Baseline.Days == 0:
		return s
	case i.Baseline.Weekday:
		return fmt.Sprintf("%s (median of %s)", s, bot.Count(i.Baseline.Days, i.Day.Weekday().String(), i.Day.Weekday().String()+"s"))
	}
	return fmt.Sprintf("%s (median of %s)", s, bot.Count(i.Baseline.Days, "day", "days"))
}

// figureDays is what the figure is of.
func figureDays(i spend.Incident) string {
	if i.Window > 1 {
		return fmt.Sprintf("A day, %d days to %s", i.Window, day(i.Day))
	}
	return day(i.Day)
}

func region(name string) string {
	if name == "" {
		return ""
	}
	return " in " + code(name, 40)
}

// drivers lists the three largest parts of the excess.
func (p pen) drivers(i spend.Incident) slackgo.Block {
	if len(i.Drivers) == 0 {
		return nil
	}
	lines := []string{"*What drove it*"}
	for n, d := range i.Drivers[:min(len(i.Drivers), 3)] {
		lines = append(lines, fmt.Sprintf("%d. %s  %s", n+1, p.esc(d.Name), rise(d.Excess, i.Currency)))
	}
	return section(lines...)
}

// subject is "SERVICE in ACCOUNT".
func (p pen) subject(i spend.Incident) string {
	if i.Service == spend.AllServices {
		return "the bill of " + p.esc(bot.Label(i.AccountName, i.Account))
	}
	return p.esc(bot.ServiceName(i.Service)) + " in " + p.esc(bot.Label(i.AccountName, i.Account))
}

// cost keeps what the incident came to, after its message has shrunk.
func (p pen) cost(i spend.Incident) string {
	over := ""
	if days := int(i.EndedOn - i.Since); i.EndedOn != 0 && days > 0 {
		over = " over " + bot.Count(days, "day", "days")
	}
	return fmt.Sprintf("Peak %s a day, usual %s. Extra cost: %s%s%s.",
		money(i.Peak, i.Currency), usual(i), money(i.Extra, i.Currency), over, mayRise(i.Provisional))
}

// topDriver keeps where most of it came from; the amount beside it was of one day.
func (p pen) topDriver(i spend.Incident) string {
	if len(i.Drivers) == 0 {
		return ""
	}
	return "Most of it: " + p.esc(i.Drivers[0].Name) + "."
}

// acknowledged says who looks after it, by name: a mention would notify.
func (p pen) acknowledged(m bot.SpikeAlert) string {
	who := m.AcknowledgedBy()
	if who == "" {
		return ""
	}
	text := "Acknowledged by " + p.esc(who)
	if at := m.Incident.AcknowledgedAt; !at.IsZero() {
		text += ", " + instant(at)
	}
	return text
}

func (p pen) span(m bot.SpikeAlert) []string {
	i := m.Incident
	parts := []string{code(i.Account.String(), 12)}
	if i.Since != 0 {
		parts = append(parts, "Since "+day(i.Since))
	}
	if i.EndedOn != 0 {
		parts = append(parts, "Over on "+day(i.EndedOn))
	}
	return append(parts, p.acknowledged(m), "Details in the thread")
}

func (p pen) spikeReply(m bot.SpikeAlert) string {
	i := m.Incident
	if m.Acknowledged {
		return ":eyes: " + p.esc(m.AcknowledgedBy()) + " looks after " + p.subject(i) + "."
	}
	if early := p.earlyReply(m); early != "" {
		return early
	}
	figures := fmt.Sprintf("%s on %s%s, usual %s", money(i.Actual, i.Currency), day(i.Day), mayRise(i.Provisional), usual(i))
	switch m.Word {
	case spend.Over:
		return ":white_check_mark: Over: " + p.subject(i) + ". " + join([]string{p.say(i.Why), p.cost(i)}, " ")
	case spend.Grew:
		return ":chart_with_upwards_trend: Still rising: " + p.subject(i) + " is at " + figures + "."
	case spend.Still:
		return ":hourglass_flowing_sand: It goes on: " + p.subject(i) + " is at " + figures + ". Extra cost until now: " + money(i.Extra, i.Currency) + "."
	}
	return p.subject(i) + " is at " + figures + "."
}

// costExplorer is the console's page of the partition.
func costExplorer(partition string) string {
	host := "console.aws.amazon.com"
	switch partition {
	case "aws-us-gov":
		host = "console.amazonaws-us-gov.com"
	case "aws-cn":
		host = "console.amazonaws.cn"
	}
	return "https://" + host + "/cost-management/home#/cost-explorer"
}

// spikeList is one table for the incidents that have no alert of their own.
func (p pen) spikeList(m bot.SpikeList) []slackgo.Block {
	var rows [][]string
	for _, i := range m.Incidents[:min(len(m.Incidents), 3*p.rows)] {
		usual := bot.MoneyFormat(i.Expected, i.Currency)
		if i.Reason.New() {
			usual = "never used"
		}
		rows = append(rows, []string{
			tidy(bot.Label(i.AccountName, i.Account), p.name) + " " + i.Account.String(), tidy(bot.ServiceName(i.Service), p.name),
			bot.MoneyFormat(i.Actual, i.Currency), usual,
		})
	}
	left, right := slackgo.ColumnAlignmentLeft, slackgo.ColumnAlignmentRight
	blocks := []slackgo.Block{
		header(m.Heading() + " at once"),
		section(fmt.Sprintf("Together %s a day above the usual. The largest have alerts of their own; so many at once often have one cause.", escape(bot.MoneyFormat(m.Excess, m.Currency), p.name))),
	}
	if len(rows) > 0 {
		blocks = append(blocks, table([]column{{"Account", left}, {"Service", left}, {"Newest day", right}, {"Usual", right}}, rows))
	}
	var facts []string
	if more := m.Total - len(rows); more > 0 {
		facts = append(facts, fmt.Sprintf("And %s smaller ones", number(more)))
	}
	if !m.AsOf.IsZero() {
		facts = append(facts, source(m)+" as of "+instant(m.AsOf))
	}
	blocks = append(blocks, note(append(facts, link(costExplorer(m.Partition), "Cost Explorer"))...))
	return append(blocks, p.listButtons(m.Incidents)...)
}
