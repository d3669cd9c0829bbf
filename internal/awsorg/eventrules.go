package awsorg

import (
	"context"
	"sync"

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
	rules, arns := []account.EventRule{}, []string{}
	for _, r := range listed {
		pattern := aws.ToString(r.EventPattern)
		if pattern == "" { // it only has a schedule
			continue
		}
		if is, _ := checks.EventPatternWatchesRoot(pattern, w.account, w.region); is == account.No {
			continue
		}
		arns = append(arns, aws.ToString(r.Arn))
		rules = append(rules, account.EventRule{
			Name: aws.ToString(r.Name), Region: w.region, Pattern: pattern,
			Enabled: r.State == types.RuleStateEnabled || r.State == types.RuleStateEnabledWithAllCloudtrailManagementEvents,
		})
	}
	var calls sync.WaitGroup
	for i := range rules {
		if rules[i].Enabled {
			calls.Go(func() { rules[i].Told, rules[i].Gap = w.readTargets(ctx, client, rules[i].Name, arns[i]) })
		}
	}
	calls.Wait()
	return account.Known(rules)
}

// readTargets are whom a rule tells, each topic with whether it hears.
func (w watchReader) readTargets(ctx context.Context, client *eventbridge.Client, rule, arn string) ([]account.Subscriber, *account.Gap) {
	targets, gap := everyPage(ctx, callRuleTargets, func(ctx context.Context, token *string) ([]types.Target, *string, error) {
		out, err := client.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: aws.String(rule), NextToken: token, Limit: aws.Int32(100)})
		if err != nil {
			return nil, nil, err
		}
		return out.Targets, out.NextToken, nil
	})
	if gap != nil {
		return nil, gap
	}
	told := make([]account.Subscriber, len(targets))
	var calls sync.WaitGroup
	for i, t := range targets {
		from := publisher{service: publishEvents, account: w.account.ID, source: arn, byRole: aws.ToString(t.RoleArn) != ""}
		calls.Go(func() { told[i] = w.topics.subscriber(ctx, aws.ToString(t.Arn), from) })
	}
	calls.Wait()
	return told, nil
}
