package bot

import (
	"slices"

	"rootwatch/checks/spend"
)

// grouping takes "by service" out of the words of /spend, wherever it stands.
// All words together may be a name that has it in it ("cost by region"); a
// name goes before it.
func (p parser) grouping(words []token) (spend.By, []token, *Trouble) {
	at := slices.IndexFunc(words, func(w token) bool { return isWord(w, "by") })
	if at < 0 || p.named(words) {
		return "", words, nil
	}
	if at+1 == len(words) {
		return "", nil, p.badGrouping("`by` what?")
	}
	by := spend.By(key(bare(words[at+1].text)))
	if words[at+1].quoted || !slices.Contains(spend.Groupings(), by) {
		return "", nil, p.badGrouping("I cannot show a bill by " + said(bare(words[at+1].text), 40) + ".")
	}
	rest := slices.Concat(words[:at], words[at+2:])
	if slices.ContainsFunc(rest, func(w token) bool { return isWord(w, "by") }) {
		return "", nil, p.badGrouping("That says `by` twice.")
	}
	return by, rest, nil
}

// named reports whether all words are one account's name.
func (p parser) named(words []token) bool {
	whole, ok := phrase(words)
	if !ok {
		return false
	}
	_, ok, trouble := p.book.resolve(whole)
	return ok && trouble == nil
}

func isWord(t token, word string) bool { return !t.quoted && key(bare(t.text)) == word }

func (p parser) badGrouping(what string) *Trouble {
	t := p.trouble(what)
	t.Meaning = "A bill can be shown `by account`, `by service` or `by region`."
	t.Next = "Try `/spend by service` or `/spend 7d by region`. You typed: " + said(p.command+" "+p.text, 80)
	return t
}

// groupingWords is by as it is typed.
func groupingWords(by spend.By) []string {
	if by == "" {
		return nil
	}
	return []string{"by", string(by)}
}
