package console

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"rootwatch/bot"
	"rootwatch/checks"
)

// ink is an SGR sequence without its frame, "" for none.
type ink string

const (
	plain  ink = ""
	bold   ink = "1"
	dim    ink = "2"
	green  ink = "32"
	yellow ink = "33"
	purple ink = "35"
	red    ink = "31"
	crying ink = "1;31"
)

func severityInk(s checks.Severity) ink {
	switch s {
	case checks.Critical:
		return crying
	case checks.High:
		return red
	case checks.Medium:
		return yellow
	}
	return plain
}

// longest is how much of one text is drawn: a wall of text helps nobody.
const longest = 600

// page collects lines. All text passes through it, so it is the one place
// that cleans, wraps and colours.
type page struct {
	color bool
	width int
	b     strings.Builder
}

func newPage(o Style) *page {
	width := o.Width
	if width == 0 {
		width = DefaultWidth
	}
	return &page{color: o.Color, width: max(width, minWidth)}
}

func (p *page) String() string { return strings.TrimRight(p.b.String(), "\n") + "\n" }

func (p *page) blank() { p.b.WriteString("\n") }

// line writes one text, wrapped; nothing where it is empty.
func (p *page) line(color ink, s string) { p.labelled(color, "", color, s) }

// indented writes a text two columns in.
func (p *page) indented(color ink, s string) { p.labelled(color, "  ", color, s) }

// labelColumns is as wide as the longest label, CRITICAL, and a gap.
const labelColumns = 10

// marked writes a text beside a label in a column of its own.
func (p *page) marked(color ink, label, s string) {
	p.labelled(color, text.Pad(label, labelColumns, ' '), plain, s)
}

// below writes a text under one that is marked.
func (p *page) below(color ink, s string) { p.marked(color, "", s) }

// labelled writes a prefix, and the text beside it with its further lines
// below its first.
func (p *page) labelled(prefixColor ink, prefix string, color ink, s string) {
	s = bot.Clip(bot.Clean(s), longest)
	if s == "" {
		return
	}
	columns := text.StringWidth(prefix)
	for _, row := range strings.Split(wrap(s, p.width-columns), "\n") {
		lead := prefix
		if strings.TrimSpace(prefix) != "" {
			lead = p.paint(prefixColor, prefix)
		}
		p.b.WriteString(lead + p.paint(color, strings.TrimRight(row, " ")) + "\n")
		prefix = strings.Repeat(" ", columns)
	}
}

// wrap breaks s at blanks. The library counts characters, so a line of wide
// ones (Chinese, emoji) is broken at half of them.
func wrap(s string, columns int) string {
	wrapped := text.WrapSoft(s, columns)
	for row := range strings.SplitSeq(wrapped, "\n") {
		if text.StringWidthWithoutEscSequences(row) > columns {
			return text.WrapSoft(s, columns/2)
		}
	}
	return wrapped
}

func (p *page) paint(color ink, s string) string {
	if !p.color || color == plain || s == "" {
		return s
	}
	return "\x1b[" + string(color) + "m" + s + "\x1b[0m"
}

// cell is one field of a table.
type cell struct {
	text  string
	color ink
}

func cells(texts ...string) []cell {
	var row []cell
	for _, t := range texts {
		row = append(row, cell{text: t})
	}
	return row
}

// A flexible column is never narrower than flexibleLeast; the others share
// the rest where their texts are longer than it.
const flexibleLeast = 8

// table draws rows under a header. The flexible columns share what the others
// leave and wrap; those from rightFrom on hold numbers.
func (p *page) table(header []string, flexible []int, rightFrom int, rows [][]cell) {
	if len(rows) == 0 {
		return
	}
	for _, row := range rows {
		for i := range row {
			row[i].text = bot.Clip(bot.Clean(row[i].text), longest)
		}
	}
	w := table.NewWriter()
	w.SetStyle(table.StyleLight)
	w.Style().Options = table.Options{SeparateHeader: true}
	w.Style().Format.Header = text.FormatDefault
	w.Style().Box.PaddingLeft, w.Style().Box.PaddingRight = "", "  "
	limits := p.limits(header, flexible, rows)
	var head table.Row
	var columns []table.ColumnConfig
	for i, title := range header {
		head = append(head, title)
		c := table.ColumnConfig{Number: i + 1, WidthMax: limits[i], WidthMaxEnforcer: wrap}
		if i >= rightFrom {
			c.Align, c.AlignHeader = text.AlignRight, text.AlignRight
		}
		columns = append(columns, c)
	}
	w.AppendHeader(head)
	w.SetColumnConfigs(columns)
	for _, row := range rows {
		var fields table.Row
		for i, c := range row {
			fields = append(fields, p.paint(c.color, wrap(c.text, limits[i])))
		}
		w.AppendRow(fields)
	}
	for _, row := range strings.Split(w.Render(), "\n") {
		p.b.WriteString(strings.TrimRight(row, " ") + "\n")
	}
}

// limits gives each column its width.
func (p *page) limits(header []string, flexible []int, rows [][]cell) []int {
	limits := make([]int, len(header))
	rest := p.width
	most := (p.width - 2*len(header) - flexibleLeast*len(flexible)) / max(1, len(header)-len(flexible))
	for i, title := range header {
		limits[i] = text.StringWidth(title)
		for _, row := range rows {
			limits[i] = max(limits[i], min(most, text.StringWidth(row[i].text)))
		}
		rest -= limits[i] + 2
	}
	for _, i := range flexible {
		rest += limits[i]
	}
	for n, i := range flexible {
		share := max(flexibleLeast, rest/(len(flexible)-n))
		natural := 0
		for _, row := range rows {
			natural = max(natural, text.StringWidth(row[i].text))
		}
		limits[i] = max(text.StringWidth(header[i]), min(share, natural))
		rest -= limits[i]
	}
	return limits
}
