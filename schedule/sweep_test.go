package schedule_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
)

var (
	denied    = account.Gap{Call: "organizations:ListAccounts", Cause: account.Denied, Sentence: "AWS denied organizations:ListAccounts: allow it in the policy of Rootwatch's role"}
	throttled = account.Gap{Call: "organizations:ListAccounts", Cause: account.Throttled, Sentence: "AWS throttled organizations:ListAccounts: it is asked again later"}
)

// What cannot be done is told to who asked, once, and concludes the run.
func TestRunsThatFail(t *testing.T) {
	for name, c := range map[string]struct {
		ask   bot.Request
		edit  func(*world)
		lists int
		says  string
	}{
		"an unknown account": {
			ask: rootcheck("k", id("999988887777")), lists: 1,
			says: `Could not check what was asked: account 999988887777 is not in organization acme, as AWS lists it: look at the id, or add the account's own organization to the configuration.`,
		},
		"one unknown of two": {
			ask: rootcheck("k", id("111122223333"), id("999988887777")), lists: 1,
			says: `account 999988887777 is not in organization acme`,
		},
		"a denied list": {
			ask: rootcheck("k"), edit: func(w *world) { w.cloud.breaksOff(listBreak{2, denied}) }, lists: 1,
			says: "Could not check what was asked: " + denied.Sentence + ".",
		},
		"a denied list for one account": {
			ask: rootcheck("k", memberID(2)), edit: func(w *world) { w.cloud.breaksOff(listBreak{1, denied}) }, lists: 1,
			says: denied.Sentence + ".",
		},
		"a sentence that ends": {
			ask: rootcheck("k", memberID(2)),
			edit: func(w *world) {
				w.cloud.breaksOff(listBreak{1, account.Gap{Cause: account.BadCredentials, Sentence: "Sign in again."}})
			},
			lists: 1, says: "Could not check what was asked: Sign in again.",
		},
		"trouble that does not pass": {
			ask: rootcheck("k"), edit: func(w *world) {
				w.cloud.breaksOff(listBreak{1, throttled}, listBreak{2, throttled}, listBreak{0, throttled}, listBreak{2, throttled}, listBreak{1, throttled})
			}, lists: 5,
			says: throttled.Sentence + ".",
		},
		"an organization that is gone": {
			ask:  bot.Request{Key: "k", At: morning, Command: bot.CheckAccounts{Targets: []bot.Target{{Scope: gov, ID: memberID(1)}}}, Reply: person, Subject: "what was asked"},
			says: `organization "gov" (aws-us-gov) is no longer in the configuration`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.cloud.holds(3)
			if c.edit != nil {
				c.edit(w)
			}
			ids := w.start().ask(c.ask)
			run := w.concluded(ids[0])
			w.settled()
			said := w.mouth.of("reply:" + ids[0])
			if len(said) != 1 {
				t.Fatalf("said %d times", len(said))
			}
			trouble, ok := said[0].out.Message.(bot.Trouble)
			if !ok || !strings.Contains(trouble.What, c.says) || strings.Contains(trouble.What, "..") || trouble.ErrorID != ids[0] || !strings.Contains(trouble.Meaning, "not a pass") {
				t.Errorf("answered with %#v", said[0].out.Message)
			}
			if run.Failure == "" || w.cloud.lists != c.lists || w.conclusions() != 1 {
				t.Errorf("run %+v, %d lists, %d conclusions", run, w.cloud.lists, w.conclusions())
			}
			err := w.engine.Wait(t.Context(), ids, func(int, int) {})
			if err == nil || !strings.Contains(c.says, strings.TrimSuffix(err.Error(), ".")) && !strings.Contains(err.Error(), c.says) {
				t.Errorf("who waits is told %v", err)
			}
		})
	}
}

// Trouble that passes is waited out, and what was listed twice is there once.
func TestListThatBreaksOff(t *testing.T) {
	w := newWorld(t)
	w.cloud.holds(120) // more than a batch
	w.cloud.breaksOff(listBreak{110, throttled}, listBreak{120, throttled})
	ids := w.start().ask(rootcheck("k"))
	run := w.concluded(ids[0])
	w.settled()
	if run.Failure != "" || run.Total != 120 || run.Done != 120 || len(w.directory()) != 120 {
		t.Errorf("run %+v, %d accounts are in the directory", run, len(w.directory()))
	}
	for _, a := range w.cloud.accounts {
		if _, reads := w.cloud.asked(a.ID); reads != 1 {
			t.Errorf("%s was read %d times", a.ID, reads)
		}
	}
	if w.cloud.lists != 3 || w.conclusions() != 1 {
		t.Errorf("%d lists, %d conclusions", w.cloud.lists, w.conclusions())
	}
}

func TestSweep(t *testing.T) {
	w := newWorld(t)
	const n = 30
	w.cloud.holds(n)
	w.cloud.accounts[7].State = account.Suspended
	w.cloud.set(memberID(7), unreadable(account.NotActive))
	w.cloud.set(memberID(8), unreadable(account.Denied))
	w.cloud.set(memberID(9), rootKey)
	release := w.cloud.blocks()
	ids := w.start().ask(rootcheck("k"))

	key := "reply:" + ids[0]
	if pending, ok := w.said(key).(bot.Pending); !ok || pending.Accounts != n || pending.Subject != "what was asked" {
		t.Errorf("while it goes on: %#v", pending)
	}
	if run := w.run(ids[0]); run.Total != n || run.Done != 0 || !run.ConcludedAt.IsZero() {
		t.Errorf("while it goes on: %+v", run)
	}
	release()
	if run := w.concluded(ids[0]); run.Done != n || run.Failure != "" {
		t.Errorf("run %+v", run)
	}
	w.settled()

	for _, a := range w.cloud.accounts {
		report := w.latest(a.ID)
		if report == nil || len(report.Findings) != len(checks.All()) || report.State != a.State {
			t.Fatalf("%s has report %+v", a.ID, report)
		}
		var ids []string
		for _, f := range report.Findings {
			ids = append(ids, f.CheckID)
		}
		if slices.Sort(ids); len(slices.Compact(ids)) != len(checks.All()) {
			t.Errorf("%s has findings %v", a.ID, ids)
		}
	}
	said := w.mouth.of(key)
	if len(said) != 1 || said[0].edits != 1 || w.conclusions() != 1 {
		t.Fatalf("%d messages, %d conclusions: %+v", len(said), w.conclusions(), said)
	}
	answer, ok := said[0].out.Message.(bot.FleetAnswer)
	if !ok || answer.AskedBy != "U01ALICE" {
		t.Fatalf("answered with %#v", said[0].out.Message)
	}
	want := bot.Coverage{Accounts: n, Read: n - 2, NotReadable: 2}
	got := answer.Fleet.Coverage
	got.Reasons = nil
	if got.Accounts != want.Accounts || got.Read != want.Read || got.NotReadable != want.NotReadable || answer.Fleet.OpenTotal != 1 {
		t.Errorf("fleet %+v", answer.Fleet)
	}
}

// Accounts that finish at the same instant conclude the run once.
func TestConclusionIsOnce(t *testing.T) {
	w := newWorld(t, func(w *world) { w.options.Concurrency = 16 })
	w.cloud.holds(16)
	release := w.cloud.blocks()
	ids := w.start().ask(rootcheck("k"))
	for range 16 {
		<-w.cloud.reading
	}
	release()
	w.concluded(ids[0])
	w.settled()
	if w.conclusions() != 1 || len(w.mouth.of("reply:"+ids[0])) != 1 {
		t.Errorf("%d conclusions, said %s", w.conclusions(), w.mouth)
	}
}

func TestWait(t *testing.T) {
	w := newWorld(t)
	w.cloud.holds(3)
	ids := w.start().ask(rootcheck("k"))
	var mu sync.Mutex
	var seen []int
	err := w.engine.Wait(t.Context(), ids, func(done, total int) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, done)
		if total != 0 && total != 3 {
			t.Errorf("%d of %d", done, total)
		}
	})
	if err != nil || len(seen) == 0 || seen[len(seen)-1] != 3 || !slices.IsSorted(seen) {
		t.Errorf("saw %v: %v", seen, err)
	}
	if err := w.engine.Wait(t.Context(), []string{"no such run"}, func(int, int) {}); err == nil {
		t.Error("a run that is not there can be waited for")
	}
}

// Two people ask for the same account at once: both are answered.
func TestTwoQuestionsAtOnce(t *testing.T) {
	w := newWorld(t)
	w.cloud.set(memberID(1), rootKey)
	w.cloud.holds(2)
	first, second := w.ask(rootcheck("a", memberID(1))), w.ask(rootcheck("b", memberID(1)))
	w.start()
	for _, ids := range [][]string{first, second} {
		if answer, ok := w.answer(ids[0]).(bot.RootAnswer); !ok || answer.Report.AccountID != memberID(1) {
			t.Errorf("%s is answered with %#v", ids[0], answer)
		}
	}
	changes, err := w.store.Changes(t.Context(), acme, morning.AddDate(0, 0, -1), morning)
	if err != nil || len(changes) != 1 {
		t.Errorf("changes %+v: %v", changes, err)
	}
}

// conclusions counts the conclude jobs there ever were.
func (w *world) conclusions() int {
	w.Helper()
	return w.count(`SELECT COUNT(*) FROM river_job WHERE kind = 'conclude'`)
}
