package cloud

import (
	"fmt"
	"slices"
	"time"
)

// What the demo's accounts have of IAM users beyond the clean one, and why it
// is a fault.

const (
	everythingAllowed = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	withMFAAlone      = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]}`
	deployerPolicy    = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:PutObject","s3:GetObject"],"Resource":"arn:aws:s3:::deployments/*"}}`
)

// adminGroup is how admin rights should come.
func adminGroup() Group { return Group{Name: "admins", Attached: []string{AdministratorAccess}} }

func addGroup(a *Account, g Group) {
	if !slices.ContainsFunc(a.Groups, func(there Group) bool { return there.Name == g.Name }) {
		a.Groups = append(a.Groups, g)
	}
}

// person is a user of the console with an MFA device.
func person(a *Account, name string, today time.Time) User {
	return User{
		Name: name, Created: a.Root.Created.Add(5 * day), Password: true,
		PasswordLastUsed: today.Add(-3 * day), PasswordChanged: today.Add(-40 * day),
		MFA: []Device{{Serial: "arn:aws:iam::" + a.ID.String() + ":u2f/user/" + name + "/key-1A2B3C4D5E", EnabledAt: a.Root.Created.Add(6 * day)}},
	}
}

// admins adds so many, each through the group and with MFA.
func admins(n int) func(*Account, time.Time) {
	return func(a *Account, today time.Time) {
		addGroup(a, adminGroup())
		for i := range n {
			u := person(a, fmt.Sprintf("admin-%d", i+1), today)
			u.Groups = []string{"admins"}
			a.Users = append(a.Users, u)
		}
	}
}

// noSingleSignOn leaves the account to its IAM users.
func noSingleSignOn(a *Account, _ time.Time) {
	a.Roles = slices.DeleteFunc(a.Roles, func(r Role) bool { return r.Path == ssoRole(a.ID).Path })
}

// adminWithoutMFA is one who came before the rule.
func adminWithoutMFA(a *Account, today time.Time) {
	addGroup(a, adminGroup())
	u := person(a, "first-admin", today)
	u.MFA, u.Groups = nil, []string{"admins"}
	a.Users = append(a.Users, u)
}

// adminDirectly has the policy on himself.
func adminDirectly(a *Account, today time.Time) {
	u := person(a, "break-glass", today)
	u.Attached = []string{AdministratorAccess}
	a.Users = append(a.Users, u)
}

// adminInline is one whom no list of policies shows.
func adminInline(a *Account, today time.Time) {
	u := person(a, "helper", today)
	u.Inline = []InlinePolicy{{"everything", everythingAllowed}}
	a.Users = append(a.Users, u)
}

// adminWithMFAAlone is an admin under a condition, by a policy of the customer's
// that was harmless once.
func adminWithMFAAlone(a *Account, today time.Time) {
	a.ManagedPolicies = append(a.ManagedPolicies, ManagedPolicy{Name: "operators", Document: withMFAAlone, Former: []string{deployerPolicy}})
	addGroup(a, Group{Name: "operators", Attached: []string{"arn:aws:iam::" + a.ID.String() + ":policy/operators"}})
	u := person(a, "operator", today)
	u.Groups = []string{"operators"}
	a.Users = append(a.Users, u)
}

// boundedAdmin looks like an admin, and its boundary leaves nothing of it.
func boundedAdmin(a *Account, today time.Time) {
	u := person(a, "auditor", today)
	u.Attached, u.Boundary = []string{AdministratorAccess}, ReadOnlyAccess
	a.Users = append(a.Users, u)
}

func oldUserKey(a *Account, today time.Time) {
	a.Users[0].Keys = append(a.Users[0].Keys, Key{Active: true, Rotated: today.Add(-200 * day), LastUsed: today.Add(-time.Hour), Region: "us-east-1", Service: "ecr"})
}

func consoleUserWithoutMFA(a *Account, today time.Time) {
	u := person(a, "front-desk", today)
	u.MFA, u.Attached = nil, []string{ReadOnlyAccess}
	a.Users = append(a.Users, u)
}

// secondDevice is another key for another safe.
func secondDevice(a *Account, _ time.Time) {
	a.Root.MFA = append(a.Root.MFA, Device{Serial: "arn:aws:iam::" + a.ID.String() + ":u2f/root/safe-1A2B3C4D5E", EnabledAt: a.Root.Created.Add(42 * day)})
}

// twoTelephones are two virtual devices: enough to lose one of them.
func twoTelephones(a *Account, _ time.Time) {
	a.Root.MFA = []Device{rootDevice(a), {Virtual: true, Serial: "arn:aws:iam::" + a.ID.String() + ":mfa/second-phone", EnabledAt: a.Root.Created.Add(60 * day)}}
}

// userTruths are what is peculiar about the account's IAM users.
func (a *Account) userTruths(asOf time.Time) []string {
	var t []string
	groups := map[string]Group{}
	for _, g := range a.Groups {
		groups[g.Name] = g
	}
	for _, u := range a.Users {
		who := "IAM user " + u.Name
		if u.Boundary == "" {
			t = append(t, adminTruths(who, u, groups)...)
		}
		switch {
		case u.Password && len(u.MFA) == 0:
			t = append(t, who+" has a console password and no MFA")
		case slices.ContainsFunc(u.MFA, isVirtual):
			t = append(t, who+" has a virtual MFA device")
		}
		for _, k := range u.Keys {
			if k.Active && asOf.Sub(k.Rotated) >= 90*day {
				t = append(t, fmt.Sprintf("%s has a key of %d days", who, asOf.Sub(k.Rotated)/day))
			}
		}
	}
	if !slices.ContainsFunc(a.Roles, func(r Role) bool { return r.Path == ssoRole(a.ID).Path }) {
		t = append(t, "nobody comes through single sign-on")
	}
	return t
}

// adminTruths are how the user comes by admin rights.
func adminTruths(who string, u User, groups map[string]Group) []string {
	var t []string
	if slices.Contains(u.Attached, AdministratorAccess) {
		t = append(t, who+" has AdministratorAccess attached")
	}
	for _, p := range u.Inline {
		if p.Document == everythingAllowed {
			t = append(t, who+" has an inline policy that allows everything")
		}
	}
	for _, name := range u.Groups {
		switch {
		case slices.Contains(groups[name].Attached, AdministratorAccess):
			t = append(t, who+" is an admin")
		case name == "operators":
			t = append(t, who+" is an admin after MFA")
		}
	}
	return t
}
