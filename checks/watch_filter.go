package checks

import (
	"cmp"
	"strings"

	"rootwatch/checks/account"
)

// FilterPatternWatchesRoot reports whether a CloudWatch Logs metric filter
// counts every root sign-in of the account, and not simply everything, by
// holding its pattern against CloudTrail's records. why says what an unknown
// hangs on, as a part of a sentence.
func FilterPatternWatchesRoot(pattern string, a account.Account, region string) (is account.Answer, why string) {
	result := lets
	for _, record := range rootSignIns(a, region) {
		result = result.and(matchFilter(pattern, record))
	}
	for _, record := range allDay(a, region) {
		if result.is == account.Yes && matchFilter(pattern, record).is == account.Yes {
			return account.No, "" // an alarm on what is called all day tells nobody of root
		}
	}
	return result.is, result.why
}

func matchFilter(pattern string, record map[string]any) outcome {
	pattern = strings.TrimSpace(pattern)
	if len(pattern) > maxPattern {
		return undecided("its pattern is too long")
	}
	inner, opens := strings.CutPrefix(pattern, "{")
	if !opens {
		return matchTerms(pattern, record)
	}
	inner, closes := strings.CutSuffix(inner, "}")
	p := filterParser{rest: inner, record: record}
	result := p.alternatives(0)
	if p.fault == "" && strings.TrimSpace(p.rest) != "" {
		p.fault = "something follows its end"
	}
	if !closes || p.fault != "" {
		return undecided("its pattern cannot be read: %s", cmp.Or(p.fault, "its last brace is missing"))
	}
	return result
}

// filterParser reads a JSON filter pattern and judges it on the way: && binds
// before ||, parentheses before both.
type filterParser struct {
	rest   string
	record map[string]any
	fault  string // the first thing that is not understood; nothing counts then
}

// maxNesting is deeper than any pattern of 1,024 characters makes sense.
const maxNesting = 200

func (p *filterParser) alternatives(depth int) outcome {
	result := p.conjunction(depth)
	for p.take("||") {
		result = result.or(p.conjunction(depth))
	}
	return result
}

func (p *filterParser) conjunction(depth int) outcome {
	result := p.term(depth)
	for p.take("&&") {
		result = result.and(p.term(depth))
	}
	return result
}

func (p *filterParser) term(depth int) outcome {
	switch {
	case p.fault != "":
		return stops
	case depth > maxNesting:
		return p.fail("its parentheses are too deep")
	case p.take("("):
		result := p.alternatives(depth + 1)
		if !p.take(")") {
			return p.fail("a parenthesis is not closed")
		}
		return result
	}
	path, ok := p.selector()
	if !ok {
		return p.fail("a term does not begin with a field")
	}
	value, present, clear := follow(p.record, path)
	c := condition{path: strings.Join(path, "."), value: value, present: present}
	if !clear {
		c.value, c.present = perhaps{}, true
	}
	return p.condition(c)
}

func (p *filterParser) condition(c condition) outcome {
	for _, operator := range []string{"!=", "<=", ">=", "=", "<", ">"} {
		if !p.take(operator) {
			continue
		}
		value, ok := p.value()
		if !ok {
			return p.fail("a comparison has no value")
		}
		return c.compare(operator, value)
	}
	switch words := p.words(); words {
	case "EXISTS":
		return c.exists()
	case "NOT EXISTS":
		return c.exists().not()
	case "IS NULL":
		return c.is(nil)
	case "IS TRUE":
		return c.is(true)
	case "IS FALSE":
		return c.is(false)
	}
	return p.fail("a field is asked something that Rootwatch does not know")
}

// fail remembers the first fault.
func (p *filterParser) fail(what string) outcome {
	p.fault = cmp.Or(p.fault, what)
	return stops
}

// take eats the token where it comes next.
func (p *filterParser) take(token string) bool {
	p.rest = strings.TrimLeft(p.rest, " \t\r\n")
	rest, found := strings.CutPrefix(p.rest, token)
	if found {
		p.rest = rest
	}
	return found
}

// words eats EXISTS and its like, one or two of them.
func (p *filterParser) words() string {
	var words []string
	for len(words) < 2 && (len(words) == 0 || words[0] != "EXISTS") {
		p.take("")
		n := strings.IndexFunc(p.rest, func(r rune) bool { return r < 'A' || r > 'Z' && r < 'a' || r > 'z' })
		if n < 0 {
			n = len(p.rest)
		}
		if n == 0 {
			break
		}
		words = append(words, strings.ToUpper(p.rest[:n]))
		p.rest = p.rest[n:]
	}
	return strings.Join(words, " ")
}

// selector eats $.a.b, $.['a'] or $.a[0] and gives its steps.
func (p *filterParser) selector() ([]string, bool) {
	if !p.take("$") {
		return nil, false
	}
	var path []string
	for {
		switch {
		case strings.HasPrefix(p.rest, "["):
			inner, rest, found := strings.Cut(p.rest[1:], "]")
			if !found {
				return nil, false
			}
			path, p.rest = append(path, strings.Trim(inner, `'" `)), rest
		case strings.HasPrefix(p.rest, ".["):
			p.rest = p.rest[1:]
		case strings.HasPrefix(p.rest, "."):
			n := strings.IndexAny(p.rest[1:], " \t\r\n.[]=!<>()&|{}") + 1
			if n == 0 {
				n = len(p.rest)
			}
			if n == 1 {
				return nil, false
			}
			path, p.rest = append(path, p.rest[1:n]), p.rest[n:]
		default:
			return path, len(path) > 0
		}
	}
}

// filterValue is the right side of a comparison.
type filterValue struct {
	text  string
	regex bool
}

// value eats "text", %regex% or a bare word; * stands for any characters in
// the first and the last.
func (p *filterParser) value() (filterValue, bool) {
	switch {
	case p.take(`"`):
		n := 0
		for n < len(p.rest) && p.rest[n] != '"' {
			if p.rest[n] == '\\' {
				n++
			}
			n++
		}
		if n >= len(p.rest) {
			return filterValue{}, false
		}
		text := p.rest[:n]
		p.rest = p.rest[n+1:]
		return filterValue{text: text}, true
	case p.take("%"):
		text, rest, found := strings.Cut(p.rest, "%")
		p.rest = rest
		return filterValue{text: text, regex: true}, found
	}
	n := strings.IndexAny(p.rest, " \t\r\n()&|=!<>{}\"")
	if n < 0 {
		n = len(p.rest)
	}
	text := p.rest[:n]
	p.rest = p.rest[n:]
	return filterValue{text: text}, text != ""
}
