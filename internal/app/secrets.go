package app

import (
	"context"

	"rootwatch/bot/slack"
	"rootwatch/config"
	"rootwatch/internal/awsorg"
)

// environment is the process's own, with what AWS keeps for it.
func environment() config.Env {
	env := config.OSEnv()
	env.Fetch = awsorg.NewSecrets(awsorg.Options{}).Fetch
	return env
}

// newKeys holds Slack's secrets and reads them again from where they are kept
// when Slack refuses one.
func (a *App) newKeys() *slack.Keyring {
	return slack.NewKeyring(tokens(a.Config.Slack), func(ctx context.Context) (slack.Tokens, error) {
		again, err := a.Config.ReadSlackAgain(ctx)
		return tokens(again), err
	}, a.Log)
}

func tokens(o config.SlackOptions) slack.Tokens {
	return slack.Tokens{Bot: o.BotToken.Reveal(), Signing: o.SigningSecret.Reveal(), App: o.AppToken.Reveal()}
}
