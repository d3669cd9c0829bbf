package checks

import (
	"fmt"
	"slices"
	"strings"

	"rootwatch/checks/account"
)

// emailDedicatedDays is how long a word on an address counts: half a year, the
// time after which access is to be reviewed (PCI DSS v4.0, 7.2.4).
const emailDedicatedDays = 180

var _ = register(Check{
	ID:       "root-email-dedicated",
	Title:    "The root address is the account's own, and not a person's",
	Short:    "Root e-mail is shared or a person's",
	Good:     "root e-mail is the account's own",
	Severity: Medium,
	Why: "A person's mailbox closes when the person leaves, and with it the way back into the account; AWS then asks for a sworn statement, and six weeks or more go by. " +
		"An executive's address is known to everybody who would trick somebody, and is read by assistants. " +
		"An address that serves one account alone tells which one a mail is about; a plus-address is one.",
	Reads:      []string{callAccounts, callOrganization, callAuthorization},
	AttestDays: emailDedicatedDays,
	Remediation: Remediation{
		Steps: []string{
			"Make a list that several people read, and give each account an address of its own there: aws+payments@example.com, or a list for each.",
			"See first that the mail system takes plus-addresses from outside: not every one does.",
			"In an organization, change the member's root address from the management account; AWS mails a code to the new address.",
			"Where an address does not say what it is for and is a list all the same, say so with rootwatch attest root-email-dedicated.",
		},
		Console:   "AWS Organizations (management account) > AWS accounts > the account > Actions > Update email address",
		URL:       "https://console.aws.amazon.com/organizations/v2/home/accounts",
		CLI:       changeRootAddressCLI,
		Terraform: changeRootAddressTerraform,
	},
	References: []Reference{
		{Catalogue: "Article", ID: "Don't be incompetent, secure your root AWS account (2023)"},
		{Catalogue: "Article", ID: "Mission Cloud: root user best practices"},
		{Catalogue: "AWS", ID: "Root user best practices", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html"},
	},
	Judge: judgeRootEmailDedicated,
})

// judgeRootEmailDedicated looks for what marks the address as another's, and
// passes only one that says what it is for: jsmith and anna may be anybody's,
// and a person has to say whose. AWS
// lets one address sign in to one account only, so that no neighbour is known
// is no gap.
func judgeRootEmailDedicated(c Case) Verdict {
	const question = "Whether the root address is the account's own"
	m, not := rootMail(c.Facts, question)
	if not != nil {
		return *not
	}
	same, shared := c.Neighbours.SameAddress, c.Neighbours.SameMailbox
	evidence := []Evidence{m.domainEvidence()}
	if shared > 0 {
		evidence = append(evidence, Evidence{Name: "Shared mailbox", Value: fmt.Sprintf("also takes the mail of %s, in %s", otherAccounts(shared), m.Domain), Source: callAccounts})
	}
	fail := func(short, format string, args ...any) Verdict {
		return Verdict{Status: Fail, Short: short, Summary: fmt.Sprintf(format, args...), Evidence: evidence}
	}
	users, gaps := userNames(c.Facts)
	isUser := func(name string) bool {
		u, ok := ParseMail(name)
		return ok && u.Mailbox() == m.Mailbox()
	}
	switch {
	case same > 0:
		return fail("Root e-mail serves several accounts", "The same root address also serves %s.", otherAccounts(same))
	case m.isAmong(c.Policy.PersonalAddresses):
		return fail("Root e-mail is a person's", "The root address, in %s, leads to a mailbox that the configuration names as a person's.", m.Domain)
	case slices.Contains(executives, m.Base):
		return fail("Root e-mail is an executive's", "The root address, in %s, is that of an executive (%s).", m.Domain, m.Base)
	case slices.ContainsFunc(users, isUser):
		return fail("Root e-mail is an IAM user's", "The root address, in %s, is also the name of an IAM user of this account, so it is a person's.", m.Domain)
	case len(gaps) > 0:
		return unknown("Whether an IAM user of this account has the root address for a name, which would make it a person's,", evidence, gaps)
	case !saysItsRole(m, c.Facts.Account):
		v := claim{
			checkID: "root-email-dedicated",
			good:    "the root address, which " + formOf(m.Base) + ", is a list or a role's",
			look:    "who gets the mail",
		}.judge(c)
		v.Evidence = append(evidence, v.Evidence...)
		return v
	}
	summary := "The root address is this account's own, and says what it is for; nothing marks it as a person's"
	if shared > 0 {
		summary += fmt.Sprintf("; the mailbox in %s behind it also takes the mail of %s", m.Domain, otherAccounts(shared))
	}
	return Verdict{Status: Pass, Summary: summary + ".", Evidence: evidence}
}

func otherAccounts(n int) string {
	if n == 1 {
		return "1 other account"
	}
	return fmt.Sprintf("%d other accounts", n)
}

// isAmong reports whether the address, or the mailbox behind it, is one of
// the addresses or local parts.
func (m MailAddress) isAmong(listed []string) bool {
	return slices.ContainsFunc(listed, func(one string) bool {
		if other, ok := ParseMail(one); ok {
			return other == m || other.Mailbox() == m.Mailbox()
		}
		one = strings.ToLower(one)
		return one == m.Local || one == m.Base
	})
}

// executives are the local parts that S0 ("Don't be incompetent, secure your
// root AWS account") warns of, the CIO's and the CTO's, and their like.
var executives = []string{"ceo", "cto", "cfo", "cio", "ciso", "coo", "founder", "president", "owner"}

// userNames are the account's IAM users.
func userNames(f account.Facts) (names []string, gaps []account.Gap) {
	if a, read := f.Authorization.Get(); read {
		for _, u := range a.Users {
			names = append(names, u.Name)
		}
		return names, nil
	}
	return nil, []account.Gap{named(f.Authorization.Gap(), callAuthorization)}
}
