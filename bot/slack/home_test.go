package slack_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
	"rootwatch/bot/slack"
	"rootwatch/internal/demo/workspace"
)

func homePicture(t *testing.T, h bot.Home) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(slack.DrawHome(h)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDrawHomeKeepsLimits(t *testing.T) {
	homes := map[string]bot.Home{}
	for _, s := range bottest.Homes() {
		homes[s.Name] = s.Home
	}
	hostile := bottest.Hostile()
	for _, hostile := range append(hostile[:4:4], hostile[len(hostile)-2], nasty) { // not every kind of ten kilobytes
		homes[fmt.Sprintf("with %.30q", hostile)] = bottest.SpoiledHome(hostile)
	}
	for _, n := range []int{2, 30, 200} {
		homes[fmt.Sprintf("%d organizations", n)] = bot.Home{At: bottest.Now, Parts: slices.Repeat(bottest.Home().Parts, n)}
	}
	for name, h := range homes {
		view := slack.DrawHome(h)
		b, err := json.Marshal(view)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(view.Blocks.BlockSet); n == 0 || n > 100 || len(b) > 250_000 {
			t.Errorf("%s: %d blocks in %d bytes", name, n, len(b))
		}
		for _, block := range view.Blocks.BlockSet { // one by one: a message takes fewer than a view
			b, err := json.Marshal([]slackgo.Block{block})
			if err != nil {
				t.Fatal(err)
			}
			if err := workspace.CheckBlocks(b); err != nil || block.BlockType() == slackgo.MBTTable {
				t.Errorf("%s: Slack would refuse it: %v: %s", name, err, b)
			}
		}
		escapes(t, name, view.Blocks.BlockSet)
		presses(t, name, view.Blocks.BlockSet)
	}
}

// What a person must see first is there first, whatever else there is.
func TestDrawHomeBeginsWithFourNumbers(t *testing.T) {
	view := slack.DrawHome(bottest.Home())
	i := slices.IndexFunc(view.Blocks.BlockSet, func(b slackgo.Block) bool {
		s, ok := b.(*slackgo.SectionBlock)
		return ok && len(s.Fields) == 4
	})
	if i < 0 || i > 4 {
		t.Fatalf("the four numbers are block %d", i)
	}
	drawn := string(homePicture(t, bottest.Home()))
	last := -1
	for _, part := range []string{"32 of 40", "8, worst: critical", "$90,912", `"*Open spikes*\n2"`, "*Needs a person*", "*Spend spikes*", "could not be read whole", "*The bot itself*", "Slack refused 2 messages"} {
		at := strings.Index(drawn, part)
		if at <= last {
			t.Errorf("%q is at %d, after %d", part, at, last)
		}
		last = at
	}
}
