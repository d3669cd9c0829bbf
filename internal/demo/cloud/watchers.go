package cloud

import (
	"cmp"
	"net/http"
	"strings"
)

// here are the elements of a list in the home region, none in any other.
func here[T any](s *Server, q *request, all []T) []T {
	if q.region != s.org.homeRegion() {
		return nil
	}
	return all
}

func (s *Server) listDetectors(q *request) (any, *apiError) {
	return pageOf(q, "detectorIds", "nextToken", "BadRequestException", here(s, q, s.accounts[q.caller.id].Watch.Detectors), 50, func(d Detector) any { return d.ID })
}

func (s *Server) getDetector(q *request) (any, *apiError) {
	for _, d := range here(s, q, s.accounts[q.caller.id].Watch.Detectors) {
		if d.ID == q.item {
			status := "ENABLED"
			if d.Suspended {
				status = "DISABLED"
			}
			return map[string]any{"status": status, "serviceRole": s.org.arn("iam", "role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty", q.caller.id), "findingPublishingFrequency": "SIX_HOURS"}, nil
		}
	}
	return nil, invalid("BadRequestException", "The request is rejected because the input detectorId is not owned by the current account.")
}

func (s *Server) listRules(q *request) (any, *apiError) {
	var in struct {
		EventBusName string
		Limit        *int
	}
	if problem := q.arguments(&in); problem != nil {
		return nil, problem
	}
	size, ok := sized(in.Limit, 100)
	if !ok {
		return nil, invalid("ValidationException", "1 validation error detected: Value at 'limit' failed to satisfy constraint: 1 to 100")
	}
	if in.EventBusName != "" && in.EventBusName != "default" {
		return nil, invalid("ResourceNotFoundException", "Event bus %s does not exist.", in.EventBusName)
	}
	return pageOf(q, "Rules", "NextToken", "ValidationException", here(s, q, s.accounts[q.caller.id].Watch.EventRules), size, func(r EventRule) any {
		rule := map[string]any{"Name": r.Name, "Arn": s.regional(q, "events", "rule/"+r.Name), "EventBusName": "default", "State": "ENABLED"}
		if r.Disabled {
			rule["State"] = "DISABLED"
		}
		if r.Pattern == "" {
			rule["ScheduleExpression"] = "rate(1 day)"
		} else {
			rule["EventPattern"] = r.Pattern
		}
		return rule
	})
}

func (s *Server) listTargetsByRule(q *request) (any, *apiError) {
	var in struct {
		Rule  string
		Limit *int
	}
	if problem := q.arguments(&in); problem != nil {
		return nil, problem
	}
	size, ok := sized(in.Limit, 100)
	if !ok {
		return nil, invalid("ValidationException", "1 validation error detected: Value at 'limit' failed to satisfy constraint: 1 to 100")
	}
	for _, r := range here(s, q, s.accounts[q.caller.id].Watch.EventRules) {
		if r.Name == in.Rule {
			return pageOf(q, "Targets", "NextToken", "ValidationException", r.Targets, size, func(arn string) any {
				return map[string]any{"Id": "target-" + arn[strings.LastIndex(arn, ":")+1:], "Arn": arn}
			})
		}
	}
	return nil, invalid("ResourceNotFoundException", "Rule %s does not exist on EventBus default.", in.Rule)
}

// configPage is how many rules AWS Config gives, which nobody may change.
const configPage = 25

func (s *Server) describeConfigRules(q *request) (any, *apiError) {
	return pageOf(q, "ConfigRules", "NextToken", "InvalidNextTokenException", here(s, q, s.accounts[q.caller.id].Watch.ConfigRules), configPage, func(r ConfigRule) any {
		owner, state := "AWS", "ACTIVE"
		if r.Custom {
			owner = "CUSTOM_LAMBDA"
		}
		if r.Deleting {
			state = "DELETING"
		}
		return map[string]any{"ConfigRuleName": r.Name, "ConfigRuleArn": s.regional(q, "config", "config-rule/"+r.Name), "ConfigRuleState": state,
			"Source": map[string]any{"Owner": owner, "SourceIdentifier": r.Identifier}}
	})
}

func (s *Server) describeMetricFilters(q *request) (any, *apiError) {
	var in struct{ Limit *int }
	if problem := q.arguments(&in); problem != nil {
		return nil, problem
	}
	size, ok := sized(in.Limit, 50)
	if !ok {
		return nil, invalid("InvalidParameterException", "1 validation error detected: Value at 'limit' failed to satisfy constraint: 1 to 50")
	}
	return pageOf(q, "metricFilters", "nextToken", "InvalidParameterException", here(s, q, s.accounts[q.caller.id].Watch.MetricFilters), size, func(f MetricFilter) any {
		return map[string]any{"filterName": f.Name, "logGroupName": f.LogGroup, "filterPattern": f.Pattern,
			"metricTransformations": []any{map[string]any{"metricNamespace": f.Namespace, "metricName": f.Metric, "metricValue": "1"}}}
	})
}

func (s *Server) describeAlarms(q *request) (any, *apiError) {
	var in struct{ MaxRecords *int }
	if problem := q.arguments(&in); problem != nil {
		return nil, problem
	}
	size, ok := sized(in.MaxRecords, 100)
	if !ok {
		return nil, &apiError{Status: http.StatusBadRequest, Code: "ValidationException", Message: "MaxRecords must be from 1 to 100."}
	}
	return pageOf(q, "MetricAlarms", "NextToken", "InvalidNextToken", here(s, q, s.accounts[q.caller.id].Watch.Alarms), size, func(a Alarm) any {
		dimensions := []any{}
		for name, value := range a.Dimensions {
			dimensions = append(dimensions, map[string]any{"Name": name, "Value": value})
		}
		alarm := map[string]any{"AlarmName": a.Name, "AlarmArn": s.regional(q, "cloudwatch", "alarm:"+a.Name), "ActionsEnabled": !a.ActionsOff,
			"AlarmActions": append([]string{}, a.Actions...), "OKActions": []string{}, "Threshold": cmp.Or(a.Threshold, 1), "EvaluationPeriods": 1,
			"ComparisonOperator": "GreaterThanOrEqualToThreshold", "StateValue": "OK", "StateTransitionedTimestamp": s.options.Now().Add(-30 * day)}
		if a.Below {
			alarm["ComparisonOperator"] = "LessThanThreshold"
		}
		if !a.NoDataSince.IsZero() {
			alarm["StateValue"], alarm["StateTransitionedTimestamp"] = "INSUFFICIENT_DATA", a.NoDataSince
		}
		alarm["StateUpdatedTimestamp"] = s.options.Now()
		if a.Math {
			alarm["Metrics"] = []any{
				map[string]any{"Id": "e1", "Expression": "FILL(m1, 0)", "ReturnData": true},
				map[string]any{"Id": "m1", "ReturnData": false, "MetricStat": map[string]any{"Period": 21600, "Stat": "Maximum",
					"Metric": map[string]any{"Namespace": a.Namespace, "MetricName": a.Metric, "Dimensions": dimensions}}},
			}
			return alarm
		}
		alarm["Namespace"], alarm["MetricName"], alarm["Dimensions"], alarm["Period"], alarm["Statistic"] = a.Namespace, a.Metric, dimensions, 300, "Sum"
		return alarm
	})
}
