package cloud

import (
	"cmp"
	"slices"
	"strings"

	"rootwatch/checks/account"
)

// The emulator's root and AWS's own policy, which hangs on every target.
const (
	RootID     = "r-demo"
	FullAccess = "p-FullAWSAccess"
)

// FullAccessContent is what AWS's own policy says.
const FullAccessContent = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// Unit is an organizational unit, on the root where Parent is "". One that
// Account.OUs names alone hangs where the account says, and is called by the
// end of its id.
type Unit struct {
	ID, Name, Parent string
}

// ControlPolicy is a service control policy and where it hangs.
type ControlPolicy struct {
	ID, Name string
	Content  string   // JSON
	Targets  []string // ids of the root, units or accounts; none: it hangs nowhere
}

// forest are an organization's units.
type forest struct {
	all []Unit // in the order in which AWS lists them here
	by  map[string]Unit
}

// forest holds the units of Units and those that accounts name.
func (o *Organization) forest() forest {
	f := forest{by: map[string]Unit{}}
	add := func(u Unit) {
		if _, there := f.by[u.ID]; !there {
			f.by[u.ID] = u
			f.all = append(f.all, u)
		}
	}
	for _, u := range o.Units {
		u.Parent = cmp.Or(u.Parent, RootID)
		add(u)
	}
	for _, a := range o.Accounts {
		parent := RootID
		for _, id := range a.OUs {
			add(Unit{ID: id, Name: id[strings.LastIndex(id, "-")+1:], Parent: parent})
			parent = id
		}
	}
	return f
}

// path are the units from the root down to a unit.
func (f forest) path(id string) []string {
	var path []string
	for u, is := f.by[id]; is; u, is = f.by[u.Parent] {
		path = append([]string{u.ID}, path...)
	}
	return path
}

// parentOf is the unit or the root that the account hangs in.
func (a *Account) parentOf() string {
	if len(a.OUs) == 0 {
		return RootID
	}
	return a.OUs[len(a.OUs)-1]
}

// PoliciesOn are the policies that hang directly on the root, a unit or an
// account, AWS's own with them; none where policies are switched off.
func (o *Organization) PoliciesOn(target string) []ControlPolicy {
	return slices.DeleteFunc(o.allPolicies(), func(p ControlPolicy) bool { return !o.hangs(p, target) })
}

func (o *Organization) allPolicies() []ControlPolicy {
	return append([]ControlPolicy{{ID: FullAccess, Name: "FullAWSAccess", Content: FullAccessContent}}, o.Policies...)
}

func (o *Organization) noPolicies() bool { return o.PoliciesOff || o.BillingOnly || o.Standalone }

// hangs reports whether the policy hangs on a target that there is.
func (o *Organization) hangs(p ControlPolicy, target string) bool {
	switch {
	case o.noPolicies():
		return false
	case p.ID == FullAccess:
		return !slices.Contains(o.NoFullAccess, target)
	}
	return slices.Contains(p.Targets, target)
}

// mayReadTree reports whether AWS tells an account about the organization.
func (o *Organization) mayReadTree(id account.ID) bool {
	return id == o.Management().ID || id == o.IAMAdmin && !id.IsZero() || slices.Contains(o.Delegates, id)
}
