package page_test

import (
	"strings"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/internal/demo/cloud"
	"rootwatch/internal/demo/page"
	"rootwatch/internal/demo/workspace"
)

var sunday = time.Date(2026, time.November, 22, 9, 30, 0, 0, time.UTC)

// verdict is a report of one finding.
func verdict(id account.ID, check string, status checks.Status) checks.Report {
	return checks.Report{AccountID: id, ObservedAt: sunday, Findings: []checks.Finding{{CheckID: check, Status: status}}}
}

func cell(t *testing.T, truth page.Truth, id, check string) page.Cell {
	t.Helper()
	for _, a := range truth.Accounts {
		for i, c := range truth.Checks {
			if a.ID == id && c.ID == check {
				return a.Cells[i]
			}
		}
	}
	t.Fatalf("no cell for %s of %s", check, id)
	return page.Cell{}
}

func TestCompare(t *testing.T) {
	const clean, noMFA, key, noRole, gone = "111122223333", "999988887777", "123456789012", "100000000002", "100000000001"
	for name, tt := range map[string]struct {
		id, check string
		said      checks.Status
		want      page.Match
	}{
		"a right pass":                  {clean, "root-mfa", checks.Pass, page.Agrees},
		"a right failure":               {noMFA, "root-mfa", checks.Fail, page.Agrees},
		"a false pass":                  {noMFA, "root-mfa", checks.Pass, page.Differs},
		"a false failure":               {clean, "root-mfa", checks.Fail, page.Differs},
		"a key that is passed over":     {key, "root-access-keys", checks.Pass, page.Differs},
		"a key that is found":           {key, "root-access-keys", checks.Fail, page.Agrees},
		"honestly unknown":              {noRole, "root-mfa", checks.Unknown, page.Unknowing},
		"a guess that happens to be so": {gone, "root-mfa", checks.Pass, page.Differs},
		"not looked at yet":             {clean, "root-mfa", "", page.Waiting},
	} {
		t.Run(name, func(t *testing.T) {
			org := cloud.DemoOrganization(sunday)
			id, err := account.ParseID(tt.id)
			if err != nil {
				t.Fatal(err)
			}
			var seen page.Seen
			if tt.said != "" {
				seen.Reports = []checks.Report{verdict(id, tt.check, tt.said)}
			}
			truth := page.Compare(org, seen, sunday)
			got := cell(t, truth, tt.id, tt.check)
			if got.Match != tt.want || got.Said != tt.said || got.Truth == "" {
				t.Errorf("%+v", got)
			}
			if sum := truth.Agree + truth.Differ + truth.Unknown; sum > 1 || (tt.want == page.Differs) != (truth.Differ == 1) {
				t.Errorf("%d agree, %d are unknown, %d differ", truth.Agree, truth.Unknown, truth.Differ)
			}
		})
	}
}

// Every check has its truth, or the page could not tell a lie from it.
func TestEveryCheckHasItsTruth(t *testing.T) {
	truth := page.Compare(cloud.DemoOrganization(sunday), page.Seen{}, sunday)
	for _, a := range truth.Accounts {
		for i, c := range a.Cells {
			if c.Truth == "not told here" {
				t.Errorf("nobody tells the truth of %s", truth.Checks[i].ID)
			}
		}
	}
}

func alert(name, text string) workspace.Message {
	return workspace.Message{Channel: "C0ALERTS00", TS: "1.1", Text: text, Metadata: &workspace.Metadata{EventPayload: map[string]any{"dedupe_key": name}}}
}

// later are the planted rises that begin weeks after the demo.
func later(rest map[string]page.Match) map[string]page.Match {
	for _, who := range []string{"ml-research", "fraud-detection", "log-archive"} {
		rest[who] = page.Waiting
	}
	return rest
}

func TestPlantedCosts(t *testing.T) {
	const told = "spike:123456789012:" + cloud.ServiceEC2 + "::2026-11-21"
	for name, tt := range map[string]struct {
		said []workspace.Message
		days int
		want map[string]page.Match
	}{
		"on the first morning nothing is due": {nil, 0, later(map[string]page.Match{"prod-payments": page.Waiting, "sandbox-dev": page.Waiting})},
		"an early alert is right":             {[]workspace.Message{alert(told, "EC2")}, 0, later(map[string]page.Match{"prod-payments": page.Agrees, "sandbox-dev": page.Waiting})},
		"an alert that never came":            {nil, 2, later(map[string]page.Match{"prod-payments": page.Differs, "sandbox-dev": page.Waiting})},
		"an alert about nothing":              {[]workspace.Message{alert("spike:444455556666:Amazon S3::2026-11-21", "S3")}, 0, later(map[string]page.Match{"?": page.Differs, "prod-payments": page.Waiting, "sandbox-dev": page.Waiting})},
	} {
		t.Run(name, func(t *testing.T) {
			truth := page.Compare(cloud.DemoOrganization(sunday), page.Seen{Messages: tt.said}, sunday.AddDate(0, 0, tt.days))
			got := map[string]page.Match{}
			for _, c := range truth.Costs {
				got[c.Account] = c.Match
				if c.Match == page.Agrees && (c.TS == "" || !strings.Contains(c.Said, "EC2")) {
					t.Errorf("the alert is not shown: %+v", c)
				}
			}
			for who, want := range tt.want {
				if got[who] != want {
					t.Errorf("%s: %s, want %s", who, got[who], want)
				}
			}
			if len(got) != len(tt.want) {
				t.Errorf("%v", got)
			}
		})
	}
}
