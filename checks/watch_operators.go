package checks

import (
	"encoding/json"
	"net/netip"
	"strconv"
	"strings"
)

// matchOperator judges one of EventBridge's content filters. An operator that
// is not known here decides nothing.
func matchOperator(name string, argument, value any, present bool, path string) outcome {
	if name == "exists" {
		return matchExists(argument, value, present, path)
	}
	if !present {
		return stops
	}
	switch name {
	case "anything-but":
		return matchAnythingBut(argument, value, path)
	case "numeric":
		return matchNumeric(argument, value, path)
	case "cidr":
		return matchCIDR(argument, value, path)
	}
	return matchText(name, argument, value, path)
}

// matchExists works on leaves alone: of a branch of the event EventBridge
// does not say what it answers.
func matchExists(argument, value any, present bool, path string) outcome {
	want, is := argument.(bool)
	_, branch := value.(map[string]any)
	if !is || branch {
		return undecided("its pattern asks whether %s exists in a way that is not defined", path)
	}
	return outcomeOf(present == want)
}

// matchText are the operators on a text's form.
func matchText(name string, argument, value any, path string) outcome {
	fold := false
	if inner, is := argument.(map[string]any); is && len(inner) == 1 && (name == "prefix" || name == "suffix") {
		argument, fold = inner["equals-ignore-case"], true
	}
	want, is := argument.(string)
	if !is {
		return undecided("its pattern has %s for %s with something that is not a text", name, path)
	}
	lower := func(s string) string {
		if fold {
			return strings.ToLower(s)
		}
		return s
	}
	switch name {
	case "prefix":
		return onText(value, path, want == "", func(s string) bool { return strings.HasPrefix(lower(s), lower(want)) })
	case "suffix":
		return onText(value, path, want == "", func(s string) bool { return strings.HasSuffix(lower(s), lower(want)) })
	case "equals-ignore-case":
		return onText(value, path, false, func(s string) bool { return strings.EqualFold(s, want) })
	case "wildcard":
		return onText(value, path, strings.Trim(want, "*") == "" && want != "", func(s string) bool { return glob(want, s) })
	}
	return undecided("its pattern asks %q of %s, which Rootwatch does not know", name, path)
}

// matchAnythingBut takes a value, a list of them, or one more operator with
// either.
func matchAnythingBut(argument, value any, path string) outcome {
	operator, unwanted := "", argument
	if inner, is := argument.(map[string]any); is {
		if len(inner) != 1 {
			return undecided("its pattern has an anything-but for %s that EventBridge does not take", path)
		}
		for operator, unwanted = range inner {
		}
	}
	list, is := unwanted.([]any)
	if !is {
		list = []any{unwanted}
	}
	if len(list) == 0 {
		return undecided("its pattern has an empty anything-but for %s", path)
	}
	result := stops
	for _, one := range list {
		if operator == "" {
			result = result.or(matchLiteral(one, value, true, path))
		} else {
			result = result.or(matchText(operator, one, value, path))
		}
	}
	return result.not()
}

// matchNumeric takes one comparison, or two that make a range.
func matchNumeric(argument, value any, path string) outcome {
	list, is := argument.([]any)
	if !is || len(list) != 2 && len(list) != 4 {
		return undecided("its pattern has a numeric for %s that EventBridge does not take", path)
	}
	if _, may := value.(someText); may {
		return stops // a text is no number
	}
	result := true
	for i := 0; i < len(list); i += 2 {
		operator, named := list[i].(string)
		number, counts := list[i+1].(json.Number)
		if !named || !counts || !comparison[operator] {
			return undecided("its pattern has a numeric for %s that EventBridge does not take", path)
		}
		result = result && compareNumbers(value, operator, number)
	}
	return outcomeOf(result)
}

// comparison are the operators on numbers.
var comparison = map[string]bool{"=": true, "<": true, "<=": true, ">": true, ">=": true}

// compareNumbers is false where either is no number.
func compareNumbers(value any, operator string, number json.Number) bool {
	written, is := value.(json.Number)
	a, errA := strconv.ParseFloat(string(written), 64)
	b, errB := strconv.ParseFloat(string(number), 64)
	if !is || errA != nil || errB != nil {
		return false
	}
	switch operator {
	case "=":
		return a == b
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	}
	return a >= b
}

func matchCIDR(argument, value any, path string) outcome {
	text, _ := argument.(string)
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return undecided("its pattern has a cidr for %s that is none", path)
	}
	return onText(value, path, false, func(s string) bool {
		address, err := netip.ParseAddr(s)
		return err == nil && network.Contains(address)
	})
}

// glob matches text with * for any characters; a backslash takes the next
// character as it is written.
func glob(pattern, text string) bool {
	var parts []string // between the stars
	part := strings.Builder{}
	for i := 0; i < len(pattern); i++ {
		switch {
		case pattern[i] == '\\' && i+1 < len(pattern):
			i++
			part.WriteByte(pattern[i])
		case pattern[i] == '*':
			parts = append(parts, part.String())
			part.Reset()
		default:
			part.WriteByte(pattern[i])
		}
	}
	last := part.String()
	if len(parts) == 0 {
		return text == last
	}
	text, begins := strings.CutPrefix(text, parts[0])
	if !begins || !strings.HasSuffix(text, last) {
		return false
	}
	text = strings.TrimSuffix(text, last)
	for _, middle := range parts[1:] {
		_, after, found := strings.Cut(text, middle)
		if !found {
			return false
		}
		text = after
	}
	return true
}
