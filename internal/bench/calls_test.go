package bench_test

import (
	"math"
	"sync"
	"testing"

	"rootwatch/checks/account"
	"rootwatch/internal/bench"
)

// minimum is how often each action must be called to learn all there is of
// one clean member account, whose credential report is old: once, a page at a
// time, and nothing that another answer has told.
var minimum = map[string]int{
	"sts:AssumeRole":                             1,
	"iam:GetAccountSummary":                      1,
	"iam:ListVirtualMFADevices":                  1,
	"iam:GetAccountAuthorizationDetails":         1,
	"iam:GetAccountPasswordPolicy":               1,
	"iam:GetCredentialReport":                    2, // is there one, and then the new one
	"iam:GenerateCredentialReport":               1,
	"account:GetContactInformation":              1,
	"account:GetAlternateContact":                3, // security, billing, operations
	"cloudtrail:DescribeTrails":                  1,
	"cloudtrail:GetTrailStatus":                  1,
	"cloudtrail:LookupEvents":                    2, // by the name of root, and every sign-in
	"guardduty:ListDetectors":                    1,
	"guardduty:GetDetector":                      1,
	"events:ListRules":                           1,
	"config:DescribeConfigRules":                 1,
	"cloudwatch:DescribeAlarms":                  1,
	"logs:DescribeMetricFilters":                 1,
	"budgets:DescribeBudgets":                    1,
	"budgets:DescribeNotificationsForBudget":     1,
	"budgets:DescribeSubscribersForNotification": 1,
}

// longestChain are those of them that wait for each other: the role, then the
// report that is written anew.
const longestChain = 4

// swept is what a sweep of n accounts called, without what one of only the
// management account calls: what the members cost.
func swept(t *testing.T, n, throttled int) map[string]int {
	t.Helper()
	count := func(n int) map[string]int {
		e := start(t, n, 0)
		org := e.collector(t)
		e.throttle(t, throttled)
		var mu sync.Mutex
		read := 0
		if err := bench.Sweep(t.Context(), org, 8, func(f account.Facts) {
			mu.Lock()
			defer mu.Unlock()
			read++
			wantWhole(t, f, throttled)
		}); err != nil || read != n {
			t.Fatalf("%d of %d accounts: %v", read, n, err)
		}
		return e.calls(t)
	}
	calls := count(n)
	for action, c := range count(1) {
		calls[action] -= c
	}
	return calls
}

// wantWhole demands every fact. Where calls are throttled at random, one in
// some ten thousand is so often that it is given up: a sweep asks it again
// (TestSweepOfATroubledOrganization), one reading tells that it was throttled.
func wantWhole(t *testing.T, f account.Facts, throttled int) {
	t.Helper()
	for _, gap := range f.Gaps() {
		if throttled == 0 || gap.Cause != account.Throttled {
			t.Errorf("%s: %v", f.ID, gap)
		}
	}
}

func TestEachAccountTakesTheFewestCalls(t *testing.T) {
	const members = 39 // two pages of accounts with the management account
	calls := swept(t, members+1, 0)
	if calls["organizations:ListAccounts"] != 1 {
		t.Errorf("%d more pages of ListAccounts than for one account, want 1", calls["organizations:ListAccounts"])
	}
	delete(calls, "organizations:ListAccounts")
	for action, c := range calls {
		if c != members*minimum[action] {
			t.Errorf("%s was called %d times for %d accounts, want %d each", action, c, members, minimum[action])
		}
	}
}

func TestThrottlingMultipliesCallsLittle(t *testing.T) {
	const members, percent = 39, 30
	least := 0
	for _, n := range minimum {
		least += n
	}
	calls := total(swept(t, members+1, percent))
	if ratio := float64(calls) / float64(members*least); ratio > 1.6 || math.IsNaN(ratio) {
		t.Errorf("with %d %% throttled, %.2f times the fewest calls, want 1.6 at most", percent, ratio)
	} else {
		t.Logf("with %d %% throttled, %.2f times the fewest calls", percent, ratio)
	}
}
