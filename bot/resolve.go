package bot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	"github.com/dustin/go-humanize/english"

	"rootwatch/checks/account"
)

// book is the directory with every name as it is compared: an entry for each
// account's name, and one more for each of its aliases.
type book struct {
	accounts []account.Account
	keys     []string // of the names, beside accounts
}

func newBook(accounts []account.Account) book {
	var b book
	for _, a := range accounts {
		for _, name := range append([]string{a.Name}, a.Aliases...) {
			b.accounts, b.keys = append(b.accounts, a), append(b.keys, key(name))
		}
	}
	return b
}

// resolve finds the account that a word names: an id with or without dashes,
// or a whole name. It is false with no trouble where the name is not known.
func (b book) resolve(t token) (Target, bool, *Trouble) {
	digits, numeric := digitsOf(bare(t.text))
	if id, err := account.ParseID(digits); err == nil && numeric {
		return b.byID(id)
	}
	named := b.named(key(t.text))
	if len(named) == 0 {
		named = b.named(key(bare(t.text)))
	}
	switch {
	case len(named) == 1:
		return targetOf(named[0]), true, nil
	case len(named) > 1:
		return Target{}, false, ambiguous(t, named)
	case numeric:
		return Target{}, false, &Trouble{What: fmt.Sprintf("%s is not an account id: it has %s, ids have 12.",
			said(bare(t.text), 40), english.Plural(len(digits), "digit", ""))}
	}
	return Target{}, false, nil
}

// byID is the listed account, or the bare id of one that was not listed yet.
func (b book) byID(id account.ID) (Target, bool, *Trouble) {
	var found []account.Account
	for _, a := range b.accounts {
		if a.ID == id && !slices.ContainsFunc(found, func(f account.Account) bool { return f.Scope == a.Scope }) {
			found = append(found, a)
		}
	}
	switch len(found) {
	case 0:
		return Target{ID: id}, true, nil
	case 1:
		return targetOf(found[0]), true, nil
	}
	return Target{}, false, &Trouble{
		What:    fmt.Sprintf("`%s` is listed in %d organizations.", id, len(found)),
		Meaning: "One account belongs to one organization, so the configuration names one of them twice.",
		Next:    "Ask the operator of this bot to take it out of the configuration.",
	}
}

// named lists the accounts with this name, each once.
func (b book) named(name string) []account.Account {
	var found []account.Account
	if name == "" {
		return nil
	}
	for i, k := range b.keys {
		if k == name && !slices.ContainsFunc(found, func(f account.Account) bool { return targetOf(f) == targetOf(b.accounts[i]) }) {
			found = append(found, b.accounts[i])
		}
	}
	return found
}

func targetOf(a account.Account) Target { return Target{Scope: a.Scope, ID: a.ID} }

// digitsOf is the word without its dashes, and whether nothing but digits is left.
func digitsOf(word string) (string, bool) {
	digits := strings.ReplaceAll(word, "-", "")
	return digits, digits != "" && strings.Trim(digits, "0123456789") == ""
}

// listed is how many candidates a Trouble names.
const listed = 5

func ambiguous(t token, named []account.Account) *Trouble {
	var ids []string
	for _, a := range named[:min(len(named), listed)] {
		text := "`" + a.ID.String() + "`"
		if a.Organization != "" {
			text += " in " + Clip(Clean(a.Organization), nameRunes)
		}
		ids = append(ids, text)
	}
	if more := len(named) - listed; more > 0 {
		ids = append(ids, fmt.Sprintf("%d more", more))
	}
	return &Trouble{
		What: fmt.Sprintf("%s is the name of %d accounts.", said(bare(t.text), nameRunes), len(named)),
		Next: "Ask by id: " + english.WordSeries(ids, "or") + ".",
	}
}

// unknown is the answer to names that nobody has. The nearest ones are
// suggested as a whole command, and only if there is one for each.
func (p parser) unknown(words, unknown []token) *Trouble {
	if len(p.book.accounts) == 0 {
		return &Trouble{
			What: "The accounts are not listed yet, so names are not known.",
			Next: "Ask by id: `" + p.command + " 123456789012`. The list is there after the first check of all accounts.",
		}
	}
	var names []string
	for _, w := range unknown[:min(len(unknown), listed)] {
		names = append(names, said(bare(w.text), 40))
	}
	t := p.trouble("I do not know an account called " + english.WordSeries(names, "or") + ".")
	if whole, ok := phrase(words); ok && len(unknown) == len(words) {
		if near, ok := p.book.nearest(whole); ok {
			return p.suggest(t, []string{p.book.argument(targetOf(near))}, near)
		}
	}
	if len(words) > p.mostTargets() {
		return t
	}
	var args []string
	var nears []account.Account
	for _, w := range words {
		target, known, _ := p.book.resolve(w)
		if !known {
			near, ok := p.book.nearest(w)
			if !ok {
				return t
			}
			nears, target = append(nears, near), targetOf(near)
		}
		args = append(args, p.book.argument(target))
	}
	return p.suggest(t, args, nears...)
}

func (p parser) mostTargets() int {
	if p.command == Spend {
		return 1
	}
	return MaxTargets
}

// suggest completes a Trouble with the command that was probably meant.
func (p parser) suggest(t *Trouble, args []string, nears ...account.Account) *Trouble {
	if p.command == Spend {
		for _, w := range tokenize(p.text) {
			if days, ok := window(w); ok && days >= 1 && days <= MaxDays {
				args = append(args, fmt.Sprintf("%dd", days))
				break
			}
		}
		if by, _, trouble := p.grouping(tokenize(p.text)); trouble == nil {
			args = append(args, groupingWords(by)...)
		}
	}
	var names []string
	for _, a := range nears[:min(len(nears), listed)] {
		names = append(names, said(a.Name, nameRunes)+" ("+a.ID.String()+")")
	}
	t.Next = "Closest match: " + english.WordSeries(names, "and") + "."
	t.Suggest = p.command + " " + strings.Join(args, " ")
	return t
}

// nearest is the account whose name takes the fewest changes, if they are few
// enough for a typing error: two, or a third of a longer word. A name that
// several accounts share is not suggested.
func (b book) nearest(t token) (account.Account, bool) {
	typed := key(bare(t.text))
	length := utf8.RuneCountInString(typed)
	limit := min(max(2, length/3), length-1)
	best, at := limit+1, -1
	for i, k := range b.keys {
		gap := utf8.RuneCountInString(k) - length
		if k == "" || max(gap, -gap) > min(best, limit) {
			continue // the distance is at least the difference in length
		}
		d := levenshtein.ComputeDistance(typed, k)
		if d < best || (d == best && at >= 0 && earlier(b.accounts[i], b.accounts[at])) {
			best, at = d, i
		}
	}
	if at < 0 {
		return b.begun(typed)
	}
	if len(b.named(b.keys[at])) != 1 {
		return account.Account{}, false
	}
	return b.accounts[at], true
}

// begun is the only account with a name that begins with what was typed, of
// which three letters at least are needed.
func (b book) begun(typed string) (account.Account, bool) {
	var found []account.Account
	for i, k := range b.keys {
		if strings.HasPrefix(k, typed) && !slices.ContainsFunc(found, func(f account.Account) bool { return targetOf(f) == targetOf(b.accounts[i]) }) {
			found = append(found, b.accounts[i])
		}
	}
	if len(found) != 1 || utf8.RuneCountInString(typed) < 3 {
		return account.Account{}, false
	}
	return found[0], true
}

// example is an account to show a command with: one that can be checked.
func (b book) example() (account.Account, bool) {
	i := slices.IndexFunc(b.accounts, func(a account.Account) bool { return a.State == "" || a.State == account.Active })
	if i < 0 {
		return account.Account{}, false
	}
	return b.accounts[i], true
}

// earlier breaks ties so that a suggestion does not depend on the order of a list.
func earlier(a, b account.Account) bool {
	return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID.String(), b.ID.String())) < 0
}

// argument is an account as one would type it: its name where Parse leads
// from it back to the same account, else its id.
func (b book) argument(target Target) string {
	i := slices.IndexFunc(b.accounts, func(a account.Account) bool { return targetOf(a) == target })
	if i < 0 {
		return target.ID.String()
	}
	name := b.accounts[i].Name
	if name != Clean(name) || strings.ContainsAny(name, "`&<>") {
		return target.ID.String()
	}
	for _, text := range []string{name, `"` + name + `"`} {
		words := tokenize(text)
		if len(words) != 1 || isAll(words[0]) || isHelp(words[0]) {
			continue
		}
		if _, isWindow := window(words[0]); isWindow {
			continue
		}
		if back, ok, trouble := b.resolve(words[0]); ok && trouble == nil && back == target {
			return text
		}
	}
	return target.ID.String()
}
