package checks_test

import (
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

func trails(ts ...account.Trail) edit {
	return func(f *account.Facts) { f.Trails = account.Known(ts) }
}

// lost makes one fact a gap.
func lost[T any](fact func(*account.Facts) *account.Fact[T], call string, cause account.Cause) edit {
	return func(f *account.Facts) { *fact(f) = account.Missing[T](account.Gap{Call: call, Cause: cause}) }
}

func noTrails(f *account.Facts) *account.Fact[[]account.Trail]       { return &f.Trails }
func noDetectors(f *account.Facts) *account.Fact[[]account.Detector] { return &f.Detectors }
func noRules(f *account.Facts) *account.Fact[[]account.EventRule]    { return &f.EventRules }
func noFilters(f *account.Facts) *account.Fact[[]account.MetricFilter] {
	return &f.MetricFilters
}
func noAlarms(f *account.Facts) *account.Fact[[]account.Alarm]        { return &f.Alarms }
func noConfig(f *account.Facts) *account.Fact[[]account.ConfigRule]   { return &f.ConfigRules }
func noRootEvents(f *account.Facts) *account.Fact[account.RootEvents] { return &f.RootEvents }

func TestCloudTrailOn(t *testing.T) {
	const describe, status, selectors = "cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"
	trail := func(change func(*account.Trail)) account.Trail {
		t := account.Trail{Name: "main", HomeRegion: "us-east-1", MultiRegion: true, Logging: account.Yes, Management: account.Yes, SignIns: account.Yes}
		change(&t)
		return t
	}
	good := trail(func(*account.Trail) {})
	stuck := trail(func(t *account.Trail) { t.Name, t.DeliveryError = "stuck", "NoSuchBucket" })
	stopped := trail(func(t *account.Trail) { t.Logging = account.No })
	oneRegion := trail(func(t *account.Trail) { t.MultiRegion = false })
	untold := trail(func(t *account.Trail) {
		t.Logging, t.Gap = account.AnswerUnknown, &account.Gap{Call: status, Cause: account.Denied}
	})
	dataAlone := trail(func(t *account.Trail) {
		t.Name, t.Management, t.SignIns, t.LeftOut = "data", account.No, account.No, "management events"
	})
	writesAlone := trail(func(t *account.Trail) { t.Management, t.LeftOut = account.No, "reads" })
	unasked := trail(func(t *account.Trail) {
		t.Management, t.SignIns, t.EventGap = account.AnswerUnknown, account.AnswerUnknown, &account.Gap{Call: selectors, Cause: account.Denied}
	})
	judgeTable(t, "cloudtrail-on", []judged{
		{name: "data events alone", edits: trails(dataAlone), status: checks.Fail, says: "leaves out management events"},
		{name: "data events alone, beside a good one", edits: trails(dataAlone, good), status: checks.Pass},
		{name: "data events alone, beside one that was stopped", edits: trails(stopped, dataAlone), status: checks.Fail, says: "leaves out management events"},
		{name: "writes alone", edits: trails(writesAlone), status: checks.Fail, says: "leaves out reads"},
		{name: "what it records denied", edits: trails(unasked), status: checks.Unknown, says: "cloudtrail:GetEventSelectors was denied", gap: selectors},
		{name: "what it records denied, of one region", edits: trails(oneRegion, func() account.Trail { u := unasked; u.MultiRegion = false; return u }()), status: checks.Fail},
		{name: "what it records denied, and it was stopped", edits: trails(func() account.Trail { u := unasked; u.Logging = account.No; return u }()), status: checks.Fail},
		{name: "what it records denied, and it cannot deliver", edits: trails(func() account.Trail { u := unasked; u.DeliveryError = "NoSuchBucket"; return u }()), status: checks.Fail, says: "cannot deliver"},
		{name: "what it records not told, as in an answer of an older version", edits: trails(account.Trail{MultiRegion: true, Logging: account.Yes}), status: checks.Unknown, gap: selectors},
		{name: "its status not told, and it records data alone", edits: trails(func() account.Trail { d := dataAlone; d.Logging = account.AnswerUnknown; return d }()), status: checks.Fail},
		{name: "the organization's", status: checks.Pass, says: "The organization's CloudTrail trail records all regions."},
		{name: "its own", edits: trails(good), status: checks.Pass, says: "A CloudTrail trail of the account records all regions."},
		{name: "none", edits: trails(), status: checks.Fail, says: "no CloudTrail trail"},
		{name: "stopped", edits: trails(stopped), status: checks.Fail, says: "was stopped"},
		{name: "one region", edits: trails(oneRegion), status: checks.Fail, says: "covers one region"},
		{name: "cannot deliver", edits: trails(stuck), status: checks.Fail, says: "what it records is lost"},
		{name: "cannot deliver, beside one that can", edits: trails(stuck, good), status: checks.Pass},
		{name: "cannot deliver, beside one of one region", edits: trails(stuck, oneRegion), status: checks.Fail, says: "cannot deliver"},
		{name: "status denied", edits: trails(untold), status: checks.Unknown, says: "cloudtrail:GetTrailStatus was denied", gap: status},
		{name: "status denied, beside one that logs", edits: trails(untold, good), status: checks.Pass},
		{name: "status denied, beside one that cannot deliver", edits: trails(stuck, untold), status: checks.Unknown, gap: status},
		{name: "status of one region denied", edits: trails(trail(func(t *account.Trail) { t.MultiRegion, t.Logging = false, account.AnswerUnknown })), status: checks.Fail},
		{name: "status not told, nobody knows why", edits: trails(trail(func(t *account.Trail) { t.Logging = account.AnswerUnknown })), status: checks.Unknown, gap: status},
		{name: "denied", edits: lost(noTrails, describe, account.Denied), status: checks.Unknown, says: "cloudtrail:DescribeTrails was denied", gap: describe},
	})
	f := find(t, checks.Run(checks.Case{Facts: healthy(trails(stuck, good)), Policy: checks.DefaultPolicy()}), "cloudtrail-on")
	if got := value(f, "Trail stuck"); got != "all regions, logging, its newest delivery failed with NoSuchBucket" {
		t.Errorf("evidence %q", got)
	}
}

// seen are the ways to watch root of an account that has no other.
func seen(w watching) edit {
	return func(f *account.Facts) {
		f.Trails, f.Detectors, f.EventRules = account.Known(w.trails()), account.Known(w.detectors()), account.Known(w.rules())
		f.MetricFilters, f.Alarms, f.ConfigRules = account.Known(w.filters()), account.Known(w.alarms()), account.Known(w.configRules())
	}
}

// blind has nothing that watches.
var blind = watching{trail: "good", detector: "none", rule: "none", alarm: "none", config: "none"}

func but(change func(*watching)) edit {
	w := blind
	change(&w)
	return seen(w)
}

func TestRootEventsWatched(t *testing.T) {
	const selectors = "cloudtrail:GetEventSelectors"
	trailed := func(e edit, change func(*account.Trail)) edit {
		return both(e, func(f *account.Facts) {
			ts, _ := f.Trails.Get()
			for i := range ts {
				change(&ts[i])
			}
		})
	}
	unasked := func(t *account.Trail) {
		t.Management, t.SignIns, t.EventGap = account.AnswerUnknown, account.AnswerUnknown, &account.Gap{Call: selectors, Cause: account.Throttled}
	}
	goodRule := but(func(w *watching) { w.rule = "good" })
	ringing := func(change func(*account.Alarm)) edit {
		return both(but(func(w *watching) { w.alarm = "good" }), func(f *account.Facts) {
			alarms, _ := f.Alarms.Get()
			change(&alarms[0])
		})
	}
	rule := func(r account.EventRule) edit {
		r.Region = "us-east-1"
		return both(seen(blind), func(f *account.Facts) { f.EventRules = account.Known([]account.EventRule{r}) })
	}
	telling := func(told ...account.Subscriber) edit {
		return both(goodRule, func(f *account.Facts) {
			rules, _ := f.EventRules.Get()
			rules[0].Told = told
		})
	}
	alarm := func(kind string) edit { return but(func(w *watching) { w.alarm = kind }) }
	judgeTable(t, "root-events-watched", []judged{
		{name: "nothing", edits: seen(blind), status: checks.Fail, says: "Nobody hears of root's use"},
		{name: "GuardDuty", edits: but(func(w *watching) { w.detector = "on" }), status: checks.Pass, says: "GuardDuty is on."},
		{name: "GuardDuty suspended", edits: but(func(w *watching) { w.detector = "off" }), status: checks.Fail},
		{name: "a rule", edits: but(func(w *watching) { w.rule = "good" }), status: checks.Pass, says: "an EventBridge rule passes its sign-ins on"},
		{name: "a rule without a target", edits: but(func(w *watching) { w.rule = "no target" }), status: checks.Fail},
		{name: "a rule, and nobody has subscribed to its topic", edits: telling(account.Subscriber{Type: "SNS", Live: account.No, Why: "nobody has confirmed a subscription to the topic"}), status: checks.Fail},
		{name: "a rule, and a topic that hears", edits: telling(account.Subscriber{Type: "SNS", Live: account.Yes}), status: checks.Pass},
		{name: "a rule, and a topic that was not read", edits: telling(account.Subscriber{Type: "SNS", Why: "the topic is in an account that is not among those that are listed"}), status: checks.Unknown, says: "is in an account", gap: "sns:GetTopicAttributes"},
		{name: "a rule, and what is no ARN", edits: telling(account.Subscriber{Why: "it is not an ARN"}), status: checks.Unknown, gap: "sns:GetTopicAttributes"},
		{name: "a rule that writes to a log group alone", edits: telling(account.Subscriber{Type: "logs"}), status: checks.Fail},
		{name: "a rule that writes to a log group and calls a function", edits: telling(account.Subscriber{Type: "logs"}, account.Subscriber{Type: "lambda"}), status: checks.Pass},
		{name: "a rule that tells another bus", edits: telling(account.Subscriber{Type: "events"}), status: checks.Pass},
		{name: "a rule to targets that are deaf", edits: but(func(w *watching) { w.rule = "deaf target" }), status: checks.Fail, says: "Nobody hears"},
		{name: "a rule that is disabled", edits: but(func(w *watching) { w.rule = "disabled" }), status: checks.Fail},
		{name: "a rule on calls alone", edits: but(func(w *watching) { w.rule = "calls alone" }), status: checks.Fail},
		{name: "a rule, and no trail", edits: but(func(w *watching) { w.trail, w.rule = "none", "good" }), status: checks.Fail},
		{name: "a rule, and a trail that was stopped", edits: but(func(w *watching) { w.trail, w.rule = "stopped", "good" }), status: checks.Fail},
		{name: "a rule, and a trail of data events", edits: but(func(w *watching) { w.trail, w.rule = "data events", "good" }), status: checks.Fail},
		{name: "a rule, and a trail of writes, which sign-ins are", edits: but(func(w *watching) { w.trail, w.rule = "writes", "good" }), status: checks.Pass},
		{name: "a rule, and a trail that cannot deliver", edits: but(func(w *watching) { w.trail, w.rule = "stuck", "good" }), status: checks.Pass},
		{name: "a rule, and the organization's trail", edits: but(func(w *watching) { w.trail, w.rule = "organization", "good" }), status: checks.Pass},
		{name: "a rule, and a trail of its region", edits: but(func(w *watching) { w.trail, w.rule = "one region", "good" }), status: checks.Pass},
		{name: "a rule, and a trail of another region", edits: trailed(goodRule, func(t *account.Trail) { t.MultiRegion, t.HomeRegion = false, "eu-west-1" }), status: checks.Fail},
		{name: "a rule, and trails denied", edits: both(goodRule, lost(noTrails, "", account.Denied)), status: checks.Unknown, says: "cloudtrail:DescribeTrails was denied", gap: "cloudtrail:DescribeTrails"},
		{name: "a rule, and the trail's status denied", edits: trailed(goodRule, func(t *account.Trail) { t.Logging = account.AnswerUnknown }), status: checks.Unknown, gap: "cloudtrail:GetTrailStatus"},
		{name: "a rule, and nobody knows what the trail records", edits: trailed(goodRule, unasked), status: checks.Unknown, says: "cloudtrail:GetEventSelectors was throttled", gap: selectors},
		{name: "a rule that is disabled, and trails denied", edits: both(but(func(w *watching) { w.rule = "disabled" }), lost(noTrails, "", account.Denied)), status: checks.Unknown, gap: "cloudtrail:DescribeTrails"},
		{name: "an alarm, and a trail of data events", edits: but(func(w *watching) { w.trail, w.alarm = "data events", "good" }), status: checks.Fail},
		{name: "an alarm, and a trail of writes", edits: but(func(w *watching) { w.trail, w.alarm = "writes", "good" }), status: checks.Pass},
		{name: "an alarm, and nobody knows what the trail records", edits: trailed(alarm("good"), unasked), status: checks.Unknown, gap: selectors},
		{name: "an alarm, and a trail that cannot deliver to its log group", edits: but(func(w *watching) { w.trail, w.alarm = "deaf log group", "good" }), status: checks.Fail},
		{name: "an alarm of few sign-ins", edits: ringing(func(a *account.Alarm) { a.Operator = "LessThanThreshold" }), status: checks.Fail},
		{name: "an alarm of many sign-ins", edits: ringing(func(a *account.Alarm) { a.Operator, a.Threshold = "GreaterThanThreshold", 5 }), status: checks.Fail},
		{name: "an alarm of more than one sign-in", edits: ringing(func(a *account.Alarm) { a.Operator = "GreaterThanThreshold" }), status: checks.Fail},
		{name: "an alarm of more than none", edits: ringing(func(a *account.Alarm) { a.Operator, a.Threshold = "GreaterThanThreshold", 0 }), status: checks.Pass},
		{name: "an alarm that has had no data for years", edits: ringing(func(a *account.Alarm) { a.State, a.StateSince = "INSUFFICIENT_DATA", now.Add(-900*day) }), status: checks.Pass},
		{name: "an alarm that did not tell its state", edits: ringing(func(a *account.Alarm) { a.State = "" }), status: checks.Pass},
		{name: "an alarm of a band", edits: ringing(func(a *account.Alarm) { a.Operator = "GreaterThanUpperThreshold" }), status: checks.Unknown, says: "compares in a way", gap: "cloudwatch:DescribeAlarms"},
		{name: "an alarm of an expression", edits: ringing(func(a *account.Alarm) { a.Math = true }), status: checks.Unknown, says: "looks at an expression", gap: "cloudwatch:DescribeAlarms"},
		{name: "an alarm of an expression, switched off", edits: ringing(func(a *account.Alarm) { a.Math, a.ActionsEnabled = true, false }), status: checks.Fail},
		{name: "an alarm of a mean", edits: ringing(func(a *account.Alarm) { a.Statistic = "Average" }), status: checks.Unknown, gap: "cloudwatch:DescribeAlarms"},
		{name: "an alarm of three periods in turn", edits: ringing(func(a *account.Alarm) { a.Periods = 3 }), status: checks.Unknown, gap: "cloudwatch:DescribeAlarms"},
		{name: "an alarm", edits: alarm("good"), status: checks.Pass, says: "a metric filter on the trail has an alarm"},
		{name: "a filter without an alarm", edits: alarm("no alarm"), status: checks.Fail},
		{name: "an alarm whose actions are off", edits: alarm("switched off"), status: checks.Fail},
		{name: "a filter where no trail writes", edits: alarm("another log group"), status: checks.Fail},
		{name: "an alarm on every call", edits: alarm("of everything"), status: checks.Fail},
		{name: "a filter in another account's log group", edits: but(func(w *watching) { w.trail, w.alarm = "organization", "good" }), status: checks.Unknown,
			says: "writes to a log group of account 123456789012, whose metric filters and alarms are not read. See what watches root in that account, or turn on", gap: "logs:DescribeMetricFilters"},
		{name: "a filter and an alarm of the payer's", edits: ofOrganization, whole: payerRings("good"), status: checks.Pass, says: "a metric filter on the trail has an alarm"},
		{name: "the payer's own filter, which rings nowhere", edits: ofOrganization, whole: payerRings("no action"), status: checks.Fail},
		{name: "no filter of the payer's", edits: ofOrganization, whole: payerRings("none"), status: checks.Fail, says: "Nobody hears"},
		{name: "a filter of the payer's on another log group", edits: ofOrganization, whole: payerRings("another log group"), status: checks.Fail},
		{name: "the payer's filters denied", edits: ofOrganization, whole: payerRings("denied"), status: checks.Unknown, says: "logs:DescribeMetricFilters was denied", gap: "logs:DescribeMetricFilters"},
		{name: "the payer rings, and the trail was stopped", edits: trailed(ofOrganization, func(t *account.Trail) { t.Logging = account.No }), whole: payerRings("good"), status: checks.Fail},
		{name: "the payer rings, and the trail writes to a third", edits: trailed(ofOrganization, func(t *account.Trail) {
			t.LogGroup = "arn:aws:logs:us-east-1:444455556666:log-group:cloudtrail:*"
		}), whole: payerRings("good"), status: checks.Unknown, says: "of account 444455556666", gap: "logs:DescribeMetricFilters"},
		{name: "a filter on a trail that was stopped", edits: but(func(w *watching) { w.trail, w.alarm = "stopped", "good" }), status: checks.Fail},
		{name: "AWS Config", edits: but(func(w *watching) { w.config = "good" }), status: checks.Pass, says: "AWS Config checks root"},
		{name: "AWS Config, another rule", edits: but(func(w *watching) { w.config = "not of root" }), status: checks.Fail},
		{name: "two ways", edits: but(func(w *watching) { w.detector, w.rule = "on", "good" }), status: checks.Pass, says: "GuardDuty is on; an EventBridge rule"},

		{name: "targets not read", edits: rule(account.EventRule{Enabled: true, Pattern: busPattern, Gap: &account.Gap{Call: "events:ListTargetsByRule", Cause: account.Throttled}}),
			status: checks.Unknown, says: "events:ListTargetsByRule was throttled", gap: "events:ListTargetsByRule"},
		{name: "a rule by address", edits: rule(account.EventRule{Name: "office", Enabled: true, Pattern: `{"detail":{"sourceIPAddress":["192.0.2.1"]}}`, Told: []account.Subscriber{{Type: "lambda"}}}),
			status: checks.Unknown, says: "the EventBridge rule office is not decided: it depends on detail.sourceIPAddress", gap: "events:ListRules"},
		{name: "a rule by address that is disabled", edits: rule(account.EventRule{Pattern: `{"detail":{"sourceIPAddress":["192.0.2.1"]}}`}), status: checks.Fail},
		{name: "a filter by address", edits: both(alarm("good"), func(f *account.Facts) {
			f.MetricFilters = account.Known([]account.MetricFilter{{Name: "office", LogGroup: "cloudtrail", Pattern: `{ $.sourceIPAddress != 192.0.2.* }`, Namespace: "CIS", Metric: "RootUse", Value: "1"}})
		}), status: checks.Unknown, says: "the metric filter office is not decided", gap: "logs:DescribeMetricFilters"},
		{name: "a filter by address without an alarm", edits: both(alarm("no alarm"), func(f *account.Facts) {
			f.MetricFilters = account.Known([]account.MetricFilter{{LogGroup: "cloudtrail", Pattern: `{ $.sourceIPAddress != 192.0.2.* }`, Namespace: "CIS", Metric: "RootUse", Value: "1"}})
		}), status: checks.Fail},
		{name: "a topic of somebody else", edits: both(alarm("good"), func(f *account.Facts) {
			alarms, _ := f.Alarms.Get()
			alarms[0].Actions[0].Live = account.AnswerUnknown
		}), status: checks.Unknown, says: "sns:GetTopicAttributes was not collected", gap: "sns:GetTopicAttributes"},
		{name: "an alarm that calls a function", edits: ringing(func(a *account.Alarm) {
			a.Actions = []account.Subscriber{{Type: "lambda", Address: "arn:aws:lambda:us-east-1:111122223333:function:page"}}
		}), status: checks.Pass},
		{name: "an alarm that stops an instance", edits: ringing(func(a *account.Alarm) {
			a.Actions = []account.Subscriber{{Type: "automate", Address: "arn:aws:automate:us-east-1:ec2:stop"}}
		}), status: checks.Unknown},
		{name: "a filter that adds nothing for each sign-in", edits: both(alarm("good"), adds("0")), status: checks.Fail},
		{name: "a filter that adds what a field holds", edits: both(alarm("good"), adds("$.size")), status: checks.Unknown, says: "finds in a field", gap: "cloudwatch:DescribeAlarms"},
		{name: "a filter that adds nothing, and an alarm that counts how often", edits: both(alarm("good"), adds("0"), ringing(func(a *account.Alarm) { a.Statistic = "SampleCount" })), status: checks.Pass},
		{name: "an alarm on a dimension that the filter does not write", edits: both(alarm("good"), func(f *account.Facts) {
			alarms, _ := f.Alarms.Get()
			alarms[0].Dimensions = map[string]string{"Region": "us-east-1"}
		}), status: checks.Fail},
		{name: "an alarm without the dimension that the filter writes", edits: both(alarm("good"), func(f *account.Facts) {
			filters, _ := f.MetricFilters.Get()
			filters[0].Dimensions = map[string]string{"Address": "$.sourceIPAddress"}
		}), status: checks.Fail},
		{name: "an alarm on one value of the dimension that the filter writes", edits: both(alarm("good"), func(f *account.Facts) {
			filters, _ := f.MetricFilters.Get()
			filters[0].Dimensions = map[string]string{"Address": "$.sourceIPAddress"}
			alarms, _ := f.Alarms.Get()
			alarms[0].Dimensions = map[string]string{"Address": "192.0.2.1"}
		}), status: checks.Unknown, says: "some of the sign-ins", gap: "cloudwatch:DescribeAlarms"},
		{name: "detectors denied", edits: both(seen(blind), lost(noDetectors, "", account.Denied)), status: checks.Unknown, gap: "guardduty:ListDetectors"},
		{name: "rules denied", edits: both(seen(blind), lost(noRules, "", account.Denied)), status: checks.Unknown, gap: "events:ListRules"},
		{name: "filters denied", edits: both(seen(blind), lost(noFilters, "", account.Denied)), status: checks.Unknown, gap: "logs:DescribeMetricFilters"},
		{name: "alarms denied", edits: both(alarm("good"), lost(noAlarms, "", account.Denied)), status: checks.Unknown, gap: "cloudwatch:DescribeAlarms"},
		{name: "alarms denied, and no filter", edits: both(seen(blind), lost(noAlarms, "", account.Denied)), status: checks.Fail},
		{name: "trails denied", edits: both(alarm("good"), lost(noTrails, "", account.Denied)), status: checks.Unknown, gap: "cloudtrail:DescribeTrails"},
		{name: "trails denied, and no alarm", edits: both(alarm("no alarm"), lost(noTrails, "", account.Denied)), status: checks.Unknown, gap: "cloudtrail:DescribeTrails"},
		{name: "the trail's status denied", edits: both(alarm("good"), func(f *account.Facts) {
			ts, _ := f.Trails.Get()
			ts[0].Logging = account.AnswerUnknown
		}), status: checks.Unknown, gap: "cloudtrail:GetTrailStatus"},
		{name: "Config denied", edits: both(seen(blind), lost(noConfig, "", account.Denied)), status: checks.Unknown, gap: "config:DescribeConfigRules"},
		{name: "all but GuardDuty denied", edits: both(nothingRead(account.Denied), func(f *account.Facts) {
			f.Detectors = account.Known([]account.Detector{{ID: "d1", Enabled: account.Yes}})
		}), status: checks.Pass},
	})
}

// ofOrganization is watched by nothing of its own, under the organization's trail.
func ofOrganization(f *account.Facts) { but(func(w *watching) { w.trail = "organization" })(f) }

// payerRings is what the payer has on the log group of the organization's trail.
func payerRings(alarm string) []func(*checks.Organization) {
	w := blind
	w.alarm = alarm
	return []func(*checks.Organization){func(o *checks.Organization) {
		o.ManagementID = mustID("123456789012")
		o.MetricFilters, o.RootAlarms = account.Known(w.filters()), account.Known(w.alarms())
		if alarm == "denied" {
			o.MetricFilters = account.Missing[[]account.MetricFilter](account.Gap{Call: "logs:DescribeMetricFilters", Cause: account.Denied})
		}
	}}
}

// adds is what the metric filter adds for each event.
func adds(value string) edit {
	return func(f *account.Facts) {
		filters, _ := f.MetricFilters.Get()
		filters[0].Value = value
	}
}

func TestRootEventsWatchedMistakesOfOthers(t *testing.T) {
	judgeTable(t, "root-events-watched", []judged{
		{name: "EventBridge is not counted", edits: but(func(w *watching) { w.rule = "good" }), status: checks.Pass},
		{name: "fixed clause order", edits: both(but(func(w *watching) { w.alarm = "good" }), func(f *account.Facts) {
			filters, _ := f.MetricFilters.Get()
			filters[0].Pattern = `{ $.eventType != "AwsServiceEvent" && $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS }`
		}), status: checks.Pass},
		{name: "alarm without subscribers", edits: but(func(w *watching) { w.alarm = "nobody subscribed" }), status: checks.Fail},
		{name: "alarm without an action", edits: but(func(w *watching) { w.alarm = "no action" }), status: checks.Fail},
		// What is in another region was not looked at: it neither passes nor fails.
		{name: "alarm in only one region, another one", edits: both(seen(blind), trails(account.Trail{Name: "main", HomeRegion: "eu-west-1", MultiRegion: true,
			Logging: account.Yes, LogGroup: "arn:aws:logs:eu-west-1:111122223333:log-group:cloudtrail:*"})), status: checks.Unknown, gap: "logs:DescribeMetricFilters"},
		{name: "alarm in only one region, and the trail writes elsewhere", edits: both(but(func(w *watching) { w.alarm = "good" }), trails(account.Trail{MultiRegion: true,
			Logging: account.No, LogGroup: "arn:aws:logs:eu-west-1:111122223333:log-group:cloudtrail:*"})), status: checks.Fail},
		{name: "a log group by the beginning of its name", edits: both(but(func(w *watching) { w.alarm = "good" }), trails(account.Trail{MultiRegion: true,
			Logging: account.Yes, LogGroup: "arn:aws:logs:us-east-1:111122223333:log-group:cloudtrail-old:*"})), status: checks.Fail},
	})
}

// happened are root's events, whole for 90 days.
func happened(events ...account.RootEvent) edit {
	return func(f *account.Facts) {
		f.RootEvents = account.Known(account.RootEvents{Since: now.Add(-90 * day), SignInsSince: now.Add(-90 * day), Whole: true, Events: events})
	}
}

func event(ago time.Duration, kind account.RootEventKind, name string) account.RootEvent {
	return account.RootEvent{At: now.Add(-ago), Kind: kind, Name: name, Source: "s3.amazonaws.com", Region: "us-east-1", IP: "192.0.2.1", UserAgent: "curl/8"}
}

func TestRootProgrammatic(t *testing.T) {
	const lookup, report = "cloudtrail:LookupEvents", "iam:GetCredentialReport"
	ago := func(d time.Duration) account.Use { return at(now.Add(-d)) }
	cut := func(since time.Time, whole bool) edit {
		return func(f *account.Facts) {
			f.RootEvents = account.Known(account.RootEvents{Since: since, SignInsSince: since, Whole: whole})
		}
	}
	judgeTable(t, "root-programmatic", []judged{
		{name: "nothing", status: checks.Pass, says: "No software ran as root in 7 days"},
		{name: "a key yesterday", edits: slot(1, key(account.Yes, ago(day))), status: checks.Fail, says: "Root access key 1 was used on 2026-11-21 06:00 UTC in us-east-1 for s3, 1 day before this check"},
		{name: "a key long ago", edits: slot(2, key(account.Yes, ago(8*day))), status: checks.Pass},
		{name: "the password yesterday", edits: password(ago(day)), status: checks.Pass},
		{name: "a call yesterday", edits: happened(event(day, account.RootSoftware, "ListBuckets")), status: checks.Fail, says: "Software called ListBuckets of s3 as root on 2026-11-21 06:00 UTC in us-east-1, 1 day"},
		{name: "a call long ago", edits: happened(event(8*day, account.RootSoftware, "ListBuckets")), status: checks.Pass},
		{name: "a key was deleted, and its last use with it", edits: happened(event(day, account.RootAssumed, "DeleteAccessKey")), status: checks.Unknown, says: "the access key that was deleted", gap: report},
		{name: "a call that was refused", edits: happened(func() account.RootEvent {
			e := event(day, account.RootSoftware, "ListBuckets")
			e.Failed = true
			return e
		}()), status: checks.Fail},
		{name: "a console session", edits: happened(event(day, account.RootConsole, "ListBuckets"), event(day, account.RootSignIn, "ConsoleLogin")), status: checks.Pass},
		{name: "a service", edits: happened(event(day, account.RootService, "CreateLogStream")), status: checks.Pass},
		{name: "a key, and events denied", edits: both(slot(1, key(account.Yes, ago(day))), lost(noRootEvents, lookup, account.Denied)), status: checks.Fail},
		{name: "a call, and the report denied", edits: both(noReport(account.Denied), happened(event(day, account.RootSoftware, "ListBuckets"))), status: checks.Fail},
		{name: "no key, and events denied", edits: lost(noRootEvents, lookup, account.Denied), status: checks.Unknown, says: "cloudtrail:LookupEvents was denied", gap: lookup},
		{name: "no call, and the report denied", edits: noReport(account.Denied), status: checks.Unknown, gap: report},
		{name: "no call, and the report is old", edits: reportAge(2 * day), status: checks.Unknown, gap: "iam:GenerateCredentialReport"},
		{name: "no call, and a key is not told", edits: slot(1, account.AccessKey{}), status: checks.Unknown, says: "access_key_1_last_used_date", gap: report},
		{name: "events of less than the window", edits: cut(now.Add(-6*day), false), status: checks.Unknown, says: "read from 2026-11-16 06:00 UTC on", gap: lookup},
		{name: "more events, but the window is whole", edits: cut(now.Add(-8*day), false), status: checks.Pass},
		{name: "cut at the edge of the window", edits: cut(now.Add(-7*day), false), status: checks.Unknown, gap: lookup},
		{name: "nobody says since when", edits: cut(time.Time{}, true), status: checks.Unknown, gap: lookup},
		{name: "a window longer than CloudTrail remembers", policy: checks.Policy{RootUsageWindow: 180 * day}, status: checks.Pass},
		{name: "no time of observation", edits: func(f *account.Facts) { f.ObservedAt = time.Time{} }, status: checks.Unknown, gap: report},
	})
}

// half is what was read of root's events before CloudTrail throttled us.
func half(since, signIns time.Time, events ...account.RootEvent) edit {
	return func(f *account.Facts) {
		gap := &account.Gap{Call: "cloudtrail:LookupEvents", Cause: account.Throttled}
		told := account.RootEvents{Since: since, Events: events, SignInsSince: signIns, Whole: signIns.IsZero(), SignInGap: gap}
		if !signIns.IsZero() {
			told.Gap, told.SignInGap = gap, nil
		}
		f.RootEvents = account.Known(told)
	}
}

// What was read of root decides where it can, and where it cannot, the gap
// that cut it short is named.
func TestHalfOfRootEvents(t *testing.T) {
	const lookup, says = "cloudtrail:LookupEvents", "cloudtrail:LookupEvents was throttled"
	whole := now.Add(-90 * day)
	call := event(day, account.RootSoftware, "ListBuckets")
	judgeTable(t, "root-programmatic", []judged{
		{name: "a call, and the sign-ins are lost", edits: half(whole, time.Time{}, call), status: checks.Fail},
		{name: "a call, and a later page is lost", edits: half(now.Add(-2*day), whole, call), status: checks.Fail},
		{name: "no call, and the sign-ins are lost", edits: half(whole, time.Time{}), status: checks.Pass},
		{name: "no call, and a later page is lost", edits: half(now.Add(-2*day), whole), status: checks.Unknown, says: says, gap: lookup},
	})
	removed := func(e edit) edit { return both(e, noCredentials) }
	judgeTable(t, "root-usage", []judged{
		{name: "a call", edits: half(whole, time.Time{}, call), status: checks.Fail},
		{name: "no call, no password, and the sign-ins are lost", edits: removed(half(whole, time.Time{})), status: checks.Unknown, says: says, gap: lookup},
		{name: "no call, no password, and a later page is lost", edits: removed(half(now.Add(-2*day), whole)), status: checks.Unknown, says: says, gap: lookup},
	})
	week := event(9*day, account.RootSoftware, "ListBuckets")
	judgeTable(t, "root-repeat-use", []judged{
		{name: "in two weeks", edits: half(whole, time.Time{}, call, week), status: checks.Fail},
		{name: "in one, and the sign-ins are lost", edits: half(whole, time.Time{}), status: checks.Unknown, says: says, gap: lookup},
		{name: "in one, and a later page is lost", edits: half(now.Add(-2*day), whole), status: checks.Unknown, says: says, gap: lookup},
	})
}

// signInsRead cuts the lookup of every sign-in short.
func signInsRead(since time.Time) edit {
	return func(f *account.Facts) {
		told, _ := f.RootEvents.Get()
		told.SignInsSince = since
		f.RootEvents = account.Known(told)
	}
}

func TestRootUsageByEvents(t *testing.T) {
	const lookup = "cloudtrail:LookupEvents"
	withMFA := event(2*day, account.RootSignIn, "ConsoleLogin")
	withMFA.MFA = account.Yes
	failed := event(day, account.RootSignIn, "ConsoleLogin")
	failed.Failed = true
	judgeTable(t, "root-usage", []judged{
		{name: "a sign-in", edits: happened(withMFA), status: checks.Fail, says: "Root signed in at the console on 2026-11-20 06:00 UTC in us-east-1 with MFA, 2 days before this check; the window is 7 days."},
		{name: "a sign-in that failed", edits: happened(failed), status: checks.Pass},
		{name: "a call at the console", edits: happened(event(day, account.RootConsole, "DeleteBucket")), status: checks.Fail, says: "Root called DeleteBucket of s3 at the console"},
		{name: "a program", edits: happened(event(day, account.RootSoftware, "ListBuckets")), status: checks.Fail, says: "Software called ListBuckets of s3 as root"},
		{name: "the password was reset by mail", edits: happened(event(day, account.RootSignIn, "PasswordRecoveryCompleted")), status: checks.Fail, says: "reset by mail"},
		{name: "a service", edits: happened(event(day, account.RootService, "CreateLogStream")), status: checks.Pass},
		{name: "a short window, and no sign-in was read", edits: signInsRead(time.Time{}), policy: checks.Policy{RootUsageWindow: day}, status: checks.Pass},
		{name: "a short window, an older report, and no sign-in was read", edits: both(reportAge(7*time.Hour), signInsRead(time.Time{})), policy: checks.Policy{RootUsageWindow: day}, status: checks.Unknown, says: "account's alias", gap: lookup},
		{name: "a short window, an older report, and sign-ins of a part of it", edits: both(reportAge(7*time.Hour), signInsRead(now.Add(-5*time.Hour))), policy: checks.Policy{RootUsageWindow: day}, status: checks.Unknown, says: "sign-ins to the console were read from 2026-11-22 01:00 UTC on", gap: lookup},
		{name: "a short window, an older report, and the sign-ins of all of it", edits: both(reportAge(7*time.Hour), signInsRead(now.Add(-day))), policy: checks.Policy{RootUsageWindow: day}, status: checks.Pass},
		{name: "before the window", edits: happened(event(8*day, account.RootConsole, "DeleteBucket")), status: checks.Pass},
		{name: "events denied", edits: lost(noRootEvents, lookup, account.Denied), status: checks.Pass, says: "password_last_used"},
		{name: "a sign-in, and the report denied", edits: both(noReport(account.Denied), happened(withMFA)), status: checks.Fail},
		{name: "no sign-in, and the report denied", edits: noReport(account.Denied), status: checks.Unknown, gap: "iam:GetCredentialReport"},
		{name: "the newest of both", edits: both(password(at(now.Add(-3*day))), happened(withMFA)), status: checks.Fail, says: "2 days before"},
		{name: "the report is newer", edits: both(password(at(now.Add(-day))), happened(withMFA)), status: checks.Fail, says: "The root password was used"},
	})
	f := find(t, checks.Run(checks.Case{Facts: healthy(happened(withMFA)), Policy: checks.DefaultPolicy()}), "root-usage")
	if got := value(f, "ConsoleLogin"); got != "2026-11-20T06:00:00Z in us-east-1 with MFA from 192.0.2.1" {
		t.Errorf("evidence %q", got)
	}
	many := make([]account.RootEvent, 9)
	for i := range many {
		many[i] = event(time.Duration(i+1)*time.Hour, account.RootConsole, "ListBuckets")
	}
	f = find(t, checks.Run(checks.Case{Facts: healthy(happened(many...)), Policy: checks.DefaultPolicy()}), "root-usage")
	if got := value(f, "Earlier events by root in the window"); got != "4" {
		t.Errorf("evidence of more: %q", got)
	}
}

// The audit of a member by AssumeRoot is logged as root. An alarm that fires
// on it teaches people to look away.
func TestCentralAuditIsNoUseOfRoot(t *testing.T) {
	audit := event(time.Hour, account.RootAssumed, "ListAccessKeys")
	audit.AssumedBy = "arn:aws:sts::123456789012:assumed-role/Rootwatch/rootwatch"
	facts := healthy(both(noCredentials, happened(audit, audit)))
	for _, id := range []string{"root-usage", "root-programmatic", "root-mfa"} {
		if f := find(t, checks.Run(checks.Case{Facts: facts, Policy: checks.DefaultPolicy()}), id); f.Status != checks.Pass {
			t.Errorf("root-usage alarms fired by central audit: %s is %s: %s", id, f.Status, f.Summary)
		}
	}
}
