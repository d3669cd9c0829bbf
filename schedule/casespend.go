package schedule

import (
	"context"
	"fmt"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

const (
	// callEstimates is the request that the estimated charges come from.
	callEstimates = "cloudwatch:GetMetricData"
	// weekendWatchOK is for how long a reading of them vouches: until the
	// weekend after it is over.
	weekendWatchOK = 10 * 24 * time.Hour
)

// spendWatch is what the daily comparison last said of the account. It is
// known only where a whole day of the last few was read whole and compared,
// and there was enough before it to compare with: no spike is never said of
// what nobody computed.
func (e *Engine[D, Tx]) spendWatch(ctx context.Context, org Organization, a account.Account, typical account.Fact[checks.TypicalDay]) (account.Fact[checks.SpendWatch], error) {
	none := func(cause account.Cause, format string, args ...any) (account.Fact[checks.SpendWatch], error) {
		return account.Missing[checks.SpendWatch](account.Gap{Call: callBill, Cause: cause, Sentence: fmt.Sprintf(format, args...)}), nil
	}
	day, known := typical.Get()
	if org.Costs == nil || !known { // cost is off, no bill was read, or too little of it
		return account.Missing[checks.SpendWatch](typical.Gap()), nil
	}
	trouble, err := e.memory.CostTrouble(ctx, a.Scope)
	if err != nil {
		return account.Fact[checks.SpendWatch]{}, err
	}
	if trouble == notComparedYet { // it will be in minutes: nothing goes dark for it
		return none(account.NotYet, "%s", trouble)
	}
	if trouble != "" {
		return none(account.NotReady, "%s", trouble)
	}
	today := spend.DayOf(e.o.Now())
	read, err := e.memory.ReadAt(ctx, a.Scope, today-spend.SettledAfter-catchUpDays, today-spend.SettledAfter)
	if err != nil {
		return account.Fact[checks.SpendWatch]{}, err
	}
	w := checks.SpendWatch{Days: day.Days, Currency: day.Currency}
	for d, at := range read {
		if !spend.Provisional(d, at) {
			w.Day = max(w.Day, d)
		}
	}
	if w.Day == 0 {
		return none(account.NotReady, "No whole day of the last %d was read and compared.", catchUpDays)
	}
	all, err := e.memory.Incidents(ctx, a.Scope, w.Day-spend.RelapseDays)
	for _, i := range all {
		if i.Account == a.ID {
			w.Incidents = append(w.Incidents, i)
		}
	}
	return account.Known(w), err
}

// weekendWatch is what the newest reading of the estimated charges said.
func (e *Engine[D, Tx]) weekendWatch(ctx context.Context, org Organization, a account.Account) (account.Fact[checks.WeekendWatch], error) {
	none := func(cause account.Cause, format string, args ...any) (account.Fact[checks.WeekendWatch], error) {
		return account.Missing[checks.WeekendWatch](account.Gap{Call: callEstimates, Cause: cause, Sentence: fmt.Sprintf(format, args...)}), nil
	}
	if org.Estimates == nil || e.o.Weekend.Schedule == "" {
		return none(account.NotEnabled, "The weekend watch is switched off in the configuration.")
	}
	s, err := e.watchState(ctx, a.Scope)
	switch {
	case err != nil:
		return account.Fact[checks.WeekendWatch]{}, err
	case s.At.IsZero():
		return none(account.NotYet, "The estimated charges are read from Friday evening on, and were not read yet.")
	case s.Off:
		return none(account.NotEnabled, "AWS sends no estimated charges: switch on CloudWatch billing alerts in the payer's billing preferences.")
	case s.Trouble != "":
		return none(account.NotReady, "%s", s.Trouble)
	case e.o.Now().Sub(s.At) > weekendWatchOK:
		return none(account.NotReady, "The estimated charges were last read on %s.", s.At.UTC().Format(time.DateOnly))
	case s.Unknown > 0:
		return none(account.NotReady, "Of %d accounts %d were not known when the estimated charges were last read.", s.Accounts, s.Unknown)
	}
	w := checks.WeekendWatch{At: s.At}
	all, err := e.memory.Incidents(ctx, a.Scope, spend.DayOf(e.o.Now())+1)
	for _, i := range all {
		if i.Account == a.ID && i.Open && i.Sure == spend.Early {
			w.Signs = append(w.Signs, i)
		}
	}
	return account.Known(w), err
}
