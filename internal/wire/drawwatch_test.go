package wire

import (
	"slices"

	"rootwatch/internal/demo/cloud"
)

const (
	onRoot  = `{"detail-type":["AWS Console Sign In via CloudTrail","AWS API Call via CloudTrail"],"detail":{"userIdentity":{"type":["Root"]}}}`
	onUsers = `{"detail":{"userIdentity":{"type":["IAMUser"]}}}`
	logRoot = `{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }`
	logUser = `{ $.userIdentity.type = "IAMUser" }`
)

// drawWatch is whether a trail records, and whether anybody hears of root.
func drawWatch(w *world, d *drawn) {
	events := d.Watch.RootEvents
	d.Watch, d.Topics = cloud.Watch{RootEvents: events}, nil
	d.want["cloudtrail-on"], d.want["root-events-watched"] = draw(w.r, 60), draw(w.r, 50)
	drawTrails(w, d)
	ways := []func(*world, *drawn, bool){addDetector, addRule, addConfig, addAlarm}
	works := make([]bool, len(ways))
	if d.want["root-events-watched"] == good {
		works[w.r.IntN(len(ways))] = true
		works[w.r.IntN(len(ways))] = true
		// What listens to CloudTrail needs a trail, if only one that delivers nowhere.
		works[1] = works[1] && slices.ContainsFunc(d.Watch.Trails, toldToBus)
		works[3] = works[3] && d.want["cloudtrail-on"] == good
		if !slices.Contains(works, true) {
			works[w.r.IntN(2)*2] = true
		}
	}
	for i, add := range ways {
		add(w, d, works[i])
	}
	w.r.Shuffle(len(d.Watch.Trails), func(i, j int) { d.Watch.Trails[i], d.Watch.Trails[j] = d.Watch.Trails[j], d.Watch.Trails[i] })
}

// toldToBus holds of a trail that has EventBridge hear of root's sign-ins.
func toldToBus(t cloud.Trail) bool {
	return !t.Stopped && t.Records != cloud.RecordsData // all are at home in the region of the sign-ins
}

func (d *drawn) home(service, rest string) string {
	return "arn:aws:" + service + ":us-east-1:" + d.ID.String() + ":" + rest
}

func drawTrails(w *world, d *drawn) {
	r := w.r
	own := cloud.Trail{Name: "main", ARN: d.home("cloudtrail", "trail/main"), HomeRegion: "us-east-1", MultiRegion: true, LogGroup: d.home("logs", "log-group:cloudtrail:*")}
	broken := func(name string) cloud.Trail {
		t := own
		t.Name, t.ARN, t.LogGroup = name, d.home("cloudtrail", "trail/"+name), ""
		switch r.IntN(5) {
		case 0:
			t.MultiRegion = false
		case 1:
			t.Stopped = true
		case 2:
			t.Records = cloud.RecordsData
		case 3:
			t.Records = cloud.RecordsWrites
		default:
			t.DeliveryError = "NoSuchBucket"
		}
		return t
	}
	if own.Records = pick(r, cloud.RecordsManagement, cloud.RecordsManagement, cloud.RecordsDataToo); d.want["cloudtrail-on"] == good {
		d.Watch.Trails = append(d.Watch.Trails, own)
		if payer := w.org.Management().ID.String(); chance(r, 40) && d.member {
			d.Watch.Trails[0] = cloud.Trail{Name: "organization", ARN: "arn:aws:cloudtrail:us-east-1:" + payer + ":trail/organization", HomeRegion: "us-east-1",
				MultiRegion: true, Organization: true}
		}
	}
	for _, name := range []string{"old", "older"}[:r.IntN(3)] {
		d.Watch.Trails = append(d.Watch.Trails, broken(name))
	}
}

func addDetector(w *world, d *drawn, works bool) {
	if works || chance(w.r, 40) {
		d.Watch.Detectors = []cloud.Detector{{ID: "d0" + d.ID.String() + "5f1c3a8e9b2d4706aa", Suspended: !works}}
	}
}

func addRule(w *world, d *drawn, works bool) {
	r := w.r
	p := purse{world: w, drawn: d}
	target := []string{pick(r, d.home("lambda", "function:page"), d.home("sqs", "security"), p.topic(d.Account, "live"))}
	d.Watch.EventRules = []cloud.EventRule{{Name: "nightly", Targets: target}, {Name: "users", Pattern: onUsers, Targets: target}}[:r.IntN(3)]
	if works || !slices.ContainsFunc(d.Watch.Trails, toldToBus) && chance(r, 40) { // or it hears nothing
		d.Watch.EventRules = append(d.Watch.EventRules, cloud.EventRule{Name: "root", Pattern: onRoot, OnRoot: true, Targets: target})
	}
	if chance(r, 30) {
		d.Watch.EventRules = append(d.Watch.EventRules, cloud.EventRule{Name: "root-to-nobody", Pattern: onRoot, OnRoot: true})
	}
	if chance(r, 30) {
		deaf := pick(r, d.home("logs", "log-group:/aws/events/root"), p.topic(d.Account, "dead"), p.topic(d.Account, "closed"))
		d.Watch.EventRules = append(d.Watch.EventRules, cloud.EventRule{Name: "root-to-the-deaf", Pattern: onRoot, OnRoot: true, Targets: []string{deaf}})
	}
	if chance(r, 30) {
		d.Watch.EventRules = append(d.Watch.EventRules, cloud.EventRule{Name: "root-off", Pattern: onRoot, OnRoot: true, Disabled: true, Targets: target})
	}
}

func addConfig(w *world, d *drawn, works bool) {
	r := w.r
	rules := []cloud.ConfigRule{{Name: "buckets", Identifier: "S3_BUCKET_VERSIONING_ENABLED"}, {Name: "naming", Identifier: "CUSTOM", Custom: true},
		{Name: "root-going", Identifier: "ROOT_ACCOUNT_MFA_ENABLED", Deleting: true}}
	d.Watch.ConfigRules = rules[:r.IntN(4)]
	if chance(r, 5) { // more than a page
		for range 30 {
			d.Watch.ConfigRules = append(d.Watch.ConfigRules, rules[0])
		}
	}
	if works {
		rule := cloud.ConfigRule{Name: "root", Identifier: pick(r, "ROOT_ACCOUNT_MFA_ENABLED", "ROOT_ACCOUNT_HARDWARE_MFA_ENABLED", "IAM_ROOT_ACCESS_KEY_CHECK")}
		d.Watch.ConfigRules = append(d.Watch.ConfigRules, rule)
	}
}

// addAlarm is a metric filter on the log group of a trail, and an alarm on it.
func addAlarm(w *world, d *drawn, works bool) {
	r := w.r
	own := d.home("logs", "log-group:cloudtrail:*")
	fed := slices.ContainsFunc(d.Watch.Trails, func(t cloud.Trail) bool { return t.LogGroup == own })
	if works && !fed { // the organization's trail writes elsewhere; one of its own beside it
		d.Watch.Trails = append(d.Watch.Trails, cloud.Trail{Name: "main", ARN: d.home("cloudtrail", "trail/main"), HomeRegion: "us-east-1", MultiRegion: true, LogGroup: own})
	}
	if !works && chance(r, 50) {
		return
	}
	filter := cloud.MetricFilter{Name: "root", LogGroup: "cloudtrail", Pattern: logRoot, OnRoot: true, Namespace: "Security", Metric: "RootUse"}
	p := purse{world: w, drawn: d}
	alarm := cloud.Alarm{Name: "root", Namespace: "Security", Metric: "RootUse", Actions: []string{p.topic(d.Account, "live")}}
	if !works {
		switch r.IntN(8) {
		case 5:
			alarm.Below = true
		case 6:
			alarm.Threshold = 5
		case 7:
			alarm.Actions = []string{p.topic(d.Account, "dead")}
			d.outside["root-events-watched"] = open // the emulator's truth asks no topic
		case 0:
			alarm.ActionsOff = true
		case 1:
			alarm.Actions = nil
		case 2:
			alarm.Metric = "Errors"
		case 3:
			filter.Pattern, filter.OnRoot = logUser, false
		default:
			filter.LogGroup = "application"
		}
	}
	d.Watch.MetricFilters, d.Watch.Alarms = []cloud.MetricFilter{filter}, []cloud.Alarm{alarm}
}
