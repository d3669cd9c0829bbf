package spend_test

import (
	"testing"

	"rootwatch/checks/spend"
)

// Mistakes seen in other tools that compare days, each as the case that it
// gets wrong. That nobody asks for today, a part of a day (OptScale), is
// TestCostsNeverAskForToday of internal/awsorg; that an alert is not said again
// on every run (Komiser) is TestSpeakThroughTheLifeOfAnIncident.
func TestSpendMistakesOfOthers(t *testing.T) {
	last := func(v float64) map[int]float64 { return map[int]float64{0: v} }
	for _, tt := range []struct {
		name string
		h    spend.History
		want spend.Reason // "" for no spike
	}{
		// iandees/aws-billing-to-slack: 0 % where the day before cost less than a dollar.
		{"0 percent after a day below a dollar: a service of cents costs 5,000 dollars", over(90, but(flat(0.5), last(5000))), spend.AboveUsual},
		{"0 percent after a day below a dollar: a service without any cost does", over(90, but(flat(0), last(5000))), spend.FirstSpend},
		// OptScale: an average of 0, and no floor in dollars.
		{"an average of 0, and any spend fires", over(90, but(flat(0), last(0.02))), ""},
		{"no floor in dollars: tenfold of nearly nothing fires", over(90, but(flat(0.5), last(5))), ""},
		// AWS Cost Anomaly Detection waits for ten days of a new service; Thrifty calls one "info".
		{"a new service waits for ten days of history", over(60, but(flat(0), last(500))), spend.FirstSpend},
		// Cost Anomaly Detection sums what one monitor watches.
		{"opposite moves are netted to zero", over(90, but(flat(100), last(350)), but(flat(350), last(100))), spend.AboveUsual},
		// The end of an outage, told by percent alone.
		{"a day compared with one bad day before it", over(90, but(flat(100), map[int]float64{1: 1, 0: 100})), ""},
		// cdk-bill-bot issue 28: credits make the report empty. They are no spend, and no usual.
		{"a credit in the past is taken for the usual", over(90, but(flat(0), map[int]float64{7: -900, 14: -900, 21: -900, 0: 40})), spend.FirstSpend},
	} {
		t.Run(tt.name, func(t *testing.T) {
			spikes := spend.Judge(tt.h, monday, spend.DefaultSettings())
			if tt.want == "" {
				if len(spikes) != 0 {
					t.Errorf("it fires: %s", spikes[0].Why)
				}
				return
			}
			if s := one(t, spikes); s.Reason != tt.want {
				t.Errorf("%s: %s; want %s", s.Reason, s.Why, tt.want)
			}
		})
	}
}
