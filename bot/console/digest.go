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
	bare := m // the verdict alone; the rest stands below it
	bare.Money, bare.Missed = nil, nil
	bare.Coverage.PartlyRead, bare.Coverage.NotReadable = 0, 0
	p.line(bold, bare.Sentence())
	p.changes(red, "NEW", m.New, m.NewTotal)
	p.changes(green, "RESOLVED", m.Resolved, m.ResolvedTotal)
	p.changes(purple, "DARK", m.Dark, m.DarkTotal)
	p.open(m.Fleet, latest(m))
	p.coverage(m.Coverage)
	if m.Money != nil {
		p.blank()
		p.money(*m.Money)
	}
	p.foot(m)
}

// changes lists one kind of change under its label.
func (p *page) changes(color ink, label string, lines []bot.Line, total int) {
	if total == 0 {
		return
	}
	p.blank()
	for _, l := range lines {
		p.marked(color, label, bot.LabelID(l.AccountName, l.AccountID)+": "+what(l))
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
