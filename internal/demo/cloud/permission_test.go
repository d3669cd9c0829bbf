package cloud_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"rootwatch/internal/demo/cloud"
)

// allow is a policy that lets the actions through.
func allow(t *testing.T, actions ...string) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{
		map[string]any{"Effect": "Allow", "Action": actions, "Resource": "*"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Each operation is denied without its own action and needs no other.
func TestPolicyAllowsWhatItNames(t *testing.T) {
	w := demo(t)
	calls := everyOperation(w.cfg, w)
	var all []string
	for operation := range calls {
		all = append(all, permissionFor(operation))
	}
	slices.Sort(all)
	all = slices.Compact(all)
	for operation, call := range calls {
		action := permissionFor(operation)
		for _, one := range []struct {
			allowed []string
			denied  bool
		}{
			{[]string{action}, false},
			{slices.DeleteFunc(slices.Clone(all), func(a string) bool { return a == action }), action != "sts:GetCallerIdentity"},
		} {
			if err := w.SetPolicy("", allow(t, one.allowed...)); err != nil {
				t.Fatal(err)
			}
			err := call(t.Context())
			if denied := err != nil && strings.Contains(err.Error(), "is not authorized to perform: "+action); denied != one.denied {
				t.Errorf("with %v allowed, %s says %v", one.allowed, action, err)
			}
		}
	}
	want := slices.DeleteFunc(all, func(a string) bool { return a == "sts:GetCallerIdentity" })
	if got := w.Used()[cloud.Principal{Account: w.Organization().Management().ID}]; !slices.Equal(got, want) {
		t.Errorf("the caller used %v, want %v", got, want)
	}
}

// AWS's words, in the three protocols; the code is as each spells it.
func TestPolicyDenialIsWordedAsAWSs(t *testing.T) {
	w := demo(t)
	if err := w.SetPolicy("", allow(t, "sts:GetCallerIdentity")); err != nil {
		t.Fatal(err)
	}
	const user = "User: arn:aws:iam::111122223333:user/rootwatch is not authorized to perform: "
	for action, want := range map[string]struct{ code, message string }{
		"iam:GetAccountSummary":       {"AccessDenied", user + "iam:GetAccountSummary on resource: * because no identity-based policy allows the iam:GetAccountSummary action"},
		"organizations:ListAccounts":  {"AccessDeniedException", user + "organizations:ListAccounts on resource: * because no identity-based policy allows the organizations:ListAccounts action"},
		"account:GetAlternateContact": {"AccessDeniedException", user + "account:GetAlternateContact on resource: arn:aws:account::111122223333:account because no identity-based policy allows the account:GetAlternateContact action"},
		"ce:GetCostAndUsage":          {"AccessDeniedException", user + "ce:GetCostAndUsage on resource: arn:aws:ce:us-east-1:111122223333:/GetCostAndUsage because no identity-based policy allows the ce:GetCostAndUsage action"},
		"sts:AssumeRole":              {"AccessDenied", user + "sts:AssumeRole on resource: arn:aws:iam::123456789012:role/" + cloud.DemoRole},
	} {
		if got := wantCode(t, everyOperation(w.cfg, w)[action](t.Context()), want.code).ErrorMessage(); got != want.message {
			t.Errorf("%s\n got %s\nwant %s", action, got, want.message)
		}
	}
}

// A role's policy is that role's alone, a Deny beats an Allow, and a resource narrows.
func TestPolicyStatements(t *testing.T) {
	w := demo(t)
	set := func(role, document string) {
		t.Helper()
		if err := w.SetPolicy(role, document); err != nil {
			t.Fatal(err)
		}
	}
	set(cloud.DemoRole, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:Get*","Resource":"*"},{"Effect":"Deny","Action":["iam:GetAccountSummary"],"Resource":"*"}]}`)
	set("", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::*:role/`+cloud.DemoRole+`"}]}`)
	audit := everyOperation(w.in(t, "123456789012"), w)
	said := wantCode(t, audit["iam:GetAccountSummary"](t.Context()), "AccessDenied").ErrorMessage()
	if !strings.HasSuffix(said, "with an explicit deny in an identity-based policy") || !strings.Contains(said, "assumed-role/"+cloud.DemoRole+"/rootwatch") {
		t.Errorf("the denial says %q", said)
	}
	wantCode(t, audit["iam:ListVirtualMFADevices"](t.Context()), "AccessDenied")
	wantCode(t, audit["iam:GetCredentialReport"](t.Context()), "ReportNotPresent")
	set("", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::*:role/Other"}]}`)
	wantCode(t, everyOperation(w.cfg, w)["sts:AssumeRole"](t.Context()), "AccessDenied")
	if err := w.SetPolicy(""); err != nil {
		t.Fatal(err)
	}
	if err := everyOperation(w.cfg, w)["organizations:ListAccounts"](t.Context()); err != nil {
		t.Errorf("without a policy: %v", err)
	}
}

func TestPolicyThatIsNone(t *testing.T) {
	w := demo(t)
	for name, text := range map[string]string{
		"no JSON":        `{`,
		"an old version": `{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
		"no statement":   `{"Version":"2012-10-17","Statement":[]}`,
		"no resource":    `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:Get*"}]}`,
		"no action":      `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"GetAccountSummary","Resource":"*"}]}`,
		"an effect":      `{"Version":"2012-10-17","Statement":[{"Effect":"Permit","Action":"*","Resource":"*"}]}`,
		"a condition":    `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{}}]}`,
		"an id twice":    `{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"}]}`,
	} {
		if err := w.SetPolicy("", text); err == nil || !strings.HasPrefix(err.Error(), "MalformedPolicyDocument") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The management role is one more role of the management account.
func TestManagementRole(t *testing.T) {
	org := cloud.DemoOrganization(today)
	org.ManagementRole, org.CallerAccount = "RootwatchManagement", id(t, "100000000011")
	w := start(t, org, cloud.Options{})
	in := assumeInput(w, "111122223333")
	*in.RoleArn = "arn:aws:iam::111122223333:role/RootwatchManagement"
	if err := everyOperation(w.assume(t, in), w)["organizations:ListAccounts"](t.Context()); err != nil {
		t.Error(err)
	}
	used := w.Used()[cloud.Principal{Account: id(t, "111122223333"), Role: "RootwatchManagement"}]
	if !slices.Equal(used, []string{"organizations:ListAccounts"}) {
		t.Errorf("the management role used %v", used)
	}
}
