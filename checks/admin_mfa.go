package checks

import (
	"slices"

	"rootwatch/checks/account"
)

var _ = register(Check{
	ID:       "admin-mfa",
	Title:    "Every IAM user who is an admin has MFA",
	Short:    "An admin user has no MFA",
	Good:     "every admin user has MFA",
	Severity: High,
	Why: "An admin can do nearly all that root can, and signs in every day instead of never. " +
		"Without MFA a phished or reused password is the whole account. " +
		"It is asked of those who can make themselves admins, as IAMFullAccess lets them, and of admins with nothing but access keys too: a policy can then demand MFA of them, and a password that somebody adds later is not bare.",
	Reads: []string{callAuthorization, callGenerate, callReport},
	Remediation: Remediation{
		Steps: []string{
			"Have each admin who is named with the finding assign an MFA device, best a security key or passkey.",
			"A program that is an admin: give it a role with what it needs, and delete its user.",
			"Deny everything but the assigning of a device to whoever signed in without MFA, by a policy on the group of admins.",
			"Better still, let admins come through IAM Identity Center, which asks for MFA at sign-in.",
		},
		Console: "IAM > Users > the user > Security credentials > Multi-factor authentication (MFA) > Assign MFA device",
		URL:     "https://console.aws.amazon.com/iam/home#/users",
		CLI: "aws iam list-mfa-devices --user-name USER_NAME\n" +
			"aws iam create-virtual-mfa-device --virtual-mfa-device-name USER_NAME --outfile qr.png --bootstrap-method QRCodePNG\n" +
			"aws iam enable-mfa-device --user-name USER_NAME --serial-number arn:aws:iam::ACCOUNT_ID:mfa/USER_NAME \\\n" +
			"  --authentication-code1 CODE1 --authentication-code2 CODE2",
		Terraform: denyWithoutMFA,
	},
	References: []Reference{
		{Catalogue: "Security Hub", ID: "IAM.19", URL: "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-19"},
		{Catalogue: "Prowler", ID: "iam_administrator_access_with_mfa"},
		{Catalogue: "AWS", ID: "Security best practices in IAM", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"},
		{Catalogue: "Article", ID: "Don't be incompetent, secure your root AWS account (2023)"},
		{Catalogue: "Article", ID: "1Strategy: five steps (2018)"},
		{Catalogue: "Article", ID: "Evident.io: disable root API keys"},
	},
	Judge: judgeAdminMFA,
})

// denyWithoutMFA is what Terraform can do for the MFA of users: the device
// itself only its owner can set up.
const denyWithoutMFA = "# The device itself only the user can set up. This takes all else away until it was used to sign in:\n" +
	"resource \"aws_iam_group_policy\" \"mfa\" {\n" +
	"  group = aws_iam_group.admins.name\n" +
	"  name  = \"deny-without-mfa\"\n" +
	"  policy = jsonencode({\n" +
	"    Version = \"2012-10-17\"\n" +
	"    Statement = [{\n" +
	"      Effect    = \"Deny\"\n" +
	"      NotAction = [\"iam:CreateVirtualMFADevice\", \"iam:EnableMFADevice\", \"iam:ListMFADevices\", \"iam:GetUser\", \"iam:ChangePassword\", \"sts:GetSessionToken\"]\n" +
	"      Resource  = \"*\"\n" +
	"      Condition = { BoolIfExists = { \"aws:MultiFactorAuthPresent\" = \"false\" } }\n" +
	"    }]\n" +
	"  })\n" +
	"}"

func judgeAdminMFA(c Case) Verdict {
	const question = "Whether every admin user has MFA"
	if v, done := notActive(c.Facts, callAuthorization, callReport); done {
		return v
	}
	a, _, not := adminsIn(c.Facts, question)
	rows, r, lost := userRows(c.Facts)
	switch {
	case not != nil:
		not.Gaps = append(not.Gaps, lost...)
		return *not
	case len(a.users)+len(a.unsure) == 0:
		return Verdict{Status: Pass, Summary: "No IAM user is an admin.", Evidence: a.evidence()}
	case len(lost) > 0:
		return unknown(question, a.evidence(), append(a.gaps(a.unsure...), lost...))
	}
	return judgeAdminRows(a, rows, r.generatedEvidence())
}

// judgeAdminRows holds each admin, and each who may be one, against the
// report's row of the same ARN.
func judgeAdminRows(a admins, rows []account.UserRow, evidence []Evidence) Verdict {
	byARN := map[string]account.UserRow{}
	for _, row := range rows {
		byARN[row.ARN] = row
	}
	var gaps []account.Gap
	bare := 0
	for _, u := range slices.Concat(a.users, a.unsure) {
		row, listed := byARN[u.ARN]
		value := answerText(row.MFA)
		switch {
		case !listed:
			value = "not in the report"
			gaps = append(gaps, unlistedAdmin)
		case row.MFA == account.AnswerUnknown:
			gaps = append(gaps, columnGap("mfa_active"))
		case row.MFA == account.No && u.admin == account.Yes:
			bare++
		case row.MFA == account.No: // whether it matters is in doubt
			gaps = append(gaps, a.gaps(u)...)
		}
		evidence = append(evidence, Evidence{Name: u.Name + " mfa_active", Value: value, Source: callReport})
	}
	evidence = clipped(evidence)
	switch {
	case bare > 0:
		return Verdict{Status: Fail, Evidence: evidence, Summary: some(bare, "IAM user who is an admin has", "IAM users who are admins have") + " no MFA."}
	case len(gaps) > 0:
		return unknown("Whether every admin user has MFA", evidence, gaps)
	}
	return Verdict{Status: Pass, Evidence: evidence, Summary: "Every IAM user who is an admin has MFA, by the credential report."}
}
