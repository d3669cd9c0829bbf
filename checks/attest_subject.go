package checks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"rootwatch/checks/account"
)

// aboutAddress is what a word on a check is about, of those that are about the
// root address: the address itself, or no more than its domain.
var aboutAddress = map[string]struct {
	name string
	of   func(MailAddress) string
}{
	"root-email-list":      {"address", MailAddress.Whole},
	"root-email-dedicated": {"address", MailAddress.Whole},
	"root-email-domain":    {"domain", func(m MailAddress) string { return m.Domain }},
}

// AboutAddress is "address" or "domain" where a word on the check is about the
// root address or its domain, so that another one makes it stale; else "".
func AboutAddress(checkID string) string { return aboutAddress[checkID].name }

// subjectScheme begins a subject, so that another way to hash can be told apart.
const subjectScheme = "hmac-sha256"

// SubjectOf is what a word on the check is about, as a keyed hash: the address
// is personal data, and nobody has to read it again to see that it is another
// one. "" for a check that is not about it, and for what is no address. salt is
// random, one for each word, so that equal addresses do not look equal.
func SubjectOf(checkID, address string, salt []byte) string {
	about, ok := aboutAddress[checkID]
	m, read := ParseMail(address)
	if !ok || !read || len(salt) == 0 {
		return ""
	}
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(about.of(m)))
	return subjectText(salt, mac.Sum(nil))
}

func subjectText(salt, sum []byte) string {
	text := base64.RawURLEncoding.EncodeToString
	return subjectScheme + ":" + text(salt) + ":" + text(sum)
}

// salt is that of the word's subject, where it has one that can be read.
func (a Attestation) salt() ([]byte, bool) {
	parts := strings.Split(a.Subject, ":")
	if len(parts) != 3 || parts[0] != subjectScheme {
		return nil, false
	}
	salt, err := base64.RawURLEncoding.DecodeString(parts[1])
	return salt, err == nil && len(salt) > 0
}

// OfAddress is whether the word is about this root address: unknown of one
// without a subject, and where there is no address that can be read.
func (a Attestation) OfAddress(address string) account.Answer {
	salt, whole := a.salt()
	if _, read := ParseMail(address); !read || !whole {
		return account.AnswerUnknown
	}
	subject := SubjectOf(a.CheckID, address, salt)
	if subject == "" {
		return account.AnswerUnknown
	}
	return isAnswer(hmac.Equal([]byte(subject), []byte(a.Subject)))
}

// overtaken says why what the word is about is no longer what it was, as a
// clause, and when that was where it is told; "" where nothing tells of a change.
func overtaken(c Case, a Attestation) (why string, at time.Time) {
	switch {
	case a.CheckID == custody.checkID:
		if r := rootSourcesOf(c.Facts); r.hasReport && r.report.Root.PasswordChanged.State == account.UseAt {
			at, why = r.report.Root.PasswordChanged.At, "root's password was changed"
		}
	case a.CheckID == backup.checkID:
		devices, _ := c.Facts.VirtualMFADevices.Get()
		for _, d := range rootsOwn(c.Facts, devices) {
			if d.EnabledAt.After(at) {
				at, why = d.EnabledAt, "a virtual MFA device of root was enabled"
			}
		}
	case AboutDoors(a.CheckID):
		if doors, read := doorsOf(c.Facts); read && a.ofDoors(doors) == account.No {
			return "the admin roles that other accounts may take became other ones", time.Time{}
		}
		return "", time.Time{}
	case AboutAddress(a.CheckID) != "" && a.OfAddress(c.Facts.Email) == account.No:
		return "the root " + addressWord(a.CheckID) + " became another one", time.Time{}
	}
	if !at.After(a.At) {
		return "", time.Time{}
	}
	return fmt.Sprintf("%s on %s", why, at.UTC().Format(timeLayout)), at
}

// addressWord is what of the root address a word is about.
func addressWord(checkID string) string {
	if AboutAddress(checkID) == "domain" {
		return "address's domain"
	}
	return "address"
}

// unsettled are the gaps that keep it from being known whether what a word is
// about has changed since; a word then vouches for nothing.
func unsettled(c Case, a Attestation) []account.Gap {
	switch {
	case a.CheckID == custody.checkID:
		switch r := rootSourcesOf(c.Facts); {
		case !r.hasReport:
			return []account.Gap{r.reportGap}
		case !r.reportIsFresh:
			return []account.Gap{r.staleGap()}
		}
	case AboutDoors(a.CheckID): // without the roles the check is not judged by a word
	case a.Subject != "" && a.OfAddress(c.Facts.Email) == account.AnswerUnknown:
		if strings.TrimSpace(c.Facts.Email) == "" {
			return noRootAddress(c.Facts)
		}
		return malformedRootAddress
	}
	return nil
}

// subjectEvidence says how far a change of what the word is about can be told.
func subjectEvidence(c Case, a Attestation) []Evidence {
	switch about := AboutAddress(a.CheckID); {
	case AboutDoors(a.CheckID) && a.Subject == "":
		return []Evidence{{Name: "Given for", Value: "roles that were not kept, so a change of them cannot be told", Source: sourceAttestation}}
	case AboutDoors(a.CheckID):
		return []Evidence{{Name: "Given for", Value: "the roles that were known then, kept as a hash", Source: sourceAttestation}}
	case about != "" && a.Subject == "":
		return []Evidence{{Name: "Given for", Value: "no " + about + " that was kept, so a change of it cannot be told", Source: sourceAttestation}}
	case about != "":
		return []Evidence{{Name: "Given for", Value: "the root " + addressWord(a.CheckID) + " that was known then, kept as a hash", Source: sourceAttestation}}
	case a.CheckID == custody.checkID:
		r := rootSourcesOf(c.Facts)
		changed := r.report.Root.PasswordChanged
		value := useText(changed)
		if changed.State != account.UseAt {
			value = "not told, so a change of the password cannot be seen"
		}
		return r.columnEvidence("password_last_changed", value)
	}
	return nil
}
