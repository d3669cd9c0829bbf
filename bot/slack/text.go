package slack

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	humanize "github.com/dustin/go-humanize"
	"github.com/shopspring/decimal"
	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// tidy makes a stranger's text fit for one line of n runes at most. It
// escapes nothing: table cells, headers and charts take it as it is.
func tidy(s string, n int) string {
	if far := 4 * utf8.UTFMax * n; len(s) > far {
		s = s[:far] // what is cut away, a broken rune at the end with it, is behind the ellipsis
	}
	return bot.Clip(bot.Clean(s), n)
}

// escape is tidy for mrkdwn. It is applied once, where a stranger's text
// enters a block, so no <!channel>, mention or link can come from data.
func escape(s string, n int) string { return slackutilsx.EscapeMessage(tidy(s, n)) }

// gist is escape that rather stops behind a sentence than within one.
func gist(s string, n int) string {
	if s = bot.Clean(s); utf8.RuneCountInString(s) > n {
		if end := strings.LastIndex(string([]rune(s)[:n]), ". "); end > n/3 {
			s = s[:end+1]
		}
	}
	return escape(s, n)
}

// opening is the first sentence of s: a message names the danger, the check's
// page explains it.
func opening(s string) string {
	if first, _, more := strings.Cut(s, ". "); more {
		return first + "."
	}
	return s
}

// number is n with thousands apart.
func number(n int) string { return humanize.Comma(int64(n)) }

// code is s as a code span; "" stays "".
func code(s string, n int) string {
	s = tidy(strings.ReplaceAll(s, "`", ""), n)
	if s == "" {
		return ""
	}
	return "`" + slackutilsx.EscapeMessage(s) + "`"
}

// notification is s as the message's text: n characters at most once escaped.
func notification(s string, n int) string {
	s = tidy(s, n)
	for runes := n; utf8.RuneCountInString(slackutilsx.EscapeMessage(s)) > n; {
		runes -= runes / 8
		s = bot.Clip(s, runes)
	}
	if s == "" {
		return "Rootwatch"
	}
	return s
}

// link is a mrkdwn link to a URL of ours; without one it is nothing.
func link(url, label string) string {
	if !strings.HasPrefix(url, "https://") || strings.ContainsAny(url, "|<> ") {
		return ""
	}
	return "<" + strings.ReplaceAll(url, "&", "&amp;") + "|" + label + ">"
}

// instant shows t in each reader's own time zone.
func instant(t time.Time) string {
	return fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", t.Unix(), t.UTC().Format("2 Jan 2006 15:04 UTC"))
}

// money and rise are amounts in mrkdwn. The currency is AWS's word, and so a stranger's.
func money(d decimal.Decimal, currency string) string {
	return slackutilsx.EscapeMessage(bot.MoneyFormat(d, currency))
}

func rise(d decimal.Decimal, currency string) string {
	return slackutilsx.EscapeMessage(bot.Difference(d, currency))
}

// day is "Sat 21 Nov", "an unknown day" for the zero day.
func day(d spend.Day) string {
	if d == 0 {
		return "an unknown day"
	}
	return bot.DayText(d)
}

// who is an account in mrkdwn: its name in bold, and its id.
func (p pen) who(name string, id account.ID) string {
	if bot.Clean(name) == "" {
		return code(bot.Label(name, id), p.name)
	}
	return strings.TrimSpace("*" + p.esc(name) + "* " + code(id.String(), 12))
}

// cell is an account in a table.
func (p pen) cell(name string, id account.ID) string {
	if bot.Clean(name) == "" {
		return bot.Label(name, id)
	}
	return strings.TrimSpace(tidy(name, p.name) + " " + id.String())
}

func plainText(s string, n int) *slackgo.TextBlockObject {
	return slackgo.NewTextBlockObject(slackgo.PlainTextType, tidy(s, n), false, false)
}

// markdown takes finished mrkdwn. It is verbatim: Slack makes no link or
// mention of its own out of a name such as @here or evil.example.
func markdown(s string) *slackgo.TextBlockObject {
	return slackgo.NewTextBlockObject(slackgo.MarkdownType, s, false, true)
}
