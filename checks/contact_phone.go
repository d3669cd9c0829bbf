package checks

import (
	"fmt"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"rootwatch/checks/account"
)

const callContactInformation = "account:GetContactInformation"

var _ = register(Check{
	ID:       "contact-phone",
	Title:    "The contacts' telephone numbers are valid and begin with their country code",
	Short:    "Contact phone is not valid",
	Good:     "contact phones are valid",
	Severity: Medium,
	Why: "When root's MFA device or mailbox is lost, AWS calls the number of the primary contact to find out who asks. " +
		"A number that was mistyped, or lacks its country code, is not reached on that day. " +
		"The alternate contacts are called when something burns.",
	Reads: []string{callContactInformation, callContact},
	Remediation: Remediation{
		Steps: []string{
			"Choose a number that the company keeps: a landline or a line that several people answer, not the telephone of one technician.",
			"Write it with + and its country code, and set it as the primary contact's; the address must be given with it.",
			"Do the same for the billing, operations and security contacts.",
			"Call each number from outside, and again whenever the company's numbers change.",
		},
		Console: "Account name (top right) > Account > Contact information > Edit; Alternate contacts > Edit",
		URL:     "https://console.aws.amazon.com/billing/home#/account",
		CLI: "aws account get-contact-information # --account-id ACCOUNT_ID for a member, from the management account\n" +
			"# put-contact-information replaces all of it: take what the first command printed, and change the number.\n" +
			"aws account put-contact-information --contact-information '{\"FullName\": \"Example Corp\", \"CompanyName\": \"Example Corp\",\n" +
			"  \"AddressLine1\": \"1 Example Street\", \"City\": \"Seattle\", \"StateOrRegion\": \"WA\", \"PostalCode\": \"98101\",\n" +
			"  \"CountryCode\": \"US\", \"PhoneNumber\": \"+12065550100\"}'",
		Terraform: "resource \"aws_account_primary_contact\" \"this\" {\n" +
			"  full_name       = \"Example Corp\"\n" +
			"  company_name    = \"Example Corp\"\n" +
			"  address_line_1  = \"1 Example Street\"\n" +
			"  city            = \"Seattle\"\n" +
			"  state_or_region = \"WA\"\n" +
			"  postal_code     = \"98101\"\n" +
			"  country_code    = \"US\"\n" +
			"  phone_number    = \"+12065550100\"\n" +
			"  # account_id    = \"ACCOUNT_ID\" # for a member, from the management account\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "CIS AWS Foundations", ID: "v3.0.0/1.1"},
		{Catalogue: "CIS AWS Foundations", ID: "v5.0.0/1.1"},
		{Catalogue: "CIS AWS Foundations", ID: "v7.0.0/2.2"},
		{Catalogue: "Prowler", ID: "account_maintain_current_contact_details"},
		{Catalogue: "Article", ID: "Don't be incompetent, secure your root AWS account (2023)"},
		{Catalogue: "AWS", ID: "Primary contact", URL: "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-contact-primary.html"},
	},
	Judge: judgeContactPhone,
})

// phone is one contact's number. It is personal data: its country is shown,
// the number never.
type phone struct {
	whose   string
	number  string
	country string // ISO 3166-1 alpha-2 of the primary contact; "" where it is not known
	source  string
}

// phoneState is what libphonenumber makes of a number.
type phoneState int

// The states.
const (
	phoneValid   phoneState = iota // with its country code
	phoneNoCode                    // without one, and nothing else is known to be wrong
	phoneInvalid                   // in no country, or not in the one that it is held to
)

func judgeContactPhone(c Case) Verdict {
	if v, done := notActive(c.Facts, callContactInformation, callContact); done {
		return v
	}
	phones, faults, evidence, gaps := contactPhones(c.Facts)
	onlyCodes := len(faults) == 0
	abroad := ""
	for _, p := range phones {
		state, region, says := p.judge()
		evidence = append(evidence, Evidence{Name: upperFirst(p.whose) + "'s telephone", Value: says, Source: p.source})
		switch {
		case state == phoneInvalid:
			faults, onlyCodes = append(faults, p.whose+"'s number is "+says), false
		case state == phoneNoCode:
			faults = append(faults, p.whose+"'s number does not begin with + and its country code")
		case p.whose == primaryContact && p.country != "" && region != p.country:
			abroad = fmt.Sprintf("; the primary contact's is of %s, while its address is in %s", region, p.country)
		}
	}
	switch {
	case len(faults) > 0 && onlyCodes:
		return Verdict{Status: Fail, Severity: Low, Short: "Contact phone lacks its country code", Summary: upperFirst(strings.Join(faults, "; ")) + ".", Evidence: evidence}
	case len(faults) > 0:
		return Verdict{Status: Fail, Summary: upperFirst(strings.Join(faults, "; ")) + ".", Evidence: evidence}
	case len(gaps) > 0:
		return unknown("Whether all telephone numbers of the contacts are valid", evidence, gaps)
	}
	return Verdict{Status: Pass, Evidence: evidence,
		Summary: fmt.Sprintf("The telephone %s of the contacts %s valid and %s with + and a country code%s.",
			plural(len(phones), "number", "numbers"), plural(len(phones), "is", "are"), plural(len(phones), "begins", "begin"), abroad)}
}

const primaryContact = "the primary contact"

// contactPhones are the numbers that are set. A primary contact without one is
// a fault; an alternate contact without one, or that is not set, is the
// business of its own check.
func contactPhones(f account.Facts) (phones []phone, faults []string, evidence []Evidence, gaps []account.Gap) {
	country := ""
	if primary, _ := f.ContactInformation.Get(); primary != nil && isCountry(primary.CountryCode) {
		country = primary.CountryCode
	}
	switch primary, read := f.ContactInformation.Get(); {
	case !read:
		gaps = append(gaps, named(f.ContactInformation.Gap(), callContactInformation))
	case primary == nil:
		faults = append(faults, "the account has no primary contact, and so no telephone number")
		evidence = append(evidence, Evidence{Name: "Primary contact", Value: "not set", Source: callContactInformation})
	case strings.TrimSpace(primary.Phone) == "":
		faults = append(faults, primaryContact+" has no telephone number")
		evidence = append(evidence, Evidence{Name: upperFirst(primaryContact) + "'s telephone", Value: "not set", Source: callContactInformation})
	default:
		phones = append(phones, phone{primaryContact, primary.Phone, country, callContactInformation})
	}
	for _, k := range []contactKind{securityContact, billingContact, operationsContact} {
		contact, read := k.of(f).Get()
		switch {
		case !read:
			gaps = append(gaps, named(k.of(f).Gap(), callContact))
		case contact != nil && strings.TrimSpace(contact.Phone) != "":
			phones = append(phones, phone{"the " + k.word + " contact", contact.Phone, country, callContact})
		}
	}
	return phones, faults, evidence, gaps
}

// unknownRegion is libphonenumber's word for no country: it reads only what
// has a country code of its own.
const unknownRegion = "ZZ"

// isCountry keeps a stranger's text out of sentences: AWS gives ISO 3166-1
// alpha-2, of which libphonenumber knows all that have telephones.
func isCountry(code string) bool { return phonenumbers.GetSupportedRegions()[code] }

// judge says what the number is, of which country, and that in words.
func (p phone) judge() (state phoneState, region, says string) {
	n, err := phonenumbers.Parse(p.number, unknownRegion)
	switch {
	case err == nil && phonenumbers.IsValidNumber(n):
		region = phonenumbers.GetRegionCodeForNumber(n)
		return phoneValid, region, fmt.Sprintf("valid, +%d (%s)", n.GetCountryCode(), region)
	case err == nil:
		return phoneInvalid, "", fmt.Sprintf("not valid under the country code +%d", n.GetCountryCode())
	case strings.ContainsAny(p.number, "+＋"):
		return phoneInvalid, "", "not valid: no country has its country code"
	case p.country == "":
		return phoneNoCode, "", "without a country code, and no country is known for it"
	}
	if n, err = phonenumbers.Parse(p.number, p.country); err != nil || !phonenumbers.IsValidNumber(n) {
		return phoneInvalid, "", "without a country code, and not valid in " + p.country + ", where the account's address is"
	}
	return phoneNoCode, "", "without a country code, valid in " + p.country
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// upperFirst begins a sentence.
func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
