package awsorg

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"rootwatch/checks/account"
)

const (
	callLookup = "cloudtrail:LookupEvents"
	// CloudTrail keeps its event history for 90 days, gives 50 events to the
	// page and two pages a second. Whose root does more than ten pages of
	// things is judged by the newest of them.
	eventHistory  = 90 * 24 * time.Hour
	eventsPerPage = 50
	eventPages    = 10
	// Both lookups together: twenty pages at a second each come in, and half of
	// an account's minute is left to the rest.
	lookupsTimeout = 30 * time.Second
)

// rootEvents are what CloudTrail's event history has under the name of root,
// with sessions of AssumeRoot and services marked, and root's among all
// sign-ins: root's own may stand under the account's alias. One lookup after
// the other, for the account has two a second. What was read of root stays
// read where a later page, or the second lookup, fails.
func (w watchReader) rootEvents(ctx context.Context, client *cloudtrail.Client, observed time.Time) account.Fact[account.RootEvents] {
	ctx, cancel := context.WithTimeout(ctx, lookupsTimeout)
	defer cancel()
	byName, gap := lookUp(ctx, client, types.LookupAttributeKeyUsername, "root", observed)
	if gap != nil {
		return account.Missing[account.RootEvents](*gap)
	}
	signIns, gap := lookUp(ctx, client, types.LookupAttributeKeyEventName, "ConsoleLogin", observed)
	if gap != nil {
		byName.SignInGap = gap
		return account.Known(byName)
	}
	byName.SignInsSince, byName.SignInGap = signIns.Since, signIns.Gap
	byName.Events = joined(byName.Events, signIns.Events)
	return account.Known(byName)
}

// joined are the events of both, newest first, each once.
func joined(a, b []account.RootEvent) []account.RootEvent {
	ids := map[string]bool{}
	for _, e := range a {
		ids[e.ID] = true
	}
	all := append(a, slices.DeleteFunc(b, func(e account.RootEvent) bool { return e.ID != "" && ids[e.ID] })...)
	slices.SortStableFunc(all, func(a, b account.RootEvent) int { return b.At.Compare(a.At) })
	return all
}

// lookUp reads root's among the events that have an attribute, the newest
// first. Where there are more pages than are read, it vouches back to the
// oldest event it saw, and for nothing where it saw none; so it does where a
// page after the first cannot be had. An event that cannot be read spoils its
// page: it may be the one that matters.
func lookUp(ctx context.Context, client *cloudtrail.Client, attribute types.LookupAttributeKey, value string, observed time.Time) (account.RootEvents, *account.Gap) {
	start := observed.Add(-eventHistory).UTC()
	found := account.RootEvents{Since: observed.UTC(), Events: []account.RootEvent{}}
	var oldest time.Time // of the page that was asked for last
	last, pages := false, 0
	ask := func(ctx context.Context, token *string) ([]account.RootEvent, *string, error) {
		out, err := client.LookupEvents(ctx, &cloudtrail.LookupEventsInput{
			LookupAttributes: []types.LookupAttribute{{AttributeKey: attribute, AttributeValue: aws.String(value)}},
			StartTime:        aws.Time(start), MaxResults: aws.Int32(eventsPerPage), NextToken: token})
		if err != nil || out.Events == nil {
			return nil, nil, err
		}
		var events []account.RootEvent
		events, oldest, err = rootEventsIn(out.Events)
		last = aws.ToString(out.NextToken) == ""
		return events, out.NextToken, err
	}
	gap := walkPages(ctx, callLookup, ask, func(events []account.RootEvent) bool {
		found.Events, found.Whole = append(found.Events, events...), last
		if !oldest.IsZero() {
			found.Since = oldest
		}
		pages++
		return pages < eventPages
	})
	switch {
	case gap != nil && pages > 0:
		found.Gap = gap
		return found, nil
	case found.Whole:
		found.Since = start
	}
	return found, gap
}

// rootEventsIn are root's among the events of a page, and the instant of the
// oldest of all.
func rootEventsIn(page []types.Event) (events []account.RootEvent, oldest time.Time, err error) {
	events = []account.RootEvent{}
	for _, e := range page {
		event, is, err := parseRootEvent(aws.ToString(e.CloudTrailEvent))
		if err != nil {
			return nil, oldest, unusable(callLookup, "the event %s %v", clip(aws.ToString(e.EventId), 40), err)
		}
		if oldest.IsZero() || event.At.Before(oldest) {
			oldest = event.At
		}
		if is {
			events = append(events, event)
		}
	}
	return events, oldest, nil
}
