package checks

import (
	"fmt"
	"slices"
	"time"

	"rootwatch/checks/account"
)

var _ = register(Check{
	ID:       "root-usage",
	Title:    "Root was not used within the window, by password or by key",
	Short:    "Root was used",
	Good:     "not used lately",
	Severity: High,
	Why: "Daily work needs no root: a handful of tasks a year do. " +
		"So each use of root is either one of those few, and somebody knows of it, or a sign of a habit or of a thief. " +
		"There should be so few uses that every single one can be asked about.",
	Reads: []string{callGenerate, callReport, callLookup},
	Remediation: Remediation{
		Steps: []string{
			"Ask who used root and for what; CloudTrail's event history in us-east-1 shows each sign-in and call of the last 90 days.",
			"If nobody owns up to it, treat it as a break-in: change the password, delete the access keys, and follow your incident plan.",
			"Give whoever did it a role for that task; only the tasks on AWS's own list need root.",
			"If a program did it with an access key, move it to a role and delete the key.",
		},
		Console: "CloudTrail (us-east-1) > Event history > User name: root",
		URL:     "https://us-east-1.console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/events?Username=root",
		CLI: "aws cloudtrail lookup-events --region us-east-1 \\\n" +
			"  --lookup-attributes AttributeKey=Username,AttributeValue=root --max-results 50",
		Terraform: "# Terraform cannot undo a use of root. In an organization it can deny root of member accounts nearly everything;\n" +
			"# the condition on aws:AssumedRoot keeps central root sessions working.\n" +
			"resource \"aws_organizations_policy\" \"deny_root\" {\n" +
			"  name = \"deny-root\"\n" +
			"  type = \"SERVICE_CONTROL_POLICY\"\n" +
			"  content = jsonencode({\n" +
			"    Version = \"2012-10-17\"\n" +
			"    Statement = [{\n" +
			"      Effect = \"Deny\", Action = \"*\", Resource = \"*\"\n" +
			"      Condition = {\n" +
			"        ArnLike = { \"aws:PrincipalArn\" = \"arn:*:iam::*:root\" }\n" +
			"        Null    = { \"aws:AssumedRoot\" = \"true\" }\n" +
			"      }\n" +
			"    }]\n" +
			"  })\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "CIS AWS Foundations", ID: "v3.0.0/1.7"},
		{Catalogue: "CIS AWS Foundations", ID: "v5.0.0/1.6"},
		{Catalogue: "CIS AWS Foundations", ID: "v7.0.0/2.7"},
		{Catalogue: "Security Hub", ID: "IAM.20", URL: "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-20"},
		{Catalogue: "Prowler", ID: "iam_avoid_root_usage"},
		{Catalogue: "AWS", ID: "Tasks that require root user credentials", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html"},
		{Catalogue: "Article", ID: "Don't be incompetent, secure your root AWS account (2023)"},
		{Catalogue: "Article", ID: "Mission Cloud: root user best practices"},
		{Catalogue: "Article", ID: "1Strategy: five steps (2018)"},
		{Catalogue: "Article", ID: "Netskope: root user data of 1,143 accounts (2021)"},
	},
	Judge: judgeRootUsage,
})

// minRootUsageWindow: last-used dates lag by hours, so a shorter window would
// pass over uses that the report had no time to show.
const minRootUsageWindow = 24 * time.Hour

// rootUse is one of the three ways to use root, as the report dates it, or an
// event of CloudTrail.
type rootUse struct {
	column string // or the event's name
	did    string // "The root password was used"
	where  string // " in us-east-1 for s3"; nothing of a password
	from   string // an event's address
	account.Use
}

// judgeRootUsage is decided by the report; events only add what the report
// has not got yet, or cannot tell. Without them it stands as it is.
func judgeRootUsage(c Case) Verdict {
	if v, done := notActive(c.Facts, callReport); done {
		return v
	}
	const question = "Whether root was used"
	r := rootSourcesOf(c.Facts)
	observed, window := c.Facts.ObservedAt, rootUsageWindow(c.Policy)
	uses := rootUses(r.report.Root)
	evidence := r.generatedEvidence()
	var untold []lack
	for _, u := range uses {
		evidence = append(evidence, r.columnEvidence(u.column, useText(u.Use)+u.where)...)
		if u.State == account.UseUnknown {
			untold = append(untold, lack{columns: u.column})
		}
	}
	events := eventUses(c.Facts, window, account.RootSignIn, account.RootConsole, account.RootSoftware)
	evidence = append(evidence, eventEvidence(c.Facts, events)...)
	if observed.IsZero() {
		return unknown(question, evidence, []account.Gap{{Call: callReport, Cause: account.NotCollected}})
	}
	last, ever := newest(append(uses, events...))
	if ever && observed.Sub(last.At) <= window {
		return Verdict{Status: Fail, Evidence: evidence, Summary: useSentence(last, observed, window)}
	}
	var gaps []account.Gap
	switch {
	case !r.hasReport:
		gaps = []account.Gap{r.reportGap}
	case len(untold) > 0:
		gaps = untoldGaps(r, untold)
	case !r.reportIsFresh:
		gaps = []account.Gap{r.staleGap()}
	}
	if len(gaps) > 0 {
		if _, read := c.Facts.RootEvents.Get(); !read { // which could tell of a use that the report does not
			gaps = append(gaps, named(c.Facts.RootEvents.Gap(), callLookup))
		}
		return unknown(question, evidence, gaps)
	}
	if gap := keyWent(c.Facts, window); gap != nil {
		return unknown(question, evidence, []account.Gap{*gap})
	}
	// A short window that the report does not reach into is seen by events alone,
	// and so is all that a root user did whose password was removed since: the
	// date may have gone with it.
	for _, gap := range []*account.Gap{eventGap(c.Facts, window), signInGap(c.Facts, window)} {
		if gap != nil && (r.password() != account.Yes || observed.Sub(r.report.GeneratedAt) > window/4) {
			return unknown(question, evidence, []account.Gap{*gap})
		}
	}
	asOf := r.report.GeneratedAt.UTC().Format(timeLayout)
	if !ever {
		return Verdict{Status: Pass, Summary: fmt.Sprintf("Root was never used, as the credential report of %s has it.", asOf), Evidence: evidence}
	}
	return Verdict{Status: Pass, Evidence: evidence, Summary: fmt.Sprintf("Root was last used on %s (%s), %s; as of the credential report of %s.",
		last.At.UTC().Format(timeLayout), last.column, howLongBefore(last.At, observed), asOf)}
}

func useSentence(last rootUse, observed time.Time, window time.Duration) string {
	return fmt.Sprintf("%s on %s%s, %s; the window is %s.", last.did, last.At.UTC().Format(timeLayout), last.where,
		howLongBefore(last.At, observed), windowText(window))
}

// untoldGaps names the columns even where the report is also too old.
func untoldGaps(r rootSources, untold []lack) []account.Gap {
	old := !r.reportIsFresh
	r.reportIsFresh = true
	gaps := r.gaps(untold...)
	if old {
		gaps = append(gaps, r.staleGap())
	}
	return gaps
}

func rootUses(row account.RootRow) []rootUse {
	return []rootUse{
		{column: "password_last_used", did: "The root password was used", Use: row.PasswordLastUsed},
		{column: "access_key_1_last_used_date", did: "Root access key 1 was used", where: place(row.Keys[0]), Use: row.Keys[0].LastUsed},
		{column: "access_key_2_last_used_date", did: "Root access key 2 was used", where: place(row.Keys[1]), Use: row.Keys[1].LastUsed},
	}
}

// newest is the latest of all dates: an old password must not hide a key that
// was used today. It is false where none has a date.
func newest(uses []rootUse) (rootUse, bool) {
	dated := slices.DeleteFunc(slices.Clone(uses), func(u rootUse) bool { return u.State != account.UseAt })
	if len(dated) == 0 {
		return rootUse{}, false
	}
	return slices.MaxFunc(dated, func(a, b rootUse) int { return a.At.Compare(b.At) }), true
}

func rootUsageWindow(p Policy) time.Duration {
	if p.RootUsageWindow <= 0 {
		return DefaultPolicy().RootUsageWindow
	}
	return max(p.RootUsageWindow, minRootUsageWindow)
}

func windowText(d time.Duration) string {
	if d%(24*time.Hour) == 0 {
		return days(int(d / (24 * time.Hour)))
	}
	return fmt.Sprintf("%d hours", int(d.Hours()))
}

func howLongBefore(at, observed time.Time) string {
	switch d := observed.Sub(at); {
	case d < 0:
		return "after this check by its own date"
	case d < 24*time.Hour:
		return "less than a day before this check"
	}
	return days(daysBefore(at, observed)) + " before this check"
}
