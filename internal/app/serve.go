package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"rootwatch/bot"
	"rootwatch/bot/slack"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

const (
	// keepFor is how long answered requests and said messages are remembered.
	keepFor = 14 * 24 * time.Hour
	// stopLimit is how long an end waits for what was taken and is not answered yet.
	stopLimit = 3 * time.Second
)

// Serve listens to Slack, works jobs and keeps the clock until ctx ends.
func (s Setup) Serve(ctx context.Context, term Terminal) (err error) {
	c, err := s.LoadForServe(ctx)
	if err != nil {
		return err
	}
	a, err := s.Open(ctx, c, schedule.Everything, term)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	d := slack.NewDispatcher(a.slackOptions(), a.Engine, a, slack.Home{Scopes: a.scopes()})
	if err := a.knock(ctx, d); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", c.Listen, err)
	}
	a.Log.Info("listening", "address", listener.Addr().String(), "slack", a.waysIn(), "organizations", len(c.Organizations))
	err = a.While(ctx, func(ctx context.Context) error {
		defer context.AfterFunc(ctx, func() { a.Log.Info("stopping: what was taken is finished or kept for the next start") })()
		return a.attend(ctx, d, listener)
	})
	if err == nil {
		a.Log.Info("stopped")
	}
	return err
}

// waysIn says how Slack reaches us.
func (a *App) waysIn() string {
	var ways []string
	if !a.Config.Slack.AppToken.Empty() {
		ways = append(ways, "Socket Mode")
	}
	if !a.Config.Slack.SigningSecret.Empty() {
		ways = append(ways, "HTTP at "+a.Config.Listen+"/slack/commands, /slack/interactions, /slack/events")
	}
	return strings.Join(ways, " and ")
}

// attend takes what Slack sends over HTTP, and over Socket Mode where there is
// an app token, until ctx ends or one of them cannot go on. HTTP always
// listens: it is where health is asked for.
func (a *App) attend(ctx context.Context, d *slack.Dispatcher, listener net.Listener) error {
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { return a.listen(ctx, d, listener) })
	if !a.Config.Slack.AppToken.Empty() {
		all.Go(func() error { return a.dial(ctx, d) })
	}
	all.Go(func() error { return a.knockOn(ctx, d) })
	all.Go(func() error { return a.heedLoss(ctx, d) })
	all.Go(func() error {
		a.heedRefusals(ctx, d)
		return nil
	})
	all.Go(func() error {
		a.tidy(ctx)
		return nil
	})
	err := all.Wait()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	d.Finish(stop)
	return err
}

func (a *App) listen(ctx context.Context, d *slack.Dispatcher, listener net.Listener) error {
	server := &http.Server{
		Handler: a.routes(d), ReadHeaderTimeout: 2 * time.Second, ReadTimeout: 5 * time.Second,
		WriteTimeout: 5 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	return server.Shutdown(stop)
}

func (a *App) routes(d *slack.Dispatcher) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/slack/", d.Handler())
	mux.Handle("/", a.Health.Handler())
	return mux
}

// dial holds Socket Mode. Where Slack refuses it for good the process ends:
// nobody in Slack could hear that nobody listens there any more.
func (a *App) dial(ctx context.Context, d *slack.Dispatcher) error {
	err := d.Socket(ctx, slack.SocketOptions{Ready: func(err error) { a.Health.SetReady("socket", err) }})
	var fault *bot.Fault
	if errors.As(err, &fault) {
		err = fmt.Errorf("Slack refuses Socket Mode (%s): %s", fault.Code, fault.Sentence)
		a.Health.SetReady("slack", err)
	}
	return err
}

// heedLoss asks Slack who we are each time that it says that the installation
// ended, and ends the process where that is so.
func (a *App) heedLoss(ctx context.Context, d *slack.Dispatcher) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.Lost():
		}
		if err := a.locked(a.authTest(ctx, d)); err != nil {
			return err
		}
		a.Log.Info("our token works still, or Slack does not answer; we go on")
	}
}

// heedRefusals keeps health from saying that all is well with Slack while it
// refuses our token for what is shown at once, and asks until the token works
// again. The process goes on: the token may be about to be replaced.
func (a *App) heedRefusals(ctx context.Context, d *slack.Dispatcher) {
	tick := time.NewTicker(knockAgain)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.Refused():
		}
		for err := a.authTest(ctx, d); err != nil; err = a.authTest(ctx, d) {
			if refused := a.locked(err); refused != nil {
				a.Log.Error("nothing can be said in Slack; it is asked again", "error", refused)
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}
}

// knock asks Slack who we are. A refused token ends the start; a Slack that
// does not answer does not: it is asked again until it does.
func (a *App) knock(ctx context.Context, d *slack.Dispatcher) error {
	err := a.authTest(ctx, d)
	if err == nil {
		return nil
	}
	if err := a.locked(err); err != nil {
		return err
	}
	a.Log.Warn("Slack does not answer yet; messages will wait", "error", err)
	a.Health.SetReady("slack", errors.New("Slack has not answered since the start"))
	return nil
}

// knockOn asks a Slack that was silent at the start until it answers.
func (a *App) knockOn(ctx context.Context, d *slack.Dispatcher) error {
	tick := time.NewTicker(knockAgain)
	defer tick.Stop()
	for !d.Settled() {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := a.locked(a.authTest(ctx, d)); err != nil {
			return err
		}
	}
	return nil
}

// knockAgain is how often a silent Slack is asked again at start.
const knockAgain = 30 * time.Second

// locked is the error that ends the process, where Slack refuses the token.
func (a *App) locked(err error) error {
	var fault *bot.Fault
	if !errors.As(err, &fault) || fault.Kind != bot.Locked {
		return nil
	}
	err = fmt.Errorf("Slack refuses slack.bot_token (%s): %s", fault.Code, fault.Sentence)
	a.Health.SetReady("slack", err)
	return err
}

// authTest learns which workspace is home: what comes from any other is refused.
func (a *App) authTest(ctx context.Context, d *slack.Dispatcher) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	team, _, _, err := a.Mouth.AuthTest(ctx)
	if err == nil {
		d.SetTeam(team)
		a.Health.SetReady("slack", nil)
	}
	return err
}

func (a *App) scopes() []account.Scope {
	scopes := make([]account.Scope, len(a.Config.Organizations))
	for i, o := range a.Config.Organizations {
		scopes[i] = o.Scope
	}
	return scopes
}

var _ bot.Desk = (*App)(nil)

// Report implements bot.Desk.
func (a *App) Report(ctx context.Context, scope account.Scope, id account.ID) (*checks.Report, error) {
	return a.Engine.Report(ctx, scope, id)
}

// Spike implements bot.Desk.
func (a *App) Spike(ctx context.Context, scope account.Scope, key string) (bot.SpikeAlert, bool, error) {
	return a.Engine.Spike(ctx, scope, key)
}

// Home implements bot.Desk.
func (a *App) Home(ctx context.Context) (bot.Home, error) { return a.Engine.Home(ctx) }

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
