package schedule_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

// resolver is a DNS in memory: example.com takes mail, and nothing else is known.
type resolver struct {
	mu    sync.Mutex
	asked []string
	heard chan string // where somebody listens
	known map[string]account.Fact[account.MailDomain]
}

func newResolver() *resolver {
	return &resolver{known: map[string]account.Fact[account.MailDomain]{
		"example.com": account.Known(account.MailDomain{Domain: "example.com", Exists: true, MX: []string{"mx.example.com"}}),
	}}
}

func (r *resolver) MailDomain(_ context.Context, domain string) account.Fact[account.MailDomain] {
	r.mu.Lock()
	r.asked = append(r.asked, domain)
	fact, heard := r.known[domain], r.heard
	r.mu.Unlock()
	if heard != nil {
		heard <- domain
	}
	return fact
}

// sorted are the domains that it was asked about: one question may overtake another.
func (r *resolver) sorted() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(slices.Values(r.asked))
}

func withResolver(r *resolver) func(*world) {
	return func(w *world) { w.options.Resolver = r }
}

// rosterRead is what root-email-dedicated needs of the account besides.
func rosterRead(f *account.Facts) { f.Authorization = account.Known(account.Authorization{}) }

func finding(t *testing.T, r *checks.Report, checkID string) checks.Finding {
	t.Helper()
	if r != nil {
		for _, f := range r.Findings {
			if f.CheckID == checkID {
				return f
			}
		}
	}
	t.Fatalf("no finding of %s", checkID)
	return checks.Finding{}
}

func TestTheDNSIsAsked(t *testing.T) {
	r := newResolver()
	r.known["silent.example.com"] = account.Missing[account.MailDomain](account.Gap{Call: "dns:MX", Cause: account.TimedOut, Sentence: "The resolver said nothing."})
	r.known["told.example.com"] = r.known["example.com"]
	for name, tt := range map[string]struct {
		resolver *resolver
		email    string // as the account's reading tells it; "" as its list does
		asked    []string
		status   checks.Status
	}{
		"it answers":                     {r, "", []string{"example.com"}, checks.Pass},
		"it does not":                    {r, "root@silent.example.com", []string{"example.com", "silent.example.com"}, checks.Unknown},
		"only the reading told whom":     {r, "root@Told.Example.com.", []string{"example.com", "told.example.com"}, checks.Unknown}, // the answer is of example.com
		"there is no resolver":           {nil, "", nil, checks.Unknown},
		"the address leads to no domain": {r, "root@localhost", []string{"example.com"}, checks.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(w *world) {
				if tt.resolver != nil {
					w.options.Resolver = &resolver{known: tt.resolver.known}
				}
			})
			self := id("111122223333")
			w.cloud.set(self, func(f *account.Facts) {
				if tt.email != "" {
					f.Email = tt.email
				}
			})
			w.start()
			w.answer(w.ask(rootcheck("k", self))[0])
			report := w.latest(self)
			if f := finding(t, report, "root-email-alive"); f.Status != tt.status {
				t.Errorf("%s: %s", f.Status, f.Summary)
			}
			for _, gap := range report.Coverage.Gaps {
				if strings.HasPrefix(gap.Call, "dns:") {
					t.Errorf("the DNS is no part of the account: %+v", gap)
				}
			}
			if tt.resolver != nil {
				dns := w.options.Resolver.(*resolver)
				w.eventually("the DNS is asked "+strings.Join(tt.asked, " "), func() bool { return slices.Equal(dns.sorted(), tt.asked) })
			}
		})
	}
}

// The DNS is asked while AWS is, not after it.
func TestTheDNSIsAskedBesideAWS(t *testing.T) {
	r := newResolver()
	r.heard = make(chan string, 1)
	w := newWorld(t, withResolver(r))
	release := w.cloud.blocks()
	ids := w.ask(rootcheck("k", id("111122223333")))
	w.start()
	<-w.cloud.reading
	select {
	case <-r.heard:
	case <-time.After(time.Minute):
		t.Error("the DNS waits for AWS")
	}
	release()
	w.answer(ids[0])
}

func TestAccountsNotInUseAreNotLookedUp(t *testing.T) {
	r := newResolver()
	w := newWorld(t, withResolver(r))
	w.cloud.self.State = account.Suspended
	w.cloud.accounts[0].State = account.Suspended
	w.start()
	w.answer(w.ask(rootcheck("k", w.cloud.self.ID))[0])
	if len(r.asked) != 0 {
		t.Errorf("asked about %v", r.asked)
	}
}

// Neighbours are those of all organizations, as the directory has them.
func TestNeighbours(t *testing.T) {
	w := newWorld(t)
	w.cloud.holds(4) // management root@, then root+1@, root+2@, root+3@
	w.cloud.accounts[2].Email = "ROOT+1@Example.com"
	w.cloud.accounts[3].Email = "aws-root@example.com"
	for _, a := range w.cloud.accounts {
		w.cloud.set(a.ID, rosterRead)
	}
	elsewhere := account.Account{Scope: account.Scope{Partition: "aws", Organization: "bought"}, ID: id("444455556666"), Name: "bought", Email: "root+bought@example.com", State: account.Active}
	w.inTx(func(ctx context.Context, tx *tx) error { // what a run of another organization has left
		run := schedule.Run{ID: "bought/1", Scope: elsewhere.Scope, Kind: schedule.RunPosture, CreatedAt: morning.AddDate(0, 0, -1)}
		if err := w.store.CreateRun(ctx, tx, run); err != nil {
			return err
		}
		if _, err := w.store.AddAccounts(ctx, tx, run.ID, []account.Account{elsewhere}); err != nil {
			return err
		}
		_, err := w.store.Conclude(ctx, tx, run.ID, "it is over", morning)
		return err
	})
	w.start()
	w.answer(w.ask(rootcheck("k"))[0])
	for account, want := range map[account.ID]struct {
		status checks.Status
		says   string
	}{
		w.cloud.self.ID: {checks.Pass, "also takes the mail of 3 other accounts"},
		memberID(1):     {checks.Fail, "also serves 1 other account"},
		memberID(2):     {checks.Fail, "also serves 1 other account"},
		memberID(3):     {checks.Pass, "nothing marks it"},
	} {
		if f := finding(t, w.latest(account), "root-email-dedicated"); f.Status != want.status || !strings.Contains(f.Summary, want.says) {
			t.Errorf("%s: %s: %s", account, f.Status, f.Summary)
		}
	}
	// One that is listed later is known at the next reading, and one that moved is not.
	w.cloud.holds(5)
	w.cloud.accounts[3].Email, w.cloud.accounts[4].Email = "aws-root@example.com", "aws-root@example.com"
	w.cloud.set(w.cloud.accounts[4].ID, rosterRead)
	w.clock.advance(time.Hour)
	w.answer(w.ask(rootcheck("again"))[0])
	if f := finding(t, w.latest(memberID(3)), "root-email-dedicated"); f.Status != checks.Fail {
		t.Errorf("%s: %s", f.Status, f.Summary)
	}
	if f := finding(t, w.latest(memberID(1)), "root-email-dedicated"); f.Status != checks.Pass {
		t.Errorf("%s: %s", f.Status, f.Summary)
	}
}
