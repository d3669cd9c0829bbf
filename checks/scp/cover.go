package scp

import (
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxCoverWork bounds the searches of covers for one policy. The longest that
// AWS keeps needs some hundred thousand steps; one that needs more was made to
// be hard.
const maxCoverWork = 2_000_000

// allowance is a set of patterns, or all that they do not match.
type allowance struct {
	patterns []string
	not      bool
}

// covers reports whether every text that matches the universe's pattern is in
// one of the allowances, so that a* b* ... z* or NotAction iam:* beside iam:*
// is known for everything. It takes its steps from budget; ok is false where that
// does not do.
//
// It walks all texts at once, letter by letter: a state is the places in the
// patterns that a text may have come to. Letters that no pattern waits for act
// alike and are tried once.
func covers(universe string, allowances []allowance, budget *int) (all, ok bool) {
	if !plausible(universe, allowances) {
		return false, true
	}
	w := walk{patterns: []string{universe}, allowances: allowances}
	for _, a := range allowances {
		w.patterns = append(w.patterns, a.patterns...)
	}
	for i, p := range w.patterns {
		for strings.Contains(p, "**") { // one star says it all, and a thousand would take long
			p = strings.ReplaceAll(p, "**", "*")
		}
		w.patterns[i] = p
	}
	var start []place
	for i := range w.patterns {
		start = w.pass(append(start, place{i, 0}))
	}
	start = sorted(start)
	seen := map[string]bool{key(start): true}
	queue := [][]place{start}
	for len(queue) > 0 {
		state := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if w.matched(state)[0] && !w.allowed(state) {
			return false, true
		}
		for _, letter := range w.letters(state) {
			if *budget -= len(state); *budget < 0 {
				return false, false
			}
			next := w.step(state, letter)
			if k := key(next); len(next) > 0 && next[0].pattern == 0 && !seen[k] { // still in the universe
				seen[k] = true
				queue = append(queue, next)
			}
		}
	}
	return true, true
}

// plausible tries one unlikely text: ordinary policies fail here at once.
func plausible(universe string, allowances []allowance) bool {
	odd := strings.NewReplacer("*", "\u2021q", "?", "\u2021").Replace(universe)
	return slices.ContainsFunc(allowances, func(a allowance) bool {
		return slices.ContainsFunc(a.patterns, func(p string) bool { return glob(p, odd) }) != a.not
	})
}

// place is how far a text has come in one pattern.
type place struct{ pattern, at int }

type walk struct {
	patterns   []string // the universe, and those of the allowances in order
	allowances []allowance
}

// otherLetter stands for all letters that no pattern waits for.
const otherLetter rune = -1

// at is the letter that the pattern waits for, and how long it is.
func (w walk) at(p place) (rune, int) {
	if p.at >= len(w.patterns[p.pattern]) {
		return 0, 0
	}
	return utf8.DecodeRuneInString(w.patterns[p.pattern][p.at:])
}

func (w walk) letters(state []place) []rune {
	all := []rune{otherLetter}
	for _, p := range state {
		if r, size := w.at(p); size > 0 && r != '*' && r != '?' && !slices.Contains(all, r) {
			all = append(all, r)
		}
	}
	return all
}

// pass adds the place behind each star that the last place stands at: a star
// may stand for nothing.
func (w walk) pass(state []place) []place {
	for {
		last := state[len(state)-1]
		if r, size := w.at(last); size == 0 || r != '*' {
			return state
		}
		state = append(state, place{last.pattern, last.at + 1})
	}
}

func (w walk) step(state []place, letter rune) []place {
	var next []place
	for _, p := range state {
		switch r, size := w.at(p); {
		case size == 0:
		case r == '*':
			next = w.pass(append(next, p))
		case r == '?' || r == letter:
			next = w.pass(append(next, place{p.pattern, p.at + size}))
		}
	}
	return sorted(next)
}

func sorted(state []place) []place {
	slices.SortFunc(state, func(a, b place) int {
		if a.pattern != b.pattern {
			return a.pattern - b.pattern
		}
		return a.at - b.at
	})
	return slices.Compact(state)
}

// matched says which patterns a text that ends here matches.
func (w walk) matched(state []place) map[int]bool {
	all := map[int]bool{}
	for _, p := range state {
		if p.at == len(w.patterns[p.pattern]) {
			all[p.pattern] = true
		}
	}
	return all
}

func (w walk) allowed(state []place) bool {
	matched := w.matched(state)
	first := 1
	for _, a := range w.allowances {
		any := false
		for i := range a.patterns {
			any = any || matched[first+i]
		}
		if any != a.not {
			return true
		}
		first += len(a.patterns)
	}
	return false
}

func key(state []place) string {
	var b []byte
	for _, p := range state {
		b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(p.pattern)), uint64(p.at))
	}
	return string(b)
}
