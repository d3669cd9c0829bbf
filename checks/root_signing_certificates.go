package checks

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"rootwatch/checks/account"
)

var _ = register(Check{
	ID:       "root-signing-certificates",
	Title:    "Root has no signing certificate, active or inactive",
	Short:    "Root has a signing certificate",
	Good:     "no signing certificate",
	Severity: High,
	Why: "An X.509 signing certificate is a second key to the account: whoever holds its private half signs requests as root, without a password and without MFA. " +
		"Only APIs of AWS's first years ever took one, and access keys and roles have replaced it. " +
		"An inactive certificate can be switched on again in a second, so disabled is not deleted.",
	Reads: []string{callSummary, callGenerate, callReport, callAssumeRoot},
	Remediation: Remediation{
		Steps: []string{
			"Find what uses the certificate, if anything: old SOAP clients and the EC2 command line tools of before 2013 do; AWS tells no last use of it.",
			"Move such a program to an IAM role.",
			"Make the certificate inactive and wait until nothing breaks.",
			"Delete the certificate. An inactive one still fails this check, at medium severity.",
			"In a member account, do it from the management account with central root access, without signing in as root.",
		},
		Console: "Sign in as root > account name (top right) > Security credentials > X.509 signing certificates > Actions > Deactivate, then Delete",
		URL:     "https://console.aws.amazon.com/iam/home#/security_credentials",
		CLI: "# Member account, from the management account, with central root access switched on:\n" +
			"aws sts assume-root --region us-east-1 --duration-seconds 900 --target-principal ACCOUNT_ID \\\n" +
			"  --task-policy-arn arn=arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials\n" +
			"# then, with the credentials that it prints:\n" +
			"aws iam list-signing-certificates\n" +
			"aws iam delete-signing-certificate --certificate-id CERTIFICATE_ID\n" +
			"# To make it inactive first, as root of the account itself:\n" +
			"aws iam update-signing-certificate --certificate-id CERTIFICATE_ID --status Inactive",
		Terraform: "# Terraform cannot delete root's signing certificate: it manages certificates of IAM users only.\n" +
			"# It can switch on what lets the management account delete it (management account):\n" +
			"resource \"aws_iam_organizations_features\" \"root\" {\n" +
			"  enabled_features = [\"RootCredentialsManagement\", \"RootSessions\"]\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "ScoutSuite", ID: "iam-root-account-with-active-certs"},
		{Catalogue: "CloudSploit", ID: "rootSigningCertificate"},
		{Catalogue: "AWS", ID: "DeleteSigningCertificate", URL: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteSigningCertificate.html"},
		{Catalogue: "AWS", ID: "Root user best practices", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html"},
		{Catalogue: "Article", ID: "Mission Cloud: root user best practices"},
	},
	Judge: judgeRootSigningCertificates,
})

func judgeRootSigningCertificates(c Case) Verdict {
	if v, done := notActive(c.Facts, callSummary, callReport); done {
		return v
	}
	r := rootSourcesOf(c.Facts)
	certificates := r.report.Root.Certificates
	return r.judgeHeld(signingCertificate, certificates, rootCertificateEvidence(r), func(slots []int, adjective string) string {
		if len(slots) > 1 {
			return fmt.Sprintf("Root has %d %s signing certificates.", len(slots), adjective)
		}
		return fmt.Sprintf("Root has an %s signing certificate in slot %d%s.", adjective, slots[0]+1, madeOn(certificates[slots[0]]))
	})
}

// madeOn is the only date that AWS keeps of a certificate.
func madeOn(c account.Credential) string {
	if c.RotatedAt.State != account.UseAt {
		return ""
	}
	return ", made or last rotated " + c.RotatedAt.At.UTC().Format(time.DateOnly)
}

func rootCertificateEvidence(r rootSources) []Evidence {
	es := slices.Concat(r.summaryEvidence(account.SummarySigningCertificates), r.auditEvidence(callRootCerts), r.generatedEvidence())
	for i, certificate := range r.report.Root.Certificates {
		slot := "cert_" + strconv.Itoa(i+1)
		es = append(es, r.columnEvidence(slot+"_active", answerText(certificate.Active))...)
		if certificate.Presence() != account.Absent {
			es = append(es, r.columnEvidence(slot+"_last_rotated", useText(certificate.RotatedAt))...)
		}
	}
	return es
}
