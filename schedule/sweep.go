package schedule

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"rootwatch/bot"
	"rootwatch/checks/account"
)

// sweepArgs is the job that finds out which accounts a run is about, and
// gives each a job of its own.
type sweepArgs struct {
	RunID string `json:"run_id"`
}

func (sweepArgs) Kind() string { return "sweep" }

type sweepWorker[D driver[Tx], Tx any] struct {
	*Engine[D, Tx]
	river.WorkerDefaults[sweepArgs]
}

func (w *sweepWorker[D, Tx]) Timeout(*river.Job[sweepArgs]) time.Duration { return longTimeout }

// NextRetry: a person waits seconds, a sweep by the clock can wait minutes.
func (w *sweepWorker[D, Tx]) NextRetry(job *river.Job[sweepArgs]) time.Time {
	wait := time.Duration(job.Attempt) * 30 * time.Second
	if job.Queue == questionsQueue {
		wait = time.Duration(job.Attempt) * 2 * time.Second
	}
	return time.Now().Add(wait)
}

// An account list comes in pages of ListAccounts, which AWS holds at 20; five of
// them are the most that one transaction adds, and so many accounts are read
// ahead of it at most.
const (
	listPage  = 20
	listBatch = 5 * listPage
	listAhead = 1000
)

// listAttempts is how often a list that passing trouble interrupts is begun again.
const listAttempts = 5

func (w *sweepWorker[D, Tx]) Work(ctx context.Context, job *river.Job[sweepArgs]) error {
	run, err := w.memory.Run(ctx, job.Args.RunID)
	if err != nil {
		return err
	}
	org, err := w.organization(run.Scope)
	if err != nil {
		return w.fail(ctx, job, run, err.Error())
	}
	listed := 0
	if run.All {
		if listed, err = w.addAll(ctx, org, run, job.Queue); err == nil {
			err = w.guard(ctx, run, listed)
		}
	} else {
		err = w.addTargets(ctx, org, run, job.Queue)
	}
	var gap account.Gap
	var unknown unknownAccount
	switch {
	case errors.As(err, &unknown):
		return w.fail(ctx, job, run, unknown.Error())
	case errors.As(err, &gap) && (!gap.Cause.Passing() || job.Attempt >= listAttempts):
		w.o.Log.Error("accounts could not be listed", "run", run.ID, "organization", run.Organization, "cause", gap.Cause, "detail", gap.Detail)
		return w.fail(ctx, job, run, gap.Error())
	case err != nil:
		return err
	}
	if run.All {
		w.o.Log.Info("all accounts are being checked", "run", run.ID, "organization", run.Scope.Organization, "accounts", listed)
	}
	return finish(ctx, w.Engine, job, func(ctx context.Context, tx Tx) error {
		if err := w.memory.FinishListing(ctx, tx, run.ID, run.All, w.o.Now()); err != nil {
			return err
		}
		if err := w.progress(ctx, tx, run, listed); err != nil {
			return err
		}
		return w.conclude(ctx, tx, job.Queue, run.ID, "")
	})
}

func (w *sweepWorker[D, Tx]) addAll(ctx context.Context, org Organization, run Run, queue string) (listed int, err error) {
	known, err := w.members(ctx, run.Scope)
	if err != nil {
		return 0, err
	}
	newcomers := newcomersTo(known)
	defer newcomers.tell(w.o.Log, run)
	// Every account's job asks for it: read before the first of them begins, it
	// keeps none of them waiting.
	org.Collector.Organization(ctx)
	for batch, err := range batches(ctx, org.Collector.Accounts) {
		if err != nil {
			return listed, err
		}
		for _, a := range batch {
			listed++
			newcomers.see(a)
		}
		if err := w.add(ctx, run, queue, batch); err != nil {
			return listed, err
		}
	}
	return listed, nil
}

// batches reads the list on while what came of it is being saved: it comes
// page by page, and each save waits for the accounts that are saved meanwhile.
// A batch is a page at least, where there is one. What came before an error
// comes before it.
func batches(ctx context.Context, list func(context.Context) iter.Seq2[account.Account, error]) iter.Seq2[[]account.Account, error] {
	return func(yield func([]account.Account, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		came, failed := make(chan account.Account, listAhead), error(nil)
		var reader sync.WaitGroup
		reader.Go(func() {
			defer close(came)
			for a, err := range list(ctx) {
				if failed = err; err != nil {
					return
				}
				select {
				case came <- a:
				case <-ctx.Done():
					return
				}
			}
		})
		defer reader.Wait()
		defer cancel()
		var batch []account.Account
		for a := range came {
			if batch = append(batch, a); len(batch) < listPage || len(batch) < listBatch && len(came) > 0 {
				continue
			}
			if !yield(batch, nil) {
				return
			}
			batch = nil
		}
		if len(batch) > 0 && !yield(batch, nil) {
			return
		}
		if failed == nil {
			failed = ctx.Err()
		}
		if failed != nil {
			yield(nil, failed)
		}
	}
}

// newcomers are the accounts that a list has and the directory had not.
type newcomers struct {
	known map[account.ID]bool
	ids   []string
}

// newcomersTo finds nobody new where the directory is empty: all would be.
func newcomersTo(directory []account.Account) *newcomers {
	n := &newcomers{known: map[account.ID]bool{}}
	for _, a := range directory {
		n.known[a.ID] = true
	}
	return n
}

func (n *newcomers) see(a account.Account) {
	if len(n.known) > 0 && !n.known[a.ID] {
		n.ids = append(n.ids, a.ID.String())
	}
}

// namedNewcomers is how many ids a line of the log holds.
const namedNewcomers = 20

func (n *newcomers) tell(log *slog.Logger, run Run) {
	if len(n.ids) > 0 {
		log.Info("accounts are new in the organization", "run", run.ID, "organization", run.Scope.Organization,
			"accounts", len(n.ids), "ids", n.ids[:min(len(n.ids), namedNewcomers)])
	}
}

// guard refuses a list that shrank from many accounts to the caller's own: the
// caller has lost its view of the organization, and the others would leave
// the digest without a word.
func (w *sweepWorker[D, Tx]) guard(ctx context.Context, run Run, listed int) error {
	known, err := w.members(ctx, run.Scope)
	if err != nil || listed > 1 || len(known) < 3 {
		return err
	}
	return account.Gap{
		Call: "organizations:ListAccounts", Cause: account.Denied,
		Sentence: fmt.Sprintf("%d accounts were known and AWS lists only our own now, so the caller has lost organizations:ListAccounts or its place in the organization", len(known)),
	}
}

// addTargets finds the accounts in the directory, and lists the organization
// only for those it does not have.
func (w *sweepWorker[D, Tx]) addTargets(ctx context.Context, org Organization, run Run, queue string) error {
	known, err := w.memory.Directory(ctx)
	if err != nil {
		return err
	}
	var found []account.Account
	missing := slices.Clone(run.Targets)
	take := func(a account.Account) {
		if i := slices.Index(missing, a.ID); i >= 0 && a.Scope == run.Scope {
			found, missing = append(found, a), slices.Delete(missing, i, i+1)
		}
	}
	for _, a := range known {
		take(a)
	}
	if len(missing) > 0 && run.Reply == nil { // one's own account needs no list, but only a list gives it its name
		self, err := org.Collector.Self(ctx)
		if err != nil {
			return err
		}
		take(self)
	}
	if len(missing) > 0 {
		for a, err := range org.Collector.Accounts(ctx) {
			if err != nil {
				return err
			}
			if take(a); len(missing) == 0 {
				break
			}
		}
	}
	if len(missing) > 0 {
		return unknownAccount{missing[0], run.Scope}
	}
	return w.add(ctx, run, queue, found)
}

// add puts accounts and their jobs into the run, once each, however often it is called.
func (w *sweepWorker[D, Tx]) add(ctx context.Context, run Run, queue string, accounts []account.Account) error {
	if len(accounts) == 0 {
		return nil
	}
	defer w.mailboxes.forget()
	return w.memory.InTx(ctx, func(ctx context.Context, tx Tx) error {
		fresh, err := w.memory.AddAccounts(ctx, tx, run.ID, accounts)
		if err != nil || len(fresh) == 0 {
			return err
		}
		jobs := make([]river.InsertManyParams, len(fresh))
		for i, a := range fresh {
			jobs[i] = river.InsertManyParams{Args: accountArgs{RunID: run.ID, Account: a}, InsertOpts: &river.InsertOpts{Queue: queue}}
		}
		_, err = w.client.InsertManyTx(ctx, tx, jobs)
		return err
	})
}

// progress tells who waits for many accounts how many there are.
func (w *sweepWorker[D, Tx]) progress(ctx context.Context, tx Tx, run Run, accounts int) error {
	if run.Reply == nil || !run.All || run.Reply.Beside {
		return nil
	}
	return w.say(ctx, tx, run.Scope, bot.Outgoing{
		Key: replyKey(run), Address: *run.Reply, Message: bot.Pending{Subject: run.Subject, Accounts: accounts},
	}, "")
}

// fail concludes a run that cannot be done, and says so to who asked.
func (w *sweepWorker[D, Tx]) fail(ctx context.Context, job *river.Job[sweepArgs], run Run, sentence string) error {
	return finish(ctx, w.Engine, job, func(ctx context.Context, tx Tx) error {
		return w.conclude(ctx, tx, job.Queue, run.ID, sentence)
	})
}

// unknownAccount is an account id that the organization does not have.
type unknownAccount struct {
	id    account.ID
	scope account.Scope
}

func (u unknownAccount) Error() string {
	return NotListed(u.id, u.scope.Organization)
}

// NotListed is the sentence for an account id that no organization has, the
// same wherever it is said.
func NotListed(id account.ID, organizations ...string) string {
	return fmt.Sprintf("account %s is not in organization %s, as AWS lists it: look at the id, or add the account's own organization to the configuration",
		id, strings.Join(organizations, " or "))
}
