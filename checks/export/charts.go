package export

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"image/color"
	"io"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"rootwatch/checks"
)

// The colours keep 3:1 against white (WCAG 2.2, 1.4.11) and differ in
// lightness, for those who do not tell red from green.
var (
	inkFailing   = color.RGBA{R: 0xb3, G: 0x26, B: 0x1e, A: 0xff}
	inkBenchmark = color.RGBA{R: 0x6b, G: 0x72, B: 0x80, A: 0xff}
)

// mostBars is how many checks a chart shows: more cannot be read.
const mostBars = 12

// finish sorts what was noted and draws the charts.
func (p *htmlPage) finish() error {
	for _, list := range [][]*htmlGroup{p.Failing, p.Accepted, p.Unknown, p.Manual} {
		slices.SortStableFunc(list, func(a, b *htmlGroup) int {
			return cmp.Or(cmp.Compare(a.Severity.Rank(), b.Severity.Rank()), cmp.Compare(len(b.Lines)+b.More, len(a.Lines)+a.More), cmp.Compare(a.ID, b.ID))
		})
		for _, g := range list {
			slices.SortStableFunc(g.Lines, func(a, b htmlLine) int { return cmp.Compare(a.Severity.Rank(), b.Severity.Rank()) })
		}
	}
	slices.SortStableFunc(p.Accounts, func(a, b htmlAccount) int {
		return cmp.Or(-slices.Compare(a.Failing, b.Failing), cmp.Compare(b.Unknown, a.Unknown))
	})
	p.Fleet.Worst()
	failing := p.Fleet.Rows[:min(len(p.Fleet.Rows), mostBars)]
	failing = slices.DeleteFunc(slices.Clone(failing), func(r checks.FleetRow) bool { return r.Failing == 0 })
	measured := slices.DeleteFunc(slices.Clone(p.Fleet.Rows), func(r checks.FleetRow) bool { return r.Benchmark == nil || r.Percent == nil })
	return errors.Join(
		p.chart("Accounts that fail, by check", failing, series{"accounts", inkFailing, func(r checks.FleetRow) float64 { return float64(r.Failing) }}),
		p.chart("Beside what was measured elsewhere", measured,
			series{"here, % of the accounts that could be judged", inkFailing, func(r checks.FleetRow) float64 { return *r.Percent }},
			series{"Netskope 2021, % of 1,143 accounts", inkBenchmark, func(r checks.FleetRow) float64 { return r.Benchmark.Percent }}),
	)
}

// chart draws rows that there are.
func (p *htmlPage) chart(title string, rows []checks.FleetRow, all ...series) error {
	if len(rows) == 0 {
		return nil
	}
	svg, err := bars(rows, all)
	if err != nil {
		return err
	}
	c := htmlChart{Title: title, SVG: svg}
	for _, s := range all {
		c.Legend = append(c.Legend, htmlKey{s.name, template.CSS(fmt.Sprintf("#%02x%02x%02x", s.ink.R, s.ink.G, s.ink.B))})
	}
	p.Charts = append(p.Charts, c)
	return nil
}

// series is one bar of each row.
type series struct {
	name  string
	ink   color.RGBA
	value func(checks.FleetRow) float64
}

const (
	barWidth   = 12 * vg.Length(1) // points
	chartWidth = 10 * vg.Inch
)

// wholeTicks are the default's without fractions: nobody counts half an account.
type wholeTicks struct{}

// Ticks implements plot.Ticker.
func (wholeTicks) Ticks(least, most float64) []plot.Tick {
	return slices.DeleteFunc(plot.DefaultTicks{}.Ticks(least, most), func(t plot.Tick) bool { return t.Value != math.Trunc(t.Value) })
}

// bars draws the rows as horizontal bars, the first on top.
func bars(rows []checks.FleetRow, all []series) (template.HTML, error) {
	rows = slices.Clone(rows)
	slices.Reverse(rows)
	p := plot.New()
	p.X.Tick.Label.Font.Variant, p.Y.Tick.Label.Font.Variant = "Sans", "Sans" // of the widths that the page's fonts have
	p.X.Min = 0
	p.X.Tick.Marker = wholeTicks{}
	var names []string
	for _, r := range rows {
		names = append(names, r.CheckID)
	}
	for i, s := range all {
		values := plotter.Values{}
		for _, r := range rows {
			values = append(values, s.value(r))
		}
		chart, err := plotter.NewBarChart(values, barWidth)
		if err != nil {
			return "", err
		}
		chart.Horizontal, chart.Color, chart.LineStyle.Width = true, s.ink, 0
		chart.Offset = barWidth * vg.Length(float64(len(all)-1)/2-float64(i))
		p.Add(chart)
	}
	p.NominalY(names...)
	height := vg.Length(len(rows))*(vg.Length(len(all))*barWidth+8) + 40
	canvas := vgsvg.New(chartWidth, height)
	p.Draw(draw.New(canvas))
	var svg bytes.Buffer
	if _, err := canvas.WriteTo(&svg); err != nil {
		return "", err
	}
	return inline(svg.String())
}

// inline takes the drawing out of its file: no XML declaration, no doctype.
// That it is nothing but SVG is checked, since it goes into the page as it is.
func inline(file string) (template.HTML, error) {
	at := strings.Index(file, "<svg")
	if at < 0 {
		return "", errors.New("the drawing is no SVG")
	}
	d := xml.NewDecoder(strings.NewReader(file[at:]))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
		if start, ok := token.(xml.StartElement); ok && (start.Name.Local == "script" || start.Name.Local == "foreignObject") {
			return "", errors.New("the drawing holds a script")
		}
	}
	return template.HTML(file[at:]), nil
}
