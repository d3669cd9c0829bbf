package slack

import (
	"fmt"
	"strings"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
	"rootwatch/checks"
)

// Draw is the picture of a message in Block Kit, and its text for
// notifications and screen readers (unescaped; 3,000 characters at most once
// escaped). It is pure. Whatever the message holds, Slack's limits are kept:
// the more there is, the less room each thing gets.
func Draw(m bot.Message) ([]slackgo.Block, string) { return draw(m, false) }

// DrawPublic is Draw for a message that a whole channel sees: it does not
// offer to be shown to the channel.
func DrawPublic(m bot.Message) ([]slackgo.Block, string) { return draw(m, true) }

func draw(m bot.Message, public bool) ([]slackgo.Block, string) {
	text := notification(m.Sentence(), maxText)
	for _, p := range pens {
		p.public = public
		if blocks := p.draw(m); len(blocks) > 0 && fits(blocks) {
			return blocks, text
		}
	}
	return []slackgo.Block{section(escape(text, 1000))}, text
}

func (p pen) draw(m bot.Message) []slackgo.Block {
	switch m := m.(type) {
	case bot.Pending:
		return p.pending(m)
	case bot.RootAnswer:
		return p.rootAnswer(m)
	case bot.FleetAnswer:
		return p.fleetAnswer(m)
	case bot.Digest:
		return p.digest(m)
	case bot.SpikeAlert:
		return p.spikeAlert(m)
	case bot.SpikeList:
		return p.spikeList(m)
	case bot.SpendAnswer:
		return p.spendAnswer(m)
	case bot.Help:
		return p.help(m)
	case bot.Trouble:
		return p.trouble(m)
	}
	return nil
}

// severityMark is the one emoji of a line; the severity stands beside it as a word.
func severityMark(s checks.Severity) string {
	switch s {
	case checks.Critical:
		return ":red_circle:"
	case checks.High:
		return ":large_orange_circle:"
	case checks.Medium:
		return ":large_yellow_circle:"
	}
	return ":white_circle:"
}

// capital makes the first letter of one of our own words a capital.
func capital(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func (p pen) pending(m bot.Pending) []slackgo.Block {
	what := "Checking " + code(m.Subject, p.name) + "."
	if m.Subject == "" {
		what = "Checking."
	}
	progress := "Usually under 20 s."
	if m.Accounts > 1 {
		progress = fmt.Sprintf("%s of %s done.", number(m.Done), bot.Count(m.Accounts, "account", "accounts"))
	}
	return []slackgo.Block{note(":hourglass_flowing_sand: " + what + " " + progress + " This message turns into the answer.")}
}

func (p pen) trouble(m bot.Trouble) []slackgo.Block {
	// These are our own sentences with a stranger's words in them; their code
	// spans are meant, all else is escaped.
	blocks := []slackgo.Block{section(":warning: "+p.say(m.What), p.say(m.Meaning))}
	var parts []string
	if m.Suggest != "" {
		parts = append(parts, "Did you mean "+code(m.Suggest, p.sentence)+"?")
	}
	parts = append(parts, p.say(m.Next))
	if m.ErrorID != "" {
		parts = append(parts, "Error id "+code(m.ErrorID, 40))
	}
	if join(parts, " ") != "" {
		blocks = append(blocks, note(parts...))
	}
	return append(blocks, p.troubleButtons(m)...)
}

func (p pen) help(m bot.Help) []slackgo.Block {
	lines := []string{"*How to use " + code(m.Command, p.name) + "*"}
	for _, line := range bot.HelpLines(m.Command) {
		lines = append(lines, code(line.Usage, 100)+"  "+p.say(line.Does))
	}
	return []slackgo.Block{section(lines...)}
}
