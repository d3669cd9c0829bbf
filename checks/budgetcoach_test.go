package checks_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/shopspring/decimal"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

func TestBudgetAmount(t *testing.T) {
	for median, want := range map[string]string{
		"0": "1", "0.4": "1", "0.67": "1.1", "0.9": "1.4", "6.9": "11", "7": "11", "47.3": "71", "100": "150", "337.29": "510", "432": "650", "1234": "1900", "65000": "98000",
	} {
		got := checks.BudgetAmount(decimal.RequireFromString(median))
		if got.String() != want {
			t.Errorf("a median of %s gives %s, want %s", median, got, want)
		}
	}
}

// What the coach proposes is what budget-daily takes, whatever the account costs.
func TestTheCoachProposesWhatTheCheckTakes(t *testing.T) {
	for cents := int64(0); cents < 3_000_000; cents = cents*11/10 + 1 {
		median := decimal.New(cents, -2)
		c := purseCase(ownBudget(func(b *account.Budget) { b.Amount = checks.BudgetAmount(median).String() }))
		c.TypicalDay = usually(median.String(), "0")
		if f := find(t, checks.Run(c), "budget-daily"); f.Status != checks.Pass {
			t.Fatalf("a median of %s: %s", median, f.Summary)
		}
	}
}

func TestCoachBudget(t *testing.T) {
	two := []string{"a@example.com", "b@example.com"}
	nets := ownBudget(func(b *account.Budget) { b.IncludeCredit = true })
	dead := account.Subscriber{Type: "SNS", Address: "arn:aws:sns:us-east-1:111122223333:t", Live: account.No, Why: "nobody has confirmed a subscription to the topic"}
	tests := []struct {
		name   string
		edit   edits
		notify []string
		status checks.Status
		amount string // "" for no proposal
		says   []string
	}{
		{"as it should be", nil, two, checks.Pass, "150", nil},
		{"none", edits{noBudgets}, two, checks.Fail, "150", nil},
		{"nobody to tell", edits{noBudgets}, nil, checks.Fail, "150", []string{"placeholders"}},
		{"one to tell", edits{noBudgets}, two[:1], checks.Fail, "150", []string{"One recipient is not enough"}},
		{"credits pay for all", edits{nets, func(c *checks.Case) { c.TypicalDay = usually("100", "97") }}, two, checks.Fail, "150",
			[]string{"take 97.00 USD off a usual day of 100.00 USD", "cannot fire while they last", "daily-cost stands, the budget daily can be deleted"}},
		{"credits pay for a part", edits{nets, func(c *checks.Case) { c.TypicalDay = usually("100", "20") }}, two, checks.Pass, "150", []string{"fires late"}},
		{"a dead topic", edits{ownBudget(subscribers(dead))}, two, checks.Fail, "150", []string{"cannot deliver: nobody has confirmed"}},
		{"too few days", edits{func(c *checks.Case) {
			c.TypicalDay = account.Missing[checks.TypicalDay](account.Gap{Call: "ce:GetCostAndUsage", Cause: account.NotReady, Sentence: "The bill holds 5 whole days, and a typical day takes 14."})
		}}, two, checks.Unknown, "", []string{"No amount is proposed: The bill holds 5 whole days, and a typical day takes 14."}},
		{"billing is closed", edits{budgetsLost(account.NotEnabled)}, two, checks.Unknown, "150", []string{"root must switch it on"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := checks.CoachBudget(purseCase(tt.edit...), tt.notify)
			if got.Status != tt.status || len(got.Rows) != 3 || got.Exists == nil {
				t.Errorf("%s: %+v", got.Status, got.Rows)
			}
			if tt.amount == "" {
				if got.Wanted != nil || got.Typical != nil {
					t.Errorf("an amount was invented: %+v", got.Wanted)
				}
			} else if got.Wanted == nil || got.Wanted.Amount.String() != tt.amount || got.Wanted.Unit != "USD" || len(got.Wanted.Notify) == 0 {
				t.Errorf("proposed %+v", got.Wanted)
			}
			notes := strings.Join(got.Notes, "\n")
			for _, says := range tt.says {
				if !strings.Contains(notes, says) {
					t.Errorf("%q is not in\n%s", says, notes)
				}
			}
			if len(tt.says) == 0 && notes != "" && tt.status == checks.Pass {
				t.Errorf("there is nothing to say: %s", notes)
			}
		})
	}
}

// The commands are what the AWS CLI and Terraform take, whatever the names.
func TestBudgetCode(t *testing.T) {
	c := purseCase(ownBudget(func(b *account.Budget) { b.Name = "daily-cost" }), func(c *checks.Case) { c.Facts.Role = account.Management })
	notify := []string{"o'brien@example.com", `"${secret}%{if}"@example.com`}
	w := checks.CoachBudget(c, notify).Wanted
	if w.Name != "daily-cost-2" || w.LinkedAccount != "111122223333" {
		t.Errorf("%+v", w)
	}
	var budget struct {
		BudgetName, BudgetType, TimeUnit string
		BudgetLimit                      struct{ Amount, Unit string }
		CostTypes                        map[string]bool
		CostFilters                      map[string][]string
	}
	if err := json.Unmarshal([]byte(w.BudgetJSON()), &budget); err != nil {
		t.Fatal(err)
	}
	if budget.BudgetLimit.Amount != "150" || budget.TimeUnit != "DAILY" || budget.CostTypes["IncludeCredit"] || !slices.Equal(budget.CostFilters["LinkedAccount"], []string{"111122223333"}) {
		t.Errorf("%+v", budget)
	}
	var notices []struct {
		Notification struct {
			NotificationType, ComparisonOperator, ThresholdType string
			Threshold                                           float64
		}
		Subscribers []struct{ SubscriptionType, Address string }
	}
	if err := json.Unmarshal([]byte(w.NotificationsJSON()), &notices); err != nil {
		t.Fatal(err)
	}
	n := notices[0]
	if n.Notification.Threshold != 100 || n.Notification.NotificationType != "ACTUAL" || len(n.Subscribers) != 2 || n.Subscribers[1].Address != notify[1] {
		t.Errorf("%+v", n)
	}
	if !strings.Contains(w.CLI, `o'\''brien`) || strings.Contains(w.CLI, checks.AccountPlaceholder) {
		t.Error(w.CLI)
	}
	file, problems := hclparse.NewParser().ParseHCL([]byte(w.Terraform), "budget.tf")
	if problems.HasErrors() {
		t.Fatalf("%v\n%s", problems, w.Terraform)
	}
	resource := file.Body.(*hclsyntax.Body).Blocks[0]
	if !slices.Equal(resource.Labels, []string{"aws_budgets_budget", "daily_cost_2"}) {
		t.Errorf("labels %v", resource.Labels)
	}
	for _, block := range resource.Body.Blocks {
		if block.Type != "notification" {
			continue
		}
		value, problems := block.Body.Attributes["subscriber_email_addresses"].Expr.Value(&hcl.EvalContext{})
		if problems.HasErrors() || value.LengthInt() != 2 || value.AsValueSlice()[1].AsString() != notify[1] {
			t.Errorf("%v %v", problems, value)
		}
	}
}

// The texts in the checks are valid as well.
func TestBudgetRemediationIsTerraform(t *testing.T) {
	for _, id := range []string{"budget-exists", "billing-alarm"} {
		check, _ := checks.Find(id)
		if _, problems := hclparse.NewParser().ParseHCL([]byte(check.Remediation.Terraform), id+".tf"); problems.HasErrors() {
			t.Errorf("%s: %v", id, problems)
		}
	}
}
