package bench_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/internal/awsorg"
	"rootwatch/internal/bench"
	"rootwatch/internal/store"
	"rootwatch/schedule"
)

var table = flag.String("table", "", "measure, and write the table into this file between its two marks")

// latency is what the emulator waits before each answer, about that of a
// region on another continent. It is long enough that two cores, which play
// AWS too, are not what bounds a sweep.
const latency = 200 * time.Millisecond

// concurrency is twice what a sweep of these sizes needs for the list of
// accounts to be its bound: 20 accounts a page, and as many at once as are
// listed while one is read (docs/benchmarks.md). An account takes longer than
// its calls, by what judging and saving takes.
const concurrency = 2 * 20 * longestChain

// measured is one sweep.
type measured struct {
	wall  time.Duration
	heap  uint64 // bytes, the most that was in use beyond what was before
	calls int
}

// watch notes the most heap in use until f returns.
func watch(f func()) (time.Duration, uint64) {
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var most atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			most.Store(max(most.Load(), now.HeapInuse))
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	}()
	begun := time.Now()
	f()
	wall := time.Since(begun)
	close(stop)
	<-stopped
	return wall, most.Load() - min(before.HeapInuse, most.Load())
}

// collect sweeps n accounts with the collector alone and judges each.
func collect(t *testing.T, n int, throttled int) measured {
	t.Helper()
	e := start(t, n, latency)
	org := e.collector(t)
	e.throttle(t, throttled)
	var m measured
	organization := org.Organization(t.Context())
	before := total(e.calls(t))
	m.wall, m.heap = watch(func() {
		if err := bench.Sweep(t.Context(), org, concurrency, func(f account.Facts) {
			wantWhole(t, f, throttled)
			checks.Run(checks.Case{Facts: f, Organization: organization, Policy: checks.DefaultPolicy()})
		}); err != nil {
			t.Fatal(err)
		}
	})
	m.calls = total(e.calls(t)) - before
	return m
}

// engine sweeps n accounts as `rootwatch check --all` does: durable jobs,
// every report saved in SQLite.
func engine(t *testing.T, n int) measured {
	t.Helper()
	e := start(t, n, latency)
	org := e.collector(t)
	db, err := store.OpenSQLite(t.Context(), store.Options{Path: t.TempDir() + "/rootwatch.db"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	scope := account.Scope{Partition: "aws", Organization: "bench"}
	engine, err := schedule.OpenSQLite(t.Context(), db.DB(), db, schedule.Options{
		Organizations: []schedule.Organization{{Scope: scope, Collector: org}}, Policy: checks.DefaultPolicy(), Zone: time.UTC,
		Concurrency: concurrency, Part: schedule.QuestionsOnly, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	var m measured
	m.wall, m.heap = watch(func() {
		ids, err := engine.Begin(ctx, bot.Request{Key: "bench", At: time.Now(), Command: bot.CheckAccounts{All: true}, Subject: "all accounts"})
		if err == nil {
			err = engine.Wait(ctx, ids, func(int, int) {})
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	m.calls = total(e.calls(t))
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	return m
}

// one is the least of several readings of one account by a warm collector: a
// busy machine makes a reading longer and never shorter.
func one(t *testing.T) time.Duration {
	t.Helper()
	best := time.Hour
	for range 5 {
		e := start(t, 2, latency)
		org := e.collector(t)
		var member account.Account
		for a, err := range org.Accounts(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			member = a
		}
		warm(t, org, member)
		begun := time.Now()
		if gaps := org.Facts(t.Context(), member).Gaps(); len(gaps) > 0 {
			t.Error(gaps)
		}
		best = min(best, time.Since(begun))
	}
	return best
}

// warm opens the connections that a running bot has open, and nothing else: it
// reads an account that does not exist.
func warm(t *testing.T, org *awsorg.Org, like account.Account) {
	t.Helper()
	id, err := account.ParseID("299999999999")
	if err != nil {
		t.Fatal(err)
	}
	like.ID = id
	org.Facts(t.Context(), like)
}

// callsPerSecond is what this machine can do at all, with emulator and client
// on it: the cheapest call, from as many goroutines.
func callsPerSecond(t *testing.T) float64 {
	t.Helper()
	const n = 20_000
	e := start(t, 1, 0)
	return e.flood(t, n, concurrency)
}

func TestTable(t *testing.T) {
	if *table == "" {
		t.Log("measures nothing without -table")
		return
	}
	rate := callsPerSecond(t)
	perAccount := 0
	for _, n := range minimum {
		perAccount += n
	}
	var rows []string
	row := func(what, how string, values ...any) {
		rows = append(rows, fmt.Sprintf("| "+what+" | "+how+" |", values...))
	}
	single := one(t)
	row("one account, collector", "%.2f of its longest chain (%d calls that wait for each other, %d in all)", float64(single)/float64(longestChain*latency), longestChain, perAccount)
	heaps := map[int]uint64{}
	for _, n := range []int{1000, 5000} {
		b := bench.Bound{Accounts: n, Concurrency: concurrency, Latency: latency, Chain: longestChain, Calls: perAccount, CallsPerSec: rate, Page: 20}
		c, e := collect(t, n, 0), engine(t, n)
		listing, machine, pool := b.Parts()
		row(fmt.Sprintf("%d accounts, collector", n), "%.2f of the bound (listing %.1f s, machine %.1f s, pool %.1f s, plus one account)",
			float64(c.wall)/float64(b.Sweep()), listing.Seconds(), machine.Seconds(), pool.Seconds())
		row(fmt.Sprintf("%d accounts, durable jobs and SQLite", n), "%.2f of the same bound", float64(e.wall)/float64(b.Sweep()))
		heaps[n] = e.heap
		if n == 1000 {
			fewest := (n-1)*perAccount + n/20
			row("calls, without faults", "%.3f of the fewest (the rest is the management account and the organization itself, once)", float64(c.calls)/float64(fewest))
			throttled := collect(t, n, 30)
			row("calls, 30 %% of all throttled", "%.2f of the fewest, %.2f of the time without", float64(throttled.calls)/float64(fewest), float64(throttled.wall)/float64(c.wall))
		}
	}
	row("heap, 5,000 accounts to 1,000", "%.2f (%.0f MB and %.0f MB in use at most, with SQLite's cache)", float64(heaps[5000])/float64(heaps[1000]), mb(heaps[5000]), mb(heaps[1000]))
	write(t, rows, rate)
}

func mb(n uint64) float64 { return float64(n) / (1 << 20) }

const begin, end = "<!-- measured: make bench -->\n", "<!-- end -->"

func write(t *testing.T, rows []string, rate float64) {
	t.Helper()
	text, err := os.ReadFile(*table)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no marks %q and %q", *table, begin, end)
	}
	body := fmt.Sprintf("\nOn %d cores, %s, which make at most %.0f calls a second with the emulator on the same machine; every answer takes %s.\n\n| what | measured |\n|---|---|\n%s\n\n",
		runtime.NumCPU(), runtime.Version(), rate, latency, strings.Join(rows, "\n"))
	if err := os.WriteFile(*table, []byte(head+begin+body+end+tail), 0o644); err != nil {
		t.Fatal(err)
	}
}
