package awsorg

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"

	"rootwatch/checks/account"
)

const (
	callDetectors = "guardduty:ListDetectors"
	callDetector  = "guardduty:GetDetector"
)

// detectors are none or one: GuardDuty has one for each region.
func (w watchReader) detectors(ctx context.Context, client *guardduty.Client) account.Fact[[]account.Detector] {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	ids, gap := everyPage(ctx, callDetectors, func(ctx context.Context, token *string) ([]string, *string, error) {
		out, err := client.ListDetectors(ctx, &guardduty.ListDetectorsInput{NextToken: token, MaxResults: aws.Int32(50)})
		if err != nil {
			return nil, nil, err
		}
		return out.DetectorIds, out.NextToken, nil
	})
	if gap != nil {
		return account.Missing[[]account.Detector](*gap)
	}
	detectors := []account.Detector{}
	for _, id := range ids {
		detectors = append(detectors, account.Detector{ID: id, Region: w.region})
	}
	sideBySide(detectors, func(d *account.Detector) { d.Enabled, d.Gap = readDetector(ctx, client, d.ID) })
	return account.Known(detectors)
}

func readDetector(ctx context.Context, client *guardduty.Client, id string) (account.Answer, *account.Gap) {
	return within(ctx, callTimeout, callDetector, func(ctx context.Context) (account.Answer, error) {
		out, err := client.GetDetector(ctx, &guardduty.GetDetectorInput{DetectorId: aws.String(id)})
		if err != nil {
			return account.AnswerUnknown, err
		}
		switch out.Status {
		case types.DetectorStatusEnabled:
			return account.Yes, nil
		case types.DetectorStatusDisabled:
			return account.No, nil
		}
		return account.AnswerUnknown, unusable(callDetector, "its status %q is not one of GuardDuty's", clip(string(out.Status), 40))
	})
}
