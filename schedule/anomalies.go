package schedule

import (
	"context"
	"encoding/json"
	"time"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

const (
	// anomalyAnswer names the stored answer.
	anomalyAnswer = "anomaly_subscriptions"
	callAnomalies = "ce:GetAnomalySubscriptions"
	// An answer vouches until it was missed on two days: it is read with the bill.
	anomalyAnswerOK = 3 * 24 * time.Hour
)

type anomalyFact = account.Fact[[]account.AnomalySubscription]

// readAnomalies asks who hears of Cost Anomaly Detection, at most once a day:
// the requests are paid for. What failed is asked again with the next bill,
// and passing trouble does not take the place of an answer.
func (w *spendWorker[D, Tx]) readAnomalies(ctx context.Context, org Organization, meter func(int) error) error {
	if org.Anomalies == nil {
		return nil
	}
	kept, at, err := w.keptAnomalies(ctx, org.Scope)
	if err != nil {
		return err
	}
	_, known := kept.Get()
	if known && spend.DayOf(at) == spend.DayOf(w.o.Now()) {
		return nil
	}
	fresh := org.Anomalies.AnomalySubscriptions(ctx, meter)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if gap := fresh.Gap(); gap.Cause != "" {
		w.o.Log.Warn("the anomaly subscriptions could not be read", "organization", org.Scope.Organization, "sentence", gap.Sentence, "detail", gap.Detail)
		if known && (gap.Cause.Passing() || gap.Cause == account.OverBudget) {
			return nil
		}
	}
	answer, err := json.Marshal(fresh)
	if err != nil {
		return err
	}
	return w.memory.InTx(ctx, func(ctx context.Context, tx Tx) error {
		return w.memory.SavePaid(ctx, tx, org.Scope, anomalyAnswer, answer, w.o.Now())
	})
}

func (e *Engine[D, Tx]) keptAnomalies(ctx context.Context, scope account.Scope) (fact anomalyFact, at time.Time, err error) {
	answer, at, found, err := e.memory.Paid(ctx, scope, anomalyAnswer)
	if err != nil || !found {
		return fact, at, err
	}
	if err := json.Unmarshal(answer, &fact); err != nil { // written by another version: it is read anew
		e.o.Log.Error("a stored answer cannot be read", "name", anomalyAnswer, "error", err)
		return anomalyFact{}, time.Time{}, nil
	}
	return fact, at, nil
}

// anomalies is the stored answer while it is fresh. Nothing is asked here: a
// person's question makes no request that costs money.
func (e *Engine[D, Tx]) anomalies(ctx context.Context, org Organization) (anomalyFact, time.Time, error) {
	gap := account.Gap{Call: callAnomalies, Cause: account.NotYet, Sentence: "It is read with the daily bill, which costs money, and was not read yet."}
	if org.Anomalies == nil {
		gap.Cause = account.NotCollected
		gap.Sentence = "It is read with the daily bill, and no bill is read here."
		return account.Missing[[]account.AnomalySubscription](gap), time.Time{}, nil
	}
	fact, at, err := e.keptAnomalies(ctx, org.Scope)
	switch {
	case err != nil:
		return anomalyFact{}, time.Time{}, err
	case at.IsZero():
		gap, err := e.billGap(ctx, org.Scope, gap)
		return account.Missing[[]account.AnomalySubscription](gap), time.Time{}, err
	case e.o.Now().Sub(at) > anomalyAnswerOK:
		gap.Cause = account.NotReady
		gap.Sentence = "It was last read on " + at.UTC().Format(time.DateOnly) + ", with the last bill."
		gap, err := e.billGap(ctx, org.Scope, gap)
		return account.Missing[[]account.AnomalySubscription](gap), time.Time{}, err
	}
	return fact, at, nil
}
