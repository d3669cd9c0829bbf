// Package domains knows what an e-mail domain is: whose it may be by the public
// suffix list, and whether it is on a list of free-mail or disposable ones.
package domains

import (
	_ "embed" // the lists
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Kind is what the lists say of a domain.
type Kind string

// The kinds. The zero value is on no list.
const (
	Ordinary   Kind = ""
	FreeMail   Kind = "free-mail"  // anybody gets an address there
	Disposable Kind = "disposable" // anybody reads any address there
)

//go:generate sh update.sh

// SOURCES.md says where the lists come from.
var (
	//go:embed free.txt
	freeText string
	//go:embed disposable.txt
	disposableText string
)

var lists = sync.OnceValue(func() map[string]Kind {
	kinds := make(map[string]Kind, strings.Count(freeText, "\n")+strings.Count(disposableText, "\n")/4)
	for line := range strings.Lines(freeText) {
		kinds[strings.TrimSpace(line)] = FreeMail
	}
	for line := range strings.Lines(disposableText) { // the free-mail list holds most of them too
		kinds[strings.TrimSpace(line)] = Disposable
	}
	return kinds
})

// names is idna's profile for look-ups, but with hyphens anywhere: there are
// registered names that have two in the third and fourth place.
var names = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.CheckHyphens(false), idna.VerifyDNSLength(true))

// Parse gives a domain of the Internet's DNS in ASCII form, in lower case and
// without the dot of the root; false where text is none: one word, an IP
// address, something with an underscore.
func Parse(text string) (string, bool) {
	if plain(text) {
		return text, true
	}
	return parse(text)
}

func parse(text string) (string, bool) {
	if !utf8.ValidString(text) {
		return "", false
	}
	ascii, err := names.ToASCII(strings.TrimSuffix(text, "."))
	if err != nil {
		return "", false
	}
	if again, err := names.ToASCII(ascii); err != nil || again != ascii { // no name is two
		return "", false
	}
	_, top, dotted := cutLast(ascii)
	if !dotted || strings.HasSuffix(ascii, ".") || strings.Trim(top, "0123456789") == "" {
		return "", false
	}
	return ascii, true
}

// plain reports whether text needs no look at idna's tables: a domain in
// lower case and in ASCII, as nearly all are. It may say no to others.
func plain(text string) bool {
	labels, letters := 1, 0 // letters are of the last label
	for i, start := 0, 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= 'a' && c <= 'z':
			letters++
		case c >= '0' && c <= '9':
		case c == '-' && i > start && i+1 < len(text) && text[i+1] != '.' && text[i+1] != '-':
		case c == '.' && i > start && i+1 < len(text):
			labels, letters, start = labels+1, 0, i+1
		default:
			return false
		}
		if i-start >= 63 {
			return false
		}
	}
	return labels > 1 && letters > 0 && len(text) <= 253
}

// cutLast splits at the last dot.
func cutLast(domain string) (before, last string, found bool) {
	i := strings.LastIndexByte(domain, '.')
	return domain[:max(i, 0)], domain[i+1:], i >= 0
}

// Suffix is the part of a domain under which anybody may register a name.
func Suffix(domain string) string {
	suffix, _ := publicsuffix.PublicSuffix(domain)
	return suffix
}

// Registrable is the domain with one label before its public suffix, which is
// what somebody registers and pays for; false where domain is a suffix itself.
func Registrable(domain string) (string, bool) {
	own, err := publicsuffix.EffectiveTLDPlusOne(domain)
	return own, err == nil
}

// Within reports whether domain is parent or lies below it. Both are as Parse
// gives them.
func Within(domain, parent string) bool {
	rest, ok := strings.CutSuffix(domain, parent)
	return ok && parent != "" && (rest == "" || strings.HasSuffix(rest, "."))
}

// Look says what the lists have of the domain, and under which name: the whole
// one, or one above it as far as somebody owns it.
func Look(domain string) (kind Kind, listed string) {
	all := lists()
	own, ok := Registrable(domain)
	if !ok {
		own = domain
	}
	for name := domain; ; {
		if kind := all[name]; kind != Ordinary {
			return kind, name
		}
		_, above, found := strings.Cut(name, ".")
		if !found || name == own {
			return Ordinary, ""
		}
		name = above
	}
}
