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

// onlyAWS is the AWS emulator for any program that uses the AWS SDK.
func onlyAWS(ctx context.Context, o Options) error {
	org := cloud.DemoOrganization(time.Now())
	return alone(ctx, o, flagAWS, o.AWSListen, func(base string) (http.Handler, string) {
		return cloud.New(org, cloud.Options{}), fmt.Sprintf(
			"AWS emulator at %s\nexport AWS_ENDPOINT_URL=%s AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=emulated AWS_REGION=us-east-1\nrole %s, external id %s\n",
			base, base, accessKey, org.RoleName, org.ExternalID)
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
		return w, fmt.Sprintf("Slack emulator at %s\nslack.api_url: %s/api/\nbot token %s, signing secret %s, channels %s and %s\nOpen in a browser: %s\nWhat is posted is shown here; a line such as /rootcheck all is sent to --command-url as a signed slash command.\n",
			base, base, botToken, signingSecret, DigestChannel, AlertChannel, watchAlone(ctx, w, listener))
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
				if _, err := st.ask(ctx, command, text); err != nil {
					st.say(err.Error() + "\n")
				}
				st.skipEphemeral()
			}
		}
	}
}
