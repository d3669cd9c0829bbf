package checks_test

import (
	"strings"
	"testing"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

func primaryPhone(country, number string) edit {
	return func(f *account.Facts) {
		f.ContactInformation = account.Known(&account.ContactInformation{FullName: "Example Corp", CountryCode: country, Phone: number})
	}
}

func securityPhone(number string) edit {
	return func(f *account.Facts) {
		f.SecurityContact = account.Known(&account.AlternateContact{Email: "security@example.com", Phone: number})
	}
}

func TestContactPhone(t *testing.T) {
	noInformation := func(f *account.Facts) {
		f.ContactInformation = account.Missing[*account.ContactInformation](account.Gap{Call: "account:GetContactInformation", Cause: account.Denied})
	}
	noBilling := func(f *account.Facts) {
		f.BillingContact = account.Missing[*account.AlternateContact](account.Gap{Call: "account:GetAlternateContact", Cause: account.Throttled})
	}
	judgeTable(t, "contact-phone", []judged{
		{name: "with its country code", edits: primaryPhone("US", "+1 206 555 0100"), status: checks.Pass, says: "The telephone number of the contacts is valid"},
		{name: "as AWS writes it", edits: primaryPhone("US", "+12065550100"), status: checks.Pass},
		{name: "in brackets", edits: primaryPhone("DE", "(+49) 30 2345-6789"), status: checks.Pass},
		{name: "of another country", edits: primaryPhone("US", "+44 20 7946 0018"), status: checks.Pass, says: "is of GB, while its address is in US"},
		{name: "of another country with the same code", edits: primaryPhone("US", "+1 416 555 0123"), status: checks.Pass, says: "is of CA"},
		{name: "an unknown country", edits: primaryPhone("?!", "+1 206 555 0100"), status: checks.Pass},
		{name: "an alternate contact's with it", edits: securityPhone("+81 3-3224-5000"), status: checks.Pass, says: "The telephone numbers of the contacts are valid"},
		{name: "without its country code", edits: primaryPhone("US", "206-555-0100"), status: checks.Fail, severity: checks.Low, says: "The primary contact's number does not begin with + and its country code"},
		{name: "with a prefix to dial", edits: primaryPhone("DE", "0044 20 7946 0018"), status: checks.Fail, severity: checks.Low, says: "does not begin with +"},
		{name: "without a code, and no country", edits: primaryPhone("", "206-555-0100"), status: checks.Fail, severity: checks.Low, says: "does not begin with +"},
		{name: "an alternate contact's without it", edits: securityPhone("206 555 0101"), status: checks.Fail, severity: checks.Low, says: "The security contact's number does not begin with +"},
		{name: "too short", edits: primaryPhone("US", "+1-555-0199"), status: checks.Fail, says: "not valid under the country code +1"},
		{name: "too long", edits: primaryPhone("US", "+1 206 555 01001234"), status: checks.Fail},
		{name: "a country code that nobody has", edits: primaryPhone("US", "+999 123456789"), status: checks.Fail, says: "no country has its country code"},
		{name: "without a code, and not of the country", edits: primaryPhone("US", "555-0100"), status: checks.Fail, says: "not valid in US"},
		{name: "no number at all", edits: primaryPhone("US", "n/a"), status: checks.Fail},
		{name: "an alternate contact's that is not valid", edits: securityPhone("+49 1"), status: checks.Fail, says: "The security contact's number is not valid"},
		{name: "one lacks the code, one is not valid", edits: both(primaryPhone("US", "206-555-0100"), securityPhone("+49 1")), status: checks.Fail, says: "country code; the security contact's"},
		{name: "none", edits: primaryPhone("US", " "), status: checks.Fail, says: "The primary contact has no telephone number."},
		{name: "no primary contact", edits: func(f *account.Facts) { f.ContactInformation = account.Known[*account.ContactInformation](nil) }, status: checks.Fail, says: "no primary contact"},
		{name: "not read", edits: noInformation, status: checks.Unknown, says: "account:GetContactInformation was denied", gap: "account:GetContactInformation"},
		{name: "an alternate contact not read", edits: noBilling, status: checks.Unknown, says: "throttled", gap: "account:GetAlternateContact"},
		{name: "not read, and another that is not valid", edits: both(noInformation, securityPhone("+49 1")), status: checks.Fail},
		{name: "not read, and another without a code", edits: both(noInformation, securityPhone("030 23456789")), status: checks.Fail, severity: checks.Low},
		{name: "a suspended account", edits: both(primaryPhone("US", "+1"), func(f *account.Facts) { f.State = account.Suspended }), status: checks.Unknown, says: "suspended"},
	})
}

// Numbers are personal data: the country code and the verdict are all that is shown.
func TestPhonesAreNotShown(t *testing.T) {
	for _, number := range []string{"+1 206 555 0100", "206 555 0100", "+1-555-0199", "555-0199", "+49 1555"} {
		f := find(t, checks.Run(checks.Case{Facts: healthy(primaryPhone("US", number), securityPhone(number)), Policy: checks.DefaultPolicy()}), "contact-phone")
		shown := f.Summary
		for _, e := range f.Evidence {
			shown += e.Value
		}
		if strings.Contains(shown, "555") || strings.Contains(shown, "0100") || strings.Contains(shown, "0199") {
			t.Errorf("%s: %s", number, shown)
		}
		if len(f.Evidence) < 2 {
			t.Errorf("%s: evidence %+v", number, f.Evidence)
		}
	}
}
