package app_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rootwatch/internal/app"
	"rootwatch/internal/demo/cloud"
	"rootwatch/internal/store"
)

// desk is a configuration with a store file over an emulated organization; no
// `serve` runs.
type desk struct {
	*testing.T
	setup app.Setup
	path  string // of the store
	org   *cloud.Organization
	cloud *cloud.Server
}

func atDesk(t *testing.T) *desk {
	t.Helper()
	org := cloud.DemoOrganization(time.Now())
	emulator := cloud.New(org, cloud.Options{})
	aws := httptest.NewServer(emulator)
	t.Cleanup(aws.Close)
	dir := t.TempDir()
	none := filepath.Join(dir, "none")
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": aws.URL, "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_PROFILE": "",
		"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "emulated", "AWS_SESSION_TOKEN": "",
		"ROOTWATCH_DNS_RESOLVER": "none", "AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "TEST_EXTERNAL_ID": org.ExternalID,
	} {
		t.Setenv(name, value)
	}
	d := &desk{T: t, path: filepath.Join(dir, "rootwatch.db"), org: org, cloud: emulator}
	d.setup = app.Setup{ConfigPath: filepath.Join(dir, "rootwatch.yaml"), Explicit: true}
	yaml := fmt.Sprintf("version: 1\ntime_zone: Europe/Zurich\nstore: { path: %q }\norganizations:\n  - name: acme\n    role_name: %s\n    external_id: env:TEST_EXTERNAL_ID\n    cost: { enabled: false }\n",
		d.path, org.RoleName)
	if err := os.WriteFile(d.setup.ConfigPath, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	return d
}

// says runs a command and returns what it printed, or its error.
func (d *desk) says(f func(app.Terminal) error) string {
	d.Helper()
	var out bytes.Buffer
	if err := f(app.Terminal{Out: &out, Err: &out, Width: 100}); err != nil {
		return "error: " + err.Error()
	}
	return out.String()
}

// listed is a list as JSON.
func (d *desk) listed(list func(app.Terminal) error) []map[string]any {
	d.Helper()
	var doc struct {
		Version int
		Entered []map[string]any
	}
	if err := json.Unmarshal([]byte(d.says(list)), &doc); err != nil || doc.Version != 1 {
		d.Fatalf("%v in %s", err, d.says(list))
	}
	return doc.Entered
}

func wants(t *testing.T, got string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(got, part) {
			t.Errorf("it does not say %q:\n%s", part, got)
		}
	}
}

// What people say goes into the store while another process holds its lock, is
// listed, and stays listed when it is taken back.
func TestWordsOnTheCommandLine(t *testing.T) {
	d := atDesk(t)
	worked, err := store.OpenSQLite(t.Context(), store.Options{Path: d.path})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = worked.Close() }()
	if locked, err := worked.Lock(t.Context()); !locked || err != nil {
		t.Fatal(locked, err)
	}
	until := time.Now().AddDate(0, 8, 0).Format(time.DateOnly)
	attestations := func(out app.Terminal) error { return d.setup.Attestations(t.Context(), "json", out) }
	exceptions := func(out app.Terminal) error { return d.setup.Exceptions(t.Context(), "json", out) }

	wants(t, d.joined(func(out app.Terminal) error {
		return d.setup.Attest(t.Context(), app.AttestRequest{Check: "root-password-custody", Account: "prod-payments", By: " Ana Silva ", Until: until, Evidence: "https://wiki.example.com/c"}, out)
	}), "Ana Silva attests root-password-custody of prod-payments (", "until "+until, "No more than 90 days count")
	wants(t, d.joined(func(out app.Terminal) error {
		return d.setup.Except(t.Context(), app.ExceptRequest{Check: "root-access-keys", All: true, Reason: "An old appliance.", Approver: "Ben Ode", By: "Ana Silva", Until: until}, out)
	}), "root-access-keys in all accounts of acme is accepted until "+until+", approved by Ben Ode")

	a, x := d.listed(attestations), d.listed(exceptions)
	if len(a) != 1 || a[0]["state"] != "fresh" || a[0]["by"] != "Ana Silva" || a[0]["account_id"] == nil || a[0]["counts_until"] == a[0]["until"] {
		t.Errorf("attestations %v", a)
	}
	if len(x) != 1 || x[0]["state"] != "active" || x[0]["account_id"] != nil || !strings.Contains(fmt.Sprint(x[0]["until"]), "T23:59:59+") {
		t.Errorf("exceptions %v", x)
	}
	wants(t, d.says(func(out app.Terminal) error { return d.setup.Exceptions(t.Context(), "table", out) }),
		"all accounts of acme", "Approved by Ben Ode", "An old appliance.")

	id := fmt.Sprint(x[0]["id"])
	revoke := func(out app.Terminal) error { return d.setup.Revoke(t.Context(), id, "Cem Arslan", out) }
	wants(t, d.says(revoke), id+" is revoked")
	wants(t, d.says(revoke), "error: "+id+" is revoked already, by Cem Arslan on "+time.Now().Format("2006-"))
	wants(t, d.says(func(out app.Terminal) error { return d.setup.Revoke(t.Context(), "e-nothing", "Cem", out) }), "error: nothing that stands has the id")
	if x = d.listed(exceptions); x[0]["state"] != "revoked" || x[0]["revoked_by"] != "Cem Arslan" || x[0]["reason"] == "" {
		t.Errorf("a revoked exception is not kept: %v", x)
	}

	db, err := sql.Open("sqlite", d.path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(t.Context(), `UPDATE attestation SET body = substr(body, 1, 50)`); err != nil {
		t.Fatal(err)
	}
	if a = d.listed(attestations); a[0]["state"] != "unreadable" || !strings.Contains(fmt.Sprint(a[0]["trouble"]), "cannot be read") {
		t.Errorf("a garbled attestation is not said: %v", a)
	}
	wants(t, d.says(func(out app.Terminal) error { return d.setup.Attestations(t.Context(), "table", out) }), "unreadable", "Counts for nothing")
}

func TestWordsThatAreRefused(t *testing.T) {
	d := atDesk(t)
	until := time.Now().AddDate(0, 2, 0).Format(time.DateOnly)
	attest := func(r app.AttestRequest) func(app.Terminal) error {
		return func(out app.Terminal) error { return d.setup.Attest(t.Context(), r, out) }
	}
	except := func(r app.ExceptRequest) func(app.Terminal) error {
		return func(out app.Terminal) error { return d.setup.Except(t.Context(), r, out) }
	}
	good := app.AttestRequest{Check: "root-email-list", All: true, By: "Ana", Until: until}
	risk := app.ExceptRequest{Check: "root-mfa", All: true, By: "Ana", Approver: "Ben", Reason: "It is closed soon.", Until: until}
	edit := func(f func(*app.AttestRequest)) func(app.Terminal) error { r := good; f(&r); return attest(r) }
	editRisk := func(f func(*app.ExceptRequest)) func(app.Terminal) error { r := risk; f(&r); return except(r) }
	for want, f := range map[string]func(app.Terminal) error{
		"there is no check":                            edit(func(r *app.AttestRequest) { r.Check = "root-nothing" }),
		"nobody's word decides it":                     edit(func(r *app.AttestRequest) { r.Check = "root-mfa" }),
		"write a day such as":                          edit(func(r *app.AttestRequest) { r.Until = "31.12.2026" }),
		"before it":                                    edit(func(r *app.AttestRequest) { r.Until = "2020-01-31" }),
		"write a name":                                 edit(func(r *app.AttestRequest) { r.By = "ana@example.com" }),
		"the evidence is a link":                       edit(func(r *app.AttestRequest) { r.Evidence = "a drawer" }),
		"use --all, not both":                          edit(func(r *app.AttestRequest) { r.Account = "prod-payments" }),
		"or use --all for every":                       edit(func(r *app.AttestRequest) { r.All = false }),
		"no organization \"elsewhere\"":                edit(func(r *app.AttestRequest) { r.Organization = "elsewhere" }),
		"is not in organization acme, as AWS lists it": edit(func(r *app.AttestRequest) { r.All, r.Account = false, "999988880000" }),
		"Ben cannot approve":                           editRisk(func(r *app.ExceptRequest) { r.Approver, r.By = "Ben", " BEN" }),
		"needs a reason":                               editRisk(func(r *app.ExceptRequest) { r.Reason = " " }),
		"--approver is shown":                          editRisk(func(r *app.ExceptRequest) { r.Approver = "ben@example.com" }),
		"within a year":                                editRisk(func(r *app.ExceptRequest) { r.Until = time.Now().AddDate(2, 0, 0).Format(time.DateOnly) }),
	} {
		if got := d.says(f); !strings.HasPrefix(got, "error: ") || !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for what, list := range map[string]func(app.Terminal) error{
		"attestations": func(out app.Terminal) error { return d.setup.Attestations(t.Context(), "table", out) },
		"exceptions":   func(out app.Terminal) error { return d.setup.Exceptions(t.Context(), "table", out) },
	} {
		wants(t, d.says(list), "There are no "+what)
	}
	d.setup = app.Setup{ConfigPath: filepath.Join(t.TempDir(), "rootwatch.yaml")} // no file, and none was named
	wants(t, d.says(attest(good)), "error: what people say is kept in the store")
}

// What changes nothing as things stand is kept and said, what stands already is
// not written twice, and what still covers a finding is named.
func TestWordsThatChangeNothing(t *testing.T) {
	d := atDesk(t)
	until := time.Now().AddDate(0, 2, 0).Format(time.DateOnly)
	attest := func(check, account string) string {
		return d.joined(func(out app.Terminal) error {
			return d.setup.Attest(t.Context(), app.AttestRequest{Check: check, Account: account, By: "Ana", Until: until}, out)
		})
	}
	except := func(check, account, until string) string {
		return d.joined(func(out app.Terminal) error {
			return d.setup.Except(t.Context(), app.ExceptRequest{Check: check, Account: account, All: account == "", By: "Ana", Approver: "Ben", Reason: "It is closed soon.", Until: until}, out)
		})
	}
	_ = d.says(func(term app.Terminal) error {
		_, err := d.setup.Check(t.Context(), app.CheckRequest{Accounts: []string{"prod-payments", "old-acquisition"}, Format: "csv", FailOn: "low"}, term)
		return err
	})
	wants(t, attest("root-password-custody", "old-acquisition"), "It changes nothing as things stand: AWS lists the account as suspended")
	wants(t, except("budget-exists", "prod-payments", until), "It changes nothing as things stand: the check passed")
	first := except("root-access-keys", "prod-payments", until)
	if strings.Contains(first, "changes nothing") {
		t.Errorf("it accepts a failure: %s", first)
	}
	id, _, _ := strings.Cut(first, ":")
	wants(t, except("root-access-keys", "prod-payments", until), id+" stands already: a failure of root-access-keys in prod-payments", "Nothing was written.")
	if n := len(d.listed(func(out app.Terminal) error { return d.setup.Exceptions(t.Context(), "json", out) })); n != 2 {
		t.Errorf("%d exceptions are written, want 2", n)
	}
	all, _, _ := strings.Cut(except("root-access-keys", "", until), ":")
	wants(t, d.joined(func(out app.Terminal) error { return d.setup.Revoke(t.Context(), id, "Cem", out) }),
		all+" still accepts root-access-keys in all accounts of acme until "+until)
}

// joined is what a command says, its lines put together; none is too long.
func (d *desk) joined(f func(app.Terminal) error) string {
	d.Helper()
	said := d.says(f)
	for line := range strings.SplitSeq(said, "\n") {
		if len(line) > 100 {
			d.Errorf("%d columns: %s", len(line), line)
		}
	}
	return strings.Join(strings.Fields(said), " ")
}
