package slack

import (
	"time"

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

// PollEvery sets how long to wait before the second look for a file.
func (m *Mouth) PollEvery(d time.Duration) { m.album.pollEvery = d }

// What tests count up to.
const (
	ChartsAgainAfter = chartsAgainAfter
	KeptForMessage   = keptForMessage
)
