package export

import (
	"cmp"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"rootwatch/checks"
)

// ink is an SGR sequence without its frame.
type ink string

const (
	bold   ink = "1"
	green  ink = "32"
	yellow ink = "33"
	purple ink = "35"
	red    ink = "31"
	crying ink = "1;31"
)

// sheet draws sections of columns that fit a width. All text reaches it cleaned.
type sheet struct {
	b     strings.Builder
	color bool
	width int
}

func newSheet(o TableOptions) *sheet {
	return &sheet{color: o.Color, width: max(cmp.Or(o.Width, DefaultWidth), minWidth)}
}

// accountShare is the part of the width that account names may take; more of
// a name wraps.
const accountShare = 0.36

// section writes rows of one to three columns below a title, and nothing
// where there are none. The last column takes what the others leave.
func (s *sheet) section(color ink, title string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	if s.b.Len() > 0 {
		s.b.WriteString("\n")
	}
	s.b.WriteString(s.paint(color, title) + "\n")
	w := table.NewWriter()
	w.SetStyle(table.StyleLight)
	w.Style().Options = table.OptionsNoBordersAndSeparators
	w.Style().Box.PaddingLeft, w.Style().Box.PaddingRight = "  ", ""
	w.SetColumnConfigs(s.columns(rows))
	for _, row := range rows {
		fields := table.Row{}
		for _, field := range row {
			fields = append(fields, s.severity(field))
		}
		w.AppendRow(fields)
	}
	for _, row := range strings.Split(w.Render(), "\n") {
		s.b.WriteString(strings.TrimRight(row, " ") + "\n")
	}
}

// columns gives each column its width: two blanks stand before each.
func (s *sheet) columns(rows [][]string) []table.ColumnConfig {
	last := len(rows[0]) - 1
	var columns []table.ColumnConfig
	rest := s.width - 2
	for i := range last {
		width := 0
		for _, row := range rows {
			width = max(width, text.StringWidth(row[i]))
		}
		width = min(width, int(float64(s.width)*accountShare))
		columns = append(columns, table.ColumnConfig{Number: i + 1, WidthMax: width, WidthMaxEnforcer: wrap})
		rest -= width + 2
	}
	return append(columns, table.ColumnConfig{Number: last + 1, WidthMax: rest, WidthMaxEnforcer: wrap})
}

// wrap breaks each line of s at blanks. The library counts characters, so a
// line of wide ones (Chinese, emoji) is broken at half of them.
func wrap(s string, columns int) string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		wrapped := strings.Split(text.WrapSoft(line, columns), "\n")
		if slices.ContainsFunc(wrapped, func(row string) bool { return text.StringWidthWithoutEscSequences(row) > columns }) {
			wrapped = strings.Split(text.WrapSoft(line, columns/2), "\n")
		}
		lines = append(lines, wrapped...)
	}
	return strings.Join(lines, "\n")
}

// severity colours a cell that is nothing but a severity.
func (s *sheet) severity(field string) string {
	switch checks.Severity(field) {
	case checks.Critical:
		return s.paint(crying, field)
	case checks.High:
		return s.paint(red, field)
	case checks.Medium:
		return s.paint(yellow, field)
	}
	return field
}

func (s *sheet) paint(color ink, text string) string {
	if !s.color {
		return text
	}
	return "\x1b[" + string(color) + "m" + text + "\x1b[0m"
}
