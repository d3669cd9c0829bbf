package checks_test

import (
	"fmt"
	"math/rand/v2"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/scp"
)

const (
	onRoot  = `"ArnLike":{"aws:PrincipalArn":"arn:*:iam::*:root"}`
	spared  = `,"Null":{"aws:AssumedRoot":"true"}`
	noMFA   = `,"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}`
	outside = `,"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}`
)

func denies(what, conditions string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Sid":"Root","Effect":"Deny",%s,"Resource":"*","Condition":{%s}}]}`, what, conditions)
}

const (
	allowAll   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	everything = `"Action":"*"`
	allButTask = `"NotAction":["account:GetContactInformation","account:PutContactInformation","aws-portal:*","billing:*","iam:CreateUser","iam:AttachUserPolicy","iam:CreateLoginProfile","iam:UpdateLoginProfile"]`
)

// hold is one way in which policies may stand over a member, and what that
// makes of its root.
type hold struct {
	name      string
	policy    string // hangs on the account's unit beside FullAWSAccess
	elsewhere bool   // no: on another one
	alone     bool   // FullAWSAccess was taken off the unit
	scp, list checks.Status
	audit     checks.Status // itFails where it is blocked, notKnown where that is not decided
}

// The statuses, short enough for a table.
const itPasses, itFails, notKnown, noQuestion = checks.Pass, checks.Fail, checks.Unknown, checks.NotApplicable

var holds = []hold{
	{name: "nothing", scp: itFails, list: noQuestion, audit: itPasses},
	{name: "a deny that hangs elsewhere", policy: denies(everything, onRoot), elsewhere: true, scp: itFails, list: noQuestion, audit: itPasses},
	{name: "denied, the audit spared", policy: denies(everything, onRoot+spared), scp: itPasses, list: itPasses, audit: itPasses},
	{name: "denied, the audit too", policy: denies(everything, onRoot), scp: itPasses, list: itPasses, audit: itFails},
	{name: "MFA as in 2021", policy: denies(everything, `"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"},"StringLike":{"aws:PrincipalArn":["arn:aws:iam::*:root"]}`), scp: itPasses, list: itFails, audit: itFails},
	{name: "MFA, the audit spared", policy: denies(everything, onRoot+spared+noMFA), scp: itPasses, list: itFails, audit: itPasses},
	{name: "MFA that keys get round", policy: denies(everything, onRoot+`,"Bool":{"aws:MultiFactorAuthPresent":"false"}`), scp: itFails, list: itFails, audit: notKnown},
	{name: "a range", policy: denies(everything, onRoot+spared+outside), scp: itPasses, list: itFails, audit: itPasses},
	{name: "a range for the audit too", policy: denies(everything, onRoot+outside), scp: itPasses, list: itFails, audit: itPasses},
	{name: "its tasks alone", policy: denies(allButTask, onRoot+spared), scp: itPasses, list: itPasses, audit: itPasses},
	{name: "a part", policy: denies(`"Action":["s3:*","kms:*"]`, onRoot+spared), scp: itFails, list: itFails, audit: itPasses},
	{name: "users and roles", policy: denies(everything, `"ArnNotLike":{"aws:PrincipalArn":"arn:*:iam::*:root"}`), scp: itFails, list: noQuestion, audit: itPasses},
	{name: "nothing is allowed but S3", policy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`, alone: true, scp: itFails, list: itFails, audit: itFails},
	{name: "an operator that nobody knows", policy: denies(everything, `"StringResembles":{"aws:PrincipalArn":"root"}`), scp: notKnown, list: notKnown, audit: notKnown},
}

// organized is the organization of the healthy account, as the hold has it.
func organized(h hold, edits ...func(*checks.Organization)) checks.Organization {
	tree := scp.Tree{
		RootID: "r-1", Enabled: true,
		Units:    map[string]scp.Unit{"ou-prod": {Name: "Production", Parent: "r-1"}, "ou-other": {Name: "Other", Parent: "r-1"}},
		Parents:  map[string]string{"111122223333": "ou-prod"},
		Policies: map[string]scp.Policy{"p-FullAWSAccess": {ID: "p-FullAWSAccess", Name: "FullAWSAccess", AWSManaged: true, Content: allowAll}},
		Attached: map[string][]string{"r-1": {"p-FullAWSAccess"}, "ou-prod": {"p-FullAWSAccess"}, "ou-other": {"p-FullAWSAccess"}},
		Rest:     []string{"p-FullAWSAccess"},
	}
	if h.policy != "" {
		tree = tree.With(scp.Policy{ID: "p-held", Name: "Root", Content: h.policy}, map[bool]string{true: "ou-other", false: "ou-prod"}[h.elsewhere])
	}
	if h.alone {
		tree.Attached["ou-prod"] = []string{"p-held"}
	}
	o := checks.Organization{ID: "o-fake", ManagementID: mustID("999988887777"), AllFeatures: account.Yes, ObservedAt: now, Policies: account.Known(tree)}
	for _, e := range edits {
		e(&o)
	}
	return o
}

// calm is an organization in which nothing is to be found.
func calm(edits ...func(*checks.Organization)) checks.Organization {
	return organized(holds[2], edits...)
}

// organizationUnread is one of which nothing could be read.
func organizationUnread(cause account.Cause) checks.Organization {
	return checks.Organization{Policies: account.Missing[scp.Tree](account.Gap{Cause: cause})}
}

func billsAlone(o *checks.Organization) {
	o.AllFeatures, o.Policies = account.No, account.Known(scp.Tree{})
}

func policiesOff(o *checks.Organization) { o.Policies = account.Known(scp.Tree{RootID: "r-1"}) }

// spoiled changes the tree; maps of a tree are its own in each case.
func spoiled(change func(*scp.Tree)) func(*checks.Organization) {
	return func(o *checks.Organization) {
		if tree, known := o.Policies.Get(); known {
			change(&tree)
			o.Policies = account.Known(tree)
		}
	}
}

// drawnOrganization is what is true of the account's organization.
type drawnOrganization struct {
	hold
	off bool
}

func organizationOf(w truth) drawnOrganization {
	o, _ := w.more["organization"].(drawnOrganization)
	return o
}

func init() {
	parts = append(parts, part{
		name: "organization",
		draw: func(r *rand.Rand, w *truth) {
			w.more["organization"] = drawnOrganization{pick(r, holds...), r.IntN(8) == 0}
		},
		tell: func(w truth, c *checks.Case) {
			o := organizationOf(w)
			c.Organization = organized(o.hold)
			switch {
			case w.role == account.Standalone:
				c.Organization = checks.Organization{Policies: account.Known(scp.Tree{})}
			case w.features.NotAllFeatures:
				billsAlone(&c.Organization)
			case o.off:
				policiesOff(&c.Organization)
			}
		},
		blur: func(r *rand.Rand, c *checks.Case) {
			for _, e := range []func(*checks.Organization){
				func(o *checks.Organization) { *o = organizationUnread(pick(r, account.Denied, account.Throttled)) },
				func(o *checks.Organization) { o.AllFeatures = account.AnswerUnknown },
				spoiled(func(t *scp.Tree) { t.Parents = nil }),
				spoiled(func(t *scp.Tree) { t.Units = nil }),
				spoiled(func(t *scp.Tree) { delete(t.Policies, "p-held") }),
				spoiled(func(t *scp.Tree) { t.Policies["p-FullAWSAccess"] = scp.Policy{Content: `{"Statement"`} }),
				spoiled(func(t *scp.Tree) { delete(t.Attached, "ou-prod") }),
			} {
				if tree, known := c.Organization.Policies.Get(); r.IntN(12) == 0 && (!known || tree.Policies != nil) {
					e(&c.Organization)
				}
			}
		},
		want: map[string]func(truth) checks.Status{
			"organization-member": wantMember,
			"root-scp": func(w truth) checks.Status {
				return wantPolicies(w, itFails, func(h hold) checks.Status { return h.scp })
			},
			"root-allow-list": func(w truth) checks.Status {
				return wantPolicies(w, noQuestion, func(h hold) checks.Status { return h.list })
			},
			"root-central-management": wantCentralManagement,
		},
	})
}

func wantMember(w truth) checks.Status {
	switch {
	case w.role == account.RoleUnknown:
		return notKnown
	case w.role == account.Standalone, w.features.NotAllFeatures:
		return itFails
	}
	return itPasses
}

func wantPolicies(w truth, without checks.Status, want func(hold) checks.Status) checks.Status {
	o := organizationOf(w)
	switch {
	case w.role == account.RoleUnknown:
		return notKnown
	case w.role != account.Member:
		return noQuestion
	case w.features.NotAllFeatures, o.off:
		return without
	}
	return want(o.hold)
}

func wantCentralManagement(w truth) checks.Status {
	const id = "root-central-management"
	o := organizationOf(w)
	member := w.role == account.Member || w.role == account.RoleUnknown && w.bare()
	if member && !w.features.NotAllFeatures && !o.off && o.audit != itPasses {
		return o.audit
	}
	if applies := w.applies(id); applies != "" {
		return applies
	}
	if w.holds(id) {
		return itPasses
	}
	return itFails
}
