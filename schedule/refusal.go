package schedule

import (
	"context"
	"encoding/json"
	"strings"

	"rootwatch/checks/account"
)

// billRefusal names what became of the newest reading of the bill among the
// answers that cost money.
const billRefusal = "bill_refusal"

// saveRefusal keeps why the bill could not be read; the zero Gap is that it was.
func (w *spendWorker[D, Tx]) saveRefusal(ctx context.Context, tx Tx, scope account.Scope, gap account.Gap) error {
	gap.Detail = "" // it is in the log
	answer, err := json.Marshal(gap)
	if err != nil {
		return err
	}
	return w.memory.SavePaid(ctx, tx, scope, billRefusal, answer, w.o.Now())
}

// billGap is why no day of the bill answers a question: what refused the
// newest reading, where one was tried and failed. Otherwise it is waiting,
// which mends itself.
func (e *Engine[D, Tx]) billGap(ctx context.Context, scope account.Scope, waiting account.Gap) (account.Gap, error) {
	answer, _, found, err := e.memory.Paid(ctx, scope, billRefusal)
	if err != nil || !found {
		return waiting, err
	}
	var refused account.Gap
	if err := json.Unmarshal(answer, &refused); err != nil { // written by another version
		e.o.Log.Error("a stored answer cannot be read", "name", billRefusal, "error", err)
		return waiting, nil
	}
	if refused.Cause == "" {
		return waiting, nil
	}
	gap := account.Gap{Call: waiting.Call, Cause: refused.Cause, Sentence: "The bill could not be read: " + strings.TrimSuffix(refused.Sentence, ".") + "."}
	if action := refused.Action(); action != gap.Call {
		gap.Permission = action // without it nothing of the bill is asked
	}
	return gap, nil
}
