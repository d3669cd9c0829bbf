package awsorg

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

const (
	callRules       = "events:ListRules"
	callRuleTargets = "events:ListTargetsByRule"
)

// eventRules are those of the default bus that may let a root sign-in
// through. Only of such as are enabled are the targets asked for.
func (w watchReader) eventRules(ctx context.Context, client *eventbridge.Client) account.Fact[[]account.EventRule] {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	listed, gap := everyPage(ctx, callRules, func(ctx context.Context, token *string) ([]types.Rule, *string, error) {
		out, err := client.ListRules(ctx, &eventbridge.ListRulesInput{NextToken: token, Limit: aws.Int32(100)})
		if err != nil {
			return nil, nil, err
		}
		return out.Rules, out.NextToken, nil
	})
	if gap != nil {
		return account.Missing[[]account.EventRule](*gap)
	}
	rules := []account.EventRule{}
	for _, r := range listed {
		pattern := aws.ToString(r.EventPattern)
		if pattern == "" { // it only has a schedule
			continue
		}
		if is, _ := checks.EventPatternWatchesRoot(pattern, w.account, w.region); is == account.No {
			continue
		}
		rules = append(rules, account.EventRule{
			Name: aws.ToString(r.Name), Region: w.region, Pattern: pattern, Targets: -1,
			Enabled: r.State == types.RuleStateEnabled || r.State == types.RuleStateEnabledWithAllCloudtrailManagementEvents,
		})
	}
	sideBySide(rules, func(r *account.EventRule) {
		if r.Enabled {
			r.Targets, r.Gap = readTargets(ctx, client, r.Name)
		}
	})
	return account.Known(rules)
}

func readTargets(ctx context.Context, client *eventbridge.Client, rule string) (int, *account.Gap) {
	targets, gap := everyPage(ctx, callRuleTargets, func(ctx context.Context, token *string) ([]types.Target, *string, error) {
		out, err := client.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: aws.String(rule), NextToken: token, Limit: aws.Int32(100)})
		if err != nil {
			return nil, nil, err
		}
		return out.Targets, out.NextToken, nil
	})
	if gap != nil {
		return -1, gap
	}
	return len(targets), nil
}
