package page

import (
	"slices"
	"strings"
	"time"

	"rootwatch/checks"
	"rootwatch/internal/demo/cloud"
)

func init() {
	oracle["cloudtrail-on"] = trailAtWork
	oracle["root-events-watched"] = rootWatched
	oracle["root-programmatic"] = rootProgram
}

func trailAtWork(_ *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	words := "no trail"
	for _, t := range a.Watch.Trails {
		switch {
		case !t.MultiRegion:
			words = "one region"
		case t.Stopped:
			words = "stopped"
		case t.DeliveryError != "":
			words = "cannot deliver"
		case t.Records != cloud.RecordsManagement && t.Records != cloud.RecordsDataToo:
			words = "leaves events out"
		default:
			return checks.Pass, "on"
		}
	}
	return checks.Fail, words
}

// rootWatched follows each way by what the truth says of it, never by its pattern.
func rootWatched(org *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	w := a.Watch
	logged := func(t cloud.Trail) bool { return !t.Stopped && t.Records != cloud.RecordsData }
	heardOf := slices.ContainsFunc(w.Trails, func(t cloud.Trail) bool { return logged(t) && (t.MultiRegion || t.HomeRegion == "us-east-1") })
	told := func(arn string) bool {
		switch strings.Split(arn, ":")[2] {
		case "sns":
			return hears(org, arn, "events.amazonaws.com")
		case "logs":
			return false
		}
		return true
	}
	switch {
	case slices.ContainsFunc(w.Detectors, func(d cloud.Detector) bool { return !d.Suspended }):
		return checks.Pass, "GuardDuty"
	case slices.ContainsFunc(w.EventRules, func(r cloud.EventRule) bool {
		return heardOf && r.OnRoot && !r.Disabled && slices.ContainsFunc(r.Targets, told)
	}):
		return checks.Pass, "a rule"
	case slices.ContainsFunc(w.ConfigRules, func(r cloud.ConfigRule) bool {
		return !r.Custom && !r.Deleting && slices.Contains([]string{"ROOT_ACCOUNT_MFA_ENABLED", "ROOT_ACCOUNT_HARDWARE_MFA_ENABLED", "IAM_ROOT_ACCESS_KEY_CHECK"}, r.Identifier)
	}):
		return checks.Pass, "AWS Config"
	}
	for _, owner := range []*cloud.Account{a, org.Management()} { // the organization's trail may write to the payer's
		if owner != nil && alarmed(a, owner, logged) {
			return checks.Pass, "an alarm"
		}
	}
	return checks.Fail, "nobody"
}

// alarmed is whether an alarm of owner goes off when a trail of the account
// brings owner's log group a sign-in of root.
func alarmed(a, owner *cloud.Account, logged func(cloud.Trail) bool) bool {
	for _, f := range owner.Watch.MetricFilters {
		fed := slices.ContainsFunc(a.Watch.Trails, func(t cloud.Trail) bool {
			return logged(t) && t.LogError == "" && t.LogGroup == "arn:aws:logs:us-east-1:"+owner.ID.String()+":log-group:"+f.LogGroup+":*"
		})
		heard := slices.ContainsFunc(owner.Watch.Alarms, func(m cloud.Alarm) bool {
			return m.Namespace == f.Namespace && m.Metric == f.Metric && !m.ActionsOff && len(m.Actions) > 0 && !m.Below && m.Threshold <= 1
		})
		if f.OnRoot && fed && heard {
			return true
		}
	}
	return false
}

func rootProgram(_ *cloud.Organization, a *cloud.Account, at time.Time) (checks.Status, string) {
	var last time.Time
	for _, k := range a.Root.Keys {
		last = later(last, k.LastUsed)
	}
	for _, e := range a.Watch.RootEvents {
		if e.Kind == cloud.EventSoftware {
			last = later(last, e.At)
		}
	}
	if !last.IsZero() && at.Sub(last) <= usageWindow {
		return checks.Fail, "on " + last.Format("2 Jan 2006")
	}
	return checks.Pass, "none"
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
