package awsorg

import (
	"context"
	"net/url"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"rootwatch/checks/account"
	"rootwatch/checks/scp"
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
	groups       map[string]holder        // by name, which an account has once
	policies     map[string]account.Grant // customer-managed, by ARN
	judged       map[string]account.Grant // documents, so that none is read twice
	arns         map[string]bool
	roleCount    int
}

// holder is who or what holds policies.
type holder struct {
	attached []types.AttachedPolicy
	inline   []account.PolicyGrant
}

// draft is a user or a role before the groups and policies are known.
type draft struct {
	account.Principal
	holder
	groups   []string
	boundary *types.AttachedPermissionsBoundary
}

func newRoster() *roster {
	return &roster{groups: map[string]holder{}, policies: map[string]account.Grant{}, judged: map[string]account.Grant{}, arns: map[string]bool{}}
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
			holder:    holder{u.AttachedManagedPolicies, f.inline(u.UserPolicyList)}, groups: u.GroupList, boundary: u.PermissionsBoundary,
		})
	}
	for _, g := range out.GroupDetailList {
		f.groups[aws.ToString(g.GroupName)] = holder{g.AttachedManagedPolicies, f.inline(g.GroupPolicyList)}
	}
	for _, r := range out.RoleDetailList {
		f.arns[*r.Arn] = true
		if strings.HasPrefix(rolePath(*r.Arn), serviceLinked) {
			continue
		}
		f.roleCount++
		f.roles = append(f.roles, draft{
			Principal: account.Principal{Name: *r.RoleName, ARN: *r.Arn, Trust: trustOf(*r.Arn, decoded(r.AssumeRolePolicyDocument))},
			holder:    holder{r.AttachedManagedPolicies, f.inline(r.RolePolicyList)}, boundary: r.PermissionsBoundary,
		})
	}
	for _, p := range out.Policies {
		f.policies[aws.ToString(p.Arn)] = f.defaultVersion(p)
	}
}

// inline are the policies that are more than ordinary.
func (f *roster) inline(policies []types.PolicyDetail) []account.PolicyGrant {
	var grants []account.PolicyGrant
	for _, p := range policies {
		if grant := f.grantOf(p.PolicyDocument); grant != account.GrantOrdinary {
			grants = append(grants, account.PolicyGrant{Policy: aws.ToString(p.PolicyName), Grant: grant})
		}
	}
	return grants
}

// defaultVersion judges the one version that is in force.
func (f *roster) defaultVersion(p types.ManagedPolicyDetail) account.Grant {
	var document *string
	inForce := 0
	for _, v := range p.PolicyVersionList {
		if v.IsDefaultVersion {
			document = v.Document
			inForce++
		}
	}
	if inForce != 1 {
		return account.GrantUndecodable
	}
	return f.grantOf(document)
}

func (f *roster) grantOf(document *string) account.Grant {
	text := decoded(document)
	grant, done := f.judged[text]
	if !done {
		grant = scp.GrantOf(text)
		f.judged[text] = grant
	}
	return grant
}

// decoded is a policy as JSON: AWS percent-encodes it, other implementations
// may not. A + stays one.
func decoded(document *string) string {
	text := aws.ToString(document)
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return text
	}
	plain, err := url.PathUnescape(text)
	if err != nil {
		return text // which is no policy
	}
	return plain
}

func (f *roster) authorization() account.Authorization {
	all := account.Authorization{Users: []account.Principal{}, Roles: []account.Principal{}, RoleCount: f.roleCount}
	for _, d := range f.users {
		all.Users = append(all.Users, f.principal(d))
	}
	for _, d := range f.roles {
		if p := f.principal(d); len(p.Grants) > 0 {
			all.Roles = append(all.Roles, p)
		}
	}
	return all
}

func (f *roster) principal(d draft) account.Principal {
	p := d.Principal
	p.Grants = f.grants(d.holder, "")
	for _, name := range d.groups {
		group, known := f.groups[name]
		if !known { // the user joined it between two pages: what it gives is not known
			p.Grants = append(p.Grants, account.PolicyGrant{Policy: "every policy of the group", Group: name, Grant: account.GrantUndecodable})
			continue
		}
		p.Grants = append(p.Grants, f.grants(group, name)...)
	}
	if d.boundary != nil {
		limit := f.managed(aws.ToString(d.boundary.PermissionsBoundaryArn))
		p.Boundary = &limit
	}
	return p
}

func (f *roster) grants(h holder, group string) []account.PolicyGrant {
	var grants []account.PolicyGrant
	for _, a := range h.attached {
		if grant := f.managed(aws.ToString(a.PolicyArn)); grant != account.GrantOrdinary {
			grants = append(grants, account.PolicyGrant{Policy: aws.ToString(a.PolicyArn), Group: group, Grant: grant})
		}
	}
	for _, g := range h.inline {
		g.Group = group
		grants = append(grants, g)
	}
	return grants
}

// awsManaged are AWS's own policies that give more than ordinary rights; the
// answer leaves their documents out.
var awsManaged = map[string]account.Grant{
	"AdministratorAccess": account.GrantAdmin,
	"PowerUserAccess":     account.GrantNearAdmin,
	"IAMFullAccess":       account.GrantEscalation,
}

// managed judges a managed policy by its whole ARN: a customer's may be called
// AdministratorAccess too. One that is attached and was not told of is never ordinary.
func (f *roster) managed(arn string) account.Grant {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) == 6 && parts[0] == "arn" && parts[1] != "" && parts[2] == "iam" && parts[3] == "" && parts[4] == "aws" {
		if name, ok := strings.CutPrefix(parts[5], "policy/"); ok && name != "" {
			return awsManaged[name]
		}
	}
	grant, told := f.policies[arn]
	if !told {
		return account.GrantUndecodable
	}
	return grant
}
