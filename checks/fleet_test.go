package checks_test

import (
	"encoding/json"
	"strings"
	"testing"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

func rowOf(t *testing.T, f *checks.Fleet, id string) checks.FleetRow {
	t.Helper()
	for _, r := range f.Rows {
		if r.CheckID == id {
			return r
		}
	}
	t.Fatalf("the fleet has no row %s", id)
	return checks.FleetRow{}
}

// Each account is counted once in every row, and what could not be judged is
// in no percentage.
func TestFleetCountsEachAccountOnce(t *testing.T) {
	fleet := checks.NewFleet()
	run := func(edits ...edit) checks.Report {
		return checks.Run(checks.Case{Facts: healthy(edits...), Policy: checks.DefaultPolicy()})
	}
	fleet.Add(run(), now)
	fleet.Add(run(), now)
	fleet.Add(run(set(account.SummaryMFAEnabled, 0)), now)
	fleet.Add(run(nothingRead(account.Denied)), now)
	fleet.Add(checks.Report{}, now) // of a version that knew no check
	if fleet.Accounts != 5 || fleet.Read != 3 || fleet.NotReadable != 2 {
		t.Errorf("coverage is %+v", fleet)
	}
	for _, r := range fleet.Rows {
		if n := r.Failing + r.Passing + r.Unknown + r.Manual + r.NotApplicable; n != 5 {
			t.Errorf("%s counts %d accounts of 5", r.CheckID, n)
		}
	}
	row := rowOf(t, fleet, "root-mfa")
	if row.Failing != 1 || row.Passing != 2 || row.Unknown != 2 || row.Percent == nil || *row.Percent < 33.3 || *row.Percent > 33.4 {
		t.Errorf("root-mfa is %+v", row)
	}
	if b := row.Benchmark; b == nil || b.Percent != 9.7 || b.Accounts != 1143 {
		t.Errorf("root-mfa's benchmark is %+v", b)
	}
	fleet.Worst()
	if fleet.Rows[0].Failing < fleet.Rows[1].Failing {
		t.Error("the worst is not first")
	}
}

func TestFleetWithoutAccountsHasNoPercentage(t *testing.T) {
	b, err := json.Marshal(rowOf(t, checks.NewFleet(), "root-usage"))
	if err != nil {
		t.Fatal(err)
	}
	var row map[string]any
	if err := json.Unmarshal(b, &row); err != nil {
		t.Fatal(err)
	}
	if percent, there := row["percent"]; !there || percent != nil {
		t.Errorf("percent of nothing is %v", percent)
	}
}

// Of more repeat offenders than a fleet names, the most frequent stay, whatever
// organization they come from, and the rest is counted.
func TestFleetNamesTheMostFrequentRepeats(t *testing.T) {
	fleet := checks.NewFleet()
	b, err := json.Marshal(fleet)
	if err != nil || !strings.Contains(string(b), `"repeat_offenders":[]`) {
		t.Errorf("%v: none is told as %s", err, b)
	}
	of := func(organization string, times int) checks.Offence {
		return checks.Offence{Scope: account.Scope{Partition: "aws", Organization: organization}, AccountID: mustID("111122223333"), CheckID: "root-mfa", Times: times, Last: now}
	}
	var first []checks.Offence
	for range 99 {
		first = append(first, of("main", 5))
	}
	fleet.AddRepeats(append(first, of("main", 3), of("main", 2)))
	fleet.AddRepeats([]checks.Offence{of("other", 9), of("other", 4), of("other", 2)})
	last := fleet.Repeats[len(fleet.Repeats)-1]
	if len(fleet.Repeats) != 100 || fleet.MoreRepeats != 4 || fleet.Repeats[0].Times != 9 || last.Times != 5 {
		t.Errorf("%d named and %d more, from %+v to %+v", len(fleet.Repeats), fleet.MoreRepeats, fleet.Repeats[0], last)
	}
	if from := checks.RepeatsSince(now); now.Sub(from) != 122*day {
		t.Errorf("four months begin at %s", from)
	}
}
