package checks

import (
	"net/mail"
	"strings"

	"rootwatch/checks/account"
)

// contactKind is one of an account's three alternate contacts.
type contactKind struct {
	article, word string
	of            func(account.Facts) account.Fact[*account.AlternateContact]
}

var (
	securityContact = contactKind{"a", "security",
		func(f account.Facts) account.Fact[*account.AlternateContact] { return f.SecurityContact }}
	billingContact = contactKind{"a", "billing",
		func(f account.Facts) account.Fact[*account.AlternateContact] { return f.BillingContact }}
	operationsContact = contactKind{"an", "operations",
		func(f account.Facts) account.Fact[*account.AlternateContact] { return f.OperationsContact }}
)

// judge compares addresses and shows none of them: they are personal data.
func (k contactKind) judge(c Case) Verdict {
	if v, done := notActive(c.Facts, callContact); done {
		return v
	}
	contact, read := k.of(c.Facts).Get()
	if !read {
		return unknown("Whether "+k.article+" "+k.word+" contact is set", nil, []account.Gap{named(k.of(c.Facts).Gap(), callContact)})
	}
	said := func(value string) []Evidence {
		return []Evidence{{Name: strings.ToUpper(k.word) + " contact", Value: value, Source: callContact}}
	}
	if contact == nil {
		return Verdict{Status: Fail, Summary: "No " + k.word + " contact is set.", Evidence: said("not set")}
	}
	one := strings.ToUpper(k.article[:1]) + k.article[1:] + " " + k.word + " contact is set"
	address, root := strings.TrimSpace(contact.Email), strings.TrimSpace(c.Facts.Email)
	rootAddress, rootRead := ParseMail(root)
	parsed, _ := ParseMail(address)
	switch {
	case !isAddress(address):
		return Verdict{Status: Fail, Summary: one + ", but its e-mail address is malformed.", Evidence: said("set, e-mail malformed")}
	case root == "":
		return Verdict{
			Summary: one + ", but it could not be compared with the root address, which is not known: " +
				"organizations:ListAccounts tells it, or put the address under accounts: in the configuration.",
			Evidence: said("set"), Gaps: noRootAddress(c.Facts),
		}
	case !rootRead: // neither the same nor another one can be told of it
		return unknown("Whether the "+k.word+" contact, which is set, is another address than root's", said("set"), malformedRootAddress)
	case parsed == rootAddress:
		return Verdict{Status: Fail, Summary: "The " + k.word + " contact is the root address itself.", Evidence: said("same as root e-mail")}
	}
	others := k.alsoServes(c.Facts, address)
	if others == "" {
		return Verdict{Status: Pass, Summary: one + ", and it is not the root address.", Evidence: said("set")}
	}
	return Verdict{Status: Pass, Summary: one + ", and it is not the root address; the same address also serves " + others + ".",
		Evidence: said("set, same as " + others)}
}

// isAddress reports whether s is one bare e-mail address, without a name.
func isAddress(s string) bool {
	parsed, err := mail.ParseAddress(s)
	return err == nil && parsed.Address == s
}

// alsoServes names the other contacts that have the same address. One list
// for several is fine; a reader may want to know.
func (k contactKind) alsoServes(f account.Facts, address string) string {
	var others []string
	for _, other := range []contactKind{securityContact, billingContact, operationsContact} {
		contact, _ := other.of(f).Get()
		if other.word != k.word && contact != nil && strings.EqualFold(strings.TrimSpace(contact.Email), address) {
			others = append(others, other.word)
		}
	}
	return strings.Join(others, " and ")
}
