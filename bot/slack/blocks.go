package slack

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
)

// Slack's limits, as far as drawing comes near them (slack/limits.json).
const (
	maxBlocks      = 50
	maxCharacters  = 10_000 // of all blocks as JSON; Slack refuses at about 13,200
	maxText        = 3000
	maxHeader      = 150
	maxChartTitle  = 50
	maxChartPoints = 20
	maxChartLabel  = 20
)

// pen says how much room each thing gets. Draw takes the widest pen whose
// message Slack will take.
type pen struct {
	name     int // runes of a name
	sentence int // runes of a sentence
	items    int // entries of a list
	rows     int // rows of a table
	// public messages are seen by a whole channel, the others by whoever asked.
	public bool
}

var pens = []pen{
	{name: 60, sentence: 300, items: 10, rows: 10},
	{name: 40, sentence: 160, items: 6, rows: 10},
	{name: 24, sentence: 90, items: 4, rows: 8},
	{name: 12, sentence: 45, items: 2, rows: 4},
}

func (p pen) esc(name string) string { return escape(name, p.name) }
func (p pen) say(text string) string { return escape(text, p.sentence) }

// fits holds the blocks against the limits of a whole message. JSON is
// counted as it travels, so that no way of counting finds more.
func fits(blocks []slackgo.Block) bool {
	b, err := json.Marshal(blocks)
	return err == nil && len(blocks) <= maxBlocks && len(b) <= maxCharacters
}

func header(s string) slackgo.Block {
	return slackgo.NewHeaderBlock(plainText(s, maxHeader))
}

// section is one block of mrkdwn lines; empty ones are left out, and those
// that do not fit are.
func section(lines ...string) slackgo.Block {
	return slackgo.NewSectionBlock(markdown(join(lines, "\n")), nil, nil)
}

// note is one context block of parts with bars between them.
func note(parts ...string) slackgo.Block {
	return slackgo.NewContextBlock("", markdown(join(parts, "  |  ")))
}

// fields is a section of up to ten short texts in two columns.
func fields(texts ...string) slackgo.Block {
	var objects []*slackgo.TextBlockObject
	for _, text := range texts {
		if text != "" {
			objects = append(objects, markdown(text))
		}
	}
	return slackgo.NewSectionBlock(nil, objects, nil)
}

func join(parts []string, separator string) string {
	const room = maxText - 100
	var b strings.Builder
	length := 0
	for _, part := range parts {
		if part == "" {
			continue
		}
		n := utf8.RuneCountInString(part)
		if length+n > room {
			continue
		}
		if length > 0 {
			b.WriteString(separator)
		}
		b.WriteString(part)
		length += n + len(separator)
	}
	return b.String()
}

type column struct {
	title string
	align slackgo.ColumnAlignment // compulsory: slack-go sends "" as it is
}

// table is Slack's native table. A message can hold one.
func table(columns []column, rows [][]string) slackgo.Block {
	t := slackgo.NewTableBlock("")
	settings := make([]slackgo.ColumnSetting, 0, len(columns))
	titles := make([]string, 0, len(columns))
	for _, c := range columns {
		settings = append(settings, slackgo.ColumnSetting{Align: c.align, IsWrapped: c.align == slackgo.ColumnAlignmentLeft})
		titles = append(titles, c.title)
	}
	for _, row := range slices.Concat([][]string{titles}, rows) {
		cells := make([]slackgo.TableCell, 0, len(row))
		for _, cell := range row {
			if cell == "" {
				cell = "-" // Slack refuses an empty cell
			}
			cells = append(cells, slackgo.NewTableRawTextCell(cell))
		}
		t.AddRow(cells...)
	}
	return t.WithColumnSettings(settings...)
}

// chart is the native block, nil where Slack would not take it.
func (c days) chart() slackgo.Block {
	labels := make([]string, 0, len(c.points))
	data := make([]slackgo.DataVisualizationDataPoint, 0, len(c.points))
	for _, p := range c.points {
		labels = append(labels, p.Day.Time().Format("2 Jan"))
		data = append(data, slackgo.NewDataVisualizationDataPoint(labels[len(labels)-1], p.Amount.Round(2).InexactFloat64()))
	}
	axes := slackgo.NewDataVisualizationAxisConfig(labels...).
		WithXLabel(c.points[len(c.points)-1].Day.Time().Format("2006") + ", days in UTC").WithYLabel(tidy(c.currency, 8))
	bars := slackgo.NewDataVisualizationBarChart(axes, slackgo.NewDataVisualizationDataSeries(tidy(c.series, maxChartLabel), data...))
	block := slackgo.NewDataVisualizationBlock(tidy(c.title, maxChartTitle), bars)
	if block.Validate() != nil {
		return nil
	}
	return block
}

// chartOf is the message's chart as one block or none.
func chartOf(m bot.Message) []slackgo.Block {
	if c, ok := daysOf(m); ok {
		if block := c.chart(); block != nil {
			return []slackgo.Block{block}
		}
	}
	return nil
}

// withoutCharts puts a fixed-width table in each chart's place, for
// workspaces that do not know the block yet.
func withoutCharts(blocks []slackgo.Block) []slackgo.Block {
	plain := slices.Clone(blocks)
	for i, block := range plain {
		v, ok := block.(*slackgo.DataVisualizationBlock)
		if !ok {
			continue
		}
		lines := []string{"*" + escape(v.Title, maxChartTitle) + "*\n```"}
		if bars, ok := v.Chart.(*slackgo.DataVisualizationBarChart); ok && len(bars.Series) > 0 {
			for _, point := range bars.Series[0].Data {
				lines = append(lines, pad(point.Label, 8)+strconv.FormatFloat(point.Value, 'f', 2, 64))
			}
		}
		plain[i] = section(strings.Join(lines, "\n") + "\n```")
	}
	return plain
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

func hasChart(blocks []slackgo.Block) bool {
	return slices.ContainsFunc(blocks, isChart)
}

func isChart(b slackgo.Block) bool { return b.BlockType() == slackgo.MBTDataVisualization }
