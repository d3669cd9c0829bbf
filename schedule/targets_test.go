package schedule_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

func TestTargets(t *testing.T) {
	self := id("111122223333")
	for name, c := range map[string]struct {
		known   []int // members that are in the directory already
		targets []account.ID
		breaks  []listBreak
		lists   int
	}{
		"one's own account is listed for its name": {nil, []account.ID{self}, nil, 1},
		"a listed account is not listed again":     {[]int{3}, []account.ID{memberID(3)}, nil, 0},
		"an account named twice is one":            {nil, []account.ID{self, self}, nil, 1},
		"one that is not listed yet is found":      {[]int{3}, []account.ID{memberID(2)}, nil, 1},
		"one of each":                              {[]int{3}, []account.ID{self, memberID(2), memberID(3)}, nil, 1},
		"what lies behind what was sought is moot": {nil, []account.ID{memberID(1)}, []listBreak{{2, denied}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.cloud.holds(5)
			w.cloud.breaksOff(c.breaks...)
			for _, n := range c.known {
				w.knows(w.cloud.member(n))
			}
			ids := w.start().ask(rootcheck("k", c.targets...))
			run := w.concluded(ids[0])
			unique := slices.Compact(slices.Clone(c.targets))
			if run.Failure != "" || run.Total != len(unique) || run.Done != len(unique) {
				t.Errorf("run %+v", run)
			}
			for _, id := range unique {
				if w.latest(id) == nil {
					t.Errorf("%s has no report", id)
				}
			}
			if w.cloud.lists != c.lists {
				t.Errorf("listed %d times", w.cloud.lists)
			}
			if want := len(c.known) + len(unique); !slices.Contains(c.known, 3) && len(w.directory()) != want {
				t.Errorf("the directory has %v", w.directory())
			}
			answer := w.answer(ids[0])
			if root, ok := answer.(bot.RootAnswer); len(unique) == 1 && (!ok || root.Report.AccountID != unique[0] || root.AskedBy != "U01ALICE") {
				t.Errorf("answered with %#v", answer)
			}
			if fleet, ok := answer.(bot.FleetAnswer); len(unique) > 1 && (!ok || fleet.Fleet.Coverage.Accounts != len(unique) || fleet.Fleet.OpenTotal != 0) {
				t.Errorf("answered with %#v", answer)
			}
		})
	}
}

// A terminal asks of the caller's own account without listing thousands.
func TestOwnAccountInATerminal(t *testing.T) {
	for name, refused := range map[string]error{
		"known":   nil,
		"refused": account.Gap{Call: "sts:GetCallerIdentity", Cause: account.BadCredentials, Sentence: "Sign in again."},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.cloud.holds(5)
			w.cloud.selfErr = refused
			r := rootcheck("k", id("111122223333"))
			r.Reply = nil
			run := w.concluded(w.start().ask(r)[0])
			if w.cloud.lists != 0 || w.cloud.selves != 1 {
				t.Errorf("listed %d times, asked for itself %d times", w.cloud.lists, w.cloud.selves)
			}
			if refused == nil && (run.Failure != "" || w.latest(id("111122223333")) == nil) || refused != nil && !strings.Contains(run.Failure, "Sign in again") {
				t.Errorf("run %+v", run)
			}
		})
	}
}

// The caller loses its view of the organization: the others do not leave the
// directory without a word.
func TestListThatShrinksToOne(t *testing.T) {
	for _, c := range []struct {
		before, after int
		refused       bool
	}{
		{6, 1, true}, {6, 0, true}, {3, 1, true}, {6, 2, false}, {2, 1, false}, {1, 1, false},
	} {
		t.Run(fmt.Sprintf("%d to %d", c.before, c.after), func(t *testing.T) {
			w := newWorld(t)
			w.cloud.holds(c.before)
			w.start()
			w.concluded(w.ask(rootcheck("first"))[0])
			w.cloud.mu.Lock()
			w.cloud.accounts = w.cloud.accounts[:c.after]
			w.cloud.mu.Unlock()
			ids := w.ask(rootcheck("second"))
			run := w.concluded(ids[0])
			w.settled()
			if refused := run.Failure != ""; refused != c.refused || refused && !strings.Contains(run.Failure, fmt.Sprintf("%d accounts were known", c.before)) {
				t.Errorf("run %+v", run)
			}
			want := c.after
			if c.refused {
				want = c.before
			}
			if got := w.directory(); len(got) != want {
				t.Errorf("the directory has %v", got)
			}
			answer := w.answer(ids[0])
			if _, trouble := answer.(bot.Trouble); trouble != c.refused {
				t.Errorf("answered with %#v", answer)
			}
		})
	}
}

// An account that leaves the organization leaves the directory with the next sweep.
func TestAccountThatLeaves(t *testing.T) {
	w := newWorld(t)
	w.cloud.holds(5)
	w.start()
	w.concluded(w.ask(rootcheck("first"))[0])
	w.cloud.holds(4)
	w.concluded(w.ask(rootcheck("one", memberID(4)))[0]) // asking for one account drops none
	if got := w.directory(); len(got) != 5 {
		t.Errorf("the directory has %v", got)
	}
	ids := w.ask(rootcheck("second"))
	if answer, ok := w.answer(ids[0]).(bot.FleetAnswer); !ok || answer.Fleet.Coverage.Accounts != 4 {
		t.Errorf("answered with %#v", answer)
	}
	if got := w.directory(); len(got) != 4 || slices.Contains(got, memberID(4).String()) {
		t.Errorf("the directory has %v", got)
	}
}

// knows puts accounts into the directory, as an earlier run did.
func (w *world) knows(accounts ...account.Account) {
	w.Helper()
	w.inTx(func(ctx context.Context, tx *tx) error {
		run := schedule.Run{ID: fmt.Sprint("earlier/", accounts[0].ID), Scope: acme, Kind: schedule.RunPosture, CreatedAt: morning.AddDate(0, 0, -1)}
		if err := w.store.CreateRun(ctx, tx, run); err != nil {
			return err
		}
		if _, err := w.store.AddAccounts(ctx, tx, run.ID, accounts); err != nil {
			return err
		}
		_, err := w.store.Conclude(ctx, tx, run.ID, "it is over", morning)
		return err
	})
}
