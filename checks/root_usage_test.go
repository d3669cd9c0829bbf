package checks_test

import (
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

func password(u account.Use) edit {
	return row(func(r *account.RootRow) { r.PasswordLastUsed = u })
}

func TestRootUsage(t *testing.T) {
	const generate, report = "iam:GenerateCredentialReport", "iam:GetCredentialReport"
	ago := func(d time.Duration) account.Use { return at(now.Add(-d)) }
	neverUsed := password(never)
	untold := account.Use{}
	oneDay := checks.Policy{RootUsageWindow: 24 * time.Hour}

	judgeTable(t, "root-usage", []judged{
		{name: "long ago", status: checks.Pass, says: "Root was last used on 2026-08-24 06:00 UTC (password_last_used), 90 days before this check; as of the credential report of 2026-11-22 04:00 UTC."},
		{name: "never", edits: neverUsed, status: checks.Pass, says: "never used"},
		{name: "password an hour ago", edits: password(ago(time.Hour)), status: checks.Fail, says: "The root password was used on 2026-11-22 05:00 UTC, less than a day before this check; the window is 7 days."},
		{name: "password at the edge of the window", edits: password(ago(7 * day)), status: checks.Fail, says: "7 days before this check"},
		{name: "password just outside the window", edits: password(ago(7*day + time.Second)), status: checks.Pass},
		{name: "password by a date in the future", edits: password(ago(-time.Hour)), status: checks.Fail, says: "after this check by its own date"},
		{name: "key 1 yesterday", edits: slot(1, key(account.Yes, ago(30*time.Hour))), status: checks.Fail, says: "Root access key 1 was used on 2026-11-21 00:00 UTC in us-east-1 for s3, 1 day before this check"},
		{name: "key 2 yesterday, though it is inactive now", edits: slot(2, key(account.No, ago(day))), status: checks.Fail, says: "Root access key 2"},
		{name: "the newest of three is named", edits: both(password(ago(3*day)), slot(1, key(account.Yes, ago(2*day))), slot(2, key(account.Yes, ago(4*day)))), status: checks.Fail, says: "Root access key 1"},
		{name: "keys long ago, password never", edits: both(neverUsed, slot(2, key(account.Yes, ago(400*day)))), status: checks.Pass, says: "access_key_2_last_used_date"},

		{name: "window of a day", edits: password(ago(3 * day)), policy: oneDay, status: checks.Pass},
		{name: "window of a day, used within", edits: password(ago(20 * time.Hour)), policy: oneDay, status: checks.Fail, says: "the window is 1 day."},
		{name: "a window below a day is a day", edits: password(ago(20 * time.Hour)), policy: checks.Policy{RootUsageWindow: time.Hour}, status: checks.Fail},
		{name: "a negative window is the default", edits: password(ago(6 * day)), policy: checks.Policy{RootUsageWindow: -1}, status: checks.Fail},
		{name: "a window in hours", edits: password(ago(20 * time.Hour)), policy: checks.Policy{RootUsageWindow: 36 * time.Hour}, status: checks.Fail, says: "the window is 36 hours."},

		{name: "password untold", edits: password(untold), status: checks.Unknown, says: "the credential report does not tell password_last_used", gap: report},
		{name: "key 1 untold", edits: slot(1, account.AccessKey{Credential: emptySlot.Credential}), status: checks.Unknown, says: "access_key_1_last_used_date", gap: report},
		{name: "key 2 untold and password never", edits: both(neverUsed, slot(2, account.AccessKey{})), status: checks.Unknown, says: "access_key_2_last_used_date", gap: report},
		{name: "password untold, but key used", edits: both(password(untold), slot(1, key(account.Yes, ago(day)))), status: checks.Fail},
		{name: "two untold", edits: both(password(untold), slot(2, account.AccessKey{})), status: checks.Unknown, says: "password_last_used and access_key_2_last_used_date", gap: report},
		{name: "report a day old", edits: reportAge(day), status: checks.Pass},
		{name: "report older than a day", edits: reportAge(day + time.Minute), status: checks.Unknown, says: "more than 24 hours", gap: generate},
		{name: "report older than a day, never used", edits: both(neverUsed, reportAge(3*day)), status: checks.Unknown, gap: generate},
		{name: "report older than a day, and untold", edits: both(password(untold), reportAge(3*day)), status: checks.Unknown, says: "password_last_used", gap: generate},
		{name: "report older than a day, and used", edits: both(password(ago(3*day)), reportAge(2*day)), status: checks.Fail},
		{name: "window of a day, of which the report saw nothing and the events may not be read", edits: both(reportAge(20*time.Hour), nothingOf(account.Denied)), policy: oneDay, status: checks.Unknown, says: "cloudtrail:LookupEvents was denied"},
		{name: "window of a day, of which the report saw most", edits: both(reportAge(2*time.Hour), nothingOf(account.Denied)), policy: oneDay, status: checks.Pass},
		{name: "no password any more, and the events may not be read", edits: both(noCredentials, nothingOf(account.Denied)), status: checks.Unknown, says: "cloudtrail:LookupEvents was denied"},
		{name: "no password any more, and the events have no use", edits: noCredentials, status: checks.Pass, says: "never used"},
		{name: "a key was deleted within the window", edits: events(account.RootEvent{At: now.Add(-day), Name: "DeleteAccessKey", Kind: account.RootAssumed}), status: checks.Unknown, says: "no date of the access key that was deleted on 2026-11-21 06:00 UTC", gap: report},
		{name: "a key was deleted before it", edits: events(account.RootEvent{At: now.Add(-8 * day), Name: "DeleteAccessKey", Kind: account.RootAssumed}), status: checks.Pass},
		{name: "report not ready", edits: noReport(account.NotReady), status: checks.Unknown, says: "not ready yet", gap: report},
		{name: "report denied", edits: noReport(account.Denied), status: checks.Unknown, says: "iam:GetCredentialReport was denied", gap: report},
		{name: "summary denied", edits: noSummary(account.Denied), status: checks.Pass},
		{name: "no time of observation", edits: func(f *account.Facts) { f.ObservedAt = time.Time{} }, status: checks.Unknown, gap: report},
	})
}

func TestRootUsageMistakesOfOthers(t *testing.T) {
	ago := func(d time.Duration) account.Use { return at(now.Add(-d)) }
	judgeTable(t, "root-usage", []judged{
		{name: "if/elif on dates: a key used today beside an old password", edits: both(password(ago(365*day)), slot(1, key(account.Yes, ago(time.Hour)))), status: checks.Fail, says: "key 1"},
		{name: "if/elif on dates: the second key used today beside an old first", edits: both(slot(1, key(account.Yes, ago(365*day))), slot(2, key(account.Yes, ago(time.Hour)))), status: checks.Fail, says: "key 2"},
		{name: "only the password looked at", edits: both(password(never), slot(2, key(account.Yes, ago(day)))), status: checks.Fail, says: "key 2"},
		{name: "inverted comparison: a key used yesterday passes", edits: slot(1, key(account.Yes, ago(day))), status: checks.Fail},
		{name: "inverted comparison: a key used 200 days ago fails", edits: slot(1, key(account.Yes, ago(200*day))), status: checks.Pass},
		{name: "not_supported is taken for never", edits: password(account.Use{}), status: checks.Unknown, gap: "iam:GetCredentialReport"},
		{name: "a root without credentials gets no finding", edits: noCredentials, status: checks.Pass, says: "never used"},
		{name: "credentials deleted after a use yesterday", edits: both(noCredentials, password(ago(day))), status: checks.Fail},
		{name: "denied is reported as a failure", edits: noReport(account.Denied), status: checks.Unknown, gap: "iam:GetCredentialReport"},
	})
}

func TestRootUsageEvidence(t *testing.T) {
	f := find(t, checks.Run(checks.Case{Facts: healthy(slot(1, key(account.Yes, at(now.Add(-day))))), Policy: checks.DefaultPolicy()}), "root-usage")
	for name, want := range map[string]string{
		"GeneratedTime":               "2026-11-22T04:00:00Z",
		"password_last_used":          "2026-08-24T06:00:00Z",
		"access_key_1_last_used_date": "2026-11-21T06:00:00Z in us-east-1 for s3",
		"access_key_2_last_used_date": "never",
	} {
		if got := value(f, name); got != want {
			t.Errorf("evidence %s is %q, want %q", name, got, want)
		}
	}
}
