package checks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

const (
	callWho    = "iam:GetAccountAuthorizationDetails"
	awsAdmin   = "arn:aws:iam::aws:policy/AdministratorAccess"
	ownAccount = "arn:aws:iam::111122223333:"
)

// userIs adds an IAM user with these grants, to the roster and to the report;
// without MFA, password and keys unless change says otherwise.
func userIs(name string, change func(*account.UserRow), grants ...account.PolicyGrant) edit {
	return func(f *account.Facts) {
		who, _ := f.Authorization.Get()
		who.Users = append(slices.Clone(who.Users), account.Principal{Name: name, ARN: ownAccount + "user/" + name, Grants: grants})
		f.Authorization = account.Known(who)
		report, _ := f.CredentialReport.Get()
		row := account.UserRow{Name: name, ARN: ownAccount + "user/" + name, Password: account.No, MFA: account.No, PasswordLastUsed: never, Keys: [2]account.AccessKey{emptySlot, emptySlot}}
		if change != nil {
			change(&row)
		}
		report.Users = append(slices.Clone(report.Users), row)
		f.CredentialReport = account.Known(report)
	}
}

func has(policy, group string, g account.Grant) account.PolicyGrant {
	return account.PolicyGrant{Policy: policy, Group: group, Grant: g}
}

// climbs is a policy by which a user can make himself an admin, or perhaps can.
func climbs(g account.Grant, group string) account.PolicyGrant {
	return account.PolicyGrant{Policy: "arn:aws:iam::aws:policy/IAMFullAccess", Group: group, Grant: g, Means: "iam:PutUserPolicy"}
}

var throughGroup = has(awsAdmin, "admins", account.GrantAdmin)

func withMFA(u *account.UserRow) { u.Password, u.MFA = account.Yes, account.Yes }

func keysOnly(u *account.UserRow) { u.Keys[1] = key(account.Yes, never) }

// adminsAre adds so many, each through a group and with MFA.
func adminsAre(n int) edit {
	return func(f *account.Facts) {
		for i := range n {
			userIs(fmt.Sprintf("admin-%d", i+1), withMFA, throughGroup)(f)
		}
	}
}

// roleIs makes an admin role of this trust the only one with more than ordinary rights.
func roleIs(trust account.Trust, grant account.Grant) edit {
	return func(f *account.Facts) {
		who, _ := f.Authorization.Get()
		who.Roles = []account.Principal{{Name: "Admin", ARN: ownAccount + "role/Admin", Trust: trust, Grants: []account.PolicyGrant{has(awsAdmin, "", grant)}}}
		f.Authorization = account.Known(who)
	}
}

var noRoles edit = func(f *account.Facts) {
	who, _ := f.Authorization.Get()
	who.Roles = []account.Principal{}
	f.Authorization = account.Known(who)
}

func boundedBy(name string, limit account.Grant) edit {
	return func(f *account.Facts) {
		who, _ := f.Authorization.Get()
		who.Users = slices.Clone(who.Users)
		for i := range who.Users {
			if who.Users[i].Name == name {
				who.Users[i].Boundary = &limit
			}
		}
		f.Authorization = account.Known(who)
	}
}

func whoDenied(f *account.Facts) {
	f.Authorization = account.Missing[account.Authorization](account.Gap{Cause: account.Denied})
}

func TestAdminCount(t *testing.T) {
	conditional := userIs("operator", withMFA, has(ownAccount+"policy/mfa", "", account.GrantConditional))
	odd := userIs("odd", withMFA, has("x", "", account.GrantUndecodable))
	shut := func(name string) edit {
		return userIs(name, func(u *account.UserRow) { u.MFA = account.Yes }, throughGroup)
	}
	inactive := func(u *account.UserRow) { u.Keys[0] = key(account.No, never) }
	judgeTable(t, "admin-count", []judged{
		{name: "single sign-on alone", status: checks.Pass, says: "No IAM user is an admin, and people come as admins through a role of single sign-on."},
		{name: "federated alone", edits: roleIs(account.TrustFederated, account.GrantAdmin), status: checks.Pass},
		{name: "single sign-on and one", edits: adminsAre(1), status: checks.Pass, says: "1 IAM user is an admin, and people come"},
		{name: "two", edits: both(noRoles, adminsAre(2)), status: checks.Pass, says: "2 IAM users are admins, from 2 to 3."},
		{name: "three", edits: both(noRoles, adminsAre(3)), status: checks.Pass},
		{name: "four", edits: adminsAre(4), status: checks.Fail, says: "4 IAM users are admins; 3 should be the most."},
		{name: "one", edits: both(noRoles, adminsAre(1)), status: checks.Fail, says: "1 IAM user is an admin, and no role lets one in"},
		{name: "nobody", edits: noRoles, status: checks.Fail, says: "root is all there is"},
		{name: "a role of other accounts", edits: roleIs(account.TrustAccounts, account.GrantAdmin), status: checks.Unknown, says: "people come as admins through an IAM role cannot be told: it trusts an AWS account", gap: callWho},
		{name: "a role of other accounts, and one user", edits: both(roleIs(account.TrustAccounts, account.GrantAdmin), adminsAre(1)), status: checks.Unknown, gap: callWho},
		{name: "a role of other accounts, and two users", edits: both(roleIs(account.TrustAccounts, account.GrantAdmin), adminsAre(2)), status: checks.Pass},
		{name: "a role of other accounts, and four users", edits: both(roleIs(account.TrustAccounts, account.GrantAdmin), adminsAre(4)), status: checks.Fail},
		{name: "an OIDC provider that nobody knows", edits: roleIs(account.TrustOIDC, account.GrantAdmin), status: checks.Unknown, says: "an OIDC provider that is not known", gap: callWho},
		{name: "an OIDC provider that nobody knows, and two users", edits: both(roleIs(account.TrustOIDC, account.GrantAdmin), adminsAre(2)), status: checks.Pass},
		{name: "a role of machines is nobody", edits: roleIs(account.TrustWorkload, account.GrantAdmin), status: checks.Fail, says: "root is all there is"},
		{name: "a role of machines, and one user", edits: both(roleIs(account.TrustWorkload, account.GrantAdmin), adminsAre(1)), status: checks.Fail},
		{name: "a role of a service is nobody", edits: roleIs(account.TrustService, account.GrantAdmin), status: checks.Fail},
		{name: "people come in, and not as admins", edits: roleIs(account.TrustSSO, account.GrantNearAdmin), status: checks.Fail},

		{name: "a wider bound", edits: adminsAre(4), policy: checks.Policy{AdminUsersMin: 2, AdminUsersMax: 5}, status: checks.Pass},
		{name: "one is enough", edits: both(noRoles, adminsAre(1)), policy: checks.Policy{AdminUsersMin: 1}, status: checks.Pass, says: "from 1 to 3."},
		{name: "at least five, and so at most", edits: both(noRoles, adminsAre(5)), policy: checks.Policy{AdminUsersMin: 5}, status: checks.Pass},

		{name: "near admins are none", edits: both(noRoles, adminsAre(1), userIs("p", withMFA, has("x", "", account.GrantNearAdmin))), status: checks.Fail},
		{name: "one who can make himself an admin is one", edits: both(noRoles, adminsAre(1), userIs("c", withMFA, climbs(account.GrantEscalation, ""))), status: checks.Pass, says: "2 IAM users are admins"},
		{name: "three, and one who can make himself an admin", edits: both(adminsAre(3), userIs("c", withMFA, climbs(account.GrantEscalation, ""))), status: checks.Fail, says: "4 IAM users are admins"},
		{name: "one who may perhaps make himself an admin", edits: both(noRoles, adminsAre(1), userIs("c", withMFA, climbs(account.GrantConditional, ""))), status: checks.Unknown, says: "its way to become one, iam:PutUserPolicy, hangs on", gap: callWho},
		{name: "people come in, and can make themselves admins", edits: roleIs(account.TrustSSO, account.GrantEscalation), status: checks.Pass},
		{name: "a boundary that can be taken off", edits: both(noRoles, adminsAre(1), userIs("c", withMFA, climbs(account.GrantEscalation, "")), boundedBy("c", account.GrantOrdinary)), status: checks.Pass},
		{name: "a boundary of IAM alone", edits: both(noRoles, adminsAre(2), boundedBy("admin-2", account.GrantEscalation)), status: checks.Fail},
		{name: "a boundary leaves nothing of it", edits: both(noRoles, adminsAre(2), boundedBy("admin-2", account.GrantOrdinary)), status: checks.Fail},
		{name: "a boundary that is none", edits: both(noRoles, adminsAre(2), boundedBy("admin-2", account.GrantAdmin)), status: checks.Pass},

		{name: "one of whom a deny takes it is none", edits: both(noRoles, adminsAre(1), userIs("leaver", withMFA, has(awsAdmin, "", account.GrantDenied))), status: checks.Fail, says: "1 IAM user is an admin"},
		{name: "two, and one of whom a deny takes it", edits: both(noRoles, adminsAre(2), userIs("leaver", withMFA, has(awsAdmin, "", account.GrantDenied))), status: checks.Pass},
		{name: "a role of which a deny takes it", edits: roleIs(account.TrustSSO, account.GrantDenied), status: checks.Fail, says: "root is all there is"},

		{name: "two, and one under a condition", edits: both(noRoles, adminsAre(2), conditional), status: checks.Pass},
		{name: "three, and one under a condition", edits: both(noRoles, adminsAre(3), conditional), status: checks.Unknown, says: "under a condition", gap: callWho},
		{name: "one, and one under a condition", edits: both(noRoles, adminsAre(1), conditional), status: checks.Unknown, gap: callWho},
		{name: "one, and one that was not understood", edits: both(noRoles, adminsAre(1), odd), status: checks.Unknown, says: "could not be understood", gap: callWho},
		{name: "four, and one that was not understood", edits: both(adminsAre(4), odd), status: checks.Fail},
		{name: "single sign-on, and one that was not understood", edits: odd, status: checks.Pass},
		{name: "an admin whose boundary was not understood", edits: both(noRoles, adminsAre(2), boundedBy("admin-2", account.GrantUndecodable)), status: checks.Unknown, says: "boundary could not be understood", gap: callWho},
		{name: "an admin whose boundary has a condition", edits: both(noRoles, adminsAre(2), boundedBy("admin-2", account.GrantConditional)), status: checks.Unknown, says: "boundary has a condition", gap: callWho},
		{name: "a role whose trust was not understood", edits: both(roleIs(account.TrustUnknown, account.GrantAdmin), adminsAre(1)), status: checks.Unknown, says: "through an IAM role cannot be told: its trust policy", gap: callWho},
		{name: "a role under a condition", edits: roleIs(account.TrustSSO, account.GrantConditional), status: checks.Unknown, gap: callWho},
		{name: "denied", edits: whoDenied, status: checks.Unknown, gap: callWho},

		{name: "two, without a way in", edits: both(noRoles, shut("a"), shut("b")), status: checks.Fail, says: "No IAM user is an admin (not counted: 2 who have no way in"},
		{name: "one, and one without a way in", edits: both(noRoles, adminsAre(1), shut("a")), status: checks.Fail, says: "1 IAM user is an admin (not counted: 1 who has no way in"},
		{name: "three, and one without a way in", edits: both(adminsAre(3), shut("a")), status: checks.Pass},
		{name: "three, and one without a way in under a condition", edits: both(adminsAre(3), userIs("a", nil, has("x", "", account.GrantConditional))), status: checks.Pass},
		{name: "single sign-on, and one without a way in", edits: shut("a"), status: checks.Pass, says: "No IAM user is an admin (not counted: 1 who has no way in, with neither a password nor an active access key), and people come"},
		{name: "two with keys alone", edits: both(noRoles, userIs("a", keysOnly, throughGroup), userIs("b", keysOnly, throughGroup)), status: checks.Pass},
		{name: "two with inactive keys", edits: both(noRoles, userIs("a", inactive, throughGroup), userIs("b", inactive, throughGroup)), status: checks.Fail},
		{name: "two, report denied", edits: both(noRoles, adminsAre(2), noReport(account.Denied)), status: checks.Unknown, gap: "iam:GetCredentialReport"},
		{name: "four, report denied", edits: both(adminsAre(4), noReport(account.Denied)), status: checks.Unknown, gap: "iam:GetCredentialReport"},
		{name: "one, report denied", edits: both(noRoles, adminsAre(1), noReport(account.Denied)), status: checks.Fail, says: "No more than 1 IAM user is an admin"},
		{name: "single sign-on and three, report denied", edits: both(adminsAre(3), noReport(account.Denied)), status: checks.Pass},
		{name: "two, report old", edits: both(noRoles, adminsAre(2), reportAge(25*time.Hour)), status: checks.Unknown, gap: "iam:GenerateCredentialReport"},
		{name: "two, one not in the report yet", edits: both(noRoles, adminsAre(2), func(f *account.Facts) {
			r, _ := f.CredentialReport.Get()
			r.Users = r.Users[:len(r.Users)-1]
			f.CredentialReport = account.Known(r)
		}), status: checks.Unknown, says: "does not have an admin user yet", gap: "iam:GenerateCredentialReport"},
		{name: "two, one with keys not told", edits: both(noRoles, adminsAre(1), userIs("a", func(u *account.UserRow) { u.Keys[0].Active = account.AnswerUnknown }, throughGroup)), status: checks.Unknown, says: "access_key_1_active", gap: "iam:GetCredentialReport"},
	})
}

// What the answer says of each is shown, and a long list is cut with a word.
func TestAdminEvidence(t *testing.T) {
	f := find(t, checks.Run(checks.Case{Facts: healthy(both(adminsAre(1), userIs("helper", withMFA, has("everything", "", account.GrantAdmin), throughGroup)))}), "admin-count")
	var shown []string
	for _, e := range f.Evidence {
		shown = append(shown, e.Name+"="+e.Value)
	}
	want := "IAM users=2; admin user=admin-1: AdministratorAccess through the group admins; admin user=helper: everything, AdministratorAccess through the group admins; " +
		"admin role=AWSReservedSSO_AdministratorAccess_0123456789abcdef: AdministratorAccess"
	if got := strings.Join(shown, "; "); got != want {
		t.Errorf("evidence is %s", got)
	}
	f = find(t, checks.Run(checks.Case{Facts: healthy(userIs("c", withMFA, climbs(account.GrantEscalation, "operators")))}), "admin-count")
	if got := value(f, "admin user"); got != "c: IAMFullAccess through the group operators (can make itself an admin by iam:PutUserPolicy)" {
		t.Errorf("by what is %q", got)
	}
	f = find(t, checks.Run(checks.Case{Facts: healthy(both(userIs("x", nil, throughGroup), userIs("y", nil, has(awsAdmin, "", account.GrantDenied))))}), "admin-count")
	if shut, denied := value(f, "admin user without a way in"), value(f, "no admin user"); !strings.HasSuffix(shut, "(has no way in: no password, no active access key)") || !strings.Contains(denied, "a deny takes away") {
		t.Errorf("%q, %q", shut, denied)
	}
	f = find(t, checks.Run(checks.Case{Facts: healthy(adminsAre(60))}), "admin-count")
	if last := f.Evidence[len(f.Evidence)-1]; len(f.Evidence) != 41 || last.Value != "22 more are not listed here" {
		t.Errorf("%d lines, the last %+v", len(f.Evidence), last)
	}
}

func TestAdminMFA(t *testing.T) {
	const report = "iam:GetCredentialReport"
	bare := userIs("first", nil, throughGroup)
	rowless := func(f *account.Facts) {
		r, _ := f.CredentialReport.Get()
		r.Users = nil
		f.CredentialReport = account.Known(r)
	}
	judgeTable(t, "admin-mfa", []judged{
		{name: "no admin user", edits: userIs("deploy", nil), status: checks.Pass, says: "No IAM user is an admin."},
		{name: "no admin user, report denied", edits: noReport(account.Denied), status: checks.Pass},
		{name: "all have it", edits: adminsAre(3), status: checks.Pass, says: "Every IAM user who is an admin has MFA"},
		{name: "one has not", edits: both(adminsAre(2), bare), status: checks.Fail, says: "1 IAM user who is an admin has no MFA."},
		{name: "two have not", edits: both(bare, userIs("second", nil, has("all", "", account.GrantAdmin))), status: checks.Fail, says: "2 IAM users who are admins have no MFA."},
		{name: "keys alone", edits: userIs("robot", func(u *account.UserRow) { u.Keys[0] = key(account.Yes, never) }, throughGroup), status: checks.Fail},
		{name: "a user who is none has not", edits: both(adminsAre(1), userIs("guest", func(u *account.UserRow) { u.Password = account.Yes })), status: checks.Pass},
		{name: "one who can make himself an admin has not", edits: userIs("c", nil, climbs(account.GrantEscalation, "")), status: checks.Fail},
		{name: "one who may perhaps make himself an admin has not", edits: userIs("c", nil, climbs(account.GrantConditional, "")), status: checks.Unknown, gap: callWho},
		{name: "one who may perhaps make himself an admin has", edits: userIs("c", withMFA, climbs(account.GrantConditional, "")), status: checks.Pass},
		{name: "one under a condition has not", edits: userIs("operator", nil, has("x", "", account.GrantConditional)), status: checks.Unknown, says: "under a condition", gap: callWho},
		{name: "one under a condition has", edits: userIs("operator", withMFA, has("x", "", account.GrantConditional)), status: checks.Pass},
		{name: "one under a condition and a bare one", edits: both(bare, userIs("operator", nil, has("x", "", account.GrantConditional))), status: checks.Fail},
		{name: "not told", edits: userIs("a", func(u *account.UserRow) { u.MFA = account.AnswerUnknown }, throughGroup), status: checks.Unknown, says: "does not tell mfa_active", gap: report},
		{name: "not in the report yet", edits: both(adminsAre(1), rowless), status: checks.Unknown, says: "does not have an admin user yet", gap: "iam:GenerateCredentialReport"},
		{name: "the report is old", edits: both(bare, reportAge(25*time.Hour)), status: checks.Unknown, gap: "iam:GenerateCredentialReport"},
		{name: "report denied", edits: both(adminsAre(1), noReport(account.Denied)), status: checks.Unknown, gap: report},
		{name: "roster denied", edits: both(bare, whoDenied), status: checks.Unknown, gap: callWho},
		{name: "both denied", edits: both(bare, whoDenied, noReport(account.Denied)), status: checks.Unknown, gap: report},
		{name: "root's row has no MFA", edits: both(adminsAre(1), row(func(r *account.RootRow) { r.MFA = account.No })), status: checks.Pass},
		{name: "another account's user of that name", edits: both(adminsAre(1), func(f *account.Facts) {
			r, _ := f.CredentialReport.Get()
			r.Users = slices.Clone(r.Users)
			r.Users[0].ARN = "arn:aws:iam::444455556666:user/admin-1"
			f.CredentialReport = account.Known(r)
		}), status: checks.Unknown, gap: "iam:GenerateCredentialReport"},
	})
}

func TestAdminByGroup(t *testing.T) {
	judgeTable(t, "admin-by-group", []judged{
		{name: "no admin user", status: checks.Pass, says: "No IAM user is an admin."},
		{name: "through a group", edits: adminsAre(2), status: checks.Pass, says: "through a group"},
		{name: "attached", edits: userIs("a", withMFA, has(awsAdmin, "", account.GrantAdmin)), status: checks.Fail, says: "1 IAM user has admin rights by a policy on the user itself."},
		{name: "inline", edits: both(userIs("a", withMFA, has("all", "", account.GrantAdmin)), adminsAre(1)), status: checks.Fail},
		{name: "attached and through a group", edits: userIs("a", withMFA, throughGroup, has(awsAdmin, "", account.GrantAdmin)), status: checks.Fail},
		{name: "attached, and a boundary leaves nothing", edits: both(userIs("a", withMFA, has(awsAdmin, "", account.GrantAdmin)), boundedBy("a", account.GrantNearAdmin)), status: checks.Pass},
		{name: "attached, boundary not understood", edits: both(userIs("a", withMFA, has(awsAdmin, "", account.GrantAdmin)), boundedBy("a", account.GrantUndecodable)), status: checks.Unknown, gap: callWho},
		{name: "less than admin on the user", edits: userIs("a", nil, has("x", "", account.GrantNearAdmin)), status: checks.Pass},
		{name: "the right to be an admin on the user", edits: userIs("a", withMFA, climbs(account.GrantEscalation, "")), status: checks.Fail},
		{name: "the right to be an admin on the user, who is one by a group", edits: userIs("a", withMFA, throughGroup, climbs(account.GrantEscalation, "")), status: checks.Fail},
		{name: "the right to be an admin through a group", edits: userIs("a", withMFA, climbs(account.GrantEscalation, "operators")), status: checks.Pass, says: "through a group"},
		{name: "perhaps the right to be an admin on the user", edits: userIs("a", withMFA, climbs(account.GrantConditional, "")), status: checks.Unknown, gap: callWho},
		{name: "under a condition on the user", edits: userIs("a", nil, has("x", "", account.GrantConditional)), status: checks.Unknown, gap: callWho},
		{name: "under a condition through a group", edits: userIs("a", nil, has("x", "operators", account.GrantConditional)), status: checks.Pass},
		{name: "not understood on the user, admin through a group", edits: userIs("a", nil, throughGroup, has("x", "", account.GrantUndecodable)), status: checks.Unknown, gap: callWho},
		{name: "denied", edits: whoDenied, status: checks.Unknown, gap: callWho},
	})
}
