package checks_test

import (
	"strings"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// who makes an authorization of these users, who are admins by a group.
func who(names ...string) edit {
	return func(f *account.Facts) {
		a := account.Authorization{Users: []account.Principal{}}
		for _, n := range names {
			a.Users = append(a.Users, account.Principal{Name: n, ARN: "arn:aws:iam::111122223333:user/" + n, Grants: []account.PolicyGrant{{Policy: "p", Group: "admins", Grant: account.GrantAdmin}}})
		}
		f.Authorization = account.Known(a)
	}
}

func deniedRoster(f *account.Facts) {
	f.Authorization = account.Missing[account.Authorization](account.Gap{Call: "iam:GetAccountAuthorizationDetails", Cause: account.Denied})
}

func TestRosterChanges(t *testing.T) {
	var previous *checks.Report
	for i, step := range []struct {
		name  string
		edits edit
		want  []string // kind: summary
		at    int      // step of which the kept roster is
	}{
		{"unread at first", deniedRoster, nil, -1},
		{"first sight is no change", who("alice"), nil, 1},
		{"nothing changed", who("alice"), nil, 2},
		{"one came", who("alice", "bob"), []string{"admin_added: The admin roster changed: user bob became an admin."}, 3},
		{"dark is no change", deniedRoster, nil, 3},
		{"dark again", deniedRoster, nil, 3},
		{"what changed in the dark is told when it is read", who("bob", "carol", "dave"), []string{
			"admin_added: The admin roster changed: user carol and user dave became admins.",
			"admin_removed: The admin roster changed: user alice is no longer an admin."}, 6},
		{"a name is no identity", who("bob", "carol", "dav"), []string{
			"admin_added: The admin roster changed: user dav became an admin.",
			"admin_removed: The admin roster changed: user dave is no longer an admin."}, 7},
		{"many", who("a", "b", "c", "d", "e", "f", "bob", "carol", "dav"), []string{
			"admin_added: The admin roster changed: user a, user b, user c, user d, user e and 1 more became admins."}, 8},
		{"all went", who(), []string{"admin_removed: The admin roster changed: user a, user b, user bob, user c, user carol and 4 more are no longer admins."}, 9},
	} {
		facts := healthy(step.edits)
		facts.ObservedAt = now.Add(time.Duration(i) * day)
		next := checks.Run(checks.Case{Facts: facts, Policy: checks.DefaultPolicy()})
		var got []string
		for _, c := range checks.Compare(previous, &next) {
			if c.CheckID == "admin-by-group" && strings.HasPrefix(string(c.Kind), "admin_") {
				got = append(got, string(c.Kind)+": "+c.Summary)
				if !c.At.Equal(facts.ObservedAt) || c.AccountID != facts.ID || c.Short == "" || c.Severity == "" {
					t.Errorf("%s: the change is incomplete: %+v", step.name, c)
				}
			}
		}
		if strings.Join(got, "\n") != strings.Join(step.want, "\n") {
			t.Errorf("%s: changes are %q, want %q", step.name, got, step.want)
		}
		switch {
		case step.at < 0 && next.Roster != nil:
			t.Errorf("%s: a roster that nobody read: %+v", step.name, next.Roster)
		case step.at >= 0 && (next.Roster == nil || !next.Roster.At.Equal(now.Add(time.Duration(step.at)*day))):
			t.Errorf("%s: the roster is %+v, want that of step %d", step.name, next.Roster, step.at)
		}
		previous = &next
	}
}

func TestRosterIsOfPeople(t *testing.T) {
	ordinary := account.GrantOrdinary
	admin := func(name string, trust account.Trust, g account.Grant, boundary *account.Grant) account.Principal {
		return account.Principal{Name: name, ARN: "arn:aws:iam::111122223333:role/" + name, Trust: trust, Boundary: boundary, Grants: []account.PolicyGrant{{Policy: "p", Grant: g}}}
	}
	perhaps := func(name string, trust account.Trust) account.Principal {
		p := admin(name, trust, account.GrantConditional, nil)
		p.Grants[0].Means = "iam:AttachRolePolicy"
		return p
	}
	f := healthy(func(f *account.Facts) {
		f.Authorization = account.Known(account.Authorization{
			Users: []account.Principal{perhaps("helper", ""), {Name: "reader", ARN: "arn:aws:iam::111122223333:user/reader"}, admin("bounded", "", account.GrantAdmin, &ordinary)},
			Roles: []account.Principal{
				admin("sso", account.TrustSSO, account.GrantAdmin, nil), admin("saml", account.TrustFederated, account.GrantConditional, nil),
				admin("self", account.TrustSSO, account.GrantEscalation, nil), admin("power", account.TrustSSO, account.GrantNearAdmin, nil),
				admin("lambda", account.TrustService, account.GrantAdmin, nil), admin("audit", account.TrustAccounts, account.GrantAdmin, nil),
				perhaps("github-deploy", account.TrustWorkload), perhaps("okta", account.TrustFederated),
			},
		})
	})
	var got []string
	for _, a := range checks.Run(checks.Case{Facts: f}).Roster.Admins {
		got = append(got, string(a.Kind)+" "+a.Name)
	}
	if s := strings.Join(got, ", "); s != "federated saml, sso self, sso sso" {
		t.Errorf("the admins are %s", s)
	}
}
