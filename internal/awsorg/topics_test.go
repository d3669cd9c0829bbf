package awsorg_test

import (
	"strings"
	"testing"

	"rootwatch/checks/account"
)

func topicOf(confirmed, key, service string) func(call) reply {
	policy := `{"Statement":[{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"SNS:Publish","Resource":"*"}]}`
	entry := func(k, v string) string { return "<entry><key>" + k + "</key><value>" + v + "</value></entry>" }
	inner := entry("Policy", strings.NewReplacer(`"`, "&quot;").Replace(policy)) + entry("SubscriptionsConfirmed", confirmed)
	if key != "" {
		inner += entry("KmsMasterKeyId", key)
	}
	return fixed(200, result("GetTopicAttributes", "<Attributes>"+inner+"</Attributes>"))
}

func TestTopicsOfBudgets(t *testing.T) {
	const service = "budgets.amazonaws.com"
	own := "arn:aws:sns:eu-west-1:" + member + ":spend"
	tests := []struct {
		name, arn string
		answer    func(call) reply
		live      account.Answer
		why       string
		asked     string // whose credentials asked about it
	}{
		{"heard", own, topicOf("2", "", service), account.Yes, "", member},
		{"heard by nobody", own, topicOf("0", "", service), account.No, "nobody has confirmed", member},
		{"closed to budgets", own, topicOf("1", "", "events.amazonaws.com"), account.No, "does not let budgets.amazonaws.com publish", member},
		{"under AWS's own key", own, topicOf("1", "alias/aws/sns", service), account.No, "AWS's own key", member},
		{"under a key of one's own", own, topicOf("1", "arn:aws:kms:eu-west-1:444455556666:key/k", service), account.AnswerUnknown, "policy is not read", member},
		{"gone", own, fixed(404, queryError("NotFound", "Topic does not exist")), account.No, "does not exist", member},
		{"denied", own, fixed(403, queryError("AuthorizationError", "User is not authorized to perform: SNS:GetTopicAttributes because no identity-based policy allows it")), account.AnswerUnknown, "denied", member},
		{"without a count", own, fixed(200, result("GetTopicAttributes", "<Attributes/>")), account.AnswerUnknown, "how many", member},
		{"in the caller's account", "arn:aws:sns:us-east-1:" + payer + ":central", topicOf("1", "", service), account.Yes, "", payer},
		{"in an account that is listed", "arn:aws:sns:us-east-1:" + other + ":central", topicOf("1", "", service), account.Yes, "", other},
		{"in a stranger's account", "arn:aws:sns:us-east-1:999988887777:central", topicOf("1", "", service), account.AnswerUnknown, "not among those", ""},
		{"no topic", "arn:aws:lambda:us-east-1:" + member + ":function:f", topicOf("1", "", service), account.AnswerUnknown, "cannot be told", ""},
		{"no ARN", "spend", topicOf("1", "", service), account.AnswerUnknown, "not an ARN", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := withBudgets(t, payer, budgetOf(nil))
			c.on("budgets:DescribeSubscribersForNotification", func(in call) reply {
				if in.account != member {
					return subscribersOf()(in)
				}
				return subscribersOf("SNS", tt.arn)(in)
			})
			c.on("sns:GetTopicAttributes", tt.answer)
			org := open(t, options())
			for _, err := range org.Accounts(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
			}
			list, _ := org.Facts(t.Context(), memberAccount(t)).Budgets.Get()
			s := list[0].Notifications[0].Subscribers[0]
			if s.Live != tt.live || !strings.Contains(s.Why, tt.why) || (s.Why == "") != (tt.live == account.Yes) || strings.Contains(s.Why, tt.arn) {
				t.Errorf("got %+v", s)
			}
			calls := c.made("sns:GetTopicAttributes")
			switch {
			case tt.asked == "" && len(calls) == 0:
			case len(calls) != 1 || calls[0].account != tt.asked || calls[0].region != strings.Split(tt.arn, ":")[3]:
				t.Errorf("asked %+v", calls)
			}
		})
	}
}

// A topic is asked about once in a reading, and one that many accounts speak
// to once for all of them, also where it is refused.
func TestTopicsAreAskedOnce(t *testing.T) {
	c := withBudgets(t, payer, budgetOf(map[string]any{"BudgetName": "one"}), budgetOf(map[string]any{"BudgetName": "two"}))
	c.on("budgets:DescribeSubscribersForNotification", subscribersOf("SNS", "arn:aws:sns:us-east-1:"+payer+":central", "SNS", "arn:aws:sns:us-east-1:"+member+":own"))
	c.on("sns:GetTopicAttributes", fixed(403, queryError("AuthorizationError", "no")))
	org := open(t, options())
	for _, err := range org.Accounts(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
	}
	asked := func(arn string) (n int) {
		for _, in := range c.made("sns:GetTopicAttributes") {
			if in.form.Get("TopicArn") == arn {
				n++
			}
		}
		return n
	}
	org.Facts(t.Context(), memberAccount(t))
	central, own := asked("arn:aws:sns:us-east-1:"+payer+":central"), asked("arn:aws:sns:us-east-1:"+member+":own")
	org.Facts(t.Context(), memberAccount(t))
	if again := asked("arn:aws:sns:us-east-1:" + payer + ":central"); central > 2 || again != central {
		t.Errorf("the central topic was asked about %d times, then %d", central, again)
	}
	if again := asked("arn:aws:sns:us-east-1:" + member + ":own"); again > own+1 {
		t.Errorf("the account's own topic was asked about %d times, then %d", own, again)
	}
}

// A rule's topic is judged as an alarm's is, and asked about once for both.
func TestTopicsOfRules(t *testing.T) {
	own := "arn:aws:sns:us-east-1:" + member + ":root"
	for name, tt := range map[string]struct {
		target string
		answer func(call) reply
		live   account.Answer
		why    string
	}{
		"it hears":                   {`"Arn":"` + own + `"`, topicOf("1", "", "events.amazonaws.com"), account.Yes, ""},
		"nobody has confirmed":       {`"Arn":"` + own + `"`, topicOf("0", "", "events.amazonaws.com"), account.No, "nobody has confirmed"},
		"it hears of alarms alone":   {`"Arn":"` + own + `"`, topicOf("1", "", "cloudwatch.amazonaws.com"), account.No, "does not let events.amazonaws.com publish"},
		"a role speaks to it":        {`"Arn":"` + own + `","RoleArn":"arn:aws:iam::` + member + `:role/tell"`, topicOf("1", "", "cloudwatch.amazonaws.com"), account.AnswerUnknown, "role"},
		"a role, and nobody listens": {`"Arn":"` + own + `","RoleArn":"arn:aws:iam::` + member + `:role/tell"`, topicOf("0", "", "events.amazonaws.com"), account.No, "nobody has confirmed"},
		"it may not be read":         {`"Arn":"` + own + `"`, fixed(403, queryError("AuthorizationError", "no")), account.AnswerUnknown, "denied"},
	} {
		c := newCloud(t, payer)
		watchAnswers(c)
		c.on("events:ListTargetsByRule", fixed(200, `{"Targets":[{"Id":"a",`+tt.target+`},{"Id":"b",`+tt.target+`}]}`))
		c.on("sns:GetTopicAttributes", tt.answer)
		rule := known(t, open(t, options()).Facts(t.Context(), memberAccount(t)).EventRules)[0]
		if len(rule.Told) != 2 || rule.Told[1].Type != "SNS" || rule.Told[1].Live != tt.live || !strings.Contains(rule.Told[1].Why, tt.why) {
			t.Errorf("%s: %+v", name, rule)
		}
		if n := len(c.made("sns:GetTopicAttributes")); n != 1 {
			t.Errorf("%s: asked %d times", name, n)
		}
	}
}
