package awsorg

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/budgets/types"

	"rootwatch/checks/account"
)

func (b budgetReader) budget(t types.Budget) account.Budget {
	budget := account.Budget{Name: aws.ToString(t.BudgetName), Type: string(t.BudgetType), TimeUnit: string(t.TimeUnit), Idle: idle(t, b.org.now())}
	if limit := t.BudgetLimit; limit != nil {
		budget.Amount, budget.Unit = aws.ToString(limit.Amount), aws.ToString(limit.Unit)
	}
	for _, start := range slices.SortedFunc(maps.Keys(t.PlannedBudgetLimits), bySeconds) {
		planned := t.PlannedBudgetLimits[start]
		budget.Planned = append(budget.Planned, aws.ToString(planned.Amount))
		budget.Unit = cmp.Or(budget.Unit, aws.ToString(planned.Unit))
	}
	if t.CalculatedSpend != nil && t.CalculatedSpend.ActualSpend != nil {
		budget.Actual = aws.ToString(t.CalculatedSpend.ActualSpend.Amount)
	}
	f := filterOf(t)
	budget.Filtered, budget.Accounts = f.filtered(), f.only()
	budget.IncludeCredit, budget.IncludeRefund = !f.noCredit, !f.noRefund
	return budget
}

// bySeconds orders the beginnings of planned periods, which are seconds since
// 1970 as text.
func bySeconds(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }

// idle says why the budget is not at work, "" where it is.
func idle(t types.Budget, now time.Time) string {
	if p := t.TimePeriod; p != nil {
		switch {
		case p.Start != nil && p.Start.After(now):
			return "begins on " + p.Start.UTC().Format(time.DateOnly)
		case p.End != nil && !p.End.After(now):
			return "ended on " + p.End.UTC().Format(time.DateOnly)
		}
	}
	if h := t.HealthStatus; h != nil && h.Status == types.HealthStatusValueUnhealthy {
		return "cannot be computed by AWS (" + clip(string(h.StatusReason), 60) + ")"
	}
	return ""
}

// filter is what a budget leaves out of the bill.
type filter struct {
	accounts           []string // whose cost it looks at, where it names any
	named              bool     // it names accounts
	other              bool     // it looks at a part that is not one of whole accounts
	noCredit, noRefund bool
}

func (f filter) filtered() bool { return f.named || f.other }

func (f filter) only() []string {
	if f.other {
		return nil
	}
	return f.accounts
}

// filterOf reads the old form and the new one, of which a budget may have
// both: AWS shows either for the same filter.
func filterOf(t types.Budget) filter {
	var f filter
	if c := t.CostTypes; c != nil { //nolint:staticcheck // deprecated, and AWS still answers with it; what is absent is true
		f.noCredit, f.noRefund = c.IncludeCredit != nil && !*c.IncludeCredit, c.IncludeRefund != nil && !*c.IncludeRefund
	}
	for key, values := range t.CostFilters { //nolint:staticcheck // deprecated, and AWS still answers with it
		switch {
		case len(values) == 0:
		case key == "LinkedAccount":
			f.name(values)
		default:
			f.other = true
		}
	}
	if t.FilterExpression != nil {
		f.expression(*t.FilterExpression)
	}
	// Each account pays for its primary view; any other is a part or another price.
	if view := aws.ToString(t.BillingViewArn); view != "" && !strings.HasSuffix(view, "billingview/primary") {
		f.other = true
	}
	return f
}

// name narrows the budget to these accounts, and further where it was before.
func (f *filter) name(accounts []string) {
	if !f.named {
		f.named, f.accounts = true, slices.Clone(accounts)
		return
	}
	f.accounts = slices.DeleteFunc(f.accounts, func(a string) bool { return !slices.Contains(accounts, a) })
	f.other = f.other || len(f.accounts) == 0
}

func (f *filter) expression(e types.Expression) {
	for _, part := range e.And {
		f.expression(part)
	}
	if len(e.Or) > 0 || e.Tags != nil || e.CostCategories != nil {
		f.other = true
	}
	if d := e.Dimensions; d != nil {
		if d.Key == types.DimensionLinkedAccount && exact(d.MatchOptions) {
			f.name(d.Values)
		} else {
			f.other = true
		}
	}
	if e.Not != nil {
		f.without(*e.Not)
	}
}

// adjustmentTypes are record types that are no usage: without them a budget
// still looks at all that is used.
var adjustmentTypes = []string{
	"Credit", "Refund", "Tax", "Support fee", "Enterprise Discount Program Discount", "Private Rate Card Discount", "Bundled Discount",
}

func (f *filter) without(e types.Expression) {
	d := e.Dimensions
	if d == nil || d.Key != types.DimensionRecordType || !exact(d.MatchOptions) ||
		slices.ContainsFunc(d.Values, func(v string) bool { return !slices.Contains(adjustmentTypes, v) }) {
		f.other = true
		return
	}
	f.noCredit = f.noCredit || slices.Contains(d.Values, "Credit")
	f.noRefund = f.noRefund || slices.Contains(d.Values, "Refund")
}

// exact reports whether the values are meant whole.
func exact(options []types.MatchOption) bool {
	return !slices.ContainsFunc(options, func(o types.MatchOption) bool {
		return o != types.MatchOptionEquals && o != types.MatchOptionCaseSensitive
	})
}
