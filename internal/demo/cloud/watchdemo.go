package cloud

import "time"

// demoTrail is the organization's, which covers every account.
func demoTrail(org *Organization) Trail {
	return Trail{
		Name: "organization", ARN: "arn:aws:cloudtrail:us-east-1:" + org.Management().ID.String() + ":trail/organization",
		HomeRegion: "us-east-1", MultiRegion: true, Organization: true,
		LogGroup: "arn:aws:logs:us-east-1:" + org.Management().ID.String() + ":log-group:aws-cloudtrail-logs:*",
	}
}

// The patterns of the demo, as AWS's guide and CIS give them.
const (
	demoBusPattern = `{"detail-type":["AWS Console Sign In via CloudTrail","AWS API Call via CloudTrail"],"detail":{"userIdentity":{"type":["Root"]}}}`
	demoLogPattern = `{ $.eventType != "AwsServiceEvent" && $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS }`
)

// demoWatch gives every account the organization's trail and a detector of
// GuardDuty, and then some accounts something else.
func demoWatch(org *Organization, today time.Time) {
	trail := demoTrail(org)
	for _, a := range org.Accounts {
		a.Watch.Trails = []Trail{trail}
		a.Watch.Detectors = []Detector{{ID: "d0" + a.ID.String() + "5f1c3a8e9b2d4706aa"}}
		if change := demoWatches[a.ID.String()]; change != nil {
			change(a, today)
		}
	}
}

// demoWatches are by account.
var demoWatches = map[string]func(*Account, time.Time){
	"555566667777": func(a *Account, _ time.Time) { // legacy-web: one region, nobody looks
		a.Watch.Trails, a.Watch.Detectors = []Trail{ownTrail(a, func(t *Trail) { t.MultiRegion = false })}, nil
	},
	"100000000025": func(a *Account, _ time.Time) { // iot-lab: stopped, and GuardDuty suspended
		a.Watch.Trails = []Trail{ownTrail(a, func(t *Trail) { t.Stopped = true })}
		a.Watch.Detectors[0].Suspended = true
	},
	"100000000029": func(a *Account, _ time.Time) { // event-tickets: its bucket is gone
		a.Watch.Trails = []Trail{ownTrail(a, func(t *Trail) { t.DeliveryError = "NoSuchBucket" })}
	},
	"100000000026": func(a *Account, _ time.Time) { // dev-alice: no trail at all
		a.Watch.Trails = nil
	},
	"100000000031": func(a *Account, _ time.Time) { // documentation: nobody watches
		a.Watch.Detectors = nil
	},
	"100000000021": func(a *Account, _ time.Time) { // mobile-staging: a rule that tells nobody
		a.Watch.Detectors = nil
		a.Watch.EventRules = []EventRule{
			{Name: "nightly-report"},
			{Name: "instance-changes", Pattern: `{"source":["aws.ec2"],"detail-type":["EC2 Instance State-change Notification"]}`, Targets: []string{"arn:aws:lambda:us-east-1:" + a.ID.String() + ":function:inventory"}},
			{Name: "root-use", Pattern: demoBusPattern, OnRoot: true},
		}
	},
	"100000000016": func(a *Account, _ time.Time) { // prod-search: EventBridge alone
		a.Watch.Detectors = nil
		a.Watch.EventRules = []EventRule{{Name: "root-use", Pattern: demoBusPattern, OnRoot: true, Targets: []string{"arn:aws:sqs:us-east-1:" + a.ID.String() + ":security"}}}
	},
	"100000000018": func(a *Account, _ time.Time) { // prod-checkout: a metric filter on its own trail
		a.Watch.Trails = append(a.Watch.Trails, ownTrail(a, func(t *Trail) { t.LogGroup = "arn:aws:logs:us-east-1:" + a.ID.String() + ":log-group:cloudtrail:*" }))
		a.Watch.Detectors = nil
		a.Watch.MetricFilters = []MetricFilter{
			{Name: "errors", LogGroup: "checkout", Pattern: "ERROR", Namespace: "Checkout", Metric: "Errors"},
			{Name: "root-use", LogGroup: "cloudtrail", Pattern: demoLogPattern, OnRoot: true, Namespace: "Security", Metric: "RootUse"},
		}
		a.Watch.Alarms = []Alarm{
			{Name: "checkout-errors", Namespace: "Checkout", Metric: "Errors"},
			{Name: "root-use", Namespace: "Security", Metric: "RootUse", Actions: []string{"arn:aws:lambda:us-east-1:" + a.ID.String() + ":function:page-security"}},
		}
	},
	"100000000015": func(a *Account, _ time.Time) { // artifact-store: AWS Config alone
		a.Watch.Detectors = nil
		a.Watch.ConfigRules = []ConfigRule{{Name: "root-account-mfa-enabled", Identifier: "ROOT_ACCOUNT_MFA_ENABLED"}, {Name: "naming", Identifier: "CUSTOM", Custom: true}}
	},
	"100000000024": rootProgram,
	"100000000011": func(a *Account, today time.Time) { // security-tooling: the central audit was there
		for i := range 3 {
			a.Watch.RootEvents = append(a.Watch.RootEvents, RootEvent{At: today.Add(-time.Duration(20+i) * time.Hour), Kind: EventAssumed, Name: "ListAccessKeys", Source: "iam.amazonaws.com", By: "rootwatch"})
		}
	},
	"100000000010": func(a *Account, today time.Time) { // log-archive: a service in root's name
		a.Watch.RootEvents = []RootEvent{{At: today.Add(-50 * time.Hour), Kind: EventService, Name: "CreateLogStream", Source: "cloudtrail.amazonaws.com"}}
	},
}

// ownTrail is a good one of the account itself, changed.
func ownTrail(a *Account, change func(*Trail)) Trail {
	t := Trail{Name: "main", ARN: "arn:aws:cloudtrail:us-east-1:" + a.ID.String() + ":trail/main", HomeRegion: "us-east-1", MultiRegion: true}
	change(&t)
	return t
}

// rootProgram has a root key that a program used yesterday.
func rootProgram(a *Account, today time.Time) {
	used := today.Add(-day).Add(3*time.Hour + 17*time.Minute)
	a.Root.Keys = []Key{{Active: true, Rotated: a.Root.Created.Add(5 * day), LastUsed: used, Region: "us-east-1", Service: "s3"}}
	for i := range 4 {
		a.Watch.RootEvents = append(a.Watch.RootEvents, RootEvent{At: used.Add(-time.Duration(i+1) * 6 * time.Hour), Kind: EventSoftware, Name: "ListBuckets", Source: "s3.amazonaws.com"})
	}
}
