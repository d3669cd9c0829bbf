package schedule_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

// person waits in a channel, for an answer that is edited there.
var person = &bot.Address{Channel: "C0PERSON"}

// rootcheck asks for some accounts of acme, or for all with none.
func rootcheck(key string, ids ...account.ID) bot.Request {
	ask := bot.CheckAccounts{All: len(ids) == 0}
	for _, id := range ids {
		ask.Targets = append(ask.Targets, bot.Target{Scope: acme, ID: id})
	}
	return bot.Request{Key: key, At: morning, Command: ask, Reply: person, AskedBy: "U01ALICE", Subject: "what was asked"}
}

func TestAskIsTakenOnce(t *testing.T) {
	w := newWorld(t)
	if err := w.engine.Ask(t.Context(), rootcheck("k", id("111122223333"))); err != nil {
		t.Fatal(err)
	}
	if err := w.engine.Ask(t.Context(), rootcheck("k")); !errors.Is(err, bot.ErrReplayed) {
		t.Errorf("a replayed key: %v", err)
	}
	if open, err := w.store.OpenRuns(t.Context(), acme); err != nil || len(open) != 1 || w.unfinished("%") != 1 {
		t.Errorf("a replay left %d runs and %d jobs (%v)", len(open), w.unfinished("%"), err)
	}
}

func TestAskThatOnlyRemembers(t *testing.T) {
	w := newWorld(t)
	r := bot.Request{Key: "help", At: morning}
	if ids := w.ask(r); len(ids) != 0 || w.unfinished("%") != 0 {
		t.Errorf("nil asked for runs %v", ids)
	}
	if err := w.engine.Ask(t.Context(), r); !errors.Is(err, bot.ErrReplayed) {
		t.Errorf("a replay of nil: %v", err)
	}
}

func TestAskTooLate(t *testing.T) {
	w := newWorld(t)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	expired, cancel := context.WithDeadline(t.Context(), morning.AddDate(-20, 0, 0))
	defer cancel()
	for name, ctx := range map[string]context.Context{"cancelled": cancelled, "expired": expired} {
		ids, err := w.engine.Begin(ctx, rootcheck(name))
		if !errors.Is(err, bot.ErrBusy) || len(ids) != 0 {
			t.Errorf("%s: %v, %v", name, ids, err)
		}
		if open, err := w.store.OpenRuns(t.Context(), acme); err != nil || len(open) != 0 {
			t.Errorf("%s: %d runs are left (%v)", name, len(open), err)
		}
		if err := w.engine.Ask(t.Context(), bot.Request{Key: name, At: morning}); err != nil {
			t.Errorf("%s: the key was taken: %v", name, err)
		}
	}
}

// A store that another process writes to for too long.
func TestAskBehindAWriter(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.inTx(func(held context.Context, tx *tx) error {
		if err := w.store.hold(held, tx); err != nil {
			return err
		}
		asked := make(chan error, 1)
		go func() { asked <- w.engine.Ask(ctx, rootcheck("k")) }()
		cancel()
		if err := <-asked; !errors.Is(err, bot.ErrBusy) {
			t.Errorf("asked behind a writer: %v", err)
		}
		return nil
	})
	if n := w.unfinished("%"); n != 0 {
		t.Errorf("%d jobs are left", n)
	}
}

func TestAskSeveralOrganizations(t *testing.T) {
	var other *cloud
	w := newWorld(t, func(w *world) {
		other = newCloud(gov, w.clock)
		w.options.Organizations = append(w.options.Organizations, schedule.Organization{Scope: gov, Collector: other})
	})
	url := &bot.Address{ResponseURL: "https://hooks.example.com/1", User: "U01ALICE", FallbackChannel: "C0PERSON"}
	for name, ask := range map[string]bot.Command{
		"all":         bot.CheckAccounts{All: true},
		"targets":     bot.CheckAccounts{Targets: []bot.Target{{Scope: acme, ID: id("111122223333")}, {Scope: gov, ID: id("111122223333")}, {Scope: acme, ID: memberID(1)}}},
		"spend":       bot.ShowSpend{Days: 7},
		"unknown id":  bot.CheckAccounts{Targets: []bot.Target{{ID: memberID(1)}}},
		"one's spend": bot.ShowSpend{Days: 7, Target: bot.Target{Scope: gov, ID: memberID(1)}},
	} {
		ids := w.ask(bot.Request{Key: name, At: morning, Command: ask, Reply: url})
		var runs []schedule.Run
		for _, id := range ids {
			runs = append(runs, w.run(id))
		}
		one := len(runs) == 1 && *runs[0].Reply == *url
		two := len(runs) == 2 && runs[0].Scope == acme && *runs[0].Reply == *url && runs[1].Scope == gov &&
			*runs[1].Reply == bot.Address{ResponseURL: url.ResponseURL, Beside: true, User: "U01ALICE", FallbackChannel: "C0PERSON"}
		switch name {
		case "all":
			if !two || !runs[0].All || !runs[1].All {
				t.Errorf("all: %+v", runs)
			}
		case "targets":
			if !two || len(runs[0].Targets) != 2 || len(runs[1].Targets) != 1 || runs[0].All {
				t.Errorf("targets: %+v", runs)
			}
		case "spend":
			if !two || runs[0].Kind != schedule.RunSpend || runs[1].Days != 7 {
				t.Errorf("spend: %+v", runs)
			}
		case "unknown id":
			if !one || runs[0].Scope != acme {
				t.Errorf("an id that no list has shown: %+v", runs)
			}
		case "one's spend":
			if !one || runs[0].Scope != gov || len(runs[0].Targets) != 1 {
				t.Errorf("one account's spend: %+v", runs)
			}
		}
	}
	if _, err := w.engine.Begin(t.Context(), bot.Request{Key: "odd", At: morning, Command: bot.ShowHelp{}}); err == nil {
		t.Error("help is no work")
	}
}

// The connection may be lost while a question is committed: who is told that
// it was not taken asks again, and gets two answers.
func TestAskWhoseCommitIsUnknown(t *testing.T) {
	w := newWorld(t)
	cut := errors.New("the connection was lost")
	w.hooks.commit = func() error {
		w.hooks.commit = nil
		return cut
	}
	ids, err := w.engine.Begin(t.Context(), rootcheck("k", id("111122223333")))
	if err != nil || len(ids) != 1 || w.unfinished("%") != 1 {
		t.Errorf("%v, %v, %d jobs", ids, err, w.unfinished("%"))
	}
	if err := w.engine.Ask(t.Context(), rootcheck("k")); !errors.Is(err, bot.ErrReplayed) {
		t.Errorf("a replayed key: %v", err)
	}
	w.hooks.commit = func() error { return cut } // and stays away
	if _, err := w.engine.Begin(t.Context(), rootcheck("other")); err != nil {
		t.Errorf("what was found to be taken is %v", err)
	}
}

// Where the answer to every second commit is lost, the work goes on, and what
// it comes to is told once.
func TestConclusionWhoseCommitIsUnknown(t *testing.T) {
	w := newWorld(t)
	runID := w.ask(rootcheck("k", id("111122223333")))[0]
	var commits atomic.Int64
	w.hooks.commit = func() error {
		if commits.Add(1)%2 == 0 {
			return nil
		}
		return errors.New("the connection was lost")
	}
	w.start()
	w.said("reply:" + runID)
	w.settled()
	if n := len(w.mouth.of("reply:" + runID)); n != 1 {
		t.Errorf("said %d times\n%s", n, w.mouth)
	}
	if n := w.worked("conclude"); n != 1 {
		t.Errorf("concluded %d times\n%s", n, w.jobs())
	}
}
