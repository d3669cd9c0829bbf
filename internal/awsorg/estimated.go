package awsorg

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

const (
	callMetrics    = "cloudwatch:ListMetrics"
	callMetricData = "cloudwatch:GetMetricData"

	// The metric of the bill is in one region of one partition, in US dollars
	// (CloudWatch User Guide, "Create a billing alarm").
	estimatedPartition = "aws"
	estimatedRegion    = "us-east-1"
	estimatedCurrency  = "USD"
	// metricQueries is how many metrics GetMetricData takes in a request.
	metricQueries = 500
	// metricPages bounds the pages of ListMetrics, 500 metrics each: 5,000
	// accounts with a hundred services.
	metricPages = 1000
)

// BillingAlertsOff is what a person does where AWS has no such metric.
const BillingAlertsOff = "in the management account, open Billing and Cost Management, Billing preferences, Alert preferences, and switch on \"Receive CloudWatch billing alerts\"; there is data from then on, within a day"

// payerMetrics is CloudWatch where the metric is, with the payer's credentials.
// The metric is nowhere else, and an empty answer from elsewhere would be taken
// for billing alerts that are off.
func (o *Org) payerMetrics(ctx context.Context) (*cloudwatch.Client, identity, *account.Gap) {
	self, gap := o.identity(ctx)
	if gap != nil {
		return nil, self, gap
	}
	if self.partition != estimatedPartition {
		return nil, self, &account.Gap{Call: callMetrics, Cause: account.NotCollected,
			Sentence: "AWS sends estimated charges to CloudWatch in the partition aws alone"}
	}
	org, gap := o.organization(ctx)
	switch {
	case gap != nil && gap.Cause != account.Denied:
		return nil, self, gap
	case gap != nil || org.standalone: // whoever may not ask of the organization is looked at by itself
	case o.sideOf(self) != org.managementID:
		return nil, self, &account.Gap{Call: callMetrics, Cause: account.NotCollected,
			Sentence: "AWS tells the estimated charges to the payer alone: run Rootwatch in the management account, or set management_role_arn"}
	}
	cfg := o.side.cfg.Copy()
	cfg.Region = estimatedRegion
	return cloudwatch.NewFromConfig(cfg), self, nil
}

// EstimatedKeys implements schedule.EstimateSource: the series that AWS sent in
// the last two weeks, sorted. None is billing alerts that are off, a Gap with
// the cause NotEnabled. AWS takes nothing for it up to a million requests a month.
func (o *Org) EstimatedKeys(ctx context.Context) ([]spend.EstimatedKey, error) {
	ctx = onSide(ctx)
	client, _, gap := o.payerMetrics(ctx)
	if gap != nil {
		return nil, *gap
	}
	pages := 0
	listed, gap := everyPage(ctx, callMetrics, func(ctx context.Context, token *string) ([]types.Metric, *string, error) {
		if pages++; pages > metricPages {
			return nil, nil, unusable(callMetrics, "it has more than %d pages", metricPages)
		}
		out, err := client.ListMetrics(ctx, &cloudwatch.ListMetricsInput{Namespace: aws.String(billed.namespace), MetricName: aws.String(billed.name), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		if out.Metrics == nil && isCBOR(out.ResultMetadata) {
			return []types.Metric{}, out.NextToken, nil // this protocol may leave out what is empty
		}
		return out.Metrics, out.NextToken, nil
	})
	if gap != nil {
		return nil, *gap
	}
	seen := map[spend.EstimatedKey]bool{}
	var keys []spend.EstimatedKey
	for _, m := range listed {
		if key, ok := estimatedKey(m); ok && !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	if !seen[spend.EstimatedKey{}] {
		return nil, account.Gap{Call: callMetrics, Cause: account.NotEnabled,
			Sentence: "AWS sends no estimated charges to CloudWatch (which is not a bill of nothing): " + BillingAlertsOff}
	}
	slices.SortFunc(keys, func(x, y spend.EstimatedKey) int {
		return cmp.Or(cmp.Compare(x.Account.String(), y.Account.String()), cmp.Compare(x.Service, y.Service))
	})
	return keys, nil
}

// estimatedKey reads a dimension set. One in another currency, or with a
// dimension that AWS does not document, is none of ours.
func estimatedKey(m types.Metric) (key spend.EstimatedKey, ok bool) {
	if aws.ToString(m.Namespace) != billed.namespace || aws.ToString(m.MetricName) != billed.name {
		return key, false
	}
	for _, d := range m.Dimensions {
		value := aws.ToString(d.Value)
		switch aws.ToString(d.Name) {
		case "Currency":
			ok = value == estimatedCurrency
			if !ok {
				return key, false
			}
		case "ServiceName":
			key.Service = value
			if value == "" {
				return key, false
			}
		case "LinkedAccount":
			id, err := account.ParseID(value)
			if err != nil {
				return key, false
			}
			key.Account = id
		default:
			return key, false
		}
	}
	return key, ok
}

// Estimated implements schedule.EstimateSource: the series of the keys, each
// once and in their order, with a point for each six hours from..until. spent
// is told of each batch before it is asked for, by how many metrics it has:
// AWS takes $0.01 for a thousand. A series that AWS did not give whole says so;
// a request that fails is an error, an account.Gap.
func (o *Org) Estimated(ctx context.Context, keys []spend.EstimatedKey, from, until time.Time, spent func(metrics int) error) ([]spend.Estimated, error) {
	ctx = onSide(ctx)
	client, _, gap := o.payerMetrics(ctx)
	if gap != nil {
		return nil, *gap
	}
	var all []spend.Estimated
	for batch := range slices.Chunk(keys, metricQueries) {
		if err := spent(len(batch)); err != nil {
			return nil, account.Gap{Call: callMetricData, Cause: account.OverBudget, Sentence: err.Error()}
		}
		read, gap := readEstimated(ctx, client, batch, from, until)
		if gap != nil {
			return nil, *gap
		}
		all = append(all, read...)
	}
	return all, nil
}

// readEstimated reads one batch, all its pages.
func readEstimated(ctx context.Context, client *cloudwatch.Client, keys []spend.EstimatedKey, from, until time.Time) ([]spend.Estimated, *account.Gap) {
	in := &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(from.UTC().Truncate(spend.EstimatedPeriod)), EndTime: aws.Time(until.UTC()), ScanBy: types.ScanByTimestampAscending,
	}
	place := map[string]int{}
	for i, key := range keys {
		id := fmt.Sprintf("m%d", i)
		place[id] = i
		in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{Id: aws.String(id), MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: aws.String(billed.namespace), MetricName: aws.String(billed.name), Dimensions: dimensionsOf(key)},
			Period: aws.Int32(int32(spend.EstimatedPeriod / time.Second)), Stat: aws.String("Maximum"),
		}})
	}
	results, gap := everyPage(ctx, callMetricData, func(ctx context.Context, token *string) ([]types.MetricDataResult, *string, error) {
		asked := *in
		asked.NextToken = token
		out, err := client.GetMetricData(ctx, &asked)
		if err != nil {
			return nil, nil, err
		}
		return out.MetricDataResults, out.NextToken, nil
	})
	if gap != nil {
		return nil, gap
	}
	g := gathering{place: place, status: map[int]types.StatusCode{}, series: make([]spend.Estimated, len(keys))}
	for _, r := range results {
		if err := g.add(r); err != nil {
			gap := unusable(callMetricData, "%v", err)
			return nil, &gap
		}
	}
	return g.done(keys), nil
}

func dimensionsOf(key spend.EstimatedKey) []types.Dimension {
	d := []types.Dimension{{Name: aws.String("Currency"), Value: aws.String(estimatedCurrency)}}
	if key.Service != "" {
		d = append(d, types.Dimension{Name: aws.String("ServiceName"), Value: aws.String(key.Service)})
	}
	if !key.Account.IsZero() {
		d = append(d, types.Dimension{Name: aws.String("LinkedAccount"), Value: aws.String(key.Account.String())})
	}
	return d
}

// gathering puts the pages of a batch together. A series may stand on several,
// and the last of them says whether it is whole.
type gathering struct {
	place  map[string]int
	status map[int]types.StatusCode
	series []spend.Estimated
}

func (g *gathering) add(r types.MetricDataResult) error {
	i, asked := g.place[aws.ToString(r.Id)]
	switch {
	case !asked:
		return fmt.Errorf("it holds %q, which was not asked for", clip(aws.ToString(r.Id), 40))
	case len(r.Timestamps) != len(r.Values):
		return fmt.Errorf("it has %d times for %d values", len(r.Timestamps), len(r.Values))
	}
	g.status[i] = r.StatusCode
	for n, at := range r.Timestamps {
		g.series[i].Points = append(g.series[i].Points, spend.EstimatedPoint{At: at.UTC(), Total: r.Values[n]})
	}
	return nil
}

// done says of each series whether AWS gave it whole.
func (g *gathering) done(keys []spend.EstimatedKey) []spend.Estimated {
	for i := range g.series {
		s := &g.series[i]
		s.EstimatedKey, s.Currency = keys[i], estimatedCurrency
		slices.SortFunc(s.Points, func(a, b spend.EstimatedPoint) int { return a.At.Compare(b.At) })
		switch status, told := g.status[i]; {
		case !told:
			s.Missing = "AWS left it out of its answer"
		case status == types.StatusCodeForbidden:
			s.Missing = "AWS may not show it to Rootwatch (Forbidden)"
		case status != types.StatusCodeComplete:
			s.Missing = "AWS did not give it whole (" + clip(cmp.Or(string(status), "no status"), 40) + ")"
		}
	}
	return g.series
}
