package app

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/config"
)

func accountID(t *testing.T, n int) account.ID {
	t.Helper()
	id, err := account.ParseID(fmt.Sprintf("%012d", n))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// A sample holds the two accounts that differ from all others: our own, and
// the management account, which a StackSet skips and which alone is asked for
// the organization's features.
func TestSampleHoldsTheManagementAccount(t *testing.T) {
	var all []account.Account
	for n := 1; n <= 100; n++ {
		role := account.Member
		if n == 6 {
			role = account.Management
		}
		all = append(all, account.Account{ID: accountID(t, n), Role: role})
	}
	for _, own := range []int{6, 50} {
		chosen := spread(all, accountID(t, own))
		seen := map[account.ID]bool{}
		for _, a := range chosen {
			seen[a.ID] = true
		}
		if len(chosen) != sample || len(seen) != sample || !seen[accountID(t, 6)] || !seen[accountID(t, own)] {
			t.Errorf("own %d: %d accounts, %d of them different: %v", own, len(chosen), len(seen), chosen)
		}
	}
	if chosen := spread(all[:3], accountID(t, 1)); len(chosen) != 3 {
		t.Errorf("of 3 accounts %d were chosen", len(chosen))
	}
}

// billMemory is a store with requests that were counted, and what came of them.
type billMemory struct {
	memory
	days         int // that are stored
	trouble      string
	unreadable   error
	requestsMade int
}

func (m billMemory) CostTrouble(context.Context, account.Scope) (string, error) {
	return m.trouble, m.unreadable
}

func (m billMemory) History(_ context.Context, _ account.Scope, _ account.ID, from, to spend.Day) (spend.History, error) {
	h := spend.History{Collected: map[spend.Day]bool{}}
	for day := to; day > to-spend.Day(m.days); day-- {
		h.Collected[day] = true
	}
	return h, nil
}

func (m billMemory) CountRequests(context.Context, account.Scope, spend.Day, int) (today, month int, err error) {
	return m.requestsMade, m.requestsMade, nil
}

// A request that was paid for is no reading that went well, and what cannot be
// read went neither well nor badly.
func TestBillWentWellOnlyWhereItIsStored(t *testing.T) {
	o := &lookedAt{}
	o.config.Cost.Enabled = true
	for name, c := range map[string]struct {
		m    billMemory
		ran  bool
		says string
	}{
		"nothing was asked":               {billMemory{}, false, ""},
		"a request was refused":           {billMemory{requestsMade: 1}, false, ""},
		"days are stored":                 {billMemory{requestsMade: 2, days: 3}, true, ""},
		"the last reading failed":         {billMemory{days: 3, trouble: "AWS denied it"}, true, "AWS denied it"},
		"what became of it is unreadable": {billMemory{days: 3, unreadable: errors.New("no")}, false, ""},
	} {
		l := &look{c: &config.Config{}, now: func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }, memory: c.m}
		if b := l.bill(t.Context(), o); b.Ran != c.ran || b.Trouble != c.says || b.Asked || b.Off {
			t.Errorf("%s: %+v", name, b)
		}
	}
}
