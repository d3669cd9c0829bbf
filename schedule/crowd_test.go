package schedule_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/checks/spend"
)

// A bad day does not flood the channel: the largest rises get an alert each,
// the others share one message, and none is left out.
func TestManySpikesAtOnce(t *testing.T) {
	for rises, want := range map[int]struct{ alerts, listed int }{6: {6, 0}, 7: {5, 2}, 20: {5, 15}} {
		t.Run(fmt.Sprintf("%d rises", rises), func(t *testing.T) {
			w := newWorld(t, withCost)
			since := spend.DayOf(w.clock.now()) - 2
			for n := range rises {
				w.bill.line(memberID(n+1), "Amazon EC2", rising(100, since, float64(300+n)))
			}
			w.start()
			if err := w.engine.ReadBill(t.Context(), acme); err != nil {
				t.Fatal(err)
			}
			w.settled()
			alerts, listed := 0, 0
			for _, key := range w.mouth.keys() {
				switch m := w.said(key).(type) {
				case bot.SpikeAlert:
					alerts++
				case bot.SpikeList:
					listed = m.Total
					if named := min(m.Total, bot.MaxListed); len(m.Incidents) != named || !m.Incidents[0].Excess.GreaterThanOrEqual(m.Incidents[named-1].Excess) {
						t.Errorf("%d are named, the largest is %s", len(m.Incidents), m.Incidents[0].Excess)
					}
				}
			}
			if alerts != want.alerts || listed != want.listed {
				t.Errorf("%d alerts and %d listed, want %+v", alerts, listed, want)
			}
			// Judged once more, nothing new is said.
			before := len(w.mouth.keys())
			if err := w.engine.ReadBill(t.Context(), acme); err != nil {
				t.Fatal(err)
			}
			w.settled()
			if after := w.mouth.keys(); len(after) != before {
				t.Errorf("said again: %s", strings.Join(after, ", "))
			}
		})
	}
}

// What stands only in a list does not come back as an alert each, a week later.
func TestACrowdStaysACrowd(t *testing.T) {
	w := newWorld(t, withCost)
	since := spend.DayOf(w.clock.now()) - 2
	for n := range 12 {
		w.bill.line(memberID(n+1), "Amazon EC2", rising(100, since, float64(300+n)))
	}
	w.start()
	w.readBill()
	w.settled()
	w.clock.advance(7 * 24 * time.Hour)
	w.readBill()
	w.settled()
	// Five alerts, a list, and in the thread of each alert a word after a week.
	if keys := w.mouth.keys(); len(keys) != 5+1+5 {
		t.Errorf("%d messages: %s", len(keys), strings.Join(keys, ", "))
	}
}
