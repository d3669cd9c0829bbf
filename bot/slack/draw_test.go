package slack_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
	"rootwatch/bot/slack"
	"rootwatch/internal/demo/workspace"
)

var update = flag.Bool("update", false, "write the golden files anew")

// nasty is what is drawn with hostile names for a person to look at.
const nasty = "<!channel> *prod* `x` <https://evil.example|a> & \u202eoops\n:x: \xff"

func golden() []bottest.Sample {
	samples := bottest.Samples()
	for _, s := range bottest.Spoiled(nasty) {
		samples = append(samples, bottest.Sample{Name: "nasty_" + s.Name, Message: s.Message})
	}
	return samples
}

func TestDrawGolden(t *testing.T) {
	wanted := map[string]bool{}
	for _, s := range golden() {
		path := filepath.Join("testdata", s.Name+".json")
		wanted[path] = true
		t.Run(s.Name, func(t *testing.T) {
			isGolden(t, path, picture(t, s.Message))
		})
	}
	for _, s := range bottest.Homes() {
		path := filepath.Join("testdata", s.Name+".json")
		wanted[path] = true
		t.Run(s.Name, func(t *testing.T) { isGolden(t, path, homePicture(t, s.Home)) })
	}
	pictured := filepath.Join("testdata", "spike_picture.json")
	wanted[pictured] = true
	blocks, text := slack.DrawPictured(bottest.SpikeAlert(), "F0SPIKE0001")
	isGolden(t, pictured, asJSON(t, blocks, text))
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !wanted[file] {
			t.Errorf("%s is no picture of any sample", file)
		}
	}
}

// isGolden compares with what was looked at, or writes it anew.
func isGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("look at it, then run go test ./bot/slack -update (-want +got):\n%s", diff)
	}
}

func picture(t *testing.T, m bot.Message) []byte {
	t.Helper()
	draw := slack.Draw
	if !answers[bot.Kind(m)] {
		draw = slack.DrawPublic
	}
	blocks, text := draw(m)
	return asJSON(t, blocks, text)
}

// answers are what only whoever asked sees.
var answers = map[string]bool{"pending": true, "root_answer": true, "fleet_answer": true, "spend_answer": true, "help": true, "trouble": true}

func asJSON(t *testing.T, blocks []slackgo.Block, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(map[string]any{"text": text, "blocks": blocks}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestDrawKeepsLimits draws every message at its largest with every hostile
// string in every place.
func TestDrawKeepsLimits(t *testing.T) {
	for _, s := range bottest.Samples() {
		keepsLimits(t, s.Name, s.Message)
	}
	for _, hostile := range append(bottest.Hostile(), nasty) {
		for _, s := range bottest.Spoiled(hostile) {
			keepsLimits(t, fmt.Sprintf("%s with %.30q", s.Name, hostile), s.Message)
		}
	}
}

func keepsLimits(t *testing.T, name string, m bot.Message) {
	t.Helper()
	blocks, text := slack.Draw(m)
	b, err := json.Marshal(blocks)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if len(blocks) == 0 || len(blocks) > 50 || len(b) > 10_000 {
		t.Errorf("%s: %d blocks in %d bytes", name, len(blocks), len(b))
	}
	if err := workspace.CheckBlocks(b); err != nil {
		t.Errorf("%s: Slack would refuse it: %v\n%s", name, err, b)
	}
	if n := utf8.RuneCountInString(strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)); n == 0 || n > 3000 {
		t.Errorf("%s: text of %d characters", name, n)
	}
	if !utf8.Valid(b) || !utf8.ValidString(text) {
		t.Errorf("%s: not UTF-8", name)
	}
}

// ours is all that may stand between < and > in mrkdwn.
var ours = regexp.MustCompile(`^(!date\^\d+\^\{date_short_pretty\} \{time\}\|\d+ \w+ \d{4} \d\d:\d\d UTC|https://[a-z0-9.-]+/[^|<>]*\|(?:Open the console|Cost Explorer|AWS's page))$`)

// TestDrawEscapes looks through every text of every message for markup that
// did not come from us.
func TestDrawEscapes(t *testing.T) {
	for _, hostile := range append(bottest.Hostile(), nasty) {
		for _, s := range bottest.Spoiled(hostile) {
			blocks, _ := slack.Draw(s.Message)
			escapes(t, fmt.Sprintf("%s with %.30q", s.Name, hostile), blocks)
			presses(t, fmt.Sprintf("%s with %.30q", s.Name, hostile), blocks)
		}
	}
}

var marked = regexp.MustCompile(`<([^>]*)>?`)

func escapes(t *testing.T, name string, blocks []slackgo.Block) {
	t.Helper()
	for _, text := range texts(blocks) {
		if text.Type != slackgo.MarkdownType {
			if text.Emoji == nil || *text.Emoji {
				t.Errorf("%s: plain text %.60q would show emoji", name, text.Text)
			}
			continue
		}
		if !text.Verbatim {
			t.Errorf("%s: Slack would make links of its own out of %.60q", name, text.Text)
		}
		for _, m := range marked.FindAllStringSubmatch(text.Text, -1) {
			if !ours.MatchString(m[1]) {
				t.Errorf("%s: %q is in a text", name, m[0])
			}
		}
		if strings.Contains(text.Text, "&amp;lt;") || strings.Contains(text.Text, "&amp;amp;") {
			t.Errorf("%s: escaped twice: %.80q", name, text.Text)
		}
	}
}

// texts collects the text objects of blocks.
func texts(blocks []slackgo.Block) []*slackgo.TextBlockObject {
	var all []*slackgo.TextBlockObject
	for _, b := range blocks {
		switch b := b.(type) {
		case *slackgo.HeaderBlock:
			all = append(all, b.Text)
		case *slackgo.SectionBlock:
			if b.Text != nil {
				all = append(all, b.Text)
			}
			all = append(all, b.Fields...)
			if b.Accessory != nil {
				all = append(all, b.Accessory.ButtonElement.Text)
			}
		case *slackgo.ActionBlock:
			for _, e := range b.Elements.ElementSet {
				all = append(all, e.(*slackgo.ButtonBlockElement).Text)
			}
		case *slackgo.ContextBlock:
			for _, e := range b.ContextElements.Elements {
				all = append(all, e.(*slackgo.TextBlockObject))
			}
		}
	}
	return all
}

// TestDrawNeverHidesTheVerdict: what was cut for room is never what counts.
func TestDrawNeverHidesTheVerdict(t *testing.T) {
	long := strings.Repeat("n", 10_000)
	want := map[string]string{
		"root":   "fail, 16 unknown: nnn",
		"fleet":  "1,000 root findings open in 5,000 accounts",
		"digest": "5,000 new, 5,000 resolved, 1,000 open, 5,000 went dark",
		"spike":  "times the usual: nnn",
	}
	for _, s := range bottest.Spoiled(long) {
		if part, ok := want[s.Name]; ok {
			blocks, _ := slack.Draw(s.Message)
			h, ok := blocks[0].(*slackgo.HeaderBlock)
			if !ok || !strings.Contains(h.Text.Text, part) {
				t.Errorf("%s begins with %+v, which does not say %q", s.Name, blocks[0], part)
			}
		}
	}
}
