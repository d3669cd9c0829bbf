package doctor

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/text"

	"rootwatch/bot"
)

// words are the statuses as a table has them, and their colours.
var words = map[Status]struct {
	word   string
	colour text.Color
}{
	OK: {"ok", text.FgGreen}, Warning: {"warning", text.FgYellow}, Problem: {"problem", text.FgRed}, NotKnown: {"not known", text.FgMagenta},
}

const indent = "             " // two blanks, the longest word and two more

// mostNamed is how many accounts a line names before it counts the rest.
const mostNamed = 8

// Table is the lines for a terminal, area by area, and a last line with the sum.
func Table(lines []Line, width int, colour bool) string {
	var b strings.Builder
	area := ""
	many := severalOrganizations(lines)
	for _, l := range lines {
		if l.Area != area {
			area = l.Area
			b.WriteString(upperFirst(area) + "\n")
		}
		w := words[l.Status]
		status := fmt.Sprintf("%-9s", w.word)
		if colour {
			status = text.Colors{w.colour}.Sprint(status)
		}
		what := l.Found
		if l.Subject != "" {
			what = l.Subject + ": " + what
		}
		if many && l.Organization != "" {
			what = l.Organization + ": " + what
		}
		fmt.Fprintf(&b, "  %s  %s\n", status, wrapped(what, width))
		if len(l.Accounts) > 0 && l.Status != OK {
			b.WriteString(indent + wrapped("Accounts: "+named(l.Accounts), width) + "\n")
		}
		if l.Do != "" {
			b.WriteString(indent + wrapped("Do: "+l.Do, width) + "\n")
		}
	}
	return b.String() + "\n" + sum(lines) + "\n"
}

func severalOrganizations(lines []Line) bool {
	names := map[string]bool{}
	for _, l := range lines {
		if l.Organization != "" {
			names[l.Organization] = true
		}
	}
	return len(names) > 1
}

// wrapped keeps a stranger's text from steering the terminal, and the lines
// after the first under it.
func wrapped(s string, width int) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
	lines := strings.Split(text.WrapSoft(s, max(width-len(indent), 40)), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ") // which the wrapping fills up
	}
	return strings.Join(lines, "\n"+indent)
}

func named(accounts []string) string {
	if len(accounts) <= mostNamed {
		return strings.Join(accounts, ", ")
	}
	return fmt.Sprintf("%s and %d more (--format json names all)", strings.Join(accounts[:mostNamed], ", "), len(accounts)-mostNamed)
}

func sum(lines []Line) string {
	n := map[Status]int{}
	for _, l := range lines {
		n[l.Status]++
	}
	if n[Problem]+n[NotKnown]+n[Warning] == 0 {
		return fmt.Sprintf("Nothing is wrong: %d things were looked at.", len(lines))
	}
	return fmt.Sprintf("%d ok, %s, %s, %d not known.", n[OK], bot.Count(n[Warning], "warning", "warnings"), bot.Count(n[Problem], "problem", "problems"), n[NotKnown])
}
