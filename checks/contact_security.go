package checks

import (
	"net/mail"
	"strings"

	"rootwatch/checks/account"
)

var _ = register(Check{
	ID:       "contact-security",
	Title:    "A security contact is set, and it is not the root address",
	Short:    "No usable security contact",
	Good:     "security contact is set",
	Severity: Medium,
	Why: "AWS writes to the security contact when it sees an abuse report, a leaked key or a break-in. " +
		"Without one the mail goes only to the root address, which few people read. " +
		"A contact that is the root address itself reaches nobody new, and is lost together with that mailbox.",
	Reads: []string{callContact, callAccounts},
	Remediation: Remediation{
		Steps: []string{
			"Choose an address that several people read day and night: a list of the security team, not a person, not the root address.",
			"Set it as the account's security contact, with a telephone number that is answered.",
			"In an organization, set it for all accounts from the management account; trusted access for Account Management must be on.",
			"Send a test mail to the address and see that it arrives.",
		},
		Console: "Billing and Cost Management > Account > Alternate contacts > Security > Edit",
		URL:     "https://console.aws.amazon.com/billing/home#/account",
		CLI: "aws account put-alternate-contact --alternate-contact-type SECURITY \\\n" +
			"  --name \"Security team\" --title \"Security\" \\\n" +
			"  --email-address security@example.com --phone-number \"+1 555 0100\"\n" +
			"# for a member, from the management account: add --account-id 111122223333",
		Terraform: "resource \"aws_account_alternate_contact\" \"security\" {\n" +
			"  alternate_contact_type = \"SECURITY\"\n" +
			"  name                   = \"Security team\"\n" +
			"  title                  = \"Security\"\n" +
			"  email_address          = \"security@example.com\"\n" +
			"  phone_number           = \"+1 555 0100\"\n" +
			"  # account_id           = \"111122223333\" # for a member, from the management account\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "CIS AWS Foundations", ID: "v3.0.0/1.2"},
		{Catalogue: "CIS AWS Foundations", ID: "v5.0.0/1.2"},
		{Catalogue: "Security Hub", ID: "Account.1", URL: "https://docs.aws.amazon.com/securityhub/latest/userguide/account-controls.html#account-1"},
		{Catalogue: "Prowler", ID: "account_security_contact_information_is_registered"},
		{Catalogue: "AWS", ID: "Alternate contacts", URL: "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-contact-alternate.html"},
	},
	Judge: judgeContactSecurity,
})

// judgeContactSecurity compares addresses and shows none of them: they are
// personal data.
func judgeContactSecurity(c Case) Verdict {
	if v, done := notActive(c.Facts, callContact); done {
		return v
	}
	contact, read := c.Facts.SecurityContact.Get()
	if !read {
		return unknown("Whether a security contact is set", nil, []account.Gap{named(c.Facts.SecurityContact.Gap(), callContact)})
	}
	said := func(value string) []Evidence {
		return []Evidence{{Name: "SECURITY contact", Value: value, Source: callContact}}
	}
	if contact == nil {
		return Verdict{Status: Fail, Summary: "No security contact is set.", Evidence: said("not set")}
	}
	address, root := strings.TrimSpace(contact.Email), strings.TrimSpace(c.Facts.Email)
	switch {
	case !isAddress(address):
		return Verdict{Status: Fail, Summary: "A security contact is set, but its e-mail address is malformed.", Evidence: said("set, e-mail malformed")}
	case root == "":
		return Verdict{
			Summary: "A security contact is set, but it could not be compared with the root address, which is not known: " +
				"organizations:ListAccounts tells it, or put the address under accounts: in the configuration.",
			Evidence: said("set"),
			Gaps: []account.Gap{{Call: callAccounts, Cause: account.NotCollected,
				Sentence: "The account's root address is not known: allow organizations:ListAccounts, or put the address under accounts: in the configuration."}},
		}
	case strings.EqualFold(address, root):
		return Verdict{Status: Fail, Summary: "The security contact is the root address itself.", Evidence: said("same as root e-mail")}
	}
	others := alsoServes(c.Facts, address)
	if others == "" {
		return Verdict{Status: Pass, Summary: "A security contact is set, and it is not the root address.", Evidence: said("set")}
	}
	return Verdict{Status: Pass, Summary: "A security contact is set, and it is not the root address; the same address also serves " + others + ".",
		Evidence: said("set, same as " + others)}
}

// isAddress reports whether s is one bare e-mail address, without a name.
func isAddress(s string) bool {
	parsed, err := mail.ParseAddress(s)
	return err == nil && parsed.Address == s
}

// alsoServes names the other contacts that have the same address. One list
// for several is fine; a reader may want to know.
func alsoServes(f account.Facts, address string) string {
	same := func(fact account.Fact[*account.AlternateContact]) bool {
		contact, _ := fact.Get()
		return contact != nil && strings.EqualFold(strings.TrimSpace(contact.Email), address)
	}
	var others []string
	if same(f.BillingContact) {
		others = append(others, "billing")
	}
	if same(f.OperationsContact) {
		others = append(others, "operations")
	}
	return strings.Join(others, " and ")
}
