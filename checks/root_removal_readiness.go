package checks

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"rootwatch/checks/account"
)

// keyUnusedFor is how long a root key must have rested to count as unused: 90
// days, as an unused credential of CIS (which now says 45) and of Evident.io's
// order of steps.
const keyUnusedFor = 90 * 24 * time.Hour

var _ = register(Check{
	ID:       "root-removal-readiness",
	Title:    "All is ready for root's credentials to go: contacts, billing access, an admin, unused keys",
	Short:    "Root cannot be put away yet",
	Good:     "ready to put root away",
	Severity: Low,
	Why: "Whoever deletes root's credentials, or locks them away, before somebody else can do what root did has to get them back in an emergency. " +
		"The order that saves this: contacts that reach somebody, billing access for IAM, an admin who is not root, and no program that still uses a root key. " +
		"An account whose root has no credentials has this behind it.",
	Reads: []string{callContact, callBudgets, callAuthorization, callSummary, callGenerate, callReport, callOrganization},
	Remediation: Remediation{
		Steps: []string{
			"Do first what the finding names, in this order.",
			"Set the security, billing and operations contacts, each to a list that is read.",
			"As root, switch on IAM user and role access to billing information.",
			"See that people come as admins through IAM Identity Center, or that two IAM users are admins with MFA.",
			"Find the program that still uses a root key by the key's last use, give it a role, and wait.",
			"Then delete root's keys and certificates; in a member, its password too, from the management account.",
		},
		Console: "Account name (top right) > Account > Alternate contacts; IAM user and role access to Billing information",
		URL:     "https://console.aws.amazon.com/billing/home#/account",
		CLI: "aws account put-alternate-contact --alternate-contact-type SECURITY --name \"Security team\" --title \"On call\" \\\n" +
			"  --email-address security@example.com --phone-number \"+1 206 555 0100\"\n" +
			"aws budgets describe-budgets --account-id ACCOUNT_ID\n" +
			"aws iam get-account-authorization-details --filter User Group Role LocalManagedPolicy",
		Terraform: "resource \"aws_account_alternate_contact\" \"security\" {\n" +
			"  alternate_contact_type = \"SECURITY\"\n" +
			"  name                   = \"Security team\"\n" +
			"  title                  = \"On call\"\n" +
			"  email_address          = \"security@example.com\"\n" +
			"  phone_number           = \"+1 206 555 0100\"\n" +
			"}\n" +
			"# Billing access for IAM has no resource: only root can switch it on.",
	},
	References: []Reference{
		{Catalogue: "AWS", ID: "Centralize root access for member accounts", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html"},
		{Catalogue: "Article", ID: "Evident.io: disable root API keys"},
	},
	Judge: judgeRemovalReadiness,
})

// ready is one of the things that must be there first.
type ready struct {
	answer   account.Answer
	missing  string // what is said where it is not there
	gaps     []account.Gap
	evidence []Evidence
}

func judgeRemovalReadiness(c Case) Verdict {
	if v, done := notActive(c.Facts, callContact, callBudgets, callAuthorization, callReport); done {
		return v
	}
	const question = "Whether root's credentials could go"
	r := rootSourcesOf(c.Facts)
	switch r.credentialsAs(c.Facts.Account) {
	case account.No:
		return Verdict{Status: NotApplicable, Summary: "There are no root credentials left to remove.", Evidence: centralEvidence(r)}
	case account.AnswerUnknown:
		return unknown(question, centralEvidence(r), slices.Concat(r.gaps(r.credentialLacks()...), placeGap(c.Facts, r)))
	}
	var missing []string
	var gaps []account.Gap
	var evidence []Evidence
	for _, part := range []ready{
		contactReady(c.Facts.SecurityContact, "security"), contactReady(c.Facts.BillingContact, "billing"), contactReady(c.Facts.OperationsContact, "operations"),
		billingReady(c.Facts), adminReady(c.Facts), keysReady(r, c.Facts.ObservedAt),
	} {
		evidence = append(evidence, part.evidence...)
		switch part.answer {
		case account.No:
			missing = append(missing, part.missing)
		case account.AnswerUnknown:
			gaps = append(gaps, part.gaps...)
		}
	}
	switch {
	case len(missing) > 0:
		return Verdict{Status: Fail, Evidence: evidence, Summary: "Root's credentials should not go yet: " + strings.Join(missing, "; ") + "."}
	case len(gaps) > 0:
		return unknown(question, evidence, gaps)
	}
	return Verdict{Status: Pass, Evidence: evidence,
		Summary: "Root's credentials could go: contacts are set, IAM has access to billing, an admin exists, and no root key was used for 90 days."}
}

func contactReady(f account.Fact[*account.AlternateContact], kind string) ready {
	contact, read := f.Get()
	if !read {
		return ready{gaps: []account.Gap{named(f.Gap(), callContact)}}
	}
	set := answer(contact != nil)
	value := map[account.Answer]string{account.Yes: "set", account.No: "none"}[set]
	return ready{answer: set, missing: "there is no " + kind + " contact", evidence: []Evidence{{Name: kind + " contact", Value: value, Source: callContact}}}
}

// billingReady goes by whether AWS Budgets answers, as billing-access does.
func billingReady(f account.Facts) ready {
	if _, read := f.Budgets.Get(); read {
		return ready{answer: account.Yes, evidence: []Evidence{{Name: "AWS Budgets", Value: "answered", Source: callBudgets}}}
	}
	gap := named(f.Budgets.Gap(), callBudgets)
	if billingClosed(f) {
		return ready{answer: account.No, missing: "IAM has no access to billing",
			evidence: []Evidence{{Name: "AWS Budgets", Value: "refused, and no policy is the reason", Source: callBudgets}}}
	}
	return ready{gaps: []account.Gap{gap}}
}

func adminReady(f account.Facts) ready {
	authorization, read := f.Authorization.Get()
	if !read {
		return ready{gaps: []account.Gap{named(f.Authorization.Gap(), callAuthorization)}}
	}
	a := adminsOf(authorization).comeIn(f)
	return ready{answer: a.exists(), missing: "nobody but root is an admin" + a.shutText(), gaps: a.gaps(slices.Concat(a.unsure, a.unsureRoles)...), evidence: a.evidence()}
}

// keysReady is whether no root key, active or not, was used of late. One that
// the summary no longer counts was deleted since the report, unless it is one
// that was inactive there: the summary may not count those.
func keysReady(r rootSources, observed time.Time) ready {
	part := ready{answer: account.Yes, missing: "a root access key was used within 90 days", evidence: r.auditEvidence(callRootKeys)}
	if n, ok := r.audited(account.SummaryAccessKeysPresent); ok && n == 0 {
		return part
	}
	if !r.hasReport {
		return ready{gaps: []account.Gap{r.reportGap}}
	}
	count, counted := r.count(account.SummaryAccessKeysPresent)
	var untold []lack
	for i, key := range r.report.Root.Keys {
		column := "access_key_" + strconv.Itoa(i+1) + "_last_used_date"
		part.evidence = append(part.evidence, r.columnEvidence(column, useText(key.LastUsed)+place(key))...)
		gone := counted && count == 0 && (key.Active == account.Yes || !r.reportIsFresh)
		switch recent := key.LastUsed.State == account.UseAt && observed.Sub(key.LastUsed.At) < keyUnusedFor; {
		case recent && !gone:
			part.answer = account.No
		case key.LastUsed.State == account.UseUnknown && key.Presence() != account.Absent:
			untold = append(untold, lack{columns: column})
		}
	}
	switch {
	case part.answer == account.No:
	case len(untold) > 0:
		part.answer, part.gaps = account.AnswerUnknown, untoldGaps(r, untold)
	case !r.reportIsFresh:
		part.answer, part.gaps = account.AnswerUnknown, []account.Gap{r.staleGap()}
	}
	return part
}
