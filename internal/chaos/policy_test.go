package chaos

import (
	"encoding/json"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/internal/awsorg"
	"rootwatch/internal/demo"
	"rootwatch/internal/demo/cloud"
)

// besideManagement is where the bot runs in a test with a management role.
const (
	sideRole = "RootwatchManagement"
	sideARN  = "arn:aws:iam::111122223333:role/" + sideRole
)

// policyOrganization is the demo's, with a case that only the account's place in
// its organization decides (no MFA, and nobody says whether root has a
// password), and one that only the summary decides (a key and a certificate
// where the report may not be read). Reports are written at once: this is no
// test of waiting.
func policyOrganization() *cloud.Organization {
	org := cloud.DemoOrganization(time.Now())
	for _, a := range org.Accounts {
		a.ReportPolls = 0
	}
	for _, a := range []*cloud.Account{org.Management(), org.Accounts[19]} { // which Rootwatch runs in, one or the other
		a.Topics = append(a.Topics, cloud.Topic{Name: "spend", Region: "us-east-1", Confirmed: 1, Publishers: []string{"budgets.amazonaws.com"}})
		a.Budgets[0].Alerts[0].Topics = []string{org.TopicARN(a.ID, "us-east-1", "spend")}
		a.Watch.Trails = append(a.Watch.Trails, selecting(a))
		a.Watch.EventRules = append(a.Watch.EventRules, cloud.EventRule{Name: "root-use", OnRoot: true,
			Pattern: `{"detail-type":["AWS Console Sign In via CloudTrail"],"detail":{"userIdentity":{"type":["Root"]}}}`})
	}
	root := &org.Management().Root
	root.MFA, root.OldReport, root.OmitSummaryKeys = nil, true, []string{"AccountPasswordPresent"}
	for _, a := range org.Accounts {
		switch a.Name {
		case "documentation": // which no other watcher of the bill covers; its root was never used
			a.Topics = append(a.Topics, cloud.Topic{Name: "bill", Region: "us-east-1", Confirmed: 1, Publishers: []string{"cloudwatch.amazonaws.com"}})
			a.Watch.Alarms = append(a.Watch.Alarms, cloud.Alarm{Name: "bill", Namespace: "AWS/Billing", Metric: "EstimatedCharges", Dimensions: map[string]string{"Currency": "USD"}, Actions: []string{org.TopicARN(a.ID, "us-east-1", "bill")}})
			a.Root.Password, a.Root.PasswordLastUsed, a.Root.Keys = true, time.Time{}, nil
		case "prod-search": // which a rule alone watches: it hears of what its one trail selects
			a.Watch.Trails = []cloud.Trail{selecting(a)}
		case "prod-checkout": // which an alarm alone watches: it speaks to a topic
			a.Topics = append(a.Topics, cloud.Topic{Name: "page", Region: "us-east-1", Confirmed: 1, Publishers: []string{"cloudwatch.amazonaws.com"}})
			for i := range a.Watch.Alarms {
				a.Watch.Alarms[i].Actions = []string{org.TopicARN(a.ID, "us-east-1", "page")}
			}
		case "fraud-detection": // which denies the report, so that CloudTrail alone tells of a use
			a.Watch.RootEvents = append(a.Watch.RootEvents, cloud.RootEvent{At: time.Now().Add(-30 * time.Hour), Kind: cloud.EventSignIn, Name: "ConsoleLogin", Source: "signin.amazonaws.com"})
			a.Root.Keys = []cloud.Key{{Active: true, Rotated: a.Root.Created}}
			a.Root.Certificates = []cloud.Certificate{{Active: true, Rotated: a.Root.Created}}
			delete(a.Contacts, cloud.SecurityContact) // so that root cannot go, whatever its keys did
		}
	}
	return org
}

// selecting is an account's own trail, which records data events beside the others.
func selecting(a *cloud.Account) cloud.Trail {
	return cloud.Trail{Name: "objects", ARN: "arn:aws:cloudtrail:us-east-1:" + a.ID.String() + ":trail/objects", HomeRegion: "us-east-1", MultiRegion: true, Records: cloud.RecordsDataToo}
}

// emulate puts the program on an organization of the test's own.
func emulate(t *testing.T, org *cloud.Organization) *cli {
	t.Helper()
	build(t)
	server := cloud.New(org, cloud.Options{})
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	names, err := demo.Resolve(org, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = names.Close() })
	return &cli{t, t.TempDir(), server, listener.URL, names.Addr()}
}

// printed is the policy that the program prints.
func (c *cli) printed(args ...string) awsorg.Document {
	c.t.Helper()
	stdout, stderr, status := c.run(append([]string{"policy"}, args...)...)
	var d awsorg.Document
	if err := json.Unmarshal([]byte(stdout), &d); err != nil || status != 0 {
		c.t.Fatalf("%v: exit status %d, %v\n%s", args, status, err, stderr)
	}
	return d
}

// live gives a role the policy to live by; "" is the caller itself.
func (c *cli) live(role string, d awsorg.Document) {
	c.t.Helper()
	text, err := d.JSON()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.cloud.SetPolicy(role, string(text)); err != nil {
		c.t.Fatal(err)
	}
}

// usedBy is what all principals of one role used together.
func (c *cli) usedBy(role string) []string {
	var all []string
	for who, actions := range c.cloud.Used() {
		if who.Role == role {
			all = append(all, actions...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// The policies that are printed are what the emulator sees used, no more and
// no less, role by role; and with them nothing is denied that was not before.
func TestPolicyIsWhatIsCalled(t *testing.T) {
	cases := map[string]string{"one role": "", "a management role": sideRole, "secrets in AWS": "", "root sessions": "", "root sessions beside": sideRole, "no paths": "", "no paths beside": sideRole}
	used, ran := map[string]bool{}, 0
	for name, managementRole := range cases {
		t.Run(name, func(t *testing.T) {
			ran++
			org := policyOrganization()
			org.ManagementRole = managementRole
			org.NoPaths = strings.HasPrefix(name, "no paths")
			extra := ""
			if managementRole != "" {
				org.CallerAccount = org.Accounts[19].ID
				extra += "    management_role_arn: " + sideARN + "\n"
			}
			if strings.HasPrefix(name, "root sessions") {
				extra += "    root_audit: true\n"
			}
			c := emulate(t, org)
			if name == "secrets in AWS" {
				c.cloud.PutParameter("us-east-1", "/rootwatch/bot_token", cloud.Parameter{Value: "xoxb-test-kept"})
				c.cloud.PutSecret("us-east-1", "rootwatch/slack", cloud.Secret{Text: `{"signing_secret":"0123456789abcdef0123456789abcdef"}`})
				// The discard port: nothing of Slack is to be reached.
				extra += "slack: { bot_token: ssm:/rootwatch/bot_token, signing_secret: 'secretsmanager:rootwatch/slack#signing_secret', api_url: http://127.0.0.1:9/api/ }\n"
			}
			path := c.config(extra)
			member, host := c.printed("--config", path), c.printed("--config", path, "--for", "host")
			c.live(cloud.DemoRole, member)
			c.live("", host)
			want := map[string]awsorg.Document{cloud.DemoRole: member, "": host}
			if managementRole != "" {
				want[managementRole] = c.printed("--config", path, "--for", "management")
				c.live(managementRole, want[managementRole])
			}
			for _, args := range [][]string{
				{"check", "--all"}, {"check"}, {"spend", "--refresh"}, {"digest", "--dry-run"}, {"doctor", "--all", "--paid"},
			} {
				if stdout, stderr, status := c.run(append([]string{"--config", path}, args...)...); status == 4 || status == 2 && args[0] != "doctor" {
					t.Fatalf("%v: exit status %d\n%s\n%s", args, status, stdout, stderr)
				}
			}
			for role, d := range want {
				got := c.usedBy(role)
				for _, action := range got {
					used[action] = true
					if !slices.Contains(d.Actions(), action) {
						t.Errorf("role %q used %s, which its policy does not allow", role, action)
					}
				}
				for _, action := range d.Actions() {
					if !slices.Contains(got, action) && conditional[action] == "" {
						t.Errorf("role %q never used %s, which its policy allows", role, action)
					}
				}
			}
		})
	}
	if ran < len(cases) { // some were picked
		return
	}
	for action, when := range conditional {
		if !used[action] {
			t.Errorf("%s, asked %s, was used in no case", action, when)
		}
	}
}

// conditional are the actions that not every organization is asked, by when it
// is; each is used in one of the cases.
var conditional = map[string]string{
	"organizations:ListParents":           "where one account is read that no list told the place of",
	"organizations:ListAccountsForParent": "where the list of accounts tells no paths",
}

// verdicts are by account and check.
type verdicts map[string]map[string]verdict

type verdict struct {
	Status, Summary string
	Gaps            []account.Gap
}

// names reports whether a gap is the lack of the action, or says that of what
// should have stood in for a role that is not there either.
func (v verdict) names(action string) bool {
	return slices.ContainsFunc(v.Gaps, func(g account.Gap) bool {
		return g.Action() == action || g.Cause == account.NotOnboarded && strings.Contains(g.Sentence, action)
	})
}

// sweep checks the accounts of a fresh organization under the policies: all of
// them, or with other arguments those. The bill was read before.
func sweep(t *testing.T, member, host awsorg.Document, which ...string) (verdicts, string, int) {
	t.Helper()
	c := emulate(t, policyOrganization())
	c.live(cloud.DemoRole, member)
	c.live("", host)
	path := c.config("")
	c.bill(path)
	return c.sweep(path, which...)
}

// first is a sweep with no bill and no list of accounts in the store.
func first(t *testing.T, member, host awsorg.Document, which ...string) verdicts {
	t.Helper()
	c := emulate(t, policyOrganization())
	c.live(cloud.DemoRole, member)
	c.live("", host)
	all, _, _ := c.sweep(c.config(""), which...)
	return all
}

// beside checks the account that Rootwatch runs in, a member, where a role of
// the management account lacks the action.
func beside(t *testing.T, lack string) verdicts {
	t.Helper()
	org := policyOrganization()
	org.ManagementRole, org.CallerAccount = sideRole, org.Accounts[19].ID
	c := emulate(t, org)
	path := c.config("    management_role_arn: " + sideARN + "\n")
	c.live(cloud.DemoRole, c.printed("--config", path))
	c.live("", c.printed("--config", path, "--for", "host"))
	c.live(sideRole, without(c.printed("--config", path, "--for", "management"), lack))
	all, _, _ := c.sweep(path)
	return all
}

// bill reads the bill and its anomalies, apart from a sweep, which judges what
// is in the store; where that was denied is for the sweep to say.
func (c *cli) bill(path string) {
	c.t.Helper()
	if _, stderr, status := c.run("--config", path, "spend", "--refresh"); status == 2 || status == 4 {
		c.t.Fatalf("exit status %d\n%s", status, stderr)
	}
}

func (c *cli) sweep(path string, which ...string) (verdicts, string, int) {
	c.t.Helper()
	stdout, stderr, status := c.run(append([]string{"--config", path, "check", "--format", "json"}, which...)...)
	var document struct {
		Reports []struct {
			ID       string `json:"account_id"`
			Findings []struct {
				CheckID string `json:"check_id"`
				verdict
			}
		}
	}
	if err := json.Unmarshal([]byte(stdout), &document); err != nil && (stdout != "" || status < 3) { // without a list there is no document
		c.t.Fatalf("exit status %d, %v\n%s", status, err, stderr)
	}
	all := verdicts{}
	for _, r := range document.Reports {
		all[r.ID] = map[string]verdict{}
		for _, f := range r.Findings {
			all[r.ID][f.CheckID] = f.verdict
		}
	}
	return all, stdout + stderr, status
}

// without is the policy less one action.
func without(d awsorg.Document, action string) awsorg.Document {
	var left []awsorg.Statement
	for _, s := range d.Statement {
		s.Action = slices.DeleteFunc(slices.Clone(s.Action), func(a string) bool { return a == action })
		if len(s.Action) > 0 {
			left = append(left, s)
		}
	}
	return awsorg.Document{Version: d.Version, Statement: left}
}

// Leaving one action out of the policies turns exactly its checks Unknown, with
// the action named, and changes no other verdict.
func TestLeaveOneActionOut(t *testing.T) {
	c := emulate(t, policyOrganization())
	path := c.config("")
	member, host := c.printed("--config", path), c.printed("--config", path, "--for", "host")
	whole, said, status := sweep(t, member, host, "--all")
	if status != 1 || len(whole) != 40 {
		t.Fatalf("with the whole policies: exit status %d, %d accounts\n%s", status, len(whole), said)
	}
	for _, action := range host.Actions() { // which holds the member's
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			less, said, status := sweep(t, without(member, action), without(host, action), "--all")
			switch action {
			case "organizations:ListAccounts": // there is no list, so there is no answer
				if status != 3 || !strings.Contains(said, action) {
					t.Errorf("exit status %d\n%s", status, said)
				}
			case "organizations:DescribeOrganization":
				// The list tells too who manages, but who pays for the members
				// nobody does; without a list nobody tells either.
				dark := darkened(t, action, whole, less)
				maps.Copy(dark, darkened(t, action, first(t, member, host), first(t, member, without(host, action))))
				demandReads(t, action, dark)
			case "organizations:ListRoots":
				// It stands in for DescribeOrganization, which tells of all
				// features before it.
				dark, rest := darkened(t, action, whole, less), without(host, "organizations:DescribeOrganization")
				maps.Copy(dark, darkened(t, action, first(t, member, rest, "--all"), first(t, member, without(rest, action), "--all")))
				demandReads(t, action, dark)
			case "organizations:ListParents":
				// The list tells where accounts hang; it is asked where a member
				// is read without a list.
				dark := darkened(t, action, whole, less)
				maps.Copy(dark, darkened(t, action, beside(t, ""), beside(t, action)))
				demandReads(t, action, dark)
			case "sts:AssumeRole":
				notOnboarded(t, whole, less)
			case "cloudwatch:GetMetricData": // the weekend watch reads it by slots of its own, and it costs
				if !maps.EqualFunc(whole, less, same) {
					t.Error("a sweep asked for the estimated charges")
				}
			case "ce:GetCostAndUsage", "ce:GetAnomalySubscriptions", "ce:GetAnomalyMonitors": // see TestLeaveTheBillOut too
				if !maps.EqualFunc(first(t, member, host, "--all"), first(t, member, without(host, action), "--all"), same) {
					t.Error("a sweep asked for the bill")
				}
				demandReads(t, action, darkened(t, action, whole, less))
			default:
				demandReads(t, action, darkened(t, action, whole, less))
			}
		})
	}
}

// What only the bot's own role lacks darkens the bot's own account alone.
func TestLeaveTheOwnAccountOut(t *testing.T) {
	c := emulate(t, policyOrganization())
	path := c.config("")
	member, host := c.printed("--config", path), c.printed("--config", path, "--for", "host")
	whole, _, _ := sweep(t, member, host, "--all")
	bare := host
	for _, action := range member.Actions() {
		bare = without(bare, action)
	}
	less, said, _ := sweep(t, member, bare, "--all")
	for check, after := range less["111122223333"] {
		if after.Status == string(checks.Unknown) && len(after.Gaps) == 0 || after.Status == string(checks.Pass) && whole["111122223333"][check].Status != after.Status {
			t.Errorf("%s is %s: %s", check, after.Status, after.Summary)
		}
	}
	if mfa := less["111122223333"]["root-mfa"]; mfa.Status != string(checks.Unknown) || !mfa.names("iam:GetAccountSummary") || !mfa.names("iam:GetCredentialReport") {
		t.Errorf("root-mfa of the own account is %+v\n%s", mfa, said)
	}
	// The payer's budgets and alarms may cover its members too, so that without
	// them those of the members that nothing else covers are not decided.
	payers := map[string]string{"budget-exists": "budgets:ViewBudget", "budget-daily": "budgets:ViewBudget", "budget-alert": "budgets:ViewBudget", "billing-alarm": "cloudwatch:DescribeAlarms",
		"root-events-watched": "logs:DescribeMetricFilters"}
	for id, findings := range whole {
		for check, before := range findings {
			after := less[id][check]
			switch {
			case id == "111122223333" || after.Status == before.Status:
			case strings.HasPrefix(check, "contact-"): // the organization no longer stands in for contacts: that is one of the actions
			case payers[check] != "" && before.Status != string(checks.NotApplicable) && after.Status == string(checks.Unknown) && after.names(payers[check]):
			default:
				t.Errorf("%s %s went from %s to %s: %s %+v", id, check, before.Status, after.Status, after.Summary, after.Gaps)
			}
		}
	}
}

func same(a, b map[string]verdict) bool {
	return maps.EqualFunc(a, b, func(x, y verdict) bool { return x.Status == y.Status })
}

// darkened demands that nothing changed but to Unknown with the action named,
// and gives the checks that did.
func darkened(t *testing.T, action string, whole, less verdicts) map[string]bool {
	t.Helper()
	if len(less) != len(whole) {
		t.Errorf("%d accounts, %d before", len(less), len(whole))
	}
	dark := map[string]bool{}
	for id, findings := range whole {
		for check, before := range findings {
			after := less[id][check]
			switch {
			case after.Status == before.Status:
			case after.Status != string(checks.Unknown):
				t.Errorf("%s %s went from %s to %s: %s", id, check, before.Status, after.Status, after.Summary)
			case action == "ce:GetCostAndUsage" && check == "billing-alarm" && after.names("ce:GetAnomalySubscriptions"):
				// Anomalies are read with the bill, and without it not at all,
				// which is what the check says; no answer of this action is in it.
			case !after.names(action):
				t.Errorf("%s %s does not name %s: %s %+v", id, check, action, after.Summary, after.Gaps)
			default:
				dark[check] = true
			}
		}
	}
	return dark
}

// demandReads demands that the checks which read the action went dark without
// it somewhere, and no others.
func demandReads(t *testing.T, action string, dark map[string]bool) {
	t.Helper()
	for _, check := range checks.All() {
		if reads := slices.Contains(check.Reads, action); reads != dark[check.ID] {
			t.Errorf("%s: reads %s: %v, went dark without it: %v", check.ID, action, reads, dark[check.ID])
		}
	}
}

// notOnboarded demands that without AssumeRole every account but the caller's
// own names it, wherever it was decided by its own role before.
func notOnboarded(t *testing.T, whole, less verdicts) {
	t.Helper()
	for id, findings := range whole {
		for check, before := range findings {
			after := less[id][check]
			switch {
			case id == "111122223333" && after.Status != before.Status:
				t.Errorf("the caller's own account needs no role: %s went from %s to %s", check, before.Status, after.Status)
			case after.Status == before.Status:
				// The organization answers for contacts, and some were dark already.
			case after.Status != string(checks.Unknown) || !after.names("sts:AssumeRole"):
				t.Errorf("%s %s went from %s to %s: %s %v", id, check, before.Status, after.Status, after.Summary, after.Gaps)
			}
		}
		if mfa := less[id]["root-mfa"]; id != "111122223333" && mfa.Status != string(checks.Unknown) {
			t.Errorf("%s: root-mfa is %s without a role", id, mfa.Status)
		}
	}
}

// Without Cost Explorer the money names its action, and nothing else suffers.
func TestLeaveTheBillOut(t *testing.T) {
	c := emulate(t, policyOrganization())
	path := c.config("")
	c.live(cloud.DemoRole, c.printed("--config", path))
	c.live("", without(c.printed("--config", path, "--for", "host"), "ce:GetCostAndUsage"))
	stdout, stderr, status := c.run("--config", path, "spend", "--refresh", "--format", "json")
	if status != 3 || !strings.Contains(stdout, "AWS denied ce:GetCostAndUsage: allow it in the policy") {
		t.Errorf("exit status %d\n%s\n%s", status, stdout, stderr)
	}
}
