package slack

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"rootwatch/bot"
	"rootwatch/checks/account"
)

// commandOfForm is a slash command as HTTP brings it.
func commandOfForm(form url.Values) slackgo.SlashCommand {
	return slackgo.SlashCommand{
		Command: form.Get("command"), Text: form.Get("text"), UserID: form.Get("user_id"), ChannelID: form.Get("channel_id"),
		TeamID: form.Get("team_id"), UserName: form.Get("user_name"), ResponseURL: form.Get("response_url"), TriggerID: form.Get("trigger_id"),
	}
}

// inquiry is what somebody asks, the message that acknowledges it, and what
// that is counted as.
type inquiry struct {
	request bot.Request
	message bot.Message
	counted string
}

// command asks what a slash command asks. Mistakes and calls for help are
// asked too, so that a replay of one is refused like any other. own is the id
// of the request that brought it.
func (d *Dispatcher) command(ctx context.Context, c slackgo.SlashCommand, own string) (outcome, error) {
	if c.Command == "" {
		return outcome{}, errMalformed
	}
	if err := d.ours(c.TeamID); err != nil {
		return outcome{}, err
	}
	key, to := keyOf("trigger", c.TriggerID, own), bot.Address{User: c.UserID, FallbackChannel: c.ChannelID}
	if d.o.mayAnswer(c.ResponseURL) {
		to.ResponseURL = c.ResponseURL
	}
	q, err := within(ctx, d.o.AskTimeout, func(ctx context.Context) (inquiry, error) {
		accounts, err := d.known(ctx)
		if err != nil {
			return inquiry{}, err
		}
		q := d.understand(c.Command, unescape(c.Text), accounts, to)
		q.request.Key, q.request.AskedBy, q.request.AskedByName = key, c.UserID, c.UserName
		return q, d.asker.Ask(ctx, q.request)
	})
	switch {
	case errors.Is(err, bot.ErrReplayed):
		return outcome{}, errReplayed
	case err != nil:
		q.message = d.busy(ctx, key, err)
	default:
		d.o.Counters.Answered(q.counted)
	}
	note := to
	note.Beside = true // there is none yet that it could replace
	return outcome{body: replyOf(q.message), say: q.message, to: note}, nil
}

// understand turns what was typed into the question and its acknowledgement.
func (d *Dispatcher) understand(name, text string, accounts []account.Account, to bot.Address) inquiry {
	q := inquiry{request: bot.Request{At: d.o.Now()}}
	parsed, trouble := bot.Parse(name, text, accounts)
	if trouble != nil {
		q.message, q.counted = *trouble, "mistake"
		return q
	}
	if help, ok := parsed.(bot.ShowHelp); ok {
		q.message, q.counted = bot.Help(help), "help"
		return q
	}
	q.request.Command, q.request.Reply, q.counted = parsed, &to, "rootcheck"
	if _, ok := parsed.(bot.ShowSpend); ok {
		q.counted = "spend"
	}
	return q.about(accounts)
}

// about gives the question its subject, and the note that work has begun.
func (q inquiry) about(accounts []account.Account) inquiry {
	q.request.Subject = bot.Subject(q.request.Command, accounts)
	q.message = bot.Pending{Subject: q.request.Subject, Accounts: size(q.request.Command, accounts)}
	return q
}

// size is how many accounts the command is about.
func size(c bot.Command, accounts []account.Account) int {
	if check, ok := c.(bot.CheckAccounts); ok {
		if check.All {
			return len(accounts)
		}
		return len(check.Targets)
	}
	return 0
}

// replyOf is a message that only the asker sees, as an acknowledgement.
func replyOf(m bot.Message) reply {
	blocks, text := Draw(m)
	return reply{ResponseType: slackgo.ResponseTypeEphemeral, Text: slackutilsx.EscapeMessage(text), Blocks: blocks}
}

// unescape undoes the three entities that Slack writes into a command's text.
func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

// decode reads JSON of Slack's.
func decode[T any](b []byte) (T, error) {
	var v T
	if json.Unmarshal(b, &v) != nil {
		return v, errMalformed
	}
	return v, nil
}
