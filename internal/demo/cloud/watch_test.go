package cloud_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	metrictypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"

	"rootwatch/internal/demo/cloud"
)

func withWatch(cfg aws.Config, w world, calls map[string]func(context.Context) error) map[string]func(context.Context) error {
	maps.Copy(calls, watchOperations(cfg, w))
	return calls
}

// watchOperations calls each operation of the services that tell who watches
// root, of the management account.
func watchOperations(cfg aws.Config, w world) map[string]func(context.Context) error {
	cfg = cfg.Copy()
	cfg.Region = "us-east-1"
	w.Update(func(o *cloud.Organization) {
		watch := &o.Management().Watch
		if len(watch.EventRules) == 0 {
			watch.EventRules = []cloud.EventRule{{Name: "root-use", Pattern: `{"source":["aws.signin"]}`, Targets: []string{"arn:aws:sqs:us-east-1:111122223333:security"}}}
			watch.ConfigRules = []cloud.ConfigRule{{Name: "root", Identifier: "ROOT_ACCOUNT_MFA_ENABLED"}}
			watch.MetricFilters = []cloud.MetricFilter{{Name: "root", LogGroup: "cloudtrail", Pattern: "{ $.a = b }", Namespace: "Security", Metric: "RootUse"}}
			watch.Alarms = []cloud.Alarm{{Name: "root", Namespace: "Security", Metric: "RootUse"}}
			watch.RootEvents = []cloud.RootEvent{{At: today.Add(-time.Hour), Kind: cloud.EventService, Name: "CreateLogStream", Source: "cloudtrail.amazonaws.com"}}
		}
	})
	management := w.Organization().Management().Watch
	trails, detectors := cloudtrail.NewFromConfig(cfg), guardduty.NewFromConfig(cfg)
	rules := eventbridge.NewFromConfig(cfg)
	return map[string]func(context.Context) error{
		"cloudtrail:DescribeTrails": func(ctx context.Context) error { _, err := trails.DescribeTrails(ctx, nil); return err },
		"cloudtrail:GetTrailStatus": func(ctx context.Context) error {
			_, err := trails.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: aws.String(management.Trails[0].ARN)})
			return err
		},
		"cloudtrail:GetEventSelectors": func(ctx context.Context) error {
			_, err := trails.GetEventSelectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: aws.String(management.Trails[0].ARN)})
			return err
		},
		"cloudtrail:LookupEvents": func(ctx context.Context) error { _, err := trails.LookupEvents(ctx, nil); return err },
		"guardduty:ListDetectors": func(ctx context.Context) error { _, err := detectors.ListDetectors(ctx, nil); return err },
		"guardduty:GetDetector": func(ctx context.Context) error {
			_, err := detectors.GetDetector(ctx, &guardduty.GetDetectorInput{DetectorId: aws.String(management.Detectors[0].ID)})
			return err
		},
		"events:ListRules": func(ctx context.Context) error { _, err := rules.ListRules(ctx, nil); return err },
		"events:ListTargetsByRule": func(ctx context.Context) error {
			_, err := rules.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: aws.String("root-use")})
			return err
		},
		"config:DescribeConfigRules": func(ctx context.Context) error {
			_, err := configservice.NewFromConfig(cfg).DescribeConfigRules(ctx, nil)
			return err
		},
		"logs:DescribeMetricFilters": func(ctx context.Context) error {
			_, err := cloudwatchlogs.NewFromConfig(cfg).DescribeMetricFilters(ctx, nil)
			return err
		},
		"cloudwatch:ListMetrics": func(ctx context.Context) error {
			_, err := cloudwatch.NewFromConfig(cfg).ListMetrics(ctx, nil)
			return err
		},
		"cloudwatch:GetMetricData": func(ctx context.Context) error {
			_, err := cloudwatch.NewFromConfig(cfg).GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
				StartTime: aws.Time(today.AddDate(0, 0, -1)), EndTime: aws.Time(today),
				MetricDataQueries: []metrictypes.MetricDataQuery{{Id: aws.String("m0"), MetricStat: &metrictypes.MetricStat{
					Metric: &metrictypes.Metric{Namespace: aws.String("AWS/Billing"), MetricName: aws.String("EstimatedCharges")},
					Period: aws.Int32(21600), Stat: aws.String("Maximum")}}}})
			return err
		},
		"cloudwatch:DescribeAlarms": func(ctx context.Context) error {
			_, err := cloudwatch.NewFromConfig(cfg).DescribeAlarms(ctx, nil)
			return err
		},
	}
}

// home is the config of the audit role in an account, in the home region.
func (w world) home(t *testing.T, digits string) aws.Config {
	t.Helper()
	cfg := w.in(t, digits)
	cfg.Region = "us-east-1"
	return cfg
}

func TestTrailsAreSeenFromEverywhere(t *testing.T) {
	w := demo(t)
	for digits, want := range map[string]int{"444455556666": 1, "100000000026": 0, "100000000018": 2, "555566667777": 0} {
		out, err := cloudtrail.NewFromConfig(w.in(t, digits)).DescribeTrails(t.Context(), nil) // from eu-west-1
		if err != nil || len(out.TrailList) != want {
			t.Errorf("%s has %v, %v", digits, out, err)
		}
	}
	client := cloudtrail.NewFromConfig(w.home(t, "100000000029"))
	out, err := client.DescribeTrails(t.Context(), nil)
	if err != nil || !*out.TrailList[0].IsMultiRegionTrail || *out.TrailList[0].IsOrganizationTrail {
		t.Fatal(out, err)
	}
	status, err := client.GetTrailStatus(t.Context(), &cloudtrail.GetTrailStatusInput{Name: out.TrailList[0].TrailARN})
	if err != nil || !*status.IsLogging || *status.LatestDeliveryError != "NoSuchBucket" || *status.LatestDeliveryAttemptTime == *status.LatestDeliveryAttemptSucceeded {
		t.Error(status, err)
	}
	_, err = client.GetTrailStatus(t.Context(), &cloudtrail.GetTrailStatusInput{Name: aws.String("other")})
	_ = wantCode(t, err, "TrailNotFoundException")
}

// A trail says that it has selectors of its own, and its home region which.
func TestTrailsSaySelectors(t *testing.T) {
	w := demo(t)
	records := map[string]cloud.Recording{"plain": cloud.RecordsManagement, "both": cloud.RecordsDataToo, "data": cloud.RecordsData, "writes": cloud.RecordsWrites, "some": cloud.RecordsSome}
	w.Update(func(o *cloud.Organization) {
		a := o.Account(id(t, "444455556666"))
		a.Watch.Trails = nil
		for name, r := range records {
			a.Watch.Trails = append(a.Watch.Trails, cloud.Trail{Name: name, ARN: "arn:aws:cloudtrail:us-east-1:444455556666:trail/" + name, HomeRegion: "us-east-1", MultiRegion: true,
				Records: r, LogGroup: "arn:aws:logs:us-east-1:444455556666:log-group:" + name + ":*", LogError: map[bool]string{true: "Access denied."}[name == "data"]})
		}
	})
	client := cloudtrail.NewFromConfig(w.home(t, "444455556666"))
	out, err := client.DescribeTrails(t.Context(), nil)
	if err != nil || len(out.TrailList) != len(records) {
		t.Fatal(out, err)
	}
	for _, trail := range out.TrailList {
		if *trail.HasCustomEventSelectors != (*trail.Name != "plain") {
			t.Errorf("%s has selectors: %t", *trail.Name, *trail.HasCustomEventSelectors)
		}
		told, err := client.GetEventSelectors(t.Context(), &cloudtrail.GetEventSelectorsInput{TrailName: trail.TrailARN})
		if err != nil || len(told.EventSelectors)+len(told.AdvancedEventSelectors) != 1 || *told.TrailARN != *trail.TrailARN {
			t.Fatalf("%s: %+v %v", *trail.Name, told, err)
		}
		status, err := client.GetTrailStatus(t.Context(), &cloudtrail.GetTrailStatusInput{Name: trail.TrailARN})
		if err != nil || (status.LatestCloudWatchLogsDeliveryError != nil) != (*trail.Name == "data") || status.LatestCloudWatchLogsDeliveryTime.Equal(*status.LatestDeliveryTime) == (*trail.Name == "data") {
			t.Errorf("%s: %+v %v", *trail.Name, status, err)
		}
	}
	_, err = cloudtrail.NewFromConfig(w.in(t, "444455556666")).GetEventSelectors(t.Context(), &cloudtrail.GetEventSelectorsInput{TrailName: out.TrailList[0].TrailARN}) // from eu-west-1
	_ = wantCode(t, err, "TrailNotFoundException")
}

func TestRootEventsFollowFromTheTruth(t *testing.T) {
	w := demo(t)
	root := []trailtypes.LookupAttribute{{AttributeKey: "Username", AttributeValue: aws.String("root")}}
	look := func(cfg aws.Config, size int32) (names []string, pages int) {
		in := &cloudtrail.LookupEventsInput{LookupAttributes: root, MaxResults: aws.Int32(size)}
		for {
			out, err := cloudtrail.NewFromConfig(cfg).LookupEvents(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			pages++
			for _, e := range out.Events {
				var record struct{ UserIdentity, SessionContext map[string]any }
				if err := json.Unmarshal([]byte(*e.CloudTrailEvent), &record); err != nil || record.UserIdentity["type"] != "Root" {
					t.Errorf("%s: %v", *e.CloudTrailEvent, err)
				}
				names = append(names, *e.EventName)
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				return names, pages
			}
		}
	}
	if names, pages := look(w.home(t, "100000000024"), 2); len(names) != 5 || pages != 3 || names[0] != "ListBuckets" {
		t.Errorf("a program: %v on %d pages", names, pages)
	}
	if names, _ := look(w.home(t, "333333333333"), 50); len(names) != 1 || names[0] != "ConsoleLogin" {
		t.Errorf("a sign-in: %v", names)
	}
	if names, _ := look(w.home(t, "100000000011"), 50); len(names) != 3 {
		t.Errorf("the central audit: %v", names)
	}
	if names, _ := look(w.in(t, "100000000024"), 50); len(names) != 0 {
		t.Errorf("in another region: %v", names)
	}
	for code, in := range map[string]*cloudtrail.LookupEventsInput{
		"InvalidMaxResultsException":       {MaxResults: aws.Int32(51)},
		"InvalidLookupAttributesException": {LookupAttributes: append(root, root...)},
		"InvalidNextTokenException":        {NextToken: aws.String("x")},
	} {
		_, err := cloudtrail.NewFromConfig(w.home(t, "100000000024")).LookupEvents(t.Context(), in)
		_ = wantCode(t, err, code)
	}
}

// Root's sign-in may stand under the account's alias, and then only a lookup of
// every sign-in has it, among those of IAM users.
func TestRootSignInUnderTheAlias(t *testing.T) {
	org := cloud.DemoOrganization(today)
	a := org.Account(id(t, "333333333333"))
	a.Watch.RootEvents = []cloud.RootEvent{{At: today.Add(-time.Hour), Kind: cloud.EventSignIn, Name: "ConsoleLogin", Source: "signin.amazonaws.com", Alias: "example-payments"}}
	a.Users = []cloud.User{{Name: "alice", Created: today.AddDate(-1, 0, 0), Password: true, PasswordLastUsed: today.Add(-2 * time.Hour)}}
	w := start(t, org, cloud.Options{})
	look := func(key trailtypes.LookupAttributeKey, value string) (names []string) {
		out, err := cloudtrail.NewFromConfig(w.home(t, "333333333333")).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{
			LookupAttributes: []trailtypes.LookupAttribute{{AttributeKey: key, AttributeValue: aws.String(value)}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range out.Events {
			names = append(names, *e.Username)
		}
		return names
	}
	if got := look("Username", "root"); !slices.Equal(got, []string{"root"}) {
		t.Errorf("by the name of root: %v", got)
	}
	if got := look("EventName", "ConsoleLogin"); !slices.Equal(got, []string{"example-payments", "alice", "root"}) {
		t.Errorf("every sign-in: %v", got)
	}
}

func TestWatchersAreAtHome(t *testing.T) {
	w := demo(t)
	cfg := w.in(t, "100000000021") // from eu-west-1
	rules, err := eventbridge.NewFromConfig(cfg).ListRules(t.Context(), nil)
	if err != nil || rules.Rules == nil || len(rules.Rules) != 0 {
		t.Error(rules, err)
	}
	cfg.Region = "us-east-1"
	client := eventbridge.NewFromConfig(cfg)
	in := &eventbridge.ListRulesInput{Limit: aws.Int32(2)}
	rules, err = client.ListRules(t.Context(), in)
	if err != nil || len(rules.Rules) != 2 || *rules.Rules[0].ScheduleExpression == "" || rules.Rules[0].EventPattern != nil {
		t.Fatal(rules, err)
	}
	in.NextToken = rules.NextToken
	if rules, err = client.ListRules(t.Context(), in); err != nil || len(rules.Rules) != 1 || *rules.Rules[0].Name != "root-use" || rules.NextToken != nil {
		t.Error(rules, err)
	}
	targets, err := client.ListTargetsByRule(t.Context(), &eventbridge.ListTargetsByRuleInput{Rule: aws.String("root-use")})
	if err != nil || targets.Targets == nil || len(targets.Targets) != 0 {
		t.Error(targets, err)
	}
	_, err = client.ListTargetsByRule(t.Context(), &eventbridge.ListTargetsByRuleInput{Rule: aws.String("none")})
	_ = wantCode(t, err, "ResourceNotFoundException")
	_, err = guardduty.NewFromConfig(cfg).GetDetector(t.Context(), &guardduty.GetDetectorInput{DetectorId: aws.String("none")})
	_ = wantCode(t, err, "BadRequestException")
}

func TestAlarmsInCBOR(t *testing.T) {
	w := demo(t)
	w.Update(func(o *cloud.Organization) {
		o.Account(id(t, "100000000018")).Watch.Alarms = []cloud.Alarm{
			{Name: "bill", Namespace: "AWS/Billing", Metric: "EstimatedCharges", Dimensions: map[string]string{"Currency": "USD"}, Actions: []string{"arn:aws:sns:us-east-1:100000000018:bill"}},
			{Name: "mathematics", Namespace: "AWS/Billing", Metric: "EstimatedCharges", Math: true, ActionsOff: true, Below: true, Threshold: 5, NoDataSince: today.Add(-time.Hour)},
		}
	})
	client := cloudwatch.NewFromConfig(w.home(t, "100000000018"))
	first, err := client.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{MaxRecords: aws.Int32(1)})
	if err != nil || len(first.MetricAlarms) != 1 || !*first.MetricAlarms[0].ActionsEnabled || *first.MetricAlarms[0].Dimensions[0].Value != "USD" || first.MetricAlarms[0].AlarmActions[0] != "arn:aws:sns:us-east-1:100000000018:bill" {
		t.Fatalf("%+v %v", first, err)
	}
	second, err := client.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{MaxRecords: aws.Int32(1), NextToken: first.NextToken})
	if err != nil || second.NextToken != nil || *second.MetricAlarms[0].ActionsEnabled || *second.MetricAlarms[0].Metrics[1].MetricStat.Metric.MetricName != "EstimatedCharges" {
		t.Errorf("%+v %v", second, err)
	}
	if a := first.MetricAlarms[0]; a.ComparisonOperator != "GreaterThanOrEqualToThreshold" || *a.Threshold != 1 || a.StateValue != "OK" || a.StateTransitionedTimestamp.IsZero() {
		t.Errorf("%+v", a)
	}
	if a := second.MetricAlarms[0]; a.ComparisonOperator != "LessThanThreshold" || *a.Threshold != 5 || a.StateValue != "INSUFFICIENT_DATA" || !a.StateTransitionedTimestamp.Equal(today.Add(-time.Hour)) {
		t.Errorf("%+v", a)
	}
	_, err = client.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{MaxRecords: aws.Int32(101)})
	_ = wantCode(t, err, "ValidationException")
}

func init() { // their words for too many requests
	maps.Copy(throttles, map[string]string{
		"cloudtrail": "ThrottlingException", "events": "ThrottlingException", "config": "ThrottlingException", "logs": "ThrottlingException",
		"guardduty": "TooManyRequestsException", "cloudwatch": "Throttling",
	})
}
