package schedule

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// Organization is one organization to watch and where to speak of it.
type Organization struct {
	Scope     account.Scope
	Collector Collector
	Costs     CostSource // nil: cost is switched off
	// Anomalies is read with the bill; nil: nobody asks.
	Anomalies AnomalySource
	// Estimates is read on weekends and holidays; nil: nobody asks.
	Estimates EstimateSource

	// HistoryDays is how far back the bill is read once; MaxRequests caps Cost Explorer.
	HistoryDays                            int
	MaxRequestsPerDay, MaxRequestsPerMonth int
	DigestChannel, AlertChannel            string // Slack channel ids, "" says nothing
	WeekendChannel                         string // of early signs; "" is AlertChannel
}

// Options of an engine.
type Options struct {
	Organizations []Organization
	Mouth         Mouth    // nil: deliveries stay planned, for whoever has a mouth
	Resolver      Resolver // nil: mail domains are not looked up
	Policy        checks.Policy
	Spend         spend.Settings
	Zone          *time.Location
	Schedules     Schedules
	Weekend       Weekend
	// Concurrency bounds the accounts that are read at once.
	Concurrency int
	// Part is what of the work this process does.
	Part     Part
	Now      func() time.Time
	Log      *slog.Logger
	Counters Counters // nil counts nothing
}

// Schedules are cron expressions, each checked with CheckSpec before.
type Schedules struct{ Sweep, Spend, Digest string }

// Part is what of the work a process does.
type Part int

// The parts.
const (
	Everything    Part = iota // serve: questions, sweeps, deliveries and the clock
	WithoutClock              // a command that holds the store's lock and speaks: all but the clock
	QuestionsOnly             // a command that holds the store's lock: only what is asked
	AskOnly                   // a command without the lock: it inserts and waits
)

// Counters is what the engine reports to whoever draws metrics.
type Counters interface {
	Delivered(state string)
	Checked(coverage string)
	CostRequests(organization string, n int)
	Slot(schedule, outcome string)
	SetReady(name string, err error)
}

// Engine works durable jobs over a River driver D and its transactions Tx.
type Engine[D riverdriver.Driver[Tx], Tx any] struct {
	memory    Memory[Tx]
	replicas  Replicas // nil where one process works the store
	client    *river.Client[Tx]
	o         Options
	specs     map[string]Spec
	mailboxes mailboxes
	pace      pace
	skew      atomic.Int64 // how far the database's clock is ahead of ours, in nanoseconds
	told      sync.Map     // ids of stored words whose fault is in the log
}

// SQLite is the engine over the embedded default.
type SQLite = Engine[*riversqlite.Driver, *sql.Tx]

// OpenSQLite makes an engine over the store's write pool, which must have one
// connection, and migrates River's tables.
func OpenSQLite(ctx context.Context, db *sql.DB, memory Memory[*sql.Tx], o Options) (*SQLite, error) {
	return open(ctx, riversqlite.New(db), memory, o)
}

// Postgres is the engine over a database that several processes share.
type Postgres = Engine[*riverpgxv5.Driver, pgx.Tx]

// OpenPostgres makes an engine over the store's write pool, and migrates
// River's tables, which several processes may do at once.
func OpenPostgres(ctx context.Context, pool *pgxpool.Pool, memory SharedMemory[pgx.Tx], o Options) (e *Postgres, err error) {
	err = memory.Alone(ctx, "jobs", func(ctx context.Context) error {
		e, err = open(ctx, riverpgxv5.New(pool), memory, o)
		return err
	})
	if err != nil {
		return nil, err
	}
	e.replicas = memory
	return e, nil
}

// Queues: questions do not wait behind a sweep, and nothing waits behind Slack.
const (
	questionsQueue = "questions"
	sweepQueue     = "sweep"
	deliveryQueue  = "delivery"
)

// Limits of the jobs; facts and trials are in docs/decisions/0002-durable-jobs.md.
const (
	jobTimeout     = 10 * time.Second // of a job that names none
	rescueAfter    = 15 * time.Second
	accountTimeout = 60 * time.Second
	longTimeout    = 10 * time.Minute // listing 5,000 accounts takes 250 calls at 3 a second
	stopWithin     = 8 * time.Second
)

func open[D riverdriver.Driver[Tx], Tx any](ctx context.Context, driver D, memory Memory[Tx], o Options) (*Engine[D, Tx], error) {
	e := &Engine[D, Tx]{memory: memory, o: o, specs: map[string]Spec{}, pace: usualPace}
	if o.Counters == nil {
		e.o.Counters = noCounters{}
	}
	for name, text := range map[string]string{sweepSchedule: o.Schedules.Sweep, spendSchedule: o.Schedules.Spend, digestSchedule: o.Schedules.Digest} {
		if text == "" {
			continue
		}
		spec, err := ParseSpec(text, o.Zone)
		if err != nil {
			return nil, fmt.Errorf("schedule %s: %w", name, err)
		}
		e.specs[name] = spec
	}
	if spec, ok, err := o.Weekend.spec(o.Zone); err != nil {
		return nil, err
	} else if ok {
		e.specs[weekendSchedule] = spec
	}
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: quiet(o.Log)})
	if err != nil {
		return nil, fmt.Errorf("job tables: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return nil, fmt.Errorf("job tables: %w", err)
	}
	e.client, err = river.NewClient(driver, e.riverConfig())
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return e, nil
}

func (e *Engine[D, Tx]) riverConfig() *river.Config {
	workers := river.NewWorkers()
	river.AddWorker(workers, &sweepWorker[D, Tx]{Engine: e})
	river.AddWorker(workers, &accountWorker[D, Tx]{Engine: e})
	river.AddWorker(workers, &concludeWorker[D, Tx]{Engine: e})
	river.AddWorker(workers, &digestWorker[D, Tx]{Engine: e})
	river.AddWorker(workers, &spendWorker[D, Tx]{Engine: e})
	river.AddWorker(workers, &judgeWorker[D, Tx]{Engine: e})
	river.AddWorker(workers, &estimatedWorker[D, Tx]{Engine: e})
	river.AddWorker(workers, &answerWorker[D, Tx]{Engine: e})
	river.AddWorker(workers, &deliverWorker[D, Tx]{Engine: e})
	config := &river.Config{
		Workers:              workers,
		Logger:               quiet(e.o.Log),
		JobTimeout:           jobTimeout,
		RescueStuckJobsAfter: rescueAfter,
		FetchPollInterval:    100 * time.Millisecond,
		FetchCooldown:        20 * time.Millisecond,
		PollOnly:             true, // the same on both databases, and a pooler may stand before Postgres
		ErrorHandler:         &errorHandler[D, Tx]{e},
		Middleware:           []rivertype.Middleware{&fence[D, Tx]{Engine: e}},
	}
	each := river.QueueConfig{MaxWorkers: max(e.o.Concurrency, 1)}
	switch e.o.Part {
	case Everything, WithoutClock:
		config.Queues = map[string]river.QueueConfig{questionsQueue: each, sweepQueue: each}
		if e.o.Mouth != nil {
			config.Queues[deliveryQueue] = river.QueueConfig{MaxWorkers: 8}
		}
	case QuestionsOnly:
		config.Queues = map[string]river.QueueConfig{questionsQueue: each}
	case AskOnly:
		config.Workers = nil // River takes a client without queues for one that only inserts
	}
	return config
}

// Run works jobs and the clock until ctx ends, then lets running jobs finish
// for 8 s. Whatever did not finish is worked again at the next start.
func (e *Engine[D, Tx]) Run(ctx context.Context) error {
	if e.o.Part == AskOnly {
		<-ctx.Done()
		return nil
	}
	e.o.Counters.SetReady("jobs", errors.New("jobs and the clock are starting"))
	left := make(chan struct{})
	beating, gone := context.WithCancel(context.WithoutCancel(ctx))
	defer func() { // after the last job
		gone()
		<-left
	}()
	if err := e.joinReplicas(ctx, beating, left); err != nil {
		return err
	}
	if err := e.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	var clockErr error
	if e.o.Part == Everything {
		clockErr = e.runClock(ctx)
	}
	if clockErr == nil {
		e.o.Counters.SetReady("jobs", nil)
		<-ctx.Done()
	} else if ctx.Err() != nil {
		clockErr = nil // told to stop while it started
	}
	soft, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	if err := e.client.Stop(soft); err == nil {
		return clockErr
	}
	hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	return errors.Join(clockErr, e.client.StopAndCancel(hard))
}

func (e *Engine[D, Tx]) organization(s account.Scope) (Organization, error) {
	for _, o := range e.o.Organizations {
		if o.Scope == s {
			return o, nil
		}
	}
	return Organization{}, fmt.Errorf("organization %q (%s) is no longer in the configuration", s.Organization, s.Partition)
}

// quiet keeps River's own lines out of the log, but for its errors.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(onlyErrors{log.Handler()}) }

type onlyErrors struct{ slog.Handler }

func (h onlyErrors) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelError && h.Handler.Enabled(ctx, l)
}

type noCounters struct{}

func (noCounters) Delivered(string)         {}
func (noCounters) Checked(string)           {}
func (noCounters) CostRequests(string, int) {}
func (noCounters) Slot(string, string)      {}
func (noCounters) SetReady(string, error)   {}

// driver abbreviates the constraint of the workers.
type driver[Tx any] interface{ riverdriver.Driver[Tx] }
