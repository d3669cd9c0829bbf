package chaos

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"rootwatch/internal/demo"
	"rootwatch/internal/store"
)

// A forged, a late and a replayed request get 401 from the running bot and
// leave no trace but a counter.
func TestRefusedRequests(t *testing.T) {
	stage := open(t)
	if _, err := stage.Workspace.Command(t.Context(), "U0ALICE000", demo.AlertChannel, "/rootcheck", "help"); err != nil {
		t.Fatal(err)
	}
	genuine := stage.Workspace.LastSigned()
	forged := stage.Workspace.SignAt(time.Now(), genuine.Body)
	forged.Signature = strings.Replace(forged.Signature, forged.Signature[3:6], "000", 1)
	late := stage.Workspace.SignAt(time.Now().Add(-10*time.Minute), genuine.Body)
	before := requests(t, stage)
	for name, r := range map[string]func(context.Context) (int, error){
		"forged": func(ctx context.Context) (int, error) {
			a, err := stage.Workspace.SendRaw(ctx, forged)
			return a.Status, err
		},
		"late": func(ctx context.Context) (int, error) {
			a, err := stage.Workspace.SendRaw(ctx, late)
			return a.Status, err
		},
		"replayed": func(ctx context.Context) (int, error) {
			a, err := stage.Workspace.SendRaw(ctx, genuine)
			return a.Status, err
		},
	} {
		posts := len(stage.Workspace.Posts())
		status, err := r(t.Context())
		if err != nil || status != http.StatusUnauthorized {
			t.Errorf("%s: status %d, %v", name, status, err)
		}
		if n := counter(t, stage, `rootwatch_slack_requests_refused_total{reason="`+name+`"}`); n != "1" {
			t.Errorf("%s: counted %q times", name, n)
		}
		if len(stage.Workspace.Posts()) != posts {
			t.Errorf("%s: something was said", name)
		}
	}
	if after := requests(t, stage); after != before {
		t.Errorf("the store remembers %d requests, %d before", after, before)
	}
}

// requests counts what the store has taken.
func requests(t *testing.T, stage *demo.Stage) int {
	t.Helper()
	memory, err := store.OpenSQLite(t.Context(), store.Options{Path: stage.Database(), Now: stage.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = memory.Close() }()
	var n int
	if err := memory.DB().QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM request) + (SELECT count(*) FROM run)`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// counter reads one line of the bot's metrics.
func counter(t *testing.T, stage *demo.Stage, series string) string {
	t.Helper()
	response, err := http.Get(stage.BotURL() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(series) + ` (\S+)$`).FindSubmatch(body)
	if found == nil {
		return ""
	}
	return string(found[1])
}

// A second serve on one store is refused with the reason, and a token that
// Slack refuses ends the start.
func TestServeRefusesToStart(t *testing.T) {
	stage := open(t)
	for name, c := range map[string]struct {
		environment []string
		says        string
	}{
		"a second process":   {nil, "in use by another process"},
		"a wrong token":      {[]string{"ROOTWATCH_SLACK_BOT_TOKEN=xoxb-test-not-the-token", "ROOTWATCH_STORE_PATH=" + t.TempDir() + "/other.db"}, "Slack refuses slack.bot_token"},
		"no signing secret":  {[]string{"ROOTWATCH_DEMO_SIGNING_SECRET="}, "slack.signing_secret"},
		"a zone of nonsense": {[]string{"ROOTWATCH_TIME_ZONE=Europe/Atlantis"}, "Europe/Atlantis"},
	} {
		cmd := exec.CommandContext(t.Context(), stage.Program(), "serve", "--config", stage.Config())
		cmd.Env = append(stage.Environment(), c.environment...)
		output, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || !strings.Contains(string(output), c.says) {
			t.Errorf("%s: %v\n%s", name, err, output)
			continue
		}
		want := 4
		if strings.Contains(name, "secret") || strings.Contains(name, "zone") {
			want = 2
		}
		if exit.ExitCode() != want {
			t.Errorf("%s: exit status %d, want %d", name, exit.ExitCode(), want)
		}
		if strings.Contains(string(output), "xoxb-test") {
			t.Errorf("%s: the token is printed: %s", name, output)
		}
	}
}
