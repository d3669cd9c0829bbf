package console

import (
	"fmt"

	"rootwatch/bot"
)

// assessment draws where a spike points, with its signs, and what to do.
func (p *page) assessment(m bot.SpikeAlert) {
	said, ok := m.Assessed()
	if !ok {
		return
	}
	color := dim
	if said.Alarming {
		color = red
	}
	p.marked(color, "Leaning", said.Label+".")
	for _, s := range said.For {
		p.below(plain, "For compromise: "+s)
	}
	for _, s := range said.Against {
		p.below(plain, "For growth: "+s)
	}
	for _, s := range said.Unread {
		p.below(purple, "Not known, which is not clean: "+s)
	}
	for n, step := range said.Next {
		label := ""
		if n == 0 {
			label = "Do now"
		}
		text := fmt.Sprintf("%d. %s", n+1, step.Text)
		if step.URL != "" {
			text += " " + step.URL
		}
		p.marked(color, label, text)
	}
}
