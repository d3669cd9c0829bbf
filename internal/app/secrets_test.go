package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rootwatch/internal/app"
	"rootwatch/internal/demo/cloud"
	"rootwatch/internal/demo/workspace"
)

const (
	digestChannel = "C0DIGEST00"
	alertChannel  = "C0ALERTS00"
	oldToken      = "xoxb-test-old-canary"
	newToken      = "xoxb-test-new-canary"
	oldSecret     = "test-old-signing-canary"
	newSecret     = "test-new-signing-canary"
)

// world is an emulated cloud that keeps the secrets of an emulated workspace,
// and a configuration that names them.
type world struct {
	cloud *cloud.Server
	slack *workspace.Server
	path  string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	org := cloud.DemoOrganization(time.Now())
	org.Accounts = org.Accounts[:3] // as many as it takes to say something
	w := &world{cloud: cloud.New(org, cloud.Options{})}
	aws := httptest.NewServer(w.cloud)
	t.Cleanup(aws.Close)
	w.slack = workspace.New(workspace.Options{
		BotToken: oldToken, SigningSecret: oldSecret, TeamID: "T0TEST0000",
		Channels: []workspace.Channel{{ID: digestChannel, Name: "digest"}, {ID: alertChannel, Name: "alerts"}},
		Users:    []workspace.User{{ID: "U0ALICE000", Name: "alice"}},
	})
	slack := httptest.NewServer(w.slack)
	t.Cleanup(slack.Close)
	w.slack.SetBaseURL(slack.URL)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	w.slack.SetCommandURL("http://" + address + "/slack/commands")
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": aws.URL, "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-secret", "AWS_REGION": "eu-central-1",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "ROOTWATCH_DNS_RESOLVER": "none",
	} {
		t.Setenv(name, value)
	}
	dir := t.TempDir()
	w.path = filepath.Join(dir, "rootwatch.yaml")
	text := fmt.Sprintf(`version: 1
listen: %s
store: { path: %s }
organizations:
  - name: main
    role_name: %s
    external_id: ssm:/rootwatch/external_id
    cost: { enabled: false }
    channels: { digest: %s, alerts: %s }
slack:
  bot_token: secretsmanager:rootwatch/slack#bot_token
  signing_secret: secretsmanager:rootwatch/slack#signing_secret
  api_url: %s/api/
`, address, filepath.Join(dir, "rootwatch.db"), cloud.DemoRole, digestChannel, alertChannel, slack.URL)
	if err := os.WriteFile(w.path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	w.cloud.PutParameter("eu-central-1", "/rootwatch/external_id", cloud.Parameter{Value: cloud.DemoExternalID})
	w.put(t, oldToken, oldSecret)
	return w
}

// put is what a person does, or a rotation: a new version of the secret.
func (w *world) put(t *testing.T, token, signing string) {
	t.Helper()
	text, err := json.Marshal(map[string]string{"bot_token": token, "signing_secret": signing})
	if err != nil {
		t.Fatal(err)
	}
	w.cloud.PutSecret("eu-central-1", "rootwatch/slack", cloud.Secret{Text: string(text)})
}

// journal is the log of a process; heard is closed once it holds the word.
type journal struct {
	mu    sync.Mutex
	text  strings.Builder
	word  string
	heard chan struct{}
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	n, err := j.text.Write(b)
	if j.word != "" && strings.Contains(j.text.String(), j.word) {
		j.word = ""
		close(j.heard)
	}
	return n, err
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// The secrets are rotated while serve runs: the next message goes out with the
// new token and the next command is taken with the new secret, without a
// restart; nothing is lost and nothing is said twice.
func TestServeOutlivesARotation(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	log := &journal{word: "listening", heard: make(chan struct{})}
	setup := app.Setup{ConfigPath: w.path, Explicit: true}
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- setup.Serve(serving, app.Terminal{Out: log, Err: log}) }()
	select {
	case <-log.heard:
	case err := <-served:
		t.Fatalf("serve ended: %v\n%s", err, log)
	}
	digest := func() {
		t.Helper()
		var out bytes.Buffer
		if err := setup.Digest(ctx, false, app.Terminal{Out: &out, Err: &out}); err != nil {
			t.Fatalf("the digest was not said: %v\n%s", err, out.String())
		}
	}
	digest()
	w.slack.SetBotToken(newToken)
	w.slack.SetSigningSecret(newSecret)
	w.put(t, newToken, newSecret)
	before := w.cloud.CallCount("secretsmanager", "")
	digest()
	if ack, err := w.slack.Command(ctx, "U0ALICE000", digestChannel, "/rootcheck", "help"); err != nil {
		t.Errorf("a command that the new secret signed: %v (%d)", err, ack.Status)
	}
	// One for the digest command itself and one for serve, which reads once for both secrets.
	if n := w.cloud.CallCount("secretsmanager", "") - before; n != 2 {
		t.Errorf("the secret was read %d times", n)
	}
	stop()
	if err := <-served; err != nil {
		t.Errorf("serve ended: %v", err)
	}
	said := map[string]int{}
	for _, channel := range []string{digestChannel, alertChannel} {
		for _, m := range w.slack.Messages(channel) {
			if m.Metadata != nil {
				said[fmt.Sprint(m.Metadata.EventPayload["dedupe_key"])]++
			}
		}
	}
	digests := 0
	for key, n := range said {
		if n != 1 {
			t.Errorf("%s was said %d times", key, n)
		}
		if strings.Contains(key, "digest:") {
			digests++
		}
	}
	if digests == 0 {
		t.Errorf("no digest among %v", said)
	}
	if strings.Contains(log.String(), "canary") {
		t.Errorf("a secret is in the log:\n%s", log)
	}
	if !strings.Contains(log.String(), "it was read again and has changed") {
		t.Errorf("the log does not tell of the rotation:\n%s", log)
	}
}

// A secret that cannot be read is a fault with line and key, beside all others.
func TestServeTellsEverySecretItCannotRead(t *testing.T) {
	w := newWorld(t)
	w.cloud.PutSecret("eu-central-1", "rootwatch/slack", cloud.Secret{Deleted: true})
	w.cloud.AddFault(cloud.Fault{Service: "ssm", Kind: cloud.FaultDeny})
	err := app.Setup{ConfigPath: w.path, Explicit: true}.ConfigCheck(t.Context(), true, app.Terminal{Out: &bytes.Buffer{}})
	if err == nil {
		t.Fatal("the configuration is fine")
	}
	want := "rootwatch.yaml:7: organizations[0].external_id: ssm:/rootwatch/external_id cannot be read: AWS denies ssm:GetParameter: allow it on this one to the role that Rootwatch runs as\n" +
		"rootwatch.yaml:11: slack.bot_token: secretsmanager:rootwatch/slack cannot be read: it is marked for deletion: aws secretsmanager restore-secret brings it back\n" +
		"rootwatch.yaml:12: slack.signing_secret: secretsmanager:rootwatch/slack cannot be read: it is marked for deletion: aws secretsmanager restore-secret brings it back"
	if got := strings.ReplaceAll(err.Error(), filepath.Dir(w.path)+"/", ""); got != want {
		t.Errorf("says\n%s\nwant\n%s", got, want)
	}
	if n := w.cloud.CallCount("secretsmanager", ""); n != 1 {
		t.Errorf("one secret was read %d times", n)
	}
	var out bytes.Buffer
	calls := w.cloud.CallCount("", "")
	if err := (app.Setup{ConfigPath: w.path, Explicit: true}).ConfigCheck(t.Context(), false, app.Terminal{Out: &out}); err != nil || w.cloud.CallCount("", "") != calls {
		t.Errorf("config check asked AWS, or says %v", err)
	}
}
