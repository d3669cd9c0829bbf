package cloud_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/budgets"
	"github.com/aws/aws-sdk-go-v2/service/budgets/types"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"rootwatch/checks/account"
	"rootwatch/internal/demo/cloud"
)

// withBudgets adds the operations on budgets, topics and anomalies, asked of
// the management account.
func withBudgets(cfg aws.Config, w world, all map[string]func(context.Context) error) map[string]func(context.Context) error {
	const id, name = "111122223333", "daily-cost"
	all["budgets:DescribeBudgets"] = func(ctx context.Context) error {
		_, err := budgets.NewFromConfig(cfg).DescribeBudgets(ctx, &budgets.DescribeBudgetsInput{AccountId: aws.String(id)})
		return err
	}
	all["budgets:DescribeNotificationsForBudget"] = func(ctx context.Context) error {
		_, err := budgets.NewFromConfig(cfg).DescribeNotificationsForBudget(ctx, &budgets.DescribeNotificationsForBudgetInput{AccountId: aws.String(id), BudgetName: aws.String(name)})
		return err
	}
	all["budgets:DescribeSubscribersForNotification"] = func(ctx context.Context) error {
		_, err := budgets.NewFromConfig(cfg).DescribeSubscribersForNotification(ctx, &budgets.DescribeSubscribersForNotificationInput{
			AccountId: aws.String(id), BudgetName: aws.String(name), Notification: &types.Notification{NotificationType: types.NotificationTypeActual, ComparisonOperator: types.ComparisonOperatorGreaterThan, Threshold: 100}})
		return err
	}
	w.Update(func(o *cloud.Organization) {
		o.Management().Topics = []cloud.Topic{{Name: "payer", Region: cfg.Region, Confirmed: 1}}
	})
	all["sns:GetTopicAttributes"] = func(ctx context.Context) error {
		_, err := sns.NewFromConfig(cfg).GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: aws.String("arn:aws:sns:" + cfg.Region + ":" + id + ":payer")})
		return err
	}
	all["ce:GetAnomalySubscriptions"] = func(ctx context.Context) error {
		_, err := costexplorer.NewFromConfig(cfg).GetAnomalySubscriptions(ctx, nil)
		return err
	}
	all["ce:GetAnomalyMonitors"] = func(ctx context.Context) error {
		_, err := costexplorer.NewFromConfig(cfg).GetAnomalyMonitors(ctx, nil)
		return err
	}
	return all
}

// permissionFor is the action that allows an operation: for most its own name.
func permissionFor(operation string) string {
	if strings.HasPrefix(operation, "budgets:") {
		return "budgets:ViewBudget"
	}
	return operation
}

func TestBudgetsAreTheAccountsOwn(t *testing.T) {
	w := demo(t)
	member := budgets.NewFromConfig(w.in(t, "210987654321"))
	out, err := member.DescribeBudgets(t.Context(), &budgets.DescribeBudgetsInput{AccountId: aws.String("210987654321"), ShowFilterExpression: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	b := out.Budgets[0]
	if len(out.Budgets) != 1 || b.TimeUnit != types.TimeUnitDaily || *b.BudgetLimit.Unit != "USD" || b.CostTypes != nil || *b.CalculatedSpend.ActualSpend.Amount == "" || b.TimePeriod.End.Year() != 2087 { //nolint:staticcheck // CostTypes is deprecated, and AWS still answers with it
		t.Errorf("%+v", b)
	}
	_, err = member.DescribeBudgets(t.Context(), &budgets.DescribeBudgetsInput{AccountId: aws.String("111122223333")})
	if denied := wantCode(t, err, "AccessDeniedException"); !strings.Contains(denied.ErrorMessage(), "because no") {
		t.Error(denied)
	}
	// IAM is kept out of billing there, and no policy is the reason.
	_, err = budgets.NewFromConfig(w.in(t, "100000000028")).DescribeBudgets(t.Context(), &budgets.DescribeBudgetsInput{AccountId: aws.String("100000000028")})
	if closed := wantCode(t, err, "AccessDeniedException"); strings.Contains(closed.ErrorMessage(), "because") || strings.Contains(closed.ErrorMessage(), "explicit") {
		t.Error(closed)
	}
	_, err = member.DescribeNotificationsForBudget(t.Context(), &budgets.DescribeNotificationsForBudgetInput{AccountId: aws.String("210987654321"), BudgetName: aws.String("none")})
	wantCode(t, err, "NotFoundException")
}

func TestPlannedBudget(t *testing.T) {
	org := cloud.DemoOrganization(today)
	org.Accounts[0].Budgets = []cloud.Budget{
		{Name: "untold", TimeUnit: "MONTHLY", Planned: []cloud.Money{100 * cloud.Dollar, 250 * cloud.Dollar}},
		{Name: "told", TimeUnit: "MONTHLY", Amount: 100 * cloud.Dollar, Planned: []cloud.Money{100 * cloud.Dollar, 250 * cloud.Dollar}},
	}
	w := start(t, org, cloud.Options{})
	out, err := budgets.NewFromConfig(w.cfg).DescribeBudgets(t.Context(), &budgets.DescribeBudgetsInput{AccountId: aws.String("111122223333")})
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range out.Budgets {
		if told := b.BudgetLimit != nil; told != (i == 1) || len(b.PlannedBudgetLimits) != 2 {
			t.Errorf("%s: %+v, %+v", *b.BudgetName, b.BudgetLimit, b.PlannedBudgetLimits)
		}
		var amounts []string
		for start, limit := range b.PlannedBudgetLimits {
			amounts = append(amounts, *limit.Amount)
			if seconds, err := strconv.ParseInt(start, 10, 64); err != nil || time.Unix(seconds, 0).UTC().Day() != 1 {
				t.Errorf("%s begins at %s", *b.BudgetName, start)
			}
		}
		if slices.Sort(amounts); !slices.Equal(amounts, []string{"100", "250"}) {
			t.Errorf("%s: %v", *b.BudgetName, amounts)
		}
	}
}

func TestBudgetsComeInPages(t *testing.T) {
	org := cloud.DemoOrganization(today)
	org.Accounts[0].Budgets = []cloud.Budget{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	w := start(t, org, cloud.Options{})
	pages := budgets.NewDescribeBudgetsPaginator(budgets.NewFromConfig(w.cfg), &budgets.DescribeBudgetsInput{AccountId: aws.String("111122223333"), MaxResults: aws.Int32(2)})
	var names string
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range page.Budgets {
			names += *b.BudgetName
		}
	}
	if names != "abc" || w.CallCount("budgets", "DescribeBudgets") != 2 {
		t.Errorf("%s in %d calls", names, w.CallCount("budgets", "DescribeBudgets"))
	}
}

func TestTopicsAnswerTheirOwnAccount(t *testing.T) {
	w := demo(t)
	ask := func(cfg aws.Config, region, arn string) (map[string]string, error) {
		cfg.Region = region
		out, err := sns.NewFromConfig(cfg).GetTopicAttributes(t.Context(), &sns.GetTopicAttributesInput{TopicArn: &arn})
		if err != nil {
			return nil, err
		}
		return out.Attributes, nil
	}
	own := w.in(t, "100000000011")
	const arn = "arn:aws:sns:us-east-1:100000000011:cost-alerts"
	attributes, err := ask(own, "us-east-1", arn)
	if err != nil || attributes["SubscriptionsConfirmed"] != "3" || !strings.Contains(attributes["Policy"], "budgets.amazonaws.com") {
		t.Errorf("%v %v", attributes, err)
	}
	_, err = ask(own, "eu-west-1", arn)
	wantCode(t, err, "NotFound")
	_, err = ask(own, "us-east-1", arn+"-2")
	wantCode(t, err, "NotFound")
	_, err = ask(w.in(t, "100000000018"), "us-east-1", arn)
	wantCode(t, err, "AuthorizationError")
	_, err = ask(own, "us-east-1", "cost-alerts")
	wantCode(t, err, "InvalidParameter")
}

func TestAnomaliesAreThePayers(t *testing.T) {
	w := demo(t)
	out, err := costexplorer.NewFromConfig(w.cfg).GetAnomalySubscriptions(t.Context(), nil)
	if err != nil || len(out.AnomalySubscriptions) != 1 || len(out.AnomalySubscriptions[0].MonitorArnList) != 1 {
		t.Fatalf("%+v %v", out, err)
	}
	monitors, err := costexplorer.NewFromConfig(w.cfg).GetAnomalyMonitors(t.Context(), nil)
	if err != nil || len(monitors.AnomalyMonitors[0].MonitorSpecification.Dimensions.Values) != 37 {
		t.Errorf("%+v %v", monitors, err)
	}
	none, err := costexplorer.NewFromConfig(w.in(t, "210987654321")).GetAnomalySubscriptions(t.Context(), nil)
	if err != nil || len(none.AnomalySubscriptions) != 0 {
		t.Errorf("a member: %+v %v", none, err)
	}
}

// A copy shares nothing with the truth.
func TestBudgetsAreCopied(t *testing.T) {
	org := cloud.DemoOrganization(today)
	w := start(t, org, cloud.Options{})
	copied := w.Organization()
	copied.Accounts[0].Budgets[0].Alerts[0].Emails[0] = "x@example.com"
	copied.Accounts[0].Budgets[0].Accounts[0] = account.ID{}
	if b := w.Organization().Accounts[0].Budgets[0]; b.Alerts[0].Emails[0] == "x@example.com" || b.Accounts[0].IsZero() {
		t.Error("a change of a copy reached the truth")
	}
}
