package checks

import (
	"strings"
	"unicode"

	"rootwatch/checks/account"
	"rootwatch/checks/domains"
)

// MailAddress is an e-mail address as far as it tells whose mail it takes. It
// is personal data: checks compare it, messages never show more than its domain.
type MailAddress struct {
	Local  string // in lower case, without quotes: root+payments
	Base   string // Local without its tag: root
	Domain string // in ASCII form, in lower case: example.com
}

// ParseMail reads one bare address. Mail systems take local parts whatever
// their case, though RFC 5321 lets them differ. False is what leads to no
// mailbox on the Internet: no @, no domain of the DNS.
func ParseMail(text string) (MailAddress, bool) {
	text = strings.TrimSpace(text)
	at := strings.LastIndexByte(text, '@')
	if at <= 0 {
		return MailAddress{}, false
	}
	local, ok := localPart(text[:at])
	domain, named := domains.Parse(text[at+1:])
	if !ok || !named {
		return MailAddress{}, false
	}
	base := local
	if plus := strings.IndexByte(local, '+'); plus > 0 {
		base = local[:plus]
	}
	return MailAddress{Local: local, Base: base, Domain: domain}, true
}

// maxLocal is RFC 5321's limit, in bytes.
const maxLocal = 64

// localPart takes the quotes from what is before the @: "a.b" and a.b are one.
func localPart(text string) (string, bool) {
	quoted := len(text) > 2 && text[0] == '"' && text[len(text)-1] == '"'
	if quoted {
		text = strings.NewReplacer(`\\`, `\`, `\`, ``).Replace(text[1 : len(text)-1])
	}
	text = strings.ToLower(text)
	odd := strings.ContainsFunc(text, func(r rune) bool {
		return r == unicode.ReplacementChar || !unicode.IsPrint(r) || !quoted && (r == ' ' || r == '@' || r == '"' || r == '<' || r == '>' || r == ',')
	})
	return text, text != "" && len(text) <= maxLocal && !odd
}

// Mailbox names where the mail arrives: the address without its tag.
func (m MailAddress) Mailbox() string { return m.Base + "@" + m.Domain }

// Whole is the address with its tag.
func (m MailAddress) Whole() string { return m.Local + "@" + m.Domain }

// rootMail is the root address, or the verdict on an account without one that
// can be read. question begins the sentence that it is not known.
func rootMail(f account.Facts, question string) (MailAddress, *Verdict) {
	if v, done := notActive(f, callAccounts); done {
		return MailAddress{}, &v
	}
	if strings.TrimSpace(f.Email) == "" {
		return MailAddress{}, &Verdict{Gaps: noRootAddress(f),
			Summary: question + " is not known, because the root address is not: organizations:ListAccounts tells it, or put the address under accounts: in the configuration."}
	}
	m, ok := ParseMail(f.Email)
	if !ok {
		return MailAddress{}, &Verdict{
			Summary: question + " is not known: what AWS, or the configuration, gives as the root address is no address in a domain of the Internet.",
			Gaps:    malformedRootAddress}
	}
	return m, nil
}

// malformedRootAddress is why a root address that is there tells nothing.
var malformedRootAddress = []account.Gap{{Call: callAccounts, Cause: account.Undecodable, Sentence: "The root address is no address in a domain of the Internet."}}

// noRootAddress is why the root address is not known, and what would tell it.
func noRootAddress(f account.Facts) []account.Gap {
	gaps := []account.Gap{{Call: callAccounts, Cause: account.NotCollected,
		Sentence: "The account's root address is not known: allow organizations:ListAccounts, or put the address under accounts: in the configuration."}}
	if f.Role == account.RoleUnknown {
		gaps = append(gaps, roleGap) // which would tell the management account's
	}
	return gaps
}

// domainEvidence shows the one part of the root address that is nobody's own.
func (m MailAddress) domainEvidence() Evidence {
	return Evidence{Name: "Domain of the root address", Value: m.Domain, Source: callAccounts}
}
