package cloud

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize/english"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// Budget is an AWS budget.
type Budget struct {
	Name     string
	Type     string // "" is COST
	TimeUnit string // "" is DAILY
	Amount   Money
	// Planned are the limits from this month on, where they differ. Without an
	// Amount AWS does not tell which of them is the running one's.
	Planned []Money
	// Accounts and Services are what its filter names, none for the whole bill.
	Accounts []account.ID
	Services []string
	// NetsCredits counts credits and refunds, as AWS does where nobody says otherwise.
	NetsCredits bool
	// Expression tells the filter and the credits in the form that came in 2025.
	Expression  bool
	Begins, End time.Time // zero: long ago, and never
	Alerts      []BudgetAlert
}

// BudgetAlert is one notification of a budget.
type BudgetAlert struct {
	Forecast  bool
	Threshold float64 // 0 is 100
	Absolute  bool    // the threshold is an amount
	Emails    []string
	Topics    []string // ARNs
}

// Topic is an SNS topic.
type Topic struct {
	Name, Region       string
	Confirmed, Pending int
	// Publishers are the services that its policy lets in, beside the account itself.
	Publishers []string
	Key        string // of its encryption; "" for none
}

// AnomalySubscription is one of Cost Anomaly Detection, with its monitor.
type AnomalySubscription struct {
	Name string
	// Accounts are those that its monitor names; none for one over all services.
	Accounts  []account.ID
	NoMonitor bool // the monitor was deleted
	Emails    []string
	Topics    []string // ARNs
}

// TopicARN is the ARN of a topic of the account.
func (o *Organization) TopicARN(id account.ID, region, name string) string {
	return strings.Replace(o.arn("sns", name, id), "::", ":"+region+":", 1)
}

// Topic is the topic with this ARN, nil where there is none.
func (o *Organization) Topic(arn string) *Topic {
	parts := strings.Split(arn, ":")
	if len(parts) != 6 || parts[2] != "sns" {
		return nil
	}
	id, err := account.ParseID(parts[4])
	if err != nil {
		return nil
	}
	a := o.Account(id)
	if a == nil {
		return nil
	}
	for i, t := range a.Topics {
		if t.Name == parts[5] && t.Region == parts[3] {
			return &a.Topics[i]
		}
	}
	return nil
}

func cloneBudgets(budgets []Budget) []Budget {
	c := slices.Clone(budgets)
	for i, b := range c {
		c[i].Accounts, c[i].Services, c[i].Alerts = slices.Clone(b.Accounts), slices.Clone(b.Services), slices.Clone(b.Alerts)
		c[i].Planned = slices.Clone(b.Planned)
		for j, alert := range c[i].Alerts {
			c[i].Alerts[j].Emails, c[i].Alerts[j].Topics = slices.Clone(alert.Emails), slices.Clone(alert.Topics)
		}
	}
	return c
}

// budgetTruths are what is peculiar about the account's budgets.
func (a *Account) budgetTruths(asOf time.Time) []string {
	var t []string
	if a.NoBillingAccess {
		t = append(t, "IAM has no access to billing")
	}
	if len(a.Budgets) == 0 {
		return append(t, "no budget")
	}
	usual := a.usualDay(spend.DayOf(asOf))
	for _, b := range a.Budgets {
		if b.TimeUnit == "" && usual > 0 && b.Amount > 2*usual+Dollar {
			t = append(t, fmt.Sprintf("budget is %d times the usual day", b.Amount/usual))
		}
		if b.Type != "" || b.TimeUnit != "" || len(b.Services) > 0 || b.NetsCredits {
			t = append(t, "budget "+b.words())
		}
		for _, alert := range b.Alerts {
			if alert.Forecast || len(alert.Topics) > 0 || len(alert.Emails) < 2 {
				t = append(t, "budget "+alert.words())
			}
		}
	}
	for _, topic := range a.Topics {
		t = append(t, fmt.Sprintf("topic %s is heard by %d", topic.Name, topic.Confirmed))
	}
	return t
}

func (b Budget) words() string {
	words := strings.ToLower(strings.Trim(b.TimeUnit+" "+b.Type, " "))
	if words == "" {
		words = "daily"
	}
	if b.NetsCredits {
		words += " nets credits"
	}
	if len(b.Services) > 0 {
		words += " looks at one service"
	}
	return "is " + words
}

func (b BudgetAlert) words() string {
	kind := "actual cost"
	if b.Forecast {
		kind = "the forecast"
	}
	return fmt.Sprintf("alerts on %s, to %s and %s", kind, english.Plural(len(b.Emails), "address", "addresses"), english.Plural(len(b.Topics), "topic", "topics"))
}
