package awsorg

import (
	"context"
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
)

// rootEvents are what CloudTrail's event history has under the name of root,
// with sessions of AssumeRoot and services marked. An event that cannot be
// read spoils the whole answer: it may be the one that matters.
func (w watchReader) rootEvents(ctx context.Context, client *cloudtrail.Client, observed time.Time) account.Fact[account.RootEvents] {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	found := account.RootEvents{Since: observed.Add(-eventHistory).UTC(), Whole: true, Events: []account.RootEvent{}}
	start := found.Since
	pages, more := 0, false
	ask := func(ctx context.Context, token *string) ([]account.RootEvent, *string, error) {
		out, err := client.LookupEvents(ctx, &cloudtrail.LookupEventsInput{
			LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyUsername, AttributeValue: aws.String("root")}},
			StartTime:        aws.Time(start), MaxResults: aws.Int32(eventsPerPage), NextToken: token})
		if err != nil || out.Events == nil {
			return nil, nil, err
		}
		events, oldest, err := rootEventsIn(out.Events)
		if pages++; err == nil {
			more = aws.ToString(out.NextToken) != ""
			if !oldest.IsZero() {
				found.Since = oldest
			}
		}
		return events, out.NextToken, err
	}
	gap := walkPages(ctx, callLookup, ask, func(events []account.RootEvent) bool {
		found.Events = append(found.Events, events...)
		return pages < eventPages
	})
	if gap != nil {
		return account.Missing[account.RootEvents](*gap)
	}
	if found.Whole = !more; found.Whole {
		found.Since = start
	}
	return account.Known(found)
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
