package checks_test

import (
	"strings"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

func console(mfa account.Answer) func(*account.UserRow) {
	return func(u *account.UserRow) { u.Password, u.MFA = account.Yes, mfa }
}

func TestUserMFA(t *testing.T) {
	const report = "iam:GetCredentialReport"
	judgeTable(t, "user-mfa", []judged{
		{name: "no users", status: checks.Pass, says: "No IAM user has a console password."},
		{name: "keys alone", edits: userIs("robot", nil), status: checks.Pass},
		{name: "with MFA", edits: userIs("a", console(account.Yes)), status: checks.Pass, says: "1 IAM user has a console password, and has MFA."},
		{name: "two with MFA", edits: both(userIs("a", console(account.Yes)), userIs("b", console(account.Yes))), status: checks.Pass, says: "2 IAM users"},
		{name: "one without", edits: both(userIs("a", console(account.Yes)), userIs("b", console(account.No))), status: checks.Fail, says: "1 IAM user has a console password and no MFA."},
		{name: "one without, of another nobody tells", edits: both(userIs("a", console(account.AnswerUnknown)), userIs("b", console(account.No))), status: checks.Fail},
		{name: "MFA not told", edits: userIs("a", console(account.AnswerUnknown)), status: checks.Unknown, says: "does not tell mfa_active", gap: report},
		{name: "password not told, no MFA", edits: userIs("a", func(u *account.UserRow) { u.Password = account.AnswerUnknown }), status: checks.Unknown, says: "does not tell password_enabled", gap: report},
		{name: "password not told, MFA", edits: userIs("a", func(u *account.UserRow) { u.Password, u.MFA = account.AnswerUnknown, account.Yes }), status: checks.Pass},
		{name: "root has a password and no MFA", edits: row(func(r *account.RootRow) { r.Password, r.MFA = account.Yes, account.No }), status: checks.Pass},
		{name: "the report is old", edits: both(userIs("a", console(account.No)), reportAge(25*time.Hour)), status: checks.Unknown, gap: "iam:GenerateCredentialReport"},
		{name: "report denied", edits: noReport(account.Denied), status: checks.Unknown, gap: report},
	})
}

func holding(slot int, active account.Answer, age time.Duration) func(*account.UserRow) {
	return func(u *account.UserRow) {
		u.Keys[slot-1] = account.AccessKey{Credential: account.Credential{Active: active, RotatedAt: at(now.Add(-age))}, LastUsed: at(now.Add(-time.Hour)), LastUsedRegion: "us-east-1", LastUsedService: "s3"}
	}
}

func TestAccessKeyAge(t *testing.T) {
	const report = "iam:GetCredentialReport"
	undated := func(u *account.UserRow) {
		holding(2, account.Yes, day)(u)
		u.Keys[1].RotatedAt = account.Use{}
	}
	judgeTable(t, "access-key-age", []judged{
		{name: "no users", status: checks.Pass, says: "No IAM user has an active access key."},
		{name: "young", edits: userIs("a", holding(1, account.Yes, 89*day)), status: checks.Pass, says: "1 active access key of an IAM user is younger than 90 days."},
		{name: "of 90 days", edits: userIs("a", holding(1, account.Yes, 90*day)), status: checks.Fail, says: "1 active access key of an IAM user is 90 days old or more; the oldest was made 90 days before this check."},
		{name: "the second slot", edits: both(userIs("a", holding(1, account.Yes, 10*day)), userIs("b", holding(2, account.Yes, 200*day))), status: checks.Fail, says: "200 days"},
		{name: "two old ones", edits: both(userIs("a", holding(1, account.Yes, 100*day)), userIs("b", holding(2, account.Yes, 200*day))), status: checks.Fail, says: "2 active access keys of IAM users are"},
		{name: "an old one that is inactive", edits: userIs("a", holding(1, account.No, 900*day)), status: checks.Pass},
		{name: "made after this check", edits: userIs("a", holding(1, account.Yes, -time.Hour)), status: checks.Pass},
		{name: "whether it is active not told, young", edits: userIs("a", holding(1, account.AnswerUnknown, 10*day)), status: checks.Pass},
		{name: "whether it is active not told, old", edits: userIs("a", holding(1, account.AnswerUnknown, 100*day)), status: checks.Unknown, says: "access_key_1_active", gap: report},
		{name: "its age not told", edits: userIs("a", undated), status: checks.Unknown, says: "access_key_2_last_rotated", gap: report},
		{name: "its age not told, and an old one", edits: both(userIs("a", undated), userIs("b", holding(1, account.Yes, 100*day))), status: checks.Fail},
		{name: "the report is old", edits: both(userIs("a", holding(1, account.Yes, 100*day)), reportAge(25*time.Hour)), status: checks.Unknown, gap: "iam:GenerateCredentialReport"},
		{name: "report denied", edits: noReport(account.Denied), status: checks.Unknown, gap: report},
	})
}

// Prowler's iam_rotate_access_key_90_days, and its rules for unused
// credentials, look at root's row as if it were a user's (the family of its
// issue 464): root has checks of its own.
func TestRootsRowIsNoUsers(t *testing.T) {
	f := healthy(slot(1, key(account.Yes, at(now.Add(-400*day)))), slot(2, key(account.Yes, never)),
		row(func(r *account.RootRow) { r.Password, r.MFA, r.PasswordLastUsed = account.Yes, account.No, never }))
	report := checks.Run(checks.Case{Facts: f, Policy: checks.DefaultPolicy()})
	for _, id := range []string{"access-key-age", "user-mfa", "admin-mfa", "admin-count", "admin-by-group"} {
		if got := find(t, report, id); got.Status != checks.Pass {
			t.Errorf("%s: %s: %s", id, got.Status, got.Summary)
		}
		for _, e := range find(t, report, id).Evidence {
			if strings.Contains(e.Name+e.Value, "root_account") {
				t.Errorf("%s shows root's row: %+v", id, e)
			}
		}
	}
}

// The old key is shown first, before a list is cut.
func TestOldKeysAreShownFirst(t *testing.T) {
	var all []edit
	for i := range 50 {
		all = append(all, userIs("young-"+string(rune('A'+i)), holding(1, account.Yes, 10*day)))
	}
	f := find(t, checks.Run(checks.Case{Facts: healthy(append(all, userIs("old", holding(2, account.Yes, 200*day)))...)}), "access-key-age")
	if !strings.HasPrefix(value(f, "old access_key_2"), "active true, made or last rotated 2026-05-06T06:00:00Z, last used 2026-11-22T05:00:00Z in us-east-1 for s3") || value(f, "further") == "" {
		t.Errorf("%+v", f.Evidence)
	}
}
