package checks_test

import (
	"testing"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

func passwordPolicy(length int, expire bool, age, reuse int) edit {
	return func(f *account.Facts) {
		f.PasswordPolicy = account.Known(&account.PasswordPolicy{MinimumLength: length, Expire: expire, MaxAgeDays: age, Reuse: reuse})
	}
}

func noPolicy(f *account.Facts) { f.PasswordPolicy = account.Known[*account.PasswordPolicy](nil) }

func TestPasswordPolicy(t *testing.T) {
	const call = "iam:GetAccountPasswordPolicy"
	judgeTable(t, "password-policy", []judged{
		{name: "just strict enough", status: checks.Pass, says: "asks IAM users for 14 characters and a new password every 90 days, none of the last 24."},
		{name: "stricter", edits: passwordPolicy(20, true, 60, 24), status: checks.Pass, says: "20 characters"},
		{name: "a day", edits: passwordPolicy(14, true, 1, 24), status: checks.Pass, says: "every 1 day"},
		{name: "none", edits: noPolicy, status: checks.Fail, says: "AWS's default holds"},
		{name: "too short", edits: passwordPolicy(13, true, 90, 24), status: checks.Fail, says: "falls short: 13 characters are enough, and should not be below 14."},
		{name: "no length", edits: passwordPolicy(0, true, 90, 24), status: checks.Fail, says: "no minimum length."},
		{name: "never expires", edits: passwordPolicy(14, false, 0, 24), status: checks.Fail, says: "passwords never expire."},
		{name: "an age that is not in force", edits: passwordPolicy(14, false, 90, 24), status: checks.Fail, says: "passwords never expire."},
		{name: "in force without an age", edits: passwordPolicy(14, true, 0, 24), status: checks.Fail, says: "passwords never expire."},
		{name: "a day too long", edits: passwordPolicy(14, true, 91, 24), status: checks.Fail, says: "passwords live 91 days, more than 90."},
		{name: "old passwords", edits: passwordPolicy(14, true, 90, 0), status: checks.Fail, says: "old passwords may come back."},
		{name: "one too few remembered", edits: passwordPolicy(14, true, 90, 23), status: checks.Fail, says: "only 23 of the last 24 passwords may not come back."},
		{name: "all at once", edits: passwordPolicy(6, false, 0, 0), status: checks.Fail,
			says: "6 characters are enough, and should not be below 14; passwords never expire; old passwords may come back."},
		{name: "no IAM users", edits: both(noPolicy, set("Users", 0)), status: checks.Fail},
		{name: "denied", edits: func(f *account.Facts) {
			f.PasswordPolicy = account.Missing[*account.PasswordPolicy](account.Gap{Cause: account.Denied})
		}, status: checks.Unknown, says: call + " was denied", gap: call},
	})
}

func TestPasswordPolicyMistakesOfOthers(t *testing.T) {
	judgeTable(t, "password-policy", []judged{
		{name: "an account without a policy gets no finding", edits: noPolicy, status: checks.Fail},
		{name: "root's credentials decide", edits: noCredentials, status: checks.Pass},
		{name: "root unread, and so unknown", edits: both(noSummary(account.Denied), noReport(account.Denied)), status: checks.Pass},
	})
}

func TestPasswordPolicySaysWhatIsShort(t *testing.T) {
	for name, tt := range map[string]struct {
		edits edit
		short string
		want  map[string]string
	}{
		"none": {noPolicy, "No password policy", map[string]string{"PasswordPolicy": "none"}},
		"weak": {passwordPolicy(8, false, 0, 5), "Password policy is weak", map[string]string{
			"MinimumPasswordLength": "8", "ExpirePasswords": "false", "MaxPasswordAge": "not set", "PasswordReusePrevention": "5"}},
	} {
		f := find(t, checks.Run(checks.Case{Facts: healthy(tt.edits), Policy: checks.DefaultPolicy()}), "password-policy")
		if f.Short != tt.short {
			t.Errorf("%s is called %q", name, f.Short)
		}
		for evidence, want := range tt.want {
			if got := value(f, evidence); got != want {
				t.Errorf("%s: evidence %q is %q, want %q", name, evidence, got, want)
			}
		}
	}
}
