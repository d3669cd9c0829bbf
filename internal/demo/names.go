package demo

import (
	"time"

	"rootwatch/internal/demo/workspace"
)

// What the emulated workspace is called by. The tokens are no secrets: no
// Slack would take them.
const (
	botToken      = "xoxb-demo-not-a-real-token"
	appToken      = "xapp-demo-not-a-real-token"
	signingSecret = "0123456789abcdef0123456789abcdef"
	accessKey     = "AKIAIOSFODNN7EXAMPLE" // of AWS's documentation
	person        = "U0ALICE000"

	// DigestChannel and AlertChannel are where the bot speaks.
	DigestChannel = "C0DIGEST00"
	AlertChannel  = "C0ALERTS00"
)

// people are the workspace's.
var people = []workspace.User{{ID: person, Name: "alice"}}

func slackOptions(now func() time.Time) workspace.Options {
	return workspace.Options{
		BotToken: botToken, AppToken: appToken, SigningSecret: signingSecret, TeamID: "T0DEMO0000", Now: now,
		Channels: []workspace.Channel{{ID: DigestChannel, Name: "cloud-digest"}, {ID: AlertChannel, Name: "cloud-alerts"}},
		Users:    people,
	}
}
