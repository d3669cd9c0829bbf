package workspace

import (
	"math"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// barWidth is the longest bar of a chart, in characters.
const barWidth = 30

type cell struct {
	node
	Number *float64 `json:"value"`
}

type columnSettings struct {
	Align string `json:"align"`
}

type point struct {
	Label string  `json:"label"`
	Value float64 `json:"value"`
}

type chart struct {
	Segments []point `json:"segments"`
	Series   []struct {
		Name string  `json:"name"`
		Data []point `json:"data"`
	} `json:"series"`
	Axis struct {
		X string `json:"x_label"`
		Y string `json:"y_label"`
	} `json:"axis_config"`
}

// grid draws a table as aligned columns under its first row.
func grid(rows [][]cell, settings []*columnSettings) string {
	w := table.NewWriter()
	style := table.StyleLight
	style.Options = table.OptionsNoBorders
	style.Options.SeparateColumns = false
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format.Header = text.FormatDefault
	w.SetStyle(style)
	var columns []table.ColumnConfig
	for i, s := range settings {
		align := text.AlignDefault
		if s != nil {
			align = map[string]text.Align{"right": text.AlignRight, "center": text.AlignCenter}[s.Align]
		}
		columns = append(columns, table.ColumnConfig{Number: i + 1, Align: align, AlignHeader: align})
	}
	w.SetColumnConfigs(columns)
	for i, row := range rows {
		var line table.Row
		for _, c := range row {
			line = append(line, c.words())
		}
		if i == 0 {
			w.AppendHeader(line)
			continue
		}
		w.AppendRow(line)
	}
	lines := strings.Split(w.Render(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func (c cell) words() string {
	switch {
	case c.Type == "rich_text":
		return c.run()
	case c.Type == "action_cell":
		return c.Element.control()
	}
	words := c.bare()
	if words == "" && c.Number != nil {
		return number64(*c.Number)
	}
	return printable(words)
}

// draw lists a chart's points with a bar for each.
func (c *chart) draw() string {
	if c == nil {
		return ""
	}
	if len(c.Segments) > 0 {
		return bars(c.Segments)
	}
	var drawn []string
	for _, s := range c.Series {
		if len(c.Series) > 1 {
			drawn = append(drawn, printable(s.Name)+":")
		}
		drawn = append(drawn, bars(s.Data))
	}
	return join("\n", append(drawn, printable(join(", ", c.Axis.X, c.Axis.Y)))...)
}

func bars(points []point) string {
	width, top := 0, 0.0
	for _, p := range points {
		width, top = max(width, text.StringWidth(printable(p.Label))), max(top, p.Value)
	}
	var lines []string
	for _, p := range points {
		n := 0
		if top > 0 && p.Value > 0 {
			n = max(1, int(math.Round(p.Value/top*barWidth)))
		}
		lines = append(lines, text.Pad(printable(p.Label), width, ' ')+"  "+join(" ", strings.Repeat("█", n), number64(p.Value)))
	}
	return strings.Join(lines, "\n")
}

func number64(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
