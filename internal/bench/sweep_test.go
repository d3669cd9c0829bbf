package bench_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/export"
	"rootwatch/internal/store"
	"rootwatch/schedule"
)

// sweepAccounts is how many are swept: 300, or as many as
// ROOTWATCH_SWEEP_ACCOUNTS says, which is 5000 where everything is tested.
func sweepAccounts(t *testing.T) int {
	t.Helper()
	text := os.Getenv("ROOTWATCH_SWEEP_ACCOUNTS")
	if text == "" {
		return 300
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 100 {
		t.Fatalf("ROOTWATCH_SWEEP_ACCOUNTS is %q, want 100 or more", text)
	}
	return n
}

// sweepAll runs one sweep as `rootwatch check --all` does, and returns the store.
func sweepAll(t *testing.T, e emulator, scope account.Scope) *store.SQLite {
	t.Helper()
	db, err := store.OpenSQLite(t.Context(), store.Options{Path: t.TempDir() + "/rootwatch.db"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	engine, err := schedule.OpenSQLite(t.Context(), db.DB(), db, schedule.Options{
		Organizations: []schedule.Organization{{Scope: scope, Collector: e.collector(t)}}, Policy: checks.DefaultPolicy(), Zone: time.UTC,
		Concurrency: concurrency, Part: schedule.QuestionsOnly, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	ids, err := engine.Begin(ctx, bot.Request{Key: "sweep", At: time.Now(), Command: bot.CheckAccounts{All: true}, Subject: "all accounts"})
	if err == nil {
		err = engine.Wait(ctx, ids, func(int, int) {})
	}
	cancel()
	if stopped := <-ended; err != nil || stopped != nil {
		t.Fatal(err, stopped)
	}
	return db
}

// With a third of all calls throttled, some accounts denied and some
// suspended, a sweep ends with one report of each account, and the coverage
// says of each why it could not be read.
func TestSweepOfATroubledOrganization(t *testing.T) {
	n := sweepAccounts(t)
	e := start(t, n, 0)
	e.trouble(t)
	e.throttle(t, 30)
	scope := account.Scope{Partition: "aws", Organization: "bench"}
	db := sweepAll(t, e, scope)
	seen := map[account.ID]bool{}
	states, throttled := map[checks.CoverageState]int{}, 0
	reports := func(yield func(checks.Report, error) bool) {
		for r, err := range db.LatestAll(t.Context(), scope) {
			if err != nil {
				t.Fatal(err)
			}
			if seen[r.AccountID] {
				t.Errorf("%s has two reports", r.AccountID)
			}
			seen[r.AccountID] = true
			states[r.Coverage.State]++
			throttled += slices.IndexFunc(r.Coverage.Gaps, func(g account.Gap) bool { return g.Cause == account.Throttled }) + 1
			if len(r.Findings) != len(checks.All()) {
				t.Errorf("%s has %d findings of %d", r.AccountID, len(r.Findings), len(checks.All()))
			}
			if !yield(r, nil) {
				return
			}
		}
	}
	var table bytes.Buffer
	totals, err := export.Table(&table, reports, export.TableOptions{})
	if err != nil {
		t.Fatal(err)
	}
	denied, suspended := n/50, n/100 // 2 %, 1 %: see trouble
	if len(seen) != n || totals.Accounts != n {
		t.Errorf("%d accounts have a report, the coverage counts %d, want %d", len(seen), totals.Accounts, n)
	}
	// Of an account without the role the organization still tells the contacts.
	if states[checks.PartlyRead] != denied || states[checks.NotReadable] != suspended || throttled != 0 {
		t.Errorf("%v, %d throttled for good; want %d partly read, %d not readable, and none throttled", states, throttled, denied, suspended)
	}
	for _, words := range []string{
		strconv.Itoa(n) + " accounts", strconv.Itoa(denied) + " partly read", strconv.Itoa(suspended) + " not readable", strconv.Itoa(denied) + " not onboarded", strconv.Itoa(suspended) + " suspended",
	} {
		if !strings.Contains(totals.String(), words) {
			t.Errorf("the coverage line lacks %q: %s", words, totals)
		}
	}
	t.Logf("%s", totals)
}
