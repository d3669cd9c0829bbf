package checks_test

import (
	"encoding/json"
	"strings"
	"testing"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

func securityContact(email string) edit {
	return func(f *account.Facts) {
		f.SecurityContact = account.Known(&account.AlternateContact{Name: "Zelda Personal", Title: "Ms", Email: email, Phone: "+1 555 0199"})
	}
}

func rootEmail(email string) edit { return func(f *account.Facts) { f.Email = email } }

func otherContacts(billing, operations string) edit {
	return func(f *account.Facts) {
		f.BillingContact = account.Known(&account.AlternateContact{Email: billing})
		f.OperationsContact = account.Known(&account.AlternateContact{Email: operations})
	}
}

var contactCases = []judged{
	{name: "set", status: checks.Pass, says: "it is not the root address."},
	{name: "not set", edits: func(f *account.Facts) { f.SecurityContact = account.Known[*account.AlternateContact](nil) }, status: checks.Fail, says: "No security contact is set."},
	{name: "no address in it", edits: securityContact(" "), status: checks.Fail, says: "malformed"},
	{name: "no domain in it", edits: securityContact("security"), status: checks.Fail, says: "malformed"},
	{name: "a name and an address", edits: securityContact("Team <team@example.com>"), status: checks.Fail, says: "malformed"},
	{name: "two addresses", edits: securityContact("one@example.com, two@example.com"), status: checks.Fail, says: "malformed"},
	{name: "malformed where the root address is unknown", edits: both(securityContact("security@"), rootEmail("")), status: checks.Fail, says: "malformed"},
	{name: "the root address", edits: securityContact("root+payments@example.com"), status: checks.Fail, says: "is the root address itself"},
	{name: "the root address in other letters and with a space", edits: securityContact(" Root+Payments@EXAMPLE.com "), status: checks.Fail, says: "is the root address itself"},
	{name: "the mailbox behind a plus-address is an address of its own", edits: securityContact("root@example.com"), status: checks.Pass},
	{name: "the root address with something before it", edits: securityContact("not-root+payments@example.com"), status: checks.Pass},
	{name: "the root address is not known", edits: rootEmail(""), status: checks.Unknown, says: "could not be compared", gap: "organizations:ListAccounts"},
	{name: "the root address is blank", edits: rootEmail("  "), status: checks.Unknown, says: "under accounts: in the configuration", gap: "organizations:ListAccounts"},
	{name: "one list serves all three", edits: otherContacts("Security@example.com", "security@example.com "), status: checks.Pass, says: "also serves billing and operations."},
	{name: "one list serves operations too", edits: otherContacts("billing@example.com", "security@example.com"), status: checks.Pass, says: "also serves operations."},
	{name: "other contacts denied", edits: func(f *account.Facts) {
		f.BillingContact = account.Missing[*account.AlternateContact](account.Gap{Call: "account:GetAlternateContact", Cause: account.Denied})
		f.OperationsContact = f.BillingContact
	}, status: checks.Pass},
	{name: "denied", edits: func(f *account.Facts) {
		f.SecurityContact = account.Missing[*account.AlternateContact](account.Gap{Call: "account:GetAlternateContact", Cause: account.Denied})
	}, status: checks.Unknown, says: "account:GetAlternateContact was denied", gap: "account:GetAlternateContact"},
	{name: "trusted access off", edits: func(f *account.Facts) {
		f.SecurityContact = account.Missing[*account.AlternateContact](account.Gap{Call: "account:GetAlternateContact", Cause: account.NotEnabled})
	}, status: checks.Unknown, says: "not switched on", gap: "account:GetAlternateContact"},
}

func TestContactSecurity(t *testing.T) { judgeTable(t, "contact-security", contactCases) }

func TestContactSecurityMistakesOfOthers(t *testing.T) {
	judgeTable(t, "contact-security", []judged{
		{name: "always manual, though the API tells", status: checks.Pass},
		{name: "always manual, though the API tells that none is set", edits: func(f *account.Facts) { f.SecurityContact = account.Known[*account.AlternateContact](nil) }, status: checks.Fail},
		{name: "one list for several contacts is failed", edits: otherContacts("security@example.com", "security@example.com"), status: checks.Pass},
		{name: "a member cannot read its own root address, and fails", edits: rootEmail(""), status: checks.Unknown, gap: "organizations:ListAccounts"},
	})
}

func TestContactSecurityShowsNoPersonalData(t *testing.T) {
	for _, tt := range contactCases {
		facts := healthy()
		if tt.edits != nil {
			tt.edits(&facts)
		}
		f := find(t, checks.Run(facts, checks.DefaultPolicy()), "contact-security")
		b, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, personal := range []string{"@", "example.com", "Zelda", "555"} {
			if strings.Contains(string(b), personal) {
				t.Errorf("%s: the finding shows %q: %s", tt.name, personal, b)
			}
		}
	}
}
