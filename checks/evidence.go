package checks

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"rootwatch/checks/account"
)

// The calls behind the facts that checks read, as IAM names them.
const (
	callSummary       = "iam:GetAccountSummary"
	callReport        = "iam:GetCredentialReport"
	callGenerate      = "iam:GenerateCredentialReport"
	callVirtual       = "iam:ListVirtualMFADevices"
	callPolicy        = "iam:GetAccountPasswordPolicy"
	callFeatures      = "iam:ListOrganizationsFeatures"
	callOrganization  = "organizations:DescribeOrganization"
	callContact       = "account:GetAlternateContact"
	callAccounts      = "organizations:ListAccounts"
	callAuthorization = "iam:GetAccountAuthorizationDetails"
)

// reportGoodFor is how far a credential report may lie from the observation
// and still vouch for something good. AWS reuses a report for four hours; one
// that is older than a day was not renewed, and root may have changed since.
const reportGoodFor = 24 * time.Hour

// timeLayout is how checks write an instant: to the minute, in UTC.
const timeLayout = "2006-01-02 15:04 UTC"

// rootSources is what the account summary and the credential report say of
// root, side by side, and what a root session saw where there was one. The
// summary is fresh and wins; the session and then the report fill in.
type rootSources struct {
	summary       account.Summary
	report        account.CredentialReport
	hasSummary    bool
	hasReport     bool
	reportIsFresh bool
	summaryGap    account.Gap
	reportGap     account.Gap
	audit         *account.RootAudit // what a root session saw; nil without one
}

func rootSourcesOf(f account.Facts) rootSources {
	var r rootSources
	r.summary, r.hasSummary = f.Summary.Get()
	r.report, r.hasReport = f.CredentialReport.Get()
	r.audit, _ = f.RootAudit.Get()
	r.summaryGap = named(f.Summary.Gap(), callSummary)
	r.reportGap = named(f.CredentialReport.Gap(), callReport)
	if r.hasReport && !r.report.GeneratedAt.IsZero() && !f.ObservedAt.IsZero() {
		r.reportIsFresh = f.ObservedAt.Sub(r.report.GeneratedAt).Abs() <= reportGoodFor
	}
	return r
}

// named gives a gap the call that would have filled it, where it names none.
func named(g account.Gap, call string) account.Gap {
	if g.Call == "" {
		g.Call = call
	}
	return g
}

// count is a summary key's value; false where AWS did not send a usable one.
func (r rootSources) count(key string) (int32, bool) {
	n, ok := r.summary[key]
	return n, ok && n >= 0
}

func (r rootSources) mfa() account.Answer {
	switch n, ok := r.count(account.SummaryMFAEnabled); {
	case ok && n == 1:
		return account.Yes
	case ok && n == 0:
		return account.No
	case r.audit != nil:
		return answer(len(r.audit.MFADevices) > 0)
	case r.reportIsFresh:
		return r.report.Root.MFA
	}
	return account.AnswerUnknown
}

// password is whether root has one. An old report can still say yes: the
// password it saw was there. It cannot say no.
func (r rootSources) password() account.Answer {
	if n, ok := r.count(account.SummaryPasswordPresent); ok {
		return answer(n > 0)
	}
	if r.audit != nil && r.audit.Password != account.AnswerUnknown {
		return r.audit.Password
	}
	if p := r.report.Root.Password; p == account.Yes || r.reportIsFresh {
		return p
	}
	return account.AnswerUnknown
}

func (r rootSources) keys() account.Answer {
	return r.exists(account.SummaryAccessKeysPresent, r.report.Root.Keys[0].Credential, r.report.Root.Keys[1].Credential)
}

func (r rootSources) certificates() account.Answer {
	return r.exists(account.SummarySigningCertificates, r.report.Root.Certificates[0], r.report.Root.Certificates[1])
}

// exists is whether a credential is there, active or not. Against a summary
// of 0 an active one of the report was deleted since; an inactive one counts,
// for the summary may not count what is disabled.
func (r rootSources) exists(key string, one, two account.Credential) account.Answer {
	a, b := one.Presence(), two.Presence()
	n, counted := r.count(key)
	if all, ok := r.audited(key); ok {
		return answer(all > 0)
	}
	switch {
	case n > 0, a == account.PresentInactive, b == account.PresentInactive:
		return account.Yes
	case counted:
		return account.No
	case a == account.PresentActive, b == account.PresentActive:
		return account.Yes
	case r.reportIsFresh && a == account.Absent && b == account.Absent:
		return account.No
	}
	return account.AnswerUnknown
}

func answer(yes bool) account.Answer {
	if yes {
		return account.Yes
	}
	return account.No
}

// lack is one thing that neither source told: by the summary's key and the
// report's columns, each "" where that source would not tell it.
type lack struct{ key, columns string }

// gaps says what each of the two sources would have had to answer.
func (r rootSources) gaps(lacks ...lack) []account.Gap {
	var keys, columns []string
	for _, l := range lacks {
		if _, ok := r.count(l.key); l.key != "" && !ok {
			keys = append(keys, l.key)
		}
		if l.columns != "" {
			columns = append(columns, l.columns)
		}
	}
	var gaps []account.Gap
	switch {
	case len(keys) == 0:
	case !r.hasSummary:
		gaps = append(gaps, r.summaryGap)
	default:
		gaps = append(gaps, account.Gap{Call: callSummary, Cause: account.Undecodable,
			Sentence: fmt.Sprintf("%s answered without %s.", callSummary, strings.Join(keys, " and "))})
	}
	switch {
	case len(columns) == 0:
	case !r.hasReport:
		gaps = append(gaps, r.reportGap)
	case !r.reportIsFresh:
		gaps = append(gaps, r.staleGap())
	default:
		gaps = append(gaps, account.Gap{Call: callReport, Cause: account.Undecodable,
			Sentence: fmt.Sprintf("The credential report does not tell %s.", strings.Join(columns, " and "))})
	}
	return gaps
}

func (r rootSources) staleGap() account.Gap {
	from := "of an unknown time"
	if !r.report.GeneratedAt.IsZero() {
		from = "of " + r.report.GeneratedAt.UTC().Format(timeLayout)
	}
	return account.Gap{Call: callReport, Permission: callGenerate, Cause: account.NotReady,
		Sentence: fmt.Sprintf("The credential report is %s, more than 24 hours from this check.", from)}
}

// summaryEvidence shows the keys as the summary answered them.
func (r rootSources) summaryEvidence(keys ...string) []Evidence {
	if !r.hasSummary {
		return nil
	}
	var es []Evidence
	for _, key := range keys {
		value := "not answered"
		if n, ok := r.summary[key]; ok {
			value = strconv.Itoa(int(n))
		}
		es = append(es, Evidence{Name: key, Value: value, Source: callSummary})
	}
	return es
}

// generatedEvidence is the report's own time; nil without a report.
func (r rootSources) generatedEvidence() []Evidence {
	if !r.hasReport {
		return nil
	}
	value := "unknown"
	if !r.report.GeneratedAt.IsZero() {
		value = r.report.GeneratedAt.UTC().Format(time.RFC3339)
	}
	return []Evidence{{Name: "GeneratedTime", Value: value, Source: callReport}}
}

// columnEvidence is one column of root's row; nil without a report.
func (r rootSources) columnEvidence(column, value string) []Evidence {
	if !r.hasReport {
		return nil
	}
	return []Evidence{{Name: column, Value: value, Source: callReport}}
}

func answerText(a account.Answer) string {
	switch a {
	case account.Yes:
		return "true"
	case account.No:
		return "false"
	}
	return "unknown"
}

func useText(u account.Use) string {
	switch u.State {
	case account.UseAt:
		return u.At.UTC().Format(time.RFC3339)
	case account.UseNever:
		return "never"
	}
	return "unknown"
}

// daysBefore is whole days from at to observed, 0 where at lies after it.
func daysBefore(at, observed time.Time) int {
	return int(max(observed.Sub(at), 0) / (24 * time.Hour))
}

// days is "1 day" or "4 days".
func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return strconv.Itoa(n) + " days"
}
