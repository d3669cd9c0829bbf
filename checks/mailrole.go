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
	"dns", "docs", "documentation", "email", "emergency", "engineering", "environment", "finance", "finops", "global", "governance", "group", "help", "helpdesk", "hosting", "hostmaster",
	"iam", "identity", "info", "infosec", "infra", "infrastructure", "internal", "it", "lab", "landingzone", "legal", "list", "lists", "log", "logging", "logs",
	"mail", "management", "marketing", "master", "member", "mgmt", "ml", "monitoring", "network", "noc", "nonprod", "noreply", "notifications", "office", "operations",
	"ops", "org", "organization", "payer", "payments", "pipeline", "platform", "postmaster", "preprod", "procurement", "prod", "product", "production", "project",
	"purchasing", "qa", "recovery", "release", "research", "root", "saas", "sales", "sandbox", "secops", "security", "server", "service", "services", "shared",
	"siem", "soc", "sre", "sso", "staging", "storage", "support", "sysadmin", "system", "systems", "team", "tech", "technology", "tenant", "terraform", "test",
	"testing", "tools", "uat", "user", "vault", "web", "webmaster", "website", "workload", "workloads",
}

// alsoNames are those of the roleWords that people are called by: Dev Patel,
// Jan Bot. Beside a word that is no role's they say nothing.
var alsoNames = []string{"bot", "core", "dev", "iam", "lab", "list", "master", "sales", "soc"}

// betweenWords are words that say neither a role nor a person.
var betweenWords = []string{"america", "and", "apac", "asia", "emea", "eu", "europe", "for", "of", "the", "uk", "us"}

// saysItsRole reports whether the mailbox says that it is no person's: each of
// its words is a role's, or the company's or the account's name, or put
// together of such, and a role's or the account's number is among them; or it
// is the account's name or alias. jsmith-aws may be a person's, however clearly
// it is for AWS. The tag says nothing of who reads the mail.
func saysItsRole(m MailAddress, a account.Account) bool {
	words := lettersOf(m.Base)
	if slices.ContainsFunc(words, func(w string) bool { return slices.Contains(executives, w) }) {
		return false
	}
	id := a.ID.String()
	surely := id != "" && slices.Contains(strings.FieldsFunc(m.Base, func(r rune) bool { return !unicode.IsDigit(r) }), id)
	names, known := namesOf(m.Domain, a), true
	perhaps, others := false, false
	for _, word := range words {
		of := madeOf(word, names)
		known = known && of != madeOfNothing
		surely, perhaps, others = surely || of == madeOfRoles, perhaps || of == madeOfDoubtful, others || of == madeOfNames
	}
	if known && (surely || perhaps && !others) {
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

// namesOf are the words of the company's and the account's names.
func namesOf(domain string, a account.Account) []string {
	var names []string
	for _, name := range append(append(strings.Split(domain, "."), a.Aliases...), a.Name) {
		names = append(append(names, lettersOf(name)...), strings.Join(lettersOf(name), ""))
	}
	return names
}

// material is what a word is put together of.
type material int

// The materials, as far as they tell whose the word is.
const (
	madeOfNothing  material = iota // that is known here
	madeOfBetween                  // betweenWords
	madeOfNames                    // the company's, or the account's
	madeOfDoubtful                 // a role word of alsoNames and no other
	madeOfRoles
)

// madeOf is what a word is put together of: awsroot, acmeaws. It goes over the
// word once, for names are strangers' text and could be split in very many ways.
func madeOf(word string, names []string) material {
	switch {
	case slices.Contains(alsoNames, word):
		return madeOfDoubtful
	case slices.Contains(roleWords, word):
		return madeOfRoles
	case slices.Contains(names, word):
		return madeOfNames
	case slices.Contains(betweenWords, word):
		return madeOfBetween
	}
	at := make([]material, len(word)+1) // the most that tells of a role, up to each letter
	reach := func(from, by int, part material) {
		at[from+by] = max(at[from+by], at[from], part)
	}
	for i := range word {
		if i > 0 && at[i] == madeOfNothing {
			continue
		}
		for _, part := range roleWords {
			switch also := slices.Contains(alsoNames, part); {
			case !strings.HasPrefix(word[i:], part):
			case also: // as much as a name
				reach(i, len(part), madeOfNames)
			default:
				reach(i, len(part), madeOfRoles)
			}
		}
		for _, part := range names {
			if len(part) > 2 && strings.HasPrefix(word[i:], part) {
				reach(i, len(part), madeOfNames)
			}
		}
	}
	return at[len(word)]
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
