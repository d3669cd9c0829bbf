package slack_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
	"rootwatch/bot/slack"
)

// newcomers is the digest with accounts of that name that joined.
func newcomers(m bot.Digest, name string, shown, total int) bot.Digest {
	one := bot.Joined{AccountID: bottest.ID("444455556666"), AccountName: name, At: bottest.Now}
	m.Joined, m.JoinedTotal = slices.Repeat([]bot.Joined{one}, shown), total
	return m
}

func TestDigestTellsWhoJoined(t *testing.T) {
	blocks, _ := slack.Draw(newcomers(bottest.Digest(), "payments", 1, 4))
	drawn := string(asJSON(t, blocks, ""))
	for _, says := range []string{"New in the organization: 4 accounts", "*payments* `444455556666` since", "And 3 more."} {
		if !strings.Contains(drawn, says) {
			t.Errorf("%q is not in %s", says, drawn)
		}
	}
	for _, s := range bottest.Samples() {
		m, ok := s.Message.(bot.Digest)
		if !ok || !m.Quiet() {
			continue
		}
		if m = newcomers(m, "payments", 1, 1); m.Quiet() {
			t.Errorf("%s: a day on which an account joined is quiet", s.Name)
		}
	}
	for _, hostile := range append(bottest.Hostile(), nasty) {
		for _, s := range bottest.Spoiled(hostile) {
			if m, ok := s.Message.(bot.Digest); ok {
				keepsLimits(t, fmt.Sprintf("%s with newcomers called %.30q", s.Name, hostile), newcomers(m, hostile, bot.MaxOpen, 5000))
			}
		}
	}
}
