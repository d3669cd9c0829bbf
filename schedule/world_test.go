package schedule_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/internal/store"
	"rootwatch/schedule"
)

var (
	acme = account.Scope{Partition: "aws", Organization: "acme"}
	gov  = account.Scope{Partition: "aws-us-gov", Organization: "gov"}
)

// morning is where every test's clock begins: a Sunday, after the sweep and the bill and
// before the digest of everyMorning.
var morning = time.Date(2026, 11, 22, 8, 30, 0, 0, time.UTC)

var everyMorning = schedule.Schedules{Sweep: "0 6 * * *", Spend: "0 7 * * *", Digest: "0 9 * * *"}

// Channels of the organization acme.
const (
	digestChannel = "C0DIGEST"
	alertChannel  = "C0ALERTS"
)

// tx is a transaction of the store.
type tx = sql.Tx

// world is an engine over a real store in a file, with fakes for all that is
// outside, and a clock that only the test moves.
type world struct {
	*testing.T
	path    string
	clock   *clock
	cloud   *cloud
	bill    *bill
	mouth   *mouth
	options schedule.Options
	store   *store.SQLite
	engine  *schedule.SQLite
	cancel  context.CancelFunc
	stopped chan error
}

// newWorld opens a store with an engine that does not run yet. There is no
// clock in it unless an option says so.
func newWorld(t *testing.T, edits ...func(*world)) *world {
	t.Helper()
	t.Parallel()
	w := &world{T: t, path: filepath.Join(t.TempDir(), "rootwatch.db"), clock: &clock{at: morning}, mouth: newMouth()}
	w.cloud, w.bill = newCloud(acme, w.clock), &bill{clock: w.clock}
	spendSettings := spend.DefaultSettings()
	w.options = schedule.Options{
		Organizations: []schedule.Organization{{
			Scope: acme, Collector: w.cloud, HistoryDays: 70, MaxRequestsPerDay: 100, MaxRequestsPerMonth: 1000,
			DigestChannel: digestChannel, AlertChannel: alertChannel,
		}},
		Mouth: w.mouth, Policy: checks.DefaultPolicy(), Spend: spendSettings, Zone: time.UTC, Concurrency: 8,
		Part: schedule.WithoutClock, Now: w.clock.now, Log: slog.New(slog.DiscardHandler), Schedules: everyMorning,
	}
	for _, edit := range edits {
		edit(w)
	}
	w.open()
	t.Cleanup(w.close)
	return w
}

// withClock lets the engine take the slots of everyMorning.
func withClock(w *world) { w.options.Part = schedule.Everything }

// withCost switches cost on.
func withCost(w *world) { w.options.Organizations[0].Costs = w.bill }

// open opens the store as a starting process does.
func (w *world) open() {
	w.Helper()
	fresh(w.T, w.path)
	var err error
	if w.store, err = store.OpenSQLite(w.Context(), store.Options{Path: w.path, Now: w.clock.now}); err != nil {
		w.Fatal(err)
	}
	if locked, err := w.store.Lock(w.Context()); err != nil || !locked {
		w.Fatalf("the store's lock: %v, %v", locked, err)
	}
	if err := w.store.ResetRunning(w.Context()); err != nil {
		w.Fatal(err)
	}
	if w.engine, err = schedule.OpenSQLite(w.Context(), w.store.DB(), w.store, w.options); err != nil {
		w.Fatal(err)
	}
}

// template is a store with all its tables: migrating one for each test would
// take most of the tests' time.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "rootwatch-template-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "rootwatch.db")
	s, err := store.OpenSQLite(context.Background(), store.Options{Path: path})
	if err != nil {
		return nil, err
	}
	if _, err := schedule.OpenSQLite(context.Background(), s.DB(), s, schedule.Options{Zone: time.UTC, Log: slog.New(slog.DiscardHandler)}); err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// fresh puts an empty store at path if there is none.
func fresh(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(path); err == nil {
		return
	}
	empty, err := template()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, empty, 0o600); err != nil {
		t.Fatal(err)
	}
}

// start runs the engine until stop.
func (w *world) start() *world {
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel, w.stopped = cancel, make(chan error, 1)
	engine, stopped := w.engine, w.stopped
	go func() { stopped <- engine.Run(ctx) }()
	return w
}

// stop ends the engine as SIGTERM does.
func (w *world) stop() {
	w.Helper()
	if w.cancel == nil {
		return
	}
	w.cancel()
	w.cancel = nil
	if err := <-w.stopped; err != nil {
		w.Errorf("the engine stopped with %v", err)
	}
}

func (w *world) close() {
	w.stop()
	if err := w.store.Close(); err != nil {
		w.Error(err)
	}
}

// restart is a stop, some time in which nobody is up, and a start.
func (w *world) restart(later time.Duration) {
	w.Helper()
	w.close()
	w.clock.advance(later)
	w.open()
	w.start()
}

// kill takes the store away from under the engine, as a killed process loses
// it, and opens it anew. What is left of the dead one ends by itself.
func (w *world) kill() {
	w.Helper()
	if err := w.store.Close(); err != nil {
		w.Fatal(err)
	}
	w.cancel()
	w.cancel = nil
	w.open()
}

// clock is a clock that stands still.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// within bounds every wait; what holds comes within milliseconds.
const within = 20 * time.Second

// eventually waits until holds does, and fails the test where it never does.
func (w *world) eventually(what string, holds func() bool) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), within)
	defer cancel()
	tick := time.NewTicker(4 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			w.Fatalf("never: %s\njobs:\n%s\n%s", what, w.jobs(), w.mouth)
		case <-tick.C:
		}
	}
}

// settled waits until every job is done, and lets none wait: what was put off
// or has to be tried again is due at once.
func (w *world) settled() {
	w.Helper()
	w.eventually("all jobs are done", func() bool {
		w.hurry()
		return w.unfinished("%") == 0
	})
}

// hurry makes all jobs due that were put off.
func (w *world) hurry() {
	w.Helper()
	_, err := w.store.DB().ExecContext(w.Context(), `UPDATE river_job SET state = 'available', scheduled_at = created_at
		WHERE state IN ('retryable', 'scheduled') OR state = 'available' AND scheduled_at <> created_at`)
	if err != nil {
		w.Fatal(err)
	}
}

// hurryOnly is hurry for the jobs of one kind.
func (w *world) hurryOnly(kind string) {
	w.Helper()
	_, err := w.store.DB().ExecContext(w.Context(), `UPDATE river_job SET state = 'available', scheduled_at = created_at
		WHERE kind = ? AND state IN ('available', 'retryable', 'scheduled')`, kind)
	if err != nil {
		w.Fatal(err)
	}
}

// snoozes is how often the jobs of a kind were put off.
func (w *world) snoozes(kind string) int {
	w.Helper()
	return w.count(`SELECT COALESCE(SUM(json_extract(metadata, '$.snoozes')), 0) FROM river_job WHERE kind = ?`, kind)
}

// unfinished counts the jobs of a kind that are not done.
func (w *world) unfinished(kind string) int {
	w.Helper()
	return w.count(`SELECT COUNT(*) FROM river_job WHERE kind LIKE ? AND state NOT IN ('completed', 'cancelled', 'discarded')`, kind)
}

// waiting counts the jobs of a kind that ran and were put off or failed.
func (w *world) waiting(kind string) int {
	w.Helper()
	return w.count(`SELECT COUNT(*) FROM river_job WHERE kind LIKE ?
		AND (state IN ('retryable', 'scheduled') OR state = 'available' AND attempted_at IS NOT NULL AND scheduled_at <> created_at)`, kind)
}

func (w *world) count(query string, args ...any) int {
	w.Helper()
	var n int
	if err := w.store.DB().QueryRowContext(w.Context(), query, args...).Scan(&n); err != nil {
		w.Fatal(err)
	}
	return n
}

// putOff is how long the newest job of a kind has been put off for.
func (w *world) putOff(kind string) time.Duration {
	w.Helper()
	var at time.Time
	err := w.store.DB().QueryRowContext(w.Context(), `SELECT scheduled_at FROM river_job WHERE kind = ? ORDER BY id DESC LIMIT 1`, kind).Scan(&at)
	if err != nil {
		w.Fatal(err)
	}
	return time.Until(at)
}

// snoozed makes the jobs of a kind that wait into ones that were put off n times.
func (w *world) snoozed(kind string, n int) {
	w.Helper()
	_, err := w.store.DB().ExecContext(w.Context(), `UPDATE river_job SET metadata = json_set(metadata, '$.snoozes', ?) WHERE kind = ? AND finalized_at IS NULL`, n, kind)
	if err != nil {
		w.Fatal(err)
	}
}

// jobs lists the jobs for a failure.
func (w *world) jobs() string {
	rows, err := w.store.DB().QueryContext(context.Background(),
		`SELECT id, kind, state, attempt, json(args), COALESCE(json(errors), '') FROM river_job ORDER BY id`)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = rows.Close() }()
	var all strings.Builder
	for rows.Next() {
		var id, attempt int
		var kind, state, args, errs string
		if err := rows.Scan(&id, &kind, &state, &attempt, &args, &errs); err != nil {
			return err.Error()
		}
		fmt.Fprintf(&all, "%d %s %s attempt %d %.300s %.600s\n", id, kind, state, attempt, args, errs)
	}
	if err := rows.Err(); err != nil {
		return err.Error()
	}
	return all.String()
}

// inTx runs f in a write transaction of the store.
func (w *world) inTx(f func(ctx context.Context, tx *tx) error) {
	w.Helper()
	if err := w.store.InTx(w.Context(), f); err != nil {
		w.Fatal(err)
	}
}

// delivery is the outbox row of a key; its ID is 0 where there is none.
func (w *world) delivery(key string) schedule.Delivery {
	w.Helper()
	d, _, err := w.store.Delivery(w.Context(), acme, key)
	if err != nil {
		w.Fatal(err)
	}
	return d
}

// said waits until the newest revision of a key was said, and returns it.
func (w *world) said(key string) bot.Message {
	w.Helper()
	var d schedule.Delivery
	w.eventually(key+" is said", func() bool {
		d = w.delivery(key)
		return d.State == schedule.Sent && d.SentRevision == d.Revision
	})
	return d.Message
}

// run is a run of the store.
func (w *world) run(id string) schedule.Run {
	w.Helper()
	r, err := w.store.Run(w.Context(), id)
	if err != nil {
		w.Fatal(err)
	}
	return r
}

// concluded waits until a run is concluded, and returns it.
func (w *world) concluded(id string) schedule.Run {
	w.Helper()
	var r schedule.Run
	w.eventually("run "+id+" is concluded", func() bool {
		w.hurry()
		r = w.run(id)
		return !r.ConcludedAt.IsZero()
	})
	return r
}

// answer waits until a run is answered, and returns what was said last.
func (w *world) answer(id string) bot.Message {
	w.Helper()
	w.concluded(id)
	w.settled()
	return w.said("reply:" + id)
}

// ask asks, and returns the ids of the runs.
func (w *world) ask(r bot.Request) []string {
	w.Helper()
	ids, err := w.engine.Begin(w.Context(), r)
	if err != nil {
		w.Fatal(err)
	}
	return ids
}

// latest is an account's newest report; nil where there is none.
func (w *world) latest(id account.ID) *checks.Report {
	w.Helper()
	report, err := w.store.Latest(w.Context(), acme, id)
	if err != nil {
		w.Fatal(err)
	}
	return report
}

// directory lists the ids of acme's accounts.
func (w *world) directory() []string {
	w.Helper()
	all, err := w.store.Directory(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	var ids []string
	for _, a := range all {
		if a.Scope == acme {
			ids = append(ids, a.ID.String())
		}
	}
	return ids
}

func id(digits string) account.ID {
	parsed, err := account.ParseID(digits)
	if err != nil {
		panic(err)
	}
	return parsed
}

func day(text string) spend.Day {
	d, err := spend.ParseDay(text)
	if err != nil {
		panic(err)
	}
	return d
}
