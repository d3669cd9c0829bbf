package spend_test

import (
	"testing"

	"rootwatch/checks/spend"
)

// Mistakes seen in other tools that compare days, each as the case that it
// gets wrong. That nobody asks for today, a part of a day (OptScale), is
// TestCostsNeverAskForToday of internal/awsorg; that an alert is not said again
// on every run (Komiser, OptScale) is TestWatchSaysNothingTwice; fees of the
// 1st (tldraw) and credits are in TestWatchHoldsBack.
func TestSpendMistakesOfOthers(t *testing.T) {
	exact := func(v float64) shape { return func(spend.Day) float64 { return v } }
	day := within(onset, onset)
	for _, tt := range []struct {
		name  string
		parts []part
		want  spend.Reason // "" for no word
	}{
		// iandees/aws-billing-to-slack: 0 % where the day before cost less than a dollar.
		{"0 percent after a day below a dollar: a service of cents costs 5,000 dollars", []part{at(ec2, when(exact(0.5), exact(5000), day))}, spend.AboveUsual},
		{"0 percent after a day below a dollar: a service without any cost does", []part{at(s3, exact(10)), at(ec2, when(zero, exact(5000), day))}, spend.FirstSpend},
		// OptScale: an average of 0, and no floor in dollars.
		{"an average of 0, and any spend fires", []part{at(s3, exact(10)), at(ec2, when(zero, exact(0.02), day))}, ""},
		{"no floor in dollars: tenfold of nearly nothing fires", []part{at(ec2, when(exact(0.5), exact(5), day))}, ""},
		// AWS Cost Anomaly Detection waits for ten days of a new service; Thrifty calls one "info".
		{"a new service waits for ten days of history", []part{at(s3, exact(10)), at(ec2, when(zero, exact(500), day))}, spend.FirstSpend},
		// No tool that we read looks at regions.
		{"a region that was never used is part of its service", []part{at(ec2, exact(1000)), {ec2, away, when(zero, exact(60), since(onset))}}, spend.FirstRegion},
		// Cost Anomaly Detection sums what one monitor watches.
		{"opposite moves are netted to zero", []part{at(ec2, when(exact(100), exact(350), day)), at(rds, when(exact(350), exact(100), day))}, spend.AboveUsual},
		// A percentage of the total of a large account.
		{"one percent of the account is nothing", []part{at(rds, exact(40000)), at(ec2, when(exact(100), exact(700), since(onset)))}, spend.AboveUsual},
		// The end of an outage, told by percent alone.
		{"a day compared with one bad day before it", []part{at(ec2, when(exact(100), exact(1), within(onset-1, onset-1)))}, ""},
		// Day over day: every Monday.
		{"a Monday compared with a Sunday", []part{at(ec2, when(exact(100), exact(10), weekend))}, ""},
		// The mean of seven days is carried away by one of them.
		{"the day after a spike is hidden by the mean, or told as a fall", []part{at(ec2, when(exact(100), exact(4000), within(onset, onset+1)))}, spend.AboveUsual},
		// cdk-bill-bot issue 28: credits make the report empty. They are no spend, and no usual.
		{"a credit in the past is taken for the usual", []part{at(s3, exact(10)), at(ec2, when(when(zero, exact(-900), every(7, onset)), exact(40), day))}, spend.FirstSpend},
		{"credits hide what it costs", []part{at(ec2, when(exact(100), exact(500), since(onset))), {"Credits", "NoRegion", exact(-2000)}}, spend.AboveUsual},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := live(t, of(tt.parts...).ledger())
			if tt.want == "" {
				if len(all) > 0 {
					t.Errorf("it speaks:%s", listed(all))
				}
				return
			}
			if s := told(t, all); s.Incident.Reason != tt.want || s.Incident.Service != ec2 || s.on > onset+2 {
				t.Errorf("%s of %s on %s: %s; want %s", s.Incident.Reason, s.Incident.Service, s.on, s.Incident.Why, tt.want)
			}
		})
	}
}

// kestra and Komiser say what they found on every run.
func TestSpendDoesNotSpeakDaily(t *testing.T) {
	all := live(t, of(at(ec2, more(steady(100), 300, onset, onset+20))).ledger())
	if got := words(all, spend.First, spend.Grew, spend.Still); len(got) != 1 {
		t.Errorf("three weeks of one rise are %d messages:%s", len(got), listed(all))
	}
}
