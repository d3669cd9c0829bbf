package scp

import (
	"encoding/base64"
	"math/big"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// operator is what a condition operator does, by its name without what stands
// before the colon and without IfExists.
type operator struct {
	// match says whether one value of the request matches one of the policy;
	// unknown where one of the two is not of the operator's type.
	match   func(o *operand, value string) truth
	negated bool
	text    bool // String and ARN operators take policy variables
	plain   bool // StringEquals and its like: no wildcards
	address bool
	// everything is whether a pattern matches every value there can be.
	everything func(o *operand) bool
}

// operand is a value of the policy made ready to be compared.
type operand struct {
	wild  wild
	text  string // as it is written, with wildcards as letters
	parts []wild // of an ARN
	all   bool   // every text matches
	arn   bool   // it begins as an ARN does
}

func operandOf(w wild) operand {
	parts := w.split()
	return operand{wild: w, text: w.String(), parts: parts, all: w.everything(), arn: slices.Equal(parts[0], wild("arn"))}
}

// operators are all of AWS's but Null, in small letters: their names are not case-sensitive.
var operators = func() map[string]operator {
	stars := func(o *operand) bool { return o.all }
	all := map[string]operator{
		"stringequals":           {match: stringEquals, text: true, plain: true},
		"stringequalsignorecase": {match: stringEqualsIgnoreCase, text: true, plain: true},
		"stringlike":             {match: stringLike, text: true, everything: stars},
		"arnequals":              {match: arnLike, text: true}, // the same as ArnLike
		"arnlike":                {match: arnLike, text: true},
		"bool":                   {match: boolEquals},
		"binaryequals":           {match: binaryEquals},
		"ipaddress":              {match: ipAddress, address: true},
		"null":                   {},
	}
	compares := map[string]func(int) bool{
		"equals": func(c int) bool { return c == 0 }, "lessthan": func(c int) bool { return c < 0 }, "lessthanequals": func(c int) bool { return c <= 0 },
		"greaterthan": func(c int) bool { return c > 0 }, "greaterthanequals": func(c int) bool { return c >= 0 },
	}
	for name, holds := range compares {
		all["numeric"+name] = operator{match: compareBy(number, holds)}
		all["date"+name] = operator{match: compareBy(date, holds)}
	}
	for negated, positive := range map[string]string{
		"stringnotequals": "stringequals", "stringnotequalsignorecase": "stringequalsignorecase", "stringnotlike": "stringlike",
		"arnnotequals": "arnequals", "arnnotlike": "arnlike", "notipaddress": "ipaddress",
		"numericnotequals": "numericequals", "datenotequals": "dateequals",
	} {
		op := all[positive]
		op.negated = true
		all[negated] = op
	}
	return all
}()

func stringEquals(o *operand, value string) truth { return truthOf(o.text == value) }

func stringEqualsIgnoreCase(o *operand, value string) truth {
	return truthOf(strings.EqualFold(o.text, value))
}

func stringLike(o *operand, value string) truth { return truthOf(o.wild.match(value)) }

// arnLike compares the six parts of an ARN. What is not an ARN is a fault of
// the policy or of the request, and AWS does not say what comes of it.
func arnLike(o *operand, value string) truth {
	parts := strings.SplitN(value, ":", arnParts)
	if len(o.parts) != arnParts || len(parts) != arnParts {
		return unknown
	}
	return truthOf(matchParts(o.parts, parts))
}

func boolEquals(o *operand, value string) truth {
	want, have := strings.ToLower(o.text), strings.ToLower(value)
	for _, s := range []string{want, have} {
		if s != "true" && s != "false" {
			return unknown
		}
	}
	return truthOf(want == have)
}

func binaryEquals(o *operand, value string) truth {
	want, err := base64.StdEncoding.DecodeString(o.text)
	if err != nil {
		return unknown
	}
	have, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return unknown
	}
	return truthOf(slices.Equal(want, have))
}

// ipAddress compares with a range, or with one address.
func ipAddress(o *operand, value string) truth {
	have, err := netip.ParseAddr(value)
	if err != nil || have.Zone() != "" {
		return unknown
	}
	prefix, ok := prefixOf(o.text)
	if !ok {
		return unknown
	}
	return truthOf(prefix.Contains(have.Unmap()))
}

func prefixOf(s string) (netip.Prefix, bool) {
	if prefix, err := netip.ParsePrefix(s); err == nil {
		return prefix.Masked(), true
	}
	one, err := netip.ParseAddr(s)
	if err != nil || one.Zone() != "" {
		return netip.Prefix{}, false
	}
	one = one.Unmap()
	return netip.PrefixFrom(one, one.BitLen()), true
}

// compareBy makes the comparisons of a type that has an order.
func compareBy[T interface{ Cmp(T) int }](parse func(string) (T, bool), holds func(int) bool) func(*operand, string) truth {
	return func(o *operand, value string) truth {
		want, ok := parse(o.text)
		have, too := parse(value)
		if !ok || !too {
			return unknown
		}
		return truthOf(holds(have.Cmp(want)))
	}
}

// maxNumber bounds how many digits a number may have.
const maxNumber = 64

// number reads a decimal number, exactly.
func number(s string) (*big.Rat, bool) {
	digits := strings.TrimLeft(s, "+-")
	if len(s) > maxNumber || len(s)-len(digits) > 1 || digits == "" || strings.Trim(digits, "0123456789.") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// instant is a point in time that can be compared.
type instant struct{ time.Time }

// Cmp orders instants.
func (i instant) Cmp(other instant) int { return i.Compare(other.Time) }

// dateForms are the W3C forms of ISO 8601 that AWS names; fractions of a
// second are read by each of the last.
var dateForms = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02", "2006-01", "2006"}

// date reads an ISO 8601 date, or seconds since 1970. Four digits are a year.
func date(s string) (instant, bool) {
	for _, form := range dateForms {
		if t, err := time.Parse(form, s); err == nil {
			return instant{t}, true
		}
	}
	seconds, ok := number(s)
	if !ok || !seconds.IsInt() || !seconds.Num().IsInt64() {
		return instant{}, false
	}
	// Years that time can hold and compare.
	if n := seconds.Num().Int64(); n > -1<<40 && n < 1<<40 {
		return instant{time.Unix(n, 0)}, true
	}
	return instant{}, false
}
