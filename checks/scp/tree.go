// Package scp answers what a chain of service control policies lets a
// principal do, and which statement of which policy at which target says so.
// It speaks the whole IAM policy language, and never guesses: a condition that
// it cannot decide is unknown, with the key named. Pure; no I/O.
package scp

import "rootwatch/checks/account"

// Tree is an organization as its service control policies see it: plain data
// that survives JSON.
type Tree struct {
	RootID string `json:"root_id"` // r-...
	// Enabled is whether SERVICE_CONTROL_POLICY is enabled on the root: where
	// it is not, no policy has any effect.
	Enabled bool `json:"enabled"`
	// Units are the organizational units by id.
	Units map[string]Unit `json:"units"`
	// Parents gives each account that the tree was asked about its root or
	// unit; where it has none, the account's own Path tells.
	Parents map[string]string `json:"parents,omitempty"`
	// Policies are the documents by id (p-...).
	Policies map[string]Policy `json:"policies"`
	// Attached are the ids of the policies that hang directly on a target: the
	// root, a unit or an account.
	Attached map[string][]string `json:"attached"`
	// Rest are the ids of the policies that hang on every account that Attached
	// does not name. AWS leaves no target without a policy and refuses to detach
	// the last one, so what no other policy names has p-FullAWSAccess; listing
	// that for each of 5,000 accounts would tell nothing else. Empty where
	// Attached names them all.
	Rest []string `json:"rest,omitempty"`
}

// On are the ids of the policies that hang directly on a target; none for one
// of which that is not told.
func (t Tree) On(target string) []string {
	if ids, named := t.Attached[target]; named {
		return ids
	}
	if _, err := account.ParseID(target); err == nil {
		return t.Rest
	}
	return nil
}

// Unit is an organizational unit.
type Unit struct {
	Name   string `json:"name"`   // a stranger's text
	Parent string `json:"parent"` // the id of the root or of a unit
}

// Policy is a service control policy as Organizations keeps it.
type Policy struct {
	ID         string `json:"id"`
	Name       string `json:"name"` // a stranger's text
	AWSManaged bool   `json:"aws_managed,omitempty"`
	Content    string `json:"content"` // JSON, not encoded
}
