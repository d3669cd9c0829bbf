package chaos

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/gofrs/flock"

	"rootwatch/checks"
	"rootwatch/internal/demo"
	"rootwatch/internal/demo/cloud"
)

// cli is the program on the emulated organization, without a Slack.
type cli struct {
	t     *testing.T
	dir   string
	cloud *cloud.Server
	url   string
	dns   string // who answers for the DNS
}

func newCLI(t *testing.T) *cli {
	t.Helper()
	return emulate(t, cloud.DemoOrganization(time.Now()))
}

// config writes a configuration with the organization's role and returns its path.
func (c *cli) config(extra string) string {
	c.t.Helper()
	path := filepath.Join(c.dir, "rootwatch.yaml")
	text := "version: 1\nstore: { path: " + filepath.Join(c.dir, "rootwatch.db") + " }\norganizations:\n  - name: main\n    role_name: " +
		cloud.DemoRole + "\n    external_id: env:TEST_EXTERNAL_ID\n" + extra
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return path
}

// run runs the program and returns what it printed and its exit status.
func (c *cli) run(args ...string) (stdout, stderr string, status int) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program.path, args...)
	cmd.Dir = c.dir
	none := filepath.Join(c.dir, "none")
	cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+c.url, "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=not-a-secret", "AWS_REGION=us-east-1",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE="+none, "AWS_SHARED_CREDENTIALS_FILE="+none, "TEST_EXTERNAL_ID="+cloud.DemoExternalID, "ROOTWATCH_DNS_RESOLVER="+c.dns)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		c.t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// clean mends the one fault of the demo's management account.
func clean(o *cloud.Organization) {
	o.RootFeatures = []string{cloud.CentralCredentials, cloud.CentralSessions}
}

// The exit statuses, the first that holds: 2 usage or configuration, 4
// failure, 1 findings, 3 something could not be read, 0 fine.
func TestExitStatus(t *testing.T) {
	c := newCLI(t)
	c.cloud.Update(clean)
	path := c.config("")
	broken := filepath.Join(c.dir, "broken.yaml")
	if err := os.WriteFile(broken, []byte("version: 1\norganisations: []\ntime_zone: Mars\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	yesterday := time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	for name, r := range map[string]struct {
		args   []string
		status int
		says   string
	}{
		// Nothing fails; the bill and four months of history need time, which is no pass and no fault.
		"a clean account of one's own":  {[]string{"check"}, 0, "No bill has been read yet"},
		"no configuration, own account": {[]string{"check", "111122223333"}, 0, "26 pass"},
		"by name":                       {[]string{"check", "org-management"}, 0, "0 fail"},
		"findings":                      {[]string{"--config", path, "check", "prod-payments"}, 1, "Root has an access key"},
		"findings below the floor":      {[]string{"--config", path, "check", "legacy-web", "--fail-on", "critical"}, 0, "inactive access key"},
		"not readable":                  {[]string{"--config", path, "check", "contractor-lab", "--fail-on", "critical"}, 3, "the role RootwatchAudit could not"},
		"findings before unreadable":    {[]string{"--config", path, "check", "--all"}, 1, "Total"},
		"a wrong id":                    {[]string{"check", "12345678901"}, 2, "has 11 digits"},
		"a typing error":                {[]string{"check", "prod-paymets"}, 2, "rootwatch check prod-payments"},
		"an account of somebody else":   {[]string{"check", "999999999999"}, 3, "is not in organization"},
		"an unknown flag":               {[]string{"check", "--nonsense"}, 2, "unknown flag"},
		"a flag without its value":      {[]string{"check", "--format"}, 2, "--format needs a value, one of table, json"},
		"a command without its account": {[]string{"history"}, 2, "history needs <account>"},
		"a command with nothing":        {[]string{"attest"}, 2, "attest needs <check>, --by=NAME, --until=DATE"},
		"a directory that is not there": {[]string{"--config", path, "evidence", "--from", yesterday, "--to", yesterday, "--out", "/nonexistent/x.zip"}, 2, "the directory /nonexistent is not there"},
		"nearly a check":                {[]string{"checks", "root-mf"}, 2, "did you mean root-mfa?"},
		"the command that was typed":    {[]string{"--config", path, "budget", "prod-paymets"}, 2, "rootwatch budget prod-payments"},
		"the history of a stranger":     {[]string{"--config", path, "history", "999999999999"}, 3, ""},
		"the doctor of a stranger":      {[]string{"--config", path, "doctor", "999999999999"}, 3, "is not in organization"},
		"an unknown command":            {[]string{"chekc"}, 2, "chekc"},
		"the command's own help":        {[]string{"check", "--nonsense"}, 2, "Try rootwatch check --help."},
		"the version as a flag":         {[]string{"--version"}, 0, "rootwatch dev"},
		"a placeholder in the manifest": {[]string{"manifest"}, 0, "https://rootwatch.example.com is a placeholder"},
		"two ways in one manifest":      {[]string{"manifest", "--socket", "--request-url", "https://bot.example.com"}, 2, "--socket needs no URL"},
		"a broken configuration":        {[]string{"--config", broken, "check"}, 2, "organizations"},
		"a configuration that is gone":  {[]string{"--config", "nowhere.yaml", "check"}, 2, "nowhere.yaml"},
		"an unknown check":              {[]string{"checks", "root-mafia"}, 2, "root-mafia"},
		"the version":                   {[]string{"version"}, 0, "rootwatch"},
		"the example":                   {[]string{"config", "example"}, 0, "organizations:"},
		"serve without Slack":           {[]string{"--config", path, "serve"}, 2, "slack.bot_token"},
	} {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, status := c.run(r.args...)
			if said := strings.Join(strings.Fields(stdout+stderr), " "); status != r.status || !strings.Contains(said, r.says) {
				t.Errorf("exit status %d, want %d and %q\n%s\n%s", status, r.status, r.says, stdout, stderr)
			}
			if strings.Contains(stdout, "\x1b[") {
				t.Error("colour in a pipe")
			}
		})
	}
	c.cloud.AddFault(cloud.Fault{Service: "sts", Operation: "GetCallerIdentity", Kind: cloud.FaultServerError})
	if stdout, stderr, status := c.run("check"); status != 4 {
		t.Errorf("AWS is down: exit status %d\n%s\n%s", status, stdout, stderr)
	}
}

// JSON and CSV hold every account with one finding for each check.
func TestFormats(t *testing.T) {
	c := newCLI(t)
	path := c.config("")
	stdout, stderr, _ := c.run("--config", path, "check", "--all", "--format", "json")
	var doc struct {
		Version int
		Reports []struct {
			AccountID, AccountName string
			Findings               []json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(stdout), &doc); err != nil || doc.Version != 1 || len(doc.Reports) != 40 {
		t.Fatalf("%v: %d reports\n%s", err, len(doc.Reports), stderr)
	}
	for _, r := range doc.Reports {
		if len(r.Findings) != len(checks.All()) {
			t.Errorf("%s has %d findings", r.AccountID, len(r.Findings))
		}
	}
	stdout, stderr, _ = c.run("--config", path, "check", "--all", "--format", "csv")
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	if err != nil || len(rows) != 1+40*len(checks.All()) {
		t.Errorf("%d rows: %v\n%s", len(rows), err, stderr)
	}
	for _, args := range [][]string{{"checks", "--format", "json"}, {"--config", path, "spend", "--refresh", "--format", "json"}} {
		stdout, stderr, status := c.run(args...)
		if !json.Valid([]byte(stdout)) || status != 0 {
			t.Errorf("%v: exit status %d\n%s\n%s", args, status, stdout, stderr)
		}
	}
}

// Beside a running serve, check asks it and waits for the answer.
func TestCheckBesideServe(t *testing.T) {
	stage := open(t)
	cmd := exec.CommandContext(t.Context(), stage.Program(), "--config", stage.Config(), "check", "prod-payments", "--time-offset="+stage.Ahead().String())
	cmd.Env = stage.Environment()
	output, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(output), "Root has an access key") {
		t.Errorf("%v\n%s", err, output)
	}
}

// A check that waits for the process which has the store takes over when that ends.
func TestCheckInheritsTheStore(t *testing.T) {
	c := newCLI(t)
	path := c.config("")
	held := flock.New(filepath.Join(c.dir, "rootwatch.db.lock"))
	if locked, err := held.TryLock(); err != nil || !locked {
		t.Fatal(locked, err)
	}
	c.cloud.Update(clean)
	ended := time.AfterFunc(2*time.Second, func() { _ = held.Unlock() })
	defer ended.Stop()
	if stdout, stderr, status := c.run("--config", path, "check", "111122223333"); status != 0 || !strings.Contains(stdout, "26 pass") {
		t.Errorf("exit status %d\n%s\n%s", status, stdout, stderr)
	}
}

// The demo's clock stands at half past nine: in the afternoon it goes back.
func TestServeWithAClockThatIsBehind(t *testing.T) {
	stage := open(t)
	for _, by := range []time.Duration{-36 * time.Hour, 72 * time.Hour} {
		if err := stage.Stop(); err != nil {
			t.Fatal(err)
		}
		stage.Advance(by)
		if err := stage.Start(t.Context()); err != nil {
			t.Fatalf("%s ahead: %v", stage.Ahead(), err)
		}
	}
}

// screen is what a terminal shows. To read from it is to wait until it shows
// what is awaited.
type screen struct {
	mu     sync.Mutex
	text   strings.Builder
	awaits string
	shown  chan struct{} // closed once it is there
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Write(p)
	if s.awaits != "" && strings.Contains(s.text.String(), s.awaits) {
		s.awaits = ""
		close(s.shown)
	}
	return len(p), nil
}

func (s *screen) Read([]byte) (int, error) {
	select {
	case <-s.shown:
	case <-time.After(time.Minute): // then the test says what is missing
	}
	return 0, io.EOF
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// The prompt of the demo does what it says.
func TestDemoPrompt(t *testing.T) {
	build(t)
	// What a press changes is shown when it comes: the next line waits for it.
	out := &screen{awaits: "Acknowledged by alice", shown: make(chan struct{})}
	err := demo.Run(t.Context(), demo.Options{
		Binary: program.path, AWSListen: "127.0.0.1:0", SlackListen: "127.0.0.1:0", Listen: "127.0.0.1:0", Out: out, Err: out, Width: 80,
		In: io.MultiReader(strings.NewReader("press acknowledge\n"), out, strings.NewReader("press nothing\n/rootcheck 1111-2222-3333\n/spend sandbox-dev\nnext day\nthrottle\nkill\n/rootcheck prod-paymets\ntruth\nnonsense\nquit\n")),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Open in a browser: http://127.0.0.1:", "1 of 40 checks fail: org-management", "sandbox-dev", "It is ", "Killed.", "only to alice", "`/rootcheck prod-payments`", "chroot-admin", "I do not know that word"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not shown\n%s", want, out.String())
		}
	}
	for _, want := range []string{
		`(?m)^\[Acknowledge\].*\n\nOpen in a browser: .*\n> `, // the last line before the first prompt
		`Acknowledged by alice`, `There is no button \[nothing\]`,
		`AWS refused [1-9]\d* of the bot's \d+ calls`,
	} {
		if !regexp.MustCompile(want).MatchString(out.String()) {
			t.Errorf("%s is not shown\n%s", want, out.String())
		}
	}
	for line := range strings.Lines(out.String()) {
		if words := strings.Fields(line); utf8.RuneCountInString(line) > 81 && len(words) > 1 && !strings.Contains(line, "───") {
			t.Errorf("a line of more than 80 columns: %s", line)
		}
	}
}

// A workspace on its own has a page too: whatever bot it is given can be
// watched there.
func TestOnlySlackHasAPage(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- demo.Run(ctx, demo.Options{Only: "slack", SlackListen: "127.0.0.1:0", Listen: "127.0.0.1:0", In: strings.NewReader(""), Out: write, Err: io.Discard})
		_ = write.Close()
	}()
	address := ""
	for lines := bufio.NewScanner(read); address == "" && lines.Scan(); {
		_, address, _ = strings.Cut(lines.Text(), "Open in a browser: ")
	}
	go func() { _, _ = io.Copy(io.Discard, read) }()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("%s is answered with %s", address, response.Status)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Without a configuration there is no store, so each call pays anew: it says
// so before, and what this one cost after. A row of all accounts names its
// account, with two decimals.
func TestSpendSaysWhatItCosts(t *testing.T) {
	c := newCLI(t)
	out, errs, status := c.run("spend", "--format", "csv")
	if status != 0 || !regexp.MustCompile(`(?s)Reading the bill of .*: 30 days\. Cost Explorer takes \$0\.01 a page\.\nThis took \d+ requests, \$0\.\d\d\.\n$`).MatchString(errs) {
		t.Errorf("status %d: %s", status, errs)
	}
	if !regexp.MustCompile(`(?m)^[^,]+,\d{12},[^,]+,prod-payments,\d+\.\d\d,\d+\.\d\d,USD$`).MatchString(out) {
		t.Errorf("rows without ids or cents:\n%s", out)
	}
	if _, errs, status := c.run("spend", "nosuch-account"); status != 2 || strings.Contains(errs, "Reading") {
		t.Errorf("a name that nobody has costs money: status %d: %s", status, errs)
	}
}
