package slack

import (
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
	"rootwatch/checks"
)

// Picture is the PNG of a message's chart and its words; false where it has none.
func Picture(m bot.Message) (png []byte, alt string, ok bool, err error) {
	c, ok := daysOf(m)
	if !ok {
		return nil, "", false, nil
	}
	png, err = c.picture()
	return png, c.altText(maxFileAltText), true, err
}

// DrawPictured is DrawPublic for a workspace that refuses charts.
func DrawPictured(m bot.Message, file string) ([]slackgo.Block, string) {
	blocks, text := DrawPublic(m)
	c, _ := daysOf(m)
	return withImage(blocks, c.image(file)), text
}

// FixText is all that the modal "How to fix" shows of a report, page by page.
func FixText(r checks.Report) string {
	var all strings.Builder
	for n, pages := 0, 1; n < pages; n++ {
		v := fixView(r, n)
		for _, b := range v.Blocks.BlockSet {
			switch b := b.(type) {
			case *slackgo.SectionBlock:
				all.WriteString(b.Text.Text + "\n")
			case *slackgo.ActionBlock:
				pages = n + 1
				for _, e := range b.Elements.ElementSet {
					if e.(*slackgo.ButtonBlockElement).Text.Text == "Next page" {
						pages++
					}
				}
			}
		}
	}
	return all.String()
}

// PollEvery sets how long to wait before the second look for a file.
func (m *Mouth) PollEvery(d time.Duration) { m.album.pollEvery = d }

// What tests count up to.
const (
	ChartsAgainAfter = chartsAgainAfter
	KeptForMessage   = keptForMessage
)
