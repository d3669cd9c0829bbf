package awsorg

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/configservice/types"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

const callConfigRules = "config:DescribeConfigRules"

// configRules are AWS's own rules on root, as the account has set them up.
func (w watchReader) configRules(ctx context.Context, client *configservice.Client) account.Fact[[]account.ConfigRule] {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	listed, gap := everyPage(ctx, callConfigRules, func(ctx context.Context, token *string) ([]types.ConfigRule, *string, error) {
		out, err := client.DescribeConfigRules(ctx, &configservice.DescribeConfigRulesInput{NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		for _, r := range out.ConfigRules {
			if r.Source == nil || r.Source.Owner == "" || r.Source.Owner == types.OwnerAws && aws.ToString(r.Source.SourceIdentifier) == "" || r.ConfigRuleState == "" {
				return nil, nil, unusable(callConfigRules, "the rule %q does not say what it checks, or whether it is at work", clip(aws.ToString(r.ConfigRuleName), 80))
			}
		}
		return out.ConfigRules, out.NextToken, nil
	})
	if gap != nil {
		return account.Missing[[]account.ConfigRule](*gap)
	}
	rules := []account.ConfigRule{}
	for _, r := range listed {
		if r.Source == nil || r.Source.Owner != types.OwnerAws || !checks.RootConfigRule(aws.ToString(r.Source.SourceIdentifier)) {
			continue
		}
		rules = append(rules, account.ConfigRule{
			Name: aws.ToString(r.ConfigRuleName), Identifier: aws.ToString(r.Source.SourceIdentifier),
			Active: r.ConfigRuleState == types.ConfigRuleStateActive || r.ConfigRuleState == types.ConfigRuleStateEvaluating,
		})
	}
	return account.Known(rules)
}
