package checks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rootwatch/checks/account"
)

var _ = register(Check{
	ID:       "billing-alarm",
	Title:    "A billing alarm or a cost-anomaly subscription covers the account and can deliver",
	Short:    "No billing alarm that delivers",
	Good:     "a billing alarm can deliver",
	Severity: Medium,
	Why: "It is the second pair of eyes on the bill, beside the account's own budget, and the payer can keep it for everybody. " +
		"Anomaly detection knows what is usual and speaks of a service or region that was never used. " +
		"An alarm with its actions switched off, or on a topic that nobody hears, looks well in the console and says nothing.",
	Reads: []string{callAlarms, callSubscriptions, callMonitors, callCosts, callTopics, callOrganization},
	Remediation: Remediation{
		Steps: []string{
			"In the payer, make a monitor of Cost Anomaly Detection over all AWS services, and a subscription to it that tells a list or a topic each day.",
			"Or make a CloudWatch alarm on EstimatedCharges in us-east-1, after \"Receive CloudWatch billing alerts\" was switched on in Billing preferences.",
			"For a topic, let costalerts.amazonaws.com or cloudwatch.amazonaws.com publish, and confirm its subscription.",
		},
		Console: "Billing and Cost Management > Cost Anomaly Detection > Create monitor",
		URL:     "https://console.aws.amazon.com/cost-management/home#/anomaly-detection",
		CLI: "# In the payer; the second command takes the ARN that the first one prints:\n" +
			"aws ce create-anomaly-monitor --anomaly-monitor MonitorName=services,MonitorType=DIMENSIONAL,MonitorDimension=SERVICE\n" +
			"aws ce create-anomaly-subscription --anomaly-subscription '{\"SubscriptionName\":\"daily\",\"Frequency\":\"DAILY\",\"MonitorArnList\":[\"MONITOR_ARN\"],\"Subscribers\":[{\"Type\":\"EMAIL\",\"Address\":\"finops@example.com\"}],\"ThresholdExpression\":{\"Dimensions\":{\"Key\":\"ANOMALY_TOTAL_IMPACT_ABSOLUTE\",\"MatchOptions\":[\"GREATER_THAN_OR_EQUAL\"],\"Values\":[\"50\"]}}}'",
		Terraform: "resource \"aws_ce_anomaly_monitor\" \"services\" {\n" +
			"  name              = \"services\"\n" +
			"  monitor_type      = \"DIMENSIONAL\"\n" +
			"  monitor_dimension = \"SERVICE\"\n" +
			"}\n\n" +
			"resource \"aws_ce_anomaly_subscription\" \"daily\" {\n" +
			"  name             = \"daily\"\n" +
			"  frequency        = \"DAILY\"\n" +
			"  monitor_arn_list = [aws_ce_anomaly_monitor.services.arn]\n\n" +
			"  subscriber {\n" +
			"    type    = \"EMAIL\"\n" +
			"    address = \"finops@example.com\"\n" +
			"  }\n\n" +
			"  threshold_expression {\n" +
			"    dimension {\n" +
			"      key           = \"ANOMALY_TOTAL_IMPACT_ABSOLUTE\"\n" +
			"      match_options = [\"GREATER_THAN_OR_EQUAL\"]\n" +
			"      values        = [\"50\"]\n" +
			"    }\n" +
			"  }\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "Article", ID: "1Strategy: five steps (2018)"},
		{Catalogue: "AWS", ID: "Detecting unusual spend with AWS Cost Anomaly Detection", URL: "https://docs.aws.amazon.com/cost-management/latest/userguide/manage-ad.html"},
		{Catalogue: "AWS", ID: "Create a billing alarm to monitor your estimated charges", URL: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/monitor_estimated_charges_with_cloudwatch.html"},
	},
	Judge: judgeBillingAlarm,
})

func judgeBillingAlarm(c Case) Verdict {
	if v, done := notActive(c.Facts, callAlarms, callSubscriptions); done {
		return v
	}
	w := watchersOf(c)
	switch {
	case w.works != "":
		return Verdict{Status: Pass, Evidence: w.evidence, Summary: upperFirst(w.works) + " covers the account and can deliver."}
	case len(w.gaps) > 0:
		return unknown("Whether a billing alarm or a cost-anomaly subscription reaches anybody", w.evidence, w.gaps)
	}
	evidence := w.evidence
	why := "there is none"
	if len(w.faults) > 0 {
		why = strings.Join(w.faults, "; ")
	}
	if len(evidence) == 0 {
		evidence = []Evidence{{Name: "Billing alarms", Value: "0", Source: callAlarms}, {Name: "Anomaly subscriptions", Value: "0", Source: callSubscriptions}}
	}
	return Verdict{Status: Fail, Evidence: evidence, Summary: "No billing alarm or cost-anomaly subscription reaches anybody: " + why + "."}
}

// watchers are what watches the bill of the account beside budgets.
type watchers struct {
	works    string // the first that does
	faults   []string
	gaps     []account.Gap
	evidence []Evidence
}

func watchersOf(c Case) watchers {
	var w watchers
	f, org := c.Facts, c.Organization
	alarms, read := f.Alarms.Get()
	if !read {
		w.gaps = append(w.gaps, named(f.Alarms.Gap(), callAlarms))
	}
	w.alarms(alarms, "", f.ID, f.ObservedAt)
	pays := f.Role == account.Standalone || f.Role == account.Management || !org.ManagementID.IsZero() && org.ManagementID == f.ID
	if !pays {
		alarms, read = org.Alarms.Get()
		if !read {
			w.gaps = append(w.gaps, ofPayer(named(org.Alarms.Gap(), callAlarms)))
		}
		w.alarms(alarms, " of the payer", f.ID, org.ObservedAt)
	}
	subscriptions, read := org.AnomalySubscriptions.Get()
	if !read {
		w.gaps = append(w.gaps, ofPayer(named(org.AnomalySubscriptions.Gap(), callSubscriptions)))
	}
	for _, s := range subscriptions {
		w.add("Anomaly subscription "+s.Name+readOn(org.AnomaliesAt), "an anomaly subscription", callSubscriptions, flaw{dead: subscriptionFlaw(s, f.ID)}, s.Subscribers)
	}
	return w
}

// readOn is when an answer came that is older than the report.
func readOn(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return ", as read on " + at.UTC().Format(time.DateOnly)
}

func (w *watchers) alarms(alarms []account.Alarm, whose string, id account.ID, observed time.Time) {
	for _, a := range alarms {
		if a.Namespace == "AWS/Billing" && a.Metric == "EstimatedCharges" {
			w.add("Alarm "+a.Name+whose, "a billing alarm"+whose, callAlarms, alarmFlaw(a, id, observed), a.Actions)
		}
	}
}

// flaw is why a watcher says nothing of the account, whoever would hear it, or
// why it cannot be told whether it does; both are "" where it does.
type flaw struct{ dead, open string }

// add judges one watcher.
func (w *watchers) add(name, what, call string, is flaw, to []account.Subscriber) {
	if is.dead == "" && len(to) == 0 {
		is.dead = "tells nobody"
	}
	value, open := is.dead, ""
	if is.dead == "" {
		i := slices.IndexFunc(to, func(s account.Subscriber) bool { return s.Live == account.Yes })
		j := slices.IndexFunc(to, func(s account.Subscriber) bool { return s.Live == account.AnswerUnknown })
		switch {
		case is.open != "" && max(i, j) >= 0:
			open = is.open
			value = "may deliver: it " + open
			w.gaps = append(w.gaps, account.Gap{Call: call, Cause: account.Undecodable, Sentence: fmt.Sprintf("The %s: it %s.", strings.Replace(name, "Alarm", "alarm", 1), open)})
		case i >= 0:
			value = "can deliver"
			w.works = orWord(w.works, what)
		case j >= 0:
			open = orWord(to[j].Why, "a topic could not be read")
			value = "may deliver: " + open
			w.gaps = append(w.gaps, account.Gap{Call: callTopics, Cause: account.NotCollected, Sentence: upperFirst(open) + "."})
		default:
			value = "cannot deliver: " + orWord(to[0].Why, "nobody hears it")
		}
	}
	if value != "can deliver" && open == "" {
		w.faults = append(w.faults, fmt.Sprintf("%s %s", what, value))
	}
	w.evidence = append(w.evidence, Evidence{Name: name, Value: value, Source: call})
}

// quietFor is how long an alarm on the bill may be without data: AWS publishes
// EstimatedCharges several times a day ("Create a billing alarm").
const quietFor = 24 * time.Hour

// alarmFlaw is what keeps an alarm on the bill from ringing, as it stood at an
// instant. Of an expression only its switch is judged.
func alarmFlaw(a account.Alarm, id account.ID, observed time.Time) flaw {
	service, linked := a.Dimensions["ServiceName"], a.Dimensions["LinkedAccount"]
	switch {
	case !a.ActionsEnabled:
		return flaw{dead: "has its actions switched off"}
	case a.Math:
		return flaw{open: "looks at an expression, which Rootwatch does not work out"}
	case service != "":
		return flaw{dead: "looks at one service alone"}
	case linked != "" && linked != id.String():
		return flaw{dead: "is about another account"}
	case a.Dimensions["Currency"] == "":
		return flaw{dead: "has no dimension Currency, which each metric of the bill has"}
	}
	switch exceeds(a) {
	case account.No:
		return flaw{dead: "rings when the bill is below its threshold"}
	case account.AnswerUnknown:
		return flaw{open: "compares the bill in a way that Rootwatch does not know"}
	}
	return stateFlaw(a, observed)
}

// exceeds is whether an alarm rings above its threshold.
func exceeds(a account.Alarm) account.Answer {
	switch a.Operator {
	case "GreaterThanThreshold", "GreaterThanOrEqualToThreshold":
		return account.Yes
	case "LessThanThreshold", "LessThanOrEqualToThreshold":
		return account.No
	}
	return account.AnswerUnknown
}

// stateFlaw is what an alarm's state tells of its metric: one that has had no
// data for long looks at what is not there.
func stateFlaw(a account.Alarm, observed time.Time) flaw {
	const without = "has had no data"
	switch {
	case (a.State == "OK" || a.State == "ALARM") && a.MissingData != "" && a.MissingData != "missing" && !a.DataSeen:
		// Such an alarm has a state without a single datum ("Configuring how
		// CloudWatch alarms treat missing data").
		return flaw{open: "treats missing data as " + a.MissingData + " and tells of none that it had: billing alerts may be switched off in Billing preferences"}
	case a.State == "OK" || a.State == "ALARM":
		return flaw{}
	case a.State != "INSUFFICIENT_DATA":
		return flaw{open: "did not tell its state"}
	case a.StateSince.IsZero() || observed.IsZero():
		return flaw{open: without + ", and since when was not told"}
	case observed.Sub(a.StateSince) > quietFor:
		return flaw{dead: without + " since " + a.StateSince.UTC().Format(timeLayout) + ", so that it cannot ring: billing alerts may be switched off in Billing preferences"}
	}
	return flaw{open: without + " since " + a.StateSince.UTC().Format(timeLayout) + ", and may still get some within a day"}
}

// subscriptionFlaw is why an anomaly subscription says nothing of the account,
// "" where it does.
func subscriptionFlaw(s account.AnomalySubscription, id account.ID) string {
	switch {
	case s.Monitors == 0:
		return "has no monitor"
	case !s.Whole && !slices.Contains(s.Accounts, id.String()):
		return "does not watch this account"
	}
	return ""
}
