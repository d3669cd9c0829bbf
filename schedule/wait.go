package schedule

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"rootwatch/checks/account"
)

// pending says whether the scope has a job of one of the kinds that is not
// finished; one that waits to be tried again is not.
func (e *Engine[D, Tx]) pending(ctx context.Context, scope account.Scope, kinds ...string) (bool, error) {
	all := river.NewJobListParams().Kinds(kinds...).First(pendingPage).States(
		rivertype.JobStateAvailable, rivertype.JobStateRunning, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateScheduled)
	for params := all; ; {
		list, err := e.client.JobList(ctx, params)
		if err != nil {
			return false, err
		}
		for _, job := range list.Jobs {
			var args struct {
				Scope   account.Scope `json:"scope"`
				Account account.Scope `json:"account"`
			}
			if json.Unmarshal(job.EncodedArgs, &args) == nil && (args.Scope == scope || args.Account == scope) {
				return true, nil
			}
		}
		if len(list.Jobs) < pendingPage { // the jobs of another organization may fill many pages
			return false, nil
		}
		params = all.After(list.LastCursor)
	}
}

// pendingPage is how many jobs are looked at together.
const pendingPage = 1000

// waitPoll is how often a waiting command looks.
const waitPoll = 100 * time.Millisecond

// RunFailure says why a run could not be done: what it asks for cannot be read.
type RunFailure string

func (f RunFailure) Error() string { return string(f) }

// Wait follows runs until they are concluded or ctx ends, and tells seen how
// far they are.
func (e *Engine[D, Tx]) Wait(ctx context.Context, ids []string, seen func(done, total int)) error {
	tick := time.NewTicker(waitPoll)
	defer tick.Stop()
	for {
		open, done, total := 0, 0, 0
		var failures []error
		for _, id := range ids {
			run, err := e.memory.Run(ctx, id)
			if err != nil {
				return err
			}
			if run.ConcludedAt.IsZero() {
				open++
			}
			if run.Failure != "" {
				failures = append(failures, RunFailure(run.Failure))
			}
			done, total = done+run.Done, total+run.Total
		}
		seen(done, total)
		if open == 0 {
			return errors.Join(failures...)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Learn lists an organization's accounts anew, so that they can be named. It
// checks none.
func (e *Engine[D, Tx]) Learn(ctx context.Context, scope account.Scope) error {
	org, err := e.organization(scope)
	if err != nil {
		return err
	}
	var accounts []account.Account
	for a, err := range org.Collector.Accounts(ctx) {
		if err != nil {
			return err
		}
		accounts = append(accounts, a)
	}
	run := Run{ID: "list/" + rand.Text(), Scope: scope, Kind: RunListing, All: true, CreatedAt: e.o.Now()}
	return e.memory.InTx(ctx, func(ctx context.Context, tx Tx) error {
		if err := e.memory.CreateRun(ctx, tx, run); err != nil {
			return err
		}
		if _, err := e.memory.AddAccounts(ctx, tx, run.ID, accounts); err != nil {
			return err
		}
		for _, a := range accounts {
			if err := e.memory.FinishAccount(ctx, tx, run.ID, a.ID); err != nil {
				return err
			}
		}
		if err := e.memory.FinishListing(ctx, tx, run.ID, true, e.o.Now()); err != nil {
			return err
		}
		_, err := e.memory.Conclude(ctx, tx, run.ID, "", e.o.Now())
		return err
	})
}

// ReadBill reads the organization's bill now and waits until it is judged. It
// costs Cost Explorer requests.
func (e *Engine[D, Tx]) ReadBill(ctx context.Context, scope account.Scope) error {
	err := e.memory.InTx(ctx, func(ctx context.Context, tx Tx) error {
		return e.insert(ctx, tx, questionsQueue, spendArgs{Scope: scope})
	})
	tick := time.NewTicker(waitPoll)
	defer tick.Stop()
	for err == nil {
		var busy bool
		if busy, err = e.pending(ctx, scope, spendArgs{}.Kind(), judgeArgs{}.Kind()); err != nil || !busy {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	return err
}

// SendDigest has the digest of this minute said and waits until Slack has it.
func (e *Engine[D, Tx]) SendDigest(ctx context.Context, scope account.Scope) error {
	org, err := e.organization(scope)
	if err != nil {
		return err
	}
	if org.DigestChannel == "" {
		return fmt.Errorf("organization %q has no channel for digests", scope.Organization)
	}
	local := e.o.Now().In(e.o.Zone).Format(localLayout)
	err = e.memory.InTx(ctx, func(ctx context.Context, tx Tx) error {
		return e.insert(ctx, tx, sweepQueue, digestArgs{Scope: scope, Local: local})
	})
	tick := time.NewTicker(waitPoll)
	defer tick.Stop()
	for err == nil {
		d, found, err := e.memory.Delivery(ctx, scope, digestKey(local))
		switch {
		case err != nil:
			return err
		case found && d.State == Sent:
			return nil
		case found && d.State == Failed:
			return errors.New(d.Problem)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	return err
}
