package checks

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"rootwatch/checks/account"
)

// attestState is whether a person has said what no API tells.
type attestState int

// The states. The zero value is that nobody has.
const (
	attestNone  attestState = iota
	attestFresh             // the newest word holds
	attestStale             // it has ended
)

// attestDaysMost is how long a word counts where its check says nothing else:
// a year, after which hardly anybody remembers what was looked at.
const attestDaysMost = 365

// dayLayout is how a day is written. An attestation keeps the zone that it was
// entered in, and its days are written in that.
const dayLayout = "2006-01-02"

// Ends is the last instant at which the attestation counts: Until, but no more
// than its check's AttestDays after it was given.
func (a Attestation) Ends() time.Time {
	days := attestDaysMost
	if check, ok := Find(a.CheckID); ok && check.AttestDays > 0 {
		days = check.AttestDays
	}
	if most := a.At.AddDate(0, 0, days); a.Until.After(most) {
		return most
	}
	return a.Until
}

// cut reports whether the attestation names a longer time than counts.
func (a Attestation) cut() bool { return a.Ends().Before(a.Until) }

// Fault says what keeps the attestation from being entered; nil for nothing.
func (a Attestation) Fault() error {
	check, known := Find(a.CheckID)
	link, err := url.Parse(a.Evidence)
	switch {
	case !known:
		return fmt.Errorf("there is no check %q; `rootwatch checks` lists them", a.CheckID)
	case check.AttestDays == 0:
		return fmt.Errorf("%s is told by AWS, so nobody's word decides it; where a failure is an accepted risk, enter an exception", a.CheckID)
	case blank(a.By):
		return errors.New("an attestation needs to say whose word it is")
	case a.At.IsZero() || a.Until.IsZero():
		return errors.New("an attestation needs a beginning and an end")
	case a.Until.Before(a.At):
		return fmt.Errorf("an attestation of %s cannot end on %s, before it", a.At.Format(dayLayout), a.Until.Format(dayLayout))
	case a.Evidence != "" && (err != nil || link.Host == "" || link.Scheme != "https" && link.Scheme != "http"):
		return fmt.Errorf("the evidence is a link such as https://wiki.example.com/page, and %q is none", a.Evidence)
	}
	return nil
}

// counts reports whether it is one at all at the instant: somebody said it,
// not in the future, with an end that is not before its beginning.
func (a Attestation) counts(now time.Time) bool {
	return !blank(a.By) && !a.At.IsZero() && !a.At.After(now) && !a.Until.Before(a.At)
}

// attested is the word that decides for the account at the instant of
// observation. Of several the newest does, even where it has ended and an older
// one has not: who spoke last knew better. One on this account outranks one on
// all accounts, unless it had ended before somebody spoke for all.
func attested(c Case, checkID string) (Attestation, attestState) {
	var own, all Attestation
	for _, a := range c.Attestations {
		if a.CheckID != checkID || a.Scope != c.Facts.Scope || !a.counts(c.Facts.ObservedAt) {
			continue
		}
		switch a.AccountID {
		case c.Facts.ID:
			own = newerWord(own, a)
		case account.ID{}:
			all = newerWord(all, a)
		}
	}
	word := own
	if own.By == "" || all.By != "" && all.At.After(endOf(c, own)) {
		word = all
	}
	switch why, _ := overtaken(c, word); {
	case word.By == "":
		return Attestation{}, attestNone
	case why != "" || c.Facts.ObservedAt.After(word.Ends()):
		return word, attestStale
	}
	return word, attestFresh
}

// endOf is when the word ended or will: earlier where what it is about changed
// at an instant that is known.
func endOf(c Case, a Attestation) time.Time {
	if _, at := overtaken(c, a); !at.IsZero() && at.Before(a.Ends()) {
		return at
	}
	return a.Ends()
}

func newerWord(a, b Attestation) Attestation {
	if cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) < 0 {
		return b
	}
	return a
}

// claim is what a person attests: good completes "somebody said that", and
// look is what to look at before one says so.
type claim struct{ checkID, good, look string }

// judge is the verdict of a check that only a person's word decides.
func (q claim) judge(c Case) Verdict {
	word, state := attested(c, q.checkID)
	look := fmt.Sprintf("Look at %s, then say so: rootwatch attest %s %s --by NAME --until DATE.",
		q.look, q.checkID, cmp.Or(c.Facts.ID.String(), AccountPlaceholder))
	by, at := oneLine(word.By), word.At.Format(dayLayout)
	switch state {
	case attestFresh:
		evidence := append(word.evidence(), subjectEvidence(c, word)...)
		if gaps := unsettled(c, word); len(gaps) > 0 {
			return unknown(fmt.Sprintf("Whether what %s said on %s still holds", by, at), evidence, gaps)
		}
		return Verdict{Status: Pass, Evidence: evidence,
			Summary: fmt.Sprintf("%s said on %s that %s; that counts until %s.", by, at, q.good, word.endText())}
	case attestStale:
		evidence := append(word.evidence(), subjectEvidence(c, word)...)
		if why, _ := overtaken(c, word); why != "" && !c.Facts.ObservedAt.After(word.Ends()) {
			return Verdict{Status: Manual, Evidence: evidence,
				Summary: fmt.Sprintf("%s said on %s that %s, and that went stale when %s. %s", by, at, q.good, why, look)}
		}
		return Verdict{Status: Manual, Evidence: evidence,
			Summary: fmt.Sprintf("%s said on %s that %s, and that went stale on %s. %s", by, at, q.good, word.endText(), look)}
	}
	return Verdict{Status: Manual, Summary: fmt.Sprintf("No API tells whether %s, and nobody has attested it. %s", q.good, look)}
}

// endText is the day on which the word ends, and why it is not the one that
// was named.
func (a Attestation) endText() string {
	end := a.Ends().Format(dayLayout)
	if !a.cut() {
		return end
	}
	check, _ := Find(a.CheckID)
	return fmt.Sprintf("%s (not %s as was said, for %d days are the most)", end, a.Until.Format(dayLayout), cmp.Or(check.AttestDays, attestDaysMost))
}

// oneLine makes what a person typed fit into a sentence.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// evidence is who said so, when, until when, and where the proof is.
func (a Attestation) evidence() []Evidence {
	es := []Evidence{
		{Name: "By", Value: a.By}, {Name: "At", Value: a.At.Format(time.RFC3339)}, {Name: "Until", Value: a.Until.Format(time.RFC3339)},
		{Name: "About", Value: "this account"}, {Name: "Evidence", Value: a.Evidence}, {Name: "Note", Value: a.Note},
	}
	if a.AccountID.IsZero() {
		es[3].Value = "all accounts"
	}
	es = slices.DeleteFunc(es, func(e Evidence) bool { return e.Value == "" })
	for i := range es {
		es[i].Source = sourceAttestation
	}
	return es
}

// sourceAttestation stands where evidence names the AWS call it came from.
const sourceAttestation = "attestation"
