package chaos

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rootwatch/internal/demo/cloud"
	"rootwatch/internal/demo/workspace"
	"rootwatch/internal/store"
	"rootwatch/internal/store/pgtest"
)

// fleet is several `rootwatch serve` on one Postgres, with the emulated world
// around them.
type fleet struct {
	*testing.T
	dir       string
	url       string // of the database
	ahead     time.Duration
	aws       *cloud.Server
	workspace *workspace.Server
	store     *store.Postgres // the test's own view
	replicas  []*replica
}

// The organization of the fleet, and its channels.
const (
	fleetOrganization = "main"
	fleetDigests      = "C0DIGEST00"
	fleetAlerts       = "C0ALERTS00"
)

const (
	fleetToken  = "xoxb-chaos-not-a-real-token"
	fleetSecret = "chaos-signing-secret-not-real"
	fleetPerson = "U0CHAOS000"
)

// fleetNotes are channels for messages that come more often than digests do.
var fleetNotes = [3]string{"C0NOTES001", "C0NOTES002", "C0NOTES003"}

// firstSlot is how long after the start the first minute is full.
const firstSlot = 10 * time.Second

// newFleet builds the world and starts n replicas at once, on a database with
// nothing in it.
func newFleet(t *testing.T, n int) *fleet {
	t.Helper()
	url := pgtest.URL(t)
	build(t)
	f := &fleet{T: t, dir: t.TempDir(), url: url}
	start := time.Now()
	f.ahead = start.Truncate(time.Minute).Add(time.Minute - firstSlot).Sub(start)
	f.aws = cloud.New(cloud.DemoOrganization(f.now()), cloud.Options{Now: f.now})
	// Slow answers stretch the work, so that faults fall into it.
	f.aws.AddFault(cloud.Fault{Service: "iam", Kind: cloud.FaultSlow, Delay: 20 * time.Millisecond})
	aws := httptest.NewServer(f.aws)
	t.Cleanup(aws.Close)
	f.workspace = workspace.New(workspace.Options{
		BotToken: fleetToken, SigningSecret: fleetSecret, TeamID: "T0CHAOS000", Now: f.now,
		Channels: []workspace.Channel{{ID: fleetDigests, Name: "cloud-digest"}, {ID: fleetAlerts, Name: "cloud-alerts"},
			{ID: fleetNotes[0], Name: "notes-1"}, {ID: fleetNotes[1], Name: "notes-2"}, {ID: fleetNotes[2], Name: "notes-3"}},
		Users: []workspace.User{{ID: fleetPerson, Name: "alice"}},
	})
	f.workspace.AddFault(workspace.Fault{Method: "chat.postMessage", Kind: workspace.FaultLostAnswer, Percent: 3})
	f.workspace.AddFault(workspace.Fault{Kind: workspace.FaultDelay, Delay: 150 * time.Millisecond})
	slack := httptest.NewServer(f.workspace)
	t.Cleanup(slack.Close)
	f.workspace.SetBaseURL(slack.URL)
	for i := range n {
		f.replicas = append(f.replicas, f.newReplica(i, aws.URL, slack.URL))
	}
	for _, r := range f.replicas {
		r.spawn()
	}
	for _, r := range f.replicas {
		r.ready()
	}
	var err error
	if f.store, err = store.OpenPostgres(t.Context(), store.PostgresOptions{URL: url, Now: f.now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.store.Close() })
	return f
}

func (f *fleet) now() time.Time { return time.Now().Add(f.ahead) }

// log is what all replicas wrote.
func (f *fleet) log() string {
	var all strings.Builder
	for _, r := range f.replicas {
		text, _ := os.ReadFile(r.logPath())
		fmt.Fprintf(&all, "--- replica %d\n%s", r.n, text)
	}
	return all.String()
}

// replica is one of the processes, over all its lives.
type replica struct {
	f       *fleet
	n       int
	address string
	env     []string

	mu     sync.Mutex // of one fault at a time
	cmd    *exec.Cmd
	ended  chan struct{}
	paused bool
}

func (f *fleet) newReplica(n int, awsURL, slackURL string) *replica {
	f.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.Fatal(err)
	}
	r := &replica{f: f, n: n, address: listener.Addr().String()}
	if err := listener.Close(); err != nil {
		f.Fatal(err)
	}
	text := fmt.Sprintf(`version: 1
time_zone: UTC
listen: %s
store: { url: env:TEST_STORE_URL }
organizations:
  - name: %s
    role_name: %s
    external_id: env:TEST_EXTERNAL_ID
    concurrency: 16
    cost: { enabled: true, history_days: 40, max_requests_per_day: 10000, max_requests_per_month: 10000 }
    channels: { digest: %s, alerts: %s }
schedules: { sweep: "* * * * *", spend: "* * * * *", digest: "* * * * *" }
slack:
  bot_token: env:TEST_BOT_TOKEN
  signing_secret: env:TEST_SIGNING_SECRET
  api_url: %s/api/
`, r.address, fleetOrganization, cloud.DemoRole, fleetDigests, fleetAlerts, slackURL)
	if err := os.WriteFile(r.config(), []byte(text), 0o600); err != nil {
		f.Fatal(err)
	}
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "AWS_") && !strings.HasPrefix(entry, "ROOTWATCH_") && !strings.HasPrefix(entry, "SLACK_") && !strings.HasPrefix(entry, "PG") {
			r.env = append(r.env, entry)
		}
	}
	none := filepath.Join(f.dir, "none")
	r.env = append(r.env, "AWS_ENDPOINT_URL="+awsURL, "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=not-a-secret", "AWS_REGION=us-east-1",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE="+none, "AWS_SHARED_CREDENTIALS_FILE="+none, "TEST_EXTERNAL_ID="+cloud.DemoExternalID,
		"TEST_BOT_TOKEN="+fleetToken, "TEST_SIGNING_SECRET="+fleetSecret, "TEST_STORE_URL="+f.url, "ROOTWATCH_DNS_RESOLVER=none")
	f.Cleanup(r.kill)
	return r
}

func (r *replica) config() string  { return filepath.Join(r.f.dir, fmt.Sprintf("replica-%d.yaml", r.n)) }
func (r *replica) logPath() string { return filepath.Join(r.f.dir, fmt.Sprintf("replica-%d.log", r.n)) }

// command is the program with this replica's configuration and environment.
func (r *replica) command(args ...string) *exec.Cmd {
	cmd := exec.Command(program.path, append([]string{"--config", r.config(), "--time-offset=" + r.f.ahead.String()}, args...)...)
	cmd.Env = r.env
	return cmd
}

// spawn starts the process.
func (r *replica) spawn() {
	r.f.Helper()
	log, err := os.OpenFile(r.logPath(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		r.f.Error(err)
		return
	}
	cmd, ended := r.command("serve"), make(chan struct{})
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		r.f.Error(err)
		return
	}
	r.cmd, r.ended, r.paused = cmd, ended, false
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		_ = log.Close()
		close(ended)
	}()
}

// ready waits until the process takes requests.
func (r *replica) ready() {
	r.f.Helper()
	deadline := time.After(time.Minute)
	for {
		if response, err := http.Get("http://" + r.address + "/readyz"); err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-r.ended:
			r.f.Fatalf("replica %d ended\n%s", r.n, r.f.log())
		case <-deadline:
			r.f.Fatalf("replica %d does not start\n%s", r.n, r.f.log())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// kill ends the process as a power cut would.
func (r *replica) kill() {
	if r.cmd == nil {
		return
	}
	_ = r.cmd.Process.Kill()
	<-r.ended
	r.cmd, r.paused = nil, false
}

// stop asks the process to end, and is its exit status.
func (r *replica) stop() int {
	r.f.Helper()
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	<-r.ended
	status := r.cmd.ProcessState.ExitCode()
	r.cmd = nil
	return status
}

// pause stops the process where it is, resume lets it go on.
func (r *replica) pause() {
	r.paused = r.cmd.Process.Signal(syscall.SIGSTOP) == nil
}

func (r *replica) resume() {
	if r.cmd != nil && r.paused {
		_ = r.cmd.Process.Signal(syscall.SIGCONT)
	}
	r.paused = false
}
