package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"rootwatch/bot"
	"rootwatch/bot/slack"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

// keepFor is how long answered requests and said messages are remembered.
const keepFor = 14 * 24 * time.Hour

// Serve listens to Slack, works jobs and keeps the clock until ctx ends.
func (s Setup) Serve(ctx context.Context, term Terminal) error {
	c, err := s.LoadForServe(ctx)
	if err != nil {
		return err
	}
	a, err := s.Open(ctx, c, schedule.Everything, term)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.knock(ctx); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", c.Listen, err)
	}
	server := &http.Server{
		Handler: a.routes(), ReadHeaderTimeout: 2 * time.Second, ReadTimeout: 5 * time.Second,
		WriteTimeout: 5 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	a.Log.Info("listening", "address", listener.Addr().String())
	return a.While(ctx, func(ctx context.Context) error {
		go a.tidy(ctx)
		served := make(chan error, 1)
		go func() { served <- server.Serve(listener) }()
		select {
		case err := <-served:
			return err
		case <-ctx.Done():
		}
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		return server.Shutdown(stop)
	})
}

// knock asks Slack who we are. A refused token ends the start; a Slack that
// does not answer does not: it is asked again until it does.
func (a *App) knock(ctx context.Context) error {
	err := a.authTest(ctx)
	var fault *bot.Fault
	switch {
	case err == nil:
		a.Health.SetReady("slack", nil)
		return nil
	case errors.As(err, &fault) && fault.Kind == bot.Locked:
		return fmt.Errorf("Slack refuses slack.bot_token (%s): %s", fault.Code, fault.Sentence)
	}
	a.Log.Warn("Slack does not answer yet; messages will wait", "error", err)
	a.Health.SetReady("slack", errors.New("Slack has not answered since the start"))
	go func() {
		tick := time.NewTicker(knockAgain)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if err := a.authTest(ctx); err == nil {
				a.Health.SetReady("slack", nil)
				return
			}
		}
	}()
	return nil
}

// knockAgain is how often a silent Slack is asked again at start.
const knockAgain = 30 * time.Second

func (a *App) authTest(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_, _, _, err := a.Mouth.AuthTest(ctx)
	return err
}

func (a *App) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/slack/", slack.NewHandler(a.slackOptions(), a.Engine, a, slack.Home{Scopes: a.scopes()}))
	mux.Handle("/", a.Health.Handler())
	return mux
}

func (a *App) scopes() []account.Scope {
	scopes := make([]account.Scope, len(a.Config.Organizations))
	for i, o := range a.Config.Organizations {
		scopes[i] = o.Scope
	}
	return scopes
}

// tidy forgets what is old, at start and once an hour.
func (a *App) tidy(ctx context.Context) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if err := a.Store.Prune(ctx, a.now().Add(-keepFor)); err != nil && ctx.Err() == nil {
			a.Log.Error("old rows could not be removed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
