package checks

import (
	"fmt"
	"slices"

	"rootwatch/checks/account"
)

// backupDays is how long a word on the second device counts: half a year, as
// devices are lost and people leave.
const backupDays = 180

var _ = register(Check{
	ID:       "root-mfa-backup",
	Title:    "Root has a second MFA device, or a second person who can use the one",
	Short:    "Root's MFA hangs on one device",
	Good:     "root's MFA has a backup",
	Severity: Medium,
	Why: "A telephone that falls into water, or the leaving of the one person who has the key, locks everybody out of root, and AWS takes days or weeks to let somebody back in. " +
		"Root can have eight devices, so a second one in another place costs a few minutes. " +
		"AWS tells from outside only of virtual devices: the others are counted in a root session, or a person vouches for them.",
	Reads:      []string{callSummary, callVirtual, callGenerate, callReport, callOrganization, callAssumeRoot},
	AttestDays: backupDays,
	Remediation: Remediation{
		Steps: []string{
			"Sign in as root and assign a second device, best a security key, and keep it in another place than the first.",
			"Or write down which two people can reach the one device, and how; a shared entry in a password manager counts.",
			"In a member account, remove root's credentials from the management account instead: then there is nothing to lose.",
			"Say so with rootwatch attest root-mfa-backup; or set root_audit, and members' devices are counted.",
		},
		Console: "Sign in as root > account name (top right) > Security credentials > Multi-factor authentication (MFA) > Assign MFA device",
		URL:     "https://console.aws.amazon.com/iam/home#/security_credentials",
		CLI: "# See what a root session may see (management account, central root access switched on):\n" +
			"aws sts assume-root --region us-east-1 --duration-seconds 900 --target-principal ACCOUNT_ID \\\n" +
			"  --task-policy-arn arn=arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials\n" +
			"# then, with the credentials that it prints:\n" +
			"aws iam list-mfa-devices\n" +
			"# When two people can use it:\n" +
			"rootwatch attest root-mfa-backup ACCOUNT_ID --by NAME --until DATE",
		Terraform: mfaByTerraform,
	},
	References: []Reference{
		{Catalogue: "AWS", ID: "Multi-factor authentication for the root user", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html"},
		{Catalogue: "Article", ID: "Don't be incompetent, secure your root AWS account (2023)"},
		{Catalogue: "Article", ID: "Mission Cloud: root user best practices"},
	},
	Judge: judgeRootMFABackup,
})

var backup = claim{
	checkID: "root-mfa-backup",
	good:    "more than one device or person can answer root's MFA",
	look:    "which devices root has, where they lie and who can reach them",
}

// judgeRootMFABackup counts devices where they can be counted, and asks for a
// person's word where they cannot, or where two people share the only one.
func judgeRootMFABackup(c Case) Verdict {
	if v, done := notActive(c.Facts, callSummary, callVirtual, callReport); done {
		return v
	}
	const question = "Whether root's MFA has a backup"
	r := rootSourcesOf(c.Facts)
	devices, listed := c.Facts.VirtualMFADevices.Get()
	listed = listed && !c.Facts.ID.IsZero()
	virtual := rootsOwn(c.Facts, devices)
	evidence := rootHardwareEvidence(r, virtual, listed)
	word, state := attested(c, backup.checkID)
	switch credentials, mfa := r.credentialsAs(c.Facts.Account), r.mfa(); {
	case credentials == account.No:
		return Verdict{Status: NotApplicable, Summary: "There are no root credentials, so there is no device to lose.", Evidence: evidence}
	case credentials == account.AnswerUnknown:
		return unknown(question, evidence, slices.Concat(r.gaps(r.credentialLacks()...), placeGap(c.Facts, r)))
	case listed && len(virtual) > 1:
		return Verdict{Status: Pass, Evidence: evidence, Summary: fmt.Sprintf("Root has %d virtual MFA devices, and so a second one.", len(virtual))}
	case mfa == account.No:
		return Verdict{Status: Fail, Short: "Root has no MFA device", Evidence: evidence, Summary: "Root has no MFA device at all, and so no second one."}
	case mfa == account.AnswerUnknown:
		return unknown(question, evidence, r.gaps(lackMFA))
	case r.audit != nil && len(r.audit.MFADevices) > 1:
		return Verdict{Status: Pass, Evidence: evidence, Summary: fmt.Sprintf("Root has %d MFA devices, by a root session's list.", len(r.audit.MFADevices))}
	case state == attestFresh:
		v := backup.judge(c)
		v.Evidence = append(evidence, v.Evidence...)
		return v
	case r.audit != nil && len(r.audit.MFADevices) == 1:
		if state == attestStale {
			evidence = append(evidence, word.evidence()...)
		}
		return Verdict{Status: Fail, Evidence: evidence,
			Summary: "Root has one MFA device and no second one, by a root session's list; nobody vouches now that two people can use it."}
	}
	return uncounted(c, r, question, evidence, listed)
}

// uncounted is the verdict where root has MFA and nobody counted its devices:
// what was asked and did not answer would have told, else a person must.
func uncounted(c Case, r rootSources, question string, evidence []Evidence, listed bool) Verdict {
	var gaps []account.Gap
	if !listed {
		gaps = append(gaps, devicesGap(c.Facts))
	}
	if gap, asked := auditGap(c.Facts); asked {
		gaps = append(gaps, gap)
	} else if r.audit != nil { // no device, against the account summary
		gaps = append(gaps, account.Gap{Call: callRootDevices, Cause: account.Undecodable,
			Sentence: "The root session saw no MFA device, and the account summary says that there is one."})
	}
	if len(gaps) > 0 {
		return unknown(question, evidence, gaps)
	}
	v := backup.judge(c)
	v.Evidence = append(evidence, v.Evidence...)
	return v
}

// placeGap is there where the account's place would have told of a password.
func placeGap(f account.Facts, r rootSources) []account.Gap {
	if f.Role == account.RoleUnknown && r.password() == account.AnswerUnknown {
		return []account.Gap{roleGap}
	}
	return nil
}
