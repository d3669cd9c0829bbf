package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"rootwatch/internal/demo/cloud"
	"rootwatch/internal/demo/workspace"
)

// Where the AWS emulator keeps the secrets of the Slack emulator, for whoever
// tries both.
const (
	region        = "us-east-1"
	parameterName = "/rootwatch/slack/bot_token"
	secretName    = "rootwatch/slack"
)

// onlyAWS is the AWS emulator for any program that uses the AWS SDK.
func onlyAWS(ctx context.Context, o Options) error {
	org := cloud.DemoOrganization(time.Now())
	names, err := Resolve(org, anyPort)
	if err != nil {
		return err
	}
	defer func() { _ = names.Close() }()
	return alone(ctx, o, flagAWS, o.AWSListen, func(base string) (http.Handler, string) {
		c := cloud.New(org, cloud.Options{})
		c.PutParameter(region, parameterName, cloud.Parameter{Value: botToken})
		c.PutSecret(region, secretName, cloud.Secret{Text: fmt.Sprintf(`{"bot_token":%q,"signing_secret":%q,"app_token":%q}`, botToken, signingSecret, appToken)})
		return c, fmt.Sprintf(`AWS emulator at %s
export AWS_ENDPOINT_URL=%s AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=emulated AWS_REGION=%s ROOTWATCH_DNS_RESOLVER=%s
role %s, external id %s
secrets of demo --only slack: ssm:%s
  secretsmanager:%s#bot_token, secretsmanager:%s#signing_secret, secretsmanager:%s#app_token
`, base, base, accessKey, region, names.Addr(), org.RoleName, org.ExternalID, parameterName, secretName, secretName, secretName)
	})
}

// onlySlack is the workspace, with its page, for any bot.
func onlySlack(ctx context.Context, o Options) error {
	listener, err := listenPage(ctx, o.Listen)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // the page's server has closed it, where there was one
	return alone(ctx, o, flagSlack, o.SlackListen, func(base string) (http.Handler, string) {
		w := workspace.New(slackOptions(time.Now))
		w.SetBaseURL(base)
		w.SetCommandURL(o.CommandURL)
		w.SetInteractivityURL(o.InteractionsURL)
		w.SetEventsURL(o.EventsURL)
		go converse(ctx, w, o)
		return w, fmt.Sprintf(`Slack emulator at %s
slack.api_url: %s/api/
export SLACK_BOT_TOKEN=%s SLACK_APP_TOKEN=%s SLACK_SIGNING_SECRET=%s
channels %s and %s
Open in a browser: %s
What is posted is shown here. A line such as /rootcheck all goes to the bot that is connected over Socket Mode, or else to --command-url.
`, base, base, botToken, appToken, signingSecret, DigestChannel, AlertChannel, watchAlone(ctx, w, listener))
	})
}

// alone serves one emulator until ctx ends.
func alone(ctx context.Context, o Options, flag, address string, build func(base string) (http.Handler, string)) error {
	listener, err := listenLoopback(ctx, flag, address)
	if err != nil {
		return err
	}
	handler, hello := build("http://" + listener.Addr().String())
	if _, err := io.WriteString(o.Out, hello); err != nil {
		return err
	}
	server := newServer(handler)
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// converse shows what a workspace on its own accepts, and gives it the slash
// commands that are typed.
func converse(ctx context.Context, w *workspace.Server, o Options) {
	st := &Stage{o: o, Workspace: w, seen: make(chan workspace.Post, 1024)}
	w.OnAccept(st.accepted)
	lines := linesOf(o.In)
	for {
		select {
		case <-ctx.Done():
			return
		case p := <-st.seen:
			st.showPost(p)
		case line, more := <-lines:
			if !more {
				lines = nil // no more input; posts go on
				continue
			}
			if command, text, _ := strings.Cut(strings.TrimSpace(line), " "); strings.HasPrefix(command, "/") {
				if w.Sockets() == 0 && o.CommandURL == "" {
					st.say("No bot is connected over Socket Mode, and no --command-url is set: nobody hears that.\n")
					continue
				}
				if _, err := st.ask(ctx, command, text); err != nil {
					st.say(err.Error() + "\n")
				}
				st.skipEphemeral()
			}
		}
	}
}
