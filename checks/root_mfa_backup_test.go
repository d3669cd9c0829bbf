package checks_test

import (
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// looked is what a root session saw; nil is a root user with a password and nothing else.
func looked(change func(*account.RootAudit)) edit {
	return func(f *account.Facts) {
		seen := &account.RootAudit{Password: account.Yes, MFADevices: []account.RootDevice{}, AssumedRootARN: rootOfThis}
		if change != nil {
			change(seen)
		}
		f.RootAudit = account.Known(seen)
	}
}

func holdingDevices(kinds ...account.DeviceKind) edit {
	return looked(func(a *account.RootAudit) {
		for _, k := range kinds {
			serial := map[account.DeviceKind]string{account.DeviceVirtual: "arn:aws:iam::111122223333:mfa/phone", account.DeviceFIDO: "arn:aws:iam::111122223333:u2f/root/safe-ABC", account.DeviceTOTP: "GAHT12345678"}[k]
			a.MFADevices = append(a.MFADevices, account.RootDevice{SerialNumber: serial + "x", Kind: k})
		}
	})
}

func noLook(cause account.Cause) edit {
	return func(f *account.Facts) {
		f.RootAudit = account.Missing[*account.RootAudit](account.Gap{Cause: cause, Call: "iam:ListMFADevices",
			Sentence: "a service control policy denies root sessions in account 111122223333"})
	}
}

func TestRootMFABackup(t *testing.T) {
	const id, list = "root-mfa-backup", "iam:ListVirtualMFADevices"
	fresh, stale := vouched(id, 30*day), vouched(id, -day)
	noMFA := both(set(account.SummaryMFAEnabled, 0), row(func(r *account.RootRow) { r.MFA = account.No }))
	noMFATold := both(unset(account.SummaryMFAEnabled), row(func(r *account.RootRow) { r.MFA = account.AnswerUnknown }))
	second := devices([2]string{oldRootSerial, rootOfThis}, [2]string{"arn:aws:iam::111122223333:mfa/safe", rootOfThis})
	untold := both(unset(account.SummaryPasswordPresent), row(func(r *account.RootRow) { r.Password = account.AnswerUnknown }))
	vouchTable(t, id, []vouchedCase{
		{name: "nobody counted, nobody spoke", status: checks.Manual, says: "nobody has attested it"},
		{name: "somebody spoke", word: fresh, status: checks.Pass, says: "Ana Silva said on 2026-11-12"},
		{name: "and that went stale", word: stale, status: checks.Manual, says: "stale on 2026-11-21"},
		{name: "about another check", word: vouched("root-password-custody", day), status: checks.Manual},

		{name: "two virtual devices", edits: second, status: checks.Pass, says: "2 virtual MFA devices"},
		{name: "two virtual devices of the management account", edits: both(second, role(account.Management), untold), status: checks.Pass},
		{name: "one virtual device", edits: virtualRoot, status: checks.Manual},
		{name: "no MFA", edits: noMFA, status: checks.Fail, says: "no MFA device at all"},
		{name: "no MFA, whatever somebody said", edits: noMFA, word: fresh, status: checks.Fail},
		{name: "no MFA, list denied", edits: both(noMFA, noDevices(account.Denied)), status: checks.Fail},
		{name: "no credentials", edits: noCredentials, status: checks.NotApplicable, says: "no device to lose"},

		{name: "a session saw two", edits: holdingDevices(account.DeviceTOTP, account.DeviceFIDO), status: checks.Pass, says: "2 MFA devices, by a root session's list"},
		{name: "a session saw one", edits: holdingDevices(account.DeviceFIDO), status: checks.Fail, says: "one MFA device and no second one"},
		{name: "a session saw one, and two people can use it", edits: holdingDevices(account.DeviceFIDO), word: fresh, status: checks.Pass, says: "Ana Silva said"},
		{name: "a session saw one, and the word is stale", edits: holdingDevices(account.DeviceFIDO), word: stale, status: checks.Fail, says: "nobody vouches now"},
		{name: "a session tells alone", edits: both(noSummary(account.Denied), noReport(account.Denied), noDevices(account.Denied), holdingDevices(account.DeviceVirtual, account.DeviceFIDO)), status: checks.Pass},
		{name: "a session saw none, against the summary", edits: looked(nil), status: checks.Unknown, says: "saw no MFA device, and the account summary", gap: "iam:ListMFADevices"},
		{name: "a session was denied", edits: noLook(account.Denied), status: checks.Unknown, says: "not known: a service control policy denies root sessions", gap: "iam:ListMFADevices"},
		{name: "a session was denied, and somebody spoke", edits: noLook(account.Denied), word: fresh, status: checks.Pass},
		{name: "a session was denied, and two are virtual", edits: both(noLook(account.Denied), second), status: checks.Pass},

		{name: "list denied", edits: noDevices(account.Denied), status: checks.Unknown, gap: list},
		{name: "list denied, and somebody spoke", edits: noDevices(account.Denied), word: fresh, status: checks.Pass},
		{name: "MFA not told", edits: noMFATold, word: fresh, status: checks.Unknown, gap: "iam:GetCredentialReport"},
		{name: "a member's password not told", edits: both(second, untold), status: checks.Unknown, gap: "iam:GetAccountSummary"},
		{name: "nobody tells whose root it is", edits: both(untold, role(account.RoleUnknown)), status: checks.Unknown, gap: "organizations:DescribeOrganization"},
		{name: "an account whose id is not known", edits: both(second, func(f *account.Facts) { f.ID = account.ID{} }), status: checks.Unknown, gap: list},
	})
}

// Devices of an IAM user whose name or serial number has "root" in it are no
// devices of root, and root's under a name of its own is one.
func TestRootMFABackupMistakesOfOthers(t *testing.T) {
	judgeTable(t, "root-mfa-backup", []judged{
		{name: "chroot-admin's virtual device", edits: devices([2]string{oldRootSerial, rootOfThis}, [2]string{"arn:aws:iam::111122223333:mfa/chroot-admin", ownAccount + "user/chroot-admin"}), status: checks.Manual},
		{name: "a user's device with root's old serial number", edits: devices([2]string{oldRootSerial, ownAccount + "user/root"}, [2]string{"arn:aws:iam::111122223333:mfa/a", rootOfThis}), status: checks.Manual},
		{name: "devices under names of their own", edits: devices([2]string{"arn:aws:iam::111122223333:mfa/alice-phone", rootOfThis}, [2]string{"arn:aws:iam::111122223333:mfa/bob-phone", rootOfThis}), status: checks.Pass},
		{name: "root of another account", edits: devices([2]string{oldRootSerial, rootOfThis}, [2]string{"arn:aws:iam::444455556666:mfa/x", "arn:aws:iam::444455556666:root"}), status: checks.Manual},
		{name: "a not_supported column", edits: both(unset(account.SummaryPasswordPresent), role(account.Management), row(func(r *account.RootRow) { r.Password = account.AnswerUnknown })), status: checks.Manual},
	})
}

type vouchedCase struct {
	name   string
	edits  edit
	word   func(*checks.Case)
	status checks.Status
	says   string
	gap    string
}

func vouchTable(t *testing.T, id string, table []vouchedCase) {
	t.Helper()
	for _, tt := range table {
		t.Run(tt.name, func(t *testing.T) {
			c := checks.Case{Facts: healthy(), Policy: checks.DefaultPolicy()}
			if tt.edits != nil {
				tt.edits(&c.Facts)
			}
			if tt.word != nil {
				tt.word(&c)
			}
			got := find(t, checks.Run(c), id)
			soundFinding(t, got)
			if got.Status != tt.status || !contains(got.Summary, tt.says) || tt.gap != "" && !names(got.Gaps, tt.gap) {
				t.Errorf("%s: %s %v, want %s, %q, %s", got.Status, got.Summary, got.Gaps, tt.status, tt.says, tt.gap)
			}
		})
	}
}

func TestRootRemovalReadiness(t *testing.T) {
	noContact := func(f *account.Facts) { f.BillingContact = account.Known[*account.AlternateContact](nil) }
	contactDenied := func(f *account.Facts) {
		f.SecurityContact = account.Missing[*account.AlternateContact](account.Gap{Cause: account.Denied})
	}
	noBudgets := func(cause account.Cause) edit {
		return func(f *account.Facts) { f.Budgets = account.Missing[[]account.Budget](account.Gap{Cause: cause}) }
	}
	used := func(active account.Answer, ago time.Duration) edit {
		return both(set(account.SummaryAccessKeysPresent, 1), slot(1, key(active, at(now.Add(-ago)))))
	}
	keyless := func(f *account.Facts) { looked(nil)(f) }
	judgeTable(t, "root-removal-readiness", []judged{
		{name: "all is there", status: checks.Pass, says: "could go"},
		{name: "a key that rests since 90 days", edits: used(account.Yes, 90*day), status: checks.Pass},
		{name: "a key that was never used", edits: both(set(account.SummaryAccessKeysPresent, 1), slot(2, key(account.Yes, never))), status: checks.Pass},
		{name: "no IAM admin, single sign-on", status: checks.Pass},
		{name: "an IAM admin alone", edits: both(noRoles, adminsAre(1)), status: checks.Pass},

		{name: "no contact", edits: noContact, status: checks.Fail, says: "there is no billing contact."},
		{name: "no admin", edits: noRoles, status: checks.Fail, says: "nobody but root is an admin."},
		{name: "an admin without a way in", edits: both(noRoles, userIs("a", nil, throughGroup)), status: checks.Fail, says: "nobody but root is an admin (not counted: 1 who has no way in"},
		{name: "an admin, report old", edits: both(noRoles, adminsAre(1), reportAge(25*time.Hour)), status: checks.Unknown, gap: "iam:GenerateCredentialReport"},
		{name: "a key in use", edits: used(account.Yes, 89*day), status: checks.Fail, says: "a root access key was used within 90 days."},
		{name: "an inactive key that was in use", edits: used(account.No, 10*day), status: checks.Fail},
		{name: "no billing access", edits: noBudgets(account.NotEnabled), status: checks.Fail, says: "IAM has no access to billing."},
		{name: "several", edits: both(noContact, noRoles), status: checks.Fail, says: "there is no billing contact; nobody but root is an admin."},
		{name: "no contact, and the rest denied", edits: both(noContact, whoDenied, noBudgets(account.Denied)), status: checks.Fail},

		{name: "an active key that was deleted since", edits: slot(1, key(account.Yes, at(now.Add(-day)))), status: checks.Pass},
		{name: "a session saw no key", edits: both(noReport(account.Denied), keyless), status: checks.Pass},
		{name: "no credentials", edits: noCredentials, status: checks.NotApplicable, says: "no root credentials left"},

		{name: "contact denied", edits: contactDenied, status: checks.Unknown, gap: "account:GetAlternateContact"},
		{name: "budgets denied", edits: noBudgets(account.Denied), status: checks.Unknown, gap: "budgets:ViewBudget"},
		{name: "roster denied", edits: whoDenied, status: checks.Unknown, gap: callWho},
		{name: "an admin under a condition alone", edits: both(noRoles, userIs("a", withMFA, has("x", "", account.GrantConditional))), status: checks.Unknown, gap: callWho},
		{name: "report denied", edits: noReport(account.Denied), status: checks.Unknown, gap: "iam:GetCredentialReport"},
		{name: "report old", edits: reportAge(25 * time.Hour), status: checks.Unknown, gap: "iam:GenerateCredentialReport"},
		{name: "report old, and a key was in use", edits: both(used(account.Yes, 10*day), reportAge(25*time.Hour)), status: checks.Fail},
		{name: "last use not told", edits: both(set(account.SummaryAccessKeysPresent, 1), slot(1, key(account.Yes, account.Use{}))), status: checks.Unknown, says: "access_key_1_last_used_date", gap: "iam:GetCredentialReport"},
		{name: "password not told", edits: both(unset(account.SummaryPasswordPresent), row(func(r *account.RootRow) { r.Password = account.AnswerUnknown })), status: checks.Unknown, gap: "iam:GetAccountSummary"},
	})
}
