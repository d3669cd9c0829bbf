package checks

import (
	"encoding/json"
	"fmt"
	"strings"

	"rootwatch/checks/account"
)

// The shapes of `aws budgets create-budget`, as far as they are used.
type (
	budgetJSON struct {
		BudgetName, BudgetType, TimeUnit string
		BudgetLimit                      struct{ Amount, Unit string }
		CostTypes                        struct{ IncludeCredit, IncludeRefund bool }
		CostFilters                      map[string][]string `json:",omitempty"`
	}
	noticeJSON struct {
		Notification struct {
			NotificationType, ComparisonOperator string
			Threshold                            int
			ThresholdType                        string
		}
		Subscribers []subscriberJSON
	}
	subscriberJSON struct{ SubscriptionType, Address string }
)

// BudgetJSON is the budget as the AWS CLI takes it with --budget.
func (w WantedBudget) BudgetJSON() string {
	b := budgetJSON{BudgetName: w.Name, BudgetType: "COST", TimeUnit: w.TimeUnit}
	b.BudgetLimit.Amount, b.BudgetLimit.Unit = w.Amount.String(), w.Unit
	if w.LinkedAccount != "" {
		b.CostFilters = map[string][]string{"LinkedAccount": {w.LinkedAccount}}
	}
	return textJSON(b)
}

// NotificationsJSON is whom it tells of what, as --notifications-with-subscribers takes it.
func (w WantedBudget) NotificationsJSON() string {
	var n noticeJSON
	n.Notification.NotificationType, n.Notification.ComparisonOperator = "ACTUAL", "GREATER_THAN"
	n.Notification.Threshold, n.Notification.ThresholdType = 100, "PERCENTAGE"
	for _, address := range w.Notify {
		n.Subscribers = append(n.Subscribers, subscriberJSON{"EMAIL", address})
	}
	return textJSON([]noticeJSON{n})
}

func textJSON(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil { // texts and numbers always marshal
		panic(err)
	}
	return strings.TrimSpace(b.String())
}

func (w WantedBudget) cli(id account.ID) string {
	return fmt.Sprintf("aws budgets create-budget --account-id %s \\\n  --budget %s \\\n  --notifications-with-subscribers %s",
		id, shellText(w.BudgetJSON()), shellText(w.NotificationsJSON()))
}

// shellText quotes for a POSIX shell.
func shellText(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func (w WantedBudget) terraform(id account.ID) string {
	var b strings.Builder
	fmt.Fprintf(&b, "resource \"aws_budgets_budget\" %s {\n", terraformText(strings.ReplaceAll(w.Name, "-", "_")))
	fmt.Fprintf(&b, "  account_id   = %s\n  name         = %s\n  budget_type  = \"COST\"\n  time_unit    = %s\n", terraformText(id.String()), terraformText(w.Name), terraformText(w.TimeUnit))
	fmt.Fprintf(&b, "  limit_amount = %s # 1.5 x the median day, rounded up\n  limit_unit   = %s\n\n", terraformText(w.Amount.String()), terraformText(w.Unit))
	b.WriteString("  cost_types {\n    include_credit = false\n    include_refund = false\n  }\n\n")
	if w.LinkedAccount != "" {
		fmt.Fprintf(&b, "  cost_filter {\n    name   = \"LinkedAccount\"\n    values = [%s]\n  }\n\n", terraformText(w.LinkedAccount))
	}
	addresses := make([]string, len(w.Notify))
	for i, address := range w.Notify {
		addresses[i] = terraformText(address)
	}
	fmt.Fprintf(&b, "  notification {\n    notification_type          = \"ACTUAL\"\n    comparison_operator        = \"GREATER_THAN\"\n    threshold                  = 100\n"+
		"    threshold_type             = \"PERCENTAGE\"\n    subscriber_email_addresses = [%s]\n  }\n}\n", strings.Join(addresses, ", "))
	return b.String()
}

// terraformText quotes for HCL, where ${ and %{ begin an expression.
func terraformText(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", "$${", "%{", "%%{", "\n", `\n`).Replace(s) + `"`
}
