package checks_test

import (
	"testing"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// A budget whose limits are planned month by month speaks in time where all of
// them say so, and where they differ AWS has to tell the running one.
func TestAlertAtASumOfAPlannedBudget(t *testing.T) {
	planned := func(amount string, threshold float64, limits ...string) func(*checks.Case) {
		return ownBudget(func(b *account.Budget) {
			subscribers(mailTo("a@example.com"), mailTo("b@example.com"))(b)
			b.TimeUnit, b.Amount, b.Planned = "MONTHLY", amount, limits
			b.Notifications[0].Absolute, b.Notifications[0].Threshold = true, threshold
		})
	}
	alone := func(c *checks.Case) {
		list, _ := c.Facts.Budgets.Get()
		list[0].Notifications[0].Subscribers = list[0].Notifications[0].Subscribers[:1]
	}
	percent := func(c *checks.Case) {
		list, _ := c.Facts.Budgets.Get()
		list[0].Notifications[0].Absolute = false
	}
	pursedTable(t, "budget-alert", []pursed{
		{"below all of them", edits{planned("", 100, "100", "200.0", "150")}, checks.Pass, "2 addresses", ""},
		{"above all of them", edits{planned("", 201, "100", "200")}, checks.Fail, "on actual cost", ""},
		{"between them", edits{planned("", 150, "100", "200")}, checks.Unknown, "of the budget daily AWS did not tell the running period's limit", "budgets:ViewBudget"},
		{"between them, to one address", edits{planned("", 150, "100", "200"), alone}, checks.Fail, "no alert of it is on actual cost", ""},
		{"between them, and the running one is told", edits{planned("200", 150, "100", "200")}, checks.Pass, "", ""},
		{"the same, above it", edits{planned("100", 150, "100", "200")}, checks.Fail, "", ""},
		{"no limit is told", edits{planned("", 150)}, checks.Unknown, "the running period's limit", "budgets:ViewBudget"},
		{"one is no number", edits{planned("", 150, "200", "many")}, checks.Unknown, "", "budgets:ViewBudget"},
		{"in percent", edits{planned("", 90, "1", "2"), percent}, checks.Pass, "", ""},
	})
}

// Who is told by an alert may be refused where the budgets are not: only what
// rests on it is unknown.
func TestBudgetsWithoutTheirSubscribers(t *testing.T) {
	gap := account.Gap{Call: "budgets:ViewBudget", Cause: account.Throttled, Sentence: "AWS answered too slowly."}
	unread := ownBudget(func(b *account.Budget) {
		subscribers()(b)
		b.Notifications[0].Gap = &gap
	})
	forecast := ownBudget(func(b *account.Budget) {
		b.Notifications[0].Type = "FORECASTED"
	})
	beside := ownBudget(func(b *account.Budget) {
		b.Notifications = append(b.Notifications, account.BudgetNotification{Type: "ACTUAL", Operator: "GREATER_THAN", Threshold: 80,
			Subscribers: []account.Subscriber{mailTo("a@example.com"), mailTo("b@example.com")}})
	})
	noAlerts := ownBudget(func(b *account.Budget) { b.Notifications, b.Gap = nil, &gap })
	for _, id := range []string{"budget-exists", "budget-daily", "billing-access"} {
		pursedTable(t, id, []pursed{
			{id + " without subscribers", edits{unread}, checks.Pass, "", ""},
			{id + " without alerts", edits{noAlerts}, checks.Pass, "", ""},
		})
	}
	pursedTable(t, "budget-alert", []pursed{
		{"subscribers", edits{unread}, checks.Unknown, "budgets:ViewBudget was throttled", "budgets:ViewBudget"},
		{"of the forecast", edits{unread, forecast}, checks.Fail, "on actual cost", ""},
		{"beside another alert", edits{unread, beside}, checks.Pass, "2 addresses", ""},
		{"alerts", edits{noAlerts}, checks.Unknown, "throttled", "budgets:ViewBudget"},
		{"of the payer's", edits{noBudgets, payersBudget(account.Budget{Name: "all", Type: "COST", TimeUnit: "MONTHLY", Amount: "9", Unit: "USD", Gap: &gap})}, checks.Unknown, "throttled", "budgets:ViewBudget"},
	})
}
