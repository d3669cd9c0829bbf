package checks_test

import (
	"testing"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// devices replaces the list of virtual MFA devices: serial number, user.
func devices(pairs ...[2]string) edit {
	return func(f *account.Facts) {
		list := []account.VirtualMFADevice{}
		for _, p := range pairs {
			list = append(list, account.VirtualMFADevice{SerialNumber: p[0], UserARN: p[1]})
		}
		f.VirtualMFADevices = account.Known(list)
	}
}

func noDevices(cause account.Cause) edit {
	return func(f *account.Facts) {
		f.VirtualMFADevices = account.Missing[[]account.VirtualMFADevice](account.Gap{Cause: cause})
	}
}

// inGovCloud is where nobody signs in as root, and root can have no MFA device.
func inGovCloud(f *account.Facts) { f.Partition = "aws-us-gov" }

const (
	oldRootSerial = "arn:aws:iam::111122223333:mfa/root-account-mfa-device"
	rootOfThis    = "arn:aws:iam::111122223333:root"
)

var virtualRoot = devices([2]string{"arn:aws:iam::111122223333:mfa/phone", rootOfThis})

func TestRootHardwareMFA(t *testing.T) {
	const summary, report, list = "iam:GetAccountSummary", "iam:GetCredentialReport", "iam:ListVirtualMFADevices"
	noMFA := both(set(account.SummaryMFAEnabled, 0), row(func(r *account.RootRow) { r.MFA = account.No }))
	untoldPassword := both(unset(account.SummaryPasswordPresent), row(func(r *account.RootRow) { r.Password = account.AnswerUnknown }))
	inManagement := checks.Policy{RootHardwareMFA: checks.HardwareInManagement}

	judgeTable(t, "root-hardware-mfa", []judged{
		{name: "no virtual device is anybody's", status: checks.Pass, says: "non-virtual: a hardware token, a security key or a synced passkey"},
		{name: "summary denied, report has MFA", edits: noSummary(account.Denied), status: checks.Pass},
		{name: "report denied", edits: noReport(account.Denied), status: checks.Pass},
		{name: "management account, nobody tells of the password", edits: both(role(account.Management), untoldPassword), status: checks.Pass},

		{name: "virtual", edits: virtualRoot, status: checks.Fail, says: "Root's MFA is a virtual device, or one of its devices is."},
		{name: "two virtual", edits: devices([2]string{oldRootSerial, rootOfThis}, [2]string{"arn:aws:iam::111122223333:mfa/b", rootOfThis}), status: checks.Fail, says: "2 of root's MFA devices are virtual."},
		{name: "virtual, though the summary says that there is no MFA", edits: both(virtualRoot, noMFA), status: checks.Fail, says: "virtual"},
		{name: "virtual, and nobody tells whether there is MFA", edits: both(virtualRoot, unset(account.SummaryMFAEnabled), row(func(r *account.RootRow) { r.MFA = account.AnswerUnknown })), status: checks.Fail},
		{name: "virtual in the management account, password untold", edits: both(virtualRoot, role(account.Management), untoldPassword), status: checks.Fail},
		{name: "virtual, and an access key is all that root has", edits: both(virtualRoot, noCredentials, set(account.SummaryAccessKeysPresent, 1)), status: checks.Fail},
		{name: "no MFA at all", edits: noMFA, status: checks.Fail, says: "Root has no MFA device at all."},
		{name: "no MFA at all, list denied", edits: both(noMFA, noDevices(account.Denied)), status: checks.Fail},

		{name: "GovCloud's management account, nobody tells of the password", edits: both(role(account.Management), inGovCloud, untoldPassword, noMFA), status: checks.Unknown},

		{name: "no credentials", edits: noCredentials, status: checks.NotApplicable, says: "no root credentials"},
		{name: "no credentials, list denied", edits: both(noCredentials, noDevices(account.Denied)), status: checks.NotApplicable},
		{name: "no credentials, a device left behind", edits: both(noCredentials, set(account.SummaryMFAEnabled, 1), virtualRoot), status: checks.NotApplicable},

		{name: "list denied", edits: noDevices(account.Denied), status: checks.Unknown, says: "iam:ListVirtualMFADevices was denied", gap: list},
		{name: "list and MFA missing", edits: both(noDevices(account.Throttled), noSummary(account.Denied), row(func(r *account.RootRow) { r.MFA = account.AnswerUnknown })),
			status: checks.Unknown, says: "was throttled; iam:GetAccountSummary was denied", gap: summary},
		{name: "nobody tells whether there is MFA", edits: both(unset(account.SummaryMFAEnabled), noReport(account.Denied)), status: checks.Unknown, gap: report},
		{name: "a member's password untold", edits: both(virtualRoot, untoldPassword), status: checks.Unknown, says: "Whether root has credentials", gap: summary},
		{name: "a member's password untold, list denied", edits: both(untoldPassword, noDevices(account.Denied)), status: checks.Unknown, gap: list},
		{name: "an account whose id is not known", edits: both(virtualRoot, func(f *account.Facts) { f.ID = account.ID{} }), status: checks.Unknown, gap: list},

		{name: "required in management alone: member", edits: virtualRoot, policy: inManagement, status: checks.Pass, says: "checks.root_hardware_mfa asks for more in the management account alone."},
		{name: "required in management alone: management", edits: both(virtualRoot, role(account.Management)), policy: inManagement, status: checks.Fail},
		{name: "required in management alone: standalone is its own", edits: both(virtualRoot, role(account.Standalone)), policy: inManagement, status: checks.Fail},
		{name: "required in management alone: role not told", edits: both(virtualRoot, role(account.RoleUnknown)), policy: inManagement, status: checks.Unknown, gap: "organizations:DescribeOrganization"},
		{name: "required in management alone: member without MFA", edits: noMFA, policy: inManagement, status: checks.Fail},
		{name: "required in management alone: member's list denied", edits: noDevices(account.Denied), policy: inManagement, status: checks.Unknown, gap: list},
		{name: "required everywhere", edits: virtualRoot, policy: checks.Policy{RootHardwareMFA: checks.HardwareEverywhere}, status: checks.Fail},
	})
}

func TestRootHardwareMFAMistakesOfOthers(t *testing.T) {
	judgeTable(t, "root-hardware-mfa", []judged{
		{name: "a user with root in its name", edits: devices([2]string{"arn:aws:iam::111122223333:mfa/chroot-admin", "arn:aws:iam::111122223333:user/chroot-admin"}), status: checks.Pass},
		{name: "a user called root", edits: devices([2]string{"arn:aws:iam::111122223333:mfa/root", "arn:aws:iam::111122223333:user/root"}), status: checks.Pass},
		{name: "a user whose path ends like root's ARN", edits: devices([2]string{"arn:aws:iam::111122223333:mfa/x", "arn:aws:iam::111122223333:user/a:root"}), status: checks.Pass},
		{name: "a user's device with root's old serial number", edits: devices([2]string{oldRootSerial, "arn:aws:iam::111122223333:user/alice"}), status: checks.Pass},
		{name: "root's device under a name of its own", edits: devices([2]string{"arn:aws:iam::111122223333:mfa/alice-phone", rootOfThis}), status: checks.Fail},
		{name: "root of another account", edits: devices([2]string{"arn:aws:iam::444455556666:mfa/x", "arn:aws:iam::444455556666:root"}), status: checks.Pass},
		{name: "another partition", edits: both(func(f *account.Facts) { f.Partition = "aws-us-gov" },
			devices([2]string{"arn:aws-us-gov:iam::111122223333:mfa/x", "arn:aws-us-gov:iam::111122223333:root"})), status: checks.Fail},
		{name: "a partition that was not told", edits: both(func(f *account.Facts) { f.Partition = "" },
			devices([2]string{"arn:aws-cn:iam::111122223333:mfa/x", "arn:aws-cn:iam::111122223333:root"})), status: checks.Fail},
		{name: "a hardware device beside the virtual one", edits: virtualRoot, status: checks.Fail},
		{name: "a root without credentials fails", edits: noCredentials, status: checks.NotApplicable},
		{name: "the organization's flag passes a member", edits: both(virtualRoot, func(f *account.Facts) {
			f.RootFeatures = account.Known(&account.RootFeatures{CredentialsManagement: true, Sessions: true})
		}), status: checks.Fail},
	})
}

func TestRootHardwareMFAEvidence(t *testing.T) {
	for name, tt := range map[string]struct {
		edits edit
		want  string
	}{
		"none":       {devices(), "none"},
		"a user's":   {devices([2]string{oldRootSerial, "arn:aws:iam::111122223333:user/alice"}), "none"},
		"virtual":    {virtualRoot, "arn:aws:iam::111122223333:mfa/phone"},
		"not listed": {noDevices(account.Denied), ""},
	} {
		f := find(t, checks.Run(checks.Case{Facts: healthy(tt.edits), Policy: checks.DefaultPolicy()}), "root-hardware-mfa")
		if got := value(f, "virtual MFA devices of root"); got != tt.want {
			t.Errorf("%s: evidence shows %q, want %q", name, got, tt.want)
		}
	}
}
