package page

import (
	"slices"
	"strings"
	"time"

	"rootwatch/checks"
	"rootwatch/internal/demo/cloud"
)

func init() {
	oracle["root-email-domain"] = mailDomain
	oracle["root-email-dedicated"] = mailOwner
	oracle["root-email-alive"] = mailAlive
	oracle["contact-phone"] = telephones
}

// parts of an address: before and behind the @, and what stands before a tag.
func parts(address string) (local, mailbox, domain string) {
	local, domain, _ = strings.Cut(strings.ToLower(address), "@")
	mailbox, _, _ = strings.Cut(local, "+")
	return local, mailbox, domain
}

func mailDomain(_ *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	_, _, domain := parts(a.Email)
	if domain == cloud.DemoCompanyDomain || strings.HasSuffix(domain, "."+cloud.DemoCompanyDomain) {
		return checks.Pass, domain
	}
	return checks.Fail, domain
}

// people are those of the demo whose names are addresses.
var people = map[string]checks.Status{
	"ceo":         checks.Fail,
	"maria.rossi": checks.Manual, // it may be a list, and nobody has said so
	// These say aws, and may be a person's all the same.
	"maria.rossi-aws": checks.Manual,
	"cto.aws":         checks.Manual,
	// Bob's own, elsewhere.
	"rootwatch-demo-bob": checks.Manual,
	strings.TrimSuffix(cloud.DemoPersonalAddress, "@"+cloud.DemoCompanyDomain): checks.Fail,
}

func mailOwner(org *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	_, mailbox, _ := parts(a.Email)
	twin := slices.ContainsFunc(org.Accounts, func(b *cloud.Account) bool { return a != b && strings.EqualFold(a.Email, b.Email) })
	switch {
	case twin:
		return checks.Fail, "two accounts' address"
	case people[mailbox] != "":
		return people[mailbox], "a person's name"
	}
	return checks.Pass, "its own"
}

func mailAlive(org *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	_, _, name := parts(a.Email)
	switch d, exists := org.Domains[name]; {
	case !exists:
		return checks.Fail, "expired"
	case d.NullMX:
		return checks.Fail, "takes no mail"
	case len(d.MX) > 0:
		return checks.Pass, "MX"
	case d.Address:
		return checks.Pass, "address"
	}
	return checks.Fail, "no mail host"
}

// telephones knows the two countries of the demo: 11 digits in the United
// States, 12 in Great Britain, each behind a plus.
func telephones(_ *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	if a.Primary == nil {
		return checks.Fail, "no primary contact"
	}
	numbers := []string{a.Primary.Phone}
	for _, c := range a.Contacts {
		numbers = append(numbers, c.Phone)
	}
	for _, number := range numbers {
		digits := 0
		for _, r := range number {
			if r >= '0' && r <= '9' {
				digits++
			}
		}
		switch {
		case !strings.HasPrefix(number, "+"):
			return checks.Fail, "no country code"
		case strings.HasPrefix(number, "+1") && digits != 11, strings.HasPrefix(number, "+44") && digits != 12:
			return checks.Fail, "not a number"
		}
	}
	return checks.Pass, "valid"
}
