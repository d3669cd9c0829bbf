package awsorg

import (
	"strings"
	"testing"

	"rootwatch/checks/account"
)

// defaultTopicPolicy is the one that SNS gives each topic.
const defaultTopicPolicy = `{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["SNS:Publish","SNS:Subscribe"],
	"Resource":"arn:aws:sns:us-east-1:444455556666:spend","Condition":{"StringEquals":{"AWS:SourceOwner":"444455556666"}}}]}`

func TestMayPublish(t *testing.T) {
	id, err := account.ParseID("444455556666")
	if err != nil {
		t.Fatal(err)
	}
	budgets := publisher{publishBudgets, id, "arn:aws:budgets::444455556666:budget/daily", false}
	alarms := publisher{publishAlarms, id, "arn:aws:cloudwatch:us-east-1:444455556666:alarm:bill", false}
	rule := publisher{publishEvents, id, "arn:aws:events:us-east-1:444455556666:rule/root", false}
	allow := func(more string) string {
		return `{"Effect":"Allow","Principal":{"Service":"budgets.amazonaws.com"},"Action":"SNS:Publish","Resource":"arn:aws:sns:us-east-1:444455556666:spend"` + more + `}`
	}
	when := func(condition string) string { return allow(`,"Condition":` + condition) }
	events := func(condition string) string {
		return strings.Replace(when(condition), publishBudgets, publishEvents, 1)
	}
	deny := func(more string) string { return `{"Effect":"Deny","Principal":"*","Action":"sns:*"` + more + `}` }
	tests := []struct {
		name       string
		statements string
		from       publisher
		want       account.Answer
	}{
		{"the service is named", allow(""), budgets, account.Yes},
		{"another service is", allow(""), alarms, account.No},
		{"nothing", "", budgets, account.No},
		{"everybody", `{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}`, budgets, account.Yes},
		{"everybody in AWS", `{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sns:Pub*","Resource":"*"}`, budgets, account.Yes},
		{"a list of services", `{"Effect":"Allow","Principal":{"Service":["events.amazonaws.com","budgets.amazonaws.com"]},"Action":["sns:Publish"],"Resource":"*"}`, budgets, account.Yes},
		{"an account", `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"sns:Publish","Resource":"*"}`, budgets, account.No},
		{"another action", `{"Effect":"Allow","Principal":"*","Action":"sns:Subscribe","Resource":"*"}`, budgets, account.No},
		{"all but another action", `{"Effect":"Allow","Principal":"*","NotAction":"sns:Subscribe","Resource":"*"}`, budgets, account.Yes},
		{"another topic", `{"Effect":"Allow","Principal":"*","Action":"sns:Publish","Resource":"arn:aws:sns:us-east-1:444455556666:other"}`, budgets, account.No},
		{"all but this topic", `{"Effect":"Allow","Principal":"*","Action":"sns:Publish","NotResource":"arn:aws:sns:us-east-1:444455556666:sp*"}`, budgets, account.No},
		{"no resource", `{"Effect":"Allow","Principal":"*","Action":"sns:Publish"}`, budgets, account.Yes},
		{"the right source account", when(`{"StringEquals":{"aws:SourceAccount":"444455556666"}}`), budgets, account.Yes},
		{"another source account", when(`{"StringEquals":{"aws:SourceAccount":["111122223333"]}}`), budgets, account.No},
		{"the right source", when(`{"ArnLike":{"aws:SourceArn":"arn:aws:budgets::444455556666:*"}}`), budgets, account.Yes},
		{"another source", when(`{"ArnLike":{"aws:SourceArn":"arn:aws:budgets::111122223333:*"}}`), budgets, account.No},
		{"both conditions, one of which does not hold", when(`{"StringEquals":{"aws:SourceAccount":"444455556666"},"ArnLike":{"aws:SourceArn":"arn:aws:budgets::1:*"}}`), budgets, account.No},
		{"a key that is not known", when(`{"StringEquals":{"aws:SourceOrgID":"o-fake"}}`), budgets, account.AnswerUnknown},
		{"a variable", when(`{"StringEquals":{"aws:SourceAccount":"${aws:PrincipalAccount}"}}`), budgets, account.AnswerUnknown},
		{"an operator that is not known", when(`{"NumericEquals":{"aws:SourceAccount":"444455556666"}}`), budgets, account.AnswerUnknown},
		{"a rule by its source", events(`{"ArnEquals":{"aws:SourceArn":"arn:aws:events:us-east-1:444455556666:rule/root"}}`), rule, account.AnswerUnknown},
		{"a rule by another source", events(`{"ArnEquals":{"aws:SourceArn":"arn:aws:events:us-east-1:444455556666:rule/other"}}`), rule, account.No},
		{"a rule by no source", events(`{}`), rule, account.Yes},
		{"denied", allow("") + "," + deny(""), budgets, account.No},
		{"denied without TLS", allow("") + "," + deny(`,"Condition":{"Bool":{"aws:SecureTransport":"false"}}`), budgets, account.Yes},
		{"the same, without quotation marks", allow("") + "," + deny(`,"Condition":{"Bool":{"aws:SecureTransport":false}}`), budgets, account.Yes},
		{"denied to who is no service", allow("") + "," + deny(`,"Condition":{"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}`), budgets, account.Yes},
		{"denied on an unknown condition", allow("") + "," + deny(`,"Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-fake"}}`), budgets, account.AnswerUnknown},
		{"denied to all but somebody", allow("") + `,{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"sns:*","Resource":"*"}`, budgets, account.AnswerUnknown},
		{"an effect that is none", `{"Effect":"Maybe","Principal":"*","Action":"*"}`, budgets, account.AnswerUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := mayPublish(`{"Version":"2012-10-17","Statement":[`+tt.statements+`]}`, "arn:aws:sns:us-east-1:444455556666:spend", tt.from); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	whole := func(policy string, from publisher, want account.Answer) {
		if got := mayPublish(policy, "arn:aws:sns:us-east-1:444455556666:spend", from); got != want {
			t.Errorf("%s for %s is %v, want %v", policy, from.service, got, want)
		}
	}
	whole(`{"Statement":`+allow("")+`}`, budgets, account.Yes) // one statement without a list
	whole("", budgets, account.AnswerUnknown)
	whole(`{"Statement":"no"}`, budgets, account.AnswerUnknown)
	whole(defaultTopicPolicy, alarms, account.Yes)
	whole(defaultTopicPolicy, budgets, account.No)
	whole(defaultTopicPolicy, rule, account.No)
	whole(strings.ReplaceAll(defaultTopicPolicy, `{"AWS:SourceOwner":"444455556666"}`, `{"AWS:SourceOwner":"111122223333"}`), alarms, account.No)
}
