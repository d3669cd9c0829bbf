package slack

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
	"rootwatch/config/secret"
)

// How long to wait where Slack says "too many" without saying for how long:
// its limits are counted by the minute.
const unsaidRetryAfter = 30 * time.Second

// faultOf classifies an error of slack-go, once and for all. It is the only
// place that knows Slack's error words.
func (m *Mouth) faultOf(err error) *bot.Fault {
	f := classify(err)
	f.Err = m.redact(err)
	m.o.Counters.SlackError(f.Code)
	return f
}

func classify(err error) *bot.Fault {
	var refusal slackgo.SlackErrorResponse
	var limited *slackgo.RateLimitedError
	var status slackgo.StatusCodeError
	var number *strconv.NumError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &refusal):
		return ofCode(refusal)
	case errors.As(err, &limited):
		return rateLimited("ratelimited", limited.RetryAfter)
	case errors.As(err, &number): // slack-go could not read a Retry-After
		return rateLimited("ratelimited", 0)
	case errors.As(err, &status):
		return ofStatus(status.Code)
	case errors.Is(err, errNotSent), neverConnected(err):
		return &bot.Fault{Kind: bot.Unreachable, Code: "unreachable", Sentence: "Slack cannot be reached from here. It is tried again; check the network, a proxy or the API URL if it lasts."}
	case errors.Is(err, errUndecodable), errors.As(err, &syntax):
		return ambiguous("undecodable")
	case errors.Is(err, context.Canceled):
		return ambiguous("canceled")
	}
	return ambiguous("connection_lost")
}

var (
	errNotSent     = errors.New("was not sent")
	errUndecodable = errors.New("slack answered something that is no answer")
)

func ambiguous(code string) *bot.Fault {
	return &bot.Fault{Kind: bot.Ambiguous, Code: code, Sentence: "Slack did not say whether the message arrived. It is looked for before it is sent again."}
}

func rateLimited(code string, after time.Duration) *bot.Fault {
	if after <= 0 {
		after = unsaidRetryAfter
	}
	return &bot.Fault{Kind: bot.RateLimited, RetryAfter: after, Code: code, Sentence: fmt.Sprintf("Slack asks us to wait %s.", after.Round(time.Second))}
}

func ofStatus(status int) *bot.Fault {
	switch {
	case status == 429:
		return rateLimited("ratelimited", 0)
	case status >= 300 && status < 500:
		return &bot.Fault{Kind: bot.Unreachable, Code: fmt.Sprintf("http_%d", status), Sentence: fmt.Sprintf("Something between here and Slack answered HTTP %d. Check the API URL and the proxy.", status)}
	}
	return ambiguous(fmt.Sprintf("http_%d", status))
}

// neverConnected is true for what fails before a request can leave.
func neverConnected(err error) bool {
	var dns *net.DNSError
	var dial *net.OpError
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &dns) || errors.As(err, &certificate) || (errors.As(err, &dial) && dial.Op == "dial")
}

const (
	inviteSentence = "Invite the bot: type /invite @rootwatch in the channel, or check the channel's id."
	lockedSentence = "Slack refuses our token. Nothing can be said until it is replaced or the app is installed again."
)

// refusals are Slack's error words by what becomes of the message. A word
// that is not here was surely not delivered, and is tried again.
var refusals = map[string]struct {
	kind     bot.FaultKind
	sentence string
}{
	"channel_not_found":                 {bot.Refused, inviteSentence},
	"not_in_channel":                    {bot.Refused, inviteSentence},
	"is_archived":                       {bot.Refused, "The channel is archived. Unarchive it, or name another one in the configuration."},
	"restricted_action":                 {bot.Refused, "The workspace does not let the bot post in this channel. An owner can allow it, or name another channel."},
	"posting_to_channel_denied":         {bot.Refused, "The workspace does not let the bot post in this channel. An owner can allow it, or name another channel."},
	"posting_to_general_channel_denied": {bot.Refused, "Only some people may post in this channel. Name another one in the configuration."},
	"user_not_in_channel":               {bot.Refused, "Whoever asked is no longer in the channel. They can ask again."},
	"user_not_found":                    {bot.Refused, "Slack does not know who asked. They can ask again."},

	"message_not_found":       {bot.Gone, "The message to edit is no more. It is posted anew."},
	"cant_update_message":     {bot.Gone, "The message cannot be edited. It is posted anew."},
	"edit_window_closed":      {bot.Gone, "The message can no longer be edited. It is posted anew."},
	"is_inactive":             {bot.Gone, "The message cannot be edited now. It is posted anew."},
	"cannot_reply_to_message": {bot.Gone, "The message to answer is no more."},
	"thread_not_found":        {bot.Gone, "The message to answer is no more."},
	"used_url":                {bot.Gone, "The answer came too late for Slack. Please ask again."},
	"expired_url":             {bot.Gone, "The answer came too late for Slack. Please ask again."},

	"invalid_auth":            {bot.Locked, lockedSentence},
	"not_authed":              {bot.Locked, lockedSentence},
	"account_inactive":        {bot.Locked, lockedSentence},
	"token_revoked":           {bot.Locked, lockedSentence},
	"token_expired":           {bot.Locked, lockedSentence},
	"team_access_not_granted": {bot.Locked, "The app is not approved for this workspace. An administrator must approve it."},
	"org_login_required":      {bot.Locked, "The workspace is being moved. An administrator must finish that."},
	"ekm_access_denied":       {bot.Locked, "The organization's encryption keys are withdrawn. An administrator must restore them."},
	"accesslimited":           {bot.Locked, "The workspace does not take calls from this network address."},

	"internal_error":      {bot.Ambiguous, ""},
	"fatal_error":         {bot.Ambiguous, ""},
	"service_unavailable": {bot.Ambiguous, ""},
	"request_timeout":     {bot.Ambiguous, ""},
	"update_failed":       {bot.Ambiguous, ""},
}

func ofCode(r slackgo.SlackErrorResponse) *bot.Fault {
	word := r.Err
	switch word {
	case "ratelimited", "rate_limited", "message_limit_exceeded":
		return rateLimited(word, 0)
	case "missing_scope":
		return &bot.Fault{Kind: bot.Locked, Code: word, Sentence: fmt.Sprintf("The app lacks the scope %q. Add it in the app's settings and install the app again.", r.Needed)}
	}
	known, ok := refusals[word]
	switch {
	case !ok && strings.HasPrefix(word, "restricted_action"):
		known = refusals["restricted_action"]
	case !ok:
		return &bot.Fault{Kind: bot.Unreachable, Code: word, Sentence: "Slack refused the message with " + word + ". It is tried again."}
	case known.kind == bot.Ambiguous:
		return ambiguous(word)
	}
	return &bot.Fault{Kind: known.kind, Code: word, Sentence: known.sentence}
}

// redact is err without the token and without the path of any URL: the path
// of a response URL is a bearer secret, and net/http repeats it.
func (m *Mouth) redact(err error) error {
	text := err.Error()
	var u *url.Error
	if errors.As(err, &u) {
		text = strings.ReplaceAll(text, strconv.Quote(u.URL), "Slack")
		text = strings.ReplaceAll(text, u.URL, "Slack")
	}
	if token := m.o.Keys.Tokens().Bot; token != "" {
		text = strings.ReplaceAll(text, token, "[token]")
	}
	text = secret.Redact(text) // one that was replaced meanwhile
	for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, end) {
			return fmt.Errorf("%s: %w", strings.TrimSuffix(text, ": "+end.Error()), end)
		}
	}
	return errors.New(text)
}
