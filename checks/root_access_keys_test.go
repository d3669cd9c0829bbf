package checks_test

import (
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

func TestRootAccessKeys(t *testing.T) {
	const summary, report = "iam:GetAccountSummary", "iam:GetCredentialReport"
	fourDaysAgo := at(now.Add(-4*day - time.Hour))
	one := set(account.SummaryAccessKeysPresent, 1)
	untold := account.AccessKey{}

	judgeTable(t, "root-access-keys", []judged{
		{name: "none", status: checks.Pass, says: "Root has no access key."},
		{name: "active", edits: both(one, slot(1, key(account.Yes, fourDaysAgo))), status: checks.Fail,
			says: "an active access key in slot 1: made or last rotated 2021-06-01, last used 4 days before this check in us-east-1 for s3."},
		{name: "active, used an hour ago", edits: both(one, slot(2, key(account.Yes, at(now.Add(-time.Hour))))), status: checks.Fail, says: "last used 0 days before"},
		{name: "active, used by a date after this check", edits: both(one, slot(2, key(account.Yes, at(now.Add(time.Hour))))), status: checks.Fail, says: "last used 0 days before"},
		{name: "active, used a day ago", edits: both(one, slot(2, key(account.Yes, at(now.Add(-day))))), status: checks.Fail, says: "last used 1 day before"},
		{name: "active, never used", edits: both(one, slot(1, key(account.Yes, never))), status: checks.Fail, says: "never used"},
		{name: "active, last use untold", edits: both(one, slot(1, account.AccessKey{Credential: account.Credential{Active: account.Yes}})), status: checks.Fail, says: "slot 1: last use not told"},
		{name: "two active", edits: both(set(account.SummaryAccessKeysPresent, 2), slot(1, key(account.Yes, at(now.Add(-40*day)))), slot(2, key(account.Yes, fourDaysAgo))),
			status: checks.Fail, says: "2 active access keys; the one in slot 2"},
		{name: "one active, one inactive", edits: both(one, slot(1, key(account.No, never)), slot(2, key(account.Yes, never))), status: checks.Fail, says: "active access key in slot 2"},
		{name: "active by an old report, summary denied", edits: both(noSummary(account.Denied), slot(1, key(account.Yes, never)), reportAge(9*day)), status: checks.Fail, says: "active"},
		{name: "active beside an untold slot", edits: both(noSummary(account.Denied), slot(1, key(account.Yes, never)), slot(2, untold)), status: checks.Fail},

		{name: "inactive only", edits: slot(1, key(account.No, fourDaysAgo)), status: checks.Fail, severity: checks.Medium, says: "Disabled is not deleted."},
		{name: "inactive only, and the summary counts it", edits: both(one, slot(1, key(account.No, fourDaysAgo))), status: checks.Fail, severity: checks.Medium, says: "inactive access key in slot 1"},
		{name: "inactive only, summary denied", edits: both(noSummary(account.Denied), slot(2, key(account.No, never))), status: checks.Fail, severity: checks.Medium},
		{name: "two inactive", edits: both(slot(1, key(account.No, never)), slot(2, key(account.No, never))), status: checks.Fail, severity: checks.Medium, says: "2 inactive"},
		{name: "inactive beside an untold slot", edits: both(one, slot(1, key(account.No, never)), slot(2, untold)), status: checks.Fail, says: "whether slot 2 holds an active one"},
		{name: "inactive beside an untold slot, none counted", edits: both(slot(1, untold), slot(2, key(account.No, never))), status: checks.Fail, severity: checks.Medium},
		{name: "inactive beside one deleted since", edits: both(slot(1, key(account.Yes, never)), slot(2, key(account.No, never))), status: checks.Fail, severity: checks.Medium, says: "inactive access key in slot 2"},

		{name: "counted, report denied", edits: both(one, noReport(account.Denied)), status: checks.Fail, says: "whether it is active was not read"},
		{name: "counted, report shows none yet", edits: one, status: checks.Fail, says: "whether it is active was not read"},
		{name: "counted, report silent", edits: both(one, slot(1, untold), slot(2, untold)), status: checks.Fail},
		{name: "none counted, report denied", edits: noReport(account.Denied), status: checks.Unknown, says: "whether it has an inactive one is not known", gap: report},
		{name: "none counted, old report with empty slots", edits: reportAge(2 * day), status: checks.Unknown, says: "more than 24 hours", gap: "iam:GenerateCredentialReport"},
		{name: "none counted, report silent", edits: both(slot(1, untold), slot(2, untold)), status: checks.Unknown, gap: report},
		{name: "none counted, the report's active key was deleted since", edits: slot(1, key(account.Yes, never)), status: checks.Pass, says: "deleted since"},
		{name: "summary denied, fresh report with empty slots", edits: noSummary(account.Denied), status: checks.Pass},
		{name: "summary without the count, fresh report with empty slots", edits: unset(account.SummaryAccessKeysPresent), status: checks.Pass},
		{name: "summary denied, old report with empty slots", edits: both(noSummary(account.Denied), reportAge(2*day)), status: checks.Unknown, says: "more than 24 hours", gap: "iam:GenerateCredentialReport"},
		{name: "summary denied, a slot untold", edits: both(noSummary(account.Denied), slot(2, untold)), status: checks.Unknown, gap: report},
		{name: "both denied", edits: both(noSummary(account.Denied), noReport(account.NotReady)), status: checks.Unknown, says: "iam:GetCredentialReport is not ready yet", gap: summary},
	})
}

func TestRootAccessKeysMistakesOfOthers(t *testing.T) {
	judgeTable(t, "root-access-keys", []judged{
		{name: "inactive keys are left out", edits: slot(1, key(account.No, never)), status: checks.Fail, severity: checks.Medium},
		{name: "a root without credentials gets no finding", edits: noCredentials, status: checks.Pass},
		{name: "the organization's flag hides a member's key", edits: both(role(account.Member), set(account.SummaryAccessKeysPresent, 1), slot(1, key(account.Yes, never))), status: checks.Fail},
		{name: "not_supported is taken for none", edits: both(noSummary(account.Denied), slot(1, account.AccessKey{LastUsed: never})), status: checks.Unknown, gap: "iam:GetAccountSummary"},
		{name: "a summary without the key is taken for 0", edits: both(unset(account.SummaryAccessKeysPresent), noReport(account.Denied)), status: checks.Unknown, says: "AccountAccessKeysPresent", gap: "iam:GetAccountSummary"},
		{name: "denied is reported as a failure", edits: both(noSummary(account.Denied), noReport(account.Denied)), status: checks.Unknown, gap: "iam:GetAccountSummary"},
	})
}

func TestRootAccessKeysNamesAnInactiveKey(t *testing.T) {
	for active, want := range map[account.Answer]string{account.No: "Root has an inactive access key", account.Yes: ""} {
		if f := find(t, checks.Run(checks.Case{Facts: healthy(set(account.SummaryAccessKeysPresent, 1), slot(1, key(active, never))), Policy: checks.DefaultPolicy()}), "root-access-keys"); f.Status != checks.Fail || f.Short != want {
			t.Errorf("active %v: it is %s and called %q, want %q", active, f.Status, f.Short, want)
		}
	}
}

func TestRootAccessKeysEvidenceFindsTheOwner(t *testing.T) {
	f := find(t, checks.Run(checks.Case{Facts: healthy(set(account.SummaryAccessKeysPresent, 1), slot(1, key(account.Yes, at(now.Add(-4*day-time.Hour))))), Policy: checks.DefaultPolicy()}), "root-access-keys")
	for name, want := range map[string]string{
		"AccountAccessKeysPresent":           "1",
		"GeneratedTime":                      "2026-11-22T04:00:00Z",
		"access_key_1_active":                "true",
		"access_key_1_last_rotated":          "2021-06-01T06:00:00Z",
		"access_key_1_last_used_date":        "2026-11-18T05:00:00Z",
		"access_key_1_last_used_region":      "us-east-1",
		"access_key_1_last_used_service":     "s3",
		"access_key_1 days since last use":   "4",
		"access_key_2_active":                "false",
		"access_key_2_last_used_date":        "",
		"access_key_2 days since last use":   "",
		"access_key_2_last_rotated":          "",
		"access_key_2_last_used_service":     "",
		"something that is no evidence here": "",
	} {
		if got := value(f, name); got != want {
			t.Errorf("evidence %q is %q, want %q", name, got, want)
		}
	}
}

func TestRootAccessKeysWithoutAPlace(t *testing.T) {
	k := key(account.Yes, at(now.Add(-40*day)))
	k.LastUsedRegion, k.LastUsedService = "", ""
	f := find(t, checks.Run(checks.Case{Facts: healthy(set(account.SummaryAccessKeysPresent, 1), slot(1, k)), Policy: checks.DefaultPolicy()}), "root-access-keys")
	if got := value(f, "access_key_1_last_used_region"); got != "not told" {
		t.Errorf("region is %q", got)
	}
}
