package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"rootwatch/bot/slack"
	"rootwatch/internal/demo/cloud"
	"rootwatch/internal/demo/workspace"
	"rootwatch/internal/doctor"
	"rootwatch/internal/store"
)

// The patient's secrets, which nobody would take.
const (
	patientBot     = "xoxb-test-patient"
	patientApp     = "xapp-test-patient"
	patientSigning = "0123456789abcdef0123456789abcdef"
	patientSick    = "444455556666" // the account that faults are planted in
)

// patient is a whole installation: an organization and a workspace in which
// nothing is wrong, until a fault is planted.
type patient struct {
	t         *testing.T
	dir       string
	org       *cloud.Organization
	cloud     cloud.Options
	faults    []cloud.Fault
	workspace workspace.Options
	refusals  []workspace.Fault
	store     string
	extra     string // of the configuration, at its top level
	env       map[string]string
	args      []string
}

func newPatient(t *testing.T) *patient {
	t.Helper()
	build(t)
	dir := t.TempDir()
	org := cloud.DemoOrganization(time.Now())
	org.Accounts = slices.DeleteFunc(org.Accounts, func(a *cloud.Account) bool {
		return a.NoRole || len(a.Denied) > 0 || a.ReportPolls > 0 || a.State != "ACTIVE"
	})[:6]
	return &patient{
		t: t, dir: dir, org: org, store: filepath.Join(dir, "rootwatch.db"), args: []string{"--all", "--paid"},
		workspace: workspace.Options{
			BotToken: patientBot, SigningSecret: patientSigning, AppToken: patientApp, TeamID: "T0TEST0000", Scopes: slack.ManifestScopes(),
			Channels: []workspace.Channel{{ID: "C0DIGEST00", Name: "cloud-digest"}, {ID: "C0ALERTS00", Name: "cloud-alerts", NotMember: true}},
		},
		env: map[string]string{
			"TEST_EXTERNAL_ID": cloud.DemoExternalID, "TEST_BOT": patientBot, "TEST_APP": patientApp, "TEST_SIGNING": patientSigning,
			"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-secret", "AWS_REGION": "us-east-1",
			"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": filepath.Join(dir, "none"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(dir, "none"),
		},
	}
}

// see has the program look at the patient.
func (p *patient) see() (lines []doctor.Line, status int, table string) {
	p.t.Helper()
	aws := cloud.New(p.org, p.cloud)
	for _, f := range p.faults {
		aws.AddFault(f)
	}
	inSlack := workspace.New(p.workspace)
	for _, f := range p.refusals {
		inSlack.AddFault(f)
	}
	awsServer, slackServer := httptest.NewServer(aws), httptest.NewServer(inSlack)
	defer awsServer.Close()
	defer slackServer.Close()
	inSlack.SetBaseURL(slackServer.URL)
	path := filepath.Join(p.dir, "rootwatch.yaml")
	text := fmt.Sprintf(`version: 1
store: { path: %q }
organizations:
  - name: main
    role_name: %s
    external_id: env:TEST_EXTERNAL_ID
    channels: { digest: C0DIGEST00, alerts: C0ALERTS00 }
slack: { bot_token: env:TEST_BOT, app_token: env:TEST_APP, signing_secret: env:TEST_SIGNING, api_url: %s/api/ }
%s`, p.store, cloud.DemoRole, slackServer.URL, p.extra)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.env["AWS_ENDPOINT_URL"] = awsServer.URL
	run := func(format string) ([]byte, int) {
		ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, program.path, append([]string{"--config", path, "doctor", "--format", format}, p.args...)...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.dir, "TMPDIR=" + p.dir}
		for key, value := range p.env {
			cmd.Env = append(cmd.Env, key+"="+value)
		}
		var said bytes.Buffer
		cmd.Stderr = &said
		output, err := cmd.Output()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			p.t.Fatalf("%v\n%s", err, said.String())
		}
		for _, hidden := range []string{patientBot, patientApp, patientSigning, cloud.DemoExternalID} {
			if bytes.Contains(output, []byte(hidden)) || bytes.Contains(said.Bytes(), []byte(hidden)) {
				p.t.Errorf("%s is printed", hidden)
			}
		}
		return output, cmd.ProcessState.ExitCode()
	}
	output, status := run("json")
	var document struct {
		Version int
		Status  doctor.Status
		Lines   []doctor.Line
	}
	if err := json.Unmarshal(output, &document); err != nil || document.Version != 1 || document.Status != doctor.Worst(document.Lines) {
		p.t.Fatalf("exit status %d: %v\n%s", status, err, output)
	}
	shown, _ := run("table")
	if posts := inSlack.Posts(); len(posts) > 0 {
		p.t.Errorf("the doctor spoke: %+v", posts)
	}
	return document.Lines, status, string(shown)
}

// planted is one fault, and what the doctor must say of it.
type planted struct {
	plant     func(p *patient)
	area      string
	status    doctor.Status
	found, do string
	exit      int
}

func inAWS(f cloud.Fault) func(*patient) {
	return func(p *patient) { p.faults = append(p.faults, f) }
}

func sick(change func(a *cloud.Account)) func(*patient) {
	return func(p *patient) {
		for _, a := range p.org.Accounts {
			if a.ID.String() == patientSick {
				change(a)
			}
		}
	}
}

// faults are those of docs/doctor.md.
var faults = map[string]planted{
	"expired credentials": {plant: inAWS(cloud.Fault{Service: "sts", Operation: "GetCallerIdentity", Kind: cloud.FaultDeny, Code: "ExpiredToken", Message: "The security token included in the request is expired"}),
		area: doctor.Credentials, status: doctor.Problem, found: "have expired", do: "aws sso login", exit: 1},
	"another external id": {plant: func(p *patient) { p.env["TEST_EXTERNAL_ID"] = "another-one" },
		area: doctor.Accounts, status: doctor.Problem, found: "cannot be assumed in any of the 5 accounts", do: "external_id in the configuration", exit: 1},
	"no role in one account": {plant: sick(func(a *cloud.Account) { a.NoRole = true }),
		area: doctor.Accounts, status: doctor.Problem, found: "cannot be assumed in 1 account", do: "Deploy the role there", exit: 1},
	"one permission denied": {plant: sick(func(a *cloud.Account) { a.Denied = []string{"iam:ListVirtualMFADevices"} }),
		area: doctor.Permissions, status: doctor.Problem, found: "AWS denies it in 1 account", do: "`rootwatch policy --for member`", exit: 1},
	"denied by a service control policy": {plant: inAWS(cloud.Fault{Service: "iam", Operation: "GetAccountSummary", Account: patientSick, Kind: cloud.FaultDeny,
		Message: "User: arn:aws:sts::444455556666:assumed-role/RootwatchAudit/rootwatch is not authorized to perform: iam:GetAccountSummary on resource: * with an explicit deny in a service control policy"}),
		area: doctor.Permissions, status: doctor.Problem, found: "a service control policy denies it in 1 account", do: "Exempt the role RootwatchAudit", exit: 1},
	"the organization may not be listed": {plant: inAWS(cloud.Fault{Service: "organizations", Operation: "ListAccounts", Kind: cloud.FaultDeny}),
		area: doctor.Organization, status: doctor.Problem, found: "AWS denied organizations:ListAccounts", do: "`rootwatch policy --for management`", exit: 1},
	"no trusted access for contacts": {plant: func(p *patient) { p.org.NoTrustedAccess = true },
		area: doctor.Permissions, status: doctor.Warning, found: "Trusted access for AWS Account Management is off", do: "Enable it under AWS Organizations", exit: 0},
	"a region that is switched off": {plant: inAWS(cloud.Fault{Service: "sts", Operation: "AssumeRole", Kind: cloud.FaultDeny, Code: "RegionDisabledException", Message: "STS is not activated in this region for account:111122223333."}),
		area: doctor.Region, status: doctor.Problem, found: "AWS STS is switched off in the configured region", do: "Name another one under region", exit: 1},
	"Cost Explorer is not enabled": {plant: func(p *patient) { p.org.CostExplorerOff = true },
		area: doctor.Costs, status: doctor.Problem, found: "Cost Explorer is not enabled", do: "Open Billing and Cost Management, Cost Explorer, once", exit: 1},
	"billing access is off": {plant: inAWS(cloud.Fault{Service: "ce", Operation: "GetCostAndUsage", Kind: cloud.FaultDeny,
		Message: "User: arn:aws:iam::111122223333:user/rootwatch is not authorized to perform: ce:GetCostAndUsage"}),
		area: doctor.Costs, status: doctor.Problem, found: "AWS denied ce:GetCostAndUsage", do: "IAM user and role access to Billing information", exit: 1},
	"the bill's permission is missing": {plant: inAWS(cloud.Fault{Service: "ce", Operation: "GetCostAndUsage", Kind: cloud.FaultDeny}),
		area: doctor.Costs, status: doctor.Problem, found: "AWS denied ce:GetCostAndUsage", do: "Allow it in the policy of Rootwatch's role", exit: 1},
	"a clock that is ten minutes off": {plant: func(p *patient) { p.cloud.Date = func() time.Time { return time.Now().Add(10 * time.Minute) } },
		area: doctor.Clock, status: doctor.Problem, found: "behind AWS's", do: "Set this machine's clock", exit: 1},
	"a store in no directory": {plant: func(p *patient) { p.store = filepath.Join(p.dir, "nowhere", "rootwatch.db") },
		area: doctor.Store, status: doctor.Problem, found: "does not exist", do: "give this user write access", exit: 1},
	"a store of a newer version": {plant: newerStore,
		area: doctor.Store, status: doctor.Problem, found: "written by a newer version", do: "run that version", exit: 1},
	"a revoked bot token": {plant: func(p *patient) {
		p.refusals = append(p.refusals, workspace.Fault{Method: "auth.test", Kind: workspace.FaultError, Code: "token_revoked"})
	}, area: doctor.Slack, status: doctor.Problem, found: "Slack refuses it: token_revoked", do: "Install the app again", exit: 1},
	"a revoked app-level token": {plant: func(p *patient) { p.env["TEST_APP"] = "xapp-test-revoked" },
		area: doctor.Slack, status: doctor.Problem, found: "Slack refuses it: invalid_auth", do: "connections:write", exit: 1},
	"the client secret for the signing secret": {plant: func(p *patient) { p.env["TEST_SIGNING"] = "0123456789abcdef" },
		area: doctor.Slack, status: doctor.Problem, found: "it is not 32 hexadecimal digits", do: "Copy the Signing Secret from Basic Information", exit: 1},
	"a scope that is missing": {plant: func(p *patient) {
		p.workspace.Scopes = slices.DeleteFunc(slices.Clone(p.workspace.Scopes), func(s string) bool { return s == "files:write" || s == "groups:history" })
	}, area: doctor.Scopes, status: doctor.Problem, found: "lacks", do: "install the app again", exit: 1},
	"an archived channel": {plant: func(p *patient) { p.workspace.Channels[0].Archived = true },
		area: doctor.Channels, status: doctor.Problem, found: "#cloud-digest is archived", do: "Unarchive it", exit: 1},
	"a private channel without the bot": {plant: func(p *patient) { p.workspace.Channels[1].Private = true },
		area: doctor.Channels, status: doctor.Problem, found: "Slack knows no such channel, or does not show it to the bot", do: "/invite @rootwatch", exit: 1},
	"a configuration with a fault": {plant: func(p *patient) { p.extra = "time_zone: Europe/Atlantis\n" },
		area: doctor.Configuration, status: doctor.Problem, found: "is not in the IANA time zone database", do: "rootwatch config example", exit: 2},
	"a secret that is not there": {plant: func(p *patient) { delete(p.env, "TEST_BOT") },
		area: doctor.Configuration, status: doctor.Problem, found: "TEST_BOT is not set", do: "set what it names", exit: 2},
	"the bill was never read": {plant: func(p *patient) { p.args = []string{"--all"} },
		area: doctor.Costs, status: doctor.NotKnown, found: "the bill was never read", do: "rootwatch doctor --paid", exit: 3},
}

// newerStore makes a store that a later version has migrated.
func newerStore(p *patient) {
	p.t.Helper()
	made, err := store.OpenSQLite(p.t.Context(), store.Options{Path: p.store})
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := made.DB().ExecContext(p.t.Context(), `INSERT INTO rootwatch_migration (version_id, is_applied) VALUES (9999, 1)`); err != nil {
		p.t.Fatal(err)
	}
	if err := made.Close(); err != nil {
		p.t.Fatal(err)
	}
}

// The doctor finds nothing in a healthy installation, and names each planted
// fault with its remedy, and nothing beside it.
func TestDoctor(t *testing.T) {
	t.Run("healthy", func(t *testing.T) {
		lines, status, table := newPatient(t).see()
		if status != 0 || doctor.Worst(lines) != doctor.OK || !strings.Contains(table, "Nothing is wrong") {
			t.Errorf("exit status %d\n%s", status, table)
		}
		areas := map[string]bool{}
		for _, l := range lines {
			areas[l.Area] = true
		}
		if len(areas) != 13 {
			t.Errorf("%d areas were looked at: %v", len(areas), areas)
		}
	})
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPatient(t)
			f.plant(p)
			lines, status, table := p.see()
			wrong := slices.DeleteFunc(slices.Clone(lines), func(l doctor.Line) bool { return l.Status == doctor.OK })
			named := slices.ContainsFunc(wrong, func(l doctor.Line) bool {
				return l.Area == f.area && l.Status == f.status && strings.Contains(l.Found, f.found) && strings.Contains(l.Do, f.do)
			})
			if !named || status != f.exit || len(wrong) != 1 {
				t.Errorf("named: %v, exit status %d (want %d), %d lines are not ok (want %d)\n%s", named, status, f.exit, len(wrong), 1, table)
			}
			for _, l := range wrong {
				if l.Do == "" {
					t.Errorf("nothing to do about %+v", l)
				}
			}
		})
	}
}

// The page lists as many faults as are planted.
func TestDoctorsPageListsItsFaults(t *testing.T) {
	page, err := os.ReadFile("../../docs/doctor.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(page), "| Fault | Area | What to do |\n|---|---|---|\n")
	list, _, _ = strings.Cut(list, "\n\n")
	if rows := strings.Count(list, "\n") + 1; rows != len(faults) {
		t.Errorf("the page lists %d faults, the test plants %d", rows, len(faults))
	}
}

// A serve that has the store is no fault, and is told of.
func TestDoctorBesideServe(t *testing.T) {
	p := newPatient(t)
	made, err := store.OpenSQLite(t.Context(), store.Options{Path: p.store})
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Close(); err != nil {
		t.Fatal(err)
	}
	held := flock.New(p.store + ".lock")
	if locked, err := held.TryLock(); err != nil || !locked {
		t.Fatal(locked, err)
	}
	defer func() { _ = held.Unlock() }()
	lines, status, table := p.see()
	said := slices.ContainsFunc(lines, func(l doctor.Line) bool {
		return l.Area == doctor.Store && l.Status == doctor.OK && strings.Contains(l.Found, "works it")
	})
	if !said || status != 0 {
		t.Errorf("exit status %d\n%s", status, table)
	}
}

// Accounts can be named; a name that nobody has is a wrong call.
func TestDoctorOfNamedAccounts(t *testing.T) {
	p := newPatient(t)
	sick(func(a *cloud.Account) { a.NoRole = true })(p)
	p.args = []string{"--paid", "prod-payments"}
	if _, status, table := p.see(); status != 0 {
		t.Errorf("exit status %d\n%s", status, table)
	}
	p.args = []string{"--paid", "data-lake"}
	if lines, status, table := p.see(); status != 1 || !slices.ContainsFunc(lines, func(l doctor.Line) bool { return slices.Contains(l.Accounts, patientSick) }) {
		t.Errorf("exit status %d\n%s", status, table)
	}
}
