package checks

import (
	"fmt"
	"strings"

	"rootwatch/checks/account"
)

var _ = register(Check{
	ID:       "root-events-watched",
	Title:    "Something watches the use of root: GuardDuty, an EventBridge rule, an alarm or AWS Config",
	Short:    "Nobody hears of root's use",
	Good:     "the use of root is watched",
	Severity: Medium,
	Why: "Root is used so seldom that each use deserves a look, and a sign-in that nobody hears of is found weeks later, on the bill. " +
		"One way that works is enough: GuardDuty is on, an EventBridge rule passes root's sign-ins to a target, a metric filter on the trail has an alarm that does something, or AWS Config checks root; a rule and a filter hear only of what a trail logs. " +
		"Patterns are judged by holding them against a root sign-in, so the order of their clauses does not matter, and one that leaves root out does not count.",
	Reads: []string{callDetectors, callDetector, callRules, callTargets, callFilters, callAlarms, callTopics, callTrails, callTrailStatus, callSelectors, callConfigRules, callOrganization},
	Remediation: Remediation{
		Steps: []string{
			"Turn GuardDuty on for the whole organization from its delegated administrator; it reports the use of root as Policy:IAMUser/RootCredentialUsage.",
			"For a message within minutes, add an EventBridge rule in us-east-1, where root's sign-ins are recorded, with a topic or a queue as its target; it needs a trail that logs management events there.",
			"Confirm the topic's subscription, sign in as root once at an agreed hour, and see that somebody heard of it.",
		},
		Console: "GuardDuty (us-east-1) > Get started > Enable GuardDuty",
		URL:     "https://us-east-1.console.aws.amazon.com/guardduty/home?region=us-east-1",
		CLI: "aws guardduty create-detector --region us-east-1 --enable\n" +
			"aws events put-rule --region us-east-1 --name root-use --event-pattern \\\n" +
			"  '{\"detail-type\":[\"AWS Console Sign In via CloudTrail\",\"AWS API Call via CloudTrail\"],\"detail\":{\"userIdentity\":{\"type\":[\"Root\"]}}}'\n" +
			"aws events put-targets --region us-east-1 --rule root-use \\\n" +
			"  --targets Id=security,Arn=arn:aws:sns:us-east-1:" + AccountPlaceholder + ":security",
		Terraform: "resource \"aws_guardduty_detector\" \"main\" {\n" +
			"  enable = true\n" +
			"}\n\n" +
			"resource \"aws_cloudwatch_event_rule\" \"root_use\" {\n" +
			"  name = \"root-use\" # in us-east-1\n" +
			"  event_pattern = jsonencode({\n" +
			"    \"detail-type\" = [\"AWS Console Sign In via CloudTrail\", \"AWS API Call via CloudTrail\"]\n" +
			"    detail        = { userIdentity = { type = [\"Root\"] } }\n" +
			"  })\n" +
			"}\n\n" +
			"resource \"aws_cloudwatch_event_target\" \"security\" {\n" +
			"  rule = aws_cloudwatch_event_rule.root_use.name\n" +
			"  arn  = aws_sns_topic.security.arn\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "CIS AWS Foundations", ID: "v3.0.0/4.3"},
		{Catalogue: "CIS AWS Foundations", ID: "v5.0.0/4.3"},
		{Catalogue: "CIS AWS Foundations", ID: "v7.0.0/5.3"},
		{Catalogue: "Security Hub", ID: "CloudWatch.1", URL: "https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-1"},
		{Catalogue: "Prowler", ID: "cloudwatch_log_metric_filter_root_usage"},
		{Catalogue: "Prowler", ID: "guardduty_is_enabled"},
		{Catalogue: "AWS", ID: "GuardDuty: Policy:IAMUser/RootCredentialUsage", URL: "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html#policy-iam-rootcredentialusage"},
		{Catalogue: "Article", ID: "Netskope: root user data of 1,143 accounts (2021)"},
	},
	Judge: judgeRootEventsWatched,
})

// watcher is one way to hear of root's use: whether it works, what was seen
// of it, and what an unknown would have needed.
type watcher struct {
	works    account.Answer
	how      string // for a sentence, where it works
	evidence []Evidence
	gaps     []account.Gap
}

// judgeRootEventsWatched asks for one way that works; what is broken beside
// it is evidence. Without one, a way that could not be read keeps it open.
func judgeRootEventsWatched(c Case) Verdict {
	if v, done := notActive(c.Facts, callDetectors, callRules, callFilters, callConfigRules); done {
		return v
	}
	var how []string
	var evidence []Evidence
	var gaps []account.Gap
	for _, w := range []watcher{guardDutyWatches(c.Facts), busWatches(c.Facts), alarmWatches(c.Facts, c.Organization), configWatches(c.Facts)} {
		evidence = append(evidence, w.evidence...)
		gaps = append(gaps, w.gaps...)
		if w.works == account.Yes {
			how = append(how, w.how)
		}
	}
	switch {
	case len(how) > 0:
		return Verdict{Status: Pass, Evidence: evidence, Summary: "The use of root is watched: " + strings.Join(how, "; ") + "."}
	case len(gaps) > 0:
		return unknown("Whether the use of root is watched", evidence, gaps)
	}
	return Verdict{Status: Fail, Evidence: evidence,
		Summary: "Nobody hears of root's use: GuardDuty is off, no EventBridge rule passes a root sign-in on, no metric filter on it has an alarm that does something, and AWS Config does not check root."}
}

// unread is a way of which a whole list is missing.
func unread(g account.Gap, call string) watcher {
	return watcher{gaps: []account.Gap{named(g, call)}}
}

func guardDutyWatches(f account.Facts) watcher {
	detectors, read := f.Detectors.Get()
	if !read {
		return unread(f.Detectors.Gap(), callDetectors)
	}
	w := watcher{works: account.No, how: "GuardDuty is on"}
	for _, d := range detectors {
		w.add(outcome{is: d.Enabled}, Evidence{Name: "Detector " + orNameless(d.ID), Value: onOrOff[d.Enabled] + " in " + d.Region, Source: callDetector})
		if d.Enabled == account.AnswerUnknown {
			w.gaps = append(w.gaps, partGap(d.Gap, callDetector))
		}
	}
	return w.orNone("DetectorIds", callDetectors)
}

var onOrOff = map[account.Answer]string{account.Yes: "on", account.No: "off", account.AnswerUnknown: "not told whether on or off"}

// add is one more thing that may watch: any that works will do.
func (w *watcher) add(o outcome, seen Evidence) {
	w.works = outcome{is: w.works}.or(o).is
	w.evidence = append(w.evidence, seen)
}

// orNone says of an empty list that it was empty.
func (w watcher) orNone(name, call string) watcher {
	if len(w.evidence) == 0 {
		w.evidence = []Evidence{{Name: name, Value: "none", Source: call}}
	}
	return w
}

func busWatches(f account.Facts) watcher {
	rules, read := f.EventRules.Get()
	if !read {
		return unread(f.EventRules.Gap(), callRules)
	}
	w := watcher{works: account.No, how: "an EventBridge rule passes its sign-ins on"}
	for _, r := range rules {
		link := ruleWorks(r, f)
		if link.is == account.AnswerUnknown {
			w.gaps = append(w.gaps, link.gaps...)
		}
		w.add(link.outcome, Evidence{Name: "Rule " + orNameless(r.Name), Value: link.words, Source: callRules})
	}
	return w.orNone("Rules on root sign-ins", callRules)
}

// ruleWorks is whether an EventBridge rule passes root's sign-ins to anything.
func ruleWorks(r account.EventRule, f account.Facts) chain {
	is, why := EventPatternWatchesRoot(r.Pattern, f.Account, r.Region)
	link := patternLink(is, why, "lets root's sign-ins through", "does not let every root sign-in through", callRules, "The EventBridge rule "+orNameless(r.Name))
	return link.then(func() chain { return ruleSpeaks(r) }).then(func() chain { return heardOfSignIns(f, r.Region) })
}

// ruleSpeaks is whether a rule passes on what it lets through.
func ruleSpeaks(r account.EventRule) chain {
	switch {
	case !r.Enabled:
		return chain{outcome: stops, words: "is disabled"}
	case r.Told == nil:
		return chain{words: "its targets were not read", gaps: []account.Gap{partGap(r.Gap, callTargets)}}
	case len(r.Told) == 0:
		return chain{outcome: stops, words: "has no target"}
	}
	return ruleHeard(r)
}

// ruleHeard is whether anybody, or a program, hears of what a rule passes on.
// A log group alone is no hearing: somebody would have to look. Every other
// target but a topic hands the event to what acts on it: a function, a queue, a
// state machine, another bus ("Event bus targets available in the EventBridge console").
func ruleHeard(r account.EventRule) chain {
	live, open, why := 0, "", "writes to a log group alone, which nobody hears"
	for _, t := range r.Told {
		switch {
		case t.Type == "logs":
		case t.Type != "" && t.Type != "SNS", t.Live == account.Yes:
			live++
		case t.Live == account.AnswerUnknown:
			open = orWord(t.Why, "the topic was not read")
		default:
			why = "tells nobody: " + orWord(t.Why, "nobody hears its topic")
		}
	}
	switch {
	case live > 0:
		return chain{outcome: lets, words: fmt.Sprintf("targets: %d", len(r.Told))}
	case open != "":
		return chain{words: "whether anybody hears its target is open: " + open, gaps: []account.Gap{{Call: callTopics, Cause: account.Undecodable,
			Sentence: "Whether anybody hears the target of the EventBridge rule " + orNameless(r.Name) + " is not decided: " + open + "."}}}
	}
	return chain{outcome: stops, words: why}
}

// patternGap is a pattern that Rootwatch cannot decide.
func patternGap(call, sentence string) account.Gap {
	return account.Gap{Call: call, Cause: account.Undecodable, Sentence: strings.TrimRight(sentence, ".") + "."}
}

func configWatches(f account.Facts) watcher {
	rules, read := f.ConfigRules.Get()
	if !read {
		return unread(f.ConfigRules.Gap(), callConfigRules)
	}
	w := watcher{works: account.No, how: "AWS Config checks root"}
	for _, r := range rules {
		o, words := stops, r.Identifier+", is being deleted"
		switch {
		case !RootConfigRule(r.Identifier):
			words = r.Identifier + ", not about root"
		case r.Active:
			o, words = lets, r.Identifier+", active"
		}
		w.add(o, Evidence{Name: "Config rule " + orNameless(r.Name), Value: words, Source: callConfigRules})
	}
	return w.orNone("ConfigRules on root", callConfigRules)
}

// RootConfigRule reports whether an AWS Config rule with this identifier is
// one of AWS's own on root.
func RootConfigRule(identifier string) bool {
	switch identifier {
	case "ROOT_ACCOUNT_MFA_ENABLED", "ROOT_ACCOUNT_HARDWARE_MFA_ENABLED", "IAM_ROOT_ACCESS_KEY_CHECK":
		return true
	}
	return false
}
