package bot

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rootwatch/checks/account"
)

// maxText is the longest command that is read: 20 quoted names of AWS's 50
// characters fit twice. Longer text is refused, never cut.
const maxText = 3000

// Parse reads what a person typed behind a command. It forgives spelling of
// characters (case, blanks, dashes, quotes, Slack's own dress) and nothing
// else: a name that is not known gets a Trouble with the nearest one as a
// suggestion and is never acted on. accounts is the directory as it was last
// listed, of every scope; an id outside it is accepted, and its Target has no
// Scope. Exactly one of the results is nil.
func Parse(command, text string, accounts []account.Account) (Command, *Trouble) {
	p := parser{command: canonical(command), text: text, book: newBook(accounts)}
	if utf8.RuneCountInString(text) > maxText {
		return nil, p.trouble("That is more text than a command can hold.")
	}
	words := tokenize(text)
	if slices.ContainsFunc(words, isHelp) {
		return ShowHelp{Command: p.command}, nil
	}
	switch p.command {
	case RootCheck:
		return p.check(words)
	case Spend:
		return p.spend(words)
	}
	return nil, &Trouble{What: "I do not know the command " + said(command, 40) + ".", Next: "I answer `/rootcheck` and `/spend`."}
}

// parser is one command being read.
type parser struct {
	command string
	text    string
	book    book
}

func (p parser) check(words []token) (Command, *Trouble) {
	if len(words) == 0 {
		return ShowHelp{Command: p.command}, nil
	}
	if slices.ContainsFunc(words, isAll) {
		if len(words) > 1 {
			return nil, p.allAndMore()
		}
		return CheckAccounts{All: true}, nil
	}
	targets, trouble := p.targets(words)
	if trouble != nil {
		return nil, trouble
	}
	if len(targets) > MaxTargets {
		t := p.trouble(fmt.Sprintf("That names %d accounts; one command takes %d at most.", len(targets), MaxTargets))
		t.Next = "Name fewer, or ask for every account with `/rootcheck all`."
		return nil, t
	}
	return CheckAccounts{Targets: targets}, nil
}

func (p parser) spend(words []token) (Command, *Trouble) {
	by, words, trouble := p.grouping(words)
	if trouble != nil {
		return nil, trouble
	}
	var windows, rest []token
	for _, w := range words {
		if _, ok := window(w); ok {
			windows = append(windows, w)
		} else {
			rest = append(rest, w)
		}
	}
	ask, trouble := p.spendOf(rest)
	if trouble != nil {
		return nil, trouble
	}
	ask.By = by
	switch len(windows) {
	case 0:
		return ask, nil
	case 1:
		days, _ := window(windows[0])
		if days < 1 || days > MaxDays {
			return nil, p.badWindow(windows[0], days, ask)
		}
		ask.Days = days
		return ask, nil
	}
	return nil, p.trouble("That names two windows: " + said(windows[0].text, 20) + " and " + said(windows[1].text, 20) + ".")
}

// spendOf reads the one account of /spend, or all of them.
func (p parser) spendOf(rest []token) (ShowSpend, *Trouble) {
	ask := ShowSpend{Days: DefaultDays}
	if len(rest) == 0 || (len(rest) == 1 && isAll(rest[0])) {
		return ask, nil
	}
	if slices.ContainsFunc(rest, isAll) {
		return ask, p.allAndMore()
	}
	targets, trouble := p.targets(rest)
	if trouble != nil {
		return ask, trouble
	}
	if len(targets) != 1 {
		t := p.trouble(fmt.Sprintf("That names %d accounts; `/spend` shows one, or all of them.", len(targets)))
		return ask, t
	}
	ask.Target = targets[0]
	return ask, nil
}

// targets resolves every word to an account. Where that fails, all words
// together may be one name that has blanks in it.
func (p parser) targets(words []token) ([]Target, *Trouble) {
	var targets []Target
	var unknown []token
	var refused *Trouble
	for _, w := range words {
		target, ok, trouble := p.book.resolve(w)
		switch {
		case trouble != nil && refused == nil:
			refused = trouble
		case trouble != nil:
		case !ok:
			unknown = append(unknown, w)
		case !slices.Contains(targets, target):
			targets = append(targets, target)
		}
	}
	if refused == nil && len(unknown) == 0 {
		return targets, nil
	}
	if whole, ok := phrase(words); ok {
		if target, ok, trouble := p.book.resolve(whole); ok && trouble == nil {
			return []Target{target}, nil
		}
	}
	if refused != nil {
		if refused.Next == "" {
			refused.Next = p.trouble("").Next
		}
		return nil, refused
	}
	return nil, p.unknown(words, unknown)
}

// phrase is several unquoted words without commas as one name.
func phrase(words []token) (token, bool) {
	if len(words) < 2 {
		return token{}, false
	}
	var texts []string
	for i, w := range words {
		if w.quoted || (w.comma && i > 0) {
			return token{}, false
		}
		texts = append(texts, w.text)
	}
	return token{text: strings.Join(texts, " "), quoted: true}, true
}

var windowPattern = regexp.MustCompile(`^([0-9]{1,6})d$`)

// window reads "7d". A quoted one is a name.
func window(t token) (days int, ok bool) {
	m := windowPattern.FindStringSubmatch(key(bare(t.text)))
	if m == nil || t.quoted {
		return 0, false
	}
	days, err := strconv.Atoi(m[1])
	return days, err == nil
}

func isAll(t token) bool { return !t.quoted && key(bare(t.text)) == "all" }

func isHelp(t token) bool { return !t.quoted && strings.TrimLeft(key(bare(t.text)), "-") == "help" }

// canonical is the command's name in lower case, with its slash.
func canonical(command string) string {
	return "/" + strings.TrimLeft(key(command), "/ ")
}

// trouble is a refusal with what would have worked, and what was typed.
func (p parser) trouble(what string) *Trouble {
	some := "123456789012"
	if example, ok := p.book.example(); ok {
		some = p.book.argument(targetOf(example))
	}
	try := "Try `/rootcheck " + some + "` or `/rootcheck all`."
	if p.command == Spend {
		try = "Try `/spend`, `/spend " + some + "` or `/spend " + some + " 7d`."
	}
	return &Trouble{What: what, Next: try + " You typed: " + said(p.command+" "+p.text, 80)}
}

func (p parser) allAndMore() *Trouble {
	t := p.trouble("`all` already means every account; more words beside it are not clear to me.")
	t.Suggest = p.command + " all"
	return t
}

func (p parser) badWindow(w token, days int, ask ShowSpend) *Trouble {
	t := p.trouble(fmt.Sprintf("%s is not a window I can show: 1d to %dd.", said(w.text, 20), MaxDays))
	if days > MaxDays {
		t.Meaning = fmt.Sprintf("A chart in Slack has room for %d days.", MaxDays)
	}
	args := []string{p.command}
	if !ask.Target.ID.IsZero() {
		args = append(args, p.book.argument(ask.Target))
	}
	args = append(args, strconv.Itoa(min(max(days, 1), MaxDays))+"d")
	t.Suggest = strings.Join(append(args, groupingWords(ask.By)...), " ")
	return t
}
