package schedule_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// shownBill is a world with a stored bill of three accounts; two share a name.
func shownBill(t *testing.T, edits ...func(*world)) *world {
	t.Helper()
	w := newWorld(t, append([]func(*world){withCost}, edits...)...)
	twin := w.cloud.member(2)
	twin.Name = "team-1"
	w.knows(w.cloud.self, w.cloud.member(1), twin)
	w.bill.line(payer, "Amazon EC2", steady(100))
	w.bill.line(payer, "Amazon S3", rising(20, day("2026-11-20"), 25))
	w.bill.line(memberID(1), "Amazon EC2", steady(7))
	w.bill.line(memberID(2), "Amazon EC2", steady(3))
	w.bill.credit = map[spend.Day]float64{day("2026-11-10"): -50, day("2026-10-31"): -5}
	w.start()
	w.readBill()
	w.bill.periods()
	return w
}

func rows(all []bot.SpendRow) []string {
	var names []string
	for _, r := range all {
		names = append(names, r.Name+" "+r.Amount.String()+" usually "+r.Usual.String())
	}
	return names
}

// /spend is answered from the store: it makes no Cost Explorer request.
func TestSpendIsAnsweredFromTheStore(t *testing.T) {
	w := shownBill(t)
	before, _, err := w.store.CountRequests(t.Context(), acme, spend.DayOf(w.clock.now()), 0)
	if err != nil {
		t.Fatal(err)
	}
	ids := w.ask(bot.Request{Key: "k", At: morning, Command: bot.ShowSpend{Days: 7}, Reply: person, AskedBy: "U01ALICE", Subject: "spend"})
	all, ok := w.answer(ids[0]).(bot.SpendAnswer)
	if !ok || all.AskedBy != "U01ALICE" || all.Subject != "all accounts" || len(all.Recent) != 7 || all.Recent[6].Amount.String() != "135" || all.Recent[0].Day != day("2026-11-14") {
		t.Fatalf("answered with %#v", all)
	}
	m := all.Money
	if m.Day != day("2026-11-20") || m.Total.String() != "135" || m.Usual.String() != "130" || m.Currency != "USD" || m.Provisional || m.Trouble != "" ||
		m.MonthToDate.String() != "2605" || m.Adjustments.String() != "-50" || m.LargestRise != "S3 in management" || m.LargestRiseBy.String() != "5" || m.RequestsToday != before {
		t.Errorf("money %+v", m)
	}
	if got, want := rows(all.Top), []string{"management 125 usually 120", "team-1 (100000000001) 7 usually 7", "team-1 (100000000002) 3 usually 3"}; !slices.Equal(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}

	ids = w.ask(bot.Request{Key: "one", At: morning, Command: bot.ShowSpend{Days: 2, Target: bot.Target{Scope: acme, ID: payer}}, Reply: person})
	one, ok := w.answer(ids[0]).(bot.SpendAnswer)
	if !ok || one.Account != payer || one.Subject != "management" || len(one.Recent) != 2 || one.Money.Total.String() != "125" {
		t.Fatalf("answered with %#v", one)
	}
	if got := rows(one.Top); !slices.Equal(got, []string{"EC2 100 usually 100", "S3 25 usually 20"}) {
		t.Errorf("rows %q", got)
	}

	after, _, err := w.store.CountRequests(t.Context(), acme, spend.DayOf(w.clock.now()), 0)
	if asked := w.bill.periods(); err != nil || after != before || len(asked) != 0 {
		t.Errorf("asked AWS for %v, %d requests are %d now: %v", asked, before, after, err)
	}
	for _, id := range []string{"k/0", "one/0"} {
		if run := w.run(id); run.ConcludedAt.IsZero() || run.Failure != "" {
			t.Errorf("run %+v", run)
		}
	}
}

// What is not known is said, and never looks like a bill of nothing.
func TestSpendThatIsNotKnown(t *testing.T) {
	t.Run("never read", func(t *testing.T) {
		w := newWorld(t, withCost)
		answer, err := w.engine.SpendAnswer(t.Context(), acme, account.ID{}, 7)
		if err != nil || answer.Money.Known() || answer.Money.Trouble == "" || len(answer.Recent) != 0 {
			t.Errorf("%+v, %v", answer, err)
		}
	})
	t.Run("switched off", func(t *testing.T) {
		w := newWorld(t)
		answer, err := w.engine.SpendAnswer(t.Context(), acme, account.ID{}, 7)
		if err != nil || !strings.Contains(answer.Money.Trouble, "switched off") {
			t.Errorf("%+v, %v", answer, err)
		}
	})
	t.Run("an account that nobody knows", func(t *testing.T) {
		w := shownBill(t)
		answer, err := w.engine.SpendAnswer(t.Context(), acme, id("999988887777"), 7)
		if err != nil || answer.Money.Known() || !strings.Contains(answer.Money.Trouble, "999988887777") {
			t.Errorf("%+v, %v", answer, err)
		}
	})
	t.Run("an account without cost", func(t *testing.T) {
		w := shownBill(t)
		w.knows(w.cloud.member(9))
		answer, err := w.engine.SpendAnswer(t.Context(), acme, memberID(9), 7)
		if err != nil || answer.Money.Trouble != "" || !answer.Money.Known() || !answer.Money.Total.IsZero() {
			t.Errorf("%+v, %v", answer, err)
		}
	})
	t.Run("read long ago", func(t *testing.T) {
		w := shownBill(t)
		w.clock.advance(5 * 24 * time.Hour)
		answer, err := w.engine.SpendAnswer(t.Context(), acme, account.ID{}, 7)
		if err != nil || answer.Money.Day != day("2026-11-21") || !answer.Money.Provisional || !strings.Contains(answer.Money.Trouble, "last read for 2026-11-21") {
			t.Errorf("%+v, %v", answer.Money, err)
		}
	})
	t.Run("an organization that is gone", func(t *testing.T) {
		w := newWorld(t, withCost)
		if _, err := w.engine.SpendAnswer(t.Context(), gov, account.ID{}, 7); err == nil {
			t.Error("there is an answer")
		}
	})
	t.Run("a bill that cannot be added up", func(t *testing.T) {
		w := shownBill(t)
		w.breakBill()
		ids := w.ask(bot.Request{Key: "k", At: morning, Command: bot.ShowSpend{Days: 7}, Reply: person})
		if answer, ok := w.answer(ids[0]).(bot.SpendAnswer); !ok || answer.Money.Trouble == "" || answer.Money.Known() {
			t.Errorf("answered with %#v", answer)
		}
	})
}

// An open incident is counted where it belongs.
func TestOpenSpikesAreCounted(t *testing.T) {
	w := newWorld(t, withCost)
	w.bill.line(payer, "Amazon EC2", rising(100, day("2026-11-20"), 300))
	w.bill.line(memberID(1), "Amazon EC2", steady(1))
	w.start()
	w.readBill()
	for id, want := range map[account.ID]int{{}: 1, payer: 1, memberID(1): 0} {
		if answer, err := w.engine.SpendAnswer(t.Context(), acme, id, 7); err != nil || answer.Money.OpenSpikes != want {
			t.Errorf("%s: %+v, %v", id, answer.Money, err)
		}
	}
}
