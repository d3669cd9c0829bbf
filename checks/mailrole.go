package checks

import (
	"slices"
	"strings"
	"unicode"

	"rootwatch/checks/account"
)

// roleWords are words of what a mailbox is for, which hardly any person is
// called by. They are held against whole words: Dawson holds aws, and McCloud
// cloud.
var roleWords = []string{
	"abuse", "access", "account", "accounting", "accounts", "admin", "admins", "alert", "alerts", "amazon", "analytics", "api", "app", "apps", "appsec", "archive",
	"audit", "automation", "aws", "backup", "billing", "bot", "breakglass", "build", "business", "ci", "cicd", "cloud", "cloudops", "compliance", "contact",
	"controltower", "core", "corp", "cost", "customer", "customers", "data", "database", "demo", "deploy", "deployment", "dev", "development", "devops", "devsecops",
	"dns", "email", "emergency", "engineering", "environment", "finance", "finops", "global", "governance", "group", "help", "helpdesk", "hosting", "hostmaster",
	"iam", "identity", "info", "infosec", "infra", "infrastructure", "internal", "it", "lab", "landingzone", "legal", "list", "lists", "log", "logging", "logs",
	"mail", "management", "marketing", "master", "member", "mgmt", "ml", "monitoring", "network", "noc", "nonprod", "noreply", "notifications", "office", "operations",
	"ops", "org", "organization", "payer", "payments", "pipeline", "platform", "postmaster", "preprod", "procurement", "prod", "product", "production", "project",
	"purchasing", "qa", "recovery", "release", "research", "root", "saas", "sales", "sandbox", "secops", "security", "server", "service", "services", "shared",
	"siem", "soc", "sre", "sso", "staging", "storage", "support", "sysadmin", "system", "systems", "team", "tech", "technology", "tenant", "terraform", "test",
	"testing", "tools", "uat", "user", "vault", "web", "webmaster", "website", "workload", "workloads",
}

// saysItsRole reports whether the mailbox says that it is no person's: one of
// its words is a role's, or put together of such and of the company's or the
// account's name; or it is the account's number, name or alias. The tag says
// nothing of who reads the mail.
func saysItsRole(m MailAddress, a account.Account) bool {
	words := lettersOf(m.Base)
	names := append(strings.Split(m.Domain, "."), lettersOf(a.Name)...)
	for _, word := range words {
		if madeOf(word, names) {
			return true
		}
	}
	if id := a.ID.String(); id != "" && slices.Contains(strings.FieldsFunc(m.Base, func(r rune) bool { return !unicode.IsDigit(r) }), id) {
		return true
	}
	if namesAPerson(m.Base) { // as an account may be called by its owner's
		return false
	}
	return slices.ContainsFunc(append(slices.Clone(a.Aliases), a.Name), func(name string) bool {
		whole := strings.Join(lettersOf(name), "")
		return whole != "" && whole == strings.Join(words, "")
	})
}

// madeOf reports whether a word is put together of role words and names, a
// role word among them: awsroot, acmeaws. It goes over the word once, for names
// are strangers' text and could be split in very many ways.
func madeOf(word string, names []string) bool {
	type reached struct{ plain, role bool } // without a role word so far, and with one
	at := make([]reached, len(word)+1)
	at[0].plain = true
	for i, from := range at {
		if from == (reached{}) {
			continue
		}
		for _, part := range roleWords {
			if strings.HasPrefix(word[i:], part) {
				at[i+len(part)].role = true
			}
		}
		for _, part := range names {
			if len(part) > 2 && strings.HasPrefix(word[i:], part) {
				to := &at[i+len(part)]
				to.plain, to.role = to.plain || from.plain, to.role || from.role
			}
		}
	}
	return at[len(word)].role
}

// lettersOf are the words of a name, in lower case: what is between signs,
// blanks and digits.
func lettersOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '\'' })
}

// formOf says why an address that does not say its role needs a person's word.
func formOf(base string) string {
	if namesAPerson(base) {
		return "has the form of a person's name"
	}
	return "does not say what it is for and may be a person's"
}

// namesAPerson is first.last or first_last: two words of letters.
func namesAPerson(base string) bool {
	words := strings.FieldsFunc(base, func(r rune) bool { return r == '.' || r == '_' })
	return len(words) == 2 && len(words[0])+len(words[1])+1 == len(base) && !slices.ContainsFunc(words, func(w string) bool {
		return strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '-' && r != '\'' })
	})
}
