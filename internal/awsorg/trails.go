package awsorg

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"rootwatch/checks/account"
)

const (
	callTrails      = "cloudtrail:DescribeTrails"
	callTrailStatus = "cloudtrail:GetTrailStatus"
)

// trails are all that cover the home region, shadows of trails from elsewhere
// with them. One whose status is not told is kept, and says why.
func (w watchReader) trails(ctx context.Context, client *cloudtrail.Client) account.Fact[[]account.Trail] {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	drafts, gap := within(ctx, callTimeout, callTrails, func(ctx context.Context) ([]trailDraft, error) {
		out, err := client.DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{IncludeShadowTrails: aws.Bool(true)})
		if err != nil {
			return nil, err
		}
		return trailsIn(out)
	})
	if gap != nil {
		return account.Missing[[]account.Trail](*gap)
	}
	sideBySide(drafts, func(t *trailDraft) {
		var calls sync.WaitGroup
		if t.selects { // beside the other question, whose answers are other fields
			calls.Go(func() { w.readSelectors(ctx, client, &t.Trail) })
		}
		calls.Go(func() { t.Gap = readTrailStatus(ctx, client, &t.Trail) })
		calls.Wait()
	})
	trails := []account.Trail{}
	for _, t := range drafts {
		trails = append(trails, t.Trail)
	}
	return account.Known(trails)
}

// trailDraft is a trail and whether it has, or may have, selectors of its own.
// Without, a trail records all management events and nothing else.
type trailDraft struct {
	account.Trail
	selects bool
}

func trailsIn(out *cloudtrail.DescribeTrailsOutput) ([]trailDraft, error) {
	if out.TrailList == nil {
		return nil, unusable(callTrails, "it holds no list")
	}
	trails := []trailDraft{}
	for _, t := range out.TrailList {
		if aws.ToString(t.TrailARN) == "" || t.IsMultiRegionTrail == nil {
			return nil, unusable(callTrails, "a trail has no ARN or does not say what regions it covers")
		}
		draft := trailDraft{selects: t.HasCustomEventSelectors == nil || *t.HasCustomEventSelectors, Trail: account.Trail{
			Name: aws.ToString(t.Name), ARN: *t.TrailARN, HomeRegion: aws.ToString(t.HomeRegion),
			MultiRegion: *t.IsMultiRegionTrail, Organization: aws.ToBool(t.IsOrganizationTrail),
			LogGroup: aws.ToString(t.CloudWatchLogsLogGroupArn),
		}}
		if !draft.selects {
			draft.Management, draft.SignIns = account.Yes, account.Yes
		}
		trails = append(trails, draft)
	}
	return trails, nil
}

// readTrailStatus asks by ARN: a trail of another region or account has no
// other name here.
func readTrailStatus(ctx context.Context, client *cloudtrail.Client, t *account.Trail) *account.Gap {
	status, gap := within(ctx, callTimeout, callTrailStatus, func(ctx context.Context) (*cloudtrail.GetTrailStatusOutput, error) {
		out, err := client.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: aws.String(t.ARN)})
		if err == nil && out.IsLogging == nil {
			return nil, unusable(callTrailStatus, "it does not say whether the trail is logging")
		}
		return out, err
	})
	if gap != nil {
		return gap
	}
	t.Logging = account.No
	if *status.IsLogging {
		t.Logging = account.Yes
	}
	// An error whose delivery was tried again since, with success, is over.
	if tried := aws.ToString(status.LatestDeliveryAttemptTime); tried == "" || tried != aws.ToString(status.LatestDeliveryAttemptSucceeded) {
		t.DeliveryError = aws.ToString(status.LatestDeliveryError)
	}
	if !logsDelivered(status, t.DeliveryError) {
		t.LogError = aws.ToString(status.LatestCloudWatchLogsDeliveryError)
	}
	return nil
}

// logsDelivered is whether an error of delivering to the log group is over. AWS
// tells of no tries there, only when one last succeeded. The same events go to
// the bucket, so that the error is over where the group had them at or after
// the bucket's newest delivery; while the bucket is in trouble itself, nothing
// proves it.
func logsDelivered(status *cloudtrail.GetTrailStatusOutput, bucket string) bool {
	group, files := status.LatestCloudWatchLogsDeliveryTime, status.LatestDeliveryTime
	return bucket == "" && group != nil && files != nil && !group.Before(*files)
}
