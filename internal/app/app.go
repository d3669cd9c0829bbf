// Package app joins the rooms: it turns a configuration into adapters, a
// store and an engine, and runs one command on them.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"rootwatch/bot/slack"
	"rootwatch/checks/account"
	"rootwatch/config"
	"rootwatch/internal/awsorg"
	"rootwatch/internal/health"
	"rootwatch/schedule"
)

// Exit statuses, the first that holds.
const (
	Fine       = 0
	Findings   = 1 // at or above --fail-on
	Usage      = 2 // of the command line or the configuration
	Unreadable = 3 // something could not be read
	Failure    = 4
)

// Problem is an error that names its exit status.
type Problem struct {
	Status int
	Err    error
}

func (p Problem) Error() string { return p.Err.Error() }
func (p Problem) Unwrap() error { return p.Err }

// Terminal is where a command speaks.
type Terminal struct {
	Out, Err    io.Writer
	Interactive bool // Err is a terminal: progress is shown
	Color       bool // Out is a terminal and NO_COLOR is not set
	Width       int  // columns of Out
}

// Setup says which configuration a command runs on.
type Setup struct {
	ConfigPath string
	Explicit   bool          // the path was named; its absence is a fault
	Offset     time.Duration // shifts the engine's clock, for the demo and for rehearsals
	LogLevel   string        // overrides the configuration's where not ""
	Version    string        // of this program, for exports
	quiet      bool          // no log at all
}

// LoadConfig reads the configuration, or makes the one for no file at all.
func (s Setup) LoadConfig(ctx context.Context) (*config.Config, error) {
	return s.load(ctx, environment())
}

func (s Setup) load(ctx context.Context, env config.Env) (*config.Config, error) {
	c, err := config.Load(ctx, s.ConfigPath, env, schedule.CheckSpec)
	if errors.Is(err, os.ErrNotExist) && !s.Explicit {
		c, err = config.Default(ctx, env)
	}
	if err != nil {
		return nil, Problem{Usage, err}
	}
	return c, nil
}

// LoadForServe reads a configuration that must be there, with all that Slack
// needs; every fault at once.
func (s Setup) LoadForServe(ctx context.Context) (*config.Config, error) {
	c, err := config.LoadForServe(ctx, s.ConfigPath, environment(), schedule.CheckSpec)
	if err != nil {
		return nil, Problem{Usage, err}
	}
	return c, nil
}

// App is a running set of rooms.
type App struct {
	Config *config.Config
	Store  Store
	Engine Engine
	Mouth  *slack.Mouth // nil where the command says nothing in Slack
	Health *health.Health
	Log    *slog.Logger
	Orgs   map[account.Scope]*awsorg.Org
	keys   *slack.Keyring
	now    func() time.Time
	rooms  rooms
	typed  string        // the command that was typed, up to where its account stands
	works  bool          // this process works jobs
	part   schedule.Part // what this process does, or would do if it worked jobs
}

// Open joins the rooms for a command. part is what the command does if it may
// work jobs; where another process does, a command only asks.
func (s Setup) Open(ctx context.Context, c *config.Config, part schedule.Part, term Terminal) (*App, error) {
	level := c.Log.Level
	if s.LogLevel != "" {
		level = s.LogLevel
	}
	log, err := health.Logger(term.Err, level, c.Log.Format)
	if err != nil {
		return nil, Problem{Usage, err}
	}
	if s.quiet {
		log = slog.New(slog.DiscardHandler)
	}
	a := &App{Config: c, Log: log, Orgs: map[account.Scope]*awsorg.Org{}, now: func() time.Time { return time.Now().Add(s.Offset) }}
	a.Health = health.New(health.Options{Log: log})
	a.keys = a.newKeys()
	if a.rooms, err = openRooms(ctx, c, a.now, log); err != nil {
		return nil, err
	}
	a.Store = a.rooms
	if err := a.join(ctx, part); err != nil {
		return nil, errors.Join(err, a.Store.Close())
	}
	return a, nil
}

func (a *App) join(ctx context.Context, part schedule.Part) (err error) {
	a.part = part
	if a.works, err = a.rooms.claim(ctx, part == schedule.Everything); err != nil {
		return err
	}
	if !a.works {
		part = schedule.AskOnly
	}
	options := schedule.Options{
		Policy: a.Config.Policy, Spend: a.Config.Spend, Zone: a.Config.Zone, Part: part, Resolver: newResolver(a.Config),
		Schedules:   schedule.Schedules{Sweep: a.Config.Schedules.Sweep, Spend: a.Config.Schedules.Spend, Digest: a.Config.Schedules.Digest},
		Weekend:     weekendOf(a.Config),
		Concurrency: 1, Now: a.now, Log: a.Log, Counters: a.Health,
	}
	for _, o := range a.Config.Organizations {
		organization, err := a.organization(ctx, o)
		if err != nil {
			return err
		}
		options.Organizations = append(options.Organizations, organization)
		options.Concurrency = max(options.Concurrency, o.Concurrency)
	}
	if part == schedule.Everything || part == schedule.WithoutClock {
		a.Mouth = slack.NewMouth(a.slackOptions())
		options.Mouth = a.Mouth
	}
	a.Engine, err = a.rooms.engine(ctx, options)
	return err
}

func awsOptions(o config.Organization, now func() time.Time, log *slog.Logger) awsorg.Options {
	overrides := map[account.ID]awsorg.Override{}
	for _, over := range o.Accounts {
		overrides[over.ID] = awsorg.Override{Name: over.Name, Email: over.Email}
	}
	return awsorg.Options{
		Scope: o.Scope, Profile: o.Profile, Region: o.Region, RoleName: o.RoleName, ExternalID: o.ExternalID.Reveal(),
		ManagementRoleARN: o.ManagementRoleARN, RootAudit: o.RootAudit, Accounts: overrides, Now: now, Log: log,
	}
}

func (a *App) organization(ctx context.Context, o config.Organization) (schedule.Organization, error) {
	org, err := awsorg.Open(ctx, awsOptions(o, a.now, a.Log))
	if err != nil {
		return schedule.Organization{}, fmt.Errorf("organization %s: %w", o.Scope.Organization, err)
	}
	a.Orgs[o.Scope] = org
	organization := schedule.Organization{
		Scope: o.Scope, Collector: org, HistoryDays: a.historyDays(o),
		MaxRequestsPerDay: o.Cost.MaxRequestsPerDay, MaxRequestsPerMonth: o.Cost.MaxRequestsPerMonth,
		DigestChannel: o.Channels.Digest, AlertChannel: o.Channels.Alerts, WeekendChannel: o.Channels.Weekend,
	}
	if o.Cost.Enabled {
		organization.Costs = org
		if a.Config.Weekend.Enabled {
			organization.Estimates = org
		}
		if !a.temporary() { // a store that ends with the command has nobody to keep a paid answer for
			organization.Anomalies = org
		}
	}
	return organization, nil
}

// glanceDays is how much of the bill a command reads into a temporary store:
// enough to compare with, at a quarter of the price of a whole history.
const glanceDays = 30

// temporary reports whether the store ends with the command.
func (a *App) temporary() bool { return a.Config.StorePath == "" && a.Config.StoreURL.Empty() }

func (a *App) historyDays(o config.Organization) int {
	if a.temporary() {
		return min(o.Cost.HistoryDays, glanceDays)
	}
	return o.Cost.HistoryDays
}

func (a *App) slackOptions() slack.Options {
	return slack.Options{
		BotToken: a.Config.Slack.BotToken.Reveal(), SigningSecret: a.Config.Slack.SigningSecret.Reveal(), AppToken: a.Config.Slack.AppToken.Reveal(),
		Keys: a.keys, Traits: a.Store, APIURL: a.Config.Slack.APIURL, Log: a.Log, Counters: a.Health,
	}
}

// Directory is the accounts as last listed, with the aliases that the
// configuration gives them.
func (a *App) Directory(ctx context.Context) ([]account.Account, error) {
	accounts, err := a.Store.Directory(ctx)
	for i := range accounts {
		for _, o := range a.Config.Organizations {
			for _, over := range o.Accounts {
				if o.Scope == accounts[i].Scope && over.ID == accounts[i].ID {
					accounts[i].Aliases = over.Aliases
				}
			}
		}
	}
	return accounts, err
}

// While runs the engine beside f and stops it when f returns.
func (a *App) While(ctx context.Context, f func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stopped := make(chan error, 1)
	go func() { stopped <- a.work(ctx) }()
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	select {
	case err := <-done:
		cancel()
		return errors.Join(err, <-stopped)
	case err := <-stopped: // the engine gave up before its work was done
		cancel()
		return errors.Join(<-done, err)
	}
}

// claimAgain is how often a command that only asks looks whether the process
// that works its store has ended.
const claimAgain = time.Second

// work runs the engine. A command that only asks waits for whoever works the
// store; if that process ends, it takes over what it asked for.
func (a *App) work(ctx context.Context) error {
	if a.works {
		return a.Engine.Run(ctx)
	}
	tick := time.NewTicker(claimAgain)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if works, err := a.rooms.claim(ctx, false); err != nil || !works {
			continue
		}
		heir := *a
		if err := heir.join(ctx, a.part); err != nil {
			return err
		}
		if heir.works {
			return heir.Engine.Run(ctx)
		}
	}
}

// Close lets the store go.
func (a *App) Close() error { return a.Store.Close() }
