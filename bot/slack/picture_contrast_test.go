package slack

import (
	"bytes"
	"image/color"
	"image/png"
	"math"
	"testing"

	"gonum.org/v1/plot/vg"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
)

// luminance and contrast are WCAG 2.2's.
func luminance(c color.RGBA) float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

func contrast(a, b color.RGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// enough is what WCAG 1.4.3 asks of text; of bars it asks for 3.
const enough = 4.5

var (
	lightTheme = color.RGBA{0xff, 0xff, 0xff, 0xff}
	darkTheme  = color.RGBA{0x1a, 0x1d, 0x21, 0xff}
)

// A transparent picture cannot read in both themes: the best grey is short of
// 4.5 to one of them. So there is a card, and all that is drawn on it reads.
func TestPictureReadsInBothThemes(t *testing.T) {
	best := 0.0
	for v := range 256 {
		grey := color.RGBA{uint8(v), uint8(v), uint8(v), 0xff}
		best = max(best, min(contrast(grey, lightTheme), contrast(grey, darkTheme)))
	}
	if best >= enough {
		t.Errorf("a grey has %.2f to both themes: the card is not needed", best)
	}
	for name, c := range map[string]color.RGBA{"ink": ink, "bars": barFill, "the marked bar": redFill} {
		if got := contrast(c, card); got < enough {
			t.Errorf("%s: %.2f to the card", name, got)
		}
	}
	if got := contrast(card, darkTheme); got < enough {
		t.Errorf("the card: %.2f to the dark theme", got)
	}
	// Slack shows it 360 pixels wide at least: letters as large as its small ones.
	if shown := float64(letters) * pictureDPI / 72 * 360 / 1200; shown < 8 {
		t.Errorf("letters are %.1f pixels high", shown)
	}
	if pictureWidth/vg.Inch*pictureDPI != 1200 {
		t.Error("the picture is not as wide as that")
	}
}

// What was drawn has these colors and no others, but for edges between them.
func TestPictureIsDrawnInThem(t *testing.T) {
	for name, m := range map[string]bot.Message{"spike": bottest.SpikeAlert()} {
		c, _ := daysOf(m)
		drawn, err := c.picture()
		if err != nil {
			t.Fatal(err)
		}
		p, err := png.Decode(bytes.NewReader(drawn))
		if err != nil {
			t.Fatal(err)
		}
		count := map[color.RGBA]int{}
		for y := range p.Bounds().Dy() {
			for x := range p.Bounds().Dx() {
				count[color.RGBAModel.Convert(p.At(x, y)).(color.RGBA)]++
			}
		}
		most := p.Bounds().Dx() * p.Bounds().Dy()
		known := 0
		for _, c := range []color.RGBA{card, ink, faint, barFill, redFill} {
			if count[c] == 0 {
				t.Errorf("%s: nothing is drawn in %v", name, c)
			}
			known += count[c]
		}
		if part := float64(known) / float64(most); part < 0.97 {
			t.Errorf("%s: %.1f %% of the pixels have a known color", name, 100*part)
		}
		for _, corner := range [][2]int{{0, 0}, {1199, 0}, {0, 599}, {1199, 599}} {
			if got := color.RGBAModel.Convert(p.At(corner[0], corner[1])); got != card {
				t.Errorf("%s: the corner %v is %v", name, corner, got)
			}
		}
	}
}
