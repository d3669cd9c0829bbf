package awsorg

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"rootwatch/checks/account"
	"rootwatch/checks/scp"
)

// The actions by which somebody makes himself an admin with rights of IAM
// alone, as Rhino Security Labs listed them in "AWS IAM Privilege Escalation"
// (2018), and what can take a boundary away. Those that borrow the rights of
// another (iam:PassRole with a service, a key or a password for another user)
// are not weighed: whose rights these are stands elsewhere.
const (
	attachUser, putUser     = "iam:AttachUserPolicy", "iam:PutUserPolicy"
	attachGroup, putGroup   = "iam:AttachGroupPolicy", "iam:PutGroupPolicy"
	attachRole, putRole     = "iam:AttachRolePolicy", "iam:PutRolePolicy"
	newVersion              = "iam:CreatePolicyVersion"
	joinGroup               = "iam:AddUserToGroup"
	newRole                 = "iam:CreateRole"
	oldVersion, trustAnew   = "iam:SetDefaultPolicyVersion", "iam:UpdateAssumeRolePolicy"
	takeRole                = "sts:AssumeRole"
	unboundUser, unboundOne = "iam:DeleteUserPermissionsBoundary", "iam:DeleteRolePermissionsBoundary"
)

var climbing = []string{attachUser, putUser, attachGroup, putGroup, attachRole, putRole, newVersion, joinGroup, newRole, oldVersion, trustAnew, takeRole, unboundUser, unboundOne}

// source is a policy that somebody has, and through which group.
type source struct {
	policy, group string
	judgedPolicy
	version bool           // the customer's own, which may get another version
	former  account.Answer // whether one that is not in force allows everything; no where there is none
}

// climber is somebody with all of his policies.
type climber struct {
	draft
	role      bool
	sources   []source
	groupARNs []string       // of those he is in
	within    *judgedPolicy  // his permissions boundary
	rules     account.Answer // whether the denies leave an admin of him whom a policy makes one
}

// way is something he may do to be an admin.
type way struct {
	action, on string
	context    scp.Context
	free       bool // what comes of it is not held by his own boundary
	needs      account.Answer
}

// nobodyYet is the name of a role that no statement has by chance: only one
// about every role takes it in.
const nobodyYet = "\u2021"

// climbs are the policies by which he can make himself an admin: GrantEscalation
// where that is sure, with every deny and the boundary weighed, GrantConditional
// where it hangs on what is not decided here.
func (f *roster) climbs(c climber) []account.PolicyGrant {
	var grants []account.PolicyGrant
	limit := c.limit(f)
	ways := f.ways(c)
	for _, s := range c.sources {
		if s.grant == account.GrantAdmin && c.rules == account.Yes && (c.within == nil || c.within.grant == account.GrantAdmin) {
			continue // he is one already
		}
		best, by := account.No, ""
		for _, w := range ways {
			can := s.rights.Allow(w.action, w.on, w.context).And(w.needs)
			if can != account.No {
				can = can.And(c.leaves(w.action, w.on, w.context))
			}
			if !w.free {
				can = can.And(limit)
			}
			if better := best.Or(can); better != best {
				best, by = better, w.action
			}
		}
		switch {
		case best == account.Yes:
			grants = append(grants, account.PolicyGrant{Policy: s.policy, Group: s.group, Grant: account.GrantEscalation, Means: by})
		case best == account.AnswerUnknown && !c.open(s):
			grants = append(grants, account.PolicyGrant{Policy: s.policy, Group: s.group, Grant: account.GrantConditional, Means: by})
		}
	}
	return grants
}

// open is whether the policy's own grant leaves it open already that he is an admin.
func (c climber) open(s source) bool {
	undecided := func(g account.Grant) bool { return g == account.GrantConditional || g == account.GrantUndecodable }
	return undecided(s.grant) || s.grant == account.GrantAdmin && (c.rules == account.AnswerUnknown || c.within != nil && undecided(c.within.grant))
}

// ways are all that could make him an admin if a policy allows it.
func (f *roster) ways(c climber) []way {
	self := c.self()
	var ways []way
	add := func(w way) { ways = append(ways, w) }
	mine := []string{attachUser, putUser}
	if c.role {
		mine = []string{attachRole, putRole}
	}
	for _, action := range mine {
		add(way{action: action, on: c.ARN, context: self.With(keyBoundary, c.boundaryValue()), needs: account.Yes})
	}
	plain := self.With(keyBoundary, scp.Absent())
	for _, group := range c.groupARNs {
		for _, action := range []string{attachGroup, putGroup} {
			add(way{action: action, on: group, context: plain, needs: account.Yes})
		}
	}
	for _, s := range c.sources {
		if s.version {
			add(way{action: newVersion, on: s.policy, context: plain, needs: account.Yes})
		}
		if s.former != account.No { // less than everything may lead there too
			add(way{action: oldVersion, on: s.policy, context: plain, needs: s.former.And(c.rules)})
		}
	}
	if !c.role {
		for group, makes := range f.adminGroups() {
			add(way{action: joinGroup, on: group, context: plain, needs: makes.And(c.rules)})
		}
	}
	for _, role := range f.adminRoles() {
		if role != c.ARN { // it trusts whom he likes, and he may take it then
			add(way{action: trustAnew, on: role, context: self, free: true, needs: c.may(takeRole, role, self).Or(account.AnswerUnknown).And(spared(c.sources, takeRole, role, self))})
		}
	}
	// Another role is a way where he can make it trust him; else it hangs on
	// who may take it.
	other := c.prefix() + ":role/" + nobodyYet
	for _, action := range []string{attachRole, putRole} {
		add(way{action: action, on: other, context: self, free: true, needs: c.may(newRole, other, self).Or(account.AnswerUnknown)})
	}
	return ways
}

const keyBoundary = "iam:PermissionsBoundary"

// self is what is known of every request of his. A user is taken to have signed
// in with MFA a moment ago, and so is who comes from another account: a policy
// that asks for it keeps nobody from anything who has a device, and whether he
// has one is a question of its own. AWS does not tell it of a session that a
// provider or IAM Identity Center opened.
func (c climber) self() scp.Context {
	name := scp.Is(c.Name)
	if c.role {
		name = scp.Absent()
	}
	known := scp.Context{}.With("aws:username", name).With("aws:PrincipalArn", scp.Is(c.ARN))
	if c.role && c.Trust != account.TrustAccounts {
		return known
	}
	return known.With("aws:MultiFactorAuthPresent", scp.Is("true")).With("aws:MultiFactorAuthAge", scp.Is("1"))
}

func (c climber) boundaryValue() scp.Value {
	if c.boundary == nil {
		return scp.Absent()
	}
	return scp.Is(aws.ToString(c.boundary.PermissionsBoundaryArn))
}

// may is whether all of his policies together let him.
func (c climber) may(action, on string, context scp.Context) account.Answer {
	allowed := account.No
	for _, s := range c.sources {
		allowed = allowed.Or(s.rights.Allow(action, on, context))
	}
	return allowed.And(c.leaves(action, on, context))
}

// leaves is whether neither a deny nor the boundary takes it away.
func (c climber) leaves(action, on string, context scp.Context) account.Answer {
	denied, inside := account.No, account.Yes
	for _, s := range c.sources {
		denied = denied.Or(s.rights.Deny(action, on, context))
	}
	if c.within != nil {
		denied = denied.Or(c.within.rights.Deny(action, on, context))
		inside = c.within.rights.Allow(action, on, context)
		if c.within.grant == account.GrantUndecodable {
			inside = account.AnswerUnknown
		}
	}
	return inside.And(denied.Not())
}

// limit is whether he is an admin with every policy attached: his boundary
// leaves everything, or he can take it off or write it anew.
func (c climber) limit(f *roster) account.Answer {
	if c.within == nil || c.within.grant == account.GrantAdmin {
		return account.Yes
	}
	limit := account.No
	if c.within.grant == account.GrantConditional || c.within.grant == account.GrantUndecodable {
		limit = account.AnswerUnknown
	}
	return limit.Or(c.freesHimself(f))
}

// freesHimself is whether he can take his boundary off or write it anew.
func (c climber) freesHimself(f *roster) account.Answer {
	unbound := unboundUser
	if c.role {
		unbound = unboundOne
	}
	own := aws.ToString(c.boundary.PermissionsBoundaryArn)
	frees := c.may(unbound, c.ARN, c.self().With(keyBoundary, c.boundaryValue()))
	if _, customers := f.policies[own]; customers {
		frees = frees.Or(c.may(newVersion, own, c.self()))
	}
	return frees
}
