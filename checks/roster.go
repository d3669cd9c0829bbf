package checks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rootwatch/checks/account"
)

// Roster is who is admin in an account.
type Roster struct {
	// At is when it was read: before the report's own instant where the report
	// could not read it and keeps the last known one.
	At     time.Time `json:"at"`
	Admins []Admin   `json:"admins"` // by ARN
	// Doors are the ARNs of the admin roles that other accounts may take, which
	// a word on admin-count is about.
	Doors []string `json:"doors,omitempty"`
}

// Admin is an IAM user, or a role that is taken through Identity Center or a
// federation, by people or machines, who may do everything or can give it to himself.
type Admin struct {
	ARN  string    `json:"arn"`
	Name string    `json:"name"` // a stranger's text
	Kind AdminKind `json:"kind"`
}

// AdminKind is how somebody comes to be an admin.
type AdminKind string

// The kinds.
const (
	AdminUser      AdminKind = "user"
	AdminSSO       AdminKind = "sso"
	AdminFederated AdminKind = "federated"
)

// adminCheck is under which check changes of the roster are told.
const adminCheck = "admin-by-group"

// rosterOf is nil where who may do what could not be read.
func rosterOf(f account.Facts) *Roster {
	who, ok := f.Authorization.Get()
	if !ok {
		return nil
	}
	roster := &Roster{At: f.ObservedAt, Admins: []Admin{}}
	add := func(p account.Principal, kind AdminKind) {
		if rules(p) {
			roster.Admins = append(roster.Admins, Admin{ARN: p.ARN, Name: p.Name, Kind: kind})
		}
	}
	for _, u := range who.Users {
		add(u, AdminUser)
	}
	for _, r := range who.Roles {
		switch r.Trust {
		case account.TrustSSO:
			add(r, AdminSSO)
		case account.TrustFederated, account.TrustOIDC, account.TrustWorkload:
			add(r, AdminFederated)
		}
	}
	roster.Doors = adminsOf(who).doors()
	slices.SortFunc(roster.Admins, func(a, b Admin) int { return strings.Compare(a.ARN, b.ARN) })
	return roster
}

// rules reports whether a policy makes the principal an admin, under a
// condition or not, or surely lets it make itself one; and no boundary forbids
// it. Who may perhaps make himself one is no news: nobody can say that he is.
func rules(p account.Principal) bool {
	full := func(g account.Grant) bool {
		return g == account.GrantAdmin || g == account.GrantConditional || g == account.GrantEscalation
	}
	within := p.Boundary == nil || full(*p.Boundary)
	return slices.ContainsFunc(p.Grants, func(g account.PolicyGrant) bool {
		if g.Means != "" && g.Grant != account.GrantEscalation {
			return false
		}
		return full(g.Grant) && within || g.Grant == account.GrantEscalation && g.Means != "" // the boundary is weighed in it
	})
}

// compareRosters keeps the last known roster where next could not read it, and
// tells who came and who went. The first roster is no change.
func compareRosters(previous *Report, next *Report) []Change {
	if previous == nil || previous.Roster == nil {
		return nil
	}
	if next.Roster == nil || next.Roster.At.Before(next.ObservedAt) { // compared before, with another previous
		next.Roster = previous.Roster
		return nil
	}
	var changes []Change
	tell := func(kind ChangeKind, admins []Admin, short, one, many string) {
		if len(admins) == 0 {
			return
		}
		who, verb := listed(admins), one
		if len(admins) > 1 {
			verb = many
		}
		change := Change{
			Scope: next.Scope, AccountID: next.AccountID, AccountName: next.AccountName, CheckID: adminCheck, Kind: kind,
			Severity: Medium, Short: short + ": " + who, Summary: "The admin roster changed: " + who + " " + verb + ".", At: next.ObservedAt,
		}
		if check, ok := Find(adminCheck); ok {
			change.Severity = check.Severity
		}
		changes = append(changes, change)
	}
	tell(AdminAdded, next.Roster.without(previous.Roster), "New admin", "became an admin", "became admins")
	tell(AdminRemoved, previous.Roster.without(next.Roster), "No longer admin", "is no longer an admin", "are no longer admins")
	return changes
}

// without are the admins that the other roster does not have, by whole ARN.
func (r *Roster) without(other *Roster) []Admin {
	return slices.DeleteFunc(slices.Clone(r.Admins), func(a Admin) bool {
		return slices.ContainsFunc(other.Admins, func(b Admin) bool { return a.ARN == b.ARN })
	})
}

// mostNamed is how many admins a sentence names; the rosters have them all.
const mostNamed = 5

func listed(admins []Admin) string {
	var names []string
	for _, a := range admins[:min(len(admins), mostNamed)] {
		kind := "role "
		if a.Kind == AdminUser {
			kind = "user "
		}
		names = append(names, kind+a.Name)
	}
	if more := len(admins) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
