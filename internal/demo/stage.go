package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"rootwatch/internal/demo/cloud"
	"rootwatch/internal/demo/workspace"
)

// What the emulated workspace is called by. The tokens are no secrets: no
// Slack would take them.
const (
	botToken      = "xoxb-demo-not-a-real-token"
	signingSecret = "demo-signing-secret-not-real"
	digestChannel = "C0DIGEST00"
	alertChannel  = "C0ALERTS00"
	person        = "U0ALICE000"
)

func slackOptions(now func() time.Time) workspace.Options {
	return workspace.Options{
		BotToken: botToken, SigningSecret: signingSecret, TeamID: "T0DEMO0000", Now: now,
		Channels: []workspace.Channel{{ID: digestChannel, Name: "cloud-digest"}, {ID: alertChannel, Name: "cloud-alerts"}},
		Users:    []workspace.User{{ID: person, Name: "alice"}},
	}
}

// stage is the emulated world and the bot in it.
type stage struct {
	o         Options
	dir       string
	config    string
	org       *cloud.Organization
	cloud     *cloud.Server
	workspace *workspace.Server
	servers   []*http.Server
	awsURL    string
	botURL    string
	ahead     atomic.Int64 // how far the stage's clock is ahead, in nanoseconds
	bot       atomic.Pointer[child]
	seen      chan workspace.Post // accepted writes, for whoever shows them
}

// opening is the stage's time of day when it opens: the morning's sweep, bill
// and digest lie behind it.
const opening = 9*time.Hour + 30*time.Minute

func newStage(ctx context.Context, o Options) (st *stage, err error) {
	st = &stage{o: o, seen: make(chan workspace.Post, 1024)}
	defer func() {
		if err != nil {
			err = errors.Join(err, st.close())
			st = nil
		}
	}()
	start := time.Now().UTC()
	st.ahead.Store(int64(start.Truncate(24 * time.Hour).Add(opening).Sub(start)))
	if st.dir, err = os.MkdirTemp("", "rootwatch-demo-"); err != nil {
		return st, err
	}
	st.org = cloud.DemoOrganization(st.now())
	st.cloud = cloud.New(st.org, cloud.Options{Now: st.now})
	if st.awsURL, err = st.serve(ctx, o.AWSListen, st.cloud); err != nil {
		return st, err
	}
	st.workspace = workspace.New(slackOptions(st.now))
	st.workspace.OnAccept(st.accepted)
	slackURL, err := st.serve(ctx, o.SlackListen, st.workspace)
	if err != nil {
		return st, err
	}
	st.workspace.SetBaseURL(slackURL)
	address, err := freeAddress(ctx)
	if err != nil {
		return st, err
	}
	st.botURL = "http://" + address
	st.workspace.SetCommandURL(st.botURL + "/slack/commands")
	st.config = filepath.Join(st.dir, "rootwatch.yaml")
	if err := os.WriteFile(st.config, []byte(st.yaml(address, slackURL)), 0o600); err != nil {
		return st, err
	}
	return st, st.startBot(ctx)
}

func (st *stage) now() time.Time { return time.Now().Add(time.Duration(st.ahead.Load())) }

func (st *stage) serve(ctx context.Context, address string, h http.Handler) (string, error) {
	listener, err := listenLoopback(ctx, address)
	if err != nil {
		return "", err
	}
	server := newServer(h)
	st.servers = append(st.servers, server)
	go func() { _ = server.Serve(listener) }()
	return "http://" + listener.Addr().String(), nil
}

func freeAddress(ctx context.Context) (string, error) {
	listener, err := listenLoopback(ctx, "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// yaml is a configuration as anyone would write it, with the emulators in it.
func (st *stage) yaml(listen, slackURL string) string {
	return fmt.Sprintf(`version: 1
time_zone: UTC
listen: %s
store: { path: %q }
organizations:
  - name: main
    role_name: %s
    external_id: env:ROOTWATCH_DEMO_EXTERNAL_ID
    concurrency: 16
    cost: { enabled: true, history_days: 120 }
    channels: { digest: %s, alerts: %s }
schedules: { sweep: "0 6 * * *", spend: "0 7 * * *", digest: "0 9 * * *" }
slack:
  bot_token: env:ROOTWATCH_DEMO_BOT_TOKEN
  signing_secret: env:ROOTWATCH_DEMO_SIGNING_SECRET
  api_url: %s/api/
`, listen, filepath.Join(st.dir, "rootwatch.db"), st.org.RoleName, digestChannel, alertChannel, slackURL)
}

// environment is ours without anything that could reach a real account.
func (st *stage) environment() []string {
	var env []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "AWS_") && !strings.HasPrefix(entry, "ROOTWATCH_") && !strings.HasPrefix(entry, "SLACK_") {
			env = append(env, entry)
		}
	}
	none := filepath.Join(st.dir, "none")
	return append(env,
		"AWS_ENDPOINT_URL="+st.awsURL, "AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_ACCESS_KEY_ID="+st.org.AccessKeyID(), "AWS_SECRET_ACCESS_KEY=emulated",
		"AWS_CONFIG_FILE="+none, "AWS_SHARED_CREDENTIALS_FILE="+none,
		"ROOTWATCH_DEMO_EXTERNAL_ID="+st.org.ExternalID, "ROOTWATCH_DEMO_BOT_TOKEN="+botToken, "ROOTWATCH_DEMO_SIGNING_SECRET="+signingSecret,
	)
}

// accepted hears of every write that the workspace took; a slow reader loses
// lines on the screen, nothing else.
func (st *stage) accepted(p workspace.Post) {
	select {
	case st.seen <- p:
	default:
	}
}

// nextDay moves the clock and starts the bot again, which then takes the
// slots that came meanwhile.
func (st *stage) nextDay(ctx context.Context) error {
	if err := st.running().stop(); err != nil {
		return err
	}
	st.ahead.Add(int64(24 * time.Hour))
	return st.startBot(ctx)
}

func (st *stage) startBot(ctx context.Context) error {
	if err := st.spawnBot(); err != nil {
		return err
	}
	return st.running().ready(ctx, st.botURL)
}

// spawnBot starts the bot without waiting for it.
func (st *stage) spawnBot() error {
	bot, err := startChild(st.config, time.Duration(st.ahead.Load()), st.environment(), filepath.Join(st.dir, "rootwatch.log"))
	if err == nil {
		st.bot.Store(bot)
	}
	return err
}

// running is the bot's newest process.
func (st *stage) running() *child { return st.bot.Load() }

func (st *stage) close() error {
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
