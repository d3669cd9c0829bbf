package config

import (
	"fmt"
	"net/netip"

	"rootwatch/checks"
	"rootwatch/checks/domains"
)

// company fills in the policy whose root addresses the company's may be.
func (c *composer) company(k companySection, policy *checks.Policy) {
	first := map[string]string{}
	for i, text := range k.Domains {
		path := fmt.Sprintf("company.domains[%d]", i)
		if domain, ok := c.companyDomain(path, text, first); ok {
			first[domain] = path
			policy.CompanyDomains = append(policy.CompanyDomains, domain)
		}
	}
	for i, text := range k.PersonalAddresses {
		path := fmt.Sprintf("company.personal_addresses[%d]", i)
		if address, ok := c.personalAddress(path, text); ok {
			policy.PersonalAddresses = append(policy.PersonalAddresses, address)
		}
	}
}

// companyDomain must be one that a company can have for itself: what lies
// below it passes as the company's.
func (c *composer) companyDomain(path, text string, first map[string]string) (string, bool) {
	if c.broken[path] {
		return "", false
	}
	domain, ok := domains.Parse(text)
	if !ok {
		c.fault(path, "%s is not a domain, such as example.com", quote(text))
		return "", false
	}
	if _, ok := domains.Registrable(domain); !ok {
		c.fault(path, "%s is a public suffix, under which anybody may have a name; write the company's own, such as example.%s", quote(text), domain)
		return "", false
	}
	if kind, listed := domains.Look(domain); kind != domains.Ordinary {
		c.fault(path, "%s cannot be the company's own: %s is a %s domain", quote(text), listed, kind)
		return "", false
	}
	if at, twice := first[domain]; twice {
		c.fault(path, "%s is %s already", quote(text), at)
		return "", false
	}
	return domain, true
}

// personalAddress is an address, or what stands before its @.
func (c *composer) personalAddress(path, text string) (string, bool) {
	if c.broken[path] {
		return "", false
	}
	if address, ok := checks.ParseMail(text); ok {
		return address.Whole(), true
	}
	if local, ok := checks.ParseMail(text + "@example.com"); ok {
		return local.Local, true
	}
	c.fault(path, "%s is neither an e-mail address nor what stands before its @, such as ana.silva", quote(text))
	return "", false
}

// NoResolver is what dns.resolver holds where the DNS is not to be asked.
const NoResolver = "none"

// resolver is an address and no name: to look a name up takes a resolver.
func (c *composer) resolver(text string) string {
	const path = "dns.resolver"
	if text == "" || text == NoResolver || c.broken[path] {
		return text
	}
	if at, err := netip.ParseAddrPort(text); err != nil || at.Port() == 0 {
		c.fault(path, "%s is not the IP address and port of a resolver, such as 192.0.2.53:53 or [2001:db8::53]:53; %s asks nobody", quote(text), NoResolver)
	}
	return text
}
