package checks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rootwatch/checks/account"
)

// eventHistory is how long CloudTrail keeps its event history.
const eventHistory = 90 * 24 * time.Hour

// eventGap is why the events do not tell of the whole window, as far as
// CloudTrail remembers it; nil where they do.
func eventGap(f account.Facts, window time.Duration) *account.Gap {
	events, read := f.RootEvents.Get()
	if !read {
		gap := named(f.RootEvents.Gap(), callLookup)
		return &gap
	}
	from := f.ObservedAt.Add(-min(window, eventHistory))
	if !events.Since.IsZero() && (events.Since.Before(from) || events.Whole && events.Since.Equal(from)) {
		return nil
	}
	if events.Gap != nil {
		gap := named(*events.Gap, callLookup)
		return &gap
	}
	return &account.Gap{Call: callLookup, Cause: account.Undecodable, Sentence: fmt.Sprintf(
		"The events of root were read from %s on, for there are more than are read at once.", events.Since.UTC().Format(timeLayout))}
}

// signInGap is the same of sign-ins, under whatever name CloudTrail has them.
func signInGap(f account.Facts, window time.Duration) *account.Gap {
	events, read := f.RootEvents.Get()
	from := f.ObservedAt.Add(-min(window, eventHistory))
	switch since := events.SignInsSince; {
	case !read:
		gap := named(f.RootEvents.Gap(), callLookup)
		return &gap
	case events.SignInGap != nil && (since.IsZero() || since.After(from)):
		gap := named(*events.SignInGap, callLookup)
		return &gap
	case since.IsZero():
		return &account.Gap{Call: callLookup, Cause: account.Undecodable, Sentence: "The sign-ins under other names than root's were not read; CloudTrail may name root by the account's alias."}
	case since.After(from):
		return &account.Gap{Call: callLookup, Cause: account.Undecodable, Sentence: fmt.Sprintf(
			"The sign-ins to the console were read from %s on, for there are more than are read at once.", since.UTC().Format(timeLayout))}
	}
	return nil
}

// eventUses are the events of these kinds in the window that show root's own
// credentials in use, newest first. Sessions of AssumeRoot and services are
// none, nor is a sign-in that failed.
func eventUses(f account.Facts, window time.Duration, kinds ...account.RootEventKind) []rootUse {
	events, _ := f.RootEvents.Get()
	var uses []rootUse
	for _, e := range events.Events {
		if !slices.Contains(kinds, e.Kind) || e.Kind == account.RootSignIn && e.Failed || f.ObservedAt.Sub(e.At) > window {
			continue
		}
		uses = append(uses, eventUse(e))
	}
	slices.SortStableFunc(uses, func(a, b rootUse) int { return b.At.Compare(a.At) })
	return uses
}

// eventUse says of an event what root did. Whose program called, and from
// where, is no part of it: a user agent is a stranger's text.
func eventUse(e account.RootEvent) rootUse {
	name := orNameless(e.Name)
	u := rootUse{column: name, from: e.IP, Use: account.Use{State: account.UseAt, At: e.At}}
	if e.Region != "" {
		u.where = " in " + e.Region
	}
	called := name + " of " + strings.TrimSuffix(e.Source, ".amazonaws.com")
	switch {
	case e.Kind == account.RootSignIn && name == "ConsoleLogin":
		u.did = "Root signed in at the console"
	case e.Kind == account.RootSignIn:
		u.did = "Root's password was reset by mail"
	case e.Kind == account.RootConsole:
		u.did = "Root called " + called + " at the console"
	default:
		u.did = "Software called " + called + " as root"
	}
	if e.Kind == account.RootSignIn {
		u.where += map[account.Answer]string{account.Yes: " with MFA", account.No: " without MFA"}[e.MFA]
	}
	return u
}

// shownEvents is as many as a person reads.
const shownEvents = 5

// eventEvidence shows the newest of the events that count.
func eventEvidence(f account.Facts, uses []rootUse) []Evidence {
	if _, read := f.RootEvents.Get(); !read {
		return nil
	}
	if len(uses) == 0 {
		return []Evidence{{Name: "Events by root", Value: "none in the window", Source: callLookup}}
	}
	var es []Evidence
	for _, u := range uses[:min(len(uses), shownEvents)] {
		value := u.At.UTC().Format(time.RFC3339) + u.where
		if u.from != "" {
			value += " from " + u.from
		}
		es = append(es, Evidence{Name: u.column, Value: value, Source: callLookup})
	}
	if more := len(uses) - shownEvents; more > 0 {
		es = append(es, Evidence{Name: "Earlier events by root in the window", Value: fmt.Sprint(more), Source: callLookup})
	}
	return es
}
