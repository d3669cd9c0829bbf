package checks

import (
	"fmt"
	"strings"

	"rootwatch/checks/account"
)

var _ = register(Check{
	ID:       "cloudtrail-on",
	Title:    "A CloudTrail trail of all regions is logging and delivers what it logs",
	Short:    "CloudTrail is off",
	Good:     "CloudTrail records all regions",
	Severity: High,
	Why: "Without a trail AWS keeps the record of who did what for 90 days, and nobody can find out what a stolen root password was used for in spring. " +
		"A trail of one region misses what is done in the others, where a thief goes first, and one of data events alone has neither sign-ins nor calls. " +
		"An organization's trail covers all its members, and no member can switch it off.",
	Reads: []string{callTrails, callTrailStatus, callSelectors},
	Remediation: Remediation{
		Steps: []string{
			"In the management account, create one trail for the whole organization, for all regions, into a bucket of a log archive account.",
			"Turn on log file validation, and a bucket policy that lets nobody delete.",
			"Where a trail is there and does not log, start it; where it cannot deliver, mend the policy of its bucket or of its key.",
			"Where it leaves events out, have it log management events, reads and writes.",
		},
		Console: "CloudTrail (management account) > Trails > Create trail > Enable for all accounts in my organization",
		URL:     "https://us-east-1.console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/trails",
		CLI: "aws cloudtrail describe-trails --region us-east-1\n" +
			"# In the management account, with a bucket that CloudTrail may write to:\n" +
			"aws cloudtrail create-trail --region us-east-1 --name organization --s3-bucket-name LOG_BUCKET \\\n" +
			"  --is-organization-trail --is-multi-region-trail --enable-log-file-validation\n" +
			"aws cloudtrail start-logging --region us-east-1 --name organization",
		Terraform: "# In the management account.\n" +
			"resource \"aws_cloudtrail\" \"organization\" {\n" +
			"  name                       = \"organization\"\n" +
			"  s3_bucket_name             = aws_s3_bucket.logs.id\n" +
			"  is_organization_trail      = true\n" +
			"  is_multi_region_trail      = true\n" +
			"  enable_log_file_validation = true\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "CIS AWS Foundations", ID: "v3.0.0/3.1"},
		{Catalogue: "CIS AWS Foundations", ID: "v5.0.0/3.1"},
		{Catalogue: "CIS AWS Foundations", ID: "v7.0.0/4.1"},
		{Catalogue: "Security Hub", ID: "CloudTrail.1", URL: "https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-1"},
		{Catalogue: "Prowler", ID: "cloudtrail_multi_region_enabled"},
		{Catalogue: "AWS", ID: "Creating a trail for an organization", URL: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html"},
		{Catalogue: "Article", ID: "1Strategy: five steps (2018)"},
		{Catalogue: "Article", ID: "Netskope: root user data of 1,143 accounts (2021)"},
	},
	Judge: judgeCloudTrailOn,
})

// The calls that tell who watches root.
const (
	callTrails      = "cloudtrail:DescribeTrails"
	callTrailStatus = "cloudtrail:GetTrailStatus"
	callSelectors   = "cloudtrail:GetEventSelectors"
	callLookup      = "cloudtrail:LookupEvents"
	callDetectors   = "guardduty:ListDetectors"
	callDetector    = "guardduty:GetDetector"
	callRules       = "events:ListRules"
	callTargets     = "events:ListTargetsByRule"
	callFilters     = "logs:DescribeMetricFilters"
	callAlarms      = "cloudwatch:DescribeAlarms"
	callConfigRules = "config:DescribeConfigRules"
)

// judgeCloudTrailOn counts a trail that cannot deliver as no trail: AWS keeps
// its error until a delivery succeeds again, and what was not delivered by
// then is nowhere. Beside a trail that does deliver it is evidence and no more.
//
// A trail of writes alone, or of reads alone, is not whole: CIS 3.1 and
// CloudTrail.1 ask for one trail with both, for a thief who looks around reads.
func judgeCloudTrailOn(c Case) Verdict {
	if v, done := notActive(c.Facts, callTrails); done {
		return v
	}
	const question = "Whether a CloudTrail trail records all regions"
	trails, read := c.Facts.Trails.Get()
	if !read {
		return unknown(question, nil, []account.Gap{named(c.Facts.Trails.Gap(), callTrails)})
	}
	var evidence []Evidence
	var gaps []account.Gap
	var good, stuck []account.Trail
	for _, t := range trails {
		evidence = append(evidence, trailEvidence(t))
		switch {
		case !t.MultiRegion || t.Logging == account.No || t.Management == account.No:
		case t.Logging == account.AnswerUnknown:
			gaps = append(gaps, partGap(t.Gap, callTrailStatus))
		case t.DeliveryError != "":
			stuck = append(stuck, t)
		case t.Management == account.AnswerUnknown:
			gaps = append(gaps, partGap(t.EventGap, callSelectors))
		default:
			good = append(good, t)
		}
	}
	switch {
	case len(good) > 0:
		return Verdict{Status: Pass, Evidence: evidence, Summary: fmt.Sprintf("%s records all regions.", trailKind(good[0]))}
	case len(gaps) > 0:
		return unknown(question, evidence, gaps)
	case len(stuck) > 0:
		return Verdict{Status: Fail, Short: "CloudTrail cannot deliver", Evidence: evidence,
			Summary: fmt.Sprintf("%s logs and cannot deliver: what it records is lost.", trailKind(stuck[0]))}
	case len(trails) == 0:
		return Verdict{Status: Fail, Evidence: []Evidence{{Name: "trailList", Value: "none", Source: callTrails}},
			Summary: "The account has no CloudTrail trail: AWS forgets what was done in it after 90 days."}
	}
	return Verdict{Status: Fail, Evidence: evidence, Summary: "No CloudTrail trail of all regions is logging: " + trailFault(trails) + "."}
}

func trailKind(t account.Trail) string {
	if t.Organization {
		return "The organization's CloudTrail trail"
	}
	return "A CloudTrail trail of the account"
}

// trailFault says what is wrong with trails of which none is good.
func trailFault(trails []account.Trail) string {
	for _, t := range trails {
		if t.MultiRegion && t.Logging != account.No {
			return "the trail that is there for them leaves out " + orWord(t.LeftOut, "management events")
		}
	}
	for _, t := range trails {
		if t.MultiRegion {
			return "the trail that is there for them was stopped"
		}
	}
	return "what is there covers one region"
}

func trailEvidence(t account.Trail) Evidence {
	words := []string{"in " + t.HomeRegion + " alone"}
	if t.MultiRegion {
		words[0] = "all regions"
	}
	if t.Organization {
		words = append(words, "of the organization")
	}
	words = append(words, map[account.Answer]string{account.Yes: "logging", account.No: "not logging", account.AnswerUnknown: "its status was not told"}[t.Logging])
	if t.DeliveryError != "" {
		words = append(words, "its newest delivery failed with "+t.DeliveryError)
	}
	if t.LogError != "" {
		words = append(words, "its newest delivery to CloudWatch Logs failed with "+t.LogError)
	}
	switch t.Management {
	case account.No:
		words = append(words, "leaves out "+orWord(t.LeftOut, "management events"))
	case account.AnswerUnknown:
		words = append(words, "whether it records all management events was not told")
	}
	return Evidence{Name: "Trail " + orNameless(t.Name), Value: strings.Join(words, ", "), Source: callTrails}
}

func orNameless(name string) string {
	if name == "" {
		return "without a name"
	}
	return name
}

// partGap is why a part of a list was not read.
func partGap(g *account.Gap, call string) account.Gap {
	if g == nil {
		return account.Gap{Call: call, Cause: account.NotCollected}
	}
	return named(*g, call)
}
