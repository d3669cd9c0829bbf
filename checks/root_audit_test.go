package checks_test

import (
	"strings"
	"testing"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

// darkBut is an account of which a root session alone told anything.
func darkBut(session edit) edit {
	return both(noSummary(account.NotOnboarded), noReport(account.NotOnboarded), noDevices(account.NotOnboarded), session)
}

// Where no role lets us in, a root session still tells what root has.
func TestRootSessionTells(t *testing.T) {
	bare := looked(func(a *account.RootAudit) { a.Password = account.No })
	for id, table := range map[string][]judged{
		"root-mfa": {
			{name: "a device", edits: darkBut(holdingDevices(account.DeviceTOTP)), status: checks.Pass, says: "Root has MFA."},
			{name: "none, and a password", edits: darkBut(looked(nil)), status: checks.Fail, says: "Root has a password and no MFA."},
			{name: "no credentials", edits: darkBut(bare), status: checks.Pass, says: "no root credentials"},
			{name: "none, and a key", edits: darkBut(looked(func(a *account.RootAudit) { a.Password, a.AccessKeys = account.No, 1 })), status: checks.Fail, says: "it has an access key"},
			{name: "the session failed", edits: darkBut(noLook(account.Denied)), status: checks.Unknown, gap: "iam:GetAccountSummary"},
		},
		"root-hardware-mfa": {
			{name: "a telephone", edits: darkBut(holdingDevices(account.DeviceVirtual)), status: checks.Fail},
			{name: "a telephone among others", edits: darkBut(holdingDevices(account.DeviceTOTP, account.DeviceFIDO, account.DeviceVirtual)), status: checks.Fail},
			{name: "a telephone that the list has too", edits: both(virtualRoot, looked(func(a *account.RootAudit) {
				a.MFADevices = []account.RootDevice{{SerialNumber: "arn:aws:iam::111122223333:mfa/phone", Kind: account.DeviceVirtual}}
			})), status: checks.Fail, says: "Root's MFA is a virtual device, or one of its devices is."},
			{name: "a token and a key", edits: darkBut(holdingDevices(account.DeviceTOTP, account.DeviceFIDO)), status: checks.Pass, says: "by a root session's list: hardware token, security key or passkey."},
			{name: "a kind that nobody knows", edits: darkBut(holdingDevices("")), status: checks.Unknown, gap: "iam:ListMFADevices"},
			{name: "none, against the summary", edits: looked(nil), status: checks.Unknown, gap: "iam:ListMFADevices"},
			{name: "none", edits: darkBut(looked(nil)), status: checks.Fail, says: "no MFA device at all"},
			{name: "no credentials", edits: darkBut(bare), status: checks.NotApplicable},
		},
		"root-access-keys": {
			{name: "none", edits: darkBut(looked(nil)), status: checks.Pass, says: "Root has no access key."},
			{name: "none, with an old report of one", edits: both(looked(nil), slot(1, key(account.No, never)), reportAge(30*day)), status: checks.Pass, says: "deleted since"},
			{name: "none, and the summary counts one", edits: both(looked(nil), set(account.SummaryAccessKeysPresent, 1)), status: checks.Fail},
			{name: "active", edits: darkBut(looked(func(a *account.RootAudit) { a.AccessKeys, a.ActiveKeys = 2, 1 })), status: checks.Fail, says: "the credential report does not tell of it yet"},
			{name: "active, and the report shows it", edits: both(looked(func(a *account.RootAudit) { a.AccessKeys, a.ActiveKeys = 1, 1 }), slot(2, key(account.Yes, never))), status: checks.Fail, says: "active access key in slot 2"},
			{name: "inactive, which the summary does not count", edits: looked(func(a *account.RootAudit) { a.AccessKeys = 1 }), status: checks.Fail, severity: checks.Medium, says: "Disabled is not deleted."},
			{name: "made inactive since the report", edits: both(set(account.SummaryAccessKeysPresent, 1), looked(func(a *account.RootAudit) { a.AccessKeys = 1 }), slot(1, key(account.Yes, never))), status: checks.Fail, severity: checks.Medium},
		},
		"root-signing-certificates": {
			{name: "none", edits: darkBut(looked(nil)), status: checks.Pass},
			{name: "one", edits: darkBut(looked(func(a *account.RootAudit) { a.Certificates = 1 })), status: checks.Fail, says: "whether it is active was not read"},
			{name: "one, inactive by the report", edits: both(looked(func(a *account.RootAudit) { a.Certificates = 1 }), row(func(r *account.RootRow) { r.Certificates[0] = certificate(account.No) })), status: checks.Fail, severity: checks.Medium},
		},
		"root-central-management": {
			{name: "no credentials", edits: darkBut(bare), status: checks.Pass},
		},
	} {
		t.Run(id, func(t *testing.T) { judgeTable(t, id, table) })
	}
}

// The session's answers are shown with the calls that gave them.
func TestRootSessionEvidence(t *testing.T) {
	f := healthy(looked(func(a *account.RootAudit) {
		a.AccessKeys, a.ActiveKeys, a.Certificates = 2, 1, 1
		a.MFADevices = []account.RootDevice{{SerialNumber: "GAHT12345678", Kind: account.DeviceTOTP}, {SerialNumber: "arn:aws:iam::111122223333:sms-mfa/x"}}
	}))
	got := find(t, checks.Run(checks.Case{Facts: f}), "root-mfa")
	for name, want := range map[string]string{
		"root's MFA devices in a root session": "GAHT12345678 (hardware token), arn:aws:iam::111122223333:sms-mfa/x (of a kind that is not known here)",
		"root's password in a root session":    "true", "root's access keys in a root session": "2, 1 of them active", "root's signing certificates in a root session": "1",
	} {
		if v := value(got, name); v != want {
			t.Errorf("%s is %q, want %q", name, v, want)
		}
	}
}
