package awsorg_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rootwatch/checks/account"
)

// budgetOf is a daily budget of 150 dollars as AWS writes it, with changes.
func budgetOf(changes map[string]any) map[string]any {
	b := map[string]any{
		"BudgetName": "daily", "BudgetType": "COST", "TimeUnit": "DAILY", "BudgetLimit": map[string]any{"Amount": "150.0", "Unit": "USD"},
		"CalculatedSpend": map[string]any{"ActualSpend": map[string]any{"Amount": "90.5", "Unit": "USD"}},
		"TimePeriod":      map[string]any{"Start": 1577836800.0, "End": 3706473600.0}, "CostFilters": map[string]any{},
		"CostTypes": map[string]any{"IncludeCredit": false, "IncludeRefund": true},
	}
	for k, v := range changes {
		if v == nil {
			delete(b, k)
		} else {
			b[k] = v
		}
	}
	return b
}

func budgetsPage(next string, list ...map[string]any) reply {
	out := map[string]any{"Budgets": append([]map[string]any{}, list...)}
	if next != "" {
		out["NextToken"] = next
	}
	return reply{body: quoted(out)}
}

// withBudgets is a cloud whose accounts have these budgets, with one
// notification that tells an address and a topic.
func withBudgets(t *testing.T, own string, list ...map[string]any) *cloud {
	c := newCloud(t, own)
	page := budgetsPage("", list...)
	c.on("budgets:DescribeBudgets", func(call) reply { return page })
	c.on("budgets:DescribeNotificationsForBudget", fixed(200, quoted(map[string]any{"Notifications": []any{
		map[string]any{"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 100.0, "NotificationState": "OK"}}})))
	c.on("budgets:DescribeSubscribersForNotification", subscribersOf("EMAIL", "a@example.com"))
	return c
}

func subscribersOf(pairs ...string) func(call) reply {
	var list []any
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, map[string]any{"SubscriptionType": pairs[i], "Address": pairs[i+1]})
	}
	return fixed(200, quoted(map[string]any{"Subscribers": list}))
}

// madeBy are the calls with the credentials of one account: the payer's own
// budgets are read beside them, once for all.
func madeBy(c *cloud, id, action string) []call {
	return slices.DeleteFunc(c.made(action), func(in call) bool { return in.account != id })
}

func TestBudgetOfAnAccountTakesThreeCalls(t *testing.T) {
	c := withBudgets(t, payer, budgetOf(nil))
	org := open(t, options())
	if _, err := org.Self(t.Context()); err != nil { // so that it is known who pays
		t.Fatal(err)
	}
	f := org.Facts(t.Context(), memberAccount(t))
	want := []account.Budget{{
		Name: "daily", Type: "COST", TimeUnit: "DAILY", Amount: "150.0", Unit: "USD", Actual: "90.5", IncludeRefund: true,
		Notifications: []account.BudgetNotification{{Type: "ACTUAL", Operator: "GREATER_THAN", Threshold: 100,
			Subscribers: []account.Subscriber{{Type: "EMAIL", Address: "a@example.com", Live: account.Yes}}}},
	}}
	if got, _ := f.Budgets.Get(); cmp.Diff(want, got) != "" {
		t.Error(cmp.Diff(want, got), f.Budgets.Gap())
	}
	for _, action := range []string{"DescribeBudgets", "DescribeNotificationsForBudget", "DescribeSubscribersForNotification"} {
		calls := madeBy(c, member, "budgets:"+action)
		if len(calls) != 1 || calls[0].text("AccountId") != member {
			t.Errorf("%s: %+v", action, calls)
		}
	}
	if asked := c.made("budgets:DescribeBudgets")[0]; asked.body["ShowFilterExpression"] != true {
		t.Error("the newer form of the filter was not asked for")
	}
}

// Only what could be the account's budget is looked into.
func TestAlertsOfBudgetsThatMatter(t *testing.T) {
	monthly := map[string]any{"BudgetName": "monthly", "TimeUnit": "MONTHLY"}
	tests := []struct {
		name    string
		budgets []map[string]any
		asked   string
	}{
		{"daily before monthly", []map[string]any{budgetOf(monthly), budgetOf(nil)}, "daily"},
		{"monthly alone", []map[string]any{budgetOf(monthly)}, "monthly"},
		{"usage, a part, over, later, broken, another view", []map[string]any{
			budgetOf(map[string]any{"BudgetType": "USAGE"}),
			budgetOf(map[string]any{"CostFilters": map[string]any{"Service": []string{"Amazon S3"}}}),
			budgetOf(map[string]any{"TimePeriod": map[string]any{"Start": 1577836800.0, "End": float64(now.Add(-time.Hour).Unix())}}),
			budgetOf(map[string]any{"TimePeriod": map[string]any{"Start": float64(now.Add(time.Hour).Unix())}}),
			budgetOf(map[string]any{"HealthStatus": map[string]any{"Status": "UNHEALTHY", "StatusReason": "FILTER_INVALID"}}),
			budgetOf(map[string]any{"BillingViewArn": "arn:aws:billing::111122223333:billingview/custom-1"}),
		}, ""},
		{"the primary view", []map[string]any{budgetOf(map[string]any{"BillingViewArn": "arn:aws:billing::444455556666:billingview/primary"})}, "daily"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := withBudgets(t, payer, tt.budgets...)
			org := open(t, options())
			if _, err := org.Self(t.Context()); err != nil {
				t.Fatal(err)
			}
			if f := org.Facts(t.Context(), memberAccount(t)); f.Budgets.Gap().Cause != "" {
				t.Fatal(f.Budgets.Gap())
			}
			var asked []string
			for _, in := range madeBy(c, member, "budgets:DescribeNotificationsForBudget") {
				asked = append(asked, in.text("BudgetName"))
			}
			if strings.Join(asked, " ") != tt.asked {
				t.Errorf("asked about %v, want %q", asked, tt.asked)
			}
		})
	}
}

func TestBudgetFilters(t *testing.T) {
	dimension := func(key string, values ...string) map[string]any {
		return map[string]any{"Dimensions": map[string]any{"Key": key, "Values": values}}
	}
	not := func(e map[string]any) map[string]any { return map[string]any{"Not": e} }
	and := func(parts ...map[string]any) map[string]any { return map[string]any{"And": parts} }
	expression := func(e map[string]any) map[string]any {
		return map[string]any{"CostFilters": nil, "CostTypes": nil, "FilterExpression": e}
	}
	tests := []struct {
		name           string
		change         map[string]any
		filtered       bool
		accounts       []string
		credit, refund bool
	}{
		{"no filter", nil, false, nil, false, true},
		{"no word on credits: AWS counts them", map[string]any{"CostTypes": nil}, false, nil, true, true},
		{"an empty filter", map[string]any{"CostFilters": map[string]any{"Service": []string{}}}, false, nil, false, true},
		{"one account", map[string]any{"CostFilters": map[string]any{"LinkedAccount": []string{member}}}, true, []string{member}, false, true},
		{"an account and a service", map[string]any{"CostFilters": map[string]any{"LinkedAccount": []string{member}, "Service": []string{"Amazon S3"}}}, true, nil, false, true},
		{"expression: one account", expression(dimension("LINKED_ACCOUNT", member)), true, []string{member}, true, true},
		{"expression: without credits", expression(not(dimension("RECORD_TYPE", "Credit", "Refund"))), false, nil, false, false},
		{"expression: both", expression(and(dimension("LINKED_ACCOUNT", member), not(dimension("RECORD_TYPE", "Credit")))), true, []string{member}, false, true},
		{"expression: without usage", expression(not(dimension("RECORD_TYPE", "Usage"))), true, nil, true, true},
		{"expression: without an account", expression(not(dimension("LINKED_ACCOUNT", member))), true, nil, true, true},
		{"expression: a region", expression(dimension("REGION", "eu-west-1")), true, nil, true, true},
		{"expression: either", expression(map[string]any{"Or": []any{dimension("LINKED_ACCOUNT", member), dimension("REGION", "eu-west-1")}}), true, nil, true, true},
		{"expression: a tag", expression(map[string]any{"Tags": map[string]any{"Key": "team", "Values": []string{"a"}}}), true, nil, true, true},
		{"expression: accounts that begin alike", expression(map[string]any{"Dimensions": map[string]any{"Key": "LINKED_ACCOUNT", "Values": []string{"4444"}, "MatchOptions": []string{"STARTS_WITH"}}}), true, nil, true, true},
		{"both forms of one filter", map[string]any{"CostFilters": map[string]any{"LinkedAccount": []string{member, other}}, "FilterExpression": dimension("LINKED_ACCOUNT", member)}, true, []string{member}, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			withBudgets(t, payer, budgetOf(tt.change))
			got, _ := open(t, options()).Facts(t.Context(), memberAccount(t)).Budgets.Get()
			if len(got) != 1 {
				t.Fatal(got)
			}
			b := got[0]
			if b.Filtered != tt.filtered || !cmp.Equal(b.Accounts, tt.accounts) || b.IncludeCredit != tt.credit || b.IncludeRefund != tt.refund {
				t.Errorf("got %+v", b)
			}
		})
	}
}

func TestBudgetsThatCannotBeRead(t *testing.T) {
	denied := "User: arn:aws:sts::444455556666:assumed-role/RootwatchAudit/rootwatch is not authorized to perform: budgets:ViewBudget"
	tests := []struct {
		name, action string
		reply        reply
		cause        account.Cause
		says         string
	}{
		{"no policy allows it", "DescribeBudgets", reply{400, jsonError("AccessDeniedException", denied+" because no identity-based policy allows the budgets:ViewBudget action")}, account.Denied, "allow it"},
		{"a policy denies it", "DescribeBudgets", reply{400, jsonError("AccessDeniedException", denied+" with an explicit deny in a service control policy")}, account.Denied, "service control policy"},
		{"no policy is the reason", "DescribeBudgets", reply{400, jsonError("AccessDeniedException", denied)}, account.NotEnabled, "IAM user and role access to Billing information"},
		{"throttled", "DescribeBudgets", reply{400, jsonError("ThrottlingException", "Rate exceeded")}, account.Throttled, "later"},
		{"a page of a proxy", "DescribeBudgets", reply{200, "<html>"}, account.Undecodable, "proxies"},
		{"a budget without a name", "DescribeBudgets", budgetsPage("", budgetOf(map[string]any{"BudgetName": ""})), account.Undecodable, "no name"},
		{"pages in a circle", "DescribeBudgets", budgetsPage("again", budgetOf(nil)), account.Undecodable, "lead on"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := withBudgets(t, payer, budgetOf(nil))
			c.on("budgets:"+tt.action, inTurn(tt.reply))
			o := options()
			o.MaxAttempts = 1
			gap := open(t, o).Facts(t.Context(), memberAccount(t)).Budgets.Gap()
			if gap.Cause != tt.cause || gap.Action() != "budgets:ViewBudget" || !strings.Contains(gap.Sentence, tt.says) {
				t.Errorf("got %+v", gap)
			}
		})
	}
}

func TestBudgetsOnSeveralPages(t *testing.T) {
	c := withBudgets(t, payer)
	c.on("budgets:DescribeBudgets", func(in call) reply {
		if in.text("NextToken") == "more" {
			return budgetsPage("", budgetOf(map[string]any{"BudgetName": "two"}))
		}
		return budgetsPage("more", budgetOf(map[string]any{"BudgetName": "one"}))
	})
	got, _ := open(t, options()).Facts(t.Context(), memberAccount(t)).Budgets.Get()
	if len(got) != 2 || got[0].Name != "one" || got[1].Name != "two" {
		t.Errorf("got %+v", got)
	}
}

// What one budget does not tell of its alerts leaves the budgets known.
func TestAlertsThatCannotBeRead(t *testing.T) {
	denied := "User: arn:aws:sts::444455556666:assumed-role/RootwatchAudit/rootwatch is not authorized to perform: budgets:ViewBudget"
	for _, tt := range []struct {
		name, action string
		reply        reply
		cause        account.Cause
		says         string
	}{
		{"a notification that is gone", "DescribeNotificationsForBudget", reply{400, jsonError("NotFoundException", "Unable to get budget")}, account.Unavailable, "changed"},
		{"subscribers denied", "DescribeSubscribersForNotification", reply{400, jsonError("AccessDeniedException", denied+" because no identity-based policy allows it")}, account.Denied, "allow it"},
		{"subscribers throttled", "DescribeSubscribersForNotification", reply{400, jsonError("ThrottlingException", "Rate exceeded")}, account.Throttled, "later"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := withBudgets(t, payer, budgetOf(nil), budgetOf(map[string]any{"BudgetName": "second"}))
			told := map[string]func(call) reply{
				"DescribeNotificationsForBudget": fixed(200, quoted(map[string]any{"Notifications": []any{
					map[string]any{"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 100.0}}})),
				"DescribeSubscribersForNotification": subscribersOf("EMAIL", "a@example.com"),
			}[tt.action]
			c.on("budgets:"+tt.action, func(in call) reply {
				if in.text("BudgetName") == "daily" {
					return tt.reply
				}
				return told(in)
			})
			o := options()
			o.MaxAttempts = 1
			f := open(t, o).Facts(t.Context(), memberAccount(t))
			got, known := f.Budgets.Get()
			if !known || len(got) != 2 {
				t.Fatalf("got %+v, %+v", got, f.Budgets.Gap())
			}
			gap := got[0].Gap
			if tt.action == "DescribeSubscribersForNotification" {
				if gap != nil || len(got[0].Notifications) != 1 {
					t.Fatalf("the notification is lost with its subscribers: %+v", got[0])
				}
				gap = got[0].Notifications[0].Gap
			}
			if gap == nil || gap.Cause != tt.cause || gap.Action() != "budgets:ViewBudget" || !strings.Contains(gap.Sentence, tt.says) {
				t.Errorf("got %+v", gap)
			}
			second := got[1]
			if second.Gap != nil || len(second.Notifications) != 1 || second.Notifications[0].Gap != nil || len(second.Notifications[0].Subscribers) != 1 {
				t.Errorf("the second budget is %+v", second)
			}
		})
	}
}

// The limits of a planned budget come in the order of their periods, which are
// the keys.
func TestPlannedLimits(t *testing.T) {
	usd := func(amount string) map[string]any { return map[string]any{"Amount": amount, "Unit": "USD"} }
	withBudgets(t, payer, budgetOf(map[string]any{"TimeUnit": "MONTHLY", "BudgetLimit": nil,
		"PlannedBudgetLimits": map[string]any{"1764547200": usd("120"), "999999999": usd("90"), "1767225600": usd("100")}}))
	got, _ := open(t, options()).Facts(t.Context(), memberAccount(t)).Budgets.Get()
	if len(got) != 1 || got[0].Amount != "" || got[0].Unit != "USD" || strings.Join(got[0].Planned, " ") != "90 120 100" {
		t.Errorf("got %+v", got)
	}
}
