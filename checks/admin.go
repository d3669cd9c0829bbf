package checks

import (
	"fmt"
	"slices"
	"strings"

	"rootwatch/checks/account"
)

// rights is how sure it is that somebody is an admin: every action on every
// resource, without a condition, and no boundary below it; or the right to give
// himself as much. Where that cannot be told it is AnswerUnknown, and doubt
// says why.
type rights struct {
	account.Principal
	admin  account.Answer
	direct account.Answer // by a policy on the principal itself, through no group
	ways   []string       // by which admin rights come, sure and unsure ones
	denied []string       // policies of everything, of which denies leave too little
	doubt  string
	lost   []account.Gap // why it is not known whether he can come in
}

func rightsOf(p account.Principal) rights {
	r := rights{Principal: p, admin: account.No, direct: account.No}
	limit := account.Yes // whether the boundary leaves everything
	if p.Boundary != nil {
		limit = everything(*p.Boundary)
		if *p.Boundary == account.GrantEscalation { // which leaves less than everything
			limit = account.No
		}
	}
	for _, g := range p.Grants {
		gives := everything(g.Grant)
		if g.Means == "" { // else the boundary is weighed in it
			gives = gives.And(limit)
		}
		if gives == account.No {
			if g.Grant == account.GrantDenied {
				r.denied = append(r.denied, wayText(g))
			}
			continue
		}
		r.admin = r.admin.Or(gives)
		way := wayText(g)
		if g.Group == "" {
			r.direct = r.direct.Or(gives)
		}
		if gives == account.AnswerUnknown && r.doubt == "" {
			r.doubt = doubtText(g, p.Boundary)
		}
		r.ways = append(r.ways, way)
	}
	return r
}

// everything is whether the grant is all there is, or leads to it. One with a
// condition may be: what the condition asks is not evaluated here.
func everything(g account.Grant) account.Answer {
	switch g {
	case account.GrantAdmin, account.GrantEscalation:
		return account.Yes
	case account.GrantConditional, account.GrantUndecodable:
		return account.AnswerUnknown
	}
	return account.No
}

// wayText is a policy as a person knows it: a managed one by its name.
func wayText(g account.PolicyGrant) string {
	text := g.Policy
	if strings.HasPrefix(text, "arn:") {
		text = text[strings.LastIndex(text, "/")+1:]
	}
	if g.Group != "" {
		text += " through the group " + g.Group
	}
	switch {
	case g.Means != "" && g.Grant == account.GrantEscalation:
		text += " (can make itself an admin by " + g.Means + ")"
	case g.Means != "":
		text += " (perhaps can make itself an admin by " + g.Means + ")"
	case g.Grant == account.GrantDenied:
		text += " (allows every action, and a deny takes away every right to give rights)"
	case g.Grant != account.GrantAdmin:
		text += " (" + strings.ReplaceAll(string(g.Grant), "_", " ") + ")"
	}
	return text
}

func doubtText(g account.PolicyGrant, boundary *account.Grant) string {
	switch {
	case g.Means != "":
		return "its way to become one, " + g.Means + ", hangs on a condition, a deny, a boundary or another role that is not weighed here"
	case g.Grant == account.GrantUndecodable:
		return "one of its policies could not be understood"
	case g.Grant == account.GrantConditional:
		return "its rights, or a deny of them, hold under a condition that is not evaluated here"
	case boundary != nil && *boundary == account.GrantConditional:
		return "its permissions boundary has a condition that is not evaluated here"
	}
	return "its permissions boundary could not be understood"
}

// admins are the account's admins, and those who may be some.
type admins struct {
	users, unsure []rights
	// outside is whether a role with admin rights lets people in from IAM
	// Identity Center or another identity provider. Machines and the users of an
	// app are none of the account's admins.
	outside      account.Answer
	outsideRoles []rights // the sure ones
	unsureRoles  []rights
	denied       []rights // users who would be admins, but for a deny
	shut         []rights // users who are admins, or may be, and cannot come in; see comeIn
	count        int      // of all users
}

func adminsOf(a account.Authorization) admins {
	all := admins{outside: account.No, count: len(a.Users)}
	for _, u := range a.Users {
		switch r := rightsOf(u); r.admin {
		case account.Yes:
			all.users = append(all.users, r)
		case account.AnswerUnknown:
			all.unsure = append(all.unsure, r)
		default:
			if len(r.denied) > 0 {
				r.ways = r.denied
				all.denied = append(all.denied, r)
			}
		}
	}
	for _, role := range a.Roles {
		r := rightsOf(role)
		lets := r.admin.And(letsPeopleIn(role.Trust))
		all.outside = all.outside.Or(lets)
		switch lets {
		case account.Yes:
			all.outsideRoles = append(all.outsideRoles, r)
		case account.AnswerUnknown:
			if r.doubt == "" {
				r.doubt = trustDoubts[role.Trust]
			}
			all.unsureRoles = append(all.unsureRoles, r)
		}
	}
	return all
}

func letsPeopleIn(t account.Trust) account.Answer {
	switch t {
	case account.TrustSSO, account.TrustFederated:
		return account.Yes
	case account.TrustWorkload, account.TrustService:
		return account.No
	}
	return account.AnswerUnknown
}

// trustDoubts are why it is not known whether people come by a role.
var trustDoubts = map[account.Trust]string{
	account.TrustAccounts: "it trusts an AWS account, or a user or role of one, and people may take it from there",
	account.TrustOIDC:     "it trusts an OIDC provider that is not known for machines alone",
	account.TrustUnknown:  "its trust policy could not be understood",
}

// exists is whether the account has any admin but root.
func (a admins) exists() account.Answer {
	answer := a.outside
	if len(a.unsure) > 0 {
		answer = answer.Or(account.AnswerUnknown)
	}
	if len(a.users) > 0 {
		answer = account.Yes
	}
	return answer
}

// gaps say of each whose rights are in doubt why they are.
func (a admins) gaps(of ...rights) []account.Gap {
	var gaps []account.Gap
	for _, r := range of {
		gaps = append(gaps, r.lost...)
		if r.admin == account.Yes && len(r.lost) > 0 {
			continue
		}
		about := "Whether an IAM user is an admin"
		switch role := strings.Contains(r.ARN, ":role/"); {
		case role && r.admin == account.Yes:
			about = "Whether people come as admins through an IAM role"
		case role:
			about = "Whether an IAM role is an admin"
		}
		gaps = append(gaps, account.Gap{Call: callAuthorization, Cause: account.Undecodable,
			Sentence: fmt.Sprintf("%s cannot be told: %s.", about, r.doubt), Detail: r.ARN})
	}
	return gaps
}

// noWayIn is how evidence calls an admin who is of no use.
const noWayIn = "admin user without a way in"

// perhapsRole is how evidence calls a role that may be an admin's.
const perhapsRole = "perhaps an admin role"

// evidence names every admin and by what it is one.
func (a admins) evidence() []Evidence {
	es := []Evidence{{Name: "IAM users", Value: fmt.Sprint(a.count), Source: callAuthorization}}
	for _, group := range []struct {
		name string
		of   []rights
	}{{"admin user", a.users}, {"perhaps an admin user", a.unsure}, {"admin role", a.outsideRoles}, {perhapsRole, a.unsureRoles}, {"no admin user", a.denied}, {noWayIn, a.shut}} {
		for _, r := range group.of {
			name := group.name
			if name == perhapsRole && r.admin == account.Yes {
				name = "admin role that people may take"
			}
			value := r.Name + ": " + strings.Join(r.ways, ", ")
			if name == noWayIn {
				value += " (has no way in: no password, no active access key)"
			}
			es = append(es, Evidence{Name: name, Value: value, Source: callAuthorization})
		}
	}
	return clipped(es)
}

// evidenceMost is how many lines of a list a reader is given: an account may
// have 5,000 users, and each of them two keys.
const evidenceMost = 40

// clipped cuts a long list and says so.
func clipped(es []Evidence) []Evidence {
	if len(es) <= evidenceMost {
		return es
	}
	more := Evidence{Name: "further", Value: fmt.Sprintf("%d more are not listed here", len(es)-evidenceMost), Source: es[evidenceMost].Source}
	return append(slices.Clone(es[:evidenceMost]), more)
}

// some is "1 IAM user" or "4 IAM users".
func some(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
