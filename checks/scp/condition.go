package scp

import (
	"slices"
	"strings"
)

// test is a condition made ready to be judged many times.
type test struct {
	key      string // as written
	low      string // in small letters
	patterns []pattern
	op       operator
	known    bool // the operator is one that AWS has
	null     bool
	ifExists bool
	set      setForm
}

// setForm is how an operator treats a key of many values.
type setForm uint8

const (
	oneValue setForm = iota
	forAllValues
	forAnyValue
)

// testOf reads the operator. One that AWS does not have is kept, and leaves
// its statement unknown.
func testOf(c Condition, variables bool) test {
	t := test{key: c.Key, low: strings.ToLower(c.Key)}
	name := strings.ToLower(c.Operator)
	if form, rest, found := strings.Cut(name, ":"); found {
		switch form {
		case "forallvalues":
			t.set = forAllValues
		case "foranyvalue":
			t.set = forAnyValue
		default:
			return t
		}
		name = rest
	}
	name, t.ifExists = strings.CutSuffix(name, "ifexists")
	t.op, t.known = operators[name]
	if t.null = name == "null"; t.null && (t.ifExists || t.set != oneValue) {
		t.known = false
	}
	for _, value := range c.Values {
		t.patterns = append(t.patterns, patternOf(value, variables && t.op.text))
	}
	return t
}

// looksAt reports whether a key, in small letters, counts for the condition.
func (t *test) looksAt(key string) bool {
	return t.low == key || slices.ContainsFunc(t.patterns, func(p pattern) bool {
		return slices.ContainsFunc(p.pieces, func(piece piece) bool { return piece.variable == key })
	})
}

// judge says whether the condition holds.
func (t *test) judge(c Context, l *lack) truth {
	if !t.known {
		l.add(t.key)
		return unknown
	}
	var variables *lack
	if l != nil {
		variables = &lack{}
	}
	v := c.of(t.low)
	result := t.possible(v, c, variables)
	if result == unknown && l != nil {
		for _, key := range variables.keys {
			l.add(key)
		}
		if _, known := v.known(); !known || len(variables.keys) == 0 {
			l.add(t.key)
		}
	}
	return result
}

// possible is what all that the key may be agrees on.
func (t *test) possible(v Value, c Context, l *lack) truth {
	switch {
	case v.options != nil:
		result := t.option(v.options[0], c, l)
		for _, values := range v.options[1:] {
			result = same(result, t.option(values, c, l))
		}
		return result
	case v.present:
		return t.something(v, c, l)
	}
	return same(t.absent(), t.something(Some(), c, l))
}

// absent is the answer where the request has no such key.
func (t *test) absent() truth {
	switch {
	case t.null:
		return t.wantsAbsent()
	case t.ifExists, t.set == forAllValues:
		return yes
	case t.set == forAnyValue:
		return no
	}
	return truthOf(t.op.negated)
}

// wantsAbsent is Null's: one of its values is "true".
func (t *test) wantsAbsent() truth {
	result := no
	for i := range t.patterns {
		result = either(result, boolEquals(&t.patterns[i].fixed, "true"))
	}
	return result
}

// wantsPresent is Null's: one of its values is "false".
func (t *test) wantsPresent() truth {
	result := no
	for i := range t.patterns {
		result = either(result, boolEquals(&t.patterns[i].fixed, "false"))
	}
	return result
}

// option is the answer where the key is known to hold the values, or none.
func (t *test) option(values []string, c Context, l *lack) truth {
	if t.set != oneValue && empty(values) {
		values = nil
	}
	if len(values) == 0 {
		return t.absent()
	}
	if t.null {
		return t.wantsPresent()
	}
	switch t.set {
	case forAllValues:
		result := yes
		for _, value := range values {
			result = both(result, t.value(value, c, l))
		}
		return result
	case forAnyValue:
		result := no
		for _, value := range values {
			result = either(result, t.value(value, c, l))
		}
		return result
	}
	if len(values) > 1 {
		return unknown // AWS asks for a set operator, and does not say what comes without
	}
	return t.value(values[0], c, l)
}

// empty reports what AWS calls a null data set: nothing but empty texts.
func empty(values []string) bool {
	for _, v := range values {
		if v != "" {
			return false
		}
	}
	return true
}

// value compares one value of the request with those of the policy: one of
// them for an operator that is not negated, none of them for one that is.
func (t *test) value(value string, c Context, l *lack) truth {
	result := no
	for i := range t.patterns {
		o, resolved := t.patterns[i].in(c, l)
		match := unknown
		switch resolved {
		case yes:
			match = t.op.match(o, value)
		case no: // without its variable it matches nothing; what "not like nothing" is, AWS does not say
			if !t.op.negated {
				match = no
			}
		}
		result = either(result, match)
	}
	if t.op.negated {
		return result.not()
	}
	return result
}

// something is the answer where the key holds a value that is not known.
func (t *test) something(v Value, c Context, l *lack) truth {
	if t.null {
		return t.wantsPresent()
	}
	result := no
	for i := range t.patterns {
		o, resolved := t.patterns[i].in(c, l)
		match := unknown
		switch {
		case resolved != yes:
		case t.op.everything != nil && t.op.everything(o):
			match = yes
		case v.elsewhere:
			match = t.op.elsewhere(o)
		}
		result = either(result, match)
	}
	if t.set != oneValue && !v.elsewhere {
		return unknown // it may be an empty set
	}
	if t.op.negated {
		return result.not()
	}
	return result
}

// The widest range that one company is given: IANA's /8 of old, and a /16 of
// IPv6. A wider one is a part of the internet, not an office.
const (
	widestIPv4 = 8
	widestIPv6 = 16
)

// elsewhere says whether a pattern takes in an address that it does not name.
func (op operator) elsewhere(o *operand) truth {
	switch {
	case op.address:
		prefix, ok := prefixOf(o.text)
		if !ok {
			return unknown
		}
		widest := widestIPv4
		if prefix.Addr().Is6() {
			widest = widestIPv6
		}
		return truthOf(prefix.Bits() < widest)
	case op.plain, op.everything != nil && beginsAsAddress(o.text):
		return no
	}
	return unknown
}

// beginsAsAddress reports whether a pattern such as 192.0.2.* names the first
// part of an address.
func beginsAsAddress(s string) bool {
	i := strings.IndexAny(s, ".:")
	return i > 0 && strings.Trim(s[:i], "0123456789abcdefABCDEF") == ""
}
