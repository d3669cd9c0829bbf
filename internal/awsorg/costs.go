package awsorg

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"
	"github.com/aws/smithy-go/middleware"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

const callCosts = "ce:GetCostAndUsage"

// adjustments are the record types that would hide or mimic a rise in usage.
var adjustments = map[string]spend.Category{"Credit": spend.Credit, "Refund": spend.Refund, "Tax": spend.Tax}

// question is one of the two requests that make up a sheet.
type question struct {
	filter *types.Expression
	second types.Dimension // grouped by, beside the account
	read   func(key string) (service string, category spend.Category, ok bool)
}

// questions ask for usage by service, and apart from it for the adjustments.
func questions() []question {
	adjusted := &types.Expression{Dimensions: &types.DimensionValues{
		Key: types.DimensionRecordType, Values: []string{"Credit", "Refund", "Tax"}}}
	return []question{
		{&types.Expression{Not: adjusted}, types.DimensionService, func(key string) (string, spend.Category, bool) {
			return key, spend.Usage, true
		}},
		{adjusted, types.DimensionRecordType, func(key string) (string, spend.Category, bool) {
			category, ok := adjustments[key]
			return "", category, ok
		}},
	}
}

// request asks for from..to, both included; AWS's End is not.
func (q question) request(from, to spend.Day) *costexplorer.GetCostAndUsageInput {
	return &costexplorer.GetCostAndUsageInput{
		TimePeriod:  &types.DateInterval{Start: aws.String(from.String()), End: aws.String((to + 1).String())},
		Granularity: types.GranularityDaily,
		Metrics:     []string{metric},
		Filter:      q.filter,
		GroupBy: []types.GroupDefinition{
			{Type: types.GroupDefinitionTypeDimension, Key: aws.String(string(types.DimensionLinkedAccount))},
			{Type: types.GroupDefinitionTypeDimension, Key: aws.String(string(q.second))},
		},
	}
}

// Costs implements schedule.CostSource: the unblended cost of from..to, both
// included, of every account the caller may see. It never asks for today or a
// later day. spent is told of each attempt before it is sent, retries too:
// AWS does not bill those that fail, so the count errs upwards.
func (o *Org) Costs(ctx context.Context, from, to spend.Day, spent func(requests int) error) (spend.Sheet, error) {
	now := o.now()
	if from > to || to >= spend.DayOf(now) {
		return spend.Sheet{}, account.Gap{Call: callCosts, Cause: account.NotCollected,
			Sentence: fmt.Sprintf("the bill of %s to %s was not asked for: its last day must be over (UTC) and not before its first", from, to)}
	}
	b := newBill(from, to)
	for _, q := range questions() {
		if gap := o.ask(ctx, q, b, spent); gap != nil {
			return spend.Sheet{}, *gap
		}
	}
	return b.sheet(now), nil
}

// ask adds all pages of q to b.
func (o *Org) ask(ctx context.Context, q question, b *bill, spent func(int) error) *account.Gap {
	in := q.request(b.from, b.to)
	tokens := map[string]bool{}
	named := map[spend.Day]bool{}
	for {
		out, gap := within(ctx, costTimeout, callCosts, func(ctx context.Context) (*costexplorer.GetCostAndUsageOutput, error) {
			out, err := o.costs.GetCostAndUsage(ctx, in, countAttempts(spent))
			return out, costProblem(err)
		})
		if gap != nil {
			return gap
		}
		b.requests++
		if err := b.add(q, out.ResultsByTime, named); err != nil {
			gap := unusable(callCosts, "%v", err)
			return &gap
		}
		token := aws.ToString(out.NextPageToken)
		if token == "" {
			break
		}
		if tokens[token] {
			gap := unusable(callCosts, "its pages go round in a circle")
			return &gap
		}
		tokens[token] = true
		in.NextPageToken = out.NextPageToken // all else stays, or AWS answers RequestChangedException
	}
	return allNamed(b, named)
}

// allNamed refuses a bill with a day that no page named. AWS names days
// without cost too, so such a day is missing data.
func allNamed(b *bill, named map[spend.Day]bool) *account.Gap {
	for day := b.from; day <= b.to; day++ {
		if !named[day] {
			gap := unusable(callCosts, "%s is missing from it", day)
			return &gap
		}
	}
	return nil
}

// overBudget carries spent's refusal through the SDK.
type overBudget struct{ err error }

func (e *overBudget) Error() string        { return e.err.Error() }
func (e *overBudget) RetryableError() bool { return false }

// countAttempts asks spent after credentials were found and before each
// attempt is sent.
func countAttempts(spent func(int) error) func(*costexplorer.Options) {
	count := middleware.FinalizeMiddlewareFunc("rootwatchBudget",
		func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			if err := spent(1); err != nil {
				return middleware.FinalizeOutput{}, middleware.Metadata{}, &overBudget{err}
			}
			return next.HandleFinalize(ctx, in)
		})
	return func(o *costexplorer.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Finalize.Insert(count, "Signing", middleware.After)
		})
	}
}

// costProblem tells apart what only Cost Explorer says; the rest is classify's.
func costProblem(err error) error {
	var role *managementRoleError
	var own *credentialError
	if err == nil || errors.As(err, &role) || errors.As(err, &own) {
		return err // a code in these is of another call
	}
	var capped *overBudget
	if errors.As(err, &capped) {
		return account.Gap{Call: callCosts, Cause: account.OverBudget, Sentence: capped.Error()}
	}
	gap := account.Gap{Call: callCosts, Detail: detail(err)}
	switch code := apiCode(err); {
	case strings.HasPrefix(code, "AccessDenied"):
		return costDenial(gap)
	case code == "DataUnavailableException":
		gap.Cause, gap.Sentence = account.Unavailable, "Cost Explorer's data is not ready: a new account or a first use takes AWS up to 24 hours"
	case code == "InvalidNextTokenException", code == "RequestChangedException", code == "BillExpirationException":
		gap.Cause, gap.Sentence = account.Unavailable, "the bill changed while its pages were read: it is asked again later"
	default:
		return err
	}
	return gap
}

// costDenial tells three denials apart. AWS gives its reason since 2021; a
// denial for IAM without one is what the root user's billing switch looks like.
func costDenial(gap account.Gap) account.Gap {
	words := strings.ToLower(gap.Detail)
	gap.Cause = account.Denied
	switch {
	case strings.Contains(words, "not enabled for cost explorer"):
		gap.Cause = account.NotEnabled
		gap.Sentence = "Cost Explorer is not enabled: open Billing and Cost Management, Cost Explorer, once in the management account's console; the first data comes within 24 hours"
	case strings.Contains(words, "service control policy"):
		gap.Sentence = "a service control policy denies ce:GetCostAndUsage: exempt Rootwatch's role, or read costs from the management account"
	case strings.Contains(words, "identity-based policy"), strings.Contains(words, "permissions boundary"), strings.Contains(words, "session policy"):
		gap.Sentence = "AWS denied ce:GetCostAndUsage: allow it in the policy of Rootwatch's role"
	default:
		gap.Sentence = "AWS denied ce:GetCostAndUsage: allow it in the policy of Rootwatch's role; where it is allowed, the root user must switch on \"IAM user and role access to Billing information\" under Account"
	}
	return gap
}
