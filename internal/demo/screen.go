package demo

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"rootwatch/internal/demo/workspace"
)

// say writes lines that fit beside the prompt's mark.
func (st *Stage) say(text string) {
	_, _ = fmt.Fprint(st.o.Out, wrap(text, cmp.Or(st.o.Width, 100)-len("> ")))
}

// show prints a message as people would see it.
func (st *Stage) show(m workspace.Message) {
	where := "#" + map[string]string{DigestChannel: "cloud-digest", AlertChannel: "cloud-alerts"}[m.Channel]
	if m.Ephemeral {
		where += ", only to " + named(m.User)
	}
	if m.ThreadTS != "" && m.ThreadTS != m.TS {
		where += ", in a thread"
	}
	if m.Edited > 0 {
		where += ", edited"
	}
	st.say("--- " + where + "\n" + named(workspace.Text(m)) + "\n")
}

// named has people called by their names, as Slack shows them.
func named(text string) string {
	for _, u := range people {
		text = strings.ReplaceAll(text, u.ID, u.Name)
	}
	return text
}

// wrap breaks lines at blanks, so that the terminal does not break them inside
// of words. A word that is longer than a line stays whole.
func wrap(all string, columns int) string {
	lines := strings.Split(all, "\n")
	for i, line := range lines {
		if text.StringWidth(line) > columns {
			lines[i] = wrapLine(line, columns)
		}
	}
	return strings.Join(lines, "\n")
}

// wrapLine puts what does not fit below the column in which the line's last
// field begins, or at its left edge where it has none in the left half.
func wrapLine(line string, columns int) string {
	lead := ""
	if i := strings.LastIndex(line[:min(len(line), columns/2)], "  "); i >= 0 {
		lead = strings.Repeat(" ", text.StringWidth(line[:i+2]))
	}
	var out, row strings.Builder
	for i, word := range strings.Split(line, " ") {
		if i > 0 && text.StringWidth(row.String())+1+text.StringWidth(word) > columns && strings.TrimSpace(row.String()) != "" {
			out.WriteString(strings.TrimRight(row.String(), " ") + "\n")
			row.Reset()
			row.WriteString(lead)
		} else if i > 0 {
			row.WriteString(" ")
		}
		row.WriteString(word)
	}
	return out.String() + row.String()
}
