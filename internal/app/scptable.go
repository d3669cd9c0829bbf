package app

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/scp"
)

// few is how many actions stand for all of the list; docs/scp.md names them.
const few = 3

// frame is what the lines and blanks of a table of three columns take.
const frame = 10

// explainTable has a row for each different answer of a principal, with the
// actions that it is about.
func explainTable(d explainDocument, a account.Account, term Terminal) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", bot.LabelID(a.Name, a.ID))
	if d.Note != "" {
		fmt.Fprintln(&b, text.WrapSoft(d.Note, term.Width))
	}
	if d.Exempt {
		_, err := term.Out.Write([]byte(b.String()))
		return err
	}
	if len(d.Path) > 0 {
		fmt.Fprintln(&b, text.WrapSoft("Path: "+strings.Join(d.Path, " > "), term.Width))
	}
	out := table.NewWriter()
	out.SetStyle(table.StyleLight)
	out.AppendHeader(table.Row{"Root by", "Actions", "Because"})
	type row struct {
		principal scp.Principal
		effect    scp.Effect
		because   string
	}
	var order []row
	actions := map[row][]string{}
	for _, decision := range d.Decisions {
		r := row{decision.Principal, decision.Effect, because(decision)}
		if actions[r] == nil {
			order = append(order, r)
		}
		actions[r] = append(actions[r], decision.Action)
	}
	total := map[scp.Principal]int{}
	for _, decision := range d.Decisions {
		total[decision.Principal]++
	}
	left := max(term.Width-len(scp.ConsoleWithoutMFA)-frame, 40)
	for _, r := range order {
		about := strings.Join(actions[r], " ")
		if n := len(actions[r]); n > few && n == total[r.principal] {
			about = fmt.Sprintf("all %d, such as %s", n, strings.Join(actions[r][:few], " "))
		}
		out.AppendRow(table.Row{fmt.Sprintf("%s\n%s", r.principal, r.effect), text.WrapSoft(about, left/2), text.WrapSoft(r.because, left-left/2)})
		out.AppendSeparator()
	}
	_, err := fmt.Fprintf(term.Out, "%s%s\n", b.String(), out.Render())
	return err
}

// because is a decision's reason, fit for a terminal: names are strangers' texts.
func because(d scp.Decision) string {
	why := d.Why
	if len(d.Keys) > 0 && d.Effect == scp.Conditional {
		why += " (" + strings.Join(d.Keys, ", ") + ")"
	}
	return bot.Clip(bot.Clean(why), 400)
}
