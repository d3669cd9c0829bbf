package slack

import (
	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
	"rootwatch/checks/spend"
)

// earlyEnd draws an early sign that Cost Explorer has looked at, nil for any
// other alert: two lines, as of an incident that is over.
func (p pen) earlyEnd(m bot.SpikeAlert) []slackgo.Block {
	i := m.Incident
	lead := ":leftwards_arrow_with_hook: *Early sign withdrawn: "
	switch m.Stage() {
	case bot.EarlyWithdrawn:
	case bot.EarlyMoved:
		lead = ":heavy_check_mark: *Early sign confirmed: "
	default:
		return nil
	}
	said := "AWS's estimate was " + money(i.Actual, i.Currency) + " a day."
	return []slackgo.Block{section(lead+p.subject(i)+"*", p.say(i.Why), said),
		note(code(i.Account.String(), 12), "Since "+day(i.Since), p.acknowledged(m), "Details in the thread")}
}

// earlyReply is the line in the thread, "" where the alert is no early sign
// and none was confirmed.
func (p pen) earlyReply(m bot.SpikeAlert) string {
	i := m.Incident
	figures := money(i.Actual, i.Currency) + " a day, usual " + usual(i)
	switch {
	case m.Acknowledged:
		return ""
	case m.Stage() == bot.EarlyWithdrawn:
		return ":leftwards_arrow_with_hook: Withdrawn: " + p.subject(i) + ". " + p.say(i.Why)
	case m.Stage() == bot.EarlyMoved:
		return ":heavy_check_mark: Confirmed: " + p.subject(i) + ". " + p.say(i.Why)
	case m.Stage() == bot.EarlyOpen:
		return ":chart_with_upwards_trend: Still rising: " + p.subject(i) + " is at " + figures + ", by AWS's estimated charges."
	case m.Word == spend.Confirmed:
		return ":heavy_check_mark: Cost Explorer confirms it: " + p.subject(i) + " cost " + money(i.Actual, i.Currency) + " on " + day(i.Day) + mayRise(i.Provisional) + ", usual " + usual(i) + "."
	}
	return ""
}

// dataFacts says where the figures come from.
func (p pen) dataFacts(m bot.SpikeAlert) []string {
	facts := []string{"Cost data up to " + day(m.Incident.Day) + " (UTC)"}
	if m.Stage() == bot.EarlyOpen {
		facts[0] = "AWS's estimated charges"
	}
	if !m.AsOf.IsZero() {
		facts[0] += " as of " + instant(m.AsOf)
	}
	if early := m.EarlyFacts(); early != "" {
		facts = append(facts, early)
	}
	if origin := m.EarlyOrigin(); origin != "" {
		facts = append(facts, p.say(origin))
	}
	return facts
}

// source is where the figures of a list come from.
func source(m bot.SpikeList) string {
	if m.Early {
		return "AWS's estimated charges"
	}
	return "Cost data"
}
