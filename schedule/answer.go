package schedule

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// answerArgs is the job that answers /spend from the store. It makes no
// Cost Explorer request.
type answerArgs struct {
	RunID string   `json:"run_id"`
	By    spend.By `json:"by,omitempty"`
}

func (answerArgs) Kind() string { return "answer_spend" }

type answerWorker[D driver[Tx], Tx any] struct {
	*Engine[D, Tx]
	river.WorkerDefaults[answerArgs]
}

// Timeout: the bill of 5,000 accounts takes seconds to read.
func (w *answerWorker[D, Tx]) Timeout(*river.Job[answerArgs]) time.Duration { return longTimeout }

func (w *answerWorker[D, Tx]) Work(ctx context.Context, job *river.Job[answerArgs]) error {
	run, err := w.memory.Run(ctx, job.Args.RunID)
	if err != nil {
		return err
	}
	var id account.ID
	if len(run.Targets) > 0 {
		id = run.Targets[0]
	}
	answer, err := w.SpendAnswer(ctx, run.Scope, id, run.Days)
	if err != nil {
		return err
	}
	answer.AskedBy = run.AskedBy
	if job.Args.By != "" && answer.Money.Known() {
		w.addTally(ctx, &answer, job.Args.By, run.Days)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return finish(ctx, w.Engine, job, func(ctx context.Context, tx Tx) error {
		if run.Reply != nil {
			if err := w.say(ctx, tx, run.Scope, bot.Outgoing{Key: replyKey(run), Address: *run.Reply, Message: answer}, ""); err != nil {
				return err
			}
		}
		if err := w.memory.FinishListing(ctx, tx, run.ID, false, w.o.Now()); err != nil {
			return err
		}
		_, err := w.memory.Conclude(ctx, tx, run.ID, "", w.o.Now())
		return err
	})
}

// SpendAnswer is the bill of one account by service, or (zero id) of the
// organization by account, over the last days.
func (e *Engine[D, Tx]) SpendAnswer(ctx context.Context, scope account.Scope, id account.ID, days int) (bot.SpendAnswer, error) {
	answer := bot.SpendAnswer{Scope: scope, Account: id, Subject: "all accounts"}
	if !id.IsZero() {
		answer.Subject = e.label(ctx, scope, id)
	}
	org, err := e.organization(scope)
	if err != nil {
		return answer, err
	}
	if org.Costs == nil {
		answer.Money.Trouble = "Cost is switched off for organization " + scope.Organization + "."
		return answer, nil
	}
	money, h, err := e.moneyOrTrouble(ctx, scope, id)
	if err != nil {
		return answer, err
	}
	names, err := e.shownNames(ctx, scope)
	if err != nil {
		return answer, err
	}
	if !id.IsZero() && names[id] == "" && len(h.Series) == 0 && money.Known() {
		// Its zeros would look like a bill of nothing.
		answer.Money.Trouble = fmt.Sprintf("Account %s is not in organization %q as it was last listed, and nothing is billed to it.", id, scope.Organization)
		return answer, nil
	}
	answer.Money = money
	for day := money.Day - spend.Day(min(max(days, 1), chartDays)) + 1; day <= money.Day; day++ {
		if h.Collected[day] {
			answer.Recent = append(answer.Recent, spend.Point{Day: day, Amount: total(h, day)})
		}
	}
	answer.Top = top(h, money.Day, id.IsZero(), func(k spend.Key) string {
		if !id.IsZero() {
			return bot.ServiceName(k.Service)
		}
		return cmp.Or(names[k.Account], k.Account.String())
	})
	return answer, nil
}

// shownNames are the labels of the scope's accounts; those that share a name
// have their ids in them, so that no two rows of a table are one.
func (e *Engine[D, Tx]) shownNames(ctx context.Context, scope account.Scope) (map[account.ID]string, error) {
	accounts, err := e.members(ctx, scope)
	named := map[string]int{}
	for _, a := range accounts {
		named[a.Name]++
	}
	names := make(map[account.ID]string, len(accounts))
	for _, a := range accounts {
		if names[a.ID] = a.Label(); named[a.Name] > 1 {
			names[a.ID] = bot.LabelID(a.Name, a.ID)
		}
	}
	return names, err
}

// top sums the day's series by name, highest first.
func top(h spend.History, day spend.Day, byAccount bool, name func(spend.Key) string) []bot.SpendRow {
	groups := map[string][]spend.Series{}
	for _, s := range h.Series {
		groups[name(s.Key)] = append(groups[name(s.Key)], s)
	}
	var rows []bot.SpendRow
	for n, series := range groups {
		part := h
		part.Series = series
		amount, usual := spend.Usual(part, day)
		row := bot.SpendRow{Name: n, Amount: decimal.NewFromFloat(amount).Round(2), Usual: decimal.NewFromFloat(usual).Round(2)}
		if byAccount {
			row.Account = series[0].Key.Account // a name is one account's: see shownNames
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b bot.SpendRow) int {
		return cmp.Or(b.Amount.Cmp(a.Amount), cmp.Compare(a.Name, b.Name))
	})
	return rows[:min(len(rows), bot.MaxOpen)]
}
