package slack

import (
	"time"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
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

// PollEvery sets how long to wait before the second look for a file.
func (m *Mouth) PollEvery(d time.Duration) { m.album.pollEvery = d }

// What tests count up to.
const (
	ChartsAgainAfter = chartsAgainAfter
	KeptForMessage   = keptForMessage
)
