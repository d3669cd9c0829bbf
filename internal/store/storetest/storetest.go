// Package storetest is what every store must do, as one suite of tests that
// runs over each database.
package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/schedule"
)

// Now is the instant that the stores under test must take for the present.
func Now() time.Time { return time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC) }

// pruner is what a store has beside schedule.Memory.
type pruner interface {
	Prune(ctx context.Context, before time.Time) error
}

// Conformance runs the suite. open gives a new and empty store whose clock is
// Now, and closes it when the test ends.
func Conformance[Tx any](t *testing.T, open func(t *testing.T) schedule.Memory[Tx]) {
	type behaviours []struct {
		name string
		hold func(*suite[Tx])
	}
	areas := []struct {
		name       string
		behaviours behaviours
	}{
		{"transactions", behaviours{
			{"an error takes everything back and comes through", rollback[Tx]},
			{"a panic takes everything back", panics[Tx]},
			{"an ended context commits nothing", endedContext[Tx]},
			{"readers see what is committed, inside too", isolation[Tx]},
			{"one inside another is an error and no deadlock", nesting[Tx]},
		}},
		{"requests and slots", behaviours{
			{"a replayed request is refused", replay[Tx]},
			{"requests are forgotten on demand", forgetRequests[Tx]},
			{"a slot is taken once", slotOnce[Tx]},
			{"the last slot is the newest by the wall clock", lastSlot[Tx]},
			{"missed slots are listed", missedSlots[Tx]},
			{"slots outlive a year", forgetSlots[Tx]},
		}},
		{"runs", behaviours{
			{"a run comes back as it went in", runRoundTrip[Tx]},
			{"a run that is not there", runMissing[Tx]},
			{"an id is given once", runTwice[Tx]},
			{"accounts are added once", addAccounts[Tx]},
			{"accounts are done once", finishAccounts[Tx]},
			{"conclusions", conclusions[Tx]},
			{"a run is concluded once under concurrency", concludeOnce[Tx]},
			{"open runs, oldest first", openRuns[Tx]},
			{"concluded runs are forgotten, open ones stay", forgetRuns[Tx]},
		}},
		{"directory", behaviours{
			{"accounts leave only after a whole list", directoryPruned[Tx]},
			{"a newer run's accounts stay", directoryNewerRun[Tx]},
			{"an empty list empties nothing", directoryEmptyList[Tx]},
			{"what is known is not wiped", directoryKeeps[Tx]},
			{"strange names", strangeNames[Tx]},
		}},
		{"reports", behaviours{
			{"the newest report is kept whole", reportRoundTrip[Tx]},
			{"an older report is refused with its changes", reportOlder[Tx]},
			{"the same report twice", reportTwice[Tx]},
			{"inside the transaction", reportInside[Tx]},
			{"all of the directory, by id, over several pages", reportAll[Tx]},
			{"changes after since up to until", changesBetween[Tx]},
		}},
		{"costs", behaviours{
			{"history is dense, sorted and usage only", history[Tx]},
			{"a missing day is not collected", historyMissing[Tx]},
			{"a day last seen by half is missing later", historyHalf[Tx]},
			{"a restated day is replaced", historyRestated[Tx]},
			{"an older bill changes no newer day", historyOlderSheet[Tx]},
			{"a bad bill leaves no trace", badSheet[Tx]},
			{"two currencies are not summed", twoCurrencies[Tx]},
			{"adjustments are summed apart", adjustments[Tx]},
			{"credits by day", credits[Tx]},
			{"a bill comes back as it was read last", newest[Tx]},
			{"a ledger has all revisions, as they became known", ledgers[Tx]},
			{"ledgers come one account after the other", ledgersInOrder[Tx]},
			{"an account in two currencies is told, the others follow", ledgerCurrencies[Tx]},
			{"a bill is forgotten after 14 months, with its revisions", forgetBill[Tx]},
			{"what was paid for is kept", paid[Tx]},
			{"requests are counted by day and month", countRequests[Tx]},
			{"incidents", incidents[Tx]},
			{"trouble", trouble[Tx]},
		}},
		{"outbox", behaviours{
			{"a delivery comes back as it was planned", planRoundTrip[Tx]},
			{"revisions", planRevisions[Tx]},
			{"claims", claims[Tx]},
			{"two jobs, one claim", claimOnce[Tx]},
			{"a revision that came while sending", sentMeanwhile[Tx]},
			{"other outcomes", outcomes[Tx]},
			{"a failure is of the revision that was tried", failedMeanwhile[Tx]},
			{"what is undelivered", undelivered[Tx]},
			{"response URLs are wiped", wiped[Tx]},
		}},
		{"words", behaviours{
			{"they come back as they went in", wordsRoundTrip[Tx]},
			{"an id is given once", wordsTwice[Tx]},
			{"those of an account and of all, oldest first", wordsByAccount[Tx]},
			{"revoked ones are kept and marked", wordsRevoked[Tx]},
			{"what cannot be read says so", wordsGarbled[Tx]},
		}},
		{"plans", behaviours{
			{"they come back as they went in", plansRoundTrip[Tx]},
			{"those of an account and of all, by their days", plansByAccountAndDay[Tx]},
			{"revoked ones are kept and marked", plansRevoked[Tx]},
			{"what cannot be read says so", plansGarbled[Tx]},
		}},
		{"several writers", behaviours{
			{"one of each", oneOfEach[Tx]},
			{"the first reports of an account", firstReports[Tx]},
			{"bills of the same days", billsAtOnce[Tx]},
			{"lists in another order", listsAtOnce[Tx]},
			{"who had read an incident forgets nobody", acknowledged[Tx]},
			{"a claim passes on when its time is over", claimsPass[Tx]},
		}},
		{"memory", behaviours{
			{"uses of root are kept once", rootUses[Tx]},
			{"an older history changes no newer one", rootHistoryOlder[Tx]},
			{"changes of one account", accountChanges[Tx]},
			{"uses of root are forgotten after 13 months", forgetRootUses[Tx]},
		}},
		{"observations", behaviours{
			{"what a report rests on comes back as it was", observationRoundTrip[Tx]},
			{"each names the one before it", observationChain[Tx]},
			{"the same instant twice", observationTwice[Tx]},
			{"an unchanged answer is stored once", answersOnce[Tx]},
			{"taken back with the report", observationRollback[Tx]},
			{"between two instants, over several pages", observationsBetween[Tx]},
			{"forgotten after 13 months, with their answers", forgetObservations[Tx]},
			{"two accounts put the same answers at once", answersAtOnce[Tx]},
		}},
		{"workspaces", behaviours{
			{"traits", workspaceTraits[Tx]},
		}},
	}
	for _, area := range areas {
		t.Run(area.name, func(t *testing.T) {
			for _, b := range area.behaviours {
				t.Run(b.name, func(t *testing.T) {
					b.hold(&suite[Tx]{T: t, m: open(t)})
				})
			}
		})
	}
}

// suite is one test over one store.
type suite[Tx any] struct {
	*testing.T
	m schedule.Memory[Tx]
}

// tx runs f in a transaction that must commit.
func (s *suite[Tx]) tx(f func(ctx context.Context, tx Tx) error) {
	s.Helper()
	if err := s.m.InTx(s.Context(), f); err != nil {
		s.Fatal(err)
	}
}

func (s *suite[Tx]) prune(before time.Time) {
	s.Helper()
	p, ok := s.m.(pruner)
	if !ok {
		s.Fatalf("%T has no Prune", s.m)
	}
	if err := p.Prune(s.Context(), before); err != nil {
		s.Fatal(err)
	}
}

// same compares what is with what should be. Nil and empty are the same.
func same[V, Tx any](s *suite[Tx], what string, got, want V) {
	s.Helper()
	ids := cmp.Comparer(func(a, b account.ID) bool { return a == b })
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), ids); diff != "" {
		s.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// get unwraps a read that must not fail.
func get[V, Tx any](s *suite[Tx], v V, err error) V {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
	return v
}

// read makes a read of one argument one that must not fail.
func read[A, V, Tx any](s *suite[Tx], f func(context.Context, A) (V, error)) func(A) V {
	return func(a A) V {
		s.Helper()
		v, err := f(s.Context(), a)
		return get(s, v, err)
	}
}

// write is a transaction that must commit, with a result.
func write[V, Tx any](s *suite[Tx], f func(ctx context.Context, tx Tx) (V, error)) V {
	s.Helper()
	var v V
	s.tx(func(ctx context.Context, tx Tx) (err error) {
		v, err = f(ctx, tx)
		return err
	})
	return v
}

// together runs f n times at once and counts how often it was true.
func (s *suite[Tx]) together(n int, f func(i int) (bool, error)) int {
	s.Helper()
	var group sync.WaitGroup
	trues, errs := make([]bool, n), make([]error, n)
	start := make(chan struct{})
	for i := range n {
		group.Go(func() {
			<-start
			trues[i], errs[i] = f(i)
		})
	}
	close(start)
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		s.Fatal(err)
	}
	count := 0
	for _, yes := range trues {
		if yes {
			count++
		}
	}
	return count
}

// The organizations of the suite: nothing of one may ever show in another.
var (
	acme  = account.Scope{Partition: "aws", Organization: "acme"}
	other = account.Scope{Partition: "aws", Organization: "other"}
	gov   = account.Scope{Partition: "aws-us-gov", Organization: "acme"}
)

// nobody is no account: all of them.
var nobody account.ID

func accountID(s string) account.ID {
	id, err := account.ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

func day(s string) spend.Day {
	d, err := spend.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}
