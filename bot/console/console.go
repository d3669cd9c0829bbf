// Package console is the room for a terminal: the same messages as in Slack,
// drawn as text, and a Mouth that prints them.
package console

import (
	"cmp"
	"strings"
	"time"

	"rootwatch/bot"
)

// Style is how a terminal wants its text.
type Style struct {
	Color bool // SGR colours; decided by the caller (NO_COLOR, a pipe), never here
	Width int  // columns; 0 is DefaultWidth, less than minWidth is taken as minWidth
}

// DefaultWidth fits a terminal of ordinary size; minWidth is the least in
// which a table is still one.
const (
	DefaultWidth = 100
	minWidth     = 60
)

// Draw is the message as lines of text, each within the width, ending in a
// newline. Whatever strangers wrote into it is cleaned of everything that a
// terminal would obey.
func Draw(m bot.Message, o Style) string {
	p := newPage(o)
	switch m := m.(type) {
	case bot.RootAnswer:
		p.rootAnswer(m)
	case bot.FleetAnswer:
		p.fleetAnswer(m)
	case bot.Digest:
		p.digest(m)
	case bot.SpikeAlert:
		p.spike(m)
	case bot.SpikeList:
		p.spikeList(m)
	case bot.SpendAnswer:
		p.spend(m)
	case bot.Help:
		p.help(m)
	case bot.Trouble:
		p.trouble(m)
	default: // Pending, and what a later version adds
		p.line(plain, m.Sentence())
	}
	return p.String()
}

func (p *page) help(m bot.Help) {
	p.line(bold, "How to use "+cmp.Or(bot.Clean(m.Command), "this bot"))
	p.blank()
	for _, line := range bot.HelpLines(m.Command) {
		p.line(green, line.Usage)
		p.indented(plain, line.Does)
	}
}

func (p *page) trouble(m bot.Trouble) {
	p.line(bold, unquoted(m.What))
	p.line(plain, unquoted(m.Meaning))
	p.line(plain, unquoted(m.Next))
	if m.Suggest != "" {
		p.line(green, "Did you mean: "+m.Suggest)
	}
	if m.ErrorID != "" {
		p.line(dim, "Error id "+m.ErrorID)
	}
}

// unquoted takes away the backticks that stand around what was typed.
func unquoted(s string) string { return strings.ReplaceAll(s, "`", "") }

// instant is a moment for the terminal, always in UTC and saying so.
func instant(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04 MST") }
