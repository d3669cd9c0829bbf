package cloud

import (
	"fmt"
	"slices"
	"time"
)

// Watch is what is true of who watches an account: all of it in the
// partition's home region.
type Watch struct {
	Trails        []Trail
	Detectors     []Detector
	EventRules    []EventRule
	ConfigRules   []ConfigRule
	MetricFilters []MetricFilter
	Alarms        []Alarm
	// RootEvents are those beside the ones that follow from the dates in Root.
	RootEvents []RootEvent
}

// Trail is a CloudTrail trail that covers the account.
type Trail struct {
	Name, ARN     string
	HomeRegion    string
	MultiRegion   bool
	Organization  bool
	Stopped       bool
	DeliveryError string // of the newest delivery; "" for none
	LogGroup      string // ARN of the log group that it writes to; "" for none
	LogError      string // of the newest delivery there; "" for none
	Records       Recording
}

// Recording is what of all events a trail records.
type Recording string

// The recordings.
const (
	RecordsManagement Recording = ""          // management events and no others, as a trail that nobody changed
	RecordsDataToo    Recording = "data too"  // data events beside them
	RecordsData       Recording = "data"      // data events alone
	RecordsWrites     Recording = "writes"    // management events that change something
	RecordsSome       Recording = "not lists" // all but what is named List: who looks at lists is not told
)

// whole is whether it records the management events, reads and writes.
func (t Trail) whole() bool { return t.Records == RecordsManagement || t.Records == RecordsDataToo }

// Detector is a GuardDuty detector.
type Detector struct {
	ID        string
	Suspended bool
}

// EventRule is an EventBridge rule on the default bus.
type EventRule struct {
	Name     string
	Pattern  string // "" for a rule with a schedule
	OnRoot   bool   // the pattern lets every root sign-in through
	Disabled bool
	Targets  []string // ARNs
}

// ConfigRule is an AWS Config rule.
type ConfigRule struct {
	Name, Identifier string
	Custom           bool // its code is the customer's own
	Deleting         bool
}

// MetricFilter is a CloudWatch Logs metric filter.
type MetricFilter struct {
	Name, LogGroup, Pattern string
	OnRoot                  bool // the pattern counts every root sign-in
	Namespace, Metric       string
}

// Alarm is a CloudWatch metric alarm.
type Alarm struct {
	Name              string
	Namespace, Metric string
	Dimensions        map[string]string
	Math              bool // it looks at the metric within an expression
	ActionsOff        bool
	Actions           []string  // ARNs
	Below             bool      // it rings below its threshold
	Threshold         float64   // 0 is 1
	NoDataSince       time.Time // zero: it has data
}

// RootEvent is one thing that CloudTrail has under the name of root.
type RootEvent struct {
	At           time.Time
	Kind         EventKind
	Name, Source string // ListBuckets, s3.amazonaws.com
	MFA          bool
	Failed       bool
	By           string // who opened the session of AssumeRoot
	Alias        string // the account's, by which CloudTrail names root here; "" for root
	User         string // an IAM user, who is not root at all
}

// EventKind is how root acted.
type EventKind string

// The kinds of RootEvent.
const (
	EventSignIn   EventKind = "sign-in"
	EventConsole  EventKind = "console"
	EventSoftware EventKind = "software"
	EventAssumed  EventKind = "assumed" // in a session of AssumeRoot
	EventService  EventKind = "service" // an AWS service in root's name
)

func (w Watch) clone() Watch {
	w.Trails, w.Detectors, w.ConfigRules = slices.Clone(w.Trails), slices.Clone(w.Detectors), slices.Clone(w.ConfigRules)
	w.MetricFilters, w.RootEvents = slices.Clone(w.MetricFilters), slices.Clone(w.RootEvents)
	w.EventRules, w.Alarms = slices.Clone(w.EventRules), slices.Clone(w.Alarms)
	for i := range w.EventRules {
		w.EventRules[i].Targets = slices.Clone(w.EventRules[i].Targets)
	}
	for i := range w.Alarms {
		w.Alarms[i].Actions = slices.Clone(w.Alarms[i].Actions)
	}
	return w
}

// homeRegion is where the partition has its global services.
func (o *Organization) homeRegion() string {
	switch o.Partition {
	case "aws-us-gov":
		return "us-gov-west-1"
	case "aws-cn":
		return "cn-north-1"
	}
	return "us-east-1"
}

// rootEvents are all that CloudTrail has of root since an instant, newest
// first: sign-ins and keys by their dates, the rest as it was written down. A
// key that was used in another region left its event there.
func (a *Account) rootEvents(home string, since time.Time) []RootEvent {
	all := slices.Clone(a.Watch.RootEvents)
	if !a.Root.PasswordLastUsed.IsZero() {
		all = append(all, RootEvent{At: a.Root.PasswordLastUsed, Kind: EventSignIn, Name: "ConsoleLogin", Source: "signin.amazonaws.com", MFA: len(a.Root.MFA) > 0})
	}
	for _, k := range a.Root.Keys {
		if !k.LastUsed.IsZero() && k.Region == home {
			all = append(all, RootEvent{At: k.LastUsed, Kind: EventSoftware, Name: usualCall(k.Service), Source: k.Service + ".amazonaws.com"})
		}
	}
	all = slices.DeleteFunc(all, func(e RootEvent) bool { return e.At.Before(since) })
	slices.SortStableFunc(all, func(a, b RootEvent) int { return b.At.Compare(a.At) })
	return all
}

// usualCall is what programs call most of a service.
func usualCall(service string) string {
	switch service {
	case "s3":
		return "ListBuckets"
	case "ec2":
		return "DescribeInstances"
	case "iam":
		return "ListUsers"
	}
	return "GetCallerIdentity"
}

// truths are what is wrong with the watch, and what only looks wrong.
func (w Watch) truths(asOf time.Time) []string {
	var t []string
	add := func(is bool, format string, args ...any) {
		if is {
			t = append(t, fmt.Sprintf(format, args...))
		}
	}
	good := func(t Trail) bool { return t.MultiRegion && !t.Stopped && t.DeliveryError == "" && t.whole() }
	add(len(w.Trails) == 0, "no CloudTrail trail")
	add(len(w.Trails) > 0 && !slices.ContainsFunc(w.Trails, good), "no CloudTrail trail of all regions is at work")
	add(!slices.ContainsFunc(w.Detectors, func(d Detector) bool { return !d.Suspended }), "GuardDuty is off")
	for _, r := range w.EventRules {
		add(r.OnRoot && len(r.Targets) == 0, "the EventBridge rule %s has no target", r.Name)
		add(r.OnRoot && len(r.Targets) > 0, "the EventBridge rule %s watches root", r.Name)
	}
	for _, f := range w.MetricFilters {
		add(f.OnRoot, "the metric filter %s counts root's sign-ins", f.Name)
	}
	for _, r := range w.ConfigRules {
		add(!r.Custom && !r.Deleting, "AWS Config has %s", r.Identifier)
	}
	for _, e := range w.RootEvents {
		add(asOf.Sub(e.At) < recently && e.Kind == EventSignIn && !e.Failed, "root signed in before, on %s", on(e.At))
		add(asOf.Sub(e.At) < recently && e.Kind == EventAssumed, "the central audit was root on %s", on(e.At))
		add(asOf.Sub(e.At) < recently && e.Kind == EventService, "a service acted as root on %s", on(e.At))
		add(asOf.Sub(e.At) < recently && e.Kind == EventSoftware, "software called %s as root on %s", e.Name, on(e.At))
	}
	return slices.Compact(t)
}
