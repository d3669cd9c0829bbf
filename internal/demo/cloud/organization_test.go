package cloud_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	accountapi "github.com/aws/aws-sdk-go-v2/service/account"
	accounttypes "github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"rootwatch/checks/account"
	"rootwatch/internal/demo/cloud"
)

func TestDemoIsTheSameEveryTime(t *testing.T) {
	ids := cmp.Comparer(func(a, b account.ID) bool { return a == b })
	if diff := cmp.Diff(cloud.DemoOrganization(today), cloud.DemoOrganization(today.Add(10*time.Hour)), ids); diff != "" {
		t.Error(diff)
	}
	org := cloud.DemoOrganization(today)
	if len(org.Accounts) != 40 || org.Management().Name != "org-management" {
		t.Errorf("%d accounts, the first is %s", len(org.Accounts), org.Management().Name)
	}
	seen := map[string]bool{}
	for _, a := range org.Accounts {
		for _, key := range []string{a.ID.String(), a.Name, a.Email} {
			if seen[key] {
				t.Errorf("%s is there twice", key)
			}
			seen[key] = true
		}
		if n := len(a.Costs); n < 4 || n > 15 {
			t.Errorf("%s has %d kinds of cost", a.Name, n)
		}
	}
}

// observed is what the wire says of an account, in the words of the brief.
func observed(t *testing.T, w world, a *cloud.Account) []string {
	t.Helper()
	var is []string
	add := func(what string, holds bool) {
		if holds {
			is = append(is, what)
		}
	}
	add("suspended", a.State == account.Suspended)
	out, err := sts.NewFromConfig(w.cfg).AssumeRole(t.Context(), assumeInput(w, a.ID.String()))
	if out == nil {
		_ = wantCode(t, err, "AccessDenied")
		return append(is, "no role")
	}
	cfg := w.in(t, a.ID.String())
	client := iam.NewFromConfig(cfg)
	summary, err := client.GetAccountSummary(t.Context(), nil)
	if add("summary denied", isDenied(err)); err == nil {
		add("MFA off", summary.SummaryMap["AccountMFAEnabled"] == 0)
		password, told := summary.SummaryMap["AccountPasswordPresent"]
		add("no password", told && password == 0)
		add("password not in the summary", !told)
	}
	devices, err := client.ListVirtualMFADevices(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range devices.VirtualMFADevices {
		add("virtual: "+(*d.User.Arn)[strings.LastIndex(*d.User.Arn, ":")+1:], true)
	}
	is = append(is, observedReport(t, client, a)...)
	for _, kind := range []accounttypes.AlternateContactType{"SECURITY", "BILLING", "OPERATIONS"} {
		contact, err := accountapi.NewFromConfig(w.cfg).GetAlternateContact(t.Context(), contactOf(w, a, kind))
		word := strings.ToLower(string(kind))
		add("no "+word+" contact", err != nil)
		add(word+" contact is root", err == nil && *contact.AlternateContact.EmailAddress == a.Email)
		add(word+" contact is the one list", err == nil && *contact.AlternateContact.EmailAddress == "aws-notices@example.com")
	}
	policy, err := client.GetAccountPasswordPolicy(t.Context(), nil)
	if err != nil {
		_ = wantCode(t, err, "NoSuchEntity")
		return append(is, "no password policy")
	}
	add("password policy is weak", !policy.PasswordPolicy.ExpirePasswords)
	return is
}

func contactOf(w world, a *cloud.Account, kind accounttypes.AlternateContactType) *accountapi.GetAlternateContactInput {
	in := &accountapi.GetAlternateContactInput{AlternateContactType: kind}
	if a.ID != w.Organization().Management().ID {
		in.AccountId = aws.String(a.ID.String())
	}
	return in
}

func isDenied(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "AccessDenied"
}

func observedReport(t *testing.T, client *iam.Client, a *cloud.Account) (is []string) {
	t.Helper()
	state, err := client.GenerateCredentialReport(t.Context(), nil)
	if isDenied(err) {
		if _, err := client.GetCredentialReport(t.Context(), nil); !isDenied(err) {
			t.Errorf("%s: the report is not denied to read: %v", a.Name, err)
		}
		return []string{"report denied"}
	}
	if err != nil {
		t.Fatal(err)
	}
	if state.State != "COMPLETE" {
		is = append(is, "slow report")
	}
	got, err := account.ParseCredentialReport(reportOf(t, client), a.ID, today)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range got.Root.Keys {
		switch key.Presence() {
		case account.PresentActive:
			is = append(is, "active key of "+key.LastUsed.At.Format(time.DateOnly))
		case account.PresentInactive:
			is = append(is, "inactive key")
		case account.PresenceUnknown:
			is = append(is, "unknown key")
		}
	}
	for _, c := range got.Root.Certificates {
		switch c.Presence() {
		case account.PresentActive:
			is = append(is, "active certificate")
		case account.PresentInactive:
			is = append(is, "inactive certificate")
		}
	}
	if got.Root.Password == account.AnswerUnknown {
		is = append(is, "password not supported")
	}
	if use := got.Root.PasswordLastUsed; use.State == account.UseAt && today.Sub(use.At) < 48*time.Hour {
		is = append(is, "used "+use.At.Format(time.DateOnly))
	}
	return is
}

// What AWS would answer for each account, for real; all others are clean.
func TestDemoFaultsAreThere(t *testing.T) {
	want := map[string][]string{
		"prod-payments":       {"virtual: root", "active key of 2026-11-18"},
		"data-lake":           {"security contact is root"},
		"legacy-web":          {"inactive key", "active certificate", "no security contact", "no password policy"},
		"marketing-site":      {"MFA off", "no security contact", "billing contact is root", "operations contact is root"},
		"analytics-prod":      {"virtual: root", "virtual: root"},
		"shared-network":      {"MFA off", "no password"},
		"log-archive":         {"MFA off", "no password"},
		"security-tooling":    {"MFA off", "no password"},
		"ml-research":         {"used 2026-11-21", "password policy is weak"},
		"old-acquisition":     {"suspended", "no role"},
		"partner-integration": {"no role"},
		"contractor-lab":      {"no role"},
		"payments-staging":    {"summary denied"},
		"fraud-detection":     {"report denied"},
		"warehouse-erp":       {"inactive certificate", "password not supported"},
		"video-encoding":      {"slow report"},
		"identity":            {"virtual: user/chroot-admin"},
		"dns-zones":           {"security contact is the one list", "billing contact is the one list", "operations contact is the one list"},
		"mobile-api":          {"virtual: root"},
		"crm-sync":            {"password not in the summary"},
		"iot-lab":             {"no password policy"},
		"iot-gateway":         {"active key of 2026-11-21"},
		"dev-alice":           {"password policy is weak"},
		"hr-portal":           {"no security contact", "no billing contact"},
		"event-tickets":       {"no security contact", "no operations contact"},
	}
	w := demo(t)
	for _, a := range w.Organization().Accounts {
		if diff := cmp.Diff(want[a.Name], observed(t, w, a)); diff != "" {
			t.Errorf("%s: %s", a.Name, diff)
		}
	}
}

func TestTruthIsATable(t *testing.T) {
	org := cloud.DemoOrganization(today)
	org.Accounts[39].Name = "bell\a and \x1b[31mred"
	truth := regexp.MustCompile(` {2,}`).ReplaceAllString(org.Truth(), " ")
	for _, line := range []string{
		"111122223333 org-management management account; central root sessions are off; the policy Deny the root user hangs on ou-demo-prod; ",
		"; the policy Deny the root user (draft) hangs nowhere\n",
		"123456789012 prod-payments root access key is active, last used 2026-11-18; root MFA is a virtual device; Amazon Elastic Compute Cloud - Compute costs $1365 a day more from 2026-11-21\n",
		"210987654321 sandbox-dev budget is daily nets credits; has a credit; Amazon SageMaker costs $140 a day more from 2026-11-24\n",
		"222222222222 shared-network no root credentials; no budget\n",
		"333333333333 ml-research root signed in 2026-11-21; budget alerts on the forecast, to 2 addresses and 0 topics; password policy is weak; Amazon Elastic Compute Cloud - Compute costs $2400 a day more from 2026-12-25\n",
		"999988887777 marketing-site root MFA is off; no security contact; billing contact is the root email; operations contact is the root email; budget is monthly\n",
		"100000000006 warehouse-erp root has an inactive signing certificate; its report says not_supported of the root password\n",
		"100000000020 mobile-api one of root's 2 MFA devices is virtual; budget alerts on actual cost, to 0 addresses and 1 topic; topic spend is heard by 0\n",
		"budget is 7 times the usual day", "hr-portal",
		"100000000013 dns-zones one list is all three contacts\n",
		"IAM user helper has an inline policy that allows everything",
		"IAM user first-admin is an admin; IAM user first-admin has a console password and no MFA",
		"100000000014 ci-runners root signed in 2026-11-13; root signed in before, on 2026-10-23; IAM user deploy has a key of 200 days\n",
		"IAM user operator is an admin after MFA",
		"100000000005 fraud-detection denies iam:GenerateCredentialReport, iam:GetCredentialReport; AWS Marketplace costs $5000 a day more from 2027-01-13\n",
		"100000000012 backup-vault clean\n",
		"no CloudTrail trail of all regions is at work; GuardDuty is off; no password policy", "; no CloudTrail trail; ",
		"security-tooling no root credentials; topic cost-alerts is heard by 3; the central audit was root on 2026-11-21\n",
		"the EventBridge rule root-use has no target", "the metric filter root-use counts root's sign-ins", "AWS Config has ROOT_ACCOUNT_MFA_ENABLED",
		"software called ListBuckets as root on 2026-11-20",
		"100000000027 dev-bob root address is in gmail.com; ",
		"root address is in oldbrand.example, which has expired; ",
		"root address is in parked.example.com, which takes no mail; ",
		"hr-portal root address is a person's; ",
		"prod-search primary contact's telephone is too short; ", "primary contact's telephone has no country code; ", "security contact's telephone has no country code",
		"bell? and ?[31mred",
	} {
		if !strings.Contains(truth, line) {
			t.Errorf("%q is not in\n%s", line, truth)
		}
	}
	if n := strings.Count(truth, "\n"); n != 41 {
		t.Errorf("%d lines", n)
	}
}

func TestOrganizationIsACopy(t *testing.T) {
	mine := cloud.DemoOrganization(today)
	w := start(t, mine, cloud.Options{})
	change := func(o *cloud.Organization) {
		a := o.Accounts[1]
		a.Name, a.Root.MFA[0].Serial, a.Contacts[cloud.SecurityContact].Email, a.Costs[0].Amount = "x", "x", "x", 1
		a.Users[0].Keys[0].Active, a.Primary.City, a.Policy.Reuse, o.RootFeatures[0] = false, "x", 0, "x"
	}
	change(mine)
	change(w.Organization())
	ids := cmp.Comparer(func(a, b account.ID) bool { return a == b })
	if diff := cmp.Diff(cloud.DemoOrganization(today), w.Organization(), ids); diff != "" {
		t.Errorf("the server's truth changed: %s", diff)
	}
	w.Update(change)
	if got := w.Organization().Accounts[1]; got.Name != "x" || got.Primary.City != "x" {
		t.Errorf("Update changed nothing: %+v", got)
	}
	w.Update(func(o *cloud.Organization) { o.Accounts = slices.Delete(o.Accounts, 1, 40) })
	if all, _ := list(t, w.cfg, nil); len(all) != 1 {
		t.Errorf("%d accounts are left", len(all))
	}
}
