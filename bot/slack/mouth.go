package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
)

// Mouth says messages in Slack; it is a schedule.Mouth. It tries once: retrying is the delivery
// job's. It is safe for concurrent use.
type Mouth struct {
	o    Options
	pace *pacer
	// The native chart is newer than some workspaces.
	charts charts
	album  *album
}

// NewMouth makes a Mouth. Nothing is sent yet.
func NewMouth(o Options) *Mouth {
	o = o.withDefaults()
	return &Mouth{
		o:    o,
		pace: newPacer(o.PerChannel), album: newAlbum(),
	}
}

// AuthTest asks whose token it is: the workspace's id, our user id there, and
// the scopes it carries, empty where Slack does not say. The error is a *bot.Fault.
func (m *Mouth) AuthTest(ctx context.Context) (team, botUser string, scopes []string, err error) {
	var answer *slackgo.AuthTestResponse
	err = m.web(ctx, func(api *slackgo.Client) (err error) {
		answer, err = api.AuthTestContext(ctx)
		return err
	})
	if err != nil {
		return "", "", nil, m.faultOf(err)
	}
	if answer.TeamID == "" {
		return "", "", nil, m.faultOf(errUndecodable)
	}
	m.rememberTeam(answer.TeamID)
	for scope := range strings.SplitSeq(answer.Header.Get("X-OAuth-Scopes"), ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			scopes = append(scopes, scope)
		}
	}
	return answer.TeamID, answer.UserID, scopes, nil
}

// Post says the message. A channel may be a user's id, for a direct message. What answers a slash command has no Ref: saying it
// again replaces it.
func (m *Mouth) Post(ctx context.Context, out bot.Outgoing) (bot.Ref, error) {
	if out.Address.Channel == "" {
		return m.reply(ctx, out)
	}
	if fault := m.pace.wait(ctx, out.Address.Channel); fault != nil {
		return bot.Ref{}, fault
	}
	var ref bot.Ref
	fault := m.utter(ctx, out, inAChannel, func(d draft) error {
		options := d.options(out)
		if out.Thread.TS != "" {
			options = append(options, slackgo.MsgOptionTS(out.Thread.TS))
		}
		return m.web(ctx, func(api *slackgo.Client) error {
			channel, ts, err := api.PostMessageContext(ctx, out.Address.Channel, options...)
			ref = bot.Ref{Channel: channel, TS: ts}
			return answered(ts, err)
		})
	})
	if fault != nil {
		return bot.Ref{}, fault
	}
	if ref.Channel == "" {
		ref.Channel = out.Address.Channel
	}
	return ref, nil
}

// Update edits what Post said. Doing it twice is harmless.
func (m *Mouth) Update(ctx context.Context, ref bot.Ref, out bot.Outgoing) error {
	if ref.TS == "" {
		_, err := m.Post(ctx, out)
		return err
	}
	if fault := m.pace.wait(ctx, ref.Channel); fault != nil {
		return fault
	}
	fault := m.utter(ctx, out, inAChannel, func(d draft) error {
		return m.web(ctx, func(api *slackgo.Client) error {
			_, ts, _, err := api.UpdateMessageContext(ctx, ref.Channel, ref.TS, d.options(out)...)
			return answered(ts, err)
		})
	})
	if fault != nil {
		return fault
	}
	return nil
}

// answered refuses a 200 that names no message: slack-go takes {} for success.
func answered(ts string, err error) error {
	if err == nil && ts == "" {
		return errUndecodable
	}
	return err
}

// metadataType names our metadata among those of other apps.
const metadataType = "rootwatch_message"

// options is the draft as slack-go wants it. Metadata is what Find looks for,
// and is given again with each edit, which would drop it otherwise.
func (d draft) options(out bot.Outgoing) []slackgo.MsgOption {
	options := []slackgo.MsgOption{
		slackgo.MsgOptionText(d.text, true),
		slackgo.MsgOptionBlocks(d.blocks...),
		slackgo.MsgOptionDisableLinkUnfurl(),
		slackgo.MsgOptionDisableMediaUnfurl(),
	}
	if d.metadata {
		options = append(options, slackgo.MsgOptionMetadata(slackgo.SlackMetadata{
			EventType: metadataType,
			EventPayload: map[string]any{
				"dedupe_key": out.Name(), "revision": out.Revision, "kind": bot.Kind(out.Message),
			},
		}))
	}
	return options
}

// Bounds of the search: 5,000 messages, newest first. A channel that got more
// than that between the plan and the look is not ours to read through.
const (
	pageSize  = 200
	maxPages  = 25
	clockSlip = time.Minute // between Slack's clock and ours
)

// Find looks for the message by its metadata. An answer to whoever asked alone
// is never found, and needs not be: saying it again replaces it.
func (m *Mouth) Find(ctx context.Context, out bot.Outgoing) (bot.Ref, bool, error) {
	channel := out.Address.Channel
	if channel == "" && out.Address.Public {
		channel = out.Address.FallbackChannel
	}
	if channel == "" {
		return bot.Ref{}, false, nil
	}
	if isUser(channel) { // a user's id takes messages, but has no history
		fault := m.web(ctx, func(api *slackgo.Client) error {
			direct, _, _, err := api.OpenConversationContext(ctx, &slackgo.OpenConversationParameters{Users: []string{channel}, ReturnIM: true})
			if err == nil {
				channel = direct.ID
			}
			return err
		})
		if fault != nil {
			return bot.Ref{}, false, m.searchFault(fault)
		}
	}
	oldest := out.PlannedAt.Add(-clockSlip)
	from := fmt.Sprintf("%d.%06d", oldest.Unix(), oldest.Nanosecond()/1000)
	cursor := ""
	for range maxPages {
		var messages []slackgo.Message
		var next string
		err := m.web(ctx, func(api *slackgo.Client) (err error) {
			messages, next, err = page(ctx, api, channel, out.Thread.TS, from, cursor)
			return err
		})
		if err != nil {
			return bot.Ref{}, false, m.searchFault(err)
		}
		for _, message := range messages {
			if message.Metadata.EventType == metadataType && message.Metadata.EventPayload["dedupe_key"] == out.Name() {
				return bot.Ref{Channel: channel, TS: message.Timestamp}, true, nil
			}
		}
		if next == "" {
			return bot.Ref{}, false, nil
		}
		cursor = next
	}
	m.o.Log.Warn("a message was not found among the newest of its channel", "key", out.Key, "channel", channel, "looked_at", maxPages*pageSize)
	return bot.Ref{}, false, nil
}

func page(ctx context.Context, api *slackgo.Client, channel, thread, from, cursor string) ([]slackgo.Message, string, error) {
	if thread != "" {
		messages, more, next, err := api.GetConversationRepliesContext(ctx, &slackgo.GetConversationRepliesParameters{
			ChannelID: channel, Timestamp: thread, Oldest: from, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true,
		})
		if !more {
			next = ""
		}
		return messages, next, err
	}
	found, err := api.GetConversationHistoryContext(ctx, &slackgo.GetConversationHistoryParameters{
		ChannelID: channel, Oldest: from, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true,
	})
	switch {
	case err != nil:
		return nil, "", err
	case !found.Ok:
		return nil, "", errUndecodable
	case !found.HasMore:
		return found.Messages, "", nil
	}
	return found.Messages, found.ResponseMetaData.NextCursor, nil
}

// isUser tells a person's id from a channel's.
func isUser(id string) bool { return strings.HasPrefix(id, "U") || strings.HasPrefix(id, "W") }

// searchFault is faultOf for a look: a look that failed settles nothing, and
// a right that only the look needs must not hold up all other messages.
func (m *Mouth) searchFault(err error) *bot.Fault {
	f := m.faultOf(err)
	switch {
	case f.Kind == bot.Unreachable:
		f.Kind = bot.Ambiguous
	case f.Code == "missing_scope":
		f.Kind = bot.Refused
	case f.Kind == bot.Gone: // the thread's parent is no more, and so is the message
		f.Kind = bot.Refused
	}
	return f
}

func asRefusal(err error) (slackgo.SlackErrorResponse, bool) {
	var refusal slackgo.SlackErrorResponse
	ok := errors.As(err, &refusal)
	return refusal, ok
}
