package schedule

import (
	"context"
	"fmt"

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
}

func (judgeArgs) Kind() string { return "judge" }

type judgeWorker[D driver[Tx], Tx any] struct {
	*Engine[D, Tx]
	river.WorkerDefaults[judgeArgs]
}

// catchUpDays is how far back a rise is still news after an outage.
const catchUpDays = 4

func (w *judgeWorker[D, Tx]) Work(ctx context.Context, job *river.Job[judgeArgs]) error {
	scope := job.Args.Scope
	org, err := w.organization(scope)
	if err != nil {
		return river.JobCancel(err)
	}
	incidents, err := w.memory.Incidents(ctx, scope, job.Args.From-spend.RelapseDays)
	if err != nil {
		return err
	}
	oldest := job.Args.From
	for _, i := range incidents {
		oldest = min(oldest, i.Since)
	}
	h, err := w.memory.History(ctx, scope, account.ID{}, oldest-max(spend.Day(w.o.Spend.HistoryDays), spend.LookBack), job.Args.To)
	if err != nil {
		return err
	}
	names, err := w.names(ctx, scope)
	if err != nil {
		return err
	}
	return w.memory.InTx(ctx, func(ctx context.Context, tx Tx) error {
		for day := job.Args.From; day <= job.Args.To; day++ {
			utterances := spend.Speak(incidents, spend.Judge(h, day, w.o.Spend), h, day)
			for _, u := range utterances {
				u.Incident.AccountName = names[u.Incident.Account]
				if err := w.memory.SaveIncident(ctx, tx, scope, u.Incident); err != nil {
					return err
				}
				if err := w.utter(ctx, tx, org, u, h); err != nil {
					return err
				}
				incidents = remember(incidents, u.Incident)
			}
		}
		_, err := river.JobCompleteTx[D](ctx, tx, job)
		return err
	})
}

// utter posts or edits the incident's one message; what is worse or over also
// goes into its thread, since an edit notifies nobody.
func (w *judgeWorker[D, Tx]) utter(ctx context.Context, tx Tx, org Organization, u spend.Utterance, h spend.History) error {
	if u.Word == spend.Quiet || org.AlertChannel == "" {
		return nil
	}
	alert := bot.SpikeAlert{Scope: org.Scope, Incident: u.Incident, Word: u.Word, AsOf: h.ObservedAt, IfItLasts: ifItLasts(u.Incident)}
	address := bot.Address{Channel: org.AlertChannel}
	key := incidentKey(u.Incident)
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

func incidentKey(i spend.Incident) string {
	return fmt.Sprintf("spike:%s:%s:%s:%s", i.Account, i.Service, i.Region, i.Since)
}

// ifItLasts is the excess of the days that the month has left after Day.
func ifItLasts(i spend.Incident) decimal.Decimal {
	day := i.Day.Time()
	left := day.AddDate(0, 1, -day.Day()).Day() - day.Day()
	return i.Excess.Mul(decimalOf(left))
}

func decimalOf(n int) decimal.Decimal { return decimal.NewFromInt(int64(n)) }
