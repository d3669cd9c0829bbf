package awsorg_test

import (
	"strings"
	"testing"

	"rootwatch/checks/account"
)

const (
	awsIAM   = "arn:aws:iam::aws:policy/IAMFullAccess"
	awsPower = "arn:aws:iam::aws:policy/PowerUserAccess"
)

// says is a policy of statements, whose quotes are single.
func says(statements ...string) string {
	return strings.ReplaceAll(`{'Version':'2012-10-17','Statement':[`+strings.Join(statements, ",")+`]}`, "'", `"`)
}

func lets(action, resource string) string {
	return `{'Effect':'Allow','Action':'` + action + `','Resource':'` + resource + `'}`
}

func forbids(action, resource string) string {
	return strings.Replace(lets(action, resource), "Allow", "Deny", 1)
}

// provided is the statement under a condition.
func provided(statement, condition string) string {
	return strings.TrimSuffix(statement, "}") + `,'Condition':` + condition + `}`
}

func ofUser(documents ...string) string {
	var b strings.Builder
	for _, d := range documents {
		b.WriteString("<member><PolicyName>own</PolicyName><PolicyDocument>" + encoded(d) + "</PolicyDocument></member>")
	}
	return "<UserPolicyList>" + b.String() + "</UserPolicyList>"
}

// Who may write his own policies is an admin as soon as he likes: PowerUserAccess
// beside IAMFullAccess looks like less to whoever goes by AdministratorAccess.
func TestWhoCanMakeHimselfAnAdmin(t *testing.T) {
	const sure, open, none = account.Yes, account.AnswerUnknown, account.No
	const mfa = `{'Bool':{'aws:MultiFactorAuthPresent':'true'}}`
	const network = `{'IpAddress':{'aws:SourceIp':'192.0.2.0/24'}}`
	const recent = `{'NumericLessThan':{'aws:MultiFactorAuthAge':'3600'}}`
	self := "arn:aws:iam::" + member + ":user/eve"
	inCrew := inGroup("crew")
	for _, c := range []struct {
		name string
		user string // what the user has
		want account.Answer
		by   string
	}{
		{"IAMFullAccess alone", attached(awsIAM), sure, "iam:AttachUserPolicy"},
		{"PowerUserAccess and IAMFullAccess", attached(awsPower, awsIAM), sure, "iam:AttachUserPolicy"},
		{"PowerUserAccess alone", attached(awsPower), none, ""},
		{"iam:* on everything", ofUser(says(lets("iam:*", "*"))), sure, "iam:AttachUserPolicy"},
		{"attach to everybody", ofUser(says(lets("iam:AttachUserPolicy", "*"))), sure, "iam:AttachUserPolicy"},
		{"put to everybody, spelled otherwise", ofUser(says(lets("IAM:P?tUserPol*", "arn:aws:iam::*:user/*"))), sure, "iam:PutUserPolicy"},
		{"put to oneself", ofUser(says(lets("iam:PutUserPolicy", "arn:aws:iam::*:user/${aws:username}"))), sure, "iam:PutUserPolicy"},
		{"put to oneself by name", ofUser(says(lets("iam:PutUserPolicy", self))), sure, "iam:PutUserPolicy"},
		{"put to another", ofUser(says(lets("iam:PutUserPolicy", "arn:aws:iam::*:user/bob"))), none, ""},
		{"put to an own path", ofUser(says(lets("iam:PutUserPolicy", "arn:aws:iam::*:user/apps/*"))), none, ""},
		{"everything but IAM", ofUser(says(`{'Effect':'Allow','NotAction':'iam:*','Resource':'*'}`)), none, ""},
		{"everything but some of S3", ofUser(says(`{'Effect':'Allow','NotAction':'s3:*','Resource':'*'}`)), sure, "iam:AttachUserPolicy"},
		{"to read", ofUser(says(lets("iam:Get*", "*"))), none, ""},

		{"of groups, in none", ofUser(says(lets("iam:PutGroupPolicy", "*"))), none, ""},
		{"of groups, in one", ofUser(says(lets("iam:PutGroupPolicy", "*"))) + inCrew, sure, "iam:PutGroupPolicy"},
		{"of another group", ofUser(says(lets("iam:AttachGroupPolicy", "arn:aws:iam::*:group/others"))) + inCrew, none, ""},
		{"to join the admins", ofUser(says(lets("iam:AddUserToGroup", "*"))), sure, "iam:AddUserToGroup"},
		{"to join the crew", ofUser(says(lets("iam:AddUserToGroup", "arn:aws:iam::*:group/crew"))), none, ""},
		{"to join the climbers", ofUser(says(lets("iam:AddUserToGroup", "arn:aws:iam::*:group/climbers"))), sure, "iam:AddUserToGroup"},
		{"to join the admins, and denied all that they do", ofUser(says(lets("iam:AddUserToGroup", "*"), forbids("iam:Attach*", "*"), forbids("iam:Put*", "*"))), none, ""},
		{"to join those who are denied everything", ofUser(says(lets("iam:AddUserToGroup", "arn:aws:iam::*:group/stopped"))), none, ""},
		{"to make an admin role trust him, and to take it", ofUser(says(lets("iam:UpdateAssumeRolePolicy", "*"), lets("sts:AssumeRole", "*"))), sure, "iam:UpdateAssumeRolePolicy"},
		{"to make an admin role trust him, as a power user", attached(awsPower) + ofUser(says(lets("iam:UpdateAssumeRolePolicy", "*"))), sure, "iam:UpdateAssumeRolePolicy"},
		{"to make an admin role trust him", ofUser(says(lets("iam:UpdateAssumeRolePolicy", "*"))), open, "iam:UpdateAssumeRolePolicy"},
		{"to make an admin role trust him, and not to take any", ofUser(says(lets("iam:UpdateAssumeRolePolicy", "*"), forbids("sts:AssumeRole", "*"))), none, ""},
		{"to make a role of single sign-on trust him", ofUser(says(lets("iam:UpdateAssumeRolePolicy", "arn:aws:iam::*:role/aws-reserved/*"), lets("sts:AssumeRole", "*"))), none, ""},
		{"to make another role trust him", ofUser(says(lets("iam:UpdateAssumeRolePolicy", "arn:aws:iam::*:role/app"), lets("sts:AssumeRole", "*"))), none, ""},
		{"to set a version of his that allows everything", attached(custom("was-admin")), sure, "iam:SetDefaultPolicyVersion"},
		{"to set a version of his that allows little", attached(custom("was-little")), open, "iam:SetDefaultPolicyVersion"},
		{"to set a version of policies of others", ofUser(says(lets("iam:SetDefaultPolicyVersion", "*"))), none, ""},
		{"to write a policy of his anew", attached(custom("versions")), sure, "iam:CreatePolicyVersion"},
		{"to write policies of others anew", ofUser(says(lets("iam:CreatePolicyVersion", "*"))), none, ""},
		{"to attach to roles", ofUser(says(lets("iam:AttachRolePolicy", "*"))), open, "iam:AttachRolePolicy"},
		{"to attach to some roles", ofUser(says(lets("iam:AttachRolePolicy", "arn:aws:iam::*:role/app-*"))), none, ""},
		{"to make roles and attach to them", ofUser(says(lets("iam:AttachRolePolicy", "*"), lets("iam:CreateRole", "*"))), sure, "iam:AttachRolePolicy"},

		{"with MFA", ofUser(says(provided(lets("iam:PutUserPolicy", "*"), mfa))), sure, "iam:PutUserPolicy"},
		{"with MFA of this hour", ofUser(says(provided(lets("iam:PutUserPolicy", "*"), recent))), sure, "iam:PutUserPolicy"},
		{"without MFA alone", ofUser(says(provided(lets("iam:PutUserPolicy", "*"), strings.Replace(mfa, "true", "false", 1)))), none, ""},
		{"everything with MFA", ofUser(says(provided(lets("*", "*"), mfa))), sure, "iam:AttachUserPolicy"},
		{"under a condition", ofUser(says(provided(lets("iam:PutUserPolicy", "*"), network))), open, "iam:PutUserPolicy"},
		{"under a condition, and without", ofUser(says(provided(lets("iam:PutUserPolicy", "*"), network), lets("iam:AttachUserPolicy", "*"))), sure, "iam:AttachUserPolicy"},
		{"some policies only", ofUser(says(provided(lets("iam:AttachUserPolicy", "*"), `{'ArnEquals':{'iam:PolicyARN':'arn:aws:iam::aws:policy/ReadOnlyAccess'}}`))), open, "iam:AttachUserPolicy"},
		{"those under a boundary only", ofUser(says(provided(lets("iam:PutUserPolicy", "*"), `{'StringEquals':{'iam:PermissionsBoundary':'`+custom("limit")+`'}}`))), none, ""},
		{"another's name only", ofUser(says(provided(lets("iam:PutUserPolicy", "*"), `{'StringEquals':{'aws:username':'bob'}}`))), none, ""},

		{"denied by another policy", attached(awsIAM) + ofUser(says(forbids("iam:*", "*"))), none, ""},
		{"denied everything by AWS's policy", attached(awsIAM, "arn:aws:iam::aws:policy/AWSDenyAll"), none, ""},
		{"denied by a group's policy", attached(awsIAM) + inGroup("denied"), none, ""},
		{"one way denied of several", attached(awsIAM) + ofUser(says(forbids("iam:AttachUserPolicy", "*"))), sure, "iam:PutUserPolicy"},
		{"denied without MFA", attached(awsIAM) + ofUser(says(provided(`{'Effect':'Deny','NotAction':'iam:GetUser','Resource':'*'}`, `{'BoolIfExists':{'aws:MultiFactorAuthPresent':'false'}}`))), sure, "iam:AttachUserPolicy"},
		{"denied of another", attached(awsIAM) + ofUser(says(forbids("iam:*", "arn:aws:iam::*:user/bob"))), sure, "iam:AttachUserPolicy"},
		{"denied by one that is not understood", attached(awsIAM) + inline("UserPolicyList", "odd", "%7B"), open, ""},

		{"a boundary to read", attached(awsIAM) + bounded("arn:aws:iam::aws:policy/ReadOnlyAccess"), none, ""},
		{"a boundary of everything", attached(awsIAM) + bounded(awsAdmin), sure, "iam:AttachUserPolicy"},
		{"a boundary of IAM, which can be taken off", attached(awsIAM) + bounded(awsIAM), sure, "iam:AttachUserPolicy"},
		{"an admin in a boundary that can be taken off", attached(awsAdmin) + bounded(awsIAM), sure, "iam:AttachUserPolicy"},
		{"a boundary that holds", attached(awsIAM) + bounded(custom("limit")), none, ""},
		{"a boundary without documents", attached(awsIAM) + bounded(custom("gone")), open, ""},
	} {
		groups := "<member><GroupName>crew</GroupName><Arn>arn:aws:iam::" + member + ":group/crew</Arn></member>" +
			"<member><GroupName>admins</GroupName><Arn>arn:aws:iam::" + member + ":group/admins</Arn>" + attached(awsAdmin) + "</member>" +
			"<member><GroupName>denied</GroupName><Arn>arn:aws:iam::" + member + ":group/denied</Arn>" + inline("GroupPolicyList", "x", encoded(says(forbids("*", "*")))) + "</member>"
		groups += "<member><GroupName>climbers</GroupName><Arn>arn:aws:iam::" + member + ":group/climbers</Arn>" + attached(awsIAM) + "</member>" +
			"<member><GroupName>stopped</GroupName><Arn>arn:aws:iam::" + member + ":group/stopped</Arn>" + attached(awsAdmin, "arn:aws:iam::aws:policy/AWSDenyAll") + "</member>"
		roles := roleXML("/", "crown", "{}", attached(awsAdmin)) + roleXML("/aws-reserved/sso.amazonaws.com/", "AWSReservedSSO_Admin_1", "{}", attached(awsAdmin)) + roleXML("/", "app", "{}", attached(awsPower))
		sets := says(lets("iam:SetDefaultPolicyVersion", "*"))
		policies := policyXML("was-admin", sets, everything) + policyXML("was-little", sets, harmless) + policyXML("versions", says(lets("iam:CreatePolicyVersion", "*"))) + policyXML("limit", says(lets("iam:*User*", "*"), forbids("iam:DeleteUserPermissionsBoundary", "*")))
		got, gap := readDetails(t, lists(userXML("eve", c.user), groups, roles, policies))
		if gap.Cause != "" {
			t.Fatal(c.name, gap)
		}
		answer, by := none, ""
		for _, g := range got.Users[0].Grants {
			switch g.Grant {
			case account.GrantEscalation:
				answer, by = sure, g.Means
			case account.GrantConditional, account.GrantUndecodable:
				if answer == none {
					answer, by = open, g.Means
				}
			}
		}
		if answer != c.want || c.by != "" && by != c.by {
			t.Errorf("%s: %q by %q, want %q by %q: %+v", c.name, answer, by, c.want, c.by, got.Users[0].Grants)
		}
	}
}

// A role climbs by its own policies alone.
func TestRolesThatCanMakeThemselvesAdmins(t *testing.T) {
	const trust = `{"Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::444455556666:saml-provider/okta"},"Action":"sts:AssumeRoleWithSAML"}]}`
	for document, want := range map[string]string{
		says(lets("iam:AttachRolePolicy", "arn:aws:iam::*:role/team/eve")): "escalation iam:AttachRolePolicy",
		says(lets("iam:PutRolePolicy", "*")):                               "escalation iam:PutRolePolicy",
		says(lets("iam:PutRolePolicy", "arn:aws:iam::*:role/eve")):         "",
		says(lets("iam:PutUserPolicy", "*")):                               "",
		says(lets("iam:AddUserToGroup", "*")):                              "",
	} {
		got, _ := readDetails(t, lists("", "", roleXML("/team/", "eve", trust, inline("RolePolicyList", "own", encoded(document))), ""))
		said := ""
		for _, r := range got.Roles {
			for _, g := range r.Grants {
				said += string(g.Grant) + " " + g.Means
			}
		}
		if said != want {
			t.Errorf("%s: %q, want %q", document, said, want)
		}
	}
}

// A deny outweighs whatever allows: AdministratorAccess beside one of all is
// nobody's, and who may do everything but give rights is no admin.
func TestDeniesTakeAdminRights(t *testing.T) {
	const admin, denied, open = account.GrantAdmin, account.GrantDenied, account.GrantConditional
	const network = `{'NotIpAddress':{'aws:SourceIp':'192.0.2.0/24'}}`
	const denyAll = "arn:aws:iam::aws:policy/AWSDenyAll"
	noMFA := ofUser(says(provided(`{'Effect':'Deny','NotAction':'iam:GetUser','Resource':'*'}`, `{'BoolIfExists':{'aws:MultiFactorAuthPresent':'false'}}`)))
	for name, c := range map[string]struct {
		user string
		want account.Grant
	}{
		"AWSDenyAll":                         {attached(awsAdmin, denyAll), denied},
		"a deny of everything":               {attached(awsAdmin) + ofUser(says(forbids("*", "*"))), denied},
		"a deny of everything by a group":    {attached(awsAdmin) + inGroup("denied"), denied},
		"an admin by a group, and a deny":    {inGroup("admins") + ofUser(says(forbids("*", "*"))), denied},
		"a deny of IAM":                      {attached(awsAdmin) + ofUser(says(forbids("iam:*", "*"))), denied},
		"a deny of IAM in one document":      {ofUser(says(lets("*", "*"), forbids("iam:*", "*"))), denied},
		"a deny of all but S3":               {attached(awsAdmin) + ofUser(says(`{'Effect':'Deny','NotAction':'s3:*','Resource':'*'}`)), denied},
		"a boundary that denies IAM":         {attached(awsAdmin) + bounded(custom("bound")), denied},
		"a boundary that can be taken off":   {attached(awsAdmin) + bounded(custom("loose")), admin},
		"a deny of other things":             {attached(awsAdmin) + ofUser(says(forbids("organizations:*", "*"))), admin},
		"a deny of making users":             {attached(awsAdmin) + ofUser(says(forbids("iam:CreateUser", "*"))), admin},
		"a deny of one way":                  {attached(awsAdmin) + ofUser(says(forbids("iam:AttachUserPolicy", "*"))), admin},
		"a deny on some":                     {attached(awsAdmin) + ofUser(says(forbids("iam:*", "arn:aws:iam::*:role/protected-*"))), admin},
		"a deny without MFA":                 {attached(awsAdmin) + noMFA, admin},
		"a deny elsewhere":                   {attached(awsAdmin) + ofUser(says(provided(forbids("*", "*"), network))), open},
		"a policy that is not understood":    {attached(awsAdmin) + inline("UserPolicyList", "odd", "%7B"), open},
		"everything elsewhere, and all gone": {ofUser(says(provided(lets("*", "*"), network), forbids("iam:*", "*"))), denied},
	} {
		groups := "<member><GroupName>admins</GroupName><Arn>arn:aws:iam::" + member + ":group/admins</Arn>" + attached(awsAdmin) + "</member>" +
			"<member><GroupName>denied</GroupName><Arn>arn:aws:iam::" + member + ":group/denied</Arn>" + attached(denyAll) + "</member>"
		policies := policyXML("bound", says(lets("*", "*"), forbids("iam:*", "*"), forbids("organizations:*", "*"))) +
			policyXML("loose", says(lets("*", "*"), forbids("iam:Attach*", "*"), forbids("iam:Put*", "*")))
		got, gap := readDetails(t, lists(userXML("eve", c.user), groups, "", policies))
		if gap.Cause != "" || len(got.Users[0].Grants) == 0 || got.Users[0].Grants[0].Grant != c.want {
			t.Errorf("%s: %+v %+v, want %s", name, got.Users, gap, c.want)
		}
		for _, g := range got.Users[0].Grants[1:] {
			if g.Grant != account.GrantUndecodable {
				t.Errorf("%s: also %+v", name, g)
			}
		}
	}
}
