package app

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"rootwatch/bot"
	"rootwatch/checks"
)

// draw writes the history for a person, within the terminal's width.
func (p past) draw(term Terminal, zone *time.Location) error {
	d := drawing{width: min(cmp.Or(term.Width, 100), 160), zone: zone}
	failing, unknown := 0, 0
	var rows, dark, again []table.Row
	for _, f := range p.Findings {
		row := table.Row{f.CheckID, string(f.Status), d.day(f.FirstSeen), d.day(f.LastSeen), times(f.TimesReopened), fixText(f.TimeToFix)}
		if f.Status == checks.Unknown {
			unknown++
		}
		switch {
		case f.Status == checks.Fail:
			failing++
			rows = append(rows, row)
		case f.Status == checks.Unknown && f.LastKnown == checks.Fail:
			dark = append(dark, row)
		case f.EverFailed:
			again = append(again, row)
		}
	}
	fmt.Fprintf(&d.b, "%s, organization %s\n", bot.LabelID(p.AccountName, p.AccountID), bot.Clean(p.Organization))
	said := bot.Count(failing, "check fails", "checks fail")
	if unknown > 0 {
		said += fmt.Sprintf(", %d unknown: that is no pass", unknown)
	}
	fmt.Fprintf(&d.b, "As of %s: %s; since %s.\n", d.minute(p.ObservedAt), said, d.day(p.Since))
	head := table.Row{"Check", "Status", "Since", "Last failing", "Back", "Mean time to fix"}
	d.table("Failing now", head, rows)
	d.table("Still open: failing when last read, and nobody saw it mended", head, dark)
	d.table("Failed before", head, again)
	d.timeline(p.Changes, unknown)
	d.uses(p)
	d.roster(p)
	d.words("Accepted risks", p.Exceptions)
	d.words("Attestations", p.Attestations)
	_, err := io.WriteString(term.Out, d.b.String())
	return err
}

// drawing writes tables that fit a width. Names in it are cleaned.
type drawing struct {
	b     strings.Builder
	width int
	zone  *time.Location
}

func (d *drawing) day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.In(d.zone).Format(time.DateOnly)
}

func (d *drawing) minute(t time.Time) string { return t.In(d.zone).Format("2006-01-02 15:04 MST") }

// table gives its last column what the others leave.
func (d *drawing) table(title string, head table.Row, rows []table.Row) {
	if len(rows) == 0 {
		return
	}
	d.b.WriteString("\n" + title + "\n")
	w := table.NewWriter()
	w.SetStyle(table.StyleLight)
	w.Style().Options = table.OptionsNoBordersAndSeparators
	w.Style().Box.PaddingLeft, w.Style().Box.PaddingRight = "  ", ""
	w.Style().Format.Header = text.FormatDefault
	rest := d.width - 2
	last := len(rows[0]) - 1
	for i := range last {
		wide := 0
		for _, row := range append(slices.Clone(rows), head) {
			if i < len(row) {
				wide = max(wide, text.StringWidth(fmt.Sprint(row[i])))
			}
		}
		rest -= wide + 2
	}
	w.SetColumnConfigs([]table.ColumnConfig{{Number: last + 1, WidthMax: max(rest, 20), WidthMaxEnforcer: text.WrapSoft}})
	if head != nil {
		w.AppendHeader(head)
	}
	w.AppendRows(rows)
	for line := range strings.SplitSeq(w.Render(), "\n") {
		d.b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// kindWords are what became of a finding, in a word.
var kindWords = map[checks.ChangeKind]string{
	checks.Opened: "opened", checks.Resolved: "resolved", checks.WentDark: "went dark", checks.WentStale: "word went stale", checks.CameBack: "readable again", checks.Worse: "got worse",
	checks.Accepted: "accepted", checks.ExceptionEnded: "open again", checks.AdminAdded: "new admin", checks.AdminRemoved: "admin gone",
}

// timeline says that nothing changed only where everything was read.
func (d *drawing) timeline(changes []checks.Change, unknown int) {
	var rows []table.Row
	for _, c := range changes {
		what := bot.Clean(c.Summary)
		rows = append(rows, table.Row{d.day(c.At), cmp.Or(kindWords[c.Kind], bot.Clean(string(c.Kind))), bot.Clean(c.CheckID), what})
	}
	switch {
	case len(rows) == 0 && unknown > 0:
		d.b.WriteString("\nNo change is known; what could not be read may have changed.\n")
	case len(rows) == 0:
		d.b.WriteString("\nNothing changed.\n")
	}
	d.table("What changed", nil, rows)
}

func (d *drawing) uses(p past) {
	d.b.WriteString("\nUse of root\n")
	weeks := checks.WeeksOfUse(p.RootUses, monday(p.Since))
	if len(weeks) == 0 {
		d.b.WriteString("  none is known\n")
	}
	for _, u := range weeks {
		fmt.Fprintf(&d.b, "  week of %s, last on %s (%s)\n", d.day(monday(u.At)), d.minute(u.At), strings.ReplaceAll(string(u.Kind), "_", " "))
	}
	if p.RootKnown != nil {
		fmt.Fprintf(&d.b, "  known without a hole from %s to %s\n", d.minute(p.RootKnown.From), d.minute(p.RootKnown.To))
	} else {
		d.b.WriteString("  no reading in this time was whole, so there may be more\n")
	}
}

// monday is that of the instant's ISO week.
func monday(t time.Time) time.Time {
	return midnight(t).AddDate(0, 0, -(int(t.UTC().Weekday())+6)%7)
}

func (d *drawing) roster(p past) {
	if p.Roster == nil {
		return
	}
	var rows []table.Row
	for _, a := range p.Roster.Admins {
		rows = append(rows, table.Row{string(a.Kind), bot.Clean(a.Name)})
	}
	title := "Admins, as of " + d.minute(p.Roster.At)
	if len(rows) == 0 {
		d.b.WriteString("\n" + title + "\n  nobody\n")
	}
	d.table(title, nil, rows)
}

func (d *drawing) words(title string, words []entered) {
	var rows []table.Row
	for _, e := range words {
		about := bot.Clean(cmp.Or(e.Reason, e.Note, e.Evidence))
		rows = append(rows, table.Row{bot.Clean(e.CheckID), e.State, "until " + d.day(e.Until), bot.Clean(cmp.Or(e.Approver, e.By)) + ": " + about})
	}
	d.table(title, nil, rows)
}

func times(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%dx", n)
}

// fixText is how long mending took, what came back apart.
func fixText(t *checks.TimeToFix) string {
	if t == nil {
		return "-"
	}
	var parts []string
	if t.Fixed > 0 {
		parts = append(parts, spanText(t.Mean))
	}
	if t.FixedAgain > 0 {
		parts = append(parts, spanText(t.MeanAgain)+" when it came back")
	}
	return cmp.Or(strings.Join(parts, ", "), "not mended yet")
}

func spanText(d time.Duration) string {
	if d < 48*time.Hour {
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d d", int(d.Hours()/24))
}
