package slack

import (
	"fmt"
	"strings"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
)

// assessment draws where a spike points, with what speaks for it and against
// it, and what to do where it looks like compromise.
func (p pen) assessment(m bot.SpikeAlert) []slackgo.Block {
	said, ok := m.Assessed()
	if !ok {
		return nil
	}
	mark := ""
	if said.Alarming {
		mark = ":rotating_light: "
	}
	lines := []string{mark + "*" + said.Label + "*"}
	lines = append(lines, p.bullets("For compromise: ", said.For)...)
	lines = append(lines, p.bullets("For growth: ", said.Against)...)
	blocks := []slackgo.Block{section(lines...)}
	if len(said.Unread) > 0 {
		var unread []string
		for _, s := range said.Unread {
			unread = append(unread, p.say(s))
		}
		blocks = append(blocks, note("Not known, which is not clean: "+strings.Join(unread, " ")))
	}
	if len(said.Next) > 0 {
		lines := []string{"*What to do*"}
		for n, step := range said.Next {
			line := fmt.Sprintf("%d. %s", n+1, p.say(step.Text))
			if step.URL != "" {
				line += " " + link(step.URL, "AWS's page")
			}
			lines = append(lines, line)
		}
		blocks = append(blocks, section(lines...))
	}
	return blocks
}

func (p pen) bullets(lead string, texts []string) []string {
	var lines []string
	for _, s := range texts {
		lines = append(lines, "• "+lead+p.say(s))
	}
	return lines
}
