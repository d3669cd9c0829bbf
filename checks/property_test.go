package checks_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// truth is how root of a drawn account really is.
type truth struct {
	password, mfa bool
	keys          [2]account.Presence
	certificates  [2]account.Presence
	passwordUsed  time.Duration // before now; 0 for never
	keyUsed       [2]time.Duration
	contact       string // "", "root", "other", "malformed"
	role          account.Role
}

// draw picks a truth at random, one in three without any credential.
func draw(r *rand.Rand) truth {
	var w truth
	w.role = pick(r, account.Member, account.Management, account.Standalone, account.RoleUnknown)
	w.contact = pick(r, "", "root", "other", "malformed")
	if r.IntN(3) == 0 {
		w.keys = [2]account.Presence{account.Absent, account.Absent}
		w.certificates = w.keys
		w.role = pick(r, account.Member, account.RoleUnknown) // only these can be without
		return w
	}
	w.password = r.IntN(4) != 0 || w.role == account.Management || w.role == account.Standalone
	w.mfa = r.IntN(2) == 0
	for i := range 2 {
		w.keys[i] = pick(r, account.Absent, account.Absent, account.PresentInactive, account.PresentActive)
		w.certificates[i] = pick(r, account.Absent, account.Absent, account.PresentInactive, account.PresentActive)
		if w.keys[i] != account.Absent && r.IntN(2) == 0 {
			w.keyUsed[i] = time.Duration(1+r.IntN(400)) * 12 * time.Hour
		}
	}
	if w.password && r.IntN(2) == 0 {
		w.passwordUsed = time.Duration(1+r.IntN(400)) * 12 * time.Hour
	}
	return w
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func count(slots [2]account.Presence) (n int32) {
	for _, p := range slots {
		if p != account.Absent {
			n++
		}
	}
	return n
}

func (w truth) holds(checkID string) bool {
	const window = 7 * day
	within := func(d time.Duration) bool { return d > 0 && d <= window }
	switch checkID {
	case "root-mfa":
		return w.mfa || !w.password && count(w.keys) == 0 && count(w.certificates) == 0
	case "root-access-keys":
		return count(w.keys) == 0
	case "root-usage":
		return !within(w.passwordUsed) && !within(w.keyUsed[0]) && !within(w.keyUsed[1])
	case "contact-security":
		return w.contact == "other"
	}
	panic("the property test does not know the check " + checkID)
}

// facts is what AWS tells of the truth when all can be read.
func (w truth) facts() account.Facts {
	bit := func(b bool) int32 {
		if b {
			return 1
		}
		return 0
	}
	used := func(d time.Duration) account.Use {
		if d == 0 {
			return never
		}
		return at(now.Add(-d))
	}
	credential := func(p account.Presence) account.Credential {
		switch p {
		case account.PresentActive:
			return certificate(account.Yes)
		case account.PresentInactive:
			return certificate(account.No)
		}
		return emptySlot.Credential
	}
	yes := map[bool]account.Answer{true: account.Yes, false: account.No}
	f := healthy(role(w.role))
	f.Summary = account.Known(account.Summary{
		account.SummaryMFAEnabled: bit(w.mfa), account.SummaryPasswordPresent: bit(w.password),
		account.SummaryAccessKeysPresent: count(w.keys), account.SummarySigningCertificates: count(w.certificates),
	})
	root := account.RootRow{Password: yes[w.password], MFA: yes[w.mfa], PasswordLastUsed: used(w.passwordUsed)}
	for i := range 2 {
		root.Keys[i] = account.AccessKey{Credential: credential(w.keys[i]), LastUsed: used(w.keyUsed[i])}
		root.Certificates[i] = credential(w.certificates[i])
	}
	f.CredentialReport = account.Known(account.CredentialReport{GeneratedAt: now.Add(-time.Hour), Root: root})
	switch w.contact {
	case "":
		f.SecurityContact = account.Known[*account.AlternateContact](nil)
	case "root":
		securityContact("ROOT+payments@example.com")(&f)
	case "malformed":
		securityContact("nobody")(&f)
	}
	return f
}

// blur takes answers away, as denials, new columns and old reports do.
func blur(r *rand.Rand, f *account.Facts) {
	maybe := func(e edit) {
		if r.IntN(4) == 0 {
			e(f)
		}
	}
	causes := []account.Cause{account.Denied, account.Throttled, account.NotOnboarded, account.Undecodable, account.NotReady}
	for _, name := range []string{account.SummaryMFAEnabled, account.SummaryPasswordPresent, account.SummaryAccessKeysPresent, account.SummarySigningCertificates} {
		maybe(unset(name))
	}
	maybe(row(func(root *account.RootRow) { root.MFA = account.AnswerUnknown }))
	maybe(row(func(root *account.RootRow) { root.Password = account.AnswerUnknown }))
	maybe(row(func(root *account.RootRow) { root.PasswordLastUsed = account.Use{} }))
	for i := range 2 {
		maybe(row(func(root *account.RootRow) { root.Keys[i].Active = account.AnswerUnknown }))
		maybe(row(func(root *account.RootRow) { root.Keys[i].RotatedAt = account.Use{} }))
		maybe(row(func(root *account.RootRow) { root.Keys[i].LastUsed = account.Use{} }))
		maybe(row(func(root *account.RootRow) { root.Certificates[i].Active = account.AnswerUnknown }))
	}
	maybe(reportAge(time.Duration(r.IntN(72)) * time.Hour))
	maybe(noSummary(pick(r, causes...)))
	maybe(noReport(pick(r, causes...)))
	maybe(rootEmail(""))
	maybe(func(f *account.Facts) {
		f.SecurityContact = account.Missing[*account.AlternateContact](account.Gap{Cause: pick(r, causes...)})
	})
	maybe(role(account.RoleUnknown))
}

// What is drawn first is the verdict; the facts are then made from it and
// blurred. No blur may turn bad into Pass or good into Fail, and without blur
// the verdict is found.
func TestNoFalsePassAndNoFalseFail(t *testing.T) {
	r := rand.New(rand.NewPCG(2026, 11))
	seen := map[string]int{}
	for n := range 10_000 {
		w := draw(r)
		facts := w.facts()
		for _, f := range checks.Run(facts, checks.DefaultPolicy()).Findings {
			want := checks.Fail
			if w.holds(f.CheckID) {
				want = checks.Pass
			}
			if f.Status != want {
				t.Fatalf("draw %d, all read: %s is %s (%s), want %s: %+v", n, f.CheckID, f.Status, f.Summary, want, w)
			}
		}
		blur(r, &facts)
		for _, f := range checks.Run(facts, checks.DefaultPolicy()).Findings {
			soundFinding(t, f)
			seen[f.CheckID+" "+string(f.Status)]++
			if holds := w.holds(f.CheckID); f.Status == checks.Pass && !holds || f.Status == checks.Fail && holds {
				t.Fatalf("draw %d, blurred: %s is %s (%s), and the truth is %+v; facts %+v", n, f.CheckID, f.Status, f.Summary, w, facts)
			}
		}
	}
	for _, c := range checks.All() {
		for _, s := range []checks.Status{checks.Pass, checks.Fail, checks.Unknown} {
			if seen[c.ID+" "+string(s)] < 100 {
				t.Errorf("the blur left only %d findings of %s %s: it proves nothing", seen[c.ID+" "+string(s)], c.ID, s)
			}
		}
	}
}

// Where the summary tells, an older report that still shows what was mended,
// or not yet what was broken, changes no verdict.
func TestTheSummaryOutlivesTheReport(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	for n := range 10_000 {
		before, w := draw(r), draw(r)
		w.role = before.role
		if w.role == account.Management || w.role == account.Standalone {
			w.password = true
		}
		for i := range 2 { // an inactive slot of the report counts whatever the summary says
			if before.keys[i] == account.PresentInactive {
				before.keys[i] = account.PresentActive
			}
			if before.certificates[i] == account.PresentInactive {
				before.certificates[i] = account.PresentActive
			}
		}
		facts := w.facts()
		facts.CredentialReport = before.facts().CredentialReport
		reportAge(time.Duration(r.IntN(48)) * time.Hour)(&facts)
		for _, id := range []string{"root-mfa", "root-access-keys"} {
			f := find(t, checks.Run(facts, checks.DefaultPolicy()), id)
			if want := map[bool]checks.Status{true: checks.Pass, false: checks.Fail}[w.holds(id)]; f.Status != want {
				t.Fatalf("draw %d: %s is %s (%s), want %s: now %+v, report %+v", n, id, f.Status, f.Summary, want, w, before)
			}
		}
	}
}
