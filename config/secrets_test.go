package config_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rootwatch/config"
	"rootwatch/config/secret"
	"rootwatch/schedule"
)

const appToken = "xapp-test-canary"

// vault is what AWS keeps, by reference without its key.
type vault struct {
	mu    sync.Mutex
	holds map[string]string
	asked map[string]int
	await chan struct{} // nil: answers at once
}

func (v *vault) fetch(ctx context.Context, place secret.Place) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.asked == nil {
		v.asked = map[string]int{}
	}
	v.asked[place.String()]++
	if v.await != nil {
		v.mu.Unlock()
		<-ctx.Done()
		v.mu.Lock()
		return "", fmt.Errorf("%s cannot be read: it was not answered in time", place)
	}
	text, ok := v.holds[place.String()]
	if !ok {
		return "", fmt.Errorf("%s cannot be read: there is no such parameter", place)
	}
	return text, nil
}

func (v *vault) env(text string, vars map[string]string) config.Env {
	env := environ(vars, map[string]string{"rootwatch.yaml": text})
	env.Fetch = v.fetch
	return env
}

const keptInAWS = `version: 1
organizations:
  - name: main
    external_id: ssm:/rootwatch/external_id
    channels: {digest: C0777MINE, alerts: C0777MINE}
store:
  url: secretsmanager:rootwatch/database#url
slack:
  bot_token: secretsmanager:rootwatch/slack#bot_token
  signing_secret: secretsmanager:rootwatch/slack#signing_secret
  app_token: ssm:arn:aws:ssm:eu-west-1:111122223333:parameter/rootwatch/app_token
`

func full() *vault {
	return &vault{holds: map[string]string{
		"ssm:/rootwatch/external_id":                                           "canary-external-id\n",
		"secretsmanager:rootwatch/database":                                    `{"url": "postgres://rootwatch:canary@db.example.com/rootwatch"}`,
		"secretsmanager:rootwatch/slack":                                       `{"bot_token": "` + botToken + `", "signing_secret": "` + signing + `", "n": 1}`,
		"ssm:arn:aws:ssm:eu-west-1:111122223333:parameter/rootwatch/app_token": appToken,
	}}
}

func TestSecretsOfAWS(t *testing.T) {
	v := full()
	c, err := config.LoadForServe(t.Context(), "rootwatch.yaml", v.env(keptInAWS, nil), schedule.CheckSpec)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{
		c.Organizations[0].ExternalID.Reveal(), c.StoreURL.Reveal(), c.Slack.BotToken.Reveal(), c.Slack.SigningSecret.Reveal(), c.Slack.AppToken.Reveal(), c.StorePath,
	}
	want := []string{"canary-external-id", "postgres://rootwatch:canary@db.example.com/rootwatch", botToken, signing, appToken, ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	once := map[string]int{}
	for place := range v.holds {
		once[place] = 1
	}
	if diff := cmp.Diff(once, v.asked); diff != "" {
		t.Errorf("each secret is read once: %s", diff)
	}
}

// A command that says nothing in Slack needs no right to read its secrets, and
// a check of the file needs no AWS at all.
func TestOnlyNeededSecretsAreRead(t *testing.T) {
	v := full()
	c, err := config.Load(t.Context(), "rootwatch.yaml", v.env(keptInAWS, nil), nil)
	if err != nil || c.Organizations[0].ExternalID.Empty() || c.StoreURL.Empty() || !c.Slack.BotToken.Empty() {
		t.Errorf("%+v, %v", c, err)
	}
	if want := map[string]int{"ssm:/rootwatch/external_id": 1, "secretsmanager:rootwatch/database": 1}; cmp.Diff(want, v.asked) != "" {
		t.Errorf("asked for %v", v.asked)
	}
	env := v.env(keptInAWS, nil)
	env.Fetch = nil
	if _, err := config.Load(t.Context(), "rootwatch.yaml", env, nil); err != nil {
		t.Errorf("without AWS: %v", err)
	}
	if _, err := config.LoadForServe(t.Context(), "rootwatch.yaml", env, nil); err == nil {
		t.Error("serve could start without AWS")
	}
}

func TestSecretsOfAWSThatAreWrong(t *testing.T) {
	v := &vault{holds: map[string]string{
		"ssm:/rootwatch/external_id":        "odd canary",
		"secretsmanager:rootwatch/database": `{"password": "canary"}`,
		"secretsmanager:rootwatch/slack":    `{"bot_token": ["canary"], "signing_secret": ""}`,
	}}
	_, err := config.LoadForServe(t.Context(), "rootwatch.yaml", v.env(keptInAWS+"listen: here\n", nil), schedule.CheckSpec)
	want := []string{
		"rootwatch.yaml:4: organizations[0].external_id: what it names is no external id: AWS takes 2 to 1224 letters, digits and _+=,.@:/-",
		`rootwatch.yaml:7: store.url: what AWS keeps as secretsmanager:rootwatch/database has no JSON key "url"`,
		"rootwatch.yaml:9: slack.bot_token: what AWS keeps as secretsmanager:rootwatch/slack#bot_token is not text: put the secret in quotes there",
		"rootwatch.yaml:10: slack.signing_secret: what AWS keeps as secretsmanager:rootwatch/slack#signing_secret is empty",
		"rootwatch.yaml:11: slack.app_token: ssm:arn:aws:ssm:eu-west-1:111122223333:parameter/rootwatch/app_token cannot be read: there is no such parameter",
		`rootwatch.yaml:12: listen: "here" is not host:port, such as 127.0.0.1:8080`,
	}
	if err == nil {
		t.Fatal("no fault")
	}
	if diff := cmp.Diff(strings.Join(want, "\n"), err.Error()); diff != "" {
		t.Error(diff)
	}
}

// All of them together have ten seconds.
func TestSecretsOfAWSInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := full()
		v.await = make(chan struct{})
		text := keptInAWS
		for n := range 30 {
			text = strings.Replace(text, "organizations:\n", fmt.Sprintf("organizations:\n  - {name: more-%d, external_id: 'ssm:/rootwatch/%d', channels: {digest: C0777MINE, alerts: C0777MINE}}\n", n, n), 1)
		}
		began := time.Now()
		_, err := config.LoadForServe(t.Context(), "rootwatch.yaml", v.env(text, nil), nil)
		var faults config.Faults
		if !errors.As(err, &faults) || len(faults) != 35 {
			t.Errorf("%d faults: %v", len(faults), err)
		}
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

func TestReadSlackAgain(t *testing.T) {
	v := full()
	c, err := config.LoadForServe(t.Context(), "rootwatch.yaml", v.env(keptInAWS, nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	v.holds["secretsmanager:rootwatch/slack"] = `{"bot_token": "xoxb-test-rotated", "signing_secret": "` + signing + `"}`
	again, err := c.ReadSlackAgain(t.Context())
	if err != nil || again.BotToken.Reveal() != "xoxb-test-rotated" || again.AppToken.Reveal() != appToken || again.APIURL != c.Slack.APIURL {
		t.Errorf("%+v, %v", again, err)
	}
	if v.asked["secretsmanager:rootwatch/slack"] != 2 || v.asked["ssm:/rootwatch/external_id"] != 1 {
		t.Errorf("asked for %v", v.asked)
	}
	delete(v.holds, "secretsmanager:rootwatch/slack")
	if _, err := c.ReadSlackAgain(t.Context()); err == nil || strings.Count(err.Error(), "there is no such parameter") != 2 {
		t.Errorf("says %v", err)
	}
}

// A file is read anew, as a container's mounted secret changes under a process.
func TestReadSlackAgainFromAFile(t *testing.T) {
	files := map[string]string{
		"rootwatch.yaml": minimal + "    channels: {digest: C0777MINE, alerts: C0777MINE}\nslack: {bot_token: file:/run/bot, signing_secret: env:SIGNING}\n",
		"/run/bot":       botToken + "\n",
	}
	c, err := config.LoadForServe(t.Context(), "rootwatch.yaml", environ(map[string]string{"SIGNING": signing}, files), nil)
	if err != nil {
		t.Fatal(err)
	}
	files["/run/bot"] = "xoxb-test-rotated\n"
	again, err := c.ReadSlackAgain(t.Context())
	if err != nil || again.BotToken.Reveal() != "xoxb-test-rotated" || again.SigningSecret.Reveal() != signing {
		t.Errorf("%+v, %v", again, err)
	}
	files["/run/bot"] = "xapp-test-canary\n"
	if again, err = c.ReadSlackAgain(t.Context()); err == nil || !again.BotToken.Empty() || strings.Contains(err.Error(), "canary") {
		t.Errorf("another kind of token: %v", err)
	}
}

// One way in is enough: HTTP with its secret, or Socket Mode with its token.
func TestWaysIn(t *testing.T) {
	const file = minimal + "    channels: {digest: C0777MINE, alerts: C0777MINE}\n"
	neither := "rootwatch.yaml: slack.signing_secret: the environment variable SLACK_SIGNING_SECRET is not set: serve needs it to take commands over HTTP, or slack.app_token for Socket Mode"
	tests := []struct {
		name, slack string
		vars        []string
		signing     bool
		app         bool
		want        string
	}{
		{name: "neither", want: neither},
		{name: "empty variables", vars: []string{"SLACK_SIGNING_SECRET", "", "SLACK_APP_TOKEN", " "}, want: neither},
		{name: "HTTP", vars: []string{"SLACK_SIGNING_SECRET", signing}, signing: true},
		{name: "Socket Mode", vars: []string{"SLACK_APP_TOKEN", appToken}, app: true},
		{name: "both", vars: []string{"SLACK_SIGNING_SECRET", signing, "SLACK_APP_TOKEN", appToken}, signing: true, app: true},
		{name: "both written, and there", slack: "slack: {signing_secret: env:SLACK_SIGNING_SECRET, app_token: env:SLACK_APP_TOKEN}\n",
			vars: []string{"SLACK_SIGNING_SECRET", signing, "SLACK_APP_TOKEN", appToken}, signing: true, app: true},
		{name: "written, and not there", slack: "slack: {app_token: env:SLACK_APP_TOKEN}\n", vars: []string{"SLACK_SIGNING_SECRET", signing},
			want: "rootwatch.yaml:5: slack.app_token: the environment variable SLACK_APP_TOKEN is not set"},
		{name: "the other one written, and not there", slack: "slack: {signing_secret: env:SLACK_SIGNING_SECRET}\n", vars: []string{"SLACK_APP_TOKEN", appToken},
			want: "rootwatch.yaml:5: slack.signing_secret: the environment variable SLACK_SIGNING_SECRET is not set"},
		{name: "a section without its keys", slack: "slack:\n", vars: []string{"SLACK_APP_TOKEN", appToken}, app: true},
		{name: "named by the variable of the key", vars: []string{"SLACK_SIGNING_SECRET", signing, "ROOTWATCH_SLACK_APP_TOKEN", "env:SLACK_APP_TOKEN"},
			want: "environment: ROOTWATCH_SLACK_APP_TOKEN: the environment variable SLACK_APP_TOKEN is not set"},
		{name: "switched off", slack: "slack: {signing_secret: '', app_token: ''}\n", vars: []string{"SLACK_SIGNING_SECRET", signing},
			want: "rootwatch.yaml:5: slack.signing_secret: is empty: serve needs it to take commands over HTTP, or slack.app_token for Socket Mode"},
		{name: "one switched off", slack: "slack: {app_token: ''}\n", vars: []string{"SLACK_SIGNING_SECRET", signing, "SLACK_APP_TOKEN", appToken}, signing: true},
		{name: "a variable of one's own that is missing", slack: "slack: {app_token: env:OWN}\n", vars: []string{"SLACK_SIGNING_SECRET", signing},
			want: "rootwatch.yaml:5: slack.app_token: the environment variable OWN is not set"},
		{name: "another kind of token", vars: []string{"SLACK_SIGNING_SECRET", signing, "SLACK_APP_TOKEN", botToken},
			want: "rootwatch.yaml: slack.app_token: what it names is no app-level token: that begins with xapp- and stands under Basic Information in the app's settings"},
		{name: "the token itself in the variable of the key", vars: []string{"ROOTWATCH_SLACK_APP_TOKEN", appToken}, app: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := loadText(t, file+tt.slack, append(tt.vars, "SLACK_BOT_TOKEN", botToken)...)
			if err != nil {
				t.Fatal(err)
			}
			said := ""
			if err := c.RequireSlack(); err != nil {
				said = err.Error()
			}
			if diff := cmp.Diff(tt.want, said); diff != "" {
				t.Error(diff)
			}
			if tt.want == "" && (c.Slack.SigningSecret.Empty() == tt.signing || c.Slack.AppToken.Empty() == tt.app) {
				t.Errorf("signing secret %t, app token %t", !c.Slack.SigningSecret.Empty(), !c.Slack.AppToken.Empty())
			}
		})
	}
}

// A variable wins over the file, also where it names another kind of store.
func TestStoreByVariable(t *testing.T) {
	const url = "postgres://rootwatch:canary@db.example.com/rootwatch"
	c, err := loadText(t, minimal+"store: {path: rootwatch.db}\n", "ROOTWATCH_STORE_URL", url)
	if err != nil || c.StoreURL.Reveal() != url || c.StorePath != "" {
		t.Errorf("%q, %v", c.StorePath, err)
	}
	if _, err = loadText(t, minimal, "ROOTWATCH_STORE_URL", url, "ROOTWATCH_STORE_PATH", "rootwatch.db"); err == nil || !strings.HasPrefix(err.Error(), "environment: ROOTWATCH_STORE_URL: names another store") {
		t.Errorf("both by variable: %v", err)
	}
	if _, err = loadText(t, minimal+"store: {url: env:DATABASE}\n", "ROOTWATCH_STORE_PATH", "rootwatch.db", "DATABASE", url); err == nil {
		t.Error("a URL in the file and a path in a variable")
	}
	c, err = config.Default(t.Context(), environ(map[string]string{"ROOTWATCH_STORE_URL": url}, nil))
	if err != nil || c.StoreURL.Reveal() != url || c.StorePath != "" {
		t.Errorf("without a file: %q, %v", c.StorePath, err)
	}
}
