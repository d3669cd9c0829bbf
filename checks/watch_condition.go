package checks

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"rootwatch/checks/account"
)

// condition is a field of the record, to be asked something.
type condition struct {
	path    string
	value   any
	present bool
}

// follow walks the record. clear is false where it loses the way in something
// that is not known.
func follow(record map[string]any, path []string) (value any, present, clear bool) {
	value = record
	for _, step := range path {
		switch at := value.(type) {
		case map[string]any:
			if value, present = at[step]; !present {
				return nil, false, step != "*"
			}
		case perhaps:
			return at, true, true
		case []any:
			return nil, false, false
		default:
			return nil, false, true
		}
	}
	return value, true, true
}

func (c condition) unsure() (outcome, bool) {
	if _, may := c.value.(perhaps); may {
		return undecided("it depends on %s, which not every root sign-in has", c.path), true
	}
	return outcome{}, false
}

func (c condition) exists() outcome {
	if o, unsure := c.unsure(); unsure {
		return o
	}
	if c.present && c.value == nil {
		return undecided("its pattern asks whether %s exists, which is null", c.path)
	}
	return outcomeOf(c.present)
}

func (c condition) is(want any) outcome {
	if o, unsure := c.unsure(); unsure {
		return o
	}
	switch c.value.(type) {
	case bool, nil:
		return outcomeOf(c.present && c.value == want)
	}
	return stops
}

func (c condition) compare(operator string, v filterValue) outcome {
	if o, unsure := c.unsure(); unsure {
		return o
	}
	switch {
	case operator == "=":
		return c.equals(v)
	case operator == "!=" && !c.present:
		return undecided("its pattern compares %s, which a root sign-in does not have", c.path)
	case operator == "!=":
		return c.equals(v).not()
	}
	if _, may := c.value.(someText); may {
		return undecided("it depends on %s, which differs from one sign-in to the next", c.path)
	}
	return stops // no field of a sign-in is a number
}

func (c condition) equals(v filterValue) outcome {
	if !c.present {
		return stops
	}
	is, all := func(s string) bool { return glob(v.text, s) }, v.text != "" && strings.Trim(v.text, "*") == ""
	if v.regex {
		expression, err := regexp.Compile(v.text)
		if err != nil {
			return undecided("its pattern has a regular expression for %s that cannot be read", c.path)
		}
		is, all = expression.MatchString, false
	}
	switch value := c.value.(type) {
	case string, someText:
		return onText(value, c.path, all, is)
	case bool:
		return outcomeOf(is(strconv.FormatBool(value)))
	}
	return undecided("its pattern compares %s, which is no text", c.path)
}

// matchTerms judges a pattern of words: each must stand in the line, none
// after a minus, one of those after a question mark. A line of columns in
// brackets is not what CloudTrail writes.
func matchTerms(pattern string, record map[string]any) outcome {
	if strings.HasPrefix(pattern, "[") || strings.Contains(pattern, "%") {
		return undecided("its pattern is not one for JSON")
	}
	line := known(record)
	result, optional, any := lets, stops, false
	for _, word := range splitTerms(pattern) {
		term := strings.Trim(strings.TrimLeft(word, "-?"), `"`)
		stands := outcomeOf(slices.ContainsFunc(line, func(s string) bool { return strings.Contains(s, term) }))
		if stands.is == account.No && strings.ContainsAny(term, `"\{},:`) {
			stands = undecided("its pattern hangs on how CloudTrail writes a line")
		}
		switch {
		case strings.HasPrefix(word, "-"):
			result = result.and(stands.not())
		case strings.HasPrefix(word, "?"):
			any, optional = true, optional.or(stands)
		default:
			result = result.and(stands)
		}
	}
	if any {
		result = result.and(optional)
	}
	return result
}

var oneTerm = regexp.MustCompile(`[-?]?"(\\.|[^"\\])*"|\S+`)

func splitTerms(pattern string) []string { return oneTerm.FindAllString(pattern, -1) }

// known are the names and texts of the record that every sign-in has.
func known(value any) []string {
	var all []string
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			if _, may := inner.(perhaps); !may {
				all = append(append(all, key), known(inner)...)
			}
		}
	case string:
		all = append(all, value)
	}
	return all
}
