package cloud

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// describeTrails gives the trails of all regions everywhere, as shadows, and
// the others at home.
func (s *Server) describeTrails(q *request) (any, *apiError) {
	list := []any{}
	for _, t := range s.accounts[q.caller.id].Watch.Trails {
		if !t.MultiRegion && t.HomeRegion != q.region {
			continue
		}
		one := map[string]any{
			"Name": t.Name, "TrailARN": t.ARN, "HomeRegion": t.HomeRegion, "S3BucketName": "example-cloudtrail", "IncludeGlobalServiceEvents": true,
			"IsMultiRegionTrail": t.MultiRegion, "IsOrganizationTrail": t.Organization, "LogFileValidationEnabled": true,
			"HasCustomEventSelectors": t.Records != RecordsManagement,
		}
		if t.LogGroup != "" {
			one["CloudWatchLogsLogGroupArn"] = t.LogGroup
		}
		list = append(list, one)
	}
	return map[string]any{"trailList": list}, nil
}

// getTrailStatus knows a trail of another region or account by its ARN alone.
func (s *Server) getTrailStatus(q *request) (any, *apiError) {
	var in struct{ Name string }
	if problem := q.arguments(&in); problem != nil {
		return nil, problem
	}
	for _, t := range s.accounts[q.caller.id].Watch.Trails {
		if in.Name != t.ARN && (in.Name != t.Name || t.Organization || t.HomeRegion != q.region) {
			continue
		}
		tried := s.options.Now().UTC().Truncate(time.Hour)
		status := map[string]any{"IsLogging": !t.Stopped, "LatestDeliveryTime": float64(tried.Unix()), "LatestDeliveryAttemptTime": stamp(tried), "LatestDeliveryAttemptSucceeded": stamp(tried)}
		if t.DeliveryError != "" {
			status["LatestDeliveryError"], status["LatestDeliveryAttemptSucceeded"] = t.DeliveryError, stamp(tried.Add(-240*time.Hour))
		}
		if t.LogGroup != "" {
			status["LatestCloudWatchLogsDeliveryTime"] = float64(tried.Unix())
		}
		if t.LogError != "" {
			status["LatestCloudWatchLogsDeliveryError"], status["LatestCloudWatchLogsDeliveryTime"] = t.LogError, float64(tried.Add(-240*time.Hour).Unix())
		}
		return status, nil
	}
	return nil, unknownTrail(in.Name)
}

func unknownTrail(name string) *apiError {
	return &apiError{Status: http.StatusBadRequest, Code: "TrailNotFoundException", Message: "Unknown trail: " + name}
}

// getEventSelectors is answered in the trail's home region alone, to its own
// account and to those that it covers.
func (s *Server) getEventSelectors(q *request) (any, *apiError) {
	var in struct{ TrailName string }
	if problem := q.arguments(&in); problem != nil {
		return nil, problem
	}
	for _, t := range s.accounts[q.caller.id].Watch.Trails {
		if t.HomeRegion == q.region && (in.TrailName == t.ARN || in.TrailName == t.Name && !t.Organization) {
			selectors := eventSelectors(t.Records)
			selectors["TrailARN"] = t.ARN
			return selectors, nil
		}
	}
	return nil, unknownTrail(in.TrailName)
}

// eventSelectors are of either kind, as CloudTrail has them.
func eventSelectors(r Recording) map[string]any {
	type object = map[string]any
	classic := func(which string, data ...any) object {
		return object{"EventSelectors": []any{object{"ReadWriteType": which, "IncludeManagementEvents": true, "DataResources": append([]any{}, data...), "ExcludeManagementEventSources": []any{}}}}
	}
	advanced := func(fields ...any) object {
		return object{"AdvancedEventSelectors": []any{object{"Name": "events", "FieldSelectors": fields}}}
	}
	field := func(name, operator string, values ...string) object {
		return object{"Field": name, operator: values}
	}
	switch r {
	case RecordsDataToo:
		return classic("All", object{"Type": "AWS::S3::Object", "Values": []string{"arn:aws:s3"}})
	case RecordsData:
		return advanced(field("eventCategory", "Equals", "Data"), field("resources.type", "Equals", "AWS::S3::Object"))
	case RecordsWrites:
		return classic("WriteOnly")
	case RecordsSome:
		return advanced(field("eventCategory", "Equals", "Management"), field("eventName", "NotStartsWith", "List"))
	}
	return classic("All")
}

// eventHistory is how long CloudTrail keeps its event history.
const eventHistory = 90 * day

// lookupEvents knows the events of root and the sign-ins of IAM users, newest
// first.
func (s *Server) lookupEvents(q *request) (any, *apiError) {
	var in struct {
		LookupAttributes []struct{ AttributeKey, AttributeValue string }
		StartTime        float64
		MaxResults       *int
	}
	if problem := q.arguments(&in); problem != nil {
		return nil, problem
	}
	size, ok := sized(in.MaxResults, 50)
	switch {
	case !ok:
		return nil, invalid("InvalidMaxResultsException", "A value of %d is not valid for MaxResults: specify 1 to 50.", *in.MaxResults)
	case len(in.LookupAttributes) > 1:
		return nil, invalid("InvalidLookupAttributesException", "You may provide only one lookup attribute.")
	}
	a := s.accounts[q.caller.id]
	since := s.options.Now().Add(-eventHistory)
	if start := time.Unix(int64(in.StartTime), 0); in.StartTime > 0 && start.After(since) {
		since = start
	}
	var events []RootEvent
	if home := s.org.homeRegion(); q.region == home {
		events = a.consoleUsers(a.rootEvents(home, since), since)
	}
	for _, by := range in.LookupAttributes {
		events = slices.DeleteFunc(events, func(e RootEvent) bool { return by.AttributeValue != e.attribute(by.AttributeKey) })
	}
	return pageOf(q, "Events", "NextToken", "InvalidNextTokenException", events, size, func(e RootEvent) any {
		record := s.record(a, e)
		return map[string]any{
			"EventId": record["eventID"], "EventName": e.Name, "EventSource": e.Source, "EventTime": float64(e.At.Unix()),
			"Username": e.attribute("Username"), "ReadOnly": "false", "Resources": []any{}, "CloudTrailEvent": string(mustJSON(record)),
		}
	})
}

// attribute is what an event can be looked up by.
func (e RootEvent) attribute(key string) string {
	switch key {
	case "Username":
		return cmp.Or(e.User, e.Alias, "root")
	case "EventName":
		return e.Name
	case "EventSource":
		return e.Source
	}
	return ""
}

// consoleUsers adds the sign-ins of IAM users to root's events.
func (a *Account) consoleUsers(all []RootEvent, since time.Time) []RootEvent {
	for _, u := range a.Users {
		if u.Password && u.PasswordLastUsed.After(since) {
			all = append(all, RootEvent{At: u.PasswordLastUsed, Kind: EventSignIn, Name: "ConsoleLogin", Source: "signin.amazonaws.com", MFA: len(u.MFA) > 0, User: u.Name})
		}
	}
	slices.SortStableFunc(all, func(a, b RootEvent) int { return b.At.Compare(a.At) })
	return all
}

// record is the event as CloudTrail writes it.
func (s *Server) record(a *Account, e RootEvent) map[string]any {
	identity := map[string]any{"type": "Root", "principalId": a.ID.String(), "arn": s.org.arn("iam", "root", a.ID), "accountId": a.ID.String(), "accessKeyId": ""}
	switch {
	case e.User != "":
		identity = map[string]any{"type": "IAMUser", "principalId": "AIDA" + a.ID.String(), "arn": s.org.arn("iam", "user/"+e.User, a.ID), "accountId": a.ID.String(), "userName": e.User}
	case e.Alias != "":
		identity["userName"] = e.Alias
	}
	r := map[string]any{
		"eventVersion": "1.11", "userIdentity": identity, "eventTime": stamp(e.At), "eventSource": e.Source, "eventName": e.Name,
		"awsRegion": s.org.homeRegion(), "sourceIPAddress": "203.0.113.7", "userAgent": "aws-sdk-go-v2/1.47", "requestParameters": nil, "responseElements": nil,
		"eventID": fmt.Sprintf("00000000-0000-4000-9000-%012x", e.At.UnixNano()&0xffffffffffff), "readOnly": false, "eventType": "AwsApiCall",
		"managementEvent": true, "recipientAccountId": a.ID.String(), "eventCategory": "Management",
	}
	if e.Failed {
		r["errorCode"], r["errorMessage"] = "AccessDenied", "Access Denied"
	}
	switch e.Kind {
	case EventSignIn:
		r["eventType"], r["userAgent"] = "AwsConsoleSignIn", "Mozilla/5.0"
		r["responseElements"] = map[string]any{e.Name: "Success"}
		r["additionalEventData"] = map[string]any{"LoginTo": "https://console.aws.amazon.com/console/home", "MobileVersion": "No", "MFAUsed": map[bool]string{true: "Yes", false: "No"}[e.MFA]}
		if e.Failed {
			delete(r, "errorCode")
			r["errorMessage"], r["responseElements"] = "Failed authentication", map[string]any{e.Name: "Failure"}
		}
	case EventConsole:
		r["sessionCredentialFromConsole"] = "true"
	case EventSoftware:
		identity["accessKeyId"] = "AKIAIOSFODNN7EXAMPLE"
	case EventAssumed:
		identity["sessionContext"] = map[string]any{
			"attributes":  map[string]any{"creationDate": stamp(e.At), "mfaAuthenticated": "false"},
			"assumedRoot": "true", "sourceIdentity": e.By,
		}
	case EventService:
		r["eventType"], r["sourceIPAddress"], identity["invokedBy"] = "AwsServiceEvent", e.Source, e.Source
	}
	return r
}
