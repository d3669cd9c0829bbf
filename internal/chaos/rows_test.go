package chaos

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/spend"
	"rootwatch/internal/demo/cloud"
	"rootwatch/internal/demo/page"
)

// rows is what `check --all --format json` says, by check and then by status:
// the summaries of the findings.
type rows map[string]map[checks.Status][]string

func (c *cli) rows(path string) rows {
	c.t.Helper()
	stdout, stderr, status := c.run("--config", path, "check", "--all", "--format", "json")
	var document struct{ Reports []checks.Report }
	if err := json.Unmarshal([]byte(stdout), &document); err != nil {
		c.t.Fatalf("exit status %d, %v\n%s", status, err, stderr)
	}
	all := rows{}
	for _, r := range document.Reports {
		judged := map[string]bool{}
		for _, f := range r.Findings {
			if judged[f.CheckID] {
				c.t.Errorf("%s has two findings of %s", r.AccountID, f.CheckID)
			}
			judged[f.CheckID] = true
			if all[f.CheckID] == nil {
				all[f.CheckID] = map[checks.Status][]string{}
			}
			all[f.CheckID][f.Status] = append(all[f.CheckID][f.Status], r.AccountID.String()+": "+f.Summary)
		}
		for _, check := range checks.All() {
			if !judged[check.ID] {
				c.t.Errorf("%s has no finding of %s", r.AccountID, check.ID)
			}
		}
	}
	return all
}

// word gives a person's word through the program, as if it were given so long ago.
func (c *cli) word(path, check, account string, ago, lives time.Duration) {
	c.t.Helper()
	until := time.Now().Add(lives - ago).UTC().Format(time.RFC3339)
	_, stderr, status := c.run("--config", path, "--time-offset=-"+ago.String(), "attest", check, account, "--by", "Alice Example", "--until", until, "--evidence", "https://example.com/custody")
	if status != 0 {
		c.t.Fatalf("attest %s: exit status %d\n%s", check, status, stderr)
	}
}

// attested are the checks that only a person's word can pass.
var attested = []string{"root-password-custody", "root-email-list", "recovery-questions"}

// Every row of what is asked is shown failing, passing and unknown on the
// emulator; those that no API tells attested, stale and missing.
func TestEveryRowIsShown(t *testing.T) {
	c := newCLI(t)
	c.cloud.Update(func(o *cloud.Organization) {
		for _, a := range o.Accounts {
			a.ReportPolls = 0
			if a.Name == "documentation" {
				a.Root.PasswordLastUsed = time.Time{} // never: the only word that needs no history
			}
			today := spend.DayOf(time.Now())
			switch a.Name { // what the demo plants for later days
			case "ml-research":
				a.Costs = append(a.Costs, cloud.Cost{Service: cloud.ServiceEC2, Region: "us-east-1", Amount: cloud.Dollars(600), From: today - 3})
			case "fraud-detection":
				bought := today - 5
				if bought.Time().Day() == 1 { // when fees come, and none is told by one day
					bought--
				}
				a.Costs = append(a.Costs, cloud.Cost{Service: "AWS Marketplace", Region: cloud.NoRegion, Amount: cloud.Dollars(5000), From: bought, Until: bought + 1})
			}
		}
	})
	path := c.config(fmt.Sprintf("company: { domains: [%s], personal_addresses: [%s] }\nchecks: { recovery_questions: true }\n", cloud.DemoCompanyDomain, cloud.DemoPersonalAddress))
	if _, stderr, status := c.run("--config", path, "spend", "--refresh"); status != 0 && status != 3 {
		t.Fatalf("spend: exit status %d\n%s", status, stderr)
	}
	const day = 24 * time.Hour
	for _, check := range attested {
		c.word(path, check, "123456789012", time.Hour, 30*day)
		c.word(path, check, "444455556666", 40*day, 30*day)
	}
	shown := c.rows(path)
	alone := emulate(t, &cloud.Organization{Standalone: true, Accounts: c.cloud.Organization().Accounts[:1]})
	shown["organization-member"][checks.Fail] = append(shown["organization-member"][checks.Fail], alone.rows(alone.config(""))["organization-member"][checks.Fail]...)
	for _, check := range checks.All() {
		got := shown[check.ID]
		if slices.Contains(attested, check.ID) {
			stale := slices.ContainsFunc(got[checks.Manual], func(s string) bool { return strings.HasPrefix(s, "444455556666: ") && strings.Contains(s, "stale") })
			missing := slices.ContainsFunc(got[checks.Manual], func(s string) bool { return !strings.Contains(s, "stale") })
			if len(got[checks.Pass]) != 1 || !stale || !missing {
				t.Errorf("%s: attested %v, stale %v, missing %v", check.ID, got[checks.Pass], stale, missing)
			}
			continue
		}
		for _, status := range []checks.Status{checks.Pass, checks.Fail} {
			if check.ID == "spend-weekend" {
				continue // serve alone reads the estimated charges, on weekends
			}
			if len(got[status]) == 0 {
				t.Errorf("no account shows %s %s", check.ID, status)
			}
		}
	}
	// Nothing may be read any more, and nobody answers for the DNS: nothing passes, nothing fails.
	nothing := newCLI(t)
	deny := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`
	host := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["organizations:ListAccounts","sts:AssumeRole"],"Resource":"*"}]}`
	if err := nothing.cloud.SetPolicy(cloud.DemoRole, deny); err != nil {
		t.Fatal(err)
	}
	if err := nothing.cloud.SetPolicy("", host); err != nil {
		t.Fatal(err)
	}
	nothing.dns = "127.0.0.1:9"
	dark := nothing.rows(nothing.config(fmt.Sprintf("company: { domains: [%s] }\n", cloud.DemoCompanyDomain)))
	for _, check := range checks.All() {
		if slices.Contains(attested, check.ID) || fromTheListAlone[check.ID] {
			continue
		}
		got := dark[check.ID]
		if len(got[checks.Unknown]) == 0 {
			t.Errorf("%s is never unknown: %d pass, %d fail, %d manual", check.ID, len(got[checks.Pass]), len(got[checks.Fail]), len(got[checks.Manual]))
		}
		if n := len(got[checks.Pass]); n > 0 {
			t.Errorf("%s passes in %d accounts of which nothing was read: %s", check.ID, n, got[checks.Pass][0])
		}
	}
}

// Who is an admin is more than who has AdministratorAccess, and who comes as
// one is not every program; root under the account's alias is root.
func TestAdminsByAnyWay(t *testing.T) {
	const (
		build, elsewhere, climber, alias, unknown, google = "100000000023", "100000000024", "100000000022", "222233334444", "100000000009", "100000000010"
		trust                                             = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":%s,"Action":"sts:AssumeRole"}]}`
	)
	c := newCLI(t)
	c.cloud.Update(func(o *cloud.Organization) {
		adminRole := func(id, principal string) {
			for _, a := range o.Accounts {
				if a.ID.String() == id {
					a.Roles = slices.DeleteFunc(slices.Clone(a.Roles), func(r cloud.Role) bool { return strings.HasPrefix(r.Path, "/aws-reserved/") })
					a.Roles = append(a.Roles, cloud.Role{Name: "deploy", Attached: []string{cloud.AdministratorAccess}, Trust: fmt.Sprintf(trust, principal)})
				}
			}
		}
		adminRole(build, `{"Federated":"arn:aws:iam::`+build+`:oidc-provider/token.actions.githubusercontent.com"}`)
		adminRole(unknown, `{"Federated":"arn:aws:iam::`+unknown+`:oidc-provider/login.example.com"}`)
		adminRole(google, `{"Federated":"accounts.google.com"}`)
		adminRole(elsewhere, `{"AWS":"arn:aws:iam::111122223333:root"}`)
		for _, a := range o.Accounts {
			switch a.ID.String() {
			case climber:
				a.Users = append(slices.Clone(a.Users), cloud.User{Name: "helper", Created: a.Root.Created, Password: true, Attached: []string{"arn:aws:iam::aws:policy/PowerUserAccess", cloud.IAMFullAccess}})
			case alias:
				a.Watch.RootEvents = append(slices.Clone(a.Watch.RootEvents), cloud.RootEvent{
					At: time.Now().Add(-time.Hour), Kind: cloud.EventSignIn, Name: "ConsoleLogin", Source: "signin.amazonaws.com", Alias: "example-analytics"})
			}
		}
	})
	path := c.config("")
	shown := c.rows(path)
	for _, want := range []struct {
		id, check string
		status    checks.Status
		says      string
	}{
		{build, "admin-count", checks.Fail, "root is all there is"},
		{unknown, "admin-count", checks.Unknown, "an OIDC provider that is not known"},
		{google, "admin-count", checks.Unknown, "an OIDC provider that is not known"},
		{elsewhere, "admin-count", checks.Unknown, "it trusts nothing but the organization's own management account"},
		{climber, "admin-count", checks.Pass, "1 IAM user is an admin"},
		{climber, "admin-mfa", checks.Fail, "no MFA"},
		{climber, "admin-by-group", checks.Fail, "on the user itself"},
		{alias, "root-usage", checks.Fail, "Root signed in at the console"},
	} {
		if !slices.ContainsFunc(shown[want.check][want.status], func(s string) bool { return strings.HasPrefix(s, want.id+": ") && strings.Contains(s, want.says) }) {
			t.Errorf("%s of %s is not %s: %v", want.check, want.id, want.status, shown[want.check])
		}
	}
	stdout, _, _ := c.run("--config", path, "check", "--all", "--format", "json")
	var document struct{ Reports []checks.Report }
	if err := json.Unmarshal([]byte(stdout), &document); err != nil {
		t.Fatal(err)
	}
	truth := page.Compare(c.cloud.Organization(), page.Seen{Reports: document.Reports}, time.Now())
	for i, check := range truth.Checks {
		for _, a := range truth.Accounts {
			if cell := a.Cells[i]; cell.Match == page.Differs && slices.Contains([]string{"admin-count", "admin-mfa", "admin-by-group", "root-usage"}, check.ID) {
				t.Errorf("%s of %s is %q by the truth, and was said to be %s: %s", check.ID, a.ID, cell.Truth, cell.Said, cell.Summary)
			}
		}
	}
}

// fromTheListAlone are judged from the accounts' addresses, which the list of
// accounts tells: TestLeaveOneActionOut has them unknown, without the list.
var fromTheListAlone = map[string]bool{"root-email-domain": true, "root-email-dedicated": true}
