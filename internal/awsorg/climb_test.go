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
		{"to write a policy of his anew", attached(custom("versions")), sure, "iam:CreatePolicyVersion"},
		{"to write policies of others anew", ofUser(says(lets("iam:CreatePolicyVersion", "*"))), none, ""},
		{"to attach to roles", ofUser(says(lets("iam:AttachRolePolicy", "*"))), open, "iam:AttachRolePolicy"},
		{"to attach to some roles", ofUser(says(lets("iam:AttachRolePolicy", "arn:aws:iam::*:role/app-*"))), none, ""},
		{"to make roles and attach to them", ofUser(says(lets("iam:AttachRolePolicy", "*"), lets("iam:CreateRole", "*"))), sure, "iam:AttachRolePolicy"},

		{"under a condition", ofUser(says(provided(lets("iam:PutUserPolicy", "*"), mfa))), open, "iam:PutUserPolicy"},
		{"under a condition, and without", ofUser(says(provided(lets("iam:PutUserPolicy", "*"), mfa), lets("iam:AttachUserPolicy", "*"))), sure, "iam:AttachUserPolicy"},
		{"some policies only", ofUser(says(provided(lets("iam:AttachUserPolicy", "*"), `{'ArnEquals':{'iam:PolicyARN':'arn:aws:iam::aws:policy/ReadOnlyAccess'}}`))), open, "iam:AttachUserPolicy"},
		{"those under a boundary only", ofUser(says(provided(lets("iam:PutUserPolicy", "*"), `{'StringEquals':{'iam:PermissionsBoundary':'`+custom("limit")+`'}}`))), none, ""},
		{"another's name only", ofUser(says(provided(lets("iam:PutUserPolicy", "*"), `{'StringEquals':{'aws:username':'bob'}}`))), none, ""},

		{"denied by another policy", attached(awsIAM) + ofUser(says(forbids("iam:*", "*"))), none, ""},
		{"denied everything by AWS's policy", attached(awsIAM, "arn:aws:iam::aws:policy/AWSDenyAll"), none, ""},
		{"denied by a group's policy", attached(awsIAM) + inGroup("denied"), none, ""},
		{"one way denied of several", attached(awsIAM) + ofUser(says(forbids("iam:AttachUserPolicy", "*"))), sure, "iam:PutUserPolicy"},
		{"denied without MFA", attached(awsIAM) + ofUser(says(provided(`{'Effect':'Deny','NotAction':'iam:GetUser','Resource':'*'}`, `{'BoolIfExists':{'aws:MultiFactorAuthPresent':'false'}}`))), open, ""},
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
		policies := policyXML("versions", says(lets("iam:CreatePolicyVersion", "*"))) + policyXML("limit", says(lets("iam:*User*", "*"), forbids("iam:DeleteUserPermissionsBoundary", "*")))
		got, gap := readDetails(t, lists(userXML("eve", c.user), groups, "", policies))
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
