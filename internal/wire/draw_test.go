package wire

import (
	"math/rand/v2"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/internal/demo/cloud"
)

const day = 24 * time.Hour

// now is a Thursday noon, so that what lies up to a day before the same hour
// of an earlier week lies in that week.
var now = time.Date(2026, time.November, 19, 12, 0, 0, 0, time.UTC)

// The statuses, short enough for a table.
const (
	good, bad, open, moot, asked = checks.Pass, checks.Fail, checks.Unknown, checks.NotApplicable, checks.Manual
)

// drawn is one account: the verdicts on it, and what else was decided before
// the emulated account was made so that it deserves them.
type drawn struct {
	*cloud.Account
	member bool
	// want is each check's verdict, had every answer been read.
	want map[string]checks.Status
	// outside is what the emulator's own truth calls it, where that knows less.
	outside map[string]checks.Status
	// dark are the IAM actions whose answers cannot be had whole, and why.
	dark map[string]string
	// closed is billing, to IAM: an answer by itself to whoever asks for it.
	closed bool
	// memory is what our own history has of root's uses, older than CloudTrail's.
	memory checks.History
	usual  checks.TypicalDay
	bare   bool // root has no credential
	ready  bool // contacts, billing, an admin: all that must be there before root goes
}

// draw is a verdict that is good so many times in a hundred.
func draw(r *rand.Rand, percent int) checks.Status {
	if r.IntN(100) < percent {
		return good
	}
	return bad
}

func chance(r *rand.Rand, percent int) bool { return r.IntN(100) < percent }

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// either is a choice in the middle of an expression.
func either[T any](is bool, yes, no T) T {
	if is {
		return yes
	}
	return no
}

// drawAccount turns a clean account into one of which each verdict was drawn.
func drawAccount(w *world, a *cloud.Account) *drawn {
	d := &drawn{
		Account: a, member: a != w.org.Management(),
		want:    map[string]checks.Status{"root-email-list": asked, "recovery-questions": moot},
		outside: map[string]checks.Status{}, dark: map[string]string{}, ready: true,
	}
	for _, group := range []func(*world, *drawn){
		drawPlace, drawRoot, drawUse, drawPasswords, drawPeople, drawContacts, drawMail, drawWatch, drawBudgets, drawSpend, drawBillWatch, drawRemoval,
	} {
		group(w, d)
	}
	return d
}

// drawPasswords is the policy for IAM users' passwords.
func drawPasswords(w *world, d *drawn) {
	d.want["password-policy"] = draw(w.r, 50)
	d.Policy = &cloud.PasswordPolicy{MinimumLength: pick(w.r, 14, 20), MaxAge: pick(w.r, 30, 60, 90), Reuse: 24}
	if d.want["password-policy"] == bad {
		d.Policy = pick(w.r, nil,
			&cloud.PasswordPolicy{MinimumLength: 13, MaxAge: 90, Reuse: 24}, &cloud.PasswordPolicy{MinimumLength: 14, MaxAge: 91, Reuse: 24},
			&cloud.PasswordPolicy{MinimumLength: 14, Reuse: 24}, &cloud.PasswordPolicy{MinimumLength: 14, MaxAge: 90, Reuse: 23}, &cloud.PasswordPolicy{MinimumLength: 6})
	}
}

// drawRemoval follows from what was drawn before: root may go where all is
// there that must be, and no key was used for 90 days.
func drawRemoval(_ *world, d *drawn) {
	verdict := either(d.ready, good, bad)
	for _, k := range d.Root.Keys {
		if !k.LastUsed.IsZero() && now.Sub(k.LastUsed) < 90*day {
			verdict = bad
		}
	}
	if d.bare {
		verdict = moot
	}
	d.want["root-removal-readiness"] = verdict
}

// inUse reports whether AWS lets anybody look into the account.
func (d *drawn) inUse() bool { return d.State == "" || d.State == account.Active }
