package console

import (
	"fmt"

	"rootwatch/bot"
)

// digest draws changes first, then what is open, then money. A quiet day is
// one line.
func (p *page) digest(m bot.Digest) {
	if m.Quiet() {
		p.line(green, m.Sentence())
		return
	}
	p.line(bold, verdict(m))
	p.changes(red, "NEW", m.New, m.NewTotal, func(l bot.Line) string { return string(l.Severity) + ", " })
	p.changes(green, "RESOLVED", m.Resolved, m.ResolvedTotal, plainly)
	p.changes(purple, "DARK", m.Dark, m.DarkTotal, func(l bot.Line) string {
		if l.Stale {
			return "went stale: "
		}
		return ""
	})
	p.changes(yellow, "ADMINS", m.Admins, m.AdminsTotal, plainly)
	p.joined(m)
	p.open(m.Fleet, latest(m))
	p.coverage(m.Coverage)
	if m.Money != nil {
		p.blank()
		p.money(*m.Money, m.Money.Figures()+". ")
	}
	p.foot(m)
}

// verdict is the sentence without what stands below it.
func verdict(m bot.Digest) string {
	text := "Daily digest, " + bot.DateText(m.LocalDay()) + ": " + m.Verdict() + "."
	if m.Coverage.Accounts == 0 {
		return text + " That is not a pass."
	}
	return text + fmt.Sprintf(" %s of %s without findings.", bot.Number(m.Clean), bot.Count(m.Coverage.Accounts, "account", "accounts"))
}

// joined lists the accounts that are new in the organization.
func (p *page) joined(m bot.Digest) {
	if len(m.Joined) > 0 {
		p.blank()
	}
	for _, j := range m.Joined {
		p.marked(yellow, "JOINED", bot.LabelID(j.AccountName, j.AccountID)+": in the organization since "+instant(j.At))
	}
	if more := m.JoinedTotal - len(m.Joined); more > 0 {
		p.marked(yellow, "JOINED", fmt.Sprintf("and %d more", more))
	}
}

func plainly(bot.Line) string { return "" }

// changes lists one kind of change under its label, each with a word before it.
func (p *page) changes(color ink, label string, lines []bot.Line, total int, word func(bot.Line) string) {
	if total == 0 {
		return
	}
	p.blank()
	for _, l := range lines {
		p.marked(color, label, bot.LabelID(l.AccountName, l.AccountID)+": "+word(l)+what(l))
	}
	if more := total - len(lines); more > 0 {
		p.marked(color, label, fmt.Sprintf("and %d more", more))
	}
}

func (p *page) foot(m bot.Digest) {
	if len(m.Missed) > 0 {
		p.blank()
	}
	for i, missed := range m.Missed {
		if i == bot.MaxOpen {
			p.marked(yellow, "MISSED", fmt.Sprintf("and %d more", len(m.Missed)-i))
			break
		}
		p.marked(yellow, "MISSED", missed)
	}
	if !m.Next.IsZero() {
		p.blank()
		p.line(dim, "Next digest "+m.Next.Format("Mon 2 Jan 15:04 MST"))
	}
}
