package scp

import (
	"slices"
	"strings"
)

// truth is what is known of a statement about a request.
type truth uint8

// The truths, in Kleene's three-valued logic. The zero value is not known.
const (
	unknown truth = iota
	no
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (t truth) not() truth {
	switch t {
	case yes:
		return no
	case no:
		return yes
	}
	return unknown
}

// either is yes where one of the two is, and no where both are.
func either(a, b truth) truth {
	switch {
	case a == yes || b == yes:
		return yes
	case a == no && b == no:
		return no
	}
	return unknown
}

// both is no where one of the two is, and yes where both are.
func both(a, b truth) truth { return either(a.not(), b.not()).not() }

// same is what two possible worlds agree on.
func same(a, b truth) truth {
	if a == b {
		return a
	}
	return unknown
}

// lack collects the keys for whose want something stayed unknown. A nil one
// collects nothing, which is faster.
type lack struct{ keys []string }

func (l *lack) add(key string) {
	if l != nil && !slices.ContainsFunc(l.keys, func(k string) bool { return strings.EqualFold(k, key) }) {
		l.keys = append(l.keys, key)
	}
}
