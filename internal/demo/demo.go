// Package demo shows Rootwatch at work without AWS or Slack: it emulates an
// organization and a workspace over HTTP and runs the real bot between them,
// as a child process that can be killed.
package demo

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
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
	Width    int // columns of Out; 0 is 100
}

// Run shows the demo until its input ends, nobody reads what it prints, or ctx
// ends. What cannot be listened on is an AddressError.
func Run(ctx context.Context, o Options) error {
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	// Whoever asks for SIGPIPE gets an error where he writes, and can still tidy up.
	pipes := make(chan os.Signal, 1)
	signal.Notify(pipes, syscall.SIGPIPE)
	defer signal.Stop(pipes)
	o.Out = whileRead{o.Out, leave}
	switch o.Only {
	case "aws":
		return onlyAWS(ctx, o)
	case "slack":
		return onlySlack(ctx, o)
	}
	if o.Tour {
		return onStage(ctx, o, (*Stage).tour)
	}
	listener, err := listenPage(ctx, o.Listen)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // the page's server has closed it, where there was one
	return onStage(ctx, o, func(st *Stage, ctx context.Context) error {
		st.say("Open in a browser: " + st.watchOn(listener) + "\n")
		return st.prompt(ctx)
	})
}

// whileRead tells that what is printed is not taken any more.
type whileRead struct {
	io.Writer
	leave func()
}

func (w whileRead) Write(b []byte) (int, error) {
	n, err := w.Writer.Write(b)
	if err != nil {
		w.leave()
	}
	return n, err
}

func onStage(ctx context.Context, o Options, act func(*Stage, context.Context) error) error {
	st, err := Open(ctx, o)
	if err != nil {
		return err
	}
	return errors.Join(act(st, ctx), st.Close())
}
