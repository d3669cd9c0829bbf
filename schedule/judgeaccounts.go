package schedule

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// judged is what the comparison of all accounts found.
type judged struct {
	utterances []spend.Utterance // the largest first
	asOf       time.Time         // when the newest day was read
	currency   string
	trouble    string // a sentence, where an account could not be judged
}

// judge lives through the ledger of every account, as many at once as there
// are processors, and says what is new beside the stored incidents. The days
// from..to are those that were just read.
func (w *judgeWorker[D, Tx]) judge(ctx context.Context, scope account.Scope, stored []spend.Incident, from, to spend.Day) (judged, error) {
	names, err := w.names(ctx, scope)
	if err != nil {
		return judged{}, err
	}
	var found judged
	read, err := w.memory.ReadAt(ctx, scope, from, to)
	for _, at := range read {
		if at.After(found.asOf) {
			found.asOf = at
		}
	}
	if err != nil {
		return judged{}, err
	}
	var mu sync.Mutex
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	unread := 0
	for l, err := range w.memory.Ledgers(inner, scope, account.ID{}, to-spend.LedgerDays, to) {
		if err != nil && l.Account.IsZero() {
			return judged{}, cmp.Or(group.Wait(), err)
		}
		if err != nil {
			w.o.Log.Error("the bill of an account cannot be judged", "account_id", l.Account, "error", err)
			unread++
			continue
		}
		group.Go(func() error {
			said := w.judgeAccount(l, stored, from, to)
			mu.Lock()
			defer mu.Unlock()
			found.currency = l.Currency
			for _, u := range said {
				if name := names[u.Incident.Account]; name != "" {
					u.Incident.AccountName = name
				}
				found.utterances = append(found.utterances, u)
			}
			return inner.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return judged{}, err
	}
	if unread > 0 {
		found.trouble = fmt.Sprintf("The bill of %s could not be judged: it stands in two currencies.", bot.Count(unread, "account", "accounts"))
	}
	slices.SortStableFunc(found.utterances, func(a, b spend.Utterance) int {
		if n := b.Incident.Excess.Cmp(a.Incident.Excess); n != 0 {
			return n
		}
		return compareIncidents(a.Incident, b.Incident)
	})
	return found, nil
}

// compareIncidents gives those of equal size an order that does not depend on
// which account was judged first.
func compareIncidents(a, b spend.Incident) int {
	return slices.Compare(
		[]string{a.Account.String(), a.Service, a.Region, a.Since.String()},
		[]string{b.Account.String(), b.Service, b.Region, b.Since.String()})
}

// judgeAccount is nothing where the newest days could not be judged: then
// nothing begins and nothing ends.
func (w *judgeWorker[D, Tx]) judgeAccount(l spend.Ledger, stored []spend.Incident, from, to spend.Day) []spend.Utterance {
	var last *spend.Watch
	for watch := range l.Replay(w.o.Spend) {
		last = watch
	}
	if last == nil || last.Today() <= from || !last.Judged() {
		return nil
	}
	told := slices.DeleteFunc(slices.Clone(stored), func(i spend.Incident) bool { return i.Account != l.Account })
	return spend.Tell(told, last.Incidents(), from, to+1)
}

// bills are the settled days of the accounts that have an open early sign.
func (w *judgeWorker[D, Tx]) bills(ctx context.Context, scope account.Scope, early []spend.Incident, to spend.Day) (map[account.ID]spend.History, error) {
	bills := map[account.ID]spend.History{}
	for _, i := range early {
		if _, known := bills[i.Account]; known || !i.Open {
			continue
		}
		h, err := w.memory.History(ctx, scope, i.Account, i.Since-spend.Day(w.o.Spend.HistoryDays)-spend.LookBack, to)
		if err != nil {
			return nil, err
		}
		bills[i.Account] = h
	}
	return bills, nil
}
