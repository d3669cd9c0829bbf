package checks

import (
	"fmt"
	"strings"

	"rootwatch/checks/account"
)

// outcome is what holding a pattern against an event came to: yes, no, or
// unknown and why.
type outcome struct {
	is  account.Answer
	why string // part of a sentence, where is is unknown
}

var lets, stops = outcome{is: account.Yes}, outcome{is: account.No}

func outcomeOf(yes bool) outcome { return outcome{is: answer(yes)} }

func undecided(format string, args ...any) outcome {
	return outcome{why: fmt.Sprintf(format, args...)}
}

func (o outcome) and(p outcome) outcome {
	switch {
	case o.is == account.No || p.is == account.Yes:
		return o
	case p.is == account.No || o.is == account.Yes:
		return p
	}
	return o
}

func (o outcome) or(p outcome) outcome { return o.not().and(p.not()).not() }

func (o outcome) not() outcome {
	switch o.is {
	case account.Yes:
		return stops
	case account.No:
		return lets
	}
	return o
}

// someText stands in a sample event for a text that differs from one sign-in
// to the next, perhaps for a field that not every sign-in has. A pattern that
// hangs on either is not decided.
type (
	someText struct{}
	perhaps  struct{}
)

// rootSignIns are CloudTrail's records of a root sign-in at the console of
// the region, with a second factor and without. What watches root must let
// both through.
func rootSignIns(a account.Account, region string) []map[string]any {
	return []map[string]any{rootSignIn(a, region, "Yes"), rootSignIn(a, region, "No")}
}

// rootSignIn has the fields of "AWS Management Console sign-in events" in the
// CloudTrail User Guide. What is not in it is absent from a root sign-in.
func rootSignIn(a account.Account, region, mfa string) map[string]any {
	id := a.ID.String()
	return map[string]any{
		"eventVersion": someText{},
		"userIdentity": map[string]any{
			"type": "Root", "principalId": id, "arn": a.RootARN(), "accountId": id,
			"accessKeyId": perhaps{}, "userName": perhaps{}, // the account's alias
		},
		"eventTime": someText{}, "eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin", "awsRegion": region,
		"sourceIPAddress": someText{}, "userAgent": someText{}, "requestParameters": nil,
		"responseElements":    map[string]any{"ConsoleLogin": "Success"},
		"additionalEventData": map[string]any{"LoginTo": someText{}, "MobileVersion": perhaps{}, "MFAIdentifier": perhaps{}, "MFAUsed": mfa},
		"eventID":             someText{}, "readOnly": false, "eventType": "AwsConsoleSignIn", "managementEvent": true,
		"recipientAccountId": id, "eventCategory": "Management",
		"tlsDetails": map[string]any{"tlsVersion": someText{}, "cipherSuite": someText{}, "clientProvidedHostHeader": someText{}},
	}
}

// allDay are CloudTrail's records of what happens all day: roles read, write
// and are assumed. A watcher that lets one of them through tells nobody of root.
func allDay(a account.Account, region string) []map[string]any {
	id := a.ID.String()
	role := map[string]any{
		"type": "AssumedRole", "principalId": someText{}, "arn": someText{}, "accountId": id, "accessKeyId": someText{},
		"sessionContext": map[string]any{"attributes": map[string]any{"creationDate": someText{}, "mfaAuthenticated": "false"}},
	}
	call := func(service, name string, readOnly bool, who map[string]any, parameters any) map[string]any {
		return map[string]any{
			"eventVersion": someText{}, "userIdentity": who, "eventTime": someText{}, "eventSource": service + ".amazonaws.com", "eventName": name, "awsRegion": region,
			"sourceIPAddress": someText{}, "userAgent": someText{}, "requestParameters": parameters, "responseElements": nil,
			"requestID": someText{}, "eventID": someText{}, "readOnly": readOnly, "eventType": "AwsApiCall", "managementEvent": true,
			"recipientAccountId": id, "eventCategory": "Management",
		}
	}
	return []map[string]any{
		call("ec2", "DescribeInstances", true, role, map[string]any{}),
		call("s3", "ListBuckets", true, role, nil),
		call("logs", "CreateLogStream", false, role, map[string]any{}),
		call("sts", "AssumeRole", true, map[string]any{"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}, map[string]any{}),
	}
}

// onBus is the record as EventBridge wraps it.
func onBus(a account.Account, region string, record map[string]any) map[string]any {
	return map[string]any{
		"version": "0", "id": someText{}, "time": someText{}, "account": a.ID.String(), "region": region, "resources": []any{},
		"source": "aws.signin", "detail-type": "AWS Console Sign In via CloudTrail", "detail": record,
	}
}

// callOnBus is a record of a call as EventBridge wraps it.
func callOnBus(a account.Account, region string, record map[string]any) map[string]any {
	event := onBus(a, region, record)
	source, _ := record["eventSource"].(string)
	event["source"], event["detail-type"] = "aws."+strings.TrimSuffix(source, ".amazonaws.com"), "AWS API Call via CloudTrail"
	return event
}
