package awsorg

import (
	"cmp"
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

const (
	callFilters = "logs:DescribeMetricFilters"
	callAlarms  = "cloudwatch:DescribeAlarms"
	// The largest pages that AWS gives.
	filtersPerPage, alarmsPerPage = 50, 100
)

// alarmMetric is what an alarm looks at.
type alarmMetric struct{ namespace, name string }

// billed is the metric of an account's bill, or an organization's.
var billed = alarmMetric{"AWS/Billing", "EstimatedCharges"}

// alarms asks for metric filters and alarms side by side, and keeps the
// alarms on the bill and on what a filter on root's sign-ins counts.
func (w watchReader) alarms(ctx context.Context, logs *cloudwatchlogs.Client, client *cloudwatch.Client) (account.Fact[[]account.MetricFilter], account.Fact[[]account.Alarm]) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	asked := make(chan account.Fact[[]account.MetricFilter], 1)
	go func() { asked <- w.metricFilters(ctx, logs) }()
	listed, gap := listAlarms(ctx, client)
	filters := <-asked
	if gap != nil {
		return filters, account.Missing[[]account.Alarm](*gap)
	}
	wanted := map[alarmMetric]bool{billed: true}
	known, _ := filters.Get()
	for _, f := range known {
		wanted[alarmMetric{f.Namespace, f.Metric}] = true
	}
	return filters, account.Known(w.keep(ctx, listed, wanted))
}

// anyAccount is an account's id in a pattern, which may be a member's.
var anyAccount = regexp.MustCompile(`[0-9]{12}`)

// metricFilters are those that may count a root sign-in, be it a member's
// where the log group is the organization's.
func (w watchReader) metricFilters(ctx context.Context, client *cloudwatchlogs.Client) account.Fact[[]account.MetricFilter] {
	listed, gap := everyPage(ctx, callFilters, func(ctx context.Context, token *string) ([]logtypes.MetricFilter, *string, error) {
		out, err := client.DescribeMetricFilters(ctx, &cloudwatchlogs.DescribeMetricFiltersInput{NextToken: token, Limit: aws.Int32(filtersPerPage)})
		if err != nil {
			return nil, nil, err
		}
		for _, f := range out.MetricFilters {
			nameless := func(t logtypes.MetricTransformation) bool {
				return t.MetricNamespace == nil || t.MetricName == nil || t.MetricValue == nil
			}
			if f.FilterPattern == nil || f.LogGroupName == nil || len(f.MetricTransformations) == 0 || slices.ContainsFunc(f.MetricTransformations, nameless) {
				return nil, nil, unusable(callFilters, "the filter %q does not say what it looks at, or what it writes", clip(aws.ToString(f.FilterName), 80))
			}
		}
		return out.MetricFilters, out.NextToken, nil
	})
	if gap != nil {
		return account.Missing[[]account.MetricFilter](*gap)
	}
	filters := []account.MetricFilter{}
	for _, f := range listed {
		if is, _ := checks.FilterPatternWatchesRoot(aws.ToString(f.FilterPattern), w.account, w.region); is == account.No && !(w.forMembers && anyAccount.MatchString(aws.ToString(f.FilterPattern))) {
			continue
		}
		for _, t := range f.MetricTransformations {
			filters = append(filters, account.MetricFilter{
				Name: aws.ToString(f.FilterName), LogGroup: aws.ToString(f.LogGroupName), Pattern: aws.ToString(f.FilterPattern),
				Namespace: aws.ToString(t.MetricNamespace), Metric: aws.ToString(t.MetricName), Value: aws.ToString(t.MetricValue), Dimensions: t.Dimensions,
			})
		}
	}
	return account.Known(filters)
}

func listAlarms(ctx context.Context, client *cloudwatch.Client) ([]types.MetricAlarm, *account.Gap) {
	return everyPage(ctx, callAlarms, func(ctx context.Context, token *string) ([]types.MetricAlarm, *string, error) {
		out, err := client.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{
			AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm}, MaxRecords: aws.Int32(alarmsPerPage), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		if i := slices.IndexFunc(out.MetricAlarms, untold); i >= 0 {
			return nil, nil, unusable(callAlarms, "the alarm %q does not say whether its actions are on, or on what it is", clip(aws.ToString(out.MetricAlarms[i].AlarmName), 80))
		}
		if out.MetricAlarms == nil && isCBOR(out.ResultMetadata) {
			return []types.MetricAlarm{}, out.NextToken, nil // this protocol may leave out what is empty
		}
		return out.MetricAlarms, out.NextToken, nil
	})
}

// untold holds of an alarm of which AWS left out what every alarm has.
func untold(a types.MetricAlarm) bool {
	half := func(namespace, name *string) bool { return (namespace == nil) != (name == nil) }
	return a.ActionsEnabled == nil || half(a.Namespace, a.MetricName) || slices.ContainsFunc(a.Metrics, func(m types.MetricDataQuery) bool {
		return m.MetricStat != nil && (m.MetricStat.Metric == nil || half(m.MetricStat.Metric.Namespace, m.MetricStat.Metric.MetricName))
	})
}

// isCBOR is whether the answer says that it is CloudWatch's protocol: the SDK
// takes a proxy's empty page for an answer without alarms.
func isCBOR(m middleware.Metadata) bool {
	response, is := awsmiddleware.GetRawResponse(m).(*smithyhttp.Response)
	return is && response.Header.Get("Smithy-Protocol") == "rpc-v2-cbor"
}

// keep are the alarms on what is wanted, each with whom its actions reach.
func (w watchReader) keep(ctx context.Context, listed []types.MetricAlarm, wanted map[alarmMetric]bool) []account.Alarm {
	alarms := []account.Alarm{}
	var arns []string
	for _, a := range listed {
		alarm, is := alarmOn(a, wanted)
		if !is {
			continue
		}
		alarm.Region = w.region
		for _, action := range a.AlarmActions {
			alarm.Actions = append(alarm.Actions, account.Subscriber{Address: action})
		}
		alarms, arns = append(alarms, alarm), append(arns, aws.ToString(a.AlarmArn))
	}
	var calls sync.WaitGroup
	for i := range alarms {
		from := publisher{service: publishAlarms, account: w.account.ID, source: arns[i]}
		calls.Go(func() {
			sideBySide(alarms[i].Actions, func(s *account.Subscriber) { *s = w.topics.subscriber(ctx, s.Address, from) })
		})
	}
	calls.Wait()
	return alarms
}

// countedData is how CloudWatch names data in a reason: "1 datapoint [12.5
// (01/11/26 00:00:00)] was not greater than the threshold", "2 out of the last
// 3 datapoints [...]"; of none it says "no datapoints were received".
var countedData = regexp.MustCompile(`[0-9]+ (out of the last [0-9]+ )?datapoints? \[[^\]]*[0-9]`)

// sawData is whether an alarm's state rests on data, as its reason has it.
func sawData(a types.MetricAlarm) bool {
	var told struct {
		RecentDatapoints []float64 `json:"recentDatapoints"`
	}
	if json.Unmarshal([]byte(aws.ToString(a.StateReasonData)), &told) == nil && len(told.RecentDatapoints) > 0 {
		return true
	}
	return countedData.MatchString(aws.ToString(a.StateReason))
}

// alarmOn reads the metric of an alarm, or those within the mathematics of one.
func alarmOn(a types.MetricAlarm, wanted map[alarmMetric]bool) (account.Alarm, bool) {
	alarm := account.Alarm{Name: aws.ToString(a.AlarmName), ActionsEnabled: aws.ToBool(a.ActionsEnabled),
		Statistic: string(a.Statistic), Operator: string(a.ComparisonOperator), Threshold: aws.ToFloat64(a.Threshold),
		Periods: int(cmp.Or(aws.ToInt32(a.DatapointsToAlarm), aws.ToInt32(a.EvaluationPeriods))), State: string(a.StateValue),
		StateSince: aws.ToTime(cmp.Or(a.StateTransitionedTimestamp, a.StateUpdatedTimestamp)).UTC(), MissingData: aws.ToString(a.TreatMissingData), DataSeen: sawData(a)}
	looksAt := func(namespace, name *string, dimensions []types.Dimension) bool {
		alarm.Namespace, alarm.Metric, alarm.Dimensions = aws.ToString(namespace), aws.ToString(name), nil
		if !wanted[alarmMetric{alarm.Namespace, alarm.Metric}] {
			return false
		}
		for _, d := range dimensions {
			if alarm.Dimensions == nil {
				alarm.Dimensions = map[string]string{}
			}
			alarm.Dimensions[aws.ToString(d.Name)] = aws.ToString(d.Value)
		}
		return true
	}
	if looksAt(a.Namespace, a.MetricName, a.Dimensions) {
		return alarm, true
	}
	alarm.Math = true
	for _, m := range a.Metrics {
		if m.MetricStat == nil || m.MetricStat.Metric == nil {
			continue
		}
		if looksAt(m.MetricStat.Metric.Namespace, m.MetricStat.Metric.MetricName, m.MetricStat.Metric.Dimensions) {
			return alarm, true
		}
	}
	return account.Alarm{}, false
}
