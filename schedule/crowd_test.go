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
				w.bill.line(memberID(n+1), fmt.Sprintf("Service %d", n), rising(100, since, float64(300+n)))
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
		w.bill.line(memberID(n+1), fmt.Sprintf("Service %d", n), rising(100, since, float64(300+n)))
	}
	w.start()
	w.readBill()
	w.settled()
	w.clock.advance(7 * 24 * time.Hour)
	w.readBill()
	w.settled()
	if keys := w.mouth.keys(); len(keys) != 5+1 {
		t.Errorf("%d messages: %s", len(keys), strings.Join(keys, ", "))
	}
}

// One hand in many accounts is told once.
func TestCampaign(t *testing.T) {
	w := newWorld(t, withCost)
	since := spend.DayOf(w.clock.now()) - 2
	for n := range 3 {
		w.bill.line(memberID(n+1), "Amazon EC2", rising(100, since, float64(300+n)))
	}
	w.bill.line(memberID(4), "Amazon S3", rising(100, since, 400))
	w.start()
	w.readBill()
	var alerts []string
	for _, key := range w.mouth.keys() {
		switch m := w.said(key).(type) {
		case bot.SpikeAlert:
			alerts = append(alerts, m.Incident.Service)
		case bot.SpikeList:
			if m.Total != 3 || m.Incidents[0].Campaign == "" {
				t.Errorf("listed: %+v", m)
			}
		}
	}
	if len(alerts) != 1 || alerts[0] != "Amazon S3" || len(w.mouth.keys()) != 2 {
		t.Errorf("told alone: %v of %v", alerts, w.mouth.keys())
	}
}
