package schedule

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// judgeArgs is the job that compares freshly read days with what was usual,
// and plans what is to be said. Working it twice says nothing twice.
type judgeArgs struct {
	Scope account.Scope `json:"scope"`
	From  spend.Day     `json:"from"`
	To    spend.Day     `json:"to"`
	// Trouble is what remains to be told of the reading once its days are judged.
	Trouble string `json:"trouble,omitempty"`
}

func (judgeArgs) Kind() string { return "judge" }

type judgeWorker[D driver[Tx], Tx any] struct {
	*Engine[D, Tx]
	river.WorkerDefaults[judgeArgs]
}

// Timeout: an account of ten services and 13 months takes a twentieth of a
// second to live through again (docs/benchmarks.md).
func (w *judgeWorker[D, Tx]) Timeout(*river.Job[judgeArgs]) time.Duration { return longTimeout }

// catchUpDays is how far back a rise is still news after an outage.
const catchUpDays = 4

// comesBackDays is how long after its end an incident is still asked for: longer
// than any of them can be opened again.
const comesBackDays = 90

func (w *judgeWorker[D, Tx]) Work(ctx context.Context, job *river.Job[judgeArgs]) error {
	scope := job.Args.Scope
	org, err := w.organization(scope)
	if err != nil {
		return river.JobCancel(err)
	}
	incidents, err := w.memory.Incidents(ctx, scope, job.Args.To-comesBackDays)
	if err != nil {
		return err
	}
	plans, err := w.plans(ctx, scope, account.ID{}, job.Args.From, job.Args.To)
	if err != nil {
		return err
	}
	said := map[string]bool{} // incidents with a message of their own
	for _, i := range incidents {
		_, said[bot.SpikeKey(i)], err = w.memory.Delivery(ctx, scope, bot.SpikeKey(i))
		if err != nil {
			return err
		}
	}
	early, incidents := partEarly(incidents)
	found, err := w.judge(ctx, scope, incidents, job.Args.From, job.Args.To)
	if err != nil {
		return err
	}
	var utterances []spend.Utterance
	for _, u := range found.utterances {
		if u, news := spend.Heed(plans, u); news {
			utterances = append(utterances, u)
		}
	}
	spend.Campaigns(utterances)
	for _, u := range utterances {
		incidents = remember(incidents, u.Incident)
	}
	bills, err := w.bills(ctx, scope, early, job.Args.To)
	if err != nil {
		return err
	}
	utterances, incidents, closed := reconciled(early, incidents, utterances, said, bills, job.Args.To)
	listed := crowd(utterances, incidents, said)
	return finish(ctx, w.Engine, job, func(ctx context.Context, tx Tx) error {
		said := maps.Clone(said)
		for _, sign := range closed {
			if err := w.memory.SaveIncident(ctx, tx, scope, sign); err != nil {
				return err
			}
		}
		for _, u := range utterances {
			key := bot.SpikeKey(u.Incident)
			held, _, err := w.memory.IncidentTx(ctx, tx, scope, u.Incident.Key, u.Incident.Since)
			if err != nil {
				return err
			}
			u.Incident = acknowledgedLike(u.Incident, held)
			if err := w.memory.SaveIncident(ctx, tx, scope, u.Incident); err != nil {
				return err
			}
			switch {
			case listed[key]:
				continue
			case u.Word == spend.First || u.Word == spend.Grew:
				said[key] = true
			case !said[key]:
				continue // it stands in a list, and that it goes on or ends is no news
			}
			if err := w.utter(ctx, tx, org, u, found.asOf); err != nil {
				return err
			}
		}
		if err := w.list(ctx, tx, org, listed, incidents, fmt.Sprintf("spikes:%s:%d", job.Args.To, job.ID), found); err != nil {
			return err
		}
		return w.memory.SetCostTrouble(ctx, tx, scope, cmp.Or(job.Args.Trouble, found.trouble), w.o.Now())
	})
}

// mostAlerts is how many incidents that begin at once get a message each; the
// others share one (slack/ux.md: six posts an hour for a channel).
const mostAlerts = 6

// crowd names, by their keys, the incidents that share one message in this
// run: those of a campaign, and where more begin (or grew and stood only in a
// list) than a channel bears, all but the largest.
func crowd(utterances []spend.Utterance, incidents []spend.Incident, said map[string]bool) map[string]bool {
	fresh := map[string]bool{}
	for _, u := range utterances {
		if key := bot.SpikeKey(u.Incident); u.Word == spend.First || u.Word == spend.Grew && !said[key] {
			fresh[key] = true
		}
	}
	listed := map[string]bool{}
	for _, u := range utterances {
		if key := bot.SpikeKey(u.Incident); u.Word == spend.First && u.Incident.Campaign != "" {
			listed[key] = true
			delete(fresh, key)
		}
	}
	most := mostAlerts
	if len(listed) > 0 || len(fresh) > mostAlerts {
		most-- // the list is a message too
	}
	alone := byExcess(incidents, fresh)
	for _, i := range alone[min(len(alone), most):] {
		listed[bot.SpikeKey(i)] = true
	}
	return listed
}

// byExcess picks the incidents with these keys, largest excess first.
func byExcess(incidents []spend.Incident, keys map[string]bool) []spend.Incident {
	var picked []spend.Incident
	for _, i := range incidents {
		if keys[bot.SpikeKey(i)] {
			picked = append(picked, i)
		}
	}
	slices.SortStableFunc(picked, func(a, b spend.Incident) int { return b.Excess.Cmp(a.Excess) })
	return picked
}

// list says in one message which incidents began beside those with an alert.
func (w *judgeWorker[D, Tx]) list(ctx context.Context, tx Tx, org Organization, keys map[string]bool, incidents []spend.Incident, key string, found judged) error {
	if len(keys) == 0 || org.AlertChannel == "" {
		return nil
	}
	crowded := byExcess(incidents, keys)
	m := bot.SpikeList{Scope: org.Scope, Total: len(crowded), Currency: found.currency, AsOf: found.asOf, Incidents: crowded[:min(len(crowded), bot.MaxListed)]}
	for _, i := range crowded {
		m.Excess = m.Excess.Add(i.Excess)
	}
	return w.say(ctx, tx, org.Scope, bot.Outgoing{Key: key, Address: bot.Address{Channel: org.AlertChannel}, Message: m}, "")
}

// utter posts or edits the incident's one message; what is worse or over also
// goes into its thread, since an edit notifies nobody.
func (w *judgeWorker[D, Tx]) utter(ctx context.Context, tx Tx, org Organization, u spend.Utterance, asOf time.Time) error {
	address, err := w.addressOf(ctx, org.Scope, org, u.Incident)
	if err != nil || u.Word == spend.Quiet || address.Channel == "" {
		return err
	}
	alert := bot.SpikeAlert{Scope: org.Scope, Incident: u.Incident, Word: u.Word, AsOf: asOf, IfItLasts: ifItLasts(u.Incident)}
	if !alert.Over() {
		alert.Assessment = w.assessed(ctx, org.Scope, u.Incident)
	}
	key := bot.SpikeKey(u.Incident)
	if err := w.say(ctx, tx, org.Scope, bot.Outgoing{Key: key, Address: address, Message: alert}, ""); err != nil {
		return err
	}
	if u.Word == spend.First || u.Word == spend.Same {
		return nil
	}
	alert.Reply = true
	reply := fmt.Sprintf("%s:%s:%s", key, u.Word, u.Incident.Day)
	return w.say(ctx, tx, org.Scope, bot.Outgoing{Key: reply, Address: address, Message: alert}, key)
}

func (e *Engine[D, Tx]) names(ctx context.Context, scope account.Scope) (map[account.ID]string, error) {
	accounts, err := e.members(ctx, scope)
	names := make(map[account.ID]string, len(accounts))
	for _, a := range accounts {
		names[a.ID] = a.Name
	}
	return names, err
}

// acknowledgedLike is the incident with what other says of who looks after
// it: somebody may have said so since the incident was read.
func acknowledgedLike(i, other spend.Incident) spend.Incident {
	if i.AcknowledgedBy == "" {
		i.AcknowledgedBy, i.AcknowledgedName, i.AcknowledgedAt = other.AcknowledgedBy, other.AcknowledgedName, other.AcknowledgedAt
	}
	return i
}

// remember puts the incident in the place of its older form.
func remember(incidents []spend.Incident, i spend.Incident) []spend.Incident {
	for n, old := range incidents {
		if old.Key == i.Key && old.Since == i.Since {
			incidents[n] = i
			return incidents
		}
	}
	return append(incidents, i)
}

// ifItLasts is the excess of the days that the month has left after Day.
func ifItLasts(i spend.Incident) decimal.Decimal {
	day := i.Day.Time()
	left := day.AddDate(0, 1, -day.Day()).Day() - day.Day()
	return i.Excess.Mul(decimalOf(left))
}

func decimalOf(n int) decimal.Decimal { return decimal.NewFromInt(int64(n)) }
