package scp

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// The wildcards as they stand in a wild; a literal * is the letter itself.
const (
	anyText   rune = -1 // *
	anyLetter rune = -2 // ?
)

// wild is a text with wildcards, letter by letter.
type wild []rune

// wildOf reads * and ? as wildcards.
func wildOf(s string) wild {
	w := make(wild, 0, len(s))
	for _, r := range s {
		switch r {
		case '*':
			r = anyText
		case '?':
			r = anyLetter
		}
		w = append(w, r)
	}
	return w
}

// match reports whether s matches. Letters are compared as they are: who wants
// them alike lowers both. It goes back to the last star alone, so no pattern
// takes longer than its length times that of s.
func (w wild) match(s string) bool {
	p, i := 0, 0
	star, mark := -1, 0
	for i < len(s) {
		letter, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case p < len(w) && w[p] == anyText:
			star, mark = p, i
			p++
		case p < len(w) && (w[p] == anyLetter || w[p] == letter):
			p, i = p+1, i+size
		case star >= 0:
			_, size = utf8.DecodeRuneInString(s[mark:])
			mark += size
			p, i = star+1, mark
		default:
			return false
		}
	}
	return w[p:].everything() || p == len(w)
}

// everything reports whether every text matches.
func (w wild) everything() bool {
	return len(w) > 0 && !slices.ContainsFunc(w, func(r rune) bool { return r != anyText })
}

// String is the text with its wildcards, as StringEquals takes it.
func (w wild) String() string {
	var b strings.Builder
	for _, r := range w {
		switch r {
		case anyText:
			r = '*'
		case anyLetter:
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// glob matches a pattern that is used once.
func glob(pattern, s string) bool { return wildOf(pattern).match(s) }

// lower are the patterns in small letters: actions are not case-sensitive.
func lower(patterns []string) []string {
	low := make([]string, len(patterns))
	for i, p := range patterns {
		low[i] = strings.ToLower(p)
	}
	return low
}

// pattern is a value of a condition or of Resource, which may hold policy variables.
type pattern struct {
	fixed  operand // where there are no variables
	pieces []piece
}

// piece is a part of a pattern: a text, or a policy variable.
type piece struct {
	text     wild
	variable string // the key, in small letters; "" for a text
	fallback string
	defaults bool // there is a fallback
}

// patternOf reads ${key}, ${key, 'default'} and the letters ${*}, ${?} and
// ${$}. A policy of the older version has no variables: its texts are literal.
func patternOf(raw string, variables bool) pattern {
	if !variables || !strings.Contains(raw, "${") {
		return pattern{fixed: operandOf(wildOf(raw))}
	}
	var p pattern
	var text wild
	varies := false
	for rest := raw; rest != ""; {
		before, after, found := strings.Cut(rest, "${")
		name, behind, closed := strings.Cut(after, "}")
		if !found || !closed {
			text = append(text, wildOf(rest)...)
			break
		}
		text = append(text, wildOf(before)...)
		rest = behind
		if name == "*" || name == "?" || name == "$" {
			text = append(text, rune(name[0]))
			continue
		}
		p.pieces = append(p.pieces, piece{text: text}, variableOf(name))
		text, varies = nil, true
	}
	if !varies {
		return pattern{fixed: operandOf(text)}
	}
	p.pieces = append(p.pieces, piece{text: text})
	return p
}

// variableOf reads what stands between the braces. Spaces around the key and
// around the quotes of the default do not count.
func variableOf(name string) piece {
	key, fallback, has := strings.Cut(name, ",")
	v := piece{variable: strings.ToLower(strings.TrimSpace(key))}
	fallback = strings.TrimSpace(fallback)
	if has && len(fallback) >= 2 && fallback[0] == '\'' && fallback[len(fallback)-1] == '\'' {
		v.fallback, v.defaults = fallback[1:len(fallback)-1], true
	}
	return v
}

// in is the pattern with its variables replaced by what the context holds.
// yes: it is o. no: a variable has no value, and AWS says that such a pattern
// matches nothing. unknown: the value is not known, and l names its key.
func (p *pattern) in(c Context, l *lack) (o *operand, t truth) {
	if p.pieces == nil {
		return &p.fixed, yes
	}
	var w wild
	t = yes
	for _, piece := range p.pieces {
		if piece.variable == "" {
			w = append(w, piece.text...)
			continue
		}
		values, ok := c.of(piece.variable).known()
		switch {
		case ok && len(values) == 1:
			w = append(w, []rune(values[0])...) // a star in a value is a star, no wildcard
		case ok && len(values) == 0 && piece.defaults:
			w = append(w, []rune(piece.fallback)...)
		case ok && len(values) == 0:
			t = both(t, no)
		default: // not known, or of many values, which no variable may have
			l.add(piece.variable)
			t = both(t, unknown)
		}
	}
	made := operandOf(w)
	return &made, t
}

// arnParts is how many parts an ARN has between its first five colons.
const arnParts = 6

// split divides an ARN with wildcards at its first five colons.
func (w wild) split() []wild {
	var parts []wild
	for len(parts) < arnParts-1 {
		i := slices.Index(w, ':')
		if i < 0 {
			break
		}
		parts = append(parts, w[:i])
		w = w[i+1:]
	}
	return append(parts, w)
}

// matchParts compares part by part, so that no wildcard reaches across a
// colon of the first five. A pattern may have fewer parts.
func matchParts(pattern []wild, parts []string) bool {
	for i, w := range pattern {
		if !w.match(parts[i]) {
			return false
		}
	}
	return true
}
