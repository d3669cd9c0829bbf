package checks

import (
	"fmt"
	"strconv"
	"strings"

	"rootwatch/checks/account"
)

// What a policy must demand: 90 days are S1's, length and reuse CIS's.
const (
	maxPasswordAge    = 90
	minPasswordLength = 14
	minPasswordReuse  = 24
)

var _ = register(Check{
	ID:       "password-policy",
	Title:    "IAM users' passwords have 14 characters, expire within 90 days and differ from the last 24",
	Short:    "Password policy is weak or missing",
	Good:     "password policy is strong",
	Severity: Medium,
	Why: "An IAM user's password opens the console from anywhere, and without a policy of the account eight characters that never expire will do. " +
		"The policy binds IAM users alone: it neither lengthens nor rotates the root user's password, which this check does not look at. " +
		"It is judged where there are no such users too, as the benchmarks do, because the next user is made under it.",
	Reads: []string{callPolicy},
	Remediation: Remediation{
		Steps: []string{
			"Tell the account's IAM users that their passwords will expire, and how they get help; old passwords count from the day they were set.",
			"Set the policy with all its values at once: what the command leaves out falls back to AWS's default.",
			"Better still, sign people in through IAM Identity Center, and keep no IAM user with a password.",
		},
		Console: "IAM > Account settings > Password policy > Edit",
		URL:     "https://console.aws.amazon.com/iam/home#/account_settings",
		CLI: "aws iam get-account-password-policy\n" +
			"aws iam update-account-password-policy --minimum-password-length 14 \\\n" +
			"  --max-password-age 90 --password-reuse-prevention 24 --allow-users-to-change-password \\\n" +
			"  --require-uppercase-characters --require-lowercase-characters --require-numbers --require-symbols",
		Terraform: "resource \"aws_iam_account_password_policy\" \"strict\" {\n" +
			"  minimum_password_length        = 14\n" +
			"  max_password_age               = 90\n" +
			"  password_reuse_prevention      = 24\n" +
			"  allow_users_to_change_password = true\n" +
			"  require_uppercase_characters   = true\n" +
			"  require_lowercase_characters   = true\n" +
			"  require_numbers                = true\n" +
			"  require_symbols                = true\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "CIS AWS Foundations", ID: "v3.0.0/1.8"},
		{Catalogue: "CIS AWS Foundations", ID: "v3.0.0/1.9"},
		{Catalogue: "CIS AWS Foundations", ID: "v5.0.0/1.7"},
		{Catalogue: "CIS AWS Foundations", ID: "v5.0.0/1.8"},
		{Catalogue: "CIS AWS Foundations", ID: "v7.0.0/2.8"},
		{Catalogue: "CIS AWS Foundations", ID: "v7.0.0/2.9"},
		{Catalogue: "Security Hub", ID: "IAM.15", URL: "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-15"},
		{Catalogue: "Security Hub", ID: "IAM.16", URL: "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-16"},
		{Catalogue: "Security Hub", ID: "IAM.17", URL: "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-17"},
		{Catalogue: "Prowler", ID: "iam_password_policy_minimum_length_14"},
		{Catalogue: "Prowler", ID: "iam_password_policy_reuse_24"},
		{Catalogue: "Prowler", ID: "iam_password_policy_expires_passwords_within_90_days_or_less"},
		{Catalogue: "AWS", ID: "Account password policy for IAM users", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html"},
		{Catalogue: "Article", ID: "Mission Cloud: root user best practices"},
	},
	Judge: judgePasswordPolicy,
})

func judgePasswordPolicy(c Case) Verdict {
	if v, done := notActive(c.Facts, callPolicy); done {
		return v
	}
	policy, read := c.Facts.PasswordPolicy.Get()
	if !read {
		return unknown("What the password policy for IAM users asks for", nil, []account.Gap{named(c.Facts.PasswordPolicy.Gap(), callPolicy)})
	}
	if policy == nil {
		return Verdict{Status: Fail, Summary: "The account has no password policy: AWS's default holds, eight characters that never expire.",
			Short: "No password policy", Evidence: []Evidence{{Name: "PasswordPolicy", Value: "none", Source: callPolicy}}}
	}
	evidence := []Evidence{
		{Name: "MinimumPasswordLength", Value: orNotSet(policy.MinimumLength), Source: callPolicy},
		{Name: "ExpirePasswords", Value: strconv.FormatBool(policy.Expire), Source: callPolicy},
		{Name: "MaxPasswordAge", Value: orNotSet(policy.MaxAgeDays), Source: callPolicy},
		{Name: "PasswordReusePrevention", Value: orNotSet(policy.Reuse), Source: callPolicy},
	}
	if short := shortfalls(*policy); len(short) > 0 {
		return Verdict{Status: Fail, Short: "Password policy is weak", Evidence: evidence,
			Summary: "The password policy for IAM users falls short: " + strings.Join(short, "; ") + "."}
	}
	return Verdict{Status: Pass, Evidence: evidence, Summary: fmt.Sprintf(
		"The password policy asks IAM users for %d characters and a new password every %s, none of the last %d.", policy.MinimumLength, days(policy.MaxAgeDays), policy.Reuse)}
}

// shortfalls are where the policy asks for less than it should.
func shortfalls(p account.PasswordPolicy) []string {
	var short []string
	switch {
	case p.MinimumLength <= 0:
		short = append(short, "no minimum length")
	case p.MinimumLength < minPasswordLength:
		short = append(short, fmt.Sprintf("%d characters are enough, and should not be below %d", p.MinimumLength, minPasswordLength))
	}
	switch {
	case !p.Expire || p.MaxAgeDays <= 0:
		short = append(short, "passwords never expire")
	case p.MaxAgeDays > maxPasswordAge:
		short = append(short, fmt.Sprintf("passwords live %s, more than %d", days(p.MaxAgeDays), maxPasswordAge))
	}
	switch {
	case p.Reuse <= 0:
		short = append(short, "old passwords may come back")
	case p.Reuse < minPasswordReuse:
		short = append(short, fmt.Sprintf("only %d of the last %d passwords may not come back", p.Reuse, minPasswordReuse))
	}
	return short
}

func orNotSet(n int) string {
	if n == 0 {
		return "not set"
	}
	return strconv.Itoa(n)
}
