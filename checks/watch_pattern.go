package checks

import (
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"

	"rootwatch/checks/account"
)

// maxPattern bounds what is judged. EventBridge takes 4,096 characters by
// default, CloudWatch Logs 1,024.
const maxPattern = 64 << 10

// EventPatternWatchesRoot reports whether an EventBridge pattern lets every
// root sign-in of the account through that CloudTrail records in the region,
// by holding it against one. why says what an unknown hangs on, as a part of
// a sentence.
func EventPatternWatchesRoot(pattern string, a account.Account, region string) (is account.Answer, why string) {
	fields, ok := decodePattern(pattern)
	if !ok {
		return account.AnswerUnknown, "its pattern is not JSON that EventBridge takes"
	}
	result := lets
	for _, record := range rootSignIns(a, region) {
		result = result.and(matchObject(fields, onBus(a, region, record), ""))
	}
	for _, record := range allDay(a, region) {
		if result.is == account.Yes && matchObject(fields, callOnBus(a, region, record), "").is == account.Yes {
			// Such are EventBridge's own rules for archives, and those that feed a
			// lake: they pass root's sign-ins on among everything else.
			return account.AnswerUnknown, "it passes on what is called all day, so whether anybody looks for root's sign-ins is not told"
		}
	}
	return result.is, result.why
}

func decodePattern(pattern string) (map[string]any, bool) {
	if len(pattern) > maxPattern {
		return nil, false
	}
	d := json.NewDecoder(strings.NewReader(pattern))
	d.UseNumber()
	var fields map[string]any
	if d.Decode(&fields) != nil || len(fields) == 0 {
		return nil, false
	}
	_, err := d.Token()
	return fields, err == io.EOF
}

// matchObject holds each field of the pattern against the event's. In it,
// event is a map, perhaps, or anything else for an object without fields.
func matchObject(pattern map[string]any, event any, path string) outcome {
	if len(pattern) == 0 {
		return undecided("its pattern asks nothing of %s", cmp.Or(path, "the event"))
	}
	result := lets
	for _, key := range slices.Sorted(maps.Keys(pattern)) {
		result = result.and(matchField(key, pattern[key], event, path))
	}
	return result
}

func matchField(key string, want, event any, path string) outcome {
	if branches, is := alternatives(key, want); is {
		result := stops
		for _, branch := range branches {
			result = result.or(matchObject(branch, event, path))
		}
		return result
	}
	path = strings.TrimPrefix(path+"."+key, ".")
	value, present := field(event, key)
	switch want := want.(type) {
	case []any:
		return matchAny(want, value, present, path)
	case map[string]any:
		return matchObject(want, value, path)
	}
	return undecided("its pattern has no list for %s", path)
}

// alternatives are the branches of $or: a list of two objects or more. Any
// other $or is a field of that name.
func alternatives(key string, want any) ([]map[string]any, bool) {
	list, is := want.([]any)
	if key != "$or" || !is || len(list) < 2 {
		return nil, false
	}
	var branches []map[string]any
	for _, one := range list {
		branch, is := one.(map[string]any)
		if !is {
			return nil, false
		}
		branches = append(branches, branch)
	}
	return branches, true
}

// field is the event's value under key.
func field(event any, key string) (value any, present bool) {
	switch event := event.(type) {
	case map[string]any:
		value, present = event[key]
		if list, is := value.([]any); is && len(list) == 0 {
			return nil, false // EventBridge sees the leaves of an event, and an empty list has none
		}
		return value, present
	case perhaps:
		return perhaps{}, true
	}
	return nil, false
}

// matchAny is true where one of the matchers is, for one of the values where
// the event has a list.
func matchAny(matchers []any, value any, present bool, path string) outcome {
	if len(matchers) == 0 {
		return undecided("its pattern has an empty list for %s", path)
	}
	values := []any{value}
	if list, is := value.([]any); is {
		values = list
	}
	result := stops
	for _, matcher := range matchers {
		for _, v := range values {
			result = result.or(matchOne(matcher, v, present, path))
		}
	}
	return result
}

func matchOne(matcher, value any, present bool, path string) outcome {
	if _, may := value.(perhaps); may {
		return undecided("it depends on %s, which not every root sign-in has", path)
	}
	operator, is := matcher.(map[string]any)
	if !is {
		return matchLiteral(matcher, value, present, path)
	}
	if len(operator) != 1 {
		return undecided("its pattern has a matcher for %s that EventBridge does not take", path)
	}
	for name, argument := range operator {
		return matchOperator(name, argument, value, present, path)
	}
	return stops
}

func matchLiteral(want, value any, present bool, path string) outcome {
	if !present {
		return stops
	}
	switch want := want.(type) {
	case string:
		return onText(value, path, false, func(s string) bool { return s == want })
	case json.Number:
		return outcomeOf(compareNumbers(value, "=", want))
	case bool, nil:
		if _, is := value.(map[string]any); is {
			return stops
		}
		return outcomeOf(value == want)
	}
	return undecided("its pattern has a list within the list for %s", path)
}

// onText asks a text. always says that every text would do.
func onText(value any, path string, always bool, is func(string) bool) outcome {
	switch value := value.(type) {
	case string:
		return outcomeOf(is(value))
	case someText:
		if always {
			return lets
		}
		return undecided("it depends on %s, which differs from one sign-in to the next", path)
	}
	return stops
}
