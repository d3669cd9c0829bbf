package checks

import (
	"strconv"

	"rootwatch/checks/account"
	"rootwatch/checks/scp"
)

var _ = register(Check{
	ID:       "root-central-management",
	Title:    "The organization manages its members' root users centrally, or the member has no root credentials",
	Short:    "Central root access is off",
	Good:     "managed centrally, or no credentials",
	Severity: High,
	Why: "With central root access a member needs no root credentials at all: the management account deletes them, and does the few root tasks in a session of 15 minutes. " +
		"Without it each member has a password, a mailbox and a device that somebody must look after. " +
		"It is one setting of the organization, so the management account answers for it; a member fails only where a service control policy that denies root keeps the central sessions out as well.",
	Reads: append([]string{callFeatures, callSummary, callGenerate, callReport}, policyReads...),
	Remediation: Remediation{
		Steps: []string{
			"In the management account, switch on trusted access for IAM, then root credentials management and privileged root actions in member accounts.",
			"If nobody should work in the management account for this, register another one as delegated administrator for IAM.",
			"See for each member that its contacts are set, that its bill can be read without root, and that no root key is in use.",
			"Delete the root credentials of the members, one after the other: sandboxes first, production last.",
			"New members of the organization come without root credentials from then on.",
			"Where a service control policy denies a member's root, exempt AssumeRoot sessions: \"Null\": {\"aws:AssumedRoot\": \"true\"} in the condition of its Deny.",
		},
		Console: "IAM (management account) > Root access management > Enable",
		URL:     "https://console.aws.amazon.com/iam/home#/organization",
		CLI: "# In the management account:\n" +
			"aws organizations enable-aws-service-access --service-principal iam.amazonaws.com\n" +
			"aws iam enable-organizations-root-credentials-management\n" +
			"aws iam enable-organizations-root-sessions\n" +
			"aws iam list-organizations-features",
		Terraform: "# In the management account; aws_service_access_principals of the organization must name iam.amazonaws.com.\n" +
			"resource \"aws_iam_organizations_features\" \"root\" {\n" +
			"  enabled_features = [\"RootCredentialsManagement\", \"RootSessions\"]\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "CIS AWS Foundations", ID: "v7.0.0/2.1.1"},
		{Catalogue: "Prowler", ID: "iam_root_credentials_management_enabled"},
		{Catalogue: "AWS", ID: "Centralize root access for member accounts", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html"},
		{Catalogue: "AWS", ID: "ListOrganizationsFeatures", URL: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOrganizationsFeatures.html"},
	},
	Judge: judgeRootCentralManagement,
})

// roleGap is there where nobody may tell which account is the management account.
var roleGap = account.Gap{Call: callOrganization, Cause: account.NotCollected,
	Sentence: "Whether this is the management account is not known: allow organizations:DescribeOrganization."}

// judgeRootCentralManagement looks at the account's own root first: what the
// organization has switched on deletes nobody's credentials by itself. What is
// good or no question of a member is so only where no service control policy
// keeps the central audit out.
func judgeRootCentralManagement(c Case) Verdict {
	if v, done := notActive(c.Facts, callFeatures, callSummary, callReport); done {
		return v
	}
	r := rootSourcesOf(c.Facts)
	switch c.Facts.Role {
	case account.Standalone:
		return Verdict{Status: NotApplicable, Summary: "The account is in no organization that could manage its root user."}
	case account.Management:
		return judgeRootFeatures(c.Facts)
	}
	evidence := centralEvidence(r)
	credentials := r.credentialsAs(c.Facts.Account)
	if c.Facts.Role == account.RoleUnknown && credentials != account.No { // a management account's root always has a password
		return unknown("Whether this is the management account, which answers for its organization,", evidence,
			append([]account.Gap{roleGap}, unlessKnown(r, credentials)...))
	}
	over, gap := policiesOver(c)
	audit := over.Of(scp.AssumedRoot)
	if gap == nil {
		evidence = append(evidence, decided(principalText[scp.AssumedRoot], audit)...)
	}
	blocked, undecided := ofEffect(audit, scp.Denied), ofEffect(audit, scp.Undecided)
	switch {
	case len(blocked) > 0:
		return Verdict{Status: Fail, Short: "An SCP blocks the central root audit", Evidence: evidence,
			Summary: "The organization cannot look after this member's root: " + places(blocked) + " denies AssumeRoot sessions " + fewOf(actionsOf(blocked)) + "; exempt them with the Null condition on aws:AssumedRoot."}
	case credentials == account.AnswerUnknown:
		gaps := r.gaps(r.credentialLacks()...)
		if gap != nil { // a policy that blocks the audit fails whatever root has
			gaps = append(gaps, *gap)
		}
		return unknown("Whether this member's root has credentials", evidence, gaps)
	case gap != nil:
		return unknown("Whether a service control policy blocks the central audit of this member's root", evidence, []account.Gap{*gap})
	case len(undecided) > 0:
		return unknown("Whether a service control policy blocks the central audit of this member's root", evidence, undecidedGaps(undecided))
	case credentials == account.No:
		return Verdict{Status: Pass, Summary: "This member's root has no credentials: no password, no access key, no certificate.", Evidence: evidence}
	}
	return Verdict{Status: NotApplicable, Evidence: evidence,
		Summary: "This member's root still has credentials; whether they can be managed centrally is judged once, in the management account."}
}

// unlessKnown are the gaps of credentials that are not known.
func unlessKnown(r rootSources, credentials account.Answer) []account.Gap {
	if credentials != account.AnswerUnknown {
		return nil
	}
	return r.gaps(r.credentialLacks()...)
}

// judgeRootFeatures is the verdict of the management account, for the whole
// organization.
func judgeRootFeatures(f account.Facts) Verdict {
	features, read := f.RootFeatures.Get()
	if !read {
		return unknown("Whether root users are managed centrally", nil, []account.Gap{named(f.RootFeatures.Gap(), callFeatures)})
	}
	if features == nil {
		return Verdict{Status: NotApplicable, Summary: "The account is in no organization whose root users it could manage."}
	}
	evidence := []Evidence{
		{Name: "RootCredentialsManagement", Value: strconv.FormatBool(features.CredentialsManagement), Source: callFeatures},
		{Name: "RootSessions", Value: strconv.FormatBool(features.Sessions), Source: callFeatures},
	}
	switch {
	case features.NotAllFeatures:
		return Verdict{Status: NotApplicable, Summary: "The organization only consolidates bills; central root access needs one with all features."}
	case features.CredentialsManagement && features.Sessions:
		return Verdict{Status: Pass, Summary: "Root credentials management and root sessions are on for the organization.", Evidence: evidence}
	case features.CredentialsManagement:
		return Verdict{Status: Fail, Severity: Medium, Short: "Central root sessions are off", Evidence: evidence,
			Summary: "Root credentials management is on for the organization; root sessions are off, so some repairs in a member still need its root password."}
	case features.Sessions:
		return Verdict{Status: Fail, Evidence: evidence,
			Summary: "Root sessions are on for the organization; root credentials management is off, so its members' root credentials cannot be deleted centrally."}
	}
	return Verdict{Status: Fail, Summary: "Neither root credentials management nor root sessions are on for the organization.", Evidence: evidence}
}

func centralEvidence(r rootSources) []Evidence {
	es := r.summaryEvidence(account.SummaryPasswordPresent, account.SummaryAccessKeysPresent, account.SummarySigningCertificates)
	es = append(es, r.generatedEvidence()...)
	return append(es, r.columnEvidence("password_enabled", answerText(r.report.Root.Password))...)
}
