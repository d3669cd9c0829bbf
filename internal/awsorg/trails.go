package awsorg

import (
	"context"

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
	trails, gap := within(ctx, callTimeout, callTrails, func(ctx context.Context) ([]account.Trail, error) {
		out, err := client.DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{IncludeShadowTrails: aws.Bool(true)})
		if err != nil {
			return nil, err
		}
		return trailsIn(out)
	})
	if gap != nil {
		return account.Missing[[]account.Trail](*gap)
	}
	sideBySide(trails, func(t *account.Trail) { t.Gap = readTrailStatus(ctx, client, t) })
	return account.Known(trails)
}

func trailsIn(out *cloudtrail.DescribeTrailsOutput) ([]account.Trail, error) {
	if out.TrailList == nil {
		return nil, unusable(callTrails, "it holds no list")
	}
	trails := []account.Trail{}
	for _, t := range out.TrailList {
		if aws.ToString(t.TrailARN) == "" || t.IsMultiRegionTrail == nil {
			return nil, unusable(callTrails, "a trail has no ARN or does not say what regions it covers")
		}
		trails = append(trails, account.Trail{
			Name: aws.ToString(t.Name), ARN: *t.TrailARN, HomeRegion: aws.ToString(t.HomeRegion),
			MultiRegion: *t.IsMultiRegionTrail, Organization: aws.ToBool(t.IsOrganizationTrail),
			LogGroup: aws.ToString(t.CloudWatchLogsLogGroupArn),
		})
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
	return nil
}
