package schedule_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/schedule"
)

// case is what the checks may look at of one account.
func (w *world) caseOf(a account.Account) checks.Case {
	w.Helper()
	c, err := w.engine.Case(w.Context(), a)
	if err != nil {
		w.Fatal(err)
	}
	return c
}

func TestTypicalDay(t *testing.T) {
	w := newWorld(t, withCost, withHistory)
	a := w.cloud.member(1)
	if gap := w.caseOf(a).TypicalDay.Gap(); gap.Cause != account.NotYet || !strings.Contains(gap.Sentence, "No bill") {
		t.Errorf("before any bill: %+v", gap)
	}
	today := spend.DayOf(w.clock.now())
	weekly := func(d spend.Day) float64 { // dear on one day of seven, and rising at the very end
		switch {
		case d > today-2:
			return 9000
		case d%7 == 0:
			return 500
		}
		return 100.25
	}
	w.bill.line(a.ID, "Amazon EC2", weekly)
	w.bill.line(a.ID, "Amazon S3", steady(2))
	w.bill.line(payer, "Amazon EC2", steady(70))
	w.bill.line(w.cloud.member(2).ID, "Amazon EC2", rising(0, today-10, 33))
	w.bill.line(w.cloud.member(3).ID, "Amazon EC2", rising(0, today-20, 33))
	w.bill.credit = map[spend.Day]float64{}
	for d := today - 60; d < today; d++ {
		w.bill.credit[d] = -15
	}
	w.start()
	w.readBill()
	day, known := w.caseOf(a).TypicalDay.Get()
	if !known || day.Median.String() != "102.25" || day.Days != 56 || day.Currency != "USD" || !day.Credits.IsZero() {
		t.Errorf("%+v, known %t", day, known)
	}
	if day, _ := w.caseOf(account.Account{Scope: acme, ID: payer}).TypicalDay.Get(); day.Median.String() != "70" || day.Credits.String() != "15" {
		t.Errorf("with credits: %+v", day)
	}
	for want, one := range map[bool]account.Account{true: a, false: w.cloud.member(4)} {
		if costs, err := w.engine.EverCost(t.Context(), one); costs != want || err != nil {
			t.Errorf("%s cost anything: %t, %v", one.ID, costs, err)
		}
	}
	if gap := w.caseOf(w.cloud.member(2)).TypicalDay.Gap(); gap.Cause != account.NotYet || !strings.Contains(gap.Sentence, "9 whole days") {
		t.Errorf("an account that is new on the bill: %+v", gap)
	}
	if day, _ := w.caseOf(w.cloud.member(3)).TypicalDay.Get(); day.Days != 19 || day.Median.String() != "33" {
		t.Errorf("an account of three weeks: %+v", day)
	}
	joined := w.cloud.member(1)
	joined.JoinedAt = w.clock.now().Add(-20 * 24 * time.Hour)
	if day, _ := w.caseOf(joined).TypicalDay.Get(); day.Days != 18 {
		t.Errorf("an account that joined 20 days ago: %+v", day)
	}
	idle, known := w.caseOf(w.cloud.member(4)).TypicalDay.Get()
	if !known || !idle.Median.IsZero() || idle.Days != 56 {
		t.Errorf("an account that costs nothing: %+v, known %t", idle, known)
	}
}

func TestTypicalDayWithoutCost(t *testing.T) {
	w := newWorld(t)
	c := w.caseOf(w.cloud.member(1))
	if gap := c.TypicalDay.Gap(); gap.Cause != account.NotCollected || gap.Call != "ce:GetCostAndUsage" {
		t.Errorf("%+v", gap)
	}
	if gap := c.Organization.AnomalySubscriptions.Gap(); gap.Cause != account.NotCollected || gap.Call != "ce:GetAnomalySubscriptions" {
		t.Errorf("%+v", gap)
	}
}

// A bill that is refused comes with no day of waiting: who asks about it is
// told what has to be mended, until it is read.
func TestARefusedBillIsNoWaiting(t *testing.T) {
	for _, cause := range []account.Cause{account.Denied, account.NotEnabled, account.OverBudget} {
		t.Run(string(cause), func(t *testing.T) { refusedBill(t, cause) })
	}
}

func refusedBill(t *testing.T, cause account.Cause) {
	source := &anomalies{fact: account.Known([]account.AnomalySubscription{})}
	w := newWorld(t, withCost, withHistory, func(w *world) { w.options.Organizations[0].Anomalies = source })
	w.bill.line(w.cloud.member(1).ID, "Amazon EC2", steady(100))
	w.bill.fails(ceGap(cause, "The bill is not to be had."))
	w.start()
	w.readBill()
	c := w.caseOf(w.cloud.member(1))
	day, anomaly := c.TypicalDay.Gap(), c.Organization.AnomalySubscriptions.Gap()
	if day.Cause != cause || day.Call != "ce:GetCostAndUsage" || !strings.Contains(day.Sentence, "not to be had") {
		t.Errorf("%+v", day)
	}
	if anomaly.Cause != cause || anomaly.Call != "ce:GetAnomalySubscriptions" || anomaly.Action() != "ce:GetCostAndUsage" || !strings.Contains(anomaly.Sentence, "not to be had") {
		t.Errorf("%+v", anomaly)
	}
	w.clock.advance(24 * time.Hour)
	w.readBill()
	c = w.caseOf(w.cloud.member(1))
	if _, known := c.TypicalDay.Get(); !known {
		t.Errorf("read the day after: %+v", c.TypicalDay.Gap())
	}
	if _, known := c.Organization.AnomalySubscriptions.Get(); !known {
		t.Errorf("read the day after: %+v", c.Organization.AnomalySubscriptions.Gap())
	}
}

// anomalies answers what it is told to, and counts its requests.
type anomalies struct {
	fact  account.Fact[[]account.AnomalySubscription]
	asked int
}

func (a *anomalies) AnomalySubscriptions(_ context.Context, spent func(int) error) account.Fact[[]account.AnomalySubscription] {
	if err := spent(1); err != nil {
		return account.Missing[[]account.AnomalySubscription](account.Gap{Call: "ce:GetAnomalySubscriptions", Cause: account.OverBudget, Sentence: err.Error()})
	}
	a.asked++
	return a.fact
}

// Each request costs money, so it is made once a day, and never for a question.
func TestAnomaliesAreReadOnceADay(t *testing.T) {
	source := &anomalies{fact: account.Known([]account.AnomalySubscription{{Name: "first"}})}
	w := newWorld(t, withCost, withHistory, func(w *world) { w.options.Organizations[0].Anomalies = source })
	w.bill.line(payer, "Amazon EC2", steady(100))
	w.start()
	told := func() (string, account.Gap) {
		fact := w.caseOf(w.cloud.member(1)).Organization.AnomalySubscriptions
		if list, known := fact.Get(); known {
			return list[0].Name, account.Gap{}
		}
		return "", fact.Gap()
	}
	if _, gap := told(); gap.Cause != account.NotYet || source.asked != 0 {
		t.Errorf("before the bill: %+v, asked %d times", gap, source.asked)
	}
	w.readBill()
	w.readBill()
	if name, gap := told(); name != "first" || source.asked != 1 {
		t.Errorf("%s %+v, asked %d times in a day", name, gap, source.asked)
	}
	if today, _, err := w.store.CountRequests(t.Context(), acme, spend.DayOf(w.clock.now()), 0); err != nil || today != len(w.bill.periods())+1 {
		t.Errorf("%d requests are counted, %v", today, err)
	}
	w.clock.advance(24 * time.Hour)
	source.fact = account.Missing[[]account.AnomalySubscription](account.Gap{Call: "ce:GetAnomalySubscriptions", Cause: account.Throttled})
	w.readBill()
	if name, _ := told(); name != "first" || source.asked != 2 {
		t.Errorf("passing trouble took the place of an answer: %q", name)
	}
	source.fact = account.Missing[[]account.AnomalySubscription](account.Gap{Call: "ce:GetAnomalySubscriptions", Cause: account.Denied})
	w.readBill()
	if _, gap := told(); gap.Cause != account.Denied || source.asked != 3 {
		t.Errorf("a denial is told: %+v, asked %d times", gap, source.asked)
	}
	source.fact = account.Known([]account.AnomalySubscription{{Name: "second"}})
	w.readBill()
	w.clock.advance(4 * 24 * time.Hour)
	if _, gap := told(); gap.Cause != account.NotReady || !strings.Contains(gap.Sentence, "2026-11-23") {
		t.Errorf("an old answer vouches: %+v", gap)
	}
}

var _ schedule.AnomalySource = (*anomalies)(nil)
