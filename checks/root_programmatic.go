package checks

import (
	"fmt"
	"time"

	"rootwatch/checks/account"
)

var _ = register(Check{
	ID:       "root-programmatic",
	Title:    "No software runs as root",
	Short:    "Software runs as root",
	Good:     "no software runs as root",
	Severity: High,
	Why: "A program with root's key may do everything in the account, no policy holds it, and its key lies in a file somewhere. " +
		"AWS's rule is to create no key for root at all, and Mission Cloud's that no software ever runs as root. " +
		"A key that is at work must be replaced by a role before it is deleted, so this names what was called, where and when.",
	Reads: []string{callGenerate, callReport, callLookup},
	Remediation: Remediation{
		Steps: []string{
			"Find the program: the region, the service and the instant of the last use narrow it down, CloudTrail has the address that it called from.",
			"Give it a role with the few rights that it needs: of the instance, the function, the task or the identity provider of its CI.",
			"Make the root key inactive, wait a week for complaints, then delete it.",
			"In an organization, deny root of member accounts by a service control policy.",
		},
		Console: "Sign in as root > Security credentials > Access keys > Actions > Deactivate",
		URL:     "https://console.aws.amazon.com/iam/home#/security_credentials",
		CLI: "aws cloudtrail lookup-events --region us-east-1 \\\n" +
			"  --lookup-attributes AttributeKey=Username,AttributeValue=root --max-results 50\n" +
			"# As root itself, after the program has its role:\n" +
			"aws iam update-access-key --access-key-id KEY_ID --status Inactive",
		Terraform: "# A role for the program, in place of root's key.\n" +
			"resource \"aws_iam_role\" \"program\" {\n" +
			"  name = \"program\"\n" +
			"  assume_role_policy = jsonencode({\n" +
			"    Version   = \"2012-10-17\"\n" +
			"    Statement = [{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Principal = { Service = \"ec2.amazonaws.com\" } }]\n" +
			"  })\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "CIS AWS Foundations", ID: "v3.0.0/1.7"},
		{Catalogue: "CIS AWS Foundations", ID: "v5.0.0/1.6"},
		{Catalogue: "CIS AWS Foundations", ID: "v7.0.0/2.7"},
		{Catalogue: "Prowler", ID: "iam_avoid_root_usage"},
		{Catalogue: "AWS", ID: "Root user best practices", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html"},
		{Catalogue: "Article", ID: "Mission Cloud: root user best practices"},
	},
	Judge: judgeRootProgrammatic,
})

// judgeRootProgrammatic needs both sources for a pass: the report dates a key's
// last use wherever it was, and only the events show software that borrowed a
// session of root's. Either is enough for a failure.
func judgeRootProgrammatic(c Case) Verdict {
	if v, done := notActive(c.Facts, callReport, callLookup); done {
		return v
	}
	const question = "Whether software runs as root"
	r := rootSourcesOf(c.Facts)
	observed, window := c.Facts.ObservedAt, rootUsageWindow(c.Policy)
	uses := rootUses(r.report.Root)[1:] // the keys
	evidence := r.generatedEvidence()
	for _, u := range uses {
		evidence = append(evidence, r.columnEvidence(u.column, useText(u.Use)+u.where)...)
	}
	calls := eventUses(c.Facts, window, account.RootSoftware)
	evidence = append(evidence, eventEvidence(c.Facts, calls)...)
	if observed.IsZero() {
		return unknown(question, evidence, []account.Gap{{Call: callReport, Cause: account.NotCollected}})
	}
	if last, ever := newest(append(uses, calls...)); ever && observed.Sub(last.At) <= window {
		return Verdict{Status: Fail, Evidence: evidence, Summary: useSentence(last, observed, window)}
	}
	if gaps := programmaticGaps(c.Facts, r, window); len(gaps) > 0 {
		return unknown(question, evidence, gaps)
	}
	return Verdict{Status: Pass, Evidence: evidence, Summary: fmt.Sprintf(
		"No software ran as root in %s: no key of root was used, and CloudTrail has no call by one.", windowText(window))}
}

func programmaticGaps(f account.Facts, r rootSources, window time.Duration) []account.Gap {
	var gaps []account.Gap
	var untold []lack
	for _, u := range rootUses(r.report.Root)[1:] {
		if u.State == account.UseUnknown {
			untold = append(untold, lack{columns: u.column})
		}
	}
	switch {
	case !r.hasReport:
		gaps = append(gaps, r.reportGap)
	case len(untold) > 0:
		gaps = append(gaps, untoldGaps(r, untold)...)
	case !r.reportIsFresh:
		gaps = append(gaps, r.staleGap())
	}
	if gap := eventGap(f, window); gap != nil {
		gaps = append(gaps, *gap)
	}
	if gap := keyWent(f, window); gap != nil {
		gaps = append(gaps, *gap)
	}
	return gaps
}

// keyWent is an access key that was deleted within the window: the report has
// the date of its last use no more, and a use in another region is in no
// event that is read.
func keyWent(f account.Facts, window time.Duration) *account.Gap {
	events, _ := f.RootEvents.Get()
	for _, e := range events.Events {
		if e.Name == "DeleteAccessKey" && !e.Failed && f.ObservedAt.Sub(e.At) <= window {
			return &account.Gap{Call: callReport, Cause: account.NotReady, Sentence: fmt.Sprintf(
				"The credential report has no date of the access key that was deleted on %s.", e.At.UTC().Format(timeLayout))}
		}
	}
	return nil
}
