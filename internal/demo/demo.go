// Package demo shows Rootwatch at work without AWS or Slack: it emulates an
// organization and a workspace over HTTP and runs the real bot between them,
// as a child process that can be killed.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"rootwatch/internal/demo/cloud"
	"rootwatch/internal/demo/workspace"
)

// Options of a demo.
type Options struct {
	Tour                   bool
	Only                   string // "aws" or "slack": one emulator alone, until ctx ends
	AWSListen, SlackListen string // loopback addresses; port 0 picks one
	Listen                 string // of the page; "" is its usual place, or any where that is taken

	// For Only "slack": where commands, presses and events go over HTTP.
	CommandURL, InteractionsURL, EventsURL string

	Binary   string // the bot's program; "" is this one
	In       io.Reader
	Out, Err io.Writer
}

// Run shows the demo until its input ends or ctx does.
func Run(ctx context.Context, o Options) error {
	switch o.Only {
	case "aws":
		org := cloud.DemoOrganization(time.Now())
		return alone(ctx, o, o.AWSListen, func(base string) (http.Handler, string) {
			return cloud.New(org, cloud.Options{}), fmt.Sprintf(
				"AWS emulator at %s\nexport AWS_ENDPOINT_URL=%s AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=emulated AWS_REGION=us-east-1\nrole %s, external id %s\n",
				base, base, accessKey, org.RoleName, org.ExternalID)
		})
	case "slack":
		return alone(ctx, o, o.SlackListen, func(base string) (http.Handler, string) {
			w := workspace.New(slackOptions(time.Now))
			w.SetBaseURL(base)
			w.SetCommandURL(o.CommandURL)
			w.SetInteractivityURL(o.InteractionsURL)
			w.SetEventsURL(o.EventsURL)
			go converse(ctx, w, o)
			return w, fmt.Sprintf("Slack emulator at %s\nslack.api_url: %s/api/\nbot token %s, signing secret %s, channels %s and %s\n%sWhat is posted is shown here; a line such as /rootcheck all is sent to --command-url as a signed slash command.\n",
				base, base, botToken, signingSecret, DigestChannel, AlertChannel, pageLine(watchAlone(ctx, w, o.Listen)))
		})
	}
	st, err := Open(ctx, o)
	if err != nil {
		return err
	}
	if o.Tour {
		err = st.tour(ctx)
	} else {
		st.say(pageLine(st.Watch(ctx, o.Listen)))
		err = st.prompt(ctx)
	}
	return errors.Join(err, st.Close())
}

// pageLine says where the page is. Without a page the rest still runs.
func pageLine(address string, err error) string {
	if err != nil {
		return fmt.Sprintf("There is no page to open: %v\n", err)
	}
	return "Open in a browser: " + address + "\n"
}

// alone serves one emulator until ctx ends.
func alone(ctx context.Context, o Options, address string, build func(base string) (http.Handler, string)) error {
	listener, err := listenLoopback(ctx, address)
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

func newServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
}

// listenLoopback refuses to show an emulator to the network.
func listenLoopback(ctx context.Context, address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%q is not an address like 127.0.0.1:5001: %w", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("emulators listen on loopback only, not on %q", host)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", address, err)
	}
	return listener, nil
}
