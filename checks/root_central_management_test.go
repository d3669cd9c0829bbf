package checks_test

import (
	"testing"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// features makes the account the management account of an organization with these.
func features(f account.RootFeatures) edit {
	return both(role(account.Management), func(facts *account.Facts) { facts.RootFeatures = account.Known(&f) })
}

func noFeatures(g account.Gap) edit {
	return func(f *account.Facts) { f.RootFeatures = account.Missing[*account.RootFeatures](g) }
}

func TestRootCentralManagement(t *testing.T) {
	const list, describe = "iam:ListOrganizationsFeatures", "organizations:DescribeOrganization"
	denied := account.Gap{Call: list, Cause: account.Denied}
	untold := both(noSummary(account.Denied), noReport(account.NotReady))

	judgeTable(t, "root-central-management", []judged{
		{name: "management, both on", edits: features(account.RootFeatures{CredentialsManagement: true, Sessions: true}), status: checks.Pass, says: "are on for the organization."},
		{name: "management, both on, root unread", edits: both(features(account.RootFeatures{CredentialsManagement: true, Sessions: true}), untold), status: checks.Pass},
		{name: "management, neither on", edits: features(account.RootFeatures{}), status: checks.Fail, says: "Neither"},
		{name: "management, credentials alone", edits: features(account.RootFeatures{CredentialsManagement: true}), status: checks.Fail, severity: checks.Medium, says: "root sessions are off"},
		{name: "management, sessions alone", edits: features(account.RootFeatures{Sessions: true}), status: checks.Fail, says: "root credentials management is off"},
		{name: "management, only bills", edits: features(account.RootFeatures{NotAllFeatures: true}), status: checks.NotApplicable, says: "with all features"},
		{name: "management, denied", edits: both(role(account.Management), noFeatures(denied)), status: checks.Unknown, says: list + " was denied", gap: list},
		{name: "management, no credentials, denied", edits: both(role(account.Management), noCredentials, noFeatures(denied)), status: checks.Unknown, gap: list},
		{name: "management that was in no organization when it was asked", edits: role(account.Management), status: checks.NotApplicable},
		{name: "standalone", edits: role(account.Standalone), status: checks.NotApplicable, says: "in no organization"},
		{name: "standalone, nothing read", edits: both(role(account.Standalone), nothingRead(account.Denied)), status: checks.NotApplicable},

		{name: "member without credentials", edits: noCredentials, status: checks.Pass, says: "no password, no access key, no certificate."},
		{name: "member without credentials, features unknown", edits: both(noCredentials, noFeatures(denied)), status: checks.Pass},
		{name: "member with a password", status: checks.NotApplicable, says: "judged once, in the management account"},
		{name: "member with a password, features unknown", edits: noFeatures(denied), status: checks.NotApplicable},
		{name: "member with an inactive key alone", edits: both(noCredentials, slot(1, key(account.No, never))), status: checks.NotApplicable},
		{name: "member, password untold", edits: both(unset(account.SummaryPasswordPresent), noReport(account.Denied)), status: checks.Unknown, says: "AccountPasswordPresent", gap: "iam:GetAccountSummary"},
		{name: "member, root unread", edits: untold, status: checks.Unknown, says: "Whether this member's root has credentials", gap: "iam:GetCredentialReport"},

		{name: "member with a password, the audit blocked", whole: under("denied, the audit too"), status: checks.Fail, says: "policy p-held at ou-prod denies AssumeRoot sessions iam:ListAccessKeys"},
		{name: "member without credentials, the audit blocked", edits: noCredentials, whole: under("denied, the audit too"), status: checks.Fail},
		{name: "member unread, the audit blocked", edits: untold, whole: under("denied, the audit too"), status: checks.Fail},
		{name: "the trap of the article of 2021: its MFA policy blocks the audit", edits: noCredentials, whole: under("MFA as in 2021"), status: checks.Fail, says: "exempt them with the Null condition on aws:AssumedRoot"},
		{name: "its MFA policy, the audit spared", edits: noCredentials, whole: under("MFA, the audit spared"), status: checks.Pass},
		{name: "whether MFA is asked of the audit AWS does not tell", edits: noCredentials, whole: under("MFA that keys get round"), status: checks.Unknown, says: "depends on aws:MultiFactorAuthPresent", gap: "organizations:DescribePolicy"},
		{name: "held to a range, the audit too", edits: noCredentials, whole: under("a range for the audit too"), status: checks.Pass},
		{name: "nothing allowed, so not the audit", edits: noCredentials, whole: under("nothing is allowed but S3"), status: checks.Fail, says: "the lack of a policy at ou-prod that allows it denies"},
		{name: "policies denied, no credentials", edits: noCredentials, whole: noPolicies(account.Denied), status: checks.Unknown, gap: "organizations:ListPolicies"},
		{name: "policies denied, a password", whole: noPolicies(account.Denied), status: checks.Unknown, gap: "organizations:ListPolicies"},
		{name: "policies off", edits: noCredentials, whole: []func(*checks.Organization){policiesOff}, status: checks.Pass},
		{name: "the management account is never covered", edits: features(account.RootFeatures{CredentialsManagement: true, Sessions: true}), whole: under("denied, the audit too"), status: checks.Pass},
		{name: "role not told, no credentials, the audit blocked", edits: both(role(account.RoleUnknown), noCredentials), whole: under("denied, the audit too"), status: checks.Fail},
		{name: "role not told, a password: the policy may not reach it", edits: role(account.RoleUnknown), whole: under("denied, the audit too"), status: checks.Unknown},
		{name: "role not told, no credentials: only a member can be without", edits: both(role(account.RoleUnknown), noCredentials), status: checks.Pass},
		{name: "role not told", edits: role(account.RoleUnknown), status: checks.Unknown, says: "Whether this is the management account", gap: describe},
		{name: "role not told, root unread", edits: both(role(account.RoleUnknown), untold), status: checks.Unknown, gap: "iam:GetAccountSummary"},
	})
}

func TestRootCentralManagementMistakesOfOthers(t *testing.T) {
	on := func(f *account.Facts) {
		f.RootFeatures = account.Known(&account.RootFeatures{CredentialsManagement: true, Sessions: true})
	}
	judgeTable(t, "root-central-management", []judged{
		{name: "root sessions are not looked at", edits: features(account.RootFeatures{CredentialsManagement: true}), status: checks.Fail, severity: checks.Medium},
		{name: "the organization's flag passes a member with a password", edits: on, status: checks.NotApplicable},
		{name: "the organization's flag fails each of 5,000 members", status: checks.NotApplicable},
	})
}

func TestRootCentralManagementNamesWhatIsOff(t *testing.T) {
	f := find(t, checks.Run(checks.Case{Facts: healthy(features(account.RootFeatures{CredentialsManagement: true})), Policy: checks.DefaultPolicy()}), "root-central-management")
	if f.Short != "Central root sessions are off" || value(f, "RootCredentialsManagement") != "true" || value(f, "RootSessions") != "false" {
		t.Errorf("%+v", f)
	}
}
