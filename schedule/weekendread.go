package schedule

import (
	"context"
	"encoding/json"
	"time"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// estimatedReading is one reading of the estimated charges: the whole and its
// services, each account, and account by service where something moved.
type estimatedReading[D driver[Tx], Tx any] struct {
	*estimatedWorker[D, Tx]
	org       Organization
	now       time.Time
	keys      []spend.EstimatedKey
	incidents []spend.Incident

	services []spend.EarlyVerdict                // of all accounts
	accounts []spend.EarlyVerdict                // each account
	parts    map[account.ID][]spend.EarlyVerdict // by service
	until    map[account.ID]time.Time
	history  map[account.ID]spend.History
}

func (r *estimatedReading[D, Tx]) read(ctx context.Context) (err error) {
	if r.keys, err = r.org.Estimates.EstimatedKeys(ctx); err != nil {
		return err
	}
	if r.incidents, err = r.memory.Incidents(ctx, r.org.Scope, spend.DayOf(r.now)-spend.RelapseDays); err != nil {
		return err
	}
	r.parts, r.until, r.history = map[account.ID][]spend.EarlyVerdict{}, map[account.ID]time.Time{}, map[account.ID]spend.History{}
	alone := true // in no organization: the whole is the account
	for _, k := range r.keys {
		alone = alone && k.Account.IsZero()
	}
	if alone {
		return r.readAlone(ctx)
	}
	whole, err := r.series(ctx, func(k spend.EstimatedKey) bool { return k.Account.IsZero() || k.Service == "" })
	if err != nil {
		return err
	}
	for _, e := range whole {
		switch {
		case !e.Account.IsZero():
			v, err := r.judge(ctx, e)
			if err != nil {
				return err
			}
			r.accounts = append(r.accounts, v)
		case e.Service != "":
			r.services = append(r.services, spend.JudgeEstimated(e, spend.History{}, r.incidents, r.now, r.o.Spend))
		}
	}
	return r.readParts(ctx)
}

// readAlone reads the one account that pays for itself.
func (r *estimatedReading[D, Tx]) readAlone(ctx context.Context) error {
	self, err := r.org.Collector.Self(ctx)
	if err != nil {
		return err
	}
	all, err := r.series(ctx, func(spend.EstimatedKey) bool { return true })
	if err != nil {
		return err
	}
	for _, e := range all {
		e.Account = self.ID
		v, err := r.judge(ctx, e)
		if err != nil {
			return err
		}
		if e.Service == "" {
			r.accounts = append(r.accounts, v)
		} else {
			r.parts[self.ID] = append(r.parts[self.ID], v)
		}
	}
	return nil
}

// readParts looks into the accounts that moved, and then at the services that
// moved while those accounts do not explain it: a rise that a large account
// hides, or many small accounts at once.
func (r *estimatedReading[D, Tx]) readParts(ctx context.Context) error {
	moved := map[account.ID]bool{}
	for _, v := range r.accounts {
		moved[v.Account] = v.Moved
	}
	if err := r.addParts(ctx, func(k spend.EstimatedKey) bool { return k.Service != "" && moved[k.Account] }); err != nil {
		return err
	}
	unexplained := map[string]bool{}
	for _, s := range r.services {
		explained := 0.0
		for _, parts := range r.parts {
			for _, v := range parts {
				if v.Service == s.Service {
					explained += max(v.Excess, 0)
				}
			}
		}
		unexplained[s.Service] = s.Moved && explained < s.Excess/2
	}
	return r.addParts(ctx, func(k spend.EstimatedKey) bool {
		return !k.Account.IsZero() && unexplained[k.Service] && !moved[k.Account]
	})
}

func (r *estimatedReading[D, Tx]) addParts(ctx context.Context, want func(spend.EstimatedKey) bool) error {
	all, err := r.series(ctx, want)
	if err != nil {
		return err
	}
	for _, e := range all {
		v, err := r.judge(ctx, e)
		if err != nil {
			return err
		}
		r.parts[e.Account] = append(r.parts[e.Account], v)
	}
	return nil
}

// series reads the series of the wanted keys, two weeks of them.
func (r *estimatedReading[D, Tx]) series(ctx context.Context, want func(spend.EstimatedKey) bool) ([]spend.Estimated, error) {
	var keys []spend.EstimatedKey
	for _, k := range r.keys {
		if want(k) {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	return r.org.Estimates.Estimated(ctx, keys, r.now.Add(-spend.EstimatedDays*24*time.Hour), r.now, r.metricMeter(ctx))
}

// judge compares a series with the metric's own past first, and reads the
// stored bill of the account only where that calls for it: with thousands of accounts
// few move.
func (r *estimatedReading[D, Tx]) judge(ctx context.Context, e spend.Estimated) (spend.EarlyVerdict, error) {
	v := spend.JudgeEstimated(e, spend.History{}, r.incidents, r.now, r.o.Spend)
	if e.Missing == "" && (v.Moved || !v.Known) {
		h, err := r.bill(ctx, e.Account)
		if err != nil {
			return v, err
		}
		v = spend.JudgeEstimated(e, h, r.incidents, r.now, r.o.Spend)
	}
	if v.Until.After(r.until[e.Account]) {
		r.until[e.Account] = v.Until
	}
	return v, nil
}

// bill is what Cost Explorer showed of the account, from the store.
func (r *estimatedReading[D, Tx]) bill(ctx context.Context, id account.ID) (spend.History, error) {
	h, known := r.history[id]
	if known {
		return h, nil
	}
	today := spend.DayOf(r.now)
	h, err := r.memory.History(ctx, r.org.Scope, id, today-spend.Day(spend.DefaultSettings().HistoryDays)-changingWeek, today-1)
	if err != nil && ctx.Err() == nil { // the metric's own past is still there
		r.o.Log.Error("the stored bill of an account cannot be added up", "account", id, "error", err)
		h, err = spend.History{}, nil
	}
	r.history[id] = h
	return h, err
}

// changingWeek is what is read beyond the usual weeks: the newest days may
// still change and do not count.
const changingWeek spend.Day = 7

// spikes are the early signs of the accounts, one for each.
func (r *estimatedReading[D, Tx]) spikes() []spend.Spike {
	var all []spend.Spike
	for _, whole := range r.accounts {
		if s, ok := spend.EarlySpike(whole, r.parts[whole.Account]); ok {
			all = append(all, s)
		}
	}
	return all
}

func (r *estimatedReading[D, Tx]) state() watchState {
	s := watchState{At: r.now, Accounts: len(r.accounts)}
	for _, v := range r.accounts {
		if !v.Known {
			s.Unknown++
			s.Why = v.Why
		}
	}
	return s
}

// metricsForRequest is how many metrics cost what a request of Cost Explorer
// costs: GetMetricData takes $0.01 for a thousand (CloudWatch's pricing page).
const metricsForRequest = 1000

// metricTally counts the metrics of a month.
type metricTally struct {
	Month   string `json:"month"` // 2006-01, UTC
	Metrics int    `json:"metrics"`
}

const metricTallyAnswer = "estimated_metrics"

// metricMeter counts metrics under the caps of Cost Explorer, as one of its
// requests for each thousand that a month begins.
func (r *estimatedReading[D, Tx]) metricMeter(ctx context.Context) func(int) error {
	count := r.meter(ctx, r.org)
	return func(n int) error {
		month := r.now.UTC().Format("2006-01")
		var tally metricTally
		text, _, found, err := r.memory.Paid(ctx, r.org.Scope, metricTallyAnswer)
		if err != nil {
			return err
		}
		if !found || json.Unmarshal(text, &tally) != nil || tally.Month != month {
			tally = metricTally{Month: month}
		}
		thousands := func(metrics int) int { return (metrics + metricsForRequest - 1) / metricsForRequest }
		if more := thousands(tally.Metrics+n) - thousands(tally.Metrics); more > 0 {
			if err := count(more); err != nil {
				return err
			}
		}
		tally.Metrics += n
		if text, err = json.Marshal(tally); err != nil {
			return err
		}
		return r.memory.InTx(ctx, func(ctx context.Context, tx Tx) error {
			return r.memory.SavePaid(ctx, tx, r.org.Scope, metricTallyAnswer, text, r.o.Now())
		})
	}
}
