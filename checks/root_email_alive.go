package checks

import (
	"fmt"
	"strings"

	"rootwatch/checks/account"
	"rootwatch/checks/domains"
)

var _ = register(Check{
	ID:    "root-email-alive",
	Title: "The domain of the root address exists and takes mail",
	Short: "Root e-mail domain takes no mail",
	Good:  "root e-mail domain takes mail",
	// Security Hub rates what lets a stranger take an account over as critical,
	// and a domain that can be registered does. The rest is milder: nobody else gets the mail.
	Severity: Critical,
	Why: "A domain that nobody renewed can be registered by anybody, and whoever has it gets the mail that resets root's password: the account changes hands. " +
		"A domain that exists and takes no mail gives the account to nobody, but keeps AWS's notices and the way back in from everybody. " +
		"Old brands, bought companies and closed departments leave such domains behind.",
	Reads: []string{callAccounts, callOrganization},
	Remediation: Remediation{
		Steps: []string{
			"If the domain does not exist, register it again today, before somebody else does; have its mail delivered until the address is changed.",
			"If the domain takes no mail, restore its MX record, or an address record where there never was one.",
			"Give the account a root address in a domain that the company will keep, and see that a test mail arrives.",
			"Set the domain to renew by itself, and let the registrar's notices go to a list.",
		},
		Console: "AWS Organizations (management account) > AWS accounts > the account > Actions > Update email address",
		URL:     "https://console.aws.amazon.com/organizations/v2/home/accounts",
		CLI: "# What the DNS tells of the address's domain:\n" +
			"dig +short MX example.com; dig +short A example.com; dig +short AAAA example.com\n" +
			changeRootAddressCLI,
		Terraform: changeRootAddressTerraform,
	},
	References: []Reference{
		{Catalogue: "Article", ID: "Mission Cloud: root user best practices"},
		{Catalogue: "AWS", ID: "Root user best practices", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html"},
		{Catalogue: "IETF", ID: "RFC 5321 section 5.1", URL: "https://www.rfc-editor.org/rfc/rfc5321#section-5.1"},
		{Catalogue: "IETF", ID: "RFC 7505", URL: "https://www.rfc-editor.org/rfc/rfc7505"},
	},
	Judge: judgeRootEmailAlive,
})

// The DNS is no call of AWS, and needs no permission: it stands where evidence
// and gaps name one.
const (
	sourceDNS = "DNS"
	callMX    = "dns:MX"
)

func judgeRootEmailAlive(c Case) Verdict {
	m, not := rootMail(c.Facts, "Whether the domain of the root address takes mail")
	if not != nil {
		return *not
	}
	domain, read := c.MailDomain.Get()
	if read && domain.Domain != m.Domain { // of the address that it had before
		c.MailDomain, read = account.Missing[account.MailDomain](account.Gap{}), false
	}
	if !read {
		return mailDomainUnknown(m, c.MailDomain.Gap())
	}
	evidence := append([]Evidence{m.domainEvidence()}, dnsEvidence(domain)...)
	fail := func(severity Severity, short, format string) Verdict {
		return Verdict{Status: Fail, Severity: severity, Short: short, Summary: fmt.Sprintf(format, m.Domain), Evidence: evidence}
	}
	switch own, _ := domains.Registrable(m.Domain); {
	case !domain.Exists && (m.Domain == own || domain.Above == account.No):
		return fail(Critical, "Root e-mail domain does not exist", "The root address is in %s, which does not exist: whoever registers the domain gets root's mail, and with it the account.")
	case !domain.Exists:
		return fail(High, "Root e-mail domain does not exist", "The root address is in %s, a name that does not exist, so mail to root is lost.")
	case domain.NullMX:
		return fail(High, "", "The root address is in %s, which says by a null MX record that it takes no mail.")
	case len(domain.MX) == 0 && !domain.Address:
		return fail(High, "", "The root address is in %s, which has no MX record and no address record, so mail to root is lost.")
	case len(domain.MX) == 0:
		return Verdict{Status: Pass, Evidence: evidence,
			Summary: fmt.Sprintf("The domain %s exists; it has no MX record, so its mail goes to its own address record (RFC 5321).", m.Domain)}
	}
	return Verdict{Status: Pass, Summary: fmt.Sprintf("The domain %s exists and has an MX record.", m.Domain), Evidence: evidence}
}

// mailDomainUnknown says why the DNS told nothing: of a resolver, not of AWS.
func mailDomainUnknown(m MailAddress, gap account.Gap) Verdict {
	gap = named(gap, callMX)
	why := "the DNS was not asked"
	if gap.Sentence != "" {
		why = lowerFirst(strings.TrimRight(gap.Sentence, ". "))
	}
	return Verdict{
		Summary:  fmt.Sprintf("Whether %s, the domain of the root address, takes mail is not known: %s.", m.Domain, why),
		Evidence: []Evidence{m.domainEvidence()}, Gaps: []account.Gap{gap},
	}
}

func dnsEvidence(d account.MailDomain) []Evidence {
	if !d.Exists {
		es := []Evidence{{Name: "Answer", Value: "NXDOMAIN", Source: sourceDNS}}
		if own, _ := domains.Registrable(d.Domain); own != d.Domain && d.Above != account.AnswerUnknown {
			es = append(es, Evidence{Name: own + " exists", Value: string(d.Above), Source: sourceDNS})
		}
		return es
	}
	mx := "none"
	switch {
	case d.NullMX:
		mx = "null (RFC 7505)"
	case len(d.MX) > 0:
		mx = strings.Join(d.MX, ", ")
	}
	es := []Evidence{{Name: "MX", Value: mx, Source: sourceDNS}}
	if len(d.MX) == 0 && !d.NullMX {
		es = append(es, Evidence{Name: "A or AAAA", Value: string(answer(d.Address)), Source: sourceDNS})
	}
	return es
}
