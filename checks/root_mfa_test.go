package checks_test

import (
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

func TestRootMFA(t *testing.T) {
	mfaOff := both(set(account.SummaryMFAEnabled, 0), row(func(r *account.RootRow) { r.MFA = account.No }))
	passwordUntold := both(unset(account.SummaryPasswordPresent), row(func(r *account.RootRow) { r.Password = account.AnswerUnknown }))
	passwordGone := both(set(account.SummaryPasswordPresent, 0), row(func(r *account.RootRow) { r.Password = account.No }))
	const summary, report = "iam:GetAccountSummary", "iam:GetCredentialReport"

	judgeTable(t, "root-mfa", []judged{
		{name: "password and MFA", status: checks.Pass, says: "Root has MFA."},
		{name: "password and no MFA", edits: mfaOff, status: checks.Fail, says: "a password and no MFA"},
		{name: "no credentials at all", edits: noCredentials, status: checks.Pass, says: "no root credentials"},
		{name: "no credentials, and MFA left over", edits: both(noCredentials, set(account.SummaryMFAEnabled, 1)), status: checks.Pass, says: "no root credentials"},
		{name: "no credentials in the management account", edits: both(noCredentials, role(account.Management)), status: checks.Pass},
		{name: "an active key does not touch a root with MFA", edits: both(set(account.SummaryAccessKeysPresent, 1), slot(1, key(account.Yes, never))), status: checks.Pass, says: "Root has MFA."},

		{name: "only a key is left, and no MFA", edits: both(mfaOff, passwordGone, set(account.SummaryAccessKeysPresent, 1), slot(2, key(account.Yes, never))), status: checks.Fail, says: "it has an access key."},
		{name: "only an inactive key is left", edits: both(mfaOff, passwordGone, slot(1, key(account.No, never))), status: checks.Fail, says: "it has an access key."},
		{name: "only a certificate is left", edits: both(mfaOff, passwordGone, set(account.SummarySigningCertificates, 1)), status: checks.Fail, says: "it has a signing certificate."},
		{name: "a key and a certificate are left", edits: both(mfaOff, passwordGone, set(account.SummarySigningCertificates, 1), set(account.SummaryAccessKeysPresent, 2)), status: checks.Fail, says: "an access key and a signing certificate"},
		{name: "a key of the report was deleted since", edits: both(noCredentials, slot(1, key(account.Yes, never))), status: checks.Pass, says: "no root credentials"},

		{name: "password untold in GovCloud's management account", edits: both(mfaOff, passwordUntold, role(account.Management), inGovCloud), status: checks.Unknown, says: "whether it has a password"},
		{name: "password untold in the management account", edits: both(mfaOff, passwordUntold, role(account.Management)), status: checks.Fail, says: "management account always has a password"},
		{name: "password untold in a standalone account", edits: both(mfaOff, passwordUntold, role(account.Standalone)), status: checks.Fail, says: "standalone account"},
		{name: "password untold in a member", edits: both(mfaOff, passwordUntold), status: checks.Unknown, says: "whether it has a password is not known", gap: summary},
		{name: "password untold and the role unknown", edits: both(mfaOff, passwordUntold, role(account.RoleUnknown)), status: checks.Unknown, gap: report},
		{name: "who could tell the role is named", edits: both(mfaOff, passwordUntold, role(account.RoleUnknown)), status: checks.Unknown, gap: "organizations:DescribeOrganization"},
		{name: "a standalone account whose password is known to be gone", edits: both(noCredentials, role(account.Standalone)), status: checks.Pass},
		{name: "keys untold without a password", edits: both(mfaOff, passwordGone, unset(account.SummaryAccessKeysPresent), slot(1, account.AccessKey{})), status: checks.Unknown, says: "the access key columns", gap: report},
		{name: "certificates untold without a password", edits: both(mfaOff, passwordGone, unset(account.SummarySigningCertificates),
			row(func(r *account.RootRow) { r.Certificates[0] = account.Credential{} })), status: checks.Unknown, says: "AccountSigningCertificatesPresent", gap: summary},

		{name: "summary denied, report fresh with MFA", edits: noSummary(account.Denied), status: checks.Pass},
		{name: "summary denied, report fresh without MFA", edits: both(noSummary(account.Denied), row(func(r *account.RootRow) { r.MFA = account.No })), status: checks.Fail},
		{name: "summary denied, report just a day old", edits: both(noSummary(account.Denied), reportAge(day)), status: checks.Pass},
		{name: "summary denied, report older than a day", edits: both(noSummary(account.Denied), reportAge(day+1)), status: checks.Unknown, says: "iam:GetAccountSummary was denied", gap: "iam:GenerateCredentialReport"},
		{name: "summary denied, report of no known time", edits: both(noSummary(account.Denied), func(f *account.Facts) {
			r, _ := f.CredentialReport.Get()
			r.GeneratedAt = time.Time{}
			f.CredentialReport = account.Known(r)
		}), status: checks.Unknown, says: "of an unknown time", gap: "iam:GenerateCredentialReport"},
		{name: "report denied, summary with MFA", edits: noReport(account.Denied), status: checks.Pass},
		{name: "report denied, no credentials by the summary", edits: both(noCredentials, noReport(account.Denied)), status: checks.Pass, says: "no root credentials"},
		{name: "both denied", edits: both(noSummary(account.Denied), noReport(account.Denied)), status: checks.Unknown, says: "iam:GetAccountSummary was denied; iam:GetCredentialReport was denied", gap: report},
		{name: "role not deployed", edits: both(noSummary(account.NotOnboarded), noReport(account.NotOnboarded)), status: checks.Unknown, says: "the audit role could not be assumed", gap: summary},

		{name: "the summary wins: MFA was switched off since", edits: set(account.SummaryMFAEnabled, 0), status: checks.Fail},
		{name: "the summary wins: MFA was switched on since", edits: row(func(r *account.RootRow) { r.MFA = account.No }), status: checks.Pass},
		{name: "an answer of 2 is no yes", edits: both(set(account.SummaryMFAEnabled, 2), noReport(account.NotReady)), status: checks.Unknown, gap: report},
		{name: "a negative count is no answer", edits: both(set(account.SummaryMFAEnabled, -1), noReport(account.Throttled)), status: checks.Unknown, says: "throttled", gap: summary},
		{name: "an old report cannot say that there is no password", edits: both(mfaOff, passwordGone, unset(account.SummaryPasswordPresent), reportAge(3*day)), status: checks.Unknown, gap: "iam:GenerateCredentialReport"},
		{name: "an old report can say that there is a password", edits: both(mfaOff, unset(account.SummaryPasswordPresent), reportAge(3*day)), status: checks.Fail},
		{name: "an old report cannot say that there are no keys", edits: both(noCredentials, unset(account.SummaryAccessKeysPresent), reportAge(3*day)), status: checks.Unknown, gap: summary},
	})
}

// Mistakes seen in other tools, each as the case that it gets wrong.
func TestRootMFAMistakesOfOthers(t *testing.T) {
	device := func(arn string) edit {
		return func(f *account.Facts) {
			f.VirtualMFADevices = account.Known([]account.VirtualMFADevice{{SerialNumber: "arn:aws:iam::111122223333:mfa/any-name", UserARN: arn}})
		}
	}
	noMFA := both(set(account.SummaryMFAEnabled, 0), row(func(r *account.RootRow) { r.MFA = account.No }))
	judgeTable(t, "root-mfa", []judged{
		{name: "a root without credentials is neither skipped nor failed", edits: noCredentials, status: checks.Pass},
		{name: "an organization with central root access may still have members with passwords", edits: both(noMFA, role(account.Member)), status: checks.Fail},
		{name: "only the password looked at: a key without MFA is a credential", edits: both(noMFA, set(account.SummaryPasswordPresent, 0), set(account.SummaryAccessKeysPresent, 1)), status: checks.Fail},
		{name: "inactive keys are credentials too", edits: both(noMFA, set(account.SummaryPasswordPresent, 0), slot(2, key(account.No, never))), status: checks.Fail},
		{name: "the device of a user called chroot-admin is not root's", edits: both(noMFA, device("arn:aws:iam::111122223333:user/chroot-admin")), status: checks.Fail},
		{name: "the device of chroot-admin does not spoil root's MFA", edits: device("arn:aws:iam::111122223333:user/chroot-admin"), status: checks.Pass},
		{name: "a virtual device of any name is MFA", edits: device("arn:aws:iam::111122223333:root"), status: checks.Pass},
		{name: "not_supported as password is not a no", edits: both(noMFA, unset(account.SummaryPasswordPresent),
			row(func(r *account.RootRow) { r.Password = account.AnswerUnknown })), status: checks.Unknown, gap: "iam:GetAccountSummary"},
		{name: "a summary without the MFA key is not MFA off", edits: both(unset(account.SummaryMFAEnabled), noReport(account.Denied)), status: checks.Unknown, says: "answered without AccountMFAEnabled", gap: "iam:GetAccountSummary"},
		{name: "a summary without the key count is not no keys", edits: both(noCredentials, unset(account.SummaryAccessKeysPresent), noReport(account.Denied)), status: checks.Unknown, gap: "iam:GetCredentialReport"},
		{name: "denied is not a failure", edits: both(noSummary(account.Denied), noReport(account.Denied)), status: checks.Unknown, gap: "iam:GetAccountSummary"},
		{name: "undecodable is not denied", edits: both(noSummary(account.Undecodable), noReport(account.Undecodable)), status: checks.Unknown, says: "could not be read", gap: "iam:GetAccountSummary"},
	})
}

func TestRootMFAShowsBothSourcesWhereTheyDisagree(t *testing.T) {
	f := find(t, checks.Run(checks.Case{Facts: healthy(set(account.SummaryMFAEnabled, 0)), Policy: checks.DefaultPolicy()}), "root-mfa")
	for name, want := range map[string]string{
		"AccountMFAEnabled": "0", "mfa_active": "true", "AccountPasswordPresent": "1", "GeneratedTime": "2026-11-22T04:00:00Z",
	} {
		if got := value(f, name); got != want {
			t.Errorf("evidence %s is %q, want %q", name, got, want)
		}
	}
	f = find(t, checks.Run(checks.Case{Facts: healthy(unset(account.SummarySigningCertificates)), Policy: checks.DefaultPolicy()}), "root-mfa")
	if got := value(f, "AccountSigningCertificatesPresent"); got != "not answered" {
		t.Errorf("a missing key shows as %q", got)
	}
}
