package console

import (
	"fmt"

	"rootwatch/bot"
	"rootwatch/checks/spend"
)

// DrawHome is App Home as lines of text: what needs a person, in the same
// order as in Slack.
func DrawHome(h bot.Home, o Style) string {
	p := newPage(o)
	p.line(bold, "Rootwatch")
	if !h.At.IsZero() {
		p.line(dim, "as of "+instant(h.At))
	}
	if len(h.Parts) == 0 {
		p.blank()
		p.line(plain, "No organization is configured, so nothing is watched.")
	}
	for _, part := range h.Parts {
		p.blank()
		p.homePart(part)
	}
	return p.String()
}

func (p *page) homePart(part bot.HomePart) {
	p.line(bold, "Organization "+bot.Clip(bot.Clean(part.Organization), 60))
	c := part.Coverage
	if c.Accounts == 0 {
		p.marked(purple, "ACCOUNTS", "None is listed yet; that is not a pass.")
	} else {
		text := fmt.Sprintf("%s of %s without findings, %s open", bot.Number(part.Clean), bot.Number(c.Accounts), bot.Count(part.OpenTotal, "finding", "findings"))
		if accepted := part.Accepted.String(); accepted != "" {
			text += ", " + accepted
		}
		p.marked(bold, "ACCOUNTS", text)
	}
	if part.Money != nil {
		newest := ""
		if part.Money.Known() {
			newest = part.Money.Figures() + ". "
		}
		p.money(*part.Money, newest)
	}
	p.open(part.Fleet, part.ObservedAt)
	p.homeSpikes(part.Spikes)
	p.coverage(c)
	p.blank()
	for _, t := range part.Trouble {
		p.marked(yellow, "TROUBLE", t)
	}
	if len(part.Trouble) == 0 && (part.Money == nil || part.Money.Trouble == "") {
		p.marked(green, "HEALTH", "Everything that was due was done.")
	}
	if !part.NextDigest.IsZero() {
		p.below(dim, "Next digest "+part.NextDigest.Format("Mon 2 Jan 15:04 MST"))
	}
}

// homeSpikes is one line for each open spike, and who looks after it.
func (p *page) homeSpikes(spikes []spend.Incident) {
	if len(spikes) == 0 {
		return
	}
	p.blank()
	for _, i := range spikes {
		p.marked(red, "SPIKE", bot.ServiceName(i.Service)+" in "+bot.LabelID(i.AccountName, i.Account)+": "+
			bot.MoneyFormat(i.Actual, i.Currency)+" on "+bot.DayText(i.Day)+", usual "+usual(i))
		p.below(dim, acknowledged(bot.SpikeAlert{Incident: i}))
	}
}

// acknowledged says who looks after a spike, "" where nobody does.
func acknowledged(m bot.SpikeAlert) string {
	who := m.AcknowledgedBy()
	if who == "" {
		return ""
	}
	text := "Acknowledged by " + who
	if at := m.Incident.AcknowledgedAt; !at.IsZero() {
		text += ", " + instant(at)
	}
	return text
}
