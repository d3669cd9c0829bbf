package cloud

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"rootwatch/checks/account"
)

type topicAttributes struct {
	Attributes []attribute `xml:"Attributes>entry"`
}

type attribute struct {
	Key   string `xml:"key"`
	Value string `xml:"value"`
}

// getTopicAttributes answers a topic's own account alone, as the policy that
// SNS gives each topic does.
func (s *Server) getTopicAttributes(q *request) (any, *apiError) {
	arn := q.form.Get("TopicArn")
	t, a := s.org.Topic(arn), s.accounts[q.caller.id]
	parts := strings.Split(arn, ":")
	if len(parts) != 6 || parts[2] != "sns" {
		return nil, invalid("InvalidParameter", "Invalid parameter: TopicArn")
	}
	if parts[4] != a.ID.String() {
		return nil, q.denied("SNS:GetTopicAttributes", "because no resource-based policy allows the SNS:GetTopicAttributes action")
	}
	if t == nil || parts[3] != q.region { // a region knows its own topics
		return nil, &apiError{Status: http.StatusNotFound, Code: "NotFound", Message: "Topic does not exist"}
	}
	out := topicAttributes{[]attribute{
		{"TopicArn", arn}, {"Owner", a.ID.String()}, {"DisplayName", ""}, {"Policy", t.policy(arn, a.ID)},
		{"SubscriptionsConfirmed", strconv.Itoa(t.Confirmed)}, {"SubscriptionsPending", strconv.Itoa(t.Pending)}, {"SubscriptionsDeleted", "0"},
	}}
	if t.Key != "" {
		out.Attributes = append(out.Attributes, attribute{"KmsMasterKeyId", t.Key})
	}
	return out, nil
}

// policy is the topic's, with the statement that SNS puts into each.
func (t *Topic) policy(arn string, owner account.ID) string {
	type object = map[string]any
	statements := []object{{
		"Sid": "__default_statement_ID", "Effect": "Allow", "Principal": object{"AWS": "*"}, "Resource": arn,
		"Action":    []string{"SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission", "SNS:DeleteTopic", "SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish"},
		"Condition": object{"StringEquals": object{"AWS:SourceOwner": owner.String()}},
	}}
	for _, service := range t.Publishers {
		statements = append(statements, object{"Effect": "Allow", "Principal": object{"Service": service}, "Action": "SNS:Publish", "Resource": arn})
	}
	b, err := json.Marshal(object{"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": statements})
	if err != nil { // texts always marshal
		panic(err)
	}
	return string(b)
}
