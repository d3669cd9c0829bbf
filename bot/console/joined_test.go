package console_test

import (
	"strings"
	"testing"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
	"rootwatch/bot/console"
)

func TestDigestTellsWhoJoined(t *testing.T) {
	m := bottest.Digest()
	m.Joined, m.JoinedTotal = []bot.Joined{{AccountID: bottest.ID("444455556666"), AccountName: "pay\x1b[31mments", At: bottest.Now}}, 3
	drawn := console.Draw(m, console.Style{})
	if !strings.Contains(drawn, "JOINED") || !strings.Contains(drawn, "(444455556666): in the organization since") || !strings.Contains(drawn, "and 2 more") || strings.Contains(drawn, "\x1b") {
		t.Errorf("drawn:\n%s", drawn)
	}
}
