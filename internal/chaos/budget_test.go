package chaos

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/internal/demo/cloud"
)

// The coach reads the budgets of one account and pays for nothing.
func TestBudgetCommand(t *testing.T) {
	c := emulate(t, cloud.DemoOrganization(time.Now()))
	path := c.config("")
	coach := func(args ...string) (checks.BudgetAdvice, int) {
		t.Helper()
		stdout, stderr, status := c.run(append([]string{"--config", path, "budget", "--format", "json"}, args...)...)
		var d struct {
			Version int
			Budget  checks.BudgetAdvice
		}
		if err := json.Unmarshal([]byte(stdout), &d); err != nil || d.Version != 1 {
			t.Fatalf("%v: %v\n%s%s", args, err, stdout, stderr)
		}
		return d.Budget, status
	}
	if b, status := coach("222233334444"); status != 3 || b.Wanted != nil || !strings.Contains(strings.Join(b.Notes, " "), "No bill has been read yet") {
		t.Errorf("before any bill: exit status %d, %+v", status, b)
	}
	if _, stderr, status := c.run("--config", path, "spend", "--refresh"); status != 0 {
		t.Fatal(stderr)
	}
	paid := c.cloud.CallCount("ce", "")
	for name, want := range map[string]struct {
		status int
		says   string
	}{
		"analytics-prod": {1, "can be deleted"}, "dev-alice": {1, "cannot fire while they last"}, "prod-search": {1, "does not let budgets.amazonaws.com publish"},
		"hr-portal": {3, "root must switch it on"},
	} {
		b, status := coach(name)
		if status != want.status || !strings.Contains(strings.Join(b.Notes, " "), want.says) || b.Wanted == nil || !b.Wanted.Amount.IsPositive() {
			t.Errorf("%s: exit status %d, %+v", name, status, b)
		}
	}
	for name, want := range map[string]struct {
		status int
		says   string
	}{"backup-vault": {0, "Nothing is needed"}, "old-acquisition": {3, "AWS lists the account as suspended"}} {
		b, status := coach(name)
		if said := strings.Join(b.Notes, " "); status != want.status || !strings.Contains(said, want.says) || strings.Contains(said, "placeholders") || b.Wanted != nil {
			t.Errorf("%s: exit status %d, %+v", name, status, b)
		}
	}
	if stdout, stderr, status := c.run("--config", path, "budget", "backup-vault", "--format", "cli"); status != 0 || stdout != "" || !strings.Contains(stderr, "Nothing is needed") {
		t.Errorf("exit status %d, %s%s", status, stdout, stderr)
	}
	if stdout, stderr, status := c.run("--config", path, "budget", "999999999999"); status != 3 || stdout != "" || !strings.Contains(stderr, "not in organization main, as AWS lists it") {
		t.Errorf("an account of nobody: exit status %d, %s%s", status, stdout, stderr)
	}
	if stdout, _, _ := c.run("--config", path, "budget", "hr-portal"); !strings.Contains(stdout, "the root user must switch on") || strings.Contains(stdout, "nothing that was read") {
		t.Errorf("the switch is not said:\n%s", stdout)
	}
	if b, _ := coach("dev-alice", "--notify", "a@example.com,b@example.com"); len(b.Wanted.Notify) != 2 || strings.Contains(strings.Join(b.Notes, " "), "placeholders") {
		t.Errorf("%+v", b.Wanted)
	}
	if n := c.cloud.CallCount("ce", ""); n != paid {
		t.Errorf("%d requests were paid for", n-paid)
	}
	for format, begins := range map[string]string{"cli": "aws budgets create-budget --account-id 222233334444", "terraform": `resource "aws_budgets_budget"`} {
		if stdout, _, status := c.run("--config", path, "budget", "analytics-prod", "--format", format); status != 1 || !strings.HasPrefix(stdout, begins) {
			t.Errorf("%s: exit status %d, %s", format, status, stdout)
		}
	}
	for _, wrong := range [][]string{{"no-such-account"}, {"analytics-prod", "backup-vault"}, {"analytics-prod", "--notify", "nobody"}} {
		if stdout, _, status := c.run(append([]string{"--config", path, "budget"}, wrong...)...); status != 2 || stdout != "" {
			t.Errorf("%v: exit status %d, %s", wrong, status, stdout)
		}
	}
}
