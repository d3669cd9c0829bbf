package checks_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// said is what people said of each check that only they can tell: "fresh",
// "stale", or "" for nothing that counts.
type said struct {
	words     map[string]string
	since     map[string]bool // of a fresh one: what it is about changed after it was given
	noise     int64           // what else is stored, and counts for nothing
	questions bool            // the operator asks of security questions
}

var saidOf = []string{"root-password-custody", "root-email-list", "recovery-questions"}

func init() {
	parts = append(parts, part{name: "words", draw: drawWords, tell: tellWords, blur: blurWords, want: map[string]func(truth) checks.Status{
		"root-password-custody": func(w truth) checks.Status {
			if !w.password {
				return checks.NotApplicable
			}
			return w.said("root-password-custody")
		},
		"root-email-list": func(w truth) checks.Status { return w.said("root-email-list") },
		"recovery-questions": func(w truth) checks.Status {
			if !w.more["words"].(said).questions {
				return checks.NotApplicable
			}
			return w.said("recovery-questions")
		},
	}})
}

func (w truth) said(id string) checks.Status {
	if s := w.more["words"].(said); s.words[id] == "fresh" && !s.since[id] {
		return checks.Pass
	}
	return checks.Manual
}

// drawWords: nobody speaks of a password that is not there.
func drawWords(r *rand.Rand, w *truth) {
	s := said{words: map[string]string{}, since: map[string]bool{}, questions: r.IntN(2) == 0, noise: r.Int64()}
	for _, id := range saidOf {
		if id != "root-password-custody" || w.password {
			s.words[id] = pick(r, "", "fresh", "stale")
			s.since[id] = id != "recovery-questions" && r.IntN(3) == 0
		}
	}
	w.more["words"] = s
}

func tellWords(w truth, c *checks.Case) {
	s := w.more["words"].(said)
	c.Policy.RecoveryQuestions = s.questions
	r := rand.New(rand.NewPCG(uint64(s.noise), 1))
	for _, id := range saidOf {
		about := checks.Attestation{Scope: c.Facts.Scope, CheckID: id, By: "Ana Silva"}
		if r.IntN(2) == 0 {
			about.AccountID = c.Facts.ID
		}
		for n := range r.IntN(5) { // of somebody else, of nobody, of the future, or ended before it began
			a := about
			a.ID, a.At, a.Until = fmt.Sprintf("noise-%d", n), now.Add(-day), now.Add(30*day)
			switch r.IntN(6) {
			case 0:
				a.AccountID = mustID("444455556666")
			case 1:
				a.Organization = "other"
			case 2:
				a.By = pick(r, "", " ")
			case 3:
				a.At = now.Add(time.Minute)
			case 4:
				a.Until = a.At.Add(-time.Second)
			default:
				a.CheckID = "root-mfa"
			}
			c.Attestations = append(c.Attestations, a)
		}
		switch s.words[id] {
		case "fresh":
			about.At, about.Until = now.Add(-time.Duration(r.IntN(89))*day), now.Add(time.Duration(r.IntN(400))*day)
			about.Subject = checks.SubjectOf(id, c.Facts.Email, []byte(about.At.String()))
			tellSince(r, id, s.since[id], &about, c)
			c.Attestations = append(c.Attestations, about)
		case "stale": // it ended, or it is older than a word may be
			about.At, about.Until = now.Add(-400*day), now.Add(-time.Minute)
			if r.IntN(2) == 0 {
				about.Until = now.Add(300 * day)
			}
			c.Attestations = append(c.Attestations, about)
		}
	}
	r.Shuffle(len(c.Attestations), func(i, j int) {
		c.Attestations[i], c.Attestations[j] = c.Attestations[j], c.Attestations[i]
	})
}

// tellSince tells of a change before the word was given, or after.
func tellSince(r *rand.Rand, id string, since bool, about *checks.Attestation, c *checks.Case) {
	switch report, read := c.Facts.CredentialReport.Get(); {
	case id == "root-password-custody" && read:
		report.Root.PasswordChanged = account.Use{State: account.UseAt, At: about.At.Add(-time.Duration(r.IntN(9)) * day)}
		if since {
			report.Root.PasswordChanged.At = about.At.Add(time.Second)
		}
		c.Facts.CredentialReport = account.Known(report)
	case id == "root-email-list" && since:
		about.Subject = checks.SubjectOf(id, "former-"+c.Facts.Email, []byte("salt"))
	case id == "root-email-list" && r.IntN(3) == 0:
		about.Subject = "" // nothing was known then
	}
}

// blurWords: the organization says that the account is not in use any more.
func blurWords(r *rand.Rand, c *checks.Case) {
	if r.IntN(30) == 0 {
		c.Facts.State = pick(r, account.Suspended, account.PendingClosure, account.Closed)
	}
}
