package checks_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

func TestCoverageSaysWhy(t *testing.T) {
	state := func(s account.State) edit { return func(f *account.Facts) { f.State = s } }
	gap := func(cause account.Cause) edit {
		return func(f *account.Facts) { f.Trails = account.Missing[[]account.Trail](account.Gap{Cause: cause}) }
	}
	for name, tt := range map[string]struct {
		edits edit
		whole checks.Organization
		state checks.CoverageState
		why   string
	}{
		"read":                             {state(account.Active), calm(), checks.Read, ""},
		"no role, contacts by another way": {both(nothingRead(account.NotOnboarded), func(f *account.Facts) { f.SecurityContact = healthy().SecurityContact }), calm(), checks.PartlyRead, "not_onboarded"},
		"suspended":                        {both(nothingRead(account.NotActive), state(account.Suspended)), calm(), checks.NotReadable, "suspended"},
		"being closed":                     {both(nothingRead(account.NotActive), state(account.PendingClosure)), calm(), checks.NotReadable, "pending_closure"},
		"closed":                           {both(nothingRead(account.NotActive), state(account.Closed)), calm(), checks.NotReadable, "closed"},
		"a call denied, another throttled": {both(noSummary(account.Throttled), gap(account.Denied)), calm(), checks.PartlyRead, "denied"},
		"a report that is being written":   {noReport(account.NotReady), calm(), checks.PartlyRead, "not_ready"},
		"the organization's policies":      {state(account.Active), organizationUnread(account.Denied), checks.PartlyRead, "denied"},
		"they do not reach management":     {role(account.Management), organizationUnread(account.Denied), checks.Read, ""},
		"nobody asked for them":            {state(account.Active), checks.Organization{}, checks.Read, ""},
	} {
		facts := healthy()
		tt.edits(&facts)
		r := checks.Run(checks.Case{Facts: facts, Organization: tt.whole, Policy: checks.DefaultPolicy()})
		if r.Coverage.State != tt.state || r.Coverage.Why != tt.why {
			t.Errorf("%s: %s, %q", name, r.Coverage.State, r.Coverage.Why)
		}
		r.Coverage.Why = "" // as in a report of an older version
		if r.Obstacle() != tt.why {
			t.Errorf("%s, an older report: %q", name, r.Obstacle())
		}
	}
}

func TestReportTellsWhenTheAccountJoined(t *testing.T) {
	joined := now.Add(-26 * time.Hour)
	text, err := json.Marshal(checks.Run(checks.Case{Facts: healthy(func(f *account.Facts) { f.JoinedAt = joined })}))
	if err != nil || !strings.Contains(string(text), `"joined_at":"2026-11-21T04:00:00Z"`) {
		t.Errorf("%s %v", text, err)
	}
}
