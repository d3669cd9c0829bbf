package awsorg

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"rootwatch/checks/account"
)

const (
	callDetails = "iam:GetAccountAuthorizationDetails"
	// Half of what AWS allows: a page carries whole policies, and a larger one
	// may take longer to begin than an attempt lasts.
	detailsPage = 500
	// serviceLinked is the path of roles that an AWS service made for itself.
	serviceLinked = "/aws-service-role/"
)

func (o *Org) readRoster(ctx context.Context, calls *sync.WaitGroup, r reader, facts *account.Facts) {
	calls.Go(func() { facts.Authorization = readAuthorization(ctx, r.iam) })
}

// readAuthorization gives all pages, or nothing: a group or a policy that is
// missing would make an admin look like anybody.
func readAuthorization(ctx context.Context, client *iam.Client) account.Fact[account.Authorization] {
	found := newRoster()
	markers := map[string]bool{}
	var marker *string
	for {
		out, gap := within(ctx, callTimeout, callDetails, func(ctx context.Context) (*iam.GetAccountAuthorizationDetailsOutput, error) {
			out, err := client.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{
				Filter: []types.EntityType{types.EntityTypeUser, types.EntityTypeGroup, types.EntityTypeRole, types.EntityTypeLocalManagedPolicy},
				Marker: marker, MaxItems: aws.Int32(detailsPage)})
			if err != nil {
				return nil, err
			}
			return out, found.check(out, markers)
		})
		if gap != nil {
			return account.Missing[account.Authorization](*gap)
		}
		found.add(out)
		if !out.IsTruncated {
			return account.Known(found.authorization())
		}
		marker = out.Marker
		markers[*marker] = true
	}
}

// roster gathers the pages. Which page a group or a policy comes with is not
// told, so that nobody is judged before the last one.
type roster struct {
	users, roles []draft
	groups       map[string]holder         // by name, which an account has once
	commanding   map[string]account.Answer // those that make an admin, once they are known, by ARN
	crowns       []string                  // the ARNs of the roles that do, likewise
	policies     map[string]judgedPolicy   // customer-managed, by ARN
	former       map[string]account.Answer // of them, whether a version that is not in force allows everything
	judged       map[string]judgedPolicy   // documents, so that none is read twice
	arns         map[string]bool
	roleCount    int
}

// holder is who or what holds policies.
type holder struct {
	arn      string // of a group
	attached []types.AttachedPolicy
	inline   []source
}

// draft is a user or a role before the groups and policies are known.
type draft struct {
	account.Principal
	holder
	groups   []string
	boundary *types.AttachedPermissionsBoundary
}

func newRoster() *roster {
	return &roster{groups: map[string]holder{}, policies: map[string]judgedPolicy{}, former: map[string]account.Answer{}, judged: map[string]judgedPolicy{}, arns: map[string]bool{}}
}

// check refuses an answer that would leave somebody out, nameless or counted twice.
func (f *roster) check(out *iam.GetAccountAuthorizationDetailsOutput, markers map[string]bool) error {
	if out.UserDetailList == nil && out.GroupDetailList == nil && out.RoleDetailList == nil && out.Policies == nil {
		return unusable(callDetails, "it holds no list")
	}
	var seen []string
	for _, u := range out.UserDetailList {
		if aws.ToString(u.UserName) == "" || aws.ToString(u.Arn) == "" {
			return unusable(callDetails, "a user has no name or no ARN")
		}
		seen = append(seen, *u.Arn)
	}
	for _, r := range out.RoleDetailList {
		if aws.ToString(r.RoleName) == "" || aws.ToString(r.Arn) == "" {
			return unusable(callDetails, "a role has no name or no ARN")
		}
		seen = append(seen, *r.Arn)
	}
	for _, arn := range seen {
		if f.arns[arn] {
			return unusable(callDetails, "%s stands on two of its pages", clip(arn, 200))
		}
	}
	if out.IsTruncated && (aws.ToString(out.Marker) == "" || markers[*out.Marker]) {
		return unusable(callDetails, "its pages do not lead on")
	}
	return nil
}

func (f *roster) add(out *iam.GetAccountAuthorizationDetailsOutput) {
	for _, u := range out.UserDetailList {
		f.arns[*u.Arn] = true
		f.users = append(f.users, draft{
			Principal: account.Principal{Name: *u.UserName, ARN: *u.Arn},
			holder:    holder{attached: u.AttachedManagedPolicies, inline: f.inline(u.UserPolicyList)}, groups: u.GroupList, boundary: u.PermissionsBoundary,
		})
	}
	for _, g := range out.GroupDetailList {
		f.groups[aws.ToString(g.GroupName)] = holder{aws.ToString(g.Arn), g.AttachedManagedPolicies, f.inline(g.GroupPolicyList)}
	}
	for _, r := range out.RoleDetailList {
		f.arns[*r.Arn] = true
		if strings.HasPrefix(rolePath(*r.Arn), serviceLinked) {
			continue
		}
		f.roleCount++
		of := account.Principal{Name: *r.RoleName, ARN: *r.Arn, Trust: trustOf(*r.Arn, decoded(r.AssumeRolePolicyDocument))}
		if of.Trust == account.TrustAccounts {
			of.Takers = takersOf(decoded(r.AssumeRolePolicyDocument))
		}
		f.roles = append(f.roles, draft{
			Principal: of,
			holder:    holder{attached: r.AttachedManagedPolicies, inline: f.inline(r.RolePolicyList)}, boundary: r.PermissionsBoundary,
		})
	}
	for _, p := range out.Policies {
		f.policies[aws.ToString(p.Arn)] = f.defaultVersion(p)
		f.former[aws.ToString(p.Arn)] = f.formerOf(p)
	}
}

func (f *roster) inline(policies []types.PolicyDetail) []source {
	var all []source
	for _, p := range policies {
		all = append(all, source{policy: aws.ToString(p.PolicyName), judgedPolicy: f.judge(p.PolicyDocument)})
	}
	return all
}

func (f *roster) authorization() account.Authorization {
	all := account.Authorization{Users: []account.Principal{}, Roles: []account.Principal{}, RoleCount: f.roleCount}
	for _, d := range f.users {
		all.Users = append(all.Users, f.principal(d, false))
	}
	for _, d := range f.roles {
		if p := f.principal(d, true); len(p.Grants) > 0 {
			all.Roles = append(all.Roles, p)
		}
	}
	return all
}

func (f *roster) principal(d draft, role bool) account.Principal {
	p := d.Principal
	who := climber{draft: d, role: role, sources: f.sourcesOf(d.holder, "")}
	for _, name := range d.groups {
		group, known := f.groups[name]
		if !known { // the user joined it between two pages: what it gives is not known
			who.sources = append(who.sources, source{policy: "every policy of the group", group: name, judgedPolicy: undecodable, former: account.No})
			continue
		}
		who.sources = append(who.sources, f.sourcesOf(group, name)...)
		if group.arn != "" {
			who.groupARNs = append(who.groupARNs, group.arn)
		}
	}
	if d.boundary != nil {
		limit := f.managed(aws.ToString(d.boundary.PermissionsBoundaryArn))
		p.Boundary, who.within = &limit.grant, &limit
	}
	who.rules = who.commands(f)
	climbs := f.climbs(who)
	for _, s := range who.sources {
		left := who.leftOf(s.grant)
		climbsBy := func(g account.PolicyGrant) bool {
			return g.Policy == s.policy && g.Group == s.group && g.Grant == account.GrantEscalation
		}
		told := left == account.GrantEscalation || left == account.GrantConditional && slices.ContainsFunc(climbs, climbsBy)
		if left != account.GrantOrdinary && !told { // by climbs
			p.Grants = append(p.Grants, account.PolicyGrant{Policy: s.policy, Group: s.group, Grant: left})
		}
	}
	p.Grants = append(p.Grants, climbs...)
	return p
}

// sourcesOf are the policies of a holder.
func (f *roster) sourcesOf(h holder, group string) []source {
	var all []source
	for _, a := range h.attached {
		arn := aws.ToString(a.PolicyArn)
		former := account.No
		_, customers := f.policies[arn]
		if customers {
			former = f.former[arn]
		}
		all = append(all, source{policy: arn, group: group, judgedPolicy: f.managed(arn), version: customers, former: former})
	}
	for _, s := range h.inline {
		s.group, s.former = group, account.No
		all = append(all, s)
	}
	return all
}
