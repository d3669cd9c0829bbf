package schedule_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
)

// seen is what a reading of a day shows.
type seen struct {
	used   time.Duration // before now, of root's password; 0 for never
	mfa    int32
	admins []string
	dark   bool
}

func (s seen) edit(f *account.Facts) {
	never := account.Use{State: account.UseNever}
	slot := account.AccessKey{Credential: account.Credential{Active: account.No, RotatedAt: never}, LastUsed: never}
	root := account.RootRow{Password: account.Yes, MFA: account.Yes, PasswordLastUsed: never, Keys: [2]account.AccessKey{slot, slot}}
	if s.used > 0 {
		root.PasswordLastUsed = account.Use{State: account.UseAt, At: f.ObservedAt.Add(-s.used)}
	}
	f.CredentialReport = account.Known(account.CredentialReport{GeneratedAt: f.ObservedAt, Root: root})
	f.RootEvents = account.Known(account.RootEvents{Since: f.ObservedAt.Add(-90 * 24 * time.Hour), SignInsSince: f.ObservedAt.Add(-90 * 24 * time.Hour), Whole: true})
	f.Summary = account.Known(account.Summary{account.SummaryMFAEnabled: s.mfa, account.SummaryPasswordPresent: 1, account.SummaryAccessKeysPresent: 0, account.SummarySigningCertificates: 0})
	var who account.Authorization
	for _, name := range s.admins {
		who.Users = append(who.Users, account.Principal{Name: name, ARN: "arn:aws:iam::111122223333:user/" + name, Grants: []account.PolicyGrant{{Policy: "p", Grant: account.GrantAdmin}}})
	}
	f.Authorization = account.Known(who)
	if s.dark {
		f.Blank(account.Gap{Cause: account.Denied})
	}
}

// Over several sweeps the store remembers what a single reading cannot know.
func TestMemoryOverSeveralSweeps(t *testing.T) {
	w := newWorld(t)
	self := id("111122223333")
	w.start()
	began := w.clock.now()
	week := 7 * 24 * time.Hour
	steps := []struct {
		seen
		repeat checks.Status
		mfa    checks.Status
		told   string // roster changes
	}{
		{seen{used: time.Hour, mfa: 1, admins: []string{"alice", "bob"}}, checks.Unknown, checks.Pass, ""},
		{seen{used: week + time.Hour, mfa: 0, admins: []string{"alice", "bob"}}, checks.Unknown, checks.Fail, ""},
		{seen{dark: true}, checks.Unknown, checks.Unknown, ""},
		{seen{used: 3*week + time.Hour, mfa: 1, admins: []string{"alice", "<carol>"}}, checks.Unknown, checks.Pass, "admin_added admin_removed"},
		{seen{used: 4*week + time.Hour, mfa: 0, admins: []string{"alice", "<carol>"}}, checks.Unknown, checks.Fail, ""},
		{seen{used: time.Hour, mfa: 0, admins: []string{"alice", "<carol>"}}, checks.Fail, checks.Fail, ""},
		{seen{dark: true}, checks.Fail, checks.Unknown, ""}, // what is remembered is enough
	}
	for i, step := range steps {
		if i > 0 {
			w.clock.advance(week)
		}
		w.cloud.set(self, step.edit)
		before := w.clock.now().Add(-time.Nanosecond)
		if _, ok := w.answer(w.ask(rootcheck(fmt.Sprint("k", i), self))[0]).(bot.RootAnswer); !ok {
			t.Fatalf("step %d was not answered", i)
		}
		report := w.latest(self)
		for check, want := range map[string]checks.Status{"root-repeat-use": step.repeat, "root-mfa": step.mfa} {
			if f := findingOf(t, report, check); f.Status != want {
				t.Errorf("step %d: %s is %s (%s), want %s", i, check, f.Status, f.Summary, want)
			}
		}
		changes, err := w.store.AccountChanges(t.Context(), acme, self, before, w.clock.now())
		if err != nil {
			t.Fatal(err)
		}
		told := ""
		for _, c := range changes {
			if c.Kind == checks.AdminAdded || c.Kind == checks.AdminRemoved {
				told += " " + string(c.Kind)
			}
		}
		if told != "" {
			told = told[1:]
		}
		if told != step.told {
			t.Errorf("step %d: the roster's changes are %q, want %q", i, told, step.told)
		}
	}
	mfa := findingOf(t, w.latest(self), "root-mfa")
	if mfa.TimesReopened != 1 || !mfa.LastSeen.Equal(began.Add(5*week)) {
		t.Errorf("reopened %d times, last seen %s", mfa.TimesReopened, mfa.LastSeen)
	}
	w.holdsTogether(self, len(steps))
}

// holdsTogether holds each observation against the one before it, against its
// answers and, the last one, against the report.
func (w *world) holdsTogether(self account.ID, n int) {
	w.Helper()
	before, seen := "", 0
	var last checks.Observation
	for o, err := range w.store.Observations(w.Context(), acme, self, time.Time{}, w.clock.now()) {
		if err != nil {
			w.Fatal(err)
		}
		last = checks.Observation{}
		if err := json.Unmarshal(o.Text, &last); err != nil {
			w.Fatal(err)
		}
		if last.Previous != before || checks.HashOf(o.Text) != o.Hash {
			w.Errorf("the observation of %s does not follow the one before it", o.At)
		}
		for name, hash := range last.Answers {
			if text, err := w.store.Answer(w.Context(), acme, hash); err != nil || checks.HashOf(text) != hash {
				w.Errorf("the answer %s of %s: %v", name, o.At, err)
			}
		}
		before = o.Hash
		seen++
	}
	if seen != n || len(last.Answers) < 20 {
		w.Errorf("%d observations with %d answers, want %d", seen, len(last.Answers), n)
	}
	report, err := json.Marshal(w.latest(self))
	if err != nil {
		w.Fatal(err)
	}
	if kept, _ := json.Marshal(last.Report); string(kept) != string(report) {
		w.Errorf("the report and its observation disagree:\n%s\n%s", report, kept)
	}
}

func findingOf(t *testing.T, r *checks.Report, check string) checks.Finding {
	t.Helper()
	for _, f := range r.Findings {
		if f.CheckID == check {
			return f
		}
	}
	t.Fatalf("there is no finding of %s", check)
	return checks.Finding{}
}

// Who became an admin is told in the digest, beside what opened on the same check.
func TestDigestTellsOfAdmins(t *testing.T) {
	w := daily(t, 1)
	self := id("111122223333")
	w.cloud.set(self, seen{mfa: 1, admins: []string{"alice"}}.edit)
	w.later(24 * time.Hour)
	w.cloud.set(self, seen{mfa: 1, admins: []string{"<!channel>"}}.edit)
	w.later(24 * time.Hour)
	digest := w.digest("2026-11-24T09:00")
	var told []string
	for _, l := range digest.Admins {
		told = append(told, l.Short)
	}
	if digest.AdminsTotal != 2 || fmt.Sprint(told) != "[New admin: user <!channel> No longer admin: user alice]" || digest.Quiet() || !digest.Changed() {
		t.Errorf("%d changes of admins: %q", digest.AdminsTotal, told)
	}
}
