package awsorg

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"rootwatch/checks/account"
	"rootwatch/checks/scp"
)

// formerOf is whether a version that is not in force allows everything: no
// where there is none, and not known where there are lesser ones, for they may
// lead there too.
func (f *roster) formerOf(p types.ManagedPolicyDetail) account.Answer {
	answer := account.No
	for _, v := range p.PolicyVersionList {
		switch {
		case v.IsDefaultVersion:
		case f.judge(v.Document).grant == account.GrantAdmin:
			return account.Yes
		default:
			answer = account.AnswerUnknown
		}
	}
	return answer
}

// adminGroups are the ARNs of the groups that make an admin of whoever joins, or
// perhaps do: those whose policies let a member climb are not weighed against
// what he has besides.
func (f *roster) adminGroups() map[string]account.Answer {
	if f.commanding == nil {
		f.commanding = map[string]account.Answer{}
		for _, g := range f.groups {
			if makes := f.makesAdmin(g); g.arn != "" && makes != account.No {
				f.commanding[g.arn] = makes
			}
		}
	}
	return f.commanding
}

// makesAdmin is whether the group's policies make an admin of a member: by what
// they allow, or by what they let him do with himself or with the group.
func (f *roster) makesAdmin(g holder) account.Answer {
	prefix, _, _ := strings.Cut(g.arn, ":group/")
	member := climber{draft: draft{Principal: account.Principal{Name: nobodyYet, ARN: prefix + ":user/" + nobodyYet}}, sources: f.sourcesOf(g, "")}
	self := member.self().With(keyBoundary, scp.Absent())
	makes := account.No
	if slices.ContainsFunc(member.sources, func(s source) bool { return s.grant == account.GrantAdmin }) {
		makes = member.commands(f)
	}
	for _, action := range []string{attachUser, putUser} {
		makes = makes.Or(member.may(action, member.ARN, self))
	}
	for _, action := range []string{attachGroup, putGroup} {
		makes = makes.Or(member.may(action, g.arn, self))
	}
	return makes
}

// adminRoles are the ARNs of the roles that may do everything: whoever makes
// one trust him is an admin.
func (f *roster) adminRoles() []string {
	if f.crowns != nil {
		return f.crowns
	}
	f.crowns = []string{}
	for _, d := range f.roles {
		if d.boundary != nil || strings.HasPrefix(rolePath(d.ARN), identityCenter) { // whose trust AWS lets nobody change
			continue
		}
		of := climber{draft: d, role: true, sources: f.sourcesOf(d.holder, "")}
		if slices.ContainsFunc(of.sources, func(s source) bool { return s.grant == account.GrantAdmin }) && of.commands(f) == account.Yes {
			f.crowns = append(f.crowns, d.ARN)
		}
	}
	return f.crowns
}
