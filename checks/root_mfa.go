package checks

import (
	"slices"

	"rootwatch/checks/account"
)

var _ = register(Check{
	ID:       "root-mfa",
	Title:    "Root has MFA, or has no credentials at all",
	Short:    "Root has no MFA",
	Good:     "MFA is on or not needed",
	Severity: Critical,
	Why: "The root user can do everything in its account, close it included, and no policy of the account itself can stop it. " +
		"Without MFA a leaked, guessed or reset password is all it takes. " +
		"A member account whose root has no credentials at all needs no MFA: there is nothing to sign in with.",
	Reads: []string{callSummary, callGenerate, callReport, callOrganization, callAssumeRoot},
	Remediation: Remediation{
		Steps: []string{
			"Sign in as root and assign an MFA device; or, for a member account, remove root's credentials from the management account.",
			"The device: a FIDO2 security key or a hardware token for the management account and for production; only root itself can assign it, under Security credentials.",
			"Removing credentials instead: switch on central management of root access in the management account, then delete the member's root password, keys and certificates from there.",
			"Register a second device that another person keeps, so that one lost device does not lock the account.",
			"Put the devices where a written rule says, and check the account again.",
		},
		Console: "Sign in as root > account name (top right) > Security credentials > Multi-factor authentication (MFA) > Assign MFA device",
		URL:     "https://console.aws.amazon.com/iam/home#/security_credentials",
		CLI: "# Member account, from the management account, with central root access switched on:\n" +
			"aws sts assume-root --region us-east-1 --duration-seconds 900 --target-principal ACCOUNT_ID \\\n" +
			"  --task-policy-arn arn=arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials\n" +
			"# then, with the credentials that it prints:\n" +
			"aws iam delete-login-profile",
		Terraform: mfaByTerraform,
	},
	References: []Reference{
		{Catalogue: "CIS AWS Foundations", ID: "v3.0.0/1.5"},
		{Catalogue: "CIS AWS Foundations", ID: "v5.0.0/1.4"},
		{Catalogue: "CIS AWS Foundations", ID: "v7.0.0/2.5"},
		{Catalogue: "Security Hub", ID: "IAM.9", URL: "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-9"},
		{Catalogue: "Prowler", ID: "iam_root_mfa_enabled"},
		{Catalogue: "AWS", ID: "Root user best practices", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html"},
		{Catalogue: "Article", ID: "Don't be incompetent, secure your root AWS account (2023)"},
		{Catalogue: "Article", ID: "Mission Cloud: root user best practices"},
		{Catalogue: "Article", ID: "1Strategy: five steps (2018)"},
		{Catalogue: "Article", ID: "Evident.io: disable root API keys"},
		{Catalogue: "Article", ID: "Netskope: root user data of 1,143 accounts (2021)"},
	},
	Judge: judgeRootMFA,
})

// mfaByTerraform is what Terraform can do for the MFA of root.
const mfaByTerraform = "# Terraform cannot give root an MFA device: only root itself can.\n" +
	"# It can switch on what makes root credentials in member accounts unnecessary (management account):\n" +
	"resource \"aws_iam_organizations_features\" \"root\" {\n" +
	"  enabled_features = [\"RootCredentialsManagement\", \"RootSessions\"]\n" +
	"}"

func judgeRootMFA(c Case) Verdict {
	if v, done := notActive(c.Facts, callSummary, callReport); done {
		return v
	}
	r := rootSourcesOf(c.Facts)
	evidence := rootMFAEvidence(r)
	mfa, password, keys, certificates := r.mfa(), r.password(), r.keys(), r.certificates()
	switch {
	case r.credentials() == account.No:
		return Verdict{Status: Pass, Summary: "There are no root credentials: no password, no access key, no certificate.", Evidence: evidence}
	case mfa == account.Yes:
		return Verdict{Status: Pass, Summary: "Root has MFA.", Evidence: evidence}
	case mfa == account.AnswerUnknown:
		return unknown("Whether root has MFA", evidence, r.gaps(lackMFA))
	case password == account.Yes:
		return Verdict{Status: Fail, Summary: "Root has a password and no MFA.", Evidence: evidence}
	case password == account.AnswerUnknown:
		return judgePasswordUnknown(c.Facts.Account, r, evidence)
	case keys == account.Yes || certificates == account.Yes:
		return Verdict{Status: Fail, Summary: "Root has no MFA and no password, but it has " + keyOrCertificate(keys, certificates) + ".", Evidence: evidence}
	}
	return unknown("Root has no MFA and no password, and whether it has keys or certificates", evidence, r.gaps(r.credentialLacks()...))
}

// judgePasswordUnknown decides where MFA is off and no source tells whether
// there is a password.
func judgePasswordUnknown(a account.Account, r rootSources, evidence []Evidence) Verdict {
	if alwaysHasPassword(a) {
		return Verdict{Status: Fail, Summary: "Root has no MFA, and root of a " + string(a.Role) + " account always has a password.",
			Evidence: append(evidence, Evidence{Name: "Role", Value: string(a.Role), Source: callOrganization})}
	}
	gaps := r.gaps(lackPassword)
	if a.Role == account.RoleUnknown {
		gaps = append(gaps, roleGap) // in the management account root surely has one
	}
	return unknown("Root has no MFA, and whether it has a password", evidence, gaps)
}

func keyOrCertificate(keys, certificates account.Answer) string {
	switch {
	case keys == account.Yes && certificates == account.Yes:
		return "an access key and a signing certificate"
	case keys == account.Yes:
		return "an access key"
	}
	return "a signing certificate"
}

// rootMFAEvidence shows both sources, so that a reader sees where they differ.
func rootMFAEvidence(r rootSources) []Evidence {
	row := r.report.Root
	return slices.Concat(
		r.summaryEvidence(account.SummaryMFAEnabled, account.SummaryPasswordPresent, account.SummaryAccessKeysPresent, account.SummarySigningCertificates),
		r.generatedEvidence(),
		r.columnEvidence("mfa_active", answerText(row.MFA)),
		r.columnEvidence("password_enabled", answerText(row.Password)),
		r.columnEvidence("access_key_1_active", answerText(row.Keys[0].Active)),
		r.columnEvidence("access_key_2_active", answerText(row.Keys[1].Active)),
		r.columnEvidence("cert_1_active", answerText(row.Certificates[0].Active)),
		r.columnEvidence("cert_2_active", answerText(row.Certificates[1].Active)),
		r.auditEvidence(callRootDevices, callRootPassword, callRootKeys, callRootCerts),
	)
}
