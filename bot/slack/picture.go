package slack

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"rootwatch/bot"
	"rootwatch/checks/spend"
)

// days is the chart of a message: a bar for each day, beside what is usual.
type days struct {
	title, series, currency string
	points                  []spend.Point // oldest first, each day once, two at least
	usual                   decimal.Decimal
	marked                  spend.Day // the day that the message is about; 0 none
}

// daysOf is the message's chart, false where it has none.
func daysOf(m bot.Message) (days, bool) {
	var c days
	switch m := m.(type) {
	case bot.SpikeAlert:
		i := m.Incident
		if m.Reply || m.Over() {
			return c, false
		}
		c = days{
			title:  tidy(bot.ServiceName(i.Service), 27) + " spend a day (" + tidy(i.Currency, 8) + ")",
			series: bot.ServiceName(i.Service), currency: i.Currency, points: i.Recent, usual: i.Expected, marked: i.Day,
		}
	case bot.SpendAnswer:
		b := m.Money
		if !b.Known() {
			return c, false
		}
		c = days{title: "Spend a day (" + tidy(b.Currency, 8) + ")", series: "Spend", currency: b.Currency, points: m.Recent, usual: b.Usual}
	}
	c.points = slices.Clone(c.points)
	slices.SortFunc(c.points, func(a, b spend.Point) int { return int(a.Day) - int(b.Day) })
	c.points = slices.CompactFunc(c.points, func(a, b spend.Point) bool { return a.Day == b.Day })
	c.points = c.points[max(0, len(c.points)-maxChartPoints):]
	return c, len(c.points) > 1 && !slices.ContainsFunc(c.points, func(p spend.Point) bool { return math.IsInf(p.Amount.InexactFloat64(), 0) })
}

// altText says in words and numbers all that the picture shows.
func (c days) altText(limit int) string {
	var bars []string
	for _, p := range c.points {
		bars = append(bars, p.Day.Time().Format("2 Jan")+" "+bot.MoneyFormat(p.Amount, c.currency))
	}
	parts := []string{"Bar chart, " + tidy(c.title, maxChartTitle) + ": " + strings.Join(bars, ", ")}
	if c.usual.IsPositive() {
		parts = append(parts, "A dashed line shows the usual "+bot.MoneyFormat(c.usual, c.currency))
	}
	if c.marked != 0 {
		parts = append(parts, "Outlined: "+bot.DayText(c.marked))
	}
	return tidy(strings.Join(parts, ". ")+".", limit)
}

// The picture is 1200 by 600 pixels, on an opaque card of its own so that it
// reads the same in both themes: no color has a contrast of 4.5 (WCAG 1.4.3)
// to white and to Slack's dark ground as well, so none can stand on either.
// The card is grey, for white would glare in the dark. Slack shows it at less than half of that size, so its
// letters are large.
const (
	pictureDPI    = 96
	pictureWidth  = 1200 * vg.Inch / pictureDPI
	pictureHeight = 600 * vg.Inch / pictureDPI
	letters       = font.Length(21)
	bold          = 3 // as golang.org/x/image/font counts weights
)

var (
	ink     = color.RGBA{0x1d, 0x1c, 0x1d, 0xff}
	card    = color.RGBA{0xf2, 0xf2, 0xf2, 0xff}
	faint   = color.RGBA{0xd0, 0xd0, 0xd0, 0xff} // the grid alone, which says nothing that its labels do not
	barFill = color.RGBA{0x4f, 0x70, 0x99, 0xff}
	redFill = color.RGBA{0xb9, 0x3a, 0x10, 0xff}
)

// picture draws the chart as a PNG. It is pure; its fonts are built in. The
// marked day has a border and its amount above it, besides its color. What it
// is of stands above it as text, in letters of every script.
func (c days) picture() ([]byte, error) {
	p := plot.New()
	p.BackgroundColor = card
	c.axes(p)
	if err := c.bars(p); err != nil {
		return nil, fmt.Errorf("picture of a chart: %w", err)
	}
	if err := c.usualLine(p); err != nil {
		return nil, fmt.Errorf("picture of a chart: %w", err)
	}
	canvas := vgimg.NewWith(vgimg.UseWH(pictureWidth, pictureHeight), vgimg.UseDPI(pictureDPI), vgimg.UseBackgroundColor(card))
	p.Draw(vgdraw.Crop(vgdraw.New(canvas), vg.Points(18), -vg.Points(18), vg.Points(14), -vg.Points(16)))
	var b bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: canvas}).WriteTo(&b); err != nil {
		return nil, fmt.Errorf("picture of a chart: %w", err)
	}
	return b.Bytes(), nil
}

// side is the room right of the bars, for the words on the usual line.
const side = 0.16

func (c days) axes(p *plot.Plot) {
	n := float64(len(c.points))
	low, high := 0.0, c.usual.InexactFloat64()
	for _, point := range c.points {
		low, high = min(low, point.Amount.InexactFloat64()), max(high, point.Amount.InexactFloat64())
	}
	if high <= low {
		high = low + 1
	}
	p.X.Min, p.X.Max = -0.7, n*(1+side)-0.3
	p.Y.Min, p.Y.Max = low, high+(high-low)*0.14 // room for the words on the marked bar
	p.X.Tick.Marker, p.Y.Tick.Marker = c.dayTicks(), amountTicks(low, high, c.currency)
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Tick.Label.Font, axis.Tick.Label.Color = letter(letters).Font, ink
		axis.LineStyle.Width, axis.Tick.Length, axis.Padding = 0, 0, 0 // the grid is enough
	}
	p.X.Padding = vg.Points(5)
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color, grid.Horizontal.Width = nil, faint, vg.Points(1)
	p.Add(grid)
}

// mostDayLabels fit below the bars without touching each other.
const mostDayLabels = 7

// dayTicks names every nth day, counted from the newest.
func (c days) dayTicks() plot.ConstantTicks {
	var ticks plot.ConstantTicks
	nth := (len(c.points) + mostDayLabels - 1) / mostDayLabels
	for i, point := range c.points {
		if (len(c.points)-1-i)%nth == 0 {
			ticks = append(ticks, plot.Tick{Value: float64(i), Label: point.Day.Time().Format("2 Jan")})
		}
	}
	return ticks
}

// amountTicks are three to seven round amounts.
func amountTicks(low, high float64, currency string) plot.ConstantTicks {
	step := math.Pow(10, math.Floor(math.Log10(high-low)))
	switch n := (high - low) / step; {
	case n > 6:
		step *= 2
	case n < 1.5:
		step /= 5
	case n < 3:
		step /= 2
	}
	var ticks plot.ConstantTicks
	for v := math.Ceil(low/step) * step; v <= high*1.001 && len(ticks) < 20; v += step {
		ticks = append(ticks, plot.Tick{Value: v, Label: amountLabel(v, step, currency)})
	}
	return ticks
}

// amountLabel is short enough for an axis: "$1,500", "$1.5 M".
func amountLabel(v, step float64, currency string) string {
	unit := ""
	currency = tidy(currency, 4)
	for _, u := range []struct {
		name string
		size float64
	}{{" E", 1e18}, {" P", 1e15}, {" T", 1e12}, {" G", 1e9}, {" M", 1e6}} {
		if math.Abs(v) >= u.size {
			v, step, unit = v/u.size, step/u.size, u.name
			break
		}
	}
	if unit != "" || step < 1 { // as many decimals as tell two ticks apart
		places := max(0, int(math.Ceil(-math.Log10(step)-1e-9)))
		symbol := strings.TrimRight(bot.MoneyFormat(decimal.Zero, currency), "0.")
		return drawable(symbol + decimal.NewFromFloat(v).StringFixed(int32(min(places, 2))) + unit)
	}
	return drawable(bot.MoneyColumn(currency, decimal.NewFromInt(1000))(decimal.NewFromFloat(v)))
}

func (c days) bars(p *plot.Plot) error {
	width := pictureWidth * 0.62 / vg.Length(float64(len(c.points))*(1+side))
	for i, point := range c.points {
		v := point.Amount.InexactFloat64()
		bar, err := plotter.NewBarChart(plotter.Values{v}, width)
		if err != nil {
			return err
		}
		bar.XMin, bar.Color, bar.LineStyle.Width = float64(i), barFill, 0
		if point.Day == c.marked {
			bar.Color, bar.LineStyle.Width, bar.LineStyle.Color = redFill, vg.Points(3.5), ink
		}
		p.Add(bar)
		if point.Day == c.marked {
			style := letter(letters + 1)
			style.Font.Weight, style.XAlign = bold, text.XCenter
			said := point.Day.Time().Format("2 Jan") + ": " + c.inFew(point.Amount)
			if err := words(p, float64(i), max(v, 0), said, style, vg.Point{Y: vg.Points(6)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// usualLine is dashed, from side to side, with its amount right of the bars.
func (c days) usualLine(p *plot.Plot) error {
	if !c.usual.IsPositive() {
		return nil
	}
	usual := c.usual.InexactFloat64()
	line, err := plotter.NewLine(plotter.XYs{{X: p.X.Min, Y: usual}, {X: p.X.Max, Y: usual}})
	if err != nil {
		return err
	}
	line.Width, line.Color, line.Dashes = vg.Points(2.5), ink, []vg.Length{vg.Points(10), vg.Points(6)}
	p.Add(line)
	style := letter(letters)
	style.XAlign = text.XRight
	return words(p, p.X.Max, usual, "usual\n"+c.inFew(c.usual), style, vg.Point{Y: vg.Points(6)})
}

// inFew is an amount as messages write it, or as axes do where that is long.
func (c days) inFew(amount decimal.Decimal) string {
	if whole := bot.MoneyFormat(amount, tidy(c.currency, 4)); len(whole) <= 11 {
		return drawable(whole)
	}
	v := amount.InexactFloat64()
	return amountLabel(v, math.Pow(10, math.Floor(math.Log10(math.Abs(v)))-1), c.currency)
}

// words puts words above a point.
func words(p *plot.Plot, x, y float64, said string, style text.Style, away vg.Point) error {
	labels, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{{X: x, Y: y}}, Labels: []string{said}})
	if err != nil {
		return err
	}
	labels.TextStyle[0], labels.Offset = style, away
	p.Add(labels)
	return nil
}

func letter(size font.Length) text.Style {
	return text.Style{
		Color: ink, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		Handler: text.Plain{Fonts: font.DefaultCache}, XAlign: text.XLeft, YAlign: text.YBottom,
	}
}

// drawable is s in letters that the built-in font has; others are "?".
func drawable(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0x24f && r != '…' && r != '€' {
			return '?'
		}
		return r
	}, tidy(s, 60))
}
