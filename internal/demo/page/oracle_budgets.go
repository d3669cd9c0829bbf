package page

import (
	"fmt"
	"slices"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/spend"
	"rootwatch/internal/demo/cloud"
)

func init() {
	oracle["billing-access"] = billingAccess
	oracle["budget-exists"] = budgetExists
	oracle["budget-daily"] = budgetDaily
	oracle["budget-alert"] = budgetAlert
	oracle["billing-alarm"] = billingAlarm
}

func billingAccess(_ *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	if a.NoBillingAccess {
		return checks.Fail, "closed to IAM"
	}
	return checks.Pass, "open"
}

// about reports whether a budget is about all that an account costs, and about
// nothing else.
func about(b cloud.Budget, org *cloud.Organization, owner, a *cloud.Account, at time.Time) (covers, alone bool) {
	if b.Type != "" && b.Type != "COST" || len(b.Services) > 0 || b.Begins.After(at) || !b.End.IsZero() && b.End.Before(at) {
		return false, false
	}
	if len(b.Accounts) > 0 {
		return slices.Contains(b.Accounts, a.ID), len(b.Accounts) == 1
	}
	return true, owner != org.Management()
}

// purse is every budget about the account, and those about its days alone.
func purse(org *cloud.Organization, a *cloud.Account, at time.Time) (all, days []cloud.Budget) {
	owners := []*cloud.Account{a}
	if payer := org.Management(); payer != a {
		owners = append(owners, payer)
	}
	for _, owner := range owners {
		for _, b := range owner.Budgets {
			covers, alone := about(b, org, owner, a, at)
			if covers {
				all = append(all, b)
			}
			if covers && alone && (b.TimeUnit == "" || b.TimeUnit == "DAILY") {
				days = append(days, b)
			}
		}
	}
	return all, days
}

func budgetExists(org *cloud.Organization, a *cloud.Account, at time.Time) (checks.Status, string) {
	if all, _ := purse(org, a, at); len(all) > 0 {
		return checks.Pass, "covered"
	}
	return checks.Fail, "not covered"
}

// usual is the median of the last eight whole weeks, before credits, and of
// what credits took off.
func usual(a *cloud.Account, at time.Time) (cost, credits cloud.Money) {
	var costs, taken []cloud.Money
	for day := spend.DayOf(at) - 57; day <= spend.DayOf(at)-2; day++ {
		var cost, credit cloud.Money
		for _, c := range a.Costs {
			switch c.Record {
			case "", cloud.RecordUsage, cloud.RecordSupport:
				cost += c.On(day, a.ID)
			case cloud.RecordCredit:
				credit -= c.On(day, a.ID)
			}
		}
		costs, taken = append(costs, cost), append(taken, credit)
	}
	slices.Sort(costs)
	slices.Sort(taken)
	return costs[len(costs)/2], taken[len(taken)/2]
}

func budgetDaily(org *cloud.Organization, a *cloud.Account, at time.Time) (checks.Status, string) {
	_, days := purse(org, a, at)
	if len(days) == 0 {
		return checks.Fail, "no daily budget"
	}
	cost, credits := usual(a, at)
	for _, b := range days {
		speaks := b.Amount
		if b.NetsCredits {
			if credits*10 >= cost*9 {
				continue
			}
			speaks += credits
		}
		if speaks*10 >= cost*12 && speaks <= max(2*cost, cloud.Dollar) {
			return checks.Pass, "fits"
		}
	}
	return checks.Fail, fmt.Sprintf("$%d for a usual $%d", days[0].Amount/cloud.Dollar, cost/cloud.Dollar)
}

// hears reports whether a topic brings a service's word to anybody.
func hears(org *cloud.Organization, arn, service string) bool {
	t := org.Topic(arn)
	return t != nil && t.Confirmed > 0 && t.Key == "" && slices.Contains(t.Publishers, service)
}

func budgetAlert(org *cloud.Organization, a *cloud.Account, at time.Time) (checks.Status, string) {
	all, days := purse(org, a, at)
	if len(days) > 0 {
		all = days
	}
	for _, b := range all {
		people := map[string]bool{}
		for _, alert := range b.Alerts {
			if alert.Forecast || !inTime(b, alert) {
				continue
			}
			for _, address := range alert.Emails {
				people[address] = true
			}
			for _, arn := range alert.Topics {
				if hears(org, arn, "budgets.amazonaws.com") {
					return checks.Pass, "a topic hears"
				}
			}
		}
		if len(people) > 1 {
			return checks.Pass, fmt.Sprintf("%d people", len(people))
		}
	}
	return checks.Fail, "reaches too few"
}

// inTime holds of an alert at the limit of the running period or below it, told
// or not.
func inTime(b cloud.Budget, alert cloud.BudgetAlert) bool {
	limit := b.Amount
	if limit == 0 && len(b.Planned) > 0 {
		limit = b.Planned[0]
	}
	if alert.Absolute {
		return cloud.Dollars(alert.Threshold) <= limit
	}
	return alert.Threshold <= 100
}

func billingAlarm(org *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	for _, s := range org.Anomalies {
		about := len(s.Accounts) == 0 || slices.Contains(s.Accounts, a.ID)
		heard := len(s.Emails) > 0 || slices.ContainsFunc(s.Topics, func(arn string) bool { return hears(org, arn, "costalerts.amazonaws.com") })
		if about && heard && !s.NoMonitor {
			return checks.Pass, "anomalies"
		}
	}
	for _, owner := range []*cloud.Account{a, org.Management()} {
		for _, alarm := range owner.Watch.Alarms {
			linked := alarm.Dimensions["LinkedAccount"]
			about := alarm.Metric == "EstimatedCharges" && alarm.Dimensions["ServiceName"] == "" && (linked == "" || linked == a.ID.String())
			rings := alarm.Dimensions["Currency"] != "" && !alarm.Below && alarm.NoDataSince.IsZero()
			if about && rings && !alarm.ActionsOff && slices.ContainsFunc(alarm.Actions, func(arn string) bool { return org.Topic(arn) != nil && org.Topic(arn).Confirmed > 0 }) {
				return checks.Pass, "an alarm"
			}
		}
	}
	return checks.Fail, "nobody hears"
}
