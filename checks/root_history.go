package checks

import (
	"cmp"
	"slices"
	"time"

	"rootwatch/checks/account"
)

// callRootEvents is what tells of root's sign-ins and calls one by one.
const callRootEvents = "cloudtrail:LookupEvents"

// RootUse is one use of root's own credentials.
type RootUse struct {
	At   time.Time   `json:"at"`
	Kind RootUseKind `json:"kind"`
}

// RootUseKind says what told of a use: a date of the credential report, or an
// event of CloudTrail by the name of its account.RootEventKind.
type RootUseKind string

// The kinds that the credential report tells.
const (
	UsedPassword RootUseKind = "password"
	UsedKey1     RootUseKind = "access_key_1"
	UsedKey2     RootUseKind = "access_key_2"
)

// source is the call that told of it.
func (k RootUseKind) source() string {
	switch k {
	case UsedPassword, UsedKey1, UsedKey2:
		return callReport
	}
	return callRootEvents
}

// History is what is remembered of an account.
type History struct {
	// Since is from when root's uses are known without a hole, up to Last:
	// whoever used root after it did so in a week of which RootUses has a use.
	// It is zero for not at all. It comes from readings that were whole, and
	// only from them: a fresh credential report that told every date, with all
	// events that CloudTrail keeps (90 days). Such a reading vouches
	//   - for as far back as its events reach, if no key was made or deleted in
	//     that time. A key that was used counts from the Monday of its last use
	//     on: of earlier ones the report tells nothing, and calls outside the
	//     home region are in no event that we read;
	//   - for the time since the reading before it, on the same terms, with a
	//     day more for dates that AWS writes hours late.
	// Since is the earlier of the two. Where a reading leaves a hole, Since
	// moves behind it.
	Since time.Time `json:"since,omitzero"`
	// Last is the instant of the last whole reading.
	Last time.Time `json:"last,omitzero"`
	// RootUses are the instants at which root's own credentials were used, oldest first.
	RootUses []RootUse `json:"root_uses,omitempty"`
}

// Read is the history with what one more reading tells. Reading the same
// facts again changes nothing.
func (h History) Read(f account.Facts) History {
	h.RootUses = join(h.RootUses, usesOf(f))
	r, whole := wholeReading(f)
	if !whole || !f.ObservedAt.After(h.Last) {
		return h
	}
	// Sign-ins may be read less far back: there are other people's among them.
	reach := later(r.events.Since, r.events.SignInsSince)
	since := r.knownFrom(reach)
	if before := h.Last.Add(-reportLag); !h.Last.IsZero() && !reach.After(before) {
		unbroken := h.Since
		if from := r.knownFrom(before); from.After(before) {
			unbroken = later(unbroken, from)
		}
		since = earlier(since, unbroken)
	}
	h.Since, h.Last = earlier(since, f.ObservedAt), f.ObservedAt
	return h
}

// Remembered is how long uses of root and what reports rest on are kept: 13
// months are an auditor's year with the month in which he asks for it.
const Remembered = 396 * 24 * time.Hour

// reportLag is by how much the dates of a credential report may be late: AWS
// renews a report after four hours and writes last-used dates hours after the
// use; a day is surely more than both.
const reportLag = 24 * time.Hour

// rootReading is a reading of which nothing is missing that tells of root's use.
type rootReading struct {
	root   account.RootRow
	events account.RootEvents
	at     time.Time
}

func wholeReading(f account.Facts) (rootReading, bool) {
	s := rootSourcesOf(f)
	events, ok := f.RootEvents.Get()
	if !ok || !events.Whole || events.Since.IsZero() || events.SignInsSince.IsZero() || !s.reportIsFresh {
		return rootReading{}, false
	}
	for _, k := range s.report.Root.Keys {
		if k.Presence() == account.PresenceUnknown {
			return rootReading{}, false
		}
	}
	untold := slices.ContainsFunc(rootUses(s.report.Root), func(u rootUse) bool { return u.State == account.UseUnknown })
	return rootReading{s.report.Root, events, f.ObservedAt}, !untold
}

// knownFrom is from when on the reading alone tells in which weeks root was
// used, from itself at the earliest. The events must reach back to it.
func (r rootReading) knownFrom(from time.Time) time.Time {
	for _, e := range r.events.Events {
		// A key that is gone took its last-used date with it.
		if (e.Name == "CreateAccessKey" || e.Name == "DeleteAccessKey") && !e.Failed && !e.At.Before(from) {
			return r.at
		}
	}
	for _, k := range r.root.Keys {
		if monday := weekOf(k.LastUsed.At); k.LastUsed.State == account.UseAt && k.LastUsed.At.After(from) && monday.After(from) {
			from = monday
		}
	}
	return from
}

// usesOf are the uses that the facts tell of. A session of AssumeRoot and what
// a service did in root's name are none, nor is a sign-in that failed.
func usesOf(f account.Facts) []RootUse {
	var uses []RootUse
	if report, ok := f.CredentialReport.Get(); ok {
		for i, u := range rootUses(report.Root) {
			if u.State == account.UseAt && f.ObservedAt.Sub(u.At) <= Remembered {
				uses = append(uses, RootUse{u.At.UTC(), []RootUseKind{UsedPassword, UsedKey1, UsedKey2}[i]})
			}
		}
	}
	events, _ := f.RootEvents.Get()
	for _, e := range events.Events {
		switch e.Kind {
		case account.RootSignIn, account.RootConsole, account.RootSoftware:
			if e.Failed && e.Kind == account.RootSignIn {
				continue
			}
			// To the minute: a program that runs as root makes thousands of
			// calls, and no more than their weeks matters.
			uses = append(uses, RootUse{e.At.UTC().Truncate(time.Minute), RootUseKind(e.Kind)})
		}
	}
	return uses
}

// join is both, sorted, each use once.
func join(a, b []RootUse) []RootUse {
	all := slices.Concat(a, b)
	slices.SortFunc(all, compareUses)
	return slices.CompactFunc(all, func(a, b RootUse) bool { return compareUses(a, b) == 0 })
}

func compareUses(a, b RootUse) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Kind, b.Kind))
}

// Beyond are the uses that old does not have.
func (h History) Beyond(old History) []RootUse {
	return slices.DeleteFunc(slices.Clone(h.RootUses), func(u RootUse) bool {
		_, there := slices.BinarySearchFunc(old.RootUses, u, compareUses)
		return there
	})
}

// WeeksOfUse are the last uses of each ISO week (Monday to Sunday, in UTC)
// with a use from since on, oldest first.
func WeeksOfUse(uses []RootUse, since time.Time) []RootUse {
	var weeks []RootUse
	var week time.Time // of the newest of them
	for _, u := range join(nil, uses) {
		switch n := len(weeks); {
		case u.At.Before(since):
		case n > 0 && (weekOf(u.At).Equal(week) || u.At.Sub(weeks[n-1].At) < oneSession):
			weeks[n-1] = u
		default:
			weeks, week = append(weeks, u), weekOf(u.At)
		}
	}
	return weeks
}

// oneSession is how long a console session of root lasts at most (AWS IAM User
// Guide): what follows a use within it may be the same evening's work, also
// where Sunday's midnight lies between.
const oneSession = 12 * time.Hour

// weekOf is the Monday of the instant's ISO week.
func weekOf(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), t.Day()-(int(t.Weekday())+6)%7, 0, 0, 0, 0, time.UTC)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
