package checks

import (
	"fmt"
	"time"

	"rootwatch/checks/account"
)

var _ = register(Check{
	ID:       "root-repeat-use",
	Title:    "Root was not used in two or more separate weeks of the last four months",
	Short:    "Root is used again and again",
	Good:     "no repeated use in four months",
	Severity: High,
	Why: "One use of root in a few months can be one of the rare tasks that need it; use in week after week is a habit, " +
		"and a habit of root hides the one sign-in that was a thief's. " +
		"A look at the last seven days passes most of these accounts: a study of 1,143 of them found root used within a week in 3 %, within four months in 15 %.",
	Reads: []string{callGenerate, callReport, callRootEvents},
	Remediation: Remediation{
		Steps: []string{
			"Find out who used root in each of the weeks below and for what; CloudTrail's event history keeps the last 90 days, a trail's bucket what is older.",
			"Give that task a role of its own: only the tasks on AWS's list need root.",
			"If a program does it with an access key, move it to a role and delete the key.",
			"In an organization, deny root of member accounts by a service control policy or remove its credentials centrally, so that nobody slips back.",
		},
		Console: "CloudTrail (us-east-1) > Event history > User name: root",
		URL:     "https://us-east-1.console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/events?Username=root",
		CLI: "aws cloudtrail lookup-events --region us-east-1 \\\n" +
			"  --lookup-attributes AttributeKey=Username,AttributeValue=root \\\n" +
			"  --query 'Events[].[EventTime,EventName,EventSource]' --output text",
		Terraform: "# Terraform cannot undo a use of root. It can take the reason away: in an organization, manage root centrally,\n" +
			"# then remove the credentials of the members that do not need them.\n" +
			"resource \"aws_iam_organizations_features\" \"root\" {\n" +
			"  enabled_features = [\"RootCredentialsManagement\", \"RootSessions\"]\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "AWS", ID: "Tasks that require root user credentials", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html"},
		{Catalogue: "Article", ID: "Netskope 2021"},
	},
	Judge: judgeRootRepeatUse,
})

const (
	// repeatWindow is the four months of the Netskope study of 2021: 122 days
	// are four months of any year.
	repeatWindow = 122 * 24 * time.Hour
	// repeatWeeks is in how many separate ISO weeks of the window root must
	// have been used to be a repeat offender, as the mission's row has it.
	repeatWeeks = 2
)

func judgeRootRepeatUse(c Case) Verdict {
	if v, done := notActive(c.Facts, callReport, callRootEvents); done {
		return v
	}
	const question = "Whether root is used again and again"
	observed := c.Facts.ObservedAt
	if observed.IsZero() {
		return unknown(question, nil, []account.Gap{{Call: callReport, Cause: account.NotCollected}})
	}
	h := c.History.Read(c.Facts)
	from := observed.Add(-repeatWindow)
	weeks := WeeksOfUse(h.RootUses, from)
	evidence := weekEvidence(weeks)
	if n := len(weeks); n >= repeatWeeks {
		return Verdict{Status: Fail, Evidence: evidence, Summary: fmt.Sprintf("Root was used in %d separate weeks of the last four months, lately on %s and on %s.",
			n, weeks[n-2].At.Format(timeLayout), weeks[n-1].At.Format(timeLayout))}
	}
	r := rootSourcesOf(c.Facts)
	if len(weeks) == 0 && r.neverUsed() && noKeyWent(c.Facts) {
		return Verdict{Status: Pass, Evidence: r.generatedEvidence(), Summary: fmt.Sprintf("Root has a password and never used it or a key, as the credential report of %s has it.",
			r.report.GeneratedAt.UTC().Format(timeLayout))}
	}
	if gaps := unwhole(c.Facts); len(gaps) > 0 {
		return unknown(question, evidence, gaps)
	}
	if h.Since.After(from) {
		gap := account.Gap{Call: callRootEvents, Cause: account.NotYet, Sentence: fmt.Sprintf("Root's uses are known from %s on, so four months of them on %s at the earliest.",
			h.Since.UTC().Format(timeLayout), h.Since.Add(repeatWindow).UTC().Format(timeLayout))}
		return unknown(question, evidence, []account.Gap{gap})
	}
	words := "Root was not used in the last four months."
	if len(weeks) == 1 {
		words = fmt.Sprintf("Root was used in one week of the last four months, last on %s.", weeks[0].At.Format(timeLayout))
	}
	return Verdict{Status: Pass, Evidence: evidence, Summary: words}
}

// neverUsed is the word of a fresh report that has no date of use for a root
// user with a password. Where the password was removed the dates may have gone
// with it, and prove nothing.
func (r rootSources) neverUsed() bool {
	if !r.reportIsFresh || r.password() != account.Yes {
		return false
	}
	for _, u := range rootUses(r.report.Root) {
		if u.State != account.UseNever {
			return false
		}
	}
	return true
}

// noKeyWent is whether the events, read whole, have no key of root that was
// made or deleted: a key that is gone took the date of its use with it.
func noKeyWent(f account.Facts) bool {
	r, whole := wholeReading(f)
	return whole && r.knownFrom(r.events.Since).Before(r.at)
}

// unwhole says what is missing of a reading that vouches for anything; nil for nothing.
func unwhole(f account.Facts) []account.Gap {
	r := rootSourcesOf(f)
	var gaps []account.Gap
	switch root := r.report.Root; {
	case !r.hasReport:
		gaps = append(gaps, r.reportGap)
	default:
		var untold []lack
		for _, u := range rootUses(root) {
			if u.State == account.UseUnknown {
				untold = append(untold, lack{columns: u.column})
			}
		}
		if root.Keys[0].Presence() == account.PresenceUnknown || root.Keys[1].Presence() == account.PresenceUnknown {
			untold = append(untold, lackKeysOfReport)
		}
		gaps = append(gaps, untoldGaps(r, untold)...)
	}
	switch events, ok := f.RootEvents.Get(); {
	case !ok:
		gaps = append(gaps, named(f.RootEvents.Gap(), callRootEvents))
	case events.Gap != nil:
		gaps = append(gaps, named(*events.Gap, callRootEvents))
	case !events.Whole || events.Since.IsZero():
		gaps = append(gaps, account.Gap{Call: callRootEvents, Cause: account.Undecodable, Sentence: "CloudTrail has more events of root than are read at once."})
	case events.SignInsSince.IsZero():
		gaps = append(gaps, *signInGap(f, repeatWindow))
	}
	return gaps
}

var lackKeysOfReport = lack{columns: "the access key columns"}

// weekEvidence is the last use of each week, with what told of it.
func weekEvidence(weeks []RootUse) []Evidence {
	var es []Evidence
	for _, u := range weeks {
		es = append(es, Evidence{Name: string(u.Kind), Value: u.At.UTC().Format(time.RFC3339), Source: u.Kind.source()})
	}
	return es
}
