package slack

import (
	"context"
	"slices"

	slackgo "github.com/slack-go/slack"
)

// tokenRefusals are the words for a token that a newer one replaces.
var tokenRefusals = []string{"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}

// web calls Slack with the bot token as it is now. Where Slack refuses the
// token and it was rotated meanwhile, it calls once more with the new one:
// what was refused was surely not done.
func (m *Mouth) web(ctx context.Context, call func(*slackgo.Client) error) error {
	tokens := m.o.Keys.Tokens()
	err := call(m.client(tokens.Bot))
	if refusal, ok := asRefusal(err); !ok || !slices.Contains(tokenRefusals, refusal.Err) {
		return err
	}
	fresh, changed := m.o.Keys.Renew(ctx, BotToken, tokens)
	if !changed {
		return err
	}
	return call(m.client(fresh.Bot))
}

func (m *Mouth) client(token string) *slackgo.Client {
	return slackgo.New(token, slackgo.OptionAPIURL(m.o.APIURL), slackgo.OptionHTTPClient(m.o.HTTPClient))
}
