package app

import (
	"context"
	"iter"
	"log/slog"
	"time"

	"rootwatch/bot"
	"rootwatch/bot/slack"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/config"
	"rootwatch/internal/store"
	"rootwatch/schedule"
)

// Store is what the commands use of the store, whichever database it is in.
type Store interface {
	bot.Directory
	slack.Traits
	// Latest is nil where the account was never checked.
	Latest(ctx context.Context, scope account.Scope, id account.ID) (*checks.Report, error)
	// LatestAll streams the newest report of each account of the scope's directory.
	LatestAll(ctx context.Context, scope account.Scope) iter.Seq2[checks.Report, error]
	// CountRequests adds n, here 0, to the day's Cost Explorer requests and
	// returns the day's and the month's sum.
	CountRequests(ctx context.Context, scope account.Scope, day spend.Day, n int) (today, month int, err error)
	// History is the usage of the days from..to, for one account or (zero id) all.
	History(ctx context.Context, scope account.Scope, id account.ID, from, to spend.Day) (spend.History, error)
	// Ledgers streams the usage of the days with all its revisions, account by
	// account; an error beside a ledger with an id is that account's alone.
	Ledgers(ctx context.Context, scope account.Scope, id account.ID, from, to spend.Day) iter.Seq2[spend.Ledger, error]
	// Newest is the bill as it was read last: a sheet for each stored day.
	Newest(ctx context.Context, scope account.Scope, from, to spend.Day) ([]spend.Sheet, error)
	evidenceStore
	// RootHistory is when root of an account was used.
	RootHistory(ctx context.Context, scope account.Scope, id account.ID, from time.Time) (checks.History, error)
	// AccountChanges are those of one account.
	AccountChanges(ctx context.Context, scope account.Scope, id account.ID, since, until time.Time) ([]checks.Change, error)
	// Prune forgets what has served.
	Prune(ctx context.Context, before time.Time) error
	Close() error
}

// Engine is what the commands use of the engine, whichever database it works on.
type Engine interface {
	bot.Asker
	bot.Desk
	// Begin is Ask for whoever waits: it returns the ids of the runs.
	Begin(ctx context.Context, r bot.Request) ([]string, error)
	// Wait follows runs until they are concluded.
	Wait(ctx context.Context, ids []string, seen func(done, total int)) error
	// Learn lists an organization's accounts anew.
	Learn(ctx context.Context, scope account.Scope) error
	// ReadBill reads the organization's bill now and waits until it is judged.
	ReadBill(ctx context.Context, scope account.Scope) error
	SpendAnswer(ctx context.Context, scope account.Scope, id account.ID, days int) (bot.SpendAnswer, error)
	// Tally is the stored bill by account, service or region.
	Tally(ctx context.Context, scope account.Scope, id account.ID, by spend.By, from, to spend.Day) (spend.Tally, error)
	// Case reads an account now and gives all that the checks may look at.
	Case(ctx context.Context, a account.Account) (checks.Case, error)
	// EverCost reports whether the account has a cost in the stored bill.
	EverCost(ctx context.Context, a account.Account) (bool, error)
	Digest(ctx context.Context, scope account.Scope, local string) (bot.Digest, error)
	SendDigest(ctx context.Context, scope account.Scope) error
	// Attest, Except and Announce take what a person says, Revoke takes it
	// back, and Entered and Plans list all of it.
	Attest(ctx context.Context, a checks.Attestation) (checks.Attestation, error)
	Except(ctx context.Context, x checks.Exception) (checks.Exception, error)
	Announce(ctx context.Context, p spend.Plan) (spend.Plan, error)
	Plans(ctx context.Context, scope account.Scope, from, to spend.Day) ([]schedule.Entered[spend.Plan], error)
	Revoke(ctx context.Context, id, by string) (bool, error)
	Entered(ctx context.Context, scope account.Scope) (schedule.WordsOf, error)
	// Run works jobs and the clock until ctx ends.
	Run(ctx context.Context) error
}

// rooms is one database with what differs between them: who may work jobs, and
// the engine's type.
type rooms interface {
	Store
	// claim says whether this process may work jobs. serve says that it is
	// `rootwatch serve`; to that it is an error where it may not.
	claim(ctx context.Context, serve bool) (bool, error)
	engine(ctx context.Context, o schedule.Options) (Engine, error)
}

func openRooms(ctx context.Context, c *config.Config, now func() time.Time, log *slog.Logger) (rooms, error) {
	if !c.StoreURL.Empty() {
		p, err := store.OpenPostgres(ctx, store.PostgresOptions{URL: c.StoreURL.Reveal(), Now: now, Log: log})
		if err != nil {
			return nil, err
		}
		return postgresRooms{p}, nil
	}
	s, err := store.OpenSQLite(ctx, store.Options{Path: c.StorePath, Now: now, Log: log})
	if err != nil {
		return nil, err
	}
	return sqliteRooms{s}, nil
}
