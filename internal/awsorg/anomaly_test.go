package awsorg_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rootwatch/checks/account"
)

func TestAnomalySubscriptions(t *testing.T) {
	subscription := func(more string) string {
		return `{"AnomalySubscriptions":[{"SubscriptionName":"daily","SubscriptionArn":"arn:aws:ce::111122223333:anomalysubscription/s","Frequency":"DAILY",` + more + `}]}`
	}
	const mail = `"Subscribers":[{"Type":"EMAIL","Address":"a@example.com","Status":"CONFIRMED"},{"Type":"EMAIL","Address":"b@example.com","Status":"DECLINED"}]`
	monitors := func(more string) reply {
		return reply{body: `{"AnomalyMonitors":[{"MonitorName":"m","MonitorArn":"m1",` + more + `}]}`}
	}
	want := account.AnomalySubscription{Name: "daily", Frequency: "DAILY", Monitors: 1, Subscribers: []account.Subscriber{
		{Type: "EMAIL", Live: account.Yes}, {Type: "EMAIL", Live: account.No, Why: "the address declined"}}}
	with := func(whole bool, accounts ...string) account.AnomalySubscription {
		w := want
		w.Whole, w.Accounts = whole, accounts
		return w
	}
	tests := []struct {
		name    string
		monitor string
		want    account.AnomalySubscription
	}{
		{"over services", `"MonitorType":"DIMENSIONAL","MonitorDimension":"SERVICE"`, with(true)},
		{"over a tag", `"MonitorType":"DIMENSIONAL","MonitorDimension":"TAG"`, with(false)},
		{"of accounts", `"MonitorType":"CUSTOM","MonitorSpecification":{"Dimensions":{"Key":"LINKED_ACCOUNT","Values":["444455556666"]}}`, with(false, member)},
		{"of a cost category", `"MonitorType":"CUSTOM","MonitorSpecification":{"CostCategories":{"Key":"team","Values":["a"]}}`, with(false)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloud(t, payer)
			c.on("ce:GetAnomalySubscriptions", fixed(200, subscription(`"MonitorArnList":["m1"],`+mail)))
			c.on("ce:GetAnomalyMonitors", func(call) reply { return monitors(tt.monitor) })
			spent := 0
			got, known := open(t, options()).AnomalySubscriptions(t.Context(), func(n int) error { spent += n; return nil }).Get()
			if diff := cmp.Diff([]account.AnomalySubscription{tt.want}, got); diff != "" || !known || spent != 2 {
				t.Errorf("%d requests: %s", spent, diff)
			}
		})
	}
	t.Run("without monitors one request is enough", func(t *testing.T) {
		c := newCloud(t, payer)
		c.on("ce:GetAnomalySubscriptions", fixed(200, `{"AnomalySubscriptions":[]}`))
		spent := 0
		got, known := open(t, options()).AnomalySubscriptions(t.Context(), func(n int) error { spent += n; return nil }).Get()
		if !known || len(got) != 0 || spent != 1 {
			t.Errorf("%+v, %d requests", got, spent)
		}
	})
	t.Run("a cap forbids it", func(t *testing.T) {
		c := newCloud(t, payer)
		fact := open(t, options()).AnomalySubscriptions(t.Context(), func(int) error { return errors.New("the cap is reached") })
		if gap := fact.Gap(); gap.Cause != account.OverBudget || gap.Call != "ce:GetAnomalySubscriptions" || len(c.made("ce:GetAnomalySubscriptions")) != 0 {
			t.Errorf("%+v", gap)
		}
	})
	t.Run("from a member nothing is asked", func(t *testing.T) {
		c := newCloud(t, member)
		fact := open(t, options()).AnomalySubscriptions(t.Context(), func(int) error { return nil })
		if gap := fact.Gap(); gap.Cause != account.NotCollected || len(c.made("ce:GetAnomalySubscriptions")) != 0 {
			t.Errorf("%+v", gap)
		}
	})
	t.Run("who pays is denied", func(t *testing.T) {
		c := newCloud(t, payer)
		c.on("organizations:DescribeOrganization", fixed(400, jsonError("AccessDeniedException", "not authorized to perform: organizations:DescribeOrganization")))
		gap := open(t, options()).AnomalySubscriptions(t.Context(), func(int) error { return nil }).Gap()
		if gap.Cause != account.Denied || gap.Call != "organizations:DescribeOrganization" || len(c.made("ce:GetAnomalySubscriptions")) != 0 {
			t.Errorf("%+v", gap)
		}
	})
	t.Run("denied", func(t *testing.T) {
		c := newCloud(t, payer)
		c.on("ce:GetAnomalySubscriptions", fixed(400, jsonError("AccessDeniedException", "not authorized to perform: ce:GetAnomalySubscriptions because no identity-based policy allows it")))
		if gap := open(t, options()).AnomalySubscriptions(t.Context(), func(int) error { return nil }).Gap(); gap.Cause != account.Denied || !strings.Contains(gap.Sentence, "GetAnomalySubscriptions") {
			t.Errorf("%+v", gap)
		}
	})
}

func TestPayersBudgets(t *testing.T) {
	asPayer := func(c *cloud) {
		c.on("budgets:DescribeBudgets", func(in call) reply {
			return budgetsPage("", budgetOf(map[string]any{"BudgetName": "of " + in.account}))
		})
	}
	read := func(t *testing.T, own string) account.Fact[[]account.Budget] {
		c := withBudgets(t, own)
		asPayer(c)
		return open(t, options()).Organization(t.Context()).Budgets
	}
	if got, _ := read(t, payer).Get(); len(got) != 1 || got[0].Name != "of "+payer || len(got[0].Notifications) != 1 {
		t.Errorf("as the payer: %+v", got)
	}
	if got, _ := read(t, member).Get(); len(got) != 1 || got[0].Name != "of "+payer {
		t.Errorf("from a member, with the audit role of the payer: %+v", got)
	}
	c := withBudgets(t, payer)
	c.on("organizations:DescribeOrganization", fixed(400, jsonError("AWSOrganizationsNotInUseException", "not a member")))
	if gap := open(t, options()).Organization(t.Context()).Budgets.Gap(); gap.Cause != account.NotCollected {
		t.Errorf("alone: %+v", gap)
	}
}
