package checks_test

import (
	"encoding/json"
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
