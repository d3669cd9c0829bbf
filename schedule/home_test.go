package schedule_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/checks/spend"
	"rootwatch/schedule"
)

func (w *world) home() bot.Home {
	w.Helper()
	home, err := w.engine.Home(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	return home
}

func TestHomeOfAnEmptyStore(t *testing.T) {
	w := newWorld(t, withCost)
	home := w.home()
	if len(home.Parts) != 1 || !home.At.Equal(morning) {
		t.Fatalf("%+v", home)
	}
	part := home.Parts[0]
	if part.Scope != acme || part.Coverage.Accounts != 0 || part.Money == nil || part.Money.Known() || part.Money.Trouble == "" || len(part.Spikes)+len(part.Trouble) != 0 {
		t.Errorf("%+v", part)
	}
	if want := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC); !part.NextDigest.Equal(want) {
		t.Errorf("next digest %s", part.NextDigest)
	}
}

func TestHome(t *testing.T) {
	w := newWorld(t, withCost)
	w.cloud.holds(3)
	w.cloud.set(memberID(1), rootKey)
	w.bill.line(memberID(1), "Amazon EC2", rising(100, day("2026-11-20"), 300))
	w.bill.line(memberID(2), "AWS Lambda", rising(100, day("2026-11-20"), 500))
	w.start()
	w.answer(w.ask(rootcheck("all"))[0])
	w.readBill()
	w.bill.periods() // what was asked for until now
	// Slack refuses a message for good, and nobody was up yesterday.
	w.mouth.fails("post", fault(bot.Refused))
	w.inTx(func(ctx context.Context, tx *tx) error {
		for _, local := range []string{"2026-11-20T06:00", "2026-11-21T06:00"} {
			at := morning.Add(-time.Hour)
			if local < "2026-11-21" {
				at = morning.Add(-72 * time.Hour)
			}
			if _, err := w.store.TakeSlot(ctx, tx, schedule.Slot{Scope: acme, Schedule: "sweep", Local: local, Missed: true, At: at}); err != nil {
				return err
			}
		}
		return w.engine.Say(ctx, tx, acme, bot.Outgoing{Key: "refused", Address: bot.Address{Channel: "C0CLOSED"}, Message: bot.Trouble{What: "x"}}, "")
	})
	w.eventually("the message is refused", func() bool { return w.delivery("refused").State == schedule.Failed })

	var home bot.Home
	w.inTx(func(context.Context, *tx) error { // whoever writes keeps nobody from reading
		home = w.home()
		return nil
	})
	part := home.Parts[0]
	if part.Coverage.Accounts != 3 || part.OpenTotal != 1 || part.Open[0].AccountID != memberID(1) {
		t.Errorf("posture: %+v", part.Fleet)
	}
	if part.Money == nil || !part.Money.Known() || part.Money.OpenSpikes != 2 || part.Money.RequestsToday != 2 || len(w.bill.periods()) != 0 {
		t.Errorf("money: %+v", part.Money)
	}
	digest, err := w.engine.Digest(t.Context(), acme, "2026-11-22T09:00")
	if m := digest.Money; err != nil || !m.MonthToDate.Equal(part.Money.MonthToDate) || !m.Total.Equal(part.Money.Total) || m.Day != part.Money.Day || m.Currency != part.Money.Currency || m.Provisional != part.Money.Provisional || !m.AsOf.Equal(part.Money.AsOf) {
		t.Errorf("the digest tells %+v, App Home %+v (%v)", m, part.Money, err)
	}
	if len(part.Spikes) != 2 || part.Spikes[0].Account != memberID(2) || part.Spikes[1].Account != memberID(1) {
		t.Errorf("spikes: %+v", part.Spikes)
	}
	want := []string{"The sweep of 21 Nov 06:00 was missed.", "Slack refused 1 message. The log says which channel, and what to do."}
	if got := strings.Join(part.Trouble, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("trouble: %s", got)
	}
	for _, i := range part.Spikes {
		m, found, err := w.engine.Spike(t.Context(), acme, bot.SpikeKey(i))
		if err != nil || !found || m.Incident.Account != i.Account || m.Reply {
			t.Errorf("the alert of %s: %+v, %v, %v", bot.SpikeKey(i), m, found, err)
		}
	}
	report, err := w.engine.Report(t.Context(), acme, memberID(1))
	if err != nil || report == nil || report.AccountID != memberID(1) {
		t.Errorf("the report: %+v, %v", report, err)
	}
}

// Of two organizations each has its part, and the outbox is told of once.
func TestHomeOfTwo(t *testing.T) {
	w := newWorld(t, func(w *world) {
		w.options.Mouth = nil
		w.options.Organizations = append(w.options.Organizations, schedule.Organization{Scope: gov, Collector: newCloud(gov, w.clock)})
	})
	w.inTx(func(ctx context.Context, tx *tx) error {
		for n := range 12 {
			out := bot.Outgoing{Key: "waits:" + spend.Day(n).String(), Address: *person, Message: bot.Trouble{What: "x"}}
			if err := w.engine.Say(ctx, tx, acme, out, ""); err != nil {
				return err
			}
		}
		return nil
	})
	home := w.home()
	if len(home.Parts) != 2 || home.Parts[0].Scope != acme || home.Parts[1].Scope != gov || home.Parts[1].Money != nil {
		t.Fatalf("%+v", home)
	}
	if got := strings.Join(home.Parts[0].Trouble, "\n"); !strings.HasPrefix(got, "12 messages wait") || len(home.Parts[1].Trouble) != 0 {
		t.Errorf("trouble %q and %q", got, home.Parts[1].Trouble)
	}
}
