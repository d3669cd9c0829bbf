package schedule_test

import (
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// What the checks of the bill rest on: nothing before it was compared, then
// the incidents, and nothing again once it is old.
func TestSpendWatchIsKnownOnlyWhereItWasCompared(t *testing.T) {
	w := newWorld(t, withCost)
	w.bill.line(payer, "Amazon EC2", rising(100, day("2026-11-20"), 900))
	w.start()
	self := account.Account{Scope: acme, ID: payer, State: account.Active}
	status := func(check string) checks.Status {
		f := findingOf(t, new(checks.Run(w.caseOf(self))), check)
		return f.Status
	}
	for _, check := range []string{"spend-spike", "spend-new", "spend-one-off", "spend-weekend"} {
		if got := status(check); got != checks.Unknown {
			t.Errorf("%s before any bill: %s", check, got)
		}
	}
	w.readBill()
	for check, want := range map[string]checks.Status{"spend-spike": checks.Fail, "spend-new": checks.Pass, "spend-one-off": checks.Pass, "spend-weekend": checks.Unknown} {
		if got := status(check); got != want {
			t.Errorf("%s once the bill was compared: %s, want %s", check, got, want)
		}
	}
	w.clock.advance(9 * 24 * time.Hour)
	for _, check := range []string{"spend-spike", "spend-new", "spend-one-off"} {
		if got := status(check); got != checks.Unknown {
			t.Errorf("%s of an old bill: %s", check, got)
		}
	}
}
