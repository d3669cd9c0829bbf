package slack

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
)

// draft is a message in one of its looks.
type draft struct {
	text     string // unescaped
	blocks   []slackgo.Block
	metadata bool

	drawn      []slackgo.Block // as it is at its best, with the native chart
	dropsChart bool            // the chart was replaced because Slack refused it now
	pictured   bool            // by picture, of the album
	picture    printKey
}

// look is where a message is seen, as far as that changes what is drawn.
type look struct {
	public bool // by everybody in the channel
	files  bool // uploaded pictures can be shown
}

// inAChannel is how Slack shows what chat.postMessage and chat.update say.
var inAChannel = look{public: true, files: true}

// utter sends the message, and where Slack refuses its looks a plainer one at
// once, so that nothing is lost over a block. Each step is plainer than the
// last (a chart, a picture, a table, bare text), so there are five at most; a
// refusal delivered nothing, so nothing is doubled either.
func (m *Mouth) utter(ctx context.Context, out bot.Outgoing, l look, send func(draft) error) *bot.Fault {
	d := draft{metadata: true}
	d.drawn, d.text = draw(out.Message, l.public)
	d.blocks = d.drawn
	if hasChart(d.blocks) && m.chartless(ctx) {
		if d.blocks = withoutCharts(d.drawn); l.files {
			d = m.illustrate(ctx, d, out.Message)
		}
	}
	for {
		err := send(d)
		if err == nil {
			if d.dropsChart && d.blocks != nil {
				m.learn(ctx, true)
			} else if hasChart(d.blocks) {
				m.learn(ctx, false)
			}
			return nil
		}
		refusal, ok := asRefusal(err)
		plainer, better := d.plainer(refusal)
		if !ok || !better {
			f := m.faultOf(err)
			if f.Kind == bot.RateLimited {
				m.pace.park(out.Address.Channel, f.RetryAfter)
			}
			return f
		}
		m.o.Counters.SlackError(refusal.Err)
		m.o.Log.Error("Slack refused how a message looks; it is sent in a plainer form",
			"code", refusal.Err, "kind", bot.Kind(out.Message), "key", out.Key, "details", details(refusal))
		if d.pictured && !plainer.pictured {
			m.album.drop(d.picture)
		}
		if l.files && plainer.dropsChart && !d.dropsChart {
			plainer = m.illustrate(ctx, plainer, out.Message)
		}
		d = plainer
	}
}

// plainer is the draft without what Slack refused, false where the looks are
// not what it refused.
func (d draft) plainer(r slackgo.SlackErrorResponse) (draft, bool) {
	switch r.Err {
	case "invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large", "metadata_must_be_sent_from_app":
		was := d.metadata
		d.metadata = false
		return d, was
	case "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "invalid_attachments",
		"only_one_table_allowed", "too_many_attachments", "block_mismatch", "no_text":
	default:
		return d, false
	}
	if len(d.blocks) == 0 {
		return d, false
	}
	if d.pictured { // not ready after all, or a file that is gone
		d.blocks, d.pictured = withoutCharts(d.drawn), false
		return d, true
	}
	if hasChart(d.blocks) && d.blamesChart(r) {
		d.blocks, d.dropsChart = withoutCharts(d.blocks), true
		return d, true
	}
	d.blocks = nil
	return d, true
}

// errorWord is how Slack spells its errors.
var errorWord = regexp.MustCompile(`^[a-z_]{3,60}$`)

var pointer = regexp.MustCompile(`/?blocks/(\d+)`)

// blamesChart reports whether the refusal points at a chart, or at nothing.
func (d draft) blamesChart(r slackgo.SlackErrorResponse) bool {
	if r.Err != "invalid_blocks" && r.Err != "invalid_blocks_format" {
		return false
	}
	pointed := false
	for _, message := range details(r) {
		if strings.Contains(message, string(slackgo.MBTDataVisualization)) {
			return true
		}
		for _, match := range pointer.FindAllStringSubmatch(message, -1) {
			pointed = true
			if i, err := strconv.Atoi(match[1]); err == nil && i < len(d.blocks) && isChart(d.blocks[i]) {
				return true
			}
		}
	}
	return !pointed
}

// details are Slack's own words on what is wrong, with JSON pointers.
func details(r slackgo.SlackErrorResponse) []string {
	messages := slices.Clone(r.ResponseMetadata.Messages)
	for _, e := range r.Errors {
		if e.Message != nil {
			messages = append(messages, *e.Message)
		}
	}
	for i, message := range messages {
		messages[i] = bot.Clip(bot.Clean(message), 200)
	}
	return messages
}
