package checks

import (
	"rootwatch/checks/account"
)

var _ = register(Check{
	ID:       "user-mfa",
	Title:    "Every IAM user with a console password has MFA",
	Short:    "A console user has no MFA",
	Good:     "console users have MFA",
	Severity: Medium,
	Why: "A password of an IAM user opens the console from anywhere in the world, and passwords are phished and reused. " +
		"With MFA the password alone is worth nothing. " +
		"Root is judged by checks of its own; a user without a password has nothing that a device would protect at sign-in.",
	Reads: []string{callGenerate, callReport},
	Remediation: Remediation{
		Steps: []string{
			"Have each user who is named with the finding assign an MFA device.",
			"Delete the password of a user who does not use the console.",
			"Better still, let people come through IAM Identity Center, and delete their users.",
		},
		Console: "IAM > Users > the user > Security credentials > Multi-factor authentication (MFA) > Assign MFA device",
		URL:     "https://console.aws.amazon.com/iam/home#/users",
		CLI: "aws iam list-mfa-devices --user-name USER_NAME\n" +
			"# Only the user can set up the device. Where the console is not needed:\n" +
			"aws iam delete-login-profile --user-name USER_NAME",
		Terraform: denyWithoutMFA,
	},
	References: []Reference{
		{Catalogue: "CIS AWS Foundations", ID: "v3.0.0/1.10"},
		{Catalogue: "CIS AWS Foundations", ID: "v5.0.0/1.9"},
		{Catalogue: "CIS AWS Foundations", ID: "v7.0.0/2.10"},
		{Catalogue: "Security Hub", ID: "IAM.5", URL: "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-5"},
		{Catalogue: "Prowler", ID: "iam_user_mfa_enabled_console_access"},
		{Catalogue: "Article", ID: "Evident.io: disable root API keys"},
	},
	Judge: judgeUserMFA,
})

func judgeUserMFA(c Case) Verdict {
	if v, done := notActive(c.Facts, callReport); done {
		return v
	}
	const question = "Whether every IAM user with a console password has MFA"
	rows, r, gaps := userRows(c.Facts)
	if len(gaps) > 0 {
		return unknown(question, r.generatedEvidence(), gaps)
	}
	evidence := r.generatedEvidence()
	console, bare := 0, 0
	for _, u := range rows {
		if u.Password == account.No || u.Password == account.AnswerUnknown && u.MFA == account.Yes {
			continue
		}
		console++
		switch {
		case u.MFA == account.Yes:
			continue
		case u.Password == account.AnswerUnknown:
			gaps = append(gaps, columnGap("password_enabled"))
		case u.MFA == account.AnswerUnknown:
			gaps = append(gaps, columnGap("mfa_active"))
		default:
			bare++
		}
		evidence = append(evidence, Evidence{Name: u.Name, Value: "password_enabled " + answerText(u.Password) + ", mfa_active " + answerText(u.MFA), Source: callReport})
	}
	evidence = clipped(evidence)
	switch {
	case bare > 0:
		return Verdict{Status: Fail, Evidence: evidence, Summary: some(bare, "IAM user has", "IAM users have") + " a console password and no MFA."}
	case len(gaps) > 0:
		return unknown(question, evidence, gaps)
	case console == 0:
		return Verdict{Status: Pass, Evidence: evidence, Summary: "No IAM user has a console password."}
	}
	return Verdict{Status: Pass, Evidence: evidence, Summary: some(console, "IAM user has a console password, and has MFA.", "IAM users have a console password, and all have MFA.")}
}
