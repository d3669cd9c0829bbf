package checks_test

import (
	"strings"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// passwordChanged is when the credential report has root's password changed.
func passwordChanged(at time.Time) edit {
	return func(f *account.Facts) {
		r, _ := f.CredentialReport.Get()
		r.Root.PasswordChanged = account.Use{State: account.UseAt, At: at}
		f.CredentialReport = account.Known(r)
	}
}

func reportOf(at time.Time) edit {
	return func(f *account.Facts) {
		r, _ := f.CredentialReport.Get()
		r.GeneratedAt = at
		f.CredentialReport = account.Known(r)
	}
}

func aboutAddress(address string) func(*checks.Attestation) {
	return func(a *checks.Attestation) { a.Subject = checks.SubjectOf(a.CheckID, address, []byte("salt")) }
}

// What a word was given about may have changed since: then it is stale, however
// long it was to count, and where that cannot be told it vouches for nothing.
func TestWordsThatWereOvertaken(t *testing.T) {
	const (
		custody   = "root-password-custody"
		list      = "root-email-list"
		dedicated = "root-email-dedicated"
		domain    = "root-email-domain"
		backup    = "root-mfa-backup"
	)
	given := now.Add(-30 * day)
	device := func(at time.Time) edit {
		return func(f *account.Facts) {
			f.VirtualMFADevices = account.Known([]account.VirtualMFADevice{{SerialNumber: "arn:aws:iam::111122223333:mfa/one", UserARN: "arn:aws:iam::111122223333:root", EnabledAt: at}})
		}
	}
	all := func(at time.Time) checks.Attestation {
		return word(ofAll, from(at, now.Add(day)), func(a *checks.Attestation) { a.By, a.ID = "Ben Ode", "a2" })
	}
	for name, c := range map[string]struct {
		facts   []edit
		word    checks.Attestation
		more    []checks.Attestation
		checkID string
		want    checks.Status
		says    string
		shows   string // of the evidence
		gap     string
	}{
		"a password changed before":             {facts: []edit{passwordChanged(given.Add(-time.Second))}, word: word(), checkID: custody, want: checks.Pass, shows: "2026-10-23T05:59:59Z"},
		"at that instant":                       {facts: []edit{passwordChanged(given)}, word: word(), checkID: custody, want: checks.Pass},
		"a second after":                        {facts: []edit{passwordChanged(given.Add(time.Second))}, word: word(), checkID: custody, want: checks.Manual, says: "went stale when root's password was changed on 2026-10-23 06:00 UTC. Look at how it was made"},
		"after, by an old report":               {facts: []edit{passwordChanged(given.Add(day)), reportOf(now.Add(-20 * day))}, word: word(), checkID: custody, want: checks.Manual, says: "was changed on 2026-10-24"},
		"before, by an old report":              {facts: []edit{passwordChanged(given.Add(-day)), reportOf(now.Add(-25 * time.Hour))}, word: word(), checkID: custody, want: checks.Unknown, says: "still holds is not known", gap: "iam:GenerateCredentialReport"},
		"no report":                             {facts: []edit{noReport(account.NotReady)}, word: word(), checkID: custody, want: checks.Unknown, says: "still holds is not known", gap: "iam:GetCredentialReport"},
		"no report, and the word is old":        {facts: []edit{noReport(account.NotReady)}, word: word(from(now.Add(-80*day), now.Add(-day))), checkID: custody, want: checks.Manual, says: "went stale on 2026-11-21"},
		"no report, and no password":            {facts: []edit{noReport(account.Denied), set(account.SummaryPasswordPresent, 0)}, word: word(), checkID: custody, want: checks.NotApplicable},
		"the report does not tell":              {word: word(), checkID: custody, want: checks.Pass, shows: "a change of the password cannot be seen"},
		"somebody spoke for all since":          {facts: []edit{passwordChanged(given.Add(day))}, word: word(), more: []checks.Attestation{all(now.Add(-day))}, checkID: custody, want: checks.Pass, says: "Ben Ode"},
		"somebody spoke for all before":         {facts: []edit{passwordChanged(given.Add(2 * day))}, word: word(), more: []checks.Attestation{all(given.Add(day))}, checkID: custody, want: checks.Manual, says: "Ana Silva"},
		"the address is the same":               {word: word(of(list), aboutAddress("ROOT+payments@Example.com.")), checkID: list, want: checks.Pass, shows: "kept as a hash"},
		"the address is another":                {word: word(of(list), aboutAddress("root@example.com")), checkID: list, want: checks.Manual, says: "went stale when the root address became another one. Look at who gets its mail"},
		"the address was not known":             {word: word(of(list)), checkID: list, want: checks.Pass, shows: "a change of it cannot be told"},
		"the address is not known now":          {facts: []edit{rootEmail("")}, word: word(of(list), aboutAddress("root@example.com")), checkID: list, want: checks.Unknown, says: "still holds is not known", gap: "organizations:ListAccounts"},
		"the address is none now":               {facts: []edit{rootEmail("aws-payments@")}, word: word(of(list), aboutAddress("aws-payments@example.com")), checkID: list, want: checks.Unknown, gap: "organizations:ListAccounts"},
		"a subject that was garbled":            {word: word(of(list), func(a *checks.Attestation) { a.Subject = "hmac-sha256:?:?" }), checkID: list, want: checks.Unknown},
		"a name, another address":               {facts: []edit{rootEmail("maria.rossi@example.com")}, word: word(of(dedicated), aboutAddress("luca.rossi@example.com")), checkID: dedicated, want: checks.Manual, says: "became another one"},
		"a name, the same address":              {facts: []edit{rootEmail("maria.rossi@example.com")}, word: word(of(dedicated), aboutAddress("maria.rossi@example.com")), checkID: dedicated, want: checks.Pass},
		"another address in the same domain":    {word: word(of(domain), aboutAddress("other@example.com")), checkID: domain, want: checks.Pass},
		"another domain":                        {word: word(of(domain), aboutAddress("root+payments@example.org")), checkID: domain, want: checks.Manual, says: "the root address's domain became another one"},
		"a device enabled before":               {facts: []edit{device(given.Add(-day))}, word: word(of(backup)), checkID: backup, want: checks.Pass},
		"a device enabled since":                {facts: []edit{device(given.Add(day))}, word: word(of(backup)), checkID: backup, want: checks.Manual, says: "went stale when a virtual MFA device of root was enabled on 2026-10-24"},
		"a device whose beginning is not known": {facts: []edit{device(time.Time{})}, word: word(of(backup)), checkID: backup, want: checks.Pass},
	} {
		t.Run(name, func(t *testing.T) {
			facts := healthy(c.facts...)
			f := find(t, checks.Run(checks.Case{Facts: facts, Attestations: append(c.more, c.word)}), c.checkID)
			soundFinding(t, f)
			showsNo(t, f, facts.Email)
			shown := ""
			for _, e := range f.Evidence {
				shown += e.Value + "\n"
			}
			if f.Status != c.want || !strings.Contains(f.Summary, c.says) || !strings.Contains(shown, c.shows) {
				t.Errorf("%s: %s; want %s with %q and %q\n%s", f.Status, f.Summary, c.want, c.says, c.shows, shown)
			}
			if c.gap != "" && !names(f.Gaps, c.gap) {
				t.Errorf("gaps %v do not name %s", f.Gaps, c.gap)
			}
		})
	}
}

// A subject shows nothing of the address, and is another one for each word.
func TestSubjectIsAKeyedHash(t *testing.T) {
	of := func(check, address, salt string) string { return checks.SubjectOf(check, address, []byte(salt)) }
	one := of("root-email-list", "aws@example.com", "1")
	if strings.Contains(one, "aws") || strings.Contains(one, "example") || one == "" || one == of("root-email-list", "aws@example.com", "2") || one == of("root-email-list", "aws+x@example.com", "1") {
		t.Errorf("%q", one)
	}
	if one != of("root-email-list", " AWS@EXAMPLE.com. ", "1") {
		t.Error("another spelling of one address is another subject")
	}
	for _, none := range []string{of("root-password-custody", "aws@example.com", "1"), of("root-email-list", "aws@", "1"), of("root-email-list", "", "1"), of("root-email-list", "aws@example.com", "")} {
		if none != "" {
			t.Errorf("a subject of nothing: %q", none)
		}
	}
}
