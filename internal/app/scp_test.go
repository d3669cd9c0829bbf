package app_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"rootwatch/internal/app"
	"rootwatch/internal/demo/cloud"
)

// policyHouse is an emulated organization that a terminal asks.
type policyHouse struct {
	cloud *cloud.Server
	setup app.Setup
	dir   string
}

func newPolicyHouse(t *testing.T) policyHouse {
	t.Helper()
	emulated := cloud.New(cloud.DemoOrganization(time.Now()), cloud.Options{})
	aws := httptest.NewServer(emulated)
	t.Cleanup(aws.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": aws.URL, "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-secret", "AWS_REGION": "eu-central-1",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
		"EXTERNAL_ID": cloud.DemoExternalID,
	} {
		t.Setenv(name, value)
	}
	h := policyHouse{cloud: emulated, dir: t.TempDir()}
	path := filepath.Join(h.dir, "rootwatch.yaml")
	text := fmt.Sprintf("version: 1\nstore: { path: %s }\norganizations:\n  - name: main\n    role_name: %s\n    external_id: env:EXTERNAL_ID\n    cost: { enabled: false }\n", filepath.Join(h.dir, "rootwatch.db"), cloud.DemoRole)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	h.setup = app.Setup{ConfigPath: path, Explicit: true}
	return h
}

// decisions are the rows of docs/json.md.
type decisions struct {
	Version   int        `json:"version"`
	AccountID string     `json:"account_id"`
	Exempt    bool       `json:"exempt"`
	Decisions []decision `json:"decisions"`
}

type decision struct {
	Principal string   `json:"principal"`
	Action    string   `json:"action"`
	Decision  string   `json:"decision"`
	PolicyID  string   `json:"policy_id"`
	Statement string   `json:"statement"`
	Target    string   `json:"target"`
	Keys      []string `json:"keys"`
}

func (h policyHouse) explain(t *testing.T, r app.ExplainRequest) (d decisions, status int) {
	t.Helper()
	r.Format = "json"
	var out bytes.Buffer
	status, err := h.setup.ExplainSCP(t.Context(), r, app.Terminal{Out: &out, Err: &out, Width: 100})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &d); err != nil || d.Version != 1 || len(d.Decisions) == 0 {
		t.Fatalf("%v in %s", err, out.String())
	}
	return d, status
}

func TestExplainSCP(t *testing.T) {
	h := newPolicyHouse(t)
	for _, tt := range []struct {
		name string
		ask  app.ExplainRequest
		want string // of the first decision
	}{
		{"S4's policy denies the audit", app.ExplainRequest{Account: "sandbox-dev", Principals: []string{"assume_root"}}, "assume_root iam:ListAccessKeys denied p-demorootmfa RequireMFAForRoot ou-demo-sandbox []"},
		{"and spares the console with MFA", app.ExplainRequest{Account: "sandbox-dev"}, "console_mfa iam:CreateAccessKey allowed p-FullAWSAccess #1 210987654321 []"},
		{"an address range", app.ExplainRequest{Account: "payments-staging", Principals: []string{"access_key"}}, "access_key iam:CreateAccessKey conditional p-demorootrange RootFromOffice ou-demo-staging [aws:SourceIp]"},
		{"from inside of it", app.ExplainRequest{Account: "payments-staging", Context: []string{"AWS:sourceip=192.0.2.7"}, Principals: []string{"access_key"}}, "access_key iam:CreateAccessKey allowed p-FullAWSAccess #1 100000000004 []"},
		{"without an address", app.ExplainRequest{Account: "payments-staging", Context: []string{"aws:SourceIp="}, Principals: []string{"access_key"}}, "access_key iam:CreateAccessKey denied p-demorootrange RootFromOffice ou-demo-staging []"},
		{"another action", app.ExplainRequest{Account: "data-lake", Actions: []string{"s3:GetObject"}}, "console_mfa s3:GetObject denied p-demoroottasks RootForAccountTasks ou-demo-data []"},
		{"one that is left to root", app.ExplainRequest{Account: "444455556666", Actions: []string{"IAM:createuser"}}, "console_mfa IAM:createuser allowed p-FullAWSAccess #1 444455556666 []"},
		{"a key that AssumeRoot has", app.ExplainRequest{Account: "prod-payments", Principals: []string{"access_key"}, Context: []string{"aws:AssumedRoot=true"}}, "access_key iam:CreateAccessKey allowed p-FullAWSAccess #1 123456789012 []"},
	} {
		d, status := h.explain(t, tt.ask)
		first := d.Decisions[0]
		got := fmt.Sprintf("%s %s %s %s %s %s %v", first.Principal, first.Action, first.Decision, first.PolicyID, first.Statement, first.Target, first.Keys)
		if got != tt.want || status != app.Fine {
			t.Errorf("%s: status %d\n got %s\nwant %s", tt.name, status, got, tt.want)
		}
	}
	if d, status := h.explain(t, app.ExplainRequest{Account: "org-management"}); !d.Exempt || status != app.Fine || d.Decisions[0].Decision != "allowed" {
		t.Errorf("management account: %d %+v", status, d)
	}
}

// Once an account is known by name, explaining what hangs over it lists no
// accounts: of 5,000 that would be 250 calls for one.
func TestExplainSCPListsNoAccounts(t *testing.T) {
	h := newPolicyHouse(t)
	ask := app.ExplainRequest{Account: "sandbox-dev"}
	first, _ := h.explain(t, ask)
	before := h.cloud.CallCounts()
	second, status := h.explain(t, ask)
	after := h.cloud.CallCounts()
	for call, want := range map[string]int{"organizations:ListAccounts": 0, "organizations:ListAccountsForParent": 0, "organizations:ListParents": 1} {
		if n := after[call] - before[call]; n != want {
			t.Errorf("%s was called %d times, want %d", call, n, want)
		}
	}
	if status != app.Fine || !slices.EqualFunc(first.Decisions, second.Decisions, func(a, b decision) bool { return fmt.Sprint(a) == fmt.Sprint(b) }) {
		t.Errorf("status %d; first %+v, then %+v", status, first, second)
	}
}

// Where the account's place may not be asked for, the list tells it.
func TestExplainSCPFromTheList(t *testing.T) {
	h := newPolicyHouse(t)
	h.cloud.AddFault(cloud.Fault{Service: "organizations", Operation: "ListParents", Kind: cloud.FaultDeny})
	if d, status := h.explain(t, app.ExplainRequest{Account: "sandbox-dev", Principals: []string{"assume_root"}}); status != app.Fine || d.Decisions[0].Decision != "denied" {
		t.Errorf("status %d, %+v", status, d)
	}
}

// An account that left since it was listed is told apart from one that cannot
// be read.
func TestExplainSCPOfAnAccountThatLeft(t *testing.T) {
	h := newPolicyHouse(t)
	h.explain(t, app.ExplainRequest{Account: "sandbox-dev"})
	h.cloud.Update(func(o *cloud.Organization) {
		o.Accounts = slices.DeleteFunc(o.Accounts, func(a *cloud.Account) bool { return a.Name == "sandbox-dev" })
	})
	_, err := h.setup.ExplainSCP(t.Context(), app.ExplainRequest{Account: "sandbox-dev"}, app.Terminal{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}, Width: 100})
	if problem, ok := errors.AsType[app.Problem](err); !ok || problem.Status != app.Unreadable || !strings.Contains(err.Error(), "not in the organization any more") {
		t.Errorf("%v", err)
	}
}

func TestExplainSCPTable(t *testing.T) {
	h := newPolicyHouse(t)
	for account, want := range map[string]string{
		"payments-staging": "from elsewhere on the", "data-lake": "aws-portal:ViewBilling", "org-management": "No service control policy reaches the management account",
	} {
		var out bytes.Buffer
		if _, err := h.setup.ExplainSCP(t.Context(), app.ExplainRequest{Account: account, Format: "table"}, app.Terminal{Out: &out, Err: &out, Width: 100}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s: %q is not in\n%s", account, want, out.String())
		}
		for line := range strings.Lines(out.String()) {
			if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > 100 {
				t.Errorf("%s: wider than 100 columns: %s", account, line)
			}
		}
	}
}

func TestSCPUsage(t *testing.T) {
	h := newPolicyHouse(t)
	bad := filepath.Join(h.dir, "bad.json")
	if err := os.WriteFile(bad, []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		explain *app.ExplainRequest
		whatIf  *app.WhatIfRequest
		want    string
	}{
		{explain: &app.ExplainRequest{Account: "sandbox-dev", Context: []string{"foo=bar"}}, want: "--context foo=bar: write a condition key"},
		{explain: &app.ExplainRequest{Account: "sandbox-dev", Context: []string{"aws:SourceIp=", "aws:sourceip=192.0.2.1"}}, want: "one of the two"},
		{explain: &app.ExplainRequest{Account: "sandbox-dev", Actions: []string{"s3:*"}}, want: "--action s3:*: name one action"},
		{explain: &app.ExplainRequest{Account: "sandbox-dev", Resource: "*"}, want: "--resource goes with --action"},
		{explain: &app.ExplainRequest{Account: "sandbox-dev", Actions: []string{"s3:GetObject"}, Resource: "bucket"}, want: "give an ARN"},
		{explain: &app.ExplainRequest{Account: "no-such-account"}, want: "I do not know an account called no-such-account"},
		{whatIf: &app.WhatIfRequest{File: bad, Target: "root"}, want: "statement 1: Resource is missing, and so is NotResource"},
		{whatIf: &app.WhatIfRequest{File: filepath.Join(h.dir, "none.json"), Target: "root"}, want: "no such file"},
		{whatIf: &app.WhatIfRequest{File: "-", In: strings.NewReader(denyRoot), Target: "nowhere"}, want: "--target nowhere: it is no root, no organizational unit and no account"},
	} {
		var err error
		var status int
		term := app.Terminal{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}, Width: 100}
		if tt.explain != nil {
			status, err = h.setup.ExplainSCP(t.Context(), *tt.explain, term)
		} else {
			status, err = h.setup.WhatIfSCP(t.Context(), *tt.whatIf, term)
		}
		if problem, ok := errors.AsType[app.Problem](err); !ok || problem.Status != app.Usage || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("status %d, %v; want %q", status, err, tt.want)
		}
	}
}

const (
	denyRoot  = `{"Version":"2012-10-17","Statement":[{"Sid":"NoRoot","Effect":"Deny","Action":"*","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:*:iam::*:root"}}}]}`
	spareRoot = `{"Version":"2012-10-17","Statement":[{"Sid":"NoRoot","Effect":"Deny","Action":"*","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:*:iam::*:root"},"Null":{"aws:AssumedRoot":"true"}}}]}`
	fromRange = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}]}`
)

// would is the document of whatif, by its JSON.
type would struct {
	Version   int    `json:"version"`
	Target    string `json:"target"`
	Untouched string `json:"untouched"`
	Unchanged int    `json:"unchanged"`
	NotActive int    `json:"not_active"`
	Accounts  []struct {
		AccountID    string  `json:"account_id"`
		CentralAudit string  `json:"central_audit"`
		Changes      []turns `json:"changes"`
	} `json:"accounts"`
}

type turns struct {
	Principal string `json:"principal"`
	Before    string `json:"before"`
	After     string `json:"after"`
	PolicyID  string `json:"policy_id"`
	Statement string `json:"statement"`
	Target    string `json:"target"`
}

func TestWhatIfSCP(t *testing.T) {
	h := newPolicyHouse(t)
	ask := func(policy, target, format string, context ...string) (string, int) {
		t.Helper()
		var out bytes.Buffer
		status, err := h.setup.WhatIfSCP(t.Context(), app.WhatIfRequest{File: "-", In: strings.NewReader(policy), Target: target, Format: format, Context: context}, app.Terminal{Out: &out, Err: &out, Width: 100})
		if err != nil {
			t.Fatal(err)
		}
		return out.String(), status
	}
	text, status := ask(denyRoot, "Sandbox", "json")
	var w would
	if err := json.Unmarshal([]byte(text), &w); err != nil || w.Version != 1 || w.Target != "ou-demo-sandbox" || status != app.Fine {
		t.Fatalf("%v, status %d: %s", err, status, text)
	}
	// There S4's policy has taken the audit already: it cannot be lost again.
	want := turns{"console_mfa", "allowed", "denied", "proposed", "NoRoot", "ou-demo-sandbox"}
	for _, a := range w.Accounts {
		if a.CentralAudit != "kept" || slices.ContainsFunc(a.Changes, func(c turns) bool { return c != want }) {
			t.Errorf("%+v", a)
		}
	}
	if len(w.Accounts) == 0 {
		t.Error("nobody would change")
	}
	for _, tt := range []struct {
		policy, target string
		context        []string
		status         int
		want           []string
	}{
		{denyRoot, "root", nil, app.Findings, []string{"Would lose the central audit:", "prod-payments (123456789012)", "The management account 111122223333 is untouched"}},
		{denyRoot, "ou-demo-core", nil, app.Findings, []string{"assume_root: allowed -> denied for all 7 actions", "console_mfa: allowed -> denied for all 26 actions", "log-archive"}},
		{spareRoot, "Core", nil, app.Fine, []string{"access_key: allowed -> denied for all 26 actions"}},
		{spareRoot, "prod-payments", nil, app.Fine, []string{"the root of 0 accounts would change", "Nothing would change in 1 account below the target"}},
		{fromRange, "log-archive", nil, app.Unreadable, []string{"assume_root: allowed -> conditional for all 7 actions by aws:SourceIp", "May lose the central audit"}},
		{fromRange, "log-archive", []string{"aws:SourceIp=192.0.2.1"}, app.Fine, []string{"the root of 0 accounts would change"}},
		{fromRange, "org-management", nil, app.Fine, []string{"The management account 111122223333 is untouched: no service control policy reaches it."}},
	} {
		text, status := ask(tt.policy, tt.target, "table", tt.context...)
		for _, want := range tt.want {
			if !strings.Contains(strings.ReplaceAll(text, "\n", " "), want) {
				t.Errorf("%s: %q is not in\n%s", tt.target, want, text)
			}
		}
		if status != tt.status {
			t.Errorf("%s: status %d, want %d\n%s", tt.target, status, tt.status, text)
		}
		for line := range strings.Lines(text) {
			if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > 100 {
				t.Errorf("wider than 100 columns: %s", line)
			}
		}
	}
}

// Where AWS does not tell the policies, nothing is said of them.
func TestSCPUnreadable(t *testing.T) {
	h := newPolicyHouse(t)
	h.cloud.AddFault(cloud.Fault{Service: "organizations", Operation: "ListPolicies", Kind: cloud.FaultDeny})
	var out bytes.Buffer
	term := app.Terminal{Out: &out, Err: &out, Width: 100}
	_, explained := h.setup.ExplainSCP(t.Context(), app.ExplainRequest{Account: "prod-payments", Format: "json"}, term)
	_, asked := h.setup.WhatIfSCP(t.Context(), app.WhatIfRequest{File: "-", In: strings.NewReader(denyRoot), Target: "root", Format: "json"}, term)
	for _, err := range []error{explained, asked} {
		if problem, ok := errors.AsType[app.Problem](err); !ok || problem.Status != app.Unreadable || !strings.Contains(err.Error(), "organizations:ListPolicies") {
			t.Errorf("%v", err)
		}
	}
	if out.Len() > 0 {
		t.Errorf("it says %s", out.String())
	}
}
