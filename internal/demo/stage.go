package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rootwatch/internal/demo/cloud"
	"rootwatch/internal/demo/page"
	"rootwatch/internal/demo/workspace"
)

// What the emulated workspace is called by. The tokens are no secrets: no
// Slack would take them.
const (
	botToken      = "xoxb-demo-not-a-real-token"
	signingSecret = "0123456789abcdef0123456789abcdef"
	accessKey     = "AKIAIOSFODNN7EXAMPLE" // of AWS's documentation
	person        = "U0ALICE000"

	// DigestChannel and AlertChannel are where the bot speaks.
	DigestChannel = "C0DIGEST00"
	AlertChannel  = "C0ALERTS00"
)

func slackOptions(now func() time.Time) workspace.Options {
	return workspace.Options{
		BotToken: botToken, SigningSecret: signingSecret, TeamID: "T0DEMO0000", Now: now,
		Channels: []workspace.Channel{{ID: DigestChannel, Name: "cloud-digest"}, {ID: AlertChannel, Name: "cloud-alerts"}},
		Users:    []workspace.User{{ID: person, Name: "alice"}},
	}
}

// Stage is the emulated world and the bot in it.
type Stage struct {
	o         Options
	dir       string
	config    string
	org       *cloud.Organization
	Cloud     *cloud.Server
	Workspace *workspace.Server
	servers   []*http.Server
	awsURL    string
	botURL    string
	ahead     atomic.Int64 // how far the stage's clock is ahead, in nanoseconds
	bot       atomic.Pointer[child]
	seen      chan workspace.Post // accepted writes, for whoever shows them
	turn      sync.Mutex          // of one hand at a time: the prompt's or the page's
	note      page.Tell           // tells the page what happened; nil where there is none
}

// opening is the stage's time of day when it opens: the morning's sweep, bill
// and digest lie behind it.
const opening = 9*time.Hour + 30*time.Minute

// Open builds the world and starts the bot in it, at half past nine of today.
func Open(ctx context.Context, o Options) (st *Stage, err error) {
	st = &Stage{o: o, seen: make(chan workspace.Post, 1024)}
	defer func() {
		if err != nil {
			err = errors.Join(err, st.Close())
			st = nil
		}
	}()
	start := time.Now().UTC()
	st.ahead.Store(int64(start.Truncate(24 * time.Hour).Add(opening).Sub(start)))
	if st.dir, err = os.MkdirTemp("", "rootwatch-demo-"); err != nil {
		return st, err
	}
	st.org = cloud.DemoOrganization(st.Now())
	st.Cloud = cloud.New(st.org, cloud.Options{Now: st.Now})
	if st.awsURL, err = st.serve(ctx, o.AWSListen, st.Cloud); err != nil {
		return st, err
	}
	st.Workspace = workspace.New(slackOptions(st.Now))
	st.Workspace.OnAccept(st.accepted)
	slackURL, err := st.serve(ctx, o.SlackListen, st.Workspace)
	if err != nil {
		return st, err
	}
	st.Workspace.SetBaseURL(slackURL)
	address, err := freeAddress(ctx)
	if err != nil {
		return st, err
	}
	st.botURL = "http://" + address
	st.Workspace.SetCommandURL(st.botURL + "/slack/commands")
	st.Workspace.SetInteractivityURL(st.botURL + "/slack/interactions")
	st.Workspace.SetEventsURL(st.botURL + "/slack/events")
	st.config = filepath.Join(st.dir, "rootwatch.yaml")
	if err := os.WriteFile(st.config, []byte(st.yaml(address, slackURL)), 0o600); err != nil {
		return st, err
	}
	return st, st.Start(ctx)
}

// Now is the world's clock.
func (st *Stage) Now() time.Time { return time.Now().Add(time.Duration(st.ahead.Load())) }

func (st *Stage) serve(ctx context.Context, address string, h http.Handler) (string, error) {
	listener, err := listenLoopback(ctx, address)
	if err != nil {
		return "", err
	}
	return st.serveOn(listener, h), nil
}

func (st *Stage) serveOn(listener net.Listener, h http.Handler) string {
	server := newServer(h)
	st.servers = append(st.servers, server)
	go func() { _ = server.Serve(listener) }() // it ends with Close
	return "http://" + listener.Addr().String()
}

func freeAddress(ctx context.Context) (string, error) {
	listener, err := listenLoopback(ctx, "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// yaml is a configuration as anyone would write it, with the emulators in it.
func (st *Stage) yaml(listen, slackURL string) string {
	return fmt.Sprintf(`version: 1
time_zone: UTC
listen: %s
store: { path: %q }
organizations:
  - name: %s
    role_name: %s
    external_id: env:ROOTWATCH_DEMO_EXTERNAL_ID
    concurrency: 16
    cost: { enabled: true, history_days: 120 }
    channels: { digest: %s, alerts: %s }
    accounts:
%sschedules: { sweep: "0 6 * * *", spend: "0 7 * * *", digest: "0 9 * * *" }
slack:
  bot_token: env:ROOTWATCH_DEMO_BOT_TOKEN
  signing_secret: env:ROOTWATCH_DEMO_SIGNING_SECRET
  api_url: %s/api/
`, listen, st.Database(), organization, st.org.RoleName, DigestChannel, AlertChannel, aliasLines(), slackURL)
}

// BotURL is where the bot listens, Config its configuration file, Program what runs.
func (st *Stage) BotURL() string  { return st.botURL }
func (st *Stage) Config() string  { return st.config }
func (st *Stage) Program() string { return st.o.Binary }

// Environment is ours without anything that could reach a real account.
func (st *Stage) Environment() []string {
	var env []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "AWS_") && !strings.HasPrefix(entry, "ROOTWATCH_") && !strings.HasPrefix(entry, "SLACK_") {
			env = append(env, entry)
		}
	}
	none := filepath.Join(st.dir, "none")
	return append(env,
		"AWS_ENDPOINT_URL="+st.awsURL, "AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_ACCESS_KEY_ID="+accessKey, "AWS_SECRET_ACCESS_KEY=emulated",
		"AWS_CONFIG_FILE="+none, "AWS_SHARED_CREDENTIALS_FILE="+none,
		"ROOTWATCH_DEMO_EXTERNAL_ID="+st.org.ExternalID, "ROOTWATCH_DEMO_BOT_TOKEN="+botToken, "ROOTWATCH_DEMO_SIGNING_SECRET="+signingSecret,
	)
}

// accepted hears of every write that the workspace took; a slow reader loses
// lines on the screen, nothing else.
func (st *Stage) accepted(p workspace.Post) {
	select {
	case st.seen <- p:
	default:
	}
}

// NextDay moves the clock and starts the bot again, which then takes the
// slots that came meanwhile.
func (st *Stage) NextDay(ctx context.Context) error {
	if err := st.Stop(); err != nil {
		return err
	}
	st.Advance(24 * time.Hour)
	return st.Start(ctx)
}

// Ahead is how far the world's clock is ahead of the machine's.
func (st *Stage) Ahead() time.Duration { return time.Duration(st.ahead.Load()) }

// Advance moves the clock of the world; the bot follows when it starts again.
func (st *Stage) Advance(d time.Duration) { st.ahead.Add(int64(d)) }

// Log is what the bot wrote so far, over all its lives.
func (st *Stage) Log() string {
	text, err := os.ReadFile(st.logPath())
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func (st *Stage) logPath() string { return filepath.Join(st.dir, "rootwatch.log") }

// Database is the path of the bot's store.
func (st *Stage) Database() string { return filepath.Join(st.dir, "rootwatch.db") }

// Start starts the bot and waits until it takes requests.
func (st *Stage) Start(ctx context.Context) error {
	if err := st.Spawn(); err != nil {
		return err
	}
	return st.running().ready(ctx, st.botURL)
}

// Spawn starts the bot without waiting for it.
func (st *Stage) Spawn() error {
	bot, err := startChild(st.o.Binary, st.config, time.Duration(st.ahead.Load()), st.Environment(), st.logPath())
	if err == nil {
		st.bot.Store(bot)
	}
	return err
}

// Kill ends the bot as a power cut would.
func (st *Stage) Kill() { st.running().kill() }

// Stop asks the bot to end and waits until it has.
func (st *Stage) Stop() error { return st.running().stop() }

// running is the bot's newest process.
func (st *Stage) running() *child { return st.bot.Load() }

// Close stops everything and removes the world's files.
func (st *Stage) Close() error {
	var errs []error
	if bot := st.running(); bot != nil {
		errs = append(errs, bot.stop())
	}
	for _, s := range st.servers {
		errs = append(errs, s.Close())
	}
	if st.dir != "" {
		errs = append(errs, os.RemoveAll(st.dir))
	}
	return errors.Join(errs...)
}
