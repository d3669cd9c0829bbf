package cloud

import (
	"slices"
	"time"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// cleanBudget is the daily budget of a clean account: so many dollars, and two
// lists to tell.
func cleanBudget(amount Money) Budget {
	return Budget{Name: "daily-cost", Amount: amount, Alerts: []BudgetAlert{{Emails: []string{"finops@example.com", "security@example.com"}}}}
}

// usualDays is how many days the demo's usual day is taken from.
const usualDays = 56

// usualDay is the median of what the account used in a day, before credits and tax.
func (a *Account) usualDay(today spend.Day) Money {
	var sums []Money
	for day := today - usualDays; day < today-1; day++ {
		var sum Money
		for _, c := range a.Costs {
			if r := c.record(); r == RecordUsage || r == RecordSupport {
				sum += c.On(day, a.ID)
			}
		}
		sums = append(sums, sum)
	}
	slices.Sort(sums)
	return sums[len(sums)/2]
}

// demoBudgets gives each account a daily budget of 1.5 times its usual day, in
// whole dollars, and then what is wrong with some.
func demoBudgets(org *Organization, today time.Time) {
	day := spend.DayOf(today)
	for _, a := range org.Accounts {
		amount := max((a.usualDay(day)*3/2/Dollar)*Dollar, Dollar)
		a.Budgets = []Budget{cleanBudget(amount)}
		if fault := budgetFaults[a.Name]; fault != nil {
			fault(a, org)
		}
	}
	payer := org.Management()
	payer.Budgets[0].Accounts = []account.ID{payer.ID} // else it would be the whole bill's
	var watched []account.ID
	for _, a := range org.Accounts {
		if !slices.Contains(unwatched, a.Name) {
			watched = append(watched, a.ID)
		}
	}
	org.Anomalies = []AnomalySubscription{{Name: "spring-2025", Accounts: watched, Emails: []string{"finops@example.com"}}}
}

// unwatched came after the payer's anomaly monitor was made.
var unwatched = []string{"event-tickets", "support-desk", "documentation"}

// demoTopic is the central topic for costs, which lies in another account.
const demoTopic = "cost-alerts"

// budgetFaults is what is peculiar in which account.
var budgetFaults = map[string]func(*Account, *Organization){
	"legacy-web":       func(a *Account, _ *Organization) { a.Budgets = nil },
	"marketing-site":   budget(func(b *Budget) { b.Name, b.TimeUnit, b.Amount = "My monthly budget", "MONTHLY", b.Amount*20 }),
	"analytics-prod":   budget(func(b *Budget) { b.Amount *= 5 }),
	"ml-research":      budget(func(b *Budget) { b.Alerts[0].Forecast = true }),
	"crm-sync":         budget(func(b *Budget) { b.Alerts[0].Emails = []string{"crm@example.com"} }),
	"iot-lab":          budget(func(b *Budget) { b.Name, b.Type = "hours", "USAGE" }),
	"iot-gateway":      budget(func(b *Budget) { b.Name, b.Services = "compute", []string{ServiceEC2} }),
	"dev-alice":        budget(func(b *Budget) { b.NetsCredits = true }),
	"sandbox-dev":      budget(func(b *Budget) { b.NetsCredits, b.Expression = true, true }),
	"hr-portal":        func(a *Account, _ *Organization) { a.NoBillingAccess = true },
	"shared-network":   paidFor,
	"mobile-api":       toTopic(Topic{Name: "spend", Region: "us-east-1", Pending: 1, Publishers: []string{"budgets.amazonaws.com"}}),
	"prod-search":      toTopic(Topic{Name: "spend", Region: "us-east-1", Confirmed: 2}),
	"billing-exports":  toTopic(Topic{Name: "spend", Region: "eu-west-1", Confirmed: 1, Publishers: []string{"budgets.amazonaws.com"}}),
	"security-tooling": central,
	"prod-checkout":    toCentral,
	"staging-checkout": toCentral,
	"artifact-store":   budget(func(b *Budget) { b.Expression = true }),
}

func budget(change func(*Budget)) func(*Account, *Organization) {
	return func(a *Account, _ *Organization) { change(&a.Budgets[0]) }
}

// paidFor has its budget in the payer, whose filter names the account.
func paidFor(a *Account, org *Organization) {
	b := a.Budgets[0]
	b.Name, b.Accounts = a.Name, []account.ID{a.ID}
	org.Management().Budgets = append(org.Management().Budgets, b)
	a.Budgets = nil
}

// toTopic tells nobody but a topic of the account.
func toTopic(t Topic) func(*Account, *Organization) {
	return func(a *Account, org *Organization) {
		a.Topics = []Topic{t}
		a.Budgets[0].Alerts = []BudgetAlert{{Threshold: 80, Topics: []string{org.TopicARN(a.ID, t.Region, t.Name)}}}
	}
}

// central holds the topic that other accounts speak to.
func central(a *Account, _ *Organization) {
	a.Topics = append(a.Topics, Topic{Name: demoTopic, Region: "us-east-1", Confirmed: 3, Publishers: []string{"budgets.amazonaws.com"}})
}

func toCentral(a *Account, org *Organization) {
	i := slices.IndexFunc(org.Accounts, func(x *Account) bool { return x.Name == "security-tooling" })
	a.Budgets[0].Alerts = []BudgetAlert{{Topics: []string{org.TopicARN(org.Accounts[i].ID, "us-east-1", demoTopic)}}}
}
