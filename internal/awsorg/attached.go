package awsorg

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"rootwatch/checks/account"
	"rootwatch/checks/scp"
)

const (
	callPolicies   = "organizations:ListPolicies"
	callDescribe   = "organizations:DescribePolicy"
	callTargets    = "organizations:ListTargetsForPolicy"
	callPoliciesOf = "organizations:ListPoliciesForTarget"

	// fullAccess is AWS's own policy, which hangs on every target until
	// somebody takes it off.
	fullAccess = "p-FullAWSAccess"
	// fewTargets is up to how many targets each is asked what hangs on it; for
	// more, listing every target of fullAccess takes fewer calls.
	fewTargets = 40
)

// readPolicies gives the policies, what hangs on the targets that a policy
// other than fullAccess names, and what hangs on all others.
func (o *Org) readPolicies(ctx context.Context) (policies map[string]scp.Policy, attached map[string][]string, rest []string, gap *account.Gap) {
	list, gap := o.listPolicies(ctx)
	if gap != nil {
		return nil, nil, nil, gap
	}
	// AWS leaves no target without a policy (ConstraintViolationException,
	// MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED): one that no policy of the
	// organization's own names has AWS's only one.
	managed := slices.DeleteFunc(slices.Clone(list), func(p types.PolicySummary) bool { return !p.AwsManaged })
	told := len(managed) == 1 && aws.ToString(managed[0].Id) == fullAccess
	described := make([]*scp.Policy, len(list))
	targets := make([][]string, len(list))
	var calls []func(context.Context) *account.Gap
	for i, p := range list {
		calls = append(calls, func(ctx context.Context) (gap *account.Gap) {
			described[i], gap = o.describePolicy(ctx, p)
			return gap
		})
		if id := aws.ToString(p.Id); !told || id != fullAccess {
			calls = append(calls, func(ctx context.Context) (gap *account.Gap) {
				targets[i], gap = o.targetsOf(ctx, id)
				return gap
			})
		}
	}
	if gap := together(ctx, calls); gap != nil {
		return nil, nil, nil, gap
	}
	policies, attached = map[string]scp.Policy{}, map[string][]string{}
	for i := range list {
		if described[i] == nil {
			continue // deleted since it was listed
		}
		policies[described[i].ID] = *described[i]
		for _, target := range targets[i] {
			attached[target] = append(attached[target], described[i].ID)
		}
	}
	if !told {
		return policies, attached, nil, nil
	}
	rest, gap = o.addFullAccess(ctx, attached)
	return policies, attached, rest, gap
}

// addFullAccess adds fullAccess to the targets that still have it, and says
// what hangs on those that are not named.
func (o *Org) addFullAccess(ctx context.Context, attached map[string][]string) (rest []string, gap *account.Gap) {
	if len(attached) > fewTargets {
		targets, gap := o.targetsOf(ctx, fullAccess)
		for _, target := range targets {
			attached[target] = append(attached[target], fullAccess)
		}
		return nil, gap
	}
	names := slices.Sorted(maps.Keys(attached))
	hanging := make([][]string, len(names))
	var calls []func(context.Context) *account.Gap
	for i, target := range names {
		calls = append(calls, func(ctx context.Context) (gap *account.Gap) {
			hanging[i], gap = o.policiesOf(ctx, target)
			return gap
		})
	}
	if gap := together(ctx, calls); gap != nil {
		return nil, gap
	}
	for i, target := range names {
		if attached[target] = hanging[i]; hanging[i] == nil { // gone since
			delete(attached, target)
		}
	}
	return []string{fullAccess}, nil
}

func (o *Org) listPolicies(ctx context.Context) ([]types.PolicySummary, *account.Gap) {
	return pages(ctx, o, callPolicies, func(ctx context.Context, token *string) ([]types.PolicySummary, *string, error) {
		out, err := o.organizations.ListPolicies(ctx, &organizations.ListPoliciesInput{
			Filter: types.PolicyTypeServiceControlPolicy, NextToken: token, MaxResults: aws.Int32(itemsPerPage)})
		if err != nil {
			return nil, nil, err
		}
		return out.Policies, out.NextToken, nil
	})
}

// describePolicy is nil for a policy that is gone.
func (o *Org) describePolicy(ctx context.Context, p types.PolicySummary) (*scp.Policy, *account.Gap) {
	if gap := o.paceOrg(ctx, callDescribe); gap != nil {
		return nil, gap
	}
	return within(ctx, listTimeout, callDescribe, func(ctx context.Context) (*scp.Policy, error) {
		out, err := o.organizations.DescribePolicy(ctx, &organizations.DescribePolicyInput{PolicyId: p.Id})
		switch {
		case apiCode(err) == "PolicyNotFoundException":
			return nil, nil
		case err != nil:
			return nil, err
		case out.Policy == nil || aws.ToString(out.Policy.Content) == "":
			return nil, unusable(callDescribe, "it has no content for %s", clip(aws.ToString(p.Id), 130))
		}
		return &scp.Policy{ID: aws.ToString(p.Id), Name: aws.ToString(p.Name), AWSManaged: p.AwsManaged, Content: *out.Policy.Content}, nil
	})
}

func (o *Org) targetsOf(ctx context.Context, policy string) ([]string, *account.Gap) {
	targets, gap := pages(ctx, o, callTargets, func(ctx context.Context, token *string) ([]types.PolicyTargetSummary, *string, error) {
		out, err := o.organizations.ListTargetsForPolicy(ctx, &organizations.ListTargetsForPolicyInput{
			PolicyId: &policy, NextToken: token, MaxResults: aws.Int32(itemsPerPage)})
		if err != nil {
			return []types.PolicyTargetSummary{}, nil, unless(apiCode(err) == "PolicyNotFoundException", err)
		}
		return out.Targets, out.NextToken, nil
	})
	return idsOf(targets, func(t types.PolicyTargetSummary) *string { return t.TargetId }), gap
}

// policiesOf are all that hang directly on a target; nil for one that is gone.
func (o *Org) policiesOf(ctx context.Context, target string) ([]string, *account.Gap) {
	list, gap := pages(ctx, o, callPoliciesOf, func(ctx context.Context, token *string) ([]types.PolicySummary, *string, error) {
		out, err := o.organizations.ListPoliciesForTarget(ctx, &organizations.ListPoliciesForTargetInput{
			TargetId: &target, Filter: types.PolicyTypeServiceControlPolicy, NextToken: token, MaxResults: aws.Int32(itemsPerPage)})
		if err != nil {
			return []types.PolicySummary{}, nil, unless(apiCode(err) == "TargetNotFoundException", err)
		}
		return out.Policies, out.NextToken, nil
	})
	return idsOf(list, func(p types.PolicySummary) *string { return p.Id }), gap
}

// idsOf are the ids of what was listed, each once.
func idsOf[T any](list []T, id func(T) *string) []string {
	var ids []string
	for _, item := range list {
		if name := aws.ToString(id(item)); name != "" && !slices.Contains(ids, name) {
			ids = append(ids, name)
		}
	}
	return ids
}
