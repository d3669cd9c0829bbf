package awsorg

import (
	"strings"

	"rootwatch/checks/account"
	"rootwatch/checks/scp"
)

// commands is whether the denies leave him what an admin is there for, where a
// policy allows everything: to give rights to somebody, be it to himself. What
// a boundary allows stands with the boundary; here its denies are weighed, for
// one that allows everything looks like none.
func (c climber) commands(f *roster) account.Answer {
	if c.within == nil {
		return c.gives(c.sources)
	}
	free := c.gives(c.sources)
	inside := c.gives([]source{{judgedPolicy: *c.within}})
	if inside == account.AnswerUnknown && c.within.grant != account.GrantAdmin {
		return free // its grant leaves it open already
	}
	return free.And(inside.Or(c.freesHimself(f)))
}

// leftOf is what the denies leave of a grant. One under a condition that the
// denies surely take away is none either.
func (c climber) leftOf(g account.Grant) account.Grant {
	switch {
	case c.rules == account.No && (g == account.GrantAdmin || g == account.GrantConditional):
		return account.GrantDenied
	case c.rules == account.AnswerUnknown && g == account.GrantAdmin:
		return account.GrantConditional
	}
	return g
}

// gives is whether no deny of the policies takes every way to give rights.
func (c climber) gives(policies []source) account.Answer {
	prefix := c.prefix()
	own, other := c.self().With(keyBoundary, c.boundaryValue()), c.self()
	mine := []string{attachUser, putUser}
	if c.role {
		mine = []string{attachRole, putRole}
	}
	can := account.No
	for _, action := range mine {
		can = can.Or(spared(policies, action, c.ARN, own))
	}
	for _, action := range []string{attachUser, putUser} {
		can = can.Or(spared(policies, action, prefix+":user/"+nobodyYet, other))
	}
	for _, action := range []string{attachRole, putRole} {
		can = can.Or(spared(policies, action, prefix+":role/"+nobodyYet, other))
	}
	for _, action := range []string{attachGroup, putGroup} {
		can = can.Or(spared(policies, action, prefix+":group/"+nobodyYet, other))
	}
	return can
}

// spared is whether no deny of the policies takes the action away.
func spared(policies []source, action, on string, context scp.Context) account.Answer {
	denied := account.No
	for _, s := range policies {
		denied = denied.Or(s.rights.Deny(action, on, context))
	}
	return denied.Not()
}

// prefix begins the ARNs of his account's users, groups and roles.
func (c climber) prefix() string {
	prefix, _, _ := strings.Cut(c.ARN, ":user/")
	prefix, _, _ = strings.Cut(prefix, ":role/")
	return prefix
}
