package checks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rootwatch/checks/account"
)

// postureSigns reads what is known of the account beside its bill. Each of
// root, admins, keys and trail is an act, calm, or unread; nothing is calm
// that was not read after the spike began.
func (a *Assessment) postureSigns(c IncidentCase) {
	began := c.Incident.Since.Time()
	if c.Report == nil {
		a.unread("The account was never checked: root use, admins, access keys and CloudTrail are not known.")
		a.rootUses(c)
		return
	}
	before := len(a.Signs)
	if old := c.Report.ObservedAt; old.Before(began) {
		a.unread(fmt.Sprintf("The account was last checked on %s, before the spike began.", old.UTC().Format(timeLayout)))
	}
	if c.firstLook() {
		a.unread("The account was first checked after the spike began or shortly before it, so what is new in it is not known.")
	}
	a.rootUses(c)
	a.rootKeys(c)
	a.newAdmins(c, began)
	a.newKeys(c)
	a.trail(c)
	acts := len(a.Signs) > before
	a.openDoors(c)
	if !acts && !c.Report.ObservedAt.Before(began) && a.postureRead(c) {
		a.sign("calm", weighCalm, "Since 72 hours before it, root was not used, nobody became an admin, no access key was made and CloudTrail did not stop.")
	}
}

// finding is the report's on a check; its zero value is that there is none.
func (c IncidentCase) finding(id string) Finding {
	if c.Report == nil {
		return Finding{}
	}
	if n := slices.IndexFunc(c.Report.Findings, func(f Finding) bool { return f.CheckID == id }); n >= 0 {
		return c.Report.Findings[n]
	}
	return Finding{}
}

// within reports whether the instant belongs to the spike's story.
func (c IncidentCase) within(at time.Time) bool {
	return c.Incident.Since != 0 && !at.Before(IncidentFrom(c.Incident.Since)) && !at.After(c.At)
}

func (a *Assessment) rootUses(c IncidentCase) {
	var last RootUse
	n := 0
	for _, u := range c.Root.RootUses {
		if c.within(u.At) {
			last = u
			n++
		}
	}
	switch {
	case n == 1:
		a.sign("root_used", weighRootUsed, fmt.Sprintf("Root was used on %s.", last.At.UTC().Format(timeLayout)))
	case n > 1:
		a.sign("root_used", weighRootUsed, fmt.Sprintf("Root was used %d times, last on %s.", n, last.At.UTC().Format(timeLayout)))
	case c.Report != nil && !c.finding("root-usage").Status.observed():
		a.unread("Whether root was used was not read.")
	}
}

// rootKeys: a root key that appeared, by the change that told of it.
func (a *Assessment) rootKeys(c IncidentCase) {
	if n := slices.IndexFunc(c.Changes, func(x Change) bool {
		return x.CheckID == "root-access-keys" && (x.Kind == Opened || x.Kind == Worse) && c.within(x.At)
	}); n >= 0 && !c.firstLook() {
		a.sign("root_key", weighRootKeyNew, fmt.Sprintf("An access key of root appeared, seen on %s.", c.Changes[n].At.UTC().Format(timeLayout)))
		return
	}
	report, read := c.Credentials.Get()
	for _, key := range report.Root.Keys {
		if read && key.RotatedAt.State == account.UseAt && c.within(key.RotatedAt.At) {
			a.sign("root_key", weighRootKeyNew, fmt.Sprintf("An access key of root was made on %s.", key.RotatedAt.At.UTC().Format(timeLayout)))
			return
		}
	}
}

// firstLook reports whether failures that opened in the window may be as old as
// the account: its first report opens whatever it finds.
func (c IncidentCase) firstLook() bool {
	looked := false
	for _, f := range c.Report.Findings {
		if !f.Status.observed() {
			continue
		}
		if looked = true; !c.within(f.FirstSeen) {
			return false
		}
	}
	return looked
}

func (a *Assessment) newAdmins(c IncidentCase, began time.Time) {
	for _, x := range c.Changes {
		if x.Kind == AdminAdded && c.within(x.At) {
			a.sign("new_admin", weighAdminNew, fmt.Sprintf("%s, seen on %s.", strings.TrimSuffix(x.Short, "."), x.At.UTC().Format(timeLayout)))
			return
		}
	}
	if c.Report.Roster == nil || c.Report.Roster.At.Before(began) {
		a.unread("Who became an admin was not read.")
	}
}

// newKeys: access keys of IAM users that were made or rotated in the window.
func (a *Assessment) newKeys(c IncidentCase) {
	report, read := c.Credentials.Get()
	if !read {
		a.unread("Which access keys are new was not read.")
		return
	}
	if report.GeneratedAt.Before(c.Incident.Since.Time()) {
		a.unread(fmt.Sprintf("Which access keys are new was read on %s, before the spike began.", report.GeneratedAt.UTC().Format(timeLayout)))
	}
	var owners []string
	for _, u := range report.Users {
		for _, key := range u.Keys {
			if key.RotatedAt.State == account.UseAt && c.within(key.RotatedAt.At) {
				owners = append(owners, u.Name)
			}
		}
	}
	if n := len(owners); n > 0 {
		a.sign("new_keys", weighKeyNew, fmt.Sprintf("%s made or rotated since 72 hours before it: of %s.",
			some(n, "access key was", "access keys were"), listText(slices.Compact(slices.Sorted(slices.Values(owners))))))
	}
}

func (a *Assessment) trail(c IncidentCase) {
	f := c.finding("cloudtrail-on")
	switch {
	case f.Status == Fail && c.within(f.FirstSeen) && !c.firstLook():
		a.sign("trail_stopped", weighTrailStopped, fmt.Sprintf("CloudTrail stopped, seen on %s.", f.FirstSeen.UTC().Format(timeLayout)))
	case !f.Status.observed():
		a.unread("Whether CloudTrail stopped was not read.")
	}
}

// openDoors names the critical failures of root, which let somebody in.
func (a *Assessment) openDoors(c IncidentCase) {
	var open []string
	for _, f := range c.Report.Findings {
		if check, ok := Find(f.CheckID); ok && f.Status == Fail && f.Severity == Critical && strings.HasPrefix(f.CheckID, "root-") {
			short := f.Short
			if short == "" {
				short = check.Short
			}
			open = append(open, short)
		}
	}
	if len(open) > 0 {
		a.sign("root_open", weighRootOpen, "Root stands open: "+listText(open)+".")
	}
}

// postureRead reports whether all four acts were looked for after the spike began.
func (a *Assessment) postureRead(c IncidentCase) bool {
	report, read := c.Credentials.Get()
	began := c.Incident.Since.Time()
	return read && !c.firstLook() && !report.GeneratedAt.Before(began) && c.finding("root-usage").Status.observed() && c.finding("cloudtrail-on").Status.observed() &&
		c.Report.Roster != nil && !c.Report.Roster.At.Before(began)
}
