package awsorg

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/smithy-go/middleware"

	"rootwatch/checks/account"
)

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
		gap.Cause, gap.Sentence = account.Unavailable, changedMeanwhile
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
