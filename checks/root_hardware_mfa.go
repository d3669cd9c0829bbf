package checks

import (
	"fmt"
	"slices"
	"strings"

	"rootwatch/checks/account"
)

var _ = register(Check{
	ID:       "root-hardware-mfa",
	Title:    "No virtual device is among root's MFA devices",
	Short:    "Root has no hardware MFA",
	Good:     "MFA is not a virtual device",
	Severity: High,
	Why: "A virtual device is a secret in an app: it can be copied with the telephone's backup, phished together with the password, and leaves with the person whose telephone it is. " +
		"A security key or a hardware token can lie in a safe. " +
		"One virtual device among several is enough for a thief, so each of them counts; a root user without any credentials needs none.",
	Reads: []string{callSummary, callVirtual, callGenerate, callReport, callOrganization, callAssumeRoot},
	Remediation: Remediation{
		Steps: []string{
			"Buy two FIDO2 security keys or hardware tokens, for two people or two places.",
			"Sign in as root and assign both under Security credentials; root can have eight devices.",
			"Sign in once with each of the two, then remove the virtual device.",
			"In a member account, remove root's credentials from the management account instead: then there is nothing to protect.",
			"Where a virtual device is good enough in member accounts, set checks.root_hardware_mfa to management: they then pass and say so.",
		},
		Console: "Sign in as root > account name (top right) > Security credentials > Multi-factor authentication (MFA)",
		URL:     "https://console.aws.amazon.com/iam/home#/security_credentials",
		CLI: "# See which virtual devices are root's:\n" +
			"aws iam list-virtual-mfa-devices --assignment-status Assigned \\\n" +
			"  --query \"VirtualMFADevices[?User.Arn=='arn:aws:iam::ACCOUNT_ID:root'].SerialNumber\"\n" +
			"# Only root itself can assign a device. When the new ones work, in CloudShell, signed in as root:\n" +
			"aws iam deactivate-mfa-device --serial-number arn:aws:iam::ACCOUNT_ID:mfa/root-account-mfa-device",
		Terraform: mfaByTerraform,
	},
	References: []Reference{
		{Catalogue: "CIS AWS Foundations", ID: "v3.0.0/1.6"},
		{Catalogue: "CIS AWS Foundations", ID: "v5.0.0/1.5"},
		{Catalogue: "CIS AWS Foundations", ID: "v7.0.0/2.6"},
		{Catalogue: "Security Hub", ID: "IAM.6", URL: "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-6"},
		{Catalogue: "Prowler", ID: "iam_root_hardware_mfa_enabled"},
		{Catalogue: "AWS", ID: "Multi-factor authentication for the root user", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html"},
		{Catalogue: "Article", ID: "Don't be incompetent, secure your root AWS account (2023)"},
		{Catalogue: "Article", ID: "Netskope: root user data of 1,143 accounts (2021)"},
	},
	Judge: judgeRootHardwareMFA,
})

// judgeRootHardwareMFA decides by who a virtual device belongs to, never by
// its serial number: an IAM user's may be called root-account-mfa-device.
func judgeRootHardwareMFA(c Case) Verdict {
	if v, done := notActive(c.Facts, callSummary, callVirtual, callReport); done {
		return v
	}
	const question = "Whether root's MFA is a virtual device"
	r := rootSourcesOf(c.Facts)
	devices, listed := c.Facts.VirtualMFADevices.Get()
	listed = listed && !c.Facts.ID.IsZero() // without it root's cannot be told from a user's
	virtual := r.withAudited(c.Facts, rootsOwn(c.Facts, devices))
	listed = listed || r.audit != nil
	evidence := rootHardwareEvidence(r, virtual, listed)
	credentials, mfa := r.credentialsAs(c.Facts.Account), r.mfa()
	switch {
	case credentials == account.No:
		return Verdict{Status: NotApplicable, Summary: "There are no root credentials, so there is nothing that a device would protect.", Evidence: evidence}
	case credentials == account.AnswerUnknown:
		gaps := r.gaps(r.credentialLacks()...)
		if c.Facts.Role == account.RoleUnknown && r.password() == account.AnswerUnknown {
			gaps = append(gaps, roleGap)
		}
		if !listed {
			gaps = append(gaps, devicesGap(c.Facts))
		}
		return unknown("Whether root has credentials that a device protects", evidence, gaps)
	case listed && len(virtual) > 0:
		return judgeVirtual(c, virtual, evidence)
	case mfa == account.No:
		return Verdict{Status: Fail, Summary: "Root has no MFA device at all.", Evidence: evidence}
	}
	var gaps []account.Gap
	if !listed {
		gaps = append(gaps, devicesGap(c.Facts))
	}
	if mfa == account.AnswerUnknown {
		gaps = append(gaps, r.gaps(lackMFA)...)
	}
	if len(gaps) > 0 {
		return unknown(question, evidence, gaps)
	}
	if r.audit != nil {
		return r.judgeKinds(question, evidence)
	}
	return Verdict{Status: Pass, Evidence: evidence,
		Summary: "Root's MFA is non-virtual: a hardware token, a security key or a synced passkey; AWS does not tell which."}
}

// withAudited adds the virtual devices that only a root session saw.
func (r rootSources) withAudited(f account.Facts, virtual []account.VirtualMFADevice) []account.VirtualMFADevice {
	if r.audit == nil {
		return virtual
	}
	for _, d := range r.audit.MFADevices {
		there := func(v account.VirtualMFADevice) bool { return v.SerialNumber == d.SerialNumber }
		if d.Kind == account.DeviceVirtual && !slices.ContainsFunc(virtual, there) {
			virtual = append(virtual, account.VirtualMFADevice{SerialNumber: d.SerialNumber, UserARN: f.RootARN()})
		}
	}
	return virtual
}

// judgeKinds is the verdict on devices none of which is virtual, as a root
// session listed them.
func (r rootSources) judgeKinds(question string, evidence []Evidence) Verdict {
	var kinds []string
	for _, d := range r.audit.MFADevices {
		if d.Kind == "" {
			return unknown(question, evidence, []account.Gap{{Call: callRootDevices, Cause: account.Undecodable,
				Sentence: "One of root's MFA devices has a serial number of no known form."}})
		}
		if word := deviceWord(d.Kind); !slices.Contains(kinds, word) {
			kinds = append(kinds, word)
		}
	}
	if len(kinds) == 0 { // the summary says that there is MFA, the session saw none
		return unknown(question, evidence, []account.Gap{{Call: callRootDevices, Cause: account.Undecodable,
			Sentence: "The root session saw no MFA device, and the account summary says that there is one."}})
	}
	return Verdict{Status: Pass, Evidence: evidence, Summary: "Root's MFA is not virtual, by a root session's list: " + strings.Join(kinds, ", ") + "."}
}

// judgeVirtual is the verdict on a root user with a virtual device.
func judgeVirtual(c Case, virtual []account.VirtualMFADevice, evidence []Evidence) Verdict {
	failed := Verdict{Status: Fail, Summary: "Root's MFA is a virtual device, or one of its devices is.", Evidence: evidence}
	if n := len(virtual); n > 1 {
		failed.Summary = fmt.Sprintf("%d of root's MFA devices are virtual.", n)
	}
	if c.Policy.RootHardwareMFA != HardwareInManagement {
		return failed
	}
	switch c.Facts.Role {
	case account.Member:
		return Verdict{Status: Pass, Evidence: evidence,
			Summary: "Root's MFA is a virtual device; your setting checks.root_hardware_mfa asks for more in the management account alone."}
	case account.RoleUnknown:
		return unknown("Root's MFA is a virtual device, and whether this is the management account", evidence, []account.Gap{roleGap})
	}
	return failed
}

// rootsOwn are the devices whose user is the account's root.
func rootsOwn(f account.Facts, devices []account.VirtualMFADevice) []account.VirtualMFADevice {
	var own []account.VirtualMFADevice
	for _, d := range devices {
		if f.OwnsRoot(d.UserARN) {
			own = append(own, d)
		}
	}
	return own
}

// devicesGap is why root's devices are not known: not listed, or the account
// itself is not known.
func devicesGap(f account.Facts) account.Gap {
	if _, listed := f.VirtualMFADevices.Get(); listed {
		return account.Gap{Call: callVirtual, Cause: account.NotCollected}
	}
	return named(f.VirtualMFADevices.Gap(), callVirtual)
}

func rootHardwareEvidence(r rootSources, virtual []account.VirtualMFADevice, listed bool) []Evidence {
	es := r.summaryEvidence(account.SummaryMFAEnabled, account.SummaryPasswordPresent, account.SummaryAccessKeysPresent, account.SummarySigningCertificates)
	if listed {
		serials := []string{}
		for _, d := range virtual {
			serials = append(serials, orNotTold(d.SerialNumber))
		}
		value := "none"
		if len(serials) > 0 {
			value = strings.Join(serials, ", ")
		}
		es = append(es, Evidence{Name: "virtual MFA devices of root", Value: value, Source: callVirtual})
	}
	es = append(es, r.auditEvidence(callRootDevices)...)
	es = append(es, r.generatedEvidence()...)
	es = append(es, r.columnEvidence("mfa_active", answerText(r.report.Root.MFA))...)
	return append(es, r.columnEvidence("password_enabled", answerText(r.report.Root.Password))...)
}
