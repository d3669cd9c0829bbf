package page

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rootwatch/checks"
	"rootwatch/internal/demo/cloud"
)

func init() {
	oracle["admin-count"] = adminCount
	oracle["admin-mfa"] = adminMFA
	oracle["admin-by-group"] = adminByGroup
	oracle["user-mfa"] = userMFA
	oracle["access-key-age"] = keyAge
	oracle["root-mfa-backup"] = backup
	oracle["root-removal-readiness"] = removal
}

// everything is how the demo's inline admins come by it: no other document of
// the demo allows a bare star without asking for more than MFA, which an admin
// can bring along.
func everything(document string) bool {
	asksMore := strings.Contains(document, "Condition") && !strings.Contains(document, `"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`)
	return strings.Contains(document, `"Action":"*","Resource":"*"`) && !asksMore
}

func holdsAll(a *cloud.Account, attached []string, inline []cloud.InlinePolicy) bool {
	ofCustomers := func(p cloud.ManagedPolicy) bool {
		return everything(p.Document) && slices.Contains(attached, "arn:aws:iam::"+a.ID.String()+":policy/"+p.Name)
	}
	return slices.ContainsFunc(a.ManagedPolicies, ofCustomers) || slices.Contains(attached, cloud.AdministratorAccess) || slices.Contains(attached, cloud.IAMFullAccess) || // who may attach the other
		slices.ContainsFunc(inline, func(p cloud.InlinePolicy) bool { return everything(p.Document) })
}

// commander is a user who may do everything, by a policy of the user's own or
// by a group. A boundary is always less in the demo.
func commander(a *cloud.Account, u cloud.User) (is, own bool) {
	if u.Boundary != "" {
		return false, false
	}
	own = holdsAll(a, u.Attached, u.Inline)
	is = own || slices.ContainsFunc(a.Groups, func(g cloud.Group) bool {
		return slices.Contains(u.Groups, g.Name) && holdsAll(a, g.Attached, g.Inline)
	})
	return is, own
}

func commanders(a *cloud.Account) (all, own []cloud.User) {
	for _, u := range a.Users {
		is, itself := commander(a, u)
		if is {
			all = append(all, u)
		}
		if itself {
			own = append(own, u)
		}
	}
	return all, own
}

// inPerson are those who can come in: by a password, or with an active key.
func inPerson(all []cloud.User) []cloud.User {
	return slices.DeleteFunc(slices.Clone(all), func(u cloud.User) bool {
		return !u.Password && !slices.ContainsFunc(u.Keys, func(k cloud.Key) bool { return k.Active })
	})
}

// signOn is whether people come as admins by a role, as far as its trust tells:
// SAML is people. open is that nobody can tell, as where another account may
// take the role, or a provider of OIDC that the demo has not heard of.
func signOn(a *cloud.Account) (people, open bool) {
	for _, r := range a.Roles {
		if !holdsAll(a, r.Attached, r.Inline) {
			continue
		}
		people = people || strings.Contains(r.Trust, ":saml-provider/")
		open = open || strings.Contains(r.Trust, `"AWS"`) || strings.Contains(r.Trust, `"accounts.google.com"`) || strings.Contains(r.Trust, ":oidc-provider/") && !strings.Contains(r.Trust, "token.actions.githubusercontent.com")
	}
	return people, open
}

func adminCount(_ *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	all, _ := commanders(a)
	all = inPerson(all)
	words := fmt.Sprintf("%d users", len(all))
	people, open := signOn(a)
	switch n := len(all); {
	case n > 3:
		return checks.Fail, words
	case people:
		return checks.Pass, words + " and single sign-on"
	case n < 2 && open:
		return checks.Unknown, words + ", and whoever takes a role"
	case n < 2:
		return checks.Fail, words + ", no single sign-on"
	}
	return checks.Pass, words
}

func adminMFA(_ *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	all, _ := commanders(a)
	for _, u := range all {
		if len(u.MFA) == 0 {
			return checks.Fail, u.Name + " has none"
		}
	}
	return checks.Pass, fmt.Sprintf("%d of %d have it", len(all), len(all))
}

func adminByGroup(_ *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	if _, own := commanders(a); len(own) > 0 {
		return checks.Fail, own[0].Name + " by itself"
	}
	return checks.Pass, "none by itself"
}

func userMFA(_ *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	for _, u := range a.Users {
		if u.Password && len(u.MFA) == 0 {
			return checks.Fail, u.Name + " has none"
		}
	}
	return checks.Pass, "console users have it"
}

func keyAge(_ *cloud.Organization, a *cloud.Account, at time.Time) (checks.Status, string) {
	for _, u := range a.Users {
		for _, k := range u.Keys {
			if age := at.Sub(k.Rotated); k.Active && age >= 90*24*time.Hour {
				return checks.Fail, fmt.Sprintf("%s: %d days", u.Name, int(age.Hours()/24))
			}
		}
	}
	return checks.Pass, "younger than 90 days"
}

// backup is what AWS tells from outside: a device that is not virtual cannot
// be counted there, and a person must say.
func backup(_ *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	phones := 0
	for _, d := range a.Root.MFA {
		if d.Virtual {
			phones++
		}
	}
	switch {
	case !credentials(a.Root):
		return checks.NotApplicable, "no credentials"
	case len(a.Root.MFA) == 0:
		return checks.Fail, "no device"
	case phones > 1:
		return checks.Pass, fmt.Sprintf("%d virtual devices", phones)
	}
	return checks.Manual, "cannot be counted"
}

func removal(_ *cloud.Organization, a *cloud.Account, at time.Time) (checks.Status, string) {
	if !credentials(a.Root) {
		return checks.NotApplicable, "no credentials"
	}
	for _, kind := range []string{cloud.SecurityContact, cloud.BillingContact, cloud.OperationsContact} {
		if a.Contacts[kind] == nil {
			return checks.Fail, "no " + strings.ToLower(kind) + " contact"
		}
	}
	all, _ := commanders(a)
	all = inPerson(all)
	people, open := signOn(a)
	if len(all) == 0 && !people && !open {
		return checks.Fail, "no admin"
	}
	for _, k := range a.Root.Keys {
		if !k.LastUsed.IsZero() && at.Sub(k.LastUsed) < 90*24*time.Hour {
			return checks.Fail, "a key is in use"
		}
	}
	if a.NoBillingAccess {
		return checks.Fail, "no billing access"
	}
	if len(all) == 0 && !people {
		return checks.Unknown, "whoever takes a role"
	}
	return checks.Pass, "ready"
}
