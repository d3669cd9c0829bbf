package schedule_test

import (
	"context"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/schedule"
)

// inTx runs f in a write transaction of the store.
func (w *world) inTx(f func(ctx context.Context, tx *tx) error) {
	w.Helper()
	if err := w.store.InTx(w.Context(), f); err != nil {
		w.Fatal(err)
	}
}

// delivery is the outbox row of a key; its ID is 0 where there is none.
func (w *world) delivery(key string) schedule.Delivery {
	w.Helper()
	d, _, err := w.store.Delivery(w.Context(), acme, key)
	if err != nil {
		w.Fatal(err)
	}
	return d
}

// said waits until the newest revision of a key was said, and returns it.
func (w *world) said(key string) bot.Message {
	w.Helper()
	var d schedule.Delivery
	w.eventually(key+" is said", func() bool {
		d = w.delivery(key)
		return d.State == schedule.Sent && d.SentRevision == d.Revision
	})
	return d.Message
}

// run is a run of the store.
func (w *world) run(id string) schedule.Run {
	w.Helper()
	r, err := w.store.Run(w.Context(), id)
	if err != nil {
		w.Fatal(err)
	}
	return r
}

// concluded waits until a run is concluded, and returns it.
func (w *world) concluded(id string) schedule.Run {
	w.Helper()
	var r schedule.Run
	w.eventually("run "+id+" is concluded", func() bool {
		w.hurry()
		r = w.run(id)
		return !r.ConcludedAt.IsZero()
	})
	return r
}

// answer waits until a run is answered, and returns what was said last.
func (w *world) answer(id string) bot.Message {
	w.Helper()
	w.concluded(id)
	w.settled()
	return w.said("reply:" + id)
}

// ask asks, and returns the ids of the runs.
func (w *world) ask(r bot.Request) []string {
	w.Helper()
	ids, err := w.engine.Begin(w.Context(), r)
	if err != nil {
		w.Fatal(err)
	}
	return ids
}

// latest is an account's newest report; nil where there is none.
func (w *world) latest(id account.ID) *checks.Report {
	w.Helper()
	report, err := w.store.Latest(w.Context(), acme, id)
	if err != nil {
		w.Fatal(err)
	}
	return report
}

// directory lists the ids of acme's accounts.
func (w *world) directory() []string {
	w.Helper()
	all, err := w.store.Directory(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	var ids []string
	for _, a := range all {
		if a.Scope == acme {
			ids = append(ids, a.ID.String())
		}
	}
	return ids
}

func id(digits string) account.ID {
	parsed, err := account.ParseID(digits)
	if err != nil {
		panic(err)
	}
	return parsed
}

func day(text string) spend.Day {
	d, err := spend.ParseDay(text)
	if err != nil {
		panic(err)
	}
	return d
}
