package checks

import (
	"fmt"

	"rootwatch/checks/account"
)

// What can be missing, by summary key and report columns.
var (
	lackMFA          = lack{account.SummaryMFAEnabled, "mfa_active"}
	lackPassword     = lack{account.SummaryPasswordPresent, "password_enabled"}
	lackKeys         = lack{account.SummaryAccessKeysPresent, "the access key columns"}
	lackCertificates = lack{account.SummarySigningCertificates, "the certificate columns"}
)

// credentials is whether root has any at all: a password, a key or a
// certificate, active or not.
func (r rootSources) credentials() account.Answer {
	unknown := false
	for _, a := range []account.Answer{r.password(), r.keys(), r.certificates()} {
		switch a {
		case account.Yes:
			return account.Yes
		case account.AnswerUnknown:
			unknown = true
		}
	}
	if unknown {
		return account.AnswerUnknown
	}
	return account.No
}

// credentialsAs is credentials with what the account's place tells of the password.
func (r rootSources) credentialsAs(a account.Account) account.Answer {
	if r.password() == account.AnswerUnknown && alwaysHasPassword(a) {
		return account.Yes
	}
	return r.credentials()
}

// alwaysHasPassword: root of a management or standalone account was made with
// one and cannot be without; only a member's can be. In GovCloud nobody signs
// in as root: it has keys at most.
func alwaysHasPassword(a account.Account) bool {
	return a.Partition != "aws-us-gov" && (a.Role == account.Management || a.Role == account.Standalone)
}

// credentialLacks are those of root's credentials that no source tells of.
func (r rootSources) credentialLacks() []lack {
	var lacks []lack
	for _, c := range []struct {
		answer account.Answer
		lack   lack
	}{{r.password(), lackPassword}, {r.keys(), lackKeys}, {r.certificates(), lackCertificates}} {
		if c.answer == account.AnswerUnknown {
			lacks = append(lacks, c.lack)
		}
	}
	return lacks
}

// credentialKind is a kind of which root can have two, and should have none.
type credentialKind struct {
	article, noun string
	lack          lack
}

var (
	accessKey          = credentialKind{"an", "access key", lackKeys}
	signingCertificate = credentialKind{"a", "signing certificate", lackCertificates}
)

// judgeHeld fails what root holds of a kind: an active one at the check's own
// severity, one that is only inactive at medium. Against a summary of 0 an
// active one of the report was deleted since; but AWS does not say whether the
// summary counts what is disabled, so only a fresh report lets it pass.
// describe is a sentence on the slots that it is given.
func (r rootSources) judgeHeld(kind credentialKind, held [2]account.Credential, evidence []Evidence, describe func(slots []int, adjective string) string) Verdict {
	count, counted := r.count(kind.lack.key)
	slots := map[account.Presence][]int{}
	for i, credential := range held {
		slots[credential.Presence()] = append(slots[credential.Presence()], i)
	}
	if v, settled := r.judgeAudited(kind, slots, evidence, describe); settled {
		return v
	}
	if n, ok := r.audited(kind.lack.key); ok {
		count, counted = int32(n), true
	}
	active, inactive, untold := slots[account.PresentActive], slots[account.PresentInactive], slots[account.PresenceUnknown]
	gone := counted && count == 0
	switch {
	case len(active) > 0 && !gone:
		return Verdict{Status: Fail, Summary: describe(active, "active"), Evidence: evidence}
	case len(inactive) > 0 && (len(untold) == 0 || gone):
		return Verdict{Status: Fail, Severity: Medium, Short: "Root has an inactive " + kind.noun, Evidence: evidence,
			Summary: describe(inactive, "inactive") + " Disabled is not deleted."}
	case len(inactive) > 0:
		return Verdict{Status: Fail, Evidence: evidence,
			Summary: fmt.Sprintf("Root has an inactive %s, and whether slot %d holds an active one was not told.", kind.noun, untold[0]+1)}
	case counted && count > 0:
		return Verdict{Status: Fail, Summary: "A root " + kind.noun + " exists; whether it is active was not read.", Evidence: evidence}
	case gone && (!r.reportIsFresh || len(untold) > 0):
		kind.lack.key = "" // the summary has answered
		return unknown("Root has no active "+kind.noun+", and whether it has an inactive one", evidence, r.gaps(kind.lack))
	case gone && len(active) > 0:
		return Verdict{Status: Pass, Evidence: evidence,
			Summary: "Root has no " + kind.noun + "; the older credential report still shows one that was deleted since."}
	case gone, r.reportIsFresh && len(slots[account.Absent]) == len(held):
		return Verdict{Status: Pass, Summary: "Root has no " + kind.noun + ".", Evidence: evidence}
	}
	return unknown("Whether root has "+kind.article+" "+kind.noun, evidence, r.gaps(kind.lack))
}
