package config

import (
	"regexp"
	"strconv"
	"unicode"

	"rootwatch/config/secret"
)

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// quote repeats a value in a fault: short, on one line, and never a secret.
func quote(text string) string {
	if secret.LooksLike(text) {
		return secret.Mask
	}
	return strconv.Quote(clip(secret.Redact(text)))
}

// show is a key of the operator's making in a path: as it is where it is a
// plain word, quoted where it is not.
func show(key string) string {
	if plainWord.MatchString(key) && !secret.LooksLike(key) {
		return secret.Redact(key)
	}
	return quote(key)
}

// clip keeps a text short enough to repeat and to compare.
func clip(text string) string {
	if r := []rune(text); len(r) > 60 {
		return string(r[:60]) + "..."
	}
	return text
}

// isControl finds what could move a terminal's cursor or hide in a line.
func isControl(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }
