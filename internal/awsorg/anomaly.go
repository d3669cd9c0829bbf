package awsorg

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"

	"rootwatch/checks/account"
)

const (
	callSubscriptions = "ce:GetAnomalySubscriptions"
	callMonitors      = "ce:GetAnomalyMonitors"
	anomaliesPerPage  = 100
)

// AnomalySubscriptions implements schedule.AnomalySource: who hears of Cost
// Anomaly Detection in the payer, without addresses. Each page costs what a
// page of the bill does, and spent is told of each attempt before it is sent. What the
// monitors look at is asked only where a subscription has any.
func (o *Org) AnomalySubscriptions(ctx context.Context, spent func(requests int) error) account.Fact[[]account.AnomalySubscription] {
	self, gap := o.identity(ctx)
	if gap != nil {
		return account.Missing[[]account.AnomalySubscription](*gap)
	}
	org, gap := o.organization(ctx)
	if gap != nil { // who does not know the payer does not know whose subscriptions these are
		return account.Missing[[]account.AnomalySubscription](*gap)
	}
	if !org.standalone && org.managementID != o.sideOf(self) {
		return account.Missing[[]account.AnomalySubscription](account.Gap{Call: callSubscriptions, Cause: account.NotCollected,
			Sentence: "AWS tells the payer's anomaly subscriptions to the payer alone: give Rootwatch a management role"})
	}
	subscriptions, err := o.subscriptions(ctx, spent)
	if err != nil {
		return missing[[]account.AnomalySubscription](callSubscriptions, err)
	}
	asked := 0
	for _, s := range subscriptions {
		asked += len(s.MonitorArnList)
	}
	monitors := map[string]types.AnomalyMonitor{}
	if asked > 0 {
		if monitors, err = o.monitors(ctx, spent); err != nil {
			return missing[[]account.AnomalySubscription](callMonitors, err)
		}
	}
	t := o.newTopics(o.sideOf(self), self, o.side.cfg)
	list := []account.AnomalySubscription{}
	for _, s := range subscriptions {
		list = append(list, anomalySubscription(ctx, t, s, monitors))
	}
	return account.Known(list)
}

func missing[T any](call string, err error) account.Fact[T] {
	var gap account.Gap
	if !errors.As(err, &gap) {
		gap = classify(call, err, nil)
	}
	return account.Missing[T](gap)
}

func (o *Org) subscriptions(ctx context.Context, spent func(int) error) (list []types.AnomalySubscription, err error) {
	in := &costexplorer.GetAnomalySubscriptionsInput{MaxResults: aws.Int32(anomaliesPerPage)}
	return list, budgetPages(func(token *string) (*string, error) {
		in.NextPageToken = token
		out, gap := within(ctx, costTimeout, callSubscriptions, func(ctx context.Context) (*costexplorer.GetAnomalySubscriptionsOutput, error) {
			out, err := o.costs.GetAnomalySubscriptions(ctx, in, countAttempts(spent))
			return out, anomalyProblem(callSubscriptions, err)
		})
		if gap != nil {
			return nil, *gap
		}
		if out.AnomalySubscriptions == nil {
			return nil, unusable(callSubscriptions, "it holds no list")
		}
		list = append(list, out.AnomalySubscriptions...)
		return out.NextPageToken, nil
	})
}

func (o *Org) monitors(ctx context.Context, spent func(int) error) (map[string]types.AnomalyMonitor, error) {
	byARN := map[string]types.AnomalyMonitor{}
	in := &costexplorer.GetAnomalyMonitorsInput{MaxResults: aws.Int32(anomaliesPerPage)}
	return byARN, budgetPages(func(token *string) (*string, error) {
		in.NextPageToken = token
		out, gap := within(ctx, costTimeout, callMonitors, func(ctx context.Context) (*costexplorer.GetAnomalyMonitorsOutput, error) {
			out, err := o.costs.GetAnomalyMonitors(ctx, in, countAttempts(spent))
			return out, anomalyProblem(callMonitors, err)
		})
		if gap != nil {
			return nil, *gap
		}
		if out.AnomalyMonitors == nil {
			return nil, unusable(callMonitors, "it holds no list")
		}
		for _, m := range out.AnomalyMonitors {
			byARN[aws.ToString(m.MonitorArn)] = m
		}
		return out.NextPageToken, nil
	})
}

// anomalyProblem is costProblem about another call of Cost Explorer.
func anomalyProblem(call string, err error) error {
	var gap account.Gap
	problem := costProblem(err)
	if !errors.As(problem, &gap) {
		return problem
	}
	gap.Call = call
	switch gap.Cause {
	case account.Denied:
		gap.Sentence = "AWS denied " + call + ": allow it in the policy of Rootwatch's role; where it is allowed, the root user must switch on \"IAM user and role access to Billing information\" under Account"
	case account.Unavailable:
		gap.Sentence = "Cost Anomaly Detection did not answer: it is asked again tomorrow"
	}
	return gap
}

func anomalySubscription(ctx context.Context, t *topics, s types.AnomalySubscription, monitors map[string]types.AnomalyMonitor) account.AnomalySubscription {
	out := account.AnomalySubscription{Name: aws.ToString(s.SubscriptionName), Frequency: string(s.Frequency), Monitors: len(s.MonitorArnList)}
	for _, arn := range s.MonitorArnList {
		whole, accounts := watches(monitors[arn])
		out.Whole = out.Whole || whole
		out.Accounts = append(out.Accounts, accounts...)
	}
	from := publisher{service: publishAnomalies, account: t.id, source: aws.ToString(s.SubscriptionArn)}
	for _, who := range s.Subscribers {
		subscriber := account.Subscriber{Type: string(who.Type)}
		switch {
		case who.Type == types.SubscriberTypeSns:
			subscriber = t.subscriber(ctx, aws.ToString(who.Address), from)
		case who.Status == types.SubscriberStatusDeclined:
			subscriber.Live, subscriber.Why = account.No, "the address declined"
		case who.Type == types.SubscriberTypeEmail:
			subscriber.Live = account.Yes
		}
		subscriber.Address = "" // it is stored, and nobody needs to know whose it is
		out.Subscribers = append(out.Subscribers, subscriber)
	}
	return out
}

// watches is what a monitor looks at: the whole bill by service or by account,
// or the accounts it names. One by tag or cost category sees only what bears it.
func watches(m types.AnomalyMonitor) (whole bool, accounts []string) {
	switch m.MonitorType {
	case types.MonitorTypeDimensional:
		return m.MonitorDimension == types.MonitorDimensionService || m.MonitorDimension == types.MonitorDimensionLinkedAccount, nil
	case types.MonitorTypeCustom:
		e := m.MonitorSpecification
		if e != nil && e.Dimensions != nil && e.Dimensions.Key == types.DimensionLinkedAccount &&
			len(e.And)+len(e.Or) == 0 && e.Not == nil && e.Tags == nil && e.CostCategories == nil {
			return false, e.Dimensions.Values
		}
	}
	return false, nil
}
