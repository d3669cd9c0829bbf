package schedule

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/riverqueue/river"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// estimatedArgs is the job that reads an organization's estimated charges, and
// plans what is to be said of them. Working it twice says nothing twice.
type estimatedArgs struct {
	Scope account.Scope `json:"scope"`
}

func (estimatedArgs) Kind() string { return "estimated" }

type estimatedWorker[D driver[Tx], Tx any] struct {
	*Engine[D, Tx]
	river.WorkerDefaults[estimatedArgs]
}

func (w *estimatedWorker[D, Tx]) Timeout(*river.Job[estimatedArgs]) time.Duration { return longTimeout }

// NextRetry is that of the bill.
func (w *estimatedWorker[D, Tx]) NextRetry(job *river.Job[estimatedArgs]) time.Time {
	return time.Now().Add(time.Duration(job.Attempt) * time.Minute)
}

// estimatedAttempts is how often passing trouble is waited out; the next slot
// comes in some hours.
const estimatedAttempts = 3

func (w *estimatedWorker[D, Tx]) Work(ctx context.Context, job *river.Job[estimatedArgs]) error {
	org, err := w.organization(job.Args.Scope)
	if err != nil || org.Estimates == nil || org.Costs == nil {
		return river.JobCancel(errors.Join(err, errors.New("the weekend watch is switched off")))
	}
	reading := estimatedReading[D, Tx]{estimatedWorker: w, org: org, now: w.o.Now()}
	err = reading.read(ctx)
	var gap account.Gap
	switch {
	case err == nil:
		return reading.conclude(ctx, job)
	case ctx.Err() != nil, !errors.As(err, &gap), gap.Cause.Passing() && job.Attempt < estimatedAttempts:
		return err
	}
	w.o.Log.Error("the estimated charges could not be read", "organization", org.Scope.Organization, "error", err, "detail", gap.Detail)
	return finish(ctx, w.Engine, job, func(ctx context.Context, tx Tx) error {
		return w.saveWatch(ctx, tx, org.Scope, watchState{At: reading.now, Off: gap.Cause == account.NotEnabled, Trouble: gap.Error()})
	})
}

// conclude saves the early signs and plans their messages, all at once.
func (r *estimatedReading[D, Tx]) conclude(ctx context.Context, job *river.Job[estimatedArgs]) error {
	scope := r.org.Scope
	utterances, err := r.utterances(ctx)
	if err != nil {
		return err
	}
	own, listed := earlyCrowd(utterances)
	return finish(ctx, r.Engine, job, func(ctx context.Context, tx Tx) error {
		for _, u := range utterances {
			if u.Word == spend.Quiet {
				continue
			}
			held, _, err := r.memory.IncidentTx(ctx, tx, scope, u.Incident.Key, u.Incident.Since)
			if err != nil {
				return err
			}
			u.Incident = acknowledgedLike(u.Incident, held)
			if err := r.memory.SaveIncident(ctx, tx, scope, u.Incident); err != nil {
				return err
			}
			if own[bot.SpikeKey(u.Incident)] || u.Word != spend.First {
				if err := r.utter(ctx, tx, u); err != nil {
					return err
				}
			}
		}
		if err := r.list(ctx, tx, listed, fmt.Sprintf("early:%d", job.ID)); err != nil {
			return err
		}
		return r.saveWatch(ctx, tx, scope, r.state())
	})
}

// utterances are what is to be said of the accounts, the largest rise first.
func (r *estimatedReading[D, Tx]) utterances(ctx context.Context) ([]spend.Utterance, error) {
	names, err := r.names(ctx, r.org.Scope)
	if err != nil {
		return nil, err
	}
	since := watched{holidays: r.o.Weekend.Holidays}.began(floating(r.now.In(r.o.Zone)))
	var all []spend.Utterance
	for _, s := range r.spikes() {
		u := spend.SpeakEarly(r.incidents, s, since)
		u.Incident.AccountName = names[s.Account]
		all = append(all, u)
	}
	slices.SortStableFunc(all, func(a, b spend.Utterance) int { return b.Incident.Excess.Cmp(a.Incident.Excess) })
	return all, nil
}

// mostEarly is how many early signs a reading tells each by itself; the others
// share one message.
const mostEarly = 6

// earlyCrowd parts the signs that begin into those with a message of their
// own, by key, and those in the list.
func earlyCrowd(utterances []spend.Utterance) (own map[string]bool, listed []spend.Incident) {
	var fresh []spend.Incident
	for _, u := range utterances {
		if u.Word == spend.First {
			fresh = append(fresh, u.Incident)
		}
	}
	n := len(fresh)
	if n > mostEarly {
		n = mostEarly - 1 // the list is a message too
	}
	own = map[string]bool{}
	for _, i := range fresh[:n] {
		own[bot.SpikeKey(i)] = true
	}
	return own, fresh[n:]
}

func (r *estimatedReading[D, Tx]) channel() string {
	return cmp.Or(r.org.WeekendChannel, r.org.AlertChannel)
}

// utter posts or edits the sign's one message. One that stands in a list alone
// is told no more: that it goes on is no news.
func (r *estimatedReading[D, Tx]) utter(ctx context.Context, tx Tx, u spend.Utterance) error {
	key := bot.SpikeKey(u.Incident)
	_, said, err := r.memory.Delivery(ctx, r.org.Scope, key)
	if err != nil || r.channel() == "" || !said && u.Word == spend.Same {
		return err
	}
	alert := bot.SpikeAlert{Scope: r.org.Scope, Incident: u.Incident, Word: u.Word, AsOf: r.until[u.Incident.Account], IfItLasts: ifItLasts(u.Incident)}
	if !alert.Over() { // when nobody is at work it matters most
		alert.Assessment = r.assessed(ctx, r.org.Scope, u.Incident)
	}
	address := bot.Address{Channel: r.channel()}
	if err := r.say(ctx, tx, r.org.Scope, bot.Outgoing{Key: key, Address: address, Message: alert}, ""); err != nil || u.Word != spend.Grew || !said {
		return err
	}
	alert.Reply = true
	reply := fmt.Sprintf("%s:%s:%s", key, u.Word, u.Incident.Day)
	return r.say(ctx, tx, r.org.Scope, bot.Outgoing{Key: reply, Address: address, Message: alert}, key)
}

// list says in one message which signs began beside those with an alert.
func (r *estimatedReading[D, Tx]) list(ctx context.Context, tx Tx, listed []spend.Incident, key string) error {
	if len(listed) == 0 || r.channel() == "" {
		return nil
	}
	m := bot.SpikeList{Scope: r.org.Scope, Early: true, Total: len(listed), Currency: listed[0].Currency, AsOf: r.now, Incidents: listed[:min(len(listed), bot.MaxListed)]}
	for _, i := range listed {
		m.Excess = m.Excess.Add(i.Excess)
	}
	return r.say(ctx, tx, r.org.Scope, bot.Outgoing{Key: key, Address: bot.Address{Channel: r.channel()}, Message: m}, "")
}

// watchState is what became of the newest reading.
type watchState struct {
	At       time.Time `json:"at"`
	Off      bool      `json:"off,omitempty"`     // AWS sends no such metric
	Trouble  string    `json:"trouble,omitempty"` // why nothing is known; a sentence
	Accounts int       `json:"accounts"`          // that were looked at
	Unknown  int       `json:"unknown,omitempty"` // of them, not known
	Why      string    `json:"why,omitempty"`     // of one of them, a clause
}

// watchAnswer names the stored state.
const watchAnswer = "estimated_charges"

func (e *Engine[D, Tx]) saveWatch(ctx context.Context, tx Tx, scope account.Scope, s watchState) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return e.memory.SavePaid(ctx, tx, scope, watchAnswer, text, s.At)
}

// watchState is the zero value where nothing was read yet.
func (e *Engine[D, Tx]) watchState(ctx context.Context, scope account.Scope) (s watchState, err error) {
	text, _, found, err := e.memory.Paid(ctx, scope, watchAnswer)
	if err != nil || !found {
		return s, err
	}
	if err := json.Unmarshal(text, &s); err != nil { // written by another version: the next reading writes it anew
		e.o.Log.Error("a stored answer cannot be read", "name", watchAnswer, "error", err)
		return watchState{}, nil
	}
	return s, nil
}
