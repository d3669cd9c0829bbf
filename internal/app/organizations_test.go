package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/internal/app"
	"rootwatch/internal/demo/cloud"
)

// few keeps some of the demo's accounts.
func few(org *cloud.Organization, names ...string) *cloud.Organization {
	org.Accounts = slices.DeleteFunc(org.Accounts, func(a *cloud.Account) bool { return !slices.Contains(names, a.Name) })
	return org
}

// sideBySide is a configuration of several emulated organizations, each behind a
// profile of its own.
func sideBySide(t *testing.T, orgs map[string]*cloud.Organization) (app.Setup, map[string]*cloud.Server) {
	t.Helper()
	dir := t.TempDir()
	profiles, servers := "", map[string]*cloud.Server{}
	text := "version: 1\ndns: { resolver: none }\nstore: { path: " + filepath.Join(dir, "rootwatch.db") + " }\norganizations:\n"
	for name, org := range orgs {
		servers[name] = cloud.New(org, cloud.Options{})
		listener := httptest.NewServer(servers[name])
		t.Cleanup(listener.Close)
		region, partition := "us-east-1", "aws"
		if org.Partition != "" {
			region, partition = "us-gov-west-1", org.Partition
		}
		profiles += fmt.Sprintf("[profile %s]\nregion = %s\nendpoint_url = %s\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = not-a-secret\n", name, region, listener.URL)
		text += fmt.Sprintf("  - name: %s\n    partition: %s\n    profile: %s\n    role_name: %s\n    external_id: env:EXTERNAL_ID\n    cost: { enabled: false }\n", name, partition, name, cloud.DemoRole)
	}
	files := map[string]string{"aws": profiles, "rootwatch.yaml": text}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": "", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "", "AWS_REGION": "", "AWS_PROFILE": "",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": filepath.Join(dir, "aws"), "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
		"EXTERNAL_ID": cloud.DemoExternalID,
	} {
		t.Setenv(name, value)
	}
	return app.Setup{ConfigPath: filepath.Join(dir, "rootwatch.yaml"), Explicit: true}, servers
}

// checked are the reports of all accounts by organization and account name,
// and what the document says of coverage.
func checked(t *testing.T, s app.Setup) (reports map[string]checks.Report, why map[string]int) {
	t.Helper()
	var out, errs bytes.Buffer
	if _, err := s.Check(t.Context(), app.CheckRequest{All: true, Format: "json"}, app.Terminal{Out: &out, Err: &errs, Width: 100}); err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	var document struct {
		Reports  []checks.Report `json:"reports"`
		Coverage struct {
			Why map[string]int `json:"why"`
		} `json:"coverage"`
	}
	if err := json.Unmarshal(out.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	reports = map[string]checks.Report{}
	for _, r := range document.Reports {
		name := r.Organization + "/" + r.AccountName
		if _, twice := reports[name]; twice {
			t.Errorf("%s is reported twice", name)
		}
		reports[name] = r
	}
	return reports, document.Coverage.Why
}

func verdict(r checks.Report, check string) checks.Status {
	for _, f := range r.Findings {
		if f.CheckID == check {
			return f.Status
		}
	}
	return ""
}

// Two organizations of two partitions have the same account ids: neither
// lends the other anything. The second is read by a delegated administrator.
func TestTwoOrganizationsSideBySide(t *testing.T) {
	names := []string{"org-management", "data-lake", "sandbox-dev", "old-acquisition", "partner-integration"}
	gov := few(cloud.DemoOrganization(time.Now()), names...)
	gov.Partition, gov.ID = "aws-us-gov", "o-rootwatchgov"
	delegate := gov.Accounts[1].ID
	gov.Delegates, gov.CallerAccount = []account.ID{delegate}, delegate
	gov.NoPaths = true // and where accounts hang is walked
	setup, servers := sideBySide(t, map[string]*cloud.Organization{"commercial": few(cloud.DemoOrganization(time.Now()), names...), "gov": gov})

	reports, why := checked(t, setup)
	if len(reports) != 2*len(names) {
		t.Fatalf("%d reports", len(reports))
	}
	for name, want := range map[string]struct {
		check  string
		status checks.Status
	}{
		"commercial/sandbox-dev":    {"root-scp", checks.Pass},
		"gov/sandbox-dev":           {"root-scp", checks.Fail}, // the article's pattern names partition aws alone
		"commercial/data-lake":      {"root-allow-list", checks.Pass},
		"gov/data-lake":             {"root-allow-list", checks.Pass},
		"commercial/org-management": {"root-scp", checks.NotApplicable},
		"gov/org-management":        {"organization-member", checks.Pass},
	} {
		if got := verdict(reports[name], want.check); got != want.status {
			t.Errorf("%s of %s is %s, want %s", want.check, name, got, want.status)
		}
	}
	if got := verdict(reports["commercial/sandbox-dev"], "root-central-management"); got != checks.Fail {
		t.Errorf("the article's MFA policy blocks the audit, and root-central-management is %s", got)
	}
	if got := verdict(reports["gov/sandbox-dev"], "root-central-management"); got == checks.Fail {
		t.Error("in gov the policy reaches no root, and the audit is said to be blocked")
	}
	if p := reports["gov/sandbox-dev"].Partition; p != "aws-us-gov" {
		t.Errorf("partition %s", p)
	}
	if why["suspended"] != 2 || why["not_onboarded"] != 2 {
		t.Errorf("not read whole: %v", why)
	}
	if n := servers["gov"].CallCount("organizations", "ListParents"); n != 0 {
		t.Errorf("%d accounts were asked about alone", n)
	}
	for name, s := range servers {
		for _, operation := range []string{"ListRoots", "ListPolicies", "DescribeOrganization"} {
			if n := s.CallCount("organizations", operation); n != 1 {
				t.Errorf("%s: %s was called %d times", name, operation, n)
			}
		}
	}
}

// Whatever an account's state or trouble, every other one is read.
func TestSuspendedAndUnreachableAccountsEndNoRun(t *testing.T) {
	org := few(cloud.DemoOrganization(time.Now()), "org-management", "data-lake", "old-acquisition", "partner-integration", "crm-sync")
	org.Account(org.Accounts[1].ID).State = account.PendingClosure
	setup, servers := sideBySide(t, map[string]*cloud.Organization{"main": org})
	servers["main"].AddFault(cloud.Fault{Service: "organizations", Operation: "ListAccounts", Kind: cloud.FaultEmptyPage, Times: 1})
	reports, why := checked(t, setup)
	if len(reports) != 5 {
		t.Errorf("%d reports", len(reports))
	}
	if why["suspended"] != 1 || why["pending_closure"] != 1 || why["not_onboarded"] != 1 {
		t.Errorf("not read whole: %v", why)
	}
	if got := reports["main/crm-sync"].Coverage.State; got == checks.NotReadable || verdict(reports["main/crm-sync"], "root-scp") != checks.Pass {
		t.Errorf("crm-sync is %s", got)
	}
}

// The organization's flag says that root is managed centrally; each member is
// judged by its own credentials all the same.
func TestTheOrganizationsFlagDecidesNothingForAMember(t *testing.T) {
	org := few(cloud.DemoOrganization(time.Now()), "org-management", "marketing-site", "shared-network")
	org.RootFeatures = []string{cloud.CentralCredentials, cloud.CentralSessions}
	setup, _ := sideBySide(t, map[string]*cloud.Organization{"main": org})
	reports, _ := checked(t, setup)
	for name, want := range map[string]checks.Status{"marketing-site": checks.Fail, "shared-network": checks.Pass} {
		if got := verdict(reports["main/"+name], "root-mfa"); got != want {
			t.Errorf("root-mfa of %s is %s, want %s", name, got, want)
		}
	}
}
