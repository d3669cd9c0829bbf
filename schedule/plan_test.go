package schedule_test

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks/spend"
)

func (w *world) announce(perDay int64, until string) spend.Plan {
	w.Helper()
	p, err := w.engine.Announce(w.Context(), spend.Plan{Scope: acme, AccountID: payer, From: day("2026-11-20"), To: day(until),
		PerDay: decimal.NewFromInt(perDay), Currency: "USD", Reason: "load test of the new shop", By: "Ana Silva"})
	if err != nil {
		w.Fatal(err)
	}
	return p
}

// alerts counts the spikes that people were told of.
func (w *world) alerts() int {
	w.Helper()
	n := 0
	for _, key := range w.mouth.keys() {
		if m, ok := w.said(key).(bot.SpikeAlert); ok && !m.Reply {
			n++
		}
	}
	return n
}

// What was announced alerts nobody, until it outgrows the plan or the plan is
// taken back.
func TestPlannedSpendIsNoNews(t *testing.T) {
	w := newWorld(t, withCost)
	w.start()
	w.bill.line(payer, "Amazon EC2", rising(100, day("2026-11-20"), 600))
	p := w.announce(500, "2026-11-30")
	w.readBill()
	if n := w.alerts(); n != 0 {
		t.Fatalf("%d alerts of what was announced\n%s", n, w.mouth)
	}
	if revoked, err := w.engine.Revoke(w.Context(), p.ID, "Cem Arslan"); !revoked || err != nil {
		t.Fatal(revoked, err)
	}
	w.readBill()
	if n := w.alerts(); n != 1 {
		t.Fatalf("%d alerts once the plan was taken back\n%s", n, w.mouth)
	}
}

func TestSpendBeyondItsPlan(t *testing.T) {
	w := newWorld(t, withCost)
	w.start()
	w.bill.line(payer, "Amazon EC2", rising(100, day("2026-11-20"), 900))
	p := w.announce(500, "2026-11-30")
	w.readBill()
	if why := w.spikeOf().Incident.Why; !strings.Contains(why, "outgrew") || !strings.Contains(why, p.ID) || !strings.Contains(why, "$300") {
		t.Errorf("said %q", why)
	}
}

// A plan that ended covers nothing.
func TestSpendAfterItsPlan(t *testing.T) {
	w := newWorld(t, withCost)
	w.start()
	w.bill.line(payer, "Amazon EC2", rising(100, day("2026-11-21"), 600))
	w.announce(500, "2026-11-20")
	w.readBill()
	if n := w.alerts(); n != 1 {
		t.Fatalf("%d alerts\n%s", n, w.mouth)
	}
}

func TestPlanIsHeldToItsRules(t *testing.T) {
	w := newWorld(t)
	if _, err := w.engine.Announce(w.Context(), spend.Plan{Scope: acme, From: day("2026-11-20"), To: day("2026-11-30"), PerDay: decimal.NewFromInt(1), Reason: "x", By: "Ana"}); err == nil {
		t.Error("a plan without a reason was taken")
	}
}
