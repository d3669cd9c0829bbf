package awsorg_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"

	"rootwatch/checks/account"
	"rootwatch/internal/awsorg"
)

// watchAction is the IAM action of a request to one of the services that tell
// who watches root, "" for any other.
func watchAction(r *http.Request) string {
	target, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if service := map[string]string{"CloudTrail_20131101": "cloudtrail", "AWSEvents": "events", "StarlingDoveService": "config", "Logs_20140328": "logs"}[target]; service != "" {
		return service + ":" + operation
	}
	if operation, is := strings.CutPrefix(r.URL.Path, "/service/GraniteServiceVersion20100801/operation/"); is {
		return "cloudwatch:" + operation
	}
	switch {
	case r.URL.Path == "/detector":
		return "guardduty:ListDetectors"
	case strings.HasPrefix(r.URL.Path, "/detector/"):
		return "guardduty:GetDetector"
	}
	return ""
}

// fromCBOR is nil where the body is none.
func fromCBOR(raw []byte) map[string]any {
	var body map[string]any
	if cbor.Unmarshal(raw, &body) != nil {
		return nil
	}
	return body
}

func inCBOR(v any) reply {
	raw, err := cbor.Marshal(v)
	if err != nil {
		panic(err)
	}
	return reply{body: string(raw)}
}

const sampleGroup = "arn:aws:logs:us-east-1:444455556666:log-group:cloudtrail:*"

type object = map[string]any

func sampleTrail() object {
	return object{"Name": "organization", "TrailARN": "arn:aws:cloudtrail:us-east-1:111122223333:trail/organization", "HomeRegion": "us-east-1",
		"IsMultiRegionTrail": true, "IsOrganizationTrail": true, "CloudWatchLogsLogGroupArn": sampleGroup, "HasCustomEventSelectors": false}
}

func alarmOf(name, namespace, metric string) object {
	return object{"AlarmName": name, "AlarmArn": "arn:aws:cloudwatch:us-east-1:444455556666:alarm:" + name, "Namespace": namespace, "MetricName": metric,
		"ActionsEnabled": true, "AlarmActions": []string{}, "Statistic": "Sum", "ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 1.0,
		"EvaluationPeriods": 3, "DatapointsToAlarm": 1, "StateValue": "INSUFFICIENT_DATA",
		"StateUpdatedTimestamp":      cbor.Tag{Number: 1, Content: float64(now.Unix())},
		"StateTransitionedTimestamp": cbor.Tag{Number: 1, Content: float64(now.Add(-30 * 24 * time.Hour).Unix())}}
}

// watchAnswers are those of an account that one of each watches.
func watchAnswers(c *cloud) {
	c.answer["cloudtrail:DescribeTrails"] = fixed(200, quoted(object{"trailList": []any{sampleTrail()}}))
	c.answer["cloudtrail:GetTrailStatus"] = fixed(200, `{"IsLogging":true}`)
	c.answer["cloudtrail:LookupEvents"] = fixed(200, `{"Events":[]}`)
	c.answer["guardduty:ListDetectors"] = fixed(200, `{"detectorIds":["d1"]}`)
	c.answer["guardduty:GetDetector"] = fixed(200, `{"status":"ENABLED"}`)
	c.answer["events:ListRules"] = fixed(200, quoted(object{"Rules": []any{
		object{"Name": "root", "State": "ENABLED", "EventPattern": `{"detail":{"userIdentity":{"type":["Root"]}}}`},
		object{"Name": "nightly", "State": "ENABLED", "ScheduleExpression": "rate(1 day)"},
		object{"Name": "instances", "State": "ENABLED", "EventPattern": `{"source":["aws.ec2"]}`},
		object{"Name": "resting", "State": "DISABLED", "EventPattern": `{"source":["aws.signin"]}`},
	}}))
	c.answer["events:ListTargetsByRule"] = fixed(200, `{"Targets":[{"Id":"a","Arn":"arn:aws:sqs:us-east-1:444455556666:q"}]}`)
	c.answer["config:DescribeConfigRules"] = fixed(200, quoted(object{"ConfigRules": []any{
		object{"ConfigRuleName": "root-mfa", "ConfigRuleState": "ACTIVE", "Source": object{"Owner": "AWS", "SourceIdentifier": "ROOT_ACCOUNT_MFA_ENABLED"}},
		object{"ConfigRuleName": "buckets", "ConfigRuleState": "ACTIVE", "Source": object{"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED"}},
		object{"ConfigRuleName": "ours", "ConfigRuleState": "ACTIVE", "Source": object{"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": "ROOT_ACCOUNT_MFA_ENABLED"}},
		object{"ConfigRuleName": "old", "ConfigRuleState": "DELETING", "Source": object{"Owner": "AWS", "SourceIdentifier": "IAM_ROOT_ACCESS_KEY_CHECK"}},
	}}))
	c.answer["logs:DescribeMetricFilters"] = fixed(200, quoted(object{"metricFilters": []any{
		object{"filterName": "root", "logGroupName": "cloudtrail", "filterPattern": `{ $.userIdentity.type = "Root" }`,
			"metricTransformations": []any{object{"metricNamespace": "CIS", "metricName": "RootUse", "metricValue": "1", "dimensions": object{"Address": "$.sourceIPAddress"}}}},
		object{"filterName": "errors", "logGroupName": "app", "filterPattern": "ERROR",
			"metricTransformations": []any{object{"metricNamespace": "App", "metricName": "Errors", "metricValue": "1"}}},
	}}))
	math := alarmOf("mathematics", "", "")
	delete(math, "Statistic")
	math["Metrics"] = []any{object{"Id": "e", "Expression": "m*2"}, object{"Id": "m", "MetricStat": object{"Period": 21600, "Stat": "Maximum", "Metric": object{
		"Namespace": "AWS/Billing", "MetricName": "EstimatedCharges", "Dimensions": []any{object{"Name": "Currency", "Value": "USD"}}}}}}
	c.answer["cloudwatch:DescribeAlarms"] = func(call) reply {
		return inCBOR(object{"MetricAlarms": []any{math, alarmOf("root", "CIS", "RootUse"), alarmOf("errors", "App", "Errors")}})
	}
}

func watchCauses(f account.Facts) map[string]account.Cause {
	out := map[string]account.Cause{}
	for name, gap := range map[string]account.Gap{
		"trails": f.Trails.Gap(), "events": f.RootEvents.Gap(), "detectors": f.Detectors.Gap(), "rules": f.EventRules.Gap(),
		"config": f.ConfigRules.Gap(), "filters": f.MetricFilters.Gap(), "alarms": f.Alarms.Gap(),
	} {
		if gap.Cause != "" {
			out[name] = gap.Cause
		}
	}
	if events, read := f.RootEvents.Get(); read && events.Gap != nil { // what came before it is kept
		out["events"] = events.Gap.Cause
	}
	return out
}

func known[T any](t *testing.T, f account.Fact[T]) T {
	t.Helper()
	v, ok := f.Get()
	if !ok {
		t.Fatal(f.Gap())
	}
	return v
}

// stated has the rest of what alarmOf says.
func stated(a account.Alarm) account.Alarm {
	a.Region, a.ActionsEnabled, a.Operator, a.Threshold, a.Periods = "us-east-1", true, "GreaterThanOrEqualToThreshold", 1, 1
	a.State, a.StateSince = "INSUFFICIENT_DATA", now.Add(-30*24*time.Hour)
	return a
}

func TestWatchersOfAMember(t *testing.T) {
	c := newCloud(t, payer)
	t.Setenv("AWS_REGION", "eu-west-1")
	f := open(t, options()).Facts(t.Context(), memberAccount(t))
	if diff := cmp.Diff(map[string]account.Cause{}, watchCauses(f)); diff != "" {
		t.Fatal(diff, f.Gaps())
	}
	for name, diff := range map[string]string{
		"trails": cmp.Diff([]account.Trail{{Name: "organization", ARN: "arn:aws:cloudtrail:us-east-1:111122223333:trail/organization", HomeRegion: "us-east-1",
			MultiRegion: true, Organization: true, Logging: account.Yes, LogGroup: sampleGroup, Management: account.Yes, SignIns: account.Yes}}, known(t, f.Trails)),
		"events":    cmp.Diff(account.RootEvents{Since: now.Add(-90 * 24 * time.Hour), SignInsSince: now.Add(-90 * 24 * time.Hour), Whole: true, Events: []account.RootEvent{}}, known(t, f.RootEvents)),
		"detectors": cmp.Diff([]account.Detector{{ID: "d1", Region: "us-east-1", Enabled: account.Yes}}, known(t, f.Detectors)),
		"rules": cmp.Diff([]account.EventRule{
			{Name: "root", Region: "us-east-1", Enabled: true, Pattern: `{"detail":{"userIdentity":{"type":["Root"]}}}`,
				Told: []account.Subscriber{{Type: "sqs", Address: "arn:aws:sqs:us-east-1:444455556666:q", Why: "whether it reaches a person cannot be told"}}},
			{Name: "resting", Region: "us-east-1", Pattern: `{"source":["aws.signin"]}`},
		}, known(t, f.EventRules)),
		"config": cmp.Diff([]account.ConfigRule{{Name: "root-mfa", Identifier: "ROOT_ACCOUNT_MFA_ENABLED", Active: true}, {Name: "old", Identifier: "IAM_ROOT_ACCESS_KEY_CHECK"}}, known(t, f.ConfigRules)),
		"filters": cmp.Diff([]account.MetricFilter{{Name: "root", LogGroup: "cloudtrail", Pattern: `{ $.userIdentity.type = "Root" }`, Namespace: "CIS", Metric: "RootUse", Value: "1",
			Dimensions: map[string]string{"Address": "$.sourceIPAddress"}}}, known(t, f.MetricFilters)),
		"alarms": cmp.Diff([]account.Alarm{
			stated(account.Alarm{Name: "mathematics", Namespace: "AWS/Billing", Metric: "EstimatedCharges", Dimensions: map[string]string{"Currency": "USD"}, Math: true}),
			stated(account.Alarm{Name: "root", Namespace: "CIS", Metric: "RootUse", Statistic: "Sum"}),
		}, known(t, f.Alarms)),
	} {
		if diff != "" {
			t.Error(name, diff)
		}
	}
	for action, want := range map[string]int{
		"cloudtrail:DescribeTrails": 1, "cloudtrail:GetTrailStatus": 1, "cloudtrail:GetEventSelectors": 0, "cloudtrail:LookupEvents": 2, "guardduty:ListDetectors": 1, "guardduty:GetDetector": 1,
		"events:ListRules": 1, "events:ListTargetsByRule": 1, "config:DescribeConfigRules": 1, "logs:DescribeMetricFilters": 1, "cloudwatch:DescribeAlarms": 1,
	} {
		made := slices.DeleteFunc(c.made(action), func(in call) bool { return in.account == payer }) // whose alarms on the bill are everybody's
		if len(made) != want {
			t.Errorf("%d calls of %s, want %d", len(made), action, want)
		}
		for _, in := range made {
			if in.region != "us-east-1" {
				t.Errorf("%s was asked in %s", action, in.region)
			}
		}
	}
	if got := c.made("cloudwatch:DescribeAlarms")[0].body; cmp.Diff(object{"AlarmTypes": []any{"MetricAlarm"}, "MaxRecords": uint64(100)}, got) != "" {
		t.Errorf("alarms were asked for with %v", got)
	}
}

func TestHomeRegions(t *testing.T) {
	for partition, region := range map[string]string{"aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"} {
		t.Run(partition, func(t *testing.T) {
			c := newCloud(t, payer)
			t.Setenv("AWS_REGION", "eu-west-1")
			c.on("sts:GetCallerIdentity", fixed(200, result("GetCallerIdentity", "<Arn>arn:"+partition+":sts::"+payer+":assumed-role/Rootwatch/bot</Arn><Account>"+payer+"</Account>")))
			o := options()
			o.Scope.Partition = partition
			f := open(t, o).Facts(t.Context(), memberAccount(t))
			if d := known(t, f.Detectors); d[0].Region != region || c.made("guardduty:ListDetectors")[0].region != region {
				t.Errorf("%+v", d)
			}
		})
	}
}

// Whatever one service answers, its own fact tells and no other is touched;
// only AWS's own code is a denial.
func TestWatchersThatFail(t *testing.T) {
	const html = "<html><body>proxy</body></html>"
	facts := map[string]string{
		"cloudtrail:DescribeTrails": "trails", "cloudtrail:LookupEvents": "events", "guardduty:ListDetectors": "detectors", "events:ListRules": "rules",
		"config:DescribeConfigRules": "config", "logs:DescribeMetricFilters": "filters", "cloudwatch:DescribeAlarms": "alarms",
	}
	denied := func(action string) reply {
		if strings.HasPrefix(action, "cloudwatch:") {
			r := inCBOR(object{"__type": "AccessDeniedException", "message": "User is not authorized to perform: " + action})
			return reply{403, r.body}
		}
		return reply{400, jsonError("AccessDeniedException", "User is not authorized to perform: "+action)}
	}
	for _, action := range slices.Sorted(maps.Keys(facts)) {
		for _, tt := range []struct {
			name  string
			reply reply
			cause account.Cause
		}{
			{"denied", denied(action), account.Denied},
			{"a proxy's page", reply{403, html}, account.Undecodable},
			{"a proxy's page that says it is well", reply{200, html}, account.Undecodable},
			{"nothing", reply{200, ""}, account.Undecodable},
			{"unavailable", reply{503, html}, account.Unavailable},
		} {
			t.Run(action+" "+tt.name, func(t *testing.T) {
				c := newCloud(t, payer)
				c.on(action, fixed(tt.reply.status, tt.reply.body))
				o := options()
				o.MaxAttempts = 1
				f := open(t, o).Facts(t.Context(), memberAccount(t))
				if action == "cloudwatch:DescribeAlarms" && tt.name == "nothing" {
					return // AWS's protocol takes an empty body for an empty answer
				}
				if diff := cmp.Diff(map[string]account.Cause{facts[action]: tt.cause}, watchCauses(f)); diff != "" {
					t.Error(diff, f.Gaps())
				}
			})
		}
	}
}

func TestPartsThatFail(t *testing.T) {
	c := newCloud(t, payer)
	deny := fixed(400, jsonError("AccessDeniedException", "no"))
	c.on("cloudtrail:GetTrailStatus", deny)
	c.on("guardduty:GetDetector", deny)
	c.on("events:ListTargetsByRule", deny)
	f := open(t, options()).Facts(t.Context(), memberAccount(t))
	trail, detector, rule := known(t, f.Trails)[0], known(t, f.Detectors)[0], known(t, f.EventRules)[0]
	if trail.Logging != account.AnswerUnknown || trail.Gap == nil || trail.Gap.Cause != account.Denied || trail.Gap.Call != "cloudtrail:GetTrailStatus" {
		t.Errorf("%+v", trail)
	}
	if detector.Enabled != account.AnswerUnknown || detector.Gap == nil || detector.Gap.Call != "guardduty:GetDetector" {
		t.Errorf("%+v", detector)
	}
	if rule.Told != nil || rule.Gap == nil || rule.Gap.Call != "events:ListTargetsByRule" {
		t.Errorf("%+v", rule)
	}
	for action, body := range map[string]string{
		"cloudtrail:GetTrailStatus": `{}`, "guardduty:GetDetector": `{"status":"DOZING"}`, "events:ListTargetsByRule": `{}`,
	} {
		c.on(action, fixed(200, body))
	}
	f = open(t, options()).Facts(t.Context(), memberAccount(t))
	for _, gap := range []*account.Gap{known(t, f.Trails)[0].Gap, known(t, f.Detectors)[0].Gap, known(t, f.EventRules)[0].Gap} {
		if gap == nil || gap.Cause != account.Undecodable {
			t.Errorf("%+v", gap)
		}
	}
}

func TestTrailStatus(t *testing.T) {
	for name, tt := range map[string]struct {
		body    string
		logging account.Answer
		failure string
		group   string
	}{
		"stopped":          {`{"IsLogging":false}`, account.No, "", ""},
		"cannot deliver":   {`{"IsLogging":true,"LatestDeliveryError":"AccessDenied","LatestDeliveryAttemptTime":"2026-11-20T11:00:00Z","LatestDeliveryAttemptSucceeded":"2026-11-19T11:00:00Z"}`, account.Yes, "AccessDenied", ""},
		"delivers again":   {`{"IsLogging":true,"LatestDeliveryError":"AccessDenied","LatestDeliveryAttemptTime":"2026-11-20T11:00:00Z","LatestDeliveryAttemptSucceeded":"2026-11-20T11:00:00Z"}`, account.Yes, "", ""},
		"no word on tries": {`{"IsLogging":true,"LatestDeliveryError":"NoSuchBucket"}`, account.Yes, "NoSuchBucket", ""},

		"its log group is deaf":                  {`{"IsLogging":true,"LatestCloudWatchLogsDeliveryError":"Access denied","LatestCloudWatchLogsDeliveryTime":1763550000,"LatestDeliveryTime":1763636400}`, account.Yes, "", "Access denied"},
		"its log group never had anything":       {`{"IsLogging":true,"LatestCloudWatchLogsDeliveryError":"Access denied","LatestDeliveryTime":1763636400}`, account.Yes, "", "Access denied"},
		"its log group had something once":       {`{"IsLogging":true,"LatestCloudWatchLogsDeliveryError":"Access denied","LatestCloudWatchLogsDeliveryTime":1763550000}`, account.Yes, "", "Access denied"},
		"its log group hears again":              {`{"IsLogging":true,"LatestCloudWatchLogsDeliveryError":"Access denied","LatestCloudWatchLogsDeliveryTime":1763636400,"LatestDeliveryTime":1763636400}`, account.Yes, "", ""},
		"its log group hears":                    {`{"IsLogging":true,"LatestCloudWatchLogsDeliveryTime":1763550000,"LatestDeliveryTime":1763636400}`, account.Yes, "", ""},
		"neither bucket nor log group hears now": {`{"IsLogging":true,"LatestDeliveryError":"NoSuchBucket","LatestCloudWatchLogsDeliveryError":"Access denied","LatestCloudWatchLogsDeliveryTime":1763636400,"LatestDeliveryTime":1763550000}`, account.Yes, "NoSuchBucket", "Access denied"},
	} {
		c := newCloud(t, payer)
		c.on("cloudtrail:GetTrailStatus", fixed(200, tt.body))
		trail := known(t, open(t, options()).Facts(t.Context(), memberAccount(t)).Trails)[0]
		if trail.Logging != tt.logging || trail.DeliveryError != tt.failure || trail.LogError != tt.group {
			t.Errorf("%s: %+v", name, trail)
		}
		if got := c.made("cloudtrail:GetTrailStatus")[0].text("Name"); got != sampleTrail()["TrailARN"] {
			t.Errorf("asked for %q", got)
		}
	}
}

// Each list is read to its end, empty pages with it, and a circle is refused.
func TestPagesOfWatchers(t *testing.T) {
	lists := map[string]struct{ list, token, fact string }{
		"cloudtrail:LookupEvents": {"Events", "NextToken", "events"}, "guardduty:ListDetectors": {"detectorIds", "nextToken", "detectors"},
		"events:ListRules": {"Rules", "NextToken", "rules"}, "config:DescribeConfigRules": {"ConfigRules", "NextToken", "config"},
		"logs:DescribeMetricFilters": {"metricFilters", "nextToken", "filters"}, "cloudwatch:DescribeAlarms": {"MetricAlarms", "NextToken", "alarms"},
	}
	for action, l := range lists {
		made := func(c *cloud) int {
			return len(slices.DeleteFunc(c.made(action), func(in call) bool { return in.account == payer }))
		}
		byMember := func(answer func(call) reply) func(call) reply {
			return func(in call) reply {
				if in.account == payer {
					return inCBOR(object{})
				}
				return answer(in)
			}
		}
		answer := func(items []any, next string) reply {
			body := object{l.list: items}
			if next != "" {
				body[l.token] = next
			}
			if strings.HasPrefix(action, "cloudwatch:") {
				return inCBOR(body)
			}
			return reply{body: quoted(body)}
		}
		t.Run(action, func(t *testing.T) {
			c := newCloud(t, payer)
			c.on(action, byMember(inTurn(answer([]any{}, "t1"), answer([]any{}, "t2"), answer([]any{}, ""))))
			f := open(t, options()).Facts(t.Context(), memberAccount(t))
			pages := 3
			if action == "cloudtrail:LookupEvents" {
				pages++ // of the second lookup
			}
			if n := made(c); n != pages || len(watchCauses(f)) != 0 {
				t.Errorf("%d pages, %v", n, watchCauses(f))
			}
			c.on(action, byMember(inTurn(answer([]any{}, "t1"), answer([]any{}, "t2"), answer([]any{}, "t1"))))
			f = open(t, options()).Facts(t.Context(), memberAccount(t))
			if diff := cmp.Diff(map[string]account.Cause{l.fact: account.Undecodable}, watchCauses(f)); diff != "" {
				t.Error(diff)
			}
			c.on(action, byMember(inTurn(answer([]any{}, "t1"), reply{400, jsonError("AccessDeniedException", "no")})))
			if f = open(t, options()).Facts(t.Context(), memberAccount(t)); watchCauses(f)[l.fact] == "" {
				t.Error("half of the pages pass for all")
			}
		})
	}
}

func recorded(n int, inner object) object {
	body := object{"eventID": fmt.Sprint(n), "eventTime": now.Add(-time.Duration(n) * time.Minute).Format(time.RFC3339), "eventName": "ListBuckets",
		"eventSource": "s3.amazonaws.com", "awsRegion": "us-east-1", "eventType": "AwsApiCall", "userIdentity": object{"type": "Root"}}
	maps.Copy(body, inner)
	return object{"EventId": fmt.Sprint(n), "CloudTrailEvent": quoted(body)}
}

// everySignIn is the lookup that finds root's sign-in under the account's alias.
const everySignIn = `[{"AttributeKey":"EventName","AttributeValue":"ConsoleLogin"}]`

// Pages that lead on and on and hold nothing tell of no time at all.
func TestEmptyPagesOfRootEventsVouchForNothing(t *testing.T) {
	for name, endless := range map[string]func(attributes string) bool{
		"by root's name": func(a string) bool { return a != everySignIn }, "every sign-in": func(a string) bool { return a == everySignIn },
	} {
		c := newCloud(t, payer)
		c.on("cloudtrail:LookupEvents", func(in call) reply {
			if !endless(quoted(in.body["LookupAttributes"])) {
				return reply{body: `{"Events":[]}`}
			}
			return reply{body: quoted(object{"Events": []any{}, "NextToken": fmt.Sprint(in.body["NextToken"], "x")})}
		})
		found := known(t, open(t, options()).Facts(t.Context(), memberAccount(t)).RootEvents)
		whole := now.Add(-90 * 24 * time.Hour)
		want := account.RootEvents{Since: now, SignInsSince: whole, Events: []account.RootEvent{}}
		if name == "every sign-in" {
			want = account.RootEvents{Since: whole, Whole: true, SignInsSince: now, Events: []account.RootEvent{}}
		}
		if diff := cmp.Diff(want, found); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// CloudTrail may give root's sign-in the account's alias for a name, so that
// the lookup by the name of root does not have it.
func TestRootSignInUnderTheAlias(t *testing.T) {
	signIn := func(n int, identity object) object {
		return recorded(n, object{"eventName": "ConsoleLogin", "eventSource": "signin.amazonaws.com", "eventType": "AwsConsoleSignIn",
			"responseElements": object{"ConsoleLogin": "Success"}, "userIdentity": identity})
	}
	root := object{"type": "Root", "userName": "example-payments"}
	c := newCloud(t, payer)
	c.on("cloudtrail:LookupEvents", func(in call) reply {
		if quoted(in.body["LookupAttributes"]) == everySignIn {
			return reply{body: quoted(object{"Events": []any{signIn(1, root), signIn(2, object{"type": "IAMUser", "userName": "alice"}), signIn(3, root)}})}
		}
		return reply{body: quoted(object{"Events": []any{recorded(2, nil), signIn(3, root)}})}
	})
	found := known(t, open(t, options()).Facts(t.Context(), memberAccount(t)).RootEvents)
	var got []string
	for _, e := range found.Events {
		got = append(got, e.ID+" "+string(e.Kind))
	}
	if want := []string{"1 sign_in", "2 software", "3 sign_in"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	c.on("cloudtrail:LookupEvents", func(in call) reply {
		if quoted(in.body["LookupAttributes"]) == everySignIn {
			return reply{400, jsonError("AccessDeniedException", "no")}
		}
		return reply{body: `{"Events":[]}`}
	})
	found = known(t, open(t, options()).Facts(t.Context(), memberAccount(t)).RootEvents)
	if !found.SignInsSince.IsZero() || found.SignInGap == nil || found.SignInGap.Cause != account.Denied {
		t.Errorf("half of the lookups pass for both: %+v", found)
	}
}

// What was read of root stays read, whatever befalls the call after it: the
// rest is a gap beside it.
func TestRootEventsKeepWhatWasRead(t *testing.T) {
	first := quoted(object{"Events": []any{recorded(1, nil), recorded(2, nil)}, "NextToken": "t1"})
	whole := quoted(object{"Events": []any{recorded(1, nil)}})
	start, oldest := now.Add(-90*24*time.Hour), now.Add(-2*time.Minute)
	for name, broken := range map[string]struct {
		reply reply
		cause account.Cause
	}{
		"throttled": {reply{400, jsonError("ThrottlingException", "Rate exceeded")}, account.Throttled},
		"denied":    {reply{400, jsonError("AccessDeniedException", "no")}, account.Denied},
		"odd event": {reply{body: quoted(object{"Events": []any{object{"EventId": "x"}}})}, account.Undecodable},
	} {
		for _, second := range []bool{false, true} {
			c := newCloud(t, payer)
			c.on("cloudtrail:LookupEvents", func(in call) reply {
				switch signIns := quoted(in.body["LookupAttributes"]) == everySignIn; {
				case signIns != second && second:
					return reply{body: whole}
				case signIns != second:
					return reply{body: `{"Events":[]}`}
				case !second && in.body["NextToken"] == nil:
					return reply{body: first}
				}
				return broken.reply
			})
			o := options()
			o.MaxAttempts = 1
			found := known(t, open(t, o).Facts(t.Context(), memberAccount(t)).RootEvents)
			since, signIns, gap, n := oldest, start, found.Gap, 2
			if second {
				since, signIns, gap, n = start, time.Time{}, found.SignInGap, 1
			}
			if len(found.Events) != n || found.Whole != second || !found.Since.Equal(since) || !found.SignInsSince.Equal(signIns) || gap == nil || gap.Cause != broken.cause {
				t.Errorf("%s, in the second lookup %t: %+v, gap %+v", name, second, found, gap)
			}
		}
	}
}

// CloudTrail has two pages a second for all who ask: ten slow ones are read all
// the same, each under a deadline of its own, and what hangs ends.
func TestPagesOfRootEventsHaveTheirOwnDeadlines(t *testing.T) {
	setenv(t, "http://127.0.0.1:1")
	synctest.Test(t, func(t *testing.T) {
		c := emptyCloud(member)
		page := 0
		hangs := false
		c.on("cloudtrail:LookupEvents", func(in call) reply {
			if quoted(in.body["LookupAttributes"]) == everySignIn {
				return reply{body: `{"Events":[]}`}
			}
			if page++; hangs && page > 3 {
				<-in.ctx.Done()
				return reply{}
			}
			time.Sleep(1100 * time.Millisecond) // in the bubble
			return reply{body: quoted(object{"NextToken": fmt.Sprint("t", page), "Events": []any{recorded(page, nil)}})}
		})
		o := options()
		o.HTTPClient, o.MaxAttempts = wire{c}, 1
		a := account.Account{ID: id(t, member), Role: account.Member}
		if found := known(t, open(t, o).Facts(t.Context(), a).RootEvents); len(found.Events) != 10 || found.Gap != nil || found.SignInsSince.IsZero() {
			t.Errorf("ten slow pages: %d events, %v", len(found.Events), found.Gap)
		}
		page, hangs = 0, true
		began := time.Now()
		f := open(t, o).Facts(t.Context(), a)
		found := known(t, f.RootEvents)
		if len(found.Events) != 3 || found.Whole || found.Gap == nil || found.Gap.Cause != account.TimedOut || found.SignInsSince.IsZero() {
			t.Errorf("the fourth page hangs: %+v", found)
		}
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("it took %v", took)
		}
		if !slices.ContainsFunc(f.Gaps(), func(g account.Gap) bool { return g.Cause == account.TimedOut }) {
			t.Error("the account passes for read whole")
		}
	})
}

func TestRootEventPages(t *testing.T) {
	c := newCloud(t, payer)
	page := 0
	c.on("cloudtrail:LookupEvents", func(in call) reply {
		attributes := quoted(in.body["LookupAttributes"])
		if attributes == everySignIn {
			return reply{body: `{"Events":[]}`}
		}
		if attributes != `[{"AttributeKey":"Username","AttributeValue":"root"}]` || in.body["MaxResults"] != 50.0 {
			return reply{400, jsonError("InvalidLookupAttributesException", attributes)}
		}
		page++
		return reply{body: quoted(object{"NextToken": fmt.Sprint("t", page), "Events": []any{
			recorded(2*page-1, nil), recorded(2*page, object{"userIdentity": object{"type": "IAMUser", "userName": "root"}}),
		}})}
	})
	found := known(t, open(t, options()).Facts(t.Context(), memberAccount(t)).RootEvents)
	if len(found.Events) != 10 || found.Whole || !found.Since.Equal(now.Add(-20*time.Minute)) || len(c.made("cloudtrail:LookupEvents")) != 11 {
		t.Errorf("%d events since %v, whole %t, in %d pages", len(found.Events), found.Since, found.Whole, page)
	}
	if e := found.Events[0]; e.Kind != account.RootSoftware || !e.At.Equal(now.Add(-time.Minute)) {
		t.Errorf("%+v", e)
	}
	for _, broken := range []object{{"EventId": "x"}, {"CloudTrailEvent": "<html>"}, {"CloudTrailEvent": "null"}, {"CloudTrailEvent": `{"userIdentity":"Root"}`}, recorded(1, object{"eventTime": "noon"})} {
		c.on("cloudtrail:LookupEvents", fixed(200, quoted(object{"Events": []any{recorded(1, nil), broken}})))
		if gap := open(t, options()).Facts(t.Context(), memberAccount(t)).RootEvents.Gap(); gap.Cause != account.Undecodable {
			t.Errorf("%v: %+v", broken, gap)
		}
	}
}

func TestAlarmsWithoutFilters(t *testing.T) {
	c := newCloud(t, payer)
	c.on("logs:DescribeMetricFilters", fixed(400, jsonError("AccessDeniedException", "no")))
	alarms := known(t, open(t, options()).Facts(t.Context(), memberAccount(t)).Alarms)
	if len(alarms) != 1 || alarms[0].Name != "mathematics" {
		t.Errorf("%+v", alarms)
	}
	c.on("cloudwatch:DescribeAlarms", func(call) reply { return inCBOR(object{}) })
	if alarms := known(t, open(t, options()).Facts(t.Context(), memberAccount(t)).Alarms); len(alarms) != 0 {
		t.Errorf("%+v", alarms)
	}
}

func TestParseRootEvent(t *testing.T) {
	identity := func(more object) object {
		inner := object{"type": "Root", "arn": "arn:aws:iam::444455556666:root", "accountId": member}
		maps.Copy(inner, more)
		return object{"userIdentity": inner}
	}
	session := func(inner object) object { return identity(object{"sessionContext": inner}) }
	signIn := func(more object) object {
		inner := object{"eventName": "ConsoleLogin", "eventSource": "signin.amazonaws.com", "eventType": "AwsConsoleSignIn", "responseElements": object{"ConsoleLogin": "Success"}}
		maps.Copy(inner, more)
		return inner
	}
	assumed := account.RootEvent{Kind: account.RootAssumed}
	for _, tt := range []struct {
		name  string
		event object
		want  account.RootEvent // Kind, MFA, Failed, AssumedBy
	}{
		{"a program", nil, account.RootEvent{Kind: account.RootSoftware}},
		{"a program that was refused", object{"errorCode": "AccessDenied"}, account.RootEvent{Kind: account.RootSoftware, Failed: true}},
		{"the console, as it says today", object{"sessionCredentialFromConsole": "true"}, account.RootEvent{Kind: account.RootConsole}},
		{"the console, as a boolean", object{"sessionCredentialFromConsole": true}, account.RootEvent{Kind: account.RootConsole}},
		{"the console, deeper", session(object{"attributes": object{"sessionCredentialFromConsole": "true", "mfaAuthenticated": "true"}}), account.RootEvent{Kind: account.RootConsole, MFA: account.Yes}},
		{"the console's own action", object{"eventType": "AwsConsoleAction"}, account.RootEvent{Kind: account.RootConsole}},
		{"not the console", object{"sessionCredentialFromConsole": "false"}, account.RootEvent{Kind: account.RootSoftware}},
		{"a session without MFA", session(object{"attributes": object{"mfaAuthenticated": "false"}}), account.RootEvent{Kind: account.RootSoftware, MFA: account.No}},
		{"a sign-in with MFA", signIn(object{"additionalEventData": object{"MFAUsed": "Yes"}}), account.RootEvent{Kind: account.RootSignIn, MFA: account.Yes}},
		{"a sign-in without MFA", signIn(object{"additionalEventData": object{"MFAUsed": "No"}}), account.RootEvent{Kind: account.RootSignIn, MFA: account.No}},
		{"a sign-in that failed", signIn(object{"responseElements": object{"ConsoleLogin": "Failure"}}), account.RootEvent{Kind: account.RootSignIn, Failed: true}},
		{"a sign-in that failed, in words", signIn(object{"responseElements": nil, "errorMessage": "Failed authentication"}), account.RootEvent{Kind: account.RootSignIn, Failed: true}},
		{"a password reset", signIn(object{"eventName": "PasswordRecoveryCompleted", "responseElements": object{"PasswordRecoveryCompleted": "Success"}}), account.RootEvent{Kind: account.RootSignIn}},
		{"a service's event", object{"eventType": "AwsServiceEvent"}, account.RootEvent{Kind: account.RootService}},
		{"a service in root's name", identity(object{"invokedBy": "cloudformation.amazonaws.com"}), account.RootEvent{Kind: account.RootService}},
		{"from a service's address", object{"sourceIPAddress": "support.amazonaws.com"}, account.RootEvent{Kind: account.RootService}},
		{"AssumeRoot, as AWS writes it", session(object{"assumedRoot": "true", "attributes": object{"mfaAuthenticated": "false"}}), account.RootEvent{Kind: account.RootAssumed, MFA: account.No}},
		{"AssumeRoot, as a boolean", session(object{"assumedRoot": true}), assumed},
		{"AssumeRoot, in capitals", session(object{"assumedRoot": "True"}), assumed},
		{"AssumeRoot, among the attributes", session(object{"attributes": object{"assumedRoot": "true"}}), assumed},
		{"AssumeRoot, of the identity", identity(object{"assumedRoot": true}), assumed},
		{"AssumeRoot, at the top", object{"assumedRoot": "true"}, assumed},
		{"AssumeRoot, by whom", session(object{"assumedRoot": "true", "sessionIssuer": object{"arn": "arn:aws:iam::111122223333:role/Rootwatch"}}),
			account.RootEvent{Kind: account.RootAssumed, AssumedBy: "arn:aws:iam::111122223333:role/Rootwatch"}},
		{"AssumeRoot, by source identity", session(object{"assumedRoot": "true", "sourceIdentity": "alice"}), account.RootEvent{Kind: account.RootAssumed, AssumedBy: "alice"}},
		{"AssumeRoot at the console", func() object {
			e := session(object{"assumedRoot": "true"})
			e["sessionCredentialFromConsole"] = "true"
			return e
		}(), assumed},
		{"not AssumeRoot", session(object{"assumedRoot": ""}), account.RootEvent{Kind: account.RootSoftware}},
		{"not AssumeRoot, in words", session(object{"assumedRoot": "false"}), account.RootEvent{Kind: account.RootSoftware}},
		{"odd shapes", object{"responseElements": "x", "additionalEventData": []any{1}, "sourceIPAddress": 5}, account.RootEvent{Kind: account.RootSoftware}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, _ := recorded(1, tt.event)["CloudTrailEvent"].(string)
			got, is, err := awsorg.ParseRootEvent(text)
			if err != nil || !is {
				t.Fatal(is, err)
			}
			if brief := (account.RootEvent{Kind: got.Kind, MFA: got.MFA, Failed: got.Failed, AssumedBy: got.AssumedBy}); brief != tt.want {
				t.Errorf("%+v, want %+v", brief, tt.want)
			}
		})
	}
	for name, event := range map[string]object{
		"a user called root":    {"userIdentity": object{"type": "IAMUser", "userName": "root"}},
		"nobody":                {"userIdentity": object{"accountId": member}},
		"a code was asked for":  signIn(object{"eventName": "CheckMfa", "responseElements": object{"CheckMfa": "Success"}}),
		"a reset was asked for": signIn(object{"eventName": "PasswordRecoveryRequested", "responseElements": object{"PasswordRecoveryRequested": "Success"}}),
	} {
		text, _ := recorded(1, event)["CloudTrailEvent"].(string)
		if got, is, err := awsorg.ParseRootEvent(text); is || err != nil {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// Whatever an event holds, an event of root has an instant and one of the five kinds.
func FuzzParseRootEvent(f *testing.F) {
	for _, inner := range []object{nil, {"eventType": "AwsServiceEvent"}, {"eventName": "ConsoleLogin", "eventType": "AwsConsoleSignIn", "additionalEventData": object{"MFAUsed": "Yes"}},
		{"userIdentity": object{"type": "Root", "sessionContext": object{"assumedRoot": "true", "attributes": object{"mfaAuthenticated": true}}}}} {
		text, _ := recorded(1, inner)["CloudTrailEvent"].(string)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, is, err := awsorg.ParseRootEvent(text)
		kinds := []account.RootEventKind{account.RootSignIn, account.RootConsole, account.RootSoftware, account.RootAssumed, account.RootService}
		if is && (err != nil || e.At.IsZero() && !strings.Contains(text, "0001-") || !slices.Contains(kinds, e.Kind)) {
			t.Errorf("%+v, %v", e, err)
		}
	})
}

// The organization's trail may write to the payer's log group: what counts and
// rings there is read once for all members, and a pattern that names one is kept.
func TestPayersFiltersOnRoot(t *testing.T) {
	c := newCloud(t, payer)
	watchAnswers(c)
	filter := func(name, pattern string) object {
		return object{"filterName": name, "logGroupName": "organization", "filterPattern": pattern,
			"metricTransformations": []any{object{"metricNamespace": "CIS", "metricName": "RootUse", "metricValue": "1"}}}
	}
	c.on("logs:DescribeMetricFilters", fixed(200, quoted(object{"metricFilters": []any{
		filter("all", `{ $.userIdentity.type = "Root" }`), filter("one", `{ $.userIdentity.type = "Root" && $.recipientAccountId = "`+member+`" }`), filter("users", `{ $.userIdentity.type = "IAMUser" }`),
	}})))
	org := open(t, options())
	whole := org.Organization(t.Context())
	var names []string
	for _, f := range known(t, whole.MetricFilters) {
		names = append(names, f.Name)
	}
	for _, a := range append(known(t, whole.RootAlarms), known(t, whole.Alarms)...) {
		names = append(names, a.Name)
	}
	if want := []string{"all", "one", "root", "mathematics"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
	org.Organization(t.Context())
	if n := len(c.made("logs:DescribeMetricFilters")); n != 1 {
		t.Errorf("asked %d times", n)
	}
	c.on("logs:DescribeMetricFilters", fixed(400, jsonError("AccessDeniedException", "no")))
	whole = open(t, options()).Organization(t.Context())
	if whole.MetricFilters.Gap().Cause != account.Denied || len(known(t, whole.Alarms)) != 1 {
		t.Errorf("%+v", whole)
	}
}

// An alarm that takes missing data for good has a state without any: whether
// it saw some, its reason tells.
func TestDataBehindAnAlarm(t *testing.T) {
	for name, tt := range map[string]struct {
		more    object
		missing string
		seen    bool
	}{
		"nothing told":  {object{}, "", false},
		"none received": {object{"TreatMissingData": "notBreaching", "StateReason": "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching]."}, "notBreaching", false},
		"one":           {object{"TreatMissingData": "ignore", "StateReason": "Threshold Crossed: 1 datapoint [12.5 (01/11/26 00:00:00)] was not greater than the threshold (100.0)."}, "ignore", true},
		"some of many":  {object{"TreatMissingData": "missing", "StateReason": "Threshold Crossed: 1 out of the last 3 datapoints [120.0 (01/11/26 00:00:00)] was greater than the threshold (100.0)."}, "missing", true},
		"by its data":   {object{"TreatMissingData": "breaching", "StateReasonData": `{"version":"1.0","recentDatapoints":[12.5],"threshold":100.0}`}, "breaching", true},
		"without data":  {object{"TreatMissingData": "breaching", "StateReasonData": `{"version":"1.0","recentDatapoints":[],"threshold":100.0}`}, "breaching", false},
	} {
		c := newCloud(t, payer)
		alarm := alarmOf("bill", "AWS/Billing", "EstimatedCharges")
		maps.Copy(alarm, tt.more)
		c.on("cloudwatch:DescribeAlarms", func(call) reply { return inCBOR(object{"MetricAlarms": []any{alarm}}) })
		a := known(t, open(t, options()).Facts(t.Context(), memberAccount(t)).Alarms)[0]
		if a.MissingData != tt.missing || a.DataSeen != tt.seen {
			t.Errorf("%s: %+v", name, a)
		}
	}
}
