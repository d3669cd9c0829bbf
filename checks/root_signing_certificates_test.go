package checks_test

import (
	"testing"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

func certificateSlot(n int, c account.Credential) edit {
	return row(func(r *account.RootRow) { r.Certificates[n-1] = c })
}

func TestRootSigningCertificates(t *testing.T) {
	const summary, report = "iam:GetAccountSummary", "iam:GetCredentialReport"
	one := set(account.SummarySigningCertificates, 1)
	active, inactive, untold := certificate(account.Yes), certificate(account.No), account.Credential{}

	judgeTable(t, "root-signing-certificates", []judged{
		{name: "none", status: checks.Pass, says: "Root has no signing certificate."},
		{name: "no credentials", edits: noCredentials, status: checks.Pass},
		{name: "active", edits: both(one, certificateSlot(1, active)), status: checks.Fail, says: "an active signing certificate in slot 1, made or last rotated 2021-06-01."},
		{name: "active, its date untold", edits: both(one, certificateSlot(2, account.Credential{Active: account.Yes})), status: checks.Fail, says: "an active signing certificate in slot 2."},
		{name: "two active", edits: both(set(account.SummarySigningCertificates, 2), certificateSlot(1, active), certificateSlot(2, active)), status: checks.Fail, says: "2 active signing certificates"},
		{name: "one active, one inactive", edits: both(one, certificateSlot(1, inactive), certificateSlot(2, active)), status: checks.Fail, says: "active signing certificate in slot 2"},
		{name: "active by an old report, summary denied", edits: both(noSummary(account.Denied), certificateSlot(1, active), reportAge(9*day)), status: checks.Fail},

		{name: "inactive only", edits: certificateSlot(1, inactive), status: checks.Fail, severity: checks.Medium, says: "inactive signing certificate in slot 1, made or last rotated 2021-06-01. Disabled is not deleted."},
		{name: "two inactive", edits: both(one, certificateSlot(1, inactive), certificateSlot(2, inactive)), status: checks.Fail, severity: checks.Medium, says: "2 inactive"},
		{name: "inactive beside an untold slot", edits: both(one, certificateSlot(1, inactive), certificateSlot(2, untold)), status: checks.Fail, says: "whether slot 2 holds an active one"},
		{name: "inactive beside an untold slot, none counted", edits: both(certificateSlot(1, untold), certificateSlot(2, inactive)), status: checks.Fail, severity: checks.Medium},

		{name: "counted, report denied", edits: both(one, noReport(account.Denied)), status: checks.Fail, says: "A root signing certificate exists; whether it is active was not read."},
		{name: "counted, report shows none yet", edits: one, status: checks.Fail},
		{name: "none counted, report denied", edits: noReport(account.Denied), status: checks.Unknown, says: "whether it has an inactive one is not known", gap: report},
		{name: "none counted, the report's was deleted since", edits: certificateSlot(1, active), status: checks.Pass, says: "deleted since"},
		{name: "summary denied, fresh report with empty slots", edits: noSummary(account.Denied), status: checks.Pass},
		{name: "summary denied, old report with empty slots", edits: both(noSummary(account.Denied), reportAge(2*day)), status: checks.Unknown, says: "Whether root has a signing certificate", gap: "iam:GenerateCredentialReport"},
		{name: "summary denied, a slot untold", edits: both(noSummary(account.Denied), certificateSlot(2, untold)), status: checks.Unknown, says: "the certificate columns", gap: report},
		{name: "both denied", edits: both(noSummary(account.Denied), noReport(account.Denied)), status: checks.Unknown, gap: summary},
		{name: "a summary without the count is taken for 0", edits: both(unset(account.SummarySigningCertificates), noReport(account.Denied)), status: checks.Unknown, says: "AccountSigningCertificatesPresent", gap: summary},
		{name: "a key is taken for a certificate", edits: both(set(account.SummaryAccessKeysPresent, 1), slot(1, key(account.Yes, never))), status: checks.Pass},
	})
}

func TestRootSigningCertificatesNamesAnInactiveOne(t *testing.T) {
	f := find(t, checks.Run(checks.Case{Facts: healthy(certificateSlot(2, certificate(account.No))), Policy: checks.DefaultPolicy()}), "root-signing-certificates")
	if f.Short != "Root has an inactive signing certificate" {
		t.Errorf("it is called %q", f.Short)
	}
	for name, want := range map[string]string{
		"AccountSigningCertificatesPresent": "0", "cert_1_active": "false", "cert_1_last_rotated": "",
		"cert_2_active": "false", "cert_2_last_rotated": "2021-06-01T06:00:00Z", "GeneratedTime": "2026-11-22T04:00:00Z",
	} {
		if got := value(f, name); got != want {
			t.Errorf("evidence %q is %q, want %q", name, got, want)
		}
	}
}
