package bot

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// token is one word of what a person typed.
type token struct {
	text   string // without quotes or Slack's link wrapper
	quoted bool   // it stood in quotes or in a link: a name, never a keyword
	comma  bool   // a comma stands before it
}

// fold brings every spelling of a character to one: full-width digits and
// compatibility forms (NFKC), all blanks, all dashes, all quotation marks.
// What cannot be seen (controls, zero-width and direction marks) goes.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.In(r, unicode.Z):
			return ' '
		case unicode.In(r, unicode.Dash), r == '\u2043', r == '\u02d7':
			return '-'
		case strings.ContainsRune("“”„‟«»″〝〞", r):
			return '"'
		case strings.ContainsRune("‘’‚‛‹›′´", r):
			return '\''
		case !unicode.IsGraphic(r):
			return -1
		}
		return r
	}, norm.NFKC.String(strings.ToValidUTF8(s, "\uFFFD")))
}

// key is what names are compared by: whole, without regard to case.
func key(s string) string { return strings.ToLower(strings.Join(strings.Fields(fold(s)), " ")) }

// tokenize splits what was typed at blanks and commas. Quotes and Slack's
// <..|..> wrappers hold a name with blanks together.
func tokenize(text string) []token {
	var tokens []token
	comma := false
	for rest := fold(text); ; {
		cut := strings.TrimLeft(rest, " ,")
		comma = comma || strings.Contains(rest[:len(rest)-len(cut)], ",")
		if cut == "" {
			return tokens
		}
		var t token
		t, rest = nextToken(cut)
		if bare(t.text) == "" {
			continue // stars and quotes around something, or nothing
		}
		t.comma, comma = comma, false
		tokens = append(tokens, t)
	}
}

// nextToken takes one token off the front of s, which starts with neither
// blank nor comma.
func nextToken(s string) (token, string) {
	if inner, rest, ok := enclosed(s); ok {
		if s[0] == '<' {
			inner = linkText(inner)
		}
		return token{text: unescape(strings.TrimSpace(inner)), quoted: true}, rest
	}
	end := 1
	for end < len(s) && !strings.ContainsRune(" ,\"`", rune(s[end])) {
		if s[end] == '<' && strings.Contains(s[end:], ">") {
			break
		}
		end++
	}
	return token{text: unescape(s[:end])}, s[end:]
}

// enclosed returns what stands between the mark that s starts with and its
// partner. An apostrophe closes only at the end of a word: O'Brien's has two.
func enclosed(s string) (inner, rest string, ok bool) {
	switch s[0] {
	case '<':
		return strings.Cut(s[1:], ">")
	case '"', '`':
		return strings.Cut(s[1:], s[:1])
	case '\'':
		for i := 1; i < len(s); i++ {
			if s[i] == '\'' && (i+1 == len(s) || s[i+1] == ' ' || s[i+1] == ',') {
				return s[1:i], s[i+1:], true
			}
		}
	}
	return "", "", false
}

// linkText is what a person sees of Slack's <target|label>: the label, or the
// target without its scheme or sigil.
func linkText(inner string) string {
	target, label, _ := strings.Cut(inner, "|")
	if strings.TrimSpace(label) != "" {
		return label
	}
	for _, scheme := range []string{"mailto:", "tel:", "https://", "http://"} {
		target = strings.TrimPrefix(target, scheme)
	}
	return strings.TrimRight(strings.TrimLeft(target, "@#!"), "/")
}

// unescape undoes the only three escapes Slack writes.
func unescape(s string) string { return slackEscapes.Replace(s) }

var slackEscapes = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// bare takes the dress off a word: *bold*, _italic_, ~struck~, a leading #
// or @, stray quotes, and the punctuation of a sentence behind it.
func bare(s string) string {
	return strings.TrimRight(strings.Trim(s, "*_~'\"`#@ "), ".?!;:*_~'\"` ")
}

// said is a stranger's words as we repeat them: clean, short, in backticks.
func said(s string, limit int) string {
	return "`" + Clip(strings.ReplaceAll(Clean(s), "`", "'"), limit) + "`"
}
