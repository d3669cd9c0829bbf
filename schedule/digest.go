package schedule

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
)

// digestArgs is the job that tells an organization's day.
type digestArgs struct {
	Scope account.Scope `json:"scope"`
	Local string        `json:"local"` // its slot
}

func (digestArgs) Kind() string { return "digest" }

type digestWorker[D driver[Tx], Tx any] struct {
	*Engine[D, Tx]
	river.WorkerDefaults[digestArgs]
}

func (w *digestWorker[D, Tx]) Timeout(*river.Job[digestArgs]) time.Duration { return accountTimeout }

// A digest that is due while a sweep is under way waits for it, but not for ever.
const (
	sweepWait      = 2 * time.Second
	sweepWaitTimes = 900 // half an hour
)

func (w *digestWorker[D, Tx]) Work(ctx context.Context, job *river.Job[digestArgs]) error {
	scope := job.Args.Scope
	org, err := w.organization(scope)
	if err != nil {
		return river.JobCancel(err)
	}
	if snoozes(job.Metadata) < sweepWaitTimes {
		busy, err := w.busy(ctx, scope)
		if err != nil {
			return err
		}
		if busy {
			return river.JobSnooze(sweepWait)
		}
	}
	digest, err := w.Digest(ctx, scope, job.Args.Local)
	if err != nil {
		return err
	}
	return finish(ctx, w.Engine, job, func(ctx context.Context, tx Tx) error {
		if org.DigestChannel == "" {
			return nil
		}
		out := bot.Outgoing{Key: digestKey(job.Args.Local), Address: bot.Address{Channel: org.DigestChannel}, Message: digest}
		return w.say(ctx, tx, scope, out, "")
	})
}

// busy says whether a sweep of the whole organization or a reading of its bill is under way.
func (e *Engine[D, Tx]) busy(ctx context.Context, scope account.Scope) (bool, error) {
	runs, err := e.memory.OpenRuns(ctx, scope)
	if err != nil {
		return false, err
	}
	for _, run := range runs {
		if run.All && run.Kind == RunPosture {
			return true, nil
		}
	}
	return e.pending(ctx, scope, spendArgs{}.Kind(), judgeArgs{}.Kind())
}

// Digest is what the digest of the slot would say now: everything since the
// digest before it.
func (e *Engine[D, Tx]) Digest(ctx context.Context, scope account.Scope, local string) (bot.Digest, error) {
	now := e.o.Now()
	slot, err := time.ParseInLocation(localLayout, local, e.o.Zone)
	if err != nil {
		return bot.Digest{}, fmt.Errorf("digest slot: %w", err)
	}
	until, err := e.toldUntil(ctx, scope, now)
	if err != nil {
		return bot.Digest{}, err
	}
	fleet, err := e.Fleet(ctx, scope)
	if err != nil {
		return bot.Digest{}, err
	}
	since, err := e.digestBefore(ctx, scope, local)
	if err != nil {
		return bot.Digest{}, err
	}
	midnight := time.Date(slot.Year(), slot.Month(), slot.Day(), 0, 0, 0, 0, e.o.Zone)
	digest := bot.Digest{Fleet: fleet, Day: midnight, Zone: e.o.Zone.String(), Until: until, First: since.IsZero()}
	changes, err := e.memory.Changes(ctx, scope, since, now)
	if err != nil {
		return bot.Digest{}, err
	}
	if !digest.First { // everything would be new
		sortChanges(&digest, changes)
		joined := fleet.JoinedSince(since)
		digest.Joined, digest.JoinedTotal = joined[:min(len(joined), bot.MaxOpen)], len(joined)
	}
	if digest.Money, err = e.digestMoney(ctx, scope); err != nil {
		return bot.Digest{}, err
	}
	missed, err := e.memory.MissedSlots(ctx, scope, since)
	if err != nil {
		return bot.Digest{}, err
	}
	digest.Missed = missedSentences(missed)
	failed, err := e.unfinishedSweep(ctx, scope)
	if err != nil {
		return bot.Digest{}, err
	}
	if failed != "" {
		digest.Missed = append(digest.Missed, failed)
	}
	watch, err := e.watchTrouble(ctx, scope, since)
	if err != nil {
		return bot.Digest{}, err
	}
	if watch != "" {
		digest.Missed = append(digest.Missed, watch)
	}
	if spec, ok := e.specs[digestSchedule]; ok {
		digest.Next = spec.Next(now)
	}
	return digest, nil
}

// toldUntil is where the digest after one of now begins. What accounts are
// being read for is observed before now and saved after it: with such, the
// next digest looks back so far that it cannot miss a change, and may repeat one.
func (e *Engine[D, Tx]) toldUntil(ctx context.Context, scope account.Scope, now time.Time) (time.Time, error) {
	reading, err := e.pending(ctx, scope, accountArgs{}.Kind())
	if reading {
		return now.Add(-2 * accountTimeout), err
	}
	return now, err
}

// unfinishedSweep says why the newest sweep could not be done at all, or how
// far it has come; "" where it is done.
func (e *Engine[D, Tx]) unfinishedSweep(ctx context.Context, scope account.Scope) (string, error) {
	slot, ok, err := e.memory.LastSlot(ctx, scope, sweepSchedule)
	if err != nil || !ok {
		return "", err
	}
	run, err := e.memory.Run(ctx, sweepRunID(scope, slot.Local))
	switch {
	case errors.Is(err, sql.ErrNoRows): // forgotten by now
		return "", nil
	case err != nil:
		return "", err
	case run.ConcludedAt.IsZero():
		return fmt.Sprintf("The sweep of %s is not done yet, %d of %s read; the others are told as they were before.", wall(slot.Local), run.Done, bot.Count(max(run.Total, run.Done), "account", "accounts")), nil
	case run.Failure == "":
		return "", nil
	}
	return fmt.Sprintf("The sweep of %s could not be done: %s.", wall(slot.Local), strings.TrimSuffix(run.Failure, ".")), nil
}

// digestBefore is up to when the newest digest before the slot told, or the
// zero time where there was none in a year. Only a schedule that comes less
// than once a month, or was down for longer, takes the long look back.
func (e *Engine[D, Tx]) digestBefore(ctx context.Context, scope account.Scope, local string) (time.Time, error) {
	spec, ok := e.specs[digestSchedule]
	if !ok {
		return time.Time{}, nil
	}
	for _, past := range []time.Duration{32 * 24 * time.Hour, 400 * 24 * time.Hour} {
		slots := spec.Due("", e.o.Now(), past)
		for i := len(slots) - 1; i >= max(0, len(slots)-mostLooks); i-- {
			if slots[i] >= local {
				continue
			}
			d, found, err := e.memory.Delivery(ctx, scope, digestKey(slots[i]))
			if err != nil {
				return time.Time{}, err
			}
			if told, ok := d.Message.(bot.Digest); found && ok {
				return told.Until, nil
			}
		}
	}
	return time.Time{}, nil
}

// mostLooks bounds the search for the digest before.
const mostLooks = 500

// sortChanges puts changes into the digest's lists; the last word on a finding counts.
func sortChanges(digest *bot.Digest, changes []checks.Change) {
	type key struct{ account, check string }
	last := map[key]int{}
	for i, c := range changes {
		if roster(c) {
			continue // of who is admin every word counts
		}
		last[key{c.AccountID.String(), c.CheckID}] = i
	}
	for i, c := range changes {
		if roster(c) {
			digest.AdminsTotal++
			digest.Admins = append(digest.Admins, bot.Line{AccountID: c.AccountID, AccountName: c.AccountName, CheckID: c.CheckID, Short: c.Short, Severity: c.Severity, Summary: c.Summary, Since: c.At})
			continue
		}
		if last[key{c.AccountID.String(), c.CheckID}] != i {
			continue
		}
		check, known := checks.Find(c.CheckID)
		if !known {
			continue // a check that this version no longer has
		}
		line := bot.Line{AccountID: c.AccountID, AccountName: c.AccountName, CheckID: c.CheckID, Short: cmp.Or(c.Short, check.Short), Severity: c.Severity, Summary: c.Summary, Since: c.At}
		switch {
		case c.News():
			if c.Kind == checks.ExceptionEnded {
				line.Short += "; its exception ended"
			}
			digest.NewTotal++
			digest.New = append(digest.New, line)
		case c.Kind == checks.Resolved:
			digest.ResolvedTotal++
			digest.Resolved = append(digest.Resolved, line)
		case c.Kind == checks.WentDark, c.Kind == checks.WentStale:
			line.Stale = c.Kind == checks.WentStale
			digest.Dark = append(digest.Dark, line)
		}
	}
	digest.Dark = byAccount(digest.Dark)
	digest.DarkTotal = len(digest.Dark)
	digest.New, digest.Resolved, digest.Dark = worst(digest.New), worst(digest.Resolved), worst(digest.Dark)
	digest.Admins = worst(digest.Admins)
}

// roster says that a change is of who is admin.
func roster(c checks.Change) bool {
	return c.Kind == checks.AdminAdded || c.Kind == checks.AdminRemoved
}

// byAccount makes one line of an account that several checks lost at once: it
// has one cause, and ten lines of it would hide the other accounts.
func byAccount(dark []bot.Line) []bot.Line {
	of := map[account.ID][]bot.Line{}
	for _, line := range dark {
		of[line.AccountID] = append(of[line.AccountID], line)
	}
	var lines []bot.Line
	for _, line := range dark {
		all := of[line.AccountID]
		if len(all) > 1 {
			line = worst(all)[0]
			line.CheckID, line.Summary, line.Short = "", "", bot.Count(len(all), "check", "checks")
		}
		if len(all) > 0 {
			lines = append(lines, line)
		}
		delete(of, line.AccountID)
	}
	return lines
}

// runName is what people call a schedule's run.
var runName = map[string]string{sweepSchedule: "sweep", spendSchedule: "reading of the bill", weekendSchedule: "weekend watch", digestSchedule: "digest"}

// missedSentences folds the missed slots of each schedule into one sentence.
func missedSentences(missed []Slot) []string {
	var sentences []string
	for _, name := range []string{sweepSchedule, spendSchedule, weekendSchedule, digestSchedule} {
		var first, last string
		n := 0
		for _, s := range missed {
			if s.Schedule != name {
				continue
			}
			if n++; first == "" || s.Local < first {
				first = s.Local
			}
			last = max(last, s.Local)
		}
		switch {
		case n == 1:
			sentences = append(sentences, fmt.Sprintf("The %s of %s was missed.", runName[name], wall(first)))
		case n > 1:
			sentences = append(sentences, fmt.Sprintf("The %s was missed %d times between %s and %s.", runName[name], n, wall(first), wall(last)))
		}
	}
	return sentences
}

// wall is a slot for a person: 2 Jan 15:04.
func wall(local string) string {
	t, err := time.Parse(localLayout, local)
	if err != nil {
		return local
	}
	return t.Format("2 Jan 15:04")
}

func digestKey(local string) string { return "digest:" + local }
