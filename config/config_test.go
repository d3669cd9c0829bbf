package config_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/config"
	"rootwatch/schedule"
)

const (
	botToken = "xoxb-test-000000000000-canary"
	signing  = "test-signing-canary"
)

// environ is a process's environment, and files where they are not on disk.
func environ(vars map[string]string, files map[string]string) config.Env {
	return config.Env{
		Lookup: func(name string) (string, bool) { v, ok := vars[name]; return v, ok },
		Environ: func() []string {
			var all []string
			for name, value := range vars {
				all = append(all, name+"="+value)
			}
			return all
		},
		ReadFile: func(path string) ([]byte, error) {
			if text, ok := files[path]; ok {
				return []byte(text), nil
			}
			return os.ReadFile(path)
		},
	}
}

// loadText loads text as rootwatch.yaml, with the variables as NAME, value pairs.
func loadText(t *testing.T, text string, vars ...string) (*config.Config, error) {
	t.Helper()
	env := map[string]string{}
	for i := 0; i < len(vars); i += 2 {
		env[vars[i]] = vars[i+1]
	}
	return config.Load(t.Context(), "rootwatch.yaml", environ(env, map[string]string{"rootwatch.yaml": text}), schedule.CheckSpec)
}

const minimal = "version: 1\norganizations:\n  - name: main\n"

func TestInvalidFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	env := environ(map[string]string{
		"BLANK": " ", "ODD_EXTERNAL_ID": "canary with blanks",
		"DATABASE_URL": "postgres://rootwatch:canary@db.example.com/rootwatch", "DATABASE_MYSQL": "mysql://rootwatch:canary@db.example.com/rootwatch",
		"DATABASE_NO_HOST": "postgres:///canary", "DATABASE_NO_NAME": "postgres://rootwatch:canary@db.example.com",
		"DATABASE_UNPARSED": "postgres://rootwatch:can%ary@db.example.com/canary",
	}, nil)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			_, err := config.Load(t.Context(), file, env, schedule.CheckSpec)
			var faults config.Faults
			if !errors.As(err, &faults) || len(faults) == 0 {
				t.Fatalf("%v is not Faults", err)
			}
			got := strings.ReplaceAll(err.Error(), "testdata/", "") + "\n"
			for _, secret := range []string{"canary", "0123456789abcdef"} {
				if strings.Contains(got, secret) {
					t.Errorf("repeats %s:\n%s", secret, got)
				}
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".faults"
			if *config.Update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestFileItself(t *testing.T) {
	_, err := config.Load(t.Context(), filepath.Join(t.TempDir(), "rootwatch.yaml"), config.OSEnv(), nil)
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("a missing file: %v", err)
	}
	if _, err = config.Load(t.Context(), t.TempDir(), config.OSEnv(), nil); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory: %v", err)
	}
	big := filepath.Join(t.TempDir(), "big.yaml")
	if err := os.WriteFile(big, bytes.Repeat([]byte("# a line of no use\n"), 100_000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = config.Load(t.Context(), big, config.OSEnv(), nil); err == nil || !strings.Contains(err.Error(), "larger than 1 MiB") {
		t.Errorf("a big file: %v", err)
	}
}

func TestExample(t *testing.T) {
	c, err := loadText(t, string(config.Example()),
		"ROOTWATCH_EXTERNAL_ID", "canary-external-id", "SLACK_BOT_TOKEN", botToken, "SLACK_SIGNING_SECRET", signing)
	if err != nil {
		t.Fatal(err)
	}
	err = c.RequireSlack()
	for _, key := range []string{"digest", "alerts"} {
		if err == nil || !strings.Contains(err.Error(), "organizations[0].channels."+key+": is still the example's") {
			t.Errorf("the example's channels: %v", err)
		}
	}
	if c.Zone != time.UTC || c.Slack.BotToken.Reveal() != botToken || c.Slack.SigningSecret.Reveal() != signing {
		t.Errorf("zone or secrets are not the file's: %s", c.Zone)
	}
	want := config.Organization{
		Scope:  account.Scope{Partition: "aws", Organization: "main"},
		Region: "us-east-1", RoleName: "RootwatchAudit", ExternalID: c.Organizations[0].ExternalID, Concurrency: 64,
		Cost:     config.CostOptions{Enabled: true, MaxRequestsPerDay: 2000, MaxRequestsPerMonth: 40_000, HistoryDays: 395},
		Channels: config.Channels{Digest: "C0123ABCD", Alerts: "C0456EFGH"},
	}
	if diff := cmp.Diff(want, c.Organizations[0], cmp.Comparer(func(a, b account.ID) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	if got := c.Organizations[0].ExternalID.Reveal(); got != "canary-external-id" {
		t.Errorf("external id %q", got)
	}
	printed, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if all := fmt.Sprintf("%s %v %+v %#v", printed, c, *c, c.Slack); strings.Contains(all, "canary") {
		t.Error("the configuration prints its secrets")
	}
}

func TestSecretsOfSlackWait(t *testing.T) {
	text := minimal + "    channels: {digest: C0777MINE}\nslack:\n  bot_token: env:TOKEN\n  signing_secret: file:/nonexistent/signing\n"
	tests := []struct {
		name, token string
		want        []string
	}{
		{"absent", "", []string{
			"rootwatch.yaml:4: organizations[0].channels.alerts: is missing: serve needs the id of the Slack channel to speak in",
			"rootwatch.yaml:6: slack.bot_token: the environment variable TOKEN is not set",
			`rootwatch.yaml:7: slack.signing_secret: the file "/nonexistent/signing" does not exist`,
		}},
		{"of an app", "xapp-test-canary", []string{
			"rootwatch.yaml:4: organizations[0].channels.alerts: is missing: serve needs the id of the Slack channel to speak in",
			"rootwatch.yaml:6: slack.bot_token: what it names is no bot token: that begins with xoxb- and stands under OAuth & Permissions in the app's settings",
			`rootwatch.yaml:7: slack.signing_secret: the file "/nonexistent/signing" does not exist`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			vars := []string{"UNRELATED", "1"}
			if tt.token != "" {
				vars = append(vars, "TOKEN", tt.token)
			}
			c, err := loadText(t, text, vars...)
			if err != nil {
				t.Fatalf("check cannot run: %v", err)
			}
			if !c.Slack.BotToken.Empty() {
				t.Error("a token that will not do was kept")
			}
			err = c.RequireSlack()
			if err == nil {
				t.Fatal("serve could start")
			}
			if diff := cmp.Diff(strings.Join(tt.want, "\n"), err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDefault(t *testing.T) {
	c, err := config.Default(t.Context(), environ(nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Organizations) != 1 || c.Organizations[0].Scope != (account.Scope{Partition: "aws", Organization: "default"}) || c.StorePath != "" || c.Zone != time.UTC {
		t.Errorf("%+v", c)
	}
	if c.Policy.RootUsageWindow != 7*24*time.Hour || c.Policy.RootHardwareMFA != checks.HardwareEverywhere || c.Spend.HistoryDays != 56 {
		t.Errorf("the owners' defaults do not hold: %+v %+v", c.Policy, c.Spend)
	}
	var faults config.Faults
	if err := c.RequireSlack(); !errors.As(err, &faults) || len(faults) != 4 {
		t.Errorf("RequireSlack: %v", err)
	}
	c, err = config.Default(t.Context(), environ(map[string]string{"ROOTWATCH_STORE_PATH": "x.db", "ROOTWATCH_ORGANIZATIONS_0_PROFILE": "audit"}, nil))
	if err != nil || c.StorePath != "x.db" || c.Organizations[0].Profile != "audit" {
		t.Errorf("%+v, %v", c, err)
	}
	_, err = config.Default(t.Context(), environ(map[string]string{"ROOTWATCH_TIME_ZONE": "Mars"}, nil))
	if err == nil || !strings.HasPrefix(err.Error(), "environment: ROOTWATCH_TIME_ZONE: ") {
		t.Errorf("%v", err)
	}
}
