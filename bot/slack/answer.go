package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"rootwatch/bot"
)

// reply is what a slash command's ack and its response URL take.
type reply struct {
	ResponseType    string          `json:"response_type"`
	ReplaceOriginal bool            `json:"replace_original,omitempty"`
	Text            string          `json:"text"`
	Blocks          []slackgo.Block `json:"blocks,omitempty"`
}

// reply answers a command or a press. What everyone is to see is posted like
// any other message, since what goes through a response URL could not be found
// again after a lost answer and would stand twice; the URL is for channels
// where we may not speak.
func (m *Mouth) reply(ctx context.Context, out bot.Outgoing) (bot.Ref, error) {
	a := out.Address
	if a.Public && a.FallbackChannel != "" {
		shown := out
		shown.Address = bot.Address{Channel: a.FallbackChannel}
		ref, err := m.Post(ctx, shown)
		if fault := (*bot.Fault)(nil); !errors.As(err, &fault) || fault.Kind != bot.Refused {
			return ref, err
		}
	}
	return bot.Ref{}, m.answer(ctx, out)
}

// answer replaces the pending note of a slash command through its response
// URL, or shows a message of its own to the channel, and where that is used up
// or expired speaks to whoever asked alone, in the channel or, where it may
// not, directly. Files can be shown in direct messages only.
func (m *Mouth) answer(ctx context.Context, out bot.Outgoing) error {
	a := out.Address
	if fault := m.pace.wait(ctx, a.FallbackChannel); fault != nil {
		return fault
	}
	gone := &bot.Fault{Kind: bot.Gone, Code: "expired_url", Sentence: refusals["expired_url"].sentence}
	if m.o.mayAnswer(a.ResponseURL) {
		fault := m.utter(ctx, out, look{public: a.Public}, func(d draft) error { return m.respond(ctx, a, d) })
		if fault == nil {
			return nil
		}
		if fault.Kind != bot.Gone {
			return fault
		}
		gone = fault
	}
	if a.User == "" || a.FallbackChannel == "" {
		return gone
	}
	fault := m.whisper(ctx, out)
	switch {
	case fault == nil:
		return nil
	case fault.Kind == bot.Refused: // commands work where the bot is no member, and cannot speak
		return m.direct(ctx, out)
	}
	return fault
}

// whisper shows the message to whoever asked alone, in the channel.
func (m *Mouth) whisper(ctx context.Context, out bot.Outgoing) *bot.Fault {
	a := out.Address
	return m.utter(ctx, out, look{}, func(d draft) error {
		// An ephemeral message takes no metadata: it can be neither found nor edited.
		d.metadata = false
		return m.web(ctx, func(api *slackgo.Client) error {
			ts, err := api.PostEphemeralContext(ctx, a.FallbackChannel, a.User, d.options(out)...)
			return answered(ts, err)
		})
	})
}

// direct tells whoever asked in a direct message. It has no Ref to keep, so it
// is looked for each time: an attempt before may have said it.
func (m *Mouth) direct(ctx context.Context, out bot.Outgoing) error {
	out.Address = bot.Address{Channel: out.Address.User}
	ref, found, err := m.Find(ctx, out)
	var fault *bot.Fault
	switch {
	case found:
		return m.Update(ctx, ref, out)
	case errors.As(err, &fault) && fault.Kind != bot.Refused: // where we may not look, twice is better than never
		return err
	}
	_, err = m.Post(ctx, out)
	return err
}

const maxAnswer = 4 << 10

// respond posts to a response URL. slack-go's own function hides the body of
// a refusal, which is where Slack says why.
func (m *Mouth) respond(ctx context.Context, a bot.Address, d draft) error {
	said := reply{
		ResponseType: slackgo.ResponseTypeEphemeral, ReplaceOriginal: !a.Beside,
		Text: slackutilsx.EscapeMessage(d.text), Blocks: d.blocks,
	}
	if a.Public { // a message of its own: what was pressed stays as it is
		said.ResponseType, said.ReplaceOriginal = slackgo.ResponseTypeInChannel, false
	}
	body, err := json.Marshal(said)
	if err != nil {
		return fmt.Errorf("%w: %v", errNotSent, err)
	}
	ctx, cancel := context.WithTimeout(ctx, httpTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.ResponseURL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%w: not a response URL", errNotSent)
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	response, err := m.o.HTTPClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return err
	}
	return responseError(response, answer)
}

// responseError reads what a response URL answered: "ok", {"ok":true}, or a
// refusal as JSON or as a bare word.
func responseError(r *http.Response, said []byte) error {
	var answer slackgo.SlackResponse
	word := strings.TrimSpace(string(said))
	if json.Unmarshal(said, &answer) == nil {
		word = answer.Error
	}
	switch {
	case r.StatusCode == http.StatusTooManyRequests:
		seconds, _ := strconv.Atoi(r.Header.Get("Retry-After")) // unreadable: 0, which is "not said"
		return &slackgo.RateLimitedError{RetryAfter: time.Duration(seconds) * time.Second}
	case r.StatusCode == http.StatusNotFound || r.StatusCode == http.StatusGone:
		return slackgo.SlackErrorResponse{Err: "expired_url"}
	case r.StatusCode >= 500:
		return slackgo.StatusCodeError{Code: r.StatusCode, Status: r.Status}
	case answer.Error != "" || (r.StatusCode >= 400 && errorWord.MatchString(word)):
		return slackgo.SlackErrorResponse{Err: word, ResponseMetadata: answer.ResponseMetadata, Errors: answer.Errors}
	case r.StatusCode != http.StatusOK:
		return slackgo.StatusCodeError{Code: r.StatusCode, Status: r.Status}
	}
	return nil
}
