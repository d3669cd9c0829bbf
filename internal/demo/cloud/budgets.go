package cloud

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"rootwatch/checks/spend"
)

// AWS's largest pages of budgets, and of notifications and subscribers.
const (
	maxBudgetsPage = 1000
	maxNoticesPage = 100
)

type money struct{ Amount, Unit string }

type budgetOut struct {
	BudgetName, BudgetType, TimeUnit string
	BudgetLimit                      *money           `json:",omitempty"`
	PlannedBudgetLimits              map[string]money `json:",omitempty"`
	CalculatedSpend                  struct{ ActualSpend money }
	TimePeriod                       struct{ Start, End float64 }
	CostFilters                      map[string][]string
	CostTypes                        map[string]bool `json:",omitempty"`
	FilterExpression                 any             `json:",omitempty"`
	Metrics                          []string        `json:",omitempty"`
	LastUpdatedTime                  float64
}

type budgetsPage struct {
	Budgets   []budgetOut
	NextToken string `json:",omitempty"`
	start     string
}

func (p *budgetsPage) empty() { p.Budgets, p.NextToken = []budgetOut{}, p.start }

func (p *budgetsPage) repeat() { p.NextToken = p.start }

type budgetQuery struct {
	AccountID            string `json:"AccountId"`
	BudgetName           string
	Notification         *notificationOut
	MaxResults           *int
	NextToken            string
	ShowFilterExpression bool
}

type notificationOut struct {
	NotificationType, ComparisonOperator string
	Threshold                            float64
	ThresholdType                        string `json:",omitempty"`
	NotificationState                    string `json:",omitempty"`
}

type subscriberOut struct{ SubscriptionType, Address string }

// billing is who asks what about its own budgets. AWS names no policy where
// the root user keeps IAM out of billing.
func (s *Server) billing(q *request) (*Account, budgetQuery, *apiError) {
	var in budgetQuery
	if problem := q.arguments(&in); problem != nil {
		return nil, in, problem
	}
	a := s.accounts[q.caller.id]
	if a.NoBillingAccess {
		return nil, in, q.denied("budgets:ViewBudget", "")
	}
	if in.AccountID != a.ID.String() { // nobody sees another account's budgets
		return nil, in, q.denied("budgets:ViewBudget", "because no resource-based policy allows the budgets:ViewBudget action")
	}
	return a, in, nil
}

func (s *Server) describeBudgets(q *request) (any, *apiError) {
	a, in, problem := s.billing(q)
	if problem != nil {
		return nil, problem
	}
	from, end, next, problem := in.page(len(a.Budgets), maxBudgetsPage)
	if problem != nil {
		return nil, problem
	}
	out := &budgetsPage{Budgets: []budgetOut{}, start: marker(from), NextToken: next}
	for _, b := range a.Budgets[from:end] {
		out.Budgets = append(out.Budgets, s.budgetOut(a, b, in.ShowFilterExpression))
	}
	return out, nil
}

// page is from where to where, and the token of what follows.
func (in budgetQuery) page(all, most int) (from, end int, next string, problem *apiError) {
	size := min(100, most)
	if in.MaxResults != nil {
		if size = *in.MaxResults; size < 1 || size > most {
			return 0, 0, "", invalid("InvalidParameterException", "MaxResults must be between 1 and %d", most)
		}
	}
	from, ok := parseMarker(in.NextToken)
	if !ok {
		return 0, 0, "", invalid("InvalidNextTokenException", "The pagination token is invalid.")
	}
	from = min(from, all)
	if end = min(from+size, all); end < all {
		next = marker(end)
	}
	return from, end, next, nil
}

// distant is the end that AWS gives a budget without one.
var distant = time.Date(2087, time.June, 15, 0, 0, 0, 0, time.UTC)

func (s *Server) budgetOut(a *Account, b Budget, show bool) budgetOut {
	out := budgetOut{BudgetName: b.Name, BudgetType: cmp.Or(b.Type, "COST"), TimeUnit: cmp.Or(b.TimeUnit, "DAILY"), CostFilters: map[string][]string{}}
	if len(b.Planned) == 0 || b.Amount != 0 {
		out.BudgetLimit = &money{b.Amount.String(), s.org.currency()}
	}
	if len(b.Planned) > 0 {
		out.PlannedBudgetLimits = s.planned(b)
	}
	out.CalculatedSpend.ActualSpend = money{a.half(spend.DayOf(s.options.Now())).String(), s.org.currency()}
	begins, end := b.Begins, b.End
	if begins.IsZero() {
		begins = a.Joined
	}
	if end.IsZero() {
		end = distant
	}
	out.TimePeriod.Start, out.TimePeriod.End = seconds(begins), seconds(end)
	out.LastUpdatedTime = seconds(begins)
	var ids []string
	for _, id := range b.Accounts {
		ids = append(ids, id.String())
	}
	if b.Expression {
		out.CostFilters, out.Metrics = nil, []string{"UnblendedCost"}
		if show {
			out.FilterExpression = b.expression(ids)
		}
		return out
	}
	out.CostTypes = map[string]bool{"IncludeCredit": b.NetsCredits, "IncludeRefund": b.NetsCredits, "IncludeTax": true, "IncludeSupport": true,
		"IncludeUpfront": true, "IncludeRecurring": true, "IncludeOtherSubscription": true, "IncludeSubscription": true, "IncludeDiscount": true,
		"UseBlended": false, "UseAmortized": false}
	if len(ids) > 0 {
		out.CostFilters["LinkedAccount"] = ids
	}
	if len(b.Services) > 0 {
		out.CostFilters["Service"] = b.Services
	}
	return out
}

// planned has the beginning of each month in seconds for its key.
func (s *Server) planned(b Budget) map[string]money {
	limits, at := map[string]money{}, s.options.Now().UTC()
	for i, limit := range b.Planned {
		month := time.Date(at.Year(), at.Month()+time.Month(i), 1, 0, 0, 0, 0, time.UTC)
		limits[strconv.FormatInt(month.Unix(), 10)] = money{limit.String(), s.org.currency()}
	}
	return limits
}

func seconds(t time.Time) float64 { return float64(t.Unix()) }

// half is what a day has cost by its noon.
func (a *Account) half(day spend.Day) Money {
	var sum Money
	for _, c := range a.Costs {
		sum += c.On(day, a.ID)
	}
	return sum / 2
}

type budgetExpression struct {
	And        []budgetExpression `json:",omitempty"`
	Not        *budgetExpression  `json:",omitempty"`
	Dimensions *budgetDimension   `json:",omitempty"`
}

type budgetDimension struct {
	Key          string
	Values       []string
	MatchOptions []string `json:",omitempty"`
}

// expression is the filter in the newer form, nil for none.
func (b Budget) expression(ids []string) any {
	var parts []budgetExpression
	if !b.NetsCredits {
		parts = append(parts, budgetExpression{Not: &budgetExpression{Dimensions: &budgetDimension{Key: "RECORD_TYPE", Values: []string{RecordCredit, RecordRefund}}}})
	}
	if len(ids) > 0 {
		parts = append(parts, budgetExpression{Dimensions: &budgetDimension{Key: "LINKED_ACCOUNT", Values: ids, MatchOptions: []string{"EQUALS"}}})
	}
	if len(b.Services) > 0 {
		parts = append(parts, budgetExpression{Dimensions: &budgetDimension{Key: "SERVICE", Values: b.Services}})
	}
	switch len(parts) {
	case 0:
		return nil
	case 1:
		return parts[0]
	}
	return budgetExpression{And: parts}
}

func (s *Server) describeNotificationsForBudget(q *request) (any, *apiError) {
	b, in, problem := s.budget(q)
	if problem != nil {
		return nil, problem
	}
	from, end, next, problem := in.page(len(b.Alerts), maxNoticesPage)
	if problem != nil {
		return nil, problem
	}
	out := []notificationOut{}
	for _, alert := range b.Alerts[from:end] {
		out = append(out, alert.out())
	}
	return withNext(map[string]any{"Notifications": out}, next), nil
}

func withNext(out map[string]any, next string) map[string]any {
	if next != "" {
		out["NextToken"] = next
	}
	return out
}

func (b BudgetAlert) out() notificationOut {
	n := notificationOut{NotificationType: "ACTUAL", ComparisonOperator: "GREATER_THAN", Threshold: cmp.Or(b.Threshold, 100), ThresholdType: "PERCENTAGE", NotificationState: "OK"}
	if b.Forecast {
		n.NotificationType = "FORECASTED"
	}
	if b.Absolute {
		n.ThresholdType = "ABSOLUTE_VALUE"
	}
	return n
}

// describeSubscribersForNotification finds the notification by what it says,
// for it has no name.
func (s *Server) describeSubscribersForNotification(q *request) (any, *apiError) {
	b, in, problem := s.budget(q)
	if problem != nil {
		return nil, problem
	}
	if in.Notification == nil {
		return nil, invalid("InvalidParameterException", "Notification is required")
	}
	i := slices.IndexFunc(b.Alerts, func(a BudgetAlert) bool {
		out := a.out()
		return out.NotificationType == in.Notification.NotificationType && out.Threshold == in.Notification.Threshold &&
			out.ThresholdType == cmp.Or(in.Notification.ThresholdType, "PERCENTAGE")
	})
	if i < 0 {
		return nil, gone("Unable to find the notification")
	}
	all := []subscriberOut{}
	for _, address := range b.Alerts[i].Emails {
		all = append(all, subscriberOut{"EMAIL", address})
	}
	for _, arn := range b.Alerts[i].Topics {
		all = append(all, subscriberOut{"SNS", arn})
	}
	from, end, next, problem := in.page(len(all), maxNoticesPage)
	if problem != nil {
		return nil, problem
	}
	return withNext(map[string]any{"Subscribers": all[from:end]}, next), nil
}

func (s *Server) budget(q *request) (Budget, budgetQuery, *apiError) {
	a, in, problem := s.billing(q)
	if problem != nil {
		return Budget{}, in, problem
	}
	i := slices.IndexFunc(a.Budgets, func(b Budget) bool { return b.Name == in.BudgetName })
	if i < 0 {
		return Budget{}, in, gone("Unable to get budget: " + in.BudgetName + " - the budget doesn't exist.")
	}
	return a.Budgets[i], in, nil
}

func gone(message string) *apiError {
	return &apiError{Status: http.StatusBadRequest, Code: "NotFoundException", Message: message}
}
