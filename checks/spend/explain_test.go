package spend_test

import (
	"strings"
	"testing"

	"rootwatch/checks/spend"
)

// explained is what is explained on the look after day.
func explained(l spend.Ledger, day spend.Day) []string {
	for w := range l.Replay(spend.DefaultSettings()) {
		if w.Today() == day+1 {
			return w.Explain()
		}
	}
	return nil
}

// lineOf is the line that begins with name.
func lineOf(lines []string, name string) string {
	for _, l := range lines {
		if strings.HasPrefix(l, name+":") {
			return l
		}
	}
	return ""
}

func TestExplainNamesWhatMatters(t *testing.T) {
	b := of(
		at(ec2, more(steady(100), 300, onset, onset)), at(rds, steady(80)), at(s3, steady(0.02)),
		at(lambda, when(steady(20), steady(120), every(5, onset))),
		part{registrar, "global", more(zero, 60, onset, onset)},
		part{ec2, away, when(zero, steady(90), since(onset))},
	)
	lines := explained(b.ledger(), onset)
	all := strings.Join(lines, "\n")
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "The account usually costs $") {
		t.Fatalf("it begins otherwise:\n%s", all)
	}
	for name, want := range map[string]string{
		ec2 + " in " + home: "A RISE.", ec2 + " in " + away: "A RISE.",
		rds + " in " + home:      "no more than the usual",
		lambda + " in " + home:   ": ",
		registrar + " in global": "no region",
	} {
		line := lineOf(lines, name)
		if !strings.Contains(line, want) || (want != "A RISE.") == strings.Contains(line, "A RISE") {
			t.Errorf("of %s it says %q, want %q in:\n%s", name, line, want, all)
		}
	}
	if strings.Contains(all, s3) {
		t.Errorf("two cents a day are asked about:\n%s", all)
	}
	if strings.Contains(all, "NaN") || strings.Contains(all, "Inf") {
		t.Errorf("no numbers:\n%s", all)
	}
}

// Each series of a message is a rise in the explanation of its day, and an
// explanation changes nothing.
func TestExplainAgreesWithWhatIsTold(t *testing.T) {
	b := of(at(ec2, more(steady(200), 900, onset, onset+2)), at(rds, more(steady(100), 400, onset, onset+2)), at(s3, steady(70)))
	told := 0
	for w, us := range b.ledger().Replay(spend.DefaultSettings()) {
		lines := w.Explain()
		for _, u := range us {
			if u.Word != spend.First {
				continue
			}
			told++
			for _, name := range []string{u.Incident.Service + " in " + u.Incident.Region, u.Incident.Drivers[0].Name} {
				if !strings.Contains(lineOf(lines, name), "A RISE") {
					t.Errorf("%s is told and not explained: %q", name, lines)
				}
			}
		}
	}
	if told != 1 {
		t.Errorf("with an explanation of each day it is told %d times", told)
	}
	if lines := explained(b.unread(onset, onset-1).ledger(), onset); len(lines) != 1 || !strings.Contains(lines[0], "Nothing could be judged") {
		t.Errorf("of what was not read it says %q", lines)
	}
}
