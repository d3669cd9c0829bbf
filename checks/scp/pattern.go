package scp

import (
	"strings"
	"unicode/utf8"
)

// glob reports whether s matches a pattern with * (any number of characters)
// and ? (one). Both are compared as they are: who wants letters alike lowers
// both. Linear but for one step back, so no pattern takes long.
func glob(pattern, s string) bool {
	p, i := 0, 0
	star, mark := -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && pattern[p] == '?':
			_, size := utf8.DecodeRuneInString(s[i:])
			p, i = p+1, i+size
		case p < len(pattern) && pattern[p] == s[i]:
			p, i = p+1, i+1
		case star >= 0:
			_, size := utf8.DecodeRuneInString(s[mark:])
			mark += size
			p, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// lower are the patterns in small letters: actions are not case-sensitive.
func lower(patterns []string) []string {
	low := make([]string, len(patterns))
	for i, p := range patterns {
		low[i] = strings.ToLower(p)
	}
	return low
}
