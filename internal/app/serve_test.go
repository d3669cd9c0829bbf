package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rootwatch/internal/app"
	"rootwatch/internal/demo/cloud"
	"rootwatch/internal/demo/workspace"
)

const (
	channel  = "C0SECURITY"
	alice    = "U01ALICE"
	botToken = "xoxb-test-0000-not-a-token"
	appToken = "xapp-test-0000-not-a-token"
)

// house is a `serve` in this process, between an emulated organization and an
// emulated workspace.
type house struct {
	*workspace.Server
	url   string // of its health
	log   *journal
	stop  context.CancelFunc
	ended chan error
}

// live begins to serve. Over HTTP it is given a signing secret, over Socket
// Mode an app token.
func live(t *testing.T, secrets string) *house {
	t.Helper()
	org := cloud.DemoOrganization(time.Now())
	aws := httptest.NewServer(cloud.New(org, cloud.Options{}))
	t.Cleanup(aws.Close)
	h := &house{log: &journal{word: "listening", heard: make(chan struct{})}, ended: make(chan error, 1), Server: workspace.New(workspace.Options{
		BotToken: botToken, AppToken: appToken, SigningSecret: "not-a-real-signing-secret", TeamID: "T1",
		Channels: []workspace.Channel{{ID: channel, Name: "security"}}, Users: []workspace.User{{ID: alice, Name: "alice"}},
	})}
	slack := httptest.NewServer(h.Server)
	t.Cleanup(slack.Close)
	h.SetBaseURL(slack.URL)
	address := freeAddress(t)
	h.url = "http://" + address
	h.SetCommandURL(h.url + "/slack/commands")
	dir := t.TempDir()
	none := filepath.Join(dir, "none")
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": aws.URL, "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_PROFILE": "",
		"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "emulated", "AWS_SESSION_TOKEN": "",
		"ROOTWATCH_DNS_RESOLVER": "none", "AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none,
		"TEST_EXTERNAL_ID": org.ExternalID, "TEST_BOT_TOKEN": botToken, "TEST_APP_TOKEN": appToken, "TEST_SIGNING_SECRET": "not-a-real-signing-secret",
	} {
		t.Setenv(name, value)
	}
	config := filepath.Join(dir, "rootwatch.yaml")
	yaml := fmt.Sprintf(`version: 1
time_zone: UTC
listen: %s
store: { path: %q }
organizations:
  - name: acme
    role_name: %s
    external_id: env:TEST_EXTERNAL_ID
    cost: { enabled: false }
    channels: { digest: %s, alerts: %s }
schedules: { sweep: "0 0 29 2 *", spend: "0 0 29 2 *", digest: "0 0 29 2 *" }
slack:
  bot_token: env:TEST_BOT_TOKEN
%s
  api_url: %s/api/
`, address, filepath.Join(dir, "test.db"), org.RoleName, channel, channel, secrets, slack.URL)
	if err := os.WriteFile(config, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	h.stop = stop
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.ended <- app.Setup{ConfigPath: config, Explicit: true, LogLevel: "info"}.Serve(ctx, app.Terminal{Out: io.Discard, Err: h.log})
	}()
	t.Cleanup(func() {
		stop()
		<-done
	})
	return h
}

// The log of a healthy start warns of nothing, and says how Slack is heard and
// that the process ends. It holds no secret.
func TestServeSaysWhatItDoes(t *testing.T) {
	for secrets, hears := range map[string]string{
		overSocket:                   `slack="Socket Mode"`,
		overHTTP:                     `slack="HTTP at 127.0.0.1:`,
		overSocket + "\n" + overHTTP: `slack="Socket Mode and HTTP at 127.0.0.1:`,
	} {
		h := live(t, secrets)
		h.UseSocketMode(strings.Contains(secrets, overSocket))
		if strings.Contains(secrets, overSocket) {
			if err := h.WaitSockets(patience(t), 1); err != nil {
				t.Fatal(err)
			}
		}
		h.ask(t)
		h.stop()
		if err := <-h.ended; err != nil {
			t.Errorf("ended with %v", err)
		}
		said := h.log.String()
		for _, wants := range []string{hears, "msg=stopping", "msg=stopped"} {
			if !strings.Contains(strings.ReplaceAll(said, `"stopping: `, "stopping "), wants) {
				t.Errorf("the log does not say %q:\n%s", wants, said)
			}
		}
		if strings.Contains(said, "level=WARN") || strings.Contains(said, botToken) || strings.Contains(said, appToken) {
			t.Errorf("the log of a healthy start:\n%s", said)
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

const (
	overHTTP   = "  signing_secret: env:TEST_SIGNING_SECRET"
	overSocket = "  app_token: env:TEST_APP_TOKEN"
)

func patience(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// ask types a command until somebody listens, and waits for its answer.
func (h *house) ask(t *testing.T) {
	t.Helper()
	ctx := patience(t)
	for {
		ack, err := h.Command(ctx, alice, channel, "/rootcheck", "111122223333")
		if err == nil && ack.Message != nil {
			break
		}
		select {
		case err := <-h.ended:
			t.Fatalf("it ended with %v", err)
		case <-ctx.Done():
			t.Fatalf("nobody listens: %v", err)
		default:
		}
	}
	_, err := h.Wait(ctx, func(all []workspace.Message) bool {
		for _, m := range all {
			if m.Ephemeral && m.Edited > 0 {
				return true
			}
		}
		return false
	})
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
}

// Without a signing secret commands come over the socket alone, and the
// process ends well when it is told to.
func TestServeOverSocketMode(t *testing.T) {
	h := live(t, overSocket)
	if err := h.WaitSockets(patience(t), 1); err != nil {
		t.Fatal(err)
	}
	h.ask(t)
	w, err := http.Post(h.url+"/slack/commands", "application/x-www-form-urlencoded", strings.NewReader("command=/rootcheck"))
	if err != nil || w.StatusCode != http.StatusUnauthorized {
		t.Errorf("an unsigned request: %v, %v", w, err)
	}
	h.stop()
	if err := <-h.ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}

// A command of another workspace is refused, as auth.test says which is ours.
func TestServeKnowsItsWorkspace(t *testing.T) {
	h := live(t, overHTTP)
	h.UseSocketMode(false)
	h.ask(t)
	body, err := h.CommandBody(alice, channel, "/rootcheck", "all")
	if err != nil {
		t.Fatal(err)
	}
	stranger := strings.Replace(string(body), "team_id=T1", "team_id=T2", 1)
	if ack, err := h.SendRaw(t.Context(), h.SignAt(time.Now(), []byte(stranger))); err != nil || ack.Status != http.StatusForbidden {
		t.Errorf("status %d, %v", ack.Status, err)
	}
}

// Nobody in Slack can hear that nobody listens there any more, so the process
// ends, and says why.
func TestServeEndsWhereSlackRefusesSocketMode(t *testing.T) {
	for name, tt := range map[string]struct {
		breaks func(*house)
		says   []string
	}{
		"switched off": {func(h *house) { h.DisableSocketMode() }, []string{"Slack refuses Socket Mode (link_disabled)", "Switch it on again"}},
		"revoked":      {func(h *house) { h.RevokeAppToken() }, []string{"Slack refuses Socket Mode (token_revoked)", "app-level token"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := live(t, overSocket)
			if err := h.WaitSockets(patience(t), 1); err != nil {
				t.Fatal(err)
			}
			tt.breaks(h)
			err := <-h.ended
			for _, says := range tt.says {
				if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), appToken) {
					t.Errorf("ended with %v, want %q", err, says)
				}
			}
		})
	}
}

func TestServeTellsOfItsConnection(t *testing.T) {
	h := live(t, overSocket)
	if err := h.WaitSockets(patience(t), 1); err != nil {
		t.Fatal(err)
	}
	h.ask(t)
	if said := h.ready(t); !said["slack"] || !said["socket"] {
		t.Errorf("/readyz says %+v", said)
	}
}

// ready is what /readyz says of each part.
func (h *house) ready(t *testing.T) map[string]bool {
	t.Helper()
	w, err := http.Get(h.url + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	var ready struct {
		Checks []struct {
			Name  string
			Ready bool
		}
	}
	if err := json.NewDecoder(w.Body).Decode(&ready); err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for _, c := range ready.Checks {
		said[c.Name] = c.Ready
	}
	return said
}

// While a socket stands and nothing is to be delivered, nobody but who looks
// at App Home meets a bot token that Slack refuses. Health says so all the
// same, and serve goes on: commands are answered without it.
func TestServeTellsOfARefusedToken(t *testing.T) {
	h := live(t, overSocket)
	if err := h.WaitSockets(patience(t), 1); err != nil {
		t.Fatal(err)
	}
	h.SetBotToken("xoxb-test-1111-not-a-token")
	ctx := patience(t)
	if ack, err := h.OpenHome(ctx, alice); err != nil || ack.Status != http.StatusOK {
		t.Fatalf("opening the home tab: %+v, %v", ack, err)
	}
	for h.ready(t)["slack"] {
		if ctx.Err() != nil {
			t.Fatal("/readyz says that all is well with Slack")
		}
	}
	h.ask(t)
	select {
	case err := <-h.ended:
		t.Errorf("it ended with %v", err)
	default:
	}
}
