package cloud

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"rootwatch/checks/account"
)

// Group is an IAM group; who is in it stands with the users.
type Group struct {
	Name     string
	Attached []string // ARNs of managed policies
	Inline   []InlinePolicy
}

// InlinePolicy is a policy of one user, group or role alone.
type InlinePolicy struct{ Name, Document string }

// ManagedPolicy is one that the customer made.
type ManagedPolicy struct {
	Name     string
	Document string   // of the version that is in force
	Former   []string // earlier versions, which AWS lists too
}

// Role is an IAM role.
type Role struct {
	Name     string
	Path     string // "" is /
	Trust    string // the policy that says who may assume it
	Attached []string
	Inline   []InlinePolicy
	Boundary string // ARN of its permissions boundary; "" for none
}

// Policies of AWS's own, as accounts of the partition aws attach them.
const (
	AdministratorAccess = "arn:aws:iam::aws:policy/AdministratorAccess"
	ReadOnlyAccess      = "arn:aws:iam::aws:policy/ReadOnlyAccess"
	IAMFullAccess       = "arn:aws:iam::aws:policy/IAMFullAccess"
)

type authorizationDetails struct {
	Users       []userDetail   `xml:"UserDetailList>member"`
	Groups      []groupDetail  `xml:"GroupDetailList>member"`
	Roles       []roleDetail   `xml:"RoleDetailList>member"`
	Policies    []policyDetail `xml:"Policies>member"`
	IsTruncated bool
	Marker      string `xml:",omitempty"`
	start       string
}

type inlineDetail struct{ PolicyName, PolicyDocument string }

type attachedDetail struct{ PolicyName, PolicyArn string }

type boundaryDetail struct{ PermissionsBoundaryType, PermissionsBoundaryArn string }

type userDetail struct {
	Path, UserName      string
	UserID              string `xml:"UserId"`
	Arn, CreateDate     string
	UserPolicyList      []inlineDetail   `xml:"UserPolicyList>member"`
	GroupList           []string         `xml:"GroupList>member"`
	AttachedPolicies    []attachedDetail `xml:"AttachedManagedPolicies>member"`
	PermissionsBoundary *boundaryDetail  `xml:",omitempty"`
}

type groupDetail struct {
	Path, GroupName  string
	GroupID          string `xml:"GroupId"`
	Arn, CreateDate  string
	GroupPolicyList  []inlineDetail   `xml:"GroupPolicyList>member"`
	AttachedPolicies []attachedDetail `xml:"AttachedManagedPolicies>member"`
}

type roleDetail struct {
	Path, RoleName           string
	RoleID                   string `xml:"RoleId"`
	Arn, CreateDate          string
	AssumeRolePolicyDocument string
	InstanceProfileList      struct{}
	RolePolicyList           []inlineDetail   `xml:"RolePolicyList>member"`
	AttachedPolicies         []attachedDetail `xml:"AttachedManagedPolicies>member"`
	PermissionsBoundary      *boundaryDetail  `xml:",omitempty"`
}

type policyDetail struct {
	PolicyName       string
	PolicyID         string `xml:"PolicyId"`
	Arn, Path        string
	DefaultVersionID string `xml:"DefaultVersionId"`
	AttachmentCount  int
	IsAttachable     bool
	CreateDate       string
	Versions         []policyVersion `xml:"PolicyVersionList>member"`
}

type policyVersion struct {
	Document         string
	VersionID        string `xml:"VersionId"`
	IsDefaultVersion bool
	CreateDate       string
}

func (p *authorizationDetails) empty() {
	p.Users, p.Groups, p.Roles, p.Policies = nil, nil, nil, nil
	p.IsTruncated, p.Marker = true, p.start
}

func (p *authorizationDetails) repeat() { p.IsTruncated, p.Marker = true, p.start }

// getAccountAuthorizationDetails gives users, groups, roles and the customer's
// own policies, as far as the filter asks for them, so many to the page. The
// documents of AWS's own policies it leaves out.
func (s *Server) getAccountAuthorizationDetails(q *request) (any, *apiError) {
	from, size, problem := q.page()
	if problem != nil {
		return nil, problem
	}
	wanted := map[string]bool{}
	for i := 1; q.form.Has("Filter.member." + strconv.Itoa(i)); i++ {
		kind := q.form.Get("Filter.member." + strconv.Itoa(i))
		if !slices.Contains([]string{"User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy"}, kind) {
			return nil, invalid("ValidationError", "1 validation error detected: Value '[%s]' at 'filter' failed to satisfy constraint: Member must satisfy enum value set: [User, Role, Group, LocalManagedPolicy, AWSManagedPolicy]", kind)
		}
		wanted[kind] = true
	}
	out := &authorizationDetails{start: marker(from)}
	all := s.authorizationItems(s.accounts[q.caller.id], wanted)
	from = min(from, len(all))
	end := min(from+size, len(all))
	for _, put := range all[from:end] {
		put(out)
	}
	if end < len(all) {
		out.IsTruncated, out.Marker = true, marker(end)
	}
	return out, nil
}

// authorizationItems put themselves into a page.
func (s *Server) authorizationItems(a *Account, wanted map[string]bool) []func(*authorizationDetails) {
	var all []func(*authorizationDetails)
	add := func(kind string, put func(*authorizationDetails)) {
		if len(wanted) == 0 || wanted[kind] {
			all = append(all, put)
		}
	}
	for i, u := range a.Users {
		add("User", func(d *authorizationDetails) { d.Users = append(d.Users, s.userDetail(a, i, u)) })
	}
	for i, g := range a.Groups {
		add("Group", func(d *authorizationDetails) { d.Groups = append(d.Groups, s.groupDetail(a, i, g)) })
	}
	for i, r := range a.Roles {
		add("Role", func(d *authorizationDetails) { d.Roles = append(d.Roles, s.roleDetail(a, i, r)) })
	}
	for i, p := range a.ManagedPolicies {
		add("LocalManagedPolicy", func(d *authorizationDetails) { d.Policies = append(d.Policies, s.policyDetail(a, i, p)) })
	}
	return all
}

func (s *Server) userDetail(a *Account, i int, u User) userDetail {
	return userDetail{
		Path: "/", UserName: u.Name, UserID: principalID("AIDA", a, i), Arn: s.org.arn("iam", "user/"+u.Name, a.ID), CreateDate: stamp(u.Created),
		UserPolicyList: inlineDetails(u.Inline), GroupList: u.Groups, AttachedPolicies: attachedDetails(u.Attached), PermissionsBoundary: boundary(u.Boundary),
	}
}

func (s *Server) groupDetail(a *Account, i int, g Group) groupDetail {
	return groupDetail{
		Path: "/", GroupName: g.Name, GroupID: principalID("AGPA", a, i), Arn: s.org.arn("iam", "group/"+g.Name, a.ID), CreateDate: stamp(a.Root.Created),
		GroupPolicyList: inlineDetails(g.Inline), AttachedPolicies: attachedDetails(g.Attached),
	}
}

func (s *Server) roleDetail(a *Account, i int, r Role) roleDetail {
	path := cmp.Or(r.Path, "/")
	return roleDetail{
		Path: path, RoleName: r.Name, RoleID: principalID("AROA", a, i), Arn: s.org.arn("iam", "role"+path+r.Name, a.ID), CreateDate: stamp(a.Root.Created),
		AssumeRolePolicyDocument: percent(r.Trust),
		RolePolicyList:           inlineDetails(r.Inline), AttachedPolicies: attachedDetails(r.Attached), PermissionsBoundary: boundary(r.Boundary),
	}
}

func (s *Server) policyDetail(a *Account, i int, p ManagedPolicy) policyDetail {
	d := policyDetail{
		PolicyName: p.Name, PolicyID: principalID("ANPA", a, i), Arn: s.org.arn("iam", "policy/"+p.Name, a.ID), Path: "/",
		AttachmentCount: 1, IsAttachable: true, CreateDate: stamp(a.Root.Created),
	}
	for n, document := range append(slices.Clone(p.Former), p.Document) {
		version := "v" + strconv.Itoa(n+1)
		inForce := n == len(p.Former)
		if inForce {
			d.DefaultVersionID = version
		}
		d.Versions = append(d.Versions, policyVersion{percent(document), version, inForce, stamp(a.Root.Created)})
	}
	slices.Reverse(d.Versions) // the newest first
	return d
}

// percent encodes a document by RFC 3986, as IAM does.
func percent(document string) string {
	return strings.ReplaceAll(url.QueryEscape(document), "+", "%20")
}

func principalID(prefix string, a *Account, i int) string {
	return prefix + a.ID.String() + strconv.Itoa(1000+i)
}

func inlineDetails(policies []InlinePolicy) []inlineDetail {
	var all []inlineDetail
	for _, p := range policies {
		all = append(all, inlineDetail{p.Name, percent(p.Document)})
	}
	return all
}

func attachedDetails(arns []string) []attachedDetail {
	var all []attachedDetail
	for _, arn := range arns {
		all = append(all, attachedDetail{arn[strings.LastIndex(arn, "/")+1:], arn})
	}
	return all
}

func boundary(arn string) *boundaryDetail {
	if arn == "" {
		return nil
	}
	return &boundaryDetail{"Policy", arn}
}

// ssoRole is what IAM Identity Center makes where people come as admins.
func ssoRole(id account.ID) Role {
	return Role{
		Name: "AWSReservedSSO_AdministratorAccess_0123456789abcdef", Path: "/aws-reserved/sso.amazonaws.com/", Attached: []string{AdministratorAccess},
		Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::` + id.String() +
			`:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE"},"Action":["sts:AssumeRoleWithSAML","sts:TagSession"],"Condition":{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}}}]}`,
	}
}

// cleanRoles are those of every account: people come as admins through single
// sign-on, Rootwatch reads, and AWS has a role of its own.
func cleanRoles(id account.ID) []Role {
	return []Role{
		ssoRole(id),
		{Name: DemoRole, Inline: []InlinePolicy{{"Read", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GetAccountSummary","iam:GetCredentialReport"],"Resource":"*"}]}`}},
			Trust: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/Rootwatch"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"` + DemoExternalID + `"}}}}`},
		{Name: "AWSServiceRoleForOrganizations", Path: "/aws-service-role/organizations.amazonaws.com/", Attached: []string{"arn:aws:iam::aws:policy/aws-service-role/AWSOrganizationsServiceTrustPolicy"},
			Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"organizations.amazonaws.com"},"Action":"sts:AssumeRole"}]}`},
	}
}

// cloneRoster gives the account users, groups, roles and policies of its own.
func (a *Account) cloneRoster() {
	a.Groups, a.Roles, a.ManagedPolicies = slices.Clone(a.Groups), slices.Clone(a.Roles), slices.Clone(a.ManagedPolicies)
	for i, u := range a.Users {
		a.Users[i].Groups, a.Users[i].Attached, a.Users[i].Inline = slices.Clone(u.Groups), slices.Clone(u.Attached), slices.Clone(u.Inline)
	}
	for i, g := range a.Groups {
		a.Groups[i].Attached, a.Groups[i].Inline = slices.Clone(g.Attached), slices.Clone(g.Inline)
	}
	for i, r := range a.Roles {
		a.Roles[i].Attached, a.Roles[i].Inline = slices.Clone(r.Attached), slices.Clone(r.Inline)
	}
	for i, p := range a.ManagedPolicies {
		a.ManagedPolicies[i].Former = slices.Clone(p.Former)
	}
}
