package chaos

import (
	"encoding/json"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/internal/demo"
	"rootwatch/internal/demo/cloud"
	"rootwatch/internal/demo/nameserver"
)

// found is what `rootwatch check` says, by check and account.
func (c *cli) found(t *testing.T, path string) map[string]map[string]checks.Status {
	t.Helper()
	stdout, stderr, _ := c.run("--config", path, "check", "--all", "--format", "json")
	var said struct {
		Reports []struct {
			AccountID string `json:"account_id"`
			Coverage  struct {
				Gaps []struct{ Call string } `json:"gaps"`
			} `json:"coverage"`
			Findings []struct {
				CheckID string        `json:"check_id"`
				Status  checks.Status `json:"status"`
			} `json:"findings"`
		} `json:"reports"`
	}
	if err := json.Unmarshal([]byte(stdout), &said); err != nil || len(said.Reports) != 40 {
		t.Fatalf("%v: %d reports\n%s", err, len(said.Reports), stderr)
	}
	all := map[string]map[string]checks.Status{}
	for _, r := range said.Reports {
		for _, f := range r.Findings {
			if all[f.CheckID] == nil {
				all[f.CheckID] = map[string]checks.Status{}
			}
			all[f.CheckID][r.AccountID] = f.Status
		}
		for _, gap := range r.Coverage.Gaps {
			if gap.Call == "dns:MX" {
				t.Errorf("%s: the DNS is no part of the account", r.AccountID)
			}
		}
	}
	return all
}

// Who gets root's mail, and on which number it is called: failing, passing,
// to be attested, attested and stale, and unknown, by the program itself.
func TestRootMailOnTheCommandLine(t *testing.T) {
	org := cloud.DemoOrganization(time.Now())
	c := emulate(t, org)
	names, err := demo.Resolve(org, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = names.Close() })
	c.dns = names.Addr()
	expect := func(got map[string]map[string]checks.Status, checkID string, want map[string]checks.Status) {
		t.Helper()
		for account, status := range want {
			if got[checkID][account] != status {
				t.Errorf("%s of %s is %s, want %s", checkID, account, got[checkID][account], status)
			}
		}
	}
	const clean, suspended, noRole = "100000000012", "100000000001", "100000000002"
	path := c.config("")
	attest := func(checkID, account string) {
		t.Helper()
		if _, stderr, status := c.run("--config", path, "attest", checkID, account, "--by", "Ana Silva", "--until", time.Now().AddDate(0, 1, 0).Format(time.DateOnly)); status != 0 {
			t.Fatalf("attest: exit status %d\n%s", status, stderr)
		}
	}
	got := c.found(t, path) // no domain is named
	expect(got, "root-email-domain", map[string]checks.Status{clean: checks.Manual, "100000000027": checks.Fail, "100000000025": checks.Fail, suspended: checks.Unknown})
	expect(got, "root-email-dedicated", map[string]checks.Status{"100000000019": checks.Manual})

	attest("root-email-domain", clean)
	attest("root-email-dedicated", "100000000019")
	names.Break(nameserver.ServFail)
	got = c.found(t, path)
	expect(got, "root-email-domain", map[string]checks.Status{clean: checks.Pass, "100000000013": checks.Manual})
	expect(got, "root-email-dedicated", map[string]checks.Status{"100000000019": checks.Pass})
	expect(got, "root-email-alive", map[string]checks.Status{clean: checks.Unknown, "100000000030": checks.Unknown, "100000000031": checks.Unknown})

	names.Break("")
	got = c.found(t, c.config("company: { domains: ["+cloud.DemoCompanyDomain+"], personal_addresses: ["+cloud.DemoPersonalAddress+"] }\n"))
	expect(got, "root-email-domain", map[string]checks.Status{clean: checks.Pass, noRole: checks.Pass, "100000000024": checks.Pass, "100000000027": checks.Fail, "100000000031": checks.Fail})
	expect(got, "root-email-dedicated", map[string]checks.Status{clean: checks.Pass, "100000000028": checks.Fail, "100000000029": checks.Fail, noRole: checks.Unknown})
	expect(got, "root-email-alive", map[string]checks.Status{clean: checks.Pass, "100000000024": checks.Pass, "100000000030": checks.Fail, "100000000031": checks.Fail})
	expect(got, "contact-phone", map[string]checks.Status{clean: checks.Pass, noRole: checks.Pass, "100000000023": checks.Pass,
		"100000000015": checks.Fail, "100000000016": checks.Fail, "100000000017": checks.Fail, suspended: checks.Unknown})
}
