package checks_test

import (
	"math/rand/v2"
	"slices"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// watching is who really watches root in an account.
type watching struct {
	trail    string // what kind it is
	second   bool   // one more trail that cannot deliver
	detector string
	rule     string
	alarm    string
	config   string
	borrowed bool // software with a session of root's, when root signed in
}

// The kinds. Only the first of each list is good.
var (
	trailKinds  = []string{"good", "organization", "one region", "stopped", "stuck", "data events", "writes", "deaf log group", "none"}
	detectKinds = []string{"on", "off", "off", "none", "none"}
	ruleKinds   = []string{"good", "no target", "deaf target", "disabled", "of users", "calls alone", "none", "none"}
	alarmKinds  = []string{"good", "no alarm", "switched off", "no action", "nobody subscribed", "of users", "another log group", "of everything", "of few", "of many", "none", "none"}
	configKinds = []string{"good", "being deleted", "not of root", "none", "none"}
)

func (w watching) delivers() bool {
	return w.trail == "good" || w.trail == "organization" || w.trail == "deaf log group"
}

// signInsLogged is whether a trail has root's sign-ins at all, wherever it
// delivers them to; the second one does.
func (w watching) signInsLogged() bool {
	return w.second || w.trail != "none" && w.trail != "stopped" && w.trail != "data events"
}

func (w watching) watched() bool {
	return w.detector == "on" || w.config == "good" || w.rule == "good" && w.signInsLogged() || w.alarm == "good" && (w.trail == "good" || w.trail == "writes" || w.trail == "organization")
}

func init() {
	parts = append(parts, part{
		name: "watch",
		draw: func(r *rand.Rand, w *truth) {
			w.more["watch"] = watching{
				pick(r, trailKinds...), r.IntN(3) == 0, pick(r, detectKinds...), pick(r, ruleKinds...), pick(r, alarmKinds...), pick(r, configKinds...), r.IntN(2) == 0,
			}
		},
		tell: func(w truth, c *checks.Case) {
			truth, _ := w.more["watch"].(watching)
			f := &c.Facts
			f.Trails = account.Known(truth.trails())
			f.Detectors = account.Known(truth.detectors())
			f.EventRules = account.Known(truth.rules())
			f.MetricFilters, f.Alarms = account.Known(truth.filters()), account.Known(truth.alarms())
			if truth.trail == "organization" { // it writes to the payer's log group, and there is what counts and rings
				c.Organization.ManagementID = mustID("123456789012")
				c.Organization.MetricFilters, c.Organization.RootAlarms = f.MetricFilters, f.Alarms
				f.MetricFilters, f.Alarms = account.Known([]account.MetricFilter{}), account.Known([]account.Alarm{})
			}
			f.ConfigRules = account.Known(truth.configRules())
			f.RootEvents = account.Known(account.RootEvents{Since: now.Add(-90 * day), SignInsSince: now.Add(-90 * day), Whole: true, Events: w.rootEvents(truth)})
		},
		blur: blurWatch,
		want: map[string]func(truth) checks.Status{
			"cloudtrail-on": func(w truth) checks.Status {
				truth, _ := w.more["watch"].(watching)
				return passIf(truth.delivers())
			},
			"root-events-watched": func(w truth) checks.Status {
				truth, _ := w.more["watch"].(watching)
				return passIf(truth.watched())
			},
			"root-programmatic": func(w truth) checks.Status {
				truth, _ := w.more["watch"].(watching)
				used := func(d time.Duration) bool { return d > 0 && d <= 7*day }
				return passIf(!used(w.keyUsed[0]) && !used(w.keyUsed[1]) && !(truth.borrowed && used(w.passwordUsed)))
			},
		},
	})
}

func passIf(good bool) checks.Status {
	if good {
		return checks.Pass
	}
	return checks.Fail
}

const ownGroup = "arn:aws:logs:us-east-1:111122223333:log-group:cloudtrail:*"

func (w watching) trails() []account.Trail {
	t := account.Trail{Name: "main", HomeRegion: "us-east-1", MultiRegion: true, Logging: account.Yes, LogGroup: ownGroup, Management: account.Yes, SignIns: account.Yes}
	all := []account.Trail{}
	switch w.trail {
	case "organization":
		t.Organization, t.LogGroup = true, "arn:aws:logs:us-east-1:123456789012:log-group:cloudtrail:*"
	case "one region":
		t.MultiRegion, t.LogGroup = false, ""
	case "stopped":
		t.Logging = account.No
	case "stuck":
		t.DeliveryError, t.LogGroup = "AccessDenied", ""
	case "data events":
		t.Management, t.SignIns, t.LeftOut = account.No, account.No, "management events"
	case "writes":
		t.Management, t.LeftOut = account.No, "reads"
	case "deaf log group":
		t.LogError = "AccessDenied"
	}
	if w.trail != "none" {
		all = append(all, t)
	}
	if w.second {
		all = slices.Insert(all, 0, account.Trail{Name: "old", HomeRegion: "us-east-1", MultiRegion: true, Logging: account.Yes, Management: account.Yes, SignIns: account.Yes, DeliveryError: "NoSuchBucket"})
	}
	return all
}

func (w watching) detectors() []account.Detector {
	switch w.detector {
	case "on":
		return []account.Detector{{ID: "d1", Region: "us-east-1", Enabled: account.Yes}}
	case "off":
		return []account.Detector{{ID: "d1", Region: "us-east-1", Enabled: account.No}}
	}
	return []account.Detector{}
}

func (w watching) rules() []account.EventRule {
	r := account.EventRule{Name: "root", Region: "us-east-1", Enabled: true, Pattern: busPattern, Told: []account.Subscriber{{Type: "sqs", Address: "arn:aws:sqs:us-east-1:111122223333:security"}}}
	switch w.rule {
	case "none":
		return []account.EventRule{}
	case "no target":
		r.Told = []account.Subscriber{}
	case "deaf target":
		r.Told = []account.Subscriber{{Type: "SNS", Live: account.No, Why: "nobody has confirmed a subscription to the topic"}, {Type: "logs", Why: "whether it reaches a person cannot be told"}}
	case "disabled":
		r.Enabled, r.Told = false, nil
	case "of users":
		r.Pattern = `{"detail":{"userIdentity":{"type":["IAMUser"]}}}`
	case "calls alone":
		r.Pattern = `{"detail-type":["AWS API Call via CloudTrail"]}`
	}
	return []account.EventRule{r}
}

func (w watching) filters() []account.MetricFilter {
	f := account.MetricFilter{Name: "root", LogGroup: "cloudtrail", Pattern: logPattern, Namespace: "CIS", Metric: "RootUse", Value: "1"}
	switch w.alarm {
	case "none":
		return []account.MetricFilter{}
	case "of users":
		f.Pattern = `{ $.userIdentity.type = "IAMUser" }`
	case "of everything":
		f.Pattern = ""
	case "another log group":
		f.LogGroup = "application"
	}
	return []account.MetricFilter{f}
}

func (w watching) alarms() []account.Alarm {
	a := account.Alarm{Name: "root", Region: "us-east-1", Namespace: "CIS", Metric: "RootUse", ActionsEnabled: true,
		Statistic: "Sum", Operator: "GreaterThanOrEqualToThreshold", Threshold: 1, Periods: 1, State: "INSUFFICIENT_DATA", StateSince: now.Add(-300 * day),
		Actions: []account.Subscriber{{Type: "SNS", Address: "arn:aws:sns:us-east-1:111122223333:security", Live: account.Yes}}}
	switch w.alarm {
	case "none", "no alarm":
		return []account.Alarm{}
	case "switched off":
		a.ActionsEnabled = false
	case "no action":
		a.Actions = nil
	case "nobody subscribed":
		a.Actions[0].Live = account.No
	case "of few":
		a.Operator = "LessThanThreshold"
	case "of many":
		a.Threshold = 5
	}
	return []account.Alarm{a}
}

func (w watching) configRules() []account.ConfigRule {
	switch w.config {
	case "good":
		return []account.ConfigRule{{Name: "root", Identifier: "ROOT_ACCOUNT_MFA_ENABLED", Active: true}}
	case "being deleted":
		return []account.ConfigRule{{Name: "root", Identifier: "ROOT_ACCOUNT_MFA_ENABLED"}}
	case "not of root":
		return []account.ConfigRule{{Name: "buckets", Identifier: "S3_BUCKET_VERSIONING_ENABLED", Active: true}}
	}
	return []account.ConfigRule{}
}

// rootEvents are what root did by the truth, and what was not root's doing:
// the central audit, a service, somebody who did not get in.
func (w truth) rootEvents(truth watching) []account.RootEvent {
	var all []account.RootEvent
	add := func(ago time.Duration, name string, kind account.RootEventKind, failed bool) {
		if ago > 0 && ago <= 90*day {
			all = append(all, account.RootEvent{ID: name, At: now.Add(-ago), Name: name, Source: "iam.amazonaws.com", Region: "us-east-1", Kind: kind, Failed: failed})
		}
	}
	add(w.passwordUsed, "ConsoleLogin", account.RootSignIn, false)
	if truth.borrowed {
		add(w.passwordUsed, "GetSessionToken", account.RootSoftware, false)
	}
	add(w.keyUsed[0], "ListBuckets", account.RootSoftware, false)
	add(time.Hour, "ListAccessKeys", account.RootAssumed, false)
	add(2*time.Hour, "CreateLogStream", account.RootService, false)
	add(3*time.Hour, "ConsoleLogin", account.RootSignIn, true)
	slices.SortStableFunc(all, func(a, b account.RootEvent) int { return b.At.Compare(a.At) })
	return all
}

// blurWatch takes lists away, and parts of them.
func blurWatch(r *rand.Rand, c *checks.Case) {
	f := &c.Facts
	gap := account.Gap{Cause: pick(r, account.Denied, account.Throttled, account.Undecodable)}
	for _, lose := range []func(){
		func() { f.Trails = account.Missing[[]account.Trail](gap) },
		func() { f.Detectors = account.Missing[[]account.Detector](gap) },
		func() { f.EventRules = account.Missing[[]account.EventRule](gap) },
		func() { f.MetricFilters = account.Missing[[]account.MetricFilter](gap) },
		func() { f.Alarms = account.Missing[[]account.Alarm](gap) },
		func() { c.Organization.MetricFilters = account.Missing[[]account.MetricFilter](gap) },
		func() { c.Organization.RootAlarms = account.Missing[[]account.Alarm](gap) },
		func() { f.ConfigRules = account.Missing[[]account.ConfigRule](gap) },
		func() { f.RootEvents = account.Missing[account.RootEvents](gap) },
		func() {
			events, _ := f.RootEvents.Get()
			if n := len(events.Events); n > 0 {
				events.Since, events.Whole, events.Events = events.Events[n/2].At, false, events.Events[:n/2]
				f.RootEvents = account.Known(events)
			}
		},
		func() {
			trails, _ := f.Trails.Get()
			for i := range trails {
				trails[i].Logging, trails[i].Gap = account.AnswerUnknown, &gap
			}
		},
		func() {
			trails, _ := f.Trails.Get()
			for i := range trails {
				trails[i].Management, trails[i].SignIns, trails[i].EventGap = account.AnswerUnknown, account.AnswerUnknown, &gap
			}
		},
		func() {
			alarms, _ := f.Alarms.Get()
			for i := range alarms {
				alarms[i].Operator = ""
			}
		},
		func() {
			detectors, _ := f.Detectors.Get()
			for i := range detectors {
				detectors[i].Enabled = account.AnswerUnknown
			}
		},
		func() {
			rules, _ := f.EventRules.Get()
			for i := range rules {
				rules[i].Told, rules[i].Gap = nil, &gap
			}
		},
		func() {
			rules, _ := f.EventRules.Get()
			for i := range rules {
				rules[i].Pattern = pick(r, "", `{"detail":{"sourceIPAddress":["192.0.2.1"]}}`)
			}
		},
		func() {
			filters, _ := f.MetricFilters.Get()
			for i := range filters {
				filters[i].Pattern = `{ $.sourceIPAddress = 192.0.2.* }`
			}
		},
	} {
		if r.IntN(7) == 0 {
			lose()
		}
	}
}
