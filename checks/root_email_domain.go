package checks

import (
	"fmt"

	"rootwatch/checks/domains"
)

// emailDomainDays is how long a word on a domain counts: a year, the shortest
// time that one is registered for.
const emailDomainDays = 365

var _ = register(Check{
	ID:       "root-email-domain",
	Title:    "The root address is in a company domain, not in a free-mail or disposable one",
	Short:    "Root e-mail is not the company's",
	Good:     "root e-mail is in a company domain",
	Severity: High,
	Why: "Whoever reads the root mailbox can have root's password reset, so whoever owns the mailbox owns the account. " +
		"An address at a free-mail provider belongs to one person, who takes it along; a disposable one can be read by anybody. " +
		"Only in a domain of its own can a company give the mailbox to somebody else.",
	Reads:      []string{callAccounts, callOrganization},
	AttestDays: emailDomainDays,
	Remediation: Remediation{
		Steps: []string{
			"Make a list for the account in a domain that the company has registered, such as aws-payments@example.com, and see that a test mail from outside arrives.",
			"In an organization, change the member's root address from the management account; AWS mails a code to the new address.",
			"The management account, and one in no organization, changes its own: sign in as root, Account, Edit the email address.",
			"Name the company's domains under company.domains in the configuration, so that every account is held to them.",
		},
		Console:   "AWS Organizations (management account) > AWS accounts > the account > Actions > Update email address",
		URL:       "https://console.aws.amazon.com/organizations/v2/home/accounts",
		CLI:       changeRootAddressCLI,
		Terraform: changeRootAddressTerraform,
	},
	References: []Reference{
		{Catalogue: "Article", ID: "Mission Cloud: root user best practices"},
		{Catalogue: "AWS", ID: "Root user best practices", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html"},
		{Catalogue: "AWS", ID: "Update the root user email address", URL: "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-root-user-email.html"},
	},
	Judge: judgeRootEmailDomain,
})

// How a root address is changed, which is the same whatever was wrong with it.
const (
	changeRootAddressCLI = "# In the management account, of a member:\n" +
		"aws account start-primary-email-update --account-id ACCOUNT_ID --primary-email aws-payments@example.com\n" +
		"# with the code that AWS mails to the new address:\n" +
		"aws account accept-primary-email-update --account-id ACCOUNT_ID --primary-email aws-payments@example.com --otp CODE"
	changeRootAddressTerraform = "# Terraform cannot change the address of an account that exists: it would close it and make another.\n" +
		"# It can make new ones with a good address from the start:\n" +
		"resource \"aws_organizations_account\" \"payments\" {\n" +
		"  name  = \"payments\"\n" +
		"  email = \"aws-payments@example.com\"\n" +
		"}"
)

// judgeRootEmailDomain passes only what the operator has named, or a person
// attested: that a domain is on no list says nothing of whose it is.
func judgeRootEmailDomain(c Case) Verdict {
	m, not := rootMail(c.Facts, "Whether the root address is in a company domain")
	if not != nil {
		return *not
	}
	evidence := []Evidence{m.domainEvidence()}
	if v, listed := judgeListedDomain(m, evidence); listed {
		return v
	}
	for _, own := range c.Policy.CompanyDomains {
		if domains.Within(m.Domain, own) {
			return Verdict{Status: Pass, Summary: fmt.Sprintf("The root address is in %s, which is a company domain.", m.Domain), Evidence: evidence}
		}
	}
	if n := len(c.Policy.CompanyDomains); n > 0 {
		return Verdict{Status: Fail, Evidence: evidence,
			Summary: fmt.Sprintf("The root address is in %s, which lies in none of the company's domains (company.domains has %d).", m.Domain, n)}
	}
	v := claim{
		checkID: "root-email-domain",
		good:    fmt.Sprintf("%s, where the root address is, is a company domain", m.Domain),
		look:    "who has registered it (company.domains in the configuration answers this for all accounts at once)",
	}.judge(c)
	v.Evidence = append(evidence, v.Evidence...)
	return v
}

// judgeListedDomain fails what is on a list, whatever else is said of it.
func judgeListedDomain(m MailAddress, evidence []Evidence) (Verdict, bool) {
	kind, listed := domains.Look(m.Domain)
	v := Verdict{Status: Fail, Evidence: append(evidence, Evidence{Name: "Listed as", Value: fmt.Sprintf("%s (%s)", kind, listed), Source: "list of " + string(kind) + " domains"})}
	switch kind {
	case domains.FreeMail:
		v.Short = "Root e-mail is a free-mail address"
		v.Summary = fmt.Sprintf("The root address is in %s, a free-mail domain: the account belongs to whoever has that mailbox.", m.Domain)
	case domains.Disposable:
		v.Severity, v.Short = Critical, "Root e-mail is disposable"
		v.Summary = fmt.Sprintf("The root address is in %s, a domain of disposable addresses: anybody may read what AWS sends there.", m.Domain)
	default:
		return Verdict{}, false
	}
	return v, true
}
