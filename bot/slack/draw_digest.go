package slack

import (
	"fmt"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
)

// digest draws the day: what changed, what is open, what is dark, money. A
// quiet day is one line.
func (p pen) digest(m bot.Digest) []slackgo.Block {
	if m.Quiet() {
		return []slackgo.Block{note(":white_check_mark: *" + m.LocalDay().Format("Mon 2 Jan") + "*  " + p.quietLine(m))}
	}
	blocks := []slackgo.Block{header(m.LocalDay().Format("Monday 2 Jan") + ": " + m.Verdict())}
	blocks = append(blocks, section(append([]string{"*Root posture*  " + coverageLine(m.Fleet)}, p.changes(m)...)...))
	if joined := p.joined(m); joined != nil {
		blocks = append(blocks, joined)
	}
	if open := p.openTable(m.Fleet); open != nil {
		blocks = append(blocks, open)
	}
	if more := p.moreOpen(m.Fleet); more != "" {
		blocks = append(blocks, note(more))
	}
	if dark := p.unreadable(m.Coverage); dark != nil {
		blocks = append(blocks, dark)
	}
	if m.Money != nil {
		blocks = append(blocks, slackgo.NewDividerBlock(), p.moneySection(*m.Money))
	}
	if missed := p.missed(m.Missed); missed != nil {
		blocks = append(blocks, missed)
	}
	if facts := digestFacts(m); len(facts) > 0 {
		blocks = append(blocks, note(facts...))
	}
	return append(blocks, p.digestButtons(m)...)
}

func (p pen) quietLine(m bot.Digest) string {
	line := fmt.Sprintf("Nothing changed. %s of %s without findings.", number(m.Clean), bot.Count(m.Coverage.Accounts, "account", "accounts"))
	if accepted := m.Accepted.String(); accepted != "" {
		line += " " + accepted + "."
	}
	if b := m.Money; b != nil && b.Known() {
		line += fmt.Sprintf(" Spend on %s %s.", day(b.Day), spent(*b))
	}
	if !m.Next.IsZero() {
		line += " Next digest " + instant(m.Next) + "."
	}
	return line
}

func (p pen) changes(m bot.Digest) []string {
	var lines []string
	list := func(mark, rest string, entries []bot.Line, total int, word func(bot.Line) string) {
		shown := entries[:min(len(entries), p.items)]
		for _, line := range shown {
			lines = append(lines, fmt.Sprintf("%s %s %s%s", mark, p.who(line.AccountName, line.AccountID), word(line), escape(short(line), 80)))
		}
		if hidden := total - len(shown); hidden > 0 {
			lines = append(lines, fmt.Sprintf("%s and %s more %s", mark, number(hidden), rest))
		}
	}
	always := func(word string) func(bot.Line) string { return func(bot.Line) string { return word } }
	list(":new:", "new", m.New, m.NewTotal, func(l bot.Line) string { return capital(string(l.Severity)) + ": " })
	list(":question:", "gone dark", m.Dark, m.DarkTotal, func(l bot.Line) string {
		if l.Stale {
			return "Went stale: "
		}
		return "Went dark: "
	})
	list(":bust_in_silhouette:", "changes of admins", m.Admins, m.AdminsTotal, always(""))
	list(":white_check_mark:", "resolved", m.Resolved, m.ResolvedTotal, always("Resolved: "))
	return lines
}

// joined lists the accounts that are new in the organization.
func (p pen) joined(m bot.Digest) slackgo.Block {
	if m.JoinedTotal == 0 {
		return nil
	}
	lines := []string{"*New in the organization: " + bot.Count(m.JoinedTotal, "account", "accounts") + "*"}
	shown := m.Joined[:min(len(m.Joined), p.items)]
	for _, j := range shown {
		lines = append(lines, ":heavy_plus_sign: "+p.who(j.AccountName, j.AccountID)+" since "+instant(j.At))
	}
	if hidden := m.JoinedTotal - len(shown); hidden > 0 {
		lines = append(lines, "And "+number(hidden)+" more.")
	}
	return section(lines...)
}

func (p pen) missed(slots []string) slackgo.Block {
	if len(slots) == 0 {
		return nil
	}
	lines := []string{":warning: *Scheduled runs that did not happen*"}
	for i, slot := range slots {
		if i == p.items {
			lines = append(lines, fmt.Sprintf("And %d more.", len(slots)-i))
			break
		}
		lines = append(lines, "• "+p.say(slot))
	}
	return section(lines...)
}

func digestFacts(m bot.Digest) []string {
	var parts []string
	if m.Money != nil {
		parts = freshness(*m.Money)
		if paid := requests(*m.Money, m.Money.Trouble != ""); paid != "" {
			parts = append(parts, paid)
		}
	}
	if !m.ObservedAt.IsZero() {
		parts = append(parts, "Oldest check "+instant(m.ObservedAt))
	}
	if !m.Next.IsZero() {
		parts = append(parts, "Next digest "+instant(m.Next))
	}
	return parts
}
