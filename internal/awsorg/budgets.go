package awsorg

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/budgets"
	"github.com/aws/aws-sdk-go-v2/service/budgets/types"
	"github.com/aws/smithy-go"
	"golang.org/x/sync/errgroup"

	"rootwatch/checks/account"
)

const (
	callBudgets    = "budgets:ViewBudget" // which AWS asks for all three calls
	budgetsPerPage = 1000                 // the most that DescribeBudgets gives
	noticesPerPage = 100                  // likewise of notifications and subscribers
	// AWS publishes no rate for budgets; one account rarely has more than a few.
	budgetsAtOnce = 8
)

func (o *Org) readBudgets(ctx context.Context, calls *sync.WaitGroup, r reader, facts *account.Facts) {
	id := facts.ID
	calls.Go(func() { facts.Budgets = o.budgetsOf(ctx, r, id) })
}

// budgetsOf is all budgets of the account, with the alerts of those that
// could be the one that the account needs, or nothing.
func (o *Org) budgetsOf(ctx context.Context, r reader, id account.ID) account.Fact[[]account.Budget] {
	b := budgetReader{org: o, topics: r.topics, id: id, client: budgets.NewFromConfig(r.cfg)}
	list, err := b.all(ctx)
	if gap, lost := errors.AsType[account.Gap](err); lost {
		return account.Missing[[]account.Budget](gap)
	}
	b.alerts(ctx, list)
	return account.Known(list)
}

type budgetReader struct {
	org    *Org
	topics *topics
	id     account.ID
	client *budgets.Client
}

// all reads all pages, or fails with a Gap.
func (b budgetReader) all(ctx context.Context) ([]account.Budget, error) {
	list := []account.Budget{}
	in := &budgets.DescribeBudgetsInput{AccountId: aws.String(b.id.String()), MaxResults: aws.Int32(budgetsPerPage), ShowFilterExpression: aws.Bool(true)}
	return list, budgetPages(func(token *string) (*string, error) {
		in.NextToken = token
		out, err := askBudgets(ctx, func(ctx context.Context) (*budgets.DescribeBudgetsOutput, error) {
			return b.client.DescribeBudgets(ctx, in)
		})
		if err != nil {
			return nil, err
		}
		for _, budget := range out.Budgets {
			if aws.ToString(budget.BudgetName) == "" {
				return nil, unusable(callBudgets, "a budget has no name")
			}
			if budget.BudgetType == "" || budget.TimeUnit == "" {
				return nil, unusable(callBudgets, "a budget does not say of what it is, or by which period")
			}
			list = append(list, b.budget(budget))
		}
		return out.NextToken, nil
	})
}

// alerts reads who is told of what, side by side, of the budgets that matter.
// What cannot be read is a gap of that budget: the others, and that there are
// any, are known all the same.
func (b budgetReader) alerts(ctx context.Context, list []account.Budget) {
	needed := b.covers
	if !b.payer() && slices.ContainsFunc(list, b.daily) {
		needed = b.daily // the one to have; only without it do the others matter
	}
	var g errgroup.Group // bounds how many; no budget's gap ends the others' reading
	g.SetLimit(budgetsAtOnce)
	for i := range list {
		if needed(list[i]) {
			g.Go(func() error {
				list[i].Notifications, list[i].Gap = b.notifications(ctx, list[i].Name)
				return nil
			})
		}
	}
	_ = g.Wait()
}

// covers holds of a working cost budget that looks at whole accounts, the
// reader's among them, or the payer's at any.
func (b budgetReader) covers(x account.Budget) bool {
	if x.Type != string(types.BudgetTypeCost) || x.Idle != "" {
		return false
	}
	return !x.Filtered || len(x.Accounts) > 0 && (b.payer() || slices.Contains(x.Accounts, b.id.String()))
}

// daily holds of one that looks at the days of the account alone.
func (b budgetReader) daily(x account.Budget) bool {
	return b.covers(x) && x.TimeUnit == string(types.TimeUnitDaily) && len(x.Accounts) <= 1
}

// payer reports whether the budgets may be about other accounts, each of which
// needs its own.
func (b budgetReader) payer() bool {
	org, known := b.org.orgOf.kept(b.org.now())
	return !known || org.managementID == b.id
}

func (b budgetReader) notifications(ctx context.Context, name string) ([]account.BudgetNotification, *account.Gap) {
	var asked []types.Notification
	in := &budgets.DescribeNotificationsForBudgetInput{AccountId: aws.String(b.id.String()), BudgetName: &name, MaxResults: aws.Int32(noticesPerPage)}
	err := budgetPages(func(token *string) (*string, error) {
		in.NextToken = token
		out, err := askBudgets(ctx, func(ctx context.Context) (*budgets.DescribeNotificationsForBudgetOutput, error) {
			return b.client.DescribeNotificationsForBudget(ctx, in)
		})
		if err != nil {
			return nil, err
		}
		for _, n := range out.Notifications {
			if n.NotificationType == "" || n.ComparisonOperator == "" {
				return nil, unusable(callBudgets, "a notification does not say of what it is")
			}
		}
		asked = append(asked, out.Notifications...)
		return out.NextToken, nil
	})
	if gap, lost := errors.AsType[account.Gap](err); lost {
		return nil, &gap
	}
	list := make([]account.BudgetNotification, len(asked))
	var calls sync.WaitGroup
	for i, n := range asked {
		list[i] = account.BudgetNotification{Type: string(n.NotificationType), Operator: string(n.ComparisonOperator),
			Threshold: n.Threshold, Absolute: n.ThresholdType == types.ThresholdTypeAbsoluteValue}
		calls.Go(func() { list[i].Subscribers, list[i].Gap = b.subscribers(ctx, name, n) })
	}
	calls.Wait()
	return list, nil
}

func (b budgetReader) subscribers(ctx context.Context, name string, n types.Notification) ([]account.Subscriber, *account.Gap) {
	var asked []types.Subscriber
	in := &budgets.DescribeSubscribersForNotificationInput{AccountId: aws.String(b.id.String()), BudgetName: &name, Notification: &n, MaxResults: aws.Int32(noticesPerPage)}
	err := budgetPages(func(token *string) (*string, error) {
		in.NextToken = token
		out, err := askBudgets(ctx, func(ctx context.Context) (*budgets.DescribeSubscribersForNotificationOutput, error) {
			return b.client.DescribeSubscribersForNotification(ctx, in)
		})
		if err != nil {
			return nil, err
		}
		for _, s := range out.Subscribers {
			if s.SubscriptionType == "" || aws.ToString(s.Address) == "" {
				return nil, unusable(callBudgets, "a subscriber has no kind or no address")
			}
		}
		asked = append(asked, out.Subscribers...)
		return out.NextToken, nil
	})
	if gap, lost := errors.AsType[account.Gap](err); lost {
		return nil, &gap
	}
	from := publisher{service: publishBudgets, account: b.id, source: fmt.Sprintf("arn:%s:budgets::%s:budget/%s", b.topics.self.partition, b.id, name)}
	list := make([]account.Subscriber, len(asked))
	var calls sync.WaitGroup
	for i, s := range asked {
		if address := aws.ToString(s.Address); s.SubscriptionType == types.SubscriptionTypeSns {
			calls.Go(func() { list[i] = b.topics.subscriber(ctx, address, from) })
		} else {
			list[i] = account.Subscriber{Type: string(s.SubscriptionType), Address: address}
			if s.SubscriptionType == types.SubscriptionTypeEmail && address != "" {
				list[i].Live = account.Yes
			}
		}
	}
	calls.Wait()
	return list, nil
}

// budgetPages asks until there is no further page. It refuses pages in a circle.
func budgetPages(ask func(token *string) (*string, error)) error {
	tokens := map[string]bool{}
	for token := (*string)(nil); ; {
		next, err := ask(token)
		if err != nil {
			return err
		}
		if aws.ToString(next) == "" {
			return nil
		}
		if tokens[*next] {
			return unusable(callBudgets, "its pages do not lead on")
		}
		tokens[*next], token = true, next
	}
}

// askBudgets makes one call. Its errors are Gaps.
func askBudgets[T any](ctx context.Context, ask func(context.Context) (T, error)) (T, error) {
	out, gap := within(ctx, callTimeout, callBudgets, func(ctx context.Context) (T, error) {
		out, err := ask(ctx)
		return out, budgetProblem(err)
	})
	if gap != nil {
		return out, *gap
	}
	return out, nil
}

// reasons are AWS's words for what refused a call; it has given them since
// 2021. The billing services refuse IAM without any where the root user did not
// let it in.
var reasons = []string{
	"identity-based policy", "resource-based policy", "service control policy", "resource control policy",
	"permissions boundary", "session policy", "vpc endpoint policy", "explicit deny", "because no ",
}

func budgetProblem(err error) error {
	var role *managementRoleError
	var own *credentialError
	var api smithy.APIError
	if err == nil || errors.As(err, &role) || errors.As(err, &own) || !errors.As(err, &api) {
		return err
	}
	switch code := apiCode(err); {
	case strings.HasPrefix(code, "AccessDenied"):
		words := strings.ToLower(api.ErrorMessage())
		if slices.ContainsFunc(reasons, func(r string) bool { return strings.Contains(words, r) }) {
			return err
		}
		return account.Gap{Call: callBudgets, Cause: account.NotEnabled, Detail: detail(err),
			Sentence: "AWS keeps every IAM user and role out of billing: the root user must switch on \"IAM user and role access to Billing information\" under Account"}
	case code == "NotFoundException", code == "ExpiredNextTokenException", code == "InvalidNextTokenException":
		return account.Gap{Call: callBudgets, Cause: account.Unavailable, Detail: detail(err),
			Sentence: "the budgets changed while they were read: they are asked for again later"}
	}
	return err
}
