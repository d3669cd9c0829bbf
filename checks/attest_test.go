package checks_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// word is Ana's on root's password in the healthy account, given 30 days ago
// and good for 30 days more.
func word(edits ...func(*checks.Attestation)) checks.Attestation {
	a := checks.Attestation{
		Scope: account.Scope{Partition: "aws", Organization: "main"}, ID: "a1", AccountID: mustID("111122223333"),
		CheckID: "root-password-custody", By: "Ana Silva", At: now.Add(-30 * day), Until: now.Add(30 * day),
	}
	for _, e := range edits {
		e(&a)
	}
	return a
}

func of(checkID string) func(*checks.Attestation) {
	return func(a *checks.Attestation) { a.CheckID = checkID }
}

func ofAll(a *checks.Attestation) { a.AccountID = account.ID{} }

func from(at, until time.Time) func(*checks.Attestation) {
	return func(a *checks.Attestation) { a.At, a.Until = at, until }
}

func TestWords(t *testing.T) {
	const (
		custody = "root-password-custody"
		list    = "root-email-list"
	)
	all := func(by string, at, until time.Time) checks.Attestation {
		return word(ofAll, from(at, until), func(a *checks.Attestation) { a.By, a.ID = by, by })
	}
	for name, c := range map[string]struct {
		facts   []edit
		words   []checks.Attestation
		policy  checks.Policy
		checkID string
		want    checks.Status
		says    string
	}{
		"nobody":                    {checkID: custody, want: checks.Manual, says: "No API tells whether root's password is kept as it should be, and nobody has attested it. Look at how it was made, where it lies, who can open it and when it was changed, then say so: rootwatch attest root-password-custody 111122223333 --by NAME --until DATE."},
		"fresh":                     {words: []checks.Attestation{word()}, checkID: custody, want: checks.Pass, says: "Ana Silva said on 2026-10-23 that root's password is kept as it should be; that counts until 2026-12-22."},
		"its last instant":          {words: []checks.Attestation{word(from(now.Add(-day), now))}, checkID: custody, want: checks.Pass},
		"one second later":          {words: []checks.Attestation{word(from(now.Add(-day), now.Add(-time.Second)))}, checkID: custody, want: checks.Manual, says: "Ana Silva said on 2026-11-21 that root's password is kept as it should be, and that went stale on 2026-11-22. Look at"},
		"longer than counts":        {words: []checks.Attestation{word(from(now.Add(-89*day), now.Add(300*day)))}, checkID: custody, want: checks.Pass, says: "until 2026-11-23 (not 2027-09-18 as was said, for 90 days are the most)"},
		"its ninety days are over":  {words: []checks.Attestation{word(from(now.Add(-91*day), now.Add(300*day)))}, checkID: custody, want: checks.Manual, says: "stale on 2026-11-21 (not 2027-09-18 as was said"},
		"given at this instant":     {words: []checks.Attestation{word(from(now, now.Add(day)))}, checkID: custody, want: checks.Pass},
		"of the future":             {words: []checks.Attestation{word(from(now.Add(time.Second), now.Add(day)))}, checkID: custody, want: checks.Manual, says: "nobody has attested"},
		"ended before it began":     {words: []checks.Attestation{word(from(now.Add(-day), now.Add(-2*day)))}, checkID: custody, want: checks.Manual, says: "nobody has attested"},
		"nobody's":                  {words: []checks.Attestation{word(func(a *checks.Attestation) { a.By = " " })}, checkID: custody, want: checks.Manual, says: "nobody has attested"},
		"of another account":        {words: []checks.Attestation{word(func(a *checks.Attestation) { a.AccountID = mustID("444455556666") })}, checkID: custody, want: checks.Manual},
		"of another organization":   {words: []checks.Attestation{word(ofAll, func(a *checks.Attestation) { a.Organization = "other" })}, checkID: custody, want: checks.Manual},
		"on another check":          {words: []checks.Attestation{word(of(list))}, checkID: custody, want: checks.Manual},
		"for all":                   {words: []checks.Attestation{word(ofAll)}, checkID: custody, want: checks.Pass},
		"own outranks all":          {words: []checks.Attestation{all("Ben", now.Add(-10*day), now.Add(day)), word()}, checkID: custody, want: checks.Pass, says: "Ana Silva"},
		"own, ended, outranks all":  {words: []checks.Attestation{all("Ben", now.Add(-10*day), now.Add(day)), word(from(now.Add(-80*day), now.Add(-day)))}, checkID: custody, want: checks.Manual, says: "Ana Silva said on 2026-09-03"},
		"all since own had ended":   {words: []checks.Attestation{all("Ben", now.Add(-time.Hour), now.Add(day)), word(from(now.Add(-80*day), now.Add(-day)))}, checkID: custody, want: checks.Pass, says: "Ben"},
		"the newest decides":        {words: []checks.Attestation{word(from(now.Add(-2*day), now.Add(-day))), word()}, checkID: custody, want: checks.Manual, says: "2026-11-20"},
		"no password":               {facts: []edit{set(account.SummaryPasswordPresent, 0)}, checkID: custody, want: checks.NotApplicable, says: "Root has no password, so there is none to keep."},
		"no password, a word":       {facts: []edit{set(account.SummaryPasswordPresent, 0)}, words: []checks.Attestation{word()}, checkID: custody, want: checks.NotApplicable},
		"no password is known":      {facts: []edit{nothingRead(account.Denied)}, checkID: custody, want: checks.Unknown, says: "iam:GetAccountSummary was denied"},
		"the same, with a word":     {facts: []edit{nothingRead(account.Denied)}, words: []checks.Attestation{word()}, checkID: custody, want: checks.Unknown, says: "Whether what Ana Silva said on 2026-10-23 still holds is not known: iam:GetCredentialReport was denied"},
		"the same, with an old one": {facts: []edit{nothingRead(account.Denied)}, words: []checks.Attestation{word(from(now.Add(-80*day), now.Add(-day)))}, checkID: custody, want: checks.Unknown},
		"the management account":    {facts: []edit{nothingRead(account.Denied), role(account.Management)}, checkID: custody, want: checks.Manual},
		"suspended":                 {facts: []edit{func(f *account.Facts) { f.State = account.Suspended }}, words: []checks.Attestation{word()}, checkID: custody, want: checks.Unknown},
		"a list":                    {words: []checks.Attestation{word(of(list), from(now.Add(-170*day), now.Add(300*day)))}, checkID: list, want: checks.Pass, says: "the root address is a list whose members are known; that counts until 2026-12-02 (not 2027-09-18 as was said, for 180 days are the most)"},
		"a list of last year":       {words: []checks.Attestation{word(of(list), from(now.Add(-181*day), now.Add(300*day)))}, checkID: list, want: checks.Manual, says: "stale on 2026-11-21"},
		"no list":                   {checkID: list, want: checks.Manual, says: "No API tells whether the root address is a list"},
		"questions, by default":     {checkID: "recovery-questions", want: checks.NotApplicable, says: "checks.recovery_questions is off"},
		"questions, asked":          {policy: checks.Policy{RecoveryQuestions: true}, checkID: "recovery-questions", want: checks.Manual, says: "No API tells whether no security question lets a stranger in"},
		"questions, answered":       {policy: checks.Policy{RecoveryQuestions: true}, words: []checks.Attestation{word(of("recovery-questions"), from(now.Add(-300*day), now.Add(300*day)))}, checkID: "recovery-questions", want: checks.Pass, says: "until 2027-01-26"},
	} {
		t.Run(name, func(t *testing.T) {
			f := find(t, checks.Run(checks.Case{Facts: healthy(c.facts...), Attestations: c.words, Policy: c.policy}), c.checkID)
			soundFinding(t, f)
			if f.Status != c.want || !strings.Contains(f.Summary, c.says) {
				t.Errorf("%s: %s; want %s with %q", f.Status, f.Summary, c.want, c.says)
			}
		})
	}
}

// What was said is in the evidence: who, when, until when, of what, and where
// the proof is.
func TestWordIsEvidence(t *testing.T) {
	full := word(ofAll, func(a *checks.Attestation) {
		a.Evidence, a.Note = "https://wiki.example.com/custody", "Both safes opened."
	})
	f := find(t, checks.Run(checks.Case{Facts: healthy(), Attestations: []checks.Attestation{full}}), "root-password-custody")
	for _, want := range []checks.Evidence{
		{Name: "AccountPasswordPresent", Value: "1", Source: "iam:GetAccountSummary"},
		{Name: "By", Value: "Ana Silva", Source: "attestation"}, {Name: "At", Value: "2026-10-23T06:00:00Z", Source: "attestation"},
		{Name: "Until", Value: "2026-12-22T06:00:00Z", Source: "attestation"}, {Name: "About", Value: "all accounts", Source: "attestation"},
		{Name: "Evidence", Value: "https://wiki.example.com/custody", Source: "attestation"}, {Name: "Note", Value: "Both safes opened.", Source: "attestation"},
	} {
		if !slices.Contains(f.Evidence, want) {
			t.Errorf("the evidence lacks %+v: %+v", want, f.Evidence)
		}
	}
}

// A check that a person's word can turn says how long the word counts: the
// command line takes words on those checks and on no other.
func TestChecksThatTakeAWordSayForHowLong(t *testing.T) {
	for _, c := range checks.All() {
		heeds := false
		for _, facts := range []account.Facts{healthy(), healthy(nothingRead(account.Denied)), healthy(role(account.Management))} {
			bare := checks.Case{Facts: facts, Policy: checks.Policy{RecoveryQuestions: true}}
			told := bare
			told.Attestations = []checks.Attestation{word(of(c.ID), from(now, now.Add(day)))}
			heeds = heeds || c.Judge(bare).Summary != c.Judge(told).Summary
		}
		if heeds && c.AttestDays == 0 {
			t.Errorf("%s heeds what a person says, and has no AttestDays", c.ID)
		}
		if c.AttestDays < 0 || c.AttestDays > 366 {
			t.Errorf("%s takes a word for %d days", c.ID, c.AttestDays)
		}
	}
}

func TestWordsThatAreNotTaken(t *testing.T) {
	for says, a := range map[string]checks.Attestation{
		"there is no check":    word(of("root-nothing")),
		"nobody's word":        word(of("root-mfa")),
		"whose word it is":     word(func(a *checks.Attestation) { a.By = "\t" }),
		"needs a beginning":    word(from(now, time.Time{})),
		"cannot end on":        word(from(now, now.Add(-day))),
		"the evidence is a li": word(func(a *checks.Attestation) { a.Evidence = "javascript:alert(1)" }),
	} {
		if err := a.Fault(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v, want %q", a, err, says)
		}
	}
	if err := word().Fault(); err != nil {
		t.Error(err)
	}
}
