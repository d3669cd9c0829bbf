package awsorg

import (
	"context"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// readPayer reads what the payer keeps for the whole organization: its own
// budgets, its alarms on the bill, and those on root.
func (o *Org) readPayer(ctx context.Context, calls *sync.WaitGroup, self identity, org organization, whole *checks.Organization) {
	r := o.payerReader(ctx, self, org)
	if r.gap != nil {
		losePayer(whole, *r.gap)
		return
	}
	payer := account.Account{Scope: account.Scope{Partition: self.partition}, ID: org.managementID}
	w := newWatchReader(r, payer)
	calls.Go(func() { whole.Budgets = o.budgetsOf(ctx, r, payer.ID) })
	w.forMembers = true
	calls.Go(func() {
		var alarms account.Fact[[]account.Alarm]
		whole.MetricFilters, alarms = w.alarms(ctx, cloudwatchlogs.NewFromConfig(w.cfg), cloudwatch.NewFromConfig(w.cfg))
		whole.Alarms, whole.RootAlarms = alarms, alarms
		if all, read := alarms.Get(); read {
			onBill := func(a account.Alarm) bool { return alarmMetric{a.Namespace, a.Metric} == billed }
			whole.RootAlarms = account.Known(slices.DeleteFunc(slices.Clone(all), onBill))
			whole.Alarms = account.Known(slices.DeleteFunc(slices.Clone(all), func(a account.Alarm) bool { return !onBill(a) }))
		}
	})
}

// payerReader is the payer's own credentials where the organization is asked
// with them, else the audit role in the payer: AWS tells an account's budgets
// to nobody else.
func (o *Org) payerReader(ctx context.Context, self identity, org organization) reader {
	switch {
	case org.standalone:
		return reader{gap: &account.Gap{Cause: account.NotCollected, Sentence: "The account is in no organization, so nobody pays for it but itself"}}
	case org.managementID.IsZero():
		return reader{gap: &account.Gap{Call: callOrganization, Cause: account.NotCollected, Sentence: "which account pays is not known: allow organizations:DescribeOrganization"}}
	case o.sideOf(self) == org.managementID:
		return reader{clients: o.side, topics: o.newTopics(org.managementID, self, o.side.cfg)}
	}
	return o.reader(ctx, org.managementID, self)
}

// losePayer says why nothing of the payer is known.
func losePayer(whole *checks.Organization, gap account.Gap) {
	lost := func(call string) account.Gap {
		g := gap
		if g.Call == "" {
			g.Call = call
		}
		return g
	}
	whole.Budgets = account.Missing[[]account.Budget](lost(callBudgets))
	whole.Alarms = account.Missing[[]account.Alarm](lost(callAlarms))
	whole.RootAlarms = account.Missing[[]account.Alarm](lost(callAlarms))
	whole.MetricFilters = account.Missing[[]account.MetricFilter](lost(callFilters))
}
