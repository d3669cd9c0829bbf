package demo

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"rootwatch/internal/demo/cloud"
	"rootwatch/internal/demo/nameserver"
	"rootwatch/internal/demo/page"
	"rootwatch/internal/demo/workspace"
)

// Stage is the emulated world and the bot in it.
type Stage struct {
	o         Options
	dir       string
	config    string
	org       *cloud.Organization
	Cloud     *cloud.Server
	Workspace *workspace.Server
	DNS       *nameserver.Server
	servers   []*http.Server
	awsURL    string
	botURL    string
	ahead     atomic.Int64 // how far the stage's clock is ahead, in nanoseconds
	life      sync.Mutex   // guards over, and that a bot is started
	over      bool         // no bot starts any more
	bot       atomic.Pointer[child]
	seen      chan workspace.Post // accepted writes, for whoever shows them
	turn      sync.Mutex          // of one hand at a time: the prompt's or the page's
	page      string              // its address; "" where there is none
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
	if st.awsURL, err = st.serve(ctx, flagAWS, o.AWSListen, st.Cloud); err != nil {
		return st, err
	}
	if st.DNS, err = Resolve(st.org, anyPort); err != nil {
		return st, err
	}
	st.Workspace = workspace.New(slackOptions(st.Now))
	st.Workspace.OnAccept(st.accepted)
	slackURL, err := st.serve(ctx, flagSlack, o.SlackListen, st.Workspace)
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

func (st *Stage) serve(ctx context.Context, flag, address string, h http.Handler) (string, error) {
	listener, err := listenLoopback(ctx, flag, address)
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

// accepted hears of every write that the workspace took; a slow reader loses
// lines on the screen, nothing else.
func (st *Stage) accepted(p workspace.Post) {
	select {
	case st.seen <- p:
	default:
	}
}

// Close stops everything and removes the world's files.
func (st *Stage) Close() error {
	errs := []error{st.end()}
	for _, s := range st.servers {
		errs = append(errs, s.Close())
	}
	if st.DNS != nil {
		errs = append(errs, st.DNS.Close())
	}
	if st.dir != "" {
		errs = append(errs, os.RemoveAll(st.dir))
	}
	return errors.Join(errs...)
}
