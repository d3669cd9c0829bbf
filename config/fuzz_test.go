package config_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rootwatch/config"
	"rootwatch/config/secret"
)

// FuzzLoad holds that no file and no variable makes loading panic, or makes
// a token appear in a fault or in a printed configuration. CANARY in the
// input stands for a token.
func FuzzLoad(f *testing.F) {
	seeds, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range seeds {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(strings.ReplaceAll(string(content), botToken, "CANARY"), "ROOTWATCH_SLACK_BOT_TOKEN", "CANARY")
	}
	f.Add(string(config.Example()), "ROOTWATCH_ORGANIZATIONS_1_NAME", "second")
	f.Add(minimal+"slack: {bot_token: CANARY, signing_secret: env:CANARY}\nCANARY: CANARY\n", "ROOTWATCH_CANARY", "CANARY")
	f.Add("a: *CANARY\n", "ROOTWATCH_TIME_ZONE", "CANARY")
	f.Add("version: !CANARY 1\norganizations: [{name: CANARY, region: 'CANARY', channels: {digest: CANARY}}]\n", "ROOTWATCH_SLACK_API_URL", "http://CANARY/")
	f.Add(minimal+"store: {url: 'secretsmanager:a#b'}\nslack: {bot_token: 'ssm:/a', app_token: 'ssm:/CANARY'}\n", "ROOTWATCH_STORE_URL", "postgres://a:CANARY@b/c")
	f.Add(minimal+"    external_id: ssm:/a\nstore: {path: 'postgres://a:CANARY@b/c'}\n", "ROOTWATCH_SLACK_APP_TOKEN", "CANARY")
	f.Fuzz(func(t *testing.T, text, name, value string) {
		fill := func(s string) string { return strings.ReplaceAll(s, "CANARY", botToken) }
		vars := map[string]string{"SLACK_BOT_TOKEN": botToken, "SLACK_SIGNING_SECRET": botToken, "ROOTWATCH_EXTERNAL_ID": botToken, fill(name): fill(value)}
		env := environ(vars, map[string]string{"rootwatch.yaml": fill(text)})
		onDisk := env.ReadFile
		env.ReadFile = func(path string) ([]byte, error) {
			if path != "rootwatch.yaml" {
				return []byte(botToken + "\n"), nil // whatever file a reference names
			}
			return onDisk(path)
		}
		env.Fetch = func(_ context.Context, place secret.Place) (string, error) {
			if len(place.Name)%2 == 0 {
				return "", fmt.Errorf("%s cannot be read", place)
			}
			return botToken, nil
		}
		fiveFields := func(spec string) error {
			if strings.Count(spec, " ") != 4 {
				return fmt.Errorf("%q is not a cron expression", spec)
			}
			return nil
		}
		c, err := config.Load(t.Context(), "rootwatch.yaml", env, fiveFields)
		if (c == nil) == (err == nil) {
			t.Fatalf("%v and %v", c, err)
		}
		printed := fmt.Sprintf("%v", err)
		if err != nil {
			var faults config.Faults
			if !errors.As(err, &faults) || len(faults) == 0 || printed == "" {
				t.Fatalf("%v is not Faults", err)
			}
		} else {
			asJSON, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			printed = fmt.Sprintf("%s %+v %#v %v", asJSON, c, c, c.RequireSlack())
		}
		_, err = config.LoadForServe(t.Context(), "rootwatch.yaml", env, fiveFields)
		if printed += fmt.Sprint(err); strings.Contains(printed, botToken) {
			t.Errorf("prints the token: %s", printed)
		}
	})
}
