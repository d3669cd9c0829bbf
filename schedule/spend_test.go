package schedule_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

var payer = id("111122223333")

// readBill reads the bill as the day's slot does, and waits until all is said.
func (w *world) readBill() {
	w.Helper()
	w.inTx(func(ctx context.Context, tx *tx) error {
		return w.engine.StartSlot(ctx, tx, acme, "spend", "")
	})
	w.settled()
}

// trouble is what the newest run of the bill left to be said.
func (w *world) trouble() string {
	w.Helper()
	sentence, err := w.store.CostTrouble(w.Context(), acme)
	if err != nil {
		w.Fatal(err)
	}
	return sentence
}

// collected counts the days that are in the store up to yesterday.
func (w *world) collected() int {
	w.Helper()
	today := spend.DayOf(w.clock.now())
	h, err := w.store.History(w.Context(), acme, account.ID{}, today-1000, today+1)
	if err != nil {
		w.Fatal(err)
	}
	if h.Collected[today] {
		w.Error("today was read, and is not over")
	}
	return len(h.Collected)
}

// breakBill damages all that is stored of the bill.
func (w *world) breakBill() {
	w.Helper()
	bytes := `x'00'`
	if w.postgres {
		bytes = `'\x00'`
	}
	w.exec(`UPDATE bill_account_day SET body = ` + bytes)
}

func ceGap(cause account.Cause, sentence string) error {
	return account.Gap{Call: "ce:GetCostAndUsage", Cause: cause, Sentence: sentence}
}

// The bill is read newest first and in parts, never today, and on later days
// only what may have changed or is missing.
func TestWhatIsAskedFor(t *testing.T) {
	w := newWorld(t, withCost, withHistory)
	w.bill.line(payer, "Amazon EC2", steady(100))
	w.start()
	ask := func(what string, want ...string) {
		t.Helper()
		w.readBill()
		if got := w.bill.periods(); !slices.Equal(got, want) {
			t.Errorf("%s: asked for %v, want %v", what, got, want)
		}
	}
	ask("70 days of history", "2026-11-17..2026-11-21", "2026-09-13..2026-11-16")
	if n := w.collected(); n != 70 {
		t.Errorf("%d days are stored", n)
	}
	ask("again on the same day", "2026-11-17..2026-11-21")
	w.clock.advance(24 * time.Hour)
	ask("the second day", "2026-11-18..2026-11-22")
	w.clock.advance(9 * 24 * time.Hour)
	ask("after an outage of nine days, with the day that was half read before it", "2026-11-27..2026-12-01", "2026-11-22..2026-11-26")
	w.clock.advance(24 * time.Hour)
	ask("the month before is read on the 3rd", "2026-11-28..2026-12-02", "2026-11-01..2026-11-27")
	w.clock.advance(24 * time.Hour)
	ask("not on the 4th", "2026-11-29..2026-12-03")
	w.clock.advance(3 * 24 * time.Hour)
	ask("on the 7th", "2026-12-02..2026-12-06", "2026-11-01..2026-11-30")
	w.clock.advance(24 * time.Hour)
	ask("on the 8th", "2026-12-03..2026-12-07")
	w.clock.advance(4 * 24 * time.Hour)
	ask("on the 12th, for the 10th was missed", "2026-12-07..2026-12-11", "2026-11-01..2026-11-30")
	w.clock.advance(40 * 24 * time.Hour)
	ask("after an outage of forty days", "2027-01-16..2027-01-20", "2026-12-01..2027-01-15")
	if w.trouble() != "" {
		t.Errorf("trouble: %s", w.trouble())
	}
}

func TestShortHistory(t *testing.T) {
	w := newWorld(t, withCost, func(w *world) { w.options.Organizations[0].HistoryDays = 1 })
	w.start()
	w.readBill()
	if got := w.bill.periods(); !slices.Equal(got, []string{"2026-11-17..2026-11-21"}) {
		t.Errorf("asked for %v", got)
	}
}

// What was paid for is kept, and today's alerts go out, whatever becomes of the history.
func TestHistoryThatFails(t *testing.T) {
	since := day("2026-11-20")
	for name, c := range map[string]struct {
		errs   []error
		stored int
		says   string
	}{
		"is refused": {[]error{nil, nil, ceGap(account.Denied, "denied.")}, 27, "The history before 2026-10-26 is not read yet: denied."},
		"fails for good": {
			[]error{nil, nil, ceGap(account.Throttled, "slow"), nil, ceGap(account.Throttled, "slow"), nil, ceGap(account.Throttled, "slow"), nil, ceGap(account.Throttled, "slow")},
			27, "The history before 2026-10-26 is not read yet: slow.",
		},
		"fails in a way of its own": {
			[]error{nil, nil, errors.New("odd"), nil, errors.New("odd"), nil, errors.New("odd"), nil, errors.New("odd")},
			27, "The history before 2026-10-26 is not read yet",
		},
		"fails and comes": {[]error{nil, ceGap(account.Throttled, "slow")}, 70, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, withCost, withHistory)
			w.bill.pages = 10 // so that half of what the cap leaves is 22 days
			w.bill.line(payer, "Amazon EC2", rising(100, since, 300))
			w.bill.fails(c.errs...)
			w.start()
			w.readBill()
			if got := w.trouble(); !strings.HasPrefix(got, c.says) || c.says == "" && got != "" || strings.Contains(got, "..") {
				t.Errorf("trouble %q, want %q", got, c.says)
			}
			if n := w.collected(); n != c.stored {
				t.Errorf("%d days are stored, want %d", n, c.stored)
			}
			if keys := w.mouth.keys(); len(keys) != 1 {
				t.Errorf("said %v", keys)
			}
		})
	}
}

// The newest days fail: that is remembered and told, and nothing is judged.
func TestBillThatFails(t *testing.T) {
	for name, c := range map[string]struct {
		errs []error
		asks int
		says string
	}{
		"denied":             {[]error{ceGap(account.Denied, "AWS denied ce:GetCostAndUsage")}, 1, "AWS denied ce:GetCostAndUsage"},
		"not switched on":    {[]error{ceGap(account.NotEnabled, "switch it on")}, 1, "switch it on"},
		"throttled for good": {[]error{ceGap(account.Throttled, "slow"), ceGap(account.Throttled, "slow"), ceGap(account.Throttled, "slow"), ceGap(account.Throttled, "slow")}, 4, "slow"},
		"odd for good":       {[]error{errors.New("odd"), errors.New("odd"), errors.New("odd"), errors.New("odd")}, 4, "The bill could not be read."},
		"throttled":          {[]error{ceGap(account.Throttled, "slow"), ceGap(account.TimedOut, "slow")}, 4, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, withCost)
			w.bill.fails(c.errs...)
			w.start()
			w.readBill()
			if got := w.trouble(); got != c.says {
				t.Errorf("trouble %q, want %q", got, c.says)
			}
			if got := w.bill.periods(); len(got) != c.asks {
				t.Errorf("asked for %v", got)
			}
			if judged := w.worked("judge") == 1; judged != (c.says == "") {
				t.Errorf("judged: %v", judged)
			}
			answer, err := w.engine.SpendAnswer(t.Context(), acme, account.ID{}, 7)
			if err != nil || answer.Money.Trouble != c.says && answer.Money.Trouble != "" && c.says != "" {
				t.Errorf("answer %+v, %v", answer.Money, err)
			}
			w.readBill()
			if got := w.trouble(); got != "" {
				t.Errorf("trouble that is over: %q", got)
			}
		})
	}
}

// Our own caps stop a request before it is made, and name the key that raises them.
func TestCaps(t *testing.T) {
	for name, c := range map[string]struct {
		day, month int
		asks       int
		key        string
	}{
		"a day":   {2, 100, 2, "cost.max_requests_per_day"},
		"a month": {100, 2, 2, "cost.max_requests_per_month"},
		"none":    {0, 0, 0, "cost.max_requests_per_day"},
		"enough":  {100, 100, 2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			counted := &counters{}
			w := newWorld(t, withCost, withHistory, func(w *world) {
				w.options.Counters = counted
				o := &w.options.Organizations[0]
				o.MaxRequestsPerDay, o.MaxRequestsPerMonth = c.day, c.month
			})
			w.start()
			w.readBill()
			if got := w.bill.periods(); len(got) != c.asks {
				t.Errorf("asked for %v", got)
			}
			if got := w.trouble(); !strings.Contains(got, c.key) || (got == "") != (c.key == "") {
				t.Errorf("trouble %q", got)
			}
			today, month, err := w.store.CountRequests(t.Context(), acme, spend.DayOf(w.clock.now()), 0)
			if err != nil || today != c.asks || month != c.asks {
				t.Errorf("counted %d and %d: %v", today, month, err)
			}
			if n := strings.Count(strings.Join(counted.list(), "\n"), "asked acme 1"); n != c.asks {
				t.Errorf("metrics have %v", counted.list())
			}
		})
	}
}

// A cap of a day ends with the day, that of a month with the month.
func TestCapsEnd(t *testing.T) {
	w := newWorld(t, withCost, func(w *world) {
		o := &w.options.Organizations[0]
		o.HistoryDays, o.MaxRequestsPerDay, o.MaxRequestsPerMonth = 5, 1, 2
	})
	w.start()
	for _, c := range []struct {
		advance time.Duration
		asks    int
		says    string
	}{
		{0, 1, ""}, {0, 0, "_day"}, {24 * time.Hour, 1, ""}, {24 * time.Hour, 0, "_month"}, {7 * 24 * time.Hour, 1, ""},
	} {
		w.clock.advance(c.advance)
		w.readBill()
		if got := w.bill.periods(); len(got) != c.asks || !strings.Contains(w.trouble(), c.says) || (c.says == "") != (w.trouble() == "") {
			t.Errorf("%s: asked for %v, trouble %q", w.clock.now(), got, w.trouble())
		}
	}
	if strings.Contains(w.trouble(), "$0.02") {
		t.Errorf("trouble %q", w.trouble())
	}
}

func TestReadBill(t *testing.T) {
	w := newWorld(t, withCost)
	w.bill.fails(ceGap(account.Throttled, "slow"))
	w.start()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	read := make(chan error, 1)
	go func() { read <- w.engine.ReadBill(ctx, acme) }()
	w.eventually("the bill is tried again later", func() bool { return w.waiting("spend") == 1 })
	select {
	case err := <-read:
		t.Errorf("it returned before the bill was read: %v", err)
	default:
	}
	w.settled()
	if err := <-read; err != nil || w.worked("judge") != 1 {
		t.Errorf("%v\n%s", err, w.jobs())
	}
	w.bill.fails(ceGap(account.Throttled, "slow"))
	go func() { read <- w.engine.ReadBill(ctx, acme) }()
	w.eventually("the bill is tried again later", func() bool { return w.waiting("spend") == 1 })
	cancel()
	if err := <-read; !errors.Is(err, context.Canceled) {
		t.Errorf("who does not wait gets %v", err)
	}
	w.settled()
}
