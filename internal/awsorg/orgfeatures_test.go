package awsorg_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rootwatch/checks/account"
)

func enabled(features ...string) reply {
	var list strings.Builder
	for _, f := range features {
		list.WriteString("<member>" + f + "</member>")
	}
	return reply{body: result("ListOrganizationsFeatures", "<OrganizationId>o-fake</OrganizationId><EnabledFeatures>"+list.String()+"</EnabledFeatures>")}
}

func TestRootFeatures(t *testing.T) {
	refused := func(code string) reply { return reply{400, queryError(code, "no")} }
	tests := []struct {
		name  string
		reply reply
		want  *account.RootFeatures
		cause account.Cause
		says  string
	}{
		{"both", enabled("RootSessions", "RootCredentialsManagement"), &account.RootFeatures{CredentialsManagement: true, Sessions: true}, "", ""},
		{"one", enabled("RootCredentialsManagement"), &account.RootFeatures{CredentialsManagement: true}, "", ""},
		{"one that AWS added", enabled("RootSomethingElse"), &account.RootFeatures{}, "", ""},
		{"none", enabled(), &account.RootFeatures{}, "", ""},
		{"trusted access off is neither, not an error", refused("ServiceAccessNotEnabledException"), &account.RootFeatures{}, "", ""},
		{"only bills", refused("OrganizationNotInAllFeaturesModeException"), &account.RootFeatures{NotAllFeatures: true}, "", ""},
		{"left", refused("OrganizationNotFoundException"), nil, "", ""},
		{"neither management nor delegated", refused("AccountNotManagementOrDelegatedAdministratorException"), nil, account.Denied, "management role"},
		{"denied", reply{403, queryError("AccessDenied", "no")}, nil, account.Denied, "iam:ListOrganizationsFeatures"},
		{"throttled", refused("Throttling"), nil, account.Throttled, ""},
		{"a refusal that nobody knows", refused("SomethingNew"), nil, account.Undecodable, "SomethingNew"},
		{"an empty answer is not none", reply{200, ""}, nil, account.Undecodable, "no organization"},
		{"HTML", reply{200, "<html>sign in</html>"}, nil, account.Undecodable, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloud(t, payer)
			c.on("iam:ListOrganizationsFeatures", inTurn(tt.reply))
			f := open(t, options()).Facts(t.Context(), account.Account{ID: id(t, payer), Role: account.Management})
			got, known := f.RootFeatures.Get()
			gap := f.RootFeatures.Gap()
			if diff := cmp.Diff(tt.want, got); diff != "" || known != (tt.cause == "") || gap.Cause != tt.cause || !strings.Contains(gap.Sentence, tt.says) {
				t.Errorf("known %t, %+v: %s", known, gap, diff)
			}
			if tt.cause != "" && gap.Call != "iam:ListOrganizationsFeatures" {
				t.Errorf("the gap names %s", gap.Call)
			}
			if len(causes(f)) > 1 {
				t.Errorf("others are missing too: %v", f.Gaps())
			}
		})
	}
}

// One question serves a minute, whatever the number of accounts.
func TestRootFeaturesAreAskedOnceForTheOrganization(t *testing.T) {
	c := newCloud(t, payer)
	clock := now
	o := options()
	o.Now = func() time.Time { return clock }
	org := open(t, o)
	management := account.Account{ID: id(t, payer), Role: account.Management}
	for range 3 {
		org.Facts(t.Context(), management)
		org.Facts(t.Context(), memberAccount(t))
	}
	if n := len(c.made("iam:ListOrganizationsFeatures")); n != 1 {
		t.Errorf("asked %d times", n)
	}
	c.on("iam:ListOrganizationsFeatures", inTurn(enabled("RootCredentialsManagement", "RootSessions")))
	clock = clock.Add(time.Minute)
	if f, _ := org.Facts(t.Context(), management).RootFeatures.Get(); f == nil || !f.Sessions {
		t.Errorf("what was switched on a minute ago is not seen: %+v", f)
	}
}

func TestRootFeaturesByPlace(t *testing.T) {
	notInUse := reply{400, jsonError("AWSOrganizationsNotInUseException", "no")}
	tests := []struct {
		name     string
		own      string
		describe *reply
		ask      account.Account
		known    bool // and nil where no feature is asked for
		asked    int
		call     string // of the gap
	}{
		{"the caller is the management account and does not know it", payer, nil, account.Account{ID: id(t, payer)}, true, 1, ""},
		{"the caller is a member and does not know it", member, nil, account.Account{ID: id(t, member)}, true, 0, ""},
		{"the caller is in no organization", member, &notInUse, account.Account{ID: id(t, member)}, true, 0, ""},
		{"the caller may not know its place", member, &denied, account.Account{ID: id(t, member)}, false, 0, "organizations:DescribeOrganization"},
		{"another account of unknown place", payer, &denied, account.Account{ID: id(t, member)}, false, 0, "organizations:DescribeOrganization"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloud(t, tt.own)
			if tt.describe != nil {
				c.on("organizations:DescribeOrganization", inTurn(*tt.describe))
			}
			f := open(t, options()).Facts(t.Context(), tt.ask)
			got, known := f.RootFeatures.Get()
			if n := len(c.made("iam:ListOrganizationsFeatures")); known != tt.known || n != tt.asked || (got != nil) != (tt.asked > 0) || f.RootFeatures.Gap().Call != tt.call {
				t.Errorf("known %t, %+v, asked %d times, gap %+v", known, got, n, f.RootFeatures.Gap())
			}
		})
	}
}

// The organization's side answers, also where the management account's own
// audit role is missing.
func TestRootFeaturesThroughTheManagementRole(t *testing.T) {
	c := newCloud(t, member)
	c.on("sts:AssumeRole", func(in call) reply {
		if strings.HasSuffix(in.form.Get("RoleArn"), "RootwatchAudit") {
			return reply{403, queryError("AccessDenied", "no")}
		}
		return emptyCloud(member).answer["sts:AssumeRole"](in)
	})
	o := options()
	o.ManagementRoleARN = "arn:aws:iam::" + payer + ":role/Billing"
	f := open(t, o).Facts(t.Context(), account.Account{ID: id(t, payer), Role: account.Management})
	if v, _ := f.RootFeatures.Get(); v == nil || !v.CredentialsManagement || f.Summary.Gap().Cause != account.NotOnboarded {
		t.Errorf("%+v, summary %+v", f.RootFeatures, f.Summary.Gap())
	}
	for _, in := range c.made("iam:ListOrganizationsFeatures") {
		if in.account != payer {
			t.Errorf("asked as %s", in.account)
		}
	}
}

func TestPasswordPolicy(t *testing.T) {
	for name, tt := range map[string]struct {
		reply reply
		want  *account.PasswordPolicy
	}{
		"none is set": {reply{404, queryError("NoSuchEntity", "The Password Policy with domain name 111122223333 cannot be found.")}, nil},
		"AWS leaves out what is not set": {reply{body: result("GetAccountPasswordPolicy",
			"<PasswordPolicy><MinimumPasswordLength>8</MinimumPasswordLength><ExpirePasswords>false</ExpirePasswords></PasswordPolicy>")}, &account.PasswordPolicy{MinimumLength: 8}},
	} {
		c := newCloud(t, payer)
		c.on("iam:GetAccountPasswordPolicy", inTurn(tt.reply))
		f := open(t, options()).Facts(t.Context(), memberAccount(t))
		got, known := f.PasswordPolicy.Get()
		if diff := cmp.Diff(tt.want, got); diff != "" || !known {
			t.Errorf("%s: known %t %+v: %s", name, known, f.PasswordPolicy.Gap(), diff)
		}
	}
}

// Each account's ARN names the management account.
func TestRolesByTheListAlone(t *testing.T) {
	c := newCloud(t, payer)
	c.on("organizations:DescribeOrganization", inTurn(denied))
	withARN := func(entry map[string]any, arn string) map[string]any {
		entry["Arn"] = arn
		return entry
	}
	c.on("organizations:ListAccounts", fixed(200, accounts("",
		withARN(listed(payer, "ACTIVE"), "arn:aws:organizations::"+payer+":account/o-fake/"+payer),
		withARN(listed(member, "ACTIVE"), "arn:aws:organizations::"+payer+":account/o-fake/"+member),
		withARN(listed(other, "ACTIVE"), "arn:aws:organizations::"+payer+":ou/o-fake/"+other))))
	got, gap := list(t, open(t, options()))
	want := []string{payer + " management ACTIVE", member + " member ACTIVE", other + "  ACTIVE"}
	if diff := cmp.Diff(want, got); diff != "" || gap.Cause != "" {
		t.Error(diff, gap)
	}
}
