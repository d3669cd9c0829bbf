package chaos

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rootwatch/internal/demo"
	"rootwatch/internal/demo/cloud"
)

// emulator is one emulator of the demo alone, as a process of its own.
type emulator struct {
	typed io.Writer
	lines *bufio.Scanner
}

func alone(t *testing.T, which string) emulator {
	t.Helper()
	build(t)
	cmd := exec.Command(program.path, "demo", "--only", which, "--listen", "127.0.0.1:0")
	typed, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	read, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed
	})
	return emulator{typed, bufio.NewScanner(read)}
}

// after is what stands behind the mark on the next line that has it.
func (e emulator) after(t *testing.T, mark string) string {
	t.Helper()
	for e.lines.Scan() {
		if _, rest, found := strings.Cut(e.lines.Text(), mark); found {
			return rest
		}
	}
	t.Fatalf("%q is not printed", mark)
	return ""
}

// With what the two emulators print, serve reads its secrets from AWS and
// answers over Socket Mode.
func TestServeOverSocketModeWithSecretsOfAWS(t *testing.T) {
	aws, inSlack := alone(t, "aws"), alone(t, "slack")
	environment := strings.Fields(aws.after(t, "export "))
	parameter := aws.after(t, "secrets of demo --only slack: ")
	secret := strings.Fields(aws.after(t, "#signing_secret, "))[0]
	api := inSlack.after(t, "slack.api_url: ")
	dir := t.TempDir()
	config := filepath.Join(dir, "rootwatch.yaml")
	if err := os.WriteFile(config, fmt.Appendf(nil, `version: 1
listen: 127.0.0.1:0
store: { path: %q }
organizations:
  - { name: main, role_name: %s, external_id: env:TEST_EXTERNAL_ID, channels: { digest: %s, alerts: %s } }
slack: { bot_token: "%s", app_token: "%s", api_url: "%s" }
`, filepath.Join(dir, "rootwatch.db"), cloud.DemoRole, demo.DigestChannel, demo.AlertChannel, parameter, secret, api), 0o600); err != nil {
		t.Fatal(err)
	}
	none := filepath.Join(dir, "none")
	serve := exec.CommandContext(t.Context(), program.path, "serve", "--config", config, "--while-stdin")
	serve.Env = append([]string{"PATH=" + os.Getenv("PATH"), "TEST_EXTERNAL_ID=" + cloud.DemoExternalID, "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=" + none, "AWS_SHARED_CREDENTIALS_FILE=" + none}, environment...)
	var log strings.Builder
	serve.Stderr = &log
	hold, err := serve.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- serve.Wait()
	}()
	for answered := false; !answered; {
		select {
		case err := <-ended:
			t.Fatalf("serve ended: %v\n%s", err, log.String())
		default:
		}
		if _, err := io.WriteString(inSlack.typed, "/rootcheck help\n"); err != nil {
			t.Fatal(err)
		}
		for inSlack.lines.Scan() {
			if line := inSlack.lines.Text(); strings.Contains(line, "How to use") {
				answered = true
			} else if !strings.Contains(line, "nobody hears that") {
				continue
			}
			break
		}
	}
	if err := hold.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("%v\n%s", err, log.String())
	}
}
