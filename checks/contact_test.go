package checks_test

import (
	"encoding/json"
	"strings"
	"testing"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// contactFact is the fact of one of the three contacts.
type contactFact func(*account.Facts) *account.Fact[*account.AlternateContact]

// contactChecks are judged alike, each on its own fact.
var contactChecks = map[string]contactFact{
	"security":   func(f *account.Facts) *account.Fact[*account.AlternateContact] { return &f.SecurityContact },
	"billing":    func(f *account.Facts) *account.Fact[*account.AlternateContact] { return &f.BillingContact },
	"operations": func(f *account.Facts) *account.Fact[*account.AlternateContact] { return &f.OperationsContact },
}

func (of contactFact) is(email string) edit {
	return func(f *account.Facts) {
		*of(f) = account.Known(&account.AlternateContact{Name: "Zelda Personal", Title: "Ms", Email: email, Phone: "+1 555 0199"})
	}
}

func (of contactFact) unset() edit {
	return func(f *account.Facts) { *of(f) = account.Known[*account.AlternateContact](nil) }
}

func (of contactFact) missing(cause account.Cause) edit {
	return func(f *account.Facts) {
		*of(f) = account.Missing[*account.AlternateContact](account.Gap{Call: "account:GetAlternateContact", Cause: cause})
	}
}

// others changes the two contacts that are not the one in question.
func (of contactFact) others(change func(contactFact) edit) edit {
	return func(f *account.Facts) {
		for _, other := range contactChecks {
			if other(f) != of(f) {
				change(other)(f)
			}
		}
	}
}

func rootEmail(email string) edit { return func(f *account.Facts) { f.Email = email } }

// contactCases are the table of contact-KIND.
func contactCases(kind string) []judged {
	of := contactChecks[kind]
	first := map[string]string{"security": "billing", "billing": "security", "operations": "security"}[kind]
	second := map[string]string{"security": "operations", "billing": "operations", "operations": "billing"}[kind]
	denied := func(other contactFact) edit { return other.missing(account.Denied) }
	list := func(other contactFact) edit { return other.is("List@example.com ") }
	return []judged{
		{name: "set", status: checks.Pass, says: kind + " contact is set, and it is not the root address."},
		{name: "not set", edits: of.unset(), status: checks.Fail, says: "No " + kind + " contact is set."},
		{name: "no address in it", edits: of.is(" "), status: checks.Fail, says: "malformed"},
		{name: "no domain in it", edits: of.is(kind), status: checks.Fail, says: "malformed"},
		{name: "a name and an address", edits: of.is("Team <team@example.com>"), status: checks.Fail, says: "malformed"},
		{name: "two addresses", edits: of.is("one@example.com, two@example.com"), status: checks.Fail, says: "malformed"},
		{name: "malformed where the root address is unknown", edits: both(of.is("team@"), rootEmail("")), status: checks.Fail, says: "malformed"},
		{name: "the root address", edits: of.is("root+payments@example.com"), status: checks.Fail, says: "The " + kind + " contact is the root address itself"},
		{name: "the root address in other letters and with a space", edits: of.is(" Root+Payments@EXAMPLE.com "), status: checks.Fail, says: "is the root address itself"},
		{name: "all three are the root address", edits: both(of.is("root+payments@example.com"), of.others(func(other contactFact) edit { return other.is("root+payments@example.com") })),
			status: checks.Fail, says: "is the root address itself"},
		{name: "the mailbox behind a plus-address is an address of its own", edits: of.is("root@example.com"), status: checks.Pass},
		{name: "the root address with something before it", edits: of.is("not-root+payments@example.com"), status: checks.Pass},
		{name: "the root address is not known", edits: rootEmail(""), status: checks.Unknown, says: "could not be compared", gap: "organizations:ListAccounts"},
		{name: "the root address is blank", edits: rootEmail("  "), status: checks.Unknown, says: "under accounts: in the configuration", gap: "organizations:ListAccounts"},
		{name: "the root address has no domain", edits: rootEmail("root"), status: checks.Unknown, says: "no address in a domain of the Internet", gap: "organizations:ListAccounts"},
		{name: "the root address is cut off, and the contact like it", edits: both(of.is("root@example.com"), rootEmail("root@")), status: checks.Unknown, says: "contact, which is set, is another address than root's is not known", gap: "organizations:ListAccounts"},
		{name: "not set, beside a root address that is none", edits: both(of.unset(), rootEmail("root@")), status: checks.Fail, says: "No " + kind},
		{name: "the root address in quotes", edits: both(of.is("root@example.com"), rootEmail(`"root"@Example.com`)), status: checks.Fail, says: "is the root address itself"},
		{name: "one list serves all three", edits: both(of.is("list@example.com"), of.others(list)), status: checks.Pass, says: "also serves " + first + " and " + second + "."},
		{name: "one list serves another too", edits: both(of.is("list@example.com"), contactChecks[second].is("LIST@example.com")), status: checks.Pass, says: "also serves " + second + "."},
		{name: "other contacts are not set", edits: of.others(contactFact.unset), status: checks.Pass},
		{name: "other contacts denied", edits: of.others(denied), status: checks.Pass},
		{name: "denied", edits: of.missing(account.Denied), status: checks.Unknown, says: "account:GetAlternateContact was denied", gap: "account:GetAlternateContact"},
		{name: "trusted access off", edits: of.missing(account.NotEnabled), status: checks.Unknown, says: "not switched on", gap: "account:GetAlternateContact"},
	}
}

func TestContacts(t *testing.T) {
	for kind := range contactChecks {
		t.Run(kind, func(t *testing.T) { judgeTable(t, "contact-"+kind, contactCases(kind)) })
	}
}

func TestContactMistakesOfOthers(t *testing.T) {
	for kind, of := range contactChecks {
		t.Run(kind, func(t *testing.T) {
			judgeTable(t, "contact-"+kind, []judged{
				{name: "always manual, though the API tells", status: checks.Pass},
				{name: "always manual, though the API tells that none is set", edits: of.unset(), status: checks.Fail},
				{name: "one list for several contacts is failed", edits: both(of.is("list@example.com"), of.others(func(other contactFact) edit { return other.is("list@example.com") })), status: checks.Pass},
				{name: "a member cannot read its own root address, and fails", edits: rootEmail(""), status: checks.Unknown, gap: "organizations:ListAccounts"},
			})
		})
	}
}

func TestContactsShowNoPersonalData(t *testing.T) {
	for kind := range contactChecks {
		for _, tt := range contactCases(kind) {
			facts := healthy()
			if tt.edits != nil {
				tt.edits(&facts)
			}
			b, err := json.Marshal(find(t, checks.Run(checks.Case{Facts: facts, Policy: checks.DefaultPolicy()}), "contact-"+kind))
			if err != nil {
				t.Fatal(err)
			}
			for _, personal := range []string{"@", "example.com", "Zelda", "555"} {
				if strings.Contains(string(b), personal) {
					t.Errorf("%s, %s: the finding shows %q: %s", kind, tt.name, personal, b)
				}
			}
		}
	}
}
