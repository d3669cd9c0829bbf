package awsorg_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rootwatch/checks/account"
)

const (
	everything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	afterMFA   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]}`
	harmless   = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a+b/*"}}`
	awsAdmin   = "arn:aws:iam::aws:policy/AdministratorAccess"
)

// encoded is a document as IAM sends it.
func encoded(document string) string {
	return strings.ReplaceAll(url.QueryEscape(document), "+", "%20")
}

func inline(list, name, document string) string {
	return "<" + list + "><member><PolicyName>" + name + "</PolicyName><PolicyDocument>" + document + "</PolicyDocument></member></" + list + ">"
}

func attached(arns ...string) string {
	var b strings.Builder
	for _, arn := range arns {
		b.WriteString("<member><PolicyName>x</PolicyName><PolicyArn>" + arn + "</PolicyArn></member>")
	}
	return "<AttachedManagedPolicies>" + b.String() + "</AttachedManagedPolicies>"
}

func bounded(arn string) string {
	return "<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType><PermissionsBoundaryArn>" + arn + "</PermissionsBoundaryArn></PermissionsBoundary>"
}

func inGroup(name string) string { return "<GroupList><member>" + name + "</member></GroupList>" }

func userXML(name string, more ...string) string {
	return "<member><UserName>" + name + "</UserName><Arn>arn:aws:iam::" + member + ":user/" + name + "</Arn>" + strings.Join(more, "") + "</member>"
}

func roleXML(path, name, trust string, more ...string) string {
	return "<member><RoleName>" + name + "</RoleName><Arn>arn:aws:iam::" + member + ":role" + path + name + "</Arn><AssumeRolePolicyDocument>" + encoded(trust) + "</AssumeRolePolicyDocument>" + strings.Join(more, "") + "</member>"
}

func policyXML(name, document string, former ...string) string {
	versions := "<member><VersionId>v9</VersionId><IsDefaultVersion>true</IsDefaultVersion><Document>" + encoded(document) + "</Document></member>"
	for i, f := range former {
		versions += fmt.Sprintf("<member><VersionId>v%d</VersionId><IsDefaultVersion>false</IsDefaultVersion><Document>%s</Document></member>", i+1, encoded(f))
	}
	return "<member><PolicyName>" + name + "</PolicyName><Arn>" + custom(name) + "</Arn><DefaultVersionId>v9</DefaultVersionId><PolicyVersionList>" + versions + "</PolicyVersionList></member>"
}

func custom(name string) string { return "arn:aws:iam::" + member + ":policy/" + name }

func lists(users, groups, roles, policies string) string {
	return "<UserDetailList>" + users + "</UserDetailList><GroupDetailList>" + groups + "</GroupDetailList><RoleDetailList>" + roles + "</RoleDetailList><Policies>" + policies + "</Policies>"
}

func readDetails(t *testing.T, pages ...string) (account.Authorization, account.Gap) {
	t.Helper()
	c := newCloud(t, payer)
	c.on("iam:GetAccountAuthorizationDetails", func(in call) reply {
		n := 0
		if marker := in.form.Get("Marker"); marker != "" {
			_, _ = fmt.Sscanf(marker, "m%d", &n)
		}
		if n+1 < len(pages) {
			return reply{body: details(pages[n] + fmt.Sprintf("<IsTruncated>true</IsTruncated><Marker>m%d</Marker>", n+1))}
		}
		return reply{body: details(pages[n])} // without IsTruncated it is the last
	})
	f := open(t, options()).Facts(t.Context(), memberAccount(t))
	asked := c.made("iam:GetAccountAuthorizationDetails")[0].form
	for i, kind := range []string{"User", "Group", "Role", "LocalManagedPolicy"} {
		if got := asked.Get(fmt.Sprintf("Filter.member.%d", i+1)); got != kind {
			t.Errorf("filter %d is %q, want %s", i+1, got, kind)
		}
	}
	got, _ := f.Authorization.Get()
	return got, f.Authorization.Gap()
}

func userARN(name string) string { return "arn:aws:iam::" + member + ":user/" + name }

// A group and a policy may come with the last page, and a user of the first is
// judged by them all the same.
func TestAuthorizationByEveryWay(t *testing.T) {
	users := userXML("attached", attached(awsAdmin)) +
		userXML("inline", inline("UserPolicyList", "all", encoded(everything))) +
		userXML("plain-json", inline("UserPolicyList", "all", strings.ReplaceAll(everything, `"`, "&quot;"))) +
		userXML("grouped", inGroup("admins")) +
		userXML("by-group-policy", inGroup("inliners")) +
		userXML("customer", attached(custom("mfa"))) +
		userXML("former", attached(custom("was-admin"))) +
		userXML("near", attached("arn:aws:iam::aws:policy/PowerUserAccess")) +
		userXML("climber", attached("arn:aws-us-gov:iam::aws:policy/IAMFullAccess")) +
		userXML("of-another-partition", attached("arn:aws-cn:iam::aws:policy/AdministratorAccess")) +
		userXML("bounded", attached(awsAdmin), bounded("arn:aws:iam::aws:policy/ReadOnlyAccess")) +
		userXML("unbounded", attached(awsAdmin), bounded(awsAdmin)) +
		userXML("half-told", attached(custom("gone"))) +
		userXML("strange-boundary", attached(awsAdmin), bounded(custom("gone"))) +
		userXML("garbled", inline("UserPolicyList", "odd", "%7B%22Version")) +
		userXML("stray", inGroup("nobody-told-of-it")) +
		userXML("reader", attached("arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/AWSNewServiceFullAccess"), inline("UserPolicyList", "s3", encoded(harmless))) +
		userXML("pretender", attached(custom("AdministratorAccess")))
	groups := "<member><GroupName>admins</GroupName><Arn>arn:aws:iam::" + member + ":group/admins</Arn>" + attached(awsAdmin) + "</member>" +
		"<member><GroupName>inliners</GroupName><Arn>arn:aws:iam::" + member + ":group/inliners</Arn>" + inline("GroupPolicyList", "all", encoded(everything)) + "</member>"
	policies := policyXML("mfa", afterMFA) + policyXML("was-admin", harmless, everything) + policyXML("AdministratorAccess", harmless, everything)
	got, gap := readDetails(t, lists(users, "", "", ""), lists("", groups, "", policies))
	if gap.Cause != "" {
		t.Fatal(gap)
	}
	way := func(policy, group string, grant account.Grant) []account.PolicyGrant {
		return []account.PolicyGrant{{Policy: policy, Group: group, Grant: grant}}
	}
	admin, near, undecodable, ordinary := account.GrantAdmin, account.GrantNearAdmin, account.GrantUndecodable, account.GrantOrdinary
	want := []account.Principal{
		{Name: "attached", Grants: way(awsAdmin, "", admin)},
		{Name: "inline", Grants: way("all", "", admin)},
		{Name: "plain-json", Grants: way("all", "", admin)},
		{Name: "grouped", Grants: way(awsAdmin, "admins", admin)},
		{Name: "by-group-policy", Grants: way("all", "inliners", admin)},
		{Name: "customer", Grants: []account.PolicyGrant{{Policy: custom("mfa"), Grant: account.GrantEscalation, Means: "iam:AttachUserPolicy"}}},
		{Name: "former"},
		{Name: "near", Grants: way("arn:aws:iam::aws:policy/PowerUserAccess", "", near)},
		{Name: "climber", Grants: []account.PolicyGrant{{Policy: "arn:aws-us-gov:iam::aws:policy/IAMFullAccess", Grant: account.GrantEscalation, Means: "iam:AttachUserPolicy"}}},
		{Name: "of-another-partition", Grants: way("arn:aws-cn:iam::aws:policy/AdministratorAccess", "", admin)},
		{Name: "bounded", Grants: way(awsAdmin, "", admin), Boundary: &ordinary},
		{Name: "unbounded", Grants: way(awsAdmin, "", admin), Boundary: &admin},
		{Name: "half-told", Grants: way(custom("gone"), "", undecodable)},
		{Name: "strange-boundary", Grants: way(awsAdmin, "", admin), Boundary: &undecodable},
		{Name: "garbled", Grants: way("odd", "", undecodable)},
		{Name: "stray", Grants: way("every policy of the group", "nobody-told-of-it", undecodable)},
		{Name: "reader"},
		{Name: "pretender"},
	}
	for i := range want {
		want[i].ARN = userARN(want[i].Name)
	}
	if diff := cmp.Diff(want, got.Users); diff != "" {
		t.Error(diff)
	}
}

// Prowler's administrators are those to whom AdministratorAccess is attached:
// https://github.com/prowler-cloud/prowler, iam_user_administrator_access_policy.
// Here an inline star, a group and a customer's policy make one too.
func TestAdminsAreNotOnlyThoseAttached(t *testing.T) {
	got, _ := readDetails(t, lists(
		userXML("inline", inline("UserPolicyList", "x", encoded(everything)))+userXML("grouped", inGroup("g"))+userXML("customer", attached(custom("all"))),
		"<member><GroupName>g</GroupName>"+attached(awsAdmin)+"</member>", "", policyXML("all", everything)))
	for _, u := range got.Users {
		if len(u.Grants) != 1 || u.Grants[0].Grant != account.GrantAdmin {
			t.Errorf("%s: %+v", u.Name, u.Grants)
		}
	}
	if len(got.Users) != 3 {
		t.Errorf("%d users", len(got.Users))
	}
}

func TestAuthorizationOfRoles(t *testing.T) {
	const (
		saml   = `{"Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::444455556666:saml-provider/okta"},"Action":"sts:AssumeRoleWithSAML"}]}`
		people = `{"Statement":{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:root"]},"Action":"sts:AssumeRole"}}`
		mixed  = `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333","Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
		both   = `{"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"},{"Effect":"Allow","Principal":{"Federated":["arn:aws:iam::444455556666:oidc-provider/gitlab.com","arn:aws-us-gov:iam::444455556666:saml-provider/okta"]},"Action":"sts:AssumeRoleWithWebIdentity"}]}`
		denies = `{"Statement":[{"Effect":"Deny","Principal":{"Federated":"x"},"Action":"*"},{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
		anyone = `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}`
		not    = `{"Statement":[{"Effect":"Allow","NotPrincipal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}]}`
	)
	admin := attached(awsAdmin)
	got, gap := readDetails(t, lists("", "",
		roleXML("/aws-reserved/sso.amazonaws.com/eu-west-1/", "AWSReservedSSO_Admin_1", "not JSON", admin)+
			roleXML("/", "okta", saml, admin)+roleXML("/", "people", people, admin)+roleXML("/", "mixed", mixed, admin)+roleXML("/", "both", both, admin)+
			roleXML("/", "service", denies, admin)+roleXML("/", "anyone", anyone, admin)+roleXML("/", "not", not, admin)+roleXML("/", "garbled", "{", admin)+
			roleXML("/team/aws-reserved/sso.amazonaws.com/", "sly", people, admin)+
			roleXML("/", "reader", people, attached("arn:aws:iam::aws:policy/ReadOnlyAccess"))+
			roleXML("/aws-service-role/x.amazonaws.com/", "AWSServiceRoleForX", people, admin), ""))
	if gap.Cause != "" {
		t.Fatal(gap)
	}
	trusts := map[string]account.Trust{}
	for _, r := range got.Roles {
		trusts[r.Name] = r.Trust
	}
	want := map[string]account.Trust{
		"AWSReservedSSO_Admin_1": account.TrustSSO, "okta": account.TrustFederated, "both": account.TrustFederated, "people": account.TrustAccounts, "mixed": account.TrustAccounts,
		"anyone": account.TrustAccounts, "sly": account.TrustAccounts, "service": account.TrustService, "not": account.TrustUnknown, "garbled": account.TrustUnknown,
	}
	if diff := cmp.Diff(want, trusts); diff != "" {
		t.Error(diff)
	}
	takers := map[string][]string{}
	for _, r := range got.Roles {
		takers[r.Name] = r.Takers
	}
	if one := []string{"111122223333"}; !slices.Equal(takers["people"], one) || !slices.Equal(takers["sly"], one) || takers["mixed"] != nil || takers["anyone"] != nil || takers["okta"] != nil {
		t.Errorf("those who may take the roles are %v", takers)
	}
	if got.RoleCount != 11 {
		t.Errorf("%d roles: all but the service-linked one are 11", got.RoleCount)
	}
}

// A program of a build is no person, nor is the user of an app: their roles
// make nobody an admin. A provider in no list may be the company's own.
func TestMachinesAreNoPeople(t *testing.T) {
	const below = "arn:aws:iam::444455556666:oidc-provider/"
	subject := func(operator, key, value string) string {
		return `,"Condition":{"` + operator + `":{"` + key + `":` + value + `}}`
	}
	const own = "git.example.com"
	for _, c := range []struct {
		federated, condition string
		want                 account.Trust
	}{
		{below + "token.actions.githubusercontent.com", "", account.TrustWorkload},
		{below + "token.actions.githubusercontent.com/example", "", account.TrustWorkload},
		{below + "gitlab.com", "", account.TrustWorkload},
		{"arn:aws-us-gov:iam::444455556666:oidc-provider/app.terraform.io", "", account.TrustWorkload},
		{below + "api.bitbucket.org/2.0/workspaces/example/pipelines-config/identity/oidc", "", account.TrustWorkload},
		{below + "oidc.circleci.com/org/00000000-0000-4000-9000-000000000000", "", account.TrustWorkload},
		{below + "agent.buildkite.com", "", account.TrustWorkload},
		{below + "vstoken.dev.azure.com/00000000-0000-4000-9000-000000000000", "", account.TrustWorkload},
		{below + "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF", "", account.TrustWorkload},
		{"arn:aws-cn:iam::444455556666:oidc-provider/oidc.eks.cn-north-1.amazonaws.com.cn/id/0123", "", account.TrustWorkload},
		{"cognito-identity.amazonaws.com", "", account.TrustWorkload},
		{"www.amazon.com", "", account.TrustWorkload},
		{"graph.facebook.com", "", account.TrustWorkload},
		{below + own, subject("StringLike", own+":sub", `"project_path:example/*:ref_type:branch:ref:main"`), account.TrustWorkload},
		{below + own, subject("StringEquals", own+":SUB", `["project_path:example/a:ref_type:branch:ref:main","repo:example/b:ref:refs/heads/main"]`), account.TrustWorkload},
		{below + own, subject("StringLike", own+":sub", `"system:serviceaccount:*"`), account.TrustWorkload},

		{"accounts.google.com", "", account.TrustOIDC},
		{"accounts.google.com", subject("StringEquals", "accounts.google.com:aud", `"1234.apps.googleusercontent.com"`), account.TrustOIDC},
		{below + own, "", account.TrustOIDC},
		{below + own, subject("StringLike", own+":sub", `"*"`), account.TrustOIDC},
		{below + own, subject("StringLike", own+":sub", `["project_path:example/*","alice"]`), account.TrustOIDC},
		{below + own, subject("StringNotEquals", own+":sub", `"project_path:example/a"`), account.TrustOIDC},
		{below + own, subject("StringEqualsIfExists", own+":sub", `"project_path:example/a"`), account.TrustOIDC},
		{below + own, subject("StringEquals", own+":aud", `"project_path:example/a"`), account.TrustOIDC},
		{below + own, subject("StringEquals", "git.example.org:sub", `"project_path:example/a"`), account.TrustOIDC},
		{below + own, subject("StringEquals", own+":sub", "[]"), account.TrustOIDC},
		{below + "gitlab.com.example.com", "", account.TrustOIDC},
		{below + "oidc.eks.example.com", "", account.TrustOIDC},
		{below + "notgitlab.com", "", account.TrustOIDC},
		{below + "accounts.google.com", "", account.TrustOIDC},
		{"arn:aws:iam::444455556666:saml-provider/gitlab.com", "", account.TrustFederated},
		{"something-new.example.com", "", account.TrustUnknown},
	} {
		document := `{"Statement":[{"Effect":"Allow","Principal":{"Federated":"` + c.federated + `"},"Action":"sts:AssumeRoleWithWebIdentity"` + c.condition + `}]}`
		got, gap := readDetails(t, lists("", "", roleXML("/", "deploy", document, attached(awsAdmin)), ""))
		if gap.Cause != "" || len(got.Roles) != 1 || got.Roles[0].Trust != c.want {
			t.Errorf("%s%s: %+v %+v, want %q", c.federated, c.condition, got.Roles, gap, c.want)
		}
	}
}

// An answer that would leave somebody out is none at all.
func TestAuthorizationIsWholeOrNothing(t *testing.T) {
	two := strings.Replace(policyXML("x", harmless, everything), "false", "true", 1)
	for name, tt := range map[string]struct {
		pages []string
		says  string
	}{
		"no list":                  {[]string{""}, "no list"},
		"a user without a name":    {[]string{lists("<member><Arn>arn:aws:iam::"+member+":user/x</Arn></member>", "", "", "")}, "no name"},
		"a role without an ARN":    {[]string{lists("", "", "<member><RoleName>x</RoleName></member>", "")}, "no ARN"},
		"a user on two pages":      {[]string{lists(userXML("a"), "", "", ""), lists(userXML("a"), "", "", "")}, "two of its pages"},
		"truncated, leads nowhere": {[]string{lists("", "", "", "") + "<IsTruncated>true</IsTruncated>"}, "lead on"},
	} {
		if got, gap := readDetails(t, tt.pages...); gap.Cause != account.Undecodable || !strings.Contains(gap.Sentence, tt.says) || len(got.Users) != 0 {
			t.Errorf("%s: %+v %+v", name, gap, got)
		}
	}
	got, _ := readDetails(t, lists(userXML("a", attached(custom("x"))), "", "", two))
	if len(got.Users) != 1 || len(got.Users[0].Grants) != 1 || got.Users[0].Grants[0].Grant != account.GrantUndecodable {
		t.Errorf("two versions in force: %+v", got.Users)
	}
}

func TestAuthorizationFailsOnALaterPage(t *testing.T) {
	c := newCloud(t, payer)
	c.on("iam:GetAccountAuthorizationDetails", inTurn(
		reply{body: details(lists(userXML("a"), "", "", "") + "<IsTruncated>true</IsTruncated><Marker>m1</Marker>")},
		reply{403, queryError("AccessDenied", "no")}))
	f := open(t, options()).Facts(t.Context(), memberAccount(t))
	if gap := f.Authorization.Gap(); gap.Cause != account.Denied || gap.Call != "iam:GetAccountAuthorizationDetails" {
		t.Errorf("%+v", gap)
	}
}
