package checks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// purseCase is a member with one daily budget of 150 on a median day of 100,
// whose payer keeps nothing.
func purseCase(edits ...func(*checks.Case)) checks.Case {
	c := checks.Case{Facts: healthy(), Policy: checks.DefaultPolicy(), TypicalDay: usually("100", "0")}
	c.Organization.ObservedAt = now
	c.Organization.Budgets = account.Known([]account.Budget{})
	c.Organization.Alarms = account.Known([]account.Alarm{})
	c.Organization.AnomalySubscriptions = account.Known([]account.AnomalySubscription{})
	for _, e := range edits {
		e(&c)
	}
	return c
}

func usually(median, credits string) account.Fact[checks.TypicalDay] {
	return account.Known(checks.TypicalDay{Median: decimal.RequireFromString(median), Credits: decimal.RequireFromString(credits), Currency: "USD", Days: 56})
}

// ownBudget changes the account's one budget.
func ownBudget(change func(*account.Budget)) func(*checks.Case) {
	return func(c *checks.Case) {
		list, _ := c.Facts.Budgets.Get()
		b := list[0]
		change(&b)
		c.Facts.Budgets = account.Known([]account.Budget{b})
	}
}

func noBudgets(c *checks.Case) { c.Facts.Budgets = account.Known([]account.Budget{}) }

func budgetsLost(cause account.Cause) func(*checks.Case) {
	return func(c *checks.Case) { c.Facts.Budgets = account.Missing[[]account.Budget](account.Gap{Cause: cause}) }
}

func payersBudget(b account.Budget) func(*checks.Case) {
	return func(c *checks.Case) { c.Organization.Budgets = account.Known([]account.Budget{b}) }
}

func subscribers(list ...account.Subscriber) func(*account.Budget) {
	return func(b *account.Budget) {
		b.Notifications = []account.BudgetNotification{{Type: "ACTUAL", Operator: "GREATER_THAN", Threshold: 100, Subscribers: list}}
	}
}

func mailTo(address string) account.Subscriber {
	return account.Subscriber{Type: "EMAIL", Address: address, Live: account.Yes}
}

type pursed struct {
	name   string
	edit   []func(*checks.Case)
	status checks.Status
	says   string
	gap    string
}

func pursedTable(t *testing.T, checkID string, table []pursed) {
	t.Helper()
	for _, tt := range table {
		t.Run(tt.name, func(t *testing.T) {
			got := find(t, checks.Run(purseCase(tt.edit...)), checkID)
			if got.Status != tt.status || !strings.Contains(got.Summary, tt.says) {
				t.Errorf("%s: %s; want %s with %q", got.Status, got.Summary, tt.status, tt.says)
			}
			soundFinding(t, got)
			if tt.gap != "" && !names(got.Gaps, tt.gap) {
				t.Errorf("gaps %v do not name %s", got.Gaps, tt.gap)
			}
			for _, e := range got.Evidence {
				if strings.Contains(e.Name+e.Value+got.Summary, "@") {
					t.Errorf("an address is shown: %+v", e)
				}
			}
		})
	}
}

type edits = []func(*checks.Case)

func suspendedCase(c *checks.Case) { c.Facts.State = account.Suspended }

func TestBudgetExists(t *testing.T) {
	whole := account.Budget{Name: "whole", Type: "COST", TimeUnit: "MONTHLY", Amount: "9", Unit: "USD"}
	linked := func(ids ...string) account.Budget {
		b := whole
		b.Filtered, b.Accounts = true, ids
		return b
	}
	pursedTable(t, "budget-exists", []pursed{
		{"its own", nil, checks.Pass, "its own, by day", ""},
		{"none", edits{noBudgets}, checks.Fail, "there is no budget", ""},
		{"usage alone", edits{ownBudget(func(b *account.Budget) { b.Type = "USAGE" })}, checks.Fail, "the one budget does not cover", ""},
		{"a part of the bill", edits{ownBudget(func(b *account.Budget) { b.Filtered = true })}, checks.Fail, "the one budget", ""},
		{"over", edits{ownBudget(func(b *account.Budget) { b.Idle = "ended on 2026-01-01" })}, checks.Fail, "the one budget", ""},
		{"the payer's, over all", edits{noBudgets, payersBudget(whole)}, checks.Pass, "the payer's, by month", ""},
		{"the payer's, naming it", edits{noBudgets, payersBudget(linked("444455556666", "111122223333"))}, checks.Pass, "the payer's", ""},
		{"the payer's, naming others", edits{noBudgets, payersBudget(linked("444455556666"))}, checks.Fail, "No cost budget", ""},
		{"the payer's is enough where its own is not told", edits{budgetsLost(account.Denied), payersBudget(whole)}, checks.Pass, "", ""},
		{"denied", edits{budgetsLost(account.Denied)}, checks.Unknown, "denied", "budgets:ViewBudget"},
		{"the payer's not told", edits{noBudgets, func(c *checks.Case) { c.Organization.Budgets = account.Fact[[]account.Budget]{} }}, checks.Unknown, "", "budgets:ViewBudget"},
		{"nobody else pays", edits{noBudgets, func(c *checks.Case) {
			c.Facts.Role, c.Organization.Budgets = account.Standalone, account.Fact[[]account.Budget]{}
		}}, checks.Fail, "", ""},
		{"suspended", edits{suspendedCase}, checks.Unknown, "suspended", "budgets:ViewBudget"},
	})
}

func TestBudgetDaily(t *testing.T) {
	amount := func(s string) func(*checks.Case) { return ownBudget(func(b *account.Budget) { b.Amount = s }) }
	nets := ownBudget(func(b *account.Budget) { b.IncludeCredit = true })
	typical := func(median, credits string) func(*checks.Case) {
		return func(c *checks.Case) { c.TypicalDay = usually(median, credits) }
	}
	pursedTable(t, "budget-daily", []pursed{
		{"1.5 times", nil, checks.Pass, "fits a median day of 100.00 USD", ""},
		{"1.2 times", edits{amount("120")}, checks.Pass, "", ""},
		{"less", edits{amount("119.99")}, checks.Fail, "less than 1.2 times the median day of 100.00 USD", ""},
		{"twice", edits{amount("200.0")}, checks.Pass, "", ""},
		{"more", edits{amount("200.01")}, checks.Fail, "more than 2 times", ""},
		{"a day of cents, a budget of a dollar", edits{amount("1"), typical("0.03", "0")}, checks.Pass, "", ""},
		{"a day of cents, a budget of two", edits{amount("2"), typical("0.03", "0")}, checks.Fail, "", ""},
		{"monthly", edits{ownBudget(func(b *account.Budget) { b.TimeUnit = "MONTHLY" })}, checks.Fail, "counts by month", ""},
		{"none", edits{noBudgets}, checks.Fail, "there is no budget", ""},
		{"monthly, whatever is usual", edits{ownBudget(func(b *account.Budget) { b.TimeUnit = "MONTHLY" }), func(c *checks.Case) { c.TypicalDay = account.Fact[checks.TypicalDay]{} }}, checks.Fail, "", ""},
		{"nothing is known of the bill", edits{func(c *checks.Case) { c.TypicalDay = account.Fact[checks.TypicalDay]{} }}, checks.Unknown, "", "ce:GetCostAndUsage"},
		{"another currency", edits{ownBudget(func(b *account.Budget) { b.Unit = "CNY" })}, checks.Unknown, "the budget is in CNY and the bill in USD", "budgets:ViewBudget"},
		{"no number", edits{amount("")}, checks.Unknown, "not a number", "budgets:ViewBudget"},
		{"credits, and none came", edits{nets}, checks.Pass, "", ""},
		{"credits that it counts push it past twice", edits{nets, typical("100", "60")}, checks.Fail, "it speaks at 210.00 USD", ""},
		{"credits that it does not count", edits{typical("100", "60")}, checks.Pass, "", ""},
		{"credits that pay for all", edits{nets, amount("50"), typical("100", "95")}, checks.Fail, "while they last it cannot fire", ""},
		{"the payer's, of this account alone", edits{noBudgets, payersBudget(account.Budget{Type: "COST", TimeUnit: "DAILY", Amount: "150", Unit: "USD", Filtered: true, Accounts: []string{"111122223333"}})}, checks.Pass, "", ""},
		{"the payer's, of everybody", edits{noBudgets, payersBudget(account.Budget{Type: "COST", TimeUnit: "DAILY", Amount: "150", Unit: "USD"})}, checks.Fail, "looks at several accounts", ""},
		{"may be the payer", edits{func(c *checks.Case) { c.Facts.Role = account.RoleUnknown }}, checks.Unknown, "", "organizations:DescribeOrganization"},
		{"denied", edits{budgetsLost(account.Denied)}, checks.Unknown, "denied", "budgets:ViewBudget"},
		{"suspended", edits{suspendedCase}, checks.Unknown, "suspended", "budgets:ViewBudget"},
	})
}

func TestBudgetAlert(t *testing.T) {
	topic := func(live account.Answer, why string) account.Subscriber {
		return account.Subscriber{Type: "SNS", Address: "arn:aws:sns:us-east-1:111122223333:t", Live: live, Why: why}
	}
	notice := func(change func(*account.BudgetNotification)) func(*checks.Case) {
		return ownBudget(func(b *account.Budget) {
			subscribers(mailTo("a@example.com"), mailTo("b@example.com"))(b)
			change(&b.Notifications[0])
		})
	}
	pursedTable(t, "budget-alert", []pursed{
		{"two addresses", nil, checks.Pass, "reaches 2 addresses", ""},
		{"one address twice", edits{ownBudget(subscribers(mailTo("a@example.com"), mailTo("A@Example.com")))}, checks.Fail, "1 address is told", ""},
		{"two alerts with an address each", edits{ownBudget(func(b *account.Budget) {
			b.Notifications = []account.BudgetNotification{
				{Type: "ACTUAL", Operator: "GREATER_THAN", Threshold: 80, Subscribers: []account.Subscriber{mailTo("a@example.com")}},
				{Type: "ACTUAL", Operator: "GREATER_THAN", Threshold: 100, Subscribers: []account.Subscriber{mailTo("b@example.com")}},
			}
		})}, checks.Pass, "2 addresses", ""},
		{"a live topic", edits{ownBudget(subscribers(topic(account.Yes, "")))}, checks.Pass, "a live topic", ""},
		{"a dead topic", edits{ownBudget(subscribers(topic(account.No, "the topic's policy does not let budgets.amazonaws.com publish")))}, checks.Fail, "does not let budgets", ""},
		{"a topic that is not told", edits{ownBudget(subscribers(topic("", "the topic is in another account")))}, checks.Unknown, "", "sns:GetTopicAttributes"},
		{"beside two addresses", edits{ownBudget(subscribers(topic("", ""), mailTo("a@example.com"), mailTo("b@example.com")))}, checks.Pass, "", ""},
		{"on the forecast", edits{notice(func(n *account.BudgetNotification) { n.Type = "FORECASTED" })}, checks.Fail, "on actual cost", ""},
		{"above the amount", edits{notice(func(n *account.BudgetNotification) { n.Threshold = 100.5 })}, checks.Fail, "on actual cost", ""},
		{"below the amount", edits{notice(func(n *account.BudgetNotification) { n.Operator = "LESS_THAN" })}, checks.Fail, "on actual cost", ""},
		{"an amount", edits{notice(func(n *account.BudgetNotification) { n.Absolute, n.Threshold = true, 150 })}, checks.Pass, "", ""},
		{"an amount above it", edits{notice(func(n *account.BudgetNotification) { n.Absolute, n.Threshold = true, 150.5 })}, checks.Fail, "", ""},
		{"no alert", edits{ownBudget(func(b *account.Budget) { b.Notifications = nil })}, checks.Fail, "it has no alert", ""},
		{"no budget", edits{noBudgets}, checks.Fail, "there is no budget", ""},
		{"the payer's alert does not stand in for that of its own days", edits{ownBudget(func(b *account.Budget) { b.Notifications = nil }),
			payersBudget(account.Budget{Type: "COST", TimeUnit: "MONTHLY", Notifications: []account.BudgetNotification{{Type: "ACTUAL", Operator: "GREATER_THAN", Threshold: 100, Subscribers: []account.Subscriber{topic(account.Yes, "")}}}})}, checks.Fail, "", ""},
		{"denied", edits{budgetsLost(account.Denied)}, checks.Unknown, "denied", "budgets:ViewBudget"},
		{"suspended", edits{suspendedCase}, checks.Unknown, "suspended", "budgets:ViewBudget"},
	})
}

func TestBillingAccess(t *testing.T) {
	pursedTable(t, "billing-access", []pursed{
		{"budgets answer", nil, checks.Pass, "answers", ""},
		{"switched off", edits{budgetsLost(account.NotEnabled)}, checks.Fail, "root has to switch it on", ""},
		{"denied", edits{budgetsLost(account.Denied)}, checks.Unknown, "denied", "budgets:ViewBudget"},
		{"the whole account is out of reach", edits{func(c *checks.Case) {
			c.Facts.Blank(account.Gap{Call: "sts:AssumeRole", Cause: account.NotEnabled, Sentence: "STS is switched off in the region."})
		}}, checks.Unknown, "", "sts:AssumeRole"},
		{"throttled", edits{budgetsLost(account.Throttled)}, checks.Unknown, "throttled", "budgets:ViewBudget"},
		{"suspended", edits{suspendedCase}, checks.Unknown, "suspended", "budgets:ViewBudget"},
	})
}

func TestBillingAlarm(t *testing.T) {
	heard := account.Subscriber{Type: "SNS", Live: account.Yes}
	alarm := func(change func(*account.Alarm)) account.Alarm {
		a := account.Alarm{Name: "bill", Namespace: "AWS/Billing", Metric: "EstimatedCharges", Dimensions: map[string]string{"Currency": "USD"}, ActionsEnabled: true, Actions: []account.Subscriber{heard},
			Statistic: "Maximum", Operator: "GreaterThanThreshold", Threshold: 100, Periods: 1, State: "OK"}
		if change != nil {
			change(&a)
		}
		return a
	}
	silent := func(d time.Duration) func(*account.Alarm) {
		return func(a *account.Alarm) { a.State, a.StateSince = "INSUFFICIENT_DATA", now.Add(-d) }
	}
	own := func(a account.Alarm) func(*checks.Case) {
		return func(c *checks.Case) { c.Facts.Alarms = account.Known([]account.Alarm{a}) }
	}
	payers := func(a account.Alarm) func(*checks.Case) {
		return func(c *checks.Case) { c.Organization.Alarms = account.Known([]account.Alarm{a}) }
	}
	anomaly := func(s account.AnomalySubscription) func(*checks.Case) {
		return func(c *checks.Case) {
			c.Organization.AnomalySubscriptions = account.Known([]account.AnomalySubscription{s})
		}
	}
	pursedTable(t, "billing-alarm", []pursed{
		{"none", nil, checks.Fail, "there is none", ""},
		{"its own", edits{own(alarm(nil))}, checks.Pass, "A billing alarm covers", ""},
		{"the payer's", edits{payers(alarm(nil))}, checks.Pass, "A billing alarm of the payer covers", ""},
		{"on another metric", edits{own(alarm(func(a *account.Alarm) { a.Metric = "CPUUtilization" }))}, checks.Fail, "there is none", ""},
		{"of one service", edits{own(alarm(func(a *account.Alarm) { a.Dimensions["ServiceName"] = "AmazonEC2" }))}, checks.Fail, "one service", ""},
		{"of another account", edits{payers(alarm(func(a *account.Alarm) { a.Dimensions["LinkedAccount"] = "444455556666" }))}, checks.Fail, "another account", ""},
		{"that is ringing", edits{own(alarm(func(a *account.Alarm) { a.State = "ALARM" }))}, checks.Pass, "", ""},
		{"that takes no data for good", edits{own(alarm(func(a *account.Alarm) { a.MissingData = "notBreaching" }))}, checks.Unknown, "treats missing data as notBreaching and tells of none that it had", "cloudwatch:DescribeAlarms"},
		{"that ignores missing data", edits{own(alarm(func(a *account.Alarm) { a.MissingData = "ignore" }))}, checks.Unknown, "", "cloudwatch:DescribeAlarms"},
		{"that rings for ever without data", edits{own(alarm(func(a *account.Alarm) { a.MissingData, a.State = "breaching", "ALARM" }))}, checks.Unknown, "", "cloudwatch:DescribeAlarms"},
		{"that takes no data for good, and had some", edits{own(alarm(func(a *account.Alarm) { a.MissingData, a.DataSeen = "notBreaching", true }))}, checks.Pass, "", ""},
		{"that says that missing is missing", edits{own(alarm(func(a *account.Alarm) { a.MissingData = "missing" }))}, checks.Pass, "", ""},
		{"without data for two days", edits{own(alarm(silent(2 * day)))}, checks.Fail, "has had no data since 2026-11-20 06:00 UTC, so that it cannot ring: billing alerts may be switched off", ""},
		{"the payer's without data for two days", edits{payers(alarm(silent(2 * day)))}, checks.Fail, "a billing alarm of the payer has had no data", ""},
		{"without data for an hour", edits{own(alarm(silent(time.Hour)))}, checks.Unknown, "the alarm bill: it has had no data since 2026-11-22 05:00 UTC, and may still get some", "cloudwatch:DescribeAlarms"},
		{"without data for a day to the second", edits{own(alarm(silent(day)))}, checks.Unknown, "", "cloudwatch:DescribeAlarms"},
		{"without data for an hour, on a dead topic", edits{own(alarm(func(a *account.Alarm) {
			silent(time.Hour)(a)
			a.Actions[0] = account.Subscriber{Live: account.No, Why: "the topic does not exist"}
		}))}, checks.Fail, "the topic does not exist", ""},
		{"without data since nobody knows when", edits{own(alarm(func(a *account.Alarm) { a.State = "INSUFFICIENT_DATA" }))}, checks.Unknown, "since when was not told", "cloudwatch:DescribeAlarms"},
		{"without data, and no time of observation", edits{own(alarm(silent(2 * day))), func(c *checks.Case) { c.Facts.ObservedAt = time.Time{} }}, checks.Unknown, "", "cloudwatch:DescribeAlarms"},
		{"that did not tell its state", edits{own(alarm(func(a *account.Alarm) { a.State = "" }))}, checks.Unknown, "did not tell its state", "cloudwatch:DescribeAlarms"},
		{"without the dimension of each metric", edits{own(alarm(func(a *account.Alarm) { a.Dimensions = nil }))}, checks.Fail, "no dimension Currency", ""},
		{"of a small bill", edits{own(alarm(func(a *account.Alarm) { a.Operator = "LessThanOrEqualToThreshold" }))}, checks.Fail, "below its threshold", ""},
		{"of a band", edits{own(alarm(func(a *account.Alarm) { a.Operator = "GreaterThanUpperThreshold" }))}, checks.Unknown, "does not know", "cloudwatch:DescribeAlarms"},
		{"of an expression", edits{own(alarm(func(a *account.Alarm) { a.Math = true }))}, checks.Unknown, "the alarm bill: it looks at an expression", "cloudwatch:DescribeAlarms"},
		{"of an expression, switched off", edits{own(alarm(func(a *account.Alarm) { a.Math, a.ActionsEnabled = true, false }))}, checks.Fail, "switched off", ""},
		{"of an expression, beside one that rings", edits{own(alarm(func(a *account.Alarm) { a.Math = true })), payers(alarm(nil))}, checks.Pass, "", ""},
		{"the payer's alarms are not read", edits{func(c *checks.Case) {
			c.Organization.Alarms = account.Missing[[]account.Alarm](account.Gap{Cause: account.Undecodable, Sentence: "The answer is not one AWS gives."})
		}}, checks.Unknown, "is not known: in the paying account the answer is not one AWS gives.", "cloudwatch:DescribeAlarms"},
		{"of this account", edits{payers(alarm(func(a *account.Alarm) { a.Dimensions["LinkedAccount"] = "111122223333" }))}, checks.Pass, "", ""},
		{"switched off", edits{own(alarm(func(a *account.Alarm) { a.ActionsEnabled = false }))}, checks.Fail, "switched off", ""},
		{"without an action", edits{own(alarm(func(a *account.Alarm) { a.Actions = nil }))}, checks.Fail, "tells nobody", ""},
		{"on a dead topic", edits{own(alarm(func(a *account.Alarm) {
			a.Actions[0] = account.Subscriber{Live: account.No, Why: "the topic does not exist"}
		}))}, checks.Fail, "cannot deliver: the topic does not exist", ""},
		{"on a topic that is not told", edits{own(alarm(func(a *account.Alarm) { a.Actions[0].Live = "" }))}, checks.Unknown, "", "sns:GetTopicAttributes"},
		{"anomalies of all", edits{anomaly(account.AnomalySubscription{Name: "s", Monitors: 1, Whole: true, Subscribers: []account.Subscriber{heard}})}, checks.Pass, "An anomaly subscription", ""},
		{"anomalies of this account", edits{anomaly(account.AnomalySubscription{Name: "s", Monitors: 1, Accounts: []string{"111122223333"}, Subscribers: []account.Subscriber{heard}})}, checks.Pass, "", ""},
		{"anomalies of others", edits{anomaly(account.AnomalySubscription{Name: "s", Monitors: 1, Accounts: []string{"444455556666"}, Subscribers: []account.Subscriber{heard}})}, checks.Fail, "does not watch this account", ""},
		{"anomalies of nothing", edits{anomaly(account.AnomalySubscription{Name: "s", Subscribers: []account.Subscriber{heard}})}, checks.Fail, "no monitor", ""},
		{"anomalies are not read", edits{func(c *checks.Case) {
			c.Organization.AnomalySubscriptions = account.Fact[[]account.AnomalySubscription]{}
		}}, checks.Unknown, "", "ce:GetAnomalySubscriptions"},
		{"an alarm is enough", edits{own(alarm(nil)), func(c *checks.Case) {
			c.Organization.AnomalySubscriptions = account.Fact[[]account.AnomalySubscription]{}
		}}, checks.Pass, "", ""},
		{"alarms denied", edits{func(c *checks.Case) {
			c.Facts.Alarms = account.Missing[[]account.Alarm](account.Gap{Cause: account.Denied})
		}}, checks.Unknown, "denied", "cloudwatch:DescribeAlarms"},
		{"suspended", edits{suspendedCase}, checks.Unknown, "suspended", "cloudwatch:DescribeAlarms"},
	})
}
