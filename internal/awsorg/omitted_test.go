package awsorg_test

import (
	"errors"
	"testing"

	"rootwatch/checks/account"
)

// A list that AWS left out is no empty list, and a number that it left out is
// no zero: each would be a verdict on what nobody told.
func TestLeftOutIsNotEmpty(t *testing.T) {
	undecodable := func(t *testing.T, gap account.Gap, call string) {
		t.Helper()
		if gap.Cause != account.Undecodable || gap.Action() != call {
			t.Errorf("%q of %s: %s", gap.Cause, gap.Action(), gap.Sentence)
		}
	}
	facts := func(t *testing.T, action, body string) account.Facts {
		t.Helper()
		c := newCloud(t, payer)
		c.on(action, fixed(200, body))
		return open(t, options()).Facts(t.Context(), account.Account{ID: id(t, member)})
	}
	t.Run("the primary contact's telephone", func(t *testing.T) {
		f := facts(t, "account:GetContactInformation", `{"ContactInformation":{"FullName":"Example Corp","CountryCode":"US"}}`)
		undecodable(t, f.ContactInformation.Gap(), "account:GetContactInformation")
	})
	t.Run("an alternate contact's telephone", func(t *testing.T) {
		f := facts(t, "account:GetAlternateContact", `{"AlternateContact":{"Name":"Security team","EmailAddress":"security@example.com"}}`)
		undecodable(t, f.SecurityContact.Gap(), "account:GetAlternateContact")
	})
	t.Run("the minimum length", func(t *testing.T) {
		f := facts(t, "iam:GetAccountPasswordPolicy", result("GetAccountPasswordPolicy", "<PasswordPolicy><ExpirePasswords>true</ExpirePasswords></PasswordPolicy>"))
		undecodable(t, f.PasswordPolicy.Gap(), "iam:GetAccountPasswordPolicy")
	})
	for action, body := range map[string]string{
		"organizations:ListRoots": `{}`, "organizations:ListOrganizationalUnitsForParent": `{}`, "organizations:ListPolicies": `{}`,
		"organizations:ListTargetsForPolicy": `{}`, "organizations:ListPoliciesForTarget": `{}`,
	} {
		t.Run(action, func(t *testing.T) {
			c := newCloud(t, payer)
			c.on(action, fixed(200, body))
			undecodable(t, open(t, options()).Organization(t.Context()).Policies.Gap(), action)
		})
	}
	t.Run("the root's kinds of policies", func(t *testing.T) {
		c := newCloud(t, payer)
		c.on("organizations:ListRoots", fixed(200, `{"Roots":[{"Id":"r-fake"}]}`))
		undecodable(t, open(t, options()).Organization(t.Context()).Policies.Gap(), "organizations:ListRoots")
	})
	t.Run("the accounts", func(t *testing.T) {
		c := newCloud(t, payer)
		c.on("organizations:ListAccounts", fixed(200, `{}`))
		all, err := everyAccount(t, open(t, options()))
		var gap account.Gap
		if !errors.As(err, &gap) || len(all) > 0 {
			t.Fatalf("%v, %v", all, err)
		}
		undecodable(t, gap, "organizations:ListAccounts")
	})
	t.Run("what an alert is about, and whom it tells", func(t *testing.T) {
		for action, body := range map[string]string{
			"budgets:DescribeNotificationsForBudget":     `{"Notifications":[{"ComparisonOperator":"GREATER_THAN","Threshold":100}]}`,
			"budgets:DescribeSubscribersForNotification": `{"Subscribers":[{"SubscriptionType":"EMAIL"}]}`,
		} {
			c := withBudgets(t, payer, budgetOf(nil))
			c.on(action, fixed(200, body))
			f := open(t, options()).Facts(t.Context(), account.Account{ID: id(t, member)})
			list, known := f.Budgets.Get()
			if !known || len(list) != 1 || list[0].Gap == nil && (len(list[0].Notifications) != 1 || list[0].Notifications[0].Gap == nil) {
				t.Errorf("%s: %t %+v", action, known, list)
			}
		}
	})
	t.Run("a budget's kind and its period", func(t *testing.T) {
		for _, field := range []string{"BudgetType", "TimeUnit"} {
			withBudgets(t, payer, budgetOf(map[string]any{field: nil}))
			f := open(t, options()).Facts(t.Context(), account.Account{ID: id(t, member)})
			undecodable(t, f.Budgets.Gap(), "budgets:ViewBudget")
		}
	})
	t.Run("what a Config rule checks, and whether it is at work", func(t *testing.T) {
		for _, rule := range []string{
			`{"ConfigRuleName":"root","ConfigRuleState":"ACTIVE"}`, `{"ConfigRuleName":"root","ConfigRuleState":"ACTIVE","Source":{"Owner":"AWS"}}`,
			`{"ConfigRuleName":"root","Source":{"Owner":"AWS","SourceIdentifier":"ROOT_ACCOUNT_MFA_ENABLED"}}`,
		} {
			undecodable(t, facts(t, "config:DescribeConfigRules", `{"ConfigRules":[`+rule+`]}`).ConfigRules.Gap(), "config:DescribeConfigRules")
		}
	})
	t.Run("what a metric filter looks at, and what it writes", func(t *testing.T) {
		for _, filter := range []string{
			`{"filterName":"f","logGroupName":"g","metricTransformations":[{"metricNamespace":"N","metricName":"M"}]}`,
			`{"filterName":"f","filterPattern":"x","metricTransformations":[{"metricNamespace":"N","metricName":"M"}]}`,
			`{"filterName":"f","filterPattern":"x","logGroupName":"g"}`,
			`{"filterName":"f","filterPattern":"x","logGroupName":"g","metricTransformations":[{"metricNamespace":"N"}]}`,
		} {
			undecodable(t, facts(t, "logs:DescribeMetricFilters", `{"metricFilters":[`+filter+`]}`).MetricFilters.Gap(), "logs:DescribeMetricFilters")
		}
	})
	t.Run("whether an alarm's actions are on, and its metric", func(t *testing.T) {
		for _, field := range []string{"ActionsEnabled", "MetricName", "Namespace"} {
			c := newCloud(t, payer)
			alarm := alarmOf("bill", "AWS/Billing", "EstimatedCharges")
			delete(alarm, field)
			c.on("cloudwatch:DescribeAlarms", func(call) reply { return inCBOR(object{"MetricAlarms": []any{alarm}}) })
			undecodable(t, open(t, options()).Facts(t.Context(), account.Account{ID: id(t, member)}).Alarms.Gap(), "cloudwatch:DescribeAlarms")
		}
	})
	for action, body := range map[string]string{
		"ce:GetAnomalySubscriptions": `{}`, "ce:GetAnomalyMonitors": `{}`,
	} {
		t.Run(action, func(t *testing.T) {
			c := newCloud(t, payer)
			c.on("ce:GetAnomalySubscriptions", fixed(200, `{"AnomalySubscriptions":[{"SubscriptionName":"s","MonitorArnList":["arn:m"],"Subscribers":[]}]}`))
			c.on(action, fixed(200, body))
			undecodable(t, open(t, options()).AnomalySubscriptions(t.Context(), func(int) error { return nil }).Gap(), action)
		})
	}
}
