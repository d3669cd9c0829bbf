package slack

import (
	"fmt"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
)

// digest draws the day: what changed, what is open, money, what is dark. A
// quiet day is one line.
func (p pen) digest(m bot.Digest) []slackgo.Block {
	if m.Quiet() {
		return []slackgo.Block{note(":white_check_mark: *" + m.LocalDay().Format("Mon 2 Jan") + "*  " + p.quietLine(m))}
	}
	blocks := []slackgo.Block{header(m.LocalDay().Format("Monday 2 Jan") + ": " + delta(m))}
	blocks = append(blocks, section(append([]string{"*Root posture*  " + coverageLine(m.Fleet)}, p.changes(m)...)...))
	if open := p.openTable(m.Fleet); open != nil {
		blocks = append(blocks, open)
	}
	if more := p.moreOpen(m.Fleet); more != "" {
		blocks = append(blocks, note(more))
	}
	if m.Money != nil {
		blocks = append(blocks, slackgo.NewDividerBlock(), p.moneySection(*m.Money))
	}
	if dark := p.unreadable(m.Coverage); dark != nil {
		blocks = append(blocks, dark)
	}
	if missed := p.missed(m.Missed); missed != nil {
		blocks = append(blocks, missed)
	}
	if facts := digestFacts(m); len(facts) > 0 {
		blocks = append(blocks, note(facts...))
	}
	return blocks
}

func (p pen) quietLine(m bot.Digest) string {
	line := fmt.Sprintf("nothing changed. %s of %s clean.", number(m.Clean), bot.Count(m.Coverage.Accounts, "account", "accounts"))
	if b := m.Money; b != nil && b.Known() {
		line += fmt.Sprintf(" Spend on %s %s, %s.", day(b.Day), money(b.Total, b.Currency), againstUsual(*b))
	}
	if !m.Next.IsZero() {
		line += " Next digest " + instant(m.Next) + "."
	}
	return line
}

// delta is the header's second half: "1 new, 1 resolved, 3 open".
func delta(m bot.Digest) string {
	s := fmt.Sprintf("%s new, %s resolved, %s open", number(m.NewTotal), number(m.ResolvedTotal), number(m.OpenTotal))
	if !m.Changed() {
		s = "nothing changed, " + number(m.OpenTotal) + " open"
	}
	if m.DarkTotal > 0 {
		s += ", " + number(m.DarkTotal) + " went dark"
	}
	if m.Coverage.Accounts == 0 {
		return "no account could be listed"
	}
	return s
}

func (p pen) changes(m bot.Digest) []string {
	var lines []string
	list := func(mark, word, rest string, entries []bot.Line, total int) {
		shown := entries[:min(len(entries), p.items)]
		for _, line := range shown {
			lines = append(lines, fmt.Sprintf("%s %s %s%s", mark, p.who(line.AccountName, line.AccountID), word, escape(short(line), 80)))
		}
		if hidden := total - len(shown); hidden > 0 {
			lines = append(lines, fmt.Sprintf("%s and %s more %s", mark, number(hidden), rest))
		}
	}
	list(":new:", "", "new", m.New, m.NewTotal)
	list(":grey_question:", "went dark: ", "gone dark", m.Dark, m.DarkTotal)
	list(":white_check_mark:", "resolved: ", "resolved", m.Resolved, m.ResolvedTotal)
	return lines
}

func (p pen) missed(slots []string) slackgo.Block {
	if len(slots) == 0 {
		return nil
	}
	lines := []string{":warning: *Missed while nobody was up*"}
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
		parts = moneyFacts(*m.Money)
	}
	if !m.ObservedAt.IsZero() {
		parts = append(parts, "oldest check "+instant(m.ObservedAt))
	}
	if !m.Next.IsZero() {
		parts = append(parts, "next digest "+instant(m.Next))
	}
	return parts
}
