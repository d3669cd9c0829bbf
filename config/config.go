// Package config reads one rootwatch.yaml, and the environment over it, into
// the settings of every room; it tells all that is wrong with them at once,
// each with its line and key.
package config

import (
	"context"
	_ "embed" // the example
	"errors"
	"reflect"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/config/secret"
)

// Config is the whole of the settings, checked and with its defaults filled in.
type Config struct {
	Zone          *time.Location // of the schedules and the digest's day
	StorePath     string         // of the SQLite file; "" for a temporary store, or for StoreURL
	StoreURL      secret.Value   // of the Postgres database, postgres://...; empty for SQLite
	Listen        string         // host:port of the HTTP server
	Log           LogOptions
	Organizations []Organization // at least one, names unique
	Schedules     Schedules
	Weekend       WeekendOptions
	Slack         SlackOptions
	Policy        checks.Policy
	Spend         spend.Settings
	Resolver      string // ip:port of who answers for the DNS; "" for the system's, NoResolver for nobody

	places     []secret.Place                               // see Places
	slack      Faults                                       // what serve would miss: see RequireSlack
	slackAgain func(context.Context) (SlackOptions, Faults) // see ReadSlackAgain
}

// LogOptions are of the process's own log.
type LogOptions struct {
	Level  string // debug, info, warn, error
	Format string // text, json
}

// Organization is one AWS organization, or a single account.
type Organization struct {
	Scope             account.Scope
	Profile           string       // of the AWS configuration files; "" for the SDK's usual chain
	Region            string       // for the calls that have one
	RoleName          string       // assumed in every member account; may have a path before it
	ExternalID        secret.Value // sent with AssumeRole; may be empty
	ManagementRoleARN string       // assumed first, to list accounts and read the bill; "" for the caller itself
	RootAudit         bool         // members' root users are looked at in AssumeRoot sessions
	Concurrency       int          // accounts at once
	Accounts          []AccountOverride
	Cost              CostOptions
	Channels          Channels
}

// AccountOverride is what the operator knows better than AWS tells: "" and nil leave AWS's word.
type AccountOverride struct {
	ID      account.ID
	Name    string
	Email   string
	Aliases []string // for /rootcheck ALIAS; unique in the organization, whatever their case
}

// CostOptions bound what Cost Explorer may be asked, at spend.RequestPrice each.
type CostOptions struct {
	Enabled             bool
	MaxRequestsPerDay   int
	MaxRequestsPerMonth int
	HistoryDays         int // how far back the first collection goes
}

// Channels are Slack channel ids.
type Channels struct {
	Digest  string
	Alerts  string
	Weekend string // of early signs; "" is Alerts
}

// WeekendOptions are of the watch over AWS's estimated charges.
type WeekendOptions struct {
	Enabled  bool
	Schedule string   // five-field cron; only its times on weekends and holidays count
	Holidays []string // 2006-01-02, days of Config.Zone
}

// Schedules are five-field cron expressions on the wall clock of Config.Zone.
type Schedules struct {
	Sweep  string
	Spend  string
	Digest string
}

// SlackOptions are what the Slack adapter needs. The secrets are empty where
// RequireSlack would say so.
type SlackOptions struct {
	BotToken      secret.Value
	SigningSecret secret.Value // for HTTP; may be empty with an AppToken
	AppToken      secret.Value // for Socket Mode; empty without it
	APIURL        string       // ends in a slash
}

//go:embed example.yaml
var example []byte

// Example is a commented rootwatch.yaml with every key.
func Example() []byte { return append([]byte(nil), example...) }

// builtin is the file of whoever has none.
const builtin = "version: 1\norganizations:\n  - name: default\n"

// Load reads the file at path and the environment over it. checkSpec judges a
// cron expression (schedule.CheckSpec); nil leaves that to whoever runs it.
// Of the secrets that AWS keeps it reads none of Slack's, and none at all
// where env has no Fetch.
// The error is Faults, all of them; it wraps fs.ErrNotExist where there is no file.
func Load(ctx context.Context, path string, env Env, checkSpec func(spec string) error) (*Config, error) {
	content, err := env.ReadFile(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	c, _, err := load(ctx, path, content, env, checkSpec, secretsOfWork)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// LoadForServe is Load and RequireSlack at once, with Slack's secrets, so that
// all faults come together.
func LoadForServe(ctx context.Context, path string, env Env, checkSpec func(spec string) error) (*Config, error) {
	content, err := env.ReadFile(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	c, _, err := load(ctx, path, content, env, checkSpec, allSecrets)
	var faults Faults
	if err != nil && (!errors.As(err, &faults) || c == nil) {
		return nil, err
	}
	if faults = append(faults, c.slack...); len(faults) > 0 {
		return nil, faults.sorted()
	}
	return c, nil
}

// Default is the configuration of whoever has no file: one organization
// called "default" on the caller's own credentials, no Slack, and a temporary
// store (StorePath ""). The environment overrides it like a file; schedules
// are not judged, for without a file nothing runs by the clock.
func Default(ctx context.Context, env Env) (*Config, error) {
	c, r, err := load(ctx, "", []byte(builtin), env, nil, secretsOfWork)
	if err != nil {
		return nil, err
	}
	if !r.given("store.path") {
		c.StorePath = ""
	}
	return c, nil
}

// RequireSlack says what serve needs and has not got: the bot token, the
// signing secret or the app-level token, and the channels of every
// organization. The error is Faults.
func (c *Config) RequireSlack() error {
	if len(c.slack) > 0 {
		return c.slack
	}
	return nil
}

// ReadSlackAgain reads Slack's secrets anew from where they are kept: they are
// rotated while serve runs. The error is Faults.
func (c *Config) ReadSlackAgain(ctx context.Context) (SlackOptions, error) {
	options, faults := c.slackAgain(ctx)
	return options, faults.sorted().orNil()
}

func load(ctx context.Context, file string, content []byte, env Env, checkSpec func(string) error, n need) (*Config, *reading, error) {
	root, faults := parse(file, content)
	if len(faults) > 0 {
		return nil, nil, faults.sorted()
	}
	r := newReading(file)
	for _, o := range r.overrides(env.Environ(), root) {
		r.apply(o, root)
	}
	doc := newDocument()
	r.read(root, reflect.ValueOf(&doc).Elem(), "")
	if checkSpec == nil {
		checkSpec = func(string) error { return nil }
	}
	composing := &composer{reading: r, env: env, checkSpec: checkSpec}
	composing.fetch(ctx, doc, n)
	c := composing.compose(doc)
	c.places = composing.places(doc, allSecrets)
	c.slack = c.slack.sorted()
	c.slackAgain = func(ctx context.Context) (SlackOptions, Faults) { return composing.slackAgain(ctx, doc.Slack) }
	return c, r, r.faults.sorted().orNil()
}
