package checks_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// covered is a history that reaches back four months, with these uses before now.
func covered(uses ...time.Duration) checks.History {
	h := checks.History{Since: now.Add(-200 * day), Last: now.Add(-time.Hour)}
	for _, d := range uses {
		h.RootUses = append(h.RootUses, checks.RootUse{At: now.Add(-d), Kind: checks.UsedPassword})
	}
	slices.SortFunc(h.RootUses, func(a, b checks.RootUse) int { return a.At.Compare(b.At) })
	return h
}

func events(es ...account.RootEvent) edit {
	return func(f *account.Facts) {
		f.RootEvents = account.Known(account.RootEvents{Since: now.Add(-90 * day), SignInsSince: now.Add(-90 * day), Whole: true, Events: es})
	}
}

func rootEvent(kind account.RootEventKind, ago time.Duration) account.RootEvent {
	return account.RootEvent{At: now.Add(-ago), Name: "ConsoleLogin", Kind: kind}
}

func TestRootRepeatUse(t *testing.T) {
	never := password(never)
	lately := password(at(now.Add(-3 * day)))
	const lookup, report = "cloudtrail:LookupEvents", "iam:GetCredentialReport"
	failed := rootEvent(account.RootSignIn, 20*day)
	failed.Failed = true
	for _, tt := range []struct {
		name    string
		history checks.History
		edits   edit
		status  checks.Status
		says    string
		gap     string
	}{
		{"not used in four months", covered(), password(at(now.Add(-200 * day))), checks.Pass, "not used in the last four months", ""},
		{"used in one week", covered(3*day, 4*day), lately, checks.Pass, "used in one week of the last four months, last on 2026-11-19 06:00 UTC", ""},
		{"used in two weeks", covered(3*day, 30*day), lately, checks.Fail, "used in 2 separate weeks of the last four months, lately on 2026-10-23 06:00 UTC and on 2026-11-19 06:00 UTC", ""},
		{"Sunday and the Monday before are one week", covered(6 * day), lately, checks.Pass, "one week", ""},
		{"Sunday and the Sunday before are two", covered(7 * day), lately, checks.Fail, "2 separate weeks", ""},
		{"two weeks fail without any history", checks.History{}, both(lately, slot(1, key(account.Yes, at(now.Add(-40*day))))), checks.Fail, "2 separate weeks", ""},
		{"events count", checks.History{}, both(lately, events(rootEvent(account.RootConsole, 20*day))), checks.Fail, "2 separate weeks", ""},
		{"software counts", checks.History{}, both(lately, events(rootEvent(account.RootSoftware, 20*day))), checks.Fail, "2 separate weeks", ""},
		{"a sign-in that failed does not", covered(), both(lately, events(failed)), checks.Pass, "one week", ""},
		{"central sessions do not", covered(), both(lately, events(rootEvent(account.RootAssumed, 20*day))), checks.Pass, "one week", ""},
		{"services do not", covered(), both(lately, events(rootEvent(account.RootService, 20*day))), checks.Pass, "one week", ""},
		{"the edge of the window", covered(122 * day), lately, checks.Fail, "2 separate weeks", ""},
		{"just outside the window", covered(122*day + time.Second), lately, checks.Pass, "one week", ""},
		{"never used", checks.History{}, never, checks.Pass, "never used it or a key", ""},
		{"never used, and events are denied", checks.History{}, both(never, nothingOf(account.Denied)), checks.Unknown, "cloudtrail:LookupEvents was denied", lookup},
		{"never used, and a key was deleted", checks.History{}, both(never, events(account.RootEvent{At: now.Add(-2 * time.Hour), Name: "DeleteAccessKey", Kind: account.RootAssumed})), checks.Unknown, "known from 2026-11-22 06:00 UTC on", lookup},
		{"one evening over Sunday's midnight", covered(6*day+6*time.Hour+2*time.Minute, 6*day+5*time.Hour+55*time.Minute), never, checks.Pass, "one week", ""},
		{"that evening, and Wednesday", covered(6*day+6*time.Hour+2*time.Minute, 6*day+5*time.Hour+55*time.Minute), lately, checks.Fail, "2 separate weeks", ""},
		{"without credentials the dates prove nothing", checks.History{}, noCredentials, checks.Unknown, "known from 2026-08-24 06:00 UTC on, so four months of them on 2026-12-24 06:00 UTC", lookup},
		{"without credentials, and the history covers", covered(), noCredentials, checks.Pass, "not used in the last four months", ""},
		{"without credentials, used in two weeks before", covered(20*day, 30*day), noCredentials, checks.Fail, "2 separate weeks", ""},
		{"the first reading covers 90 days", checks.History{}, lately, checks.Unknown, "four months of them on 2026-12-24 06:00 UTC at the earliest", lookup},
		{"a key that was used covers from its week on", checks.History{}, both(never, slot(1, key(account.Yes, at(now.Add(-3*day))))), checks.Unknown, "known from 2026-11-16 00:00 UTC on", lookup},
		{"events are denied", covered(), both(lately, nothingOf(account.Denied)), checks.Unknown, "cloudtrail:LookupEvents was denied", lookup},
		{"too many events", covered(), both(lately, func(f *account.Facts) {
			f.RootEvents = account.Known(account.RootEvents{Since: now.Add(-day)})
		}), checks.Unknown, "more events of root than are read at once", lookup},
		{"no sign-in was read", covered(), both(lately, signInsRead(time.Time{})), checks.Unknown, "account's alias", lookup},
		{"the sign-ins of a week, and the history covers what is before", covered(), both(lately, signInsRead(now.Add(-7*day))), checks.Pass, "one week", ""},
		{"the sign-ins of a week, and a hole before it", checks.History{Since: now.Add(-300 * day), Last: now.Add(-10 * day)}, both(lately, signInsRead(now.Add(-7*day))), checks.Unknown, "known from", lookup},
		{"the report is old", covered(), both(lately, reportAge(3*day)), checks.Unknown, "more than 24 hours", "iam:GenerateCredentialReport"},
		{"the report is denied", covered(), noReport(account.Denied), checks.Unknown, "iam:GetCredentialReport was denied", report},
		{"a date is not told", covered(), password(account.Use{}), checks.Unknown, "does not tell password_last_used", report},
		{"a key slot is not told", covered(), slot(1, account.AccessKey{LastUsed: account.Use{State: account.UseNever}}), checks.Unknown, "the access key columns", report},
		{"the last reading is too long ago", checks.History{Since: now.Add(-300 * day), Last: now.Add(-100 * day)}, lately, checks.Unknown, "known from 2026-08-24", lookup},
		{"the last reading is just near enough", checks.History{Since: now.Add(-300 * day), Last: now.Add(-89 * day)}, lately, checks.Pass, "one week", ""},
		{"a key was made between", covered(), both(lately, events(account.RootEvent{At: now.Add(-2 * time.Hour), Name: "CreateAccessKey", Kind: account.RootConsole})), checks.Unknown, "known from 2026-11-22 06:00 UTC on", lookup},
		{"no time of observation", covered(), func(f *account.Facts) { f.ObservedAt = time.Time{} }, checks.Unknown, "not collected", report},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := find(t, checks.Run(checks.Case{Facts: healthy(tt.edits), History: tt.history, Policy: checks.DefaultPolicy()}), "root-repeat-use")
			soundFinding(t, f)
			if f.Status != tt.status || !strings.Contains(f.Summary, tt.says) || tt.gap != "" && !names(f.Gaps, tt.gap) {
				t.Errorf("%s: %s, gaps %v", f.Status, f.Summary, f.Gaps)
			}
		})
	}
}

func nothingOf(cause account.Cause) edit {
	return func(f *account.Facts) {
		f.RootEvents = account.Missing[account.RootEvents](account.Gap{Call: "cloudtrail:LookupEvents", Cause: cause})
	}
}

// life is what root really did in an account, day by day.
type life struct {
	uses   []time.Time // of root's own credentials
	events []account.RootEvent
	row    account.RootRow
}

func (l *life) act(r *rand.Rand, at time.Time) {
	signIn := func(at time.Time) {
		l.uses = append(l.uses, at)
		l.row.PasswordLastUsed = account.Use{State: account.UseAt, At: at}
		l.events = append(l.events, account.RootEvent{At: at, Name: "ConsoleLogin", Kind: account.RootSignIn})
	}
	k := &l.row.Keys[r.IntN(2)]
	switch held := k.Active == account.Yes; r.IntN(6) {
	case 0:
		signIn(at)
	case 1: // a key of a program far from the home region, or near it
		if held {
			l.uses = append(l.uses, at)
			k.LastUsed = account.Use{State: account.UseAt, At: at}
			if r.IntN(2) == 0 {
				l.events = append(l.events, account.RootEvent{At: at, Name: "ListBuckets", Kind: account.RootSoftware})
			}
		}
	case 2: // a key comes or goes; what it did goes with it
		signIn(at)
		name := "CreateAccessKey"
		*k = account.AccessKey{Credential: certificate(account.Yes), LastUsed: account.Use{State: account.UseNever}}
		if held {
			name, *k = "DeleteAccessKey", emptySlot
		}
		l.events = append(l.events, account.RootEvent{At: at, Name: name, Kind: account.RootConsole})
	case 3: // the audit takes the key away centrally
		if held {
			*k = emptySlot
			l.events = append(l.events, account.RootEvent{At: at, Name: "DeleteAccessKey", Kind: account.RootAssumed})
		}
	}
}

// read is what can be read of it; now and then something cannot.
func (l *life) read(r *rand.Rand, at time.Time) account.Facts {
	f := healthy()
	f.ObservedAt = at
	row := l.row
	f.CredentialReport = account.Known(account.CredentialReport{GeneratedAt: at, Root: row})
	told := account.RootEvents{Since: at.Add(-90 * day), SignInsSince: at.Add(-90 * day), Whole: true}
	for _, e := range l.events {
		if !e.At.Before(told.Since) && !e.At.After(at) {
			told.Events = append(told.Events, e)
		}
	}
	f.RootEvents = account.Known(told)
	switch r.IntN(12) {
	case 0:
		nothingOf(account.Throttled)(&f)
	case 1:
		noReport(account.Denied)(&f)
	case 2:
		f.RootEvents = account.Known(account.RootEvents{Since: told.Since, Events: told.Events[:len(told.Events)/2]})
	case 3: // under the name of root nothing but calls, and of all sign-ins those of the last days
		told.SignInsSince = at.Add(-time.Duration(r.IntN(90)) * day)
		told.Events = slices.DeleteFunc(told.Events, func(e account.RootEvent) bool { return e.Kind == account.RootSignIn && e.At.Before(told.SignInsSince) })
		f.RootEvents = account.Known(told)
	}
	return f
}

// However root is used and however seldom we look, whoever used it in two weeks
// of four months never passes, and whoever did not never fails.
func TestRepeatUseOverManyLives(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 6))
	seen := map[checks.Status]int{}
	for n := range 600 {
		l := life{row: account.RootRow{Password: account.Yes, PasswordLastUsed: never, Keys: [2]account.AccessKey{emptySlot, emptySlot}}}
		var h checks.History
		busy, apart := 1+r.IntN(300), 1+r.IntN(1+r.IntN(120))
		began := now.Add(-400 * day)
		for hour := range 400 * 4 {
			at := began.Add(time.Duration(hour) * 6 * time.Hour)
			if r.IntN(busy) == 0 {
				l.act(r, at.Add(-time.Hour))
			}
			if hour < 800 || r.IntN(apart*4) != 0 { // we come late
				continue
			}
			f := l.read(r, at)
			f.ObservedAt = at
			stored := h
			h = h.Read(f)
			if again := h.Read(f); len(again.RootUses) != len(h.RootUses) || !again.Since.Equal(h.Since) {
				t.Fatalf("life %d: the same facts read again change the history", n)
			}
			got := find(t, checks.Run(checks.Case{Facts: f, History: stored, Policy: checks.DefaultPolicy()}), "root-repeat-use")
			weeks := map[string]bool{}
			for _, u := range l.uses {
				if !u.Before(at.Add(-122 * day)) {
					weeks[weekName(u)] = true
				}
			}
			seen[got.Status]++
			if got.Status == checks.Pass && len(weeks) > 1 || got.Status == checks.Fail && len(weeks) < 2 {
				t.Fatalf("life %d at %s: %s (%s), and root was used in %d weeks: %v; known from %s", n, at, got.Status, got.Summary, len(weeks), l.uses, h.Since)
			}
		}
	}
	for _, s := range []checks.Status{checks.Pass, checks.Fail, checks.Unknown} {
		if seen[s] < 1000 {
			t.Errorf("only %d verdicts are %s: %v", seen[s], s, seen)
		}
	}
}

func weekName(t time.Time) string {
	year, week := t.ISOWeek()
	return time.Date(year, 1, week, 0, 0, 0, 0, time.UTC).String()
}
