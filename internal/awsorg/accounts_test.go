package awsorg_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rootwatch/checks/account"
	"rootwatch/internal/awsorg"
)

// list is what Accounts yields: each as "id role state", and the gap at its end.
func list(t *testing.T, org *awsorg.Org) ([]string, account.Gap) {
	t.Helper()
	var got []string
	for a, err := range org.Accounts(t.Context()) {
		if err != nil {
			var gap account.Gap
			if !errors.As(err, &gap) {
				t.Fatalf("error is a %T, not a Gap", err)
			}
			return got, gap
		}
		got = append(got, fmt.Sprintf("%s %s %s", a.ID, a.Role, a.State))
	}
	return got, account.Gap{}
}

var denied = reply{400, jsonError("AccessDeniedException", "You don't have permissions to access this resource.")}

func TestAccountsByMode(t *testing.T) {
	notInUse := reply{400, jsonError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")}
	all := []string{payer + " management ACTIVE", member + " member ACTIVE", other + " member SUSPENDED"}
	tests := []struct {
		name     string
		own      string
		describe *reply
		list     *reply
		alter    func(*awsorg.Options)
		want     []string
		cause    account.Cause
	}{
		{name: "management", own: payer, want: all},
		{name: "delegated administrator", own: member, want: all},
		{name: "member", own: member, list: &denied, want: []string{member + " member ACTIVE"}},
		{name: "standalone", own: other, describe: &notInUse, want: []string{other + " standalone ACTIVE"}},
		{name: "standalone as the list tells it", own: other, describe: &denied, list: &notInUse, want: []string{other + " standalone ACTIVE"}},
		{name: "role unknown, no role for others", own: member, describe: &denied, list: &denied,
			alter: func(o *awsorg.Options) { o.RoleName = "" }, want: []string{member + "  ACTIVE"}},
		{name: "role unknown though others are expected", own: member, describe: &denied, list: &denied,
			want: []string{member + "  ACTIVE"}, cause: account.Denied},
		{name: "role unknown, but it may list", own: payer, describe: &denied,
			want: []string{payer + "  ACTIVE", member + "  ACTIVE", other + "  SUSPENDED"}},
		{name: "management may not list", own: payer, list: &denied, cause: account.Denied},
		{name: "management role may not list", own: other, list: &denied, cause: account.Denied,
			alter: func(o *awsorg.Options) { o.ManagementRoleARN = "arn:aws:iam::" + payer + ":role/RootwatchAudit" }},
		{name: "organization fails", own: payer, describe: &reply{500, "{}"}, cause: account.Unavailable},
		{name: "answer without an organization", own: payer, describe: &reply{200, "{}"}, cause: account.Undecodable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloud(t, tt.own)
			if tt.describe != nil {
				c.on("organizations:DescribeOrganization", inTurn(*tt.describe))
			}
			if tt.list != nil {
				c.on("organizations:ListAccounts", inTurn(*tt.list))
			}
			o := options()
			if tt.alter != nil {
				tt.alter(&o)
			}
			got, gap := list(t, open(t, o))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if gap.Cause != tt.cause {
				t.Errorf("cause %q (%s), want %q", gap.Cause, gap.Detail, tt.cause)
			}
		})
	}
}

func TestAccountsPaging(t *testing.T) {
	first := reply{body: accounts("t1", listed(payer, "ACTIVE"))}
	tests := []struct {
		name  string
		pages []reply
		want  []string
		cause account.Cause
	}{
		{"an empty page with a token goes on", []reply{first, {body: accounts("t2")}, {body: accounts("", listed(member, "ACTIVE"))}},
			[]string{payer, member}, ""},
		{"a doubled account is yielded once", []reply{first, {body: accounts("", listed(payer, "ACTIVE"), listed(member, "ACTIVE"))}},
			[]string{payer, member}, ""},
		{"a repeated token is a circle", []reply{first, {body: accounts("t1", listed(member, "ACTIVE"))}, {body: accounts("t1", listed(other, "ACTIVE"))}},
			[]string{payer, member}, account.Undecodable},
		{"a denied second page", []reply{first, denied}, []string{payer}, account.Denied},
		{"an HTML second page", []reply{first, {200, "<html>sign in</html>"}}, []string{payer}, account.Undecodable},
		{"an empty list", []reply{{body: `{"Accounts":[]}`}}, nil, account.Undecodable},
		{"an empty object", []reply{{body: `{}`}}, nil, account.Undecodable},
		{"a list without the payer", []reply{{body: accounts("", listed(member, "ACTIVE"))}}, []string{member}, account.Undecodable},
		{"an id that is none", []reply{{body: accounts("", listed("12", "ACTIVE"))}}, nil, account.Undecodable},
		{"a throttle passes", []reply{{400, jsonError("TooManyRequestsException", "slow down")}, {body: accounts("", listed(payer, "ACTIVE"))}},
			[]string{payer}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloud(t, payer)
			c.on("organizations:ListAccounts", inTurn(tt.pages...))
			got, gap := list(t, open(t, options()))
			for i := range got {
				got[i], _, _ = strings.Cut(got[i], " ")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if gap.Cause != tt.cause {
				t.Errorf("cause %q: %s %s, want %q", gap.Cause, gap.Sentence, gap.Detail, tt.cause)
			}
		})
	}
}

func TestAccountsStopEarly(t *testing.T) {
	c := newCloud(t, payer)
	c.on("organizations:ListAccounts", fixed(200, accounts("t1", listed(payer, "ACTIVE"), listed(member, "ACTIVE"))))
	for _, err := range open(t, options()).Accounts(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	if n := len(c.made("organizations:ListAccounts")); n != 1 {
		t.Errorf("%d pages were asked for one account", n)
	}
}

func TestStateBeforeStatus(t *testing.T) {
	c := newCloud(t, payer)
	c.on("organizations:ListAccounts", fixed(200, quoted(map[string]any{"Accounts": []map[string]any{
		{"Id": payer, "State": "ACTIVE", "Status": "SUSPENDED"}, {"Id": member, "Status": "SUSPENDED"}, {"Id": other}}})))
	got, _ := list(t, open(t, options()))
	want := []string{payer + " management ACTIVE", member + " member SUSPENDED", other + " member "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAccountsCarryWhatTheOperatorKnows(t *testing.T) {
	c := newCloud(t, payer)
	o := options()
	o.Accounts = map[account.ID]awsorg.Override{id(t, member): {Name: "shop", Email: "shop@example.com"}}
	org := open(t, o)
	for a, err := range org.Accounts(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if a.Scope != o.Scope {
			t.Errorf("%s has scope %v", a.ID, a.Scope)
		}
		if a.ID.String() == member && (a.Name != "shop" || a.Email != "shop@example.com") {
			t.Errorf("the operator's word was lost: %q %q", a.Name, a.Email)
		}
		if a.ID.String() == payer && (a.Name != "name of "+payer || a.Email != payer+"@example.com") {
			t.Errorf("AWS's word was lost: %q %q", a.Name, a.Email)
		}
	}
	self, err := org.Self(t.Context())
	if err != nil || self.Role != account.Management || self.Email != "root@example.com" {
		t.Errorf("self is %+v, %v", self, err)
	}
	if n := len(c.made("sts:GetCallerIdentity")); n != 1 {
		t.Errorf("the identity was asked %d times", n)
	}
}

func TestSelf(t *testing.T) {
	t.Run("failures are not kept", func(t *testing.T) {
		c := newCloud(t, member)
		good := c.answer["sts:GetCallerIdentity"]
		c.on("sts:GetCallerIdentity", fixed(403, queryError("ExpiredToken", "The security token included in the request is expired")))
		org := open(t, options())
		_, err := org.Self(t.Context())
		var gap account.Gap
		if !errors.As(err, &gap) || gap.Cause != account.BadCredentials || !strings.Contains(gap.Sentence, "expired") {
			t.Fatalf("%+v", err)
		}
		c.on("sts:GetCallerIdentity", good)
		if self, err := org.Self(t.Context()); err != nil || self.ID.String() != member || self.Role != account.Member {
			t.Errorf("%+v %v", self, err)
		}
	})
	t.Run("role unknown", func(t *testing.T) {
		c := newCloud(t, member)
		c.on("organizations:DescribeOrganization", inTurn(denied))
		if self, err := open(t, options()).Self(t.Context()); err != nil || self.Role != account.RoleUnknown {
			t.Errorf("%+v %v", self, err)
		}
	})
	t.Run("another partition", func(t *testing.T) {
		c := newCloud(t, member)
		c.on("sts:GetCallerIdentity", fixed(200, result("GetCallerIdentity", "<Arn>arn:aws-us-gov:iam::"+member+":user/x</Arn><Account>"+member+"</Account>")))
		var gap account.Gap
		if _, err := open(t, options()).Self(t.Context()); !errors.As(err, &gap) || gap.Cause != account.BadCredentials {
			t.Errorf("%+v", err)
		}
		o := options()
		o.Scope.Partition = ""
		if self, err := open(t, o).Self(t.Context()); err != nil || self.Partition != "aws-us-gov" {
			t.Errorf("%+v %v", self, err)
		}
	})
	t.Run("no answer to speak of", func(t *testing.T) {
		c := newCloud(t, member)
		c.on("sts:GetCallerIdentity", fixed(200, ""))
		var gap account.Gap
		if _, err := open(t, options()).Self(t.Context()); !errors.As(err, &gap) || gap.Cause != account.Undecodable {
			t.Errorf("%+v", err)
		}
	})
}
